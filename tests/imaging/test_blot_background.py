"""The rolling ball beside scikit-image's, and what must hold of any ball."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import restoration

from selenolab.core.errors import DataError
from selenolab.imaging.blot_background import rolling_ball

RNG = np.random.default_rng(11)


@pytest.mark.parametrize("radius", [1, 4, 15.5, 30])
@pytest.mark.parametrize("shape", [(70, 90), (33, 41), (24, 130)])
def test_it_is_the_ball_of_scikit_image(radius: float, shape: tuple[int, int]) -> None:
    image = RNG.gamma(2, 200, shape)
    image[10:14, 5:20] += 4000
    np.testing.assert_allclose(
        rolling_ball(image, radius), restoration.rolling_ball(image, radius=radius), rtol=1e-5, atol=1e-3
    )


@pytest.mark.parametrize("height", [3.0, 500.0])
def test_a_flat_or_tall_ball_too(height: float) -> None:
    image = RNG.gamma(2, 200, (60, 80))
    away = np.hypot(*np.mgrid[-12:13, -12:13]) / 12
    cap = np.where(away <= 1, height * (1 - np.sqrt(np.clip(1 - away**2, 0, None))), np.inf)
    padded = np.pad(image, 12, constant_values=np.inf)
    brute = np.min([padded[i : i + 60, j : j + 80] + cap[i, j] for i in range(25) for j in range(25)], axis=0)
    np.testing.assert_allclose(rolling_ball(image, 12, height), brute, rtol=1e-5, atol=1e-3)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(1, 25), st.floats(-1e4, 1e4), st.floats(0.1, 1e3))
def test_it_lies_under_the_image_and_follows_shift_and_scale(
    seed: int, radius: float, shift: float, scale: float
) -> None:
    image = np.random.default_rng(seed).gamma(2, 200, (40, 50))
    ground = rolling_ball(image, radius, 80.0)
    assert (ground <= image + 1e-3).all()
    assert ground.min() == pytest.approx(image.min())
    moved = rolling_ball(image * scale + shift, radius, 80.0 * scale)
    np.testing.assert_allclose(moved, ground * scale + shift, rtol=1e-5, atol=2e-3 * scale)


def test_a_slope_stays_and_a_band_is_left_out() -> None:
    y, x = np.mgrid[:120, :160].astype(float)
    slope = 500 + 0.5 * x + 0.2 * y
    band = 3000 * np.exp(-(((y - 60) / 4) ** 2)) * (abs(x - 80) < 30)
    ground = rolling_ball(slope + band, 40, 40)
    assert np.abs(ground - slope)[45:75, 45:115].max() < 8


@pytest.mark.parametrize(
    ("radius", "height", "told"), [(0.5, None, "at least 1"), (np.nan, None, "nan"), (9, 0, "positive")]
)
def test_a_ball_that_cannot_be_is_refused(radius, height, told) -> None:
    with pytest.raises(DataError, match=told):
        rolling_ball(np.zeros((30, 30)), radius, height)
