"""The apparent t50: interpolation against known curves, coverage, bounds."""

from math import inf

import numpy as np
import pandas as pd
import pytest
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from selenolab.core.errors import DataError
from selenolab.core.estimate import Absent
from selenolab.fit.release_t50 import time_to_target

TIMES = np.array([0.5, 1, 2, 4, 8, 12, 24, 48])
GSH = np.array([0.4, 1.2, 3.2, 9.2, 27.6, 47.9, 84.5, 97.0])  # % in the medium of 10 mM GSH, pH 7.4


def spline(t):
    """A smooth curve through the GSH release, made on linear axes."""
    return CubicSpline(np.r_[0, TIMES], np.r_[0, GSH])(t)


def first_order(half):
    return lambda t: 100 * (1 - 2 ** (-np.asarray(t) / half))


def power(percent):
    """A release that comes to `percent` % in 24 h, by the square root of time."""
    return lambda t: percent * np.sqrt(np.asarray(t) / 24)


def vessels(curve, count=6, seed=0, points=2.0, share=0.0, cv=0.0, times=TIMES):
    rng = np.random.default_rng(seed)
    rows = []
    for v in range(count):
        clean = curve(times * np.exp(cv * rng.standard_normal()))
        noise = (points + share * clean) * rng.standard_normal(times.size)
        rows.append(pd.DataFrame({"vessel": f"v{v}", "time": times, "released": clean + noise}))
    return pd.concat(rows, ignore_index=True)


def covered(curve, truth, seeds, **noise):
    """(share of outcomes that hold the truth, words of the outcomes)."""
    held, states = [], []
    for seed in range(seeds):
        outcome = time_to_target(vessels(curve, seed=seed, **noise)).outcome
        states.append("absent" if isinstance(outcome, Absent) else outcome.censored or "value")
        held.append(isinstance(outcome, Absent) or outcome.low <= truth <= outcome.high)
    return float(np.mean(held)), states


@pytest.mark.parametrize("curve", [spline, first_order(6.9), first_order(2.2), first_order(40.0)])
def test_interpolation_between_the_samples_is_near_the_curve(curve):
    truth = brentq(lambda t: curve(t) - 50, 0.5, 48)
    found = time_to_target(vessels(curve, points=1e-9)).outcome
    assert found.value == pytest.approx(truth, rel=0.005)


@pytest.mark.parametrize("count", [3, 6])
@pytest.mark.parametrize("noise", [{"points": 2.0}, {"points": 0.0, "share": 0.03}, {"cv": 0.1}])
def test_the_gsh_release_is_covered(count, noise):
    truth = brentq(lambda t: spline(t) - 50, 8, 24)
    share, states = covered(spline, truth, 100, count=count, **noise)
    assert set(states) == {"value"}
    assert share >= 0.88


@pytest.mark.slow
@pytest.mark.parametrize("count", [3, 6])
@pytest.mark.parametrize("noise", [{"points": 2.0}, {"points": 0.0, "share": 0.03}, {"cv": 0.1}])
@pytest.mark.parametrize("curve", [spline, first_order(6.9)])
def test_values_are_covered_as_often_as_said(curve, count, noise):
    """1,000 seeds; the interval's own error of coverage is 0.7 points."""
    truth = brentq(lambda t: curve(t) - 50, 1, 40)
    assert 0.93 <= covered(curve, truth, 1000, count=count, **noise)[0] <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("count", [3, 6])
@pytest.mark.parametrize("cv", [0.0, 0.1])
@pytest.mark.parametrize("half", [42.0, 47.0, 50.0, 60.0])
def test_coverage_holds_where_the_last_sample_is_near(half, cv, count):
    assert covered(first_order(half), half, 500, count=count, cv=cv)[0] >= 0.93


@pytest.mark.parametrize("count", [3, 6])
@pytest.mark.parametrize("curve", [power(10.0), power(10.8)])
def test_a_release_that_never_comes_to_half_is_later_than_the_last_sample(curve, count):
    for seed in range(20):
        found = time_to_target(vessels(curve, count, seed))
        assert (found.outcome.censored, found.outcome.value) == (">", pytest.approx(48.0))
        assert all(vessel.time == inf for vessel in found.vessels)


def test_a_burst_is_earlier_than_the_first_sample():
    found = time_to_target(vessels(lambda t: 80 + 10 * np.asarray(t) / 48)).outcome
    assert (found.censored, found.low) == ("<", -inf)
    assert found.value == pytest.approx(0.5)


def test_vessels_that_come_to_half_and_vessels_that_do_not_are_put_together():
    """At 48 h half of the vessels are just above 50 %: neither all nor none of them may be taken."""
    for seed in range(20):
        found = time_to_target(vessels(first_order(47.5), 6, seed))
        times = np.array([vessel.time for vessel in found.vessels])
        if 0 < np.isinf(times).sum() < 6:
            break
    assert found.outcome.low <= 47.5 <= found.outcome.high
    assert found.outcome.n == 6
    assert "vessels" in found.outcome.method


def test_another_target_and_another_level():
    table = vessels(first_order(6.9))
    t80, t50 = time_to_target(table, 80.0).outcome, time_to_target(table).outcome
    assert t80.low < 6.9 * np.log(5) / np.log(2) < t80.high
    wide = time_to_target(table, level=0.99).outcome
    assert wide.low < t50.low < t50.high < wide.high


def test_one_vessel_has_a_value_without_an_interval():
    found = time_to_target(vessels(spline, 1)).outcome
    assert (found.low, found.high, found.n) == (-inf, inf, 1)
    assert time_to_target(vessels(power(10.0), 1)).outcome.censored == ">"
    assert time_to_target(vessels(lambda t: 80 + 0 * t, 1)).outcome.censored == "<"


def test_released_above_100_and_below_0_do_no_harm():
    table = vessels(first_order(3.0), points=4.0, seed=4)
    assert table["released"].max() > 100
    found = time_to_target(table).outcome
    assert found.low < 3.0 < found.high


def test_vessels_sampled_at_other_times_share_what_they_share():
    late = vessels(first_order(6.9), 3, 1, times=TIMES[2:]).assign(vessel=lambda t: "late " + t["vessel"])
    found = time_to_target(pd.concat([vessels(first_order(6.9), 3), late])).outcome
    assert found.n == 6
    assert found.low < 6.9 < found.high


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (vessels(spline).assign(released=np.inf), "released inf"),
        (vessels(spline).drop(columns="time"), "missing time"),
        (vessels(spline).drop(index=range(1, 8)), "vessel v0 has fewer than two samples"),
    ],
)
def test_tables_that_are_not_as_said_are_refused(table, message):
    with pytest.raises(DataError, match=message):
        time_to_target(table)


def test_vessels_without_a_shared_time_are_refused():
    early = vessels(spline, 1, times=TIMES[:3])
    late = vessels(spline, 1, times=TIMES[4:]).assign(vessel="late")
    with pytest.raises(DataError, match="share no span"):
        time_to_target(pd.concat([early, late]))
    other = vessels(spline, 1, times=TIMES + 0.1).assign(vessel="other")
    with pytest.raises(DataError, match="share a sampling time"):
        time_to_target(pd.concat([vessels(spline, 1), other]))


@pytest.mark.parametrize("target", [0.0, 100.0, np.nan])
def test_targets_outside_the_curve_are_refused(target):
    with pytest.raises(DataError, match="target between"):
        time_to_target(vessels(spline), target)
