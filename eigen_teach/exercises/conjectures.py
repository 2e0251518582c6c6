"""Checks of Part II's chapters on the two conjectures."""

from typing import Any

import numpy as np

from eigen_teach.exercises.registry import NOTHING_YET, differs, exercise, nothing, slipped


def _columns(W: Any, w_in: Any, steps: int) -> Any:
    """W⁰w, W¹w, … as columns (n, steps): what the inputs of lag 0, 1, … are multiplied by in the state."""
    columns = [np.asarray(w_in, dtype=float)]
    while len(columns) < steps:
        columns.append(W @ columns[-1])
    return np.column_stack(columns)


def _shares(K: Any) -> Any:
    return np.sum(np.linalg.pinv(K) * K.T, axis=1)


@exercise("conjecture_memory/shares")
def shares(answer: Any) -> str | None:
    """A function of W, w and steps: the exact r² of each lag in a linear network without noise."""
    quarter = np.array([[0.0, -1.0], [1.0, 0.0]])
    cases = (
        (
            np.eye(3, k=-1),
            np.array([1.0, 0, 0]),
            5,
            "a delay line of three units holds lags 0, 1, 2 and no more",
        ),
        (quarter, np.array([1.0, 0.5]), 8, "a turn by 90° shares its two units out evenly: 2/8 for each lag"),
        (
            0.8 * np.eye(2),
            np.array([1.0, -1.0]),
            3,
            "for 0.8 I the columns are parallel: shares 1 : 0.64 : 0.4096",
        ),
        (np.array([[0.5, 2.0], [0.0, -0.3]]), np.array([0.2, 1.0]), 4, "for a W that is not normal use K⁺K"),
    )
    for W, w_in, steps, hint in cases:
        value = answer(W.copy(), w_in.copy(), steps)
        if nothing(value):
            return NOTHING_YET
        K = _columns(W, w_in, steps)
        lengths = np.sum(K**2, axis=0)
        slips = {
            "one r² for each lag is asked for, not their sum": _shares(K).sum(),
            "that is K⁺K; the r² stand on its diagonal": np.linalg.pinv(K) @ K,
            "lag 0 is the present input, so the first column of K is w itself": _shares(W @ K),
            "that counts the oldest input as lag 0: the column of lag k is Wᵏw": _shares(K)[::-1],
            "lengths of columns do not tell: parallel columns cannot be told apart": lengths,
        }
        reason = slipped(value, _shares(K), slips) or differs(value, _shares(K), hint)
        if reason:
            return reason
    return None


@exercise("conjecture_memory/knock")
def knock(answer: Any) -> str | None:
    """A function of a blow's size: the λ from which on one tanh unit keeps its sign."""
    for blow in (0.2, 0.5, 1.0, 2.0):
        value = answer(blow)
        if nothing(value):
            return NOTHING_YET
        number = float(value)
        if not np.isfinite(number):
            return (
                f"for a blow of {blow} there is a finite λ: the unit must rest at h with λh equal to the blow"
            )
        slips = {
            "that would do if the unit rested at 1; it rests below, at h = tanh(λh)": max(blow, 1.0),
            "that λ makes the unit rest at h equal to the blow; but the blow is taken from λh, not from h": (
                np.arctanh(blow) / blow if blow < 1 else np.nan
            ),
            "that is where the unit rests just before it gives way; which λ makes it rest there?": np.tanh(
                blow
            ),
            "upside down: λ = blow / h": np.tanh(blow) / blow,
        }
        hint = f"for a blow of {blow} the unit gives way when λh equals the blow, with h = tanh(λh)"
        right = blow / np.tanh(blow)
        reason = slipped(number, right, slips) or differs(number, right, hint, 2e-3)
        if reason:
            return reason
    return None
