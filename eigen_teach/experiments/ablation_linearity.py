"""What the activation does: linear, tanh and ReLU networks from the default matrix and from the chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eigen_teach.experiments import arms, sweep, tasks


@dataclass(frozen=True)
class AblationLinearity(arms.Settings):
    """Settings of the ablation of the activation.

    Args:
        asked: the tasks; digits in linear, tanh and ReLU networks are Table II.
        cells: the activations; all cells of a seed start from the same values.
        initializers: of the recurrent matrix, keys of ``init.INITIALIZERS``.
        radius: λ of eigen.
    """

    asked: tuple[tasks.Task, ...] = (tasks.TOMITA4, tasks.RECALL, tasks.ADDING)
    cells: tuple[str, ...] = ("linear", "tanh", "relu")
    initializers: tuple[str, ...] = ("default", "eigen")
    radius: float = 0.95


PRESETS = {
    "quick": AblationLinearity(
        asked=(tasks.Tomita(words=500),), cells=("linear", "tanh"), steps=150, test=300, points=5, seeds=1
    ),
    "paper": AblationLinearity(),
}


def plan(config: AblationLinearity) -> list[dict[str, Any]]:
    """Return the runs, seed by seed.

    Args:
        config: the settings.
    """
    return sweep.grid(config.seeds, task=[task.name for task in config.asked], cell=config.cells)


def run_one(config: AblationLinearity, run: dict[str, Any], device: str) -> dict[str, Any]:
    """Train both starts of one task, cell and seed.

    Args:
        config: the settings.
        run: ``task``, ``cell`` and ``seed``.
        device: torch's name of the device.

    Returns:
        By initializer, as ``arms.train``.
    """
    fills = {name: arms.initializer(name, config.radius) for name in config.initializers}
    task = tasks.named(run["task"], config.asked)
    return arms.compare(config, task, run["cell"], fills, run["seed"], device)
