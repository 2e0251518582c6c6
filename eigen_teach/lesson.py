"""What a chapter says through code: source listings, checked exercises, tables with a verdict."""

import html
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from eigen_teach import _check, exercises


def show(function: Callable[..., Any]) -> None:
    """Print the source of a function of the package, so that the page shows what really runs.

    Args:
        function: A function or class written in Python.

    Raises:
        TypeError: For anything without Python source (a number, a built-in).

    Example:
        >>> from eigen_teach import lesson
        >>> lesson.show(lesson.check)  # doctest: +ELLIPSIS
        def check(name: str, answer: Any) -> None:
        ...

    Chapter: linear/state_space
    """
    try:
        source = inspect.getsource(function)
    except (TypeError, OSError):
        raise TypeError(
            f"function must be a Python function or class with source, got {function!r}; "
            "pass the function itself, not its result"
        ) from None
    print(source.rstrip("\n"))


def check(name: str, answer: Any) -> None:
    """Say whether an answer to an exercise is right, and why not. Never raises.

    A page that shows this exercise unfilled must stay whole, so even an answer that crashes, or a name
    that does not exist, only prints a line.

    Args:
        name: The exercise, as ``"eigenmodes/half_life"``.
        answer: Whatever the exercise asks for: a number, an array, a function.

    Example:
        >>> from eigen_teach import lesson
        >>> lesson.check("eigenmodes/half_life", ...)
        not yet: the cell still holds the ellipsis; put your answer in its place

    Chapter: linear/state_space
    """
    print(exercises.judge(name, answer))


@dataclass(frozen=True)
class Claim:
    """One row of a verdict table.

    Attributes:
        paper: What the paper says, quoted or closely paraphrased.
        ours: What was measured here, as text with its number.
        verdict: ``"holds"``, ``"holds with small print"``, ``"does not hold"`` or ``"not reproduced"``.
    """

    paper: str
    ours: str
    verdict: str


VERDICTS = ("holds", "holds with small print", "does not hold", "not reproduced")


class ClaimTable:
    """A table *the paper says · we measured · verdict* that shows itself in a page and in a terminal."""

    def __init__(self, rows: tuple[Claim, ...]) -> None:
        self.rows = rows

    def __repr__(self) -> str:
        return "\n".join(f"{row.paper} | {row.ours} | {row.verdict}" for row in self.rows)

    def _repr_html_(self) -> str:
        """HTML with a caption and header cells, for screen readers."""
        head = "".join(
            f'<th scope="col">{title}</th>' for title in ("The paper says", "We measured", "Verdict")
        )
        body = "".join(
            f"<tr><td>{html.escape(row.paper)}</td><td>{html.escape(row.ours)}</td>"
            f"<td><strong>{html.escape(row.verdict)}</strong></td></tr>"
            for row in self.rows
        )
        return f'<table class="claims"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def claims(rows: Iterable[tuple[str, str, str]]) -> ClaimTable:
    """Set claims of the paper beside our own measurement.

    Args:
        rows: Triples (what the paper says, what we measured, verdict); see `Claim` for the four verdicts.

    Returns:
        A table that shows itself as the last value of a cell.

    Raises:
        ValueError: For an unknown verdict.

    Example:
        >>> from eigen_teach import lesson
        >>> lesson.claims([("W = U Λ Ūᵀ for any W", "error 0.74 for a non-normal W", "does not hold")])
        W = U Λ Ūᵀ for any W | error 0.74 for a non-normal W | does not hold

    Chapter: linear/eigenmodes
    """
    table = tuple(Claim(*row) for row in rows)
    for row in table:
        way_out = "put what needs more words into the second column"
        _check.choice("verdict", row.verdict, VERDICTS, way_out)
    return ClaimTable(table)
