"""Fixed points and endings of two units, against closed forms and theorems that count them."""

import math

import numpy as np
import pytest
import scipy.optimize
from hypothesis import assume, given
from hypothesis import strategies as st

from eigen_teach import dynamics, portrait

DEGREES = (0, 1, 30, 60, 90, 135, 180)
NONE = np.zeros(2)
START = (0.3, 0.1)
CUT = [[1.1, 2.55], [-1, -2.1]]  # eigenvalues -0.4 and -0.6, and yet ReLU explodes along (1, 0)


def rotation(radius, degrees):
    angle = math.radians(degrees)
    return radius * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


def resting(radius):
    """The positive x = tanh(radius x)."""
    return scipy.optimize.brentq(lambda x: x - math.tanh(radius * x), 1e-3, 1, xtol=1e-15)


def entries(largest):
    return st.floats(-largest, largest, allow_subnormal=False)


def matrices(largest):
    return st.lists(entries(largest), min_size=4, max_size=4).map(lambda w: np.reshape(w, (2, 2)))


def biases(largest):
    return st.lists(entries(largest), min_size=2, max_size=2).map(np.array)


# --- fixed points -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("degrees", DEGREES)
@pytest.mark.parametrize("radius", [0, 0.5, 0.95, 1])
def test_tanh_up_to_radius_one_rests_at_the_origin_only(radius, degrees):
    assert portrait.fixed_points(rotation(radius, degrees), NONE, "tanh").tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize("radius", [1.01, 1.2, 2, 3])
def test_tanh_times_the_identity_has_nine_fixed_points_above_radius_one(radius):
    x = resting(radius)
    expected = [[a, b] for a in (-x, 0, x) for b in (-x, 0, x)]
    # simple roots, to the rounding of 1 / (1 - slope), at most 100 here
    np.testing.assert_allclose(portrait.fixed_points(rotation(radius, 0), NONE, "tanh"), expected, atol=1e-13)


@given(matrices(3), biases(2), st.sampled_from(["tanh", "sigmoid"]))
def test_indices_of_the_fixed_points_of_a_map_of_a_square_add_up_to_one(W, bias, activation):
    points = portrait.fixed_points(W, bias, activation)
    phi = dynamics.ACTIVATIONS[activation].function
    np.testing.assert_allclose(points, phi(points @ W.T + bias), atol=1e-10)  # the documented residual
    dets = [np.linalg.det(np.eye(2) - dynamics.jacobian(W, point, activation)) for point in points]
    assume(all(abs(det) > 1e-3 for det in dets))  # at a double root the index is not the sign
    assert sum(np.sign(dets)) == 1  # Lefschetz: one point more where det > 0 than where det < 0


@given(st.floats(0, 3.9), st.integers(0, 180))
def test_sigmoid_below_norm_four_has_one_fixed_point_and_a_centred_one_at_a_half(radius, degrees):
    W = rotation(radius, degrees)
    points = portrait.fixed_points(W, -W @ [0.5, 0.5], "sigmoid")
    # the map contracts by radius / 4 at most: the residual 1e-16 counts forty times
    np.testing.assert_allclose(points, [[0.5, 0.5]], atol=1e-13)


@given(matrices(2), biases(2))
def test_linear_fixed_point_solves_the_system(W, bias):
    assume(abs(np.linalg.det(np.eye(2) - W)) > 1e-3)
    expected = np.linalg.solve(np.eye(2) - W, bias)
    scale = 1 + np.abs(expected).max()
    # two ways of elimination; the determinant of 1e-3 costs five digits
    np.testing.assert_allclose(
        portrait.fixed_points(W, bias, "linear") / scale, [expected / scale], atol=1e-10
    )


@pytest.mark.parametrize("bias", [[0, 0], [1, 0]])
def test_linear_lines_of_fixed_points_are_not_listed(bias):
    assert portrait.fixed_points(np.eye(2), bias, "linear").shape == (0, 2)


@given(matrices(3), biases(2))
def test_relu_has_exactly_one_fixed_point_when_one_minus_w_is_a_p_matrix(W, bias):
    """All principal minors of I - W positive: linear complementarity has one solution for every bias."""
    minors = (1 - W[0, 0], 1 - W[1, 1], np.linalg.det(np.eye(2) - W))
    assume(min(minors) > 1e-3)
    assume(np.all((bias == 0) | (np.abs(bias) > 1e-6)))  # a point at 1e-9 from a kink is two regions' own
    points = portrait.fixed_points(W, bias, "relu")
    assert len(points) == 1
    scale = 1 + np.abs(points).max()
    image = np.maximum(points @ W.T + bias, 0)
    np.testing.assert_allclose(points / scale, image / scale, atol=1e-10)  # the determinant, as above


@pytest.mark.parametrize(
    ("W", "bias", "expected"),
    [
        (rotation(0.5, 0), [1, -1], [[2, 0]]),  # one unit active
        (rotation(0.5, 0), [1, 1], [[2, 2]]),  # both
        (rotation(0.5, 0), [-1, -1], [[0, 0]]),  # none
        (rotation(2, 0), [-1, -1], [[0, 0], [0, 1], [1, 0], [1, 1]]),  # every set of active units has its own
        (rotation(2, 0), [1, 1], []),
        (CUT, [0, 0], [[0, 0]]),
        (np.eye(2), [0, 0], [[0, 0]]),  # a quadrant of fixed points: its corner
        (np.eye(2), [-0.5, 0], [[0, 0]]),  # a line: its end
        (np.eye(2), [0.5, 0], []),
        (rotation(2, 60), [0.4, 0], [[0, 0.4 / math.sqrt(3)]]),  # a line that starts off the origin
    ],
)
def test_relu_fixed_points_by_sets_of_active_units(W, bias, expected):
    points = portrait.fixed_points(W, bias, "relu")
    np.testing.assert_allclose(points, np.reshape(expected, (-1, 2)), atol=1e-14)


# --- growth -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("radius", [0, 0.5, 1, 1.7])
@pytest.mark.parametrize("degrees", DEGREES)
def test_growth_at_the_origin_is_the_radius_and_what_relu_leaves_of_it(radius, degrees):
    W = rotation(radius, degrees)
    for activation in ("linear", "tanh"):
        # atol: two equal eigenvalues, which LAPACK knows to the root of the rounding only
        assert portrait.growth(W, NONE, activation, NONE) == pytest.approx(radius, abs=1e-7)
    along = max(0.0, radius * math.cos(math.radians(degrees)))  # the rotation carries all to one axis
    assert portrait.growth(W, NONE, "relu", NONE) == pytest.approx(along, abs=1e-12)


def test_growth_of_the_cut_matrix_is_above_one_though_its_eigenvalues_are_inside():
    assert np.abs(np.linalg.eigvals(CUT)).max() == pytest.approx(0.6)
    assert portrait.growth(CUT, NONE, "linear", NONE) == pytest.approx(0.6)
    assert portrait.growth(CUT, NONE, "relu", NONE) == pytest.approx(1.1, abs=1e-12)


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
@pytest.mark.parametrize("radius", [0.7, 1.3])
def test_growth_is_that_of_the_map_by_differences(activation, radius):
    W, bias, small = rotation(radius, 20), np.array([0.3, 0.4]), 1e-6
    phi = dynamics.ACTIVATIONS[activation].function
    for point in portrait.fixed_points(W, bias, activation):
        ahead, behind = (phi((point + sign * small * np.eye(2)) @ W.T + bias) for sign in (1, -1))
        slope = (ahead - behind).T / (2 * small)  # to the rounding over 1e-6, 1e-10
        rate = np.abs(np.linalg.eigvals(slope)).max()
        assert portrait.growth(W, bias, activation, point) == pytest.approx(rate, abs=1e-8)


# --- cycles and endings -----------------------------------------------------------------------------------


@pytest.mark.parametrize("period", [1, 2, 3, 7, 24])
def test_cycle_finds_the_period(period):
    states = np.tile(np.random.default_rng(period).standard_normal((period, 3)), (60, 1))
    assert portrait.cycle(states) == period
    assert portrait.cycle(1e6 * states + 1e-3 * np.sin(np.arange(3))) == period  # relative to the size
    states[-1] += 1e-6
    assert portrait.cycle(states) == 0


def test_cycle_longer_than_asked_for_is_none():
    states = np.tile(np.eye(25), (4, 1))
    assert portrait.cycle(states) == 0
    assert portrait.cycle(states, longest=25) == 25


@pytest.mark.parametrize("radius", [1.05, 1.5, 3])
@pytest.mark.parametrize(("degrees", "period"), [(0, 1), (90, 4), (180, 2)])
def test_tanh_at_right_angles_locks_to_the_corners_of_a_square(radius, degrees, period):
    end = portrait.ending(rotation(radius, degrees), NONE, "tanh", START)
    assert (end.kind, end.period) == ("cycle", period)
    # every corner has the entries ±x, x = tanh(radius x); the way there leaves 1e-8 at most
    np.testing.assert_allclose(np.abs(end.states), resting(radius), atol=1e-8)


@pytest.mark.parametrize("period", [1, 2, 3, 8, 24])
def test_a_rotation_by_a_part_of_a_turn_closes_when_linear(period):
    end = portrait.ending(rotation(1, 360 / period), NONE, "linear", START)
    assert end[:2] == ("cycle", period)


@pytest.mark.parametrize(
    ("radius", "degrees", "drive", "activation", "expected"),
    [
        (0.9, 30, 0.0, "tanh", ("cycle", 1)),
        (1.0, 30, 0.0, "tanh", ("slow", 0)),  # falls off as the root of the time
        (1.2, 30, 0.0, "tanh", ("open", 0)),
        (1.0, 1, 0.0, "linear", ("open", 0)),  # closes after 360 steps
        (1.01, 30, 0.0, "linear", ("away", 0)),
        (3.0, 30, 0.0, "linear", ("away", 0)),  # beyond the range of float64
        (1.0, 0, 0.3, "linear", ("slow", 0)),  # grows by 0.3 a step
        (0.99, 0, 1.0, "linear", ("cycle", 1)),  # at (100, 0)
        (1.3, 30, 0.0, "relu", ("away", 0)),
        (1.1, 30, 0.0, "relu", ("cycle", 1)),  # 1.1 cos 30° is below 1
        (3.0, 91, 0.0, "relu", ("cycle", 1)),  # cut twice, nothing is left
        (3.0, 170, -1.0, "sigmoid", ("cycle", 1)),  # a contraction
    ],
)
def test_ending_of_known_networks(radius, degrees, drive, activation, expected):
    end = portrait.ending(rotation(radius, degrees), [drive, 0], activation, START)
    assert end[:2] == expected
    assert end.states.shape == ((0 if end.kind == "away" else 720), 2)


@pytest.mark.parametrize(
    ("radius", "degrees", "drive", "activation", "low", "high"),
    [(1.2, 30, 0.0, "tanh", -0.01, 0.01), (1.7, 154, 0.7, "relu", 0.1, 0.3)],  # a ring, and chaos
)
def test_an_open_ending_is_a_ring_or_chaos(radius, degrees, drive, activation, low, high):
    W = rotation(radius, degrees)
    end = portrait.ending(W, [drive, 0], activation, START)
    assert end.kind == "open"
    # over 720 steps a ring's exponent is 0 to about 1/720 times the log of how uneven the ring is
    assert low < dynamics.lyapunov_exponent(W, end.states, activation) < high


# --- bad input --------------------------------------------------------------------------------------------

BAD_INPUTS = [
    (
        "three units",
        lambda: portrait.fixed_points(np.eye(3), np.zeros(3), "tanh"),
        r"W must have shape \(2, 2\)",
    ),
    ("NaN", lambda: portrait.fixed_points([[np.nan, 0], [0, 0]], NONE, "tanh"), "W must be finite"),
    (
        "bias long",
        lambda: portrait.ending(np.eye(2), np.zeros(3), "tanh", NONE),
        r"bias must have shape \(2,\)",
    ),
    (
        "no such activation",
        lambda: portrait.fixed_points(np.eye(2), NONE, "gelu"),
        "activation must be one of",
    ),
    ("start", lambda: portrait.ending(np.eye(2), NONE, "tanh", 0.5), r"start must have shape \(2,\)"),
    ("point", lambda: portrait.growth(np.eye(2), NONE, "tanh", [1.0]), r"point must have shape \(2,\)"),
    (
        "few states",
        lambda: portrait.cycle(np.zeros((24, 2))),
        "states must have more than 24 rows, got 24; sim",
    ),
    ("longest", lambda: portrait.cycle(np.zeros((30, 2)), longest=0), "longest must be at least 1"),
]


@pytest.mark.parametrize(
    ("call", "message"), [case[1:] for case in BAD_INPUTS], ids=[case[0] for case in BAD_INPUTS]
)
def test_bad_input_raises_with_a_way_out(call, message):
    with pytest.raises(ValueError, match=message):
        call()
