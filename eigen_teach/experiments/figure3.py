"""Figure 3: learning curves on MNIST, read row by row, from nine initial recurrent matrices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from eigen_teach import _check, init, models, spectra, training
from eigen_teach._check import Floats
from eigen_teach.experiments import scanline, starts, sweep

_REINIT = ("recurrent", "input_too")


@dataclass(frozen=True)
class Figure3:
    """Settings of Figure 3. Given by the paper: cells, hidden size, Adam, its rate, cross-entropy, scanlines.

    Left open by the paper, and chosen here as for Table II: batch size, epochs, pixels from 0 to 1, no
    clipping. ``haar`` is a control of ours: another orthogonal matrix with the same radius.

    Args:
        source: ``"full"``, all 60,000 training images, or ``"sample"``.
        cells: the panels.
        initializers: keys of ``init.INITIALIZERS``; ``irnn`` and ``np_rnn`` go to tanh alone.
        radius: modulus of the eigenvalues of ``eigen`` and ``haar``; the paper's.
        reinit: which weights an initializer fills, on which the paper is silent: ``"recurrent"``; or
            ``"input_too"``, gate by gate, for Xavier and Kaiming: the other rules need a square.
        hidden_size: n.
        lr: Adam's learning rate.
        batch_size: images a step.
        epochs: passes over the training images.
        seeds: networks a cell and initializer; a seed fixes the order of the batches and every initial
            value but those that the initializer fills.
    """

    source: str = "full"
    cells: tuple[str, ...] = ("tanh", "lstm", "gru")
    initializers: tuple[str, ...] = tuple(init.INITIALIZERS)
    radius: float = 0.95
    reinit: str = "recurrent"
    hidden_size: int = 150
    lr: float = 1e-4
    batch_size: int = 128
    epochs: float = 10
    seeds: int = 3


# Smaller and faster, not another experiment; the larger rate makes up for the few steps.
PRESETS = {
    "quick": Figure3(
        "sample", ("tanh", "gru"), ("default", "eigen"), hidden_size=32, lr=1e-3, epochs=1, seeds=1
    ),
    "paper": Figure3(),
}


def plan(config: Figure3) -> list[dict[str, Any]]:
    """Return the runs, seed by seed.

    Args:
        config: the settings.

    Raises:
        ValueError: if an initializer or ``reinit`` is unknown.
    """
    starts.check_known("initializers", config.initializers, init.INITIALIZERS)
    _check.choice("reinit", config.reinit, _REINIT)
    runs = sweep.grid(config.seeds, cell=config.cells, initializer=config.initializers)
    return starts.without_misfits(runs)


def start(config: Figure3, run: Mapping[str, Any]) -> models.SequenceModel:
    """Return the untrained network of a run, on the CPU.

    Args:
        config: the settings.
        run: ``cell``, ``initializer`` and ``seed``.

    Raises:
        ValueError: if the cell is unknown, or the radius out of range.

    Example:
        >>> model = start(PRESETS["quick"], {"cell": "gru", "initializer": "eigen", "seed": 0})
        >>> from eigen_teach.experiments import starts
        >>> starts.radii(spectra.recurrent_matrices(model.rnn))
        {'l0.r': 0.95, 'l0.z': 0.95, 'l0.n': 0.95}
    """
    model = scanline.build(config, run["cell"], run["seed"], "cpu")
    starts.restart(
        model.rnn, run["initializer"], config.radius, run["seed"], input_too=config.reinit == "input_too"
    )
    return model


def run_one(config: Figure3, run: dict[str, Any], device: str) -> dict[str, Any]:
    """Train one network and follow how well it reads digits.

    Args:
        config: the settings.
        run: ``cell``, ``initializer`` and ``seed``.
        device: torch's name of the device.

    Returns:
        The curves, as ``scanline.curves``; ``radius_before`` and ``radius_after`` by gate; for tanh and
        seed 0 also ``before`` and ``after``, the spectrum as :func:`upper_half`.
    """
    model = start(config, run).to(device)
    data = scanline.images("train", config.source, device)
    test = scanline.images("test", config.source, device)
    before = spectra.recurrent_matrices(model.rnn)
    history = scanline.train(
        model, config, data, run["seed"], lambda network: training.accuracy(network, *test)
    )
    after = spectra.recurrent_matrices(model.rnn)
    values = {
        **scanline.curves(history, scanline.batches_per_epoch(config, len(data[0]))),
        "radius_before": starts.radii(before),
        "radius_after": starts.radii(after),
    }
    if run["cell"] == "tanh" and run["seed"] == 0:  # 150 numbers a matrix: one seed is a picture
        values |= {"before": upper_half(before["l0.h"]), "after": upper_half(after["l0.h"])}
    return values


def upper_half(matrix: Floats) -> list[list[float]]:
    """Return the eigenvalues on and above the real axis, one of each conjugate pair, largest first.

    Args:
        matrix: (n, n) real; those below the axis mirror those above.

    Returns:
        Pairs [real, imaginary] to 3 digits.

    Example:
        >>> upper_half(np.array([[0.0, -2.0], [2.0, 0.0]]))
        [[0.0, 2.0]]
    """
    values = np.linalg.eigvals(matrix)
    values = values[values.imag >= 0]
    values = values[np.argsort(-np.abs(values), kind="stable")]
    return np.stack([values.real, values.imag], axis=1).round(3).tolist()  # type: ignore[no-any-return]
