"""Linear recurrent networks and their modes: equations (1) to (14) of the paper, in NumPy.

``LinearSSM`` runs the network, ``modes`` takes it apart, ``mode_recursion`` and ``mode_closed_form``
run one mode at a time. The rest measures what eigenvalues alone do not tell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import ArrayLike

from eigen_teach import _check
from eigen_teach._check import Complexes, Floats

# A 2x2 Jordan block, rotated, comes out at about 1e8: beyond 1e7 half of float64's digits are lost.
CONDITION_LIMIT = 1e7


@dataclass(frozen=True, eq=False)
class LinearSSM:
    """A linear state space model, h_t = W_h h_{t-1} + W_x x_t and y_t = W_y h_t: (3), (4).

    The three matrices are copied to float64 and read-only.

    Args:
        W_h: (n, n) state transition.
        W_x: (n, d) input weights; W_x x_t is x'_t of (5).
        W_y: (m, n) observation.

    Raises:
        ValueError: if a shape does not fit W_h, or an entry is not finite.

    Example:
        A quarter turn brings a kick back after four steps:

        >>> ssm = LinearSSM([[0, -1], [1, 0]], [[1], [0]], [[1, 0]])
        >>> ssm.outputs([[1], [0], [0], [0], [0]]).ravel().tolist()
        [1.0, 0.0, -1.0, 0.0, 1.0]

    Chapter: linear/state_space
    """

    W_h: Floats
    W_x: Floats
    W_y: Floats

    def __post_init__(self) -> None:
        W_h = _check.square("W_h", self.W_h)
        W_x = _check.reals("W_x", self.W_x, (len(W_h), "d"))
        W_y = _check.reals("W_y", self.W_y, ("m", len(W_h)))
        for name, matrix in (("W_h", W_h), ("W_x", W_x), ("W_y", W_y)):
            matrix.flags.writeable = False
            object.__setattr__(self, name, matrix)

    def states(self, x: ArrayLike, h0: ArrayLike | None = None) -> Floats:
        """Return the hidden states h_1 … h_T of (3), shape (T, n).

        Args:
            x: (T, d) inputs x_1 … x_T, one row a step.
            h0: (n,) state before the first input; zeros when None, as in (11).

        Raises:
            ValueError: if x or h0 has the wrong shape or is not finite.
            OverflowError: if the states leave the range of float64.

        Chapter: linear/state_space
        """
        n, d = self.W_x.shape
        inputs = _check.reals("x", x, ("T", d))
        h = np.zeros(n) if h0 is None else _check.reals("h0", h0, (n,))
        states = np.empty((len(inputs), n))
        with np.errstate(over="ignore", invalid="ignore"):
            for t, kick in enumerate(inputs @ self.W_x.T):
                h = self.W_h @ h + kick
                states[t] = h
        _check.within_float64(states, "the states", "simulate fewer steps or scale W_h below radius 1")
        return states

    def outputs(self, x: ArrayLike, h0: ArrayLike | None = None) -> Floats:
        """Return the outputs y_1 … y_T of (4), shape (T, m); arguments and errors as in ``states``.

        Chapter: linear/state_space
        """
        with np.errstate(over="ignore", invalid="ignore"):
            outputs = self.states(x, h0) @ self.W_y.T
        _check.within_float64(outputs, "the outputs", "scale W_y down")
        return outputs


@dataclass(frozen=True, eq=False)
class Modes:
    """The eigenvalues and eigenvectors of a matrix, made by :func:`modes`.

    Args:
        eigenvalues: (n,) complex, moduli descending, the members of a conjugate pair side by side.
        vectors: (n, n) complex, column i is u_i: unit length, its first largest entry real and positive.
        condition: condition number of ``vectors``: 1 for a normal matrix, large when modes nearly coincide.
    """

    eigenvalues: Complexes
    vectors: Complexes
    condition: float

    def coefficients(self, h: ArrayLike) -> Complexes:
        """Return α with U α = h, the coefficients of (7), for a state (n,) or for states (..., n).

        For a normal matrix this is Ūᵀh, as the paper has it; in general the columns of U are not
        orthogonal and the system has to be solved.

        Chapter: linear/eigenmodes
        """
        states = self._vectors_of_n("h", h)
        n = len(self.eigenvalues)
        alpha = np.linalg.solve(self.vectors, states.reshape(-1, n).T)  # (n, number of states)
        return alpha.T.reshape(states.shape).astype(np.complex128)

    def combine(self, alpha: ArrayLike) -> Complexes:
        """Return Σ α_i u_i, the right side of (7), for (n,) or (..., n).

        The coefficients of a real state give it back with an imaginary part of rounding size.

        Chapter: linear/eigenmodes
        """
        return self._vectors_of_n("alpha", alpha) @ self.vectors.T

    def _vectors_of_n(self, name: str, value: ArrayLike) -> Complexes:
        array = _check.complexes(name, value)
        n = len(self.eigenvalues)
        if array.ndim == 0 or array.shape[-1] != n:
            raise ValueError(f"{name} must have shape (..., {n}), got {array.shape}; one entry for each mode")
        return array


def modes(W: ArrayLike) -> Modes:
    """Take a matrix apart: W = U Λ U⁻¹, which is (6) without its assumption that W is normal.

    Moduli are equal when they agree to 12 digits of the largest; then the smaller angle comes first.

    Args:
        W: (n, n) real matrix.

    Returns:
        The :class:`Modes`, in an order that does not depend on rounding.

    Raises:
        LinAlgError: if the condition number of the eigenvectors reaches 1e7 (W has no basis of
            eigenvectors, or next to none), or they fail W u = λ u (entries of wildly different size).
        ValueError: if W is not square or not finite.

    Example:
        >>> m = modes([[0.8, -0.6], [0.6, 0.8]])
        >>> rebuilt = m.vectors @ np.diag(m.eigenvalues) @ np.linalg.inv(m.vectors)
        >>> bool(np.allclose(rebuilt, [[0.8, -0.6], [0.6, 0.8]])), round(m.condition, 6)
        (True, 1.0)

    Chapter: linear/eigenmodes
    """
    matrix = _check.square("W", W)
    eigenvalues, vectors = _eigenpairs(matrix)
    condition = float(np.linalg.cond(vectors))
    if not condition < CONDITION_LIMIT:
        raise np.linalg.LinAlgError(
            f"W must have a basis of eigenvectors, got eigenvectors of condition number {condition:.0e} "
            f"(limit {CONDITION_LIMIT:.0e}); W is defective or next to it, so study ||W^t|| with "
            "transient_growth, or simulate with LinearSSM"
        )
    size = len(matrix) * np.abs(matrix).max()  # bounds the norm, and unlike it squares nothing
    error = np.abs(matrix @ vectors - vectors * eigenvalues).max()
    if error > 1e-12 * size:  # LAPACK rescales rows and columns first: tiny entries can lead it astray
        raise np.linalg.LinAlgError(
            f"W must have entries of comparable size, got eigenvectors that miss W u = λ u by {error:.0e} "
            f"(norm of W: at most {size:.0e}); set entries below 1e-16 of the largest to zero"
        )
    order = _mode_order(eigenvalues)
    eigenvalues = eigenvalues[order].astype(np.complex128)
    vectors = _fix_phases(vectors[:, order].astype(np.complex128))
    eigenvalues.flags.writeable = vectors.flags.writeable = False
    return Modes(eigenvalues, vectors, condition)


def _eigenpairs(matrix: Floats) -> tuple[Complexes, Complexes]:
    """Return eigenvalues (n,) and eigenvectors (n, n), at right angles whenever W is normal.

    For a repeated eigenvalue the general solver returns any independent vectors, or nearly parallel ones.
    The Schur form of a normal matrix is diagonal: then its orthonormal vectors are eigenvectors.
    """
    triangle, basis = scipy.linalg.schur(matrix, output="complex")
    above = np.abs(np.triu(triangle, 1)).max()
    eigenvalues, vectors = np.linalg.eig(matrix)
    is_normal = above <= 1e-13 * len(matrix) * np.abs(matrix).max()
    if is_normal and np.linalg.cond(vectors) > 1 + 1e-6:
        return triangle.diagonal(), basis
    return eigenvalues, vectors


def _mode_order(eigenvalues: Complexes) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    """Sort by modulus, then by |angle|; stable, so that LAPACK's conjugate neighbours stay neighbours."""
    moduli = np.abs(eigenvalues)
    largest = moduli.max() or 1.0
    return np.lexsort((np.abs(np.angle(eigenvalues)).round(12), -(moduli / largest).round(12)))


def _fix_phases(vectors: Complexes) -> Complexes:
    """Turn each column so that its first largest entry is real and positive."""
    size = np.abs(vectors)
    largest = size >= (1 - 1e-9) * size.max(axis=0)  # entries that tie up to rounding
    anchor = np.take_along_axis(vectors, largest.argmax(axis=0)[None], axis=0)  # (1, n)
    return vectors * (anchor.conj() / np.abs(anchor))


def mode_recursion(eigenvalues: ArrayLike, drive: ArrayLike) -> Complexes:
    """Run each mode as a one-pole filter, α_t = λ α_{t-1} + a_t from α_0 = 0: equation (14).

    Args:
        eigenvalues: (n,) poles, one a mode.
        drive: (T, n) coefficients a_1 … a_T of the inputs x'_t, one row a step: (10).

    Returns:
        (T, n) complex: row t - 1 holds α_t.

    Raises:
        ValueError: if the shapes do not fit or an entry is not finite.
        OverflowError: if a mode outside the unit circle leaves the range of float64.

    Example:
        A kick of 1 answers with the powers of the eigenvalue:

        >>> mode_recursion([0.5], [[1], [0], [0]]).real.ravel().tolist()
        [1.0, 0.5, 0.25]

    Chapter: linear/filters
    """
    poles, a = _poles_and_drive(eigenvalues, drive)
    alpha = np.zeros(len(poles), dtype=np.complex128)
    out = np.empty_like(a)
    with np.errstate(over="ignore", invalid="ignore"):
        for t, kick in enumerate(a):
            alpha = poles * alpha + kick
            out[t] = alpha
    _check.within_float64(out, "a mode", "use fewer steps or eigenvalues of modulus at most 1")
    return out


def mode_closed_form(eigenvalues: ArrayLike, drive: ArrayLike) -> Complexes:
    """Sum each mode's past, α_t = Σ_{j ≤ t} a_j λ^(t-j): equation (13) with its exponent put right.

    The paper prints the exponent j - 1, which gives the *oldest* input the weight 1.

    Args:
        eigenvalues: (n,) poles, one a mode.
        drive: (T, n) coefficients a_1 … a_T of the inputs, one row a step.

    Returns:
        (T, n) complex, equal to :func:`mode_recursion` up to rounding.

    Raises:
        ValueError: as :func:`mode_recursion`.
        OverflowError: if a mode, or a power of its eigenvalue, leaves the range of float64.

    Example:
        >>> poles, drive = [0.9, 0.6 + 0.5j], np.ones((30, 2))
        >>> bool(np.allclose(mode_closed_form(poles, drive), mode_recursion(poles, drive)))
        True

    Chapter: linear/filters
    """
    poles, a = _poles_and_drive(eigenvalues, drive)
    out = np.zeros_like(a)
    power = np.ones(len(poles), dtype=np.complex128)  # λ^l, l the lag t - j
    with np.errstate(over="ignore", invalid="ignore"):
        for l in range(len(a)):
            out[l:] += power * a[: len(a) - l]
            power = power * poles
    _check.within_float64(out, "a mode", "use fewer steps or eigenvalues of modulus at most 1")
    return out


def _poles_and_drive(eigenvalues: ArrayLike, drive: ArrayLike) -> tuple[Complexes, Complexes]:
    poles = _check.complexes("eigenvalues", eigenvalues, ("n",))
    return poles, _check.complexes("drive", drive, ("T", len(poles)))


def half_life(eigenvalues: ArrayLike) -> Floats:
    """Return the steps after which a mode has lost half of its size, ln 2 / -ln|λ|.

    Args:
        eigenvalues: any shape, real or complex.

    Returns:
        Steps, same shape: 0 for λ = 0, and infinity for |λ| ≥ 1, where the half is never reached.

    Raises:
        TypeError, ValueError: if an entry is no number or not finite.

    Example:
        >>> half_life([0.95, 0.99, 0.999, 1.0]).round(1).tolist()
        [13.5, 69.0, 692.8, inf]
        >>> float(0.95 ** half_life(0.95))
        0.5

    Chapter: linear/eigenmodes
    """
    moduli = np.abs(_check.complexes("eigenvalues", eigenvalues))
    steps = np.full(moduli.shape, np.inf)
    decays = (moduli > 0) & (moduli < 1)
    steps[decays] = np.log(2) / -np.log(moduli[decays])
    steps[moduli == 0] = 0.0
    return steps


def frequency(eigenvalues: ArrayLike) -> Floats:
    """Return the angle by which a mode turns, in radians a step, in (-π, π]; its period is 2π/|angle|.

    Args:
        eigenvalues: any shape, real or complex. A conjugate pair has two opposite angles.

    Returns:
        Radians a step, same shape: 0 for a positive real eigenvalue (and for 0), π for a negative one.

    Raises:
        TypeError, ValueError: if an entry is no number or not finite.

    Example:
        >>> pole = 2 ** (-1 / 30) * np.exp(2j * np.pi / 12)
        >>> round(float(2 * np.pi / frequency(pole)), 9), round(float(half_life(pole)), 9)
        (12.0, 30.0)
    """
    values = _check.complexes("eigenvalues", eigenvalues)
    return np.asarray(np.angle(values + 0.0))  # + 0.0 makes a -0.0 imaginary part 0.0: π, not -π


def departure_from_normality(W: ArrayLike) -> float:
    """Return Henrici's departure from normality, √(‖W‖² - Σ|λ_i|²) / ‖W‖ in the Frobenius norm.

    Args:
        W: (n, n) real matrix.

    Returns:
        0 for a normal matrix (and for zero), 1 for a nilpotent one. The difference of two nearly equal
        sums is exact to about 1e-16, so its root is to about 1e-7: read anything below as 0.

    Raises:
        ValueError: if W is not square or not finite.

    Example:
        >>> round(departure_from_normality([[0.8, -0.6], [0.6, 0.8]]), 6)
        0.0
        >>> departure_from_normality(delay_line(5))
        1.0

    Reference: Henrici (1962), Bounds for iterates, inverses, spectral variation and fields of values
    of non-normal matrices, Numerische Mathematik 4.

    Chapter: linear/beyond_eigenvalues
    """
    matrix = _check.square("W", W)
    largest = np.abs(matrix).max()
    if largest == 0:
        return 0.0
    matrix = matrix / largest  # so that squares neither overflow nor vanish
    total = np.sum(matrix**2)
    spectrum = np.sum(np.abs(np.linalg.eigvals(matrix)) ** 2)
    return float(np.sqrt(max(1 - spectrum / total, 0.0)))


def transient_growth(W: ArrayLike, steps: int) -> Floats:
    """Return the spectral norms ‖W⁰‖ … ‖Wˢ‖: the most that any state can grow by in t steps.

    Args:
        W: (n, n) real matrix.
        steps: s, at least 0.

    Returns:
        (steps + 1,). For a normal matrix entry t is the spectral radius to the power t.

    Raises:
        ValueError: if W is not square or not finite, or steps is negative.
        OverflowError: if a norm leaves the range of float64.

    Example:
        Both eigenvalues are a half, and yet:

        >>> transient_growth([[0.5, 40], [0, 0.5]], 8).round(1).tolist()
        [1.0, 40.0, 40.0, 30.0, 20.0, 12.5, 7.5, 4.4, 2.5]

    Chapter: linear/beyond_eigenvalues
    """
    matrix = _check.square("W", W)
    norms = np.empty(_check.count("steps", steps, 0) + 1)
    power = np.eye(len(matrix))
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(len(norms)):
            # The largest singular value of an overflown matrix is not asked for: LAPACK would not converge.
            norms[t] = np.linalg.norm(power, 2) if np.isfinite(power).all() else np.inf
            power = matrix @ power
    _check.within_float64(norms, "the norm of W^t", "use fewer steps or scale W down")
    return norms


def pseudospectrum(W: ArrayLike, real: ArrayLike, imag: ArrayLike) -> Floats:
    """Return the smallest singular value of z I - W on a grid of z = x + iy.

    Where it is at most ε, z is an eigenvalue of some W + E with ‖E‖ ≤ ε.

    Args:
        W: (n, n) real matrix.
        real: (p,) real parts x.
        imag: (q,) imaginary parts y.

    Returns:
        (q, p), ready for ``contour(real, imag, ...)``. For a normal W it is the distance to the spectrum.

    Raises:
        ValueError: if W is not square, a grid is not one-dimensional, or an entry is not finite.

    Example:
        >>> pseudospectrum(np.diag([1.0, -1.0]), [0, 3], [0, 1]).round(4).tolist()
        [[1.0, 2.0], [1.4142, 2.2361]]

    Reference: Trefethen & Embree (2005), Spectra and Pseudospectra.

    Chapter: linear/beyond_eigenvalues
    """
    matrix = _check.square("W", W)
    x, y = _check.reals("real", real, ("p",)), _check.reals("imag", imag, ("q",))
    identity = np.eye(len(matrix))
    smallest = np.empty((len(y), len(x)))
    for row, height in enumerate(y):  # a row at a time keeps the stack of matrices small
        shifted = (x + 1j * height)[:, None, None] * identity - matrix  # (p, n, n)
        smallest[row] = np.linalg.svd(shifted, compute_uv=False)[:, -1]
    return smallest


def delay_line(n: int) -> Floats:
    """Return the (n, n) shift: each step moves unit i to unit i + 1, and the last unit is forgotten.

    All its eigenvalues are zero, and fed at unit 0 it holds its last n inputs exactly.

    Args:
        n: units, at least 1.

    Raises:
        ValueError, TypeError: if n is not a positive integer.

    Example:
        >>> line = LinearSSM(delay_line(3), [[1], [0], [0]], np.eye(3))
        >>> line.states([[7], [8], [9]])[-1].tolist()
        [9.0, 8.0, 7.0]

    Chapter: linear/beyond_eigenvalues
    """
    return np.eye(_check.count("n", n, 1), k=-1)
