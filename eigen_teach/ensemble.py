"""Many networks of one shape trained side by side: one batched matrix product a step, not one for each.

A call into PyTorch costs microseconds, however little it computes, and for small networks that is most of
the time: an ensemble pays it once for all members. How much that saves with small networks, and that
nothing is left with large ones, whose arithmetic itself takes the time, ``benchmarks/ensemble.py`` measures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import torch
from torch import Tensor, nn

from eigen_teach import _check, _recurrence
from eigen_teach.models import LinearRNN, SequenceModel
from eigen_teach.training import USUAL_RATE

_CELLS = {"RNN_TANH": "tanh", "RNN_RELU": "relu", "LSTM": "lstm", "GRU": "gru"}  # by PyTorch's mode
_RECURRENT = ("rnn.weight_ih_l0", "rnn.weight_hh_l0", "rnn.bias_ih_l0", "rnn.bias_hh_l0")
_PARAMETERS = (*_RECURRENT, "readout.weight", "readout.bias")
_WHOLE = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


class Ensemble(nn.Module):
    """M networks of one shape, their parameters in the rows of one matrix.

    ``values`` (M, P) holds all parameters: row i those of member i, one after the other, in the order of
    ``members[i].parameters()``.

    Args:
        members: at least one, of the same cell, sizes, dtype and device; copied.

    Raises:
        TypeError: a member is no :class:`SequenceModel`.
        ValueError: no members, members that differ, or one with frozen parameters.

    Example:
        >>> members = [SequenceModel("gru", 2, 8, 3) for _ in range(4)]
        >>> x = torch.randn(5, 6, 2)
        >>> outputs = Ensemble(members)(x)
        >>> outputs.shape, torch.allclose(outputs[3], members[3](x), atol=1e-6)
        (torch.Size([4, 5, 3]), True)

    Chapter: initializer/gates
    """

    def __init__(self, members: Sequence[SequenceModel]) -> None:
        super().__init__()
        _check_members(members)
        first = members[0]
        self.cell = _cell(first)
        self.every_step = first.every_step
        self.shapes = {name: parameter.shape for name, parameter in first.named_parameters()}
        rows = [nn.utils.parameters_to_vector(member.parameters()).detach() for member in members]
        self.values = nn.Parameter(torch.stack(rows))

    def __len__(self) -> int:
        return len(self.values)

    def stacked(self) -> dict[str, Tensor]:
        """Return views of all parameters, each (M, ...), by their names in a :class:`SequenceModel`.

        Example:
            >>> ensemble = Ensemble([SequenceModel("gru", 2, 8, 3) for _ in range(4)])
            >>> ensemble.stacked()["rnn.weight_hh_l0"].shape
            torch.Size([4, 24, 8])
        """
        parts = self.values.split([shape.numel() for shape in self.shapes.values()], dim=1)
        shaped = zip(self.shapes.items(), parts, strict=True)
        return {name: part.unflatten(1, shape) for (name, shape), part in shaped}

    def member(self, index: int) -> SequenceModel:
        """Return a copy of one network as plain modules.

        Args:
            index: from 0 to M - 1, or from -M on, as in a list.

        Raises:
            IndexError: there is no such member.

        Example:
            >>> model = SequenceModel("lstm", 2, 8, 3)
            >>> copy, x = Ensemble([model]).member(0), torch.randn(5, 6, 2)
            >>> torch.equal(copy(x), model(x))
            True
        """
        values = {name: tensor[index].detach().clone() for name, tensor in self.stacked().items()}
        output_size, hidden_size = self.shapes["readout.weight"]
        input_size = self.shapes["rnn.weight_ih_l0"][1]
        with torch.device("meta"):  # no first values, so that no random numbers are drawn
            model = SequenceModel(self.cell, input_size, hidden_size, output_size, every_step=self.every_step)
        model.load_state_dict(values, assign=True)
        return model

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Return the readouts of all members.

        Args:
            x: (B, T, d), the same inputs for all, or (M, B, T, d), each its own.
            lengths: (B,) or (M, B) whole numbers from 0 to T: the readout is of the state after so many
                steps, and what comes behind has no effect. All T when None.

        Returns:
            (M, B, m), or (M, B, T, m) with ``every_step``.

        Raises:
            TypeError, ValueError: inputs or lengths of the wrong kind or shape, or lengths out of range.
        """
        x = self._checked(x)
        if self.every_step:
            if lengths is not None:
                raise ValueError("lengths must be None for members with every_step, got some; mask the loss")
            states = torch.stack(self._run(x), dim=2)  # (M, n, T, B)
            return self._read(states).permute(0, 3, 2, 1)
        if lengths is None:
            return self._read(self._run(x)[-1]).mT
        self._check_lengths(lengths, x)
        if lengths.ndim == 2:
            return self._read(self._own_ends(x, lengths)).mT
        order = lengths.argsort(descending=True)
        return self._read(self._sorted_ends(x[:, order], lengths[order])).mT[:, order.argsort()]

    @torch.no_grad()
    def states(self, x: Tensor) -> Tensor:
        """Return all hidden states that the members visit while they read ``x``.

        Args:
            x: (B, T, d) or (M, B, T, d).

        Returns:
            (M, B, T, n), without a gradient; of an LSTM the outputs h_t, not the cells c_t.

        Raises:
            TypeError, ValueError: inputs of the wrong kind or shape.

        Example:
            >>> states = Ensemble([SequenceModel("tanh", 2, 8, 3)]).states(torch.zeros(5, 6, 2))
            >>> states.shape, bool(states.abs().max() < 1)
            (torch.Size([1, 5, 6, 8]), True)
        """
        return torch.stack(self._run(self._checked(x)), dim=3).permute(0, 2, 3, 1)

    def _run(
        self, x: Tensor, running: Sequence[int] | None = None, wanted: Sequence[int] | None = None
    ) -> list[Tensor]:
        """Return states (M, n, ...) a step; ``running`` and ``wanted`` as in ``_recurrence``, else all."""
        parameters = self.stacked()
        matrix = _recurrence.joined_weights(self.cell, *(parameters[name] for name in _RECURRENT))
        x = x.expand(len(self), -1, -1, -1)
        inputs = _recurrence.joined_inputs(x, [x.shape[1]] * x.shape[2] if running is None else running)
        return _recurrence.run(self.cell, matrix, inputs, wanted)

    def _sorted_ends(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Return the last states (M, n, B) of sequences of which the longest come first."""
        steps = torch.arange(max(int(lengths[0]), 1), device=x.device)
        running = (lengths > steps[:, None]).sum(dim=1).tolist()
        ended = self._run(x, running, wanted=[*running[1:], 0])
        unread = ended[0].new_zeros(*ended[0].shape[:2], len(lengths) - running[0])
        return torch.cat([*reversed(ended), unread], dim=2)

    def _own_ends(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Return the last states (M, n, B) of sequences that end elsewhere for each member."""
        behind = lengths[:, :, None] <= torch.arange(x.shape[2], device=x.device)
        states = self._run(x.masked_fill(behind[..., None], 0))
        history = torch.stack([torch.zeros_like(states[0]), *states], dim=3)  # (M, n, B, 1 + T)
        index = lengths[:, None, :, None].expand(*history.shape[:3], 1).long()
        return history.gather(3, index)[..., 0]

    def _read(self, states: Tensor) -> Tensor:
        """Return W_y h + b of states (M, n, ...)."""
        parameters = self.stacked()
        weight, bias = parameters["readout.weight"], parameters["readout.bias"]
        outputs = torch.baddbmm(bias[:, :, None], weight, states.flatten(2))
        return outputs.view(*outputs.shape[:2], *states.shape[2:])

    def _checked(self, x: Tensor) -> Tensor:
        """Return ``x`` as (1, B, T, d) or (M, B, T, d)."""
        if not isinstance(x, Tensor):
            raise TypeError(f"x must be a torch.Tensor, got {type(x).__name__}; use torch.as_tensor")
        d = self.shapes["rnn.weight_ih_l0"][1]
        good = x.ndim in (3, 4) and x.shape[-1] == d and x.numel() > 0
        if not good or (x.ndim == 4 and len(x) != len(self)):
            raise ValueError(
                f"x must have shape (B, T, {d}) or ({len(self)}, B, T, {d}) and no empty axis, "
                f"got {tuple(x.shape)}; one number a step is x[..., None]"
            )
        return x if x.ndim == 4 else x[None]

    def _check_lengths(self, lengths: Tensor, x: Tensor) -> None:
        if not isinstance(lengths, Tensor) or lengths.dtype not in _WHOLE:
            kind = lengths.dtype if isinstance(lengths, Tensor) else type(lengths).__name__
            raise TypeError(f"lengths must be a tensor of whole numbers, got {kind}; use torch.as_tensor")
        B, T = x.shape[1:3]
        if lengths.shape not in ((B,), (len(self), B)):
            raise ValueError(
                f"lengths must have shape ({B},) or ({len(self)}, {B}), got {tuple(lengths.shape)}; "
                "give one for each sequence"
            )
        least, most = int(lengths.min()), int(lengths.max())
        if least < 0 or most > T:
            raise ValueError(
                f"lengths must be from 0 to {T}, the steps of x, got {least} to {most}; count the symbols"
            )


def _cell(model: SequenceModel) -> str:
    return "linear" if isinstance(model.rnn, LinearRNN) else _CELLS[model.rnn.mode]


def _check_members(members: Sequence[SequenceModel]) -> None:
    if not members:
        raise ValueError("members must hold at least one network, got none; give a list of SequenceModel")
    for member in members:
        if not isinstance(member, SequenceModel):
            raise TypeError(
                f"members must be SequenceModel, got {type(member).__name__}; build them with that class"
            )
        if tuple(name for name, _ in member.named_parameters()) != _PARAMETERS:
            raise ValueError(
                f"members must have one layer, one direction and biases, got {member.rnn}; "
                "train others one by one with training.fit"
            )
        if not all(parameter.requires_grad for parameter in member.parameters()):
            raise ValueError(
                "members must have no frozen parameters, got some; train such networks with training.fit"
            )
    kinds = {_kind(member) for member in members}
    if len(kinds) > 1:
        raise ValueError(
            f"members must be alike in cell, sizes, every_step, dtype and device, got {len(kinds)} kinds; "
            "make one ensemble of each"
        )


def _kind(member: SequenceModel) -> tuple[Any, ...]:
    shapes = tuple(parameter.shape for parameter in member.parameters())
    weight = member.readout.weight
    return _cell(member), member.every_step, shapes, weight.dtype, weight.device


# ---------------------------------------------------------------------------------------------- training


@dataclass(frozen=True)
class EnsembleHistory:
    """What :func:`fit` saw.

    Args:
        losses: M numbers a step, before the step was taken; NaN for a member that has stopped.
        measures: what ``measure`` returned, first before the training, then after every ``every`` steps.
        diverged: for each member the number of the step, from 1, whose loss or gradient was not finite
            and that it did not take; None if there was none.
    """

    losses: list[list[float]] = field(default_factory=list)
    measures: list[Any] = field(default_factory=list)
    diverged: list[int | None] = field(default_factory=list)


def cross_entropies(outputs: Tensor, targets: Tensor) -> Tensor:
    """Return each member's mean cross-entropy.

    Args:
        outputs: (M, ..., m) scores.
        targets: (...) or (M, ...) classes from 0 to m - 1.

    Returns:
        (M,) nats.

    Raises:
        ValueError: shapes that do not fit.

    Example:
        >>> cross_entropies(torch.zeros(3, 5, 2), torch.ones(5).long()).exp()
        tensor([2., 2., 2.])

    Chapter: initializer/gates
    """
    targets = _expanded(targets, outputs.shape[:-1])
    each = nn.functional.cross_entropy(outputs.flatten(0, -2), targets.flatten(), reduction="none")
    return each.view(len(outputs), -1).mean(dim=1)


def mean_squares(outputs: Tensor, targets: Tensor) -> Tensor:
    """Return each member's mean squared error.

    Args:
        outputs: (M, ...) predictions.
        targets: (...) or (M, ...).

    Returns:
        (M,), in the square of the targets' unit.

    Raises:
        ValueError: shapes that do not fit.

    Example:
        >>> mean_squares(torch.tensor([[[1.0]], [[3.0]]]), torch.zeros(1, 1))
        tensor([1., 9.])
    """
    return (outputs - _expanded(targets, outputs.shape)).square().flatten(1).mean(dim=1)


def _expanded(targets: Tensor, shape: torch.Size) -> Tensor:
    if targets.shape not in (shape, shape[1:]):
        raise ValueError(
            f"targets must have shape {tuple(shape[1:])} or {tuple(shape)}, got {tuple(targets.shape)}; "
            "broadcasting would pair the wrong numbers"
        )
    return targets.expand(shape)


def fit(
    ensemble: Ensemble,
    batches: Iterable[tuple[Any, Tensor]],
    loss: Callable[[Tensor, Tensor], Tensor],
    *,
    lr: float | Sequence[float],
    steps: int,
    clip: float | None = None,
    measure: Callable[[Ensemble], Any] | None = None,
    every: int = 1,
) -> EnsembleHistory:
    """Train all members with Adam, each as :func:`training.fit` would train it alone, up to rounding.

    A member that diverges stays as that step found it, and the others go on as if it were not there.
    If all have diverged, the training is over.

    Args:
        ensemble: changed in place.
        batches: pairs (inputs, targets) or ((inputs, lengths), targets), at least ``steps`` of them.
        loss: takes outputs (M, ...) and targets, returns M numbers, as :func:`cross_entropies`.
        lr: Adam's learning rate, positive; one for all or one for each member.
        steps: updates, at least 0.
        clip: largest norm of each member's gradient; None leaves it as it is.
        measure: called with the ensemble before the first step and after every ``every`` steps.
        every: steps from one measure to the next.

    Raises:
        TypeError, ValueError: if a setting is of the wrong kind or out of range, or the batches run out.

    Example:
        >>> pair = Ensemble([SequenceModel("linear", 1, 1, 1) for _ in range(2)])
        >>> x = torch.linspace(-1, 1, 8)[:, None, None]
        >>> history = fit(pair, [(x, 2 * x[:, 0])] * 200, mean_squares, lr=[0.1, 0.05], steps=200)
        >>> history.diverged, max(history.losses[-1]) < 1e-3
        ([None, None], True)
    """
    rates = _rates(lr, ensemble)
    if clip is not None:
        _check.positive("clip", clip)
    steps, every = _check.count("steps", steps, 0), _check.count("every", every, 1)
    adam = _Adam(ensemble.values, rates)
    diverged: list[int | None] = [None] * len(ensemble)
    history = EnsembleHistory([], [] if measure is None else [measure(ensemble)], diverged)
    for inputs, targets in islice(batches, steps):
        losses = loss(ensemble(*inputs) if isinstance(inputs, tuple) else ensemble(inputs), targets)
        gradient = _gradient(losses, ensemble.values)
        finite = losses.isfinite() & gradient.isfinite().all(dim=1)
        step = len(history.losses) + 1
        diverged[:] = [
            step if when is None and not fine else when
            for when, fine in zip(diverged, finite.tolist(), strict=True)
        ]
        if None not in diverged:
            return history
        going = torch.tensor([when is None for when in diverged], device=gradient.device)
        history.losses.append(losses.detach().masked_fill(~going, math.nan).tolist())
        adam.step(gradient if clip is None else _clipped(gradient, clip), going)
        if measure is not None and step % every == 0:
            history.measures.append(measure(ensemble))
    if len(history.losses) < steps:
        raise ValueError(
            f"batches must hold at least {steps}, one a step, got {len(history.losses)}; "
            "training.shuffled gives as many as are asked for"
        )
    return history


def _gradient(losses: Tensor, values: Tensor) -> Tensor:
    """Return the gradient (M, P) of each member's loss in its own parameters."""
    if losses.shape != (len(values),):
        raise ValueError(
            f"loss must return {len(values)} numbers, one for each member, got shape {tuple(losses.shape)}; "
            "see ensemble.cross_entropies"
        )
    # No loss depends on another row.
    gradients: tuple[Tensor, ...] = torch.autograd.grad(losses.sum(), values)
    return gradients[0]


def _clipped(gradient: Tensor, largest: float) -> Tensor:
    norms = gradient.norm(dim=1, keepdim=True)
    factors: Tensor = (largest / (norms + 1e-6)).clamp(max=1)  # as nn.utils.clip_grad_norm_
    return gradient * factors


class _Adam:
    """Adam as in ``torch.optim.Adam``, with a learning rate for each row."""

    def __init__(self, values: Tensor, rates: Tensor) -> None:
        self.values, self.rates, self.steps = values, rates[:, None], 0
        self.mean, self.square = torch.zeros_like(values), torch.zeros_like(values)

    @torch.no_grad()
    def step(self, gradient: Tensor, going: Tensor) -> None:
        """Update the rows that are still going."""
        self.steps += 1
        self.mean.lerp_(gradient, 1 - 0.9)
        self.square.mul_(0.999).addcmul_(gradient, gradient, value=1 - 0.999)
        size = self.square.sqrt().div_(math.sqrt(1 - 0.999**self.steps)).add_(1e-8)
        update = self.mean * (self.rates / (1 - 0.9**self.steps)) / size
        self.values.sub_(update.masked_fill_(~going[:, None], 0))


def _rates(lr: float | Sequence[float], ensemble: Ensemble) -> Tensor:
    rates = list(lr) if isinstance(lr, Iterable) else [lr] * len(ensemble)
    for rate in rates:
        _check.positive("lr", rate, USUAL_RATE)
    if len(rates) != len(ensemble):
        raise ValueError(
            f"lr must be one number or {len(ensemble)}, one for each member, got {len(rates)}; check the list"
        )
    return torch.tensor(rates, dtype=ensemble.values.dtype, device=ensemble.values.device)


@torch.no_grad()
def accuracies(
    ensemble: Ensemble, inputs: Tensor, labels: Tensor, lengths: Tensor | None = None, batch_size: int = 1000
) -> list[float]:
    """Return for each member the share of inputs whose largest output is the right class.

    Args:
        ensemble: maps inputs to scores (M, B, m).
        inputs: (N, T, d), or (M, N, T, d).
        labels: (N,) or (M, N) classes from 0 to m - 1.
        lengths: (N,) or (M, N), as the ensemble takes them; None for all T steps.
        batch_size: inputs at a time; it changes nothing but the memory.

    Raises:
        ValueError: if there are no inputs, not as many labels, or batch_size is below 1.

    Example:
        >>> ensemble, x = Ensemble([SequenceModel("tanh", 1, 4, 2) for _ in range(2)]), torch.randn(9, 5, 1)
        >>> accuracies(ensemble, x, ensemble.member(1)(x).argmax(dim=1))[1]
        1.0

    Chapter: initializer/gates
    """
    size = _check.count("batch_size", batch_size, 1)
    count = inputs.shape[-3]
    if count == 0 or labels.shape not in ((count,), (len(ensemble), count)) or ensemble.every_step:
        raise ValueError(
            f"labels must be one for each of {count} inputs, at least 1, of members that read out once, "
            f"got shape {tuple(labels.shape)}; check the axes"
        )
    right = torch.zeros(len(ensemble), dtype=torch.long, device=labels.device)
    for start in range(0, count, size):
        part = slice(start, start + size)
        outputs = ensemble(inputs[..., part, :, :], None if lengths is None else lengths[..., part])
        right += (outputs.argmax(dim=-1) == labels[..., part]).sum(dim=1)
    return [number / count for number in right.tolist()]
