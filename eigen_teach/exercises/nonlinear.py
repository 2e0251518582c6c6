"""Checks of Part II, nonlinear networks."""

from typing import Any

import numpy as np

from eigen_teach import dynamics
from eigen_teach.exercises.registry import NOTHING_YET, differs, exercise, nothing, slipped


@exercise("activations/rest")
def rest(answer: Any) -> str | None:
    """A function of the weight w > 1 of a tanh unit: its positive resting state, and the factor there."""
    for weight in (1.2, 1.5, 2.0, 3.0):
        returned = answer(weight)
        if nothing(returned):
            return NOTHING_YET
        parts = returned if isinstance(returned, tuple | list) else [returned]
        given = np.concatenate([np.ravel(np.asarray(part, dtype=float)) for part in parts])
        if given.shape != (2,):
            return f"two numbers are asked for, the state and the factor; {given.size} came"
        state = _resting_state(weight)
        reason = _wrong_rest(given, state, weight)
        if reason:
            return reason
    return None


def _resting_state(weight: float) -> float:
    """The positive solution of h = tanh(w h), by bisection: it has no slow case."""
    low, high = 1e-6, 1.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if np.tanh(weight * middle) > middle else (low, middle)
    return low


def _wrong_rest(given: Any, state: float, weight: float) -> str | None:
    """Why these are not the resting state and the factor on a small disturbance."""
    factor = weight * (1 - state**2)
    if np.allclose(given, [state, factor], rtol=0, atol=1e-5):
        return None
    if abs(given[0]) < 1e-5:
        return "zero is a resting state as well, but for w > 1 the unit leaves it; start from 1"
    slips = {
        "the negative state is as good; the positive one is asked for": (-state, factor),
        "the two numbers are in the wrong order: the state comes first": (factor, state),
        "the state is right; the factor is w times the slope, and w is missing": (state, 1 - state**2),
        "the state is right; w is the factor at zero, not where the unit rests": (state, weight),
        "the state is right; the slope is 1 - h², h being the output of tanh already": (
            state,
            weight * (1 - np.tanh(state) ** 2),
        ),
    }
    reason = slipped(given, (state, factor), slips, 1e-5)
    if reason:
        return reason
    distance = abs(given[0] - state)
    if distance > 1e-5:
        near = "; it creeps there when w is near 1, so take more steps" if distance < 0.05 else ""
        return f"at w = {weight:g} the state rests at {state:.5f}, not at {given[0]:.5f}{near}"
    return f"the state is right; at w = {weight:g} the factor is {factor:.5f}: w times the slope of tanh"


@exercise("activations/set_free")
def set_free(answer: Any) -> str | None:
    """A 2×2 matrix with both eigenvalues zero whose ReLU network, from (1, 0), grows by 20 % a step."""
    real = np.real_if_close(answer)
    if np.iscomplexobj(real):
        return "a real matrix is asked for"
    matrix = np.asarray(real, dtype=float)
    if matrix.shape != (2, 2) or not np.isfinite(matrix).all():
        return f"a 2×2 matrix of numbers is asked for, the shape is {matrix.shape}"
    size = max(float(np.abs(matrix).max()), 1e-12)
    trace, det = np.trace(matrix), matrix[0, 0] * matrix[1, 1] - matrix[0, 1] * matrix[1, 0]
    # Not the eigenvalues: those of a defective matrix are computed to half the digits only.
    if abs(trace) > 1e-9 * size or abs(det) > 1e-9 * size**2:
        return f"both eigenvalues are zero when trace and determinant are; they are {trace:.3g} and {det:.3g}"
    try:
        states = dynamics.simulate(matrix, np.zeros((60, 2)), "relu", h0=[1.0, 0.0])
    except OverflowError:
        return "it grows out of all bounds, by far more than 20 % a step"
    lengths = np.linalg.norm(states, axis=1)
    if lengths[-1] == 0:
        dead = int(np.argmin(lengths)) + 1
        return f"from (1, 0) ReLU is silent after step {dead}: unit 1 must keep itself going, unit 2 be cut"
    hint = f"from (1, 0) it grows by the factor {lengths[-1] / lengths[-2]:.4g} a step, it should be 1.2"
    return differs(lengths[1:] / lengths[:-1], np.full(59, 1.2), hint, 1e-4)


_SHEAR = np.array([[0.5, 4.0], [0.0, 0.5]])
_TURN = np.array([[0.6, -0.8], [0.8, 0.6]])
_FLIP = np.diag([-1.5, 0.3])
_SPREAD = np.array([[2.2, 2.2], [-2.2, -2.2]])
_RADIUS = "for a linear network the radius decides"
_NORM = "a radius below 1 guarantees nothing here, the norm does"
_GUARANTEES = (
    (0.9 * _TURN, "linear", True, "0.9 times a turn", _RADIUS),
    (_SHEAR, "linear", True, "[[0.5, 4], [0, 0.5]]", f"{_RADIUS}, and the norm of 4 is no obstacle"),
    (_FLIP, "linear", False, "diag(-1.5, 0.3)", "its modulus is 1.5: take |λ|, not λ"),
    (0.9 * _TURN, "tanh", True, "0.9 times a turn", "its norm is 0.9"),
    (_SHEAR, "tanh", False, "[[0.5, 4], [0, 0.5]]", _NORM),
    (1.1 * _TURN, "tanh", False, "1.1 times a turn", "its norm is 1.1"),
    (0.9 * _TURN, "relu", True, "0.9 times a turn", "its norm is 0.9"),
    (np.array([[1.1, 2.55], [-1.0, -2.1]]), "relu", False, "[[1.1, 2.55], [-1, -2.1]]", _NORM),
    (3.5 * _TURN, "sigmoid", True, "3.5 times a turn", "the slope is at most 1/4: a norm below 4 will do"),
    (5.0 * _TURN, "sigmoid", False, "5 times a turn", "a norm of 5 is above the bound of 4"),
    (_SPREAD, "sigmoid", False, "[[2.2, 2.2], [-2.2, -2.2]]", "its eigenvalues are zero, its norm is 4.4"),
)


@exercise("activations/guarantee")
def guarantee(answer: Any) -> str | None:
    """A function of W and an activation: does the chapter's table promise that two states meet?"""
    for W, activation, expected, name, reason in _GUARANTEES:
        given = answer(W.copy(), activation)
        if nothing(given):
            return NOTHING_YET
        if not isinstance(given, bool | np.bool_):
            return f"True or False is asked for, {type(given).__name__} came"
        if given != expected:
            return f"{activation} with {name}: {expected} is right; {reason}"
    return None
