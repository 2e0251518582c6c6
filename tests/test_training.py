import copy
import math
from dataclasses import FrozenInstanceError

import bad_inputs
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import mse_loss

from eigen_teach import training
from eigen_teach.models import SequenceModel

NAN, INFINITE = float("nan"), float("inf")


def line(seed=0):
    """A linear map from two numbers to one."""
    with training.seeded(seed):
        return nn.Linear(2, 1)


def examples(count, seed=0):
    """Inputs (count, 2) and noisy targets (count, 1), so that no gradient ever vanishes."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(count, 2, generator=generator)
    return x, x @ torch.tensor([[3.0], [-2.0]]) + torch.randn(count, 1, generator=generator)


def batches(count=10, bad=None, value=NAN):
    """A list of batches of four, one of which, counted from 1, may have a target that is no number."""
    x, y = examples(4 * count)
    if bad is not None:
        y[4 * bad - 1] = value
    return list(zip(x.split(4), y.split(4), strict=True))


def values(model):
    return [parameter.detach().clone() for parameter in model.parameters()]


def same(first, second):
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def plain_loop(model, pairs, lr, clip=None):
    """Adam without anything around it."""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for x, y in pairs:
        optimizer.zero_grad()
        loss = mse_loss(model(x), y)
        loss.backward()
        if clip is not None:
            nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        losses.append(loss.item())
    return losses


# fit: what it learns


def test_fit_finds_the_matrix_that_made_the_targets():
    with training.seeded(0):
        truth, student = nn.Linear(3, 2).requires_grad_(False), nn.Linear(3, 2)
        x = torch.randn(64, 3)
    history = training.fit(student, training.shuffled(x, truth(x), 64), mse_loss, lr=0.05, steps=200)
    assert history.losses[-1] < 1e-6 * history.losses[0]
    for ours, exact in zip(student.parameters(), truth.parameters(), strict=True):
        torch.testing.assert_close(ours, exact, rtol=0, atol=1e-3)  # the root of that loss


def test_fit_finds_the_eigenvalue_of_a_leaky_integrator():
    # h_t = .8 h_(t-1) + x_t; scale and offset may be shared out in many ways, the eigenvalue in one only.
    x = torch.randn(128, 12, 1, generator=torch.Generator().manual_seed(0))
    y = torch.zeros_like(x)
    for t in range(12):
        y[:, t] = x[:, t] + (0.8 * y[:, t - 1] if t else 0)
    with training.seeded(1):
        student = SequenceModel("linear", 1, 1, 1, every_step=True)
    assert abs(student.rnn.weight_hh_l0.item() - 0.8) > 0.1
    training.fit(student, training.shuffled(x, y, 32), mse_loss, lr=0.03, steps=400)
    assert student.rnn.weight_hh_l0.item() == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize("clip", [None, 0.5])
def test_fit_takes_the_steps_of_a_plain_loop(clip):
    ours, plain = line(), line()
    history = training.fit(ours, batches(), mse_loss, lr=0.01, steps=10, clip=clip)
    assert history.losses == plain_loop(plain, batches(), 0.01, clip)
    assert same(values(ours), values(plain))
    assert history.diverged is None


def test_clip_bounds_the_gradient_and_changes_the_steps():
    free, clipped = line(), line()
    training.fit(free, batches(), mse_loss, lr=0.01, steps=10)
    training.fit(clipped, batches(), mse_loss, lr=0.01, steps=10, clip=0.5)
    norms = [math.hypot(*(p.grad.norm().item() for p in model.parameters())) for model in (free, clipped)]
    assert norms[0] > 1
    # The last step's, in float32; torch divides by norm + 1e-6.
    assert norms[1] == pytest.approx(0.5, rel=1e-5)
    assert not same(values(free), values(clipped))


def test_fit_takes_as_many_batches_as_steps_and_leaves_the_rest():
    stream = iter(batches())
    training.fit(line(), stream, mse_loss, lr=0.01, steps=3)
    assert torch.equal(next(stream)[0], batches()[3][0])


def test_fit_leaves_what_has_no_gradient():
    model = nn.Sequential(line(), nn.Linear(1, 1))
    model[0].requires_grad_(False)
    before = values(model[0])
    history = training.fit(model, batches(), mse_loss, lr=0.01, steps=5)
    assert len(history.losses) == 5
    assert same(values(model[0]), before)


# fit: what it measures


def test_measures_come_before_the_training_and_after_every_so_many_steps():
    history = training.fit(line(), batches(), mse_loss, lr=0.01, steps=8, measure=values, every=3)
    assert len(history.measures) == 3
    for seen, steps in zip(history.measures, (0, 3, 6), strict=True):
        shorter = line()
        training.fit(shorter, batches(), mse_loss, lr=0.01, steps=steps)
        assert same(seen, values(shorter))


def test_no_steps_only_measure():
    model = line()
    before = values(model)
    history = training.fit(model, [], mse_loss, lr=0.01, steps=0, measure=lambda _: "seen")
    assert history == training.History([], ["seen"], None)
    assert same(values(model), before)


def test_history_is_frozen_and_shares_no_list():
    history = training.History()
    assert history == training.History([], [], None)
    assert history.losses is not training.History().losses
    with pytest.raises(FrozenInstanceError):
        history.diverged = 3


# fit: where it breaks


@pytest.mark.parametrize("bad", [1, 4, 10])
@pytest.mark.parametrize("value", [NAN, INFINITE, -INFINITE])
def test_fit_stops_at_a_loss_that_is_no_number(bad, value):
    model, shorter, stream = line(), line(), iter(batches(10, bad, value))
    history = training.fit(model, stream, mse_loss, lr=0.01, steps=10, measure=lambda _: 0)
    assert history.diverged == bad
    assert len(history.losses) == bad - 1
    assert len(history.measures) == bad  # before the training, and after each step that was taken
    assert all(map(math.isfinite, history.losses))
    assert len(list(stream)) == 10 - bad  # nothing was read past the step that broke
    plain_loop(shorter, batches()[: bad - 1], 0.01)
    assert same(values(model), values(shorter))


def test_fit_stops_at_a_loss_that_is_no_number_though_its_gradient_is_one():
    def signed(prediction, target):
        return (prediction - target).mean()  # the target adds a constant and does not reach the gradient

    model, shorter = line(), line()
    history = training.fit(model, batches(10, bad=3, value=INFINITE), signed, lr=0.01, steps=10)
    assert (history.diverged, len(history.losses)) == (3, 2)
    training.fit(shorter, batches(), signed, lr=0.01, steps=2)
    assert same(values(model), values(shorter))


def root_of_size(prediction, target):
    """A loss that is 0 where the prediction is right, and has no derivative there."""
    return (prediction - target).abs().sqrt().mean()


@pytest.mark.parametrize("clip", [None, 1.0])
def test_fit_stops_at_a_gradient_that_is_no_number(clip):
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    one, two = torch.ones(4, 1), 2 * torch.ones(4, 1)
    right = [(one, two), (one, two), (0 * one, 0 * one), (one, two)]  # the third is met, whatever the weight
    history = training.fit(model, right, root_of_size, lr=0.1, steps=4, clip=clip)
    assert history.diverged == 3
    assert len(history.losses) == 2
    # A gradient of one sign only: Adam's first two steps are lr each, but for its epsilon of 1e-8.
    assert model.weight.item() == pytest.approx(0.2, abs=0.01)


def test_a_diverging_network_is_a_result():
    # A linear network with a weight of 3 multiplies its state by 3^200 > 1e95: more than float32 holds.
    model = SequenceModel("linear", 1, 1, 1)
    nn.init.constant_(model.rnn.weight_hh_l0, 3.0)
    x = torch.ones(5, 200, 1)
    history = training.fit(model, training.shuffled(x, x[:, -1], 5), mse_loss, lr=0.01, steps=50)
    assert history == training.History([], [], diverged=1)


def test_fit_says_when_the_batches_run_out_and_keeps_what_it_has_learned():
    model, shorter = line(), line()
    with pytest.raises(ValueError, match=r"batches must hold at least 11, one a step, got 10; training.shuf"):
        training.fit(model, batches(), mse_loss, lr=0.01, steps=11)
    training.fit(shorter, batches(), mse_loss, lr=0.01, steps=10)
    assert same(values(model), values(shorter))


BAD_SETTINGS = [
    ({"lr": 0.0}, ValueError, r"lr must be positive and finite, got 0\.0"),
    ({"lr": -0.1}, ValueError, r"lr must be positive and finite, got -0\.1; Adam's usual lr is 0\.001"),
    ({"lr": NAN}, ValueError, "lr must be positive and finite, got nan"),
    ({"lr": INFINITE}, ValueError, "lr must be positive and finite, got inf"),
    ({"lr": "0.1"}, TypeError, r"lr must be a real number, got str '0\.1'; use float"),
    ({"lr": None}, TypeError, "lr must be a real number, got NoneType None"),
    ({"clip": 0.0}, ValueError, r"clip must be positive and finite, got 0\.0"),
    ({"clip": INFINITE}, ValueError, "clip must be positive and finite, got inf"),
    ({"clip": "1"}, TypeError, "clip must be a real number, got str '1'"),
    ({"steps": -1}, ValueError, "steps must be at least 0, got -1"),
    ({"steps": 2.0}, TypeError, r"steps must be an integer, got float 2\.0"),
    ({"every": 0}, ValueError, "every must be at least 1, got 0"),
    ({"every": 1.5}, TypeError, "every must be an integer, got float"),
]


@pytest.mark.parametrize(
    ("setting", "error", "message"), BAD_SETTINGS, ids=[str(case[0]) for case in BAD_SETTINGS]
)
def test_bad_setting_is_named_before_anything_happens(setting, error, message):
    model, stream, measured = line(), iter(batches()), []
    before = values(model)
    with pytest.raises(error, match=message):
        training.fit(model, stream, mse_loss, measure=measured.append, **{"lr": 0.01, "steps": 3} | setting)
    assert same(values(model), before)
    assert not measured
    assert len(list(stream)) == 10


def test_bar_is_drawn_on_stderr_and_only_when_asked(capsys):
    training.fit(line(), batches(), mse_loss, lr=0.01, steps=7)
    assert capsys.readouterr() == ("", "")
    training.fit(line(), batches(), mse_loss, lr=0.01, steps=7, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "/7" in err


# shuffled


@given(
    count=st.integers(1, 20), size=st.integers(1, 25), seed=st.integers(0, 2**32), epochs=st.integers(1, 3)
)
def test_each_epoch_is_a_permutation_and_its_last_batch_the_rest(count, size, seed, epochs):
    x = torch.arange(count)
    stream = training.shuffled(x, 10 * x, size, seed=seed)
    for _ in range(epochs):
        epoch = [next(stream) for _ in range(-(-count // size))]
        assert [len(inputs) for inputs, _ in epoch[:-1]] == [size] * (len(epoch) - 1)
        assert 1 <= len(epoch[-1][0]) <= size
        order = torch.cat([inputs for inputs, _ in epoch])
        assert torch.equal(order.sort().values, x)
        assert torch.equal(torch.cat([targets for _, targets in epoch]), 10 * order)


def orders(seed, epochs=2):
    """The orders of some epochs of fifty."""
    x = torch.arange(50)
    stream = training.shuffled(x, x, 50, seed=seed)
    return [next(stream)[0].tolist() for _ in range(epochs)]


def test_order_changes_with_the_epoch_and_the_seed_alone():
    first = orders(3)
    assert first[0] != first[1]
    assert orders(4)[0] != first[0]
    torch.manual_seed(9)
    before = torch.get_rng_state()
    assert orders(3) == first
    assert torch.equal(torch.get_rng_state(), before)


def test_order_does_not_depend_on_the_batch_size():
    x = torch.arange(50)
    small = training.shuffled(x, x, 7, seed=3)
    assert torch.cat([next(small)[0] for _ in range(8)]).tolist() == orders(3)[0]


# accuracy


@given(size=st.integers(1, 40), seed=st.integers(0, 2**32))
def test_accuracy_is_the_same_for_any_batch_size(size, seed):
    rng = np.random.default_rng(seed)
    scores, labels = rng.standard_normal((30, 4)), rng.integers(0, 4, 30)
    exact = np.mean(scores.argmax(axis=1) == labels)
    ours = training.accuracy(nn.Identity(), torch.from_numpy(scores), torch.from_numpy(labels), size)
    assert ours == pytest.approx(exact, abs=1e-15)


@pytest.mark.parametrize("right", range(5))
def test_accuracy_is_the_share_that_is_right(right):
    labels = torch.tensor([0, 1, 2, 3])
    wrong = torch.arange(4) >= right
    scores = torch.eye(4)[(labels + wrong) % 4]
    assert training.accuracy(nn.Identity(), scores, labels) == right / 4


def test_accuracy_leaves_the_model_as_it_is():
    model = line()
    before = copy.deepcopy(model.state_dict())
    training.accuracy(model, examples(6)[0], torch.zeros(6, dtype=torch.long))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


# seeded


def test_seed_alone_decides_and_the_generator_goes_on_as_if_nothing_had_been():
    torch.manual_seed(5)
    expected = [torch.rand(3), torch.rand(3)]
    torch.manual_seed(5)
    assert torch.equal(torch.rand(3), expected[0])
    with training.seeded(3):
        first = torch.rand(3)
    assert torch.equal(torch.rand(3), expected[1])
    with training.seeded(3):
        again = torch.rand(3)
    with training.seeded(4):
        other = torch.rand(3)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_seeds_nest():
    with training.seeded(1):
        expected = torch.rand(4)
    with training.seeded(1):
        start = torch.rand(2)
        with training.seeded(2):
            torch.rand(7)
        rest = torch.rand(2)
    assert torch.equal(torch.cat([start, rest]), expected)


def fail():
    with training.seeded(3):
        torch.rand(1)
        raise KeyError("in the middle")


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (fail, KeyError),
        (lambda: training.seeded(-1).__enter__(), ValueError),
        (lambda: training.seeded(1.0).__enter__(), TypeError),
    ],
    ids=["error inside", "negative", "float"],
)
def test_generator_is_put_back_after_an_error(call, error):
    before = torch.get_rng_state()
    with pytest.raises(error):
        call()
    assert torch.equal(torch.get_rng_state(), before)


def test_seeded_network_is_the_one_torch_draws_from_that_seed():
    torch.manual_seed(7)
    assert same(values(nn.Linear(2, 1)), values(line(7)))


# bad input

FIVE, FOUR, NONE = torch.zeros(5), torch.zeros(4), torch.zeros(0)
BAD_INPUTS = [
    (
        "targets too few",
        lambda: training.shuffled(FIVE, FOUR, 2),
        ValueError,
        "inputs and targets must be as many, and at least 1, got 5 and 4; check their first axes",
    ),
    ("nothing to shuffle", lambda: training.shuffled(NONE, NONE, 2), ValueError, "at least 1, got 0 and 0"),
    ("no batch", lambda: training.shuffled(FIVE, FIVE, 0), ValueError, "batch_size must be at least 1"),
    ("half batch", lambda: training.shuffled(FIVE, FIVE, 2.5), TypeError, "batch_size must be an integer"),
    (
        "order's seed",
        lambda: training.shuffled(FIVE, FIVE, 2, seed=-1),
        ValueError,
        "seed must be at least 0",
    ),
    (
        "labels too few",
        lambda: training.accuracy(nn.Identity(), torch.eye(4), FIVE[:1]),
        ValueError,
        "inputs and labels must be as many, and at least 1, got 4 and 1",
    ),
    (
        "nothing to judge",
        lambda: training.accuracy(nn.Identity(), torch.eye(4)[:0], NONE),
        ValueError,
        "at least 1, got 0 and 0",
    ),
    (
        "no batch to judge",
        lambda: training.accuracy(nn.Identity(), torch.eye(4), FOUR, 0),
        ValueError,
        "batch_size must be at least 1, got 0",
    ),
]


@bad_inputs.each(BAD_INPUTS)
def test_bad_input_is_named_at_the_call(call, error, message):
    with pytest.raises(error, match=message):
        call()
