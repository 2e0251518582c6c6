"""Every claim of the paper with its words, our measurement, and the verdict that follows by a rule."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from eigen_teach import _check, record
from eigen_teach.lesson import VERDICTS
from eigen_teach.verdicts import tables  # noqa: F401  importing a module registers its statements
from eigen_teach.verdicts.abstract import ABSTRACT, CONCLUSION
from eigen_teach.verdicts.conjectures import CONJECTURES
from eigen_teach.verdicts.initializer import INITIALIZER
from eigen_teach.verdicts.linear import LINEAR
from eigen_teach.verdicts.races import EXPERIMENTS
from eigen_teach.verdicts.statement import Finding, Load, Statement
from eigen_teach.verdicts.states import STATES

PARTS = {
    "abstract": "the abstract",
    "linear": "sections I and II",
    "conjectures": "section III, Conjecture 1, Tables I and II",
    "states": "section III, Conjecture 2, Figure 1",
    "initializer": "section IV, Table III",
    "experiments": "section V, Figures 2 to 4",
    "conclusion": "the conclusion",
}
_COLLECTED = (ABSTRACT, LINEAR, CONJECTURES, STATES, INITIALIZER, EXPERIMENTS, CONCLUSION)
STATEMENTS: tuple[Statement, ...] = tuple(row for part in _COLLECTED for row in part.statements)
# The four words of a verdict, each with a sign, so that no reader depends on a colour.
MARKS = dict(zip(VERDICTS, "✓◐✗○", strict=True))


def measured(load: Load = record.load) -> dict[str, Finding]:
    """Measure every statement now, from the records and by mathematics.

    Args:
        load: label → record; each record is loaded once.

    Returns:
        Key of the statement → our numbers and the verdict that follows from them.

    Chapter: experiments/verdict
    """
    cached = functools.cache(load)
    return {row.key: row.judge(cached) for row in STATEMENTS}


class Table:
    """A table *the paper says · verdict, measured* with links to the evidence.

    It shows itself as Markdown, so that its links lead to the chapters in Jupyter and Colab as well as on
    the page, and as text in a terminal.
    """

    def __init__(self, rows: Sequence[tuple[Statement, Finding]]) -> None:
        self.rows = tuple(rows)

    def __repr__(self) -> str:
        lines = (f"{row.where}: {row.words} | {found.ours} | {found.verdict}" for row, found in self.rows)
        return "\n".join(lines)

    def _repr_markdown_(self) -> str:
        """A Markdown table of two columns: a phone has room for no more."""
        lines = ["| The paper says | Our verdict, and what we measured |", "| --- | --- |"]
        for row, found in self.rows:
            printed = f" Printed: {row.printed}." if row.printed else ""
            paper = f"*{row.where}* “{row.words}”{printed}"
            where = ", ".join(link(target) for target in row.evidence)
            ours = f"{MARKS[found.verdict]} **{found.verdict}**: {found.ours}"
            links = f" ({where})" if where else ""
            lines.append(f"| {_cell(paper)} | {_cell(ours + links)} |")
        return "\n".join(lines)


def _cell(text: str) -> str:
    """A bar inside a cell would end it."""
    return text.replace("|", "&#124;")


def link(target: str) -> str:
    """Return a Markdown link from this chapter to a heading of another.

    Args:
        target: chapter and heading, as ``"initializer/gates#which-gate-listens"``.

    Example:
        >>> link("initializer/gates#which-gate-listens")
        '[gates](../initializer/gates.ipynb#which-gate-listens)'
    """
    chapter, _, heading = target.partition("#")
    return f"[{chapter.split('/')[-1].replace('_', ' ')}](../{chapter}.ipynb#{heading})"


def table(part: str, found: dict[str, Finding]) -> Table:
    """Return the table of one part of the paper.

    Args:
        part: a key of ``PARTS``.
        found: of :func:`measured`.

    Raises:
        ValueError: if there is no such part.

    Chapter: experiments/verdict
    """
    _check.choice("part", part, PARTS)
    return Table([(row, found[row.key]) for row in STATEMENTS if row.part == part])
