"""Drawing functions: what they draw, and what they refuse."""

import bad_inputs
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex

from eigen_teach import init, plots


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def test_every_initializer_has_one_colour_and_uniform_ones_are_dashed():
    assert plots.COLORS.keys() == init.INITIALIZERS.keys()
    assert plots.LINE_STYLES["xavier_uniform"] == "--"
    assert plots.LINE_STYLES["xavier_normal"] == "-"


def test_eigenvalues_are_solid_inside_and_hollow_on_and_outside_the_circle(ax):
    plots.eigenvalues(ax, [0.5, 1.0, 1.5j], color="#D55E00")
    assert [to_hex(face) for face in ax.collections[0].get_facecolors()] == ["#d55e00", "#ffffff", "#ffffff"]
    assert ax.get_xlabel() == "real part"


def test_curves_carry_their_names_and_colours(ax):
    plots.curves(ax, [0, 1, 2], [[1, 2, 3], [3, 2, 1]], ["up", "down"])
    assert [text.get_text() for text in ax.texts] == ["up", "down"]
    assert [to_hex(line.get_color()) for line in ax.lines] == [c.lower() for c in plots.MODE_COLORS[:2]]


def test_matrix_is_white_at_zero_and_symmetric_in_sign(ax):
    image = plots.matrix(ax, [[0.0, -2.0], [1.0, 0.0]]).images[0]
    assert image.get_clim() == (-2.0, 2.0)
    assert min(image.cmap(image.norm(0.0))[:3]) > 0.94


def test_unit_circle_is_drawn_with_the_radius_it_is_given(ax):
    assert plots.unit_circle(ax, 0.95).patches[0].radius == 0.95


BAD_INPUTS = [
    ("negative radius", lambda ax: plots.unit_circle(ax, -1.0), ValueError, r"radius must be .* got -1\.0"),
    ("nan radius", lambda ax: plots.unit_circle(ax, np.nan), ValueError, "radius must be .* got nan"),
    ("text as radius", lambda ax: plots.unit_circle(ax, "1"), TypeError, "radius must be a real number"),
    ("text as eigenvalue", lambda ax: plots.eigenvalues(ax, ["a"]), TypeError, "values must be an array"),
    ("infinite eigenvalue", lambda ax: plots.eigenvalues(ax, [np.inf]), ValueError, "values must be finite"),
    ("two axes of x", lambda ax: plots.curves(ax, [[0]], [[1]], ["a"]), ValueError, "x must have shape"),
    ("a label short", lambda ax: plots.curves(ax, [0], [[1], [2]], ["a"]), ValueError, "ys must have shape"),
    (
        "a colour short",
        lambda ax: plots.curves(ax, [0], [[1]], ["a"], []),
        ValueError,
        "colors must be at least 1",
    ),
    ("a vector as matrix", lambda ax: plots.matrix(ax, [1.0]), ValueError, "values must have shape"),
    ("a complex matrix", lambda ax: plots.matrix(ax, [[1j]]), ValueError, "values must be an array of real"),
]


@bad_inputs.each(BAD_INPUTS)
def test_bad_input_is_refused_and_nothing_is_drawn(ax, call, error, message):
    with pytest.raises(error, match=message):
        call(ax)
    drawn = [*ax.lines, *ax.patches, *ax.collections, *ax.images, *ax.texts]
    assert drawn == []
