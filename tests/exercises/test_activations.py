"""The checks of chapter nonlinear/activations accept right answers and refuse the usual wrong ones."""

import numpy as np
import pytest
from judged import assert_refused, assert_right
from scipy import optimize

from eigen_teach import dynamics, linear


def by_iteration(weight):
    h = 1.0
    for _ in range(2000):
        h = np.tanh(weight * h)
    return h, weight * (1 - h**2)


def by_root_finding(weight):
    h = optimize.brentq(lambda h: np.tanh(weight * h) - h, 0.1, 1)
    return [h, weight / np.cosh(weight * h) ** 2]


def by_package(weight):
    h = dynamics.simulate([[weight]], np.zeros((2000, 1)), "tanh", h0=[0.5])[-1]
    return h, dynamics.jacobian([[weight]], h, "tanh")


def radius(W):
    return np.abs(np.linalg.eigvals(W)).max()


def norm(W):
    return np.linalg.norm(W, 2)


def by_table(W, activation):
    if activation == "linear":
        return radius(W) < 1
    return norm(W) < (4 if activation == "sigmoid" else 1)


def by_long_run(W, activation):
    if activation == "linear":
        return bool(linear.transient_growth(W, 800)[-1] < 1)
    slope = {"tanh": 1, "relu": 1, "sigmoid": 0.25}[activation]
    return bool(slope * np.linalg.svd(W, compute_uv=False)[0] < 1)


def rest_of(change):
    """A wrong answer, made of a right one and the weight."""
    return lambda weight: change(*by_iteration(weight), weight)


def too_few_steps(weight):
    h = 1.0
    for _ in range(8):
        h = np.tanh(weight * h)
    return h, weight * (1 - h**2)


FREE = np.array([[1.2, 1.44], [-1.0, -1.2]])
RIGHT = [
    ("rest", by_iteration),
    ("rest", by_root_finding),
    ("rest", by_package),
    ("set_free", FREE),
    ("set_free", FREE.tolist()),
    ("set_free", [[1.2, 144], [-0.01, -1.2]]),
    ("set_free", [[1.2, 0.144], [-10, -1.2]]),
    ("set_free", FREE.astype(complex)),
    ("guarantee", by_table),
    ("guarantee", by_long_run),
    ("guarantee", lambda W, activation: bool(by_table(W, activation))),
]
WRONG = [
    ("rest", ..., "still holds the ellipsis"),
    ("rest", lambda _: ..., "does not return anything yet"),
    ("rest", lambda _: None, "does not return anything yet"),
    ("rest", 0.96, "could not use your answer"),
    ("rest", rest_of(lambda h, f, w: h), "two numbers"),  # noqa: ARG005
    ("rest", rest_of(lambda h, f, w: (0, w)), "zero is a resting state as well"),  # noqa: ARG005
    ("rest", rest_of(lambda h, f, w: (-h, f)), "the positive one"),  # noqa: ARG005
    ("rest", rest_of(lambda h, f, w: (f, h)), "wrong order"),  # noqa: ARG005
    ("rest", rest_of(lambda h, f, w: (h, f / w)), "w is missing"),
    ("rest", rest_of(lambda h, f, w: (h, w)), "w is the factor at zero"),  # noqa: ARG005
    ("rest", rest_of(lambda h, f, w: (h, w * (1 - np.tanh(h) ** 2))), "output of tanh already"),  # noqa: ARG005
    ("rest", rest_of(lambda h, f, w: (h, 0.5)), "w times the slope of tanh"),  # noqa: ARG005
    ("rest", rest_of(lambda h, f, w: (0.5, f)), "not at 0.50000"),  # noqa: ARG005
    ("rest", too_few_steps, "take more steps"),
    ("set_free", ..., "still holds the ellipsis"),
    ("set_free", 1.2, "2×2 matrix"),
    ("set_free", np.eye(3), "2×2 matrix"),
    ("set_free", [[np.nan, 0], [0, 0]], "2×2 matrix"),
    ("set_free", [[1j, 0], [0, 0]], "real matrix"),
    ("set_free", [[1.1, 2.55], [-1, -2.1]], "trace and determinant"),
    ("set_free", [[1.2, 0], [0, 0]], "trace and determinant"),
    ("set_free", np.zeros((2, 2)), "silent after step 1"),
    ("set_free", [[1.2, -1.44], [1, -1.2]], "silent after step 2"),
    ("set_free", [[1.1, 1.21], [-1, -1.1]], "by the factor 1.1 a step"),
    ("set_free", [[20, 400], [-1, -20]], "by the factor 20 a step"),
    ("set_free", [[1e9, 1e9], [-1e9, -1e9]], "out of all bounds"),
    ("guarantee", ..., "still holds the ellipsis"),
    ("guarantee", lambda W, activation: ..., "does not return anything yet"),  # noqa: ARG005
    ("guarantee", lambda W, activation: "yes", "True or False"),  # noqa: ARG005
    ("guarantee", lambda W, activation: True, "take |λ|, not λ"),  # noqa: ARG005
    ("guarantee", lambda W, activation: False, "linear with 0.9 times a turn"),  # noqa: ARG005
    ("guarantee", lambda W, activation: norm(W) < (4 if activation == "sigmoid" else 1), "no obstacle"),
    ("guarantee", lambda W, activation: np.linalg.eigvals(W).real.max() < 1, "take |λ|, not λ"),  # noqa: ARG005
    ("guarantee", lambda W, activation: radius(W) < 1, "tanh with [[0.5, 4]"),  # noqa: ARG005
    ("guarantee", lambda W, a: radius(W) < 1 if a != "relu" else norm(W) < 1, "tanh with [[0.5, 4]"),
    ("guarantee", lambda W, a: radius(W) < 1 if a in ("linear", "relu") else by_table(W, a), "relu with"),
    ("guarantee", lambda W, a: radius(W) < 1 if a == "linear" else norm(W) < 1, "a norm below 4 will do"),
    ("guarantee", lambda W, a: True if a == "sigmoid" else by_table(W, a), "above the bound of 4"),
    ("guarantee", lambda W, a: radius(W) < 4 if a == "sigmoid" else by_table(W, a), "its norm is 4.4"),
]


@pytest.mark.parametrize(("what", "answer"), RIGHT)
def test_right_answers_are_accepted(what, answer):
    assert_right(f"activations/{what}", answer)


@pytest.mark.parametrize(("what", "answer", "why"), WRONG)
def test_wrong_answers_are_refused_with_a_reason(what, answer, why):
    assert_refused(f"activations/{what}", answer, why)
