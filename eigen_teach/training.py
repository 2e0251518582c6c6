"""Training with a record of what happened: losses, measures on the way, and where it broke, if it did."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from eigen_teach import _check

USUAL_RATE = "Adam's usual lr is 0.001"


@dataclass(frozen=True)
class History:
    """What :func:`fit` saw.

    Args:
        losses: one number a step, before the step was taken; all finite.
        measures: what ``measure`` returned, first before the training, then after every ``every`` steps.
        diverged: number of the step, from 1, whose loss or gradient was not finite and that was not taken;
            None if there was none.
    """

    losses: list[float] = field(default_factory=list)
    measures: list[Any] = field(default_factory=list)
    diverged: int | None = None

    @property
    def first_losses(self) -> list[float]:
        """The first five losses to 6 digits, so that a test can compute them again."""
        return [round(loss, 6) for loss in self.losses[:5]]


def fit(
    model: nn.Module,
    batches: Iterable[tuple[Any, Tensor]],
    loss: Callable[[Tensor, Tensor], Tensor],
    *,
    lr: float,
    steps: int,
    clip: float | None = None,
    fused: bool = False,
    measure: Callable[[nn.Module], Any] | None = None,
    every: int = 1,
    progress: bool = False,
) -> History:
    """Train with Adam for a number of steps, or until the loss or its gradient is no longer finite.

    A divergence is a result and no error: the history says at which step, and the model stays as it was.

    Args:
        model: maps a batch of inputs to predictions; changed in place.
        batches: pairs (inputs, targets), at least ``steps`` of them, as :func:`shuffled` gives them.
        loss: takes predictions and targets, returns one number.
        lr: Adam's learning rate, positive.
        steps: updates, at least 0.
        clip: largest norm of the gradient; None leaves it as it is.
        fused: Adam in one pass: the same to rounding, and much faster for millions of parameters.
        measure: called with the model before the first step and after every ``every`` steps.
        every: steps from one measure to the next.
        progress: show a bar with the time left.

    Raises:
        TypeError, ValueError: if a setting is of the wrong kind or out of range, or the batches run out.

    Example:
        >>> line = nn.Linear(1, 1)
        >>> x = torch.linspace(-1, 1, 8)[:, None]
        >>> history = fit(line, shuffled(x, 2 * x, 8), nn.functional.mse_loss, lr=0.1, steps=200)
        >>> history.diverged is None, round(line.weight.item(), 2)
        (True, 2.0)
    """
    _check.positive("lr", lr, USUAL_RATE)
    if clip is not None:
        _check.positive("clip", clip)
    steps, every = _check.count("steps", steps, 0), _check.count("every", every, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, fused=fused)
    measures = [] if measure is None else [measure(model)]
    losses: list[float] = []
    for x, y in tqdm(islice(batches, steps), total=steps, disable=not progress, leave=False):
        value = loss(model(x), y)
        optimizer.zero_grad()
        value.backward()
        if not (math.isfinite(value.item()) and _finite_gradient(model)):
            return History(losses, measures, diverged=len(losses) + 1)
        losses.append(value.item())
        if clip is not None:
            nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        if measure is not None and len(losses) % every == 0:
            measures.append(measure(model))
    if len(losses) < steps:
        raise ValueError(
            f"batches must hold at least {steps}, one a step, got {len(losses)}; "
            "training.shuffled gives as many as are asked for"
        )
    return History(losses, measures)


def _finite_gradient(model: nn.Module) -> bool:
    gradients = (parameter.grad for parameter in model.parameters())
    return all(bool(torch.isfinite(gradient).all()) for gradient in gradients if gradient is not None)


def shuffled(
    inputs: Tensor, targets: Tensor, batch_size: int, *, seed: int = 0
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield batches without end: epoch after epoch, each in a new order, the last batch of each smaller.

    The order is drawn on the CPU from a generator of its own, so one seed gives one order on every device.

    Args:
        inputs: (N, ...).
        targets: (N, ...), as many.
        batch_size: B, at least 1.
        seed: of the order.

    Raises:
        ValueError: if there are no inputs, or not as many targets.

    Example:
        >>> x = torch.arange(5)
        >>> batches = shuffled(x, x, 2)
        >>> epoch = torch.cat([next(batches)[0] for _ in range(3)])
        >>> epoch.sort().values.tolist()
        [0, 1, 2, 3, 4]
    """
    _check_pairs("targets", inputs, targets)
    places = batch_indices(len(inputs), batch_size, seed=seed)
    return ((inputs[chosen], targets[chosen]) for chosen in (place.to(inputs.device) for place in places))


def batch_indices(count: int, batch_size: int, *, seed: int = 0) -> Iterator[Tensor]:
    """Yield the places of each batch without end, for what is no pair of tensors; else as :func:`shuffled`.

    Args:
        count: N, at least 1.
        batch_size: B, at least 1.
        seed: of the order.

    Raises:
        TypeError, ValueError: if a setting is no integer or too small.

    Example:
        >>> places = batch_indices(5, 2)
        >>> torch.cat([next(places) for _ in range(3)]).sort().values.tolist()
        [0, 1, 2, 3, 4]
    """
    count, size = _check.count("count", count, 1), _check.count("batch_size", batch_size, 1)
    return _epochs(count, size, torch.Generator().manual_seed(_check.count("seed", seed, 0)))


def _check_pairs(name: str, inputs: Tensor, others: Tensor) -> None:
    if len(inputs) == 0 or len(inputs) != len(others):
        raise ValueError(
            f"inputs and {name} must be as many, and at least 1, got {len(inputs)} and {len(others)}; "
            "check their first axes"
        )


def _epochs(count: int, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    while True:
        yield from torch.randperm(count, generator=generator).split(size)


@torch.no_grad()
def accuracy(model: nn.Module, inputs: Tensor, labels: Tensor, batch_size: int = 1000) -> float:
    """Return the share of inputs whose largest output is the right class.

    Args:
        model: maps (B, ...) to scores (B, m).
        inputs: (N, ...).
        labels: (N,) classes from 0 to m - 1.
        batch_size: inputs at a time; it changes nothing but the memory.

    Raises:
        ValueError: if there are no inputs, not as many labels, or batch_size is below 1.

    Example:
        >>> scores = torch.eye(4)
        >>> accuracy(nn.Identity(), scores, torch.tensor([0, 1, 2, 0]))
        0.75
    """
    _check_pairs("labels", inputs, labels)
    size = _check.count("batch_size", batch_size, 1)
    pairs = zip(inputs.split(size), labels.split(size), strict=True)
    right = sum(int((model(x).argmax(dim=1) == y).sum()) for x, y in pairs)
    return right / len(labels)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw from torch's CPU generator as from this seed, and put it back afterwards.

    Args:
        seed: at least 0; what is drawn is the same on every device, if it is drawn on the CPU.

    Example:
        >>> with seeded(3):
        ...     first = torch.rand(2)
        >>> with seeded(3):
        ...     torch.equal(first, torch.rand(2))
        True
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(_check.count("seed", seed, 0))
        yield
