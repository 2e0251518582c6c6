"""Section III, second half: where hidden states live, Conjecture 2, Figure 1."""

from __future__ import annotations

import numpy as np

from eigen_teach import linear, paired
from eigen_teach._check import Floats
from eigen_teach.verdicts.conjectures import capacity, over_radii
from eigen_teach.verdicts.statement import FALSE, HOLDS, SMALL_PRINT, Finding, Load, Part, by_cases, yes

STATES = Part("states")
EXPLORATION = "nonlinear/conjecture_exploration#"
FORGETFUL = EXPLORATION + "full-and-forgetful-near-and-remembering"
NONLINEAR = ("tanh", "lstm", "gru")


def trained(load: Load, cell: str, measure: str) -> Floats:
    """Return a measure of Figure 1's trained networks: (seeds, rows of the image), or (seeds, 1).

    Args:
        load: label → record.
        cell: of the network.
        measure: ``"rms"``, ``"dimension"``, ``"separability"`` or ``"saturation"``.
    """
    runs = [run for run in load("figure1").values["runs"] if run["cell"] == cell]
    return np.array([np.atleast_1d(run["after"][measure]) for run in runs])


@STATES.claim(
    "shrink",
    "Section III, of a stable linear system",
    "Therefore, the hidden states tend to shrink to zero when propagating forward through time.",
    (EXPLORATION + "step-by-step", EXPLORATION + "the-control-before-training"),
    SMALL_PRINT,
    ("figure1",),
)
def _shrink(load: Load) -> Finding:
    alone = linear.transient_growth(0.95 * np.array([[0.8, -0.6], [0.6, 0.8]]), 100)[-1]
    rms = trained(load, "linear", "rms")
    told = f"left alone, all moduli 0.95, {100 * alone:.1f} % of a state after 100 steps; but the linear "
    told += f"network trained on MNIST: rms {rms[:, 0].min():.2f} to {rms[:, 0].max():.2f} after the first "
    told += f"row, {rms[:, -1].min():.2f} to {rms[:, -1].max():.2f} after row 28"
    return Finding(told, by_cases([bool(alone < 0.01), *(seed[-1] < seed[0] for seed in rms)]))


@STATES.claim(
    "density",
    "Section III",
    "And the hidden states have a higher density distribution around the origin.",
    (EXPLORATION + "step-by-step",),
    FALSE,
    ("figure1",),
)
def _density(load: Load) -> Finding:
    ends = {cell: trained(load, cell, "rms")[:, -1] for cell in ("linear", *NONLINEAR)}
    told = "rms of a unit after the last row: " + ", ".join(f"{c} {v.mean():.2f}" for c, v in ends.items())
    return Finding(told, by_cases(bool((ends["linear"] < ends[cell]).all()) for cell in NONLINEAR))


@STATES.claim(
    "surface",
    "Section III",
    "These eigenvalues keep pushing the hidden states to the surface of the hypercube.",
    (EXPLORATION + "the-map-8-matrices-14-values-of-λ",),
    HOLDS,
    ("memory_map",),
)
def _surface(load: Load) -> Finding:
    stored = load("memory_map").config
    rms = {family: over_radii(load, "rms", family, "tanh") for family in stored["families"]}
    told = "tanh, weak inputs, Haar: rms {:.2f} at λ = {:g}, {:.2f} at {:g}; rises from λ to λ, weak inputs "
    ends = [(rms["haar"][0, k], stored["radii"][k]) for k in (0, -1)]
    rising = [bool((np.diff(row) > 0).all()) for both in rms.values() for row in both]
    told = told.format(ends[0][0], ends[0][1], ends[1][0], ends[1][1])
    return Finding(f"{told}and strong, in all {len(rms)} families: {yes(all(rising))}", by_cases(rising))


@STATES.claim(
    "explore",
    "Section III",
    "Therefore, the hidden states can explore more space in the hypercube",
    (EXPLORATION + "figure-1-with-numbers",),
    SMALL_PRINT,
    ("figure1",),
)
def _explore(load: Load) -> Finding:
    size = {cell: trained(load, cell, "dimension").mean() for cell in ("linear", *NONLINEAR)}
    told = "effective dimension of the trained states: " + ", ".join(f"{c} {v:.1f}" for c, v in size.items())
    return Finding(told, by_cases(size[cell] > size["linear"] for cell in NONLINEAR))


@STATES.claim(
    "features",
    "Section III",
    "have a better distribution for discriminant features.",
    (EXPLORATION + "figure-1-with-numbers",),
    HOLDS,
    ("figure1",),
)
def _features(load: Load) -> Finding:
    ends = {cell: trained(load, cell, "separability")[:, -1] for cell in ("linear", *NONLINEAR)}
    told = "separability of the classes: " + ", ".join(f"{c} {v.mean():.2f}" for c, v in ends.items())
    return Finding(told, by_cases(ends[cell].min() > ends["linear"].max() for cell in NONLINEAR))


@STATES.claim(
    "away",
    "Conjecture 2, asked here: must they?",
    "the hidden states are capable of exploring the space away from the origin",
    (
        FORGETFUL,
        "experiments/ablations#the-states-with-and-without",
    ),
    FALSE,
    ("memory_map", "state_distribution"),
)
def _away(load: Load) -> Finding:
    held, rms = capacity(load, "haar", "tanh")[0], over_radii(load, "rms", "haar", "tanh")[0]
    best, far = int(held.argmax()), int(rms.argmax())
    runs = load("state_distribution").values["runs"]
    ends = [[run["after"][arm]["rms"][-1] for run in runs] for arm in ("eigen", "default")]
    farther = paired.differences(*ends).low > 0  # do the networks that read better lie farther out?
    told = "tanh, Haar: most past inputs, {:.0f}, at an rms of {:.2f}, and {:.1f} at {:.2f}"
    told = told.format(held[best], rms[best], held[far], rms[far])
    told += "; trained on digits, chain {:.2f}, default {:.2f}".format(*np.mean(ends, axis=1))
    # Who holds most must lie at least halfway to the wall.
    return Finding(told, by_cases([bool(rms[best] > 0.5), farther]))


@STATES.claim(
    "collapse",
    "Conjecture 2",
    "and avoiding collapsing",
    (FORGETFUL,),
    SMALL_PRINT,
    ("memory_map",),
)
def _collapse(load: Load) -> Finding:
    held = {name: capacity(load, name, "tanh")[0] for name in ("identity", "haar")}
    size = {name: over_radii(load, "dimension", name, "tanh")[0] for name in held}
    most = int(size["haar"].argmax())
    told = (
        "weak inputs: λI moves along {:.0f} direction and holds at most {:.1f} of them, Haar up to {:.0f}; "
    )
    told = told.format(size["identity"].min(), held["identity"].max(), held["haar"].max())
    collapsed = bool(held["identity"].max() < held["haar"].max() / 2)
    told += f"but in {size['haar'][most]:.0f} directions Haar holds {held['haar'][most]:.1f}"
    return Finding(told, by_cases([collapsed, held["haar"][most] > 1]))


@STATES.claim(
    "figure1",
    "Figure 1",
    "We can see that the plots are consistent with our conjecture.",
    (EXPLORATION + "figure-1-with-numbers",),
    SMALL_PRINT,
    ("figure1",),
)
def _figure1(load: Load) -> Finding:
    def ends(measure: str, cell: str) -> float:
        return float(trained(load, cell, measure)[:, -1].mean())

    apart, out = (
        [ends(measure, cell) > ends(measure, "linear") for cell in NONLINEAR]
        for measure in ("separability", "rms")
    )
    told = f"of tanh, LSTM and GRU {sum(apart)} keep the classes apart better than linear, {sum(out)} lie "
    told += "farther from the origin; centred axes cannot show that distance"
    return Finding(told, by_cases([all(apart), all(out)]))


@STATES.claim(
    "structures",
    "Figure 1",
    "LSTM and GRU show special structures in the distribution",
    (EXPLORATION + "the-control-before-training",),
    SMALL_PRINT,
    ("figure1",),
)
def _structures(load: Load) -> Finding:
    runs = load("figure1").values["runs"]
    straight = {
        run["cell"]: straightness(run["drawn"]) for run in runs if "drawn" in run and run["seed"] == 0
    }
    told = "how straight the drawn paths are: " + ", ".join(f"{c} {v:.2f}" for c, v in straight.items())
    plain = max(straight["linear"], straight["tanh"])
    return Finding(f"{told}; one seed", by_cases(straight[cell] > plain for cell in ("lstm", "gru")))


def straightness(drawn: list[list[list[float]]]) -> float:
    """Return the distance from the first to the last state over the length of the way, mean over the paths.

    Args:
        drawn: (images, rows, 2) states on two principal components.

    Example:
        >>> straightness([[[0, 0], [1, 0], [2, 0]]])
        1.0
    """
    line = np.array(drawn, dtype=float)
    way = np.linalg.norm(np.diff(line, axis=1), axis=2).sum(axis=1)
    return float(np.mean(np.linalg.norm(line[:, -1] - line[:, 0], axis=1) / way))
