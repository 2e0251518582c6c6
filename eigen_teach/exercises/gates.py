"""Checks of Part III's chapter on gates: filling a GRU, the forget bias of an LSTM, its half-life."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from eigen_teach.exercises.registry import NOTHING_YET, differs, exercise, nothing, slipped

if TYPE_CHECKING:
    import torch

Parameters = dict[str, Any]  # by name, as float64 arrays


def _applied(answer: Callable[[Any], object], layer: torch.nn.Module) -> tuple[Parameters, Parameters]:
    """The parameters of a layer before and after an answer has been called with it."""
    before = {name: p.detach().double().numpy().copy() for name, p in layer.named_parameters()}
    answer(layer)
    after = {name: p.detach().double().numpy().copy() for name, p in layer.named_parameters()}
    return before, after


def _guarded(error: RuntimeError) -> str:
    """What to say when PyTorch refuses a write; any other error goes on to `judge`."""
    if not any(words in str(error) for words in ("leaf Variable", "modified inplace")):
        raise error
    return "PyTorch guards parameters that need a gradient: write under torch.no_grad()"


# ---------------------------------------------------------------------------------------- filling by hand


@exercise("gates/fill")
def fill(answer: Any) -> str | None:
    """A function that fills each recurrent block of a GRU with 0.95 times an orthogonal matrix."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        gru = torch.nn.GRU(3, 8)
        try:
            before, after = _applied(answer, gru)
        except RuntimeError as error:
            return _guarded(error)
    touched = [name for name in before if not np.array_equal(before[name], after[name], equal_nan=True)]
    if not touched:
        return "the recurrent weight is as it was: fill it in place"
    strangers = [name for name in touched if name != "weight_hh_l0"]
    if strangers:
        return f"{strangers[0]} has changed as well; only weight_hh_l0 is asked for"
    return _wrong_blocks(before["weight_hh_l0"], after["weight_hh_l0"])


def _wrong_blocks(before: Any, after: Any) -> str | None:
    """Why the (24, 8) stack is not three different orthogonal blocks times 0.95."""
    blocks = np.split(after, 3)
    left = sum(np.array_equal(*pair) for pair in zip(np.split(before, 3), blocks, strict=True))
    if left:
        return f"{left} of the 3 blocks is as it was: rows 0 to n - 1 are r, then z, then n"
    singular = np.array([np.linalg.svd(block, compute_uv=False) for block in blocks])
    if np.allclose(singular, 0.95, atol=1e-4):
        pairs = ((0, 1), (1, 2), (0, 2))
        shared = any(np.allclose(blocks[i], blocks[j], atol=1e-6) for i, j in pairs)
        return "two gates share one matrix: draw a new one for each block" if shared else None
    if np.allclose(singular, singular.mean(), atol=1e-4):
        return f"each block is orthogonal times {singular.mean():.3g}; times 0.95 is asked for"
    whole = np.linalg.svd(after, compute_uv=False)
    if np.allclose(whole, whole.mean(), atol=1e-4):
        return "the stack as a whole has orthonormal columns, so its blocks have not: fill them one by one"
    return f"the blocks' singular values go from {singular.min():.2f} to {singular.max():.2f}, not all 0.95"


# ------------------------------------------------------------------------------------------- forget gate


@exercise("gates/forget")
def forget(answer: Any) -> str | None:
    """A function that gives the forget gate of an LSTM, in every layer and direction, a bias of one."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        lstm = torch.nn.LSTM(3, 5, num_layers=2, bidirectional=True)
        try:
            before, after = _applied(answer, lstm)
        except RuntimeError as error:
            return _guarded(error)
    if any(not np.array_equal(before[name], after[name]) for name in before if "weight" in name):
        return "a weight has changed; only biases are asked for"
    reasons = {end: _wrong_bias(before, after, end) for end in ("l0", "l0_reverse", "l1", "l1_reverse")}
    wrong = {end: reason for end, reason in reasons.items() if reason}
    if wrong and wrong.keys() != reasons.keys():
        right = ", ".join(sorted(reasons.keys() - wrong.keys()))
        return f"right for {right}, and not for {', '.join(sorted(wrong))}"
    return next(iter(wrong.values()), None)


def _wrong_bias(before: Parameters, after: Parameters, end: str) -> str | None:
    """Why the two biases of one layer and direction do not add up to a forget bias of one."""
    old, new = (np.reshape(p[f"bias_ih_{end}"] + p[f"bias_hh_{end}"], (4, -1)) for p in (before, after))
    if np.array_equal(old, new):
        return "the biases are as they were: fill them in place"
    others = [gate for row, gate in enumerate("ifgo") if gate != "f" and not np.allclose(old[row], new[row])]
    if others:
        asked = np.allclose(new[1], 1, atol=1e-6)
        hint = "" if asked else "; f is the second block of i f g o"
        return f"the bias of gate {others[0]} has changed{hint}"
    if np.allclose(new[1], 2, atol=1e-6):
        return "both biases are 1, and PyTorch adds them: the forget gate has a bias of 2"
    ones = [np.allclose(after[f"bias_{kind}_{end}"].reshape(4, -1)[1], 1) for kind in ("ih", "hh")]
    if any(ones) and not np.allclose(new[1], 1, atol=1e-6):
        return "one bias is 1, and PyTorch adds the other to it, which still holds its random start"
    return differs(new[1], np.ones(5), f"b_ih + b_hh of gate f is {new[1].mean():.3g} on average, not 1")


# ---------------------------------------------------------------------------------------------- half-life


@exercise("gates/half_life")
def half_life(answer: Any) -> str | None:
    """A function of steps: the forget bias whose cell, left alone, loses half in so many steps."""
    steps = np.array([1.0, 5.0, 50.0, 700.0])
    returned = [answer(float(k)) for k in steps]
    if any(nothing(value) for value in returned):
        return NOTHING_YET
    given = np.array([float(value) for value in returned])
    keep = 2 ** (-1 / steps)
    right = np.log(keep / (1 - keep))
    slips = {
        "this is the value of the gate; which bias does the sigmoid turn into it?": keep,
        "this is chrono's ln k, which loses about two thirds in k steps, not half": np.log(steps),
        "the sign is wrong: a gate that keeps more has a larger bias": -right,
        "a logarithm is not the inverse of the sigmoid: that is ln(f / (1 - f))": np.log(keep),
        "the sigmoid is made of e, not of 10: take the natural logarithm": right / np.log(10),
    }
    reason = slipped(given, right, slips)
    if reason:
        return reason
    for k, bias, expected in zip(steps, given, right, strict=True):
        if not np.isclose(bias, expected, rtol=1e-3, atol=1e-6):
            return f"for {k:.0f} steps it should be {expected:.3f}, and is {bias:.3f}: solve f^k = 1/2 first"
    return None
