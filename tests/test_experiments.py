import json
import shutil
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

import eigen_teach
from eigen_teach import experiments, init, record, spectra
from eigen_teach.experiments import table3
from eigen_teach.experiments.__main__ import main

LABELS = list(experiments.EXPERIMENTS)


def as_json(config):
    return json.loads(json.dumps(asdict(config)))


def test_experiments_are_listed_by_the_paper_s_labels():
    assert LABELS == ["table3"]


@pytest.mark.parametrize("label", LABELS)
def test_every_experiment_has_both_presets_of_one_class(label):
    presets = experiments.EXPERIMENTS[label].presets
    assert set(presets) == {"quick", "paper"}
    assert type(presets["quick"]) is type(presets["paper"])


# stored records


@pytest.mark.parametrize("label", LABELS)
def test_stored_record_has_the_preset_s_config(label):
    assert record.load(label).config == as_json(experiments.EXPERIMENTS[label].presets["paper"])


@pytest.mark.parametrize("label", LABELS)
def test_recomputing_gives_the_stored_values(label):
    fresh, stored = experiments.run(label, "paper"), record.load(label)
    assert set(fresh.values) == set(stored.values)
    for name, columns in stored.values.items():
        for kind, numbers in columns.items():
            # Stored with 6 digits: another eigensolver may round the last one the other way.
            np.testing.assert_allclose(fresh.values[name][kind], numbers, rtol=0, atol=1.5e-6)


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


def test_same_seed_gives_the_same_values_and_another_does_not():
    config = table3.Table3(trials=20, initializers=("default",))
    assert table3.run_config(config) == table3.run_config(config)
    assert table3.run_config(config) != table3.run_config(replace(config, seed=1))


def test_values_are_the_statistics_of_each_initializer():
    config = table3.Table3(hidden_size=5, trials=30, seed=4, initializers=("haar", "default"))
    mean, sd = spectra.norm_statistics(init.INITIALIZERS["default"], 5, trials=30, seed=5)
    values = table3.run_config(config)
    assert list(values) == ["haar", "default"]
    np.testing.assert_allclose(values["default"]["mean"], mean, atol=5.1e-7)  # half of the sixth digit
    np.testing.assert_allclose(values["default"]["sd"], sd, atol=5.1e-7)


def test_columns_share_no_random_numbers():
    # Default and Xavier uniform are one law up to the factor √3: with one seed they would be one column.
    values = table3.run_config(table3.Table3(trials=50, initializers=("default", "xavier_uniform")))
    ratio = np.array(values["xavier_uniform"]["mean"]) / values["default"]["mean"]
    assert np.abs(ratio - np.sqrt(3)).max() > 1e-3
    np.testing.assert_allclose(ratio, np.sqrt(3), rtol=0.35)  # sd .09 of .14 over 50 draws, twice, in row 8


# command line


def test_list_shows_label_title_and_presets(capsys):
    main(["list"])
    assert capsys.readouterr().out == "table3  eigenvalue norms of fresh 8 × 8 matrices  (quick, paper)\n"


def test_run_prints_the_record(capsys):
    main(["run", "table3"])
    printed = json.loads(capsys.readouterr().out)
    assert printed["values"] == experiments.run("table3").values


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "table9"], "label must be known, got 'table9'; choose from table3"),
        (["run", "table3", "--preset", "huge"], "preset must be known, got 'huge'; choose from quick, paper"),
        (["run", "table3", "--jobs", "2"], "jobs must be 1 for table3, got 2; leave it out"),
        (["walk"], "invalid choice: 'walk'"),
        ([], "required"),
    ],
)
def test_command_line_answers_a_mistake_with_one_line_and_status_2(capsys, arguments, message):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_save_stores_the_record_that_was_printed(tmp_path):
    # A copy of the package, so that the stored record of this checkout stays what it is.
    package = Path(eigen_teach.__file__).parent
    shutil.copytree(package, tmp_path / "eigen_teach", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "eigen_teach.experiments", "run", "table3", "--save"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, encoding="utf-8")
    stored = tmp_path / "eigen_teach" / "results" / "table3.quick.json"
    assert stored.read_text(encoding="utf-8") == done.stdout
    assert json.loads(done.stdout)["provenance"]["commit"] is None  # a copy belongs to no commit
    assert str(tmp_path) not in done.stdout


# bad input

BAD_INPUTS = [
    ("label", lambda: experiments.run("table4"), ValueError, "label must be known, got 'table4'"),
    ("label type", lambda: experiments.run(3), ValueError, "label must be known, got 3; choose from table3"),
    ("preset", lambda: experiments.run("table3", "slow"), ValueError, "preset must be known, got 'slow'"),
    ("jobs", lambda: experiments.run("table3", jobs=4), ValueError, "jobs must be 1 for table3, got 4"),
    (
        "dask",
        lambda: experiments.run("table3", dask="tcp://host:1"),
        ValueError,
        "dask must be None for table3",
    ),
    (
        "device",
        lambda: experiments.run("table3", device="cuda"),
        ValueError,
        "device must be 'cpu' for table3",
    ),
    (
        "initializer",
        lambda: table3.run_config(table3.Table3(initializers=("default", "sp_rnn"))),
        ValueError,
        "initializers must be keys .* got 'sp_rnn'; choose from default",
    ),
    ("size", lambda: table3.run_config(table3.Table3(hidden_size=0)), ValueError, "n must be at least 1"),
    ("trials", lambda: table3.run_config(table3.Table3(trials=-5)), ValueError, "trials must be at least 1"),
]


@pytest.mark.parametrize(
    ("call", "error", "message"), [case[1:] for case in BAD_INPUTS], ids=[case[0] for case in BAD_INPUTS]
)
def test_bad_input_is_named_and_answered(call, error, message):
    with pytest.raises(error, match=message):
        call()
