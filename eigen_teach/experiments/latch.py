"""A latch: one bit is written, noise shakes the state for a while, and the bit is read out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from eigen_teach import dynamics
from eigen_teach._check import Floats
from eigen_teach.experiments import families, sweep
from eigen_teach.experiments.memory_map import digits

RIDGE = 1e-3  # of the readout, relative to the mean variance of a unit: the states are noisy


@dataclass(frozen=True)
class Latch:
    """Settings of the latch. None of them is the paper's, which measures no memory.

    Args:
        families: keys of ``families.FAMILIES``.
        radii: λ.
        noises: standard deviations of the noise that enters every unit at every step.
        hidden_size: n.
        hold: noisy steps between writing and reading.
        trials: sequences to fit the readout on, an even number, and as many to test it on.
        seeds: matrices a family; a seed also fixes input weights and noise.
    """

    families: tuple[str, ...] = ("haar", "chain", "turned_chain", "gaussian", "identity")
    radii: tuple[float, ...] = (0.5, 0.7, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.3, 1.5, 2.0, 2.5, 3.0)
    noises: tuple[float, ...] = (0.01, 0.1, 0.3)
    hidden_size: int = 100
    hold: int = 100
    trials: int = 200
    seeds: int = 8


PRESETS = {
    "quick": Latch(
        families=("haar", "identity"), radii=(0.8, 1.0, 1.3, 2.0), noises=(0.1,), hidden_size=40, seeds=2
    ),
    "paper": Latch(),
}


def plan(config: Latch) -> list[dict[str, Any]]:
    """Return the runs, seed by seed.

    Args:
        config: the settings.
    """
    return sweep.grid(config.seeds, family=config.families)


def run_one(config: Latch, run: dict[str, Any], _device: str) -> dict[str, Any]:
    """Write, hold and read the bit with one matrix at every λ and every noise, with tanh.

    Args:
        config: the settings.
        run: ``family`` and ``seed``.

    Returns:
        ``held``, share of bits read out right on fresh sequences, and ``gradient``, ‖∂h_T/∂h_0‖ along one
        of them, both (noises, radii). A guess is right in half of the cases.
    """
    unit = families.draw(run["family"], config.hidden_size, run["seed"])
    points = [
        [_write_hold_read(config, radius * unit, noise, run["seed"]) for radius in config.radii]
        for noise in config.noises
    ]
    return {
        "held": [[held for held, _ in row] for row in points],
        "gradient": [[gradient for _, gradient in row] for row in points],
    }


def _write_hold_read(config: Latch, W: Floats, noise: float, seed: int) -> tuple[float | None, float | None]:
    """Return the share of bits held, and the norm of the gradient over the time that they were held."""
    rng = np.random.default_rng([seed, 2])
    w_in = rng.uniform(-1, 1, config.hidden_size)
    bits = np.tile([-1.0, 1.0], config.trials)  # as many of each in both halves: a guess is right in half
    states = np.tanh(np.outer(bits, w_in))  # the bit is written into a network at rest
    first_trial = []
    for _ in range(config.hold):
        states = np.tanh(states @ W.T + noise * rng.standard_normal(states.shape))
        first_trial.append(states[0])
    gradient = dynamics.gradient_norms(W, np.array(first_trial), "tanh")[-1]
    return digits(share_right(states, bits)), digits(gradient)


def share_right(states: Floats, bits: Floats) -> float:
    """Fit a linear readout on the first half of the sequences, return the share it gets right on the second.

    Args:
        states: (trials, n) final states.
        bits: (trials,) -1 or 1.
    """
    half = len(bits) // 2
    x = states - states[:half].mean(axis=0)
    gram = x[:half].T @ x[:half]
    penalty = RIDGE * gram.trace() / len(gram) + np.finfo(float).tiny
    readout = np.linalg.solve(gram + penalty * np.eye(len(gram)), x[:half].T @ bits[:half])
    return float(np.mean(np.sign(x[half:] @ readout) == bits[half:]))
