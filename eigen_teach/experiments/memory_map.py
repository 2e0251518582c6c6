"""Conjectures 1 and 2 over λ: memory, gradients, chaos and the place of the states, for several W."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from eigen_teach import dynamics
from eigen_teach._check import Floats
from eigen_teach.experiments import families, sweep

MEASURES = ("capacity", "gradient", "exponent", "gap", "rms", "saturation", "dimension")
EXPLODED = 1e6  # states beyond this hold nothing that a readout could use


@dataclass(frozen=True)
class MemoryMap:
    """Settings of the memory map. None of them is the paper's, which measures no memory.

    Args:
        families: keys of ``families.FAMILIES``.
        activations: keys of ``dynamics.ACTIVATIONS``.
        radii: λ.
        scales: strengths of the input; u_t is uniform on (-1, 1), input weights are uniform on (-1, 1).
        hidden_size: n.
        steps: states measured, after ``washout`` steps; memory capacity takes four times as many.
        washout: steps thrown away first.
        horizon: steps that the gradient travels.
        lags: longest lag of the memory capacity.
        seeds: matrices a family; a seed also fixes input weights and inputs.
    """

    families: tuple[str, ...] = ("haar", "chain", "turned_chain", "gaussian", "identity")
    activations: tuple[str, ...] = ("tanh", "relu", "sigmoid", "linear")
    radii: tuple[float, ...] = (0.5, 0.7, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.3, 1.5, 2.0, 2.5, 3.0)
    scales: tuple[float, ...] = (0.1, 1.0)
    hidden_size: int = 100
    steps: int = 1000
    washout: int = 500
    horizon: int = 50
    lags: int = 200
    seeds: int = 8


PRESETS = {
    "quick": MemoryMap(
        families=("haar", "identity"),
        activations=("tanh",),
        radii=(0.5, 0.8, 0.95, 1.0, 1.1, 1.3, 2.0),
        scales=(0.1,),
        hidden_size=40,
        steps=400,
        lags=80,
        seeds=2,
    ),
    "paper": MemoryMap(),
}


def plan(config: MemoryMap) -> list[dict[str, Any]]:
    """Return the runs, seed by seed.

    Args:
        config: the settings.
    """
    return sweep.grid(config.seeds, family=config.families, activation=config.activations)


def run_one(config: MemoryMap, run: dict[str, Any], _device: str) -> dict[str, Any]:
    """Measure one matrix at every λ and every strength of the input.

    Args:
        config: the settings.
        run: ``family``, ``activation`` and ``seed``.

    Returns:
        Each of ``MEASURES`` as (scales, radii): memory capacity; ‖∂h_t/∂h_0‖ over the horizon; largest
        Lyapunov exponent; gap of two trajectories after all steps, in the rms of a unit; rms of a unit;
        share of saturated units; effective dimension. None where the network explodes; an exponent of -∞
        (no unit is active) is None too.
    """
    unit = families.draw(run["family"], config.hidden_size, run["seed"])
    w_in = np.random.default_rng(run["seed"]).uniform(-1, 1, config.hidden_size)
    table = [
        [_measure(config, radius * unit, scale * w_in, run) for radius in config.radii]
        for scale in config.scales
    ]
    return {name: [[point[name] for point in row] for row in table] for name in MEASURES}


def _measure(config: MemoryMap, W: Floats, w_in: Floats, run: dict[str, Any]) -> dict[str, float | None]:
    """Return every measure of one network; w_in holds the strength of the input."""
    activation, seed = run["activation"], run["seed"]
    u = np.random.default_rng([seed, 1]).uniform(-1, 1, (config.washout + config.steps, 1))
    drive = u * w_in
    try:
        states = dynamics.simulate(W, drive, activation)[config.washout :]
        if np.abs(states).max() > EXPLODED:
            return dict.fromkeys(MEASURES)
        gap = dynamics.echo_state_gap(W, drive, activation, seed=seed)[-1]
        capacity = dynamics.memory_capacity(
            W,
            w_in,
            activation=activation,
            lags=config.lags,
            steps=4 * config.steps,
            washout=config.washout,
            seed=seed,
        )
    except OverflowError:
        return dict.fromkeys(MEASURES)
    along = dynamics.gradient_norms(W, states[: config.horizon], activation)
    return {
        "capacity": digits(capacity),
        "gradient": digits(along[-1]),
        "exponent": digits(dynamics.lyapunov_exponent(W, states, activation)),
        "gap": digits(gap / np.sqrt(len(W))),
        "rms": digits(np.sqrt(np.mean(states**2))),
        "saturation": digits(dynamics.saturation(states)),
        "dimension": digits(dynamics.effective_dimension(states)),
    }


def digits(value: float) -> float | None:
    """Return a number to four significant digits, and None for one that is not finite.

    Args:
        value: the number.
    """
    return float(f"{value:.4g}") if np.isfinite(value) else None
