"""The checks of chapter linear/state_space accept every right answer and refuse the usual wrong ones."""

import numpy as np
import pytest
from judged import assert_refused, assert_right

from eigen_teach import linear


def iterate(W_h, share=0.01):
    h, steps = np.array([1.0, 0.0]), 0
    while np.linalg.norm(h) >= share:
        h, steps = W_h @ h, steps + 1
    return steps


def by_powers(W_h):
    lengths = [np.linalg.norm(np.linalg.matrix_power(W_h, t)[:, 0]) for t in range(500)]
    return np.argmax(np.array(lengths) < 0.01)


def model(W_h, W_x, W_y):
    return linear.LinearSSM(W_h, W_x, W_y)


SHIFT, ENTER = [[0, 0], [1, 0]], [[1], [0]]
RIGHT = [
    ("by_hand", [4, 3]),
    ("by_hand", (4.0, 3.0)),
    ("by_hand", np.array([[4], [3]])),
    ("by_hand", np.array([[4.0, 3.0]])),
    ("steps_to_forget", iterate),
    ("steps_to_forget", by_powers),
    ("steps_to_forget", lambda W_h: float(iterate(W_h))),
    ("change", model(SHIFT, ENTER, [[1, -1]])),
    ("change", (SHIFT, ENTER, [[1, -1]])),
    ("change", model(SHIFT, [[-2], [0]], [[-0.5, 0.5]])),
    ("change", model([[0, 1], [0, 0]], [[0], [1]], [[-1, 1]])),
    ("change", model([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[1], [0], [0]], [[1, -1, 0]])),
    ("change", model([[0, 0], [-1, 0]], ENTER, [[1, 1]])),
]
WRONG = [
    ("by_hand", ..., "ellipsis"),
    ("by_hand", [4, 1], "third input"),
    ("by_hand", [0, 6], "has not acted"),
    ("by_hand", [0, 3], "transposed"),
    ("by_hand", [5, 1.5], "one step too many"),
    ("by_hand", [3, 4], "swapped"),
    ("by_hand", [4, 2], "one more step"),
    ("by_hand", [4, 4], "start from"),
    ("by_hand", 4, "pair of numbers"),
    ("steps_to_forget", lambda _: ..., "does not return anything yet"),
    ("steps_to_forget", lambda _: None, "does not return anything yet"),
    ("steps_to_forget", lambda W_h: iterate(W_h) + 1, "the kick itself is step 0"),
    ("steps_to_forget", lambda W_h: iterate(W_h, 0.1), "should be 57"),
    ("steps_to_forget", lambda W_h: np.log(0.01) / np.log(np.linalg.norm(W_h[:, 0])), "should be 57"),
    (
        "steps_to_forget",
        lambda W_h: np.ceil(np.log(0.01) / np.log(np.abs(np.linalg.eigvals(W_h)).max())),
        "diag",
    ),
    ("steps_to_forget", 57, "could not use"),
    ("change", ..., "ellipsis"),
    ("change", model(SHIFT, ENTER, [[1, 1]]), "turn one sign"),
    ("change", model(SHIFT, ENTER, [[-1, 1]]), "wrong sign"),
    ("change", model(SHIFT, ENTER, [[0, 1]]), "new input is missing"),
    ("change", model([[0, 1], [0, 0]], ENTER, [[1, -1]]), "x_t itself"),
    ("change", model([[0.5, 0], [1, 0]], ENTER, [[1, -1]]), "one unit take"),
    ("change", model(SHIFT, ENTER, np.eye(2)), "one output"),
    ("change", "x_t - x_{t-1}", "could not use"),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_check_accepts_right_answer(name, answer):
    assert_right(f"state_space/{name}", answer)


@pytest.mark.parametrize(("name", "answer", "hint"), WRONG)
def test_check_refuses_wrong_answer_and_says_why(name, answer, hint):
    assert_refused(f"state_space/{name}", answer, hint)
