import copy
import itertools

import bad_inputs
import pytest
import torch
from torch import nn

from eigen_teach import training
from eigen_teach.models import LinearRNN, SequenceModel, hidden_states, make_rnn

OPTIONS = [
    dict(zip(("num_layers", "bias", "bidirectional", "batch_first"), values, strict=True))
    for values in itertools.product([1, 3], [True, False], [True, False], [True, False])
]
every_option = pytest.mark.parametrize("options", OPTIONS, ids=lambda o: "-".join(map(str, o.values())))


def twins(options, seed=0):
    """A tanh network and a linear one from the same seed, in float64."""
    torch.manual_seed(seed)
    tanh = nn.RNN(3, 4, dtype=torch.float64, **options)
    torch.manual_seed(seed)
    return tanh, LinearRNN(3, 4, dtype=torch.float64, **options)


def inputs(*shape):
    return torch.randn(*shape, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


@every_option
def test_linear_rnn_has_the_parameters_and_first_values_of_nn_rnn(options):
    tanh, linear = twins(options)
    assert list(linear.state_dict()) == list(tanh.state_dict())
    for ours, theirs in zip(linear.parameters(), tanh.parameters(), strict=True):
        assert torch.equal(ours, theirs)


@every_option
@pytest.mark.parametrize("batched", [True, False])
@pytest.mark.parametrize("with_state", [True, False])
def test_linear_rnn_equals_nn_rnn_where_tanh_is_linear(options, batched, with_state):
    tanh, linear = twins(options)
    with torch.no_grad():
        for parameter in [*tanh.parameters(), *linear.parameters()]:
            parameter.mul_(1e-5)
    chains = len(linear.all_weights)
    x = inputs(5, 6) if batched else inputs(5)
    batch = () if not batched else (5,) if options["batch_first"] else (6,)
    states = (1e-5 * torch.ones(chains, *batch, 4, dtype=torch.float64),) if with_state else ()
    for ours, theirs in zip(linear(x, *states), tanh(x, *states), strict=True):
        assert ours.shape == theirs.shape
        # |x| is below 5, so states are below 1e-4 and tanh(z) = z (1 - z²/3) is linear to 1e-8
        torch.testing.assert_close(ours, theirs, rtol=1e-7, atol=1e-30)


def test_linear_rnn_equals_the_state_equation_step_by_step():
    _, linear = twins({"num_layers": 1})
    x, h = inputs(7, 2), torch.ones(1, 2, 4, dtype=torch.float64)
    outputs, last = linear(x, h)
    state = h[0]
    for step in range(7):
        state = (
            x[step] @ linear.weight_ih_l0.T
            + linear.bias_ih_l0
            + state @ linear.weight_hh_l0.T
            + linear.bias_hh_l0
        )
        torch.testing.assert_close(outputs[step], state)
    assert torch.equal(last[0], outputs[-1])


def test_linear_rnn_does_not_saturate():
    _, linear = twins({"num_layers": 2, "bidirectional": True, "bias": False})
    x = inputs(7, 2)
    outputs, last = linear(x)
    for ours, scaled in zip((outputs, last), linear(1e6 * x), strict=True):
        torch.testing.assert_close(scaled, 1e6 * ours, rtol=1e-9, atol=0)


def test_linear_rnn_backward_direction_reads_from_the_end():
    _, linear = twins({"num_layers": 1, "bidirectional": True, "bias": False})
    x = inputs(6, 2)
    changed = x.clone()
    changed[3] += 1
    moved = (linear(changed)[0] - linear(x)[0]).abs().amax(dim=1) > 0  # (T, 2 n)
    assert torch.equal(moved[:, :4].all(dim=1), torch.arange(6) >= 3)
    assert torch.equal(moved[:, 4:].all(dim=1), torch.arange(6) <= 3)


def test_linear_rnn_is_differentiable_in_every_parameter():
    _, linear = twins({"num_layers": 2})
    x = inputs(4, 2)
    names = [name for name, _ in linear.named_parameters()]

    def run(*values):
        return torch.func.functional_call(linear, dict(zip(names, values, strict=True)), (x,))[0]

    assert torch.autograd.gradcheck(run, tuple(linear.parameters()))


def test_linear_rnn_drops_out_between_layers_only_in_training():
    one = LinearRNN(3, 4, 2, dropout=0.5)
    x = torch.randn(50, 8, 3)
    one.eval()
    assert torch.equal(one(x)[0], one(x)[0])
    one.train()
    assert not torch.equal(one(x)[0], one(x)[0])
    assert torch.equal(one(x)[1][0], one(x)[1][0])  # nothing drops inside the first layer


def test_linear_rnn_copies_and_prints_like_a_torch_layer():
    linear = LinearRNN(3, 4, batch_first=True)
    x = torch.randn(2, 5, 3)
    assert torch.equal(copy.deepcopy(linear)(x)[0], linear(x)[0])
    assert repr(linear) == "LinearRNN(3, 4, batch_first=True)"


# whole models

TORCH = {
    "linear": LinearRNN,
    "tanh": nn.RNN,
    "relu": lambda *sizes, **options: nn.RNN(*sizes, nonlinearity="relu", **options),
    "lstm": nn.LSTM,
    "gru": nn.GRU,
}
every_cell = pytest.mark.parametrize("cell", TORCH)


def sequence_model(cell, seed=0, **options):
    with training.seeded(seed):
        return SequenceModel(cell, 3, 4, 2, **options)


@every_cell
def test_make_rnn_is_torch_s_own_layer_with_the_batch_first(cell):
    with training.seeded(2):
        ours = make_rnn(cell, 3, 4)
    with training.seeded(2):
        theirs = TORCH[cell](3, 4, batch_first=True)
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    x = torch.randn(6, 5, 3)
    states, last = ours(x)
    assert torch.equal(states, theirs(x)[0])
    assert states.shape == (6, 5, 4)
    assert torch.equal((last[0] if cell == "lstm" else last)[0], states[:, -1])


@pytest.mark.parametrize("other", ["tanh", "relu"])
def test_weights_of_a_linear_network_fit_the_others_and_back(other):
    linear, nonlinear = sequence_model("linear", 0), sequence_model(other, 1)
    x = torch.randn(6, 5, 3)
    expected = linear(x)
    nonlinear.load_state_dict(linear.state_dict())
    assert not torch.allclose(nonlinear(x), expected, atol=1e-3)  # the activation is there
    back = sequence_model("linear", 2)
    assert not torch.equal(back(x), expected)
    back.load_state_dict(nonlinear.state_dict())
    assert torch.equal(back(x), expected)


@every_cell
def test_outputs_are_the_readout_of_the_hidden_states(cell):
    last, every = sequence_model(cell), sequence_model(cell, every_step=True)
    x = torch.randn(6, 5, 3)
    states = hidden_states(last, x)
    readouts = states @ last.readout.weight.T + last.readout.bias
    torch.testing.assert_close(every(x), readouts)
    torch.testing.assert_close(last(x), readouts[:, -1])
    assert every(x).shape == (6, 5, 2)
    assert last(x).shape == (6, 2)


@every_cell
def test_hidden_states_are_causal_and_carry_no_gradient(cell):
    model = sequence_model(cell)
    x = torch.randn(6, 5, 3)
    states = hidden_states(model, x)
    assert states.shape == (6, 5, 4)
    assert not states.requires_grad
    changed = x.clone()
    changed[:, 3] += 1
    moved = (hidden_states(model, changed) != states).any(dim=2)
    assert torch.equal(moved.any(dim=0), torch.arange(5) >= 3)


def test_hidden_states_of_an_lstm_are_its_outputs_and_not_its_cells():
    model = sequence_model("lstm")
    x = torch.randn(6, 5, 3)
    cell = nn.LSTMCell(3, 4)
    cell.load_state_dict({name.removesuffix("_l0"): value for name, value in model.rnn.state_dict().items()})
    h = c = torch.zeros(6, 4)
    states = hidden_states(model, x)
    for step in range(5):
        h, c = cell(x[:, step], (h, c))
        torch.testing.assert_close(states[:, step], h)
    assert not torch.allclose(h, c, atol=1e-3)


@every_cell
def test_every_parameter_of_a_model_learns(cell):
    model = sequence_model(cell)
    model(torch.randn(6, 5, 3)).square().sum().backward()
    assert len(list(model.parameters())) == 6
    assert all(parameter.grad.abs().sum() > 0 for parameter in model.parameters())


@pytest.mark.parametrize("make", [make_rnn, lambda *a: SequenceModel(*a, 2)], ids=["layer", "model"])
@pytest.mark.parametrize("cell", ["LSTM", "rnn", None])
def test_unknown_cell_is_named_with_those_there_are(make, cell):
    with pytest.raises(
        ValueError, match=f"cell must be one of linear, tanh, relu, lstm, gru, got {cell!r}; "
    ):
        make(cell, 3, 4)


# bad input

PACKED = nn.utils.rnn.pack_sequence([torch.ones(2, 3)])
BAD_INPUTS = [
    ("features", lambda rnn: rnn(torch.ones(5, 2, 7)), ValueError, r"x must have 3 features.*\(5, 2, 7\)"),
    ("vector", lambda rnn: rnn(torch.ones(3)), ValueError, r"x must have 2 or 3 axes.*got shape \(3,\)"),
    (
        "four axes",
        lambda rnn: rnn(torch.ones(2, 2, 2, 3)),
        ValueError,
        r"x must have 2 or 3 axes.*2, 2, 2, 3",
    ),
    (
        "state axes",
        lambda rnn: rnn(torch.ones(5, 3), torch.ones(1, 1, 4)),
        ValueError,
        r"h0 must have 2 axes",
    ),
    ("no step", lambda rnn: rnn(torch.ones(0, 2, 3)), ValueError, r"at least one step.*\(0, 2, 3\)"),
    ("packed", lambda rnn: rnn(PACKED), TypeError, r"x must be a torch\.Tensor.*pad_packed_sequence"),
    ("list", lambda rnn: rnn([[1.0]]), TypeError, r"x must be a torch\.Tensor, got list"),
    (
        "state batch",
        lambda rnn: rnn(torch.ones(5, 2, 3), torch.ones(1, 3, 4)),
        ValueError,
        r"h0 must have shape \(1, 2, 4\).*got \(1, 3, 4\); leave it out",
    ),
    (
        "state size",
        lambda rnn: rnn(torch.ones(5, 3), torch.ones(1, 5)),
        ValueError,
        r"h0 must have shape \(1, 1, 4\)",
    ),
    ("state kind", lambda rnn: rnn(torch.ones(5, 3), [0.0] * 4), TypeError, r"h0 must be a torch\.Tensor"),
    ("hidden size", lambda _: LinearRNN(3, 0), ValueError, r"hidden_size must be greater than zero"),
    ("layers", lambda _: LinearRNN(3, 4, 0), ValueError, r"num_layers must be greater than zero"),
    ("dropout", lambda _: LinearRNN(3, 4, 2, dropout=2.0), ValueError, r"dropout.*in range \[0, 1\]"),
]


@bad_inputs.each(BAD_INPUTS)
def test_bad_input_is_named_and_nothing_changes(call, error, message):
    rnn = LinearRNN(3, 4)
    before = copy.deepcopy(rnn.state_dict())
    with pytest.raises(error, match=message):
        call(rnn)
    assert all(torch.equal(value, before[name]) for name, value in rnn.state_dict().items())
