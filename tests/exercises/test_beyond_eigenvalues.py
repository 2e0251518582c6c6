"""The checks of chapter linear/beyond_eigenvalues accept right answers and refuse the usual wrong ones."""

import numpy as np
import pytest
from judged import assert_refused, assert_right

from eigen_teach import linear


def from_sums(W):
    total = np.sum(W**2)
    return np.sqrt(max(total - np.sum(np.abs(np.linalg.eigvals(W)) ** 2), 0) / total) if total else 0


def from_norms(W):
    norm = np.linalg.norm(W)
    if norm == 0:
        return 0.0
    return np.sqrt(np.clip(1 - (np.linalg.norm(np.linalg.eigvals(W)) / norm) ** 2, 0, None))


def divided(value, W):
    return value / np.linalg.norm(W) if W.any() else 0.0


def not_divided(W):
    return from_sums(W) * np.linalg.norm(W)


def squared(W):
    return from_sums(W) ** 2


def signed_squares(W):
    values = np.linalg.eigvals(W)
    return divided(np.sqrt(max(np.sum(W**2) - np.sum(values**2).real, 0)), W)


def commutator(W):
    return divided(np.linalg.norm(W @ W.T - W.T @ W), W)


def without_zero(W):
    return from_sums(W) if W.any() else np.nan


def without_clipping(W):
    return np.nan if np.allclose(W @ W.T, np.eye(2)) else from_sums(W)


CORNER = 100 / (10 * 0.9**9)
BURST = np.array([[0.9, CORNER], [0.0, 0.9]])
TURN = np.array([[0.6, -0.8], [0.8, 0.6]])
RIGHT = [
    ("departure", linear.departure_from_normality),
    ("departure", from_sums),
    ("departure", from_norms),
    ("burst", BURST),
    ("burst", BURST.tolist()),
    ("burst", BURST.T),
    ("burst", BURST * [[1, -1], [1, 1]]),
    ("burst", [[0.9, 25.8], [0, 0.9]]),
    ("burst", TURN @ BURST @ TURN.T),
]
WRONG = [
    ("departure", ..., "ellipsis"),
    ("departure", lambda _: ..., "does not return anything yet"),
    ("departure", lambda _: None, "does not return anything yet"),
    ("departure", 0.7, "could not use"),
    ("departure", squared, "squares, then a root"),
    ("departure", not_divided, "is it a share"),
    ("departure", signed_squares, "not λ²"),
    ("departure", commutator, "is it a share"),
    ("departure", without_zero, "not 0/0"),
    ("departure", without_clipping, "rounding"),
    ("burst", ..., "ellipsis"),
    ("burst", 0.9, "2×2 matrix"),
    ("burst", np.diag([0.9, 0.9]), "no state grows"),
    ("burst", [[0.9, 100], [0, 0.9]], "should be 100"),
    ("burst", [[0.9, 100], [0.1, 0.9]], "trace should be 1.8"),
    ("burst", [[0.95, CORNER], [0, 0.85]], "trace should be 1.8"),
    ("burst", [[np.nan, 1], [0, 0.9]], "not both 0.9"),
]


@pytest.mark.parametrize(("what", "answer"), RIGHT)
def test_right_answers_are_accepted(what, answer):
    assert_right(f"beyond_eigenvalues/{what}", answer)


@pytest.mark.parametrize(("what", "answer", "why"), WRONG)
def test_wrong_answers_are_refused_with_a_reason(what, answer, why):
    assert_refused(f"beyond_eigenvalues/{what}", answer, why)
