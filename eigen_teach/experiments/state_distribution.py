"""Where hidden states live with and without the initializer, before training and after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from eigen_teach import ensemble
from eigen_teach.experiments import arms, figure1, sweep, tasks


@dataclass(frozen=True)
class StateDistribution(arms.Settings):
    """Settings of the ablation of the states: tanh networks that read digits row by row.

    Args:
        task: what is learned.
        initializers: of the recurrent matrix, keys of ``init.INITIALIZERS``.
        radius: λ of eigen.
        cell: tanh, whose cube Conjecture 2 is about.
        images: test sequences whose states are measured, the first ones.
    """

    task: tasks.Task = tasks.DIGITS
    initializers: tuple[str, ...] = ("default", "eigen")
    radius: float = 0.95
    cell: str = "tanh"
    images: int = 500


PRESETS = {
    "quick": StateDistribution(hidden_size=16, steps=60, test=200, points=3, seeds=1, images=100),
    "paper": StateDistribution(),
}


def plan(config: StateDistribution) -> list[dict[str, Any]]:
    """Return the runs, one a seed.

    Args:
        config: the settings.
    """
    return sweep.grid(config.seeds)


def run_one(config: StateDistribution, run: dict[str, Any], device: str) -> dict[str, Any]:
    """Train all initializers of one seed and measure the states that they visit.

    Args:
        config: the settings.
        run: ``seed``.
        device: torch's name of the device.

    Returns:
        By initializer, as ``arms.train``, and ``before`` and ``after``, each as ``figure1.place_of``.
    """
    seed, names = run["seed"], config.initializers
    fills = {name: arms.initializer(name, config.radius) for name in names}
    group = arms.start(config, config.task, config.cell, fills, seed, device)
    shown = config.task.test(seed, config.images, device)
    before = _places(group, names, shown)
    report = arms.train(group, names, config, config.task, seed, device)
    return report | {"before": before, "after": _places(group, names, shown)}


def _places(group: ensemble.Ensemble, names: Iterable[str], shown: tasks.Data) -> dict[str, Any]:
    states = group.states(shown.x).cpu().double().numpy()  # (M, images, steps, n)
    labels = shown.y.cpu().numpy()
    return {name: figure1.place_of(own, labels) for name, own in zip(names, states, strict=True)}
