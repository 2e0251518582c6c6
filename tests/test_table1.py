import json
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from torch.nn.functional import mse_loss

from eigen_teach import experiments, models, spectra, training
from eigen_teach.data import mackey_glass
from eigen_teach.experiments import sweep, table1

PAPER = table1.PRESETS["paper"]
SMALL = replace(PAPER, train=150, test=90, steps=4)  # every protocol and cell of the paper's, in milliseconds
CASES = [(protocol, cell) for protocol in PAPER.protocols for cell in PAPER.cells]
every_case = pytest.mark.parametrize(
    ("protocol", "cell"), CASES, ids=[f"{protocol.name}-{cell}" for protocol, cell in CASES]
)
# Four and six decimals are stored.
DIGITS_4, DIGITS_6 = 0.51e-4, 0.51e-6


def one(config, protocol, cell="tanh", seed=0):
    with sweep.one_thread():
        return table1.run_one(config, {"protocol": protocol, "cell": cell, "seed": seed}, "cpu")


# settings


def test_paper_preset_is_the_paper_s_where_the_paper_says_something():
    given = {"tau": 17, "beta": 0.2, "gamma": 0.1, "exponent": 10, "hidden_size": 8, "lr": 0.01}
    assert {name: asdict(PAPER)[name] for name in given} == given
    assert PAPER.cells == ("linear", "tanh", "relu")
    assert PAPER.seeds >= 30
    assert len(PAPER.protocols) >= 5


def test_each_protocol_changes_one_thing_of_the_first():
    base, *others = map(asdict, PAPER.protocols)
    changed = [[key for key in base if key != "name" and other[key] != base[key]] for other in others]
    assert [len(keys) for keys in changed] == [1] * len(others)
    assert {key for keys in changed for key in keys} == set(base) - {"name"}
    assert len({protocol.name for protocol in PAPER.protocols}) == len(PAPER.protocols)


def test_quick_preset_takes_protocols_of_the_paper_s():
    quick = table1.PRESETS["quick"]
    assert set(quick.protocols) <= set(PAPER.protocols)
    same_but_size = replace(quick, protocols=PAPER.protocols, steps=PAPER.steps, seeds=PAPER.seeds)
    assert same_but_size == PAPER


def test_plan_is_every_protocol_and_cell_for_each_seed():
    plan = table1.plan(replace(PAPER, seeds=2))
    names = [protocol.name for protocol in PAPER.protocols]
    assert [tuple(run.values()) for run in plan] == [
        (name, cell, seed) for seed in (0, 1) for name in names for cell in PAPER.cells
    ]


# one run


def by_hand(protocol, cell, seed):
    """The untrained network's loss on the first batch and its error on the test stretch, step by step."""
    series = mackey_glass.series(SMALL.train + SMALL.test, seed=seed)
    if protocol.standardize:
        series = (series - series[:150].mean()) / series[:150].std()
    starts = torch.randperm(150 - protocol.length, generator=torch.Generator().manual_seed(seed))[:64]
    torch.manual_seed(seed)
    rnn = models.make_rnn(cell, 1, 8)
    readout = torch.nn.Linear(8, 1)

    def sequences(starts):
        steps = np.arange(protocol.length)
        indices = np.asarray(starts)[:, None] + steps
        cut = torch.tensor(np.stack([series[indices], series[indices + 1]]), dtype=torch.float32)
        return cut[..., None]

    with torch.no_grad():
        x, y = sequences(starts)
        predicted = readout(rnn(x)[0])
        loss = mse_loss(predicted, y) if protocol.every_step else mse_loss(predicted[:, -1], y[:, -1])
        x, y = sequences(range(150, 240 - protocol.length))
        wrong = (readout(rnn(x)[0]) - y)[:, -1]
        return loss.item(), (wrong.square().mean() / y[:, -1].var(correction=0)).item()


@every_case
def test_a_run_starts_as_computed_by_hand(protocol, cell):
    untrained, first = (
        one(replace(SMALL, steps=0), protocol.name, cell, 3),
        one(SMALL, protocol.name, cell, 3),
    )
    loss, error = by_hand(protocol, cell, 3)
    # float32, summed in another order: six digits and the rounding of the stored ones
    assert first["first_losses"][0] == pytest.approx(loss, rel=1e-5, abs=DIGITS_6)
    assert untrained["test_error"] == pytest.approx(error, rel=1e-5, abs=DIGITS_6)
    assert untrained["after"] == untrained["before"]
    assert (untrained["first_losses"], untrained["loss"], untrained["moved"]) == ([], None, 0)


def test_all_protocols_and_cells_of_a_seed_start_from_one_matrix_and_seeds_do_not():
    starts = {tuple(one(replace(SMALL, steps=0), protocol.name, cell)["before"]) for protocol, cell in CASES}
    with training.seeded(0):
        W = torch.nn.RNN(1, 8).weight_hh_l0.detach().double().numpy()
    assert len(starts) == 1
    np.testing.assert_allclose(starts.pop(), spectra.eigenvalue_norms(W), rtol=0, atol=DIGITS_4)
    assert one(SMALL, "base", seed=1)["before"] != one(SMALL, "base", seed=2)["before"]


def test_a_shorter_training_is_the_beginning_of_a_longer_one():
    losses = [one(replace(SMALL, steps=steps), "base")["first_losses"] for steps in (3, 5, 9)]
    assert losses[1] == losses[2]
    assert losses[0] == losses[1][:3]
    assert len(losses[2]) == 5


def test_long_is_the_base_with_more_steps():
    times = next(protocol.times for protocol in PAPER.protocols if protocol.name == "long")
    assert one(SMALL, "long") == one(replace(SMALL, steps=4 * times), "base")
    assert one(SMALL, "long")["after"] != one(SMALL, "base")["after"]


def test_moved_is_the_largest_change_of_the_last_quarter():
    at_three, at_four = (np.array(one(replace(SMALL, steps=steps), "base")["after"]) for steps in (3, 4))
    moved = one(SMALL, "base")["moved"]
    assert moved > 0
    assert moved == pytest.approx(np.abs(at_four - at_three).max(), abs=3 * DIGITS_4)  # three are rounded


def test_loss_at_the_end_is_the_mean_of_the_last_fifty_steps():
    cut = mackey_glass.windows(mackey_glass.series(SMALL.train + SMALL.test)[: SMALL.train], 20)
    x, y = (torch.from_numpy(part).float() for part in cut)
    with training.seeded(0):
        model = models.SequenceModel("tanh", 1, 8, 1, every_step=True)
    with sweep.one_thread():
        history = training.fit(model, training.shuffled(x, y, 64), mse_loss, lr=0.01, steps=60)
    values = one(replace(SMALL, steps=60), "base")
    assert values["loss"] == pytest.approx(np.mean(history.losses[10:]), abs=DIGITS_6)
    few = one(SMALL, "base")
    assert few["loss"] == pytest.approx(np.mean(few["first_losses"]), abs=2 * DIGITS_6)  # all four there are


@pytest.mark.parametrize("cell", PAPER.cells)
def test_training_learns_to_foretell(cell):
    untrained, trained = (one(replace(PAPER, steps=steps), "base", cell) for steps in (0, 200))
    assert untrained["test_error"] > 2  # worse than always guessing the mean, which is 1
    assert trained["test_error"] < 0.7
    assert trained["diverged"] is None


@pytest.mark.parametrize("lr", [1e10, 1e30])
def test_divergence_is_kept_as_a_result(lr):
    values = one(replace(SMALL, lr=lr), "base", "linear")
    assert values["diverged"] == 2
    assert (values["moved"], values["test_error"]) == (None, None)
    assert values["loss"] == values["first_losses"][0]
    json.dumps(values, allow_nan=False)


def test_a_run_does_not_depend_on_the_runs_before_it():
    first = one(SMALL, "standardized", seed=5)
    one(SMALL, "last_step", seed=6)
    torch.manual_seed(1)
    assert one(SMALL, "standardized", seed=5) == first


def test_record_holds_every_run_as_it_came():
    config = replace(SMALL, protocols=SMALL.protocols[:1], cells=("tanh",), seeds=2)
    runs = experiments.run("table1", config).values["runs"]
    assert [run["seed"] for run in runs] == [0, 1]
    assert runs[1] == {"protocol": "base", "cell": "tanh", "seed": 1} | one(config, "base", seed=1)
    assert len(runs[0]["before"]) == len(runs[0]["after"]) == 8
    assert runs[0]["after"] == sorted(runs[0]["after"], reverse=True)
