"""The stored chapters: executed, current, whole, and at the bar of the contributor's guide."""

import re
from statistics import median

import chapter_facts
import pytest
import run_notebooks
import set_repository

BOOK = chapter_facts.book()
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

pytestmark = pytest.mark.parametrize("chapter", BOOK, ids=lambda c: c.name)


def test_chapter_is_up_to_date_with_code_package_and_outputs(chapter):
    assert run_notebooks.stale_because(chapter.path) == ""


def test_every_code_cell_was_executed_in_order(chapter):
    counts = [c.execution_count for c in chapter.notebook.cells if c.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))


def test_no_output_is_an_error_or_an_address(chapter):
    outputs = [output for cell in chapter.code for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    assert not [o for o in outputs if o.output_type == "stream" and o.name == "stderr"]
    assert not re.search(r"0x[0-9a-f]{6,}", chapter.printed)


def test_no_cell_ends_in_a_semicolon(chapter):
    assert not [cell.source for cell in chapter.code if cell.source.rstrip().endswith(";")]


def test_every_widget_view_has_its_state(chapter):
    states = chapter.notebook.metadata.get("widgets", {}).get(run_notebooks.WIDGET_STATE, {}).get("state", {})
    views = [output.get("data", {}).get(WIDGET_VIEW) for cell in chapter.code for output in cell.outputs]
    missing = [view["model_id"] for view in views if view and view["model_id"] not in states]
    assert not missing


def test_markdown_has_no_directive_and_no_role(chapter):
    assert not re.findall(r"```\{|^:::|\{[a-z:-]+\}`|^\([\w-]+\)=$", chapter.markdown, flags=re.MULTILINE)


def test_first_code_cell_installs_from_the_repository(chapter):
    first = next(cell for cell in chapter.notebook.cells if cell.cell_type == "code")
    assert first.source == set_repository.install_cell(*set_repository.current())
    assert "install" in first.metadata.tags
    assert "remove-cell" in first.metadata.tags


def test_header_states_task_objectives_needs_minutes_and_source(chapter):
    assert re.match(r"# \w+", chapter.header)
    assert re.search(r"\*\*You will\*\* \w+", chapter.header)
    assert 3 <= len(chapter.objectives) <= 5
    assert not [o for o in chapter.objectives if re.match(r"(about|know|understand)\b", o, re.IGNORECASE)]
    assert "**You need**:" in chapter.header
    assert "**Paper**:" in chapter.header
    assert 20 <= chapter.minutes <= 90


def test_a_figure_comes_before_the_first_equation(chapter):
    cells = chapter.notebook.cells
    first_figure = min(cells.index(cell) for cell in chapter.figures)
    equations = [i for i, c in enumerate(cells) if c.cell_type == "markdown" and "$$" in c.source]
    assert not equations or first_figure < min(equations)


def assert_folded(cell, tag):
    """Folded in the book, in Lab and in Colab."""
    assert tag in cell.metadata.tags
    assert cell.metadata.jupyter.source_hidden
    assert cell.metadata.cellView == "form"


def test_there_is_a_prediction_whose_answer_is_folded(chapter):
    quizzes = [cell for cell in chapter.code if "Quiz(" in cell.source]
    assert quizzes
    for cell in quizzes:
        assert cell.source.startswith("# @title Question\n")
        assert_folded(cell, "hide-input")


def test_every_picture_has_alt_text(chapter):
    for cell in chapter.code:
        if any("image/png" in output.get("data", {}) for output in cell.outputs):
            alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
            assert len(alt.split()) >= 8, cell.source


def test_every_number_of_the_text_is_printed_by_a_cell(chapter):
    assert chapter.unprinted_numbers() == set()


def test_exercises_have_a_stub_that_fails_and_a_solution_that_passes(chapter):
    assert len(chapter.exercises) >= 2
    for name, cells in chapter.exercises.items():
        assert len(cells) == 2, name
        said = ["\n".join(map(chapter_facts.text_of, cell.outputs)) for cell in cells]
        assert said[0].splitlines()[-1].startswith("not yet: "), name
        assert said[1].splitlines()[-1] == f"right: {name}", name


def test_solutions_are_folded_in_the_book_in_lab_and_in_colab(chapter):
    for _stub, solution in chapter.exercises.values():
        assert solution.source.startswith("# @title Solution\n")
        assert_folded(solution, "hide-cell")


def test_there_is_a_verdict_and_further_reading(chapter):
    assert "## The paper says, we measured" in chapter.markdown
    assert "lesson.claims(" in "\n".join(cell.source for cell in chapter.code)
    assert "## Further reading" in chapter.markdown


def test_code_cells_are_short_and_mostly_visible(chapter):
    assert max(chapter.code_lines) <= 25
    assert median(chapter.code_lines) <= 7
    hidden = [c for c in chapter.code if {"hide-cell", "hide-input"} & set(c.metadata.get("tags", []))]
    assert len(hidden) < len(chapter.code) / 3
