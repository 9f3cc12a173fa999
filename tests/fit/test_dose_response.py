"""Reference: fits by drc in R. Properties: unit, order and duplication of rows. Named states."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.fit import curve_state
from selenolab.fit.batch import fit_many
from selenolab.fit.dose_response import CurveFit, fit_curve
from selenolab.fit.families import FAMILIES, evaluate, relative_dose

DRC = Path(__file__).parents[2].parent / "shared" / "data" / "viability" / "drc"
GDSC = DRC.parent / "gdsc" / "gdsc_norm_6plates.csv.gz"
needs_drc = pytest.mark.skipif(not DRC.is_dir(), reason="the drc tables of ../shared/data are absent")

# data set, family, reference file, columns of dose and response, RSS given by drc
SETS = [
    ("ryegrass", "LL.4", "ryegrass_LL4", "conc", "rootl", 5.400214628),
    ("ryegrass", "LL.3", "ryegrass_LL3", "conc", "rootl", 6.622820),
    ("ryegrass", "LL.5", "ryegrass_LL5", "conc", "rootl", 5.277047),
    ("ryegrass", "W1.4", "ryegrass_W14", "conc", "rootl", 6.024151),
    ("secalonic", "LL.4", "secalonic_LL4", "dose", "rootl", 0.2624036),
    ("terbuthylazin", "LL.4", "terbuthylazin_LL4", "dose", "rgr", 0.0189436967),
    ("lettuce", "BC.4", "lettuce_BC4", "conc", "weight", 10 * 0.1117922**2),
]
# spinach: drc reports one RSS for all five curves
SPINACH_RSS = 0.4595461
DOSE = np.array([0.5, 1, 2, 4, 8, 16, 32, 64])
WELLS = np.repeat(DOSE, 3)


def rss_at(fit: CurveFit, coefficients: dict[str, float]) -> float:
    """Residual sum of squares at somebody else's coefficients."""
    values = fit.values.copy()
    for name, value in coefficients.items():
        values["bcdef".index(name)] = value
    away = fit.data.mean - evaluate(fit.family, fit.data.dose, values)
    return fit.data.pure_error_ss + float(np.sum(fit.data.weight * away**2))


def reference(name: str) -> pd.DataFrame:
    """Coefficients of drc by name, from either layout of the files."""
    table = pd.read_csv(DRC / f"ref_{name}_coef.csv")
    table["par"] = table["par" if "par" in table else "term"].str.split(":").str[0]
    se = "Std..Error" if "Std..Error" in table else "Std. Error"
    return table.set_index("par")[["Estimate", se]].set_axis(["value", "se"], axis=1)


@needs_drc
@pytest.mark.parametrize(
    ("data", "family", "name", "dose", "response", "rss"), SETS, ids=[row[2] for row in SETS]
)
def test_least_squares_of_drc_are_reached(
    data: str, family: str, name: str, dose: str, response: str, rss: float
) -> None:
    table = pd.read_csv(DRC / f"{data}.csv")
    fit = fit_curve(table[dose], table[response], family)
    theirs = reference(name)
    assert fit.state == "ok"
    assert fit.converged
    assert fit.rss <= rss_at(fit, theirs["value"].to_dict()) * (1 + 1e-9)
    assert fit.rss == pytest.approx(rss, rel=2e-6)  # the printed digits
    for par, row in theirs.iterrows():
        assert abs(fit.parameters[str(par)] - row["value"]) < 0.01 * row["se"], par


@needs_drc
@pytest.mark.parametrize("row", SETS, ids=[row[2] for row in SETS])
def test_ed50_lies_within_a_hundredth_of_the_standard_error_of_drc(row: tuple[str, ...]) -> None:
    data, family, name, dose, response, _ = row
    table = pd.read_csv(DRC / f"{data}.csv")
    theirs = pd.read_csv(DRC / f"ref_{name}_ED.csv")
    theirs = theirs.set_index("what" if "what" in theirs else "term").loc["e:1:50"]
    fit = fit_curve(table[dose], table[response], family)
    ours = relative_dose(fit.family, fit.values, 50).value
    se = theirs["Std..Error"] if "Std..Error" in theirs else theirs["Std. Error"]
    assert ours is not None
    assert abs(ours - theirs["Estimate"]) < 0.01 * se


@needs_drc
def test_ryegrass_to_six_digits() -> None:
    """The fit by drc stopped at a gradient that is not zero; nls went further: the sixth digit is its."""
    table = pd.read_csv(DRC / "ryegrass.csv")
    fit = fit_curve(table["conc"], table["rootl"])
    nls = pd.read_csv(DRC / "ref_ryegrass_LL4_intervals.csv").set_index("quantity")["Estimate"]
    assert fit.parameters["e"] == pytest.approx(3.057955, rel=5e-7)
    assert fit.parameters["d"] == pytest.approx(7.79296, rel=1e-6)
    assert fit.parameters["b"] == pytest.approx(nls["b profile (nls)"], rel=2e-6)
    assert fit.parameters["c"] == pytest.approx(nls["c profile (nls)"], rel=4e-6)
    assert fit.rss == pytest.approx(5.400214628, rel=1e-9)
    assert fit.log_likelihood == pytest.approx(-16.15514, abs=5e-6)
    assert fit.lack_of_fit_f == pytest.approx(0.24106, abs=5e-6)
    assert fit.lack_of_fit_p == pytest.approx(0.86648, abs=5e-6)
    assert fit.se[3] == pytest.approx(0.18583, abs=5e-6)  # J'J, as nls; drc's Hessian gives 0.18573


@needs_drc
def test_spinach_by_curve() -> None:
    table = pd.read_csv(DRC / "spinach.csv")
    theirs = pd.read_csv(DRC / "ref_spinach_LL4_coef.csv").set_index("par")
    total = theirs_total = 0.0
    for curve, rows in table.groupby("CURVE"):
        fit = fit_curve(rows["DOSE"], rows["SLOPE"])
        total += fit.rss
        theirs_total += rss_at(fit, {par: theirs.loc[f"{par}:{curve}", "Estimate"] for par in "bcde"})
        for par in "bcde":
            row = theirs.loc[f"{par}:{curve}"]
            assert abs(fit.parameters[par] - row["Estimate"]) < 0.01 * row["Std..Error"]
    assert total <= theirs_total * (1 + 1e-9)
    assert total == pytest.approx(SPINACH_RSS, rel=2e-7)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_family_recovers_its_own_curve(family: str) -> None:
    dose = np.concatenate([[0.0], np.geomspace(0.1, 100, 16)])
    c, d = FAMILIES[family].fixed.get("c", 8.0), FAMILIES[family].fixed.get("d", 95.0)
    truth = np.array(
        [
            1.7,
            c,
            d,
            6.0,
            {"LL": FAMILIES[family].fixed.get("f", 0.6), "BC": 12.0}.get(FAMILIES[family].law, 1.0),
        ]
    )
    fit = fit_curve(dose, evaluate(FAMILIES[family], dose, truth), family)
    for name, value in fit.parameters.items():
        assert value == pytest.approx(truth["bcdef".index(name)], rel=1e-5), name


@settings(max_examples=12, deadline=None)
@given(
    unit=st.floats(1e-9, 1e9), seed=st.integers(0, 10_000), b=st.floats(0.6, 3), e=st.floats(1, 40)
)  # fmt: skip
def test_dose_unit_row_order_and_duplication_change_nothing(
    unit: float, seed: int, b: float, e: float
) -> None:
    rng = np.random.default_rng(seed)
    y = 15 + 85 / (1 + (WELLS / e) ** b) + 3 * rng.standard_normal(24)
    fit = fit_curve(WELLS, y)
    order = rng.permutation(24)
    assert np.array_equal(fit_curve(WELLS[order], y[order]).values, fit.values)
    scaled = fit_curve(WELLS * unit, y)
    assert scaled.rss == pytest.approx(fit.rss, rel=1e-8)
    twice = fit_curve(np.tile(WELLS, 2), np.tile(y, 2))
    assert twice.rss == pytest.approx(2 * fit.rss, rel=1e-8)
    if fit.state == curve_state.OK and np.all(np.isfinite(fit.se)) and fit.se[3] < fit.values[3]:
        assert scaled.values[3] / unit == pytest.approx(fit.values[3], rel=1e-4)
        assert twice.values == pytest.approx(fit.values, rel=1e-4, abs=1e-3)
        assert twice.se[3] == pytest.approx(fit.se[3] * np.sqrt(20 / 44), rel=1e-3)


def test_weights_stand_for_repeated_rows() -> None:
    y = 15 + 85 / (1 + (WELLS / 7) ** 1.2) + np.sin(17 * np.arange(24.0))
    weights = np.arange(24) % 3 + 1
    weighted = fit_curve(WELLS, y, weights=weights)
    repeated = fit_curve(np.repeat(WELLS, weights), np.repeat(y, weights))
    assert weighted.values == pytest.approx(repeated.values, rel=1e-7)
    assert weighted.rss == pytest.approx(repeated.rss, rel=1e-9)


STATES = {
    curve_state.ALL_ZERO: np.zeros(24),
    curve_state.FLAT: np.full(24, 100.0),
    curve_state.INCREASING: 20 + 80 * WELLS**2 / (25 + WELLS**2) + np.tile([-2.0, 0.0, 2.0], 8),
    curve_state.STEP: np.where(WELLS > 5, 5.0, 100.0) + np.tile([-2.0, 0.0, 2.0], 8),
    curve_state.ABOVE: 100 / (1 + (WELLS / 400) ** 1.0) + np.tile([-0.2, 0.0, 0.2], 8),
    curve_state.BELOW: 100 / (1 + (WELLS / 0.03) ** 0.9) + np.tile([-0.01, 0.0, 0.01], 8),
}


@pytest.mark.parametrize("state", STATES)
def test_odd_curves_have_a_name_and_no_nan(state: str) -> None:
    for family in ("LL.4", "W1.4", "LL.5"):
        fit = fit_curve(WELLS, STATES[state], family)
        assert not np.any(np.isnan(fit.values))
        assert not np.any(np.isnan(fit.cov))
        assert np.isfinite(fit.rss)
    fit = fit_curve(WELLS, STATES[state])
    assert fit.state == state
    assert fit.why == curve_state.WHY[state] != ""


def test_noise_about_a_constant_is_flat() -> None:
    y = 100 + 5 * np.random.default_rng(3).standard_normal(24)
    assert fit_curve(WELLS, y).state == curve_state.FLAT


def test_too_few_doses_is_a_state() -> None:
    fit = fit_curve([1, 1, 10, 10], [90.0, 92.0, 20.0, 22.0])
    assert fit.state == curve_state.TOO_FEW
    assert evaluate(fit.family, [5.0], fit.values) == pytest.approx(56.0)


def test_limits_and_fixed_values_are_kept() -> None:
    y = -6 + 106 / (1 + (WELLS / 6) ** 1.4) + np.tile([-2.0, 0.0, 2.0], 8)
    bounded = fit_curve(WELLS, y, lower={"c": 0.0})
    fixed = fit_curve(WELLS, y, "LL.3")
    assert bounded.parameters["c"] == 0.0
    assert bounded.held.tolist() == [False, True, False, False, False]
    assert bounded.rss == pytest.approx(fixed.rss, rel=1e-9)
    percent = fit_curve(WELLS, y, "LL.2", fixed={"d": 100.0})
    assert set(percent.parameters) == {"b", "e"}
    assert percent.values[2] == 100.0


def test_mistakes_are_refused_by_name() -> None:
    with pytest.raises(UnknownNameError, match=r"curve family 'LL\.6'"):
        fit_curve(DOSE, DOSE, "LL.6")
    with pytest.raises(UnknownNameError, match="'hill'"):
        fit_curve(DOSE, DOSE, lower={"hill": 1})
    with pytest.raises(DataError, match="row 2: found dose -1"):
        fit_curve([1, -1], [1.0, 2.0])
    with pytest.raises(DataError, match="row 1: found response inf"):
        fit_curve([1, 2], [np.inf, 2.0])
    with pytest.raises(DataError, match="no row with a response"):
        fit_curve([1, 2], [np.nan, np.nan])
    with pytest.raises(DataError, match="lower limit of c above"):
        fit_curve(DOSE, DOSE, lower={"c": 5}, upper={"c": 1})


@pytest.mark.skipif(not GDSC.is_file(), reason="the GDSC plates of ../shared/data are absent")
def test_every_real_screening_curve_is_fitted_or_named() -> None:
    table = pd.read_csv(GDSC)
    for _, rows in table.groupby(["BARCODE", "DRUG_ID_lib"]):
        fit = fit_curve(rows["CONC"], 100 * rows["normalized_intensity"])
        assert not np.any(np.isnan(fit.values))
        assert fit.state in curve_state.STATES
        if fit.state == curve_state.OK:
            assert rows["CONC"].min() <= fit.values[3] <= rows["CONC"].max()


@pytest.mark.skipif(not GDSC.is_file(), reason="the GDSC plates of ../shared/data are absent")
def test_the_batch_agrees_on_every_real_screening_curve() -> None:
    table = pd.read_csv(GDSC)
    for _, rows in table.groupby(["BARCODE", "DRUG_ID_lib"]):
        dose, response = rows["CONC"].to_numpy(float), 100 * rows["normalized_intensity"].to_numpy(float)
        order = np.argsort(dose)
        many = fit_many(dose[order], response[None, order, None])
        assert np.all(np.isfinite([many.b, many.c, many.d, many.e, many.rss]))
        if many.state[0] == curve_state.OK:
            assert dose.min() <= many.e[0] <= dose.max()
            assert many.rss[0] == pytest.approx(fit_curve(dose, response).rss, rel=1e-6)
