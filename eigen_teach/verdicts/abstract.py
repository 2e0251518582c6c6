"""The abstract and the conclusion: what the paper promises, counted over all experiments."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from eigen_teach import init
from eigen_teach.experiments.scanline import PIXELS, ROWS
from eigen_teach.verdicts import comparisons, races, translation
from eigen_teach.verdicts.comparisons import CELLS, KAIMING, XAVIER, Family, Key, against
from eigen_teach.verdicts.conjectures import capacity
from eigen_teach.verdicts.initializer import fits_gates
from eigen_teach.verdicts.statement import (
    FALSE,
    HOLDS,
    NOT_REPRODUCED,
    SMALL_PRINT,
    Finding,
    Load,
    Part,
    Tally,
    by_cases,
    by_count,
    by_tasks,
    total,
    yes,
)
from eigen_teach.verdicts.tables import top_norms

ABSTRACT, CONCLUSION = Part("abstract"), Part("conclusion")
EVERYWHERE = (*comparisons.RACES, *comparisons.ABLATIONS, "figure3", "figure4", "pixel_mnist")
_TASKS = (
    "experiments/scanline_mnist#early-or-better",
    "experiments/multi30k#what-three-seeds-can-tell-and-one-cannot",
    "experiments/ablations#the-forest",
)
# Experiment → the task of a key. Grammar 4 and the digits read row by row stand in two experiments.
_EXPERIMENTS: dict[Callable[[Load], Family], Callable[[Key], str]] = {
    comparisons.race: lambda _: "4",
    comparisons.grammars: lambda key: key[0],
    comparisons.ablations: lambda key: key[2].removeprefix("tomita"),
    races.digits: lambda _: "digits",
    translation.translations: lambda _: "translation",
    races.pixels: lambda _: "pixels",
}
# The activation that a rival's authors made it for, where it is another than ours (and the paper's).
_MADE_FOR = {"irnn": "relu", "np_rnn": "relu"}


def everywhere(load: Load, *rivals: str, early: bool = True, late: bool = True) -> Tally:
    """Count the certain differences from these rivals in every experiment; only the recurrent matrix differs.

    Args:
        load: label → record.
        *rivals: keys of ``init.INITIALIZERS``.
        early: those of the mean over training.
        late: those of its end.
    """
    outcomes = (("mean", "way") if early else ()) + (("final", "end") if late else ())
    return total(found.tally(wanted) for found, wanted, _ in _asked(load, rivals, outcomes))


def in_tasks(load: Load, *rivals: str) -> Tally:
    """Count the tasks in which a difference from one of these rivals is certain.

    Args:
        load: label → record.
        *rivals: keys of ``init.INITIALIZERS``.
    """
    ahead: set[str] = set()
    behind: set[str] = set()
    asked: set[str] = set()
    for found, wanted, task in _asked(load, rivals, ("mean", "way", "final", "end")):
        asked |= {task(key) for key in (*found.found, *found.open) if wanted(key)}
        ahead |= {task(key) for key in found.sure if wanted(key) and found.found[key].mean > 0}
        behind |= {task(key) for key in found.sure if wanted(key) and found.found[key].mean < 0}
    return Tally(len(ahead), len(behind), len(asked))


def _asked(
    load: Load, rivals: tuple[str, ...], outcomes: tuple[str, ...]
) -> Iterator[tuple[Family, Callable[[Key], bool], Callable[[Key], str]]]:
    """Every experiment, which of its keys are asked for, and their tasks."""
    named, whole = against(*rivals), ("all", "lstm", "gru")  # of the ablations, whole initializers only

    def ablated(key: Key) -> bool:
        return named(key) and key[0] in outcomes and key[1] in whole

    def raced(key: Key) -> bool:
        return named(key) and key[1] in outcomes

    for family, task in _EXPERIMENTS.items():
        yield family(load), ablated if family is comparisons.ablations else raced, task


@ABSTRACT.claim(
    "consistent",
    "Abstract",
    "improves consistently the performance",
    ("experiments/tomita#the-other-six-grammars", *_TASKS),
    SMALL_PRINT,
    EVERYWHERE,
)
def _consistent(load: Load) -> Finding:
    tally = everywhere(load, "default")
    return Finding(
        f"against PyTorch's default, over all tasks, in tanh, LSTM and GRU: {tally}", by_count(tally)
    )


@ABSTRACT.claim(
    "applied",
    "Abstract",
    "It can be applied to vanilla-RNN, LSTM, and GRU.",
    ("initializer/gates#which-gate-listens", "experiments/ablations#lstm-and-gru-the-matrix-or-the-bias"),
    SMALL_PRINT,
    comparisons.ABLATIONS,
)
def _applied(load: Load) -> Finding:
    fits = all(fits_gates(init.eigen_, cell, 0.95) for cell in ("tanh", "lstm", "gru"))
    matrices = {"default", "xavier_uniform", "irnn", "haar"}
    tally = comparisons.ablations(load).tally(lambda key: key[1] in ("lstm", "gru") and key[-1] in matrices)
    told = f"fills every gate: {yes(fits)}; but in LSTM and GRU {tally} differences from other matrices"
    return Finding(told, by_cases([fits, tally.ahead > tally.behind]) if fits else FALSE)


@ABSTRACT.claim(
    "pixels",
    "Abstract",
    "pixel-by-pixel MNIST dataset",
    ("linear/gradients#on-the-line",),
    FALSE,
)
def _pixels(_load: Load) -> Finding:
    read, named = ROWS, ROWS * PIXELS  # section V-B: "28 inputs in total"
    left = [0.95 ** (steps - 1) for steps in (read, named)]
    told = f"section V-B reads {read} rows, not {named} pixels; at modulus 0.95 the first input keeps "
    return Finding(
        f"{told}{left[0]:.2f} of its gradient, and would keep {left[1]:.0e}", by_cases([read == named])
    )


@ABSTRACT.claim(
    "explanation",
    "Abstract",
    "We provide an explanation for long-term dependency based on the eigen analysis.",
    (
        "nonlinear/conjecture_memory#same-moduli-different-memory",
        "linear/beyond_eigenvalues#what-eigenvalues-decide",
    ),
    SMALL_PRINT,
    ("memory_map",),
)
def _explanation(load: Load) -> Finding:
    families = ("identity", "chain", "haar")
    held = {name: capacity(load, name, "tanh")[0] for name in families}  # every modulus is λ in all three
    radii, at = load("memory_map").config["radii"], {}
    for name in families:
        at[name] = held[name][radii.index(0.95)]
    grows = all(np.diff(held["haar"][: radii.index(1.0) + 1]) > 0)
    alike = max(at.values()) < 1.1 * min(at.values())
    told = (
        f"tanh, weak inputs: more memory with larger moduli, up to 1: {yes(grows)}; but with all moduli 0.95 "
    )
    told += "λI holds {identity:.0f} past inputs, the chain {chain:.0f}, Haar {haar:.0f}".format(**at)
    return Finding(told, by_cases([grows, alike]))


@ABSTRACT.claim(
    "regression",
    "Abstract",
    "We also point out the different behavior of eigenvalues for regression tasks and classification tasks.",
    ("nonlinear/conjecture_memory#table-ii-what-a-classification-leaves-behind",),
    SMALL_PRINT,
    ("table1", "table2"),
)
def _regression(load: Load) -> Finding:
    cells = ("linear", "tanh", "relu")
    digits = {cell: top_norms(load, "table2", cell).mean() for cell in cells}
    series = {cell: top_norms(load, "table1", cell, "base").mean() for cell in cells}
    last = {cell: top_norms(load, "table1", cell, "last_step").mean() for cell in cells}
    told = "largest norm, linear, tanh, ReLU: regression {linear:.2f}, {tanh:.2f}, {relu:.2f}".format(
        **series
    )
    told += "; classification {linear:.2f}, {tanh:.2f}, {relu:.2f}".format(**digits)
    told += f"; but regression scored at the last step only, tanh: {last['tanh']:.2f}"
    apart = all(digits[cell] > series[cell] for cell in cells)
    # Is it the task? With the last step scored, as in classification, regression should stay where it was.
    task = all(abs(last[cell] - series[cell]) < (digits[cell] - series[cell]) / 4 for cell in cells)
    return Finding(told, by_cases([apart, task]))


def _outperforms(key: str, words: str, stated: str, *rivals: str) -> None:
    """The same sentence, rival by rival."""

    @ABSTRACT.claim(
        key,
        "Abstract, “… in several tasks”",
        words,
        ("experiments/tomita#forty-eight-questions-at-once", *_TASKS),
        stated,
        EVERYWHERE,
    )
    def measure(load: Load) -> Finding:
        tally, tasks = everywhere(load, *rivals), in_tasks(load, *rivals)
        as_meant = _MADE_FOR.get(rivals[0], "tanh") in CELLS
        if as_meant:
            lost = comparisons.inputs_too(load).tally(against(*rivals))
            told = f"; behind in {lost.behind} of {lost.of} when its rule fills the input weights too"
            as_meant = lost.behind == 0
        else:
            lead = comparisons.race(load).found["tanh", "mean", rivals[0]].mean
            told = f"; grammar 4, tanh: {lead:+.1f} points; made for ReLU, here and in the paper with tanh"
        return Finding(f"{tally}, in {tasks.ahead} of {tasks.of} tasks{told}", by_tasks(tasks, as_meant))


_outperforms("xavier", "It outperforms Xavier initializer", NOT_REPRODUCED, *XAVIER)
_outperforms("kaiming", "and kaiming initializer", SMALL_PRINT, *KAIMING)
_outperforms("irnn", "as well as other RNN-only initializers like IRNN", SMALL_PRINT, "irnn")
_outperforms("sp_rnn", "and sp-RNN in several tasks", SMALL_PRINT, "np_rnn")


@CONCLUSION.claim(
    "rate",
    "Conclusion",
    "our initialization methods can not only provide a good convergence rate",
    ("experiments/tomita#twenty-pairs", *_TASKS),
    SMALL_PRINT,
    EVERYWHERE,
)
def _rate(load: Load) -> Finding:
    tally = everywhere(load, "default", late=False)
    return Finding(f"mean over training, against the default: {tally}", by_count(tally))


@CONCLUSION.claim(
    "optimum",
    "Conclusion",
    "but can also provide a better local optimal solution",
    ("experiments/tomita#forty-eight-questions-at-once", *_TASKS),
    SMALL_PRINT,
    EVERYWHERE,
)
def _optimum(load: Load) -> Finding:
    tally = everywhere(load, "default", early=False)
    return Finding(f"end of training, against the default: {tally}", by_count(tally))


@CONCLUSION.claim(
    "some_experiments",
    "Conclusion",
    "In some experiments, we outperform Xavier initializer and kaiming initializer.",
    ("experiments/tomita#the-other-six-grammars",),
    SMALL_PRINT,
    EVERYWHERE,
)
def _some_experiments(load: Load) -> Finding:
    both = {"Xavier": everywhere(load, *XAVIER), "Kaiming": everywhere(load, *KAIMING)}
    told = "; ".join(f"{name}: {tally}" for name, tally in both.items())
    return Finding(told, by_cases(tally.ahead > tally.behind for tally in both.values()))


@CONCLUSION.claim(
    "intuition",
    "Conclusion",
    "an intuitive explanation of why it works",
    (
        "experiments/ablations#the-number",
        "experiments/ablations#the-rotations",
        "experiments/tomita#the-paper-says-we-measured",
    ),
    SMALL_PRINT,
    ("figure2", "ablation_radius", "ablation_rotations"),
)
def _intuition(load: Load) -> Finding:
    recall = [comparisons.solved(load, "ablation_radius", r, task="recall") for r in ("0.8", "0.95", "1.0")]
    again = comparisons.solved(load, "ablation_rotations", "chain", task="recall")  # ten other chains, 0.95
    remembers = recall[0] < min(recall[1], again) and recall[1] <= recall[2]
    # If memory at the start were the reason, IRNN, with every modulus at 1, would not be behind.
    irnn = comparisons.race(load).tally(against("irnn", first="tanh", second="mean"))
    told = "recall, solved of 10 seeds with λ = 0.8, 0.95, 1: {}, {}, {}".format(*recall)
    told += f" (ten other chains at 0.95: {again})"
    told += f"; grammar 4: IRNN, with more memory by eigenvalues, is certainly behind: {yes(irnn.ahead == 1)}"
    return Finding(told, by_cases([remembers, irnn.ahead == 0]))


@CONCLUSION.claim(
    "all_kinds",
    "Conclusion",
    "a new eigen initializer for all kinds of recurrent neural networks",
    ("initializer/gates#what-the-tensor-holds",),
    HOLDS,
)
def _all_kinds(_load: Load) -> Finding:
    cells = ("linear", "tanh", "relu", "lstm", "gru")
    fits = [fits_gates(init.eigen_, cell, 0.95) for cell in cells]
    return Finding(
        f"fills every recurrent block of {sum(fits)} of {len(cells)} kinds of layer", by_cases(fits)
    )
