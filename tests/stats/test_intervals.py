"""Intervals against published tables, scipy, and by hand."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from selenolab.core.errors import StudyError
from selenolab.stats.intervals import (
    fieller,
    fieller_of_samples,
    geometric_mean_t,
    mean_t,
    welch_difference,
    welch_ratio,
    wilson,
)

positive = st.lists(st.floats(0.1, 1e3), min_size=3, max_size=6)


def test_mean_matches_scipy():
    values = [4.1, 5.0, 6.3, 5.5]
    low, high = stats.t.interval(0.9, 3, loc=np.mean(values), scale=stats.sem(values))
    found = mean_t(values, 0.9)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-12)
    assert found.n == 4
    assert found.df == 3


def test_geometric_mean_by_hand():
    found = geometric_mean_t([1.0, 100.0])
    half = 12.706204736 * np.log(10) / 1.0  # SD of the logs is ln(100)/sqrt 2; over sqrt 2 it is ln(10)
    assert found.value == pytest.approx(10)
    assert found.high == pytest.approx(10 * np.exp(half), rel=1e-8)
    assert found.low * found.high == pytest.approx(100)


@pytest.mark.parametrize(("successes", "n"), [(0, 10), (3, 20), (15, 148), (20, 20)])
def test_wilson_matches_scipy(successes, n):
    peer = stats.binomtest(successes, n).proportion_ci(0.95, method="wilson")
    found = wilson(successes, n)
    assert (found.low, found.high) == pytest.approx((peer.low, peer.high), abs=1e-12)


def test_wilson_published_example():
    # Newcombe 1998 (Stat Med 17:857), method 3: 15/148 gives 0.0624 to 0.1605.
    found = wilson(15, 148)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0624, 0.1605)


def test_welch_matches_scipy():
    one, two = [27.5, 21.0, 19.0, 23.6, 17.0], [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8]
    peer = stats.ttest_ind(one, two, equal_var=False).confidence_interval(0.95)
    found = welch_difference(one, two)
    assert (found.low, found.high) == pytest.approx((peer.low, peer.high), rel=1e-10)


def test_welch_without_variation_is_open():
    found = welch_difference([2.0, 2.0], [1.0, 1.0])
    assert (found.value, found.low, found.high) == (1.0, -inf, inf)
    assert "neither group varies" in found.method


@given(positive, positive)
def test_swapping_groups_flips_the_sign(one, two):
    forth, back = welch_difference(one, two), welch_difference(two, one)
    assert forth.value == pytest.approx(-back.value)
    assert forth.low == pytest.approx(-back.high)


@given(positive, positive, st.floats(1e-3, 1e3))
def test_units_leave_a_ratio(one, two, factor):
    plain, scaled = welch_ratio(one, two), welch_ratio(np.array(one) * factor, np.array(two) * factor)
    assert scaled.value == pytest.approx(plain.value, rel=1e-9)
    if np.var(np.log(one)) + np.var(np.log(two)) > 1e-6:
        assert scaled.low == pytest.approx(plain.low, rel=1e-4)


def test_fieller_solves_its_equation():
    found = fieller(10.0, 4.0, (1.0, 0.25), 0.1, df=8)
    t = stats.t.ppf(0.975, 8)
    for rho in (found.low, found.high):
        assert (10 - 4 * rho) ** 2 == pytest.approx(t**2 * (1.0 - 2 * rho * 0.1 + rho**2 * 0.25))
    assert found.low < 2.5 < found.high


def test_fieller_says_when_the_denominator_may_be_zero():
    found = fieller(10.0, 1.0, (1.0, 1.0))
    assert (found.low, found.high) == (-inf, inf)
    assert "may be zero" in found.method


def test_fieller_with_a_sure_denominator_is_the_t_interval():
    sample = [8.0, 9.0, 10.0]
    found = fieller_of_samples(sample, [2.0, 2.0, 2.0])
    assert found.high == pytest.approx(mean_t(sample).high / 2)


@pytest.mark.slow
def test_fieller_covers():
    rng = np.random.default_rng(3)
    draws = rng.normal([10, 4], [1, 0.5], size=(4000, 2))
    found = [fieller(a, b, (1.0, 0.25)) for a, b in draws]
    assert 0.94 < np.mean([f.low <= 2.5 <= f.high for f in found]) < 0.96


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: mean_t([1.0]), "at least 2 independent values"),
        (lambda: mean_t([1.0, np.nan]), "finite numbers"),
        (lambda: geometric_mean_t([1.0, 0.0]), "positive values"),
        (lambda: wilson(3, 2), "successes <= n"),
        (lambda: mean_t([1.0, 2.0], level=95), "between 0 and 1"),
        (lambda: fieller(1.0, 0.0, (1.0, 1.0)), "denominator other than zero"),
        (lambda: fieller_of_samples([1.0, 2.0], [1.0, 2.0, 3.0], paired=True), "Expected pairs"),
    ],
)
def test_refusals_are_named(call, text):
    with pytest.raises(StudyError, match=text):
        call()
