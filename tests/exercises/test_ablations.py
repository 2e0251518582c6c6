"""Checks of experiments/ablations: right answers in several forms, typical wrong ones, stubs."""

import numpy as np
import pytest
import torch
from judged import assert_refused, assert_right
from scipy import stats


def powers(radius, delay):
    """λ², λ⁴, … of noise that came 0, 1, … delay steps ago."""
    return radius ** (2 * np.arange(delay + 1.0))


def ratio(radius, delay, noise):
    """Signal to noise, term by term."""
    return radius ** (2 * delay) / (noise**2 * sum(radius ** (2 * k) for k in range(delay)))


def closed(radius, delay, noise):
    """The geometric sum in closed form, which fails at 1."""
    return radius ** (2 * delay) * (1 - radius**2) / (noise**2 * (1 - radius ** (2 * delay)))


def closed_in_torch(radius, delay, noise):
    """The same, with 0/0 instead of an error."""
    square = torch.tensor(radius, dtype=torch.float64) ** 2
    return square**delay * (1 - square) / (noise**2 * (1 - square**delay))


def effects(scores):
    """Both effects and the interaction, one column a seed."""
    (a, b), (c, d) = scores
    return (c + d - a - b) / 2, (b + d - a - c) / 2, d - c - b + a


def with_row(row, replacement):
    """The right answer with one row replaced."""

    def answer(scores):
        rows = list(effects(scores))
        rows[row] = replacement(scores)
        return np.array(rows)

    return answer


def sign_test(one, two):
    """Exact p of the seeds that differ."""
    differ = one != two
    return stats.binomtest(int((one & differ).sum()), int(differ.sum())).pvalue if differ.any() else 1


def by_hand(one, two):
    """The same from binomial coefficients: the smaller count and everything beyond, twice."""
    ours, other = np.sum(one > two), np.sum(two > one)
    return min(1.0, 2 * stats.binom.cdf(min(ours, other), ours + other, 0.5))


RIGHT = [
    ("ablations/signal", ratio),
    ("ablations/signal", lambda r, t, s: 1 / (s**2 * sum(r ** (-2 * m) for m in range(1, t + 1)))),
    ("ablations/signal", lambda r, t, s: torch.tensor(ratio(r, t, s), dtype=torch.float64)),
    ("ablations/factorial", effects),
    ("ablations/factorial", lambda scores: np.array(effects(scores))),
    ("ablations/factorial", lambda scores: torch.stack(effects(torch.from_numpy(scores)))),
    ("ablations/solved", sign_test),
    ("ablations/solved", by_hand),
    ("ablations/solved", lambda one, two: np.float64(sign_test(two, one))),
]

WRONG = [
    ("ablations/signal", lambda r, t, s: ratio(r, t, s) ** 0.5, "squares"),
    ("ablations/signal", lambda r, t, s: 1 / ratio(r, t, s), "upside down"),
    ("ablations/signal", lambda r, t, s: s * ratio(r, t, s), "standard deviation"),
    ("ablations/signal", lambda r, t, s: r ** (2 * t) / s**2, "earlier steps"),
    ("ablations/signal", lambda r, t, s: r ** (2 * t) / (t * s**2), "own power"),
    ("ablations/signal", lambda r, t, s: r ** (2 * t) / (s**2 * powers(r, t).sum()), "one noise too many"),
    (
        "ablations/signal",
        lambda r, t, s: r ** (2 * t) / (s**2 * powers(r, t)[1:].sum()),
        "one power of λ is off",
    ),
    ("ablations/signal", lambda r, t, s: ratio(r, t, s) / r**2, "one power of λ is off"),
    (
        "ablations/signal",
        lambda r, t, s: r ** (2 * t) / (s**2 * sum(r**k for k in range(t)) ** 2),
        "not its lengths",
    ),
    ("ablations/signal", closed, "no number"),
    ("ablations/signal", closed_in_torch, "no number"),
    ("ablations/signal", lambda _r, _t, _s: 2.0, "it should be"),
    ("ablations/signal", lambda _r, t, _s: np.ones(t), "shape"),
    ("ablations/signal", lambda _r, _t, _s: None, "does not return"),
    ("ablations/signal", ..., "ellipsis"),
    ("ablations/factorial", lambda scores: np.mean(effects(scores), axis=1), "means over seeds"),
    ("ablations/factorial", lambda scores: effects(scores.swapaxes(0, 1)), "swapped"),
    (
        "ablations/factorial",
        with_row(0, lambda s: s[1, 0] - s[0, 0]),
        "λ: that is the change beside the smaller",
    ),
    (
        "ablations/factorial",
        with_row(0, lambda s: s[1, 1] - s[0, 1]),
        "λ: that is the change beside the larger",
    ),
    ("ablations/factorial", with_row(0, lambda s: (s[0] - s[1]).mean(axis=0)), "λ: the sign"),
    ("ablations/factorial", with_row(1, lambda s: s[0, 1] - s[0, 0]), "rotation: that is the change beside"),
    (
        "ablations/factorial",
        with_row(1, lambda s: (s[:, 1] - s[:, 0]).sum(axis=0)),
        "rotation: that is the sum",
    ),
    ("ablations/factorial", with_row(2, lambda s: -effects(s)[2]), "interaction: the sign"),
    ("ablations/factorial", with_row(2, lambda s: effects(s)[2] / 2), "do not halve"),
    ("ablations/factorial", with_row(2, lambda s: s[1, 1] - s[0, 0]), "what both bring together"),
    ("ablations/factorial", with_row(2, lambda s: s[1, 1] - s[1, 0]), "take off that at the small one"),
    ("ablations/factorial", with_row(2, lambda s: s[0, 0]), "for the first seed"),
    ("ablations/factorial", lambda scores: effects(scores)[:2], "shape"),
    ("ablations/factorial", lambda _scores: ..., "does not return"),
    ("ablations/factorial", ..., "ellipsis"),
    ("ablations/solved", lambda one, two: sign_test(one, two) / 2, "one side only"),
    (
        "ablations/solved",
        lambda one, two: stats.binomtest(int((one & ~two).sum()), len(one)).pvalue,
        "tossed",
    ),
    (
        "ablations/solved",
        lambda one, two: stats.fisher_exact([[one.sum(), (~one).sum()], [two.sum(), (~two).sum()]])[1],
        "seed by seed",
    ),
    (
        "ablations/solved",
        lambda one, two: sign_test(one, two) if (one != two).any() else 0.0,
        "p should be 1.0",
    ),
    ("ablations/solved", lambda one, two: one != two, "shape"),
    ("ablations/solved", lambda _one, _two: 0.3, "p should be"),
    ("ablations/solved", lambda _one, _two: ..., "does not return"),
    ("ablations/solved", ..., "ellipsis"),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_ablations_right_answer_is_accepted(name, answer):
    assert_right(name, answer)


@pytest.mark.parametrize(("name", "answer", "hint"), WRONG)
def test_ablations_wrong_answer_is_refused_with_its_reason(name, answer, hint):
    assert_refused(name, answer, hint)
