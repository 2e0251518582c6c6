"""Write random inputs with the package's answers, for parity.test.mjs: python cases.py PATH."""

import json
import math
import sys
from pathlib import Path

import numpy as np
import torch

from eigen_teach import dynamics, init, linear, portrait
from eigen_teach.widgets import PhasePortrait

EDGE_RADII = (0.0, 1.0, 1.5)
EDGE_ANGLES = (0.0, math.pi / 2, math.pi)
PORTRAIT_RADII = (0.0, 1.0, 3.0)
DRIVES = (0.0, 1.0, -1.0)
STEPS = 40


def pairs_of(values):
    """Complex numbers as pairs, which JSON can hold."""
    return [[float(value.real), float(value.imag)] for value in values]


def or_null(value):
    """JSON has no infinity."""
    return float(value) if math.isfinite(value) else None


def pair_case(radius, angle, steps):
    """One conjugate pair: every function of the 2-D widgets."""
    pole = radius * np.exp(1j * angle)
    kick = np.zeros((steps + 1, 1))
    kick[0] = 1
    powers = linear.mode_recursion([pole], kick)[:, 0]
    c, s = math.cos(angle), math.sin(angle)
    system = linear.LinearSSM(radius * np.array([[c, -s], [s, c]]), np.zeros((2, 1)), np.eye(2))
    states = system.states(np.zeros((steps, 1)), h0=[1.0, 0.0])
    turn = float(linear.frequency(pole)) if radius > 0 else angle  # zero has no angle
    return {
        "input": [radius, angle, steps],
        "powers": pairs_of(powers),
        "orbit": [[1.0, 0.0], *states.tolist()],
        "response": powers.real.tolist(),
        "envelope": np.abs(powers).tolist(),
        "halfLife": or_null(float(linear.half_life(radius))),
        "doublingTime": or_null(float(linear.half_life(1 / radius)) if radius > 1 else math.inf),
        "period": or_null(2 * math.pi / turn if turn else math.inf),
    }


def chain_case(radius, angles):
    """One chain: its matrix and its eigenvalues."""
    W = init.rotation_chain(torch.tensor(angles, dtype=torch.float64), radius).numpy()
    return {"input": [radius, angles], **matrix_case(W)}


def matrix_case(matrix):
    """One matrix and its eigenvalues."""
    return {"matrix": matrix.tolist(), "eigenvalues": pairs_of(np.linalg.eigvals(matrix))}


def portrait_case(radius, angle, activation, drive, start):
    """One phase portrait: what the widget reads, and the mathematics behind it."""
    phase = PhasePortrait(radius, angle, activation, drive, start=start)
    points = phase.fixed_points
    end = portrait.ending(phase.matrix, phase.bias, activation, start)
    return {
        "input": [radius, angle, activation, drive],
        "start": list(start),
        "states": phase.states.tolist(),
        "eigenvalues": pairs_of(phase.eigenvalues),
        "points": points.tolist(),
        "growth": [portrait.growth(phase.matrix, phase.bias, activation, point) for point in points],
        "kind": end.kind,
        "period": end.period,
        "cycle": end.states[len(end.states) - end.period :].tolist(),
    }


def portrait_cases(rng):
    """Every edge, then random positions of the sliders; a random angle in degrees hits the lockings too."""
    cases = []
    for activation in dynamics.ACTIVATIONS:
        for radius in PORTRAIT_RADII:
            for angle in EDGE_ANGLES:
                cases += [portrait_case(radius, angle, activation, drive, (0.3, 0.1)) for drive in DRIVES]
        for k in range(48):
            degrees = rng.integers(0, 181) if k % 2 else rng.uniform(0, 180)
            drive = rng.choice([0.0, rng.uniform(-1, 1)])
            start = rng.uniform(-1.2, 1.2, 2).tolist()
            cases.append(
                portrait_case(rng.uniform(0, 3), math.radians(degrees), activation, float(drive), start)
            )
    return cases


def all_cases():
    """Random inputs of the sliders' ranges, and every edge."""
    rng = np.random.default_rng(0)
    pairs = [pair_case(r, a, STEPS) for r in EDGE_RADII for a in EDGE_ANGLES]
    for _ in range(300):
        pairs.append(pair_case(rng.uniform(0, 1.5), rng.uniform(0, math.pi), int(rng.integers(10, 201))))
    chains = []
    for n in range(2, 9):
        for radius in EDGE_RADII:
            chains += [chain_case(radius, [angle] * (n - 1)) for angle in (*EDGE_ANGLES, 2 * math.pi, 1.0)]
        for _ in range(40):
            chains.append(chain_case(rng.uniform(0, 1.5), rng.uniform(0, 2 * math.pi, n - 1).tolist()))
        for _ in range(10):  # angles at which the matrix falls apart or loses its diagonal
            corners = rng.choice([*EDGE_ANGLES, 1.0, 3 * math.pi / 2], n - 1)
            chains.append(chain_case(0.95, corners.tolist()))
    matrices = [matrix_case(rng.standard_normal((n, n))) for n in range(1, 9) for _ in range(10)]
    portraits = portrait_cases(rng)
    return {"pairs": pairs, "chains": chains, "matrices": matrices, "portraits": portraits}


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(all_cases(), allow_nan=False), encoding="utf-8")
