"""Recall one symbol after a long delay: initializers against each other, and against the gate biases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eigen_teach.experiments import arms, sweep, tasks


@dataclass(frozen=True)
class Recall(arms.Settings):
    """Settings of recall, and of ``adding`` with another task.

    Args:
        task: what is learned.
        cells: tanh has no gates, and so no arms of gate biases.
        initializers: of the recurrent matrix, keys of ``init.INITIALIZERS``.
        gate_biases: with the default matrix; LSTM and GRU only.
        radius: λ of eigen and haar.
        other_lr: the check of the learning rate: everything once more with this one.
        other_seeds: on so many seeds.
    """

    task: tasks.Task = tasks.RECALL
    cells: tuple[str, ...] = ("tanh", "lstm", "gru")
    initializers: tuple[str, ...] = ("default", "xavier_uniform", "irnn", "eigen", "haar")
    gate_biases: tuple[str, ...] = ("bias_1", "chrono")
    radius: float = 0.95
    other_lr: float = 3e-3
    other_seeds: int = 3


PRESETS = {
    "quick": Recall(
        task=tasks.Recall(delay=10),
        cells=("tanh",),
        initializers=("default", "eigen"),
        hidden_size=16,
        steps=100,
        test=200,
        points=5,
        seeds=1,
        other_seeds=0,
    ),
    "paper": Recall(),
}


def plan(config: Recall) -> list[dict[str, Any]]:
    """Return the runs, seed by seed; the check of the learning rate has the first seeds only.

    Args:
        config: the settings.
    """
    runs = sweep.grid(config.seeds, lr=(config.lr, config.other_lr), cell=config.cells)
    return [run for run in runs if run["lr"] == config.lr or run["seed"] < config.other_seeds]


def run_one(config: Recall, run: dict[str, Any], device: str) -> dict[str, Any]:
    """Train all arms of one cell, seed and learning rate.

    Args:
        config: the settings.
        run: ``lr``, ``cell`` and ``seed``.
        device: torch's name of the device.

    Returns:
        By arm, as ``arms.train``.
    """
    fills = {name: arms.initializer(name, config.radius) for name in config.initializers}
    if run["cell"] in arms.GATED:
        fills |= {kind: arms.gate_bias(kind, config.task.span) for kind in config.gate_biases}
    return arms.compare(config, config.task, run["cell"], fills, run["seed"], device, run["lr"])
