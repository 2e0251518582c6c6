"""Families of recurrent matrices of spectral radius 1: the same moduli, or at least the same largest one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch

from eigen_teach import _check, init, spectra
from eigen_teach._check import Floats

Generator = torch.Generator


def _filled(init_: Callable[..., torch.Tensor], n: int, generator: Generator) -> Floats:
    filled: Floats = init_(torch.empty(n, n, dtype=torch.float64), generator=generator).numpy()
    return filled


def _haar(n: int, generator: Generator) -> Floats:
    return _filled(init.haar_, n, generator)


def _chain(n: int, generator: Generator) -> Floats:
    return _filled(lambda tensor, generator: init.eigen_(tensor, 1.0, generator=generator), n, generator)


def _turned_chain(n: int, generator: Generator) -> Floats:
    """The chain seen from a random basis: the same eigenvalues and singular values, no locality."""
    chain, basis = _chain(n, generator), _haar(n, generator)
    return basis @ chain @ basis.T


def _gaussian(n: int, generator: Generator) -> Floats:
    entries: Floats = torch.randn(n, n, dtype=torch.float64, generator=generator).numpy()
    return entries / spectra.spectral_radius(entries)


def _identity(n: int, generator: Generator) -> Floats:
    del generator  # nothing is random in it
    identity: Floats = torch.eye(n, dtype=torch.float64).numpy()
    return identity


FAMILIES: Mapping[str, Callable[[int, Generator], Floats]] = MappingProxyType(
    {
        "haar": _haar,
        "chain": _chain,
        "turned_chain": _turned_chain,
        "gaussian": _gaussian,
        "identity": _identity,
    }
)


def draw(family: str, n: int, seed: int) -> Floats:
    """Return one matrix (n, n) of spectral radius 1; its multiples by λ have radius λ.

    Args:
        family: ``"haar"`` and ``"chain"`` are orthogonal; ``"turned_chain"`` is a chain in a random basis;
            ``"gaussian"`` has independent normal entries, scaled to the radius; ``"identity"`` is I.
        n: hidden size.
        seed: of the draw.

    Raises:
        ValueError: if family is unknown.

    Example:
        >>> [round(float(spectra.spectral_radius(draw(name, 20, 0))), 9) for name in FAMILIES]
        [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    return FAMILIES[_check.choice("family", family, FAMILIES)](n, torch.Generator().manual_seed(seed))
