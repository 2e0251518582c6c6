"""The tasks of the ablations: sequences, loss and score under one roof.

A task is a frozen dataclass, so that its settings stand in the record. It gives batches without end, a
test set, a loss and a score. A score is the share of right answers, or for numbers the share of the
targets' variance that is explained: 1 is perfect, and ``guess`` is what one gets without looking.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from eigen_teach import ensemble, training
from eigen_teach.data import sequences, tomita
from eigen_teach.experiments import scanline

_TRAIN, _TEST = 1, 2  # streams of random numbers of one seed


class Data(NamedTuple):
    """Sequences with their answers.

    Args:
        x: (N, T, d) inputs.
        y: (N,) classes, or (N, m) numbers.
        lengths: (N,) steps before the padding; None where there is none.
    """

    x: Tensor
    y: Tensor
    lengths: Tensor | None = None

    def to(self, device: str) -> Data:
        """Return it on a device.

        Args:
            device: torch's name of the device.
        """
        return Data(
            self.x.to(device), self.y.to(device), None if self.lengths is None else self.lengths.to(device)
        )

    def batch(self, chosen: Tensor | slice) -> tuple[Any, Tensor]:
        """Return some of it as ``ensemble.fit`` takes it: inputs, with lengths if there are any; targets.

        Args:
            chosen: which rows.
        """
        x, y = self.x[chosen], self.y[chosen]
        return (x if self.lengths is None else (x, self.lengths[chosen])), y

    def batches(self, size: int, seed: int) -> Iterator[tuple[Any, Tensor]]:
        """Yield batches without end as ``ensemble.fit`` takes them, one order for each seed.

        Args:
            size: sequences a batch.
            seed: of the order.
        """
        for chosen in training.batch_indices(len(self.x), size, seed=seed):
            yield self.batch(chosen.to(self.x.device))


# ------------------------------------------------------------------------------------------------- tasks


class Task(ABC):
    """What is asked of the networks.

    ``name`` is its key in the results; ``loss`` takes outputs (M, B, m) and targets, returns M numbers.
    """

    name: str
    loss: Callable[[Tensor, Tensor], Tensor] = staticmethod(ensemble.cross_entropies)

    @property
    @abstractmethod
    def sizes(self) -> tuple[int, int]:
        """Input size d and output size m."""

    @property
    @abstractmethod
    def span(self) -> int:
        """Steps of the longest sequence: the memory that chrono initialization is told."""

    @property
    def guess(self) -> float:
        """Score of who does not look: one class for all, as the classes are equally frequent."""
        return 1 / self.sizes[1]

    @abstractmethod
    def batches(self, seed: int, size: int, device: str) -> Iterator[tuple[Any, Tensor]]:
        """Yield training batches without end, as ``ensemble.fit`` takes them; a seed fixes them.

        Args:
            seed: of the sequences and their order.
            size: sequences a batch.
            device: torch's name of the device.
        """

    @abstractmethod
    def test(self, seed: int, count: int, device: str) -> Data:
        """Return the sequences that scores are measured on.

        Args:
            seed: of the sequences.
            count: how many, or fewer if there are not as many.
            device: torch's name of the device.
        """

    def scores(self, group: ensemble.Ensemble, test: Data) -> list[float | None]:
        """Return one score a network, None where it is no finite number.

        Args:
            group: the networks.
            test: of :meth:`test`.
        """
        return list(ensemble.accuracies(group, test.x, test.y, test.lengths))


class Fresh(Task):
    """A task whose sequences are drawn anew for each batch: nothing can be learned by heart."""

    @abstractmethod
    def draw(self, count: int, rng: np.random.Generator) -> sequences.Sequences:
        """Return some sequences.

        Args:
            count: how many.
            rng: goes on.
        """

    def batches(self, seed: int, size: int, device: str) -> Iterator[tuple[Any, Tensor]]:
        """Yield training batches without end, the same for the same seed."""
        rng = np.random.default_rng([seed, _TRAIN])
        while True:
            yield _tensors(self.draw(size, rng)).to(device).batch(slice(None))

    def test(self, seed: int, count: int, device: str) -> Data:
        """Return the sequences that scores are measured on."""
        return _tensors(self.draw(count, np.random.default_rng([seed, _TEST]))).to(device)


class Stored(Task):
    """A task with a fixed training set, read epoch after epoch."""

    @abstractmethod
    def train(self, seed: int) -> Data:
        """Return the training set.

        Args:
            seed: of the sequences.
        """

    def batches(self, seed: int, size: int, device: str) -> Iterator[tuple[Any, Tensor]]:
        """Yield training batches without end, the same for the same seed."""
        return self.train(seed).to(device).batches(size, seed)


@dataclass(frozen=True)
class Recall(Fresh):
    """Say after ``delay`` noisy steps which symbol came first, as in ``sequences.recall``.

    Nothing but a long memory helps, so the task favours λ > 1 by construction. Without the noise the
    readout could magnify a trace of any size, and memory would be a matter of float32.
    """

    name: str = "recall"
    delay: int = 50
    symbols: int = 10
    noise: float = 0.1

    @property
    def sizes(self) -> tuple[int, int]:
        """Input size d and output size m."""
        return self.symbols, self.symbols

    @property
    def span(self) -> int:
        """Steps of the longest sequence."""
        return self.delay + 1

    def draw(self, count: int, rng: np.random.Generator) -> sequences.Sequences:
        """Return some sequences."""
        return sequences.recall(count, delay=self.delay, symbols=self.symbols, noise=self.noise, rng=rng)


@dataclass(frozen=True)
class Adding(Fresh):
    """Add the two marked numbers of ``length``, as in ``sequences.adding``; the loss is the squared error.

    With 50 numbers hardly a tanh network left the guess within the steps that the ablations take, on a seed
    that they do not use: there was nothing to compare. So there are half as many.
    """

    name: str = "adding"
    length: int = 25

    loss = staticmethod(ensemble.mean_squares)

    @property
    def sizes(self) -> tuple[int, int]:
        """Input size d and output size m."""
        return 2, 1

    @property
    def span(self) -> int:
        """Steps of the longest sequence."""
        return self.length

    @property
    def guess(self) -> float:
        """Share of the variance that a constant explains."""
        return 0.0

    def draw(self, count: int, rng: np.random.Generator) -> sequences.Sequences:
        """Return some sequences."""
        return sequences.adding(count, length=self.length, rng=rng)

    def scores(self, group: ensemble.Ensemble, test: Data) -> list[float | None]:
        """Return 1 - squared error / variance of the sum, one a network."""
        with torch.no_grad():
            errors = self.loss(group(test.x), test.y).tolist()
        return [1 - error / sequences.ADDING_VARIANCE if math.isfinite(error) else None for error in errors]


@dataclass(frozen=True)
class Tomita(Stored):
    """Accept or reject words of a Tomita grammar, half of each; as in ``figure2``, grammar 4 is the paper's.

    Args:
        name: its key in the results.
        grammar: 1 to 7.
        length: of the longest words; all lengths at which there are words of both classes are as frequent.
        words: of the training set.
    """

    name: str = "tomita4"
    grammar: int = 4
    length: int = 20
    words: int = 4000

    @property
    def sizes(self) -> tuple[int, int]:
        """Input size d, one-hot, and output size m."""
        return 2, 2

    @property
    def span(self) -> int:
        """Steps of the longest word."""
        return self.length

    def train(self, seed: int) -> Data:
        """Return the training set."""
        return self._sample(self.words, seed, _TRAIN)

    def test(self, seed: int, count: int, device: str) -> Data:
        """Return the words that scores are measured on."""
        return self._sample(count, seed, _TEST).to(device)

    def _sample(self, count: int, seed: int, stream: int) -> Data:
        lengths = tomita.lengths_with_both(self.grammar, range(1, self.length + 1))
        return of_words(
            tomita.sample(self.grammar, count, lengths, rng=np.random.default_rng([seed, stream]))
        )


@dataclass(frozen=True)
class Digits(Stored):
    """Name digits that are read row by row, as in ``scanline``; the 5,000 of the sample by default."""

    name: str = "digits"
    source: str = "sample"

    @property
    def sizes(self) -> tuple[int, int]:
        """Input size d and output size m."""
        return scanline.PIXELS, scanline.CLASSES

    @property
    def span(self) -> int:
        """Rows."""
        return scanline.ROWS

    def train(self, _seed: int) -> Data:
        """Return the training set."""
        return _digits("train", self.source)

    def test(self, _seed: int, count: int, device: str) -> Data:
        """Return the first test images; the digits take turns."""
        x, y, _ = _digits("test", self.source)
        return Data(x[:count], y[:count]).to(device)


TOMITA4, RECALL, ADDING, DIGITS = Tomita(), Recall(), Adding(), Digits()
TASKS: tuple[Task, ...] = (TOMITA4, RECALL, ADDING, DIGITS)


def named(name: str, asked: Iterable[Task]) -> Task:
    """Return the task of this name.

    Args:
        name: of the task.
        asked: the tasks to choose from.
    """
    return next(task for task in asked if task.name == name)


@lru_cache(maxsize=2)  # unpacking takes a second, and every run reads the same images
def _digits(split: str, source: str) -> Data:
    return Data(*scanline.images(split, source, "cpu"))


def rounded(value: float | None, decimals: int) -> float | None:
    """Return a score or a loss as a record holds it: None where it is no finite number.

    Args:
        value: the number.
        decimals: kept behind the point.
    """
    return round(float(value), decimals) if value is not None and math.isfinite(value) else None


def of_words(words: tomita.Words) -> Data:
    """Return words as tensors, one-hot and zero behind a word's end.

    Args:
        words: of ``tomita.sample``.
    """
    return Data(*(torch.from_numpy(part) for part in (words.one_hot(), words.labels, words.lengths)))


def _tensors(drawn: sequences.Sequences) -> Data:
    y = torch.from_numpy(drawn.targets)
    return Data(torch.from_numpy(drawn.inputs).float(), y.float() if y.is_floating_point() else y)
