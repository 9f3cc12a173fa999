"""Truth: the curves, their slopes and their inverses agree with each other."""

import numpy as np
import pytest

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.fit.families import FAMILIES, absolute_dose, evaluate, family_named, gradient, relative_dose

VALUES = np.array([1.4, 12.0, 96.0, 3.5, 0.7])
X = np.array([0.0, 0.1, 1.0, 3.5, 20.0, 1e4])


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_gradient_is_the_derivative(name: str) -> None:
    slopes = gradient(FAMILIES[name], X, VALUES)
    for k in range(5):
        step = np.zeros(5)
        step[k] = 1e-6
        rise = (
            evaluate(FAMILIES[name], X, VALUES + step) - evaluate(FAMILIES[name], X, VALUES - step)
        ) / 2e-6
        if k == 4 and FAMILIES[name].law in ("W1", "W2"):
            continue  # these laws have no f
        assert slopes[:, k] == pytest.approx(rise, rel=1e-6, abs=1e-5)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_zero_dose_is_the_upper_plateau_and_far_doses_the_lower(name: str) -> None:
    assert evaluate(FAMILIES[name], 0.0, VALUES) == pytest.approx(96.0)
    values = VALUES * [3, 1, 1, 1, 1] if FAMILIES[name].law == "BC" else VALUES
    assert evaluate(FAMILIES[name], 1e12, values) == pytest.approx(12.0, abs=1e-3)


@pytest.mark.parametrize("percent", [10, 50, 90])
@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_relative_dose_inverts_the_curve(name: str, percent: float) -> None:
    found = relative_dose(FAMILIES[name], VALUES, percent)
    assert found.value is not None
    expected = 96.0 - 84.0 * percent / 100
    assert evaluate(FAMILIES[name], found.value, VALUES) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_absolute_dose_inverts_the_curve(name: str) -> None:
    found = absolute_dose(FAMILIES[name], VALUES, 50.0)
    assert found.value is not None
    assert evaluate(FAMILIES[name], found.value, VALUES) == pytest.approx(50.0, rel=1e-9)


def test_absolute_dose_follows_the_closed_form() -> None:
    expected = 3.5 * ((96 - 12) / (50 - 12) - 1) ** (1 / 1.4)
    found = absolute_dose(FAMILIES["LL.4"], [1.4, 12, 96, 3.5, 1], 50)
    assert found.value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("c", "d", "side"),
    [(50.0, 100.0, "above"), (55.0, 100.0, "above"), (5.0, 50.0, "below"), (5.0, 40.0, "below")],
)
def test_absolute_dose_is_undefined_with_its_reason(c: float, d: float, side: str) -> None:
    found = absolute_dose(FAMILIES["LL.4"], [1.0, c, d, 3.0, 1.0], 50)
    assert found.value is None
    assert found.side == side
    assert found.reason.startswith("undefined: ")


def test_flat_curve_has_no_relative_dose() -> None:
    found = relative_dose(FAMILIES["LL.4"], [1.0, 80.0, 80.0, np.inf, 1.0], 50)
    assert found.value is None
    assert "flat" in found.reason


def test_unknown_names_and_values_are_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"Did you mean LL\.4"):
        family_named("ll.4")
    with pytest.raises(UnknownNameError, match=r"parameter of LL\.4 'f'"):
        family_named("LL.4", {"f": 2.0})
    with pytest.raises(DataError, match="e fixed at -1"):
        family_named("LL.4", {"e": -1.0})
    with pytest.raises(DataError, match="between 0 and 100"):
        relative_dose(FAMILIES["LL.4"], VALUES, 100)
