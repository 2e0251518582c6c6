"""Section V: Figures 2 and 3, and MNIST read pixel by pixel."""

from __future__ import annotations

from typing import Any

import numpy as np

from eigen_teach.verdicts import comparisons
from eigen_teach.verdicts.comparisons import CELLS, Family, against, seed_by_seed, united
from eigen_teach.verdicts.statement import (
    HOLDS,
    NOT_REPRODUCED,
    SMALL_PRINT,
    Finding,
    Load,
    Part,
    by_count,
    total,
)

EXPERIMENTS = Part("experiments")
TOMITA = "experiments/tomita#"
DIGITS = "experiments/scanline_mnist#"
RIVALS = ("default", "xavier_normal", "xavier_uniform", "kaiming_normal", "kaiming_uniform")  # the paper's
RNN_ONLY = ("irnn", "np_rnn")
# Section V-A calls Kaiming's rule, made for ReLU, "not comparable to the others".
COMPARABLE = tuple(name for name in RIVALS if not name.startswith("kaiming"))
Runs = list[dict[str, Any]]


def _mean(run: dict[str, Any]) -> float:
    """Mean accuracy after each epoch, in points: who learned sooner."""
    return 100 * float(np.mean(run["test_accuracy"][1:]))


def _final(run: dict[str, Any]) -> float:
    """Last accuracy, in points."""
    return 100 * float(run["test_accuracy"][-1])


def digits(load: Load) -> Family:
    """Return the comparisons of Figure 3; keys (cell, "mean" or "final", rival).

    Args:
        load: label → record.
    """
    runs: Runs = load("figure3").values["runs"]
    cells = [[run for run in runs if run["cell"] == cell] for cell in CELLS]
    return united(
        [
            seed_by_seed(chosen, of, cell, measure)
            for cell, chosen in zip(CELLS, cells, strict=True)
            for measure, of in (("mean", _mean), ("final", _final))
            if chosen
        ]
    )


def pixels(load: Load) -> Family:
    """Return the comparisons of pixel MNIST, tanh; keys (cell, "mean" or "final", rival).

    Args:
        load: label → record.
    """
    runs: Runs = load("pixel_mnist").values["runs"]
    return united([seed_by_seed(runs, _mean, "tanh", "mean"), seed_by_seed(runs, _final, "tanh", "final")])


# ---------------------------------------------------------------------------------------------- Figure 2


@EXPERIMENTS.claim(
    "smoother",
    "Figure 2",
    "Figure 2 shows that in tanh-RNN, our initialization method provides a smoother learning curve.",
    (TOMITA + "the-paper-says-we-measured",),
    SMALL_PRINT,
    ("figure2",),
)
def _smoother(load: Load) -> Finding:
    found = comparisons.smooth(load)
    counts = {kind: found.tally(against(*COMPARABLE, *RNN_ONLY, first=kind)) for kind in ("bends", "falls")}
    told = "smoother by bends: {bends}; by falls: {falls}".format(**counts)
    return Finding(told, by_count(total(counts.values())))


@EXPERIMENTS.claim(
    "because",
    "Figure 2",
    "This is because our initialization method provides a better long-term dependency at the beginning and "
    "networks can benefit from this initialization.",
    (TOMITA + "the-paper-says-we-measured", DIGITS + "is-it-memory"),
    NOT_REPRODUCED,
    ("figure2",),
)
def _because(load: Load) -> Finding:
    race = comparisons.race(load)
    lead = {name: race.found["tanh", "mean", name] for name in ("irnn", "default")}
    # Those that start with as much memory (IRNN: all moduli 1) should be level; the default should be behind.
    irnn, default = (race.tally(against(name, first="tanh", second="mean")) for name in lead)
    told = "IRNN, all moduli 1, is {irnn.mean:.1f} points behind eigen; the default {default.mean:.1f}"
    fits = irnn.ahead == 0 and default.ahead == 1
    return Finding(told.format(**lead), HOLDS if fits else NOT_REPRODUCED)


def _slight(key: str, cell: str, words: str, stated: str) -> None:
    """One sentence for two cells."""

    @EXPERIMENTS.claim(
        key, "Figure 2", words, (TOMITA + "forty-eight-questions-at-once",), stated, ("figure2",)
    )
    def measure(load: Load) -> Finding:
        race = comparisons.race(load)
        tally = race.tally(against(*COMPARABLE, first=cell, second="mean"))
        lead = race.found[cell, "mean", "default"]
        told = f"{tally}; the default: {lead.mean:+.1f} points, {lead.low:+.1f} to {lead.high:+.1f}"
        return Finding(told, by_count(tally))


_slight("slight_lstm", "lstm", "And in LSTM", SMALL_PRINT)
_slight(
    "slight_gru",
    "gru",
    "and GRU, our method shows slight improvement compared with other methods.",
    NOT_REPRODUCED,
)


# ---------------------------------------------------------------------------------------------- Figure 3


def _scanlines(key: str, measure: str, words: str, evidence: str, stated: str) -> None:
    """One sentence on two things, the way and the end of training."""

    @EXPERIMENTS.claim(key, "Figure 3", words, (DIGITS + evidence,), stated, ("figure3",))
    def measured(load: Load) -> Finding:
        found = digits(load)
        tally = found.tally(against(*COMPARABLE, *RNN_ONLY, second=measure))
        aside = found.tally(against("kaiming_normal", "kaiming_uniform", second=measure))
        return Finding(f"three cells: {tally}; Kaiming, set aside: {aside}", by_count(tally))


_scanlines(
    "scanlines_rate",
    "mean",
    "Our method provides both a good convergence rate",
    "early-or-better",
    SMALL_PRINT,
)
_scanlines(
    "scanlines_optimum",
    "final",
    "and better local optima for all networks.",
    "is-it-a-better-optimum",
    NOT_REPRODUCED,
)


@EXPERIMENTS.claim(
    "scanlines_tanh",
    "Figure 3",
    "Still, we only have a significant improvement on the convergence rate on tanh-RNN.",
    (DIGITS + "early-or-better", DIGITS + "how-certain-is-certain"),
    SMALL_PRINT,
    ("figure3",),
)
def _scanlines_tanh(load: Load) -> Finding:
    found = digits(load)
    tally = found.tally(against(*COMPARABLE, *RNN_ONLY, first="tanh", second="mean"))
    return Finding(f"tanh, mean of the epochs: {tally}", by_count(tally))


@EXPERIMENTS.claim(
    "scanlines_gated",
    "Figure 3",
    "But in LSTM and GRU, we also benefit from learning the long-term dependency.",
    (DIGITS + "early-or-better",),
    NOT_REPRODUCED,
    ("figure3",),
)
def _scanlines_gated(load: Load) -> Finding:
    found = digits(load)
    tally = total(found.tally(against("default", first=cell)) for cell in ("lstm", "gru"))
    return Finding(f"LSTM and GRU, against the default, mean and last epoch: {tally}", by_count(tally))


@EXPERIMENTS.claim(
    "pixel_mnist",
    "Abstract, asked of MNIST read pixel by pixel",
    "improves consistently the performance",
    (DIGITS + "one-pixel-at-a-time",),
    NOT_REPRODUCED,
    ("pixel_mnist",),
)
def _pixel_mnist(load: Load) -> Finding:
    tally = pixels(load).tally(against("default", "irnn"))
    images = load("pixel_mnist").config["train_images"]
    told = f"reduced, {images:,} images, tanh, against default and IRNN, mean and last epoch: {tally}"
    return Finding(told, by_count(tally))
