"""Release models: the reference's numbers, the least of all minima, intervals that cover, hostile curves."""

from math import inf, isfinite
from pathlib import Path
from time import process_time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, least_squares, minimize_scalar
from scipy.stats import f as f_distribution

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.fit.release_answer import NotFitted, ReleaseFit
from selenolab.fit.release_fit import curve_at, fit_release, fit_vessels, value_of
from selenolab.fit.release_models import MODELS, USUAL, release_model

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "release"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the release data of ../shared/data are absent")

HOURS = np.array([0.5, 1, 2, 4, 6, 8, 12, 24, 36, 48])
MODEL_OF = {
    "first_order_Fmax100": ("first_order", {"k": "k"}),
    "first_order": ("first_order_fmax", {"F": "Fmax", "k": "k"}),
    "higuchi": ("higuchi", {"k": "k"}),
    "korsmeyer_peppas_all": ("korsmeyer_peppas", {"k": "k", "n": "n"}),
    "weibull_Fmax100": ("weibull", {"a": "Td", "b": "b"}),
    "hixson_crowell": ("hixson_crowell", {"k": "k"}),
    "hopfenberg?zero": ("zero_order", {"k": "k"}),
    "gompertz": ("gompertz", {"a": "a", "b": "b"}),
    "peppas_sahlin_m05": ("peppas_sahlin", {"k1": "k1", "k2": "k2"}),
    "logistic": ("logistic", {"a": "a", "b": "b"}),
}


def fitted(time: object, released: object, weights: object = None, **options: object) -> ReleaseFit:
    found = fit_release(time, released, weights, **options)  # type: ignore[arg-type]
    assert isinstance(found, ReleaseFit)
    return found


def weibull(t: np.ndarray, td: float = 8.0, b: float = 0.8, fmax: float = 100.0) -> np.ndarray:
    return np.asarray(fmax * (1 - np.exp(-((t / td) ** b))))


def noisy(seed: int, td: float = 8.0, b: float = 0.8, sd: float = 2.0) -> np.ndarray:
    return weibull(HOURS, td, b) + sd * np.random.default_rng(seed).standard_normal(HOURS.size)


@needs_shared
@pytest.mark.parametrize("name", MODEL_OF)
def test_reference_parameters_to_five_digits_and_no_larger_sum_of_squares(name: str) -> None:
    units = pd.read_csv(SHARED / "dissolution_ref_and_tests.csv").query("product == 'ref'")
    mean = units.filter(like="unit").mean(axis=1).to_numpy()
    rows = pd.read_csv(SHARED / "reference_model_fits.csv").query("model == @name")
    model, names = MODEL_OF[name]
    fit = fitted(units["time"].to_numpy(), mean, model=model, kp_max=100)
    assert len(rows) == len(names)
    for row in rows.itertuples():
        assert value_of(fit, names[row.par]) == pytest.approx(row.est, rel=1e-5)
        parameter = {p.name: p for p in fit.parameters}[names[row.par]]
        assert parameter.se == pytest.approx(row.se, rel=1e-4)
        assert fit.rss <= row.rss * (1 + 1e-8)
        assert fit.aic == pytest.approx(row.aic_ddsolver, abs=1e-6)


@needs_shared
def test_reference_times_to_half_and_its_pooled_fit() -> None:
    table = pd.read_csv(SHARED / "dissolution_ref_and_tests.csv").query("product == 'ref'")
    units = table.filter(like="unit").to_numpy()
    pooled = fitted(np.repeat(table["time"], units.shape[1]), units.ravel(), model="weibull")
    single = fit_vessels(table["time"], units, model="weibull")
    assert pooled.n == 48
    assert pooled.t50 is not None
    mean = np.mean([fit.t50.value for fit in single if isinstance(fit, ReleaseFit) and fit.t50])
    assert pooled.t50.value == pytest.approx(mean, rel=0.01)


@pytest.mark.parametrize("name", MODELS)
def test_gradients_are_those_of_the_curves(name: str) -> None:
    model = release_model(name)
    low, _high = model.box(0.5, 48.0)
    rng = np.random.default_rng(0)
    centre = model.candidates(HOURS).reshape(-1, low.size)
    for theta in centre[rng.integers(len(centre), size=12)]:
        at = theta + 0.01 * rng.standard_normal(theta.size)
        at[0] = 60.0 if name.endswith("_fmax") else at[0] + 0.3 * (name == "biphasic")
        step = 1e-6 * np.eye(at.size)
        found = model.gradient(HOURS, at)
        slopes = [(model.curve(HOURS, at + d) - model.curve(HOURS, at - d)) / 2e-6 for d in step]
        # a lag is a kink: no slope within the step of it
        smooth = np.abs(HOURS - at[-1]) > 0.05 if name.endswith("_lag") else np.ones(HOURS.size, bool)
        np.testing.assert_allclose(found[smooth], np.stack(slopes, -1)[smooth], rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("name", USUAL)
def test_no_other_start_finds_less(name: str) -> None:
    model = release_model(name)
    rng = np.random.default_rng(3)
    for case in range(4):
        y = (noisy(case, 6.0 * 2**case, [0.6, 1.0, 1.8, 0.9][case]), np.sort(100 * rng.random(10)))[case == 3]
        fit = fitted(HOURS, y, model=name, kp_max=100, intervals=False)
        low, high = model.box(0.5, 48.0)
        grid = model.candidates(HOURS).reshape(-1, low.size)
        for start in grid[rng.integers(len(grid), size=6)]:
            start[0] = rng.uniform(20, 90) if name.endswith("_fmax") or name == "zero_order" else start[0]
            start = np.clip(start + 0.1, low + 1e-9, high - 1e-9)
            other = least_squares(
                lambda x, y=y: model.curve(HOURS, x) - y, start, lambda x: model.gradient(HOURS, x),
                bounds=(low, high), x_scale="jac",
            )  # fmt: skip
            assert fit.rss <= 2 * other.cost * (1 + 1e-8)


def test_truth_is_recovered_from_exact_curves_without_intervals() -> None:
    fit = fitted(HOURS, weibull(HOURS), model="weibull")
    assert value_of(fit, "Td") == pytest.approx(8.0, rel=1e-8)
    assert value_of(fit, "b") == pytest.approx(0.8, rel=1e-8)
    assert fit.t50 is not None
    assert fit.t50.value == pytest.approx(8 * np.log(2) ** 1.25, rel=1e-8)
    assert fit.t50.low is None
    assert fit.aicc is None
    assert fit.msc is None
    assert all(p.se is None and p.low is None and "no scatter" in p.reason for p in fit.parameters)


def test_two_phases_are_found_the_fast_one_first() -> None:
    y = 30 * (1 - np.exp(-2.0 * HOURS)) + 70 * (1 - np.exp(-0.05 * HOURS))
    fit = fitted(HOURS, y + 0.2 * np.cos(7 * HOURS), model="biphasic")
    assert value_of(fit, "f") == pytest.approx(0.3, abs=0.01)
    assert value_of(fit, "k1") == pytest.approx(2.0, rel=0.05)
    assert value_of(fit, "k2") == pytest.approx(0.05, rel=0.02)


def test_a_lag_is_found_where_one_is_stated() -> None:
    y = np.where(HOURS > 3, 100 * (1 - np.exp(-np.maximum(HOURS - 3, 0) / 9)), 0.0) + 0.3 * np.sin(5 * HOURS)
    fit = fitted(HOURS, y, model="first_order_lag")
    lag = fit.parameters[1]
    assert lag.low is not None
    assert lag.high is not None
    assert lag.low < 3.0 < lag.high
    assert lag.value == pytest.approx(3.0, abs=0.2)


def test_profile_of_a_rate_is_the_textbook_one() -> None:
    y = noisy(5, 8.0, 1.0)
    fit = fitted(HOURS, y, model="first_order")

    def rss(k: float) -> float:
        return float(np.sum((100 * (1 - np.exp(-k * HOURS)) - y) ** 2))

    bar = fit.rss * (1 + f_distribution.ppf(0.95, 1, 9) / 9)
    k = fit.parameters[0]
    assert k.low == pytest.approx(brentq(lambda x: rss(x) - bar, 0.02, k.value), rel=1e-5)
    assert k.high == pytest.approx(brentq(lambda x: rss(x) - bar, k.value, 2.0), rel=1e-5)
    assert fit.t50 is not None
    assert k.high is not None
    assert fit.t50.low == pytest.approx(np.log(2) / k.high, rel=1e-5)


def test_profile_of_a_time_eliminates_the_shape() -> None:
    y = noisy(6)
    fit = fitted(HOURS, y, model="weibull")

    def rss(log_t50: float) -> float:
        def of_shape(b: float) -> float:
            td = np.exp(log_t50) / np.log(2) ** (1 / b)
            return float(np.sum((weibull(HOURS, td, b) - y) ** 2))

        return float(
            minimize_scalar(of_shape, bounds=(0.2, 3), method="bounded", options={"xatol": 1e-10}).fun
        )

    bar = fit.rss * (1 + f_distribution.ppf(0.95, 1, 8) / 8)
    assert fit.t50 is not None
    assert fit.t50.value is not None
    centre = np.log(fit.t50.value)
    assert fit.t50.low == pytest.approx(np.exp(brentq(lambda x: rss(x) - bar, centre - 1, centre)), rel=1e-4)
    assert fit.t50.high == pytest.approx(np.exp(brentq(lambda x: rss(x) - bar, centre, centre + 1)), rel=1e-4)


def test_times_outside_the_data_are_bounds() -> None:
    slow = fitted(HOURS, noisy(1, 300.0, 1.0, 1.0), model="first_order")
    assert slow.t50 is not None
    assert slow.t50.value is None
    assert (slow.t50.censored, slow.t50.bound, slow.t50.high) == (">", 48.0, inf)
    fast = fitted(HOURS, noisy(1, 0.2, 1.0, 1.0), model="first_order")
    assert fast.t50 is not None
    assert fast.t50.value is None
    assert (fast.t50.censored, fast.t50.bound, fast.t50.low) == ("<", 0.5, 0.0)
    assert "before the first time 0.5" in fast.t50.reason


def test_a_limit_beyond_the_data_is_open() -> None:
    fit = fitted(HOURS, noisy(2, 62.0, 1.0, 8.0), model="weibull")
    assert fit.t50 is not None
    assert fit.t50.value is not None
    assert fit.t50.low is not None
    assert fit.t50.high == inf
    assert 0.5 < fit.t50.low < fit.t50.value < 48


def test_early_models_use_whole_times_up_to_their_limit() -> None:
    y = noisy(3)
    fit = fitted(HOURS, y, model="korsmeyer_peppas")
    assert fit.n == int(np.argmax(y > 60))
    assert "before the release passes 60 %" in fit.notes[-1]
    assert fit.t80 is not None
    assert fit.t80.reason == "the model is fitted up to 60 % only"
    assert fitted(HOURS, y, model="korsmeyer_peppas", kp_max=100).n == HOURS.size
    too_fast = fit_release(HOURS, 70 + 0.3 * HOURS, model="higuchi")
    assert isinstance(too_fast, NotFitted)
    assert too_fast.reason == "no time with a release of at most 60 %"


def test_rows_at_time_zero_change_nothing() -> None:
    y = noisy(4)
    with_zero = fitted(np.append(0.0, HOURS), np.append(0.0, y), model="weibull")
    assert with_zero.theta.tolist() == fitted(HOURS, y, model="weibull").theta.tolist()
    assert with_zero.n == 10
    burst = fitted(np.append(0.0, HOURS), np.append(12.0, y), model="weibull")
    assert "release at time 0 (mean 12 %)" in burst.notes[0]


def test_a_weight_is_so_many_rows() -> None:
    y = noisy(7)
    doubled = fitted(np.append(HOURS, HOURS[3]), np.append(y, y[3]), model="weibull")
    weighted = fitted(HOURS, y, np.where(np.arange(10) == 3, 2.0, 1.0), model="weibull")
    np.testing.assert_allclose(weighted.theta, doubled.theta, rtol=1e-6)
    assert weighted.rss == pytest.approx(doubled.rss, rel=1e-9)


def test_criteria_are_those_defined() -> None:
    y = noisy(8)
    fit = fitted(HOURS, y, model="weibull")
    tss = float(np.sum((y - y.mean()) ** 2))
    assert fit.adjusted_r2 == pytest.approx(1 - (fit.rss / 8) / (tss / 9))
    assert fit.msc == pytest.approx(np.log(tss / fit.rss) - 4 / 10)
    assert fit.aicc == pytest.approx(10 * np.log(fit.rss / 10) + 6 + 24 / 6)
    assert fitted(HOURS[:4], y[:4], model="weibull").aicc is None


def test_prediction_begins_at_zero_and_keeps_the_shape() -> None:
    fit = fitted(HOURS, noisy(9), model="weibull")
    grid = np.linspace(0, 48, 6).reshape(2, 3)
    assert curve_at(fit, grid).shape == (2, 3)
    assert curve_at(fit, 0.0) == 0.0
    np.testing.assert_allclose(curve_at(fit, HOURS), fit.fitted)
    with pytest.raises(DataError, match="finite times"):
        curve_at(fit, [-1.0])


def test_vessels_fitted_together_are_as_one_by_one() -> None:
    table = np.column_stack([noisy(seed) for seed in range(4)])
    table[2, 1] = np.nan
    together = fit_vessels(HOURS, table, model="weibull")
    for k, fit in enumerate(together):
        seen = ~np.isnan(table[:, k])
        alone = fitted(HOURS[seen], table[seen, k], model="weibull")
        assert isinstance(fit, ReleaseFit)
        assert fit.n == seen.sum()
        np.testing.assert_allclose(fit.theta, alone.theta, rtol=1e-7)
        assert fit.t50 is not None
        assert alone.t50 is not None
        assert (fit.t50.low, fit.t50.high) == pytest.approx((alone.t50.low, alone.t50.high), rel=1e-5)


HOSTILE = {
    "zero": np.zeros(10), "constant": np.full(10, 50.0), "falling": 100 - HOURS, "negative": -HOURS,
    "jump": np.where(HOURS < 6, 0.0, 100.0), "line": 2 * HOURS, "above": 150 + 0.1 * HOURS,
    "noise": 2 * np.sin(7 * HOURS), "huge": 1e6 * HOURS, "spike": np.where(HOURS == 4, 90.0, 1.0),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_curves_give_finite_values_and_ordered_limits_or_a_reason(case: str) -> None:
    outcomes = 0
    for name in MODELS:
        fit = fit_release(HOURS, HOSTILE[case], model=name)
        if isinstance(fit, NotFitted):
            assert fit.reason
            outcomes += 1
            continue
        for p in fit.parameters:
            assert isfinite(p.value)
            assert p.se is None or isfinite(p.se)
            if p.low is not None and p.high is not None:
                slack = 1e-6 * (1 + abs(p.value))
                assert p.low <= p.value + slack
                assert p.high >= p.value - slack
        for found in (fit.t50, fit.t80):
            assert found is not None
            assert found.value is None or 0.5 <= found.value <= 48
            assert found.value is not None or found.reason
        assert fit.aicc is None or isfinite(fit.aicc)
        outcomes += 1
    assert outcomes == len(MODELS)


@pytest.mark.parametrize("case", ["zero", "constant", "negative"])
def test_a_curve_that_does_not_move_is_refused(case: str) -> None:
    fit = fit_release(HOURS, HOSTILE[case], model="first_order")
    assert isinstance(fit, NotFitted)
    assert fit.reason.startswith(("nothing was released", "the release is the same at every time"))


def test_two_points_give_two_parameters_and_no_interval() -> None:
    fit = fitted([1.0, 5.0], [10.0, 40.0], model="weibull")
    assert fit.dof == 0
    assert fit.sigma is None
    assert all(p.low is None and p.se is None and "nothing is left" in p.reason for p in fit.parameters)
    assert fit.t50 is not None
    assert (fit.t50.value, fit.t50.low, fit.t50.censored) == (None, None, ">")
    refused = fit_release([1.0, 5.0], [10.0, 40.0], model="biphasic")
    assert isinstance(refused, NotFitted)
    assert refused.reason == "3 parameters need at least 3 different times after 0; found 2"


@pytest.mark.parametrize(
    ("time", "released", "options", "said"),
    [
        ([1.0, 2.0], [1.0], {}, "2 times, 1 values"),
        ([1.0, np.nan], [1.0, 2.0], {}, "row 2, time: found nan"),
        ([1.0, 2.0], [1.0, np.inf], {}, "row 2, released: found inf"),
        ([-1.0, 2.0], [1.0, 2.0], {}, "times of 0 or above"),
        ([1.0, 2.0], [1.0, 2.0], {"weights": [1.0, 0.0]}, "weights above 0"),
        ([1.0, 2.0], [1.0, 2.0], {"level": 95}, "level of 95"),
        ([1.0, 2.0], [1.0, 2.0], {"model": "higuchi", "kp_max": 0}, "kp_max: found 0"),
        ([1.0, 2.0], [1.0, 2.0], {"model": "peppas_sahlin", "m": 2}, "found m = 2"),
    ],
)
def test_nonsense_is_named(time: list, released: list, options: dict, said: str) -> None:
    with pytest.raises(DataError, match=said):
        fit_release(time, released, **options)
    with pytest.raises(UnknownNameError, match="weibull"):
        fit_release([1.0, 2.0], [1.0, 2.0], model="weibul")


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["weibull", "logistic", "first_order_fmax", "gompertz"]))
def test_order_of_rows_and_unit_of_time_do_not_matter(seed: int, name: str) -> None:
    y = noisy(seed)
    order = np.random.default_rng(seed).permutation(HOURS.size)
    base = fitted(HOURS, y, model=name)
    turned = fitted(HOURS[order], y[order], model=name)
    minutes = fitted(60 * HOURS, y, model=name)
    assert turned.rss == pytest.approx(base.rss, rel=1e-12)
    assert minutes.rss == pytest.approx(base.rss, rel=1e-9)
    assert minutes.aicc == pytest.approx(base.aicc, rel=1e-9)
    assert base.t50 is not None
    assert minutes.t50 is not None
    for side in ("value", "low", "high"):
        assert getattr(minutes.t50, side) == pytest.approx(60 * getattr(base.t50, side), rel=1e-4)


def test_all_models_of_twelve_vessels_are_fast() -> None:
    table = np.column_stack([noisy(seed) for seed in range(12)])
    least = inf
    for _ in range(3):
        start = process_time()
        fits = [fit_vessels(HOURS, table, model=name, intervals=False) for name in USUAL]
        least = min(least, process_time() - start)
    assert all(isinstance(fit, ReleaseFit) for each in fits for fit in each)
    assert least < 0.2


@pytest.mark.slow
@pytest.mark.parametrize(("name", "b", "seeds"), [("first_order", 1.0, 1000), ("weibull", 0.8, 1000)])
def test_interval_of_t50_covers_the_truth(name: str, b: float, seeds: int) -> None:
    truth = 8 * np.log(2) ** (1 / b)
    table = np.column_stack([noisy(seed, 8.0, b, 3.0) for seed in range(seeds)])
    fits = fit_vessels(HOURS, table, model=name)
    inside = [f.t50.low <= truth <= f.t50.high for f in fits if isinstance(f, ReleaseFit)]  # type: ignore
    error = np.median([abs(f.t50.value / truth - 1) for f in fits if isinstance(f, ReleaseFit)])  # type: ignore
    assert len(inside) == seeds
    assert 0.93 <= np.mean(inside) <= 0.97
    assert error < 0.06
