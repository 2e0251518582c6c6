"""Checks of experiments/tomita: right answers in several forms, typical wrong ones, stubs."""

import numpy as np
import pytest
import torch
from judged import assert_refused, assert_right
from scipy import stats

from eigen_teach import paired
from eigen_teach.data import tomita

# 0: nothing read; 1, 2: one and two 0s; 3, 4: one and two 1s; 5: the sink.
ROWS = [(1, 3), (2, 3), (5, 3), (1, 4), (1, 5), (5, 5)]
WIDER = [*ROWS[:5], (6, 5), (5, 6)]  # a sink of two states


def changed(state, symbol, target):
    """The right table but for one arrow."""
    rows = [list(row) for row in ROWS]
    rows[state][symbol] = target
    return rows


def interval(ours, other, *, ddof=1, factor=None, turn=1):
    """Mean and interval, with what may go wrong."""
    gaps = turn * (np.asarray(ours) - np.asarray(other))
    k = len(gaps)
    half = (factor or stats.t.ppf(0.975, k - 1)) * gaps.std(ddof=ddof) / np.sqrt(k)
    return gaps.mean(), gaps.mean() - half, gaps.mean() + half


def unpaired(ours, other):
    """The two standard errors added in squares."""
    k = len(ours)
    half = stats.t.ppf(0.975, k - 1) * np.sqrt((ours.var(ddof=1) + other.var(ddof=1)) / k)
    return (ours - other).mean() + np.array([0, -half, half])


def as_difference(ours, other):
    """With the package."""
    found = paired.differences(ours, other)
    return [found.mean, found.low, found.high]


def spread(ours, other):
    """The interval of single seeds."""
    gaps = ours - other
    half = stats.t.ppf(0.975, len(gaps) - 1) * gaps.std(ddof=1)
    return gaps.mean(), gaps.mean() - half, gaps.mean() + half


def decided(means, p_values, adjust=paired.holm, limit=0.05):
    """Words from means and adjusted p-values."""
    adjusted = adjust(np.array(p_values))
    pairs = zip(means, adjusted, strict=True)
    return [("ahead" if mean > 0 else "behind") if p < limit else "open" for mean, p in pairs]


def by_hand(means, p_values):
    """Holm's rule as a loop that stops at the first p that is too large."""
    words = ["open"] * len(means)
    for place, k in enumerate(sorted(range(len(means)), key=lambda k: p_values[k])):
        if p_values[k] * (len(means) - place) >= 0.05:
            break
        words[k] = "ahead" if means[k] > 0 else "behind"
    return words


def without_stop(means, p_values):
    """Holm's factors, without the rule that none may fall below an earlier one."""
    order = np.argsort(np.argsort(p_values))
    return decided(means, p_values, lambda p: p * (len(p) - order))


def others_best(table):
    """A loop over the seeds."""
    numbers = []
    for k in range(table.shape[1]):
        rest = np.delete(table, k, axis=1)
        numbers.append(table[rest.mean(axis=1).argmax(), k])
    return numbers


RIGHT = [
    ("tomita/automaton", (ROWS, [0, 1, 2, 3, 4])),
    ("tomita/automaton", [np.array(ROWS), {0, 1, 2, 3, 4}]),
    ("tomita/automaton", (ROWS, [True] * 5 + [False])),
    ("tomita/automaton", (WIDER, range(5))),
    ("tomita/automaton", tomita.DFA(np.array(ROWS), np.arange(6) < 5)),
    ("tomita/paired", interval),
    ("tomita/paired", as_difference),
    ("tomita/paired", lambda ours, other: torch.tensor(interval(ours, other))),
    ("tomita/paired", lambda ours, other: interval(ours, other, factor={20: 2.093, 6: 2.571}[len(ours)])),
    ("tomita/verdicts", decided),
    ("tomita/verdicts", by_hand),
    ("tomita/verdicts", lambda means, p_values: np.array(by_hand(means, p_values))),
    ("tomita/own_rate", others_best),
    (
        "tomita/own_rate",
        lambda table: table[
            (table.sum(axis=1, keepdims=True) - table).argmax(axis=0), np.arange(table.shape[1])
        ],
    ),
]

WRONG = [
    ("tomita/automaton", ..., "ellipsis"),
    ("tomita/automaton", (ROWS, ...), "an ellipsis is left"),
    ("tomita/automaton", ROWS, "a pair"),
    ("tomita/automaton", ([1, 2, 3], [0]), "two whole numbers"),
    ("tomita/automaton", (ROWS[:5], [0, 1, 2, 3, 4]), "there are rows 0 to 4"),
    ("tomita/automaton", (ROWS, [0, 1, 2, 3, 6]), "some of the numbers 0 to 5"),
    ("tomita/automaton", (ROWS, [5]), "swapped"),
    ("tomita/automaton", ([(1, 0), (2, 0), (3, 0), (3, 3)], [0, 1, 2]), "a run of three 1s"),
    ("tomita/automaton", ([(0, 1), (0, 2), (0, 3), (3, 3)], [0, 1, 2]), "a run of three 0s"),
    ("tomita/automaton", (changed(2, 1, 0), [0, 1, 2, 3, 4]), "the first of the next one"),
    ("tomita/automaton", (changed(4, 0, 0), [0, 1, 2, 3, 4]), "the first of the next one"),
    ("tomita/automaton", (changed(5, 0, 0), [0, 1, 2, 3, 4]), "out of the sink"),
    ("tomita/automaton", (ROWS, [0, 1, 2, 3, 4, 5]), "three equal symbols in a row"),
    ("tomita/automaton", (ROWS, [1, 2, 3, 4]), "the empty word"),
    ("tomita/automaton", (changed(1, 0, 5), [0, 1, 2, 3, 4]), "it rejects '00'"),
    ("tomita/paired", lambda ours, other: interval(ours, other, turn=-1), "sign"),
    ("tomita/paired", unpaired, "had not shared"),
    ("tomita/paired", spread, "spread of single seeds"),
    ("tomita/paired", lambda ours, other: interval(ours, other, ddof=0), "ddof=1"),
    ("tomita/paired", lambda ours, other: interval(ours, other, factor=1.96), "1.96 is for many"),
    ("tomita/paired", lambda ours, other: interval(ours, other, factor=2.093), "changes with"),
    ("tomita/paired", lambda ours, other: interval(ours, other, factor=1), "one standard error"),
    ("tomita/paired", lambda ours, other: np.array(interval(ours, other))[[0, 2, 1]], "low and high"),
    ("tomita/paired", lambda ours, other: interval(ours, other, factor=3), "should be"),
    ("tomita/paired", lambda ours, _other: (ours.mean(), 0, 1), "mean difference should be"),
    ("tomita/paired", lambda ours, other: interval(ours, other)[1:], "three numbers"),
    ("tomita/paired", lambda _ours, _other: ..., "does not return"),
    ("tomita/verdicts", lambda means, p: decided(means, p, lambda p: p), "a single comparison"),
    ("tomita/verdicts", lambda means, p: decided(means, p, lambda p: len(p) * p), "Bonferroni"),
    ("tomita/verdicts", lambda means, p: decided([-mean for mean in means], p), "turned"),
    ("tomita/verdicts", lambda means, p: decided(means, p, limit=0.01), "should be 'ahead', not 'open'"),
    ("tomita/verdicts", without_stop, "may then be smaller"),
    ("tomita/verdicts", lambda means, _p: ["won"] * len(means), "6 words"),
    ("tomita/verdicts", lambda _means, _p: ..., "does not return"),
    ("tomita/own_rate", lambda table: table.max(axis=0), "flatters"),
    ("tomita/own_rate", lambda table: table[table.mean(axis=1).argmax()], "no say"),
    (
        "tomita/own_rate",
        lambda table: [table[np.delete(table, k, 1).mean(axis=1).argmin(), k] for k in range(len(table.T))],
        "worst",
    ),
    ("tomita/own_rate", lambda table: table[0], "should be"),
    ("tomita/own_rate", lambda table: table.mean(), "shape"),
    ("tomita/own_rate", lambda _table: ..., "does not return"),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_tomita_right_answer_is_accepted(name, answer):
    assert_right(name, answer)


@pytest.mark.parametrize(("name", "answer", "hint"), WRONG)
def test_tomita_wrong_answer_is_refused_with_its_reason(name, answer, hint):
    assert_refused(name, answer, hint)
