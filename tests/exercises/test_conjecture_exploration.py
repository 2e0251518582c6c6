"""Checks of nonlinear/conjecture_exploration: right answers in several forms, typical wrong ones, stubs."""

import numpy as np
import pytest
import torch
from judged import assert_refused, assert_right

CLASSES = np.repeat([0, 1], 20)
CORNERS = np.array(np.meshgrid([-1.0, 1.0], [-1.0, 1.0], [-1.0, 1.0])).reshape(3, 8).T


def gap(one, other):
    """Mean square of the distance of a unit."""
    return np.mean((one - other) ** 2)


def near_states():
    """Two points close to the origin."""
    return np.where(CLASSES, 0.05, -0.05)[:, None] * np.ones(3)


def near_lists():
    """The same along one unit only, with some spread, as plain lists."""
    return [[0.04 + 0.001 * (i % 3) if i < 20 else -0.03, 0.0, 0.0] for i in range(40)]


def far_states():
    """Five times all corners, each class at each corner about equally often."""
    return np.tile(CORNERS, (5, 1))


def far_faces():
    """Not exactly the corners, and the classes in the same places."""
    half = 0.97 * np.vstack([CORNERS, CORNERS, CORNERS[:4]])
    return np.vstack([half, half])


RIGHT = [
    ("exploration/own_share", lambda one, other: gap(one, other) / (np.mean(one**2) + np.mean(other**2))),
    ("exploration/own_share", lambda one, other: gap(one, other) / (2 * np.mean(one**2))),
    ("exploration/own_share", lambda one, other: gap(one, other) / np.mean(one**2 + other**2)),
    ("exploration/own_share", lambda one, other: 1 - np.mean(one * other) / np.mean(one**2)),
    (
        "exploration/own_share",
        lambda one, other: np.linalg.norm(one - other) ** 2 / (2 * np.linalg.norm(other) ** 2),
    ),
    ("exploration/own_share", lambda one, other: torch.tensor(gap(one, other) / (2 * np.mean(one**2)))),
    ("exploration/near_and_far", (near_states(), far_states())),
    ("exploration/near_and_far", [near_lists(), far_faces().tolist()]),
    ("exploration/near_and_far", (torch.tensor(near_states()), torch.tensor(far_faces()))),
    (
        "exploration/diagnose",
        lambda _rms, own, size: "inputs" if own < 0.5 else "corner" if size < 3 else "chaos",
    ),
    (
        "exploration/diagnose",
        lambda _rms, own, size: {0: "inputs", 1: "corner", 2: "chaos"}[(own > 0.2) * (1 + (size > 10))],
    ),
]

WRONG = [
    ("exploration/own_share", lambda one, other: 1 - gap(one, other) / (2 * np.mean(one**2)), "do decide"),
    ("exploration/own_share", lambda one, other: gap(one, other) / np.mean(one**2), "twice too much"),
    ("exploration/own_share", lambda one, other: np.sqrt(gap(one, other) / np.mean(2 * one**2)), "root"),
    (
        "exploration/own_share",
        lambda one, other: np.sqrt(gap(one, other) / np.mean(one**2)),
        "squares of both",
    ),
    ("exploration/own_share", gap, "divide it"),
    ("exploration/own_share", lambda one, other: gap(one[-1], other[-1]) / np.mean(2 * one**2), "last"),
    ("exploration/own_share", lambda one, other: gap(one, other) / (2 * one.var()), "from the mean"),
    ("exploration/own_share", lambda one, other: np.mean((one - other) ** 2, axis=1), "shape"),
    ("exploration/own_share", lambda _one, _other: 0.5, "should be"),
    ("exploration/own_share", lambda _one, _other: ..., "does not return"),
    ("exploration/own_share", ..., "ellipsis"),
    ("exploration/near_and_far", (near_states(), ...), "ellipsis"),
    ("exploration/near_and_far", near_states(), "two sets"),
    ("exploration/near_and_far", (near_states()[:, :2], far_states()), "near should be"),
    ("exploration/near_and_far", (near_states(), far_states()[:20]), "far should be"),
    ("exploration/near_and_far", (near_states(), np.full((40, 3), np.nan)), "far should be"),
    ("exploration/near_and_far", (far_states(), near_states()), "wrong order"),
    ("exploration/near_and_far", (2 * near_states(), far_states()), "0.05 is the limit"),
    ("exploration/near_and_far", (np.zeros((40, 3)), far_states()), "its own mean"),
    ("exploration/near_and_far", (near_states(), 2 * far_states()), "beyond 1"),
    ("exploration/near_and_far", (near_states(), 0.9 * far_states()), "0 % of the units"),
    ("exploration/near_and_far", (near_states(), 20 * near_states()), "more corners"),
    (
        "exploration/near_and_far",
        (near_states(), np.vstack([np.tile(CORNERS[:4], (5, 1)), np.tile(CORNERS[4:], (5, 1))])),
        "same corners",
    ),
    ("exploration/diagnose", lambda rms, _own, _size: "chaos" if rms > 0.4 else "inputs", "fill it"),
    ("exploration/diagnose", lambda _rms, _own, size: "corner" if size < 3 else "inputs", "one line only"),
    ("exploration/diagnose", lambda _rms, own, _size: "inputs" if own < 0.5 else "chaos", "is 'corner'"),
    ("exploration/diagnose", lambda _rms, own, _size: "inputs" if own < 0.5 else "corner", "is 'chaos'"),
    ("exploration/diagnose", lambda _rms, own, _size: "inputs" if own == 0 else "chaos", "nine tenths"),
    ("exploration/diagnose", lambda _rms, own, _size: own > 0.5, "one of the words"),
    ("exploration/diagnose", lambda _rms, _own, _size: ..., "does not return"),
    ("exploration/diagnose", ..., "ellipsis"),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_exploration_right_answer_is_accepted(name, answer):
    assert_right(name, answer)


@pytest.mark.parametrize(("name", "answer", "hint"), WRONG)
def test_exploration_wrong_answer_is_refused_with_its_reason(name, answer, hint):
    assert_refused(name, answer, hint)
