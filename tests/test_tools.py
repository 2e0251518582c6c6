"""The tools that judge chapters: a test that cannot fail would be worse than none."""

import sys

import chapter_facts
import mutations
import nbformat
import pytest
import run_notebooks


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        ("half is left after 13.5 steps", {"13.5"}),
        ("0.95 and .95 are one number, 1,024 has no comma", {".95", "1024"}),
        ("# Chapter 7\n\nit keeps 0.5", {".5"}),
        ("> the paper says 99\n\nwe say 98 %", {"98"}),
        ("**Time**: 50 minutes. **Paper**: section II.\n\nbut 51 here", {"51"}),
        ("see (6) and equation 9, Table 3, [chapter 4](four.ipynb), $x = 5$, `n = 6`, in 2023", set()),
        ("$$a = 1\n\\tag{6}$$\n\nthen 2.5", {"2.5"}),
        ("an 8 × 8 matrix loses −7 units, and x2 none", {"7"}),
    ],
)
def test_claimed_numbers_are_those_that_a_text_states_itself(text, claimed):
    assert chapter_facts.claimed_numbers(text) == claimed


def stamped(tmp_path, source="print(1)", output="1\n"):
    cell = nbformat.v4.new_code_cell(source, outputs=[nbformat.v4.new_output("stream", text=output)])
    notebook = nbformat.v4.new_notebook(cells=[cell])
    (tmp_path / "module.py").write_text("x = 1\n")
    (tmp_path / "requirements.txt").write_text("numpy==2\nscipy==1\npytest==9\n")
    notebook.metadata["eigen_teach"] = {
        "inputs": run_notebooks.inputs_hash(notebook, ["module.py"], tmp_path),
        "outputs": run_notebooks.outputs_hash(notebook),
        "uses": ["module.py"],
    }
    return notebook


def reason(notebook, tmp_path):
    nbformat.write(notebook, tmp_path / "chapter.ipynb")
    return run_notebooks.stale_because(tmp_path / "chapter.ipynb", tmp_path)


def test_an_untouched_chapter_is_current(tmp_path):
    assert reason(stamped(tmp_path), tmp_path) == ""


@pytest.mark.parametrize(
    ("file", "text", "stale"),
    [
        ("module.py", "x = 2\n", True),
        ("requirements.txt", "numpy==3\nscipy==1\npytest==9\n", True),
        ("requirements.txt", "numpy==2\nscipy==2\npytest==9\n", True),
        ("requirements.txt", "numpy==2\nscipy==1\npytest==10\n", False),
    ],
)
def test_a_chapter_is_stale_when_what_it_used_has_changed(tmp_path, file, text, stale):
    notebook = stamped(tmp_path)
    (tmp_path / file).write_text(text)
    assert bool(reason(notebook, tmp_path)) == stale


def test_a_chapter_is_stale_when_its_code_or_its_outputs_were_edited(tmp_path):
    notebook = stamped(tmp_path)
    notebook.cells[0].source = "print(2)"
    assert "code" in reason(notebook, tmp_path)
    notebook = stamped(tmp_path)
    notebook.cells[0].outputs[0].text = "2\n"
    assert "outputs" in reason(notebook, tmp_path)


@pytest.mark.parametrize("mutation", mutations.MUTATIONS, ids=lambda mutation: mutation.what)
def test_every_mutation_still_finds_its_place(mutation):
    text = mutation.path.read_text(encoding="utf-8")
    assert mutation.edit(text) != text


def mutated(tmp_path, new, *command):
    """A fault in a script that says `assert 1`; the command is that script where none is given."""
    script = tmp_path / "script.py"
    script.write_text("assert 1\n")
    return mutations.Mutation(
        "a fault", script, mutations.replace("1", new), [*(command or (sys.executable, str(script)))]
    )


def test_a_mutation_is_red_where_the_fault_fails_and_survives_where_it_does_not(tmp_path):
    assert not mutations.survives(mutated(tmp_path, "0"))
    assert mutations.survives(mutated(tmp_path, "2"))
    assert (tmp_path / "script.py").read_text() == "assert 1\n"


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ([sys.executable, "-c", "raise SystemExit(1)"], r"SystemExit\(1\) fails without a fault"),
        ([*mutations.PYTEST, "-p", "no:nbval", "no_such_file.py"], "no_such_file.py ended with status 4"),
    ],
)
def test_a_stage_that_fails_anyway_finds_no_fault(tmp_path, command, message):
    with pytest.raises(RuntimeError, match=message):
        mutations.survives(mutated(tmp_path, "0", *command))
