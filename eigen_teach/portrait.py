"""Where a network of two units goes under a constant input: its fixed points, and what an orbit ends on.

The map is h_t = φ(W h_{t-1} + b). The widget ``PhasePortrait`` computes the same in the browser, by the
same steps (``static/portrait.mjs``).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eigen_teach import _check, dynamics
from eigen_teach._check import Floats

LONGEST_CYCLE = 24  # steps
SETTLING = 3600  # steps until an orbit is judged
WATCHED = 720  # steps at the end of them: twice round a ring that turns by one degree a step
ESCAPE = 1e6  # a state as large as this has left for good

_STARTS = 17  # a side of Newton's grid: 9 were enough for scaled rotations, not for every matrix of norm 10
_NEWTON_STEPS = 60  # at a triple root (tanh, W = I) each one gains a third only: (2/3)^60 is 3e-11
_RESIDUAL, _LAST_STEP, _MERGE = 1e-10, 1e-7, 1e-6
_TINY = 1e-12  # below this, relative to W and b, a number counts as zero


class Ending(NamedTuple):
    """What an orbit ends on, found by :func:`ending`.

    Args:
        kind: ``"cycle"`` (a fixed point is a cycle of 1); ``"open"``, bounded and never closed within 24
            steps, such as a ring; ``"slow"``, still on its way; ``"away"``, gone to infinity.
        period: of the cycle in steps, 0 if there is none.
        states: (720, 2) the last states, (0, 2) when they went away.
    """

    kind: str
    period: int
    states: Floats


def fixed_points(W: ArrayLike, bias: ArrayLike, activation: str) -> Floats:
    """Return the states that stay, h = φ(W h + b), of a network of two units.

    Linear and ReLU are solved exactly, ReLU once for each set of active units. Tanh and sigmoid: Newton's
    method from a grid of 17 × 17 states; it can miss a point whose neighbourhood no start leads to, which
    happens beyond a norm of about 10. Points nearer than 1e-6 count as one.

    Args:
        W: (2, 2) recurrent matrix.
        bias: (2,) constant input b.
        activation: ``"linear"``, ``"tanh"``, ``"relu"`` or ``"sigmoid"``.

    Returns:
        (k, 2), sorted by h₁, then h₂. Lines of fixed points (1 is an eigenvalue of what is active) are not
        listed; of a line along an axis of ReLU the end next to 0 is.

    Raises:
        ValueError: if a shape does not fit, an entry is not finite, or there is no such activation.

    Example:
        >>> fixed_points([[2, 0], [0, 0.5]], [0, 0], "tanh").round(3).tolist()
        [[-0.958, 0.0], [0.0, 0.0], [0.958, 0.0]]

    Chapter: nonlinear/activations
    """
    matrix, b = _network(W, bias, activation)
    if activation == "linear":
        found = _solve(np.eye(2) - matrix, b)
    elif activation == "relu":
        found = _relu_fixed_points(matrix, b)
    else:
        found = _newton(matrix, b, activation)
    points: list[Floats] = []
    for point in found:
        if all(np.abs(point - other).max() > _MERGE for other in points):
            points.append(point)
    points.sort(key=lambda point: tuple((point / _MERGE).round()))
    return np.array(points).reshape(-1, 2)


def _network(W: ArrayLike, bias: ArrayLike, activation: str) -> tuple[Floats, Floats]:
    matrix = _check.reals("W", W, (2, 2))
    dynamics.jacobian(matrix, np.zeros(2), activation)  # says so if there is no such activation
    return matrix, _check.reals("bias", bias, (2,))


def _solve(A: Floats, b: Floats) -> list[Floats]:
    """Return [A⁻¹ b], or nothing when A is singular to rounding."""
    det = A[0, 0] * A[1, 1] - A[0, 1] * A[1, 0]
    if abs(det) <= _TINY * max(1, np.abs(A).max() ** 2):
        return []
    return [np.array([A[1, 1] * b[0] - A[0, 1] * b[1], A[0, 0] * b[1] - A[1, 0] * b[0]]) / det]


def _relu_fixed_points(W: Floats, b: Floats) -> list[Floats]:
    """Solve once for each set of active units, and keep what is positive just there."""
    found = [h for h in _solve(np.eye(2) - W, b) if (h > _TINY).all()]
    for i, j in ((0, 1), (1, 0)):  # unit i is active, j is cut
        h = np.zeros(2)
        if abs(1 - W[i, i]) > _TINY:
            h[i] = b[i] / (1 - W[i, i])
        elif abs(b[i]) > _TINY:
            continue
        elif b[j] > 0 and W[j, i] < 0:  # a line of fixed points, from where j is cut
            h[i] = -b[j] / W[j, i]
        if h[i] > _TINY and W[j, i] * h[i] + b[j] <= _TINY:
            found.append(h)
    return [*found, np.zeros(2)] if (b <= 0).all() else found


def _newton(W: Floats, b: Floats, activation: str) -> list[Floats]:
    """Run Newton's method on h - φ(W h + b) from every point of the grid, the middle first."""
    function, slope = dynamics.ACTIVATIONS[activation]
    steps = np.arange(_STARTS) / (_STARTS - 1)
    side = steps if activation == "sigmoid" else 2 * steps - 1
    grid = np.array([[x, y] for x in side for y in side])
    h = np.concatenate([grid[len(grid) // 2 :], grid[: len(grid) // 2]])
    step = np.zeros_like(h)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(_NEWTON_STEPS):
            image = function(h @ W.T + b)
            J = np.eye(2) - slope(image)[:, :, None] * W  # (starts, 2, 2)
            gap = h - image
            det = J[:, 0, 0] * J[:, 1, 1] - J[:, 0, 1] * J[:, 1, 0]
            det = np.where(det == 0, np.inf, det)  # no way to go: stay
            step[:, 0] = (J[:, 1, 1] * gap[:, 0] - J[:, 0, 1] * gap[:, 1]) / det
            step[:, 1] = (J[:, 0, 0] * gap[:, 1] - J[:, 1, 0] * gap[:, 0]) / det
            h = h - step
        residual = np.abs(h - function(h @ W.T + b)).max(axis=1)
    return list(h[(residual <= _RESIDUAL) & (np.abs(step).max(axis=1) <= _LAST_STEP)])


def growth(W: ArrayLike, bias: ArrayLike, activation: str, point: ArrayLike) -> float:
    """Return the factor a step by which a small displacement from a fixed point grows in the end.

    Below 1 the point is stable, above 1 unstable. It is the largest modulus of the Jacobian's eigenvalues,
    except where ReLU has a kink (an input of 0, such as the origin without bias): there is no Jacobian, and
    sixteen displacements are followed through the two slopes instead.

    Args:
        W: (2, 2) recurrent matrix.
        bias: (2,) constant input b.
        activation: ``"linear"``, ``"tanh"``, ``"relu"`` or ``"sigmoid"``.
        point: (2,) a fixed point.

    Raises:
        ValueError: if a shape does not fit, an entry is not finite, or there is no such activation.

    Example:
        ReLU cuts a rotation: only its part along the second axis is left:

        >>> W = 1.5 * np.array([[0.8, -0.6], [0.6, 0.8]])
        >>> [round(growth(W, [0, 0], name, [0, 0]), 6) for name in ("linear", "relu")]
        [1.5, 1.2]
    """
    matrix, b = _network(W, bias, activation)
    h = _check.reals("point", point, (2,))
    z = matrix @ h + b
    kink = np.abs(z) <= _TINY * (1 + np.abs(b) + np.abs(matrix) @ np.abs(h))
    if activation == "relu" and kink.any():
        return _growth_at_kink(matrix, z > 0, kink)
    return float(np.abs(np.linalg.eigvals(dynamics.jacobian(matrix, h, activation))).max())


def _growth_at_kink(W: Floats, active: NDArray[np.bool_], kink: NDArray[np.bool_]) -> float:
    """Follow sixteen directions for 400 steps through v → W v, cut as ReLU cuts there."""
    angles = np.arange(16) * np.pi / 8
    v = np.stack([np.cos(angles), np.sin(angles)])  # (2, directions)
    logs = np.zeros(16)
    for t in range(400):
        z = W @ v
        v = np.where(kink[:, None], np.maximum(z, 0), active[:, None] * z)
        length = np.hypot(*v)
        v = v / np.where(length > 0, length, 1)
        if t >= 300:
            with np.errstate(divide="ignore"):
                logs += np.log(length)
    return float(np.exp(logs.max() / 100))


def cycle(states: ArrayLike, *, longest: int = LONGEST_CYCLE) -> int:
    """Return the period of the cycle that a trajectory runs through: 1 at rest, 0 for no cycle.

    Args:
        states: (T, n) states after the transient, T more than ``longest``.
        longest: longest period to look for, in steps.

    Returns:
        The fewest steps after which every state is back, to 1e-8 of the largest entry (at least 1e-8).

    Raises:
        ValueError: if states has not two axes or too few rows, or is not finite.

    Example:
        >>> quarter_turn = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])
        >>> cycle(np.tile(quarter_turn, (10, 1)))
        4
    """
    h = _check.reals("states", states, ("T", "n"))
    _check.count("longest", longest, 1)
    if len(h) <= longest:
        raise ValueError(f"states must have more than {longest} rows, got {len(h)}; simulate more steps")
    tolerance = 1e-8 * max(1, np.abs(h).max(initial=0))
    for period in range(1, longest + 1):
        if np.abs(h[period:] - h[:-period]).max(initial=0) <= tolerance:
            return period
    return 0


def ending(W: ArrayLike, bias: ArrayLike, activation: str, start: ArrayLike) -> Ending:
    """Run for 3,600 steps and say what the orbit ends on, judged by the last 720 states.

    Args:
        W: (2, 2) recurrent matrix.
        bias: (2,) constant input b.
        activation: ``"linear"``, ``"tanh"``, ``"relu"`` or ``"sigmoid"``.
        start: (2,) state before the first step.

    Returns:
        An :class:`Ending`. ``"slow"``: the box around the last 720 states is not, to 5 % of its size, the
        box around the 720 before.

    Raises:
        ValueError: if a shape does not fit, an entry is not finite, or there is no such activation.

    Example:
        A quarter turn, through radius 1: a point becomes a cycle of four:

        >>> for radius in (0.9, 1.1):
        ...     print(ending([[0, -radius], [radius, 0]], [0, 0], "tanh", [0.5, 0.2])[:2])
        ('cycle', 1)
        ('cycle', 4)

    Chapter: nonlinear/activations
    """
    matrix, b = _network(W, bias, activation)
    h = _check.reals("start", start, (2,))
    try:
        states = dynamics.simulate(matrix, np.tile(b, (SETTLING, 1)), activation, h0=h)
    except OverflowError:
        return Ending("away", 0, np.empty((0, 2)))
    if np.abs(states).max() > ESCAPE:
        return Ending("away", 0, np.empty((0, 2)))
    last, before = states[-WATCHED:], states[-2 * WATCHED : -WATCHED]
    period = cycle(last)
    return Ending("cycle" if period else "slow" if _moved(before, last) else "open", period, last)


def _moved(before: Floats, last: Floats) -> bool:
    """Whether the box around the states is another one."""
    boxes = [np.concatenate([states.min(axis=0), states.max(axis=0)]) for states in (before, last)]
    size = max(np.ptp(box.reshape(2, 2), axis=0).max() for box in boxes)
    return bool(np.abs(boxes[0] - boxes[1]).max() > 0.05 * size)
