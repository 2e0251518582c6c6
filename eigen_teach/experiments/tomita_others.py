"""The race of Figure 2 on Tomita's other six grammars, which the paper does not show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eigen_teach.experiments import figure2, sweep


@dataclass(frozen=True)
class TomitaOthers(figure2.Race):
    """Settings of the other grammars; all but these as in Figure 2, so that they may be compared.

    Of grammars 1 and 2 there is one accepted word a length, of 7 few: a test set repeats training words,
    and knowing by heart looks like having understood. ``seen`` in the results says how many it repeats.

    Args:
        grammars: 1 to 7.
        cell: the plain network, where the paper claims the most.
    """

    grammars: tuple[int, ...] = (1, 2, 3, 5, 6, 7)
    cell: str = "tanh"
    seeds: int = 10


PRESETS = {
    "quick": TomitaOthers(grammars=(2, 5), train_words=500, test_words=300, epochs=5, seeds=1),
    "paper": TomitaOthers(),
}


def plan(config: TomitaOthers) -> list[dict[str, Any]]:
    """Return the runs, seed by seed.

    Args:
        config: the settings.
    """
    return sweep.grid(config.seeds, grammar=config.grammars)


def run_one(config: TomitaOthers, run: dict[str, Any], device: str) -> dict[str, Any]:
    """Train all networks of one grammar and seed.

    Args:
        config: the settings.
        run: ``grammar`` and ``seed``.
        device: torch's name of the device.

    Returns:
        As ``figure2.race``.
    """
    result, _, _ = figure2.race(config, run["grammar"], config.cell, run["seed"], device)
    return result
