"""Tables I and II: eigenvalues of trained networks, beside the paper's."""

from __future__ import annotations

import numpy as np

from eigen_teach import paired, record
from eigen_teach._check import Floats
from eigen_teach.verdicts.comparisons import Family, Key
from eigen_teach.verdicts.conjectures import CONJECTURES, MEMORY, capacity
from eigen_teach.verdicts.statement import (
    FALSE,
    HOLDS,
    NOT_REPRODUCED,
    SMALL_PRINT,
    Finding,
    Load,
    Tally,
    by_agreement,
    by_cases,
    by_count,
)

TABLE1, TABLE2 = (
    MEMORY + "table-i-what-a-regression-leaves-behind",
    MEMORY + "table-ii-what-a-classification-leaves-behind",
)

NAMES = {"linear": "linear", "tanh": "tanh", "relu": "ReLU"}


def norms(load: Load, label: str, cell: str, protocol: str | None = None) -> Floats:
    """Return the ordered norms of the trained networks, (seeds, rows).

    Args:
        load: label → record.
        label: ``"table1"`` or ``"table2"``.
        cell: ``"linear"``, ``"tanh"`` or ``"relu"``.
        protocol: of Table I.
    """
    runs = [run for run in load(label).values["runs"] if run["cell"] == cell]
    if label == "table2":
        return np.array([run["norms"][-1] for run in runs])
    return np.array([run["after"] for run in runs if run["protocol"] == protocol])


def top_norms(load: Load, label: str, cell: str, protocol: str | None = None) -> Floats:
    """Return the largest norm of each seed.

    Args:
        load: as in :func:`norms`.
        label: likewise.
        cell: likewise.
        protocol: likewise.
    """
    return norms(load, label, cell, protocol)[:, 0]


def above_linear(load: Load, label: str, cells: tuple[str, ...], protocols: tuple[str | None, ...]) -> Tally:
    """Count the rows in which a cell lies certainly above or below linear, one family for all.

    Args:
        load: label → record.
        label: ``"table1"`` or ``"table2"``.
        cells: that are compared with linear, seed by seed.
        protocols: of Table I; ``(None,)`` for Table II.
    """
    found: dict[Key, paired.Difference] = {}
    for cell in cells:
        for protocol in protocols:
            ours, other = norms(load, label, cell, protocol), norms(load, label, "linear", protocol)
            for k in range(ours.shape[1]):
                found[cell, str(protocol), str(k)] = paired.differences(ours[:, k], other[:, k])
    return Family(found).tally(lambda _: True)


@CONJECTURES.claim(
    "much_smaller",
    "Section III",
    "Since the new hidden state is given by both the previous hidden state and input sample, the eigenvalue "
    "norms should be much smaller than 1.",
    (TABLE1,),
    SMALL_PRINT,
    ("table1",),
)
def _much_smaller(load: Load) -> Finding:
    protocols = [protocol["name"] for protocol in load("table1").config["protocols"]]
    cells = ("linear", "tanh", "relu")
    tops = [top_norms(load, "table1", cell, p).mean() for p in protocols for cell in cells]
    fresh = np.mean([run["before"][0] for run in load("table1").values["runs"]])
    told = f"mean largest norm {min(tops):.2f} to {max(tops):.2f}, before training {fresh:.2f}; "
    told += f"below 0.8 in {sum(t < 0.8 for t in tops)} of {len(tops)} cases"
    return Finding(told, by_cases(t < 0.8 for t in tops))


@CONJECTURES.claim(
    "table1_printed",
    "Table I",
    "From Table I we can see both tanh-RNN and relu-RNN have larger eigenvalue norms than linear-RNN.",
    (TABLE1,),
    FALSE,
)
def _table1_printed(_load: Load) -> Finding:
    paper = record.paper_table("table1").mean
    below = {cell: 1 + np.flatnonzero(paper[cell] < paper["linear"]) for cell in ("relu", "tanh")}
    told = "as printed, smaller than linear: ReLU in rows {}, tanh in row {}"
    told = told.format(*(" ".join(map(str, rows)) for rows in below.values()))
    # "Larger" of two columns: in every row.
    return Finding(told, by_cases(len(rows) == 0 for rows in below.values()))


def _table1_ours(key: str, cell: str, stated: str) -> None:
    """The same sentence, asked of our networks, cell by cell."""

    @CONJECTURES.claim(
        key, f"Table I, asked of our {NAMES[cell]} networks",
        "both tanh-RNN and relu-RNN have larger eigenvalue norms than linear-RNN.",
        (TABLE1,), stated, ("table1",),
    )  # fmt: skip
    def measure(load: Load) -> Finding:
        protocols = tuple(protocol["name"] for protocol in load("table1").config["protocols"])
        tally = above_linear(load, "table1", (cell,), protocols)
        told = f"ours, {load('table1').config['seeds']} seeds, six protocols, eight rows: {tally}"
        return Finding(told, by_count(tally))


@CONJECTURES.claim(
    "table1_numbers",
    "Table I",
    "0.57 0.57 0.36 0.36 0.35 0.35 0.23 0.07",
    (TABLE1,),
    SMALL_PRINT,
    ("table1",),
    printed="24 numbers; the first column here",
)
def _table1_numbers(load: Load) -> Finding:
    paper, stored = record.paper_table("table1").mean, load("table1").values["runs"]
    fits = {}
    for when in ("after", "before"):
        runs = {
            c: np.array([r[when] for r in stored if (r["cell"], r["protocol"]) == (c, "base")]) for c in paper
        }
        near = [np.abs(paper[c] - runs[c].mean(axis=0)) <= 2 * runs[c].std(axis=0, ddof=1) for c in paper]
        fits[when] = int(np.sum(near))
    told = f"within two standard deviations of ours: {fits['after']} of 24; of untrained: {fits['before']}"
    verdict = by_agreement(fits["after"], 24)
    # Numbers that untrained networks nearly all reproduce as well are no evidence of what training does.
    return Finding(told, SMALL_PRINT if verdict == HOLDS and 2 * fits["before"] > 24 else verdict)


@CONJECTURES.claim(
    "larger_expected",
    "Section III, on classification",
    "Larger eigenvalue norms are expected.",
    (TABLE2,),
    HOLDS,
    ("table1", "table2"),
)
def _larger_expected(load: Load) -> Finding:
    tops = [(top_norms(load, "table1", c, "base"), top_norms(load, "table2", c)) for c in NAMES]
    told = ", ".join(
        f"{name} {s.max():.2f} and {d.min():.2f}" for name, (s, d) in zip(NAMES.values(), tops, strict=True)
    )
    seeds = "highest of {} regressions and lowest of {} classifications".format(*map(len, tops[0]))
    return Finding(f"largest norm, {seeds}: {told}", by_cases(bool(d.min() > s.max()) for s, d in tops))


@CONJECTURES.claim(
    "table2_order",
    "Table II, asked here: above linear?",
    "we perform two experiments on linear-RNN, tanh-RNN, and relu-RNN and compare the eigenvalue norms.",
    (TABLE2,),
    SMALL_PRINT,
    ("table2",),
)
def _table2_order(load: Load) -> Finding:
    tally = above_linear(load, "table2", ("tanh", "relu"), (None,))
    tops = [top_norms(load, "table2", cell).mean() for cell in ("linear", "tanh", "relu")]
    told = "largest norm: linear {:.2f}, tanh {:.2f}, ReLU {:.2f}; ten rows of both against linear: ".format(
        *tops
    )
    return Finding(f"{told}{tally}", by_count(tally))


@CONJECTURES.claim(
    "table2_numbers",
    "Table II",
    "1.02 1.71 1.35",
    (TABLE2,),
    SMALL_PRINT,
    ("table2",),
    printed="30 numbers; the first row here",
)
def _table2_numbers(load: Load) -> Finding:
    paper = record.paper_table("table2").mean
    off = np.array([np.abs(norms(load, "table2", cell).mean(axis=0) - paper[cell]) for cell in paper])
    ours = [top_norms(load, "table2", cell).mean() for cell in paper]
    told = (
        "first row {:.2f} {:.2f} {:.2f}; ".format(*ours)
        + f"{np.sum(off < 0.1)} of {off.size} means within 0.1"
    )
    return Finding(told, by_agreement(int(np.sum(off < 0.1)), off.size))


@CONJECTURES.claim(
    "slightly_larger",
    "Section III",
    "the eigenvalue norms can be slightly larger than 1 in linear RNN.",
    (TABLE2,),
    HOLDS,
    ("table2",),
    printed="1.02",
)
def _slightly_larger(load: Load) -> Finding:
    tops = top_norms(load, "table2", "linear")
    slightly = [1 < top < 1.1 for top in tops]
    told = f"{tops.mean():.2f} in the mean, between 1 and 1.1 in {sum(slightly)} of {len(tops)} seeds"
    return Finding(told, by_cases(slightly))


@CONJECTURES.claim(
    "tasks",
    "Section III",
    "From the tables above, we notice that the classification task has much better long-term dependency than "
    "regression.",
    (TABLE2,),
    SMALL_PRINT,
    ("table1", "table2", "memory_map"),
)
def _tasks(load: Load) -> Finding:
    tops = [top_norms(load, "table1", "tanh", "base").mean(), top_norms(load, "table2", "tanh").mean()]
    radii, held = load("memory_map").config["radii"], capacity(load, "haar", "tanh")[0]
    at = held[[radii.index(0.7), radii.index(1.5)]]  # about where the two tables end
    told = (
        "largest norm, tanh: {:.2f}, then {:.2f}; but a norm is not a dependency: tanh, Haar holds ".format(
            *tops
        )
    )
    told += "{:.0f} past inputs at 0.7 and {:.0f} at 1.5".format(*at)
    return Finding(told, by_cases([tops[1] > tops[0], at[1] > at[0]]))


_table1_ours("table1_tanh", "tanh", SMALL_PRINT)
_table1_ours("table1_relu", "relu", NOT_REPRODUCED)
