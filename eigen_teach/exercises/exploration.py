"""Checks of the chapter on Conjecture 2: where hidden states live."""

from typing import Any

import numpy as np

from eigen_teach import dynamics
from eigen_teach._check import Floats
from eigen_teach.exercises.registry import NOTHING_YET, differs, exercise, nothing, slipped


@exercise("exploration/own_share")
def own_share(answer: Any) -> str | None:
    """A function of two runs, fed alike: the share of the states that the inputs do not decide."""
    rng = np.random.default_rng(0)
    common = 0.3 * rng.standard_normal((60, 5)) + 0.2
    # A run and the same numbers in another order: both have one rms, so that it may be taken over either.
    for mixed in (5, 3, 0):
        one, other = common.copy(), common.copy()
        other[:, :mixed] = rng.permutation(one[:, :mixed])
        reason = _wrong_share(answer(one.copy(), other.copy()), one, other)
        if reason:
            return reason
    return None


def _wrong_share(given: Any, one: Floats, other: Floats) -> str | None:
    """Why this is not the own share of these two runs."""
    if nothing(given):
        return NOTHING_YET
    gap, square = np.mean((one - other) ** 2), np.mean(one**2)
    share = gap / (2 * square)
    last = np.mean((one[-1] - other[-1]) ** 2)
    slips = {
        "that is the share which the inputs do decide: 1 minus the own share": 1 - share,
        "twice too much: two independent states lie at a mean square of 2 rms²": 2 * share,
        "the root is too much: take squares above and below": np.sqrt(share),
        "that is a distance over an rms; take the squares of both": np.sqrt(gap / square),
        "that is the mean square of the gap; divide it by 2 rms²": gap,
        "take the mean over all steps, not the last one alone": last / (2 * square),
        "the rms is measured from the origin; a variance is measured from the mean": gap
        / (one.var() + other.var()),
    }
    return slipped(given, share, slips) or differs(
        given, share, f"for one pair of runs it should be {share:.3f}"
    )


@exercise("exploration/near_and_far")
def near_and_far(answer: Any) -> str | None:
    """Two sets of 40 states of 3 units: near the origin and apart; all over the cube and mixed."""
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        return "two sets of states are asked for, near and far"
    if any(part is ... for part in answer):
        return "an ellipsis is left: put an array (40, 3) in the place of each"
    near, far = (np.asarray(part, dtype=float) for part in answer)
    for name, states in (("near", near), ("far", far)):
        if states.shape != (40, 3) or not np.isfinite(states).all():
            return f"{name} should be 40 states of 3 units, (40, 3); its shape is {states.shape}"
    classes = np.repeat([0, 1], 20)
    reason = _not_near(near, classes) or _not_far(far, classes)
    swapped = reason and not (_not_near(far, classes) or _not_far(near, classes))
    return "the two sets are in the wrong order: near comes first" if swapped else reason


def _not_near(states: Floats, classes: Any) -> str | None:
    """Why these states are not near the origin with their classes apart."""
    largest, apart = np.abs(states).max(), dynamics.class_separability(states, classes)
    if largest > 0.05 + 1e-9:
        return f"near: the largest entry is {largest:.3g}, and 0.05 is the limit"
    if apart <= 0.9:
        return f"near: the separability is {apart:.2f}; give each class its own mean, and states close to it"
    return None


def _not_far(states: Floats, classes: Any) -> str | None:
    """Why these states do not fill the cube with their classes mixed."""
    if np.abs(states).max() > 1 + 1e-9:
        return "far: an entry lies beyond 1, outside the cube of tanh"
    share, dimension = dynamics.saturation(states), dynamics.effective_dimension(states)
    apart = dynamics.class_separability(states, classes)
    if share < 1:
        return f"far: {100 * share:.0f} % of the units are saturated, all should be (0.95 or more in size)"
    if dimension <= 2:
        return f"far: the effective dimension is {dimension:.2f}; use more corners of the cube"
    if apart >= 0.1:
        return f"far: the separability is {apart:.2f}; send both classes to the same corners equally often"
    return None


# rms, own share, effective dimension, and who moves the state: the memory map's means, tanh unless told.
_NETWORKS = (
    (0.07, 0.0, 8.1, "inputs", "Haar, λ = 0.9, weak inputs"),
    (0.07, 0.0, 1.0, "inputs", "λI, λ = 0.9, weak inputs: it follows them, though along one line only"),
    (0.56, 0.0, 12.2, "inputs", "Haar, λ = 1.3, strong inputs: a full cube, and the inputs fill it"),
    (1.08, 0.0, 15.4, "inputs", "linear Haar, λ = 0.95, strong inputs: far out, and the inputs move it"),
    (0.32, 0.1, 55.5, "inputs", "Haar, λ = 1.1, weak inputs: nine tenths come from the inputs"),
    (0.96, 0.95, 1.0, "corner", "λI, λ = 2, weak inputs: nothing moves any more"),
    (0.50, 0.95, 1.3, "corner", "λI, λ = 1.1, weak inputs: its start decides, and it hardly moves"),
    (0.73, 1.0, 91.0, "chaos", "Haar, λ = 2, weak inputs"),
    (0.71, 1.0, 14.9, "chaos", "Gaussian, λ = 2, weak inputs: 15 directions are no corner"),
)
_WORDS = ("inputs", "corner", "chaos")


@exercise("exploration/diagnose")
def diagnose(answer: Any) -> str | None:
    """A function of rms, own share and effective dimension: inputs, corner or chaos."""
    for rms, own, dimension, expected, name in _NETWORKS:
        given = answer(rms, own, dimension)
        if nothing(given):
            return NOTHING_YET
        if given not in _WORDS:
            return f"one of the words {', '.join(_WORDS)} is asked for, {given!r} came"
        if given != expected:
            numbers = f"rms {rms}, own share {own}, dimension {dimension}"
            return f"{numbers} is {expected!r}, not {given!r} ({name})"
    return None
