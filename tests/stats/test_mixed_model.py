"""The mixed model against lme4's published fits, the balanced closed form, and at zero variance."""

import numpy as np
import pytest
from scipy import stats

from selenolab.core.errors import StudyError
from selenolab.stats.mixed_model import contrast, fit_mixed

# Box and Tiao 1973, tables 5.1.1 and 5.1.4 (lme4's Dyestuff and Dyestuff2).
DYESTUFF = """1545 1440 1440 1520 1580 1540 1555 1490 1560 1495 1595 1550 1605 1510 1560
1445 1440 1595 1465 1545 1595 1630 1515 1635 1625 1520 1455 1450 1480 1445"""
DYESTUFF_2 = """7.298 3.846 2.434 9.566 7.990 5.220 6.556 0.608 11.788 -0.892 0.110 10.386 13.434 5.510 8.166
2.212 4.852 7.092 9.288 4.980 0.282 9.014 4.458 9.446 7.198 1.722 4.782 8.106 0.758 3.758"""
BATCH, ONES = np.repeat(np.arange(6), 5), np.ones((30, 1))


def numbers(text):
    return np.array(text.split(), dtype=float)


def test_dyestuff():
    fit = fit_mixed(numbers(DYESTUFF), ONES, BATCH)
    assert fit.experiment_variance == pytest.approx(1764.05, abs=0.01)
    assert fit.residual_variance == pytest.approx(2451.25, abs=0.01)
    assert -2 * fit.log_likelihood == pytest.approx(319.6543, abs=1e-4)
    interval, _ = contrast(fit, [1.0])
    assert interval.value == pytest.approx(1527.5)
    assert np.sqrt(fit.covariance[0, 0]) == pytest.approx(19.383, abs=1e-3)
    assert interval.df == pytest.approx(5.0, rel=1e-6)


def test_dyestuff_2_has_no_variance_between_batches():
    fit = fit_mixed(numbers(DYESTUFF_2), ONES, BATCH)
    assert fit.boundary
    assert fit.experiment_variance == 0.0
    assert fit.residual_variance == pytest.approx(13.806, abs=1e-3)
    assert -2 * fit.log_likelihood == pytest.approx(161.8283, abs=1e-4)
    assert contrast(fit, [1.0])[0].df == pytest.approx(5, rel=1e-6)  # as if it had to be estimated


def test_balanced_blocks_are_the_analysis_of_variance():
    rng = np.random.default_rng(2)
    table = rng.normal(size=(5, 3)) + rng.normal(0, 2, size=(5, 1)) + [0, 1, 2]
    fit = fit_mixed(table.ravel(), np.tile(np.eye(3), (5, 1)), np.repeat(np.arange(5), 3))
    residual = table - table.mean(0) - table.mean(1, keepdims=True) + table.mean()
    mse = np.sum(residual**2) / 8
    msb = 3 * np.sum((table.mean(1) - table.mean()) ** 2) / 4
    assert fit.residual_variance == pytest.approx(mse, rel=1e-9)
    assert fit.experiment_variance == pytest.approx((msb - mse) / 3, rel=1e-9)
    interval, p = contrast(fit, [-1, 0, 1])
    t = (table[:, 2] - table[:, 0]).mean() / np.sqrt(2 * mse / 5)
    assert interval.df == pytest.approx(8, rel=1e-6)
    assert p == pytest.approx(2 * stats.t.sf(abs(t), 8), rel=1e-6)


def test_incomplete_blocks_use_both_sources():
    rng = np.random.default_rng(3)
    block = np.array([0, 0, 1, 1, 2, 2, 3, 3, 4, 5])
    group = np.array([0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
    y = rng.normal(size=10) + 20 * rng.normal(size=6)[block] + group
    interval, _ = contrast(fit_mixed(y, np.eye(2)[group], block), [-1, 1])
    steps = y[1:8:2] - y[0:8:2]
    assert interval.value == pytest.approx(steps.mean(), abs=0.5)
    assert 2 < interval.df < 8


def test_refusals_are_named():
    with pytest.raises(StudyError, match="two experiments"):
        fit_mixed([1.0, 2.0, 3.0], np.ones((3, 1)), ["1", "1", "1"])
    with pytest.raises(StudyError, match="full-rank"):
        fit_mixed([1.0, 2.0, 3.0], np.ones((3, 2)), ["1", "1", "2"])
    with pytest.raises(StudyError, match="vary"):
        fit_mixed([1.0, 1.0, 1.0], np.ones((3, 1)), ["1", "1", "2"])
    with pytest.raises(StudyError, match="overlap too little"):
        fit_mixed([1.0, 2.0, 4.0], np.ones((3, 1)), ["1", "2", "3"])
