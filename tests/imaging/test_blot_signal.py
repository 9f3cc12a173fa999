"""Blots as signals: channel, orientation, saturation, hot pixels, refusals."""

import sys
from pathlib import Path

import numpy as np
import pytest

from selenolab.core.errors import DataError
from selenolab.imaging.blot_saturation import saturated_level
from selenolab.imaging.blot_signal import as_signal

sys.path.insert(0, str(Path(__file__).parents[1] / "generators"))
from blot_truth import Scene, draw

SCENE = Scene(shape=(200, 320), lanes=4, offset=300)
RNG = np.random.default_rng(7)


@pytest.fixture(scope="module")
def image():
    return draw(SCENE, np.full((4, 2), 5000.0), 1).image


def test_bands_are_looked_for_in_the_numbers(image) -> None:
    light, dark = as_signal(image), as_signal(65535 - image)
    assert (light.bands, dark.bands) == ("light", "dark")
    np.testing.assert_array_equal(light.values, dark.values)
    assert light.saturated == dark.saturated == np.inf


def test_faint_bands_on_a_steep_ground_show_their_side() -> None:
    scene = Scene(shape=(420, 760), slope=(400, 400), read_noise=8)
    assert as_signal(draw(scene, np.full((8, 2), 300.0), 2).image).bands == "light"


def test_an_image_without_bands_shows_no_side_and_a_person_may_say_it() -> None:
    image = np.random.default_rng(1).normal(500, 10, (200, 300)).astype(np.uint16)
    with pytest.raises(DataError, match=r"blot\.tif: Unable to see whether bands are light or dark.*State"):
        as_signal(image, name="blot.tif")
    assert as_signal(image, bands="dark").values.min() == 65535 - image.max()


def test_channels_are_stated_or_refused(image) -> None:
    ground = np.full_like(image, 1000)
    colour = np.dstack([ground, image, ground])
    with pytest.raises(DataError, match=r"found 3 that differ\. State the channel: red, green"):
        as_signal(colour)
    with pytest.raises(DataError, match="Unknown channel 'purple'"):
        as_signal(colour, channel="purple")
    with pytest.raises(DataError, match="Unknown channel '3'"):
        as_signal(colour, channel=3)
    np.testing.assert_array_equal(as_signal(colour, channel="green").values, as_signal(image).values)
    np.testing.assert_array_equal(as_signal(colour, channel=1).values, as_signal(image).values)
    grey = as_signal(np.dstack([image] * 3))
    assert grey.channel == ""
    luma = as_signal(np.dstack([image] * 3), channel="luma")
    np.testing.assert_allclose(luma.values, grey.values)


@pytest.mark.parametrize(
    ("image", "told"),
    [
        (np.zeros((100, 100), np.uint16), r"all black \(0\)"),
        (np.full((100, 100), 65535, np.uint16), r"all white \(65535\)"),
        (np.full((100, 100), 255, np.uint8), r"all white \(255\)"),
        (np.full((100, 100), 7, np.uint16), r"all of one grey value \(7\)"),
        (RNG.integers(0, 9, (10, 200)).astype(np.uint16), "at least 24 x 24 pixels, found 200 x 10"),
        (np.where(np.eye(50) > 0, np.nan, 1.0), "50 pixels hold no finite number"),
        (np.zeros((5, 60, 60, 3), np.uint16), "found 4 dimensions"),
        (np.zeros((60, 60), bool), "of bool"),
        (np.zeros((0, 60), np.uint16), "found 60 x 0"),
    ],
)
def test_images_that_hold_no_blot_are_refused_by_name(image, told: str) -> None:
    with pytest.raises(DataError, match=told) as refused:
        as_signal(image, name="x.tif")
    assert str(refused.value).startswith("x.tif: ")


def test_a_single_pixel_at_the_end_of_the_numbers_is_saturated(image) -> None:
    full = image + (65535 - image.max())
    assert 1 <= (full == 65535).sum() <= 2
    assert as_signal(full).saturated == 65535
    assert as_signal(65535 - full).saturated == 65535


def test_a_plateau_below_the_end_is_saturated_and_a_top_of_noise_is_not() -> None:
    bright = draw(SCENE, np.full((4, 2), 30_000.0), 3).image
    assert as_signal(bright).saturated == np.inf
    assert as_signal(np.minimum(bright, 21_000)).saturated == 21_000
    assert saturated_level(np.minimum(bright / 8, 4095.0), 65535) == np.inf
    twelve = np.minimum(bright // 6, 4095).astype(float)
    assert saturated_level(twelve, 65535) == 4095
    eight = (bright // 256).astype(float)
    assert saturated_level(eight, 255) == np.inf


def test_hot_pixels_are_taken_out_and_bands_are_not(image) -> None:
    assert as_signal(image).specks == 0
    hot = image.copy()
    hot[20, 30] = hot[100, 200] = hot[101, 200] = 65535
    seen = as_signal(hot)
    assert seen.specks == 3
    assert seen.saturated == np.inf
    assert abs(seen.values - image)[[20, 100, 101], [30, 200, 200]].max() < 100
    thin = draw(Scene(shape=(200, 320), lanes=4, sigma=0.8), np.full((4, 2), 5000.0), 1).image
    assert as_signal(thin).specks == 0
