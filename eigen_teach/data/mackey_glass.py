"""The Mackey–Glass series: one chaotic number a step, the regression task of Table I.

A delay differential equation, whose state is all of the last τ. Up to time 0 it is a constant, the history;
from there classical Runge–Kutta goes on in fixed steps. At half a step that needs the delayed value between
two points of the grid: a cubic Hermite interpolant gives it, which keeps the order 4.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from eigen_teach import _check
from eigen_teach._check import Floats

_START = (1.1, 1.3)  # the history is drawn from here, above the fixed point 1 of the usual constants


def series(
    length: int,
    *,
    tau: float = 17.0,
    beta: float = 0.2,
    gamma: float = 0.1,
    exponent: float = 10.0,
    step: float = 0.1,
    sample: float = 1.0,
    discard: int = 1000,
    history: float | None = None,
    seed: int = 0,
) -> Floats:
    """Return samples of dx/dt = β x(t − τ) / (1 + x(t − τ)^p) − γ x(t), chaotic for the defaults.

    Args:
        length: samples returned, at least 1.
        tau: delay τ, a multiple of ``step``.
        beta: rate of production β.
        gamma: rate of decay γ.
        exponent: p.
        step: of the integration, at most 1/γ.
        sample: time between samples, a multiple of ``step``.
        discard: samples dropped at the start, where the history still shows; with 0 the first is x(0).
        history: the constant; None draws it evenly from [1.1, 1.3] by the seed.
        seed: of that draw; without effect when a history is given.

    Returns:
        (length,) float64.

    Raises:
        TypeError, ValueError, OverflowError: a number is none, not positive, no multiple, or too large.

    Example:
        >>> series(4, history=1.0).tolist()  # the fixed point, (β/γ − 1)^(1/p)
        [1.0, 1.0, 1.0, 1.0]

    Reference: M. C. Mackey, L. Glass, Oscillation and chaos in physiological control systems, 1977.
    """
    length, discard = _check.count("length", length, 1), _check.count("discard", discard, 0)
    step, gamma = _check.positive("step", step), _check.positive("gamma", gamma)
    if gamma * step > 1:
        raise ValueError(f"step must be at most 1/gamma = {1 / gamma:g}, got {step}; use a smaller step")
    delay, stride = _multiple("tau", tau, step), _multiple("sample", sample, step)
    start = _start(history, _check.count("seed", seed, 0))
    steps = (discard + length - 1) * stride
    beta, exponent = _check.positive("beta", beta), _check.positive("exponent", exponent)
    return _integrate(start, steps, delay, step, beta, gamma, exponent)[discard * stride :: stride]


def _integrate(
    start: float, steps: int, delay: int, h: float, beta: float, gamma: float, exponent: float
) -> Floats:
    """Return x at the times 0, h, …, steps · h, for the history ``start`` and τ = delay · h."""

    def production(delayed: float) -> float:
        return beta * delayed / (1 + math.pow(delayed, exponent))

    x = [start] * (delay + 1)  # x[k] is the value at time (k - delay) · h
    middle = [start] * delay  # half a step later
    try:
        for k in range(steps):
            now = x[-1]
            before, between, after = production(x[k]), production(middle[k]), production(x[k + 1])
            k1 = before - gamma * now
            k2 = between - gamma * (now + h / 2 * k1)
            k3 = between - gamma * (now + h / 2 * k2)
            k4 = after - gamma * (now + h * k3)
            new = now + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            slope = after - gamma * new
            middle.append((now + new) / 2 + h / 8 * (k1 - slope))  # cubic Hermite at its middle
            x.append(new)
    except OverflowError:
        raise OverflowError(
            f"x^exponent left the range of float64 at x = {max(x):g}, exponent = {exponent:g}; "
            "use a smaller exponent, history or beta/gamma"
        ) from None
    return np.array(x[delay:])


def windows(series: ArrayLike, length: int, horizon: int = 1, *, stride: int = 1) -> tuple[Floats, Floats]:
    """Cut a series into windows, each step of which has the value ``horizon`` steps ahead as its target.

    A loss per step uses all targets, a loss at the last step only ``targets[:, -1]``. The windows slide by
    ``stride`` and overlap unless it reaches ``length``: cut off the test part *before* the windows are made.

    Args:
        series: (T,) real.
        length: steps of a window.
        horizon: steps to look ahead, at least 1.
        stride: from the start of one window to the next.

    Returns:
        Inputs and targets, each (N, length, 1), with N = 1 + (T − length − horizon) // stride.

    Raises:
        TypeError, ValueError: not a real vector, a count below 1, or a series too short for one window.

    Example:
        >>> inputs, targets = windows([0, 1, 2, 3, 4], length=3)
        >>> inputs[..., 0].tolist(), targets[..., 0].tolist()
        ([[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]], [[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]])
    """
    values = _check.reals("series", series, ("T",))
    length, horizon = _check.count("length", length, 1), _check.count("horizon", horizon, 1)
    stride = _check.count("stride", stride, 1)
    if len(values) < length + horizon:
        raise ValueError(
            f"series must have at least length + horizon = {length + horizon} values, got {len(values)}; "
            "make it longer or the window shorter"
        )
    cut = np.lib.stride_tricks.sliding_window_view(values, length)[::stride, :, None]  # (·, length, 1)
    ahead = np.lib.stride_tricks.sliding_window_view(values[horizon:], length)[::stride, :, None]
    return cut[: len(ahead)].copy(), ahead.copy()  # copies: the windows share memory


def _multiple(name: str, value: float, step: float) -> int:
    """Return how many steps ``value`` is, a whole number from 1."""
    steps = _check.positive(name, value) / step
    if round(steps) < 1 or not math.isclose(steps, round(steps), rel_tol=1e-9):
        raise ValueError(f"{name} must be a multiple of step = {step:g}, got {value}; change one of the two")
    return round(steps)


def _start(history: float | None, seed: int) -> float:
    if history is None:
        return float(np.random.default_rng(seed).uniform(*_START))
    return _check.positive("history", history)
