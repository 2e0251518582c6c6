"""Checks of the verdict page: a rule from differences to a verdict, and a count from records."""

from collections.abc import Callable
from typing import Any

import numpy as np

from eigen_teach import lesson, paired, record
from eigen_teach._check import Floats
from eigen_teach.exercises.registry import NOTHING_YET, exercise, nothing

_SEEDS = 10
# Student's t of each comparison: 9 is certain among nine, 2.6 only if asked alone, 0.3 is nothing.
_CASES = {
    "all nine certainly ahead": [9.0] * 9,
    "one of nine certainly ahead": [9.0] + [0.3] * 8,
    "nothing certain, all means above zero": [0.3] * 9,
    "one of nine certainly behind": [-9.0] + [0.3] * 8,
    "one of nine ahead, but only if it were asked alone": [2.6] + [0.3] * 8,
    "eight certain, and a ninth that Holm's rule then asks alone": [9.0] * 8 + [2.6],
    "two ahead, one behind": [9.0, 9.0, -9.0] + [0.3] * 6,
    "one ahead, two behind": [9.0, -9.0, -9.0] + [0.3] * 6,
    "one ahead, one behind": [9.0, -9.0] + [0.3] * 7,
    "three questions, all ahead": [9.0] * 3,
}


def _gaps(ts: list[float]) -> Floats:
    """Differences (comparisons, seeds) whose paired t-tests give exactly these t."""
    noise = np.random.default_rng(0).normal(size=(len(ts), _SEEDS))
    noise -= noise.mean(axis=1, keepdims=True)
    noise /= noise.std(axis=1, ddof=1, keepdims=True)
    return noise + np.array(ts)[:, None] / np.sqrt(_SEEDS)  # type: ignore[no-any-return]


def _judge(gaps: Floats, sure: Callable[[Floats], Any], *, signed: bool = True) -> str:
    """The chapter's rule, with some way to say which p-values are certain."""
    found = [paired.differences(row, np.zeros(len(row))) for row in gaps]
    certain = sure(np.array([one.p for one in found]))
    up = sum(bool(s) and (one.mean > 0 or not signed) for s, one in zip(certain, found, strict=True))
    down = int(np.sum(certain)) - up
    holds, small_print, false, open_ = lesson.VERDICTS
    if up == len(gaps):
        return holds
    return open_ if up == down else small_print if up > down else false


def _holm(p: Floats) -> Any:
    return paired.holm(p) < 0.05


# What likely mistakes make of the cases.
_SLIPS: dict[str, Callable[[Floats], str]] = {
    "correct for the number of questions: of nine, one may look certain by chance": lambda gaps: _judge(
        gaps, lambda p: p < 0.05
    ),
    "that is Bonferroni's rule, k times each p; Holm's steps down, see paired.holm": lambda gaps: _judge(
        gaps, lambda p: len(p) * p < 0.05
    ),
    "a mean above zero is not yet certain: look at p": lambda gaps: _judge(gaps, lambda p: p <= 1),
    "certain is not yet ahead: look at the sign of the mean": lambda gaps: _judge(gaps, _holm, signed=False),
}


@exercise("verdict/rule")
def rule(answer: Any) -> str | None:
    """A function of differences ours minus theirs, (comparisons, seeds): one of the four verdicts."""
    cases = {name: _gaps(ts) for name, ts in _CASES.items()}
    given = {name: answer(gaps.copy()) for name, gaps in cases.items()}
    if any(nothing(word) for word in given.values()):
        return NOTHING_YET
    strange = [word for word in given.values() if word not in lesson.VERDICTS]
    if strange:
        return f"it must return one of {', '.join(map(repr, lesson.VERDICTS))}, and returns {strange[0]!r}"
    right = {name: _judge(gaps, _holm) for name, gaps in cases.items()}
    if given == right:
        return None
    for reason, slip in _SLIPS.items():
        if given == {name: slip(gaps) for name, gaps in cases.items()}:
            return reason
    name = next(name for name in cases if given[name] != right[name])
    return f"{name}: it should say {right[name]!r}, and says {given[name]!r}"


@exercise("verdict/haar")
def haar(answer: Any) -> str | None:
    """Ahead, behind, of, and the verdict on "the chain beats Haar" in Figure 2 and the other grammars."""
    from eigen_teach.verdicts import comparisons  # torch, which no other check of this module needs
    from eigen_teach.verdicts.statement import by_count, total

    families = [comparisons.race(record.load), comparisons.grammars(record.load)]
    asked = comparisons.against("haar")
    right = total(family.tally(asked) for family in families)
    *counts, word = answer
    if len(counts) == 1:
        counts = list(counts[0])
    if len(counts) != 3:
        return "it should be four things: ahead, behind, of how many, and the verdict"
    numbers = tuple(int(count) for count in counts)
    if numbers == families[0].tally(asked):
        return "that is Figure 2 alone; add the six other grammars"
    if numbers[2] != right.of:
        return f"Haar is a rival in {right.of} comparisons of the two families, not in {numbers[2]}"
    if numbers != tuple(right):
        return "count what is certain in the whole family, and not each interval alone"
    if word == lesson.VERDICTS[2]:
        return "nothing is certainly behind: open is not refuted"
    told = f"the counts are right; by_count makes of them {by_count(right)!r}"
    return None if word == by_count(right) else told
