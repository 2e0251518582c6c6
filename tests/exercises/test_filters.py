"""The checks of linear/filters accept every right answer and say what is wrong with the others."""

import numpy as np
import pytest
from judged import assert_refused, assert_right

from eigen_teach import linear


def turn(modulus, angle):
    return modulus * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


BELL = turn(2 ** (-1 / 30), 2 * np.pi / 12)
PAIR = linear.modes(BELL)
BASIS = np.array([[1.0, 2.0], [0.5, 3.0]])
TRACE, DETERMINANT = np.trace(BELL), np.linalg.det(BELL)

RIGHT = [
    ("filters/weights", lambda pole, t: pole ** (t - np.arange(1, t + 1))),
    ("filters/weights", lambda pole, t: [pole**age for age in range(t - 1, -1, -1)]),
    ("filters/weights", lambda pole, t: np.vander([pole], t)[0]),
    ("filters/bell", BELL),
    ("filters/bell", BELL.T),
    ("filters/bell", BELL.tolist()),
    ("filters/bell", BASIS @ BELL @ np.linalg.inv(BASIS)),
    ("filters/bell", [[TRACE, -DETERMINANT], [1, 0]]),
    ("filters/bell", BELL.round(3)),
    ("filters/bell", turn(0.9772, np.pi / 6)),  # the modulus as the solution prints it
    ("filters/bell", BELL.astype(complex)),
    ("filters/bell", PAIR.vectors @ np.diag(PAIR.eigenvalues) @ np.linalg.inv(PAIR.vectors)),
    ("filters/louder", linear.half_life(0.98)),
    ("filters/louder", np.log(0.5) / np.log(0.98)),
    ("filters/louder", 34.3),
]

WRONG = [
    ("filters/weights", lambda *_: ..., "does not return anything yet"),  # the stub
    ("filters/weights", lambda pole, t: pole ** np.arange(t), "as printed"),
    ("filters/weights", lambda pole, t: pole ** (t + 1.0 - np.arange(1, t + 1)), "one power too many"),
    ("filters/weights", lambda pole, t: np.abs(pole) ** (t - np.arange(1, t + 1)), "pole**(t - j)"),
    ("filters/weights", lambda pole, t: pole**t, "shape"),
    ("filters/bell", ..., "ellipsis"),
    ("filters/bell", np.diag(np.linalg.eigvals(BELL)), "real matrix"),
    ("filters/bell", 2 ** (-1 / 30) * np.eye(2), "without ringing"),
    ("filters/bell", turn(2 ** (-1 / 30), 12), "should be 12"),
    ("filters/bell", turn(2 ** (-1 / 30), np.pi / 12), "period 2π/θ is 24"),
    ("filters/bell", turn(0.5 ** (1 / 12), 2 * np.pi / 12), "|λ|³⁰"),
    ("filters/bell", turn(1 - 1 / 30, 2 * np.pi / 12), "|λ|³⁰"),
    ("filters/bell", np.eye(3), "shape is"),
    ("filters/louder", ..., "ellipsis"),
    ("filters/louder", 0.98, "that is the modulus"),
    ("filters/louder", 50, "peak is 1"),
    ("filters/louder", 33.6, "peak is 1"),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_right_answer_in_any_form_is_accepted(name, answer):
    assert_right(name, answer)


@pytest.mark.parametrize(("name", "answer", "reason"), WRONG)
def test_wrong_answer_is_refused_with_its_reason(name, answer, reason):
    assert_refused(name, answer, reason)
