"""The release exponent read by geometry: decided only when the interval lies between the borders."""

import numpy as np
import pytest

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.fit.release_answer import ReleaseFit
from selenolab.fit.release_exponent import BORDERS, read_exponent
from selenolab.fit.release_fit import fit_release

HOURS = np.array([0.5, 1, 1.5, 2, 3, 4, 5, 6])


def power_law(n: float, noise: float, model: str = "korsmeyer_peppas") -> ReleaseFit:
    wave = noise * np.array([1, -1, 1, -1, 1, -1, 1, -1])
    fit = fit_release(HOURS, 55 * (HOURS / 6) ** n + wave, model=model)
    assert isinstance(fit, ReleaseFit)
    return fit


@pytest.mark.parametrize(
    ("n", "geometry", "reading"),
    [
        (0.40, "sphere", "Fickian diffusion"),
        (0.65, "sphere", "anomalous transport"),
        (0.95, "sphere", "case II transport or faster"),
        (0.95, "slab", "anomalous transport"),
        (0.47, "slab", "Fickian diffusion"),
        (0.47, "cylinder", "anomalous transport"),
    ],
)
def test_clear_exponents_are_read_by_their_geometry(n: float, geometry: str, reading: str) -> None:
    found = read_exponent(power_law(n, 0.02), geometry)
    assert found.n == pytest.approx(n, abs=0.01)
    assert (found.reading, found.decided) == (reading, True)
    assert found.borders == BORDERS[geometry]


def test_an_interval_over_a_border_is_not_decided() -> None:
    one = read_exponent(power_law(0.45, 1.0), "sphere")
    assert one.low is not None
    assert one.high is not None
    assert one.low < 0.43 < one.high < 0.85
    assert one.reading == "not decidable between Fickian diffusion and anomalous transport"
    assert not one.decided
    two = read_exponent(power_law(0.6, 12.0), "sphere")
    assert two.reading.startswith("not decidable between Fickian diffusion, anomalous transport and case II")


def test_without_an_interval_nothing_is_decided() -> None:
    found = read_exponent(power_law(0.65, 0.0), "sphere")
    assert not found.decided
    assert found.low is None
    assert found.reading == "not decidable: the curve meets every point: no scatter to judge by"


def test_nonsense_is_named() -> None:
    with pytest.raises(UnknownNameError, match="sphere"):
        read_exponent(power_law(0.5, 0.1), "spheer")
    with pytest.raises(DataError, match="found a fit of weibull"):
        read_exponent(power_law(0.5, 0.1, "weibull"), "sphere")
