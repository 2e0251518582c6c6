"""Checks of Part III, the initializer."""

from typing import Any

import numpy as np

from eigen_teach.exercises.registry import NOTHING_YET, differs, exercise, nothing


@exercise("spectra/radius")
def radius(answer: Any) -> str | None:
    """A function of standard deviation and width: the radius that the circular law predicts."""
    for std, n in ((0.1, 64), (0.02, 1000), (1.0, 8)):
        given = answer(std, n)
        if nothing(given):
            return NOTHING_YET
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


@exercise("rotations/peel")
def peel(answer: Any) -> str | None:
    """A function of the matrix W = λ G_1 G_2 …: the n - 1 angles it was made of."""
    import torch

    from eigen_teach import init

    rng = np.random.default_rng(3)
    for n, radius in ((2, 1.0), (3, 1.0), (8, 1.0), (8, 0.95), (5, 0.3)):
        angles = rng.uniform(0, 2 * np.pi, n - 1)
        chain = init.rotation_chain(torch.from_numpy(angles), radius).numpy()
        returned = answer(chain)
        if nothing(returned):
            return NOTHING_YET
        given = np.asarray(returned, dtype=float)
        if given.shape != (n - 1,):
            return f"{n} units have {n - 1} angles, the shape returned is {given.shape}"
        if not np.allclose(np.exp(1j * given), np.exp(1j * angles), atol=1e-6):
            return _wrong_angles(given, angles, radius)
    return None


def _wrong_angles(given: Any, angles: Any, radius: float) -> str:
    """Why these are not the angles of a chain."""
    turns, right = np.exp(1j * given), np.exp(1j * angles)
    slips = (
        (turns, right.conj(), "every rotation turns the other way: G has -sin above the diagonal"),
        (turns, right[::-1], "these are the right angles in reverse order"),
        (np.exp(1j * np.deg2rad(given)), right, "these are degrees; radians are asked for"),
        (turns.imag, right.imag, "the sines are right, not the cosines: np.arctan2(s, c) knows the quadrant"),
        (turns.real, right.real, "the cosines are right, not the sines: np.arctan2(s, c) knows the quadrant"),
    )
    for mine, other, reason in slips:
        if np.allclose(mine, other, atol=1e-6):
            return reason
    if radius != 1:
        return f"right for λ = 1, and not for λ = {radius}: divide W by the length of a column first"
    return "the first angle is np.arctan2(W[1, 0], W[0, 0]); undo that rotation from the left, and go on"


@exercise("rotations/repair")
def repair(answer: Any) -> str | None:
    """A function of n and a NumPy generator: angles by the law of Killip and Nenciu, either end first."""
    from scipy import stats

    n, rng = 12, np.random.default_rng(0)
    first = answer(n, rng)
    if nothing(first):
        return NOTHING_YET
    if np.shape(first) != (n - 1,):
        return f"for n = {n} there are {n - 1} angles, the shape returned is {np.shape(first)}"
    angles = np.array([np.asarray(answer(n, rng), dtype=float) for _ in range(800)])
    if not angles.std(axis=0).all():
        return "it returns the same angles at every call: draw them from rng"
    if np.abs(angles).max() <= 1:
        return "these look like cosines or Beta variables, not like angles: np.arccos is missing"
    shares = (1 + np.cos(angles)) / 2
    half = (n - 1 - np.arange(n - 1)) / 2
    # Either end may come first: the reversed chain is the transposed one, seen in a mirror.
    for parameters in (half, half[::-1]):
        tests = zip(shares.T, parameters, strict=True)
        if all(stats.kstest(x, "beta", (a, a), method="asymp").pvalue > 1e-5 for x, a in tests):
            return _dependent(np.cos(angles))
    return _wrong_law(shares, half)


def _dependent(cosines: np.ndarray[Any, np.dtype[np.float64]]) -> str | None:
    """Each angle has its law; are they drawn one by one?"""
    off_diagonal = np.corrcoef(cosines.T) - np.eye(cosines.shape[1])
    if np.abs(off_diagonal).max() > 0.2:  # six standard errors at 800 draws
        return "each angle has the right law, and they depend on one another: draw them independently"
    return None


def _wrong_law(
    shares: np.ndarray[Any, np.dtype[np.float64]], half: np.ndarray[Any, np.dtype[np.float64]]
) -> str:
    """Why (1 + cos θ)/2 does not follow its Beta law: its variance is 1/(4(2a + 1))."""
    found = (1 / (4 * shares.var(axis=0)) - 1) / 2  # the parameter a of each column
    if np.allclose(found, 0.5, rtol=0.3):
        return "these are the paper's angles: uniform, so Beta(1/2, 1/2) for all of them"
    if np.abs(shares.mean(axis=0) - 0.5).max() > 0.1:
        return "(1 + cos θ)/2 should be symmetric around 1/2: is it cos θ = 2x - 1?"
    if np.allclose(found, 2 * half, rtol=0.3):
        return "the parameters are too large by a factor of two: (n - k - 1)/2"
    if found.min() > 0.8 * found.max():
        return "all angles have one law; the parameter (n - k - 1)/2 falls with k"
    return (
        f"for n = {len(half) + 1} and k = 0 the Beta parameters should be {half[0]:.3g}, "
        f"the draws look like {found[0]:.3g}"
    )


@exercise("rotations/period")
def period(answer: Any) -> str | None:
    """A function of n: the order of the signed cyclic shift, n for odd and 2n for even n."""
    given = [answer(n) for n in (2, 3, 4, 5, 12, 25)]
    if any(nothing(value) for value in given):
        return NOTHING_YET
    if given == [2, 3, 4, 5, 12, 25]:
        return "after n steps a state is back, but with which sign? try n = 2, a quarter turn"
    if given == [4, 6, 8, 10, 24, 50]:
        return "it is back after 2n steps, but for odd n already earlier: try n = 3"
    return differs(
        given, [4, 3, 8, 5, 24, 25], "the determinant is +1: what sign does the last unit send back?"
    )
