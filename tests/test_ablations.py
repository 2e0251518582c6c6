import json
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from scipy import stats

from eigen_teach import ensemble, init, models, spectra, training
from eigen_teach.data import sequences, tomita
from eigen_teach.experiments import (
    ablation_linearity,
    ablation_radius,
    ablation_rotations,
    adding,
    arms,
    families,
    figure1,
    recall,
    state_distribution,
    sweep,
    tasks,
)

STUDIES = [recall, adding, ablation_radius, ablation_rotations, ablation_linearity, state_distribution]
BY_TASK = [ablation_radius, ablation_rotations, ablation_linearity]
every_study = pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.__name__.split(".")[-1])
every_task = pytest.mark.parametrize("task", tasks.TASKS, ids=lambda task: task.name)
DIGITS_4, DIGITS_6 = 0.51e-4, 0.51e-6  # four and six decimals are stored


def small(study, **changes):
    """The paper's preset with few steps; everything but its size is as there."""
    return replace(study.PRESETS["paper"], **{"hidden_size": 8, "steps": 4, "test": 60, "seeds": 1} | changes)


def one(study, config, **choices):
    """The first run of the plan that has these choices."""
    run = next(run for run in study.plan(config) if choices.items() <= run.items())
    with sweep.one_thread():
        return study.run_one(config, run, "cpu")


def layer(fill, cell="tanh", size=8, seed=0):
    """A layer as an arm starts with it."""
    config = arms.Settings(hidden_size=size)
    return arms.start(config, tasks.RECALL, cell, {"": fill}, seed, "cpu").member(0).rnn


def fills_of(cell):
    names = [arms.initializer(name, 0.95) for name in ("default", "xavier_uniform", "irnn", "eigen", "haar")]
    gates = [arms.gate_bias(kind, 51) for kind in ("bias_1", "chrono")] if cell in arms.GATED else []
    return names + gates


# sequences of the tasks


@every_task
def test_a_seed_fixes_batches_and_test_set_and_they_are_apart(task):
    def first(seed):
        batches = task.batches(seed, 8, "cpu")
        (x, y), (x2, _) = (next(batches) for _ in range(2))
        return [torch.cat([part.flatten() for part in parts(x)] + [y.flatten()]), parts(x2)[0]]

    def parts(x):
        return x if isinstance(x, tuple) else (x,)

    again, other = (first(seed)[0] for seed in (3, 4))
    batch, second = first(3)
    assert torch.equal(batch, again)
    assert not torch.equal(batch, other)
    assert not torch.equal(batch[: second.numel()], second.flatten())
    test = task.test(3, 8, "cpu")
    assert torch.equal(test.x, task.test(3, 8, "cpu").x)
    assert not torch.equal(test.x.flatten(), batch[: test.x.numel()])


@every_task
def test_sizes_and_span_fit_the_sequences(task):
    test = task.test(0, 40, "cpu")
    d, m = task.sizes
    assert test.x.shape[1:] == (task.span, d)
    assert test.y.shape[1:] == ((m,) if test.y.is_floating_point() else ())
    assert test.y.is_floating_point() or (test.y.min() >= 0 and test.y.max() < m)


@every_task
def test_guess_is_the_score_of_a_network_that_sees_nothing(task):
    model = models.SequenceModel("tanh", task.sizes[0], 4, task.sizes[1])
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.readout.bias[0] = 1  # always class 0; of adding, the mean of the sum
    scores = task.scores(ensemble.Ensemble([model]), task.test(0, 1000, "cpu"))
    # Five standard errors of 1,000 answers: accuracies near 1/10, and squared errors of variance 7/180.
    tolerance = {"recall": 0.05, "adding": 5 * 6 * np.sqrt(7 / 180 / 1000)}.get(task.name, 0)
    assert scores[0] == pytest.approx(task.guess, abs=tolerance + 1e-12)


def test_words_are_the_grammar_s_and_their_padding_is_blank():
    (x, lengths), y = next(tasks.TOMITA4.batches(0, 64, "cpu"))
    for row, length, label in zip(x, lengths.tolist(), y.tolist(), strict=True):
        word = row[:length].argmax(dim=1).tolist()
        assert tomita.accepts(4, word) == bool(label)
        assert (row[:length].sum(dim=1) == 1).all()
        assert (row[length:] == 0).all()
    assert len(set(lengths.tolist())) > 5


def test_an_epoch_of_a_stored_task_has_every_word_once():
    task = tasks.Tomita(words=50)
    batches = task.batches(0, 20, "cpu")
    epoch = torch.cat([next(batches)[0][0].flatten(1) for _ in range(3)])
    stored = task.train(0).x.flatten(1)
    assert sorted(map(tuple, epoch.tolist())) == sorted(map(tuple, stored.tolist()))


def test_drawn_tasks_are_the_sequences_of_the_data_module():
    drawn = sequences.recall(6, delay=50, symbols=10, noise=0.1, rng=np.random.default_rng([2, 1]))
    x, y = next(tasks.RECALL.batches(2, 6, "cpu"))
    np.testing.assert_array_equal(x, drawn.inputs.astype(np.float32))
    np.testing.assert_array_equal(y, drawn.targets)


# arms


@pytest.mark.parametrize("cell", ["linear", "tanh", "relu", "lstm", "gru"])
def test_arms_of_initializers_share_everything_but_the_recurrent_matrix(cell):
    first, *others = (dict(layer(fill, cell).named_parameters()) for fill in fills_of(cell)[:5])
    for other in others:
        different = {name for name in first if not torch.equal(first[name], other[name])}
        assert different == {"weight_hh_l0"}
    assert not torch.equal(first["weight_ih_l0"], layer(fills_of(cell)[0], cell, seed=1).weight_ih_l0)


@pytest.mark.parametrize("cell", arms.GATED)
def test_arms_of_gate_biases_change_rows_of_the_biases_alone(cell):
    default = dict(layer(arms.initializer("default", 0.95), cell).named_parameters())
    for kind in ("bias_1", "chrono"):
        own = dict(layer(arms.gate_bias(kind, 51), cell).named_parameters())
        changed = {name: own[name] != default[name] for name in own}
        assert {name for name, where in changed.items() if where.any()} == {"bias_ih_l0", "bias_hh_l0"}
        gates = "ifgo" if cell == "lstm" else "rzn"
        filled = {"bias_1": "f", "chrono": "if"}[kind] if cell == "lstm" else "z"
        for name in ("bias_ih_l0", "bias_hh_l0"):
            rows = dict(zip(gates, changed[name].chunk(len(gates)), strict=True))
            assert {gate for gate, row in rows.items() if row.any()} == set(filled)


@pytest.mark.parametrize("cell", arms.GATED)
@pytest.mark.parametrize("kind", ["bias_1", "chrono"])
def test_a_gate_bias_keeps_the_state_by_its_own_amount(cell, kind):
    rnn = layer(arms.gate_bias(kind, 51), cell, size=50)
    keep = (rnn.bias_ih_l0 + rnn.bias_hh_l0).detach().chunk(4 if cell == "lstm" else 3)[1]
    with torch.no_grad():
        # Without inputs and with no candidate, only what the gate keeps is left of a state of 1.
        rnn.weight_ih_l0.zero_()
        rnn.weight_hh_l0.zero_()
        for bias in (rnn.bias_ih_l0, rnn.bias_hh_l0):
            bias.chunk(4 if cell == "lstm" else 3)[2].zero_()  # g of an LSTM, n of a GRU
        state = torch.ones(1, 1, 50)
        _, last = rnn(torch.zeros(1, 3, 10), (state, state) if cell == "lstm" else state)
    kept = (last[1] if cell == "lstm" else last)[0, 0]
    torch.testing.assert_close(kept, keep.sigmoid() ** 3, rtol=1e-5, atol=0)  # float32, three products
    assert (keep == 1).all() if kind == "bias_1" else (keep >= 0).all()


@pytest.mark.parametrize("cell", arms.GATED)
def test_chrono_s_times_are_uniform_and_its_input_gate_is_the_opposite(cell):
    rnn = layer(arms.gate_bias("chrono", 51), cell, size=400)
    bias = (rnn.bias_ih_l0 + rnn.bias_hh_l0).detach().double()
    times = bias[400:800].exp()
    # A gate of σ(log u) = u/(u + 1) keeps for a mean time of u + 1 steps.
    assert stats.kstest(times.numpy(), stats.uniform(1, 49).cdf).pvalue > 1e-3
    if cell == "lstm":
        assert torch.equal(bias[:400], -bias[400:800])


def test_all_radii_of_a_seed_scale_one_chain():
    W = {radius: layer(arms.initializer("eigen", radius)).weight_hh_l0.detach() for radius in (0.8, 1.0, 1.5)}
    for radius, matrix in W.items():
        torch.testing.assert_close(matrix / radius, W[1.0], rtol=1e-6, atol=1e-7)  # float32


@pytest.mark.parametrize("name", ablation_rotations.PRESETS["paper"].families)
def test_all_families_have_the_radius_and_all_but_gaussian_the_norm(name):
    draw = (
        ablation_rotations.beta_chain
        if name == "beta_chain"
        else lambda n, seed: families.draw(name, n, seed)
    )
    W = layer(arms.matrix(draw, 0.95), size=32).weight_hh_l0.detach().double().numpy()
    norms = spectra.eigenvalue_norms(W)
    # The float32 copy moves the eigenvalues of a matrix that is nearly normal by about 1e-6.
    assert norms[0] == pytest.approx(0.95, abs=1e-5)
    if name == "gaussian":
        assert norms[-1] < 0.6
        assert np.linalg.norm(W, 2) > 1.2
    else:
        np.testing.assert_allclose(np.linalg.svd(W, compute_uv=False), 0.95, rtol=0, atol=1e-6)


def test_a_drawn_matrix_does_not_repeat_the_run_s_seed():
    gaussian = arms.matrix(lambda n, seed: families.draw("gaussian", n, seed), 1.0)
    W, other = (layer(gaussian, seed=seed).weight_hh_l0.detach() for seed in (0, 1))
    assert not torch.equal(W, other)
    assert not np.allclose(W, families.draw("gaussian", 8, 0))
    assert torch.equal(W, layer(gaussian, seed=0).weight_hh_l0)


def test_beta_chain_is_a_chain_whose_first_angle_has_its_law():
    draws = np.array([ablation_rotations.beta_chain(12, seed) for seed in range(400)])
    assert np.abs(np.tril(draws, -2)).max() == 0
    np.testing.assert_allclose(
        draws @ draws.swapaxes(1, 2), np.broadcast_to(np.eye(12), draws.shape), atol=1e-14
    )
    np.testing.assert_allclose(np.linalg.det(draws), 1, rtol=1e-12)
    # Q[0, 0] = cos θ_0 and Q[1, 0] = sin θ_0; the last angle's cosine is the last diagonal entry over c_(n-3)
    assert stats.kstest((1 + draws[:, 0, 0]) / 2, "beta", (5.5, 5.5)).pvalue > 1e-3
    assert stats.binomtest(int((draws[:, 1, 0] > 0).sum()), 400).pvalue > 1e-3
    assert stats.kstest((1 + draws[:, 11, 11]) / 2, "beta", (0.5, 0.5)).pvalue > 1e-3  # uniform θ


def test_beta_chain_has_haar_s_spacings():
    def spacing(draw):
        ratios = []
        for seed in range(60):
            phases = np.angle(np.linalg.eigvals(draw(32, seed)))
            ratios.append(spectra.spacing_ratio(phases[phases > 1e-9]))
        return np.mean(ratios), np.std(ratios) / np.sqrt(60)

    beta, haar, chain = map(
        spacing,
        (
            ablation_rotations.beta_chain,
            lambda n, seed: families.draw("haar", n, seed),
            lambda n, seed: families.draw("chain", n, seed),
        ),
    )
    assert abs(beta[0] - haar[0]) < 4 * np.hypot(beta[1], haar[1])
    assert beta[0] - chain[0] > 4 * np.hypot(beta[1], chain[1])


# a run


@every_task
@pytest.mark.parametrize("cell", ["tanh", "lstm"])
def test_first_loss_and_score_are_those_of_a_plain_network(task, cell):
    config = arms.Settings(hidden_size=8, steps=1, test=50)
    values = arms.compare(config, task, cell, {"eigen": arms.initializer("eigen", 0.95)}, 2, "cpu")
    with training.seeded(2):
        model = models.SequenceModel(cell, task.sizes[0], 8, task.sizes[1])
        init.init_recurrent_(model.rnn, init.eigen_, radius=0.95)
    test = task.test(2, 50, "cpu")
    inputs, y = next(task.batches(2, config.batch_size, "cpu"))
    with torch.no_grad():
        if isinstance(inputs, tuple):
            predicted = torch.cat([model(x[None, :length]) for x, length in zip(*inputs, strict=True)])
            tested = torch.cat([model(x[None, :n]) for x, n in zip(test.x, test.lengths, strict=True)])
        else:
            predicted, tested = model(inputs), model(test.x)
        if task.name == "adding":
            loss = torch.nn.functional.mse_loss(predicted, y)
            score = 1 - 6 * torch.nn.functional.mse_loss(tested, test.y)
        else:
            loss = torch.nn.functional.cross_entropy(predicted, y)
            score = (tested.argmax(dim=1) == test.y).float().mean()
    # float32, summed in another order: six digits and the rounding of the stored ones
    assert values["first_losses"]["eigen"][0] == pytest.approx(loss.item(), rel=1e-5, abs=DIGITS_6)
    assert values["scores"]["eigen"][0] == pytest.approx(score.item(), rel=1e-5, abs=DIGITS_4)
    assert values["guess"] == round(task.guess, 4)


def test_every_arm_is_trained_as_it_would_be_alone():
    config = small(recall, task=tasks.Recall(delay=5, symbols=3), steps=60, points=3, lr=0.01)
    values = one(recall, config, cell="tanh", lr=0.01)
    for name in config.initializers:
        with training.seeded(0):
            model = models.SequenceModel("tanh", 3, 8, 3)
            arms.initializer(name, 0.95)(model.rnn)
        test = config.task.test(0, config.test, "cpu")
        with sweep.one_thread():
            history = training.fit(
                model,
                config.task.batches(0, config.batch_size, "cpu"),
                torch.nn.functional.cross_entropy,
                lr=0.01,
                steps=60,
                clip=config.clip,
                measure=lambda network, test=test: training.accuracy(network, test.x, test.y),
                every=20,
            )
        # float32 in another order, over 60 steps of a training that is no chaos
        np.testing.assert_allclose(values["first_losses"][name], history.losses[:5], rtol=1e-4)
        # of 60 sequences one may lie on the border
        np.testing.assert_allclose(values["scores"][name], history.measures, atol=1.5 / 60)


@every_study
def test_a_run_holds_every_arm_and_does_not_depend_on_the_runs_before(study):
    config = small(study, points=2)
    last = study.plan(config)[-1]
    with sweep.one_thread():
        first, other, again = (
            study.run_one(replace(config, steps=steps), last, "cpu") for steps in (6, 4, 6)
        )
    assert first == again
    assert json.loads(json.dumps(first, allow_nan=False)) == first
    names = set(first["scores"])
    assert len(names) >= 2
    for key in ("scores", "first_losses", "diverged"):
        assert set(first[key]) == names
    for name in names:
        assert len(first["scores"][name]) == 3
        assert len(first["first_losses"][name]) == 5
        assert other["first_losses"][name] == first["first_losses"][name][:4]


def test_gated_cells_have_arms_of_gate_biases_and_tanh_has_none():
    config = small(recall, task=tasks.Recall(delay=3), steps=1)
    arms_of = {cell: list(one(recall, config, cell=cell)["scores"]) for cell in config.cells}
    assert arms_of["tanh"] == list(config.initializers)
    assert arms_of["lstm"] == arms_of["gru"] == [*config.initializers, *config.gate_biases]


def test_radii_and_families_are_the_arms():
    radius, rotations = (
        one(study, small(study, steps=0), task="tomita4") for study in (ablation_radius, ablation_rotations)
    )
    assert list(radius["scores"]) == ["0.8", "0.95", "1.0", "1.1", "1.5"]
    assert list(rotations["scores"]) == ["chain", "haar", "identity", "gaussian", "beta_chain"]


def test_divergence_is_kept_as_a_result():
    config = small(ablation_linearity, asked=(tasks.ADDING,), lr=1e30)
    values = one(ablation_linearity, config, cell="linear")
    assert values["diverged"] == {"default": 2, "eigen": 2}
    for name in values["diverged"]:
        assert len(values["first_losses"][name]) == 1
        assert values["scores"][name][-1] is None  # an error of 1e60 is no float32
    json.dumps(values, allow_nan=False)


def test_training_learns_a_short_recall():
    config = small(recall, task=tasks.Recall(delay=3, symbols=3), steps=300, lr=0.01, hidden_size=16)
    scores = one(recall, config, cell="tanh", lr=0.01)["scores"]
    assert scores["eigen"][0] < 0.7
    assert scores["eigen"][-1] > 0.95


# states


def test_states_are_measured_before_and_after_the_training():
    config = small(state_distribution, steps=0, images=30)
    untrained = one(state_distribution, config)
    assert untrained["before"] == untrained["after"]
    with training.seeded(0):
        model = models.SequenceModel("tanh", 28, 8, 10)
        init.init_recurrent_(model.rnn, init.eigen_, radius=0.95)
    shown = tasks.DIGITS.test(0, 30, "cpu")
    place = figure1.place_of(figure1.visited(model, shown.x), shown.y.numpy())
    for key, expected in place.items():
        # float32 in another order, and four decimals
        np.testing.assert_allclose(untrained["before"]["eigen"][key], expected, atol=2e-4)
    trained = one(state_distribution, replace(config, steps=30))
    assert trained["before"] == untrained["before"]
    assert trained["after"] != trained["before"]


# settings


@every_study
def test_paper_preset_has_seeds_enough(study):
    assert study.PRESETS["paper"].seeds >= 8


def test_paper_presets_hold_what_the_summary_asks_for():
    assert {0.8, 0.95, 1.0, 1.1} <= set(ablation_radius.PRESETS["paper"].radii)
    assert {"chain", "haar", "identity"} <= set(ablation_rotations.PRESETS["paper"].families)
    assert {"linear", "tanh", "relu"} == set(ablation_linearity.PRESETS["paper"].cells)
    assert recall.PRESETS["paper"].task.delay == 50


def test_all_studies_share_the_settings_of_training():
    shared = set(asdict(arms.Settings()))
    settings = [{key: asdict(study.PRESETS["paper"])[key] for key in shared} for study in STUDIES]
    assert settings == [settings[0]] * len(STUDIES)


@pytest.mark.parametrize("study", [recall, adding])
def test_learning_rate_is_checked_on_the_first_seeds(study):
    config = replace(study.PRESETS["paper"], seeds=4, other_seeds=2)
    runs = [(run["seed"], run["lr"], run["cell"]) for run in study.plan(config)]
    both, alone = (1e-3, 3e-3), (1e-3,)
    assert runs == [
        (seed, lr, cell) for seed in range(4) for lr in (both if seed < 2 else alone) for cell in config.cells
    ]


@pytest.mark.parametrize("study", BY_TASK)
def test_plan_asks_every_task_of_every_seed(study):
    config = replace(study.PRESETS["paper"], seeds=2)
    cells = len(config.cells) if study is ablation_linearity else 1
    tasks_of = [run["task"] for run in study.plan(config)]
    assert tasks_of == [task.name for _ in range(2) for task in config.asked for _ in range(cells)]
