"""Checks of the chapter on digits: how many seeds it takes, times of arrival, steps without ink."""

from typing import Any

import numpy as np
from scipy import stats

from eigen_teach._check import Floats
from eigen_teach.exercises.registry import NOTHING_YET, differs, exercise, nothing, slipped

# Mean and deviation of paired differences, size of the family. Every slip gives other numbers here.
_PILOTS = ((0.9, 1.0, 40), (0.3, 0.8, 6))


@exercise("scanline_mnist/seeds")
def seeds(answer: Any) -> str | None:
    """A function of a mean, its deviation and a family's size: the fewest seeds that make it certain."""
    for mean, deviation, family in _PILOTS:
        given = answer(mean, deviation, family)
        if nothing(given):
            return NOTHING_YET
        given = np.asarray(given, dtype=float)
        right = _enough(mean / deviation, 0.05 / family)
        one_sided, single = _enough(mean / deviation, 0.1 / family), _enough(mean / deviation, 0.05)
        normal = _enough(mean / deviation, 0.05 / family, stats.norm.sf)
        told = f"mean {mean}, deviation {deviation}, family of {family}: it should be {right}"
        reason = slipped(
            given,
            right,
            {
                "one seed more: the first number that is enough is asked for": right + 1,
                "that is the last number of seeds that is not enough: add one": right - 1,
                "p is two-sided: `sf` gives one tail, so take it twice": one_sided,
                "the family is left out: p must be below 0.05 divided by its size": single,
                "the family is left out, and p is two-sided": _enough(mean / deviation, 0.1),
                "that is the normal law; with a deviation from the seeds it is Student's": normal,
            },
        )
        reason = reason or differs(given, right, told)
        if reason:
            return reason
    return None


def _enough(ratio: float, level: float, tail: Any = None) -> int:
    """Fewest seeds with p below a level, for a mean of so many deviations; tail: of another law."""
    count = 2
    while True:
        t = ratio * float(np.sqrt(count))
        p = 2 * float(stats.t.sf(t, count - 1) if tail is None else tail(t))
        if p < level:
            return count
        count += 1


# Accuracies before training and after each epoch. Seed 1 falls back, seed 2 meets the level, 3 never does.
_CURVES = np.array(
    [
        [0.10, 0.70, 0.88, 0.92, 0.93, 0.94],
        [0.10, 0.75, 0.95, 0.88, 0.91, 0.95],
        [0.11, 0.60, 0.70, 0.85, 0.90, 0.93],
        [0.09, 0.40, 0.60, 0.70, 0.80, 0.85],
    ]
)
_LEVEL = 0.9


@exercise("scanline_mnist/arrival")
def arrival(answer: Any) -> str | None:
    """A function of learning curves (seeds, epochs + 1) and a level: first time there, nan where never."""
    for curves in (_CURVES, _CURVES[::-1, :5]):
        given = answer(curves.copy(), _LEVEL)
        if nothing(given):
            return NOTHING_YET
        reason = _wrong_arrival(np.asarray(given, dtype=float), curves)
        if reason:
            return reason
    return None


def _wrong_arrival(given: Floats, curves: Floats) -> str | None:
    """Which slip led to these times."""
    there = curves >= _LEVEL
    ever, epoch = there.any(axis=1), there.argmax(axis=1)
    right = np.where(ever, _between(curves, epoch), np.nan)
    late = np.array([np.flatnonzero(~row)[-1] + 1 for row in there])
    last = np.where(late < curves.shape[1], _between(curves, np.minimum(late, curves.shape[1] - 1)), np.nan)
    slips = {
        "those are whole epochs: between two of them the curve is a straight line": np.where(
            ever, epoch, np.nan
        ),
        "that is the last epoch below the level: add the part of the next one": np.where(
            ever, epoch - 1, np.nan
        ),
        "the part of the epoch is turned: it is small if the curve was nearly there before": np.where(
            ever, 2 * epoch - 1 - right, np.nan
        ),
        "column 0 is before training, so that the index is the epoch: do not add 1": right + 1,
        "column 0 is before training, so that the index is the epoch: do not take off 1": right - 1,
        "one curve falls back; the first time at the level is asked for, not the last": last,
    }
    missing = given.shape == right.shape and bool((np.isfinite(given) & ~ever).any())
    if missing and differs(given[ever], right[ever], "a later time") is None:
        return "who never arrives has no time: np.nan; argmax gives 0 there, and np.interp the last epoch"
    told = f"for the curves of the check it should be {', '.join(f'{time:.2f}' for time in right)}"
    return slipped(given, right, slips) or differs(
        np.nan_to_num(given, nan=-1), np.nan_to_num(right, nan=-1), told
    )


def _between(curves: Floats, epoch: Any) -> Floats:
    """Time at the level, on the line that leads to an epoch."""
    seeds = np.arange(len(curves))
    before, after = curves[seeds, epoch - 1], curves[seeds, epoch]
    time: Floats = epoch - (after - _LEVEL) / (after - before)
    return time


def _images() -> list[Any]:
    """Small drawings (28, 28): a margin all round, an empty row between strokes, and no margin below."""
    drawn = []
    for top, bottom, right in ((4, 19, 19), (5, 22, 24), (3, 27, 27)):
        image = np.zeros((28, 28), dtype=np.uint8)
        image[top : bottom + 1, 6:12] = 200
        image[bottom, 12 : right + 1] = 90
        image[(top + bottom) // 2] = 0
        drawn.append(image)
    return drawn


@exercise("scanline_mnist/wait")
def wait(answer: Any) -> str | None:
    """A function of an image (28, 28): steps after the last one with ink, by rows and by pixels."""
    for image in _images():
        given = answer(image.copy())
        if nothing(given):
            return NOTHING_YET
        values = np.asarray(given, dtype=float)
        if values.shape != (2,):
            return f"two numbers are asked for, rows and pixels; the shape is {values.shape}"
        for name, of, inked in (
            ("rows", values[0], image.any(axis=1)),
            ("pixels", values[1], image.ravel() > 0),
        ):
            reason = _wrong_wait(of, np.flatnonzero(inked), len(inked))
            if reason:
                return f"{name}: {reason}"
    return None


def _wrong_wait(given: float, inked: Any, steps: int) -> str | None:
    """Why this is not the number of steps after the last with ink."""
    right = steps - 1 - int(inked[-1])
    slips = {
        "the last step with ink counts as 0, the one after it as 1: yours is one too many": right + 1,
        "the last step with ink counts as 0, the one after it as 1: yours is one too few": right - 1,
        "those are the empty steps before the first ink; the network forgets after the last": int(inked[0]),
        "all empty steps are counted; only those after the last ink are waited": steps - len(inked),
        "that is the place of the last ink, counted from the start": int(inked[-1]),
        "that is 28 for each empty row; in the last row with ink there are empty pixels too": 28
        * (right // 28),
    }
    told = f"for one image of the check it should be {right}, and is {given:g}"
    return slipped(given, right, slips) or differs(given, right, told)
