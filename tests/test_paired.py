import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from eigen_teach import paired

ROUNDING = 1e-12

results = st.integers(2, 12).flatmap(
    lambda seeds: arrays(np.float64, (2, seeds), elements=st.integers(0, 1000).map(lambda k: k / 1000))
)
p_values = arrays(np.float64, st.integers(1, 8), elements=st.floats(0, 1))


# one difference


def test_difference_of_a_worked_example():
    # Differences 1, 2, 3: mean 2, standard error 1/√3. Student's t with 2 degrees of freedom is closed:
    # its quantile is t = a √(2 / (1 − a²)) for P(|T| < t) = a, and P(|T| < t) = t / √(2 + t²).
    found = paired.differences([2, 4, 6], [1, 2, 3])
    error, quantile = 1 / math.sqrt(3), 0.95 * math.sqrt(2 / (1 - 0.95**2))
    assert found.mean == 2
    assert found.seeds == 3
    assert found.standard_error == pytest.approx(error, rel=ROUNDING)
    assert found.low == pytest.approx(2 - quantile * error, rel=1e-9)  # of SciPy's quantile
    assert found.high == pytest.approx(2 + quantile * error, rel=1e-9)
    t = 2 / error
    assert found.p == pytest.approx(1 - t / math.sqrt(2 + t**2), rel=1e-9)


@given(pair=results)
@settings(max_examples=60)
def test_p_is_below_5_percent_exactly_where_the_interval_leaves_0_out(pair):
    found = paired.differences(*pair)
    margin = min(abs(found.low), abs(found.high))
    if margin > 1e-9:  # at the very edge rounding decides
        assert (found.p < 0.05) == (found.low > 0 or found.high < 0)
    assert found.low <= found.mean <= found.high


@given(pair=results)
@settings(max_examples=60)
def test_difference_turned_round_has_the_other_sign(pair):
    there, back = paired.differences(*pair), paired.differences(*pair[::-1])
    np.testing.assert_allclose(
        [back.mean, back.low, back.high, back.p],
        [-there.mean, -there.high, -there.low, there.p],
        atol=ROUNDING,
    )


def test_what_a_seed_gives_to_both_methods_cancels():
    rng = np.random.default_rng(0)
    easy, gap = rng.normal(0, 10, 20), rng.normal(0.1, 0.05, 20)
    found = paired.differences(easy + gap, easy)
    assert found.mean == pytest.approx(gap.mean(), abs=ROUNDING)
    assert found.standard_error == pytest.approx(stats.sem(gap), rel=1e-9)
    assert found.p < 1e-6 < stats.ttest_ind(easy + gap, easy).pvalue


@pytest.mark.parametrize(("gap", "p"), [(0.0, 1.0), (0.25, 0.0)])  # 1/4 is exact in binary
def test_equal_differences_have_no_spread(gap, p):
    found = paired.differences(np.array([0.5, 1, 2]) + gap, [0.5, 1, 2])
    assert (found.mean, found.standard_error, found.low, found.high, found.p) == (gap, 0, gap, gap, p)


def test_interval_holds_the_truth_95_times_of_100():
    rng = np.random.default_rng(1)
    found = [paired.differences(rng.normal(1, 1, 5), rng.normal(0.5, 2, 5)) for _ in range(2000)]
    held = sum(one.low <= 0.5 <= one.high for one in found)
    # Binomial(2000, .95) has a standard deviation of 9.7: four of them.
    assert abs(held - 1900) < 39


@pytest.mark.parametrize(
    ("ours", "other", "error", "message"),
    [
        ([1.0], [1.0], ValueError, r"ours must have at least 2 seeds, got 1; one seed"),
        ([], [], ValueError, r"at least 2 seeds, got 0"),
        ([1.0, 2.0], [1.0], ValueError, r"other must have shape \(2,\), got \(1,\)"),
        ([[1.0, 2.0]], [1.0], ValueError, r"ours must have shape \(seeds,\), got \(1, 2\)"),
        ([1.0, math.nan], [1.0, 2.0], ValueError, r"ours must be finite"),
        ([1.0, 2.0], [1.0, None], TypeError, r"other must be an array of real numbers"),  # diverged
    ],
)
def test_differences_refuse_what_is_no_pair_of_vectors(ours, other, error, message):
    with pytest.raises(error, match=message):
        paired.differences(ours, other)


# many differences


@given(p=p_values)
@settings(max_examples=60)
def test_holm_rejects_what_the_step_down_rule_rejects(p):
    # The rule as Holm stated it: go up from the smallest, stop at the first above .05 / (what is left).
    rejected = np.zeros(len(p), bool)
    for left, index in zip(range(len(p), 0, -1), np.argsort(p, kind="stable"), strict=True):
        if p[index] * left > 0.05:
            break
        rejected[index] = True
    np.testing.assert_array_equal(paired.holm(p) <= 0.05, rejected)


@given(p=p_values)
@settings(max_examples=60)
def test_holm_lies_between_no_correction_and_bonferroni_s(p):
    adjusted = paired.holm(p)
    assert (adjusted >= p).all()
    assert (adjusted <= np.minimum(len(p) * p, 1)).all()
    assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0).all()


def test_holm_leaves_a_single_comparison_as_it_is():
    assert paired.holm([0.03]).tolist() == [0.03]


@pytest.mark.parametrize("p", [[-0.1, 0.5], [0.5, 1.1]])
def test_holm_refuses_what_is_no_probability(p):
    with pytest.raises(ValueError, match=r"p_values must be from 0 to 1, got .*; pass each Difference's p"):
        paired.holm(p)
