"""Checks of the chapter on Tomita's grammars: an automaton, and how to compare two methods fairly."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from eigen_teach import paired
from eigen_teach._check import Floats
from eigen_teach.data.tomita import DFA
from eigen_teach.exercises.registry import NOTHING_YET, differs, exercise, nothing, slipped

_WORDS = ["".join(symbols) for length in range(11) for symbols in product("01", repeat=length)]


@exercise("tomita/automaton")
def automaton(answer: Any) -> str | None:
    """Rows and accepting states of a machine that rejects words with three equal symbols in a row."""
    if isinstance(answer, DFA):
        answer = answer.transitions, answer.accepting
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        return "a pair is asked for: the rows of the table, and the accepting states"
    if any(part is ... for part in answer):
        return "an ellipsis is left: put the rows and the accepting states in its place"
    rows = np.asarray(answer[0])
    if rows.ndim != 2 or rows.shape[1] != 2 or rows.dtype.kind not in "iu":
        return "each row has two whole numbers, the state after a 0 and the state after a 1"
    if rows.min() < 0 or rows.max() >= len(rows):
        return (
            f"the rows lead to states {rows.min()} to {rows.max()}, and there are rows 0 to {len(rows) - 1}"
        )
    machine = DFA(rows, _flags(answer[1], len(rows)))
    return _wrong_machine({word: machine.accepts(word) for word in _WORDS})


def _flags(states: Any, count: int) -> Any:
    """Accepting states, listed or as one truth value a state, as truth values."""
    listed = np.array(sorted(states) if isinstance(states, set | frozenset) else states)
    if listed.dtype == bool and listed.shape == (count,):
        return listed
    if listed.dtype.kind not in "iu" or listed.ndim != 1 or listed.min() < 0 or listed.max() >= count:
        raise ValueError(f"accepting states are some of the numbers 0 to {count - 1}")
    return np.isin(np.arange(count), listed)


def _wrong_machine(said: dict[str, bool]) -> str | None:
    """Why these answers, by word, are not those of the language."""
    right = {word: "000" not in word and "111" not in word for word in said}
    wrong = [word for word in said if said[word] != right[word]]
    if not wrong:
        return None
    if len(wrong) == len(said):
        return "every answer is the wrong way round: accepting and rejecting states are swapped"
    for one, other in ("01", "10"):
        if all(said[word] == (3 * one not in word) for word in said):
            return f"it forbids {3 * one} only; a run of three {other}s is forbidden as well"
    first = wrong[0]
    word = repr(first)
    if not right[first]:
        if first in ("1000", "0111", "11000", "00111"):
            return f"it accepts {word}: the symbol that ends a run is the first of the next one"
        if not right[first[:-1]]:
            return (
                f"it accepts {word}, though {first[:-1]!r} was lost already: no symbol leads out of the sink"
            )
        return f"it accepts {word}, which has three equal symbols in a row"
    if first == "":
        return "it rejects the empty word, which has no three equal symbols: the start accepts"
    return f"it rejects {word}, which has no three equal symbols in a row"


def _seeds(count: int, seed: int) -> tuple[Floats, Floats]:
    """Results of two methods over seeds, some of which are easy for both."""
    rng = np.random.default_rng(seed)
    easy = rng.normal(0.9, 0.03, count)
    return easy + rng.normal(0.01, 0.01, count), easy + rng.normal(0, 0.01, count)


@exercise("tomita/paired")
def paired_interval(answer: Any) -> str | None:
    """A function of two methods' results over seeds: mean difference and both ends of its 95 % interval."""
    for count in (20, 6):
        ours, other = _seeds(count, count)
        given = answer(ours.copy(), other.copy())
        if nothing(given):
            return NOTHING_YET
        values = np.asarray(given, dtype=float)
        if values.shape != (3,):
            return f"three numbers are asked for, mean, low and high; the shape is {values.shape}"
        found = paired.differences(ours, other)
        right = np.array([found.mean, found.low, found.high])
        if not np.allclose(values, right, rtol=0, atol=2e-3 * found.standard_error):
            return _wrong_interval(values, right, ours, other)
    return None


def _wrong_interval(values: Floats, right: Floats, ours: Floats, other: Floats) -> str:
    """Which slip led to these three numbers."""
    mean, count = right[0], len(ours)
    if np.allclose(values, -right[[0, 2, 1]], rtol=1e-2):
        return "the sign is turned: ours minus the other"
    if not np.isclose(values[0], mean):
        return f"the mean difference should be {mean:.5f}, ours minus the other"
    half, factor = (right[2] - right[1]) / 2, (right[2] - right[1]) / 2 / _standard_error(ours - other)
    slips = {
        "low and high are swapped": -half,
        "the errors of the two methods were added as if they had not shared their seeds: take the difference "
        "within each seed first": factor * np.hypot(_standard_error(ours), _standard_error(other)),
        "that is the spread of single seeds; the mean of k seeds is √k times as sure": half * np.sqrt(count),
        "divide by k − 1 in the variance (ddof=1): the mean was estimated from the same seeds": half
        * np.sqrt((count - 1) / count),
        f"1.96 is for many seeds; Student's factor for {count} is {factor:.3f}": half * 1.96 / factor,
        "the factor changes with the number of seeds: 2.093 for 20, 2.571 for 6": half * 2.093 / factor,
        "that is one standard error to each side; 95 % need Student's factor": half / factor,
    }
    told = f"for {count} seeds the interval should be {right[1]:.5f} to {right[2]:.5f}"
    ends = {reason: [mean - slip, mean + slip] for reason, slip in slips.items()}
    return slipped(values[1:], right[1:], ends, 3e-3 * half) or told


def _standard_error(values: Floats) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values)))


# Mean differences and their p-values, and what Holm's rule at 5 % leaves of them.
_MEANS = (0.02, -0.01, 0.03, 0.004, -0.03, 0.01)
_P_VALUES = (0.0025, 0.0105, 0.03, 0.6, 0.009, 0.04)
_DECIDED = ("ahead", "behind", "open", "open", "behind", "open")


@exercise("tomita/verdicts")
def verdicts(answer: Any) -> str | None:
    """A function of mean differences and p-values: ahead, behind or open for each, after Holm's rule."""
    given = answer(list(_MEANS), list(_P_VALUES))
    if nothing(given):
        return NOTHING_YET
    words = tuple(map(str, given))
    if len(words) != len(_MEANS) or not {*words} <= {"ahead", "behind", "open"}:
        return f"a list of {len(_MEANS)} words is asked for, each ahead, behind or open; {given!r} came"
    slips = {
        "0.03 and 0.04 would do for a single comparison; of six, one is often that small by chance": 0.045,
        "that is Bonferroni's rule, six times each p: safe, but Holm's finds 0.009 and 0.0105 as well": 0.05
        / 6,
    }
    for reason, limit in slips.items():
        if words == _words(lambda p, limit=limit: p < limit):  # type: ignore[misc]
            return reason
    if words == tuple({"ahead": "behind", "behind": "ahead"}.get(word, word) for word in _DECIDED):
        return "the directions are turned: a positive difference means that ours is ahead"
    for k, (word, expected) in enumerate(zip(words, _DECIDED, strict=True)):
        if word != expected:
            return (
                f"number {k + 1}, mean {_MEANS[k]} and p {_P_VALUES[k]}, should be {expected!r}, not {word!r}"
            )
    return _other_order(answer)


def _words(counts: Callable[[float], bool]) -> tuple[str, ...]:
    """What a rule for single p-values would say."""
    return tuple(
        ("ahead" if mean > 0 else "behind") if counts(p) else "open"
        for mean, p in zip(_MEANS, _P_VALUES, strict=True)
    )


def _other_order(answer: Any) -> str | None:
    """Whether a rule steps down: a small p behind a large one stays open, in whatever order they come."""
    given = [str(word) for word in answer([0.02, 0.01, -0.02], [0.03, 0.04, 0.026])]
    if given == ["open"] * 3:
        return None
    return (
        "of the p-values 0.03, 0.04, 0.026 the smallest is 0.078 after Holm's rule; "
        "none of the others may then be smaller"
    )


@exercise("tomita/own_rate")
def own_rate(answer: Any) -> str | None:
    """A function of results (rates, seeds): one a seed, at the rate that is best on the other seeds."""
    # Seed 0 is lucky at rate 2, and alone decides that rate 2 looks best on all.
    table = np.array([[0.70, 0.80, 0.85, 0.81], [0.90, 0.60, 0.70, 0.62], [0.99, 0.79, 0.84, 0.80]])
    for results in (table, table[::-1], np.random.default_rng(0).normal(0.9, 0.05, (4, 12))):
        given = answer(results.copy())
        if nothing(given):
            return NOTHING_YET
        reason = _wrong_rate(np.asarray(given, dtype=float), results)
        if reason:
            return reason
    return None


def _wrong_rate(given: Floats, results: Floats) -> str | None:
    """Which slip led to these numbers."""
    seeds = np.arange(results.shape[1])
    others = results.sum(axis=1, keepdims=True) - results
    slips = {
        "each seed chose the rate by its own result: that flatters whoever varies most": results.max(axis=0),
        "one rate was chosen with all seeds; a seed may have no say in its own choice": results[
            results.mean(axis=1).argmax()
        ],
        "that is the worst rate on the other seeds; take the best": results[others.argmin(axis=0), seeds],
    }
    right = results[others.argmax(axis=0), seeds]
    return slipped(given, right, slips) or differs(
        given, right, f"for the first seed it should be {right[0]:.3f}, from the best of the others"
    )
