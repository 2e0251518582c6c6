"""Figure 1: where the hidden states of trained networks live, drawn and in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from eigen_teach import dynamics, models, training
from eigen_teach._check import Floats
from eigen_teach.experiments import scanline, sweep


@dataclass(frozen=True)
class Figure1:
    """Settings of Figure 1: four networks that read MNIST row by row.

    The paper trains "until the best performance is achieved" and names neither a learning rate nor
    epochs for this figure. Here Adam takes 0.001, with which the accuracy settles within the epochs.

    Args:
        source: ``"full"``, all 60,000 training images, or ``"sample"``.
        cells: the panels.
        hidden_size: n, as in Table II.
        lr: Adam's learning rate.
        batch_size: images a step.
        epochs: passes over the training images.
        images: test images whose states are measured, the first ones.
        drawn: of these, images whose states are drawn, for seed 0.
        seeds: networks a cell; a seed fixes initial values and the order of the batches.
    """

    source: str = "full"
    cells: tuple[str, ...] = ("linear", "tanh", "lstm", "gru")
    hidden_size: int = 150
    lr: float = 1e-3
    batch_size: int = 128
    epochs: float = 8
    images: int = 1000
    drawn: int = 40
    seeds: int = 3


PRESETS = {
    "quick": Figure1("sample", cells=("linear", "tanh"), hidden_size=32, epochs=3, images=200, seeds=1),
    "paper": Figure1(),
}


def plan(config: Figure1) -> list[dict[str, Any]]:
    """Return the runs, seed by seed.

    Args:
        config: the settings.
    """
    return sweep.grid(config.seeds, cell=config.cells)


def run_one(config: Figure1, run: dict[str, Any], device: str) -> dict[str, Any]:
    """Train one network and measure the states that it visits, before and after.

    Args:
        config: the settings.
        run: ``cell`` and ``seed``.
        device: torch's name of the device.

    Returns:
        ``before`` and ``after``, each as :func:`place_of`; ``test_accuracy`` (epochs + 1,);
        ``first_losses``; ``diverged``; for seed 0 also ``drawn``, the first two principal components of
        the trained network's states (images, steps, 2), ``labels`` (images,) and ``explained``, the
        components' shares of the variance.
    """
    model = scanline.build(config, run["cell"], run["seed"], device)
    x, y = scanline.images("test", config.source, device)
    labels = y[: config.images].cpu().numpy()
    before = visited(model, x[: config.images])
    data = scanline.images("train", config.source, device)
    history = scanline.train(
        model, config, data, run["seed"], lambda network: training.accuracy(network, x, y)
    )
    after = visited(model, x[: config.images])
    drawn = drawing(after, labels, config.drawn) if run["seed"] == 0 else {}
    return {
        "before": place_of(before, labels),
        "after": place_of(after, labels),
        "test_accuracy": history.measures,
        "first_losses": history.first_losses,
        "diverged": history.diverged,
        **drawn,
    }


def visited(model: models.SequenceModel, x: Any) -> Floats:
    """Return the states that a model visits.

    Args:
        model: the network.
        x: (images, steps, pixels) inputs.

    Returns:
        (images, steps, n).
    """
    states: Floats = models.hidden_states(model, x).cpu().double().numpy()
    return states


def place_of(states: Floats, labels: Any) -> dict[str, Any]:
    """Return where states are, in numbers.

    Args:
        states: (images, steps, n).
        labels: (images,) classes.

    Returns:
        ``rms`` of a unit and ``separability`` of the classes after each step (steps,); ``saturation`` and
        ``dimension`` over all steps.
    """
    by_step = states.swapaxes(0, 1)
    every = states.reshape(-1, states.shape[-1])
    return {
        "rms": [round(float(np.sqrt(np.mean(step**2))), 4) for step in by_step],
        "separability": [round(dynamics.class_separability(step, labels), 4) for step in by_step],
        "saturation": round(dynamics.saturation(every), 4),
        "dimension": round(dynamics.effective_dimension(every), 3),
    }


def drawing(states: Floats, labels: Any, count: int) -> dict[str, Any]:
    """Return the states of the first images along the first two principal components of all states.

    Args:
        states: (images, steps, n).
        labels: (images,) classes.
        count: images to be drawn.

    Returns:
        ``drawn`` (count, steps, 2), ``labels`` (count,), ``explained`` (2,) shares of the variance.
    """
    every = states.reshape(-1, states.shape[-1])
    middle = every.mean(axis=0)
    variances, axes = np.linalg.eigh(np.cov(every, rowvar=False))  # ascending
    return {
        "drawn": ((states[:count] - middle) @ axes[:, :-3:-1]).round(2).tolist(),
        "labels": labels[:count].tolist(),
        "explained": (variances[:-3:-1] / variances.sum()).round(4).tolist(),
    }
