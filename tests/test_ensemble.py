import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import cross_entropy, mse_loss
from torch.nn.utils import parameters_to_vector

from eigen_teach import training
from eigen_teach.ensemble import Ensemble, EnsembleHistory, accuracies, cross_entropies, fit, mean_squares
from eigen_teach.models import SequenceModel, hidden_states

CELLS = ["linear", "tanh", "relu", "lstm", "gru"]
every_cell = pytest.mark.parametrize("cell", CELLS)
M, B, T, D, N, OUT = 3, 5, 6, 3, 4, 2
LENGTHS = torch.tensor([2, 6, 0, 5, 2])
OWN_LENGTHS = torch.tensor([[2, 6, 0, 5, 2], [1, 1, 4, 2, 3], [6, 6, 6, 6, 6]])
NAN = float("nan")


def members(cell="tanh", count=M, dtype=torch.float64, sizes=(D, N, OUT), **options):
    """Networks of one shape and different values."""
    with training.seeded(0):
        return [SequenceModel(cell, *sizes, **options).to(dtype) for _ in range(count)]


def random(*shape, seed=1, dtype=torch.float64):
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def classes(*shape, seed=2):
    return torch.randint(0, OUT, shape, generator=torch.Generator().manual_seed(seed))


def alone(model, x, lengths=None):
    """The readouts (B, m) of a plain model, sequence by sequence: padding is cut off and never seen."""
    ends = [x.shape[1]] * len(x) if lengths is None else lengths.tolist()
    words = [row[None, :end] for row, end in zip(x, ends, strict=True)]
    return torch.stack([model(word)[0] if word.numel() else model.readout.bias for word in words])


def each(value, whole_ndim):
    """One value for each member: its own row if there is one, else the shared one."""
    return list(value) if value is not None and value.ndim == whole_ndim else [value] * M


def gradients(output, *inputs):
    """The gradient of a sum with fixed weights, one tensor."""
    found = torch.autograd.grad((output * random(*output.shape, dtype=output.dtype)).sum(), inputs)
    return torch.cat([part.flatten() for part in found])


def unchanged(ensemble, before):
    return torch.equal(ensemble.values, before)


# agreement with single modules

INPUTS = {"shared": (B, T, D), "own": (M, B, T, D)}
ENDS = {"all": None, "shared": LENGTHS, "own": OWN_LENGTHS}


@every_cell
@pytest.mark.parametrize("x_of", INPUTS)
@pytest.mark.parametrize("lengths_of", ENDS)
def test_outputs_and_gradients_are_those_of_single_modules(cell, x_of, lengths_of):
    x, lengths = random(*INPUTS[x_of]), ENDS[lengths_of]
    models = members(cell)
    ensemble = Ensemble(models)
    outputs = ensemble(x, lengths)
    pairs = zip(models, each(x, 4), each(lengths, 2), strict=True)
    expected = torch.stack([alone(model, *inputs) for model, *inputs in pairs])
    # float64: some twenty sums of numbers below ten, each rounded to 1e-16
    torch.testing.assert_close(outputs, expected, rtol=0, atol=1e-12)
    parameters = [parameter for model in models for parameter in model.parameters()]
    found, exact = gradients(outputs, ensemble.values), gradients(expected, *parameters)
    torch.testing.assert_close(found, exact, rtol=0, atol=1e-12)


@every_cell
def test_float32_agrees_to_its_rounding(cell):
    x, models = random(B, T, D, dtype=torch.float32), members(cell, dtype=torch.float32)
    ensemble = Ensemble(models)
    outputs = ensemble(x, LENGTHS)
    expected = torch.stack([alone(model, x, LENGTHS) for model in models])
    torch.testing.assert_close(outputs, expected, rtol=1e-5, atol=1e-6)  # 2⁻²³ = 1.2e-7 an operation
    parameters = [parameter for model in models for parameter in model.parameters()]
    found, exact = gradients(outputs, ensemble.values), gradients(expected, *parameters)
    torch.testing.assert_close(found, exact, rtol=1e-5, atol=1e-5)  # sums over batch and steps


@every_cell
@pytest.mark.parametrize("shape", INPUTS.values(), ids=INPUTS)
def test_every_step_is_read_out(cell, shape):
    x, models = random(*shape), members(cell, every_step=True)
    ensemble = Ensemble(models)
    outputs = ensemble(x)
    expected = torch.stack([model(own) for model, own in zip(models, each(x, 4), strict=True)])
    torch.testing.assert_close(outputs, expected, rtol=0, atol=1e-12)
    parameters = [parameter for model in models for parameter in model.parameters()]
    found, exact = gradients(outputs, ensemble.values), gradients(expected, *parameters)
    torch.testing.assert_close(found, exact, rtol=0, atol=1e-12)


@every_cell
def test_states_are_those_of_single_modules(cell):
    x, models = random(M, B, T, D), members(cell)
    states = Ensemble(models).states(x)
    expected = torch.stack([hidden_states(model, own) for model, own in zip(models, x, strict=True)])
    torch.testing.assert_close(states, expected, rtol=0, atol=1e-12)
    assert not states.requires_grad


@every_cell
def test_no_gradient_changes_no_output(cell):
    ensemble, x = Ensemble(members(cell)), random(B, T, D)
    with torch.no_grad():
        bare = ensemble(x, LENGTHS)
    assert torch.equal(ensemble(x, LENGTHS), bare)
    assert not bare.requires_grad


@every_cell
@pytest.mark.parametrize("lengths", ENDS.values(), ids=ENDS)
def test_hand_written_gradients_pass_gradcheck(cell, lengths):
    ensemble, x = Ensemble(members(cell, count=M, sizes=(1, 2, 1))), random(B, T, 1).requires_grad_()

    def run(values, x):
        return torch.func.functional_call(ensemble, {"values": values}, (x, lengths))

    assert torch.autograd.gradcheck(run, (ensemble.values, x))


@settings(max_examples=15)
@given(
    cell=st.sampled_from(CELLS),
    lengths=st.lists(st.integers(0, T), min_size=1, max_size=7),
)
def test_any_lengths_in_any_order_are_read_to_their_ends(cell, lengths):
    x, lengths, models = random(len(lengths), T, D), torch.tensor(lengths), members(cell)
    expected = torch.stack([alone(model, x, lengths) for model in models])
    torch.testing.assert_close(Ensemble(models)(x, lengths), expected, rtol=0, atol=1e-12)


@every_cell
@pytest.mark.parametrize("lengths", [LENGTHS, OWN_LENGTHS], ids=["shared", "own"])
@pytest.mark.parametrize("garbage", [NAN, 1e30])
def test_padding_changes_no_bit(cell, lengths, garbage):
    ensemble, x = Ensemble(members(cell)), random(M, B, T, D)
    spoilt = x.clone()
    spoilt[torch.arange(T) >= lengths.expand(M, B)[..., None]] = garbage
    outputs, same = ensemble(x, lengths), ensemble(spoilt, lengths)
    assert torch.equal(outputs, same)
    assert torch.equal(gradients(outputs, ensemble.values), gradients(same, ensemble.values))


def test_one_member_is_nothing_to_another():
    models = members("gru")
    x, before = random(B, T, D), Ensemble(models)(random(B, T, D), LENGTHS)
    with torch.no_grad():
        models[1].rnn.weight_hh_l0.fill_(NAN)
    ensemble = Ensemble(models)
    after = ensemble(x, LENGTHS)
    assert torch.equal(after[[0, 2]], before[[0, 2]])
    (gradient,) = torch.autograd.grad(after[[0, 2]].sum(), ensemble.values)
    assert gradient[[0, 2]].isfinite().all()


# members


@every_cell
@pytest.mark.parametrize("every_step", [False, True])
def test_member_gives_the_network_back(cell, every_step):
    models, x = members(cell, every_step=every_step), random(B, T, D)
    ensemble = Ensemble(models)
    assert len(ensemble) == M
    for index in (*range(M), -1):
        copy = ensemble.member(index)
        assert repr(copy) == repr(models[index])
        assert copy.state_dict().keys() == models[index].state_dict().keys()
        assert torch.equal(copy(x), models[index](x))


def test_stacked_holds_the_parameters_by_their_names():
    models = members("gru")
    stacked = Ensemble(models).stacked()
    for index, model in enumerate(models):
        own = dict(model.named_parameters())
        assert stacked.keys() == own.keys()
        assert all(torch.equal(stacked[name][index], own[name]) for name in own)


def test_members_and_ensemble_share_no_memory():
    models, x = members(), random(B, T, D)
    before = [parameters_to_vector(model.parameters()) for model in models]
    ensemble = Ensemble(models)
    early = ensemble.member(1)
    fit(ensemble, [(x, classes(B))], cross_entropies, lr=0.1, steps=1)
    copy = ensemble.member(1)
    training.fit(copy, [(x, classes(B))], cross_entropy, lr=0.1, steps=1)
    for index, model in enumerate(models):
        assert torch.equal(parameters_to_vector(model.parameters()), before[index])
        assert not torch.equal(ensemble.values[index], before[index])
    assert torch.equal(parameters_to_vector(early.parameters()), before[1])
    assert not torch.equal(parameters_to_vector(copy.parameters()), ensemble.values[1])


def test_no_random_number_is_drawn():
    models, x = members("lstm"), random(B, T, D)
    before = torch.get_rng_state()
    ensemble = Ensemble(models)
    ensemble.member(0)
    fit(ensemble, [(x, classes(B))], cross_entropies, lr=0.1, steps=1)
    assert torch.equal(torch.get_rng_state(), before)


# training


def tasks(count, own=False, lengths=None):
    """Batches for the ensemble, inputs and classes."""
    lead = (M,) if own else ()
    pairs = [(random(*lead, B, T, D, seed=i), classes(*lead, B, seed=i)) for i in range(count)]
    return pairs if lengths is None else [((x, lengths), y) for x, y in pairs]


@every_cell
@pytest.mark.parametrize(("own", "clip"), [(False, None), (True, 0.3)], ids=["shared", "own and clipped"])
def test_fit_takes_the_steps_that_each_member_would_take_alone(cell, own, clip):
    models, rates = members(cell), [0.001, 0.01, 0.1]
    ensemble = Ensemble(models)
    history = fit(ensemble, tasks(5, own), cross_entropies, lr=rates, steps=5, clip=clip)
    assert history.diverged == [None] * M
    for i, model in enumerate(models):
        pairs = [(x[i], y[i]) for x, y in tasks(5, own=True)] if own else tasks(5)
        single = training.fit(model, pairs, cross_entropy, lr=rates[i], steps=5, clip=clip)
        # Rounding, 1e-16, is enlarged where a gradient is next to nothing: Adam divides by its size.
        assert [losses[i] for losses in history.losses] == pytest.approx(single.losses, rel=0, abs=1e-10)
        torch.testing.assert_close(
            ensemble.values[i], parameters_to_vector(model.parameters()), rtol=0, atol=1e-10
        )


def test_fit_in_float32_follows_a_single_module():
    models = members("gru", dtype=torch.float32)
    ensemble, pairs = Ensemble(models), [(x.float(), y) for x, y in tasks(10)]
    fit(ensemble, pairs, cross_entropies, lr=0.01, steps=10)
    training.fit(models[1], pairs, cross_entropy, lr=0.01, steps=10)
    # ten steps of .01, each to some units of float32's rounding
    torch.testing.assert_close(
        ensemble.values[1], parameters_to_vector(models[1].parameters()), rtol=1e-4, atol=1e-5
    )


def test_fit_reads_words_to_their_own_ends():
    class Ends(nn.Module):
        def __init__(self, model):
            super().__init__()
            self.model = model

        def forward(self, inputs):
            return alone(self.model, *inputs)

    models, pairs = members("lstm"), tasks(4, lengths=LENGTHS)
    ensemble = Ensemble(models)
    fit(ensemble, pairs, cross_entropies, lr=0.02, steps=4)
    training.fit(Ends(models[2]), pairs, cross_entropy, lr=0.02, steps=4)
    expected = parameters_to_vector(models[2].parameters())
    torch.testing.assert_close(ensemble.values[2], expected, rtol=0, atol=1e-10)


def test_fit_learns_the_eigenvalue_of_a_leaky_integrator_from_several_starts():
    x = random(64, 12, 1)
    y = torch.zeros_like(x)
    for t in range(12):
        y[:, t] = x[:, t] + (0.8 * y[:, t - 1] if t else 0)
    models = members("linear", sizes=(1, 1, 1), every_step=True)
    for model, start in zip(models, (-0.2, 0.1, 0.5), strict=True):
        nn.init.constant_(model.rnn.weight_hh_l0, start)
    ensemble = Ensemble(models)
    fit(ensemble, [(x, y)] * 150, mean_squares, lr=0.05, steps=150)
    found = ensemble.stacked()["rnn.weight_hh_l0"].flatten().tolist()
    assert found == pytest.approx([0.8] * M, abs=0.01)


def spoilt(step, member):
    """Six batches of each member's own, one of which holds NaN for one member."""
    pairs = tasks(6, own=True)
    pairs[step - 1][0][member, 0, 0, 0] = NAN
    return pairs


@every_cell
def test_a_member_that_diverges_stops_and_the_others_do_not_notice(cell):
    broken, sound, short = (Ensemble(members(cell)) for _ in range(3))
    settings = {"lr": 0.01, "clip": 1.0}
    history = fit(broken, spoilt(4, 1), cross_entropies, steps=6, **settings)
    expected = fit(sound, tasks(6, own=True), cross_entropies, steps=6, **settings)
    fit(short, tasks(6, own=True), cross_entropies, steps=3, **settings)
    assert history.diverged == [None, 4, None]
    for i in (0, 2):  # to the bit
        assert torch.equal(broken.values[i], sound.values[i])
        assert [losses[i] for losses in history.losses] == [losses[i] for losses in expected.losses]
    assert torch.equal(broken.values[1], short.values[1])
    assert [math.isnan(losses[1]) for losses in history.losses] == [False] * 3 + [True] * 3


def test_an_endless_gradient_of_a_finite_loss_is_a_divergence():
    def loss(outputs, targets):
        steep = (0 * outputs[2]).sum().abs().sqrt()  # zero, its slope 0 · inf
        return mean_squares(outputs, targets) + torch.stack([0 * steep.detach(), 0 * steep.detach(), steep])

    ensemble = Ensemble(members())
    before = ensemble.values.detach().clone()
    history = fit(ensemble, [(random(B, T, D), random(B, OUT))], loss, lr=0.1, steps=1)
    assert history.diverged == [None, None, 1]
    assert torch.equal(ensemble.values[2], before[2])
    assert not torch.equal(ensemble.values[0], before[0])


def test_when_all_have_diverged_the_training_is_over():
    stream = iter([*tasks(2), (random(B, T, D) * NAN, classes(B)), *tasks(2)])
    ensemble = Ensemble(members())
    history = fit(ensemble, stream, cross_entropies, lr=0.01, steps=5, measure=len)
    assert history.diverged == [3] * M
    assert len(history.losses) == 2
    assert history.measures == [M] * 3
    assert len(list(stream)) == 2


def test_measures_come_before_the_training_and_after_every_so_many_steps():
    def values(ensemble):
        return ensemble.values.detach().clone()

    ensemble = Ensemble(members())
    history = fit(ensemble, tasks(8), cross_entropies, lr=0.01, steps=8, measure=values, every=3)
    assert len(history.measures) == 3
    for seen, steps in zip(history.measures, (0, 3, 6), strict=True):
        shorter = Ensemble(members())
        fit(shorter, tasks(8), cross_entropies, lr=0.01, steps=steps)
        assert torch.equal(seen, shorter.values)


def test_no_steps_and_no_measure_do_nothing():
    ensemble = Ensemble(members())
    before = ensemble.values.detach().clone()
    assert fit(ensemble, [], cross_entropies, lr=0.1, steps=0) == EnsembleHistory([], [], [None] * M)
    assert unchanged(ensemble, before)


def test_clip_bounds_each_member_by_its_own_gradient():
    def loss(outputs, targets):  # the first member's gradient is tiny, the last one's large
        return mean_squares(outputs, targets) * torch.tensor([1e-6, 1.0, 1e6])

    free, clipped = Ensemble(members()), Ensemble(members())
    pairs = [(random(B, T, D, seed=i), random(B, OUT, seed=i)) for i in range(3)]
    fit(free, pairs, loss, lr=0.01, steps=3)
    fit(clipped, pairs, loss, lr=0.01, steps=3, clip=1e-3)
    assert torch.equal(free.values[0], clipped.values[0])
    assert not torch.equal(free.values[1], clipped.values[1])
    assert not torch.equal(free.values[2], clipped.values[2])


# losses and accuracies


@pytest.mark.parametrize("own", [False, True], ids=["shared", "own"])
@pytest.mark.parametrize("steps", [(), (T,)], ids=["last", "every"])
def test_losses_are_torch_s_one_a_member(own, steps):
    outputs = random(M, B, *steps, OUT)
    labels, numbers = (
        classes(*outputs.shape[0 if own else 1 : -1]),
        random(*outputs.shape[0 if own else 1 :], seed=5),
    )
    whole = outputs.ndim
    expected = [
        cross_entropy(o.flatten(0, -2), y.flatten())
        for o, y in zip(outputs, each(labels, whole - 1), strict=True)
    ]
    torch.testing.assert_close(cross_entropies(outputs, labels), torch.stack(expected))
    expected = [mse_loss(o, y) for o, y in zip(outputs, each(numbers, whole), strict=True)]
    torch.testing.assert_close(mean_squares(outputs, numbers), torch.stack(expected))


@pytest.mark.parametrize("batch_size", [3, 1000])
def test_accuracies_are_those_of_single_modules(batch_size):
    models, x, labels = members(), random(20, T, D), classes(20)
    ensemble = Ensemble(models)
    expected = [training.accuracy(model, x, labels) for model in models]
    assert accuracies(ensemble, x, labels, batch_size=batch_size) == expected
    assert len(set(expected)) > 1
    own = accuracies(ensemble, x.expand(M, -1, -1, -1), labels.expand(M, -1), batch_size=batch_size)
    assert own == expected


@pytest.mark.parametrize("shape", [(20,), (M, 20)], ids=["shared", "own"])
def test_accuracies_read_to_the_ends(shape):
    models, x, labels = members(), random(20, T, D), classes(20)
    lengths = torch.randint(0, T + 1, shape, generator=torch.Generator().manual_seed(3))
    found = accuracies(Ensemble(models), x, labels, lengths, batch_size=7)
    for share, model, ends in zip(found, models, each(lengths, 2), strict=True):
        right = alone(model, x, ends).argmax(dim=1) == labels
        assert share == right.sum().item() / 20


# bad inputs


def training_of(**changes):
    arguments = {"lr": 0.1, "steps": 1} | changes
    pairs = arguments.pop("batches", tasks(1))
    loss = arguments.pop("loss", cross_entropies)
    return lambda ensemble: fit(ensemble, pairs, loss, **arguments)


X = torch.zeros(B, T, D, dtype=torch.float64)
TWO_LAYERS = SequenceModel("tanh", D, N, OUT)
TWO_LAYERS.rnn = nn.RNN(D, N, 2, batch_first=True)
FROZEN = SequenceModel("tanh", D, N, OUT)
FROZEN.readout.requires_grad_(False)
BAD_INPUTS = [
    ("none", lambda _: Ensemble([]), ValueError, "at least one network, got none.*give a list"),
    ("module", lambda _: Ensemble([nn.Linear(1, 1)]), TypeError, "SequenceModel, got Linear"),
    ("cells", lambda _: Ensemble([*members(), *members("relu")]), ValueError, "alike.*2 kinds.*one ensemble"),
    ("linear", lambda _: Ensemble([*members(), *members("linear")]), ValueError, "alike in cell"),
    ("sizes", lambda _: Ensemble([*members(), *members(sizes=(D, 9, OUT))]), ValueError, "alike.*sizes"),
    ("steps", lambda _: Ensemble([*members(), *members(every_step=True)]), ValueError, "alike.*every_step"),
    ("dtypes", lambda _: Ensemble([*members(), *members(dtype=torch.float32)]), ValueError, "alike.*dtype"),
    ("layers", lambda _: Ensemble([TWO_LAYERS]), ValueError, "one layer.*got RNN.*training.fit"),
    ("frozen", lambda _: Ensemble([FROZEN]), ValueError, "no frozen.*training.fit"),
    ("x array", lambda e: e(X.numpy()), TypeError, "x must be a torch.Tensor, got ndarray"),
    ("x features", lambda e: e(X[..., :2]), ValueError, r"\(B, T, 3\) or \(3, B, T, 3\).*got \(5, 6, 2\)"),
    ("x members", lambda e: e(X.expand(2, B, T, D)), ValueError, r"got \(2, 5, 6, 3\)"),
    ("x row", lambda e: e(X[0]), ValueError, r"got \(6, 3\); one number a step"),
    ("x no steps", lambda e: e(X[:, :0]), ValueError, "no empty axis"),
    ("states", lambda e: e.states(X[0]), ValueError, "x must have shape"),
    ("lengths list", lambda e: e(X, [1] * B), TypeError, "whole numbers, got list; use torch.as_tensor"),
    ("lengths float", lambda e: e(X, torch.ones(B)), TypeError, "whole numbers, got torch.float32"),
    ("lengths shape", lambda e: e(X, LENGTHS[:2]), ValueError, r"\(5,\) or \(3, 5\), got \(2,\)"),
    ("lengths long", lambda e: e(X, LENGTHS + 1), ValueError, "from 0 to 6.*got 1 to 7"),
    ("lengths negative", lambda e: e(X, LENGTHS - 1), ValueError, "from 0 to 6.*got -1 to 5"),
    ("member", lambda e: e.member(M), IndexError, "out of (range|bounds)"),
    ("lr zero", training_of(lr=0.0), ValueError, "lr must be positive and finite, got 0.0"),
    ("lr one bad", training_of(lr=[0.1, NAN, 0.1]), ValueError, "lr must be positive and finite, got nan"),
    ("lr few", training_of(lr=[0.1, 0.1]), ValueError, "one number or 3.*got 2"),
    ("lr text", training_of(lr="fast"), TypeError, "lr must be a real number, got str"),
    ("clip", training_of(clip=-1), ValueError, "clip must be positive"),
    ("steps count", training_of(steps=-1), ValueError, "steps must be at least 0"),
    ("every", training_of(every=0), ValueError, "every must be at least 1"),
    ("loss", training_of(loss=lambda o, _: o.sum()), ValueError, r"loss must return 3 numbers.*shape \(\)"),
    ("targets", training_of(batches=[(X, classes(4))]), ValueError, r"\(5,\) or \(3, 5\), got \(4,\)"),
    ("squares", lambda _: mean_squares(torch.zeros(M, B, 1), torch.zeros(B)), ValueError, "broadcasting"),
    ("labels", lambda e: accuracies(e, X, classes(4)), ValueError, r"each of 5 inputs.*shape \(4,\)"),
    ("no inputs", lambda e: accuracies(e, X[:0], classes(0)), ValueError, "at least 1"),
    ("batch size", lambda e: accuracies(e, X, classes(B), batch_size=0), ValueError, "at least 1, got 0"),
]


@pytest.mark.parametrize(
    ("call", "error", "message"), [case[1:] for case in BAD_INPUTS], ids=[case[0] for case in BAD_INPUTS]
)
def test_bad_input_is_named_and_changes_nothing(call, error, message):
    ensemble = Ensemble(members())
    before = ensemble.values.detach().clone()
    with pytest.raises(error, match=message):
        call(ensemble)
    assert unchanged(ensemble, before)


def test_lengths_make_no_sense_where_every_step_is_read_out():
    ensemble = Ensemble(members(every_step=True))
    with pytest.raises(ValueError, match=r"lengths must be None for members with every_step.*mask the loss"):
        ensemble(X, LENGTHS)
    with pytest.raises(ValueError, match="members that read out once"):
        accuracies(ensemble, X, classes(B))


def test_batches_that_run_out_are_an_error():
    with pytest.raises(
        ValueError, match=r"batches must hold at least 3, one a step, got 2.*training.shuffled"
    ):
        fit(Ensemble(members()), tasks(2), cross_entropies, lr=0.1, steps=3)
