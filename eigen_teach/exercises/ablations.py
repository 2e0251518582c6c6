"""Checks of the chapter on ablations: signal and noise, two knobs at once, and counts of solved seeds."""

from typing import Any

import numpy as np
from scipy import stats

from eigen_teach._check import Floats
from eigen_teach.exercises.registry import NOTHING_YET, differs, exercise, nothing, slipped


@exercise("ablations/signal")
def signal(answer: Any) -> str | None:
    """A function of radius, delay and noise: signal to noise of the first symbol in a linear network."""
    for radius, delay, noise in ((0.9, 12, 0.3), (1.2, 12, 0.1), (1.0, 7, 0.2)):
        try:
            given = answer(radius, delay, noise)
        except ZeroDivisionError:
            given = np.nan
        if nothing(given):
            return NOTHING_YET
        reason = _wrong_signal(np.asarray(given, dtype=float), radius, delay, noise)
        if reason:
            return reason
    return None


def _wrong_signal(given: Floats, radius: float, delay: int, noise: float) -> str | None:
    """Why this is not the ratio of the two powers."""
    lengths = radius ** np.arange(delay + 1.0)  # of what came so many steps ago, 1 when it came
    powers, variance = lengths**2, noise**2
    start = powers[delay]
    right = start / (variance * powers[:delay].sum())
    if np.isnan(given).any():
        return f"at λ = {radius:g} it is no number: the closed form divides by λ² − 1; add up the terms"
    slips = {
        "that is a ratio of lengths; a ratio of powers is asked for, the squares": np.sqrt(right),
        "it is upside down: signal over noise": 1 / right,
        "noise of different steps is independent: add its squares, not its lengths": start
        / (variance * lengths[:delay].sum() ** 2),
        "the noise has a standard deviation, the power is its square": right * noise,
        "only the last step's noise is counted; that of earlier steps is still there": start / variance,
        "noise that came k steps ago has met W k times: it needs its own power of λ": start
        / delay
        / variance,
        "one noise too many: the first step holds the symbol alone": start / (variance * powers.sum()),
        "one power of λ is off: the symbol has met W delay times, the last step's noise not at all": right
        / radius**2,
    }
    told = f"for λ = {radius:g}, delay {delay} and noise {noise:g} it should be {right:.4g}"
    return slipped(given, right, slips) or differs(given, right, told)


@exercise("ablations/factorial")
def factorial(answer: Any) -> str | None:
    """A function of scores (λ, rotation, seeds): effects of either knob and their interaction, (3, seeds)."""
    for count in (6, 3):
        scores = np.random.default_rng(count).uniform(0.4, 1, (2, 2, count))
        given = answer(scores.copy())
        if nothing(given):
            return NOTHING_YET
        reason = _wrong_effects(np.asarray(given, dtype=float), scores)
        if reason:
            return reason
    return None


def _wrong_effects(given: Floats, scores: Floats) -> str | None:
    """Which of the three rows is wrong, and how."""
    by_rotation = scores[1] - scores[0]  # what λ does: without rotation, with it
    by_radius = scores[:, 1] - scores[:, 0]  # what the rotation does: at the small λ, at the large one
    apart = by_radius[1] - by_radius[0]
    right = np.array([by_rotation.mean(axis=0), by_radius.mean(axis=0), apart])
    if given.shape == (3,) and np.allclose(given, right.mean(axis=1)):
        return "those are the means over seeds; keep one column a seed, for the intervals"
    if given.shape == right.shape and np.allclose(given, right[[1, 0, 2]]):
        return "the two knobs are swapped: the first axis is λ, the second the rotation"
    if given.shape == right.shape:
        interaction = {
            "the sign is turned: rotation's gain at the large λ minus that at the small one": -apart,
            "do not halve it: it is a difference of two differences": apart / 2,
            "that is what both bring together; it still holds what each brings alone": scores[1, 1]
            - scores[0, 0],
            "that is rotation's gain at the large λ; take off that at the small one": by_radius[1],
        }
        reasons = {
            "effect of λ": slipped(given[0], right[0], _effect_slips(by_rotation)),
            "effect of the rotation": slipped(given[1], right[1], _effect_slips(by_radius)),
            "interaction": slipped(given[2], right[2], interaction),
        }
        for row, reason in reasons.items():
            if reason:
                return f"{row}: {reason}"
    return differs(
        given, right, "for the first seed it should be {:.3f}, {:.3f}, {:.3f}".format(*right[:, 0])
    )


def _effect_slips(by_other: Floats) -> dict[str, Floats]:
    """What likely mistakes give for one knob, from its changes at both settings of the other, (2, seeds)."""
    return {
        "the sign is turned: large minus small, rotated minus plain": -by_other.mean(axis=0),
        "that is the change beside the smaller setting of the other knob; take the mean over both": by_other[
            0
        ],
        "that is the change beside the larger setting of the other knob; take the mean over both": by_other[
            1
        ],
        "that is the sum over both settings of the other knob; take the mean": by_other.sum(axis=0),
    }


@exercise("ablations/solved")
def solved(answer: Any) -> str | None:
    """A function of two arms' truth values over seeds, solved or not: exact two-sided p of the pairs."""
    for both, ours, other, neither in ((2, 6, 1, 1), (0, 2, 7, 3), (4, 3, 3, 0), (5, 0, 0, 5)):
        one = np.repeat([True, True, False, False], (both, ours, other, neither))
        two = np.repeat([True, False, True, False], (both, ours, other, neither))
        given = answer(one.copy(), two.copy())
        if nothing(given):
            return NOTHING_YET
        p = _coin(ours, ours + other)
        table = [[both + ours, other + neither], [both + other, ours + neither]]
        slips = {
            "that is one side only; the other way round would have surprised you as much": p / 2,
            "all seeds were tossed; a seed that both solved, or neither, says nothing": _coin(ours, len(one)),
            "the arms share their seeds: compare seed by seed, not the totals": stats.fisher_exact(table)[1],
        }
        told = f"solved by ours alone {ours}, by the other alone {other}: p should be {p:.4f}"
        given = np.asarray(given, dtype=float)
        reason = slipped(given, p, slips) or differs(given, p, told)
        if reason:
            return reason
    return None


def _coin(heads: int, tosses: int) -> float:
    """Two-sided p-value of a fair coin; 1 where it was never tossed."""
    return float(stats.binomtest(heads, tosses).pvalue) if tosses else 1.0
