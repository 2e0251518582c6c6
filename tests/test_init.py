import itertools
import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from torch import nn
from torch.nn.utils.parametrizations import orthogonal

from eigen_teach import init
from eigen_teach.models import LinearRNN

SIZES = [1, 2, 3, 8, 33, 150, 300]
DTYPES = [torch.float32, torch.float64]
FILLERS = [init.eigen_, init.haar_, init.np_rnn_, init.irnn_, init.torch_default_]
RANDOM_FILLERS = [init.eigen_, init.haar_, init.np_rnn_, init.torch_default_]
# Entries are products of up to three rounded factors, all at most 1 in size: a few units in the last place.
ENTRY_TOLERANCE = {torch.float32: 3e-7, torch.float64: 1e-15}
# Orthogonality adds up rounding along the chain: sqrt(300) · 1e-16 in float64, with two digits to spare.
SPECTRUM_TOLERANCE = 1e-12


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def draw_angles(n, seed=0, dtype=torch.float64):
    return (2 * math.pi * torch.rand(n - 1, dtype=torch.float64, generator=seeded(seed))).to(dtype)


def literal_product(angles, radius):
    """λ I times one plane rotation after the other, as (16) to (18) are written."""
    n = len(angles) + 1
    product = radius * torch.eye(n, dtype=torch.float64)
    for k, theta in enumerate(angles.double()):
        rotation = torch.eye(n, dtype=torch.float64)
        rotation[k, k] = rotation[k + 1, k + 1] = torch.cos(theta)
        rotation[k, k + 1] = -torch.sin(theta)
        rotation[k + 1, k] = torch.sin(theta)
        product = product @ rotation
    return product


# ------------------------------------------------------------------------------------ the chain itself


@pytest.mark.parametrize("radius", [0.95, 1.0, 3.0])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", SIZES)
def test_rotation_chain_equals_literal_product(n, dtype, radius):
    angles = draw_angles(n, dtype=dtype)
    chain = init.rotation_chain(angles, radius)
    assert chain.dtype is dtype
    # the oracle itself multiplies n matrices, each product rounds once more
    tolerance = radius * (ENTRY_TOLERANCE[dtype] + n * 2e-16)
    torch.testing.assert_close(chain.double(), literal_product(angles, radius), atol=tolerance, rtol=0)


@pytest.mark.parametrize("n", range(4, 70))
def test_rotation_chain_is_right_whatever_remains_for_the_last_block(n):
    angles = draw_angles(n, seed=n)
    torch.testing.assert_close(init.rotation_chain(angles), literal_product(angles, 1.0), atol=1e-13, rtol=0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1023, 1024, 1057, 2100])
def test_rotation_chain_equals_the_product_built_column_by_column_when_large(n, dtype):
    """A rotation from the right changes two columns only: the same product with fewer operations."""
    angles = draw_angles(n, dtype=dtype)
    product = torch.eye(n, dtype=torch.float64)
    for k, theta in enumerate(angles.double()):
        cosine, sine = torch.cos(theta), torch.sin(theta)
        turn = torch.stack([torch.stack([cosine, -sine]), torch.stack([sine, cosine])])
        product[:, k : k + 2] = product[:, k : k + 2] @ turn
    chain = init.rotation_chain(angles).double()
    torch.testing.assert_close(chain, product, atol=ENTRY_TOLERANCE[dtype] + 1e-14, rtol=0)


@pytest.mark.parametrize("pattern", ["zero", "quarter", "half", "subnormal", "tiny", "mixed", "near quarter"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [2, 3, 8, 33, 150])
def test_rotation_chain_equals_literal_product_at_special_angles(n, dtype, pattern):
    cycle = {
        "zero": [0.0],
        "quarter": [math.pi / 2],
        "half": [math.pi],
        "subnormal": [5e-324 if dtype is torch.float64 else 1e-45],
        "tiny": [1e-30, math.pi / 2, -1e-30],
        "mixed": [0.0, math.pi / 2, math.pi, 1.0, -5e-324, 1.5 * math.pi, 1e-200],
        "near quarter": [math.pi / 2 - 1e-3],
    }[pattern]
    angles = torch.tensor((cycle * n)[: n - 1], dtype=dtype)
    chain = init.rotation_chain(angles, 0.95)
    tolerance = ENTRY_TOLERANCE[dtype] + n * 2e-16
    torch.testing.assert_close(chain.double(), literal_product(angles, 0.95), atol=tolerance, rtol=0)


@settings(max_examples=60)
@given(
    angles=st.lists(st.floats(-20, 20) | st.sampled_from([0.0, math.pi / 2, math.pi, 5e-324]), max_size=70),
    radius=st.floats(0, 10),
)
def test_rotation_chain_equals_literal_product_for_any_angles(angles, radius):
    angles = torch.tensor(angles, dtype=torch.float64)
    expected = literal_product(angles, radius)
    # 71 matrices are multiplied in the oracle; a subnormal radius has an absolute error of its own
    torch.testing.assert_close(
        init.rotation_chain(angles, radius), expected, atol=1e-13 * radius + 1e-320, rtol=0
    )


def test_rotation_chain_keeps_small_entries_to_their_last_digits():
    """Entries far from the diagonal are tiny but exact: relative, not only absolute, agreement."""
    angles = draw_angles(100)
    sines, cosines = torch.sin(angles), torch.cos(angles)
    row = init.rotation_chain(angles)[10]
    for j in range(11, 99):
        expected = cosines[9] * torch.prod(-sines[10:j]) * cosines[j]
        # 90 factors, half a unit in the last place each
        assert row[j].item() == pytest.approx(expected.item(), rel=1e-13, abs=0)


@pytest.mark.parametrize("n", SIZES)
def test_rotation_chain_has_singular_values_and_eigenvalue_moduli_equal_to_the_radius(n):
    chain = init.rotation_chain(draw_angles(n), 0.95).numpy()
    np.testing.assert_allclose(np.linalg.svd(chain, compute_uv=False), 0.95, rtol=SPECTRUM_TOLERANCE)
    np.testing.assert_allclose(np.abs(np.linalg.eigvals(chain)), 0.95, rtol=SPECTRUM_TOLERANCE)


@pytest.mark.parametrize("n", SIZES)
def test_rotation_chain_has_determinant_one_and_hessenberg_shape(n):
    chain = init.rotation_chain(draw_angles(n)).numpy()
    assert np.linalg.det(chain) == pytest.approx(1, abs=SPECTRUM_TOLERANCE)
    assert np.array_equal(chain, np.triu(chain, -1))


@pytest.mark.parametrize("n", [3, 33, 301])
def test_rotation_chain_of_odd_size_has_the_radius_itself_as_eigenvalue(n):
    eigenvalues = np.linalg.eigvals(init.rotation_chain(draw_angles(n), 0.95).numpy())
    assert np.abs(eigenvalues - 0.95).min() < SPECTRUM_TOLERANCE


def test_every_order_of_the_product_has_the_same_eigenvalues():
    rotations = [
        literal_product(torch.eye(4, dtype=torch.float64)[k] * theta, 1.0)
        for k, theta in enumerate(draw_angles(5))
    ]
    chain = np.sort_complex(np.linalg.eigvals(init.rotation_chain(draw_angles(5)).numpy()))
    products = [torch.linalg.multi_dot(order).numpy() for order in itertools.permutations(rotations)]
    for product in products:
        eigenvalues = np.sort_complex(np.round(np.linalg.eigvals(product), 12))
        np.testing.assert_allclose(eigenvalues, chain, atol=1e-10)
    assert len({np.round(product, 9).tobytes() for product in np.array(products) + 0.0}) > 1


def test_angles_all_zero_give_the_scaled_identity_without_negative_zeros():
    chain = init.rotation_chain(torch.zeros(39), 0.95)
    assert torch.equal(chain, 0.95 * torch.eye(40))
    assert not torch.signbit(chain).any()


def test_angles_all_pi_give_plus_and_minus_one_on_the_diagonal():
    expected = torch.diag(torch.tensor([-1.0, 1, 1, 1, 1, -1], dtype=torch.float64))
    chain = init.rotation_chain(torch.full((5,), math.pi, dtype=torch.float64))
    torch.testing.assert_close(chain, expected, atol=1e-15, rtol=0)


def test_angles_all_quarter_turns_give_a_signed_cyclic_shift():
    chain = init.rotation_chain(torch.full((5,), math.pi / 2, dtype=torch.float64))
    expected = torch.diag(torch.ones(5, dtype=torch.float64), -1)
    expected[0, 5] = -1  # (-1)^5
    torch.testing.assert_close(chain, expected, atol=1e-15, rtol=0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [126, 180, 1024, 2049, 8192])
def test_rotation_chain_has_no_nan_and_unit_rows_at_any_size(n, dtype):
    chain = init.rotation_chain(draw_angles(n, dtype=dtype))
    norms = torch.linalg.vector_norm(chain, dim=1)
    # a NaN would make its row's norm NaN; rounding of some 10 entries of order 1, the others are too small
    torch.testing.assert_close(norms, torch.ones_like(norms), atol=20 * torch.finfo(dtype).eps, rtol=0)


@pytest.mark.parametrize("theta", [0.0, math.pi / 2, math.pi, 1e-310, 1.57])
def test_rotation_chain_has_no_nan_at_special_angles_when_large(theta):
    chain = init.rotation_chain(torch.full((2047,), theta))
    assert torch.isfinite(chain).all()
    torch.testing.assert_close(chain.square().sum(dim=1), torch.ones(2048), atol=1e-4, rtol=0)


def test_rotation_chain_leaves_its_angles_alone_and_takes_strided_ones():
    angles = draw_angles(41)
    before = angles.clone()
    assert torch.equal(init.rotation_chain(angles[::2]), init.rotation_chain(angles[::2].clone()))
    assert torch.equal(angles, before)


def test_rotation_chain_of_no_angles_is_the_radius():
    assert init.rotation_chain(torch.empty(0), 0.5).tolist() == [[0.5]]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_rotation_chain_in_half_precision_is_the_rounded_matrix(dtype):
    angles = draw_angles(40, dtype=dtype)
    expected = init.rotation_chain(angles.float(), 0.95).to(dtype)
    assert torch.equal(init.rotation_chain(angles, 0.95), expected)


def test_rotation_chain_is_finite_for_every_radius_the_dtype_holds():
    largest = torch.finfo(torch.float32).max
    for radius in (0.0, 1e-42, 1e30, largest):
        chain = init.rotation_chain(draw_angles(50, dtype=torch.float32), radius)
        assert torch.isfinite(chain).all()
        assert chain.abs().max().item() <= radius * (1 + 1e-6) + 1.4e-45  # one step of the smallest numbers


# -------------------------------------------------------------------------------------- the initializers


@pytest.mark.parametrize("n", SIZES)
def test_eigen_has_singular_values_and_moduli_095_by_default(n):
    matrix = init.eigen_(torch.empty(n, n, dtype=torch.float64), generator=seeded()).numpy()
    np.testing.assert_allclose(np.linalg.svd(matrix, compute_uv=False), 0.95, rtol=SPECTRUM_TOLERANCE)
    np.testing.assert_allclose(np.abs(np.linalg.eigvals(matrix)), 0.95, rtol=SPECTRUM_TOLERANCE)


def test_eigen_draws_angles_uniform_on_the_whole_circle():
    n = 5000
    matrix = init.eigen_(torch.empty(n, n), 1.0, generator=seeded(3)).double()
    # The sines stand below the diagonal; the diagonal c_(k-1) c_k gives the sign of each cosine in turn.
    sines = matrix.diagonal(-1)
    signs = torch.cumprod(matrix.diagonal()[:-1].sign(), dim=0)
    cosines = signs * torch.sqrt((1 - sines.square()).clamp(min=0))
    angles = torch.atan2(sines, cosines).numpy() % (2 * math.pi)
    # with another seed a uniform law falls below .01 one time in a hundred; half a circle gives 1e-300
    assert stats.kstest(angles, stats.uniform(0, 2 * math.pi).cdf).pvalue > 0.01


def test_eigen_at_one_by_one_is_the_radius():
    assert init.eigen_(torch.empty(1, 1), 0.5).tolist() == [[0.5]]


@pytest.mark.parametrize("n", SIZES)
def test_haar_is_orthogonal_times_radius(n):
    matrix = init.haar_(torch.empty(n, n, dtype=torch.float64), 0.7, generator=seeded()).numpy()
    np.testing.assert_allclose(np.linalg.svd(matrix, compute_uv=False), 0.7, rtol=SPECTRUM_TOLERANCE)


def test_haar_has_uniform_eigenvalue_phases_and_balanced_determinant():
    generator = seeded(5)
    stack = np.array(
        [init.haar_(torch.empty(8, 8), generator=generator).double().numpy() for _ in range(2000)]
    )
    # A first column uniform on the sphere of R^8 has entries x with (x + 1) / 2 ~ Beta(7/2, 7/2).
    assert stats.kstest((stack[:, 0, 0] + 1) / 2, stats.beta(3.5, 3.5).cdf).pvalue > 0.01
    # and so has every other entry; without the sign correction the last diagonal entry is not like this
    assert stats.kstest((stack[:, 7, 7] + 1) / 2, stats.beta(3.5, 3.5).cdf).pvalue > 0.01
    positive = (np.linalg.det(stack) > 0).mean()
    assert abs(positive - 0.5) < 4 * math.sqrt(0.25 / 2000)  # four standard errors


@pytest.mark.parametrize("n", SIZES)
def test_np_rnn_is_symmetric_positive_definite_with_largest_eigenvalue_one(n):
    matrix = init.np_rnn_(torch.empty(n, n, dtype=torch.float64), generator=seeded()).numpy()
    eigenvalues = np.linalg.eigvalsh(matrix)
    assert np.allclose(matrix, matrix.T, rtol=0, atol=1e-15)
    assert eigenvalues[0] > 0
    assert eigenvalues[-1] == pytest.approx(1, abs=SPECTRUM_TOLERANCE)


def test_np_rnn_has_full_rank_before_the_identity_is_added():
    """A vector in place of the matrix R, seen in public code, would leave n - 1 equal eigenvalues."""
    eigenvalues = torch.linalg.eigvalsh(
        init.np_rnn_(torch.empty(8, 8, dtype=torch.float64), generator=seeded())
    )
    assert eigenvalues.diff().min() > 1e-6


def test_np_rnn_has_the_spectrum_of_a_wishart_matrix():
    """A = RᵀR / n has eigenvalues from 0 to 4 and mean 1 (Marchenko and Pastur), so W goes from 1/5 to 1."""
    matrix = init.np_rnn_(torch.empty(500, 500, dtype=torch.float64), generator=seeded())
    # The edge errs by n^(-2/3).
    assert torch.linalg.eigvalsh(matrix)[0].item() == pytest.approx(1 / 5, abs=0.01)
    assert matrix.diagonal().mean().item() == pytest.approx(2 / 5, abs=0.01)


def test_irnn_is_the_scaled_identity():
    assert torch.equal(init.irnn_(torch.empty(5, 5)), torch.eye(5))
    assert torch.equal(init.irnn_(torch.empty(5, 5), 0.5), 0.5 * torch.eye(5))


def test_torch_default_is_uniform_with_bound_one_over_root_n():
    values = init.torch_default_(torch.empty(200, 200), generator=seeded()).flatten().numpy()
    bound = 1 / math.sqrt(200)
    assert stats.kstest(values, stats.uniform(-bound, 2 * bound).cdf).pvalue > 0.01
    assert values.std() == pytest.approx(1 / math.sqrt(3 * 200), rel=0.01)  # 40,000 draws: 0.3 % is one error


def test_torch_default_draws_what_torch_would_draw():
    with torch.random.fork_rng():
        torch.manual_seed(4)
        theirs = nn.RNN(3, 30).weight_hh_l0  # drawn after the 90 input weights
    generator = seeded(4)
    torch.empty(30, 3).uniform_(generator=generator)
    assert torch.equal(init.torch_default_(torch.empty(30, 30), generator=generator), theirs)


@pytest.mark.parametrize("filler", FILLERS)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, *DTYPES])
def test_initializers_work_in_place_and_keep_the_dtype(filler, dtype):
    tensor = torch.full((9, 9), math.nan, dtype=dtype)
    assert filler(tensor) is tensor
    assert tensor.dtype is dtype
    assert torch.isfinite(tensor).all()


@pytest.mark.parametrize("filler", FILLERS)
def test_initializers_fill_leaves_that_require_a_gradient(filler):
    leaf = nn.Parameter(torch.empty(9, 9))
    assert filler(leaf) is leaf
    assert leaf.requires_grad
    assert leaf.grad_fn is None


@pytest.mark.parametrize("filler", FILLERS)
def test_initializers_tell_autograd_that_they_have_written(filler):
    weight = torch.ones(4, 4)
    leaf = torch.ones(4, requires_grad=True)
    loss = (weight @ leaf).sum()
    filler(weight)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


LAYOUTS = {
    "transposed": lambda big: big[:70, :70].T,
    "rows of a stack": lambda big: big[70:140, :70],
    "every second": lambda big: big[:140:2, 1:141:2],
    "column block": lambda big: big[3:73, 50:120],
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("filler", FILLERS)
def test_initializers_write_any_strided_view_and_nothing_around_it(filler, layout):
    big = torch.full((150, 150), 7.0)
    view = LAYOUTS[layout](big)
    arguments = {} if filler is init.irnn_ else {"generator": seeded()}
    filler(view, **arguments)
    if arguments:
        arguments = {"generator": seeded()}
    assert torch.equal(view, filler(torch.empty(70, 70), **arguments))
    view.fill_(7.0)
    assert (big == 7.0).all()


@pytest.mark.parametrize("filler", RANDOM_FILLERS)
def test_generator_reproduces_and_leaves_the_global_one_alone(filler):
    torch.manual_seed(11)
    state = torch.get_rng_state()
    first = filler(torch.empty(12, 12), generator=seeded(1))
    assert torch.equal(first, filler(torch.empty(12, 12), generator=seeded(1)))
    assert not torch.equal(first, filler(torch.empty(12, 12), generator=seeded(2)))
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("filler", RANDOM_FILLERS)
def test_global_seed_reproduces_without_a_generator(filler):
    torch.manual_seed(11)
    first = filler(torch.empty(12, 12))
    torch.manual_seed(11)
    assert torch.equal(first, filler(torch.empty(12, 12)))
    assert not torch.equal(first, filler(torch.empty(12, 12)))


def test_eigen_draws_the_same_angles_in_every_dtype():
    double = init.eigen_(torch.empty(40, 40, dtype=torch.float64), generator=seeded())
    single = init.eigen_(torch.empty(40, 40), generator=seeded())
    torch.testing.assert_close(single.double(), double, atol=ENTRY_TOLERANCE[torch.float32], rtol=0)


@pytest.mark.parametrize("filler", FILLERS)
def test_initializers_leave_an_empty_matrix_as_it_is(filler):
    empty = torch.empty(0, 0)
    assert filler(empty) is empty


@pytest.mark.parametrize("filler", FILLERS)
def test_initializers_take_a_tensor_on_another_device(filler):
    """The meta device stands for all devices NumPy cannot reach; it has shapes and no values."""
    tensor = torch.empty(6, 6, device="meta")
    assert filler(tensor) is tensor
    assert tensor.is_meta


@pytest.mark.parametrize("filler", FILLERS)
def test_initializers_ignore_the_default_device(filler):
    tensor = torch.empty(6, 6)
    with torch.device("meta"):
        filler(tensor)
    assert torch.isfinite(tensor).all()


def test_initializers_registry_has_the_names_of_the_design_and_is_read_only():
    assert list(init.INITIALIZERS) == [
        "default",
        "xavier_normal",
        "xavier_uniform",
        "kaiming_normal",
        "kaiming_uniform",
        "irnn",
        "np_rnn",
        "haar",
        "eigen",
    ]
    with pytest.raises(TypeError):
        init.INITIALIZERS["eigen"] = nn.init.zeros_


@pytest.mark.parametrize("name", init.INITIALIZERS)
def test_every_initializer_of_the_registry_fills_a_square_matrix(name):
    tensor = torch.full((8, 8), math.nan)
    assert init.INITIALIZERS[name](tensor) is tensor
    assert torch.isfinite(tensor).all()


# --------------------------------------------------------------------------------------- whole networks

LAYERS = {"RNN": (nn.RNN, "h"), "LSTM": (nn.LSTM, "ifgo"), "GRU": (nn.GRU, "rzn"), "Linear": (LinearRNN, "h")}
CELLS = {"RNNCell": (nn.RNNCell, "h"), "LSTMCell": (nn.LSTMCell, "ifgo"), "GRUCell": (nn.GRUCell, "rzn")}


def networks():
    for name, (kind, gates) in LAYERS.items():
        for layers, bias, both in itertools.product([1, 3], [True, False], [True, False]):
            options = {"num_layers": layers, "bias": bias, "bidirectional": both}
            yield pytest.param(kind, gates, options, id=f"{name}-{layers}-{bias=}-{both=}")
    for name, (kind, gates) in CELLS.items():
        for bias in (True, False):
            yield pytest.param(kind, gates, {"bias": bias}, id=f"{name}-{bias=}")


NETWORKS = list(networks())


@pytest.mark.parametrize(("kind", "gates", "options"), NETWORKS)
def test_gate_views_name_every_block_and_share_its_memory(kind, gates, options):
    rnn = kind(3, 5, **options)
    views = init.gate_views(rnn)
    expected = {}
    for layer in range(options.get("num_layers", 1)):
        for suffix, ending in [("", ""), ("_reverse", ".reverse")][: 1 + options.get("bidirectional", False)]:
            name = f"weight_hh_l{layer}{suffix}" if isinstance(rnn, nn.RNNBase) else "weight_hh"
            for place, gate in enumerate(gates):
                expected[f"l{layer}.{gate}{ending}"] = getattr(rnn, name)[5 * place : 5 * (place + 1)]
    assert list(views) == list(expected)
    for key, view in views.items():
        assert view.shape == (5, 5)
        assert view.data_ptr() == expected[key].data_ptr()
        assert not view.requires_grad


@pytest.mark.parametrize(("kind", "gates", "options"), NETWORKS)
def test_init_recurrent_fills_every_block_and_keeps_every_other_bit(kind, gates, options):
    rnn = kind(3, 5, **options).double()
    before = {name: value.clone() for name, value in rnn.state_dict().items()}
    assert init.init_recurrent_(rnn, init.eigen_, radius=0.8, generator=seeded()) is rnn
    views = init.gate_views(rnn)
    assert len(views) == len(gates) * options.get("num_layers", 1) * (1 + options.get("bidirectional", False))
    for view in views.values():
        np.testing.assert_allclose(
            np.linalg.svd(view.numpy(), compute_uv=False), 0.8, rtol=SPECTRUM_TOLERANCE
        )
    for name, value in rnn.state_dict().items():
        assert torch.equal(value, before[name]) is not name.startswith("weight_hh")


def test_init_recurrent_gives_each_gate_a_draw_of_its_own():
    views = init.gate_views(init.init_recurrent_(nn.LSTM(3, 6, 2), init.eigen_, generator=seeded()))
    generator = seeded()
    for view in views.values():
        assert torch.equal(view, init.eigen_(torch.empty(6, 6), generator=generator))


def test_gate_order_is_the_one_of_torch():
    """An LSTM whose forget and input gates are driven from the state must react as the equations say."""
    cell = nn.LSTMCell(1, 2, bias=False)
    nn.init.zeros_(cell.weight_hh)
    init.gate_views(cell)["l0.f"].copy_(100 * torch.eye(2))
    h, c = torch.tensor([[1.0, -1.0]]), torch.tensor([[1.0, 1.0]])
    nn.init.zeros_(cell.weight_ih)
    _, after = cell(torch.zeros(1, 1), (h, c))
    torch.testing.assert_close(after, torch.tensor([[1.0, 0.0]]), atol=1e-6, rtol=0)  # keep, forget
    gru = nn.GRUCell(1, 2, bias=False)
    for weight in gru.parameters():
        nn.init.zeros_(weight)
    init.gate_views(gru)["l0.z"].copy_(100 * torch.eye(2))
    torch.testing.assert_close(gru(torch.zeros(1, 1), h), torch.tensor([[1.0, 0.0]]), atol=1e-6, rtol=0)


@pytest.mark.parametrize("name", init.INITIALIZERS)
def test_init_recurrent_takes_every_initializer_of_the_registry(name):
    torch.manual_seed(0)
    lstm = init.init_recurrent_(nn.LSTM(3, 8), init.INITIALIZERS[name])
    outputs, _ = lstm(torch.randn(4, 2, 3))
    outputs.sum().backward()
    assert lstm.weight_hh_l0.requires_grad
    assert torch.isfinite(lstm.weight_hh_l0.grad).all()


def test_init_recurrent_passes_the_current_values_to_an_initializer_that_returns_nothing():
    rnn = nn.RNN(3, 4)
    before = rnn.weight_hh_l0.detach().clone()

    def double_(tensor):
        tensor.mul_(2)

    init.init_recurrent_(rnn, double_)
    assert torch.equal(rnn.weight_hh_l0, 2 * before)


def test_init_recurrent_is_atomic_when_the_third_gate_fails():
    lstm = nn.LSTM(3, 4)
    before = {name: value.clone() for name, value in lstm.state_dict().items()}
    calls = itertools.count(1)

    def fails_at_third_(tensor):
        tensor.zero_()
        if next(calls) == 3:
            raise ArithmeticError("third gate")
        return tensor

    with pytest.raises(ArithmeticError, match="third gate"):
        init.init_recurrent_(lstm, fails_at_third_)
    assert all(torch.equal(value, before[name]) for name, value in lstm.state_dict().items())


# -------------------------------------------------------------------------------------------- bad inputs


def broken_module(kind):
    if kind == "parametrized":
        return orthogonal(nn.RNN(3, 4), "weight_hh_l0")
    if kind == "projected":
        return nn.LSTM(3, 4, proj_size=2)
    return {"linear": nn.Linear(3, 4), "sequential": nn.Sequential(nn.LSTM(3, 4)), "none": None}[kind]


def bad_tensors():
    """One table for what no initializer accepts in place of a square real matrix."""
    return [
        ("wide", torch.ones(3, 4), ValueError, r"tensor must be square.*got \(3, 4\).*init_recurrent_"),
        ("stacked", torch.ones(16, 4), ValueError, r"tensor must be square.*\(16, 4\).*one \(n, n\) block"),
        ("vector", torch.ones(4), ValueError, r"tensor must be square.*got \(4,\)"),
        ("batch", torch.ones(2, 4, 4), ValueError, r"tensor must be square.*got \(2, 4, 4\)"),
        ("scalar", torch.tensor(1.0), ValueError, r"tensor must be square.*got \(\)"),
        ("integer", torch.ones(4, 4, dtype=torch.int64), ValueError, r"real floating.*int64.*torch\.float32"),
        ("complex", torch.ones(4, 4, dtype=torch.complex64), ValueError, r"real floating.*complex64"),
        ("boolean", torch.ones(4, 4, dtype=torch.bool), ValueError, r"real floating.*torch\.bool"),
        ("sparse", torch.eye(4).to_sparse(), ValueError, r"tensor must be dense.*sparse_coo.*to_dense"),
        ("expanded", torch.ones(1, 4).expand(4, 4), ValueError, r"must not be expanded.*\(0, 1\).*clone"),
        ("array", np.ones((4, 4)), TypeError, r"tensor must be a torch\.Tensor, got ndarray.*as_tensor"),
        ("list", [[1.0]], TypeError, r"tensor must be a torch\.Tensor, got list.*as_tensor"),
    ]


BAD_NUMBERS = [
    ("negative", -0.5, ValueError, r"{0} must be finite and not negative, got -0\.5; .* uses"),
    ("nan", math.nan, ValueError, r"{0} must be finite and not negative, got nan"),
    ("infinite", math.inf, ValueError, r"{0} must be finite and not negative, got inf"),
    ("overflow", 1e39, ValueError, r"{0} must fit into torch\.float32, got 1e\+39; .*float64"),
    ("text", "0.95", TypeError, r"{0} must be a real number, got str '0\.95'; use float"),
    ("none", None, TypeError, r"{0} must be a real number, got NoneType"),
    ("complex", 1j, TypeError, r"{0} must be a real number, got complex"),
    ("boolean", True, TypeError, r"{0} must be a real number, got bool"),
    ("tensor", torch.tensor(0.9), TypeError, r"{0} must be a real number, got Tensor tensor.*; use float"),
]
BAD_GENERATORS = [
    ("seed", 0, TypeError, r"generator must be a torch\.Generator or None, got int.*manual_seed"),
    (
        "numpy",
        np.random.default_rng(0),
        TypeError,
        r"generator must be a torch\.Generator or None, got Generator",
    ),
]
BAD_ANGLES = [
    ("matrix", torch.ones(3, 3), ValueError, r"angles must be a vector.*got \(3, 3\).*flatten"),
    ("scalar", torch.tensor(1.0), ValueError, r"angles must be a vector.*got \(\)"),
    ("nan", torch.tensor([0.0, math.nan]), ValueError, r"angles must be finite.*torch\.isfinite"),
    ("infinite", torch.tensor([math.inf]), ValueError, r"angles must be finite"),
    ("integer", torch.tensor([0, 1]), ValueError, r"angles must have a real floating.*int64"),
    ("complex", torch.tensor([1j]), ValueError, r"angles must have a real floating.*complex64"),
    ("list", [0.1, 0.2], TypeError, r"angles must be a torch\.Tensor, got list.*as_tensor"),
    ("array", np.zeros(3), TypeError, r"angles must be a torch\.Tensor, got ndarray.*as_tensor"),
    ("gradient", torch.zeros(3, requires_grad=True), ValueError, r"angles must not require.*detach"),
]
BAD_MODULES = [
    ("linear", TypeError, r"rnn must be an RNN, LSTM or GRU.*got Linear; pass the layer itself"),
    ("sequential", TypeError, r"rnn must be an RNN, LSTM or GRU.*got Sequential"),
    ("none", TypeError, r"rnn must be an RNN, LSTM or GRU.*got NoneType"),
    ("projected", ValueError, r"proj_size 0, got 2; with a projection"),
    ("parametrized", ValueError, r"plain parameters.*remove_parametrizations"),
]
BAD_FUNCTIONS = [
    ("name", "eigen", TypeError, r'init_ must be a function.*got \'eigen\'.*INITIALIZERS\["eigen"\]'),
    ("none", None, TypeError, r"init_ must be a function.*got None"),
    ("new tensor", torch.zeros_like, TypeError, r"init_ must fill its argument in place.*copy_"),
    ("number", torch.numel, TypeError, r"init_ must fill its argument in place"),
    ("resized", lambda tensor: tensor.resize_(2, 2), TypeError, r"init_ must fill its argument in place"),
    ("its own error", lambda tensor: init.eigen_(tensor, -1.0), ValueError, r"radius must be finite"),
]


def bad_inputs():
    for filler in FILLERS:
        for case, tensor, error, message in bad_tensors():
            yield pytest.param(filler, tensor, {}, error, message, id=f"{filler.__name__}-tensor-{case}")
    for filler, argument in [(init.eigen_, "radius"), (init.haar_, "radius"), (init.irnn_, "scale")]:
        for case, value, error, message in BAD_NUMBERS:
            name = f"{filler.__name__}-{argument}-{case}"
            yield pytest.param(
                filler, torch.ones(4, 4), {argument: value}, error, message.format(argument), id=name
            )
    for filler in RANDOM_FILLERS:
        for case, value, error, message in BAD_GENERATORS:
            name = f"{filler.__name__}-generator-{case}"
            yield pytest.param(filler, torch.ones(4, 4), {"generator": value}, error, message, id=name)
    for case, angles, error, message in BAD_ANGLES:
        yield pytest.param(
            init.rotation_chain, angles, {}, error, message, id=f"rotation_chain-angles-{case}"
        )
    for case, value, error, message in BAD_NUMBERS:
        name, message = f"rotation_chain-radius-{case}", message.format("radius")
        yield pytest.param(init.rotation_chain, torch.ones(3), {"radius": value}, error, message, id=name)
    for case, error, message in BAD_MODULES:
        yield pytest.param(init.gate_views, broken_module(case), {}, error, message, id=f"gate_views-{case}")
        name, arguments = f"init_recurrent_-module-{case}", {"init_": init.eigen_}
        yield pytest.param(init.init_recurrent_, broken_module(case), arguments, error, message, id=name)
    for case, init_, error, message in BAD_FUNCTIONS:
        name = f"init_recurrent_-init-{case}"
        yield pytest.param(init.init_recurrent_, nn.LSTM(3, 4), {"init_": init_}, error, message, id=name)


BAD_INPUTS = list(bad_inputs())


def content(value):
    """What must not change: the values of a tensor, an array or a module."""
    if isinstance(value, nn.Module):
        return {name: content(entry) for name, entry in value.state_dict().items()}
    if isinstance(value, torch.Tensor):
        return value.shape, value.detach().to_dense().tolist()
    return value.tolist() if isinstance(value, np.ndarray) else repr(value)


@pytest.mark.parametrize(("call", "first", "arguments", "error", "message"), BAD_INPUTS)
def test_bad_input_is_named_and_nothing_changes(call, first, arguments, error, message):
    before, random_state = content(first), torch.get_rng_state()
    with pytest.raises(error, match=re.compile(message, re.DOTALL)):
        call(first, **arguments)
    assert repr(content(first)) == repr(before)  # as text, where NaN equals NaN
    assert torch.equal(torch.get_rng_state(), random_state)
