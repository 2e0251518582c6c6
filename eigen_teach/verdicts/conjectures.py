"""Section III, first half: activations and Conjecture 1."""

from __future__ import annotations

import numpy as np

from eigen_teach import dynamics, linear
from eigen_teach._check import Floats
from eigen_teach.verdicts.statement import (
    FALSE,
    SMALL_PRINT,
    Finding,
    Load,
    Part,
    by_cases,
    yes,
)

CONJECTURES = Part("conjectures")
MEMORY = "nonlinear/conjecture_memory#"
CALM = np.array([[1.1, 2.55], [-1.0, -2.1]])  # eigenvalues -0.4 and -0.6


# ------------------------------------------------------------------------------------ reading the records


def over_radii(load: Load, measure: str, family: str, activation: str) -> Floats:
    """Return a measure of the memory map, mean over the matrices: (input scales, λ); nan where it explodes.

    Args:
        load: label → record.
        measure: ``"capacity"``, ``"rms"`` and so on.
        family: of matrices.
        activation: of the network.
    """
    runs = load("memory_map").values["runs"]
    chosen = [run[measure] for run in runs if (run["family"], run["activation"]) == (family, activation)]
    return np.mean(np.array(chosen, dtype=float), axis=0)  # type: ignore[no-any-return]


def capacity(load: Load, family: str, activation: str) -> Floats:
    """Return the number of past inputs held, (weak and strong inputs, λ).

    Args:
        load: label → record.
        family: of matrices.
        activation: of the network.
    """
    return over_radii(load, "capacity", family, activation)


# ------------------------------------------------------------------------------- before the conjectures


@CONJECTURES.claim(
    "decay",
    "Section III",
    "the information decay of a hidden state is determined by the eigenvalues. A system with small "
    "eigenvalues loses information very fast.",
    ("linear/beyond_eigenvalues#zero-or-more-than-a-half", "nonlinear/activations#what-the-ring-remembers"),
    SMALL_PRINT,
)
def _decay(_load: Load) -> Finding:
    turn = 0.5 * np.array([[0.8, -0.6], [0.6, 0.8]])
    normal = np.allclose(linear.transient_growth(turn, 10), 0.5 ** np.arange(11))
    kick, line = np.eye(12)[0], linear.delay_line(12)  # every eigenvalue is zero
    kept = max(np.linalg.norm(np.linalg.matrix_power(W, 11) @ kick) for W in (line, line.T))
    told = f"true of a normal matrix: {yes(normal)}; a delay line, all 12 eigenvalues 0, still has all of a "
    return Finding(f"{told}kick after 11 steps: {yes(kept == 1)}", by_cases([normal, bool(kept < 0.01)]))


@CONJECTURES.claim(
    "stable_linear",
    "Section III",
    "in a stable linear system, the eigenvalue norms are strictly limited by 1, which provides no long-term "
    "dependency",
    (
        "linear/gradients#the-edge",
        "nonlinear/activations#what-the-ring-remembers",
        "experiments/ablations#the-activation",
    ),
    SMALL_PRINT,
)
def _stable_linear(_load: Load) -> Finding:
    halves = linear.half_life([0.95, 0.999])
    told = f"half of a kick is left after {halves[0]:.1f} steps at 0.95, after {halves[1]:.0f} at 0.999"
    # 28 steps: the length of its own task.
    return Finding(told, by_cases([bool(np.isfinite(halves).all()), halves[1] < 28]))


@CONJECTURES.claim(
    "box",
    "Section III",
    "It prevents the hidden states from exploding when the eigenvalues are greater than 1.",
    ("nonlinear/activations#the-box-holds-states-not-gradients",),
    SMALL_PRINT,
    ("memory_map",),
)
def _box(load: Load) -> Finding:
    radii = np.array(load("memory_map").config["radii"])
    rms = over_radii(load, "rms", "haar", "tanh")[:, radii > 1].max()
    exponents = over_radii(load, "exponent", "haar", "tanh")[0]
    at = float(exponents[radii == 2.0][0])
    told = (
        f"tanh states stay within 1: {yes(rms <= 1)}; but gradients can grow, Haar, λ = 2: exponent {at:+.2f}"
    )
    return Finding(told, by_cases([bool(rms <= 1), at <= 0]))


@CONJECTURES.claim(
    "relu",
    "Section III",
    "And ReLU prevents the exploding by directly cutting the negative parts.",
    ("nonlinear/activations#a-cut-that-holds-and-a-cut-that-sets-free",),
    SMALL_PRINT,
)
def _relu(_load: Load) -> Finding:
    lone = dynamics.simulate(np.array([[-1.5]]), np.zeros((20, 1)), "relu", h0=[1.0])
    still, start = np.zeros((100, 2)), [1.0, 0.0]
    ends = [np.abs(dynamics.simulate(CALM, still, phi, h0=start)[-1]).max() for phi in ("linear", "relu")]
    calm = bool(ends[0] < 1e-12)
    told = (
        f"a lone unit that flips falls silent: {yes(not lone.any())}; but one matrix grows to {ends[1]:,.0f} "
    )
    told += f"by the cut, though its linear network dies out: {yes(calm)}"
    return Finding(told, by_cases([not lone.any(), not (calm and ends[1] > 1)]))


# --------------------------------------------------------------------------------------- conjecture 1


@CONJECTURES.claim(
    "larger_inputs",
    "Conjecture 1",
    "The larger the eigenvalues are, the better long-term dependency is provided.",
    (MEMORY + "a-hill-not-a-slope", MEMORY + "five-families-with-one-spectral-radius"),
    FALSE,
    ("memory_map",),
)
def _larger_inputs(load: Load) -> Finding:
    radii = load("memory_map").config["radii"]
    families = load("memory_map").config["families"]
    best = [int(held.argmax()) for family in families for held in capacity(load, family, "tanh")]
    weak = capacity(load, "haar", "tanh")[0]
    told = (
        "past inputs, tanh: the largest λ is the best in {} of {} cases; Haar, weak inputs: {:.0f} at λ = 1"
    )
    at = weak[[radii.index(1.0), radii.index(2.0)]]
    told = told.format(sum(k == len(radii) - 1 for k in best), len(best), at[0]) + f", {at[1]:.1f} at 2"
    return Finding(told, by_cases(k == len(radii) - 1 for k in best))


@CONJECTURES.claim(
    "beyond_one",
    "Conjecture 1",
    "A nonlinear recurrent system improves the long-term dependency by increasing the eigenvalues of the "
    "weighting matrix (> 1).",
    (MEMORY + "a-hill-not-a-slope",),
    SMALL_PRINT,
    ("memory_map",),
)
def _beyond_one(load: Load) -> Finding:
    radii, families = np.array(load("memory_map").config["radii"]), load("memory_map").config["families"]
    best = {name: radii[capacity(load, name, "tanh").argmax(axis=1)] for name in families}
    weak, strong = (sum(radius[k] > 1 for radius in best.values()) for k in (0, 1))
    told = "past inputs, tanh: most are held beyond λ = 1 with weak inputs in {} of {} families, with strong "
    told = told.format(weak, len(families)) + f"ones in {strong}"
    return Finding(told, by_cases(r > 1 for radius in best.values() for r in radius))


@CONJECTURES.claim(
    "larger_bit",
    "Conjecture 1",
    "The larger the eigenvalues are, the better long-term dependency is provided.",
    (MEMORY + "one-bit-for-a-hundred-steps",),
    SMALL_PRINT,
    ("latch",),
)
def _larger_bit(load: Load) -> Finding:
    stored, steady = load("latch"), {}
    for family in stored.config["families"]:
        runs = [run["held"] for run in stored.values["runs"] if run["family"] == family]
        held = np.mean(runs, axis=0) >= 0.99  # (noises, λ)
        # Once held, held at every larger λ; and held somewhere, at each noise.
        steady[family] = bool((np.diff(held.astype(int)) >= 0).all() and held.any(axis=1).all())
    names = {"identity": "λI", "chain": "the chain", "haar": "Haar", "turned_chain": "turned chain"}
    holding = [names.get(name, name) for name, ok in steady.items() if ok]
    told = f"one bit in noise, up to λ = {stored.config['radii'][-1]:g}: true of "
    told += " and ".join(holding) or "none"
    return Finding(f"{told}, {len(holding)} of {len(steady)} families", by_cases(steady.values()))
