"""The checks of chapter nonlinear/conjecture_memory accept right answers and refuse the usual wrong ones."""

import numpy as np
import pytest
from judged import assert_refused, assert_right
from scipy.optimize import brentq


def krylov(W, w_in, steps):
    return np.column_stack([np.linalg.matrix_power(W, k) @ w_in for k in range(steps)])


def from_pseudoinverse(W, w_in, steps):
    K = krylov(W, w_in, steps)
    return np.diag(np.linalg.pinv(K) @ K)


def from_singular_vectors(W, w_in, steps):
    _, s, vt = np.linalg.svd(krylov(W, w_in, steps), full_matrices=False)
    return np.sum(vt[s > 1e-9 * s[0]] ** 2, axis=0)


def from_least_squares(W, w_in, steps):
    K = krylov(W, w_in, steps)
    return [np.linalg.lstsq(K, K[:, k], rcond=None)[0][k] for k in range(steps)]


def summed(W, w_in, steps):
    return from_pseudoinverse(W, w_in, steps).sum()


def whole_matrix(W, w_in, steps):
    K = krylov(W, w_in, steps)
    return np.linalg.pinv(K) @ K


def without_the_present(W, w_in, steps):
    return from_pseudoinverse(W, W @ w_in, steps)


def oldest_first(W, w_in, steps):
    return from_pseudoinverse(W, w_in, steps)[::-1]


def lengths(W, w_in, steps):
    return np.sum(krylov(W, w_in, steps) ** 2, axis=0)


def evenly(_W, w_in, steps):
    return np.full(steps, min(len(w_in) / steps, 1))


def transposed(W, w_in, steps):
    return from_pseudoinverse(W.T, w_in, steps)


def rest(gain):
    return brentq(lambda h: h - np.tanh(gain * h), 1e-9 + (gain > 1) * 1e-3, 1)


def by_search(blow):
    """No formula: raise λ until the unit, struck at rest, keeps its sign."""
    low, high = 1.0 + 1e-5, 1.0 + blow + 1e-3
    for _ in range(60):
        middle = (low + high) / 2
        keeps = middle * rest(middle) > blow
        low, high = (low, middle) if keeps else (middle, high)
    return high


RIGHT = [
    ("shares", from_pseudoinverse),
    ("shares", from_singular_vectors),
    ("shares", from_least_squares),
    ("knock", lambda blow: blow / np.tanh(blow)),
    ("knock", lambda blow: np.array(blow / np.tanh(blow))),
    ("knock", lambda blow: blow * (np.exp(2 * blow) + 1) / (np.exp(2 * blow) - 1)),
    ("knock", by_search),
]
WRONG = [
    ("shares", ..., "ellipsis"),
    ("shares", lambda *_: ..., "does not return"),
    ("shares", lambda *_: None, "does not return"),
    ("shares", summed, "not their sum"),
    ("shares", whole_matrix, "on its diagonal"),
    ("shares", without_the_present, "the present input"),
    ("shares", oldest_first, "the oldest input as lag 0"),
    ("shares", lengths, "lengths of columns do not tell"),
    ("shares", evenly, "holds lags 0, 1, 2"),
    ("shares", transposed, "holds lags 0, 1, 2"),
    ("shares", lambda _W, _w, steps: np.ones(steps - 1), "shape should be"),
    ("shares", 0.5, "could not use"),
    ("knock", ..., "ellipsis"),
    ("knock", lambda _: ..., "does not return"),
    ("knock", lambda blow: max(blow, 1), "rested at 1"),
    ("knock", lambda blow: np.arctanh(blow) / blow, "taken from λh"),
    ("knock", np.tanh, "which λ makes it rest there"),
    ("knock", lambda blow: np.tanh(blow) / blow, "upside down"),
    ("knock", lambda blow: 1 + blow, "gives way when"),
    ("knock", lambda _: np.inf, "finite λ"),
    ("knock", lambda _: [1.0, 2.0], "could not use"),
]


@pytest.mark.parametrize(("what", "answer"), RIGHT)
def test_right_answers_are_accepted(what, answer):
    assert_right(f"conjecture_memory/{what}", answer)


@pytest.mark.parametrize(("what", "answer", "why"), WRONG)
def test_wrong_answers_are_refused_with_a_reason(what, answer, why):
    assert_refused(f"conjecture_memory/{what}", answer, why)
