"""The profile on a grid against brute force, against the interval's limits, and where nothing was fitted."""

import numpy as np
import pytest
from scipy.optimize import least_squares
from scipy.special import expit

from selenolab.core.errors import DataError
from selenolab.fit.batch import fit_many
from selenolab.fit.profile_batch import profile_many
from selenolab.fit.profile_grid import dose_grid, profile_on_grid

DOSE = 0.5 * 2.0 ** np.arange(8)
GRID = dose_grid(DOSE)


def noisy(curves, seed=3):
    rng = np.random.default_rng(seed)
    middle = np.geomspace(1, 60, curves)[:, None]
    clean = 20 + 80 / (1 + (DOSE / middle) ** 1.3)
    return clean[:, :, None] + rng.normal(0, 5, (curves, 8, 3))


def brute(y, x, level):
    """Least RSS by scipy from many starts, with the relative (level None) or absolute dose held at x."""
    wells, response = np.log(np.repeat(DOSE, 3)), y.ravel()

    def left(at, middle, log_slope):
        return expit(-np.exp(log_slope) * (at - middle))

    def residual(p):
        if level is None:
            return p[0] + p[1] ** 2 * left(wells, np.log(x), p[2]) - response
        return level + p[0] ** 2 * (left(wells, p[1], p[2]) - left(np.log(x), p[1], p[2])) - response

    starts = [(a, b, s) for s in (-0.7, 0.3, 1.2) for a, b in ((10, 9), (9, 1), (9, 3), (20, 4))]
    box = ([-np.inf, -np.inf, -4.79], [np.inf, np.inf, 4.05])
    return min(2 * least_squares(residual, start, bounds=box).cost for start in starts)


@pytest.mark.parametrize("level", [None, 50.0])
def test_profile_is_the_least_rss(level):
    response = noisy(3)
    kind = {"percent": 50.0} if level is None else {"level": level}
    fits = fit_many(DOSE, response)
    picked = GRID[[6, 20, 36]]
    found = profile_on_grid(fits, picked, **kind)
    wanted = [[brute(y, x, level) for x in picked] for y in response]
    assert np.all(found <= np.array(wanted) * (1 + 1e-5))
    assert np.all(found >= fits.rss[:, None])


@pytest.mark.parametrize("kind", [{"percent": 50.0}, {"level": 50.0}])
def test_profile_agrees_with_the_limits(kind):
    fits = fit_many(DOSE, noisy(200))
    limits = profile_many(fits, **kind)
    inside = profile_on_grid(fits, GRID, **kind) <= fits.rss[:, None] * (1 + 4.351243503 / 20)
    between = (limits.low[:, None] * (1 + 1e-5) < GRID) & (limits.high[:, None] * (1 - 1e-5) > GRID)
    beyond = (limits.low[:, None] * (1 - 1e-5) > GRID) | (limits.high[:, None] * (1 + 1e-5) < GRID)
    assert np.all(inside[between])
    assert not np.any(inside[beyond])


def test_a_constant_curve_says_nothing_relative_and_refuses_absolute():
    fits = fit_many(DOSE, np.full((1, 8, 3), 100.0))
    assert np.ptp(profile_on_grid(fits, GRID, percent=50)) == 0.0
    assert np.all(profile_on_grid(fits, GRID, level=50) == 24 * 50.0**2)


def test_refusals_are_named():
    fits = fit_many(DOSE, noisy(1), lower={"c": 0})
    with pytest.raises(DataError, match="either percent"):
        profile_on_grid(fits, GRID)
    with pytest.raises(DataError, match="without limits"):
        profile_on_grid(fits, GRID, level=50)
    with pytest.raises(DataError, match="at least 2"):
        dose_grid([0, 1])
