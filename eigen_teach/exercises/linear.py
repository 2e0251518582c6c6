"""Checks of Part I, the linear state space model."""

from typing import Any

import numpy as np

from eigen_teach import linear
from eigen_teach.exercises.registry import NOTHING_YET, differs, exercise, nothing, slipped


@exercise("eigenmodes/half_life")
def half_life(answer: Any) -> str | None:
    """A function of the modulus: the number of steps after which half of a mode is left."""
    for modulus in (0.5, 0.9, 0.95, 0.999):
        expected = np.log(2) / -np.log(modulus)
        reason = differs(answer(modulus), expected, f"at modulus {modulus} it should be {expected:.4g} steps")
        if reason:
            return reason
    return None


def _real_2x2(answer: Any) -> np.ndarray[Any, np.dtype[np.float64]] | str:
    """The answer as a real 2×2 matrix, or the reason why it is none."""
    real = np.real_if_close(answer)  # U Λ U⁻¹ leaves imaginary parts of rounding size
    if np.iscomplexobj(real):
        return "a real matrix is asked for: turn by the angle instead of putting the pair on the diagonal"
    matrix = np.asarray(real, dtype=float)
    return matrix if matrix.shape == (2, 2) else f"a 2×2 matrix is asked for, the shape is {matrix.shape}"


@exercise("eigenmodes/ring")
def ring(answer: Any) -> str | None:
    """A 2×2 matrix that turns a vector once around in 16 steps and leaves a tenth of it."""
    matrix = _real_2x2(answer)
    if isinstance(matrix, str):
        return matrix
    values = np.linalg.eigvals(matrix)
    if np.abs(values.imag).min() == 0:
        return "its eigenvalues are real, so it does not turn anything"
    if not np.allclose(np.abs(np.angle(values)), 2 * np.pi / 16, rtol=5e-4):
        return "one turn takes 2π/θ steps, and that should be 16"
    power = np.linalg.matrix_power(matrix, 16)
    return differs(power, 0.1 * np.eye(2), "after 16 steps a tenth should be left: |λ|¹⁶ = 0.1", 5e-3)


@exercise("state_space/by_hand")
def by_hand(answer: Any) -> str | None:
    """The third state of a model of two units, worked out with pencil and paper."""
    state = np.squeeze(np.asarray(answer, dtype=float))
    if state.shape != (2,):
        return f"h₃ is a pair of numbers, your answer has the shape {state.shape}"
    slips = {
        (4, 1): "the third input is missing: h₃ = W_h h₂ + W_x x₃",
        (0, 6): "the drives are added up, but W_h has not acted on the older ones",
        (0, 3): "W_h seems to be transposed: its first row makes the first unit",
        (5, 1.5): "that is one step too many: the first state is h₁ = W_x x₁, as h₀ is zero",
        (3, 4): "the two units are swapped: the first row of W_h makes the first unit",
        (4, 2): "that is h₂; one more step",
    }
    hint = slips.get(tuple(state), "start from h₁ = (0, 4), then h₂ = W_h h₁ + W_x x₂")
    return differs(state, (4, 3), hint)


@exercise("state_space/steps_to_forget")
def steps_to_forget(answer: Any) -> str | None:
    """A function of W_h: the steps until less than 1 % of a kick to unit 1 is left."""
    hints = {
        57: "W_h = [[0.7, 0.6], [-0.6, 0.7]]",
        19: "W_h = [[0.6, 0.5], [-0.5, 0.6]]",
        44: "W_h = diag(0.9, 0.99), where the kick never reaches unit 2",
        7: "W_h = diag(0.5, 0.5)",
    }
    turns = [np.array([[a, b], [-b, a]]) for a, b in ((0.7, 0.6), (0.6, 0.5))]
    matrices = [*turns, np.diag([0.9, 0.99]), np.diag([0.5, 0.5])]
    for W, (steps, name) in zip(matrices, hints.items(), strict=True):
        given = answer(W.copy())
        if nothing(given):
            return NOTHING_YET
        off_by_one = "; the kick itself is step 0" if abs(float(given) - steps) == 1 else ""
        reason = differs(given, steps, f"for {name} it should be {steps} whole steps{off_by_one}")
        if reason:
            return reason
    return None


@exercise("state_space/change")
def change(answer: Any) -> str | None:
    """A linear model whose output is the change of its input, x_t - x_{t-1}; any realization will do."""
    model = answer if isinstance(answer, linear.LinearSSM) else linear.LinearSSM(*answer)
    if model.W_x.shape[1] != 1 or len(model.W_y) != 1:
        return f"one input and one output are asked for, there are {model.W_x.shape[1]} and {len(model.W_y)}"
    x = np.array([1.0, 3.0, 3.0, 0.0, -2.0, 5.0, 5.0, 5.0])[:, None]
    y, before = model.outputs(x), np.vstack([[[0.0]], x[:-1]])
    slips = {
        "the output has the wrong sign: it is x_{t-1} - x_t": before - x,
        "the output is the sum x_t + x_{t-1}: turn one sign in W_y": x + before,
        "the output is x_t itself: the last input does not get into the state's other unit": x,
        "the output is x_{t-1}: the new input is missing in it": before,
        "the output is -x_{t-1}: the new input is missing in it": -before,
    }
    hint = "let one unit take x_t and the other what the first held a step ago"
    return slipped(y, x - before, slips) or differs(y, x - before, hint)


@exercise("beyond_eigenvalues/departure")
def departure(answer: Any) -> str | None:
    """A function of a square matrix: Henrici's departure from normality, relative to the Frobenius norm."""
    if nothing(answer(np.eye(2))):
        return NOTHING_YET
    cases = (
        ([[0, 0], [2, 0]], 1, "for [[0, 0], [2, 0]], all eigenvalues zero, it should be 1: is it a share?"),
        ([[1, 2], [0, 3]], (4 / 14) ** 0.5, "for [[1, 2], [0, 3]] √(4/14) is right: squares, then a root"),
        ([[0, -2], [0.5, 0]], (9 / 17) ** 0.5, "for [[0, -2], [.5, 0]] take |λ|², not λ²: λ is imaginary"),
        ([[0.6, -0.8], [0.8, 0.6]], 0, "a rotation is normal: 0 is right, and rounding must not make it nan"),
        ([[0, 0], [0, 0]], 0, "the zero matrix is normal: it should be 0, not 0/0"),
    )
    for matrix, expected, hint in cases:
        reason = differs(answer(np.array(matrix, dtype=float)), expected, hint)
        if reason:
            return reason
    return None


@exercise("beyond_eigenvalues/burst")
def burst(answer: Any) -> str | None:
    """A 2×2 matrix with both eigenvalues 0.9 whose powers reach the norm 100."""
    matrix = np.asarray(answer, dtype=float)
    if matrix.shape != (2, 2):
        return f"a 2×2 matrix is asked for, the shape is {matrix.shape}"
    (a, b), (c, d) = matrix
    # Trace and determinant: the computed eigenvalues of a defective matrix are only good to half the digits.
    if not np.allclose([a + d, a * d - b * c], [1.8, 0.81], rtol=1e-6):
        return "its eigenvalues are not both 0.9: the trace should be 1.8 and the determinant 0.81"
    peak = max(np.linalg.norm(np.linalg.matrix_power(matrix, t), 2) for t in range(100))
    if peak < 1 + 1e-9:
        return "no state grows at all: the eigenvalues are right, and the entry they do not see is free"
    return None if abs(peak - 100) <= 1 else f"the largest norm of a power is {peak:.4g}, it should be 100"


@exercise("filters/weights")
def filter_weights(answer: Any) -> str | None:
    """A function of a pole and of t: the weights of the inputs 1 … t in the mode at step t."""
    for pole, t in ((0.9, 6), (0.8 * np.exp(0.5j), 12), (0.9, 1)):
        expected = pole ** (t - np.arange(1, t + 1))
        returned = answer(pole, t)
        if nothing(returned):
            return NOTHING_YET
        given = np.asarray(returned)
        if given.size == t > 1 and np.allclose(given.ravel(), expected[::-1]):
            return "that is (13) as printed: the oldest input would weigh 1 and the newest least"
        if given.size == t > 1 and np.allclose(given.ravel(), pole * expected):
            return "one power too many: the newest input has not been multiplied yet, so it weighs 1"
        hint = f"for pole {pole:.3g} and t = {t} they should be pole**(t - j), j from 1 to t"
        reason = differs(given, expected, hint)
        if reason:
            return reason
    return None


@exercise("filters/bell")
def bell(answer: Any) -> str | None:
    """A real 2×2 matrix that rings with a period of 12 steps and a half-life of 30."""
    matrix = _real_2x2(answer)
    if isinstance(matrix, str):
        return matrix
    value = np.linalg.eigvals(matrix)[0]
    if abs(np.imag(value)) == 0:
        return "its eigenvalues are real, so it decays without ringing"
    period = 2 * np.pi / abs(np.angle(value))
    if not np.isclose(period, 12, rtol=2e-3):
        return f"its period 2π/θ is {period:.4g} steps and should be 12"
    hint = f"its modulus is {abs(value):.5g}; half should be left after 30 steps: |λ|³⁰ = 1/2"
    return differs(abs(value) ** 30, 0.5, hint, 5e-3)


@exercise("filters/louder")
def louder(answer: Any) -> str | None:
    """The half-life of a mode whose magnitude response peaks at 50."""
    steps = float(np.real(answer))
    if np.isclose(steps, 0.98):
        return "that is the modulus; how many steps until half of the mode is left?"
    hint = "the peak is 1/(1 - |λ|), which gives the modulus; the half-life is ln 2 / -ln|λ|"
    return differs(steps, np.log(2) / -np.log(0.98), hint, 3e-3)


@exercise("gradients/modulus")
def gradient_modulus(answer: Any) -> str | None:
    """A function of steps T and share s: the modulus with which s of the gradient at h_T reaches h_1."""
    for steps, share in ((28, 0.1), (784, 0.1), (2, 0.3), (100, 5.0)):
        value = answer(steps, share)
        if nothing(value):
            return NOTHING_YET
        if np.shape(value) == () and np.isclose(value, share ** (1 / steps), rtol=1e-7):
            return f"from h_T to h_1 there are T - 1 steps, {steps - 1} and not {steps}"
        hint = f"with {steps} steps, the modulus to the power of the lag {steps - 1} should be {share}"
        reason = differs(value, share ** (1 / (steps - 1)), hint)
        if reason:
            return reason
    return None


@exercise("gradients/backward")
def gradient_backward(answer: Any) -> str | None:
    """A function of W, states (T, n) of a tanh network and the gradient at h_T: the gradient at h_1."""
    rng = np.random.default_rng(5)
    W, error = rng.normal(size=(4, 4)), rng.normal(size=4)
    states = np.tanh(rng.normal(size=(6, 4)))

    def backward(W: Any, slopes: Any) -> Any:
        gradient = error
        for slope in slopes[:0:-1]:
            gradient = W.T @ (slope * gradient)
        return gradient

    slopes = 1 - states**2
    value = answer(W.copy(), states.copy(), error.copy())
    if nothing(value):
        return NOTHING_YET
    mistakes = {
        "that is the linear network; each step of tanh has the factor 1 - h², too": backward(W, slopes**0),
        "the way back goes through the transpose of W": backward(W.T, slopes),
        "the factor 1 - h² of a step belongs to the state it leads to: it comes before W.T": backward(
            W, np.roll(slopes, 1, axis=0)
        ),
        "that is one step too many: from h_T to h_1 there are T - 1": W.T @ (slopes[0] * backward(W, slopes)),
    }
    right = backward(W, slopes)
    return slipped(value, right, mistakes) or differs(
        value, right, "check it against autograd: two units, two steps"
    )
