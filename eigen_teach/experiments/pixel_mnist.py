"""MNIST as 784 steps of one pixel: the abstract of the paper names it, its experiments have scanlines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from eigen_teach import _check, init, training
from eigen_teach.experiments import scanline, starts, sweep


@dataclass(frozen=True)
class PixelMnist:
    """Settings of a reduced experiment: fewer images and epochs than the task is known for, tanh alone.

    Nothing here is the paper's, which reads scanlines. The hidden size is that of Figure 3, so that only
    the reading changes. Adam takes its usual 0.001: at the 0.0001 of Figure 3 the 395 steps are too few to
    get anywhere. Gradients are clipped, since 784 steps can make a single one enormous.

    Args:
        source: ``"full"``, MNIST's own split, or ``"sample"``.
        train_images: the first ones of the training images.
        test_images: the first ones of the test images; 2,000 tell an accuracy to one percent.
        initializers: keys of ``init.INITIALIZERS``.
        radius: modulus of the eigenvalues of ``eigen`` and ``haar``; the paper's.
        hidden_size: n.
        lr: Adam's learning rate.
        clip: largest norm of the gradient, or None.
        batch_size: images a step.
        epochs: passes over the training images.
        seeds: networks an initializer; a seed fixes the order of the batches and every initial value but
            the recurrent matrix.
    """

    source: str = "full"
    train_images: int = 10_000
    test_images: int = 2_000
    initializers: tuple[str, ...] = ("default", "irnn", "haar", "eigen")
    radius: float = 0.95
    hidden_size: int = 150
    lr: float = 1e-3
    clip: float | None = 1.0
    batch_size: int = 128
    epochs: float = 5
    seeds: int = 3


PRESETS = {
    "quick": PixelMnist("sample", 256, 100, ("default", "eigen"), hidden_size=16, epochs=1, seeds=1),
    "paper": PixelMnist(),
}


def plan(config: PixelMnist) -> list[dict[str, Any]]:
    """Return the runs, seed by seed.

    Args:
        config: the settings.

    Raises:
        ValueError: if an initializer is unknown.
    """
    starts.check_known("initializers", config.initializers, init.INITIALIZERS)
    return sweep.grid(config.seeds, initializer=config.initializers)


def pixels(split: str, source: str, count: int, device: str) -> tuple[Tensor, Tensor]:
    """Return the first digits as sequences of single pixels, row after row, and their classes.

    Args:
        split: ``"train"`` or ``"test"``.
        source: ``"sample"`` or ``"full"``.
        count: digits, at least 1; if there are fewer, all.
        device: torch's name of the device.

    Returns:
        (count, 784, 1) with values from 0 to 1, and (count,).

    Raises:
        ValueError: if count is below 1.

    Example:
        >>> x, y = pixels("test", "sample", 5, "cpu")
        >>> x.shape, y.tolist()
        (torch.Size([5, 784, 1]), [0, 1, 2, 3, 4])
    """
    count = _check.count("count", count, 1)
    x, y = scanline.images(split, source, "cpu")
    return x[:count].reshape(-1, scanline.ROWS * scanline.PIXELS, 1).to(device), y[:count].to(device)


def run_one(config: PixelMnist, run: dict[str, Any], device: str) -> dict[str, Any]:
    """Train one network and follow how well it reads digits.

    Args:
        config: the settings.
        run: ``initializer`` and ``seed``.
        device: torch's name of the device.

    Returns:
        The curves, as ``scanline.curves``.

    Raises:
        ValueError: if a setting is out of range.
    """
    model = scanline.build(config, "tanh", run["seed"], "cpu", input_size=1)
    starts.restart(model.rnn, run["initializer"], config.radius, run["seed"])
    data = pixels("train", config.source, config.train_images, device)
    test = pixels("test", config.source, config.test_images, device)
    history = scanline.train(
        model.to(device),
        config,
        data,
        run["seed"],
        # As many at a time as in training: the states of a thousand images fill half a gigabyte.
        lambda network: training.accuracy(network, *test, batch_size=config.batch_size),
        clip=config.clip,
    )
    return scanline.curves(history, scanline.batches_per_epoch(config, len(data[0])))
