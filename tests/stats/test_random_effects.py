"""Random effects: balanced cases by hand, and the defining equations."""

import numpy as np
import pytest
from scipy import stats

from selenolab.core.errors import StudyError
from selenolab.stats.intervals import mean_t
from selenolab.stats.random_effects import random_effects

VALUES, ERRORS = np.array([0.9, 1.1, 1.6, 1.0]), np.array([0.1, 0.12, 0.2, 0.15])


@pytest.mark.parametrize("estimator", ["REML", "Paule-Mandel"])
def test_equal_errors_give_the_t_interval(estimator):
    found, plain = random_effects(VALUES, np.full(4, 0.1), estimator=estimator), mean_t(VALUES)
    assert (found.value, found.low, found.high) == pytest.approx((plain.value, plain.low, plain.high))
    assert found.between_sd**2 == pytest.approx(np.var(VALUES, ddof=1) - 0.01, rel=1e-9)


def test_paule_mandel_solves_its_equation():
    found = random_effects(VALUES, ERRORS, estimator="Paule-Mandel")
    weight = 1 / (ERRORS**2 + found.between_sd**2)
    assert np.sum(weight * (VALUES - found.value) ** 2) == pytest.approx(3, rel=1e-9)


def test_reml_is_the_highest_restricted_likelihood():
    found = random_effects(VALUES, ERRORS)

    def likelihood(tau2):
        total = ERRORS**2 + tau2
        centre = np.sum(VALUES / total) / np.sum(1 / total)
        return stats.norm.logpdf(VALUES, centre, np.sqrt(total)).sum() - 0.5 * np.log(np.sum(1 / total))

    here = likelihood(found.between_sd**2)
    assert found.between_sd > 0
    assert here > likelihood(found.between_sd**2 * 1.01)
    assert here > likelihood(found.between_sd**2 * 0.99)


def test_no_variation_between_is_zero():
    found = random_effects([1.0, 1.01, 0.99], [0.3, 0.3, 0.3])
    assert found.between_sd == 0.0
    assert found.i2 == 0.0


def test_a_missing_standard_error_is_refused():
    with pytest.raises(StudyError, match="positive standard error"):
        random_effects([1.0, 2.0], [0.1, 0.0])
