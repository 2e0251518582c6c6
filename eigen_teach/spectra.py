"""Spectra of matrices, of initializers and of trained networks: what Tables I, II and III measure.

The functions work on NumPy arrays. Two of them meet torch, and import it when they are called:
``norm_statistics`` draws from an initializer, ``recurrent_matrices`` reads a network.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from eigen_teach import _check
from eigen_teach._check import Floats

if TYPE_CHECKING:
    import torch


def eigenvalue_norms(W: ArrayLike) -> Floats:
    """Return the moduli of the eigenvalues, largest first: a column of Table III for one draw.

    Args:
        W: (..., n, n) real matrix or stack of matrices.

    Returns:
        (..., n), descending along the last axis.

    Raises:
        ValueError: if W is not square or not finite.

    Example:
        >>> eigenvalue_norms([[0.8, -0.6], [0.6, 0.8]]).round(12).tolist()
        [1.0, 1.0]

    Chapter: initializer/rotations
    """
    moduli = np.abs(np.linalg.eigvals(_check.square("W", W, batch=True)))
    return np.flip(np.sort(moduli, axis=-1), axis=-1)


def unique_norms(W: ArrayLike) -> Floats:
    """Return the moduli with one entry for each conjugate pair, largest first, as in Table II.

    Args:
        W: (n, n) real matrix. Two real eigenvalues stay two, whatever their moduli.

    Returns:
        (k,) descending, k = number of real eigenvalues + number of conjugate pairs.

    Raises:
        ValueError: if W is not square or not finite.

    Example:
        >>> unique_norms([[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 0.5]]).round(12).tolist()
        [1.0, 0.5]
    """
    # The eigenvalues of a real matrix come in exactly conjugate pairs: keep the upper half plane.
    eigenvalues = np.linalg.eigvals(_check.square("W", W))
    return np.flip(np.sort(np.abs(eigenvalues[eigenvalues.imag >= 0])))


def spectral_radius(W: ArrayLike) -> np.float64 | Floats:
    """Return the largest eigenvalue modulus: a float, or (...,) for a stack (..., n, n).

    Args:
        W: (..., n, n) real matrix or stack of matrices.

    Raises:
        ValueError: if W is not square or not finite.

    Example:
        >>> float(spectral_radius([[0.5, 40], [0, -0.5]]))  # blind to the 40
        0.5

    Chapter: initializer/spectra
    """
    radius: np.float64 | Floats = eigenvalue_norms(W).max(axis=-1)
    return radius


def norm_statistics(
    init_: Callable[[torch.Tensor], object], n: int, *, trials: int = 500, seed: int = 0
) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of the ordered moduli over many draws: a column of Table III.

    The draws are float64 and come from torch's CPU generator, seeded here and put back afterwards.

    Args:
        init_: fills an (n, n) tensor in place, as ``init.eigen_`` or ``torch.nn.init.xavier_normal_``.
        n: hidden size, at least 1.
        trials: number of draws, at least 1.
        seed: of the generator; the same seed gives the same numbers.

    Returns:
        Two arrays (n,): means, largest first, and standard deviations (squares divided by ``trials``).

    Raises:
        TypeError: if init_ is not callable, or a count is not an integer.
        ValueError: if a count is too small, or init_ left an entry that is not finite.

    Example:
        >>> from eigen_teach import init
        >>> mean, sd = norm_statistics(init.eigen_, 4, trials=20)
        >>> mean.round(6).tolist(), bool(sd.max() < 1e-12)
        ([0.95, 0.95, 0.95, 0.95], True)

    Chapter: initializer/spectra
    """
    norms = eigenvalue_norms(_draws(init_, _check.count("n", n, 1), _check.count("trials", trials, 1), seed))
    return norms.mean(axis=0), norms.std(axis=0)


def _draws(init_: Callable[[torch.Tensor], object], n: int, trials: int, seed: int) -> Floats:
    """Return ``trials`` matrices (trials, n, n) that ``init_`` filled."""
    if not callable(init_):
        raise TypeError(
            f"init_ must be a function that fills a tensor in place, got {type(init_).__name__} {init_!r}; "
            'look one up with init.INITIALIZERS["eigen"]'
        )
    seed = _check.count("seed", seed, 0)
    import torch

    stack = torch.full((trials, n, n), float("nan"), dtype=torch.float64)  # NaN: what init_ skips is noticed
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.default_generator.manual_seed(seed)  # the CPU's alone; torch.manual_seed resets every device
        for matrix in stack:
            init_(matrix)
    draws: Floats = _check.square("the matrix that init_ filled", stack.numpy(), batch=True)
    return draws


def participation_ratio(vectors: ArrayLike) -> Floats:
    """Return how many entries each column spreads over, (Σ|v|²)² / Σ|v|⁴.

    Args:
        vectors: (n, k) real or complex, one vector a column, as ``modes(W).vectors``; any length.

    Returns:
        (k,) from 1, all in one entry, to n, spread evenly.

    Raises:
        ValueError: if vectors has not two axes, or a column is zero or not finite.

    Example:
        >>> participation_ratio([[1, 1], [0, 1], [0, -1], [0, 1]]).tolist()
        [1.0, 4.0]

    Chapter: initializer/rotations
    """
    size = np.abs(_check.complexes("vectors", vectors, ("n", "k")))
    largest = size.max(axis=0, initial=0.0)
    if not largest.all():
        raise ValueError(
            f"vectors must have no zero column, got {np.count_nonzero(largest == 0)} of {size.shape[1]}; "
            "drop them"
        )
    weights = (size / largest) ** 2
    return np.asarray(weights.sum(axis=0) ** 2 / (weights**2).sum(axis=0))


def spacing_ratio(phases: ArrayLike) -> float:
    """Return the mean ratio, smaller to larger, of neighbouring gaps between points on the circle.

    It tells levels that ignore one another (Poisson points, .386) from levels that repel (the
    eigenvalues of a Haar orthogonal matrix, near .60), and needs no unfolding of their density.

    Args:
        phases: (k,) angles in radians, k at least 3, in any order; taken modulo 2π.

    Returns:
        From 0 to 1, which means equal gaps.

    Raises:
        ValueError: if there are fewer than three phases, or three of them coincide: 0/0 has no ratio.

    Example:
        >>> round(spacing_ratio(2 * np.pi * np.arange(12) / 12), 9)
        1.0

    Reference: Atas, Bogomolny, Giraud & Roux (2013), Physical Review Letters 110, 084101.

    Chapter: initializer/rotations
    """
    angles = np.sort(np.mod(_check.reals("phases", phases, ("k",)), 2 * np.pi))
    if len(angles) < 3:
        raise ValueError(f"phases must have at least 3 angles, got {len(angles)}; two gaps make a ratio")
    gaps = np.diff(angles, append=angles[0] + 2 * np.pi)
    neighbours = np.roll(gaps, -1)
    larger = np.maximum(gaps, neighbours)
    if not larger.all():
        raise ValueError(
            "phases must not coincide three at a time, got "
            f"{np.count_nonzero(larger == 0)} pairs of empty gaps; drop repeated angles with np.unique"
        )
    return float(np.mean(np.minimum(gaps, neighbours) / larger))


def recurrent_matrices(rnn: torch.nn.Module) -> dict[str, Floats]:
    """Return copies of a network's recurrent matrices, one for each layer, gate and direction.

    Args:
        rnn: an RNN, LSTM or GRU of torch, one of their cells, or ``models.LinearRNN``.

    Returns:
        (n, n) float64 arrays under the keys of ``init.gate_views``: ``"l0.h"``, ``"l1.r.reverse"``.

    Raises:
        TypeError: if rnn is no recurrent layer.

    Example:
        >>> import torch
        >>> sorted(recurrent_matrices(torch.nn.LSTM(2, 3)))
        ['l0.f', 'l0.g', 'l0.i', 'l0.o']

    Chapter: initializer/spectra
    """
    from eigen_teach import init

    views = init.gate_views(rnn)
    return {key: view.detach().cpu().double().numpy().copy() for key, view in views.items()}
