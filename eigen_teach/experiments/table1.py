"""Table I: eigenvalue norms of small networks that have learned to foretell the Mackey–Glass series."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from eigen_teach import models, spectra, training
from eigen_teach._check import Floats
from eigen_teach.data import mackey_glass
from eigen_teach.experiments import sweep
from eigen_teach.experiments.table2 import recurrent_matrix

_LAST = 50  # steps that the loss at the end is averaged over: a single batch says too little


@dataclass(frozen=True)
class Protocol:
    """One way to fill in what the paper does not say about the task.

    Args:
        name: for the results.
        length: steps of a sequence; the series looks back 17, and a little more than that is the least
            that shows a network all it needs.
        every_step: the loss is the mean over all steps of a sequence, not that of the last step alone.
        standardize: subtract the training stretch's mean and divide by its standard deviation.
        times: it trains for ``times * Table1.steps`` steps.
    """

    name: str
    length: int = 20
    every_step: bool = True
    standardize: bool = False
    times: int = 1


# Each changes one thing of the first, so that a difference has one cause.
_PROTOCOLS = (
    Protocol("base"),
    Protocol("last_step", every_step=False),
    Protocol("standardized", standardize=True),
    Protocol("length_10", length=10),
    Protocol("length_50", length=50),
    Protocol("long", times=4),
)


@dataclass(frozen=True)
class Table1:
    """Settings of Table I. Given by the paper: series, hidden size, Adam, learning rate, MSE.

    Left open by the paper, and chosen here: one time unit from sample to sample, the next sample as the
    target, initial values (PyTorch's), batch size, steps, no clipping, and what the protocols vary.

    Args:
        protocols: what is tried.
        cells: the columns.
        tau: delay of the series; ``beta``, ``gamma`` and ``exponent`` are its other constants.
        hidden_size: n.
        lr: Adam's learning rate.
        batch_size: sequences a step; they overlap and start anywhere in the training stretch.
        steps: updates.
        train: samples of the training stretch.
        test: samples of the test stretch, which follows it.
        seeds: networks a cell and protocol. A seed fixes the stretch of the series, the initial values and
            the order of the batches; all protocols and cells of a seed start from the same matrix W_h.
    """

    protocols: tuple[Protocol, ...] = _PROTOCOLS
    cells: tuple[str, ...] = ("linear", "tanh", "relu")
    tau: float = 17.0
    beta: float = 0.2
    gamma: float = 0.1
    exponent: float = 10.0
    hidden_size: int = 8
    lr: float = 0.01
    batch_size: int = 64
    steps: int = 400
    train: int = 2000
    test: int = 1000
    seeds: int = 30


PRESETS = {"quick": Table1(_PROTOCOLS[:2], steps=100, seeds=1), "paper": Table1()}


def plan(config: Table1) -> list[dict[str, Any]]:
    """Return the runs, seed by seed.

    Args:
        config: the settings.
    """
    names = [protocol.name for protocol in config.protocols]
    return sweep.grid(config.seeds, protocol=names, cell=config.cells)


def run_one(config: Table1, run: dict[str, Any], device: str) -> dict[str, Any]:
    """Train one network and measure its recurrent matrix before and after.

    Args:
        config: the settings.
        run: ``protocol``, ``cell`` and ``seed``.
        device: torch's name of the device.

    Returns:
        ``before``, ``after`` (n,) ordered eigenvalue norms; ``moved``, the most that one of them moved in
        the last quarter of the training; ``first_losses`` of five steps; ``loss``, the mean of the last 50;
        ``test_error``, the squared error at the last step of every test sequence, as a share of the test
        targets' variance; ``diverged``, the step at which the loss was no number, or None. What a
        divergence left without a number is None.
    """
    protocol = next(each for each in config.protocols if each.name == run["protocol"])
    (x, y), held_out = _sequences(config, protocol, run["seed"], device)
    with training.seeded(run["seed"]):
        model = models.SequenceModel(
            run["cell"], 1, config.hidden_size, 1, every_step=protocol.every_step
        ).to(device)
    before = _norms(model)
    steps = protocol.times * config.steps
    history = training.fit(
        model,
        training.shuffled(x, y if protocol.every_step else y[:, -1], config.batch_size, seed=run["seed"]),
        mse_loss,
        lr=config.lr,
        steps=steps,
        measure=lambda _: _norms(model),
        every=max(1, round(0.75 * steps)),  # so the last measure is at three quarters
    )
    after, end = _norms(model), history.losses[-_LAST:]
    return {
        "before": before.round(4).tolist(),
        "after": after.round(4).tolist(),
        "moved": None if history.diverged else round(float(np.abs(after - history.measures[-1]).max()), 4),
        "first_losses": history.first_losses,
        "loss": round(sum(end) / len(end), 6) if end else None,
        "test_error": _error(model, *held_out),
        "diverged": history.diverged,
    }


@lru_cache(maxsize=1)  # all runs of a seed come one after the other and share it
def _series(length: int, seed: int, tau: float, beta: float, gamma: float, exponent: float) -> Floats:
    return mackey_glass.series(length, tau=tau, beta=beta, gamma=gamma, exponent=exponent, seed=seed)


def _sequences(
    config: Table1, protocol: Protocol, seed: int, device: str
) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Return inputs and targets (N, length, 1) of the training stretch and of the test stretch."""
    constants = (config.tau, config.beta, config.gamma, config.exponent)
    values = _series(config.train + config.test, seed, *constants)
    if protocol.standardize:
        seen = values[: config.train]  # the test stretch must not have a say
        values = (values - seen.mean()) / seen.std()

    def cut(stretch: Floats) -> tuple[Tensor, Tensor]:
        x, y = (torch.from_numpy(part) for part in mackey_glass.windows(stretch, protocol.length))
        return x.to(device, torch.float32), y.to(device, torch.float32)

    return cut(values[: config.train]), cut(values[config.train :])


def _norms(model: models.SequenceModel) -> Floats:
    return spectra.eigenvalue_norms(recurrent_matrix(model))


@torch.no_grad()
def _error(model: models.SequenceModel, x: Tensor, y: Tensor) -> float | None:
    """Return the mean squared error at the last step over the targets' variance, None if it overflows."""
    targets = y[:, -1]
    predictions = model.readout(models.hidden_states(model, x)[:, -1])
    error = float(mse_loss(predictions, targets) / targets.var(correction=0))
    return round(error, 6) if math.isfinite(error) else None
