"""Table II: eigenvalue norms of networks that have learned to classify digits, and how they got there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from eigen_teach import linear, models, spectra, training
from eigen_teach._check import Floats
from eigen_teach.experiments import scanline, sweep


@dataclass(frozen=True)
class Table2:
    """Settings of Table II. Given by the paper: hidden size, Adam, learning rate, cross-entropy, scanlines.

    Left open by the paper, and chosen here: batch size, epochs, initial values (PyTorch's), pixels from 0
    to 1, no clipping.

    Args:
        source: ``"full"``, all 60,000 training images, or ``"sample"``.
        cells: the columns.
        hidden_size: n.
        lr: Adam's learning rate.
        batch_size: images a step.
        epochs: passes over the training images.
        seeds: networks a cell; a seed fixes initial values and the order of the batches.
        top: unique norms that are followed during training.
    """

    source: str = "full"
    cells: tuple[str, ...] = ("linear", "tanh", "relu")
    hidden_size: int = 150
    lr: float = 1e-4
    batch_size: int = 128
    epochs: float = 30
    seeds: int = 5
    top: int = 10


# Smaller and faster, not another experiment; the larger rate makes up for the few steps.
PRESETS = {"quick": Table2("sample", hidden_size=32, lr=1e-3, epochs=2, seeds=1), "paper": Table2()}


def plan(config: Table2) -> list[dict[str, Any]]:
    """Return the runs, seed by seed.

    Args:
        config: the settings.
    """
    return sweep.grid(config.seeds, cell=config.cells)


def run_one(config: Table2, run: dict[str, Any], device: str) -> dict[str, Any]:
    """Train one network and measure its recurrent matrix before, after every epoch, and at the end.

    Args:
        config: the settings.
        run: ``cell`` and ``seed``.
        device: torch's name of the device.

    Returns:
        ``norms`` (epochs + 1, top) largest unique norms and ``test_accuracy`` (epochs + 1,), before training
        and after each epoch; ``losses`` (epochs,); the whole spectrum ``before`` and ``after`` as pairs
        [real, imaginary]; ``norm_before``, ``norm_after``, the largest singular values, and
        ``departure_before``, ``departure_after``, from normality (Henrici's);
        ``first_losses`` of five steps; ``diverged``, the step at which the loss was no number, or None.
    """
    model = scanline.build(config, run["cell"], run["seed"], device)
    data = scanline.images("train", config.source, device)
    test_x, test_y = scanline.images("test", config.source, device)

    def measure(network: models.SequenceModel) -> tuple[list[float], float]:
        norms = spectra.unique_norms(recurrent_matrix(network))[: config.top]
        return norms.round(4).tolist(), training.accuracy(network, test_x, test_y)

    before = recurrent_matrix(model)
    history = scanline.train(model, config, data, run["seed"], measure)
    after = recurrent_matrix(model)
    return {
        "norms": [norms for norms, _ in history.measures],
        "test_accuracy": [accuracy for _, accuracy in history.measures],
        "losses": scanline.epoch_means(history.losses, scanline.batches_per_epoch(config, len(data[0]))),
        "before": pairs(np.linalg.eigvals(before)),
        "after": pairs(np.linalg.eigvals(after)),
        "norm_before": round(float(np.linalg.norm(before, 2)), 4),
        "norm_after": round(float(np.linalg.norm(after, 2)), 4),
        "departure_before": round(linear.departure_from_normality(before), 4),
        "departure_after": round(linear.departure_from_normality(after), 4),
        "first_losses": history.first_losses,
        "diverged": history.diverged,
    }


def recurrent_matrix(model: models.SequenceModel) -> Floats:
    """Return W_h of a network of one layer without gates.

    Args:
        model: the network.

    Returns:
        (n, n).
    """
    return spectra.recurrent_matrices(model.rnn)["l0.h"]


def pairs(values: Any) -> list[list[float]]:
    """Return complex numbers as pairs [real, imaginary] to 4 digits, largest modulus first.

    Args:
        values: (n,) complex.
    """
    ordered = values[np.argsort(-np.abs(values), kind="stable")]
    return np.stack([ordered.real, ordered.imag], axis=1).round(4).tolist()  # type: ignore[no-any-return]
