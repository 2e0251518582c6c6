"""What the widgets draw on the built pages, over the range of every slider, against the package."""

import itertools
import re

import numpy as np
import pytest
import site_in_browser as site
import torch

from eigen_teach import init

pytestmark = pytest.mark.xdist_group("drawings")  # one page serves them all
SET = """
(control, value) => {
  control.value = value;
  control.dispatchEvent(new Event("input", { bubbles: true }));
}
"""
UNIT = 320 / 2 / 1.6  # drawing units from the origin to the unit circle
ROUNDING = 0.051  # places are written with one decimal


@pytest.fixture(scope="module")
def shown(browser):
    """Opens a page and returns one of its widgets."""
    with site.served() as base, site.opened(browser, base) as (page, faults):

        def find(path, name):
            page.goto(base + path)
            site.settle(page)
            return page.locator(f'[data-widget="{name}"]').first

        yield find
        assert faults == []


def move(widget, **positions):
    for name, value in positions.items():
        widget.locator(f'[data-control="{name.replace("_", "-")}"]').evaluate(SET, str(value))


def places(widget, selector):
    """The plane's coordinates of the visible circles."""
    visible = widget.locator(f'{selector}:not([display="none"])')
    pixels = np.array(visible.evaluate_all("all => all.map(c => [c.cx, c.cy].map(v => v.baseVal.value))"))
    return (pixels[:, 0] - 160) / UNIT + 1j * (160 - pixels[:, 1]) / UNIT


def assert_same_set(found, expected, tolerance):
    distance = np.abs(found[:, None] - expected[None, :])
    assert len(found) == len(expected)
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
