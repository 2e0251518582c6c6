import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from eigen_teach.data import sequences

sizes = st.integers(1, 6)


# recall


@given(count=sizes, delay=st.integers(0, 8), symbols=st.integers(2, 5), seed=st.integers(0, 99))
def test_recall_shows_the_class_first_and_nothing_else_without_noise(count, delay, symbols, seed):
    inputs, classes = sequences.recall(count, delay=delay, symbols=symbols, noise=0, rng=seed)
    expected = np.zeros((count, delay + 1, symbols))
    expected[np.arange(count), 0, classes] = 1
    np.testing.assert_array_equal(inputs, expected)
    assert classes.dtype == np.int64


def test_recall_s_noise_is_normal_and_spares_the_symbol():
    inputs, classes = sequences.recall(200, delay=20, symbols=4, noise=0.3, rng=1)
    np.testing.assert_array_equal(inputs[:, 0], np.eye(4)[classes])
    # A right law gives a smaller p once in a thousand seeds, and the seed is fixed.
    assert stats.kstest(inputs[:, 1:].ravel() / 0.3, "norm").pvalue > 1e-3


def test_recall_s_noise_does_not_tell_the_class():
    inputs, classes = sequences.recall(2000, delay=3, symbols=2, noise=1.0, rng=2)
    means = [inputs[classes == label, 1:].mean(axis=(0, 1)) for label in (0, 1)]
    # 3,000 numbers a mean: a standard error of .026 for the difference, of which this is five
    assert np.abs(means[0] - means[1]).max() < 0.13


def test_recall_s_classes_are_equally_frequent():
    counts = np.bincount(sequences.recall(5000, delay=0, symbols=10, rng=3).targets, minlength=10)
    assert stats.chisquare(counts).pvalue > 1e-3


# adding


@given(count=sizes, length=st.integers(2, 15), seed=st.integers(0, 99))
def test_adding_marks_one_number_of_each_half_and_adds_them(count, length, seed):
    inputs, sums = sequences.adding(count, length=length, rng=seed)
    numbers, marks = inputs[..., 0], inputs[..., 1]
    assert ((marks == 0) | (marks == 1)).all()
    np.testing.assert_array_equal(marks[:, : length // 2].sum(axis=1), 1)
    np.testing.assert_array_equal(marks[:, length // 2 :].sum(axis=1), 1)
    assert ((numbers >= 0) & (numbers < 1)).all()
    for row in range(count):
        first, second = np.flatnonzero(marks[row])
        assert sums[row, 0] == pytest.approx(numbers[row, first] + numbers[row, second], abs=1e-15)


def test_adding_s_numbers_and_places_are_uniform():
    inputs, _ = sequences.adding(4000, length=11, rng=4)
    assert stats.kstest(inputs[..., 0].ravel(), "uniform").pvalue > 1e-3
    marks = inputs[..., 1].sum(axis=0)
    for half in (marks[:5], marks[5:]):
        assert stats.chisquare(half).pvalue > 1e-3


def test_adding_s_variance_is_the_error_of_saying_one():
    sums = sequences.adding(20_000, length=4, rng=5).targets
    # (sum - 1)² has variance 7/180 - it is triangular - so the mean of 20,000 has a standard error of .0014
    assert np.mean((sums - 1) ** 2) == pytest.approx(sequences.ADDING_VARIANCE, abs=0.006)
    assert pytest.approx(1 / 6, rel=1e-15) == sequences.ADDING_VARIANCE


# both


@pytest.mark.parametrize("draw", [sequences.recall, sequences.adding])
def test_a_seed_fixes_all_and_a_generator_goes_on(draw):
    first, again, other = (draw(5, rng=seed) for seed in (7, 7, 8))
    for one, two, three in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(one, two)
        assert not np.array_equal(one, three)
    rng = np.random.default_rng(7)
    batches = [draw(5, rng=rng) for _ in range(2)]
    np.testing.assert_array_equal(batches[0].inputs, first.inputs)
    assert not np.array_equal(batches[1].inputs, first.inputs)


BAD_INPUTS = [
    ("recall count", lambda: sequences.recall(0), ValueError, "count must be at least 1, got 0"),
    ("recall count type", lambda: sequences.recall(2.0), TypeError, "count must be an integer, got float"),
    ("delay", lambda: sequences.recall(2, delay=-1), ValueError, "delay must be at least 0, got -1"),
    ("symbols", lambda: sequences.recall(2, symbols=1), ValueError, "symbols must be at least 2, got 1"),
    ("noise", lambda: sequences.recall(2, noise=-0.1), ValueError, "noise must be finite .* got -0.1; 0 l"),
    ("noise nan", lambda: sequences.recall(2, noise=float("nan")), ValueError, "noise must be finite .* nan"),
    ("noise type", lambda: sequences.recall(2, noise="a"), TypeError, "noise must be a real number, got str"),
    ("recall rng", lambda: sequences.recall(2, rng=-1), ValueError, "rng must be at least 0, got -1"),
    ("adding count", lambda: sequences.adding(0), ValueError, "count must be at least 1, got 0"),
    ("length", lambda: sequences.adding(2, length=1), ValueError, "length must be at least 2, got 1"),
    ("adding rng", lambda: sequences.adding(2, rng=None), TypeError, "rng must be an integer, got NoneType"),
]


@pytest.mark.parametrize(
    ("call", "error", "message"), [case[1:] for case in BAD_INPUTS], ids=[case[0] for case in BAD_INPUTS]
)
def test_bad_input_is_named_and_answered(call, error, message):
    with pytest.raises(error, match=message):
        call()
