"""The binomial curve: an independent optimum, intervals that hold the truth, counts that are refused."""

import numpy as np
import pytest
from scipy.optimize import root
from scipy.stats import chi2

from selenolab.core.errors import DataError
from selenolab.fit.binomial import binomial_profile, counts, fit_binomial

DOSES = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])


def drawn(seed, subjects=30, e=6.0, b=1.8):
    rng = np.random.default_rng(seed)
    share = 1 / (1 + (DOSES / e) ** b)
    return counts(DOSES, rng.binomial(subjects, share), np.full(DOSES.size, float(subjects)))


def test_it_solves_the_score_equations_of_logistic_regression():
    data = drawn(1)
    z = np.log(data.dose)

    def score(inner):
        rest = data.alive - data.total / (1 + np.exp(-(inner[0] + inner[1] * z)))
        return [rest.sum(), (rest * z).sum()]

    intercept, slope = root(score, [2.0, -1.0]).x
    found = fit_binomial(data)
    assert found.b == pytest.approx(-slope, rel=1e-4)
    assert found.e == pytest.approx(np.exp(-intercept / slope), rel=1e-4)


@pytest.mark.slow
def test_the_profile_is_zero_at_the_fit_and_holds_the_truth_as_often_as_it_should():
    limit, held = chi2.ppf(0.95, 1), 0
    for seed in range(120):
        found = fit_binomial(drawn(seed))
        at_fit, at_truth = binomial_profile(found, [found.e, 6.0], 0.5)
        assert at_fit == pytest.approx(0.0, abs=1e-4)
        held += at_truth <= limit
    assert 107 <= held <= 120


def test_the_profile_is_zero_at_the_fit_and_rises_to_both_sides():
    found = fit_binomial(drawn(7))
    rises = binomial_profile(found, found.e * np.array([0.5, 0.8, 1.0, 1.25, 2.0]), 0.5)
    assert rises[2] == pytest.approx(0.0, abs=1e-4)
    assert rises[0] > rises[1] > 0.1
    assert rises[4] > rises[3] > 0.1


def test_the_unit_of_the_dose_is_all_that_changes():
    data = drawn(3)
    one = fit_binomial(data)
    other = fit_binomial(counts(1000 * data.dose, data.alive, data.total))
    assert other.e == pytest.approx(1000 * one.e, rel=1e-4)
    assert other.deviance == pytest.approx(one.deviance, abs=1e-6)


def test_no_effect_is_flat():
    assert fit_binomial(counts(DOSES, [15, 14, 16, 15, 14, 16], [30] * 6)).p_flat > 0.5
    assert fit_binomial(drawn(2)).p_flat < 1e-6


@pytest.mark.parametrize(
    ("dose", "alive", "total", "message"),
    [
        ([0, 1, 2], [9, 5, 2], [10, 10, 10], "deaths at dose zero"),
        ([1, 2], [11, 5], [10, 10], "outside 0 to total"),
        ([1, 2], [4.5, 5], [10, 10], "parts of a subject"),
        ([0, 1], [10, 5], [10, 10], "at least two"),
    ],
)
def test_counts_that_cannot_be_are_refused(dose, alive, total, message):
    with pytest.raises(DataError, match=message):
        counts(dose, alive, total)
