"""Shared plateaus, ratios of doses, ranking: truth recovered, intervals that cover."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.fit.curve_set import fit_set
from selenolab.fit.dose_ratio import dose_ratio, log_dose_gradient
from selenolab.fit.families import FAMILIES, absolute_dose
from selenolab.fit.ranking import rank_families

DRC = Path(__file__).parents[2].parent / "shared" / "data" / "viability" / "drc"
DOSE = np.repeat(0.5 * 2.0 ** np.arange(8), 3)


def two_curves(
    rng: np.random.Generator, ratio: float, sd: float = 3.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Names, doses, responses of two curves with common plateaus and slope."""
    names, dose = np.repeat(["a", "b"], 24), np.tile(DOSE, 2)
    e = np.where(names == "a", 5.0, 5.0 * ratio)
    return names, dose, 8 + 92 / (1 + (dose / e) ** 1.5) + sd * rng.standard_normal(48)


@pytest.mark.skipif(not DRC.is_dir(), reason="the drc tables of ../shared/data are absent")
def test_spinach_together_is_the_sum_of_its_curves() -> None:
    table = pd.read_csv(DRC / "spinach.csv")
    together = fit_set(table["CURVE"].tolist(), table["DOSE"], table["SLOPE"])
    assert together.rss == pytest.approx(0.4595461, rel=2e-7)
    assert together.dof == 105 - 20
    expected = [1.79495, 0.945530, 1.37302, 0.197326, 0.210793]
    assert together.values[:, 3] == pytest.approx(expected, rel=1e-4)
    theirs = pd.read_csv(DRC / "ref_spinach_LL4_coef.csv").set_index("par")["Std..Error"]
    assert together.se[:, 3] == pytest.approx(
        [theirs[f"e:{k}"] for k in range(1, 6)], rel=0.08
    )  # J'J, not Hessian


def test_shared_plateaus_are_common_and_narrow_the_error() -> None:
    names, dose, response = two_curves(np.random.default_rng(1), 3.0)
    free = fit_set(names, dose, response)
    common = fit_set(names, dose, response, shared=("c", "d"))
    assert common.values[0, 1] == common.values[1, 1]
    assert common.values[0, 2] == common.values[1, 2]
    assert common.dof == free.dof + 2
    assert common.rss >= free.rss
    assert np.all(common.se[:, 3] < free.se[:, 3])
    assert common.aicc is not None
    assert free.aicc is not None
    assert common.aicc < free.aicc  # the truth shares them


def test_order_of_rows_does_not_matter() -> None:
    rng = np.random.default_rng(2)
    names, dose, response = two_curves(rng, 2.0)
    order = rng.permutation(48)
    plain, mixed = fit_set(names, dose, response), fit_set(names[order], dose[order], response[order])
    assert np.array_equal(plain.values, mixed.values)


def test_ratio_interval_covers() -> None:
    rng, hits = np.random.default_rng(3), 0
    for _ in range(60):
        ratio = dose_ratio(fit_set(*two_curves(rng, 2.0), shared=("b", "c", "d")), "b", "a", percent=50)
        hits += ratio.low <= 2.0 <= ratio.high
    assert 0.87 <= hits / 60 < 1


def test_ratio_of_absolute_doses_turns_over() -> None:
    curves = fit_set(*two_curves(np.random.default_rng(4), 2.0))
    there = dose_ratio(curves, "b", "a", level=50)
    back = dose_ratio(curves, "a", "b", level=50)
    assert there.value is not None
    assert back.value == pytest.approx(1 / there.value)
    assert back.low == pytest.approx(1 / there.high)


def test_ratio_without_one_of_the_doses_is_said() -> None:
    names, dose, response = two_curves(np.random.default_rng(5), 2.0)
    response = np.where(names == "b", 40 + 0.6 * response, response)
    ratio = dose_ratio(
        fit_set(names, dose, np.where(names == "b", response + 15, response)), "a", "b", level=50
    )
    assert ratio.value is None
    assert (ratio.low, ratio.high) == (0.0, np.inf)
    assert ratio.reason.startswith("b: undefined")


def test_gradient_of_the_absolute_dose_is_the_analytic_one() -> None:
    b, c, d, e = 1.4, 12.0, 96.0, 3.5
    slopes = log_dose_gradient(FAMILIES["LL.4"], np.array([b, c, d, e, 1.0]), level=50)
    ratio = (d - 50) / (50 - c)
    assert slopes[:4] == pytest.approx(
        [-np.log(ratio) / b**2, 1 / (b * (50 - c)), 1 / (b * (d - 50)), 1 / e], rel=1e-6
    )
    assert absolute_dose(FAMILIES["LL.4"], [b, c, d, e, 1.0], 50).value == pytest.approx(e * ratio ** (1 / b))


def test_ranking_prefers_the_hump_where_there_is_one() -> None:
    dose = np.repeat([0, 0.1, 0.3, 1, 3, 10, 30, 100.0], 3)
    hump = (100 + 60 * dose) / (1 + (dose / 4) ** 2.5) + np.tile([-2.0, 0.5, 1.5], 8)
    ranked = rank_families(dose, hump, ["LL.4", "BC.4", "LL.3", "W1.4"])
    assert ranked[0][0] == "BC.4"
    assert sum(weight for _, _, weight in ranked) == pytest.approx(1.0)
    assert [aicc for _, aicc, _ in ranked] == sorted(aicc for _, aicc, _ in ranked)


def test_mistakes_are_refused() -> None:
    names, dose, response = two_curves(np.random.default_rng(6), 2.0)
    with pytest.raises(UnknownNameError, match="'f'"):
        fit_set(names, dose, response, shared=("f",))
    with pytest.raises(UnknownNameError, match="curve 'x'"):
        dose_ratio(fit_set(names, dose, response), "x", "a", percent=50)
    with pytest.raises(DataError, match="'a': found the state 'flat'"):
        fit_set(names, dose, np.where(names == "a", 100.0, response))
