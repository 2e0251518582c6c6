"""The paired differences behind the verdicts, in the families in which the chapters correct them.

Every difference is the paper's initializer minus another, so that ahead means the paper's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from typing import Any

import numpy as np

from eigen_teach import paired
from eigen_teach._check import Floats
from eigen_teach.experiments import figure2
from eigen_teach.paired import Difference
from eigen_teach.verdicts.statement import Load, Tally

Key = tuple[str, ...]
# Several statements rest on one family: computed once a loader, which must give the same record each time.
once_a_loader = lru_cache(maxsize=4)
CELLS = ("tanh", "lstm", "gru")
RACES = ("figure2", "tomita_others")
ABLATIONS = (
    "ablation_radius",
    "ablation_rotations",
    "ablation_linearity",
    "state_distribution",
    "recall",
    "adding",
)
XAVIER, KAIMING = ("xavier_normal", "xavier_uniform"), ("kaiming_normal", "kaiming_uniform")


@dataclass(frozen=True)
class Family:
    """Differences that are corrected together, by Holm's rule.

    Args:
        found: key → difference; the key ends with the rival's name.
        open: keys of comparisons with too few seeds for an interval.
    """

    found: Mapping[Key, Difference]
    open: tuple[Key, ...] = ()

    @cached_property
    def sure(self) -> set[Key]:
        """Keys of the differences that are certain at 5 %."""
        adjusted = paired.holm([difference.p for difference in self.found.values()])
        return {key for key, p in zip(self.found, adjusted, strict=True) if p < 0.05}

    def tally(self, wanted: Callable[[Key], bool]) -> Tally:
        """Count those whose key is wanted.

        Args:
            wanted: key → whether it counts.
        """
        sure = [self.found[key].mean > 0 for key in self.sure if wanted(key)]
        asked = sum(map(wanted, [*self.found, *self.open]))
        return Tally(sum(sure), len(sure) - sum(sure), asked)


def against(*rivals: str, first: str | None = None, second: str | None = None) -> Callable[[Key], bool]:
    """Return a test of keys: the rival, and if given the first and second entry.

    Args:
        *rivals: names, any of them.
        first: of the key.
        second: of the key.
    """
    return lambda key: key[-1] in rivals and first in (None, key[0]) and second in (None, key[1])


def eigen_minus(values: Mapping[str, Any], *key: str) -> dict[Key, Difference]:
    """Return the differences from every other initializer, in percentage points.

    Args:
        values: initializer → one share a seed.
        *key: what they are filed under.
    """
    eigen = 100 * np.asarray(values["eigen"])
    rest = {name: 100 * np.asarray(v) for name, v in values.items() if name != "eigen"}
    return {(*key, name): paired.differences(eigen, other) for name, other in rest.items()}


# ------------------------------------------------------------------------------------- Tomita's grammars


@once_a_loader
def race(load: Load) -> Family:
    """Return the 48 of Figure 2: three cells, mean of all epochs and last epoch, eight rivals.

    Args:
        load: label → record.
    """
    runs = load("figure2").values["runs"]
    found: dict[Key, Difference] = {}
    for cell, measure in product(CELLS, ("mean", "final")):
        found |= eigen_minus(figure2.by_initializer(runs, measure, cell=cell), cell, measure)
    return Family(found)


@once_a_loader
def inputs_too(load: Load) -> Family:
    """Return the 12 in which a rival's rule fills the input weights as well.

    Args:
        load: label → record.
    """
    runs = load("figure2").values["runs"]
    found: dict[Key, Difference] = {}
    for cell in CELLS:
        eigen = figure2.by_initializer(runs, "mean", cell=cell)["eigen"]
        asked = [run["inputs_too"]["mean"] for run in runs if run["cell"] == cell]
        rivals = {name: [run[name] for run in asked] for name in asked[0]}
        found |= eigen_minus({"eigen": eigen, **rivals}, cell, "mean")
    return Family(found)


@once_a_loader
def grammars(load: Load) -> Family:
    """Return the 48 of the six other grammars: mean of all epochs, eight rivals.

    Args:
        load: label → record.
    """
    record = load("tomita_others")
    found: dict[Key, Difference] = {}
    for grammar in record.config["grammars"]:
        values = figure2.by_initializer(record.values["runs"], "mean", grammar=grammar)
        found |= eigen_minus(values, str(grammar), "mean")
    return Family(found)


@once_a_loader
def smooth(load: Load) -> Family:
    """Return the 16 on smoothness in tanh: falls and bends of the curves; ahead means smoother.

    Args:
        load: label → record.
    """
    runs = [run["test_accuracy"] for run in load("figure2").values["runs"] if run["cell"] == "tanh"]
    curves = {name: np.array([run[name] for run in runs], dtype=float) for name in runs[0]}
    falls = {name: -np.maximum(-np.diff(y, axis=1), 0).sum(axis=1) for name, y in curves.items()}
    bends = {name: -np.abs(np.diff(y, n=2, axis=1)).mean(axis=1) for name, y in curves.items()}
    return Family(eigen_minus(falls, "falls") | eigen_minus(bends, "bends"))


# ---------------------------------------------------------------------------------------------- ablations

TASKS = ("tomita4", "recall", "adding", "digits")
Arm = tuple[str, str, dict[str, Any]]  # label of the record, arm, which of its runs


def _alike(study: str, arm: str, other: str, which: dict[str, Any]) -> tuple[Arm, Arm]:
    """The same runs of one study, for two arms."""
    return (study, arm, which), (study, other, which)


def _pairs(task: str) -> Iterator[tuple[str, str, tuple[Arm, Arm]]]:
    """Part that is changed, what it becomes, and the two arms: changed, and as it was."""
    asked = {"task": task}
    for radius in ("0.8", "1.0", "1.1", "1.5"):
        yield "λ", radius, _alike("ablation_radius", radius, "0.95", asked)
    for family in ("haar", "beta_chain", "gaussian", "identity"):
        yield "turn", family, _alike("ablation_rotations", family, "chain", asked)
    digits = task == "digits"
    study, which = ("state_distribution", {}) if digits else ("ablation_linearity", {**asked, "cell": "tanh"})
    yield "all", "default", _alike(study, "default", "eigen", which)
    yield "number", "gaussian", (("ablation_rotations", "gaussian", asked), (study, "default", which))
    for other in () if digits else ("linear", "relu"):
        alike = which | {"cell": other}
        yield "bend", other, ((study, "eigen", alike), (study, "eigen", which))
        yield other, "default", _alike(study, "default", "eigen", alike)


def _gated_pairs(task: str, lr: float) -> Iterator[tuple[str, str, tuple[Arm, Arm]]]:
    """The same of the two tasks that were tried with gated cells."""
    names = ("default", "xavier_uniform", "irnn", "haar", "bias_1", "chrono")
    for cell in CELLS:
        for arm in names[1:3] if cell == "tanh" else names:
            part = "all" if cell == "tanh" else cell
            yield part, arm, _alike(task, arm, "eigen", {"cell": cell, "lr": lr})


def skill(load: Load, label: str, arm: str, **which: Any) -> Floats:
    """Return scores from 0, guessing, to 1, perfect, before training and after each tenth: (seeds, 11).

    Args:
        load: label → record.
        label: of the study.
        arm: of the study.
        **which: the runs.
    """
    runs = [run for run in load(label).values["runs"] if which.items() <= run.items()]
    scores = np.array([run["scores"][arm] for run in runs], dtype=float)
    guess = runs[0]["guess"]
    return (scores - guess) / (1 - guess)  # type: ignore[no-any-return]


def solved(load: Load, label: str, arm: str, **which: Any) -> int:
    """Return how many seeds end with a skill above 0.9.

    Args:
        load: label → record.
        label: as in :func:`skill`.
        arm: likewise.
        **which: likewise.
    """
    return int((skill(load, label, arm, **which)[:, -1] > 0.9).sum())


@once_a_loader
def ablations(load: Load) -> Family:
    """Return the 160 of the ablations; keys (outcome, part, task, what it becomes).

    Outcomes: ``"end"``, and ``"way"``, the mean over training.

    Args:
        load: label → record.
    """
    listed = [(task, *pair) for task in TASKS for pair in _pairs(task)]
    for task in ("recall", "adding"):
        listed += [(task, *pair) for pair in _gated_pairs(task, load(task).config["lr"])]
    found: dict[Key, Difference] = {}
    for task, part, arm, ((label, own, which), (other_label, other, other_which)) in listed:
        changed = skill(load, label, own, **which)
        before = skill(load, other_label, other, **other_which)
        found["end", part, task, arm] = paired.differences(before[:, -1], changed[:, -1])
        found["way", part, task, arm] = paired.differences(
            before[:, 1:].mean(axis=1), changed[:, 1:].mean(axis=1)
        )
    return Family(found)


# ------------------------------------------------------------------ experiments with one network a run


def by_seed(runs: list[dict[str, Any]], of: Callable[[dict[str, Any]], float]) -> dict[str, dict[int, float]]:
    """Return initializer → seed → number.

    Args:
        runs: each with ``initializer`` and ``seed``.
        of: run → number.
    """
    table: dict[str, dict[int, float]] = {}
    for run in runs:
        table.setdefault(run["initializer"], {})[run["seed"]] = of(run)
    return table


def seed_by_seed(runs: list[dict[str, Any]], of: Callable[[dict[str, Any]], float], *key: str) -> Family:
    """Return eigen minus every other, over the seeds that both have; fewer than two leave it open.

    Args:
        runs: as in :func:`by_seed`.
        of: run → number; more is better.
        *key: what they are filed under.
    """
    table = by_seed(runs, of)
    eigen, found, unknown = table.pop("eigen"), {}, []
    for name, other in table.items():
        both = sorted(eigen.keys() & other.keys())
        if len(both) < 2:
            unknown.append((*key, name))
        else:
            found[(*key, name)] = paired.differences([eigen[s] for s in both], [other[s] for s in both])
    return Family(found, tuple(unknown))


def united(families: list[Family]) -> Family:
    """Return one family of several, corrected together.

    Args:
        families: with keys of their own.
    """
    found = {key: one for family in families for key, one in family.found.items()}
    return Family(found, tuple(key for family in families for key in family.open))
