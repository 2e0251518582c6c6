"""Break the project on purpose, one fault at a time, and see that the tests turn red.

Each mutation edits a file, runs the stage of `make test` that has to notice, and puts the file back.
A mutation that survives is a hole in the tests: the script then exits with status 1. A stage that fails
without the fault as well would prove nothing: it stops the script.
"""

import base64
import io
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
from matplotlib import pyplot as plt
from run_notebooks import ROOT, outputs_hash

CHAPTER = ROOT / "book" / "linear" / "eigenmodes.ipynb"
STATIC = ROOT / "eigen_teach" / "static"
PYTEST = [sys.executable, "-m", "pytest", "-q", "-x"]


@dataclass(frozen=True)
class Mutation:
    """One fault: what it is, the file, the edit, and the command that has to fail."""

    what: str
    path: Path
    edit: Callable[[str], str]
    command: list[str]


def replace(old: str, new: str) -> Callable[[str], str]:
    """An edit that must find its place."""

    def edit(text: str) -> str:
        if text.count(old) != 1:
            raise ValueError(f"the mutation's place {old!r} occurs {text.count(old)} times, once is needed")
        return text.replace(old, new)

    return edit


def restamp(notebook) -> str:
    """The notebook with a stamp that agrees with its outputs: the forger knows about stamps."""
    notebook.metadata["eigen_teach"]["outputs"] = outputs_hash(notebook)
    return nbformat.writes(notebook) + "\n"


def change_printed_number(text: str) -> str:
    """The half-life of B, forged in the stored output; the stamp is forged as well."""
    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output.text = re.sub(r"half-life 3\.6", "half-life 3.7", output.text)
    return restamp(notebook)


def change_picture(text: str) -> str:
    """The first stored picture, swapped for an empty one."""
    notebook = nbformat.reads(text, as_version=4)
    pictures = [
        o.data for c in notebook.cells for o in c.get("outputs", []) if "image/png" in o.get("data", {})
    ]
    empty = io.BytesIO()
    plt.figure().savefig(empty, format="png")
    pictures[0]["image/png"] = base64.b64encode(empty.getvalue()).decode()
    return nbformat.writes(notebook) + "\n"


MUTATIONS = [
    Mutation(
        "a sign in rotation_chain",
        ROOT / "eigen_teach" / "init.py",
        replace(
            "np.concatenate([[1.0], 0.0 - sines, beyond])", "np.concatenate([[1.0], 0.0 + sines, beyond])"
        ),
        [*PYTEST, "tests/test_init.py"],
    ),
    Mutation(
        "a number in a stored output, its stamp forged",
        CHAPTER,
        change_printed_number,
        [*PYTEST, "--nbval", "-p", "no:warnings", "book/linear/eigenmodes.ipynb"],
    ),
    Mutation("a stored picture", CHAPTER, change_picture, [*PYTEST, "tests/test_book.py"]),
    Mutation(
        "a widget's formula, wrong away from its default",
        STATIC / "eigen_math.mjs",
        replace("const size = radius ** t;", "const size = Math.min(radius, 0.97) ** t;"),
        ["make", "test-js"],
    ),
    Mutation(
        "a slider that has no effect beyond 1",
        STATIC / "eigen_plane.mjs",
        replace(
            'const size = model.get("radius"), turn', 'const size = Math.min(model.get("radius"), 1), turn'
        ),
        ["bash", "-c", f"make site && {sys.executable} -m pytest -q -x tests/test_drawings.py"],
    ),
    Mutation(
        "a slope in the phase portrait's script",
        STATIC / "portrait.mjs",
        replace("slope: (h) => 1 - h * h", "slope: (h) => 1 - 0.99 * h * h"),
        ["make", "test-js"],
    ),
    Mutation(
        "a setting of an experiment whose record is stored",
        ROOT / "eigen_teach" / "experiments" / "table2.py",
        replace("lr: float = 1e-4", "lr: float = 2e-4"),
        [*PYTEST, "tests/test_experiments.py", "-k", "config"],
    ),
    Mutation(
        "training that differs from a stored record's",
        ROOT / "eigen_teach" / "training.py",
        replace("Adam(model.parameters(), lr=lr,", "Adam(model.parameters(), lr=0.9 * lr,"),
        [*PYTEST, "tests/test_experiments.py", "-k", "first_losses"],
    ),
    Mutation(
        "a verdict that its records do not bear",
        ROOT / "eigen_teach" / "verdicts" / "races.py",
        replace('"And in LSTM", SMALL_PRINT)', '"And in LSTM", HOLDS)'),
        [*PYTEST, "tests/test_verdicts.py", "-k", "stated"],
    ),
]


def passes(command: list[str]) -> bool:
    """Whether a stage is green; raises where pytest did not get as far as a verdict."""
    status = subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode
    if status > 1 and "pytest" in " ".join(command):  # no test found, an interrupt, a wrong option
        raise RuntimeError(f"{' '.join(command)} ended with status {status}: it neither passed nor failed")
    return status == 0


@cache
def check_clean(*command: str) -> None:
    """Raise where a stage fails without a fault; each distinct one is run once."""
    if not passes([*command]):
        raise RuntimeError(f"{' '.join(command)} fails without a fault and would find any: mend it first")


def survives(mutation: Mutation) -> bool:
    """Whether the tests pass although the fault is there."""
    check_clean(*mutation.command)
    original = mutation.path.read_text()
    faulty = mutation.edit(original)
    if faulty == original:
        raise ValueError(f"the mutation {mutation.what!r} no longer changes anything: mend it")
    mutation.path.write_text(faulty)
    try:
        return passes(mutation.command)
    finally:
        mutation.path.write_text(original)


def main() -> int:
    """Try every mutation and print a table."""
    holes = 0
    for mutation in MUTATIONS:
        alive = survives(mutation)
        holes += alive
        print(f"{'SURVIVED' if alive else 'red':9} {mutation.what}: {mutation.command[-1]}", flush=True)
    return bool(holes)


if __name__ == "__main__":
    sys.exit(main())
