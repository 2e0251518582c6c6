"""What the widgets draw on the built pages, over the range of every slider, against the package."""

import itertools
import re

import numpy as np
import pytest
import site_in_browser as site
import torch

from eigen_teach import init, portrait
from eigen_teach.widgets import PhasePortrait

SET = """
(widget, positions) => {
  for (const [name, value] of Object.entries(positions)) {
    const control = widget.querySelector(`[data-control="${name}"]`);
    control.value = value;
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
"""
UNIT = 320 / 2 / 1.6  # drawing units from the origin to the unit circle
STATE_VIEW = 1.3  # units from the origin to the edge of a phase portrait's state plane
STATE_UNIT = 320 / 2 / STATE_VIEW
ROUNDING = 0.051  # places are written with one decimal


@pytest.fixture(scope="module")
def shown(browser):
    """Opens a page, unless it is open, and returns one of its widgets: a test sets all of its sliders."""
    with site.served() as base, site.opened(browser, base) as (page, faults):

        def find(path, name):
            if page.url != base + path:
                page.goto(base + path)
                site.settle(page)
            return page.locator(f'[data-widget="{name}"]').first

        yield find
        assert faults == []


def move(widget, **positions):
    widget.evaluate(SET, {name.replace("_", "-"): str(value) for name, value in positions.items()})


def places(widget, selector, unit=UNIT):
    """The plane's coordinates of the visible circles."""
    visible = widget.locator(f'{selector}:not([display="none"])')
    pixels = np.array(visible.evaluate_all("all => all.map(c => [c.cx, c.cy].map(v => v.baseVal.value))"))
    return in_plane(pixels, unit)


def in_plane(pixels, unit):
    """Complex numbers of places (k, 2) in a drawing of 320 by 320."""
    pixels = np.reshape(pixels, (-1, 2))
    return (pixels[:, 0] - 160) / unit + 1j * (160 - pixels[:, 1]) / unit


def assert_same_set(found, expected, tolerance):
    assert len(found) == len(expected)
    if len(found) == 0:
        return
    distance = np.abs(found[:, None] - expected[None, :])
    assert distance.min(axis=0).max() < tolerance
    assert distance.min(axis=1).max() < tolerance


def test_eigen_plane_draws_the_pair_where_the_sliders_stand(shown):
    widget = shown("book/index.html", "EigenPlane")
    for radius, degrees in itertools.product([0, 0.4, 0.95, 1, 1.3, 1.5], [0, 1, 45, 90, 150, 180]):
        move(widget, radius=radius, angle=degrees)
        upper = radius * np.exp(1j * np.deg2rad(degrees))
        assert_same_set(places(widget, ".et-mark"), np.array([upper, upper.conj()]), 1.5 * ROUNDING / UNIT)
        hollow = widget.locator(".et-mark.et-hollow").count()
        assert hollow == (2 if radius >= 1 else 0)
        assert f"{radius:.2f}".rstrip("0").rstrip(".") in widget.locator(".et-status").inner_text()


def test_mode_response_draws_the_powers_of_its_eigenvalue(shown):
    widget = shown("book/linear/filters.html", "ModeResponse")
    for radius, degrees, steps in itertools.product([0.3, 0.8, 0.95, 1], [0, 20, 90, 180], [10, 60, 200]):
        move(widget, radius=radius, angle=degrees, steps=steps)
        stems = widget.locator(".et-stems").get_attribute("d")
        zero, *_ = (float(y) for y in re.findall(r" ([\d.]+)V", stems))
        heights = zero - np.array([float(y) for y in re.findall(r"V([\d.]+)", stems)])
        answer = np.cos(np.arange(steps + 1) * np.deg2rad(degrees)) * radius ** np.arange(steps + 1)
        np.testing.assert_allclose(heights / heights[0], answer, atol=4 * ROUNDING / heights[0])


@pytest.mark.parametrize("activation", ["linear", "tanh", "relu", "sigmoid"])
def test_phase_portrait_draws_the_packages_orbit_fixed_points_and_eigenvalues(shown, activation):
    widget = shown("book/nonlinear/activations.html", "PhasePortrait")
    widget.locator(f'[data-control="activation-{activation}"]').check()
    for radius, degrees, drive in [(0, 30, 0), (0.95, 30, 0.3), (1.1, 90, 0), (1.5, 0, 0), (3, 120, -1)]:
        move(widget, radius=radius, angle=degrees, drive=drive, start_1=-0.4, start_2=0.8)
        phase = PhasePortrait(radius, np.deg2rad(degrees), activation, drive, start=[-0.4, 0.8])
        unit = 160 / max(1.6, 1.14 * radius)  # it steps back to keep the eigenvalues of W in view
        for marks, values in (
            (".et-mark", phase.eigenvalues),
            (".et-ghost", np.linalg.eigvals(phase.matrix)),
        ):
            assert_same_set(places(widget, f".et-row {marks}", unit), values, 1.5 * ROUNDING / unit)
        fixed = places(widget, ".et-row .et-fixed", STATE_UNIT)
        assert_same_set(fixed, seen(phase.fixed_points), 1.5 * ROUNDING / STATE_UNIT)
        np.testing.assert_allclose(
            drawn(widget, ".et-dots"), seen(phase.states), atol=1.5 * ROUNDING / STATE_UNIT
        )
        end = portrait.ending(phase.matrix, phase.bias, activation, phase.start)
        if end.kind == "cycle":
            cycle = seen(end.states[-end.period :])
            np.testing.assert_allclose(drawn(widget, ".et-end"), cycle, atol=1.5 * ROUNDING / STATE_UNIT)


def drawn(widget, selector):
    """The states that a path of the state plane's dots shows."""
    path = widget.locator(f".et-row {selector}").get_attribute("d")
    return in_plane([float(number) for number in re.findall(r"-?\d+\.\d", path)], STATE_UNIT)


def seen(states):
    """The states (k, 2) that the view shows, as complex numbers."""
    return states[np.abs(states).max(axis=1) <= STATE_VIEW] @ [1, 1j]


@pytest.mark.parametrize("n", [2, 4, 6, 8])
def test_rotation_chain_draws_the_packages_matrix_and_its_eigenvalues(shown, n):
    widget = shown("book/initializer/rotations.html", "RotationChain")
    rng = np.random.default_rng(n)
    move(widget, n=n)
    for radius in (0, 0.95, 1.5):
        degrees = rng.integers(0, 361, n - 1)
        move(widget, radius=radius, **{f"angle_{k + 1}": d for k, d in enumerate(degrees)})
        W = init.rotation_chain(torch.deg2rad(torch.tensor(degrees, dtype=torch.float64)), radius).numpy()
        assert_same_set(places(widget, ".et-mark"), np.linalg.eigvals(W), 1.5 * ROUNDING / UNIT)
        texts = widget.locator(".et-matrix text").all_text_contents()[: n * n]
        shown_entries = [float(text.replace("−", "-") or 0) for text in texts]
        np.testing.assert_allclose(shown_entries, W.ravel(), atol=0.00501)  # two decimals
