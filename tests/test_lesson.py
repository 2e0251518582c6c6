"""What chapters say through code, and the register of exercises."""

import chapter_facts
import numpy as np
import pytest

from eigen_teach import exercises, lesson
from eigen_teach.exercises.registry import CHECKS, differs


def test_show_prints_the_source_of_a_function(capsys):
    lesson.show(differs)
    assert capsys.readouterr().out.startswith("def differs(")


@pytest.mark.parametrize("thing", [3, "text", len])
def test_show_refuses_what_has_no_source(thing):
    with pytest.raises(TypeError, match=r"function must be a Python function .* pass the function itself"):
        lesson.show(thing)


class Hostile:
    """An answer that raises whatever is asked of it."""

    def __call__(self, *_args):
        raise RuntimeError("no")

    def __array__(self, *_args, **_kwargs):
        raise RuntimeError("no")


@pytest.mark.parametrize(
    "answer", [..., None, "text", 0, np.nan, [], {}, np.zeros((3, 3)), lambda: 1, Hostile()]
)
@pytest.mark.parametrize("name", sorted(CHECKS))
@pytest.mark.filterwarnings("ignore")  # a wrong answer may divide by zero on its way
def test_check_never_raises_and_refuses_what_is_no_answer(name, answer, capsys):
    lesson.check(name, answer)
    assert capsys.readouterr().out.startswith("not yet: ")


def test_check_of_an_unknown_exercise_names_those_there_are(capsys):
    lesson.check("no/such", 1)
    assert "the names are" in capsys.readouterr().out


def test_an_unfilled_function_is_told_so():
    assert exercises.judge("eigenmodes/half_life", lambda _modulus: ...).endswith("in its place")


def test_every_check_belongs_to_a_chapter_and_every_exercise_to_a_check():
    used = {name for chapter in chapter_facts.book() for name in chapter.exercises}
    assert used == CHECKS.keys()


@pytest.mark.parametrize(
    ("answer", "said"),
    [(1.0, None), (1 + 1e-9, None), (1.1, "hint"), ([1.0], "the shape should be (), and is (1,)")],
)
def test_differs_tells_shape_and_size_apart(answer, said):
    assert differs(answer, 1.0, "hint") == said


def test_claims_show_themselves_as_a_table_and_as_text():
    table = lesson.claims([("a < b", "1", "holds")])
    assert repr(table) == "a < b | 1 | holds"
    assert "<td>a &lt; b</td>" in table._repr_html_()
    assert table._repr_html_().count('scope="col"') == 3


def test_claims_refuse_a_verdict_of_their_own():
    with pytest.raises(ValueError, match=r"verdict must be one of holds, .* got 'maybe'"):
        lesson.claims([("a", "b", "maybe")])
