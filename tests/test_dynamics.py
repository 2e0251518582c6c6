import bad_inputs
import numpy as np
import pytest
import scipy.optimize
import scipy.stats
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from eigen_teach import dynamics, linear

NAMES = ["linear", "tanh", "relu", "sigmoid"]
TORCH = {"linear": lambda z: z, "tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid}
# Products and sums of a few hundred numbers of size 1: rounding stays well below this.
ROUNDING = 1e-12

names = st.sampled_from(NAMES)
seeds = st.integers(0, 2**32 - 1)


def gaussian(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


def network(seed, n, steps, radius=1.0):
    """A Gaussian matrix, a drive and a starting state."""
    return radius * gaussian(seed, n, n) / np.sqrt(n), gaussian(seed + 1, steps, n), gaussian(seed + 2, n)


def haar(n, radius=1.0, seed=0):
    return radius * scipy.stats.ortho_group.rvs(n, random_state=seed)


def tent(slope, steps):
    """A tent map, x -> s x below 1/2 and s (1 - x) above, as a ReLU network: units relu(x), relu(x - 1/2).

    Its slope is s or -s everywhere, so its exponent is ln s, and for s between 1 and 2 it is chaotic.
    """
    W = np.array([[slope, -2 * slope], [slope, -2 * slope]])
    return W, dynamics.simulate(W, np.tile([0.0, -0.5], (steps, 1)), "relu", h0=[0.3, 0.0])


# activations and the Jacobian


@pytest.mark.parametrize("name", NAMES)
def test_activation_and_slope_are_those_of_torch(name):
    z = torch.linspace(-30, 30, 61, dtype=torch.float64, requires_grad=True)  # 0 is one of them
    h = TORCH[name](z)
    (slope,) = torch.autograd.grad(h.sum(), z)
    ours = dynamics.ACTIVATIONS[name].function(z.detach().numpy())
    np.testing.assert_allclose(ours, h.detach().numpy(), atol=1e-15)
    np.testing.assert_allclose(dynamics.ACTIVATIONS[name].slope(ours), slope.numpy(), atol=1e-15)


def test_registry_of_activations_is_read_only():
    assert list(dynamics.ACTIVATIONS) == NAMES
    with pytest.raises(TypeError):
        dynamics.ACTIVATIONS["tanh"] = dynamics.ACTIVATIONS["relu"]


@pytest.mark.parametrize("name", NAMES)
def test_jacobian_is_the_derivative_of_one_step(name):
    W, drive, h0 = network(3, 5, 1)
    state = dynamics.simulate(W, drive, name, h0=h0)[0]

    def step(h):
        return TORCH[name](torch.as_tensor(W) @ h + torch.as_tensor(drive[0]))

    exact = torch.autograd.functional.jacobian(step, torch.as_tensor(h0))
    np.testing.assert_allclose(dynamics.jacobian(W, state, name), exact, atol=ROUNDING)


# simulate


@pytest.mark.parametrize("name", ["tanh", "relu"])
def test_simulation_is_the_recurrent_layer_of_torch(name):
    W, drive, h0 = network(0, 6, 40)
    rnn = torch.nn.RNN(6, 6, nonlinearity=name, bias=False).double()
    with torch.no_grad():
        rnn.weight_hh_l0.copy_(torch.as_tensor(W))
        rnn.weight_ih_l0.copy_(torch.eye(6))
        exact, _ = rnn(torch.as_tensor(drive), torch.as_tensor(h0)[None])
    # A chaotic network would amplify rounding; at radius 1 and with this drive it does not.
    np.testing.assert_allclose(dynamics.simulate(W, drive, name, h0=h0), exact, atol=1e-9)


def test_linear_simulation_is_the_state_space_model():
    W, drive, h0 = network(1, 5, 60)
    exact = linear.LinearSSM(W, np.eye(5), np.eye(5)).states(drive, h0)
    np.testing.assert_array_equal(dynamics.simulate(W, drive, "linear", h0=h0), exact)


def test_tanh_is_the_default_and_zero_the_first_state():
    W, drive, _ = network(2, 3, 10)
    exact = dynamics.simulate(W, drive, "tanh", h0=np.zeros(3))
    np.testing.assert_array_equal(dynamics.simulate(W, drive), exact)
    assert dynamics.simulate(W, drive[:0]).shape == (0, 3)


def test_sigmoid_whose_bias_centres_it_is_tanh_at_a_quarter_of_the_gain():
    # With h = (1 + g) / 2 and b = -W 1/2: σ(W h + b) = (1 + tanh(W g / 4)) / 2.
    W, _, g0 = network(4, 5, 1, radius=6)
    g = dynamics.simulate(W / 4, np.zeros((30, 5)), "tanh", h0=np.tanh(g0))
    h = dynamics.simulate(W, np.tile(-W.sum(axis=1) / 2, (30, 1)), "sigmoid", h0=(1 + np.tanh(g0)) / 2)
    np.testing.assert_allclose(h, (1 + g) / 2, atol=1e-9)  # a gain of 1.5 may amplify rounding


def test_relu_explodes_where_the_linear_network_dies_out():
    W, still = [[1.1, 2.55], [-1.0, -2.1]], np.zeros((100, 2))  # eigenvalues -.4 and -.6
    assert np.abs(dynamics.simulate(W, still, "linear", h0=[1, 0])[-1]).max() < 1e-15
    relu = dynamics.simulate(W, still, "relu", h0=[1, 0])
    np.testing.assert_allclose(relu[:, 0], 1.1 ** np.arange(1, 101), rtol=ROUNDING)
    np.testing.assert_array_equal(relu[:, 1], 0)


@given(seed=seeds, n=st.integers(1, 6), name=names, radius=st.floats(0, 3))
@settings(max_examples=50)
def test_states_satisfy_the_recursion_and_stay_in_range(seed, n, name, radius):
    W, drive, h0 = network(seed, n, 20, radius)
    states = dynamics.simulate(W, drive, name, h0=h0)
    before = np.vstack([h0, states[:-1]])
    z = before @ W.T + drive
    # Rounding is relative to the largest term of the sum.
    tolerance = ROUNDING * (1 + np.abs(before).max())
    np.testing.assert_allclose(states, dynamics.ACTIVATIONS[name].function(z), atol=tolerance)
    lowest, highest = {"tanh": (-1, 1), "sigmoid": (0, 1), "relu": (0, np.inf)}.get(name, (-np.inf, np.inf))
    assert lowest <= states.min()
    assert states.max() <= highest


# gradient norms


@pytest.mark.parametrize("radius", [0.5, 0.95, 1.0, 1.2])
def test_gradient_of_a_linear_rotation_is_a_power_of_its_radius(radius):
    W = haar(7, radius)
    norms = dynamics.gradient_norms(W, gaussian(0, 40, 7), "linear")  # the states do not matter
    np.testing.assert_allclose(norms, radius ** np.arange(1, 41), rtol=1e-11)


def test_gradient_of_a_linear_network_is_its_transient_growth():
    W = np.array([[0.95, 20.0], [0.0, 0.95]])  # next to a Jordan block: it grows to 151 before it decays
    norms = dynamics.gradient_norms(W, np.zeros((60, 2)), "linear")
    np.testing.assert_allclose(norms, linear.transient_growth(W, 60)[1:], rtol=ROUNDING)
    assert norms.max() == pytest.approx(151, abs=0.5)


@pytest.mark.parametrize("name", NAMES)
def test_gradient_norm_is_that_of_autograd_through_time(name):
    W, drive, h0 = network(5, 6, 25, radius=1.3)
    states = dynamics.simulate(W, drive, name, h0=h0)
    norms = dynamics.gradient_norms(W, states, name)
    for steps in (1, 2, 10, 25):

        def run(h, steps=steps):
            for kick in torch.as_tensor(drive[:steps]):
                h = TORCH[name](torch.as_tensor(W) @ h + kick)
            return h

        exact = torch.autograd.functional.jacobian(run, torch.as_tensor(h0)).numpy()
        # The product of 25 matrices: absolute rounding follows the largest norm on the way.
        assert norms[steps - 1] == pytest.approx(np.linalg.norm(exact, 2), rel=1e-9, abs=1e-14)


def test_gradient_through_dead_units_is_zero():
    W = np.eye(2)
    states = dynamics.simulate(W, [[1, 1], [-9, 0], [1, -9], [1, 1]], "relu")
    np.testing.assert_array_equal(dynamics.gradient_norms(W, states, "relu"), [1, 1, 0, 0])
    assert dynamics.gradient_norms(W, states[:0], "relu").shape == (0,)


# Lyapunov exponents


@pytest.mark.parametrize("radius", [0.3, 0.95, 1.0, 1.7])
def test_exponent_of_a_linear_rotation_is_the_logarithm_of_its_radius(radius):
    exponent = dynamics.lyapunov_exponent(haar(6, radius), np.zeros((50, 6)), "linear")
    assert exponent == pytest.approx(np.log(radius), abs=ROUNDING)


@pytest.mark.parametrize(("diagonal", "exact"), [([0.9, 0.5, -0.2], 0.9), ([0.1, -1.2], 1.2)])
def test_exponent_of_a_diagonal_network_is_that_of_its_largest_modulus(diagonal, exact):
    exponent = dynamics.lyapunov_exponent(np.diag(diagonal), np.zeros((400, len(diagonal))), "linear")
    # Uncounted, the first 40 steps turn the vector: (.5 / .9)^40 of the other directions are left.
    assert exponent == pytest.approx(np.log(exact), abs=1e-9)


def test_exponent_of_a_jordan_block_is_that_of_its_eigenvalue():
    # The vector grows as t λ^t: over the counted steps, from T/10 to T, that adds ln(10) / (.9 T).
    steps = 20_000
    exponent = dynamics.lyapunov_exponent([[0.9, 1], [0, 0.9]], np.zeros((steps, 2)), "linear")
    assert exponent == pytest.approx(np.log(0.9) + np.log(10) / (0.9 * steps), rel=1e-5)


@pytest.mark.parametrize("slope", [1.3, 1.7, 1.9])
def test_exponent_of_the_tent_map_is_the_logarithm_of_its_slope(slope):
    W, states = tent(slope, 4000)
    assert len(np.unique(states[:, 0].round(9))) > 2000  # it wanders: no fixed point, no short cycle
    # Below 1/2 one unit carries the vector and above it two, so its length jumps by at most √2 on the way.
    tolerance = np.log(np.sqrt(2)) / 3600 + ROUNDING
    assert dynamics.lyapunov_exponent(W, states, "relu") == pytest.approx(np.log(slope), abs=tolerance)


@pytest.mark.parametrize("gain", [0.5, 1.5, 3.0])
def test_exponent_at_a_fixed_point_of_tanh_is_the_logarithm_of_its_slope(gain):
    point = scipy.optimize.brentq(lambda h: np.tanh(gain * h + 0.3) - h, 0, 1)
    states = dynamics.simulate([[gain]], np.full((300, 1), 0.3))[200:]
    exact = np.log(gain * (1 - point**2))
    assert dynamics.lyapunov_exponent([[gain]], states, "tanh") == pytest.approx(exact, abs=1e-9)


def test_exponent_is_the_rate_at_which_two_nearby_trajectories_part():
    W, still = haar(60, 2.0), np.zeros((900, 60))
    start = 0.1 * gaussian(1, 60)
    states = dynamics.simulate(W, still, h0=start)[300:]
    exponent = dynamics.lyapunov_exponent(W, states, "tanh")
    near = states[0] + 1e-10 * gaussian(2, 60)
    gap = np.linalg.norm(dynamics.simulate(W, still[:100], h0=near) - states[1:101], axis=1)
    # A hundred steps of a chaotic orbit see it fluctuate: the two agree to a few hundredths.
    assert np.log(gap[-1] / gap[19]) / 80 == pytest.approx(exponent, abs=0.05)
    assert exponent > 0.05


def test_exponent_is_minus_infinity_when_the_vector_dies_exactly():
    dead = dynamics.simulate(np.eye(2), [[1, 1], [-9, -9], [1, 1]], "relu")
    assert dynamics.lyapunov_exponent(np.eye(2), dead, "relu") == -np.inf
    assert dynamics.lyapunov_exponent(linear.delay_line(4), np.zeros((5, 4)), "linear") == -np.inf


def test_exponent_of_a_vanishing_slope_is_finite():
    # σ(-700) is about e^-700, and so is the slope: its square is below the range of float64.
    states = dynamics.simulate([[1.0]], np.full((20, 1), -700.0), "sigmoid")
    assert dynamics.lyapunov_exponent([[1.0]], states, "sigmoid") == pytest.approx(-700, abs=1e-6)


@given(seed=seeds, n=st.integers(1, 5), name=st.sampled_from(["linear", "tanh", "sigmoid"]))
@settings(max_examples=30)
def test_exponent_times_steps_never_exceeds_the_gradient_norm(seed, n, name):
    W, drive, _ = network(seed, n, 9)  # fewer than ten steps: all are counted
    states = dynamics.simulate(W, drive, name)
    growth = 9 * dynamics.lyapunov_exponent(W, states, name)
    assert growth <= np.log(dynamics.gradient_norms(W, states, name)[-1]) + 1e-6


# memory capacity


def chance(lags, steps=4000):
    """Upper end of what chance adds: r² of each lag is χ²₁ / (steps / 2); mean plus five deviations."""
    return (lags + 5 * np.sqrt(2 * lags)) / (steps / 2)


@pytest.mark.parametrize("n", [1, 2, 10, 40])
def test_capacity_of_a_delay_line_is_all_its_units_but_the_one_of_the_present(n):
    line, head = linear.delay_line(n), np.eye(n)[0]
    capacity = dynamics.memory_capacity(line, head, activation="linear", lags=60)
    assert n - 1 - 1e-6 < capacity < n - 1 + chance(60)
    within = dynamics.memory_capacity(line, head, activation="linear", lags=max(1, n // 2))
    assert within == pytest.approx(min(n - 1, max(1, n // 2)), abs=chance(1))


def test_capacity_of_one_linear_unit_is_its_closed_form():
    # h_t = Σ λ^l u_{t-l}: r² with u_{t-l} is (1 - λ²) λ^2l, which sums to λ² over the lags from 1.
    capacities = [
        dynamics.memory_capacity([[0.8]], [1.0], activation="linear", lags=30, steps=40_000, seed=seed)
        for seed in range(5)
    ]
    # An r² from 20,000 steps is good to about .01; the mean of five sums to some .01 as well.
    assert np.mean(capacities) == pytest.approx(0.8**2, abs=0.03)


def test_capacity_of_a_generic_linear_network_is_nearly_its_size():
    capacity = dynamics.memory_capacity(haar(20, 0.9), gaussian(1, 20), activation="linear", lags=150)
    # Some .99 = 1 - .9^40 of the present input fills the unit that is missing.
    assert 18.5 < capacity < 19 + chance(150)


def test_capacity_of_a_multiple_of_the_identity_is_that_of_a_single_unit():
    weights = gaussian(2, 12)
    many = dynamics.memory_capacity(0.8 * np.eye(12), weights, activation="linear", lags=40)
    one = dynamics.memory_capacity([[0.8]], [1.0], activation="linear", lags=40)
    assert many == pytest.approx(one, abs=1e-6)  # all units agree; only the ridge tells them apart


def test_capacity_equals_one_ridge_regression_a_lag():
    W, w_in, steps, lags, ridge = haar(8, 0.9), gaussian(3, 8), 600, 12, 1e-3
    u = np.random.default_rng(5).uniform(-1, 1, 50 + steps)
    states = dynamics.simulate(W, 0.7 * u[:, None] * w_in)[50:]
    train, test = states[:300], states[300:]
    mean = train.mean(axis=0)
    penalty = ridge * train.var(axis=0).mean() * 300
    total = 0.0
    for lag in range(1, lags + 1):
        past = u[50 - lag : len(u) - lag]
        # Ridge regression as ordinary least squares with one more row for each weight.
        rows = np.vstack([train - mean, np.sqrt(penalty) * np.eye(8)])
        goal = np.concatenate([past[:300] - past[:300].mean(), np.zeros(8)])
        readout = np.linalg.lstsq(rows, goal)[0]
        total += scipy.stats.pearsonr(test @ readout, past[300:])[0] ** 2
    ours = dynamics.memory_capacity(
        W, w_in, scale=0.7, lags=lags, steps=steps, washout=50, ridge=ridge, seed=5
    )
    assert ours == pytest.approx(total, abs=1e-9)


@given(seed=seeds, n=st.integers(1, 12), name=names, radius=st.floats(0, 0.95), scale=st.floats(0.01, 3))
@settings(max_examples=25)
def test_capacity_lies_between_zero_and_the_number_of_units(seed, n, name, radius, scale):
    # A spectral norm of at most .95 keeps every activation from exploding.
    task = {"activation": name, "scale": scale, "lags": 40, "steps": 2000, "seed": seed % 1000}
    capacity = dynamics.memory_capacity(haar(n, radius), gaussian(seed, n), **task)
    # r² of n directions fluctuates too, by some 2 / √(steps / 2) each at most.
    assert 0 <= capacity <= n + chance(40, 2000) + 2 * np.sqrt(n / 1000)


@pytest.mark.parametrize("scale", [1e-100, 1e-3, 1e3, 1e100])
def test_capacity_of_a_linear_network_ignores_the_strength_of_the_input(scale):
    W, w_in = haar(10, 0.9), gaussian(4, 10)
    exact = dynamics.memory_capacity(W, w_in, activation="linear", lags=30, steps=1000)
    ours = dynamics.memory_capacity(W, w_in, activation="linear", lags=30, steps=1000, scale=scale)
    assert ours == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("w_in", "scale"), [(1.0, 0.0), (0.0, 1.0)])
def test_capacity_without_an_input_is_zero(name, w_in, scale):
    W = haar(6, 0.9)
    assert dynamics.memory_capacity(W, np.full(6, w_in), activation=name, scale=scale) == 0


def test_capacity_of_a_linear_network_that_never_forgets_is_small():
    # At λ = 1 all past inputs share the n dimensions; any window of 200 gets a small part of them.
    w_in = np.random.default_rng(0).uniform(-1, 1, 100)
    kept = dynamics.memory_capacity(haar(100, 1.0), w_in, activation="linear")
    fades = dynamics.memory_capacity(haar(100, 0.95), w_in, activation="linear")
    assert kept < 15
    assert fades > 95


def test_capacity_of_small_inputs_peaks_at_radius_one():
    # About 80 at 1 and below 6 at 1.3, for n = 100; margins for the draw of W and the inputs.
    Q, w_in = haar(100), np.random.default_rng(0).uniform(-1, 1, 100)
    low, peak, high = (dynamics.memory_capacity(radius * Q, w_in, scale=0.1) for radius in (0.8, 1.0, 1.3))
    assert low < 45
    assert peak > 70
    assert high < 10


@pytest.mark.parametrize("name", ["linear", "relu"])
def test_capacity_of_an_exploding_network_is_chance_or_an_overflow(name):
    w_in = np.linspace(0.5, 1, 5)
    for radius in (1.02, 1.1, 1.17):  # 1.17^4500 is 7e306, next to the end of float64
        capacity = dynamics.memory_capacity(radius * np.eye(5), w_in, activation=name)
        assert 0 <= capacity < chance(200)
    with pytest.raises(OverflowError, match=r"the states left the range of float64.*scale W down"):
        dynamics.memory_capacity(1.5 * np.eye(5), w_in, activation=name)


def test_capacity_depends_on_the_seed_alone_and_leaves_the_global_generator():
    W, w_in = haar(5, 0.9), gaussian(0, 5)
    state = np.random.get_state()[1].copy()  # noqa: NPY002, the global one must stay as it was
    first, again, other = (dynamics.memory_capacity(W, w_in, steps=500, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_washout_shorter_than_the_lags_gives_way_to_them():
    W, w_in = haar(5, 0.9), gaussian(0, 5)
    capacities = {
        dynamics.memory_capacity(W, w_in, lags=30, steps=500, washout=washout) for washout in (0, 29, 30)
    }
    assert len(capacities) == 1


# echo state gap


@pytest.mark.parametrize("radius", [0.5, 1.0, 1.1])
def test_gap_of_a_linear_rotation_changes_by_its_radius_whatever_is_fed(radius):
    gap = dynamics.echo_state_gap(haar(6, radius), gaussian(0, 50, 6), "linear")
    np.testing.assert_allclose(gap, gap[0] * radius ** np.arange(50), rtol=1e-9, atol=ROUNDING)


@pytest.mark.parametrize(("name", "norm"), [("tanh", 0.9), ("relu", 0.9), ("sigmoid", 3.6)])
def test_gap_closes_below_the_norm_at_which_the_network_contracts(name, norm):
    # Slopes of at most 1, for a sigmoid 1/4: each step shortens the gap to .9 of itself or less.
    gap = dynamics.echo_state_gap(haar(8, norm), gaussian(1, 200, 8), name)
    assert (gap[1:] <= 0.9 * gap[:-1] + 1e-15).all()
    assert gap[-1] < 1e-8


def test_gap_of_a_bistable_network_stays_open_at_its_exact_width():
    # Each unit of tanh(2 h) goes to +x or -x, by the sign of its start, and stays there.
    x = scipy.optimize.brentq(lambda h: np.tanh(2 * h) - h, 0.5, 1)
    gap = dynamics.echo_state_gap(2 * np.eye(9), np.zeros((200, 9)), "tanh", seed=3)
    starts = np.random.default_rng(3).uniform(-1, 1, (2, 9))
    differ = np.count_nonzero(np.sign(starts[0]) != np.sign(starts[1]))
    assert gap[-1] == pytest.approx(2 * x * np.sqrt(differ), abs=1e-9)
    assert differ > 0


def test_gap_of_chaos_stays_open_until_a_strong_drive_closes_it():
    W = haar(40, 1.6)
    assert dynamics.echo_state_gap(W, np.zeros((600, 40)), "tanh")[-100:].min() > 0.1
    assert dynamics.echo_state_gap(W, 9 * gaussian(0, 600, 40), "tanh")[-1] < 1e-9


@pytest.mark.parametrize(("name", "lowest"), [("linear", -1), ("tanh", -1), ("relu", 0), ("sigmoid", 0)])
def test_starts_of_the_gap_are_drawn_from_the_range_of_the_activation(name, lowest):
    starts = np.random.default_rng(7).uniform(lowest, 1, (2, 4))
    one, other = (dynamics.simulate(np.eye(4), np.ones((3, 4)), name, h0=start) for start in starts)
    gap = dynamics.echo_state_gap(np.eye(4), np.ones((3, 4)), name, seed=7)
    np.testing.assert_array_equal(gap, np.linalg.norm(one - other, axis=1))


# where the states lie


def test_saturation_counts_both_signs_and_the_threshold_itself():
    states = [[0.95, -0.95, 0.94], [-1.0, 0.0, 0.5]]
    assert dynamics.saturation(states) == 3 / 6
    assert dynamics.saturation(states, threshold=0.5) == 5 / 6
    assert dynamics.saturation(states, threshold=1.5) == 0


def test_saturation_of_a_wide_tanh_is_its_closed_form():
    # tanh(3 z), z standard normal, is beyond .95 when |z| > artanh(.95) / 3: P = erfc(.61 / √2).
    exact = 2 * scipy.stats.norm.sf(np.arctanh(0.95) / 3)
    states = np.tanh(3 * gaussian(0, 2000, 50))
    assert dynamics.saturation(states) == pytest.approx(exact, abs=0.008)  # five standard errors


@given(seed=seeds, n=st.integers(1, 6), rank=st.integers(1, 6), offset=st.floats(-1e3, 1e3))
@settings(max_examples=50)
def test_dimension_lies_between_one_and_the_rank_wherever_the_cloud_is(seed, n, rank, offset):
    states = gaussian(seed, 30, rank) @ gaussian(seed + 1, rank, n)
    dimension = dynamics.effective_dimension(states)
    assert 1 - ROUNDING <= dimension <= min(rank, n) + ROUNDING
    assert dynamics.effective_dimension(states + offset) == pytest.approx(dimension, rel=1e-6)


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
def test_dimension_of_an_ellipse_is_its_closed_form(scale):
    turn = 2 * np.pi * np.arange(100) / 100
    ellipse = np.column_stack([3 * np.cos(turn), np.sin(turn)]) @ haar(2)
    exact = (9 + 1) ** 2 / (81 + 1)  # variances of 9 and 1, in shares
    assert dynamics.effective_dimension(scale * ellipse) == pytest.approx(exact, rel=1e-9)


def test_dimension_is_zero_only_when_nothing_moves():
    assert dynamics.effective_dimension(np.tile([0.1, 0.2, 0.3], (7, 1))) == 0
    assert dynamics.effective_dimension([[0.1], [0.2]]) == pytest.approx(1)


def test_dimension_is_the_participation_of_the_principal_variances():
    states = gaussian(0, 50, 5) * [5, 3, 1, 0.5, 0.1]
    variances = np.linalg.svd(states - states.mean(axis=0), compute_uv=False) ** 2
    exact = variances.sum() ** 2 / (variances**2).sum()
    assert dynamics.effective_dimension(states) == pytest.approx(exact, rel=1e-9)


def test_separability_is_one_for_points_and_zero_for_equal_means():
    labels = np.repeat([0, 1, 2], 4)
    assert dynamics.class_separability(gaussian(0, 3, 5)[labels], labels) == pytest.approx(1, abs=ROUNDING)
    around = np.tile([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]], (3, 1))
    assert dynamics.class_separability(around, labels) == pytest.approx(0, abs=ROUNDING)


def test_separability_of_equal_clouds_is_never_below_zero():
    labels = np.repeat([0, 1, 2], 5)
    shares = [
        dynamics.class_separability(np.tile(gaussian(seed, 5, 2), (3, 1)), labels) for seed in range(50)
    ]
    assert min(shares) >= 0  # rounding alone would take some of them below
    assert max(shares) < ROUNDING


@pytest.mark.parametrize("states", [np.tile([0.1, 0.2], (6, 1)), gaussian(0, 6, 2)])
def test_separability_of_what_does_not_vary_or_of_a_single_class_is_zero(states):
    classes = np.zeros(6) if np.ptp(states) > 0.1 else np.arange(6)
    assert dynamics.class_separability(states, classes) == pytest.approx(0, abs=ROUNDING)


@pytest.mark.parametrize("distance", [0.5, 2.0, 6.0])
def test_separability_of_two_gaussian_clouds_is_its_closed_form(distance):
    labels = np.arange(40_000) % 2
    states = gaussian(1, 40_000, 3)
    states[labels == 1, 0] += distance
    between = distance**2 / 4  # of two equal classes, against a variance of 3 within
    exact = between / (between + 3)
    assert dynamics.class_separability(states, labels) == pytest.approx(exact, abs=0.01)


@given(seed=seeds, scale=st.sampled_from([1e-150, 1.0, 1e150]))
@settings(max_examples=30)
def test_separability_is_the_share_between_the_classes_and_ignores_scale_and_rotation(seed, scale):
    states, labels = gaussian(seed, 20, 4), np.random.default_rng(seed).integers(0, 3, 20)
    means = np.array([states[labels == label].mean(axis=0) for label in labels])
    exact = np.sum((means - states.mean(axis=0)) ** 2) / np.sum((states - states.mean(axis=0)) ** 2)
    ours = dynamics.class_separability(scale * states @ haar(4), labels)
    assert ours == pytest.approx(exact, abs=1e-9)


# bad input

EYE, WIDE, NAN, STILL = np.eye(2), np.ones((2, 3)), [[np.nan]], np.zeros((3, 2))
ONES = np.ones(2)
BAD_INPUTS = [
    ("simulate wide", lambda: dynamics.simulate(WIDE, STILL), ValueError, "W must be square"),
    ("simulate NaN", lambda: dynamics.simulate(NAN, [[0]]), ValueError, "W must be finite, got 1 NaN"),
    (
        "simulate drive",
        lambda: dynamics.simulate(EYE, WIDE),
        ValueError,
        r"drive must have shape \(T, 2\), got \(2, 3\)",
    ),
    (
        "simulate drive vector",
        lambda: dynamics.simulate([[1]], ONES),
        ValueError,
        r"drive must have shape \(T, 1\).*use drive\[:, None\]",
    ),
    (
        "simulate h0",
        lambda: dynamics.simulate(EYE, STILL, h0=[1]),
        ValueError,
        r"h0 must have shape \(2,\), got \(1,\)",
    ),
    (
        "simulate activation",
        lambda: dynamics.simulate(EYE, STILL, "gelu"),
        ValueError,
        "activation must be one of linear, tanh, relu, sigmoid, got 'gelu'; give its name",
    ),
    ("simulate function", lambda: dynamics.simulate(EYE, STILL, np.tanh), ValueError, "activation must be"),
    (
        "simulate overflow",
        lambda: dynamics.simulate(9 * EYE, np.ones((999, 2)), "relu"),
        OverflowError,
        r"the states left the range of float64 in row \d+; simulate fewer steps or scale W down",
    ),
    (
        "simulate gradient",
        lambda: dynamics.simulate(torch.eye(2, requires_grad=True), STILL),
        TypeError,
        r"W must be an array .*\.detach\(\)",
    ),
    (
        "jacobian states",
        lambda: dynamics.jacobian(EYE, STILL, "tanh"),
        ValueError,
        r"state must have shape \(2,\), got \(3, 2\)",
    ),
    ("jacobian activation", lambda: dynamics.jacobian(EYE, ONES, "Tanh"), ValueError, "got 'Tanh'"),
    (
        "gradient states",
        lambda: dynamics.gradient_norms(EYE, WIDE, "tanh"),
        ValueError,
        r"states must have shape \(T, 2\)",
    ),
    ("gradient activation", lambda: dynamics.gradient_norms(EYE, STILL, None), ValueError, "got None"),
    (
        "gradient overflow",
        lambda: dynamics.gradient_norms(1e200 * EYE, STILL, "linear"),
        OverflowError,
        "the gradient left the range of float64 in row 1; use fewer steps or scale W down",
    ),
    (
        "exponent no states",
        lambda: dynamics.lyapunov_exponent(EYE, np.empty((0, 2)), "tanh"),
        ValueError,
        "states must have at least 1 row, got none; simulate",
    ),
    (
        "exponent activation",
        lambda: dynamics.lyapunov_exponent(EYE, STILL, "id"),
        ValueError,
        "activation must",
    ),
    (
        "exponent NaN",
        lambda: dynamics.lyapunov_exponent([[1]], NAN, "tanh"),
        ValueError,
        "states must be finite",
    ),
    (
        "capacity w_in",
        lambda: dynamics.memory_capacity(EYE, EYE),
        ValueError,
        r"w_in must have shape \(2,\), got \(2, 2\)",
    ),
    (
        "capacity activation",
        lambda: dynamics.memory_capacity(EYE, ONES, activation="lin"),
        ValueError,
        "activation must be one of .* got 'lin'",
    ),
    (
        "capacity lags",
        lambda: dynamics.memory_capacity(EYE, ONES, lags=0),
        ValueError,
        "lags must be at least 1",
    ),
    (
        "capacity float",
        lambda: dynamics.memory_capacity(EYE, ONES, lags=9.0),
        TypeError,
        "lags .* an integer",
    ),
    (
        "capacity steps",
        lambda: dynamics.memory_capacity(EYE, ONES, steps=3),
        ValueError,
        "steps .* at least 4",
    ),
    ("capacity washout", lambda: dynamics.memory_capacity(EYE, ONES, washout=-1), ValueError, "washout must"),
    (
        "capacity ridge",
        lambda: dynamics.memory_capacity(EYE, ONES, ridge=0),
        ValueError,
        "ridge must be positive and finite, got 0; a small one such as 1e-8 will do",
    ),
    (
        "capacity scale",
        lambda: dynamics.memory_capacity(EYE, ONES, scale=np.inf),
        ValueError,
        "scale must be f",
    ),
    (
        "capacity scales",
        lambda: dynamics.memory_capacity(EYE, ONES, scale=ONES),
        ValueError,
        "scale .* shape",
    ),
    (
        "capacity seed",
        lambda: dynamics.memory_capacity(EYE, ONES, seed=-1),
        ValueError,
        "seed must be at least 0",
    ),
    ("gap drive", lambda: dynamics.echo_state_gap(EYE, WIDE, "tanh"), ValueError, "drive must have shape"),
    ("gap activation", lambda: dynamics.echo_state_gap(EYE, STILL, "elu"), ValueError, "got 'elu'"),
    (
        "gap seed",
        lambda: dynamics.echo_state_gap(EYE, STILL, "tanh", seed=0.5),
        TypeError,
        "seed must be an int",
    ),
    (
        "saturation empty",
        lambda: dynamics.saturation([]),
        ValueError,
        r"states must not be empty, got.*\(0,\)",
    ),
    (
        "saturation threshold",
        lambda: dynamics.saturation(STILL, 0),
        ValueError,
        r"threshold must be positive and finite, got 0; 0\.95 is",
    ),
    ("saturation NaN", lambda: dynamics.saturation(NAN), ValueError, "states must be finite"),
    (
        "dimension one row",
        lambda: dynamics.effective_dimension([[1, 2]]),
        ValueError,
        r"states must have at least 2 rows and 1 unit, got shape \(1, 2\)",
    ),
    ("dimension no unit", lambda: dynamics.effective_dimension(np.empty((4, 0))), ValueError, "and 1 unit"),
    ("dimension vector", lambda: dynamics.effective_dimension(ONES), ValueError, r"use states\[:, None\]"),
    (
        "classes labels",
        lambda: dynamics.class_separability(STILL, [0, 1]),
        ValueError,
        r"labels must have shape \(3,\), got \(2,\)",
    ),
    ("classes text", lambda: dynamics.class_separability(STILL, list("aab")), TypeError, "labels must be"),
    (
        "classes empty",
        lambda: dynamics.class_separability(np.empty((0, 2)), []),
        ValueError,
        "must not be empty",
    ),
]


@bad_inputs.each(BAD_INPUTS)
def test_bad_input_is_named_and_answered(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    "function",
    [
        lambda W, states: dynamics.simulate(W, states, "linear"),
        lambda W, states: dynamics.jacobian(W, states[0], "linear"),
        lambda W, states: dynamics.gradient_norms(W, states, "linear"),
        lambda W, states: dynamics.lyapunov_exponent(W, states, "linear"),
        lambda W, states: dynamics.memory_capacity(W, states[0], lags=3, steps=9),
        lambda W, states: dynamics.echo_state_gap(W, states, "linear"),
        lambda _, states: dynamics.saturation(states),
        lambda _, states: dynamics.effective_dimension(states),
        lambda W, states: dynamics.class_separability(states, W[0]),
    ],
)
def test_input_is_left_untouched(function):
    W, states = gaussian(0, 3, 3), gaussian(1, 3, 3)
    kept = W.copy(), states.copy()
    function(W, states)
    np.testing.assert_array_equal((W, states), kept)
