"""The register of checks, and the comparisons that most of them are made of."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

Check = Callable[[Any], str | None]
CHECKS: dict[str, Check] = {}
NOTHING_YET = "the function does not return anything yet"


def exercise(name: str) -> Callable[[Check], Check]:
    """Register a check under its name, ``chapter/exercise``."""

    def register(function: Check) -> Check:
        CHECKS[name] = function
        return function

    return register


def nothing(given: Any) -> bool:
    """Whether a reader's function returns nothing yet: None, or the ellipsis that it came with."""
    return given is None or given is ...


def differs(answer: Any, expected: ArrayLike, hint: str, tolerance: float = 1e-6) -> str | None:
    """The hint when a number or an array is not the expected one, relative to its largest entry."""
    right, given = np.asarray(expected), np.asarray(answer)
    if given.shape != right.shape:
        return f"the shape should be {right.shape}, and is {given.shape}"
    scale = float(np.abs(right).max(initial=0.0)) or 1.0
    close = np.allclose(given, right, rtol=0, atol=tolerance * scale)
    return None if close else hint


def slipped(given: Any, right: ArrayLike, slips: dict[str, Any], tolerance: float = 1e-8) -> str | None:
    """The name of the slip that gives this answer, to a tolerance, unless it makes no difference here."""
    if _same(given, right, tolerance):
        return None
    return next((name for name, slip in slips.items() if _same(given, slip, tolerance)), None)


def _same(given: Any, other: Any, tolerance: float) -> bool:
    """Equal to rounding, or to the tolerance where that is larger, and missing where the other is."""
    same_shape = np.shape(given) == np.shape(other)
    return same_shape and np.allclose(given, other, rtol=1e-6, atol=tolerance, equal_nan=True)
