"""Release through a membrane: closed forms and an independent integration."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from selenolab.fit.membrane_model import (
    Layout,
    carrier,
    carrier_terms,
    predicted_control,
    predicted_release,
    through_membrane,
)

TIMES = np.array([0.0, 0.5, 1, 2, 4, 8, 12, 24, 48])


def two_exponentials(k, k_m):
    return 1 - (k_m * np.exp(-k * TIMES) - k * np.exp(-k_m * TIMES)) / (k_m - k)


@pytest.mark.parametrize("k", [0.001, 0.1, 0.9, 5.0, 80.0])
@pytest.mark.parametrize("k_m", [0.01, 0.3, 3.0, 40.0])
def test_first_order_release_is_the_two_exponentials(k, k_m):
    found = through_membrane(TIMES, np.log(2) / k, 1.0, k_m)
    assert found.value == pytest.approx(two_exponentials(k, k_m), abs=1e-9)


@pytest.mark.parametrize("k", [0.02, 0.3, 6.0])
@pytest.mark.parametrize("apart", [0.0, 1e-12, -1e-9, 1e-6])
def test_nothing_is_lost_where_carrier_and_membrane_are_alike(k, apart):
    limit = 1 - (1 + k * TIMES) * np.exp(-k * TIMES)
    found = through_membrane(TIMES, np.log(2) / k, 1.0, k * (1 + apart))
    assert found.value == pytest.approx(limit, abs=1e-9 + 1e-6 * (abs(apart) > 1e-7))


@pytest.mark.parametrize("shape", [0.4, 0.7, 1.4, 3.0])
@pytest.mark.parametrize("half", [0.2, 6.9, 60.0])
@pytest.mark.parametrize("k_m", [0.3, 4.0])
def test_weibull_release_is_the_convolution_of_its_rate(shape, half, k_m):
    """Integrated over the drug by its hazard z, each part with the time at which it leaves the carrier."""

    def passed(z, t):
        return -np.exp(-z) * np.expm1(-k_m * (t - half * (z / np.log(2)) ** (1 / shape)))

    for t, value in zip(TIMES, through_membrane(TIMES, half, shape, k_m).value, strict=True):
        top = np.log(2) * (t / half) ** shape
        ends = np.unique(
            [0, *(top * np.geomspace(1e-9, 0.5, 20)), *(top * (1 - np.geomspace(1e-9, 0.5, 20))), top]
        )
        asked = sum(quad(passed, *pair, args=(t,), epsabs=1e-13)[0] for pair in pairwise(ends))
        assert value == pytest.approx(asked, abs=2e-6)


@settings(max_examples=60, deadline=None)
@given(half=st.floats(0.01, 500), shape=st.floats(0.3, 3), k_m=st.floats(0.01, 50), second=st.floats(1.01, 4))
def test_the_medium_lags_behind_the_carrier_and_rises(half, shape, k_m, second):
    value = through_membrane(TIMES, half, shape, k_m).value
    assert value[0] == 0
    assert np.all(value <= carrier(TIMES, half, shape) + 1e-6)
    assert np.all(np.diff(value) >= -1e-6)
    assert np.all(through_membrane(TIMES, half, shape, k_m * second).value >= value - 1e-6)


@pytest.mark.parametrize("family", ["first order", "Weibull"])
@pytest.mark.parametrize("plateau", [100.0, None])
@pytest.mark.parametrize("recovery", ["own", "control"])
def test_slopes_are_those_of_differences(family, plateau, recovery):
    layout = Layout(family, plateau, 0.02, recovery)
    values = {"log half": 1.3, "log shape": -0.3, "plateau": 88.0, "log k_m": -1.0, "control plateau": 93.0}
    x = np.array([values[name] for name in layout.names])
    for predicted in (predicted_release, predicted_control):
        step = 1e-5 * np.eye(x.size)
        rise = [
            (predicted(layout, x + h, TIMES)[0] - predicted(layout, x - h, TIMES)[0]) / 2e-5 for h in step
        ]
        assert predicted(layout, x, TIMES)[1] == pytest.approx(np.array(rise).T, abs=1e-7)


def test_hold_up_and_recovery_scale_what_is_seen():
    x = np.array([np.log(6.9), np.log(0.3), 90.0])
    seen = [
        predicted_release(Layout("first order", 100.0, hold_up, recovery), x, TIMES)[0][-1]
        for hold_up, recovery in ((0.0, "own"), (0.02, "own"), (0.0, "control"))
    ]
    assert seen[1] / seen[0] == pytest.approx(0.98)
    assert seen[2] / seen[0] == pytest.approx(0.9)
    assert carrier_terms(Layout("first order", 100.0, 0.0, "own"), x) == pytest.approx((6.9, 1.0, 100.0))
