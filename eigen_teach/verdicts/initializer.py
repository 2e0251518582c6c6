"""Section IV: the default initializer, Table III, and the paper's own."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from eigen_teach import init, models, record, spectra, training
from eigen_teach.verdicts import comparisons
from eigen_teach.verdicts.comparisons import ABLATIONS, TASKS, against
from eigen_teach.verdicts.races import digits
from eigen_teach.verdicts.statement import (
    FALSE,
    HOLDS,
    NOT_REPRODUCED,
    SMALL_PRINT,
    Finding,
    Load,
    Part,
    by_agreement,
    by_cases,
    by_count,
    yes,
)

INITIALIZER = Part("initializer")
OTHERS = ("np_rnn", "xavier_normal", "xavier_uniform", "kaiming_normal", "kaiming_uniform")


def fits_gates(init_: Callable[..., Any], cell: str, radius: float) -> bool:
    """Whether an initializer gives every recurrent block of a cell this spectral radius.

    Args:
        init_: of ``init``.
        cell: as in ``models.make_rnn``.
        radius: expected, to a thousandth.
    """
    with training.seeded(0):
        rnn = models.make_rnn(cell, 3, 16)
        init.init_recurrent_(rnn, init_)
    blocks = spectra.recurrent_matrices(rnn).values()
    return all(abs(float(spectra.spectral_radius(block)) - radius) < 1e-3 for block in blocks)


@INITIALIZER.claim(
    "deviation",
    "Section IV, (15)",
    "The default initializer of Pytorch is initialized by a uniform distribution with a standard deviation "
    "given by,",
    ("initializer/spectra#equation-15-mended",),
    FALSE,
    printed="1/√n",
)
def _deviation(_load: Load) -> Finding:
    with training.seeded(0):
        rnn = models.make_rnn("tanh", 3, 400)
    weights = spectra.recurrent_matrices(rnn)["l0.h"]
    # Of 160,000 numbers: 3 digits are sure.
    bound, deviation = float(np.abs(weights).max()), float(weights.std())
    told = (
        f"400 units, 1/√n = 0.050: the largest weight is {bound:.3f}, the standard deviation {deviation:.3f}"
    )
    return Finding(told, by_cases([abs(deviation - 1 / 20) < 0.001]))


@INITIALIZER.claim(
    "input_size",
    "Section IV, (15)",
    "where n is the size of input features.",
    ("initializer/spectra#equation-15-mended",),
    SMALL_PRINT,
)
def _input_size(_load: Load) -> Finding:
    with training.seeded(0):
        rnn = models.make_rnn("tanh", 100, 400)
    bounds = {name[:9]: float(p.detach().abs().max()) for name, p in rnn.named_parameters()}
    sizes = {"weight_hh": 400, "weight_ih": 100}
    right = {name: abs(bounds[name] - size**-0.5) < 0.001 for name, size in sizes.items()}
    told = f"400 units, 100 inputs: right for W_h: {yes(right['weight_hh'])}; for W_x: "
    return Finding(
        f"{told}{yes(right['weight_ih'])}, its bound is {bounds['weight_ih']:.2f} too",
        by_cases(right.values()),
    )


@INITIALIZER.claim(
    "table3_columns",
    "Table III",
    "We generate each initializer 500 times and calculate the ordered mean values.",
    ("initializer/spectra#five-columns-one-curve",),
    HOLDS,
    ("table3",),
    printed="40 means: default, Xavier, Kaiming",
)
def _table3_columns(load: Load) -> Finding:
    columns = ["default", *OTHERS[1:]]
    agree = sum(_agree(load, name) for name in columns)
    told = f"{agree} of {8 * len(columns)} means agree, to rounding and three standard errors"
    return Finding(told, by_agreement(agree, 8 * len(columns)))


def _agree(load: Load, name: str) -> int:
    """In how many of a column's 8 means ours and the paper's agree, up to rounding and chance."""
    paper, ours = record.paper_table("table3"), np.array(load("table3").values[name]["mean"])
    chance = 3 * paper.sd[name] * np.sqrt(2 / load("table3").config["trials"])
    return int(np.sum(np.abs(ours - paper.mean[name]) <= 0.005 + chance))


@INITIALIZER.claim(
    "table3_sp_rnn",
    "Table III",
    "We generate each initializer 500 times and calculate the ordered mean values.",
    ("initializer/spectra#the-column-that-we-could-not-reproduce",),
    NOT_REPRODUCED,
    ("table3",),
    printed="8 means: sp-RNN",
)
def _table3_sp_rnn(load: Load) -> Finding:
    agree, ours = _agree(load, "np_rnn"), np.array(load("table3").values["np_rnn"]["mean"])
    printed = record.paper_table("table3").mean["np_rnn"]
    told = f"{agree} of 8 means agree; the column sums to {printed.sum():.2f}, ours to {ours.sum():.2f}"
    # The sum of the norms of np-RNN is a trace, and no sorting changes it.
    same_trace = abs(ours.sum() - printed.sum()) < 0.1
    return Finding(told, by_agreement(agree, 8) if same_trace else NOT_REPRODUCED)


@INITIALIZER.claim(
    "default_small",
    "Section IV",
    "the default initializer provides small eigenvalues",
    ("initializer/spectra#table-iii-run-again",),
    HOLDS,
    ("table3",),
)
def _default_small(load: Load) -> Finding:
    values = {name: np.array(load("table3").values[name]["mean"]) for name in ("default", *OTHERS)}
    gaps = np.concatenate([values[name] - values["default"] for name in OTHERS])
    # Level within the sampling error of 500 draws is not larger.
    told = f"smaller in {np.sum(gaps > 0.005)} of {gaps.size} cells, larger in {np.sum(gaps < -0.02)}"
    return Finding(told, by_cases(bool(gap > -0.02) for gap in gaps))


@INITIALIZER.claim(
    "decays_fast",
    "Section IV",
    "if the eigenvalue norms are small, the information of input samples decays very fast",
    ("initializer/spectra#kick-a-network-that-has-learned-nothing",),
    HOLDS,
    ("table3",),
)
def _decays_fast(load: Load) -> Finding:
    top = float(load("table3").values["default"]["mean"][0])
    left = f"{100 * top**10:.1f} %"
    told = f"the default's largest norm is {top:.2f}: of the slowest mode {left} is left after 10 steps"
    return Finding(told, by_cases([top**10 < 0.05]))


@INITIALIZER.claim(
    "larger_help",
    "Section IV",
    "Other initializers provide larger eigenvalues, helping the model to learn from more samples.",
    ("initializer/spectra#what-larger-eigenvalues-buy",),
    SMALL_PRINT,
    ("table3",),
)
def _larger_help(load: Load) -> Finding:
    tops = {name: float(load("table3").values[name]["mean"][0]) for name in ("default", *OTHERS)}
    larger = all(tops[name] > tops["default"] for name in OTHERS)
    growth = tops["kaiming_normal"] ** 28
    told = f"larger: {yes(larger)}; but beyond 1 a linear mode explodes: Kaiming's largest, 8 units, "
    return Finding(f"{told}in 28 steps {growth:.0e}-fold", by_cases([larger, growth < 100]))


@INITIALIZER.claim(
    "other_rates",
    "Section IV",
    "From the perspective of eigenvalues, we can also explain why other initializers help with the "
    "convergence rate.",
    ("experiments/tomita#the-full-race", "experiments/scanline_mnist#is-it-memory"),
    SMALL_PRINT,
    ("figure2", "figure3", "table3"),
)
def _other_rates(load: Load) -> Finding:
    radius = {"eigen": 0.95, "haar": 0.95, "irnn": 1.0}
    radius |= {name: float(load("table3").values[name]["mean"][0]) for name in ("default", *OTHERS)}
    explained = {}  # is who learns sooner the one with the larger radius?
    for task, family in (("grammar 4", comparisons.race(load)), ("digits", digits(load))):
        for cell, measure, rival in sorted(family.sure):
            if (cell, measure) == ("tanh", "mean"):
                sooner = family.found[cell, measure, rival].mean > 0
                explained[f"{rival}, {task}"] = sooner == (radius["eigen"] > radius[rival])
    if not explained:
        return Finding("tanh, mean of all epochs: no certain difference from eigen", NOT_REPRODUCED)
    told = f"tanh, mean of all epochs: of {len(explained)} certain differences from eigen "
    told += f"{sum(explained.values())} go with the larger modulus; not "
    told += "; ".join(name for name, fits in explained.items() if not fits)
    return Finding(told, by_cases(explained.values()))


@INITIALIZER.claim(
    "all_norms",
    "Section IV",
    r"First, we set all the eigenvalue norms to $\lambda \in (0, 1)$.",
    ("initializer/rotations#what-is-exact",),
    HOLDS,
)
def _all_norms(_load: Load) -> Finding:
    draws = torch.Generator().manual_seed(0)
    W = init.eigen_(torch.empty(64, 64, dtype=torch.float64), 0.95, generator=draws).numpy()
    norms, values = spectra.eigenvalue_norms(W), np.linalg.svd(W, compute_uv=False)
    exact = [bool(np.abs(found - 0.95).max() < 1e-9) for found in (norms, values)]
    told = f"64 units: all moduli 0.95 to rounding: {yes(exact[0])}; all singular values: {yes(exact[1])}"
    return Finding(told, by_cases(exact))


@INITIALIZER.claim(
    "name_of_w0",
    "Section IV, (16)",
    "where w_1 is a diagonal matrix",
    ("initializer/rotations#turn-two-units-at-a-time",),
    FALSE,
)
def _name_of_w0(_load: Load) -> Finding:
    first = init.rotation_chain(torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)).numpy()
    off = float(np.abs(first - np.diag(np.diag(first))).max())
    return Finding(
        f"W₀ is meant; W₁ turns units 1 and 2: off the diagonal {off:.2f} at θ = 1", by_cases([off == 0])
    )


@INITIALIZER.claim(
    "order",
    "Section IV, (17), (18)",
    r"$W = \prod_{i=0}^{n-1} W_i$",
    ("initializer/rotations#the-order-nobody-wrote-down",),
    SMALL_PRINT,
)
def _order(_load: Load) -> Finding:
    angles = torch.tensor([0.3, 1.1, 2.0, 4.0], dtype=torch.float64)
    turns = [init.rotation_chain(angles * (torch.arange(4) == k)).numpy() for k in range(4)]
    orders = itertools.permutations(turns)
    products = np.array([np.linalg.multi_dot(list(order)) for order in orders])
    different = len(np.unique(products.round(9) + 0.0, axis=0))
    spectrum = len(np.unique(np.array([np.poly(Q) for Q in products]).round(9) + 0.0, axis=0))
    told = f"5 units: {different} different matrices, {spectrum} spectrum; the paper does not say which"
    return Finding(told, by_cases([spectrum == 1, different == 1]))


@INITIALIZER.claim(
    "at_the_beginning",
    "Section IV",
    "We want the model can learn more from long-term dependency and let the hidden states store more "
    "information in the beginning.",
    (
        "experiments/ablations#the-number",
        "experiments/ablations#the-rotations",
        "experiments/ablations#the-activation",
    ),
    SMALL_PRINT,
    ("ablation_linearity", "ablation_rotations"),
)
def _at_the_beginning(load: Load) -> Finding:
    # The same question to two sets of ten chains: one set alone would have said more than is true.
    plain = {"task": "recall", "cell": "tanh"}
    one = comparisons.solved(load, "ablation_linearity", "eigen", **plain)
    other = comparisons.solved(load, "ablation_rotations", "chain", task="recall")
    default = comparisons.solved(load, "ablation_linearity", "default", **plain)
    told = f"recall over 50 steps, tanh: solved by {one} and {other} of two sets of ten chains; "
    told += f"by {default} of ten networks from the default"
    return Finding(told, by_cases(solved > max(default, 5) for solved in (one, other)))


@INITIALIZER.claim(
    "lambda",
    "Section IV, asked here: is it the best?",
    "Therefore, we set λ to 0.95 for all experiments.",
    ("experiments/ablations#the-number",),
    FALSE,
    ABLATIONS,
    printed="0.95",
)
def _lambda(load: Load) -> Finding:
    found, radii = comparisons.ablations(load), ("0.8", "1.0", "1.1", "1.5")
    counts = [found.tally(against(radius, second="λ")) for radius in radii]
    told = "against λ = 0.8, 1, 1.1, 1.5: certainly ahead in {}, behind in {}, of 8 differences each"
    told = told.format(*(", ".join(str(t[side]) for t in counts) for side in (0, 1)))
    # The best: nobody is certainly ahead of it who is nowhere certainly behind.
    return Finding(told, by_cases([not any(t.behind and not t.ahead for t in counts)]))


@INITIALIZER.claim(
    "rotate",
    "Section IV",
    "should also rotate the hidden states by a certain angle along several directions.",
    ("experiments/ablations#the-rotations", "initializer/rotations#what-is-not-a-random-rotation"),
    SMALL_PRINT,
    ABLATIONS,
)
def _rotate(load: Load) -> Finding:
    found = comparisons.ablations(load)
    none = found.tally(lambda key: key[1] == "turn" and key[-1] == "identity")
    kinds = found.tally(lambda key: key[1] == "turn" and key[-1] in ("haar", "beta_chain", "gaussian"))
    told = f"chain against λI, {len(TASKS)} tasks, two outcomes: {none}; against other rotations: {kinds}"
    return Finding(told, by_count(none))
