"""Checks of experiments/verdict: right answers in several forms, typical wrong ones, stubs."""

import numpy as np
import pytest
from judged import assert_refused, assert_right
from scipy import stats

from eigen_teach import paired
from eigen_teach.verdicts.statement import Tally, by_count


def with_package(gaps):
    """With the package's own functions."""
    found = [paired.differences(row, 0 * row) for row in gaps]
    sure = paired.holm([one.p for one in found]) < 0.05
    ahead = sum(one.mean > 0 for one, certain in zip(found, sure, strict=True) if certain)
    return by_count(Tally(ahead, int(sure.sum()) - ahead, len(gaps)))


def judged(certain_of, signed=True):
    """A rule by hand, from a function p → which are certain."""

    def rule(gaps):
        p = stats.ttest_1samp(gaps, 0, axis=1).pvalue
        up = gaps.mean(axis=1) > 0 if signed else np.ones(len(gaps), dtype=bool)
        sure = certain_of(p)
        ahead, behind = np.sum(sure & up), np.sum(sure & ~up)
        if ahead == len(gaps):
            return "holds"
        if ahead > behind:
            return "holds with small print"
        return "does not hold" if behind > ahead else "not reproduced"

    return rule


def by_hand(p):
    """Holm, step by step, until the first that is not certain."""
    sure = np.zeros(len(p), dtype=bool)
    for step, k in enumerate(np.argsort(p)):
        if p[k] * (len(p) - step) >= 0.05:
            break
        sure[k] = True
    return sure


def no_tie(gaps):
    """Takes a tie for a refutation."""
    return {"not reproduced": "does not hold"}.get(with_package(gaps), with_package(gaps))


RIGHT = [
    ("verdict/rule", with_package),
    ("verdict/rule", judged(by_hand)),
    ("verdict/haar", (0, 0, 12, "not reproduced")),
    ("verdict/haar", [Tally(0, 0, 12), "not reproduced"]),
    ("verdict/haar", (np.int64(0), 0.0, 12, "not reproduced")),
]

WRONG = [
    ("verdict/rule", judged(lambda p: p < 0.05), "correct for the number of questions"),
    ("verdict/rule", judged(lambda p: len(p) * p < 0.05), "Bonferroni"),
    ("verdict/rule", judged(lambda p: p <= 1), "not yet certain: look at p"),
    ("verdict/rule", judged(by_hand, signed=False), "look at the sign"),
    ("verdict/rule", lambda _gaps: "holds", "one of nine certainly ahead: it should say"),
    ("verdict/rule", no_tie, "nothing certain, all means above zero: it should say 'not reproduced'"),
    ("verdict/rule", lambda _gaps: "true", "it must return one of 'holds'"),
    ("verdict/rule", lambda _gaps: None, "does not return"),
    ("verdict/rule", lambda _gaps: ..., "does not return"),
    ("verdict/rule", ..., "ellipsis"),
    ("verdict/haar", (0, 0, 6, "not reproduced"), "Figure 2 alone"),
    ("verdict/haar", (0, 0, 48, "not reproduced"), "in 12 comparisons"),
    ("verdict/haar", (1, 0, 12, "holds with small print"), "certain in the whole family"),
    ("verdict/haar", (0, 0, 12, "does not hold"), "open is not refuted"),
    ("verdict/haar", (0, 0, 12, "holds"), "by_count makes of them 'not reproduced'"),
    ("verdict/haar", (0, 12, "not reproduced"), "four things"),
    ("verdict/haar", 3, "could not use your answer"),
    ("verdict/haar", ..., "ellipsis"),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_verdict_right_answer_is_accepted(name, answer):
    assert_right(name, answer)


@pytest.mark.parametrize(("name", "answer", "hint"), WRONG)
def test_verdict_wrong_answer_is_refused_with_its_reason(name, answer, hint):
    assert_refused(name, answer, hint)
