import dataclasses
import json
import os
import platform
import subprocess
from pathlib import Path

import bad_inputs
import numpy as np
import pytest

from eigen_teach import record
from eigen_teach.experiments import sweep

PARTS = {
    "label": "table3",
    "preset": "quick",
    "config": {"sizes": (8, 16), "seed": 0},
    "values": {"eigen": {"mean": [0.95, 0.1 + 0.2], "name": "Kaiming × 2"}},
    "provenance": {"seconds": 1.5, "commit": None},
}


def made(**changes):
    return record.Record(**{**PARTS, **changes})


# Record


def test_save_and_load_give_the_record_back(tmp_path):
    path = made().save(tmp_path)
    assert path == tmp_path / "table3.quick.json"
    assert record.load("table3", "quick", folder=tmp_path) == made()


def test_saved_file_is_the_same_bytes_whatever_the_order_of_the_keys(tmp_path):
    first = made().save(tmp_path).read_bytes()
    config = dict(reversed(PARTS["config"].items()))
    assert made(config=config).save(tmp_path).read_bytes() == first
    text = first.decode()
    assert text.endswith("}\n")
    assert text.isascii() is False  # × stays ×
    keys = [line.split('"')[1] for line in text.splitlines() if line.startswith(' "')]
    assert keys == sorted(keys) == sorted(json.loads(text))


def test_lists_of_plain_values_take_one_line_and_others_one_for_each_entry(tmp_path):
    values = {"b": [1.5, None, "a[1]", True], "a": [[1, 2], {"x": []}], "c": {}}
    path = made(values=values).save(tmp_path)
    assert record.load("table3", "quick", folder=tmp_path).values == values
    lines = path.read_text(encoding="utf-8").splitlines()
    start = lines.index(' "values": {')
    assert lines[start + 1 : start + 9] == [
        '  "a": [',
        "   [1, 2],",
        "   {",
        '    "x": []',
        "   }",
        "  ],",
        '  "b": [1.5, null, "a[1]", true],',
        '  "c": {}',
    ]


def test_record_keeps_its_own_copy():
    values = {"mean": [1.0]}
    kept = made(values=values)
    values["mean"].append(2.0)
    assert kept.values == {"mean": [1.0]}
    with pytest.raises(dataclasses.FrozenInstanceError):
        kept.label = "table1"


def test_saving_replaces_the_old_file_and_leaves_nothing_beside_it(tmp_path):
    made().save(tmp_path)
    path = made(values={"new": 1}).save(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["table3.quick.json"]
    assert record.load("table3", "quick", folder=tmp_path).values == {"new": 1}
    assert path.stat().st_mode & 0o777 == 0o644


def test_failed_save_leaves_what_was_there(tmp_path):
    obstacle = tmp_path / "table3.quick.json"
    (obstacle / "kept").mkdir(parents=True)  # a folder cannot be replaced by a file
    with pytest.raises(OSError, match=r"table3\.quick\.json"):
        made().save(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["table3.quick.json"]
    assert (obstacle / "kept").is_dir()


# stored records


def test_stored_record_loads_from_the_package():
    stored = record.load("table3")
    assert (stored.label, stored.preset) == ("table3", "paper")
    assert stored.config["trials"] == 500


def test_every_stored_record_is_written_as_save_writes_it():
    folder = Path(record.__file__).parent / "results"
    stored = [path for path in folder.glob("*.json") if path.name != "paper.json"]
    assert stored
    for path in stored:
        label, preset, _ = path.name.split(".")
        assert path.read_text(encoding="utf-8") == record.load(label, preset).to_json()


def test_missing_record_names_those_there_are_and_the_command(tmp_path):
    made().save(tmp_path)
    (tmp_path / "paper.json").write_text("{}")
    with pytest.raises(FileNotFoundError) as caught:
        record.load("figure2", folder=tmp_path)
    message = str(caught.value)
    assert "'figure2' and 'paper', and there are table3.quick; make it with" in message
    assert "python -m eigen_teach.experiments run figure2 --preset paper --save" in message


# provenance


def test_provenance_names_versions_and_machine_but_no_host_and_no_path():
    given = record.provenance(2.345678)
    wanted = {"eigen_teach", "commit", "python", "numpy", "torch", "machine", "cpus", "seconds"}
    assert set(given) == wanted
    assert given["numpy"] == np.__version__
    assert given["python"] == platform.python_version()
    assert given["cpus"] == os.cpu_count()
    assert given["seconds"] == 2.35
    assert platform.node() not in given.values()
    assert os.sep not in json.dumps(given)


@pytest.fixture
def git(monkeypatch, tmp_path):
    """A repository of this test alone, with one commit, in which the package seems to lie."""

    def run(*arguments):
        who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
        command = ["git", "-C", str(tmp_path), *who, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    (tmp_path / "record.py").write_text("")
    for arguments in (["init"], ["add", "record.py"], ["commit", "-m", "first"]):
        run(*arguments)
    monkeypatch.setattr(record, "__file__", str(tmp_path / "record.py"))
    record._commit.cache_clear()
    yield run
    record._commit.cache_clear()  # the next test is again about this checkout


def test_runs_name_the_commit_that_their_process_began_with(git):
    def committing(_config, _run, _device):
        git("commit", "--allow-empty", "-m", "meanwhile")
        return {}

    first = git("rev-parse", "HEAD")
    results = [sweep.perform(sweep.Task(committing, None), {"seed": seed}) for seed in range(2)]
    assert [result["provenance"]["commit"] for result in results] == [first, first]
    assert git("rev-parse", "HEAD") != first


def test_commit_of_changed_files_is_marked(git, tmp_path):
    (tmp_path / "record.py").write_text("# another line\n")
    assert record.provenance()["commit"] == git("rev-parse", "HEAD") + "-dirty"


def test_copy_inside_somebody_else_s_repository_has_no_commit(git, tmp_path, monkeypatch):
    copy = tmp_path / "installed" / "record.py"
    copy.parent.mkdir()
    copy.write_text("")
    monkeypatch.setattr(record, "__file__", str(copy))
    assert git("ls-files") == "record.py"
    assert record.provenance()["commit"] is None


# the paper's tables


@pytest.mark.parametrize(
    ("label", "rows", "columns"), [("table1", 8, 3), ("table2", 10, 3), ("table3", 8, 6)]
)
def test_paper_tables_have_the_paper_s_size_and_descend(label, rows, columns):
    table = record.paper_table(label)
    assert len(table.mean) == len(table.printed) == columns
    for norms in table.mean.values():
        assert norms.shape == (rows,)
        assert (np.diff(norms) <= 0).all()


def test_paper_tables_i_and_ii_have_no_standard_deviations():
    assert record.paper_table("table1").sd == record.paper_table("table2").sd == {}


def test_paper_table_iii_keeps_the_printed_names_in_the_printed_order():
    table = record.paper_table("table3")
    assert list(table.printed.values()) == [
        "Default",
        "sp-RNN",
        "Xavier normal",
        "Xavier uniform",
        "kaiming normal",
        "kaiming uniform",
    ]
    assert set(table.sd) == set(table.mean)
    assert all(sd.shape == (8,) for sd in table.sd.values())


def test_paper_tables_are_transcribed_by_their_sums():
    # Column sums taken from the paper's text, apart from the transcription.
    sums = {
        "table1": [2.86, 3.94, 3.24],
        "table2": [9.57, 12.19, 10.04],
        "table3": [3.11, 4.21, 5.35, 5.48, 7.59, 7.74],
    }
    for label, exact in sums.items():
        means = record.paper_table(label).mean.values()
        np.testing.assert_allclose([column.sum() for column in means], exact, atol=1e-9)
    spreads = [column.sum() for column in record.paper_table("table3").sd.values()]
    np.testing.assert_allclose(spreads, [0.63, 0.50, 1.20, 1.09, 1.64, 1.59], atol=1e-9)


# bad input

BAD_INPUTS = [
    ("label path", lambda: made(label="../table3"), ValueError, r"label must be a word .*got '\.\./table3'"),
    ("label upper", lambda: made(label="Table III"), ValueError, "label must be a word"),
    ("preset number", lambda: made(preset=3), ValueError, "preset must be a word .*got 3"),
    ("preset empty", lambda: made(preset=""), ValueError, "preset must be a word"),
    ("values NaN", lambda: made(values={"mean": [np.nan]}), ValueError, "values must hold finite numbers"),
    (
        "values inf",
        lambda: made(values={"mean": float("inf")}),
        ValueError,
        "values must hold finite numbers",
    ),
    ("values array", lambda: made(values={"mean": np.ones(2)}), TypeError, r"values .*ndarray.*\.tolist\(\)"),
    (
        "config list",
        lambda: made(config=[1]),
        TypeError,
        "config must be a mapping, got list; use dataclasses",
    ),
    ("provenance set", lambda: made(provenance={"a": {1}}), TypeError, "provenance must hold .*set"),
    (
        "save nowhere",
        lambda: made().save("no/such/folder"),
        NotADirectoryError,
        "folder must exist, got 'no/such",
    ),
    ("load path", lambda: record.load("../paper"), ValueError, "label must be a word"),
    ("load preset", lambda: record.load("table3", "huge"), FileNotFoundError, r"there are .*table3\.paper"),
    ("load nowhere", lambda: record.load("table3", folder="no/such"), FileNotFoundError, "there are none"),
    (
        "paper figure",
        lambda: record.paper_table("figure1"),
        ValueError,
        "label must be one of table1, table2, table3, got 'figure1'; the paper",
    ),
    (
        "paper number",
        lambda: record.paper_table(3),
        ValueError,
        "label must be one of table1, .* got 3",
    ),
]


@bad_inputs.each(BAD_INPUTS)
def test_bad_input_is_named_and_answered(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"table3\.paper\.json must be a record with label, preset.*store it again"),
        ("[]", "must be a record"),
        ('{"label": "table3"}', "its keys are label"),
        (made().to_json(), "it says 'table3' and 'quick'"),
    ],
    ids=["broken", "list", "keys missing", "another preset"],
)
def test_file_that_is_no_record_is_refused(tmp_path, text, message):
    path = tmp_path / "table3.paper.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        record.load("table3", folder=tmp_path)
    assert path.read_text(encoding="utf-8") == text
