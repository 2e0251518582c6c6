import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import bad_inputs
import numpy as np
import pytest

import eigen_teach
from eigen_teach import experiments, init, record, spectra
from eigen_teach.experiments import sweep, table3
from eigen_teach.experiments.__main__ import main

LABELS = list(experiments.EXPERIMENTS)
TRAINED = [label for label in LABELS if experiments.EXPERIMENTS[label].trains]
# Training examples where no setting says how many: all there are.
FULL_SIZES = {"table2": 60_000, "figure1": 60_000, "figure3": 60_000, "figure4": 29_000}
RESULTS = Path(record.__file__).parent / "results"


def as_json(config):
    return json.loads(json.dumps(asdict(config)))


def test_experiments_are_listed_by_the_paper_s_labels():
    assert LABELS == [
        "table1",
        "table2",
        "table3",
        "figure1",
        "figure2",
        "tomita_others",
        "figure3",
        "figure4",
        "pixel_mnist",
        "memory_map",
        "latch",
        "ablation_radius",
        "ablation_rotations",
        "ablation_linearity",
        "recall",
        "adding",
        "state_distribution",
    ]


def test_every_experiment_has_a_record_and_nothing_else_is_stored():
    others = {"paper", "initializer_speed"}  # the paper's tables, and what benchmarks/initializer.py measured
    assert {path.name.split(".")[0] for path in RESULTS.glob("*.json")} == {*LABELS, *others}


@pytest.mark.parametrize("label", LABELS)
def test_every_experiment_has_both_presets_of_one_class(label):
    presets = experiments.EXPERIMENTS[label].presets
    assert set(presets) == {"quick", "paper"}
    assert type(presets["quick"]) is type(presets["paper"])


@pytest.mark.parametrize("label", LABELS)
def test_settings_that_span_the_runs_are_settings(label):
    experiment = experiments.EXPERIMENTS[label]
    assert set(experiment.spans) <= set(asdict(experiment.presets["paper"]))


@pytest.mark.parametrize("label", LABELS)
def test_plan_has_no_run_twice_and_goes_seed_by_seed(label):
    experiment = experiments.EXPERIMENTS[label]
    plan = experiment.plan(experiment.presets["paper"])
    assert len({json.dumps(run) for run in plan}) == len(plan)
    seeds = [run["seed"] for run in plan]
    assert seeds == sorted(seeds)


# stored records


@pytest.mark.parametrize("label", LABELS)
def test_stored_record_has_the_preset_s_config(label):
    assert record.load(label).config == as_json(experiments.EXPERIMENTS[label].presets["paper"])


@pytest.mark.parametrize("label", [label for label in LABELS if label != "table3"])
def test_stored_record_has_every_run_of_its_plan(label):
    experiment = experiments.EXPERIMENTS[label]
    plan = experiment.plan(experiment.presets["paper"])
    stored = record.load(label).values["runs"]
    assert [{key: run[key] for key in plan[0]} for run in stored] == plan


def test_stored_records_are_small_and_hold_no_path():
    files = list(RESULTS.glob("*.json"))
    assert sum(file.stat().st_size for file in files) <= 2_000_000
    assert not [
        file.name for file in files if re.search(r"[\"' ](/|[A-Z]:\\)\w", file.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("label", LABELS)
def test_stored_record_says_which_code_made_its_runs(label):
    made_by = record.load(label).provenance
    assert made_by["run_seconds"] > 0
    assert made_by["run_commits"]
    assert all(re.fullmatch(r"[0-9a-f]{40}", commit) for commit in made_by["run_commits"])


def test_recomputing_table3_gives_the_stored_values():
    fresh, stored = experiments.run("table3", "paper"), record.load("table3")
    assert set(fresh.values) == set(stored.values)
    for name, columns in stored.values.items():
        for kind, numbers in columns.items():
            # Stored with 6 digits: another eigensolver may round the last one the other way.
            np.testing.assert_allclose(fresh.values[name][kind], numbers, rtol=0, atol=1.5e-6)


def first_steps(label):
    """The settings of the paper's preset, cut after the losses that a record holds of each run."""
    config = experiments.EXPERIMENTS[label].presets["paper"]
    if hasattr(config, "steps"):
        return replace(config, steps=5)
    if label == "figure4":
        config = replace(config, longest=1)  # no need for a thousand long translations
    size = getattr(config, "train_images", getattr(config, "train_words", FULL_SIZES.get(label)))
    return replace(config, epochs=5 / -(-size // config.batch_size))


def one_run_a_cell():
    """Label, and the last run of each cell that the experiment trains."""
    for label in TRAINED:
        experiment = experiments.EXPERIMENTS[label]
        plan = experiment.plan(experiment.presets["paper"])
        for cell, place in {run.get("cell"): place for place, run in enumerate(plan)}.items():
            yield pytest.param(label, place, id=f"{label}-{cell}" if cell else label)


@pytest.mark.parametrize(("label", "place"), list(one_run_a_cell()))
def test_first_losses_of_a_stored_run_come_out_again(label, place):
    experiment, stored = experiments.EXPERIMENTS[label], record.load(label).values["runs"][place]
    config = first_steps(label)
    if getattr(config, "source", "sample") == "full" and not os.environ.get("EIGEN_TEACH_DATA"):
        pytest.skip("needs the full data: EIGEN_TEACH_DATA names no folder")
    run = next(run for run in experiment.plan(config) if run.items() <= stored.items())
    with sweep.one_thread():
        fresh = experiment.run_one(config, run, "cpu")
    # float32 sums in another order on another processor: six digits of a loss near 2.3 hold to about 1e-5.
    for arm, losses in by_arm(stored["first_losses"]).items():
        assert losses
        np.testing.assert_allclose(by_arm(fresh["first_losses"])[arm], losses, rtol=0, atol=2e-5)


def by_arm(losses):
    """The first losses of a run by its arms, where it has several."""
    return losses if isinstance(losses, dict) else {"": losses}


def test_a_point_of_the_memory_map_comes_out_again():
    config = replace(experiments.EXPERIMENTS["memory_map"].presets["paper"], radii=(0.9,), scales=(0.1,))
    stored = record.load("memory_map").values["runs"][0]
    fresh = experiments.EXPERIMENTS["memory_map"].run_one(
        config, {key: stored[key] for key in ("family", "activation", "seed")}, "cpu"
    )
    at = record.load("memory_map").config["radii"].index(0.9)
    for name in ("capacity", "gradient", "exponent", "rms", "dimension", "gap", "saturation"):
        # λ = .9 is no chaos: rounding stays rounding, and four digits are stored.
        np.testing.assert_allclose(fresh[name][0][0], stored[name][0][at], rtol=2e-3)


def test_a_point_of_the_latch_comes_out_again():
    config = replace(experiments.EXPERIMENTS["latch"].presets["paper"], radii=(1.2,), noises=(0.01,))
    stored = next(run for run in record.load("latch").values["runs"] if run["family"] == "identity")
    fresh = experiments.EXPERIMENTS["latch"].run_one(
        config, {"family": "identity", "seed": stored["seed"]}, "cpu"
    )
    at = record.load("latch").config["radii"].index(1.2)
    assert fresh["held"][0][0] == stored["held"][0][at] == 1
    np.testing.assert_allclose(fresh["gradient"][0][0], stored["gradient"][0][at], rtol=2e-3)


def test_paper_preset_of_table3_is_the_paper_s():
    assert asdict(table3.PRESETS["paper"]) == {
        "hidden_size": 8,
        "trials": 500,
        "seed": 0,
        "initializers": tuple(record.paper_table("table3").printed),
    }
    assert table3.PRESETS["quick"] == replace(table3.PRESETS["paper"], trials=100)


# running


def test_run_gives_a_record_of_its_preset():
    made = experiments.run("table3")
    assert (made.label, made.preset) == ("table3", "quick")
    assert made.config == as_json(table3.PRESETS["quick"])
    assert made.provenance["seconds"] >= 0


@pytest.mark.parametrize("label", LABELS)
def test_quick_preset_with_two_jobs_has_the_runs_that_are_made_alone(label, tmp_path):
    made = experiments.run(label, "quick", jobs=2, runs=tmp_path)
    experiment = experiments.EXPERIMENTS[label]
    config = experiment.presets["quick"]
    assert made.config == as_json(config)
    folder = sweep.folder_of(tmp_path, label, config, experiment.spans, "cpu")
    kept, alone = (sweep.Task(experiment.run_one, config, folder=where) for where in (folder, None))
    for run in experiment.plan(config)[::-2]:  # every second one, in this process, in another order
        stored = json.loads(kept.path(run).read_text(encoding="utf-8"))
        assert sweep.perform(alone, run)["values"] == stored["values"]
    assert experiments.run(label, "quick", runs=tmp_path).values == made.values  # from the runs that are kept


def test_another_seed_gives_other_values():
    config = table3.Table3(trials=20, initializers=("default",))
    values = [experiments.run("table3", replace(config, seed=seed)).values for seed in (0, 0, 1)]
    assert values[0] == values[1] != values[2]


def test_values_are_the_statistics_of_each_initializer():
    config = table3.Table3(hidden_size=5, trials=30, seed=4, initializers=("haar", "default"))
    mean, sd = spectra.norm_statistics(init.INITIALIZERS["default"], 5, trials=30, seed=5)
    own = experiments.run("table3", config)
    assert own.preset == "own"
    assert set(own.values) == {"haar", "default"}
    np.testing.assert_allclose(own.values["default"]["mean"], mean, atol=5.1e-7)  # half of the sixth digit
    np.testing.assert_allclose(own.values["default"]["sd"], sd, atol=5.1e-7)


def test_columns_share_no_random_numbers():
    # Default and Xavier uniform are one law up to the factor √3: with one seed they would be one column.
    config = table3.Table3(trials=50, initializers=("default", "xavier_uniform"))
    values = experiments.run("table3", config).values
    ratio = np.array(values["xavier_uniform"]["mean"]) / values["default"]["mean"]
    assert np.abs(ratio - np.sqrt(3)).max() > 1e-3
    np.testing.assert_allclose(ratio, np.sqrt(3), rtol=0.35)  # sd .09 of .14 over 50 draws, twice, in row 8


# command line


def test_list_shows_label_title_and_presets(capsys):
    main(["list"])
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == LABELS
    assert "table3  eigenvalue norms of fresh 8 × 8 matrices  (quick, paper)" in listed


@pytest.fixture
def cache(monkeypatch, tmp_path):
    """A cache of this test alone."""
    monkeypatch.setenv("EIGEN_TEACH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_run_prints_the_record_and_leaves_no_runs_behind(capsys, cache):
    main(["run", "table3"])
    printed = json.loads(capsys.readouterr().out)
    assert printed["values"] == experiments.run("table3").values
    assert not list(cache.rglob("*.json"))


def test_run_keeps_its_runs_where_it_is_told(capsys, tmp_path):
    main(["run", "table3", "--runs", str(tmp_path)])
    assert len(list(tmp_path.rglob("*.json"))) == 6
    before = capsys.readouterr().out
    main(["run", "table3", "--runs", str(tmp_path)])
    assert json.loads(capsys.readouterr().out)["values"] == json.loads(before)["values"]


def test_command_line_keeps_the_traceback_of_an_error_in_a_run(tmp_path):
    main(["run", "table3", "--runs", str(tmp_path)])
    next(tmp_path.rglob("*.json")).write_text("{")
    with pytest.raises(json.JSONDecodeError):  # a ValueError, as a mistake on the command line is
        main(["run", "table3", "--runs", str(tmp_path)])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "table9"], "label must be one of table1, table2, table3, "),
        (["run", "table3", "--preset", "huge"], "preset must be one of quick, paper, got 'huge'"),
        (["run", "table3", "--jobs", "0"], "jobs must be at least 1, got 0"),
        (
            ["run", "table3", "--device", "cuda"],
            "device must be 'cpu' for table3, got 'cuda'; it trains nothing",
        ),
        (["run", "table2", "--device", "tpu9"], "device must be one that torch can use here, got 'tpu9'"),
        (["walk"], "invalid choice: 'walk'"),
        ([], "required"),
    ],
)
def test_command_line_answers_a_mistake_with_one_line_and_status_2(capsys, cache, arguments, message):
    assert not cache.exists()
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_save_stores_the_record_in_the_package(tmp_path):
    # A copy of the package, so that the stored record of this checkout stays what it is.
    package = Path(eigen_teach.__file__).parent
    shutil.copytree(package, tmp_path / "eigen_teach", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "eigen_teach.experiments", "run", "table3", "--save"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "EIGEN_TEACH_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    stored = tmp_path / "eigen_teach" / "results" / "table3.quick.json"
    assert done.stdout == f"stored {stored}\n"
    text = stored.read_text(encoding="utf-8")
    assert json.loads(text)["values"] == experiments.run("table3").values
    assert json.loads(text)["provenance"]["commit"] is None  # a copy belongs to no commit
    assert str(tmp_path) not in text


# bad input

BAD_INPUTS = [
    ("label", lambda: experiments.run("table4"), ValueError, "label must be one of table1, .* got 'table4'"),
    ("label type", lambda: experiments.run(3), ValueError, "label must be one of .* got 3; check"),
    ("preset", lambda: experiments.run("table3", "slow"), ValueError, "preset must be one of .* got 'slow'"),
    (
        "settings",
        lambda: experiments.run("table3", {"trials": 5}),
        ValueError,
        "preset must be .* got {'trials'.* dataclasses.replace",
    ),
    ("jobs", lambda: experiments.run("table3", jobs=0), ValueError, "jobs must be at least 1, got 0"),
    ("jobs type", lambda: experiments.run("table3", jobs=1.5), TypeError, "jobs must be an integer"),
    (
        "jobs and dask",
        lambda: experiments.run("table3", jobs=2, dask="tcp://127.0.0.1:1"),
        ValueError,
        "jobs must be 1 with a Dask cluster, got 2",
    ),
    ("dask", lambda: experiments.run("table3", dask=8786), TypeError, "dask must be an address, got 8786"),
    (
        "device",
        lambda: experiments.run("table3", device="cuda"),
        ValueError,
        "device must be 'cpu' for table3",
    ),
    (
        "initializer",
        lambda: experiments.run("table3", table3.Table3(initializers=("default", "sp_rnn"))),
        ValueError,
        "initializers must be one of default, .* got 'sp_rnn'",
    ),
    (
        "size",
        lambda: experiments.run("table3", table3.Table3(hidden_size=0)),
        ValueError,
        "n must be at least 1",
    ),
    (
        "trials",
        lambda: experiments.run("table3", table3.Table3(trials=-5)),
        ValueError,
        "trials must be at least 1",
    ),
]


@bad_inputs.each(BAD_INPUTS)
def test_bad_input_is_named_and_answered(call, error, message):
    with pytest.raises(error, match=message):
        call()
