"""What the rotations do: matrices of one spectral radius, with rotations of different kinds or with none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch

from eigen_teach import init
from eigen_teach._check import Floats
from eigen_teach.experiments import arms, families, sweep, tasks


@dataclass(frozen=True)
class AblationRotations(arms.Settings):
    """Settings of the ablation of the rotations.

    Args:
        asked: the tasks.
        families: keys of ``families.FAMILIES``, or ``"beta_chain"``, the chain with Haar's eigenvalue law.
        radius: spectral radius of all of them; all but ``gaussian`` have it as every singular value too.
        cell: as in the ablation of λ.
    """

    asked: tuple[tasks.Task, ...] = tasks.TASKS
    families: tuple[str, ...] = ("chain", "haar", "identity", "gaussian", "beta_chain")
    radius: float = 0.95
    cell: str = "tanh"


PRESETS = {
    "quick": AblationRotations(
        asked=(tasks.Tomita(words=500),),
        families=("chain", "haar", "identity"),
        steps=150,
        test=300,
        points=5,
        seeds=1,
    ),
    "paper": AblationRotations(),
}


def plan(config: AblationRotations) -> list[dict[str, Any]]:
    """Return the runs, seed by seed.

    Args:
        config: the settings.
    """
    return sweep.grid(config.seeds, task=[task.name for task in config.asked])


def run_one(config: AblationRotations, run: dict[str, Any], device: str) -> dict[str, Any]:
    """Train all families of one task and seed.

    Args:
        config: the settings.
        run: ``task`` and ``seed``.
        device: torch's name of the device.

    Returns:
        By family, as ``arms.train``.
    """
    draws = {
        name: beta_chain if name == "beta_chain" else partial(families.draw, name) for name in config.families
    }
    fills = {name: arms.matrix(draw, config.radius) for name, draw in draws.items()}
    task = tasks.named(run["task"], config.asked)
    return arms.compare(config, task, config.cell, fills, run["seed"], device)


def beta_chain(n: int, seed: int) -> Floats:
    """Return a rotation chain whose eigenvalues are those of a Haar matrix in law, at radius 1.

    The angles are independent, (1 + cos θ_k)/2 ~ Beta(a, a) with a = (n - 1 - k)/2 for k from 0, and the
    sign of θ_k is a coin: near the start of the chain most angles are close to ±π/2.

    Args:
        n: size.
        seed: of the angles.

    Returns:
        (n, n), orthogonal.

    Example:
        >>> Q = beta_chain(20, 0)
        >>> bool(np.allclose(Q @ Q.T, np.eye(20)))
        True

    Reference: R. Killip, I. Nenciu, Matrix models for circular ensembles, 2004.
    """
    rng = np.random.default_rng(seed)
    a = (n - 1 - np.arange(n - 1)) / 2
    angles = rng.choice([-1, 1], n - 1) * np.arccos(2 * rng.beta(a, a) - 1)
    chain: Floats = init.rotation_chain(torch.from_numpy(angles)).numpy()
    return chain
