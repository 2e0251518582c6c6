"""Sections I and II: initial weights, gates, and the mathematics of a linear network."""

from __future__ import annotations

import math

import numpy as np

from eigen_teach import dynamics, init, linear, paired
from eigen_teach.verdicts import comparisons
from eigen_teach.verdicts.initializer import fits_gates
from eigen_teach.verdicts.statement import (
    FALSE,
    SMALL_PRINT,
    Finding,
    Load,
    Part,
    by_cases,
    yes,
)

LINEAR = Part("linear")
TURN = 0.9 * np.array([[0.8, -0.6], [0.6, 0.8]])  # normal
SLANTED = np.array([[0.9, 0.5], [0.0, 0.4]])  # not normal
JORDAN = np.array([[1.0, 1.0], [0.0, 1.0]])  # on the circle, with one eigenvector only
HIDDEN_GROWTH = np.array([[0.95, 20.0], [0.0, 0.95]])


def rebuilds(W: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    """Return how far U Λ Ūᵀ is from W, relative to W.

    Args:
        W: (n, n).

    Example:
        >>> rebuilds(TURN) < 1e-12
        True
    """
    m = linear.modes(W)
    printed = m.vectors @ np.diag(m.eigenvalues) @ m.vectors.conj().T
    return float(np.linalg.norm(printed - W) / np.linalg.norm(W))


@LINEAR.claim(
    "small_weights",
    "Section I",
    "If the weights are initialized with small values, the gradients will vanish and if the weights are "
    "initialized with large values, the gradients will explode.",
    ("linear/gradients#small-weights-large-weights",),
    SMALL_PRINT,
)
def _small_weights(_load: Load) -> Finding:
    factors = [0.1 * math.sqrt(units) for units in (16, 400)]
    told = "a deviation of 0.1 is a radius of about {:.1f} in 16 units and {:.1f} in 400".format(*factors)
    fates = factors[0] ** 50 < 1e-6 and factors[1] ** 50 > 1e6  # small vanishes, large explodes, by radius
    entries_decide = (factors[0] < 1) == (factors[1] < 1)  # the same entries, the same fate
    return Finding(told, by_cases([fates, entries_decide]))


@LINEAR.claim(
    "rnn_only",
    "Section I",
    "However, both methods are designed for vanilla RNNs and can not be applied in general applications such "
    "as LSTM and GRU.",
    ("initializer/gates#the-paper-says-we-measured",),
    FALSE,
)
def _rnn_only(_load: Load) -> Finding:
    fit = [fits_gates(f, cell, 1.0) for f in (init.irnn_, init.np_rnn_) for cell in ("lstm", "gru")]
    told = (
        f"IRNN and np-RNN fill every gate of LSTM and GRU, with radius 1: in {sum(fit)} of {len(fit)} cases"
    )
    return Finding(told, by_cases(not fits for fits in fit))


@LINEAR.claim(
    "gate_bias",
    "Section I",
    "In order to learn the longterm dependency, a bias of 1 can be added to the forgetting gate for "
    "initialization",
    ("experiments/ablations#lstm-and-gru-the-matrix-or-the-bias", "initializer/gates#one-bias-written-twice"),
    SMALL_PRINT,
    ("recall", "adding"),
)
def _gate_bias(load: Load) -> Finding:
    which = {"cell": "lstm", "lr": load("recall").config["lr"]}
    none, one, chrono = (
        comparisons.solved(load, "recall", arm, **which) for arm in ("default", "bias_1", "chrono")
    )
    keeps = 1 / (1 + math.exp(-1)) > 1 / 2  # the gate, at 1 and at 0
    told = f"the gate keeps {1 / (1 + math.exp(-1)):.2f} a step and not 0.50; recall over 50 steps, LSTM, "
    told += f"solved of 10 seeds: default {none}, bias 1 {one}, chrono {chrono}; adding, on the way, bias 1 "
    which["lr"] = load("adding").config["lr"]
    ways = [
        comparisons.skill(load, "adding", arm, **which)[:, 1:].mean(axis=1) for arm in ("bias_1", "default")
    ]
    lead = paired.differences(*ways)  # not in a family: asked alone
    told += f"{lead.mean:+.2f} ± {lead.high - lead.mean:.2f} from the default, if asked alone"
    return Finding(told, by_cases([keeps, one > none, lead.low > 0]))


@LINEAR.claim(
    "orthonormal",
    "Section II, (6)",
    "Note here [u_1, u_2, ..., u_n] are the orthonormal basis",
    ("linear/eigenmodes#equation-6-mended", "linear/beyond_eigenvalues#two-giants-that-cancel"),
    FALSE,
    printed="U Λ Ūᵀ, for any W",
)
def _orthonormal(_load: Load) -> Finding:
    off = rebuilds(SLANTED)
    told = f"exact for a normal matrix: {yes(rebuilds(TURN) < 1e-12)}; off by {off:.2f} of its size for "
    # The paper says: for any.
    return Finding(f"{told}[[0.9, 0.5], [0, 0.4]]; U Λ U⁻¹ is exact", by_cases([off < 1e-12]))


@LINEAR.claim(
    "exponent",
    "Section II, (9)",
    r"$h_{t+t'} = \sum_i \alpha_{t-1}^i \lambda_i^{t'} u_i$",
    ("linear/eigenmodes#after-many-steps-equation-9-mended",),
    FALSE,
)
def _exponent(_load: Load) -> Finding:
    later, before = 10, np.array([1.0, 0.5])  # h_{t-1}
    m = linear.modes(TURN)
    exact = np.linalg.matrix_power(TURN, later + 1) @ before
    off = [
        float(np.linalg.norm(m.combine(m.coefficients(before) * m.eigenvalues**k) - exact))
        for k in (later, later + 1)
    ]
    told = f"exponent t': off by {off[0] / np.linalg.norm(exact):.2f} of the state; t' + 1 is exact: "
    told += f"{yes(off[1] < 1e-12)}"
    return Finding(told, by_cases([off[0] < 1e-12]))


@LINEAR.claim(
    "reversed",
    "Section II, (12), (13)",
    r"$\alpha_t^i = \sum_{j=1}^{t} a_j^i \lambda_i^{j-1}$",
    ("linear/filters#one-line-of-sound-engineering",),
    FALSE,
)
def _reversed(_load: Load) -> Finding:
    pole, steps = 0.95, 40
    first = np.zeros((steps, 1))
    first[0] = 1.0
    measured = float(linear.mode_recursion(np.array([pole]), first)[-1, 0].real)
    printed = pole ** (1 - 1)  # j = 1
    told = f"modulus 0.95, 40 steps: the oldest input weighs {measured:.2f}, as printed {printed:.2f}; "
    told += "t − j is exact"
    return Finding(told, by_cases([abs(measured - printed) < 1e-12]))


@LINEAR.claim(
    "stable",
    "Section II, after (9)",
    "the system is stable only when",
    ("linear/eigenmodes#when-is-it-stable", "linear/beyond_eigenvalues#as-large-as-you-like"),
    SMALL_PRINT,
    printed="|λᵢ| ≤ 1",
)
def _stable(_load: Load) -> Finding:
    grows = linear.transient_growth(1.01 * np.eye(2), 1000)[-1] > 1000  # beyond the circle: never stable
    jordan = linear.transient_growth(JORDAN, 40)[-1]
    hidden = linear.transient_growth(HIDDEN_GROWTH, 60).max()
    told = f"necessary, not enough: on the circle a Jordan block can grow {jordan:.0f}-fold in 40 steps; "
    told += f"with both eigenvalues 0.95 a state can first grow {hidden:.0f}-fold"
    return Finding(told, by_cases([bool(grows), hidden <= 1]))


@LINEAR.claim(
    "speeds",
    "Section II, after (9)",
    "as time goes on, the information of hidden states is decaying at different speeds along different "
    "eigenvectors",
    ("linear/beyond_eigenvalues#two-giants-that-cancel",),
    SMALL_PRINT,
)
def _speeds(_load: Load) -> Finding:
    nearly = np.array([[0.95, 1.0], [0.0, 0.90]])  # two eigenvectors, nearly parallel
    m, start = linear.modes(nearly), np.array([0.0, 1.0])
    parts = m.coefficients(start)
    each = np.allclose(m.coefficients(nearly @ start), m.eigenvalues * parts)
    lengths = [float(np.linalg.norm(np.linalg.matrix_power(nearly, k) @ start)) for k in range(60)]
    told = f"each mode does: {yes(each)}; but two modes of length {np.abs(parts).max():.0f} that cancel in a "
    told += f"state of length 1 let it grow to {max(lengths):.1f}"
    return Finding(told, by_cases([each, max(lengths) <= 1]))


@LINEAR.claim(
    "filters",
    "Section II, after (14)",
    "Therefore, a linear state space model equals a set of first-order IIR filters in complex space along "
    "the direction of eigenvectors.",
    ("linear/filters#when-the-filters-cannot-stand-side-by-side",),
    SMALL_PRINT,
)
def _filters(_load: Load) -> Finding:
    drive = np.random.default_rng(0).normal(size=(50, 2))
    m = linear.modes(SLANTED)
    alpha = linear.mode_recursion(m.eigenvalues, np.array([m.coefficients(x) for x in drive]))
    states = linear.LinearSSM(SLANTED, np.eye(2), np.eye(2)).states(drive)
    exact = np.allclose([m.combine(a) for a in alpha], states)
    try:
        linear.modes(0.9 * JORDAN)
        any_matrix = True
    except np.linalg.LinAlgError:
        any_matrix = False
    told = f"exact with a basis of eigenvectors: {yes(exact)}; a Jordan block has one: {yes(any_matrix)}"
    return Finding(told, by_cases([exact, any_matrix]))


@LINEAR.claim(
    "nonlinear",
    "Section II",
    "In nonlinear recurrent systems, for the weight matrix of the hidden state, we can still use the same "
    "analysis of eigendecomposition as above.",
    ("nonlinear/activations#where-one-unit-rests",),
    SMALL_PRINT,
)
def _nonlinear(_load: Load) -> Finding:
    weight = np.array([[2.0]])
    rest = dynamics.simulate(weight, np.zeros((200, 1)), "tanh", h0=[0.5])[-1]
    factors = [float(dynamics.jacobian(weight, state, "tanh")[0, 0]) for state in (np.zeros(1), rest)]
    told = "a tanh unit of weight 2 multiplies a push by {:.0f} at zero, by {:.2f} where it rests".format(
        *factors
    )
    return Finding(told, by_cases([factors[0] == 2, abs(factors[1]) > 1]))


@LINEAR.claim(
    "widely_used",
    "Section I",
    "our initializer can be widely used for different types of RNNs, like LSTM and GRU.",
    ("initializer/gates#which-gate-listens",),
    SMALL_PRINT,
)
def _widely_used(_load: Load) -> Finding:
    fits = all(fits_gates(init.eigen_, cell, 0.95) for cell in ("lstm", "gru"))
    # ½ I + ¼ W at rest, without biases.
    slowest = max(abs(0.5 + 0.95 * np.exp(1j * np.linspace(0, np.pi, 50)) / 4))
    told = f"it can: {yes(fits)}; but a gated cell at rest takes ½ I + ¼ W a step: its slowest mode is "
    told += f"{slowest:.2f}"
    return Finding(told, by_cases([fits, slowest >= 0.95]))
