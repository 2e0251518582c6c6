"""Paired comparisons over seeds: two methods that shared data and batches, and how sure a difference is.

A seed that is easy for one method is easy for the other. The difference within each seed leaves that out,
so its standard error is smaller than the two methods' own spreads, and it is the one to judge by: two
intervals may overlap where the paired difference is clear.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from eigen_teach import _check
from eigen_teach._check import Floats

_LEVEL = 0.95


@dataclass(frozen=True)
class Difference:
    """What :func:`differences` found, in the unit of the values.

    Args:
        mean: over the seeds, ours minus the other.
        standard_error: of the mean.
        low: lower end of Student's 95 % interval for the mean.
        high: its upper end.
        seeds: number of pairs.
        p: two-sided p-value of the paired t-test for a mean of 0; below .05 where the interval leaves 0 out.
    """

    mean: float
    standard_error: float
    low: float
    high: float
    seeds: int
    p: float


def differences(ours: ArrayLike, other: ArrayLike) -> Difference:
    """Compare two methods seed by seed with Student's t for pairs.

    The law is exact for normal differences and good for means of many; with few seeds and a lopsided
    difference it is a guide. If all differences are equal, the interval is a point and p is 0, or 1 at 0.

    Args:
        ours: (seeds,) one result a seed.
        other: (seeds,) the other method's, of the same seeds in the same order.

    Returns:
        Mean, standard error, interval, number of seeds and p-value of ours minus the other.

    Raises:
        TypeError, ValueError: not two finite vectors of one length, or fewer than two seeds.

    Example:
        >>> found = differences([0.91, 0.72, 0.84, 0.66], [0.90, 0.70, 0.83, 0.64])
        >>> round(found.mean, 4), found.low > 0, found.seeds
        (0.015, True, 4)
        >>> differences([0.90, 0.70, 0.83, 0.64], [0.91, 0.72, 0.84, 0.66]).mean == -found.mean
        True

    Chapter: experiments/tomita
    """
    gaps = _check.reals("ours", ours, ("seeds",))
    gaps = gaps - _check.reals("other", other, (len(gaps),))
    if len(gaps) < 2:
        raise ValueError(f"ours must have at least 2 seeds, got {len(gaps)}; one seed has no spread")
    freedom, mean = len(gaps) - 1, float(gaps.mean())
    error = float(gaps.std(ddof=1)) / math.sqrt(len(gaps)) if np.ptp(gaps) else 0.0  # exact if all are equal
    half = float(stats.t.ppf((1 + _LEVEL) / 2, freedom)) * error
    p = 2 * float(stats.t.sf(abs(mean) / error, freedom)) if error else float(mean == 0)
    return Difference(mean, error, mean - half, mean + half, len(gaps), p)


def holm(p_values: ArrayLike) -> Floats:
    """Adjust p-values for how many comparisons were made, by Holm's step-down rule.

    Of k comparisons the smallest p is multiplied by k, the next by k - 1, and none may be below one that
    was smaller. Whatever is below .05 afterwards: the chance of a single false finding is at most 5 %,
    however the comparisons hang together. It is never weaker than Bonferroni's rule, k times each.

    Args:
        p_values: (k,) from 0 to 1.

    Returns:
        (k,) adjusted, in the order given, at most 1.

    Raises:
        TypeError, ValueError: not a finite vector, or a value outside [0, 1].

    Example:
        >>> holm([0.01, 0.04, 0.03]).tolist()
        [0.03, 0.06, 0.06]

    Reference: S. Holm, A simple sequentially rejective multiple test procedure, 1979.
    Chapter: experiments/tomita
    """
    given = _check.reals("p_values", p_values, ("k",))
    if not ((given >= 0) & (given <= 1)).all():
        raise ValueError(
            f"p_values must be from 0 to 1, got {given.min():g} to {given.max():g}; pass each Difference's p"
        )
    order = np.argsort(given, kind="stable")
    stepped = given[order] * np.arange(len(given), 0, -1)
    adjusted = np.empty_like(given)
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1)
    return adjusted
