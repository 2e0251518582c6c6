import bad_inputs
import numpy as np
import pytest
import scipy.linalg
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from eigen_teach import linear

ROTATION = np.array([[0.8, -0.6], [0.6, 0.8]])
TILTED = np.array([[0.5, 40.0], [0.0, 0.5]])  # a Jordan block in all but scale
# Products and sums of a few hundred numbers of size 1: rounding stays well below this.
ROUNDING = 1e-12

entries = st.floats(-2, 2, allow_nan=False, width=32)
seeds = st.integers(0, 2**32 - 1)


def random_matrix(seed, n, scale=1.0):
    return scale * np.random.default_rng(seed).standard_normal((n, n)) / np.sqrt(n)


def moduli_of(eigenvalues):
    return np.abs(eigenvalues)


# LinearSSM


def test_states_of_rotation_equal_its_exact_angle():
    angle = np.arctan2(0.6, 0.8)
    ssm = linear.LinearSSM(ROTATION, np.eye(2), np.eye(2))
    states = ssm.states(np.zeros((50, 2)), h0=[1, 0])
    steps = np.arange(1, 51)
    exact = np.column_stack([np.cos(angle * steps), np.sin(angle * steps)])
    np.testing.assert_allclose(states, exact, atol=ROUNDING)


def test_states_equal_sum_over_the_past():
    rng = np.random.default_rng(0)
    W_h, W_x, W_y = random_matrix(1, 5), rng.standard_normal((5, 3)), rng.standard_normal((2, 5))
    x, h0 = rng.standard_normal((12, 3)), rng.standard_normal(5)
    ssm = linear.LinearSSM(W_h, W_x, W_y)
    power = np.linalg.matrix_power
    for t in (1, 2, 7, 12):
        past = sum(power(W_h, t - j) @ W_x @ x[j - 1] for j in range(1, t + 1))
        exact = power(W_h, t) @ h0 + past
        np.testing.assert_allclose(ssm.states(x, h0)[t - 1], exact, atol=ROUNDING)
        np.testing.assert_allclose(ssm.outputs(x, h0)[t - 1], W_y @ exact, atol=ROUNDING)


def test_states_agree_with_scipy():
    rng = np.random.default_rng(2)
    W_h, W_x, W_y = random_matrix(3, 4, 0.9), rng.standard_normal((4, 2)), rng.standard_normal((3, 4))
    x = rng.standard_normal((40, 2))
    # scipy reads its state before it updates it: our W_y h_t is its W_y W_h h_{t-1} + W_y W_x x_t.
    system = scipy.signal.StateSpace(W_h, W_x, W_y @ W_h, W_y @ W_x, dt=1)
    _, y, _ = scipy.signal.dlsim(system, x)
    np.testing.assert_allclose(linear.LinearSSM(W_h, W_x, W_y).outputs(x), y, atol=ROUNDING)


def test_states_without_steps_are_empty():
    ssm = linear.LinearSSM(ROTATION, np.eye(2), np.ones((3, 2)))
    assert ssm.states(np.empty((0, 2))).shape == (0, 2)
    assert ssm.outputs(np.empty((0, 2))).shape == (0, 3)


def test_states_without_h0_start_from_zero():
    ssm = linear.LinearSSM(ROTATION, np.eye(2), np.eye(2))
    x = np.random.default_rng(4).standard_normal((6, 2))
    np.testing.assert_array_equal(ssm.states(x), ssm.states(x, h0=[0, 0]))


def test_ssm_copies_its_matrices_and_freezes_them():
    W = ROTATION.copy()
    ssm = linear.LinearSSM(W, np.eye(2), np.eye(2))
    W[0, 0] = 7
    assert ssm.W_h[0, 0] == 0.8
    assert {ssm.W_h.dtype, ssm.W_x.dtype, ssm.W_y.dtype} == {np.dtype(float)}
    with pytest.raises(ValueError, match="read-only"):
        ssm.W_h[0, 0] = 7
    with pytest.raises(AttributeError):
        ssm.W_h = W


@given(seed=seeds, a=entries, b=entries)
@settings(max_examples=50)
def test_states_are_linear_in_the_input(seed, a, b):
    rng = np.random.default_rng(seed)
    ssm = linear.LinearSSM(random_matrix(seed, 3), rng.standard_normal((3, 2)), np.eye(3))
    x, z = rng.standard_normal((2, 10, 2))
    both = a * ssm.states(x) + b * ssm.states(z)
    np.testing.assert_allclose(ssm.states(a * x + b * z), both, atol=1e-9 * (1 + np.abs(both).max()))


# modes


def test_modes_of_rotation_are_its_conjugate_pair():
    m = linear.modes(ROTATION)
    np.testing.assert_allclose(sorted(m.eigenvalues, key=np.imag), [0.8 - 0.6j, 0.8 + 0.6j], atol=ROUNDING)
    assert m.condition == pytest.approx(1, abs=1e-9)
    assert (m.eigenvalues.dtype, m.vectors.dtype) == (np.complex128, np.complex128)


def test_modes_of_diagonal_are_the_axes():
    m = linear.modes(np.diag([0.5, -2.0, 1.0]))
    np.testing.assert_array_equal(m.eigenvalues, [-2, 1, 0.5])
    np.testing.assert_array_equal(m.vectors, np.eye(3)[:, [1, 2, 0]])


@given(W=st.integers(1, 8).flatmap(lambda n: arrays(np.float64, (n, n), elements=entries)))
@settings(max_examples=200)
def test_modes_rebuild_the_matrix_or_say_that_they_cannot(W):
    try:
        m = linear.modes(W)
    except np.linalg.LinAlgError:
        eigenvalues, vectors = np.linalg.eig(W)
        usable = np.linalg.cond(vectors) < linear.CONDITION_LIMIT
        assert not (
            usable and np.allclose(W @ vectors, vectors * eigenvalues, rtol=0, atol=1e-14 * np.abs(W).max())
        )
        return
    rebuilt = m.vectors @ np.diag(m.eigenvalues) @ np.linalg.inv(m.vectors)
    # modes promises W U = U Λ to 1e-12 n max|W| an entry; U⁻¹ multiplies that by the condition and n.
    n = len(W)
    np.testing.assert_allclose(rebuilt, W, rtol=0, atol=1e-12 * n**2 * np.abs(W).max() * m.condition)
    np.testing.assert_allclose(np.linalg.norm(m.vectors, axis=0), 1, atol=ROUNDING)


@given(seed=seeds, n=st.integers(1, 12))
@settings(max_examples=100)
def test_modes_are_sorted_with_conjugates_side_by_side(seed, n):
    eigenvalues = linear.modes(random_matrix(seed, n)).eigenvalues
    assert (np.diff(moduli_of(eigenvalues)) <= 1e-11).all()  # equal to 12 digits counts as equal
    i = 0
    while i < n:
        if eigenvalues[i].imag != 0:
            assert eigenvalues[i + 1] == eigenvalues[i].conj()
            i += 1
        i += 1


@pytest.mark.parametrize("n", [1, 2, 9])
def test_modes_fix_the_phase_of_each_vector(n):
    vectors = linear.modes(random_matrix(16, n)).vectors
    largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(n)]
    np.testing.assert_allclose(largest, np.abs(vectors).max(axis=0), atol=ROUNDING)  # real and positive
    pair = linear.modes(ROTATION).vectors
    np.testing.assert_allclose(pair[0], np.sqrt(0.5), atol=ROUNDING)  # of two equal entries the first


def test_modes_keep_repeated_pairs_side_by_side():
    eigenvalues = linear.modes(np.kron(np.eye(3), ROTATION)).eigenvalues
    np.testing.assert_array_equal(eigenvalues[::2], eigenvalues[1::2].conj())


@pytest.mark.parametrize("n", [2, 5, 40])
def test_modes_order_equal_moduli_by_angle(n):
    orthogonal = np.linalg.qr(random_matrix(5, n))[0]
    angles = np.abs(linear.frequency(linear.modes(orthogonal).eigenvalues))
    assert (np.diff(angles) >= -1e-11).all()


def test_modes_do_not_depend_on_the_rounding_of_the_matrix():
    orthogonal = np.linalg.qr(random_matrix(6, 10))[0]
    rounded = orthogonal * (1 + 1e-15)
    first, second = linear.modes(orthogonal), linear.modes(rounded)
    np.testing.assert_allclose(first.eigenvalues, second.eigenvalues, atol=ROUNDING)
    np.testing.assert_allclose(first.vectors, second.vectors, atol=1e-10)  # gaps of the spectrum are some .1


@pytest.mark.parametrize(
    "W",
    [
        np.array([[1.0, 1.0], [0.0, 1.0]]),
        ROTATION.T @ np.array([[0.5, 1.0], [0.0, 0.5]]) @ ROTATION,
        TILTED,
        linear.delay_line(4),
    ],
    ids=["jordan", "rotated jordan", "tilted", "delay line"],
)
def test_modes_refuse_a_matrix_without_a_basis(W):
    with pytest.raises(np.linalg.LinAlgError, match=r"condition number .* transient_growth"):
        linear.modes(W)


def test_modes_notice_when_lapack_is_led_astray():
    # Rescaling makes the tiny entry matter: the eigenvectors that come back belong to another matrix.
    W = [[1.0, 1.0, 0.0, 0.0], [1e-38, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]]
    with pytest.raises(
        np.linalg.LinAlgError, match=r"comparable size, .* miss W u = λ u by 1e\+00 .*to zero"
    ):
        linear.modes(W)
    W[1][0] = 0.0  # now LAPACK sees what the matrix is: defective
    with pytest.raises(np.linalg.LinAlgError, match="must have a basis"):
        linear.modes(W)


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_modes_scale_with_the_matrix(scale):
    small, large = linear.modes(ROTATION), linear.modes(scale * ROTATION)
    np.testing.assert_allclose(large.eigenvalues, scale * small.eigenvalues, rtol=ROUNDING)
    np.testing.assert_allclose(large.vectors, small.vectors, atol=ROUNDING)


def test_modes_accept_an_ill_conditioned_but_usable_basis():
    assert 1e5 < linear.modes([[0.5, 1.0], [0.0, 0.50001]]).condition < linear.CONDITION_LIMIT


@given(seed=seeds, n=st.integers(1, 8), steps=st.integers(0, 3))
@settings(max_examples=50)
def test_combine_inverts_coefficients(seed, n, steps):
    rng = np.random.default_rng(seed)
    m = linear.modes(random_matrix(seed, n))
    h = rng.standard_normal((steps, n) if steps else n)
    alpha = m.coefficients(h)
    assert alpha.shape == h.shape
    np.testing.assert_allclose(m.combine(alpha), h, atol=1e-13 * m.condition)


def test_coefficients_step_by_the_eigenvalues():
    m, W = linear.modes(random_matrix(7, 6)), random_matrix(7, 6)
    h = np.random.default_rng(8).standard_normal(6)
    np.testing.assert_allclose(m.coefficients(W @ h), m.eigenvalues * m.coefficients(h), atol=1e-11)


# one mode at a time


def test_recursion_equals_lfilter_with_one_complex_pole():
    rng = np.random.default_rng(9)
    poles = np.array([0.9, -0.3, 0.7 + 0.6j, 0.7 - 0.6j, 0.0])
    drive = rng.standard_normal((200, 5)) + 1j * rng.standard_normal((200, 5))
    exact = np.column_stack(
        [scipy.signal.lfilter([1], [1, -pole], a) for pole, a in zip(poles, drive.T, strict=True)]
    )
    np.testing.assert_allclose(linear.mode_recursion(poles, drive), exact, atol=ROUNDING)


@given(seed=seeds, n=st.integers(1, 5), T=st.integers(0, 60))
@settings(max_examples=50)
def test_closed_form_equals_recursion(seed, n, T):
    rng = np.random.default_rng(seed)
    poles = 1.05 * (rng.uniform(-1, 1, n) + 1j * rng.uniform(-1, 1, n)) / np.sqrt(2)
    drive = rng.standard_normal((T, n))
    closed, recursive = linear.mode_closed_form(poles, drive), linear.mode_recursion(poles, drive)
    assert closed.shape == recursive.shape == (T, n)
    np.testing.assert_allclose(closed, recursive, atol=1e-11)  # |λ| ≤ 1.05, so sums stay below 1e3


def test_modes_filter_the_input_as_the_network_does():
    W, W_x = random_matrix(10, 6, 0.9), random_matrix(11, 6)
    x = np.random.default_rng(12).standard_normal((80, 6))
    m = linear.modes(W)
    alpha = linear.mode_recursion(m.eigenvalues, m.coefficients(x @ W_x.T))
    states = linear.LinearSSM(W, W_x, np.eye(6)).states(x)
    np.testing.assert_allclose(m.combine(alpha), states, atol=1e-13 * m.condition * 80)


@pytest.mark.parametrize(("modulus", "steps"), [(0.95, 13.51), (0.99, 68.97), (0.999, 692.8)])
def test_half_life_equals_known_values(modulus, steps):
    assert linear.half_life(modulus * np.exp(1j)) == pytest.approx(steps, abs=0.05)


@given(moduli=arrays(np.float64, 5, elements=st.floats(1e-3, 0.9999)), angle=st.floats(-3, 3))
def test_half_life_halves_the_modulus(moduli, angle):
    # The exponent is at most 7,000 and the modulus is known to 1e-16, so a power is to some 1e-12.
    poles = moduli * np.exp(1j * angle)
    np.testing.assert_allclose(np.abs(poles) ** linear.half_life(poles), 0.5, rtol=1e-9)


def test_half_life_at_and_beyond_the_circle_is_infinite_and_of_zero_is_zero():
    np.testing.assert_array_equal(linear.half_life([0, 1, -1, 1j, 1.5, -3]), [0, *[np.inf] * 5])


def test_half_life_keeps_the_shape():
    assert linear.half_life(np.full((2, 3), 0.5)).shape == (2, 3)
    assert linear.half_life(0.5).shape == ()


@given(modulus=st.floats(0.01, 2), angle=st.floats(-3.14, 3.14))
def test_frequency_is_the_angle_of_the_eigenvalue(modulus, angle):
    assert linear.frequency(modulus * np.exp(1j * angle)) == pytest.approx(angle, abs=ROUNDING)


def test_frequency_of_negative_real_is_pi_whatever_the_sign_of_zero():
    np.testing.assert_array_equal(linear.frequency([-0.5, complex(-0.5, -0.0), 0.5, 0]), [np.pi, np.pi, 0, 0])


# what eigenvalues do not tell


@pytest.mark.parametrize(
    "W",
    [ROTATION, np.diag([3.0, -1.0, 0.0]), random_matrix(13, 6) + random_matrix(13, 6).T, np.zeros((2, 2))],
    ids=["rotation", "diagonal", "symmetric", "zero"],
)
def test_departure_of_a_normal_matrix_is_zero(W):
    assert linear.departure_from_normality(W) < 1e-7  # the root of a difference of size 1e-16 and more


def test_departure_of_a_triangle_is_its_exact_value():
    exact = 40 / np.sqrt(40**2 + 2 * 0.5**2)
    assert linear.departure_from_normality(TILTED) == pytest.approx(exact, abs=ROUNDING)


@given(seed=seeds, n=st.integers(2, 8), scale=st.sampled_from([1e-200, 1.0, 1e200]))
@settings(max_examples=50)
def test_departure_is_the_strict_triangle_of_the_schur_form(seed, n, scale):
    W = random_matrix(seed, n)
    triangle, _ = scipy.linalg.schur(W.astype(complex))
    exact = np.linalg.norm(np.triu(triangle, 1)) / np.linalg.norm(W)
    assert linear.departure_from_normality(scale * W) == pytest.approx(exact, abs=1e-7)


def test_transient_growth_of_a_jordan_like_block_is_exact():
    t = np.arange(9)
    power = [np.array([[0.5**k, 40 * k * 0.5 ** (k - 1)], [0, 0.5**k]]) for k in t]
    exact = [np.linalg.norm(matrix, 2) for matrix in power]
    np.testing.assert_allclose(linear.transient_growth(TILTED, 8), exact, rtol=1e-12)
    assert linear.transient_growth(TILTED, 8).round(1).tolist() == [1, 40, 40, 30, 20, 12.5, 7.5, 4.4, 2.5]


def test_transient_growth_peaks_at_151_inside_the_unit_circle():
    assert linear.transient_growth([[0.95, 20], [0, 0.95]], 100).max() == pytest.approx(151, abs=0.5)


def test_transient_growth_of_a_normal_matrix_is_a_power_of_its_radius():
    np.testing.assert_allclose(linear.transient_growth(0.9 * ROTATION, 50), 0.9 ** np.arange(51), rtol=1e-12)


def test_transient_growth_of_a_delay_line_is_one_until_it_is_empty():
    np.testing.assert_array_equal(linear.transient_growth(linear.delay_line(4), 6), [1, 1, 1, 1, 0, 0, 0])


@given(seed=seeds, n=st.integers(1, 6))
@settings(max_examples=50)
def test_transient_growth_lies_between_radius_and_norm(seed, n):
    W = random_matrix(seed, n)
    norms, t = linear.transient_growth(W, 12), np.arange(13)
    radius, norm = moduli_of(np.linalg.eigvals(W)).max(), np.linalg.norm(W, 2)
    assert (norms >= radius**t * (1 - 1e-9) - 1e-12).all()
    assert (norms <= norm**t * (1 + 1e-9)).all()


def test_pseudospectrum_of_a_normal_matrix_is_the_distance_to_its_spectrum():
    real, imag = np.linspace(-2, 2, 9), np.linspace(-1, 1, 5)
    grid = real + 1j * imag[:, None]  # (5, 9)
    eigenvalues = np.array([0.8 + 0.6j, 0.8 - 0.6j])
    distance = np.abs(grid[..., None] - eigenvalues).min(axis=-1)
    np.testing.assert_allclose(linear.pseudospectrum(ROTATION, real, imag), distance, atol=ROUNDING)


def test_pseudospectrum_of_a_tilted_matrix_is_far_larger_than_its_spectrum():
    # At 1 + 0i, half a unit from both eigenvalues, a perturbation of .0063 already makes an eigenvalue.
    smallest = linear.pseudospectrum(TILTED, [1.0], [0.0])[0, 0]
    assert smallest == pytest.approx(0.5**2 / 40, rel=1e-3)  # |det| / largest singular value, ≈ 40


def test_pseudospectrum_is_symmetric_about_the_real_axis():
    field = linear.pseudospectrum(random_matrix(14, 5), np.linspace(-2, 2, 6), [-1.0, 1.0])
    assert field.shape == (2, 6)
    np.testing.assert_allclose(field[0], field[1], atol=ROUNDING)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_delay_line_recalls_its_last_inputs_though_its_eigenvalues_are_zero(n):
    line = linear.delay_line(n)
    x = np.random.default_rng(15).standard_normal((20, 1))
    last = linear.LinearSSM(line, np.eye(n)[:, :1], np.eye(n)).states(x)[-1]
    np.testing.assert_array_equal(last, x[::-1, 0][:n])
    np.testing.assert_array_equal(np.linalg.eigvals(line), 0)
    assert linear.departure_from_normality(line) == (0 if n == 1 else 1)


# bad input

SSM = linear.LinearSSM(ROTATION, np.eye(2), np.eye(2))
MODES = linear.modes(ROTATION)
GROWING = [[1.1, 0.0], [0.0, 1.0]]
EYE, WIDE, NAN, COMPLEX = np.eye(2), np.ones((2, 3)), np.array([[np.nan, 0], [0, 1]]), 1j * np.eye(2)
BAD_INPUTS = [
    ("ssm wide W_h", lambda: linear.LinearSSM(WIDE, EYE, EYE), ValueError, r"W_h must be square.*\(2, 3\)"),
    ("ssm NaN W_h", lambda: linear.LinearSSM(NAN, EYE, EYE), ValueError, "W_h must be finite, got 1 NaN"),
    (
        "ssm flat W_x",
        lambda: linear.LinearSSM(EYE, [1, 2], EYE),
        ValueError,
        r"W_x must have.*W_x\[:, None\]",
    ),
    ("ssm tall W_x", lambda: linear.LinearSSM(EYE, WIDE.T, EYE), ValueError, r"W_x .*\(2, d\), got \(3, 2\)"),
    ("ssm wide W_y", lambda: linear.LinearSSM(EYE, EYE, WIDE), ValueError, r"W_y .*\(m, 2\), got \(2, 3\)"),
    ("ssm complex W_y", lambda: linear.LinearSSM(EYE, EYE, COMPLEX), ValueError, "W_y .*real.*complex128"),
    ("states flat x", lambda: SSM.states([1.0, 2.0]), ValueError, r"x must have shape \(T, 2\)"),
    ("states wide x", lambda: SSM.states(np.ones((4, 3))), ValueError, r"x must have .* got \(4, 3\)"),
    ("states NaN x", lambda: SSM.states(NAN), ValueError, "x must be finite"),
    ("states text x", lambda: SSM.states("kick"), TypeError, "x must be an array of real numbers"),
    (
        "states long h0",
        lambda: SSM.states(EYE, [1, 2, 3]),
        ValueError,
        r"h0 must have shape \(2,\), got \(3,\)",
    ),
    ("outputs inf h0", lambda: SSM.outputs(EYE, [np.inf, 0]), ValueError, "h0 must be finite"),
    (
        "states overflow",
        lambda: linear.LinearSSM(GROWING, EYE, EYE).states(np.ones((9000, 2))),
        OverflowError,
        r"the states left the range of float64 in row 74\d\d",
    ),
    (
        "outputs overflow",
        lambda: linear.LinearSSM(EYE, EYE, 1e200 * EYE).outputs(1e200 * EYE),
        OverflowError,
        "the outputs left .* row 0; scale W_y down",
    ),
    ("modes wide", lambda: linear.modes(WIDE), ValueError, "W must be square"),
    ("modes empty", lambda: linear.modes(np.empty((0, 0))), ValueError, "n at least 1"),
    ("modes vector", lambda: linear.modes([1.0, 2.0]), ValueError, r"W must be square.* got \(2,\)"),
    (
        "modes stack",
        lambda: linear.modes(np.ones((2, 2, 2))),
        ValueError,
        r"W must be square.*\(2, 2, 2\).*gate_views",
    ),
    ("modes NaN", lambda: linear.modes(NAN), ValueError, "W must be finite"),
    ("modes complex", lambda: linear.modes(COMPLEX), ValueError, r"W .*real.*take \.real"),
    ("modes bool", lambda: linear.modes(EYE > 0), ValueError, r"W .*dtype bool; use \.astype\(float\)"),
    (
        "modes None",
        lambda: linear.modes(None),
        TypeError,
        "W must be an array of real numbers, got dtype object",
    ),
    (
        "modes ragged",
        lambda: linear.modes([[1, 2], [3]]),
        TypeError,
        "W must be an array of real numbers, got list",
    ),
    (
        "coefficients size",
        lambda: MODES.coefficients([1, 2, 3]),
        ValueError,
        r"h must have shape \(\.\.\., 2\)",
    ),
    ("coefficients number", lambda: MODES.coefficients(1.0), ValueError, r"h must .* got \(\)"),
    ("combine NaN", lambda: MODES.combine([np.nan, 0]), ValueError, "alpha must be finite"),
    ("combine size", lambda: MODES.combine(np.ones((2, 4))), ValueError, r"alpha must .*\(2, 4\); one entry"),
    (
        "recursion width",
        lambda: linear.mode_recursion([0.5], EYE),
        ValueError,
        r"drive .*\(T, 1\), got \(2, 2\)",
    ),
    ("recursion flat", lambda: linear.mode_recursion([0.5], [1.0]), ValueError, r"drive\[:, None\]"),
    ("recursion square", lambda: linear.mode_recursion(EYE, EYE), ValueError, r"eigenvalues .*\(n,\)"),
    (
        "recursion overflow",
        lambda: linear.mode_recursion([1.1], np.ones((9000, 1))),
        OverflowError,
        r"a mode left the range of float64 in row 74\d\d",
    ),
    ("closed form width", lambda: linear.mode_closed_form([0.5], EYE), ValueError, r"drive .*\(T, 1\)"),
    (
        "closed form NaN",
        lambda: linear.mode_closed_form([np.nan], [[1]]),
        ValueError,
        "eigenvalues must be fin",
    ),
    (
        "closed form overflow",
        lambda: linear.mode_closed_form([1.1j], np.ones((9000, 1))),
        OverflowError,
        r"a mode left .* row 74\d\d; use fewer steps",
    ),
    ("half-life NaN", lambda: linear.half_life(np.nan), ValueError, "eigenvalues must be finite"),
    ("half-life text", lambda: linear.half_life(["fast"]), TypeError, "eigenvalues must be an array"),
    ("frequency inf", lambda: linear.frequency([np.inf]), ValueError, "eigenvalues must be finite"),
    ("departure wide", lambda: linear.departure_from_normality(WIDE), ValueError, "W must be square"),
    ("departure inf", lambda: linear.departure_from_normality([[np.inf]]), ValueError, "W must be finite"),
    ("growth wide", lambda: linear.transient_growth(WIDE, 3), ValueError, "W must be square"),
    (
        "growth negative",
        lambda: linear.transient_growth(EYE, -1),
        ValueError,
        "steps must be at least 0, got -1",
    ),
    (
        "growth float",
        lambda: linear.transient_growth(EYE, 2.5),
        TypeError,
        r"steps .*integer, got float 2\.5",
    ),
    ("growth bool", lambda: linear.transient_growth(EYE, True), TypeError, "steps .*integer, got bool"),
    (
        "growth overflow",
        lambda: linear.transient_growth([[1e200]], 3),
        OverflowError,
        r"the norm of W\^t left the range of float64 in row 2; use fewer steps",
    ),
    ("pseudo wide", lambda: linear.pseudospectrum(WIDE, [0], [0]), ValueError, "W must be square"),
    ("pseudo grid", lambda: linear.pseudospectrum(EYE, EYE, [0]), ValueError, r"real must have shape \(p,\)"),
    (
        "pseudo complex",
        lambda: linear.pseudospectrum(EYE, [0], [1j]),
        ValueError,
        r"imag .*take \.real or \.imag",
    ),
    ("delay line zero", lambda: linear.delay_line(0), ValueError, "n must be at least 1, got 0"),
    ("delay line float", lambda: linear.delay_line(3.0), TypeError, r"n must be an integer, got float 3\.0"),
]


@bad_inputs.each(BAD_INPUTS)
def test_bad_input_is_named_and_answered(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_bad_and_good_input_is_left_untouched():
    W, x = ROTATION.copy(), np.ones((4, 3))
    with pytest.raises(ValueError, match="x must have shape"):
        linear.LinearSSM(W, EYE, EYE).states(x)
    for function in (linear.modes, linear.departure_from_normality, lambda W: linear.transient_growth(W, 3)):
        function(W)
    np.testing.assert_array_equal(W, ROTATION)
    np.testing.assert_array_equal(x, 1)
    assert W.flags.writeable


@pytest.mark.parametrize(
    "degrees", [[0, 180, 270, 0], [0, 0, 0], [180, 180, 180, 180], [90] * 6, [0, 90, 0, 90]]
)
def test_modes_of_a_normal_matrix_exist_also_when_eigenvalues_repeat(degrees):
    W = np.eye(len(degrees) + 1)
    for k, angle in enumerate(np.deg2rad(degrees)):
        c, s = np.cos(angle), np.sin(angle)
        W[:, k : k + 2] = W[:, k : k + 2] @ [[c, -s], [s, c]]
    m = linear.modes(0.95 * W)
    assert m.condition < 1.01
    rebuilt = m.vectors @ np.diag(m.eigenvalues) @ m.vectors.conj().T
    np.testing.assert_allclose(rebuilt, 0.95 * W, atol=1e-13)
    np.testing.assert_allclose(np.abs(m.eigenvalues), 0.95, atol=1e-13)
