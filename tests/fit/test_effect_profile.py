"""The profile of an effective dose for any family: zero at the fit, and that of the compiled one for LL.4."""

import numpy as np
import pytest

from selenolab.core.errors import DataError
from selenolab.fit.batch import fit_many
from selenolab.fit.dose_response import fit_curve
from selenolab.fit.effect_profile import effect_profile
from selenolab.fit.profile import effective_dose
from selenolab.fit.profile_grid import profile_on_grid

DOSE = np.array([0, 1, 2, 4, 8, 16, 32, 64.0])


def plate(seed=0, e=8.0, c=10.0):
    truth = c + (100 - c) / (1 + (DOSE / e) ** 1.4)
    return np.repeat(truth[:, None], 3, axis=1) + 3 * np.random.default_rng(seed).standard_normal((8, 3))


@pytest.mark.parametrize("asked", [{"percent": 50.0}, {"level": 50.0}, {"level": 90.0}])
def test_it_is_that_of_the_compiled_one(asked):
    values = plate()
    fit = fit_curve(np.repeat(DOSE, 3), values.ravel())
    middle = effective_dose(fit, **asked).value
    grid = middle * np.geomspace(0.8, 1.25, 5)
    one = effect_profile(fit, grid, **asked)
    other = profile_on_grid(fit_many(DOSE, values[None]), grid, **asked)[0]
    assert one == pytest.approx(other, rel=1e-5)


@pytest.mark.parametrize("family", ["LL.3", "W1.4", "BC.4"])
def test_it_is_least_at_the_effective_dose(family):
    fit = fit_curve(np.repeat(DOSE, 3), plate(1, c=0.0).ravel(), family)
    for asked in ({"percent": 50.0}, {"level": 50.0}):
        middle = effective_dose(fit, **asked).value
        below, at, above = effect_profile(fit, middle * np.array([0.7, 1.0, 1.4]), **asked)
        assert at == pytest.approx(fit.rss, rel=1e-4)
        assert min(below, above) > at


def test_a_curve_that_is_not_there_says_nothing():
    fit = fit_curve(DOSE, np.full(8, 100.0))
    assert set(effect_profile(fit, [1.0, 2.0], percent=50)) == {fit.rss}


def test_one_effect_is_asked_for_at_a_time():
    fit = fit_curve(np.repeat(DOSE, 3), plate().ravel())
    with pytest.raises(DataError, match="not both"):
        effect_profile(fit, [1.0, 2.0], percent=50, level=50)
