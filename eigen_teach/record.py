"""Records: the results of paper-scale runs, with what it takes to make them again; the paper's numbers.

A record is one JSON file in ``eigen_teach/results``, so that it travels with the package.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np

import eigen_teach
from eigen_teach import _check
from eigen_teach._check import Floats

PACKAGE_RESULTS = "eigen_teach.results"


@dataclass(frozen=True)
class Record:
    """What an experiment gave, and how: label, preset, settings, values, provenance.

    The three mappings are copied as JSON would write them (tuples become lists), so that a record
    equals itself after ``save`` and ``load``.

    Args:
        label: the paper's own label, as ``"table3"``.
        preset: ``"quick"``, ``"paper"``, or ``"own"`` for other settings.
        config: every setting of the run, seed included.
        values: the results: strings, finite numbers, booleans, None, lists and dictionaries.
        provenance: see :func:`provenance`.

    Raises:
        ValueError: if label or preset is no plain word, or a number is not finite.
        TypeError: if something is not JSON, as a NumPy array is not.

    Example:
        >>> Record("table3", "quick", {"sizes": (8, 16)}, {}, {}).config
        {'sizes': [8, 16]}
    """

    label: str
    preset: str
    config: Mapping[str, Any]
    values: Mapping[str, Any]
    provenance: Mapping[str, Any]

    def __post_init__(self) -> None:
        _file_name(self.label, self.preset)
        for name in ("config", "values", "provenance"):
            object.__setattr__(self, name, _plain(name, getattr(self, name)))

    def to_json(self) -> str:
        """Return the text of the record's file: the same record always gives the same bytes."""
        return _laid_out(asdict(self)) + "\n"

    def save(self, folder: str | Path | None = None) -> Path:
        """Write ``label.preset.json`` and return its path; a reader never sees half a file.

        Args:
            folder: an existing folder; the package's own results when None.

        Raises:
            NotADirectoryError: if folder is no folder.
        """
        target = Path(str(resources.files(PACKAGE_RESULTS))) if folder is None else Path(folder)
        if not target.is_dir():
            raise NotADirectoryError(
                f"folder must exist, got {str(folder)!r}; make it with Path(...).mkdir()"
            )
        path = target / _file_name(self.label, self.preset)
        write_atomically(path, self.to_json())
        return path


def _laid_out(value: Any, margin: str = "\n") -> str:
    """Return JSON with one entry a line, but lists of plain values on a single one."""
    inner = margin + " "
    if isinstance(value, dict) and value:
        entries = [f"{json.dumps(key)}: {_laid_out(value[key], inner)}" for key in sorted(value)]
        return "{" + inner + f",{inner}".join(entries) + margin + "}"
    if isinstance(value, list) and any(isinstance(entry, list | dict) for entry in value):
        return "[" + inner + f",{inner}".join(_laid_out(entry, inner) for entry in value) + margin + "]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def write_atomically(path: Path, text: str) -> None:
    """Write a text file in one step: whoever reads it finds the old file or the new one, never half of it.

    Args:
        path: the file, in a folder that exists.
        text: its content, as UTF-8.
    """
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(part, 0o644)  # a temporary file is private, a record is not
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


def load(label: str, preset: str = "paper", *, folder: str | Path | None = None) -> Record:
    """Return a stored record.

    Args:
        label: the paper's own label, as ``"table3"``.
        preset: ``"quick"``, ``"paper"`` or ``"own"``.
        folder: where to look; the package's own results when None.

    Raises:
        FileNotFoundError: if there is none; the message has those there are and the command that makes it.
        ValueError: if label or preset is no plain word, or the file is no record of them.

    Example:
        >>> load("table3").config["trials"]
        500

    Chapter: initializer/spectra
    """
    name = _file_name(label, preset)
    results: Traversable = resources.files(PACKAGE_RESULTS) if folder is None else Path(folder)
    file = results / name
    if not file.is_file():
        there = sorted(entry.name for entry in results.iterdir()) if results.is_dir() else []
        records = [entry.removesuffix(".json") for entry in there if re.fullmatch(r"\w+\.\w+\.json", entry)]
        raise FileNotFoundError(
            f"label and preset must name a stored record, got {label!r} and {preset!r}, and there are "
            f"{', '.join(records) or 'none'}; make it with: "
            f"python -m eigen_teach.experiments run {label} --preset {preset} --save"
        )
    return _parse(name, file.read_text(encoding="utf-8"))


def provenance(seconds: float = 0.0) -> dict[str, Any]:
    """Return where numbers came from: versions, commit, kind of machine, time; no host name and no path.

    Args:
        seconds: wall-clock time of the run; whoever asks before it adds them afterwards.

    Example:
        >>> provenance(1.234)["seconds"]
        1.23
    """
    return {
        "eigen_teach": eigen_teach.__version__,
        "commit": _commit(),
        "python": platform.python_version(),
        "numpy": metadata.version("numpy"),
        "torch": metadata.version("torch"),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "seconds": round(seconds, 2),
    }


@dataclass(frozen=True, eq=False)
class PaperTable:
    """A table as the paper prints it, made by :func:`paper_table`.

    Args:
        caption: number and title, in the paper's words.
        printed: column key → the paper's own heading.
        mean: column key → printed numbers, one a row.
        sd: column key → the numbers after ±; empty where the table has none.
    """

    caption: str
    printed: dict[str, str]
    mean: dict[str, Floats]
    sd: dict[str, Floats]


def paper_table(label: str) -> PaperTable:
    """Return the numbers of the paper's Table I, II or III under the names that the package uses.

    Args:
        label: ``"table1"``, ``"table2"`` (columns linear, tanh, relu) or ``"table3"`` (initializers).

    Raises:
        ValueError: if label is none of them.

    Example:
        >>> table = paper_table("table3")
        >>> table.printed["np_rnn"], float(table.mean["np_rnn"][0]), float(table.sd["np_rnn"][0])
        ('sp-RNN', 1.0, 0.0)

    Chapter: initializer/spectra
    """
    tables = json.loads((resources.files(PACKAGE_RESULTS) / "paper.json").read_text(encoding="utf-8"))
    _check.choice("label", label, tables, "the paper has no other table")
    columns = tables[label]["columns"]
    return PaperTable(
        caption=tables[label]["caption"],
        printed={key: column["printed"] for key, column in columns.items()},
        mean={key: np.array(column["mean"]) for key, column in columns.items()},
        sd={key: np.array(column["sd"]) for key, column in columns.items() if "sd" in column},
    )


def _file_name(label: str, preset: str) -> str:
    for name, word in (("label", label), ("preset", preset)):
        if not isinstance(word, str) or not re.fullmatch(r"[a-z0-9_]+", word):
            raise ValueError(
                f"{name} must be a word of a-z, 0-9 and _, got {word!r}; as in 'table3' and 'paper'"
            )
    return f"{label}.{preset}.json"


def _plain(name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``value`` as JSON reads it back."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a mapping, got {type(value).__name__}; use dataclasses.asdict(...)")
    try:
        plain: dict[str, Any] = json.loads(json.dumps(dict(value), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"{name} must hold finite numbers, strings, booleans, None, lists and dictionaries, got {error}; "
            "use float(...) or .tolist()"
        ) from None
    return plain


def _parse(name: str, text: str) -> Record:
    wanted = [field.name for field in fields(Record)]
    try:
        content = json.loads(text)
        if sorted(content) != sorted(wanted):
            raise ValueError(f"its keys are {', '.join(content)}")
        record = Record(**content)
        if _file_name(record.label, record.preset) != name:
            raise ValueError(f"it says {record.label!r} and {record.preset!r}")
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} must be a record with {', '.join(wanted)}, got {error}; store it again"
        ) from None
    return record


@cache  # a process keeps the code that it has loaded, whatever is committed meanwhile
def _commit() -> str | None:
    """Return the commit of this package's own checkout, marked when files have changed; None elsewhere."""
    git = ["git", "-C", str(Path(__file__).parent)]
    try:
        # An installed copy may lie inside somebody else's repository, which does not track it.
        subprocess.run([*git, "ls-files", "--error-unmatch", "record.py"], capture_output=True, check=True)
        describe = [*git, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
        return subprocess.run(describe, capture_output=True, check=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
