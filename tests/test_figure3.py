import json
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from eigen_teach import init, spectra, training
from eigen_teach.data import mnist
from eigen_teach.experiments import figure3, pixel_mnist, scanline, starts, sweep

PAPER, QUICK = figure3.PRESETS["paper"], figure3.PRESETS["quick"]
PIXELS = pixel_mnist.PRESETS["paper"]
SMALL = replace(PAPER, source="sample", hidden_size=12, epochs=3 / 32)  # three of the sample's 32 batches
SMALL_PIXELS = replace(
    pixel_mnist.PRESETS["quick"], train_images=20, test_images=10, batch_size=8, hidden_size=6
)
CELLS = ("tanh", "lstm", "gru")


def one(study, config, **run):
    with sweep.one_thread():
        return study.run_one(config, run, "cpu")


def bits(model):
    return {name: parameter.detach().clone() for name, parameter in model.named_parameters()}


def differing(one, other):
    return {name for name in one if not torch.equal(one[name], other[name])}


# settings


def test_paper_preset_is_the_paper_s_where_the_paper_says_something():
    given = {"cells": CELLS, "hidden_size": 150, "lr": 1e-4, "radius": 0.95}
    assert {name: asdict(PAPER)[name] for name in given} == given
    assert PAPER.initializers == tuple(init.INITIALIZERS)
    assert PAPER.source == "full"
    assert PAPER.epochs >= 10
    assert PAPER.seeds >= 3


def test_plan_is_seed_by_seed_and_keeps_rnn_only_initializers_from_gates():
    plan = figure3.plan(replace(PAPER, seeds=2))
    gated = [name for name in init.INITIALIZERS if name not in ("irnn", "np_rnn")]
    one_seed = [("tanh", name) for name in init.INITIALIZERS]
    one_seed += [(cell, name) for cell in ("lstm", "gru") for name in gated]
    assert [tuple(run.values()) for run in plan] == [(*pair, seed) for seed in (0, 1) for pair in one_seed]


def test_plan_of_pixels_is_seed_by_seed():
    names = ("default", "irnn", "haar", "eigen")
    plan = pixel_mnist.plan(replace(PIXELS, seeds=2))
    assert [tuple(run.values()) for run in plan] == [(name, seed) for seed in (0, 1) for name in names]


def test_pixels_keep_the_hidden_size_of_figure_3_and_are_reduced():
    assert PIXELS.hidden_size == PAPER.hidden_size
    assert (PIXELS.train_images, PIXELS.epochs, PIXELS.seeds) == (10_000, 5, 3)


# how networks start


@pytest.mark.parametrize("cell", CELLS)
def test_initializers_of_a_seed_share_all_but_the_recurrent_matrix(cell):
    untouched = bits(scanline.build(SMALL, cell, 4, "cpu"))
    started = {
        name: bits(figure3.start(SMALL, {"cell": cell, "initializer": name, "seed": 4}))
        for name in init.INITIALIZERS
    }
    for parameters in started.values():
        assert differing(parameters, untouched) == {"rnn.weight_hh_l0"}
    matrices = {parameters["rnn.weight_hh_l0"].numpy().tobytes() for parameters in started.values()}
    assert len(matrices) == len(init.INITIALIZERS)


@pytest.mark.parametrize("cell", CELLS)
def test_default_is_the_law_of_pytorch_drawn_anew(cell):
    run = {"cell": cell, "initializer": "default", "seed": 0}
    matrix = figure3.start(replace(SMALL, hidden_size=100), run).rnn.weight_hh_l0.detach().numpy()
    assert np.abs(matrix).max() <= 0.1
    # From 10,000 numbers a uniform law's standard deviation has a standard error of .45 %.
    np.testing.assert_allclose(matrix.std(), 0.1 / np.sqrt(3), rtol=0.02)


def test_recurrent_matrix_repeats_no_number_of_another_parameter():
    model = figure3.start(SMALL, {"cell": "gru", "initializer": "default", "seed": 3})
    recurrent = set(model.rnn.weight_hh_l0.detach().flatten().tolist())
    others = [tensor for name, tensor in model.named_parameters() if name != "rnn.weight_hh_l0"]
    assert not recurrent & {number for tensor in others for number in tensor.flatten().tolist()}


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("name", ["eigen", "haar"])
def test_radius_is_the_setting_s_in_every_gate(cell, name):
    model = figure3.start(replace(SMALL, radius=0.8), {"cell": cell, "initializer": name, "seed": 1})
    for matrix in spectra.recurrent_matrices(model.rnn).values():
        # W/λ is orthogonal; float32 holds seven digits.
        np.testing.assert_allclose(matrix @ matrix.T, 0.64 * np.eye(12), atol=1e-6)


@pytest.mark.parametrize("name", init.INITIALIZERS)
def test_input_too_adds_the_input_weights_where_the_rule_takes_a_rectangle(name):
    run = {"cell": "lstm", "initializer": name, "seed": 2}
    alone = bits(figure3.start(SMALL, run))
    both = bits(figure3.start(replace(SMALL, reinit="input_too"), run))
    rectangular = name.startswith(("xavier", "kaiming"))
    assert differing(alone, both) == ({"rnn.weight_ih_l0"} if rectangular else set())


def test_input_weights_are_filled_gate_by_gate():
    run = {"cell": "lstm", "initializer": "xavier_uniform", "seed": 2}
    model = figure3.start(replace(SMALL, hidden_size=100, reinit="input_too"), run)
    bound = np.sqrt(6 / (28 + 100))  # of a gate; of the stacked gates it would be √(6/428)
    largest = model.rnn.weight_ih_l0.detach().abs().max().item()
    assert 0.99 * bound < largest <= bound * (1 + 1e-6)  # the largest of 11,200 numbers, in float32


# one run


def test_run_is_the_training_written_out():
    run = {"cell": "gru", "initializer": "eigen", "seed": 5}
    digits, tests = mnist.digits("train"), mnist.digits("test")
    model = figure3.start(SMALL, run)
    x, test_x = (torch.from_numpy(part.images).to(torch.float32) / 255 for part in (digits, tests))
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(5))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    accuracy = (model(test_x).argmax(1).numpy() == tests.labels).mean()
    losses = []
    for chosen in order.split(128)[:3]:
        loss = cross_entropy(model(x[chosen]), torch.from_numpy(digits.labels)[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    values = one(figure3, SMALL, **run)
    np.testing.assert_allclose(values["first_losses"], losses, rtol=0, atol=1e-5)  # six decimals, float32
    assert values["test_accuracy"] == [accuracy]
    assert (values["losses"], values["diverged"]) == ([], None)


def test_run_has_curves_of_every_epoch_and_learns():
    config = replace(QUICK, epochs=2, lr=1e-2)
    values = one(figure3, config, cell="tanh", initializer="eigen", seed=0)
    assert len(values["test_accuracy"]) == 3
    assert len(values["losses"]) == 2
    assert values["losses"][1] < values["losses"][0] < np.log(10)
    assert values["test_accuracy"][0] < 0.25 < values["test_accuracy"][2]  # a guess is right in .1
    assert values["radius_before"] == {"l0.h": 0.95} != values["radius_after"]


def test_same_run_gives_the_same_values_and_another_seed_others():
    runs = [one(figure3, SMALL, cell="gru", initializer="haar", seed=seed) for seed in (0, 0, 1)]
    assert runs[0] == runs[1]
    assert runs[0]["first_losses"] != runs[2]["first_losses"]


def test_spectra_are_kept_for_tanh_and_seed_0_alone():
    kept = [
        (cell, seed)
        for cell, seed in (("tanh", 0), ("tanh", 1), ("gru", 0))
        if "before" in one(figure3, SMALL, cell=cell, initializer="eigen", seed=seed)
    ]
    assert kept == [("tanh", 0)]


def test_upper_half_and_its_mirror_image_are_the_spectrum():
    matrix = np.random.default_rng(0).standard_normal((9, 9))
    half = np.array(figure3.upper_half(matrix)) @ [1, 1j]
    whole = np.concatenate([half, half[half.imag > 0].conj()])
    assert len(whole) == 9
    assert list(np.abs(half)) == sorted(np.abs(half), reverse=True)
    # Three decimals: each part is within half of the third, so a number within .0008.
    np.testing.assert_allclose(np.sort_complex(whole), np.sort_complex(np.linalg.eigvals(matrix)), atol=8e-4)


def test_diverged_run_is_a_result():
    # Weights of 3e37 and more: their sum over the units is beyond float32.
    values = one(figure3, replace(QUICK, lr=3e37), cell="gru", initializer="default", seed=0)
    assert values["diverged"] == len(values["first_losses"]) + 1 <= 5
    assert json.loads(json.dumps(values, allow_nan=False)) == values


# pixel by pixel


def test_pixels_are_the_image_s_rows_in_order():
    digits = mnist.digits("train")
    x, y = pixel_mnist.pixels("train", "sample", 30, "cpu")
    assert x.shape == (30, 784, 1)
    assert y.tolist() == digits.labels[:30].tolist()
    for row in range(28):
        in_order = digits.images[:30, row].astype(np.float32) / 255
        np.testing.assert_array_equal(x[:, 28 * row : 28 * (row + 1), 0], in_order)


def test_pixels_of_a_seed_share_all_but_the_recurrent_matrix():
    runs = [one(pixel_mnist, SMALL_PIXELS, initializer=name, seed=1) for name in ("irnn", "irnn", "eigen")]
    assert runs[0] == runs[1]
    assert runs[0]["first_losses"] != runs[2]["first_losses"]
    model = scanline.build(SMALL_PIXELS, "tanh", 1, "cpu", input_size=1)
    fresh = bits(model)
    starts.restart(model.rnn, "irnn", 0.95, 1)
    assert differing(fresh, bits(model)) == {"rnn.weight_hh_l0"}
    x, y = pixel_mnist.pixels("train", "sample", 20, "cpu")
    first = next(training.shuffled(x, y, 8, seed=1))
    loss = cross_entropy(model(first[0]), first[1]).item()
    assert abs(runs[0]["first_losses"][0] - loss) < 1e-5  # six decimals, float32


def test_run_of_pixels_has_curves_of_every_epoch():
    values = one(pixel_mnist, SMALL_PIXELS, initializer="default", seed=0)
    assert [len(values[key]) for key in ("test_accuracy", "losses", "first_losses")] == [2, 1, 3]
    assert all(10 * accuracy == round(10 * accuracy) for accuracy in values["test_accuracy"])  # ten images


@pytest.mark.parametrize(("clip", "same"), [(None, False), (1e-3, False), (1.0, True)])
def test_clipping_of_pixels_is_a_setting(clip, same):
    config = replace(SMALL_PIXELS, lr=1e-2)
    losses = [
        one(pixel_mnist, replace(config, clip=size), initializer="irnn", seed=0)["first_losses"]
        for size in (1.0, clip)
    ]
    assert losses[0][0] == losses[1][0]
    assert (losses[0] == losses[1]) is same


# bad input

BAD_INPUTS = [
    (
        "initializer",
        lambda: figure3.plan(replace(PAPER, initializers=("eigen", "sp_rnn"))),
        "initializers must be one of default, .* got 'sp_rnn'; check",
    ),
    (
        "reinit",
        lambda: figure3.plan(replace(PAPER, reinit="all")),
        "reinit must be one of .* got 'all'; check",
    ),
    ("cell", lambda: one(figure3, SMALL, cell="rnn", initializer="eigen", seed=0), "cell must be one of"),
    (
        "radius",
        lambda: one(figure3, replace(SMALL, radius=-1), cell="tanh", initializer="eigen", seed=0),
        "radius must be finite and not negative",
    ),
    ("source", lambda: one(figure3, replace(SMALL, source="all"), **figure3.plan(SMALL)[0]), "source must"),
    (
        "pixels' initializer",
        lambda: pixel_mnist.plan(replace(PIXELS, initializers=("sp_rnn",))),
        "initializers must be one of .* got 'sp_rnn'",
    ),
    ("count", lambda: pixel_mnist.pixels("train", "sample", 0, "cpu"), "count must be at least 1, got 0"),
    (
        "clip",
        lambda: one(pixel_mnist, replace(SMALL_PIXELS, clip=0.0), initializer="irnn", seed=0),
        "clip must be positive",
    ),
]


@pytest.mark.parametrize(
    ("call", "message"), [case[1:] for case in BAD_INPUTS], ids=[case[0] for case in BAD_INPUTS]
)
def test_bad_input_is_named_and_answered(call, message):
    with pytest.raises(ValueError, match=message):
        call()
