"""Two tasks whose dependency is known by construction: recall the first symbol, add two marked numbers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eigen_teach import _check
from eigen_teach._check import Floats

# Of the sum of two independent numbers uniform on [0, 1]: the squared error of who always says 1.
ADDING_VARIANCE = 1 / 6


class Sequences(NamedTuple):
    """Inputs and what is to be said after the last step.

    Args:
        inputs: (N, T, d).
        targets: int64 classes (N,), or float64 numbers (N, 1).
    """

    inputs: Floats
    targets: NDArray[Any]


def recall(
    count: int,
    *,
    delay: int = 50,
    symbols: int = 10,
    noise: float = 0.1,
    rng: int | np.random.Generator = 0,
) -> Sequences:
    """Draw sequences that show one symbol at the first step and nothing but noise after it.

    The symbol is one-hot and comes without noise. Every later step holds independent normal noise in each
    channel. All that is ever said about the class lies ``delay`` steps back when it is asked for; who
    guesses is right in one of ``symbols``.

    Args:
        count: N, at least 1.
        delay: steps after the symbol, so that T = delay + 1.
        symbols: classes, and channels d.
        noise: standard deviation of the noise, from 0 (blank steps).
        rng: a seed, or a NumPy generator that goes on.

    Returns:
        Inputs (N, delay + 1, symbols) and classes (N,).

    Raises:
        TypeError, ValueError: a count is none or too small, or noise is negative or not finite.

    Example:
        >>> inputs, classes = recall(4, delay=3, symbols=2)
        >>> inputs.shape, bool((inputs[:, 0].argmax(axis=1) == classes).all())
        ((4, 4, 2), True)

    Reference: Y. Bengio, P. Simard, P. Frasconi, Learning long-term dependencies, 1994 (the latch).
    """
    count, delay = _check.count("count", count, 1), _check.count("delay", delay, 0)
    symbols = _check.count("symbols", symbols, 2)
    noise = _check.not_negative("noise", noise, "0 leaves the steps blank")
    draws = _generator(rng)
    classes = draws.integers(symbols, size=count)
    inputs = noise * draws.standard_normal((count, delay + 1, symbols))
    inputs[:, 0] = np.eye(symbols)[classes]
    return Sequences(inputs, classes)


def adding(count: int, *, length: int = 50, rng: int | np.random.Generator = 0) -> Sequences:
    """Draw sequences of the adding problem: two of many numbers are marked, their sum is the target.

    Channel 0 holds numbers uniform on [0, 1]. Channel 1 holds a one beside two of them, at a uniformly
    drawn step of the first half and one of the second, and zeros elsewhere. Always to say 1 costs
    ``ADDING_VARIANCE`` in squared error.

    Args:
        count: N, at least 1.
        length: T, at least 2.
        rng: a seed, or a NumPy generator that goes on.

    Returns:
        Inputs (N, T, 2) and sums (N, 1).

    Raises:
        TypeError, ValueError: a count is none or too small.

    Example:
        >>> inputs, sums = adding(3, length=6)
        >>> bool(np.allclose((inputs[..., 0] * inputs[..., 1]).sum(axis=1), sums[:, 0]))
        True

    Reference: S. Hochreiter, J. Schmidhuber, Long short-term memory, 1997.
    """
    count, length = _check.count("count", count, 1), _check.count("length", length, 2)
    draws, every = _generator(rng), np.arange(count)
    inputs = np.zeros((count, length, 2))
    inputs[:, :, 0] = draws.uniform(size=(count, length))
    inputs[every, draws.integers(length // 2, size=count), 1] = 1
    inputs[every, draws.integers(length // 2, length, size=count), 1] = 1
    return Sequences(inputs, inputs.prod(axis=2).sum(axis=1, keepdims=True))


def _generator(rng: int | np.random.Generator) -> np.random.Generator:
    return rng if isinstance(rng, np.random.Generator) else np.random.default_rng(_check.count("rng", rng, 0))
