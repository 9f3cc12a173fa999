"""Ratios of potencies: paired, unpaired, bounded and undecidable."""

from math import inf

import numpy as np
import pytest

from selenolab.core.errors import StudyError
from selenolab.stats.intervals import mean_t, welch_difference
from selenolab.stats.potency import Summary
from selenolab.stats.potency_ratio import potency_ratio

A, B = np.array([1.2, 1.3, 1.5]), np.array([0.4, 0.6, 0.7])
OTHER = "t interval on signed roots of the profile likelihood over 3 experiments"


def plain(values):
    t = mean_t(values)
    return Summary(t.value, t.low, t.high, 0.95, "value", t.n, 0, 0, "t interval on log10 over 3 experiments")


def bound(state, value):
    low, high = (value, inf) if state == ">" else (-inf, value)
    return Summary(value, low, high, 0.95, state, 3, 3, 0, OTHER)


def test_paired():
    found, wanted = potency_ratio(plain(A), plain(B), pairs=(A, B)), mean_t(A - B)
    assert (found.log10_value, found.log10_low) == pytest.approx((wanted.value, wanted.low))


def test_unpaired():
    found, wanted = potency_ratio(plain(A), plain(B), samples=(A, B)), welch_difference(A, B)
    assert (found.log10_low, found.log10_high) == pytest.approx((wanted.low, wanted.high))
    assert found.n == 6


def test_limits_are_combined_when_values_do_not_say_all():
    half_open = Summary(1.3, 1.0, inf, 0.95, "value", 3, 0, 0, OTHER)
    found = potency_ratio(half_open, plain(B), pairs=(A, B))
    assert found.log10_high == inf
    assert found.log10_low == pytest.approx(1.3 - B.mean() - np.hypot(0.3, mean_t(B).high - B.mean()))


def test_one_censored_side_is_a_bound():
    found = potency_ratio(bound(">", 1.8), plain(B))
    assert (found.state, found.log10_value) == (">", pytest.approx(1.8 - mean_t(B).high))
    mirror = potency_ratio(plain(B), bound(">", 1.8))
    assert (mirror.state, mirror.log10_value) == ("<", pytest.approx(-found.log10_value))


def test_opposite_bounds_still_decide():
    found = potency_ratio(bound(">", 1.8), bound("<", -0.3))
    assert (found.state, found.log10_value) == (">", pytest.approx(2.1))


@pytest.mark.parametrize("state", [">", "<"])
def test_both_censored_alike_is_undecidable(state):
    found = potency_ratio(bound(state, 1.0), bound(state, 1.0))
    assert found.state == "undecidable"
    assert "same side" in found.method


def test_an_open_limit_leaves_a_bound_undecidable():
    half_open = Summary(1.3, 1.0, inf, 0.95, "value", 3, 0, 0, OTHER)
    assert potency_ratio(bound(">", 1.8), half_open).state == "undecidable"


def test_levels_and_pairs_must_match():
    with pytest.raises(StudyError, match="one level"):
        potency_ratio(plain(A), Summary(0.5, 0.4, 0.6, 0.9, "value", 3, 0, 0, OTHER))
    with pytest.raises(StudyError, match="Expected pairs"):
        potency_ratio(plain(A), plain(B), pairs=(A, B[:2]))
