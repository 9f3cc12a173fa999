"""Mortality counts: maximum likelihood against scipy, truth recovered, odd tables named."""

import numpy as np
import pytest
from scipy.optimize import minimize

from selenolab.core.errors import DataError
from selenolab.fit.binomial import fit_binomial

DOSE = np.array([0.0, 1, 2, 4, 8, 16, 32])


def minus_log_likelihood(theta: np.ndarray, dose: np.ndarray, dead: np.ndarray, total: np.ndarray) -> float:
    t = np.exp(theta[0]) * (np.log(dose) - theta[1])
    return float(np.sum(dead * np.logaddexp(0, -t) + (total - dead) * np.logaddexp(0, t)))


def test_maximum_of_the_likelihood() -> None:
    dead, total = np.array([0, 1, 3, 8, 15, 19, 20]), np.full(7, 20)
    fit = fit_binomial(DOSE, dead, total)
    found = minimize(
        minus_log_likelihood, [0.5, 1.5], args=(DOSE[1:], dead[1:], total[1:]), method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-12},
    )  # fmt: skip
    assert fit.log_likelihood == pytest.approx(-found.fun, rel=1e-10)
    assert fit.b == pytest.approx(np.exp(found.x[0]), rel=1e-5)
    assert fit.e == pytest.approx(np.exp(found.x[1]), rel=1e-5)
    assert fit.dof == 4
    assert fit.state == "ok"


def test_standard_errors_are_those_of_repeated_experiments() -> None:
    rng = np.random.default_rng(4)
    p = 1 / (1 + (DOSE[1:] / 5) ** -2.0)
    fits = [fit_binomial(DOSE[1:], rng.binomial(60, p), np.full(6, 60)) for _ in range(400)]
    logs = np.log([fit.e for fit in fits])
    assert logs.mean() == pytest.approx(np.log(5), abs=4 * logs.std() / 20)
    assert np.mean([fit.se[1] / fit.e for fit in fits]) == pytest.approx(logs.std(), rel=0.12)
    assert np.mean([fit.se[0] for fit in fits]) == pytest.approx(np.std([fit.b for fit in fits]), rel=0.15)


def test_split_groups_and_units_change_nothing() -> None:
    whole = fit_binomial(DOSE, [0, 1, 3, 8, 15, 19, 20], np.full(7, 20))
    halves = fit_binomial(np.tile(DOSE, 2), [0, 1, 1, 4, 7, 9, 10, 0, 0, 2, 4, 8, 10, 10], np.full(14, 10))
    assert halves.e == pytest.approx(whole.e, rel=1e-9)
    assert fit_binomial(1000 * DOSE, [0, 1, 3, 8, 15, 19, 20], np.full(7, 20)).e == pytest.approx(
        1000 * whole.e, rel=1e-9
    )


@pytest.mark.parametrize(
    ("dead", "state", "words"),
    [
        ([0, 0, 0, 0, 0, 0, 0], "nobody dies", "above the highest dose 32"),
        ([0, 20, 20, 20, 20, 20, 20], "everybody dies", "below the lowest dose 1"),
        ([0, 0, 0, 0, 20, 20, 20], "step", "between 4 and 8"),
        ([0, 18, 14, 10, 6, 3, 1], "falling", "falls with the dose"),
    ],
)
def test_odd_tables_have_a_name(dead: list[int], state: str, words: str) -> None:
    fit = fit_binomial(DOSE, dead, np.full(7, 20))
    assert fit.state == state
    assert words in fit.why
    assert not np.any(np.isnan([fit.b, fit.e, *fit.se, fit.deviance]))


def test_mistakes_are_refused() -> None:
    with pytest.raises(DataError, match=r"row 2: .*dead <= exposed"):
        fit_binomial([1, 2], [1, 5], [4, 4])
    with pytest.raises(DataError, match="deaths at dose zero"):
        fit_binomial([0, 1, 2], [1, 2, 3], [4, 4, 4])
    with pytest.raises(DataError, match="expected counts"):
        fit_binomial([1, 2], [0.5, 1], [4, 4])
    with pytest.raises(DataError, match="two at least"):
        fit_binomial([0, 1], [0, 1], [4, 4])
