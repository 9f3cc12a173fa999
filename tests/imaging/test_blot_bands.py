"""Lanes, tilt, bands and volumes on blots of known truth, and on the given images."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile
from PIL import Image

from selenolab.core.errors import DataError
from selenolab.imaging.blot_bands import find_bands, measure
from selenolab.imaging.blot_frame import box_corners, to_frame, to_image, window
from selenolab.imaging.blot_lanes import find_lanes, lanes_given
from selenolab.imaging.blot_signal import Signal, as_signal
from selenolab.imaging.blot_tilt import find_tilt

sys.path.insert(0, str(Path(__file__).parents[1] / "generators"))
from blot_truth import Blot, Scene, draw

WESTERN = Path(__file__).parents[3] / "shared" / "data" / "western"
shared = pytest.mark.skipif(not WESTERN.exists(), reason="no shared data")

SCENE = Scene(shape=(240, 400), lanes=5, rows=(0.3, 0.7), slope=(200, -150), streak=100, offset=500)
HEIGHTS = np.array([[4000, 8000], [2000, 7000], [1000, 9000], [500, 8000], [8000, 7500]], float)


@pytest.fixture(scope="module")
def blot() -> Blot:
    return draw(SCENE, HEIGHTS, 1)


def found_in(image, **options) -> pd.DataFrame:
    signal = as_signal(image)
    return find_bands(signal, find_lanes(signal, tilt=find_tilt(signal).angle), **options)


@pytest.mark.parametrize("background", ["rim", "line"])
def test_volumes_are_found_as_drawn(blot, background) -> None:
    bands = found_in(blot.image, background=background)
    assert bands[["lane", "band"]].to_numpy().tolist() == blot.bands[["lane", "band"]].to_numpy().tolist()
    np.testing.assert_allclose(
        bands["volume"], blot.bands["volume"], rtol=0.01 if background == "rim" else 0.04
    )
    np.testing.assert_allclose(bands["y"], blot.bands["y"], atol=1)
    assert not bands["saturated"].any()


@pytest.mark.parametrize("tilt", [-3.0, 2.0])
def test_a_turned_blot_is_measured_without_interpolation(tilt: float) -> None:
    turned = draw(Scene(shape=(300, 420), lanes=5, tilt=tilt, frown=1.5), HEIGHTS, 2)
    bands = found_in(turned.image)
    np.testing.assert_allclose(bands["volume"], turned.bands["volume"], rtol=0.02)
    assert find_tilt(as_signal(turned.image)).angle == pytest.approx(tilt, abs=0.5)


def test_the_frame_turns_there_and_back_and_counts_each_pixel_once() -> None:
    x, y = np.array([0.0, 30, 99]), np.array([5.0, 60, 20])
    there = to_frame(x, y, 2.5, (80, 100))
    np.testing.assert_allclose(to_image(*there, 2.5, (80, 100)), (x, y))
    np.testing.assert_allclose(box_corners(2, 9, 3, 5, 0, (80, 100))[0], (1.5, 2.5))
    values = np.arange(8000.0).reshape(80, 100)
    parts = [window(values, 2.5, a, a + 40, -60, 160).values for a in (-60, -20, 20, 60, 100)]
    assert sorted(np.concatenate(parts)) == values.ravel().tolist()


@pytest.mark.parametrize("background", ["rim", "line", "rolling_ball"])
def test_a_factor_and_a_constant_leave_ratios_as_they_are(blot, background) -> None:
    ratios = []
    for factor, constant in ((1.0, 0.0), (3.0, 0.0), (1.0, 2500.0), (0.25, 90.0)):
        image = blot.image * factor + constant
        volume = found_in(image, background=background)["volume"].to_numpy()
        ratios.append(volume / volume[0])
    for changed in ratios[1:]:
        np.testing.assert_allclose(changed, ratios[0], rtol=1e-4)


def test_dark_bands_give_the_same_volumes(blot) -> None:
    pd.testing.assert_frame_equal(found_in(65535 - blot.image), found_in(blot.image))


def test_a_band_with_a_full_pixel_is_flagged_and_its_neighbours_are_not() -> None:
    strong = HEIGHTS.copy()
    strong[1, 0], strong[3, 1] = 90_000, 70_000
    bands = found_in(draw(SCENE, strong, 3).image)
    assert bands.loc[bands["saturated"], ["lane", "band"]].to_numpy().tolist() == [[2, 1], [4, 2]]
    for background in ("line", "rolling_ball"):
        again = found_in(draw(SCENE, strong, 3).image, background=background)
        assert again["saturated"].sum() == 2


def test_a_lane_of_faint_bands_is_found_beside_strong_ones() -> None:
    heights = np.array([[30_000.0], [150], [30_000], [100], [20_000]])
    faint = draw(Scene(shape=(240, 400), lanes=5, rows=(0.5,), gain=4, read_noise=3, offset=100), heights, 4)
    bands = found_in(faint.image)
    assert bands["lane"].tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_allclose(bands["volume"], faint.bands["volume"], rtol=0.05)


def test_lanes_without_a_band_are_placed_when_their_number_is_told() -> None:
    heights = HEIGHTS.copy()
    heights[2] = 0
    gap = draw(SCENE, heights, 5)
    signal = as_signal(gap.image)
    seen = find_lanes(signal)
    assert len(seen.x0) == 4
    assert "room for a lane without a band" in seen.notes[0]
    told = find_lanes(signal, count=5)
    middle = (np.array(told.x0) + told.x1) / 2
    np.testing.assert_allclose(middle, gap.lanes, atol=5)
    assert find_bands(signal, told)["lane"].tolist() == [1, 1, 2, 2, 4, 4, 5, 5]


def test_bands_close_together_part_at_the_valley() -> None:
    doublet = draw(Scene(shape=(240, 400), lanes=5, rows=(0.45, 0.56), sigma=4), HEIGHTS, 6)
    bands = found_in(doublet.image)
    assert len(bands) == 10
    upper, lower = bands[bands["band"] == 1], bands[bands["band"] == 2]
    assert (upper["y1"].to_numpy() <= lower["y0"].to_numpy()).all()
    np.testing.assert_allclose(bands["volume"], doublet.bands["volume"], rtol=0.06)


@pytest.mark.parametrize("seed", [0, 1, 3, 4])
def test_a_strip_cut_out_around_its_bands_is_measured_too(seed: int) -> None:
    heights = 3000 * np.random.default_rng(seed).lognormal(0, 0.6, (7, 1))
    scene = Scene(shape=(60, 490), lanes=7, rows=(0.5,), sigma=5, tilt=0.5, slope=(100, 200), streak=80)
    strip = draw(scene, heights, seed)
    np.testing.assert_allclose(found_in(strip.image)["volume"], strip.bands["volume"], rtol=0.02)


def test_a_box_that_a_person_drew_gives_the_same_answer(blot) -> None:
    signal = as_signal(blot.image)
    bands = found_in(blot.image)
    tilt = find_tilt(signal).angle
    again = measure(signal, bands[["lane", "band", "x0", "x1", "y0", "y1"]], tilt=tilt)
    pd.testing.assert_frame_equal(again, bands)


def test_the_error_of_a_volume_is_that_of_the_background() -> None:
    """Pulls of faint bands over 8 blots: shot noise of the band itself is not in the error."""
    pulls = []
    for seed in range(8):
        one = draw(Scene(shape=(240, 400), lanes=5, read_noise=12), np.full((5, 2), 150.0), 100 + seed)
        boxes = one.bands.assign(x0=one.bands.x - 34, x1=one.bands.x + 34, y0=one.bands.y - 17)
        boxes = boxes.assign(y1=one.bands.y + 17)
        seen = measure(as_signal(one.image, bands="light"), boxes)
        pulls += list((seen["volume"] - one.bands["volume"]) / seen["volume_se"])
    assert abs(np.mean(pulls)) < 0.5
    assert 0.7 < np.std(pulls) < 1.6


def test_nothing_but_noise_holds_no_lane() -> None:
    image = np.random.default_rng(2).normal(500, 10, (240, 400)).astype(np.uint16)
    signal = as_signal(image, bands="light")
    with pytest.raises(DataError, match="Unable to find a lane"):
        find_lanes(signal)
    assert find_bands(signal, find_lanes(signal, count=4)).empty


def test_boxes_that_cannot_be_measured_are_refused(blot) -> None:
    signal = as_signal(blot.image)
    box = {"lane": 1, "band": 1, "x0": 10.0, "x1": 60.0, "y0": 20, "y1": 60}
    for wrong in ({"x1": 5.0}, {"y1": 20}, {"x0": 900.0, "x1": 960.0}, {"y0": -90, "y1": -20}):
        with pytest.raises(DataError, match="Lane 1 band 1: Expected a box of at least 2 x 3 pixels within"):
            measure(signal, pd.DataFrame([box | wrong]))
    with pytest.raises(DataError, match="lack the columns y0, y1"):
        measure(signal, pd.DataFrame([box]).drop(columns=["y0", "y1"]))
    with pytest.raises(DataError, match="Unknown background 'magic'"):
        measure(signal, pd.DataFrame([box]), background="magic")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="Unable to place 100 lanes"):
        find_lanes(signal, count=100)
    with pytest.raises(DataError, match="A lane ends left of its start"):
        lanes_given(pd.DataFrame({"x0": [5.0], "x1": [2.0]}))


@shared
def test_the_given_actin_blot_has_eight_bands_and_none_is_saturated() -> None:
    image = tifffile.imread(WESTERN / "anti_actin_16bit.tif")
    bands = found_in(image)
    actin = bands[bands["band"] == 1]
    assert actin["lane"].tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert bands["lane"].max() == 8
    assert (actin["snr"] > 50).all()
    assert not bands["saturated"].any()
    assert (bands[bands["band"] == 2]["volume"] < 0.06 * actin["volume"].max()).all()  # a fainter second row


def gel_boxes(left: float, top: int, right: float, first: int, last: int) -> pd.DataFrame:
    """Five lanes side by side, rows `first` to `last` below `top`: the boxes of the author of the gel."""
    edges = left + (right - left) * np.arange(6) / 5
    columns = {"lane": range(1, 6), "band": 1, "x0": np.round(edges[:-1]), "x1": np.round(edges[1:])}
    return pd.DataFrame(columns).assign(y0=top + first, y1=top + last)


AUTHOR = [
    ("a", slice(0, 5), (30, 300, 205, 75, 155)),
    ("a", slice(5, 10), (35, 800, 208, 75, 145)),
    ("b", slice(0, 5), (390, 300, 565, 70, 140)),
    ("b", slice(5, 10), (390, 800, 565, 70, 140)),
]


def gel_series(place: tuple[int, ...], across: str) -> np.ndarray:
    signal = as_signal(np.asarray(Image.open(WESTERN / "gel_example.png")), channel="luma")
    volume = measure(signal, gel_boxes(*place), background="line", across=across)["volume"].to_numpy()
    return volume / volume[0]


@shared
@pytest.mark.parametrize(("name", "points", "place"), AUTHOR)
def test_the_given_gel_in_the_boxes_and_by_the_rule_of_its_author(name, points, place) -> None:
    """Luma of an 8-bit scan, a straight line under the box, the middle of the lane weighted."""
    told = json.loads((WESTERN / f"gel_example_{name}.json").read_text())["value"]
    author = np.array(list(told.values()))[points]
    np.testing.assert_allclose(gel_series(place, "middle"), author, rtol=0.1)


def test_a_signal_without_noise_is_measured_too() -> None:
    y, x = np.mgrid[:120, :200].astype(float)
    values = 1000 * np.exp(-(((y - 60) / 6) ** 2)) * ((x > 60) & (x < 110)) + 50 + y
    bands = find_bands(*(lambda s: (s, find_lanes(s)))(Signal(values, "light", np.inf, 0.0)))
    assert len(bands) == 1
    assert bands["volume"].iloc[0] == pytest.approx(1000 * 6 * np.pi**0.5 * 49, rel=0.01)
