import bad_inputs
import numpy as np
import pytest
import scipy.stats
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from eigen_teach import init, linear, models, spectra

ROTATION = np.array([[0.8, -0.6], [0.6, 0.8]])
ROUNDING = 1e-12
POISSON = 2 * np.log(2) - 1  # exact mean spacing ratio of independent points, .386

seeds = st.integers(0, 2**32 - 1)


def gaussian(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


def haar_phases(n, seed):
    matrix = scipy.stats.ortho_group.rvs(n, random_state=seed)
    return np.angle(np.linalg.eigvals(matrix))


# moduli


@given(diagonal=arrays(np.float64, st.integers(1, 8), elements=st.floats(-3, 3)))
def test_norms_of_diagonal_are_its_sorted_moduli(diagonal):
    exact = np.sort(np.abs(diagonal))[::-1]
    np.testing.assert_allclose(spectra.eigenvalue_norms(np.diag(diagonal)), exact, atol=ROUNDING)
    assert spectra.spectral_radius(np.diag(diagonal)) == pytest.approx(exact[0], abs=ROUNDING)


def test_norms_of_stack_are_the_norms_of_each():
    stack = gaussian(0, 3, 4, 5, 5)
    norms = spectra.eigenvalue_norms(stack)
    assert norms.shape == (3, 4, 5)
    assert spectra.spectral_radius(stack).shape == (3, 4)
    for i, j in np.ndindex(3, 4):
        np.testing.assert_allclose(norms[i, j], spectra.eigenvalue_norms(stack[i, j]), atol=ROUNDING)
        assert spectra.spectral_radius(stack)[i, j] == pytest.approx(norms[i, j, 0])


@given(seed=seeds, n=st.integers(1, 9))
@settings(max_examples=50)
def test_product_of_norms_is_the_modulus_of_the_determinant(seed, n):
    W = gaussian(seed, n, n)
    norms = spectra.eigenvalue_norms(W)
    assert (np.diff(norms) <= 0).all()
    assert norms.prod() == pytest.approx(abs(np.linalg.det(W)), rel=1e-6, abs=1e-9)


@given(seed=seeds, n=st.integers(1, 9))
@settings(max_examples=50)
def test_unique_norms_count_a_conjugate_pair_once(seed, n):
    W = gaussian(seed, n, n)
    eigenvalues = np.linalg.eigvals(W)
    pairs = np.count_nonzero(eigenvalues.imag) // 2
    unique = spectra.unique_norms(W)
    assert len(unique) == n - pairs
    assert (np.diff(unique) <= 0).all()
    assert set(unique) == set(np.abs(eigenvalues))


def test_unique_norms_keep_opposite_real_eigenvalues_apart():
    np.testing.assert_array_equal(spectra.unique_norms(np.diag([-0.5, 0.5, 0.0])), [0.5, 0.5, 0.0])


def test_radius_of_jordan_block_ignores_what_is_above_the_diagonal():
    assert spectra.spectral_radius([[0.5, 40], [0, 0.5]]) == 0.5


# statistics of an initializer


@pytest.mark.parametrize(("name", "modulus"), [("irnn", 1.0), ("eigen", 0.95), ("haar", 1.0)])
def test_statistics_of_equal_moduli_have_no_spread(name, modulus):
    mean, sd = spectra.norm_statistics(init.INITIALIZERS[name], 6, trials=20)
    np.testing.assert_allclose(mean, modulus, atol=ROUNDING)
    np.testing.assert_allclose(sd, 0, atol=ROUNDING)


def test_statistics_equal_a_plain_loop_over_the_same_draws():
    mean, sd = spectra.norm_statistics(torch.nn.init.xavier_normal_, 5, trials=30, seed=7)
    generator = torch.Generator().manual_seed(7)
    rows = []
    for _ in range(30):
        matrix = torch.empty(5, 5, dtype=torch.float64)
        torch.nn.init.xavier_normal_(matrix, generator=generator)
        rows.append(sorted(np.abs(np.linalg.eigvals(matrix.numpy())), reverse=True))
    np.testing.assert_allclose(mean, np.mean(rows, axis=0), atol=ROUNDING)
    np.testing.assert_allclose(sd, np.std(rows, axis=0), atol=ROUNDING)


def test_statistics_depend_on_the_seed_alone_and_leave_the_global_generator():
    torch.manual_seed(123)
    before = torch.random.get_rng_state()
    first = spectra.norm_statistics(init.torch_default_, 4, trials=10, seed=3)
    assert torch.equal(torch.random.get_rng_state(), before)
    torch.manual_seed(321)
    again = spectra.norm_statistics(init.torch_default_, 4, trials=10, seed=3)
    other = spectra.norm_statistics(init.torch_default_, 4, trials=10, seed=4)
    np.testing.assert_array_equal(first, again)
    assert (first[0] != other[0]).all()


def test_statistics_put_the_generator_back_after_an_error():
    before = torch.random.get_rng_state()
    with pytest.raises(ValueError, match="filled must be finite"):
        spectra.norm_statistics(lambda tensor: tensor[0].normal_(), 3, trials=2)  # leaves rows unfilled
    assert torch.equal(torch.random.get_rng_state(), before)


def test_radius_of_default_is_one_over_root_three_for_a_wide_layer():
    # The circular law for U(±1/√n) as n grows; at n = 200 the edge is a few per cent further out.
    mean, _ = spectra.norm_statistics(init.torch_default_, 200, trials=4)
    assert mean[0] == pytest.approx(1 / np.sqrt(3), rel=0.06)


# eigenvectors and phases


def test_participation_of_a_unit_vector_is_one_and_of_an_even_one_is_n():
    np.testing.assert_array_equal(spectra.participation_ratio(np.eye(5)), 1)
    np.testing.assert_allclose(spectra.participation_ratio(np.fft.fft(np.eye(7))), 7, atol=ROUNDING)


@given(seed=seeds, n=st.integers(1, 9), scale=st.sampled_from([1e-200, 1.0, 1e200]))
@settings(max_examples=50)
def test_participation_lies_between_one_and_n_and_ignores_length_and_phase(seed, n, scale):
    vectors = gaussian(seed, n, 3) + 1j * gaussian(seed + 1, n, 3)
    ratio = spectra.participation_ratio(vectors)
    assert ((ratio >= 1 - ROUNDING) & (ratio <= n + ROUNDING)).all()
    np.testing.assert_allclose(spectra.participation_ratio(scale * 1j * vectors), ratio, rtol=1e-9)


def test_chain_is_localised_and_haar_is_not():
    generator = torch.Generator().manual_seed(0)
    chain = init.eigen_(torch.empty(128, 128, dtype=torch.float64), 1.0, generator=generator)
    haar = init.haar_(torch.empty(128, 128, dtype=torch.float64), generator=generator)
    spread = [
        np.median(spectra.participation_ratio(linear.modes(matrix.numpy()).vectors))
        for matrix in (chain, haar)
    ]
    assert spread[0] < 15  # a handful of units, whatever n is
    assert spread[1] == pytest.approx(128 / 2, rel=0.1)


@pytest.mark.parametrize("k", [3, 4, 50])
def test_spacing_of_equal_gaps_is_one(k):
    assert spectra.spacing_ratio(0.3 + 2 * np.pi * np.arange(k) / k) == pytest.approx(1, abs=1e-9)


def test_spacing_of_three_phases_is_its_hand_computed_value():
    # Gaps of 1, 2 and 2π - 3: neighbours give 1/2, 2/(2π - 3), 1/(2π - 3).
    rest = 2 * np.pi - 3
    assert spectra.spacing_ratio([3, 0, 1]) == pytest.approx((1 / 2 + 2 / rest + 1 / rest) / 3)


def test_spacing_of_independent_phases_is_poisson():
    phases = np.random.default_rng(1).uniform(0, 2 * np.pi, 200_000)
    assert spectra.spacing_ratio(phases) == pytest.approx(POISSON, abs=0.003)  # some five standard errors


def test_spacing_of_haar_phases_shows_repulsion():
    ratios = [spectra.spacing_ratio(haar_phases(100, seed)) for seed in range(40)]
    assert np.mean(ratios) == pytest.approx(0.60, abs=0.01)


@given(phases=arrays(np.float64, 6, elements=st.floats(0, 6), unique=True), turn=st.integers(-3, 3))
def test_spacing_ignores_order_and_full_turns(phases, turn):
    ratio = spectra.spacing_ratio(phases)
    assert 0 <= ratio <= 1
    shuffled = phases[::-1] + 2 * np.pi * turn
    # A full turn moves an angle by rounding, some 1e-15, and a gap may be as small.
    gaps = np.diff(np.sort(phases))
    if gaps.min() > 1e-3:
        assert spectra.spacing_ratio(shuffled) == pytest.approx(ratio, abs=1e-9)


# networks


def test_recurrent_matrices_are_float64_copies_of_each_gate():
    gru = torch.nn.GRU(3, 4, num_layers=2, bidirectional=True)
    matrices = spectra.recurrent_matrices(gru)
    assert set(matrices) == {f"l{i}.{g}{d}" for i in (0, 1) for g in "rzn" for d in ("", ".reverse")}
    block = gru.weight_hh_l1_reverse[4:8].detach().numpy()  # the second gate, z
    np.testing.assert_array_equal(matrices["l1.z.reverse"], block)
    assert matrices["l1.z.reverse"].dtype == np.float64
    matrices["l1.z.reverse"][:] = 7
    assert not (gru.weight_hh_l1_reverse == 7).any()


@pytest.mark.parametrize("rnn", [torch.nn.RNNCell(2, 3), torch.nn.RNN(2, 3), models.LinearRNN(2, 3)])
def test_recurrent_matrices_of_a_plain_network_is_one(rnn):
    matrices = spectra.recurrent_matrices(rnn.double())
    assert [(key, matrix.shape) for key, matrix in matrices.items()] == [("l0.h", (3, 3))]


def test_recurrent_matrices_keep_the_radius_that_was_set():
    lstm = init.init_recurrent_(torch.nn.LSTM(2, 16).double(), init.eigen_, radius=0.9)
    for matrix in spectra.recurrent_matrices(lstm).values():
        np.testing.assert_allclose(spectra.eigenvalue_norms(matrix), 0.9, atol=ROUNDING)


# bad input

EYE, WIDE, NAN = np.eye(2), np.ones((2, 3)), [[np.nan]]
BAD_INPUTS = [
    ("norms wide", lambda: spectra.eigenvalue_norms(WIDE), ValueError, r"W must be square.*\(\.\.\., n, n\)"),
    ("norms vector", lambda: spectra.eigenvalue_norms([1.0]), ValueError, r"W must be square.* got \(1,\)"),
    ("norms NaN", lambda: spectra.eigenvalue_norms(NAN), ValueError, "W must be finite, got 1 NaN"),
    ("norms complex", lambda: spectra.eigenvalue_norms(1j * EYE), ValueError, "W .*real numbers.*complex128"),
    (
        "norms gradient",
        lambda: spectra.eigenvalue_norms(torch.eye(2, requires_grad=True)),
        TypeError,
        r"W must be an array .*got Tensor .*\.detach\(\)\.cpu\(\)\.numpy\(\)",
    ),
    (
        "norms stacked gates",
        lambda: spectra.eigenvalue_norms(torch.nn.LSTM(2, 3).weight_hh_l0.detach()),
        ValueError,
        r"W must be square.*\(12, 3\).*init\.gate_views",
    ),
    (
        "unique stack",
        lambda: spectra.unique_norms(np.ones((2, 2, 2))),
        ValueError,
        r"W must be square.*\(2, 2, 2\)",
    ),
    ("unique inf", lambda: spectra.unique_norms([[np.inf]]), ValueError, "W must be finite"),
    ("radius empty", lambda: spectra.spectral_radius(np.empty((0, 0))), ValueError, "n at least 1"),
    ("radius text", lambda: spectra.spectral_radius("W"), TypeError, "W must be an array of real numbers"),
    (
        "statistics name",
        lambda: spectra.norm_statistics("eigen", 8),
        TypeError,
        r"init_ must be a function.*got str 'eigen'; .*init\.INITIALIZERS\[\"eigen\"\]",
    ),
    (
        "statistics n",
        lambda: spectra.norm_statistics(init.eigen_, 0),
        ValueError,
        "n must be at least 1, got 0",
    ),
    (
        "statistics n float",
        lambda: spectra.norm_statistics(init.eigen_, 8.0),
        TypeError,
        "n must be an integer",
    ),
    (
        "statistics trials",
        lambda: spectra.norm_statistics(init.eigen_, 8, trials=0),
        ValueError,
        "trials must be at least 1, got 0",
    ),
    (
        "statistics seed",
        lambda: spectra.norm_statistics(init.eigen_, 8, seed=-1),
        ValueError,
        "seed must be at least 0, got -1",
    ),
    (
        "statistics lazy init",
        lambda: spectra.norm_statistics(lambda tensor: tensor, 2, trials=3),
        ValueError,
        "the matrix that init_ filled must be finite, got 12 NaN",
    ),
    ("participation vector", lambda: spectra.participation_ratio([1.0]), ValueError, r"vectors .*\(n, k\)"),
    (
        "participation zero",
        lambda: spectra.participation_ratio(np.zeros((3, 2))),
        ValueError,
        "got 2 of 2; drop",
    ),
    (
        "participation no rows",
        lambda: spectra.participation_ratio(np.ones((0, 2))),
        ValueError,
        "zero column",
    ),
    ("participation NaN", lambda: spectra.participation_ratio(NAN), ValueError, "vectors must be finite"),
    ("spacing two", lambda: spectra.spacing_ratio([0.0, 1.0]), ValueError, "at least 3 angles, got 2"),
    ("spacing matrix", lambda: spectra.spacing_ratio(EYE), ValueError, r"phases must have shape \(k,\)"),
    ("spacing equal", lambda: spectra.spacing_ratio(np.zeros(5)), ValueError, "must not coincide.*np.unique"),
    ("spacing complex", lambda: spectra.spacing_ratio([1j, 1, 2]), ValueError, "phases .*real"),
    ("matrices linear", lambda: spectra.recurrent_matrices(torch.nn.Linear(2, 2)), TypeError, "Linear"),
    ("matrices array", lambda: spectra.recurrent_matrices(EYE), TypeError, "ndarray"),
]


@bad_inputs.each(BAD_INPUTS)
def test_bad_input_is_named_and_answered(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    "function",
    [spectra.eigenvalue_norms, spectra.unique_norms, spectra.participation_ratio, spectra.spectral_radius],
)
def test_input_is_left_untouched(function):
    W = ROTATION.copy()
    function(W)
    np.testing.assert_array_equal(W, ROTATION)
    broken = np.array([[np.nan, 1.0], [2.0, 3.0]])
    kept = broken.copy()
    with pytest.raises(ValueError, match="must be finite"):
        function(broken)
    np.testing.assert_array_equal(broken, kept)
