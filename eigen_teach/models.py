"""Recurrent layers under one roof, the linear one that PyTorch does not have, and a readout on top."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import linear
from torch.nn.utils.rnn import PackedSequence

from eigen_teach import _check


class LinearRNN(nn.RNNBase):
    """Recurrent layer with no activation, the state equation (3): h_t = W_h h_(t-1) + W_x x_t + b.

    It has the parameters, their names and their first values, the call and the output of ``nn.RNN``.
    Inputs are padded tensors; it takes no ``PackedSequence``.

    Args:
        input_size: d, features of the input.
        hidden_size: n, size of the state.
        num_layers: layers stacked on one another.
        bias: whether b_ih and b_hh are there.
        batch_first: whether inputs are (B, T, d) and not (T, B, d).
        dropout: share of a layer's outputs dropped on the way to the next layer, in training.
        bidirectional: whether a second chain reads each sequence from its end.

    Example:
        >>> rnn = LinearRNN(2, 3)
        >>> x = torch.randn(5, 1, 2)
        >>> torch.allclose(rnn(2 * x)[0] - rnn(x)[0], rnn(x)[0] - rnn(0 * x)[0], atol=1e-6)
        True

    Reference: arXiv 2307.15679, section II.
    Chapter: linear/gradients
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        *,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        # The mode only sets the shapes of the parameters; tanh is never called.
        super().__init__(
            "RNN_TANH",
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            device=device,
            dtype=dtype,
        )

    def forward(self, x: Tensor, h0: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the outputs of the last layer and the last state of every layer and direction.

        Args:
            x: (T, B, d), or (B, T, d) with ``batch_first``, or one sequence (T, d).
            h0: (layers · directions, B, n), or (layers · directions, n) for one sequence; zero by default.

        Returns:
            Outputs (T, B, directions · n), laid out as ``x``, and the last states, shaped as ``h0``.

        Raises:
            TypeError: ``x`` or ``h0`` is no tensor, for example a ``PackedSequence``.
            ValueError: sizes that do not fit.
        """
        _check_tensors(x, h0)
        if x.ndim == 2:
            outputs, last = self._run(x.unsqueeze(1), None if h0 is None else h0.unsqueeze(1))
            return outputs.squeeze(1), last.squeeze(1)
        if self.batch_first:
            outputs, last = self._run(x.transpose(0, 1), h0)
            return outputs.transpose(0, 1), last
        return self._run(x, h0)

    def _run(self, x: Tensor, h0: Tensor | None) -> tuple[Tensor, Tensor]:
        """Run all layers and directions over ``x`` (T, B, d)."""
        shape = (len(self.all_weights), x.shape[1], self.hidden_size)
        h0 = x.new_zeros(shape) if h0 is None else h0
        self._check_sizes(x, h0, shape)
        directions = 2 if self.bidirectional else 1
        last = []
        for layer in range(self.num_layers):
            if layer:
                x = nn.functional.dropout(x, self.dropout, self.training)
            chains = range(directions * layer, directions * (layer + 1))
            states = [
                _linear_states(x, h0[chain], self.all_weights[chain], backward=chain % directions == 1)
                for chain in chains
            ]
            last += [chain_states[0 if k else -1] for k, chain_states in enumerate(states)]
            x = torch.cat(states, dim=-1)  # (T, B, directions · n)
        return x, torch.stack(last)

    def _check_sizes(self, x: Tensor, h0: Tensor, shape: tuple[int, int, int]) -> None:
        if x.shape[-1] != self.input_size or len(x) == 0:
            raise ValueError(
                f"x must have {self.input_size} features and at least one step, got {tuple(x.shape)} "
                "as (T, B, d); see batch_first for (B, T, d)"
            )
        if h0.shape != shape:
            raise ValueError(
                f"h0 must have shape {shape}, (layers · directions, B, n), got {tuple(h0.shape)}; "
                "leave it out to start at zero"
            )


def _check_tensors(x: Tensor, h0: Tensor | None) -> None:
    """Raise unless ``x`` is a tensor with two or three axes and ``h0``, if given, has as many."""
    if not isinstance(x, Tensor):
        raise TypeError(
            f"x must be a torch.Tensor, got {type(x).__name__}; for packed use pad_packed_sequence"
        )
    if x.ndim not in (2, 3):
        raise ValueError(
            f"x must have 2 or 3 axes, (T, d) or (T, B, d), got shape {tuple(x.shape)}; "
            "one number a step is x[:, None]"
        )
    if not isinstance(h0, Tensor | None):
        raise TypeError(f"h0 must be a torch.Tensor or None, got {type(h0).__name__}; leave it out")
    if h0 is not None and h0.ndim != x.ndim:
        raise ValueError(f"h0 must have {x.ndim} axes as x has, got shape {tuple(h0.shape)}; leave it out")


def _linear_states(x: Tensor, h: Tensor, weights: Sequence[Tensor], *, backward: bool) -> Tensor:
    """Return the states (T, B, n) of one chain, each at the time of the input it has just read."""
    w_ih, w_hh, *biases = weights
    drives = linear(x, w_ih) + sum(biases)
    states = []
    for drive in reversed(drives) if backward else drives:
        h = torch.addmm(drive, h, w_hh.T)
        states.append(h)
    return torch.stack(states[::-1] if backward else states)


# ------------------------------------------------------------------------------------------- whole models


def make_rnn(cell: str, input_size: int, hidden_size: int) -> nn.RNNBase:
    """Return one recurrent layer, batch first, as PyTorch initializes it.

    Args:
        cell: ``"linear"``, ``"tanh"``, ``"relu"``, ``"lstm"`` or ``"gru"``.
        input_size: d, features of the input.
        hidden_size: n, size of the state.

    Returns:
        A layer that takes (B, T, d) and returns (B, T, n) and its last state.

    Raises:
        ValueError: if cell is unknown.

    Example:
        >>> make_rnn("linear", 2, 3)(torch.zeros(7, 5, 2))[0].shape
        torch.Size([7, 5, 3])
    """
    makers: dict[str, Callable[..., nn.RNNBase]] = {
        "linear": LinearRNN,
        "tanh": nn.RNN,
        "relu": partial(nn.RNN, nonlinearity="relu"),
        "lstm": nn.LSTM,
        "gru": nn.GRU,
    }
    return makers[_check.choice("cell", cell, makers)](input_size, hidden_size, batch_first=True)


class SequenceModel(nn.Module):
    """A recurrent layer and a linear readout, y_t = W_y h_t + b: equations (3) and (4) with a cell's choice.

    Args:
        cell: as in :func:`make_rnn`.
        input_size: d, features of the input.
        hidden_size: n, size of the state.
        output_size: m, numbers read out.
        every_step: read out every state, (B, T, m), and not only the last, (B, m).

    Raises:
        ValueError: if cell is unknown.

    Example:
        >>> model = SequenceModel("gru", 28, 16, 10)
        >>> model(torch.zeros(5, 28, 28)).shape
        torch.Size([5, 10])
    """

    def __init__(
        self, cell: str, input_size: int, hidden_size: int, output_size: int, *, every_step: bool = False
    ) -> None:
        super().__init__()
        self.rnn = make_rnn(cell, input_size, hidden_size)
        self.readout = nn.Linear(hidden_size, output_size)
        self.every_step = every_step

    def forward(self, x: Tensor) -> Tensor:
        """Return the readouts of ``x`` (B, T, d)."""
        states, _ = self.rnn(x)
        readouts: Tensor = self.readout(states if self.every_step else states[:, -1])
        return readouts


@torch.no_grad()
def hidden_states(model: SequenceModel, x: Tensor) -> Tensor:
    """Return all hidden states that a model visits while it reads ``x``.

    For an LSTM these are the outputs h_t that the readout sees, not the cells c_t.

    Args:
        model: the network.
        x: (B, T, d) inputs.

    Returns:
        (B, T, n), without a gradient.

    Example:
        >>> model = SequenceModel("tanh", 1, 4, 2)
        >>> states = hidden_states(model, torch.zeros(3, 6, 1))
        >>> states.shape, bool(states.abs().max() < 1)
        (torch.Size([3, 6, 4]), True)
    """
    states: Tensor = model.rnn(x)[0]
    return states


class Seq2Seq(nn.Module):
    """An encoder that reads a sentence and a decoder that writes its translation from the last state.

    Each is an embedding and one recurrent layer; the decoder has a linear readout over its vocabulary.
    Sentences are packed (``torch.nn.utils.rnn.pack_sequence``): padding is never computed, so it cannot
    matter. The encoder's last state, for an LSTM with its cell, is all that the decoder gets to know.

    Args:
        cell: ``"tanh"``, ``"relu"``, ``"lstm"`` or ``"gru"``.
        source_words: size of the vocabulary that is read.
        target_words: size of the vocabulary that is written.
        embedding_size: numbers a word.
        hidden_size: n of both layers.

    Raises:
        ValueError: if cell is unknown, or ``"linear"``, which takes no packed sequences.

    Example:
        >>> model = Seq2Seq("gru", 20, 30, embedding_size=8, hidden_size=4)
        >>> pack = nn.utils.rnn.pack_sequence
        >>> source, target = pack([torch.tensor([2, 5, 3])]), pack([torch.tensor([2, 7, 7, 9])])
        >>> model((source, target)).shape
        torch.Size([4, 30])

    Reference: I. Sutskever, O. Vinyals, Q. V. Le, arXiv 1409.3215.
    Chapter: experiments/multi30k
    """

    def __init__(
        self,
        cell: str,
        source_words: int,
        target_words: int,
        *,
        embedding_size: int = 512,
        hidden_size: int = 256,
    ) -> None:
        super().__init__()
        if cell == "linear":
            raise ValueError("cell must take packed sequences, got 'linear'; choose tanh, relu, lstm or gru")
        self.source_embedding = nn.Embedding(source_words, embedding_size)
        self.target_embedding = nn.Embedding(target_words, embedding_size)
        self.encoder = make_rnn(cell, embedding_size, hidden_size)
        self.decoder = make_rnn(cell, embedding_size, hidden_size)
        self.readout = nn.Linear(hidden_size, target_words)

    def forward(self, sentences: tuple[PackedSequence, PackedSequence]) -> Tensor:
        """Return the scores of every next word of the translations, given those before it.

        Args:
            sentences: the sources, and the targets up to the word before the last, both word numbers.

        Returns:
            (words of all targets, target_words), in the order of the packed targets.
        """
        source, target = sentences
        _, state = self.encoder(_embed(source, self.source_embedding))
        states, _ = self.decoder(_embed(target, self.target_embedding), state)
        scores: Tensor = self.readout(states.data)
        return scores

    @torch.no_grad()
    def translate(self, source: PackedSequence, *, start: int, end: int, longest: int = 50) -> Tensor:
        """Return greedy translations: at every step the one word with the largest score.

        Args:
            source: B sentences.
            start: number of the word that a translation begins with; not returned.
            end: number of the word that ends one.
            longest: words at most.

        Returns:
            (B, up to longest) word numbers; what follows ``end`` in a row is to be ignored.

        Raises:
            TypeError, ValueError: if longest is no integer from 1.
        """
        longest = _check.count("longest", longest, 1)
        _, state = self.encoder(_embed(source, self.source_embedding))
        word = torch.full((int(source.batch_sizes[0]), 1), start, device=source.data.device)
        done = torch.zeros_like(word, dtype=torch.bool)
        words: list[Tensor] = []
        while len(words) < longest and not done.all():
            states, state = self.decoder(self.target_embedding(word), state)
            word = self.readout(states).argmax(dim=-1)  # (B, 1)
            done |= word == end
            words.append(word)
        return torch.cat(words, dim=1)


def _embed(numbers: PackedSequence, embedding: nn.Embedding) -> PackedSequence:
    """Return the packed embeddings of packed word numbers."""
    return numbers._replace(data=embedding(numbers.data))
