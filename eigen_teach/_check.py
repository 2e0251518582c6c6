"""Checks that every public function runs on its arguments before it touches anything.

An error names the argument, what it must be, what came, and a way out.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

_WAYS_OUT = {"b": "use .astype(float)", "c": "take .real or .imag"}  # by the kind of a dtype


def _numeric(name: str, value: ArrayLike, kinds: str, words: str) -> NDArray[Any]:
    """Return ``value`` as an array whose dtype kind is one of ``kinds`` and whose entries are finite."""
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, RuntimeError) as error:  # ragged lists, torch tensors that need a gradient
        raise TypeError(
            f"{name} must be an array of {words} numbers, got {type(value).__name__} ({error}); "
            "a torch tensor converts with .detach().cpu().numpy()"
        ) from None
    if array.dtype.kind not in kinds:
        wrong = ValueError if array.dtype.kind in _WAYS_OUT else TypeError
        hint = _WAYS_OUT.get(array.dtype.kind, "text and other objects are no numbers")
        raise wrong(f"{name} must be an array of {words} numbers, got dtype {array.dtype}; {hint}")
    if not np.isfinite(array).all():
        raise ValueError(
            f"{name} must be finite, got {np.count_nonzero(~np.isfinite(array))} NaN or infinite of "
            f"{array.size} entries; find them with np.isfinite"
        )
    return array


def reals(name: str, value: ArrayLike, shape: tuple[int | str, ...] | None = None) -> Floats:
    """Return a float64 copy of ``value``; in ``shape`` an int is a required size, a letter any size."""
    array = _numeric(name, value, "fiu", "real").astype(np.float64)
    if shape is not None:
        _shape(name, array, shape)
    return array


def complexes(name: str, value: ArrayLike, shape: tuple[int | str, ...] | None = None) -> Complexes:
    """Return a complex128 copy of ``value``; ``shape`` as in :func:`reals`."""
    array = _numeric(name, value, "fiuc", "real or complex").astype(np.complex128)
    if shape is not None:
        _shape(name, array, shape)
    return array


def _shape(name: str, array: NDArray[Any], shape: tuple[int | str, ...]) -> None:
    fits = array.ndim == len(shape) and all(
        isinstance(want, str) or want == size for want, size in zip(shape, array.shape, strict=True)
    )
    if not fits:
        wanted = f"({', '.join(str(size) for size in shape)}{',' if len(shape) == 1 else ''})"
        way_out = (
            f"for one feature use {name}[:, None]" if (array.ndim, len(shape)) == (1, 2) else "check its axes"
        )
        raise ValueError(f"{name} must have shape {wanted}, got {array.shape}; {way_out}")


def square(name: str, value: ArrayLike, *, batch: bool = False) -> Floats:
    """Return a float64 copy of a square matrix (n, n), or of a stack (..., n, n) when ``batch``."""
    array = reals(name, value)
    right_ndim = array.ndim >= 2 if batch else array.ndim == 2
    if not right_ndim or array.shape[-1] != array.shape[-2] or array.shape[-1] == 0:
        wanted = "(..., n, n)" if batch else "(n, n)"
        raise ValueError(
            f"{name} must be square, shape {wanted} with n at least 1, got {array.shape}; "
            "for the stacked gates of an LSTM or a GRU take one block at a time with init.gate_views"
        )
    return array


def count(name: str, value: int, least: int) -> int:
    """Return ``value`` as an int that is at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer, got {type(value).__name__} {value!r}; use int(...)")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}; give a larger one")
    return int(value)


def real(name: str, value: float) -> float:
    """Return ``value`` as a float, if it is one real number."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a real number, got {type(value).__name__} {value!r}; use float(...)")
    return float(value)


def positive(name: str, value: float, way_out: str = "give a positive number") -> float:
    """Return ``value`` as a float that is positive and finite."""
    if not (math.isfinite(real(name, value)) and value > 0):
        raise ValueError(f"{name} must be positive and finite, got {value}; {way_out}")
    return float(value)


def not_negative(name: str, value: float, way_out: str = "give 0 or a positive number") -> float:
    """Return ``value`` as a float that is finite and at least 0."""
    if not (math.isfinite(real(name, value)) and value >= 0):
        raise ValueError(f"{name} must be finite and not negative, got {value}; {way_out}")
    return float(value)


def choice(name: str, value: str, known: Iterable[str], way_out: str = "check its spelling") -> str:
    """Return ``value``, if it is one of the ``known`` names, such as the keys of a mapping."""
    names = tuple(known)
    if not isinstance(value, str) or value not in names:
        raise ValueError(f"{name} must be one of {', '.join(names)}, got {value!r}; {way_out}")
    return value


def within_float64(array: NDArray[Any], what: str, way_out: str) -> None:
    """Raise ``OverflowError`` with the first step (row) of ``array`` that is not finite."""
    finite = np.isfinite(array).all(axis=tuple(range(1, array.ndim)))
    if not finite.all():
        raise OverflowError(f"{what} left the range of float64 in row {int(np.argmin(finite))}; {way_out}")
