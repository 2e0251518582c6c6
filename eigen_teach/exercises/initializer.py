"""Checks of Part III, the initializer."""

from typing import Any

import numpy as np

from eigen_teach.exercises.registry import differs, exercise


@exercise("spectra/radius")
def radius(answer: Any) -> str | None:
    """A function of standard deviation and width: the radius that the circular law predicts."""
    for std, n in ((0.1, 64), (0.02, 1000), (1.0, 8)):
        given = answer(std, n)
        if given is ... or given is None:
            return "the function returns no number yet"
        if np.ndim(given) == 0 and np.isclose(given, n * std**2):
            return (
                "variance times width is the factor on the squared length; a radius is a factor on a length"
            )
        expected = std * np.sqrt(n)
        reason = differs(given, expected, f"at std {std} and n {n} it should be {expected:.4g}")
        if reason:
            return reason
    return None


@exercise("spectra/uniform")
def uniform(answer: Any) -> str | None:
    """A function that fills a square tensor with uniform entries so that the radius tends to 0.95."""
    import torch

    for n in (100, 400):
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            torch.default_generator.manual_seed(0)
            tensor = torch.full((n, n), float("nan"), dtype=torch.float64)
            answer(tensor)
        entries = tensor.numpy()
        if not np.isfinite(entries).all():
            return "the tensor still holds what was in it; fill it in place, as torch.nn.init does"
        reason = _wrong_uniform(entries, n)
        if reason:
            return reason
    return None


def _wrong_uniform(entries: np.ndarray[Any, np.dtype[np.float64]], n: int) -> str | None:
    """Why these entries are not uniform around zero with variance times width 0.95²."""
    std = float(entries.std())
    if abs(float(entries.mean())) > 0.1 * std:
        return f"the mean should be zero, and is {entries.mean():.3g} at n = {n}"
    largest = float(np.abs(entries).max())
    if not 1.7 < largest / max(std, 1e-300) < 1.75:
        return "the entries are not uniform: the bound of a uniform law is √3 standard deviations"
    gain = std * np.sqrt(n)
    if abs(gain / 0.95 - 1) < 0.02:
        return None
    hint = (
        "; 0.95/√n is the bound then, not the standard deviation"
        if abs(gain * np.sqrt(3) / 0.95 - 1) < 0.02
        else ""
    )
    return f"at n = {n} the standard deviation times √n is {gain:.3g}, and should be 0.95{hint}"


@exercise("spectra/sparse")
def sparse(answer: Any) -> str | None:
    """The scale s of the connections that exist, one in 40, for a radius of 0.95 at 400 units."""
    if np.ndim(answer) != 0:
        return f"one number is asked for, the shape is {np.shape(answer)}"
    s = float(answer)
    if s <= 0:
        return "a standard deviation is positive"
    if np.isclose(s, 0.95 / 20, rtol=0.01):
        return "that would do for 400 connections a unit; there are ten, and the zeros count in the variance"
    if np.isclose(s, 0.95**2 / 10, rtol=0.01) or np.isclose(s, 0.95 / 10, rtol=0.01):
        return "that looks like s² or like a sum of ten equal parts: ten *variances* s² add up to 0.95²"
    hint = f"it gives a radius near {s * np.sqrt(10):.3g}: an entry has variance s²/40, 400 are in a row"
    return differs(s, 0.95 / np.sqrt(10), hint, tolerance=0.01)
