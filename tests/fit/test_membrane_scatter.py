"""Standard errors over vessels against textbook formulas."""

import numpy as np
import pytest

from selenolab.fit.membrane_scatter import vessel_scatter


def two_arms(seed=0):
    """Means of two arms with 5 and 3 vessels of 4 readings, and of the difference between them."""
    rng = np.random.default_rng(seed)
    vessel = np.repeat(np.arange(8), 4)
    values = rng.standard_normal(8)[vessel] * np.where(vessel < 5, 1.0, 3.0) + 0.3 * rng.standard_normal(32)
    design = np.column_stack([np.ones(32), (vessel >= 5).astype(float)])
    residual = design @ np.linalg.lstsq(design, values, rcond=None)[0] - values
    return vessel, values, design, residual


def test_a_difference_of_arms_has_welchs_variance_and_degrees_of_freedom():
    vessel, values, design, residual = two_arms()
    means = np.array([values[vessel == v].mean() for v in range(8)])
    parts = np.array([means[:5].var(ddof=1) / 5, means[5:].var(ddof=1) / 3])
    found = vessel_scatter(design, residual, vessel, 1, 30, 5)
    assert found.variance == pytest.approx(parts.sum())
    assert found.df == pytest.approx(parts.sum() ** 2 / (parts**2 / np.array([4, 2])).sum())


def test_a_mean_of_one_arm_does_not_see_the_other():
    vessel, values, design, residual = two_arms(3)
    means = np.array([values[vessel == v].mean() for v in range(5)])
    found = vessel_scatter(design, residual, vessel, 0, 30, 5)
    assert found.variance == pytest.approx(means.var(ddof=1) / 5)
    assert found.df == pytest.approx(4)


def test_readings_without_vessel_effects_come_near_the_plain_variance():
    ratios = []
    for seed in range(40):
        residual = np.random.default_rng(seed).standard_normal(200)
        residual -= residual.mean()
        found = vessel_scatter(np.ones((200, 1)), residual, np.repeat(np.arange(50), 4), 0, 199, 50)
        ratios.append(found.variance / found.plain_variance)
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.06)


def test_one_vessel_that_decides_all_shows_no_scatter_and_warns_of_nothing():
    found = vessel_scatter(np.ones((2, 1)), np.array([-1.0, 1.0]), np.array([0, 0]), 0, 1, 1)
    assert found.variance == pytest.approx(0.0)
    assert (found.df, found.even_df) == (1.0, 1.0)
