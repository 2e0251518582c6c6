"""The five cells over a stack of networks, with gradients written out by hand.

Automatic gradients record every small operation. Here a step backwards is one derivative and two batched
matrix products, and a sequence that has ended is no longer computed.

The batch is the last axis, so that equations read W h and a gate is a block of whole rows. The matrix, the
state, the inputs and a one are joined: W [h; x; 1] is W_h h + W_x x + b in one product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.functional import pad

Kept = tuple[Tensor, ...]


def joined_weights(cell: str, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor) -> Tensor:
    """Return one matrix for the state, the inputs and the one: (M, blocks · n, n + d + 1).

    Args:
        cell: as in ``models.make_rnn``.
        w_ih: (M, gates · n, d), as in PyTorch; so are the others.
        w_hh: (M, gates · n, n).
        b_ih: (M, gates · n).
        b_hh: (M, gates · n).
    """
    if cell != "gru":
        return torch.cat([w_hh, w_ih, (b_ih + b_hh)[:, :, None]], dim=2)
    # A GRU's n = tanh(W_in x + b_in + r (W_hn h + b_hn)) needs its two sums apart: a fourth block.
    n = w_hh.shape[2]
    w_hh = torch.cat([w_hh, torch.zeros_like(w_hh[:, :n])], dim=1)
    w_ih = torch.cat([w_ih[:, : 2 * n], torch.zeros_like(w_ih[:, :n]), w_ih[:, 2 * n :]], dim=1)
    bias = torch.cat([b_ih[:, : 2 * n] + b_hh[:, : 2 * n], b_hh[:, 2 * n :], b_ih[:, 2 * n :]], dim=1)
    return torch.cat([w_hh, w_ih, bias[:, :, None]], dim=2)


def joined_inputs(x: Tensor, running: Sequence[int]) -> list[Tensor]:
    """Return the inputs of each step with a one below them.

    Args:
        x: (M, B, T, d).
        running: how many sequences, from the first, are read in each step; at most T steps.

    Returns:
        One (M, d + 1, B_t) for each entry of ``running``.
    """
    columns = torch.cat([x, torch.ones_like(x[..., :1])], dim=3).permute(2, 0, 3, 1)  # (T, M, d + 1, B)
    return [column[:, :, :count] for column, count in zip(columns, running, strict=False)]


# ------------------------------------------------------------------------------------------------- cells
#
# A cell is two functions. The first takes the gates' sums a, which it may overwrite, the last state h and
# the last memory c, an LSTM's only, which still has the sequences that have ended. It returns the next h,
# the next c and what the second function needs. That one takes the gradients of the next h and c and
# returns those of a, of the last h where it enters directly, and of the last c.

_through_sigmoid = torch.ops.aten.sigmoid_backward  # (g, s) to g s (1 - s), in one pass
_through_tanh = torch.ops.aten.tanh_backward  # (g, y) to g (1 - y²)


def _linear(a: Tensor, _h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Kept]:
    return a, c, ()


def _linear_gradient(gh: Tensor, gc: Tensor) -> tuple[Tensor, None, Tensor]:
    return gh, None, gc


def _tanh(a: Tensor, _h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Kept]:
    return a.tanh_(), c, (a,)


def _tanh_gradient(gh: Tensor, gc: Tensor, h: Tensor) -> tuple[Tensor, None, Tensor]:
    return _through_tanh(gh, h), None, gc


def _relu(a: Tensor, _h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Kept]:
    return a.relu_(), c, (a,)


def _relu_gradient(gh: Tensor, gc: Tensor, h: Tensor) -> tuple[Tensor, None, Tensor]:
    return gh.masked_fill(h <= 0, 0), None, gc


def _lstm(a: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Kept]:
    i, f, g, o = a.chunk(4, dim=1)
    for gate in (i, f, o):
        gate.sigmoid_()
    g.tanh_()
    c = c[:, :, : h.shape[2]]
    memory = torch.addcmul(f * c, i, g)
    squashed = memory.tanh()
    return o * squashed, memory, (a, c, squashed)


def _lstm_gradient(
    gh: Tensor, gc: Tensor, a: Tensor, c: Tensor, squashed: Tensor
) -> tuple[Tensor, None, Tensor]:
    i, f, g, o = a.chunk(4, dim=1)
    gc = _widened(gc, gh.shape[2]) + _through_tanh(gh * o, squashed)
    ga = [
        _through_sigmoid(gc * g, i),
        _through_sigmoid(gc * c, f),
        _through_tanh(gc * i, g),
        _through_sigmoid(gh * squashed, o),
    ]
    return torch.cat(ga, dim=1), None, gc * f


def _gru(a: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Kept]:
    r, z, past, new = a.chunk(4, dim=1)
    for gate in (r, z):
        gate.sigmoid_()
    new.addcmul_(r, past).tanh_()
    return torch.lerp(new, h, z), c, (a, h)


def _gru_gradient(gh: Tensor, gc: Tensor, a: Tensor, h: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    r, z, past, new = a.chunk(4, dim=1)
    direct = gh * z
    g_new = _through_tanh(gh - direct, new)
    ga = [_through_sigmoid(g_new * past, r), _through_sigmoid(gh * (h - new), z), g_new * r, g_new]
    return torch.cat(ga, dim=1), direct, gc


_Step = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor, Kept]]
_Gradient = Callable[..., tuple[Tensor, Tensor | None, Tensor]]
_CELLS: dict[str, tuple[_Step, _Gradient]] = {
    "linear": (_linear, _linear_gradient),
    "tanh": (_tanh, _tanh_gradient),
    "relu": (_relu, _relu_gradient),
    "lstm": (_lstm, _lstm_gradient),
    "gru": (_gru, _gru_gradient),
}


# ------------------------------------------------------------------------------------------ the recurrence


def run(
    cell: str, matrix: Tensor, inputs: Sequence[Tensor], wanted: Sequence[int] | None = None
) -> list[Tensor]:
    """Return the states after each step, differentiable in ``matrix`` and ``inputs``.

    Args:
        cell: as in ``models.make_rnn``.
        matrix: of :func:`joined_weights`, (M, blocks · n, n + d + 1).
        inputs: of :func:`joined_inputs`, each (M, d + 1, B_t), B_t never growing.
        wanted: the first sequence whose state is wanted, for each step; all states when None.

    Returns:
        (M, n, B_t - wanted_t) for each step.
    """
    wanted = [0] * len(inputs) if wanted is None else wanted
    if torch.is_grad_enabled():
        return list(_Recurrence.apply(cell, wanted, matrix, *inputs))  # type: ignore[no-untyped-call]
    return [h[:, :, first:] for (h, _), first in zip(_steps(cell, matrix, inputs), wanted, strict=True)]


def _steps(cell: str, matrix: Tensor, inputs: Sequence[Tensor]) -> Iterator[tuple[Tensor, Kept]]:
    """Yield after each step the state (M, n, B_t) and the tensors that its gradient needs."""
    step, _ = _CELLS[cell]
    n = matrix.shape[2] - inputs[0].shape[1]
    h = c = matrix.new_zeros(len(matrix), n, inputs[0].shape[2])
    for column in inputs:
        joined = torch.cat([h[:, :, : column.shape[2]], column], dim=1)
        h, c, kept = step(torch.bmm(matrix, joined), joined[:, :n], c)
        yield h, (joined, *kept)


class _Recurrence(torch.autograd.Function):
    """What :func:`run` returns where a gradient may be asked for."""

    @staticmethod
    def forward(
        ctx: Any, cell: str, wanted: Sequence[int], matrix: Tensor, *inputs: Tensor
    ) -> tuple[Tensor, ...]:
        """Return the wanted states and keep what the gradient needs."""
        states, tape = zip(*_steps(cell, matrix, inputs), strict=True)
        ctx.cell, ctx.wanted = cell, wanted
        ctx.kept, ctx.inputs = len(tape[0]), inputs[0].shape[1]
        ctx.save_for_backward(matrix, *chain.from_iterable(tape))
        ctx.set_materialize_grads(False)  # a state that nothing was made of has None, not zeros
        return tuple(h[:, :, first:] for h, first in zip(states, wanted, strict=True))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Tensor | None, ...]:
        """Return the gradients of ``forward``'s arguments, from those of the wanted states."""
        matrix, *saved = ctx.saved_tensors
        tape = [saved[i : i + ctx.kept] for i in range(0, len(saved), ctx.kept)]
        _, gradient_of = _CELLS[ctx.cell]
        n = matrix.shape[2] - ctx.inputs
        of_matrix, of_inputs = torch.zeros_like(matrix), []
        gh = gc = matrix.new_zeros(len(matrix), n, 0)
        for own, first, (joined, *kept) in zip(gradients[::-1], ctx.wanted[::-1], tape[::-1], strict=True):
            gh = _widened(gh, joined.shape[2])
            if own is not None:
                gh[:, :, first:] += own
            ga, direct, gc = gradient_of(gh, gc, *kept)
            of_matrix.baddbmm_(ga, joined.mT)
            of_joined = torch.bmm(matrix.mT, ga)
            gh = of_joined[:, :n] if direct is None else of_joined[:, :n] + direct
            of_inputs.append(of_joined[:, n:])
        return None, None, of_matrix, *reversed(of_inputs)


def _widened(gradient: Tensor, running: int) -> Tensor:
    """Return ``gradient`` with zeros for the sequences that end here."""
    missing = running - gradient.shape[2]
    return pad(gradient, (0, missing)) if missing else gradient
