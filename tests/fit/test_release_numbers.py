"""Model-free numbers of release: by hand, against known curves, and nothing outside the data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selenolab.core.errors import DataError
from selenolab.fit.release_numbers import isotonic, means_from_origin, release_numbers, time_to

HOURS = np.array([0.5, 1, 2, 4, 6, 8, 12, 24, 36, 48])


def test_numbers_by_hand() -> None:
    found = release_numbers([0, 2, 6, 10], [0, 30, 50, 60])
    area = 2 * 15 + 4 * 40 + 4 * 55
    assert found.efficiency == pytest.approx(100 * area / (10 * 100))
    assert found.mean_time == pytest.approx((1 * 30 + 4 * 20 + 8 * 10) / 60)
    assert found.mean_rate == 6.0
    assert (found.burst, found.burst_by, found.final) == (30.0, 2.0, 60.0)
    assert found.t50.value == 6.0
    assert (found.t80.value, found.t80.censored, found.t80.bound) == (None, ">", 10.0)
    assert found.notes == ()


def test_until_and_burst_by_are_interpolated_within_the_data_only() -> None:
    found = release_numbers([0, 2, 6, 10], [0, 30, 50, 60], until=4, burst_by=3)
    assert (found.final, found.burst) == (40.0, 35.0)
    assert found.efficiency == pytest.approx((30 + 70) / 4)
    assert release_numbers([2, 6], [30, 50], burst_by=1.0).burst is None
    for asked in ({"until": 12.0}, {"until": 0.0}, {"burst_by": 11.0}):
        with pytest.raises(DataError, match="up to the last 10"):
            release_numbers([0, 2, 6, 10], [0, 30, 50, 60], **asked)


def test_mean_time_of_a_first_order_curve_is_its_time_constant() -> None:
    t = np.linspace(0, 100, 4001)
    found = release_numbers(t, 100 * (1 - np.exp(-t / 5)))
    assert found.mean_time == pytest.approx(5.0, rel=1e-4)
    assert found.efficiency == pytest.approx(95.0, rel=1e-4)


@pytest.mark.parametrize("percent", [50.0, 80.0])
def test_times_on_the_weibull_scale_are_exact_for_weibull_curves(percent: float) -> None:
    y = 100 * (1 - np.exp(-((HOURS / 9) ** 0.7)))
    found = time_to(HOURS, y, percent)
    assert found.value == pytest.approx(9 * (-np.log(1 - percent / 100)) ** (1 / 0.7), rel=1e-12)
    assert found.method == "interpolation on the Weibull scale"


def test_times_are_bounds_outside_the_samples() -> None:
    assert time_to([1, 2], [60, 70], 50).censored == "<"
    assert time_to([1, 2], [60, 70], 50).bound == 1.0
    assert time_to([1, 2], [60, 70], 80).bound == 2.0
    begun = time_to([0, 1, 2], [0, 60, 70], 50)
    assert (begun.value, begun.method) == (pytest.approx(50 / 60), "straight from time 0")
    assert time_to([0, 1], [55, 60], 50).censored == "<"


def test_falls_are_said_and_pooled() -> None:
    found = release_numbers([0, 1, 2, 3, 4], [0, 30, 60, 55, 90])
    assert "falls at 1 of 4 steps, most by 5 points before time 3" in found.notes[0]
    assert time_to([0, 1, 2, 3, 4], [0, 30, 60, 55, 90], 58).value is not None
    assert isotonic([3.0, 2.0, 1.0]).tolist() == [2.0, 2.0, 2.0]


def test_origin_is_added_and_repeats_are_averaged() -> None:
    t, y, notes = means_from_origin([2.0, 1.0, 1.0], [30.0, 10.0, 20.0])
    assert (t.tolist(), y.tolist()) == ([0.0, 1.0, 2.0], [0.0, 15.0, 30.0])
    assert notes == ("taken to begin at 0 % at time 0",)


def test_nothing_released_and_a_burst_at_zero() -> None:
    still = release_numbers([0, 1, 2], [0, 0, 0])
    assert (still.efficiency, still.mean_time, still.t50.censored) == (0.0, None, ">")
    burst = release_numbers([0, 1, 2], [20, 40, 60])
    assert burst.efficiency == 40.0
    assert burst.mean_time == pytest.approx((0 * 20 + 0.5 * 20 + 1.5 * 20) / 60)


@pytest.mark.parametrize(
    ("time", "released"),
    [([0.0], [1.0]), ([1.0, np.nan], [1.0, 2.0]), ([-1.0, 1.0], [0.0, 1.0]), ([1.0], [])],
)
def test_nonsense_is_named(time: list[float], released: list[float]) -> None:
    with pytest.raises(DataError, match="Release curve"):
        release_numbers(time, released)
    with pytest.raises(DataError, match="percent above 0"):
        time_to([1.0, 2.0], [1.0, 2.0], 0)


curves = st.lists(st.floats(0, 120), min_size=3, max_size=9)


@settings(max_examples=60, deadline=None)
@given(curves)
def test_order_and_unit_of_time_do_not_matter(values: list[float]) -> None:
    t, y = np.arange(1.0, len(values) + 1), np.asarray(values)
    order = np.random.default_rng(len(values)).permutation(t.size)
    base, turned, minutes = (
        release_numbers(t, y), release_numbers(t[order], y[order]), release_numbers(60 * t, y)
    )  # fmt: skip
    assert turned == base
    assert minutes.efficiency == pytest.approx(base.efficiency)
    assert minutes.t50.censored == base.t50.censored
    if base.t50.value is not None:
        assert minutes.t50.value == pytest.approx(60 * base.t50.value)
        assert 1.0 <= base.t50.value <= t[-1]


@settings(max_examples=60, deadline=None)
@given(curves)
def test_isotonic_never_falls_and_keeps_the_mean(values: list[float]) -> None:
    found = isotonic(values)
    assert np.all(np.diff(found) >= -1e-9)
    assert found.mean() == pytest.approx(np.mean(values), abs=1e-9)
