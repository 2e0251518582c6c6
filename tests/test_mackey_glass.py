import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from eigen_teach.data import mackey_glass

START, TAU, BETA, GAMMA, EXPONENT = 1.2, 17.0, 0.2, 0.1, 10.0
PRODUCTION = BETA * START / (1 + START**EXPONENT)  # while the delayed value is still the history


def from_start(length, **changes):
    return mackey_glass.series(length, **{"discard": 0, "history": START, **changes})


def first_interval(time):
    """The closed form on [0, τ], where the production is constant."""
    return PRODUCTION / GAMMA + (START - PRODUCTION / GAMMA) * np.exp(-GAMMA * time)


# the equation


def test_first_interval_is_the_exponential_of_the_closed_form():
    # Runge-Kutta of order 4 errs by (γ step)⁴/120 of the decay, 1e-10 at the default step.
    np.testing.assert_allclose(from_start(18), first_interval(np.arange(18)), atol=1e-10)


def test_second_interval_is_the_integral_over_the_closed_form_of_the_first():
    def slope(time, x):
        delayed = first_interval(time - TAU)
        return BETA * delayed / (1 + delayed**EXPONENT) - GAMMA * x

    times = np.arange(17, 35)
    exact = solve_ivp(slope, (17, 34), [first_interval(TAU)], t_eval=times, rtol=1e-12, atol=1e-12)
    # At the default step the error is about 3e-10 here: 1.7e-7 at step .5, divided by 5⁴.
    np.testing.assert_allclose(from_start(35)[17:], exact.y[0], atol=1e-9)


@pytest.mark.parametrize("end", [17, 34, 120])  # within one delay, within two, and after seven
def test_error_falls_with_the_fourth_power_of_the_step(end):
    # The largest Lyapunov exponent is about .006: until 120 chaos no more than doubles an error.
    steps = np.array([0.5, 0.25, 0.125])
    fine = from_start(end + 1, step=1 / 64)
    errors = [np.abs(from_start(end + 1, step=step) - fine).max() for step in steps]
    orders = np.diff(np.log(errors)) / np.diff(np.log(steps))
    np.testing.assert_allclose(orders, 4, atol=0.1)  # measured 4.00 to 4.03


def test_history_at_the_fixed_point_stays_there():
    # 1 solves βx/(1 + x^p) = γx for the usual constants without rounding; (β/γ - 1)^(1/p) does in general.
    np.testing.assert_array_equal(from_start(200, history=1.0), 1)
    other = (0.5 / 0.2 - 1) ** (1 / 4)
    # This fixed point attracts for so short a delay, so only rounding is left.
    values = from_start(200, history=other, beta=0.5, gamma=0.2, exponent=4, tau=1)
    np.testing.assert_allclose(values, other, rtol=1e-13)


@given(ratio=st.floats(1.01, 1.2), history=st.floats(0.5, 1.5))
@settings(max_examples=20)
def test_short_delay_draws_every_history_to_the_fixed_point(ratio, history):
    # At a fixed point x the linear delay equation has slope a = γ(1 - p(1 - γ/β)); it is stable for |a| < γ.
    exponent, long = 2.0, {"sample": 2000.0, "step": 0.5}
    values = from_start(2, history=history, beta=ratio, gamma=1.0, exponent=exponent, tau=1.0, **long)
    assert values[1] == pytest.approx((ratio - 1) ** (1 / exponent), rel=1e-6)


def test_more_decay_than_production_dies_out():
    assert 0 < from_start(2, beta=0.05, sample=1000.0)[1] < 1e-9


def test_smallest_delay_is_one_step():
    # τ = step: still the method of steps, and the order's constant is of size one, step⁴ = 1e-4.
    coarse, fine = from_start(11, tau=0.1, step=0.1), from_start(11, tau=0.1, step=0.0125)
    np.testing.assert_allclose(coarse, fine, atol=1e-6)


# the series


def test_series_moves_irregularly_within_the_range_of_the_attractor():
    values = mackey_glass.series(3000)
    assert values.shape == (3000,)
    assert values.dtype == np.float64
    assert 0.2 < values.min() < 0.6
    assert 1.2 < values.max() < 1.4
    assert 0.15 < values.std() < 0.3


def test_two_starts_part_as_chaos_wants():
    near = [mackey_glass.series(6000, history=START + shift, discard=0) for shift in (0, 1e-6)]
    apart = np.abs(near[0] - near[1])
    assert apart[:100].max() < 1e-4
    assert apart[3000:].max() > 0.1


def test_seed_alone_decides_the_series():
    first, again, other = (mackey_glass.series(50, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).all()
    starts = [mackey_glass.series(1, discard=0, seed=seed)[0] for seed in range(50)]
    assert 1.1 <= min(starts) < 1.12
    assert 1.28 < max(starts) <= 1.3


@pytest.mark.parametrize(
    ("changes", "chosen"),
    [({"discard": 7}, slice(7, None)), ({"sample": 3.0}, slice(None, None, 3))],
    ids=["discard", "sample"],
)
def test_discard_and_sample_choose_from_the_same_solution(changes, chosen):
    every = from_start(40)
    expected = every[chosen]
    np.testing.assert_array_equal(from_start(len(expected), **changes), expected)


# windows


@given(
    total=st.integers(2, 40), length=st.integers(1, 10), horizon=st.integers(1, 5), stride=st.integers(1, 12)
)
def test_windows_hold_every_value_where_it_belongs(total, length, horizon, stride):
    if total < length + horizon:
        with pytest.raises(ValueError, match="at least length"):
            mackey_glass.windows(np.arange(total), length, horizon, stride=stride)
        return
    inputs, targets = mackey_glass.windows(np.arange(total), length, horizon, stride=stride)
    starts = range(0, total - length - horizon + 1, stride)
    expected = [[[start + t] for t in range(length)] for start in starts]
    np.testing.assert_array_equal(inputs, expected)
    np.testing.assert_array_equal(targets, np.array(expected) + horizon)


def test_windows_own_their_memory():
    values = np.arange(6.0)
    inputs, targets = mackey_glass.windows(values, 2)
    inputs[:] = -1
    targets[0] = -2
    np.testing.assert_array_equal(values, np.arange(6))
    assert targets[1, 0, 0] == 2  # the overlapping window still has its own


# bad input


BAD_INPUTS = [
    ("length zero", {"length": 0}, ValueError, "length must be at least 1"),
    ("length float", {"length": 2.0}, TypeError, "length must be an integer"),
    ("discard", {"discard": -1}, ValueError, "discard must be at least 0"),
    ("seed", {"seed": -1}, ValueError, "seed must be at least 0"),
    ("seed none", {"seed": None}, TypeError, "seed must be an integer"),
    ("tau zero", {"tau": 0}, ValueError, "tau must be positive and finite, got 0"),
    ("tau text", {"tau": "17"}, TypeError, "tau must be a real number, got str '17'"),
    ("tau between", {"tau": 17.05}, ValueError, "tau must be a multiple of step = 0.1, got 17.05"),
    ("tau below", {"tau": 0.01}, ValueError, "tau must be a multiple of step"),
    ("sample between", {"sample": 0.25}, ValueError, "sample must be a multiple of step"),
    ("sample nan", {"sample": np.nan}, ValueError, "sample must be positive and finite, got nan"),
    ("step", {"step": -0.1}, ValueError, "step must be positive and finite"),
    ("step long", {"step": 12.0, "tau": 24.0}, ValueError, "step must be at most 1/gamma = 10, got 12"),
    ("beta", {"beta": np.inf}, ValueError, "beta must be positive and finite, got inf"),
    ("gamma", {"gamma": True}, TypeError, "gamma must be a real number, got bool"),
    ("exponent", {"exponent": 0.0}, ValueError, "exponent must be positive"),
    ("history", {"history": 0.0}, ValueError, "history must be positive"),
    ("overflow", {"history": 1e200}, OverflowError, "x = 1e\\+200, exponent = 10; use a smaller exponent"),
]


@pytest.mark.parametrize(
    ("changes", "error", "message"), [case[1:] for case in BAD_INPUTS], ids=[case[0] for case in BAD_INPUTS]
)
def test_bad_setting_is_named_and_answered(changes, error, message):
    with pytest.raises(error, match=message):
        mackey_glass.series(**{"length": 5, "discard": 0, **changes})


BAD_WINDOWS = [
    ("matrix", (np.ones((5, 1)), 2), ValueError, r"series must have shape \(T,\)"),
    ("nan", ([1, np.nan, 2], 1), ValueError, "series must be finite"),
    ("text", (["a", "b", "c"], 1), TypeError, "series must be an array of real numbers"),
    ("short", (np.ones(5), 5), ValueError, "at least length . horizon = 6 values, got 5; make it longer"),
    ("length", (np.ones(5), 0), ValueError, "length must be at least 1"),
    ("horizon", (np.ones(5), 2, 0), ValueError, "horizon must be at least 1"),
    ("stride", (np.ones(5), 2, 1, 0), ValueError, "stride must be at least 1"),
]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [case[1:] for case in BAD_WINDOWS],
    ids=[case[0] for case in BAD_WINDOWS],
)
def test_bad_windows_are_named_and_answered(arguments, error, message):
    names = ("series", "length", "horizon", "stride")
    with pytest.raises(error, match=message):
        mackey_glass.windows(**dict(zip(names, arguments, strict=False)))
