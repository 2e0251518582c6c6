"""The arms of a comparison: networks of one seed that differ in their start alone, trained side by side.

All arms of a seed see the same batches in the same order and share every first value but those that an
arm is about: the recurrent matrix, or for two arms of gated cells the bias of one gate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from eigen_teach import ensemble, init, models, training
from eigen_teach.experiments import starts
from eigen_teach.experiments.tasks import Task, rounded

Fill = Callable[[nn.RNNBase], object]  # changes a fresh layer in place
GATED = ("lstm", "gru")
_FIRST = 5  # losses that are kept, so that a test can compute them again


@dataclass(frozen=True)
class Settings:
    """What all ablations share. None of it is the paper's, which has no ablation.

    Chosen once, for no arm's sake, on a seed that is not among those of the record: Figure 2's hidden size,
    Adam's usual learning rate, a batch that is cheap, and steps enough for the better arms to learn.

    Args:
        hidden_size: n.
        lr: Adam's learning rate.
        batch_size: sequences a step.
        steps: updates.
        clip: largest norm of a network's gradient: through 50 steps at λ = 1.5 one batch can undo the rest.
        test: sequences that scores are measured on.
        points: scores on the way, evenly spaced.
        seeds: a seed fixes data, order of the batches and every first value that is not an arm's own.
    """

    hidden_size: int = 32
    lr: float = 1e-3
    batch_size: int = 32
    steps: int = 1500
    clip: float = 1.0
    test: int = 1000
    points: int = 10
    seeds: int = 10


# -------------------------------------------------------------------------------------------------- starts


def initializer(name: str, radius: float) -> Fill:
    """Return the fill of an initializer of the registry.

    Args:
        name: a key of ``init.INITIALIZERS``.
        radius: λ of ``eigen`` and ``haar``; the others have none.
    """
    return lambda rnn: starts.fill(rnn, name, radius)


def matrix(draw: Callable[[int, int], Any], radius: float) -> Fill:
    """Return the fill that puts ``radius`` times a drawn matrix into every recurrent block.

    Args:
        draw: takes n and a seed, returns (n, n) float64.
        radius: λ.
    """

    def fill_(tensor: Tensor) -> Tensor:
        # A seed out of the layer's own stream: drawn from the run's seed, W_h would repeat W_ih's numbers.
        seed = int(torch.randint(2**31, ()))
        return tensor.copy_(radius * torch.from_numpy(draw(len(tensor), seed)))

    return lambda rnn: init.init_recurrent_(rnn, fill_)


def gate_bias(kind: str, span: int) -> Fill:
    """Return the fill of a gate bias: the default matrix, and a gate that starts nearly open to the past.

    The gate is f of an LSTM and z of a GRU: PyTorch's GRU keeps z of its old state. Of its two biases one
    becomes what is asked for, the other zero.

    Args:
        kind: ``"bias_1"``, the constant 1; ``"chrono"``, log u with u uniform on [1, span - 1], and for an
            LSTM the opposite bias of the input gate: units keep for about u steps.
        span: steps that the task lasts; only chrono is told.

    Reference: C. Tallec, Y. Ollivier, arXiv 1804.11188; for 1: Jozefowicz, Zaremba, Sutskever, 2015.
    """

    def fill(rnn: nn.RNNBase) -> None:
        initializer("default", 0.0)(rnn)
        n = rnn.hidden_size
        keep = torch.ones(n)
        if kind == "chrono":
            keep = torch.log(torch.empty(n).uniform_(1, span - 1))
            if isinstance(rnn, nn.LSTM):
                _set_bias(rnn, 0, -keep)
        _set_bias(rnn, 1, keep)  # f in i f g o, z in r z n

    return fill


@torch.no_grad()
def _set_bias(rnn: nn.RNNBase, block: int, values: Tensor) -> None:
    rows = slice(block * rnn.hidden_size, (block + 1) * rnn.hidden_size)
    biases = dict(rnn.named_parameters())
    biases["bias_ih_l0"][rows] = values
    biases["bias_hh_l0"][rows] = 0


def start(
    config: Settings, task: Task, cell: str, fills: Mapping[str, Fill], seed: int, device: str
) -> ensemble.Ensemble:
    """Return the arms of one seed, untrained, in the order of ``fills``.

    Args:
        config: the settings.
        task: what they will learn.
        cell: as in ``models.make_rnn``.
        fills: arm → what it does to a fresh layer.
        seed: of all first values.
        device: torch's name of the device.
    """
    members = []
    for fill in fills.values():
        # Each arm is built anew from the seed, then filled with the numbers that follow: whatever a fill
        # does not touch is the same in all arms.
        with training.seeded(seed):
            model = models.SequenceModel(cell, task.sizes[0], config.hidden_size, task.sizes[1])
            fill(model.rnn)
        members.append(model)
    return ensemble.Ensemble(members).to(device)


# ------------------------------------------------------------------------------------------------ training


def train(
    group: ensemble.Ensemble,
    names: Iterable[str],
    config: Settings,
    task: Task,
    seed: int,
    device: str,
    lr: float | None = None,
) -> dict[str, Any]:
    """Train the arms in place and return how they did.

    Args:
        group: of :func:`start`.
        names: its arms, in order.
        config: the settings.
        task: what they learn.
        seed: of data and order.
        device: torch's name of the device.
        lr: instead of the settings' learning rate.

    Returns:
        ``guess``, the score without looking, and by arm: ``scores`` (points + 1,) on test sequences,
        before training and evenly after it, None where it was no number; ``first_losses`` of five steps;
        ``diverged``, the step at which the loss was no number, or None.
    """
    test = task.test(seed, config.test, device)
    history = ensemble.fit(
        group,
        task.batches(seed, config.batch_size, device),
        task.loss,
        lr=config.lr if lr is None else lr,
        steps=config.steps,
        clip=config.clip,
        measure=lambda trained: task.scores(trained, test),
        every=max(1, config.steps // config.points),
    )
    report: dict[str, Any] = {"guess": round(task.guess, 4)}
    report |= {key: {} for key in ("scores", "first_losses", "diverged")}
    for at, name in enumerate(names):
        stopped = history.diverged[at]
        losses = [step[at] for step in history.losses[:_FIRST]][: None if stopped is None else stopped - 1]
        report["scores"][name] = [rounded(scores[at], 4) for scores in history.measures]
        report["first_losses"][name] = [round(loss, 6) for loss in losses]
        report["diverged"][name] = stopped
    return report


def compare(
    config: Settings,
    task: Task,
    cell: str,
    fills: Mapping[str, Fill],
    seed: int,
    device: str,
    lr: float | None = None,
) -> dict[str, Any]:
    """Build the arms of one seed, train them, and return how they did, as :func:`train`.

    Args:
        config: the settings.
        task: what they learn.
        cell: as in ``models.make_rnn``.
        fills: arm → what it does to a fresh layer.
        seed: of everything.
        device: torch's name of the device.
        lr: instead of the settings' learning rate.
    """
    group = start(config, task, cell, fills, seed, device)
    return train(group, fills, config, task, seed, device, lr)
