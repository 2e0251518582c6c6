"""How a network of an experiment starts: which initializer fills which of its weights."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from torch import nn

from eigen_teach import _check, init, spectra, training
from eigen_teach._check import Floats

# "RNN-only initializers" in the paper, which leaves them out for LSTM and GRU.
RNN_ONLY = ("irnn", "np_rnn")
# The two that are told the modulus of their eigenvalues; the others set their own scale.
_WITH_RADIUS = ("eigen", "haar")
# Rules that know inputs from outputs, and so fill a rectangle too; the others need a square.
RECTANGULAR = ("xavier_normal", "xavier_uniform", "kaiming_normal", "kaiming_uniform")
_OWN_STREAM = 10_000  # added to a seed: recurrent matrices repeat no random number of the other parameters


def check_known(name: str, chosen: Iterable[str], known: Collection[str]) -> None:
    """Raise before the first run if a setting has a value that is not among the known ones.

    Args:
        name: of the setting.
        chosen: its values.
        known: what they may be.

    Raises:
        ValueError: with the first unknown value and the known ones.
    """
    for value in chosen:
        _check.choice(name, value, known)


def without_misfits(runs: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the runs that the paper would make: ``RNN_ONLY`` initializers go to tanh alone.

    Args:
        runs: each with ``cell`` and ``initializer``.
    """
    return [run for run in runs if run["cell"] == "tanh" or run["initializer"] not in RNN_ONLY]


def fill(rnn: nn.RNNBase, initializer: str, radius: float) -> None:
    """Draw the recurrent matrix of every gate anew, in place, from torch's generator.

    Args:
        rnn: the recurrent layer, on the CPU.
        initializer: key of ``init.INITIALIZERS``; ``"default"`` is drawn anew as the others are.
        radius: modulus of the eigenvalues of ``"eigen"`` and ``"haar"``.
    """
    scale = {"radius": radius} if initializer in _WITH_RADIUS else {}
    init.init_recurrent_(rnn, init.INITIALIZERS[initializer], **scale)


def fill_inputs(rnn: nn.RNNBase, initializer: str) -> None:
    """Draw the input weights of every gate anew, in place.

    Args:
        rnn: the recurrent layer, on the CPU.
        initializer: one of ``RECTANGULAR``.
    """
    for gate in rnn.get_parameter("weight_ih_l0").detach().split(rnn.hidden_size):
        init.INITIALIZERS[initializer](gate)


def restart(rnn: nn.RNNBase, initializer: str, radius: float, seed: int, *, input_too: bool = False) -> None:
    """Fill a layer from a stream of its own; every other parameter of the network keeps its bits.

    Args:
        rnn: the recurrent layer, on the CPU.
        initializer: as in :func:`fill`.
        radius: likewise.
        seed: of the network.
        input_too: fill the input weights as well, if the initializer is one of ``RECTANGULAR``.
    """
    with training.seeded(_OWN_STREAM + seed):
        fill(rnn, initializer, radius)
        if input_too and initializer in RECTANGULAR:
            fill_inputs(rnn, initializer)


def radii(matrices: Mapping[str, Floats]) -> dict[str, float]:
    """Return the spectral radius of each recurrent matrix, to 4 digits.

    Args:
        matrices: gate → (n, n), as ``spectra.recurrent_matrices`` gives them.

    Example:
        >>> gru = init.init_recurrent_(nn.GRU(2, 8), init.eigen_, radius=0.95)
        >>> radii(spectra.recurrent_matrices(gru))
        {'l0.r': 0.95, 'l0.z': 0.95, 'l0.n': 0.95}
    """
    return {gate: round(float(spectra.spectral_radius(matrix)), 4) for gate, matrix in matrices.items()}
