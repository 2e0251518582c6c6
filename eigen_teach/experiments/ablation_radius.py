"""What the number λ does: the paper's chain of rotations at several radii, on tasks that differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eigen_teach.experiments import arms, sweep, tasks


@dataclass(frozen=True)
class AblationRadius(arms.Settings):
    """Settings of the ablation of λ.

    Args:
        asked: the tasks.
        radii: λ; the paper takes 0.95. All radii of a seed scale one and the same chain.
        cell: tanh, which bounds the states at every λ.
    """

    asked: tuple[tasks.Task, ...] = tasks.TASKS
    radii: tuple[float, ...] = (0.8, 0.95, 1.0, 1.1, 1.5)
    cell: str = "tanh"


PRESETS = {
    "quick": AblationRadius(
        asked=(tasks.Tomita(words=500),), radii=(0.8, 0.95, 1.1), steps=150, test=300, points=5, seeds=1
    ),
    "paper": AblationRadius(),
}


def plan(config: AblationRadius) -> list[dict[str, Any]]:
    """Return the runs, seed by seed.

    Args:
        config: the settings.
    """
    return sweep.grid(config.seeds, task=[task.name for task in config.asked])


def run_one(config: AblationRadius, run: dict[str, Any], device: str) -> dict[str, Any]:
    """Train all radii of one task and seed.

    Args:
        config: the settings.
        run: ``task`` and ``seed``.
        device: torch's name of the device.

    Returns:
        By arm, as ``arms.train``; the arms are the radii as text.
    """
    fills = {str(radius): arms.initializer("eigen", radius) for radius in config.radii}
    task = tasks.named(run["task"], config.asked)
    return arms.compare(config, task, config.cell, fills, run["seed"], device)
