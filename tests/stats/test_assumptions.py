"""Checks of assumptions: scipy's numbers, and no verdict without evidence."""

import numpy as np
import pytest
from scipy import stats

from selenolab.stats.assumptions import equal_spread, normal_residuals

RNG = np.random.default_rng(1)


def test_brown_forsythe_matches_scipy():
    samples = [RNG.normal(0, s, 12) for s in (1, 1, 6)]
    found = equal_spread(samples)
    assert found.value == pytest.approx(stats.levene(*samples, center="median").pvalue)
    assert found.passed is False
    assert "Welch" in found.why


def test_small_groups_are_undecided():
    assert equal_spread([np.array([1.0, 2.0]), np.array([1.0, 9.0])]).passed is None
    assert normal_residuals(np.arange(7.0)).passed is None


def test_no_variation_is_undecided():
    assert equal_spread([np.ones(4), np.ones(4)]).passed is None
    assert normal_residuals(np.zeros(9)).passed is None


def test_skewed_residuals_point_to_the_log_scale():
    found = normal_residuals(RNG.lognormal(0, 2, 40))
    assert found.passed is False
    assert "log scale" in found.why
