"""Drawing: every function draws on the given axes, returns them, and computes nothing."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from numpy.typing import ArrayLike

from eigen_teach import _check

# Okabe-Ito, safe for colour-blind readers. One colour an initializer, through the whole book.
COLORS = {
    "eigen": "#D55E00",
    "haar": "#CC79A7",
    "xavier_normal": "#0072B2",
    "xavier_uniform": "#0072B2",
    "kaiming_normal": "#56B4E9",
    "kaiming_uniform": "#56B4E9",
    "default": "#999999",
    "irnn": "#E69F00",
    "np_rnn": "#009E73",
}
# One colour an activation or a cell, none of them an initializer's (Tol's muted scheme, safe as well).
CELL_COLORS = {
    "linear": "#333333",
    "tanh": "#332288",
    "relu": "#117733",
    "sigmoid": "#999933",
    "lstm": "#882255",
    "gru": "#44AA99",
}
# Two initializers may share a colour; the uniform one of the two is dashed.
LINE_STYLES = {name: "--" if name.endswith("uniform") else "-" for name in COLORS}
# One colour an eigenvalue, or a conjugate pair, in the order in which a chapter introduces them.
MODE_COLORS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")


def use_style() -> None:
    """Set the book's figure style: called once, in a chapter's imports.

    Example:
        >>> from eigen_teach import plots
        >>> plots.use_style()
        >>> plots.plt.rcParams["axes.spines.top"]
        False

    Chapter: linear/state_space
    """
    plt.rcParams.update(
        {
            "figure.figsize": (6.8, 3.4),
            "figure.dpi": 120,
            "figure.constrained_layout.use": True,
            "figure.facecolor": "white",
            "font.size": 10.5,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlesize": 11,
            "axes.titlelocation": "left",
            "axes.axisbelow": True,
            "axes.grid": True,
            "grid.color": "#e8e8e8",
            "lines.linewidth": 1.8,
            "legend.frameon": False,
        }
    )


def unit_circle(ax: Axes, radius: float = 1.0, **style: Any) -> Axes:
    """Draw a circle around the origin of the complex plane, the unit circle unless told.

    Args:
        ax: Axes to draw on; they get an equal aspect and labels.
        radius: Radius of the circle.
        **style: Passed on to `matplotlib.patches.Circle`.

    Returns:
        The axes.

    Raises:
        TypeError, ValueError: For a radius that is no number, negative or not finite.

    Example:
        >>> from eigen_teach import plots
        >>> figure, ax = plots.plt.subplots()
        >>> plots.unit_circle(ax).get_xlabel()
        'real part'
        >>> plots.plt.close(figure)

    Chapter: linear/eigenmodes
    """
    _check.not_negative("radius", radius, "the unit circle has 1.0")
    ax.add_patch(Circle((0, 0), radius, **{"fill": False, "color": "#777777", "lw": 1, **style}))
    ax.set(xlabel="real part", ylabel="imaginary part", aspect="equal")
    ax.margins(0.15)
    return ax


def eigenvalues(ax: Axes, values: ArrayLike, color: str = COLORS["eigen"], label: str | None = None) -> Axes:
    """Mark eigenvalues in the complex plane: solid inside the unit circle, hollow on or outside it.

    Args:
        ax: Axes to draw on.
        values: Eigenvalues, complex, any shape.
        color: One colour for all of them; one colour an initializer or a conjugate pair.
        label: Entry in the legend.

    Returns:
        The axes.

    Raises:
        TypeError, ValueError: For what is no number, or not finite.

    Example:
        >>> from eigen_teach import plots
        >>> figure, ax = plots.plt.subplots()
        >>> plots.eigenvalues(ax, [0.5, 1.5]).collections[0].get_offsets().shape
        (2, 2)
        >>> plots.plt.close(figure)

    Chapter: linear/eigenmodes
    """
    flat = _check.complexes("values", values).ravel()
    faces = [color if abs(value) < 1 else "white" for value in flat]
    ax.scatter(flat.real, flat.imag, s=36, facecolors=faces, edgecolors=color, label=label, zorder=3)
    ax.set(xlabel="real part", ylabel="imaginary part", aspect="equal")
    return ax


def curves(
    ax: Axes, x: ArrayLike, ys: ArrayLike, labels: Sequence[str], colors: Sequence[str] = MODE_COLORS
) -> Axes:
    """Draw several curves and write each one's name at its right end, so that no legend is needed.

    Args:
        ax: Axes to draw on.
        x: Common abscissa, (T,).
        ys: One curve a row, (k, T).
        labels: k names.
        colors: At least k colours.

    Returns:
        The axes.

    Raises:
        ValueError: When shapes, labels and colours do not fit one another; nothing is drawn then.

    Example:
        >>> from eigen_teach import plots
        >>> figure, ax = plots.plt.subplots()
        >>> [t.get_text() for t in plots.curves(ax, [0, 1], [[1, 0.5], [1, 0.9]], ["a", "b"]).texts]
        ['a', 'b']
        >>> plots.plt.close(figure)

    Chapter: linear/state_space
    """
    abscissa = _check.reals("x", x, ("T",))
    ordinates = _check.reals("ys", ys, (len(labels), len(abscissa)))
    if len(colors) < len(labels):
        raise ValueError(f"colors must be at least {len(labels)}, got {len(colors)}; one for each label")
    for y, label, color in zip(ordinates, labels, colors, strict=False):
        ax.plot(abscissa, y, color=color)
        ax.annotate(
            label, (abscissa[-1], y[-1]), (6, 0), textcoords="offset points", va="center", color=color
        )
    return ax


def matrix(ax: Axes, values: ArrayLike, limit: float | None = None) -> Axes:
    """Show a real matrix as coloured cells: orange for positive, purple for negative, white for zero.

    Args:
        ax: Axes to draw on.
        values: Real matrix, (n, m).
        limit: Value at which the colour is full; the largest entry unless told.

    Returns:
        The axes.

    Raises:
        TypeError, ValueError: For what is no finite real matrix.

    Example:
        >>> from eigen_teach import plots
        >>> figure, ax = plots.plt.subplots()
        >>> plots.matrix(ax, [[0.0, -1.0], [1.0, 0.0]]).images[0].get_clim()
        (-1.0, 1.0)
        >>> plots.plt.close(figure)

    Chapter: initializer/rotations
    """
    array = _check.reals("values", values, ("n", "m"))
    top = float(np.abs(array).max(initial=0.0)) if limit is None else limit
    ax.imshow(array, cmap="PuOr_r", vmin=-top, vmax=top, interpolation="nearest")
    ax.grid(False)
    ax.set(xlabel="from unit j", ylabel="to unit i")
    return ax
