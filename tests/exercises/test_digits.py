"""Checks of experiments/scanline_mnist: right answers in several forms, typical wrong ones, stubs."""

import numpy as np
import pytest
import torch
from judged import assert_refused, assert_right
from scipy import stats


def enough(mean, deviation, family, *, tails=2, law=None):
    """One more seed, until it is enough."""
    count = 2
    while True:
        t = mean / (deviation / np.sqrt(count))
        p = tails * (stats.t.sf(t, count - 1) if law is None else law.sf(t))
        if p < 0.05 / family:
            return count
        count += 1


def enough_at_once(mean, deviation, family):
    """The same from one array, by the quantile."""
    counts = np.arange(2, 500)
    t = mean * np.sqrt(counts) / deviation
    return counts[t > stats.t.ppf(1 - 0.025 / family, counts - 1)][0]


def enough_for_scipy(mean, deviation, family):
    """The same from a sample with that mean and that deviation, tested by SciPy."""
    count = 2
    while True:
        sample = np.arange(count, dtype=float)
        sample = mean + deviation * (sample - sample.mean()) / sample.std(ddof=1)
        if stats.ttest_1samp(sample, 0).pvalue < 0.05 / family:
            return count
        count += 1


def arrived(curves, level, *, turned=False):
    """On the line between two epochs; no number where it never is."""
    times = []
    for curve in curves:
        above = np.flatnonzero(curve >= level)
        if len(above) == 0:
            times.append(np.nan)
            continue
        k = above[0]
        part = (level - curve[k - 1]) / (curve[k] - curve[k - 1])
        times.append(k - 1 + (1 - part if turned else part))
    return times


def arrived_at_once(curves, level):
    """Without a loop."""
    there = curves >= level
    k = there.argmax(axis=1)[:, None]
    before, after = (np.take_along_axis(curves, np.maximum(at, 0), axis=1)[:, 0] for at in (k - 1, k))
    with np.errstate(all="ignore"):
        return np.where(there.any(axis=1), k[:, 0] - (after - level) / (after - before), np.nan)


def whole(curves, level):
    """The first epoch at the level."""
    return np.ceil(arrived(curves, level))


def for_good(curves, level):
    """Read from behind: the last time that the curve comes up to the level."""
    times = arrived(curves, level)
    times[next(k for k, curve in enumerate(curves) if curve[2] == 0.95)] = 3 + 2 / 3
    return times


def never_is(number):
    """Arrival with a number where it never is."""
    return lambda curves, level: np.nan_to_num(arrived(curves, level), nan=number)


def waited(image):
    """Steps after the last ink."""
    rows, pixels = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.ravel())
    return 27 - rows[-1], 783 - pixels[-1]


def waited_from_behind(image):
    """The first ink of what is turned round."""
    return [int((image[::-1].max(axis=1) > 0).argmax()), int((image.ravel()[::-1] > 0).argmax())]


def of_both(take):
    """A slip in rows and in pixels."""
    return lambda image: [take(inked) for inked in (image.any(axis=1), image.ravel() > 0)]


RIGHT = [
    ("scanline_mnist/seeds", enough),
    ("scanline_mnist/seeds", enough_at_once),
    ("scanline_mnist/seeds", enough_for_scipy),
    ("scanline_mnist/seeds", lambda *pilot: torch.tensor(enough(*pilot))),
    ("scanline_mnist/seeds", lambda *pilot: float(enough(*pilot))),
    ("scanline_mnist/arrival", arrived),
    ("scanline_mnist/arrival", arrived_at_once),
    ("scanline_mnist/arrival", lambda curves, level: torch.tensor(arrived(curves, level))),
    ("scanline_mnist/wait", waited),
    ("scanline_mnist/wait", waited_from_behind),
    ("scanline_mnist/wait", lambda image: np.array(waited(image))),
]

WRONG = [
    ("scanline_mnist/seeds", ..., "ellipsis"),
    ("scanline_mnist/seeds", lambda *_pilot: None, "does not return"),
    ("scanline_mnist/seeds", lambda *pilot: enough(*pilot) + 1, "one seed more"),
    ("scanline_mnist/seeds", lambda *pilot: enough(*pilot) - 1, "not enough"),
    ("scanline_mnist/seeds", lambda *pilot: enough(*pilot, tails=1), "two-sided: `sf`"),
    ("scanline_mnist/seeds", lambda mean, deviation, _family: enough(mean, deviation, 1), "left out: p"),
    (
        "scanline_mnist/seeds",
        lambda mean, deviation, _family: enough(mean, deviation, 1, tails=1),
        "left out, and p",
    ),
    ("scanline_mnist/seeds", lambda *pilot: enough(*pilot, law=stats.norm), "normal law"),
    ("scanline_mnist/seeds", lambda *pilot: 2 * enough(*pilot), "it should be 19"),
    ("scanline_mnist/seeds", lambda *pilot: [enough(*pilot)] * 2, "shape"),
    ("scanline_mnist/seeds", lambda mean: mean, "could not use"),
    ("scanline_mnist/arrival", lambda _curves, _level: None, "does not return"),
    ("scanline_mnist/arrival", never_is(0), "has no time"),
    ("scanline_mnist/arrival", never_is(5), "has no time"),
    ("scanline_mnist/arrival", whole, "whole epochs"),
    ("scanline_mnist/arrival", lambda curves, level: whole(curves, level) - 1, "last epoch below"),
    ("scanline_mnist/arrival", lambda curves, level: arrived(curves, level, turned=True), "turned"),
    ("scanline_mnist/arrival", lambda curves, level: np.add(arrived(curves, level), 1), "do not add 1"),
    ("scanline_mnist/arrival", lambda curves, level: arrived(curves[:, 1:], level), "do not take off 1"),
    ("scanline_mnist/arrival", for_good, "falls back"),
    ("scanline_mnist/arrival", lambda curves, level: arrived(curves.T, level + 1), "shape"),
    (
        "scanline_mnist/arrival",
        lambda curves, level: np.multiply(arrived(curves, level), 2),
        "should be 2.50",
    ),
    ("scanline_mnist/wait", lambda _image: ..., "does not return"),
    ("scanline_mnist/wait", lambda image: waited(image)[0], "two numbers"),
    ("scanline_mnist/wait", lambda image: np.add(waited(image), 1), "one too many"),
    ("scanline_mnist/wait", lambda image: np.subtract(waited(image), 1), "one too few"),
    ("scanline_mnist/wait", of_both(lambda inked: inked.argmax()), "before the first ink"),
    ("scanline_mnist/wait", of_both(lambda inked: (~inked).sum()), "all empty steps"),
    ("scanline_mnist/wait", of_both(lambda inked: np.flatnonzero(inked)[-1]), "counted from the start"),
    ("scanline_mnist/wait", lambda image: (waited(image)[0], 28 * waited(image)[0]), "28 for each empty row"),
    ("scanline_mnist/wait", lambda image: np.multiply(waited(image), 3), "rows: for one image"),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_scanline_right_answer_is_accepted(name, answer):
    assert_right(name, answer)


@pytest.mark.parametrize(("name", "answer", "hint"), WRONG)
def test_scanline_wrong_answer_is_refused_with_its_reason(name, answer, hint):
    assert_refused(name, answer, hint)
