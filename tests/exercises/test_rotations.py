"""Checks of initializer/rotations: right answers in several forms, typical wrong ones, stubs."""

import math

import numpy as np
import pytest
import torch
from judged import assert_refused, assert_right

from eigen_teach import exercises


def peeled(W):
    """Undo the rotations from the left; works for any radius."""
    Q, found = W / np.linalg.norm(W[0]), []
    for k in range(len(W) - 1):
        c, s = Q[k, k], Q[k + 1, k]
        found.append(math.atan2(s, c))
        Q[k : k + 2] = np.array([[c, s], [-s, c]]) @ Q[k : k + 2]
    return found


def by_hessenberg(W):
    """The cosine before unit k divides the diagonal entry, W[k, k] = λ c_(k-1) c_k."""
    radius = np.linalg.norm(W[:, 0])
    sines, cosine, found = np.diag(W, -1) / radius, 1.0, []
    for k, s in enumerate(sines):
        c = W[k, k] / radius / cosine
        found.append(np.arctan2(s, c))
        cosine = c
    return torch.tensor(np.mod(found, 2 * np.pi))


def sines_only(W):
    return np.arcsin(np.diag(W, -1) / np.linalg.norm(W[:, 0]))


def half(n):
    return (n - 1 - np.arange(n - 1)) / 2


def killip_nenciu(n, rng):
    a = half(n)
    return np.arccos(2 * rng.beta(a, a) - 1) * rng.choice([-1, 1], n - 1)


def from_the_other_end(n, rng):
    return killip_nenciu(n, rng)[::-1]


def with_positive_sines(n, rng):
    return [float(np.arccos(1 - 2 * rng.beta(a, a))) for a in half(n)]


def by_gaussians(n, rng):
    """The first entry of a random unit vector in n - k dimensions."""
    units = [rng.normal(size=n - k) for k in range(n - 1)]
    cosines = np.array([v[0] / np.linalg.norm(v) for v in units])
    return torch.tensor(2 * np.pi - np.arccos(cosines))


RIGHT = [
    ("rotations/peel", peeled),
    ("rotations/peel", by_hessenberg),
    ("rotations/peel", lambda W: np.array(peeled(W)) + 2 * np.pi),
    ("rotations/repair", killip_nenciu),
    ("rotations/repair", from_the_other_end),
    ("rotations/repair", with_positive_sines),
    ("rotations/repair", by_gaussians),
    ("rotations/period", lambda n: n if n % 2 else 2 * n),
    ("rotations/period", lambda n: np.int64(n * (2 - n % 2))),
    ("rotations/period", lambda n: n * (1.5 + (-1) ** n / 2)),
]

WRONG = [
    ("rotations/peel", lambda W: -np.array(peeled(W)), "other way"),
    ("rotations/peel", lambda W: np.rad2deg(peeled(W)), "degrees"),
    ("rotations/peel", lambda W: peeled(W)[::-1], "reverse"),
    ("rotations/peel", sines_only, "arctan2"),
    ("rotations/peel", lambda W: np.arccos(np.cos(peeled(W))), "not the sines"),
    ("rotations/peel", lambda W: [*peeled(W), 0.0], "angles, the shape"),
    ("rotations/peel", lambda W: np.zeros(len(W) - 1), "first angle"),
    ("rotations/peel", lambda _W: ..., "anything yet"),
    ("rotations/peel", ..., "ellipsis"),
    ("rotations/repair", lambda n, rng: rng.uniform(0, 2 * np.pi, n - 1), "paper's angles"),
    ("rotations/repair", lambda n, rng: 2 * rng.beta(half(n), half(n)) - 1, "cosines"),
    (
        "rotations/repair",
        lambda n, rng: np.arccos(2 * rng.beta(2 * half(n), 2 * half(n)) - 1),
        "factor of two",
    ),
    ("rotations/repair", lambda n, rng: np.arccos(rng.beta(half(n), half(n))), "symmetric"),
    ("rotations/repair", lambda n, rng: np.arccos(2 * rng.beta(5, 5, n - 1) - 1), "one law"),
    ("rotations/repair", lambda n, rng: np.arccos(2 * rng.beta(half(n) + 1, half(n) + 1) - 1), "k = 0"),
    ("rotations/repair", lambda n, _rng: np.arange(n - 1.0), "same angles"),
    ("rotations/repair", lambda n, rng: rng.uniform(size=n), "shape"),
    ("rotations/repair", lambda _n, _rng: ..., "anything yet"),
    ("rotations/repair", ..., "ellipsis"),
    ("rotations/period", lambda n: n, "which sign"),
    ("rotations/period", lambda n: 2 * n, "n = 3"),
    ("rotations/period", lambda n: 2 * n if n % 2 else n, "determinant"),
    ("rotations/period", lambda _n: ..., "anything yet"),
    ("rotations/period", ..., "ellipsis"),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_rotations_right_answer_is_accepted(name, answer):
    assert_right(name, answer)


@pytest.mark.parametrize(("name", "answer", "hint"), WRONG)
def test_rotations_wrong_answer_is_refused_with_its_reason(name, answer, hint):
    assert_refused(name, answer, hint)


def test_rotations_peel_needs_the_radius():
    def only_for_rotations(W):
        if not np.isclose(np.linalg.norm(W[0]), 1):
            return np.full(len(W) - 1, 0.3)
        return peeled(W)

    assert "divide W by the length" in exercises.judge("rotations/peel", only_for_rotations)


def test_rotations_repair_refuses_dependent_angles():
    from scipy import stats

    def one_draw_for_all(n, rng):
        return np.arccos(2 * stats.beta(half(n), half(n)).ppf(rng.uniform()) - 1)

    assert "independently" in exercises.judge("rotations/repair", one_draw_for_all)
