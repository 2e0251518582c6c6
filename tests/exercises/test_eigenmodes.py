"""The checks of chapter linear/eigenmodes accept every right answer and refuse the usual wrong ones."""

import math

import numpy as np
import pytest
from judged import assert_refused, assert_right

from eigen_teach import linear, widgets

RADIUS, ANGLE = 0.1 ** (1 / 16), math.pi / 8
TURN = widgets.EigenPlane(radius=RADIUS, angle=ANGLE).matrix
PAIR, BASIS = [RADIUS * np.exp(1j * ANGLE), RADIUS * np.exp(-1j * ANGLE)], np.array([[1, 1], [-1j, 1j]])
SHEAR = np.array([[1.0, 2.0], [0.0, 1.0]])
RIGHT = [
    ("half_life", lambda modulus: np.log(2) / -np.log(modulus)),
    ("half_life", lambda modulus: math.log(0.5, modulus)),
    ("half_life", lambda modulus: -1 / math.log2(modulus)),
    ("half_life", linear.half_life),
    ("ring", TURN),
    ("ring", TURN.T),  # the other way round
    ("ring", TURN.tolist()),
    ("ring", SHEAR @ TURN @ np.linalg.inv(SHEAR)),  # the same turn along other axes
    ("ring", 0.866 * TURN / RADIUS),  # rounded as the solution prints it
    ("ring", BASIS @ np.diag(PAIR) @ np.linalg.inv(BASIS)),  # (6), complex with imaginary parts of rounding
]
WRONG = [
    ("half_life", ..., "ellipsis"),
    ("half_life", lambda _modulus: ..., "ellipsis"),
    ("half_life", lambda modulus: np.log(modulus) / np.log(2), "at modulus 0.5"),
    ("half_life", lambda modulus: np.log(2) / (1 - modulus), "at modulus 0.5"),
    ("half_life", lambda modulus: np.ceil(math.log(0.5, modulus)), "at modulus 0.9"),
    ("ring", ..., "ellipsis"),
    ("ring", TURN / RADIUS, "a tenth"),
    ("ring", 0.1 * TURN / RADIUS, "a tenth"),
    ("ring", 0.87 * TURN / RADIUS, "a tenth"),
    ("ring", RADIUS * np.eye(2), "real"),
    ("ring", np.linalg.matrix_power(TURN, 3), "should be 16"),
    ("ring", np.diag(PAIR), "a real matrix"),
    ("ring", np.eye(3), "2×2"),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_check_accepts_right_answer(name, answer):
    assert_right(f"eigenmodes/{name}", answer)


@pytest.mark.parametrize(("name", "answer", "hint"), WRONG)
def test_check_refuses_wrong_answer_and_says_why(name, answer, hint):
    assert_refused(f"eigenmodes/{name}", answer, hint)
