"""MNIST read row by row: 28 steps of 28 pixels, and the class read out after the last one.

What a study of other sequences of the same images shares is here too: how a network is built and trained.
"""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor

from eigen_teach import models, training
from eigen_teach.data import mnist

CLASSES, ROWS, PIXELS = 10, 28, 28


class Batched(Protocol):
    """What a study must say to count its steps."""

    @property
    def batch_size(self) -> int:
        """Examples a step."""


class Settings(Batched, Protocol):
    """What a study must say to train on scanlines."""

    @property
    def source(self) -> str:
        """``"full"``: all 70,000 images; ``"sample"``: the 5,000 that need no network."""

    @property
    def hidden_size(self) -> int:
        """Size n of the state."""

    @property
    def lr(self) -> float:
        """Adam's learning rate."""

    @property
    def epochs(self) -> float:
        """Passes over the training images; a fraction stops within one."""


def images(split: str, source: str, device: str) -> tuple[Tensor, Tensor]:
    """Return the digits as sequences, and their classes.

    Args:
        split: ``"train"`` or ``"test"``.
        source: ``"sample"`` or ``"full"``.
        device: torch's name of the device.

    Returns:
        (N, 28, 28) with values from 0 to 1, and (N,).
    """
    digits = mnist.digits(split, source=source)
    x = torch.from_numpy(digits.images).to(torch.float32) / 255
    return x.to(device), torch.from_numpy(digits.labels).to(device)


def batches_per_epoch(config: Batched, count: int) -> int:
    """Return the steps of one epoch, the smaller last batch included.

    Args:
        config: the settings.
        count: training examples.
    """
    return -(-count // config.batch_size)


def build(
    config: Settings, cell: str, seed: int, device: str, input_size: int = PIXELS
) -> models.SequenceModel:
    """Return a fresh model, drawn on the CPU.

    Args:
        config: the settings.
        cell: as in ``models.make_rnn``.
        seed: of the initial values.
        device: torch's name of the device.
        input_size: pixels a step.
    """
    with training.seeded(seed):
        return models.SequenceModel(cell, input_size, config.hidden_size, CLASSES).to(device)


def train(
    model: models.SequenceModel,
    config: Settings,
    data: tuple[Tensor, Tensor],
    seed: int,
    measure: Any = None,
    *,
    clip: float | None = None,
) -> training.History:
    """Train in place.

    Args:
        model: the network.
        config: the settings.
        data: sequences and classes, on the model's device.
        seed: of the order of the batches.
        measure: called with the model before the first epoch and after each.
        clip: largest norm of the gradient; None leaves it as it is.
    """
    x, y = data
    per_epoch = batches_per_epoch(config, len(x))
    return training.fit(
        model,
        training.shuffled(x, y, config.batch_size, seed=seed),
        torch.nn.functional.cross_entropy,
        lr=config.lr,
        clip=clip,
        steps=round(config.epochs * per_epoch),
        measure=measure,
        every=per_epoch,
    )


def epoch_means(losses: list[float], per_epoch: int) -> list[float]:
    """Return the mean loss of each whole epoch, to 4 digits.

    Args:
        losses: one a step.
        per_epoch: steps of an epoch.
    """
    whole = len(losses) // per_epoch
    return [round(sum(losses[k * per_epoch : (k + 1) * per_epoch]) / per_epoch, 4) for k in range(whole)]


def curves(history: training.History, per_epoch: int) -> dict[str, Any]:
    """Return what is stored of a training whose measure is the accuracy on test images.

    Args:
        history: of :func:`train`.
        per_epoch: steps of an epoch.

    Returns:
        ``test_accuracy`` (epochs + 1,), before training and after each epoch; ``losses`` (epochs,), means
        over the training images; ``first_losses`` of five steps; ``diverged``, the step at which the loss
        was no number, or None.
    """
    return {
        "test_accuracy": [round(accuracy, 4) for accuracy in history.measures],
        "losses": epoch_means(history.losses, per_epoch),
        "first_losses": history.first_losses,
        "diverged": history.diverged,
    }
