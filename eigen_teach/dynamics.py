"""Nonlinear recurrent networks, h_t = φ(W h_{t-1} + x_t): how they move, and what Conjecture 1 asks of them.

``simulate`` runs a network and ``jacobian`` linearizes it where it is. The other functions measure
what eigenvalues of W alone do not tell: gradients, chaos, memory, and how the states lie in space.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import scipy.linalg
import scipy.special
from numpy.typing import ArrayLike

from eigen_teach import _check
from eigen_teach._check import Floats


class Activation(NamedTuple):
    """An activation φ and its slope.

    Args:
        function: φ, from the input z of the units to their state h = φ(z), entry by entry.
        slope: φ'(z) as a function of the state h. All four activations allow it: tanh' = 1 - tanh².
    """

    function: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]


ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {
        "linear": Activation(lambda z: z, np.ones_like),
        "tanh": Activation(np.tanh, lambda h: 1 - h * h),
        "relu": Activation(lambda z: np.maximum(z, 0.0), lambda h: (h > 0).astype(np.float64)),
        "sigmoid": Activation(scipy.special.expit, lambda h: h * (1 - h)),
    }
)


def _activation(name: str) -> Activation:
    way_out = "give its name, such as activation='tanh'"
    return ACTIVATIONS[_check.choice("activation", name, ACTIVATIONS, way_out)]


def simulate(
    W: ArrayLike, drive: ArrayLike, activation: str = "tanh", *, h0: ArrayLike | None = None
) -> Floats:
    """Run the network: h_t = φ(W h_{t-1} + drive_t).

    Args:
        W: (n, n) recurrent matrix.
        drive: (T, n) what enters each unit at each step, W_x x_t + b; zeros let the network run freely.
        activation: ``"linear"``, ``"tanh"``, ``"relu"`` or ``"sigmoid"``.
        h0: (n,) state before the first step; zeros when None.

    Returns:
        (T, n) states h_1 … h_T, one row a step.

    Raises:
        ValueError: if a shape does not fit, an entry is not finite, or there is no such activation.
        OverflowError: if the states leave the range of float64 (linear and ReLU can).

    Example:
        The same quarter turn, doubled at each step, explodes or is held by tanh:

        >>> W, still = [[0, -2], [2, 0]], np.zeros((40, 2))
        >>> states = [simulate(W, still, name, h0=[0.1, 0])[-1] for name in ("linear", "tanh")]
        >>> [round(float(np.linalg.norm(h)), 3) for h in states]
        [109951162777.6, 0.958]

    Chapter: nonlinear/activations
    """
    matrix = _check.square("W", W)
    phi = _activation(activation).function
    inputs = _check.reals("drive", drive, ("T", len(matrix)))
    h = np.zeros(len(matrix)) if h0 is None else _check.reals("h0", h0, (len(matrix),))
    states = np.empty_like(inputs)
    with np.errstate(over="ignore", invalid="ignore"):
        for t, kick in enumerate(inputs):
            h = phi(matrix @ h + kick)
            states[t] = h
    _check.within_float64(states, "the states", "simulate fewer steps or scale W down")
    return states


def jacobian(W: ArrayLike, state: ArrayLike, activation: str) -> Floats:
    """Return the (n, n) matrix ∂h_t/∂h_{t-1} = diag(φ'(z_t)) W of the step that reached ``state``.

    Its eigenvalues are those of the network near this state: stable at a fixed point when all lie
    inside the unit circle. ReLU's slope at 0 is taken as 0, as torch does.

    Args:
        W: (n, n) recurrent matrix.
        state: (n,) the state h_t = φ(z_t) after the step.
        activation: ``"linear"``, ``"tanh"``, ``"relu"`` or ``"sigmoid"``.

    Raises:
        ValueError: if a shape does not fit, an entry is not finite, or there is no such activation.

    Example:
        At rest tanh is linear; a saturated unit passes nothing on:

        >>> jacobian([[2, 1], [1, 2]], [0, 1], "tanh").tolist()
        [[2.0, 1.0], [0.0, 0.0]]

    Chapter: nonlinear/activations
    """
    matrix = _check.square("W", W)
    slope = _activation(activation).slope
    return slope(_check.reals("state", state, (len(matrix),)))[:, None] * matrix


def gradient_norms(W: ArrayLike, states: ArrayLike, activation: str) -> Floats:
    """Return ‖∂h_t/∂h_0‖ for t = 1 … T: what is left, or became, of a small change of the first state.

    The norm is the largest singular value of J_t … J_1, the product of the Jacobians along the way.

    Args:
        W: (n, n) recurrent matrix.
        states: (T, n) trajectory h_1 … h_T, as :func:`simulate` returns it.
        activation: the one that made the states.

    Returns:
        (T,) norms; for linear W = λQ, Q orthogonal, they are λᵗ.

    Raises:
        ValueError: if a shape does not fit, an entry is not finite, or there is no such activation.
        OverflowError: if the product leaves the range of float64.

    Example:
        The linear network forgets nothing; tanh loses a little wherever a state is not 0:

        >>> W, start = [[0, -1], [1, 0]], [0.5, 0.5]
        >>> for name in ("linear", "tanh"):
        ...     states = simulate(W, np.zeros((3, 2)), name, h0=start)
        ...     print(gradient_norms(W, states, name).round(3).tolist())
        [1.0, 1.0, 1.0]
        [0.786, 0.64, 0.534]
    """
    matrix, slopes = _along(W, states, activation)
    product = np.eye(len(matrix))
    norms = np.empty(len(slopes))
    with np.errstate(over="ignore", invalid="ignore"):
        for t, slope in enumerate(slopes):
            product = slope[:, None] * (matrix @ product)
            # The largest singular value of an overflown matrix is not asked for: LAPACK would not converge.
            norms[t] = np.linalg.norm(product, 2) if np.isfinite(product).all() else np.inf
    _check.within_float64(norms, "the gradient", "use fewer steps or scale W down")
    return norms


def lyapunov_exponent(W: ArrayLike, states: ArrayLike, activation: str) -> float:
    """Return the largest Lyapunov exponent: the mean of ln(growth) per step of a small change of the state.

    Negative: neighbouring states meet. Positive: they part; where bounded states do so from almost every
    start, that is chaos. A tangent vector, started at random from a fixed seed, is carried along and
    rescaled. The first tenth of the steps turns it into the fastest direction and is not counted.

    Args:
        W: (n, n) recurrent matrix.
        states: (T, n) trajectory h_1 … h_T, T at least 1; leave a transient out.
        activation: the one that made the states.

    Returns:
        Nats a step; -inf when the vector dies exactly (every ReLU off, a nilpotent W).

    Raises:
        ValueError: if a shape does not fit, an entry is not finite, or there is no such activation.

    Example:
        For linear W = λQ it is ln λ:

        >>> W = [[0, -2], [2, 0]]
        >>> growth = lyapunov_exponent(W, simulate(W, np.ones((9, 2)), "linear"), "linear")
        >>> round(float(np.exp(growth)), 9)
        2.0
    """
    matrix, slopes = _along(W, states, activation)
    if len(slopes) == 0:
        raise ValueError("states must have at least 1 row, got none; simulate at least one step")
    tangent = np.random.default_rng(0).standard_normal(len(matrix))
    growth = np.empty(len(slopes))
    for t, slope in enumerate(slopes):
        tangent = slope * (matrix @ (tangent / scipy.linalg.norm(tangent)))
        growth[t] = scipy.linalg.norm(tangent)  # NumPy's squares a slope of 1e-200 to 0
        if growth[t] == 0:
            return -np.inf
    return float(np.log(growth[len(growth) // 10 :]).mean())


def _along(W: ArrayLike, states: ArrayLike, activation: str) -> tuple[Floats, Floats]:
    """Return W and the slopes φ'(z_t), one row (n,) for each of the states."""
    matrix = _check.square("W", W)
    slope = _activation(activation).slope
    return matrix, slope(_check.reals("states", states, ("T", len(matrix))))


def memory_capacity(
    W: ArrayLike,
    w_in: ArrayLike,
    *,
    activation: str = "tanh",
    scale: float = 1.0,
    lags: int = 200,
    steps: int = 4000,
    washout: int = 500,
    ridge: float = 1e-8,
    seed: int = 0,
) -> float:
    """Return how many past inputs the state holds: the sum over lags 1, 2, … of r²(readout, u_{t-lag}).

    Each lag has a linear readout of h_t, fitted by ridge regression on the first half of the steps; r² is
    taken on the second half, where chance adds some 2 lags / steps. With lag 0, the present, n is the most.

    Args:
        W: (n, n) recurrent matrix.
        w_in: (n,) input weights; the drive is scale · u_t · w_in.
        activation: ``"linear"``, ``"tanh"``, ``"relu"`` or ``"sigmoid"``.
        scale: strength of the input.
        lags: the longest lag.
        steps: how many steps are kept, at least 4.
        washout: how many are run before and thrown away; ``lags`` where that is more.
        ridge: penalty of the readout, positive, as a share of the mean variance of a unit.
        seed: of the input u_t ~ U(-1, 1); the same seed gives the same number.

    Raises:
        TypeError, ValueError: if an argument is of the wrong kind, shape or size.
        OverflowError: if the network explodes; one that explodes within float64 reads as chance.

    Example:
        >>> round(memory_capacity(np.eye(5, k=-1), [1, 0, 0, 0, 0], activation="linear", lags=9), 1)
        4.0

    Reference: Jaeger (2001), Short term memory in echo state networks, GMD report 152.
    """
    matrix = _check.square("W", W)
    weights = _check.reals("w_in", w_in, (len(matrix),))
    lags, steps = _check.count("lags", lags, 1), _check.count("steps", steps, 4)
    first = max(_check.count("washout", washout, 0), lags)  # every target was an input of this run
    ridge = _check.positive("ridge", ridge, "a small one such as 1e-8 will do")
    u = np.random.default_rng(_check.count("seed", seed, 0)).uniform(-1, 1, first + steps)
    drive = np.outer(u, _check.reals("scale", scale, ()) * weights)
    states = simulate(matrix, drive, activation)[first:]
    past = np.stack([u[first - lag : len(u) - lag] for lag in range(1, lags + 1)])  # (lags, steps)
    return float(_held_out_correlations(states, past.T, ridge).sum())


def _held_out_correlations(states: Floats, targets: Floats, ridge: float) -> Floats:
    """Fit a readout of each target (T, k) on the first half, return r² (k,) on the second."""
    half = len(states) // 2
    moves = _moves(states)
    x, y = (points[:half] - points[:half].mean(axis=0) for points in (moves, targets))
    gram = x.T @ x  # (n, n); one matrix serves all lags
    penalty = ridge * gram.trace() / len(gram)
    if penalty == 0:  # the states stand still, and no readout sees an input
        return np.zeros(targets.shape[1])
    readouts = np.linalg.solve(gram + penalty * np.eye(len(gram)), x.T @ y)  # (n, k)
    predicted, target = _moves(moves[half:] @ readouts), targets[half:]
    predicted, target = predicted - predicted.mean(axis=0), target - target.mean(axis=0)
    covariance = np.sum(predicted * target, axis=0)
    size = np.sum(predicted**2, axis=0) * np.sum(target**2, axis=0)
    r_squared: Floats = np.divide(covariance**2, size, out=np.zeros_like(size), where=size > 0)
    return r_squared


def _moves(states: Floats) -> Floats:
    """Return the states minus the first, their largest entry scaled to 1.

    What stands still becomes exactly 0, which subtracting a rounded mean would not give.
    """
    moves = states - states[0]
    scaled: Floats = moves / (np.abs(moves).max() or 1.0)
    return scaled


def echo_state_gap(W: ArrayLike, drive: ArrayLike, activation: str, *, seed: int = 0) -> Floats:
    """Return the distance of two trajectories of one network, fed alike, from two random starting states.

    With the echo-state property the gap closes: the state depends on the inputs alone, not on the start.

    Args:
        W: (n, n) recurrent matrix.
        drive: (T, n) what enters both at each step.
        activation: ``"linear"``, ``"tanh"``, ``"relu"`` or ``"sigmoid"``.
        seed: of the starts, which are uniform on [-1, 1] (linear, tanh) or [0, 1] (ReLU, sigmoid): in
            the range of the activation.

    Returns:
        (T,) Euclidean distances after each step.

    Raises:
        ValueError, OverflowError: as :func:`simulate`.

    Example:
        Half of the gap is lost at each step, whatever is fed:

        >>> gap = echo_state_gap(0.5 * np.eye(3), np.ones((4, 3)), "linear")
        >>> (gap[1:] / gap[:-1]).round(9).tolist()
        [0.5, 0.5, 0.5]

    Chapter: nonlinear/activations
    """
    n = len(_check.square("W", W))
    _activation(activation)
    lowest = 0.0 if activation in ("relu", "sigmoid") else -1.0
    rng = np.random.default_rng(_check.count("seed", seed, 0))
    one, other = (simulate(W, drive, activation, h0=start) for start in rng.uniform(lowest, 1, (2, n)))
    return np.asarray(np.linalg.norm(one - other, axis=1))


def saturation(states: ArrayLike, threshold: float = 0.95) -> float:
    """Return the share of the entries with |h| ≥ threshold: units at the faces of the cube of tanh.

    Args:
        states: any shape, not empty.
        threshold: from where on a unit counts as saturated.

    Returns:
        From 0 to 1.

    Raises:
        ValueError: if states is empty or not finite, or threshold is not finite or not positive.

    Example:
        >>> saturation([[0.2, -0.99], [0.95, 0.5]])
        0.5

    Chapter: nonlinear/activations
    """
    sizes = np.abs(_check.reals("states", states))
    if sizes.size == 0:
        raise ValueError(f"states must not be empty, got shape {sizes.shape}; simulate at least one step")
    return float(np.mean(sizes >= _check.positive("threshold", threshold, "0.95 is usual for tanh")))


def effective_dimension(states: ArrayLike) -> float:
    """Return how many directions the states spread over: (Σ v_i)² / Σ v_i², v_i the principal variances.

    Args:
        states: (T, n) one state a row, T at least 2.

    Returns:
        From 1, a line, to n, a ball; 0 when the states do not move at all.

    Raises:
        ValueError: if states has not two axes or fewer than two rows, or is not finite.

    Example:
        >>> turn = 2 * np.pi * np.arange(12) / 12
        >>> circle = np.column_stack([np.cos(turn), np.sin(turn), 0 * turn])
        >>> round(effective_dimension(circle), 9), round(effective_dimension(circle[:, :1]), 9)
        (2.0, 1.0)

    Chapter: nonlinear/conjecture_exploration
    """
    points = _check.reals("states", states, ("T", "n"))
    if len(points) < 2 or points.shape[1] == 0:
        raise ValueError(
            f"states must have at least 2 rows and 1 unit, got shape {points.shape}; simulate more steps"
        )
    moves = _moves(points)
    covariance = np.cov(moves, rowvar=False).reshape(moves.shape[1], -1)  # (n, n), also for one unit
    spread = np.sum(covariance**2)  # tr C², the sum of the squared variances
    return float(covariance.trace() ** 2 / spread) if spread > 0 else 0.0


def class_separability(states: ArrayLike, labels: ArrayLike) -> float:
    """Return the share of the states' variance that lies between the means of the classes: tr S_B / tr S_T.

    Args:
        states: (N, n) one state a row, N at least 1.
        labels: (N,) the class of each, as numbers.

    Returns:
        From 0, all classes have one mean (or nothing varies), to 1, each class is one point.

    Raises:
        ValueError: if a shape does not fit, or an entry is not finite.

    Example:
        >>> class_separability([[0, 0], [0, 2], [4, 0], [4, 2]], [0, 0, 1, 1])
        0.8

    Reference: Fukunaga (1990), Introduction to Statistical Pattern Recognition.
    Chapter: nonlinear/conjecture_exploration
    """
    points = _check.reals("states", states, ("N", "n"))
    classes = _check.reals("labels", labels, (len(points),))
    if points.size == 0:
        raise ValueError(f"states must not be empty, got shape {points.shape}; give one state a row")
    moves = _moves(points)
    total = np.sum((moves - moves.mean(axis=0)) ** 2)
    if total == 0:
        return 0.0
    groups = [moves[classes == label] for label in np.unique(classes)]
    within = sum(np.sum((group - group.mean(axis=0)) ** 2) for group in groups)
    return max(0.0, float(1 - within / total))  # rounding can take a single class below 0
