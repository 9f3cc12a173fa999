"""Intervals: against R, against brute force, against the truth they must cover."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from selenolab.core.errors import DataError
from selenolab.fit.batch import fit_many
from selenolab.fit.dose_response import CurveFit, fit_curve
from selenolab.fit.families import evaluate
from selenolab.fit.profile import DoseInterval, profile_interval, within_doses
from selenolab.fit.profile_batch import DoseIntervals, profile_many, t_squared

DRC = Path(__file__).parents[2].parent / "shared" / "data" / "viability" / "drc"
needs_drc = pytest.mark.skipif(not DRC.is_dir(), reason="the drc tables of ../shared/data are absent")
DOSE = 0.5 * 2.0 ** np.arange(8)
WELLS = np.repeat(DOSE, 3)


def wells(
    e: float = 6.0, b: float = 1.4, c: float = 12.0, d: float = 98.0, sd: float = 4.0, seed: int = 0
) -> np.ndarray:
    return c + (d - c) / (1 + (WELLS / e) ** b) + sd * np.random.default_rng(seed).standard_normal(24)


@needs_drc
def test_ryegrass_profile_of_e_is_that_of_nls() -> None:
    table = pd.read_csv(DRC / "ryegrass.csv")
    nls = pd.read_csv(DRC / "ref_ryegrass_LL4_intervals.csv").set_index("quantity").loc["e profile (nls)"]
    found = profile_interval(fit_curve(table["conc"], table["rootl"]), percent=50)
    assert (round(found.low, 4), round(found.high, 4)) == (2.6911, 3.4754)  # nls interpolates: 3.4755
    assert found.low == pytest.approx(nls["Lower"], rel=3e-5)
    assert found.high == pytest.approx(nls["Upper"], rel=3e-5)


@pytest.mark.parametrize("effect", [{"percent": 50.0}, {"percent": 10.0}, {"percent": 90.0}, {"level": 50.0}])
def test_compiled_and_plain_intervals_agree(effect: dict[str, float]) -> None:
    y = np.stack([wells(seed=k, e=4.0 + k) for k in range(2)])
    many = profile_many(fit_many(DOSE, y.reshape(2, 8, 3)), **effect)
    for k in range(2):
        one = profile_interval(fit_curve(WELLS, y[k]), **effect)
        assert one.value == pytest.approx(many.value[k], rel=1e-4)
        assert one.low == pytest.approx(many.low[k], rel=1e-5)
        assert one.high == pytest.approx(many.high[k], rel=1e-5)


def least_at(fit: CurveFit, level: float, x: float) -> float:
    """Brute force: least RSS with f(x) = level, by a simplex over all parameters but e."""

    def rss(theta: np.ndarray) -> float:
        named = dict(zip([name for name in fit.family.free if name != "e"], theta, strict=True))
        values = fit.values.copy()
        for name, value in named.items():
            values["bcdef".index(name)] = value
        b, c, d = values[:3]
        if not (c < level < d and b > 0):
            return 1e12
        values[3] = x / ((d - c) / (level - c) - 1) ** (1 / b)
        away = fit.data.mean - evaluate(fit.family, fit.data.dose, values)
        return fit.data.pure_error_ss + float(np.sum(fit.data.weight * away**2))

    start = np.array([fit.parameters[name] for name in fit.family.free if name != "e"])
    for _ in range(3):
        start = minimize(
            rss, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-10, "maxiter": 4000}
        ).x
    return rss(start)


@pytest.mark.parametrize("family", ["LL.3", "LL.4"])
def test_limits_are_where_the_constrained_sum_of_squares_says(family: str) -> None:
    fit = fit_curve(WELLS, wells(c=4.0), family)
    found = profile_interval(fit, level=50.0)
    bar = fit.rss * (1 + t_squared(np.array([float(fit.dof)]), 0.95)[0] / fit.dof)
    assert least_at(fit, 50.0, found.low) == pytest.approx(bar, rel=1e-5)
    assert least_at(fit, 50.0, found.high) == pytest.approx(bar, rel=1e-5)


@pytest.mark.parametrize("family", ["LL.2", "LL.3", "LL.5", "W1.4", "W2.4", "BC.5"])
def test_every_family_has_intervals_around_its_value(family: str) -> None:
    fit = fit_curve(
        WELLS, wells(c=4.0, d=100.0, sd=2.0), family, fixed={"d": 100.0} if family == "LL.2" else None
    )
    for effect in ({"percent": 50.0}, {"level": 50.0}):
        found = profile_interval(fit, **effect)
        assert found.value is not None
        assert found.low < found.value < found.high
        assert found.low > 3
        assert found.high < 12


def test_limits_on_a_plateau_narrow_the_interval() -> None:
    y = wells(e=30.0, c=5.0, b=1.0, sd=5.0)
    free = profile_interval(fit_curve(WELLS, y), percent=50)
    bounded = profile_interval(fit_curve(WELLS, y, lower={"c": 0.0}), percent=50)
    assert bounded.high < free.high


def test_curve_without_plateau_is_open_upwards() -> None:
    y = wells(e=200.0, c=0.0, b=1.0)
    for found in (
        profile_interval(fit_curve(WELLS, y), percent=50),
        profile_interval(fit_curve(WELLS, y), level=50),
    ):
        assert found.open_high
        assert found.high == np.inf
        assert found.low > 0
        assert "open on the" in found.reason


def test_plateau_above_the_level_gives_a_bound_only() -> None:
    """Absolute IC50 of a curve that ends at 70 %: none is compatible; just above 50 %: some are."""
    clear, near = (fit_curve(WELLS, wells(c=c, e=3.0, b=2.0, sd=2.0)) for c in (70.0, 50.2))
    never = profile_interval(clear, level=50)
    assert (never.value, never.low, never.high) == (None, np.inf, np.inf)
    maybe = profile_interval(near, level=50)
    assert maybe.open_high
    assert 3 < maybe.low < np.inf
    batch = profile_many(
        fit_many(DOSE, np.stack([wells(c=c, e=3.0, b=2.0, sd=2.0) for c in (70.0, 50.2)]).reshape(2, 8, 3)),
        level=50,
    )
    assert batch.low[0] == np.inf
    assert batch.low[1] == pytest.approx(maybe.low, rel=1e-4)


def test_flat_curve_is_open_on_both_sides_or_bounded_by_the_level() -> None:
    flat = fit_curve(WELLS, 100 + 5 * np.random.default_rng(3).standard_normal(24))
    assert profile_interval(flat, percent=50).open_high
    constant = profile_interval(fit_curve(WELLS, np.full(24, 100.0)), percent=50)
    assert (constant.low, constant.high, constant.value) == (0.0, np.inf, None)
    assert "flat" in constant.reason


def test_exact_data_have_an_interval_of_no_width() -> None:
    exact = fit_curve(DOSE, 10 + 90 / (1 + (DOSE / 5) ** 1.5))
    found = profile_interval(exact, percent=50)
    assert found.low == pytest.approx(5.0, rel=1e-5)
    assert found.high == pytest.approx(5.0, rel=1e-5)


def test_interval_follows_the_unit_of_the_dose() -> None:
    y = wells()
    micro, nano = (
        profile_interval(fit_curve(WELLS, y), level=50),
        profile_interval(fit_curve(1000 * WELLS, y), level=50),
    )
    assert nano.low / 1000 == pytest.approx(micro.low, rel=1e-5)
    assert nano.high / 1000 == pytest.approx(micro.high, rel=1e-5)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ((9.0, 5.0, 20.0), (9.0, 5.0, 20.0)),
        ((9.0, 5.0, 90.0), (9.0, 5.0, np.inf)),
        ((90.0, 70.0, 200.0), (None, 64.0, np.inf)),
        ((0.2, 0.1, 0.4), (None, 0.0, 0.5)),
        ((None, np.inf, np.inf), (None, 64.0, np.inf)),
    ],
)
def test_numbers_beyond_the_doses_become_bounds(
    found: tuple[float | None, float, float], expected: tuple[float | None, float, float]
) -> None:
    value, low, high = found
    given = DoseInterval(
        value,
        low,
        high,
        low == 0,
        high == np.inf,
        0.95,
        "profile likelihood",
        "never" if value is None else "",
    )
    inside = within_doses(given, 0.5, 64.0)
    assert (inside.value, inside.low, inside.high) == expected
    assert inside.open_high == (expected[2] == np.inf)
    assert inside.open_low == (expected[1] == 0)
    assert bool(inside.reason) == (expected[0] is None)


def test_mistakes_are_refused() -> None:
    fit = fit_curve(WELLS, wells())
    with pytest.raises(DataError, match="either percent"):
        profile_interval(fit)
    with pytest.raises(DataError, match="e fixed"):
        profile_interval(fit_curve(WELLS, wells(), fixed={"e": 6.0}), percent=50)
    fits = fit_many(DOSE, wells().reshape(1, 8, 3))
    with pytest.raises(DataError, match="either percent"):
        profile_many(fits, percent=50, level=50)
    with pytest.raises(DataError, match="Confidence"):
        profile_many(fits, percent=50, confidence=95)


def simulated_coverage(
    n: int, seed: int
) -> dict[str, tuple[np.ndarray, np.ndarray, DoseIntervals, np.ndarray]]:
    """Truth covered by the interval as reported (open beyond the doses), for both kinds of IC50."""
    rng = np.random.default_rng(seed)
    e = np.exp(rng.uniform(np.log(0.5), np.log(64), n))
    b, c = rng.uniform(0.6, 3, n), rng.uniform(0, 35, n)
    clean = c[:, None] + (100 - c[:, None]) / (1 + (DOSE / e[:, None]) ** b[:, None])
    fits = fit_many(DOSE, clean[:, :, None] + 5 * rng.standard_normal((n, 8, 3)))
    truths = {"relative": e, "absolute": e * (50 / (50 - c)) ** (1 / b)}
    found = {"relative": profile_many(fits, percent=50), "absolute": profile_many(fits, level=50)}
    out = {}
    for kind, truth in truths.items():
        low = np.where(found[kind].low < DOSE[0], 0.0, np.minimum(found[kind].low, DOSE[-1]))
        high = np.where(found[kind].high > DOSE[-1], np.inf, np.maximum(found[kind].high, DOSE[0]))
        out[kind] = ((low <= truth) & (truth <= high), truth, found[kind], b)
    return out


def test_closed_form_of_the_simulated_truth() -> None:
    assert evaluate(
        fit_curve(WELLS, wells()).family, 6 * (50 / 38) ** (1 / 1.4), [1.4, 12, 100, 6, 1]
    ) == pytest.approx(50)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["relative", "absolute"])
def test_coverage_of_single_experiments(kind: str) -> None:
    """16,000 experiments, sd 5 %, slope 0.6-3, bottom 0-35, IC50 over the doses: overall and in strata."""
    covered, truth, found, b = simulated_coverage(16_000, 20_261)[kind]
    assert 0.94 <= covered.mean() <= 0.965
    place, slope = np.digitize(truth, [1, 2, 8, 32, 64]), np.digitize(b, [1.4, 2.2])
    shares = {}
    for p in range(6):
        for s in range(3):
            here = (place == p) & (slope == s)
            if here.sum() >= 250:
                shares[p, s] = float(covered[here].mean() + 2 * np.sqrt(0.95 * 0.05 / here.sum()))
    assert len(shares) >= 12
    assert min(shares.values()) >= 0.93, shares  # two standard errors of the simulation are allowed
    assert np.mean(found.open_low | found.open_high) < 0.5
