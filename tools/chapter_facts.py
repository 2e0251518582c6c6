"""What a chapter is made of: the counts that the tests ask for, and that this script prints.

python tools/chapter_facts.py          a table: minutes, words, figures, words a figure, exercises
"""

import re
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median

import nbformat
from run_notebooks import INSTALL_TAG, ROOT, chapters

NUMBER = re.compile(
    r"(?<![\w.])[-−+]?"  # not inside a name or another number
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.?\d+)"  # 13,781 or 0.95 or .95
    r"(?:[eE][-+]?\d+)?(?!\w)"
)
CHECK = re.compile(r"lesson\.check\(\s*\"([^\"]+)\"")
# What in a text is no claim of the chapter's, and why. The order matters: blocks before what is inside them.
NOT_A_CLAIM = [
    (r"```.*?```", "code"),
    (r"\$\$.*?\$\$", "equation"),
    (r"\$[^$]+\$", "equation"),
    (r"`[^`]+`", "code"),
    (r"(?m)^#+ [^\n]*$", "heading"),
    (r"(?m)^>[^\n]*$", "the paper's own words"),
    (r"(?m)^\*\*(Time|Paper)\*\*[^\n]*$", "header"),
    (r"!?\[[^\]]*\]\([^)]*\)", "link"),
    (r"<[^>]+>", "markup"),
    (r"\*\*\d+\.", "number of an exercise"),
    (r"\(\d{1,2}\)", "number of an equation"),
    (
        r"(?i)\b(equations?|eqs?\.|figures?|tables?|sections?|parts?|rows?|exercises?)\s+\(?\d+\)?",
        "reference",
    ),
    (r"\b\d+ × \d+\b", "size of a matrix"),
    (r"\b(1[89]|20)\d\d\b", "year"),
]


def numbers(text: str) -> set[str]:
    """The numbers of a text as digits: no sign, no thousands commas, no zero before the point."""
    found = (match.group().lstrip("+-−").replace(",", "") for match in NUMBER.finditer(text))
    return {re.sub(r"^0+(?=\d*\.|\d)", "", number) for number in found}


def claimed_numbers(markdown: str) -> set[str]:
    """Numbers that a chapter's text states, without those that are no claim of its own."""
    for pattern, _reason in NOT_A_CLAIM:
        markdown = re.sub(pattern, " ", markdown, flags=re.DOTALL)
    return numbers(markdown)


def text_of(output) -> str:
    """What an output shows as text."""
    if output.output_type == "stream":
        return output.text
    return output.get("data", {}).get("text/plain", "")


@dataclass(frozen=True)
class Chapter:
    """One notebook of the book."""

    path: Path

    @property
    def name(self) -> str:
        """Path without folder `book` and without suffix: ``linear/eigenmodes``."""
        return self.path.relative_to(ROOT / "book").with_suffix("").as_posix()

    @cached_property
    def notebook(self):
        """The stored notebook."""
        return nbformat.read(self.path, as_version=4)

    @property
    def code(self) -> list:
        """Code cells, the one that installs the package left out."""
        cells = [cell for cell in self.notebook.cells if cell.cell_type == "code"]
        return [cell for cell in cells if INSTALL_TAG not in cell.metadata.get("tags", [])]

    @property
    def markdown(self) -> str:
        """All text cells, one after the other."""
        return "\n\n".join(cell.source for cell in self.notebook.cells if cell.cell_type == "markdown")

    @property
    def header(self) -> str:
        """The first cell: title, objectives, minutes."""
        return self.notebook.cells[0].source

    @property
    def objectives(self) -> list[str]:
        """What the reader will be able to do."""
        listed = self.header.split("**Afterwards you can**")[-1].split("**You need**")[0]
        return re.findall(r"(?m)^- (.+)$", listed)

    @property
    def minutes(self) -> int:
        """Length as the header states it; 0 where it states none."""
        match = re.search(r"\*\*Time\*\*: (\d+) minutes", self.header)
        return int(match.group(1)) if match else 0

    @property
    def words(self) -> int:
        """Words of running text; equations and code are not counted."""
        return len(re.sub(r"\$\$.*?\$\$|```.*?```", " ", self.markdown, flags=re.DOTALL).split())

    @property
    def figures(self) -> list:
        """Code cells that show a picture or a widget."""
        shown = ("image/png", "application/vnd.jupyter.widget-view+json")
        return [c for c in self.code if any(m in o.get("data", {}) for o in c.outputs for m in shown)]

    @property
    def printed(self) -> str:
        """All text that the chapter's cells print."""
        return "\n".join(text_of(output) for cell in self.code for output in cell.outputs)

    @property
    def exercises(self) -> dict[str, list]:
        """Cells that check an answer, by the name of the exercise: the stub's, then the solution's."""
        cells: dict[str, list] = {}
        for cell in self.code:
            for name in CHECK.findall(cell.source):
                cells.setdefault(name, []).append(cell)
        return cells

    @property
    def code_lines(self) -> list[int]:
        """Lines of each code cell."""
        return [len(cell.source.splitlines()) for cell in self.code]

    def unprinted_numbers(self) -> set[str]:
        """Numbers of the text that no cell of the chapter prints."""
        return claimed_numbers(self.markdown) - numbers(self.printed)


def book() -> list[Chapter]:
    """All chapters."""
    return [Chapter(path) for path in chapters()]


def main() -> int:
    """Print the table."""
    print(
        f"{'chapter':32}{'minutes':>8}{'words':>7}{'figures':>9}{'words/figure':>14}{'exercises':>11}{'lines':>7}"
    )
    for c in book():
        a_figure = c.words / max(len(c.figures), 1)
        row = f"{c.name:32}{c.minutes:8}{c.words:7}{len(c.figures):9}{a_figure:14.0f}{len(c.exercises):11}"
        print(f"{row}{median(c.code_lines):7.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
