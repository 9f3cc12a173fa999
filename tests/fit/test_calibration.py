"""Standard curves: certified numbers, known truths, coverage of inversions, refusals by name."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from selenolab.core.errors import DataError
from selenolab.core.estimate import Absent
from selenolab.fit.calibration import fit_calibration
from selenolab.fit.calibration_inverse import invert
from selenolab.fit.calibration_limits import DETECTION, QUANTIFICATION, limit
from selenolab.fit.calibration_models import gradient, inverse, response, slope
from selenolab.fit.calibration_quality import back_calculated, compare_weights, lack_of_fit, mandel

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data" / "quantification"
CURVES = {
    "linear": np.array([0.1, 0.02]),
    "quadratic": np.array([0.1, 0.03, -1e-4]),
    "4PL": np.array([0.1, 2.0, np.log(20.0), np.log(1.3)]),
    "5PL": np.array([0.1, 2.0, np.log(20.0), np.log(1.3), np.log(0.7)]),
}
X = np.repeat([0.0, 3.0, 6.0, 12.0, 25.0, 50.0, 100.0], 2)


@pytest.mark.parametrize("model", CURVES)
def test_derivatives_and_inverse_agree_with_the_curve(model):
    truth, x, step = CURVES[model], np.array([0.5, 3.0, 30.0, 90.0]), 1e-6
    for place in range(truth.size):
        up, down = truth.copy(), truth.copy()
        up[place] += step
        down[place] -= step
        numeric = (response(model, up, x) - response(model, down, x)) / (2 * step)
        np.testing.assert_allclose(gradient(model, truth, x)[:, place], numeric, rtol=1e-5, atol=1e-8)
    numeric = (response(model, truth, x + step) - response(model, truth, x - step)) / (2 * step)
    np.testing.assert_allclose(slope(model, truth, x), numeric, rtol=1e-4)
    found = [inverse(model, truth, float(y), 100.0) for y in response(model, truth, x)]
    np.testing.assert_allclose(found, x, rtol=1e-9)


@pytest.mark.parametrize("model", CURVES)
@pytest.mark.parametrize("weight", ["1", "1/x", "1/y²"])
def test_noise_free_standards_give_the_curve_back(model, weight):
    curve = fit_calibration(X, response(model, CURVES[model], X), model, weight)
    np.testing.assert_allclose(curve.fitted, curve.y, rtol=1e-4, atol=1e-5)
    middle = float(response(model, CURVES[model], np.array([18.0]))[0])
    assert invert(curve, middle, 2).value == pytest.approx(18.0, rel=2e-3)


def test_a_weighted_line_is_the_textbook_one():
    x = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
    y = np.array([0.11, 0.19, 0.43, 0.77, 1.66])
    w = 1 / x**2
    xm, ym = np.average(x, weights=w), np.average(y, weights=w)
    b = np.sum(w * (x - xm) * (y - ym)) / np.sum(w * (x - xm) ** 2)
    curve = fit_calibration(x, y, "linear", "1/x²")
    np.testing.assert_allclose(curve.parameters, [ym - b * xm, b], rtol=1e-12)
    s = np.sqrt(np.sum(w * (y - ym - b * (x - xm)) ** 2) / 3)
    assert curve.s == pytest.approx(s, rel=1e-12)
    assert np.sqrt(curve.covariance[1, 1]) == pytest.approx(s / np.sqrt(np.sum(w * (x - xm) ** 2)), rel=1e-12)


def test_the_interval_of_a_line_is_fiellers():
    x = np.array([0.0, 10.0, 20.0, 30.0, 40.0, 50.0])
    y = np.array([0.02, 0.21, 0.43, 0.58, 0.83, 0.99])
    b, a, *_ = stats.linregress(x, y)
    s = np.sqrt(np.sum((y - a - b * x) ** 2) / 4)
    t, sxx, m, y0 = stats.t.ppf(0.975, 4), np.sum((x - x.mean()) ** 2), 3, 0.5
    g = t**2 * s**2 / (b**2 * sxx)
    x0 = (y0 - a) / b
    root = np.sqrt((1 - g) * (1 / m + 1 / 6) + (x0 - x.mean()) ** 2 / sxx)
    centre = x.mean() + (x0 - x.mean()) / (1 - g)
    half = t * s / (b * (1 - g)) * root
    found = invert(fit_calibration(x, y), y0, m)
    np.testing.assert_allclose([found.value, found.low, found.high], [x0, centre - half, centre + half])


def test_lactose_standards_give_the_known_answers():
    """Slope 156,585 area/mM and its company, known from peak areas of another integration."""
    if not SHARED.is_dir():
        pytest.skip("shared/data/quantification is not here")
    areas = []
    for name in ("0.5", "1", "3", "6"):
        trace = pd.read_csv(SHARED / f"lactose_{name}mM.csv")
        time, signal = trace["time"].to_numpy(float), trace["signal"].to_numpy(float)
        peak = time[np.argmax(signal)]
        window = (time > peak - 1.0) & (time < peak + 1.2)
        ends = np.flatnonzero(window)[[0, -1]]
        base = np.interp(time[window], time[ends], signal[ends])
        areas.append(float(np.sum(signal[window] - base)))
    curve = fit_calibration([0.5, 1, 3, 6], areas)
    assert curve.parameters[1] == pytest.approx(156_585, rel=0.01)
    assert curve.parameters[0] == pytest.approx(14_608, rel=0.05)
    assert curve.r2 == pytest.approx(0.99887, abs=2e-5)
    assert curve.s == pytest.approx(16_113, rel=0.015)
    assert limit(curve, DETECTION) == pytest.approx(0.340, rel=0.015)
    loq = limit(curve, QUANTIFICATION)
    assert loq == pytest.approx(1.029, rel=0.015)
    assert curve.lowest < loq  # the lowest standard lies below the LOQ


def test_the_definitions_of_a_limit_differ_and_are_named():
    rng = np.random.default_rng(1)
    x = np.repeat([0.0, 10.0, 20.0, 40.0, 80.0], 3)
    curve = fit_calibration(x, 0.05 + 0.01 * x + 0.01 * rng.standard_normal(x.size))
    residual, intercept = limit(curve, DETECTION), limit(curve, DETECTION, "intercept")
    assert residual == pytest.approx(3.3 * curve.s / curve.parameters[1])
    assert intercept == pytest.approx(3.3 * np.sqrt(curve.covariance[0, 0]) / curve.parameters[1])
    blanks = [0.04, 0.05, 0.06]
    assert limit(curve, DETECTION, "blank", blanks) == pytest.approx(3.3 * 0.01 / curve.parameters[1])
    few = limit(curve, DETECTION, "blank", [0.05])
    assert isinstance(few, Absent)
    assert "at least three" in few.why


def test_outside_the_standards_there_is_only_a_bound():
    curve = fit_calibration(X, response("4PL", CURVES["4PL"], X), "4PL")
    above, below = invert(curve, 1.99, 2), invert(curve, 0.11, 2)
    assert (above.censored, above.value, above.high) == (">", 100.0, np.inf)
    assert (below.censored, below.value, below.low) == ("<", 3.0, -np.inf)
    assert "beyond that of the top standard (100)" in above.why


def test_more_wells_of_the_unknown_narrow_the_interval():
    scatter = 0.02 * np.random.default_rng(2).standard_normal(X.size)
    curve = fit_calibration(X, response("quadratic", CURVES["quadratic"], X) + scatter, "quadratic")
    one, six = invert(curve, 0.8, 1), invert(curve, 0.8, 6)
    assert six.high - six.low < 0.8 * (one.high - one.low)
    assert one.value == six.value


@pytest.mark.parametrize(
    ("x", "y", "model", "told"),
    [
        ([], [], "linear", "needs 3 different concentrations, found none"),
        ([0, 10, 0, 10], [0.1, 0.5, 0.1, 0.5], "linear", r"found 2 \(0, 10\)"),
        ([0, 5, 10, 20], [0.4, 0.4, 0.4, 0.4], "linear", "all readings equal 0.4"),
        ([0, 5, 10, 20], [0.9, 0.6, 0.4, 0.1], "linear", "set direction to 'falling' only"),
        ([0, 5, 10, 20, 40], [0.1, 0.3, 0.2, 0.9, 0.5], "linear", "the curve is not one-to-one"),
        ([0, 5, 10, 20], [0.1, 0.3, np.nan, 0.9], "linear", "one finite reading for each"),
        ([-1, 5, 10, 20], [0.1, 0.3, 0.5, 0.9], "linear", "a concentration is -1"),
        ([0, 5, 10, 20, 40], [0.1, 0.3, 0.5, 0.9, 1.2], "5PL", "5PL curve needs 6"),
    ],
)  # fmt: skip
def test_unfit_standards_are_refused_with_the_reason(x, y, model, told):
    with pytest.raises(DataError, match=told):
        fit_calibration(x, y, model)


def test_standards_that_do_not_differ_are_refused():
    x = np.repeat([0.0, 5.0, 10.0, 20.0], 3)
    y = 0.4 + 0.02 * np.random.default_rng(3).standard_normal(12)
    with pytest.raises(DataError, match="do not differ between concentrations"):
        fit_calibration(x, y)


def test_a_falling_curve_is_right_where_it_is_stated():
    truth = np.array([2.0, 0.1, np.log(15.0), 0.0])
    curve = fit_calibration(X, response("4PL", truth, X), "4PL", direction="falling")
    assert invert(curve, float(response("4PL", truth, np.array([20.0]))[0])).value == pytest.approx(20.0)
    assert invert(curve, 0.05).censored == ">"
    assert invert(curve, 1.9).censored == "<"


def test_a_curve_that_turns_between_its_standards_is_refused():
    x = np.array([0.0, 10.0, 20.0, 40.0, 60.0, 80.0])
    with pytest.raises(DataError, match="quadratic curve turns at about"):
        fit_calibration(x, 0.1 + 0.03 * x - 2.1e-4 * x**2, "quadratic")


def test_lack_of_fit_and_mandel_see_a_bend_that_r2_does_not():
    rng = np.random.default_rng(4)
    x = np.repeat([0.0, 10.0, 20.0, 40.0, 60.0, 80.0, 100.0], 3)
    bent = fit_calibration(x, 0.05 + 0.02 * x - 5e-5 * x**2 + 0.008 * rng.standard_normal(x.size))
    straight = fit_calibration(x, 0.05 + 0.02 * x + 0.008 * rng.standard_normal(x.size))
    assert bent.r2 > 0.99
    assert lack_of_fit(bent).p < 0.001
    assert mandel(bent).p < 0.001
    assert lack_of_fit(straight).p > 0.01
    assert lack_of_fit(fit_calibration([0, 1, 2, 4], [0.1, 0.3, 0.5, 0.9])) is None


def test_the_weight_is_judged_by_the_error_of_the_standards_read_back():
    rng = np.random.default_rng(5)
    x = np.repeat([1.0, 2.0, 5.0, 10.0, 50.0, 100.0, 500.0], 3)
    curve = fit_calibration(x, (0.001 + 0.01 * x) * (1 + 0.05 * rng.standard_normal(x.size)))
    table = compare_weights(curve).set_index("weight")
    assert table.loc["1/x²", "mean_error"] < 0.5 * table.loc["1", "mean_error"]
    error = back_calculated(curve)["error"].abs()
    assert table.loc["1", "greatest_error"] == pytest.approx(error.max())


@pytest.mark.parametrize("model", CURVES)
def test_the_unit_of_the_standards_changes_nothing_but_the_unit(model):
    y = response(model, CURVES[model], X) + 0.01 * np.random.default_rng(6).standard_normal(X.size)
    one, two = (invert(fit_calibration(scale * X, y, model), 0.6, 2) for scale in (1.0, 1000.0))
    thousandfold = 1000 * np.array([one.value, one.low, one.high])
    np.testing.assert_allclose([two.value, two.low, two.high], thousandfold, rtol=2e-5)


@pytest.mark.slow
@pytest.mark.parametrize("place", range(7))
def test_intervals_hold_the_truth(place, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks.standard_curve_coverage import covered
    from tests.generators.standard_curve_truth import SCENARIOS

    n, held, low, high, _ = covered(SCENARIOS[place], 600, 2, 7)
    assert n >= 590
    assert 0.93 <= held / n <= 0.98, (SCENARIOS[place].name, held / n, low, high)
