"""The batched fitter against the single one and scipy; states; missing wells; invariance."""

import warnings

import numpy as np
import pytest
from scipy.optimize import OptimizeWarning, curve_fit

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.fit import curve_state
from selenolab.fit.batch import Fits, fit_many
from selenolab.fit.dose_response import fit_curve

DOSE = 0.5 * 2.0 ** np.arange(8)


def simulated(n: int, seed: int, hard: bool = False) -> np.ndarray:
    """(n, 8, 3) wells; `hard`: partial, shallow, steep and noisy curves in turn."""
    rng = np.random.default_rng(seed)
    e, b, c = np.exp(rng.uniform(0, np.log(64), n)), rng.uniform(0.6, 3, n), rng.uniform(0, 35, n)
    sd = np.full(n, 5.0)
    if hard:
        kind = np.arange(n) % 4
        e[kind == 0] *= 8
        b[kind == 1], b[kind == 2] = 0.4, 8.0
        sd[kind == 3] = 15.0
    clean = c[:, None] + (100 - c[:, None]) / (1 + (DOSE / e[:, None]) ** b[:, None])
    return clean[:, :, None] + sd[:, None, None] * rng.standard_normal((n, 8, 3))


def rows_of(fits: Fits) -> np.ndarray:
    return np.column_stack([fits.b, fits.c, fits.d, fits.e])


def scipy_rss(y: np.ndarray) -> float:
    """Best of several starts of Levenberg-Marquardt."""

    def curve(x: np.ndarray, b: float, c: float, d: float, z: float) -> np.ndarray:
        return c + (d - c) / (1 + np.exp(b * (np.log(x) - z)))

    best, mean, x = np.inf, y.mean(axis=1), np.repeat(DOSE, 3)
    for b in (0.5, 1.5, 5.0):
        for z in np.log([1.0, 5.6, 32.0]):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", OptimizeWarning)
                    warnings.simplefilter("ignore", RuntimeWarning)
                    found, _ = curve_fit(curve, x, y.ravel(), p0=[b, mean.min(), mean.max(), z], maxfev=2000)
                    best = min(best, float(np.sum((curve(x, *found) - y.ravel()) ** 2)))
            except RuntimeError:
                continue
    return best


@pytest.mark.parametrize("hard", [False, True], ids=["ordinary", "difficult"])
def test_no_worse_than_scipy_from_many_starts(hard: bool) -> None:
    y = simulated(40, 5, hard)
    theirs = np.array([scipy_rss(one) for one in y])
    ours = fit_many(DOSE, y).rss
    assert np.mean(ours <= theirs * (1 + 1e-6)) >= 0.995
    assert np.max(ours / theirs) < 1 + 1e-3


def test_same_numbers_as_the_single_fit() -> None:
    y = simulated(40, 6)
    fits = fit_many(DOSE, y)
    for i, state in enumerate(fits.state):
        single = fit_curve(np.repeat(DOSE, 3), y[i].ravel())
        # far beyond the doses the plain path loses digits to c: it may end a little above
        inside = state == curve_state.OK
        assert fits.rss[i] == pytest.approx(single.rss, rel=1e-6 if inside else 5e-4)
        assert single.state == state
        if state == curve_state.OK and np.all(np.isfinite(single.se)) and single.se[0] < single.values[0]:
            assert rows_of(fits)[i] == pytest.approx(single.values[:4], rel=2e-3, abs=0.02)
            assert fits.cov[i] == pytest.approx(single.cov[:4, :4], rel=2e-2, abs=1e-2)
            assert fits.p_flat[i] == pytest.approx(single.p_flat, rel=1e-3, abs=1e-12)


def test_limits_make_the_three_and_two_parameter_curves() -> None:
    y = simulated(20, 7)
    wells = np.repeat(DOSE, 3)
    three = fit_many(DOSE, y, lower={"c": 0}, upper={"c": 0})
    two = fit_many(DOSE, y, lower={"c": 0, "d": 100}, upper={"c": 0, "d": 100})
    above = fit_many(DOSE, y, lower={"c": 0})
    for i in range(20):
        assert three.rss[i] == pytest.approx(fit_curve(wells, y[i].ravel(), "LL.3").rss, rel=1e-6)
        assert two.rss[i] == pytest.approx(
            fit_curve(wells, y[i].ravel(), "LL.2", fixed={"d": 100}).rss, rel=1e-6
        )
        assert above.rss[i] == pytest.approx(fit_curve(wells, y[i].ravel(), lower={"c": 0}).rss, rel=1e-4)
    assert np.all(above.c >= 0)
    assert three.dof.tolist() == [21.0] * 20
    assert np.all(three.se[:, 1] == 0)


def test_missing_wells_are_left_out() -> None:
    y = simulated(20, 8)
    y[np.random.default_rng(1).random(y.shape) < 0.2] = np.nan
    y[3, 5] = np.nan
    fits = fit_many(DOSE, y)
    for i in range(20):
        single = fit_curve(np.repeat(DOSE, 3), y[i].ravel())
        assert fits.rss[i] == pytest.approx(single.rss, rel=1e-3)
        assert fits.dof[i] == single.dof


def test_dose_order_unit_and_repeats_change_nothing() -> None:
    y = simulated(20, 9)
    plain = fit_many(DOSE, y)
    order = np.random.default_rng(2).permutation(8)
    assert fit_many(DOSE[order], y[:, order]).rss == pytest.approx(plain.rss, rel=1e-9)
    assert fit_many(DOSE * 1e-6, y).rss == pytest.approx(plain.rss, rel=1e-8)
    long = fit_many(np.repeat(DOSE, 3), y.reshape(20, 24))
    assert long.rss == pytest.approx(plain.rss, rel=1e-9)
    assert long.e == pytest.approx(plain.e, rel=1e-6)


def test_zero_dose_counts_as_zero() -> None:
    dose = np.array([0.0, 1, 3, 10, 30, 100])
    y = 10 + 90 / (1 + (dose / 8) ** 1.3) + np.array([[0.5, -0.5, 0.3, -0.3, 0.2, -0.2]])
    single = fit_curve(dose, y[0])
    fits = fit_many(dose, y)
    assert fits.rss[0] == pytest.approx(single.rss, rel=1e-8)
    assert fits.d[0] == pytest.approx(single.values[2], rel=1e-5)


def test_odd_curves_have_a_name_and_no_nan() -> None:
    noise = np.array([-2.0, 0.0, 2.0])
    curves = {
        curve_state.ALL_ZERO: np.zeros((8, 3)),
        curve_state.FLAT: np.full((8, 3), 100.0),
        curve_state.INCREASING: (20 + 80 * DOSE**2 / (25 + DOSE**2))[:, None] + noise,
        curve_state.STEP: np.where(DOSE > 5, 5.0, 100.0)[:, None] + noise,
        curve_state.ABOVE: (100 / (1 + (DOSE / 400)))[:, None] + 0.1 * noise,
        curve_state.BELOW: (100 / (1 + (DOSE / 0.03) ** 0.9))[:, None] + 0.005 * noise,
        curve_state.TOO_FEW: np.where((np.arange(8) < 2)[:, None], 50.0 + DOSE[:, None] + noise, np.nan),
        curve_state.NO_DATA: np.full((8, 3), np.nan),
    }
    fits = fit_many(DOSE, np.stack(list(curves.values())))
    assert fits.state == tuple(curves)
    for column in (rows_of(fits), fits.se, fits.cov, fits.rss, fits.dof, fits.sigma, fits.p_flat):
        assert not np.any(np.isnan(column))


def test_mistakes_are_refused() -> None:
    with pytest.raises(DataError, match="shape"):
        fit_many(DOSE, np.zeros((2, 7)))
    with pytest.raises(DataError, match="negative"):
        fit_many(-DOSE, np.zeros((2, 8)))
    with pytest.raises(DataError, match="infinite response"):
        fit_many(DOSE, np.full((1, 8), np.inf))
    with pytest.raises(UnknownNameError, match="plateau 'b'"):
        fit_many(DOSE, np.zeros((1, 8)), lower={"b": 1})
