"""Truth, contract and hostile tests of the scale bar: what is read is right, what is not sure is refused."""

import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from selenolab.core.errors import DataError
from selenolab.imaging.scale_bar import NoScaleBar, ScaleBar, find_scale_bar
from selenolab.imaging.scale_bar_value import bar_value, implausible, is_usual

_SPEC = spec_from_file_location("drawn_micrographs", Path(__file__).with_name("drawn_micrographs.py"))
assert _SPEC is not None
drawn = module_from_spec(_SPEC)
import sys  # noqa: E402 - the dataclass of the module looks itself up

sys.modules["drawn_micrographs"] = drawn
_SPEC.loader.exec_module(drawn)

SHARED = Path(__file__).parents[3] / "shared" / "data" / "microscopy"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="shared microscopy data are not beside this checkout"
)
# Columns at more than half contrast. 10_nm, 200_nm, 1_um, 2_um and 50_nm were counted apart along the row of
# the bar (76, 61, 145, 144, 198); the others were looked at on crops, and are held as they were read.
SHARED_BARS = {
    "100_nm": (100.0, 255.3), "10_nm": (10.0, 76.2), "1_um": (1000.0, 145.1), "200_nm": (200.0, 61.5),
    "2_um": (2000.0, 144.0), "500_nm": (500.0, 82.0), "50_nm": (50.0, 198.0),
}  # fmt: skip
GOLD_BARS = {"au20nm_002": 327.0, "au20nm_004": 491.0, "au50nm_003": 491.0, "au50nm_004": 327.0}


def _picture(
    text: str, bar: tuple[int, int, int, int] | None = (60, 240, 180, 246), ground: int = 90, ink: int = 255
):
    image = np.random.default_rng(1).normal(ground, 4, (300, 400)).clip(0, 255).astype(np.uint8)
    picture = Image.fromarray(image)
    draw = ImageDraw.Draw(picture)
    if bar:
        draw.rectangle((bar[0], bar[1], bar[2] - 1, bar[3] - 1), fill=ink)
    draw.text((80, 205), text, fill=ink, font=ImageFont.load_default(24))
    return np.asarray(picture)


def _nanometres(bar: ScaleBar) -> float:
    return bar.pixel_size_nm * bar.length_px


@needs_shared
@pytest.mark.parametrize("name", SHARED_BARS)
def test_each_shared_scale_bar_is_read(name):
    nanometres, length = SHARED_BARS[name]
    bar = find_scale_bar(np.asarray(Image.open(SHARED / "scalebar" / f"{name}.png").convert("RGB")))
    assert isinstance(bar, ScaleBar), bar
    assert _nanometres(bar) == pytest.approx(nanometres, rel=1e-9)
    assert bar.length_px == pytest.approx(length, rel=0.01)


@needs_shared
@pytest.mark.slow
@pytest.mark.parametrize("name", GOLD_BARS)
def test_shadowed_writing_of_the_gold_images_is_read(name):
    truth = json.loads((SHARED / "gold" / "scale.json").read_text())[f"{name}.jpg"]["bar_nm"]
    bar = find_scale_bar(np.asarray(Image.open(SHARED / "gold" / f"{name}.jpg")))
    assert isinstance(bar, ScaleBar), bar
    assert _nanometres(bar) == pytest.approx(truth, rel=1e-9)
    assert bar.length_px == pytest.approx(GOLD_BARS[name], abs=0.5)


def _rates(seeds: range) -> tuple[int, list[str]]:
    """How many drawn bars were read rightly, and which were read wrongly."""
    right, wrong = 0, []
    for seed in seeds:
        made = drawn.drawn_micrograph(seed)
        bar = find_scale_bar(made.image)
        if isinstance(bar, NoScaleBar):
            continue
        value = abs(_nanometres(bar) / made.nanometres - 1) < 1e-9
        length = abs(bar.length_px - made.length_px) <= max(1.0, 0.02 * made.length_px)
        if value and length:
            right += 1
        else:
            wrong.append(
                f"{seed}: {made.text} over {made.length_px} px read as {bar.text} over {bar.length_px:.1f}"
            )
    return right, wrong


def test_drawn_bars_are_read_and_none_wrongly():
    right, wrong = _rates(range(12))
    assert wrong == []
    assert right >= 10


@pytest.mark.slow
def test_rate_over_three_hundred_drawn_bars():
    right, wrong = _rates(range(5000, 5300))
    assert len(wrong) <= 3, wrong
    assert right >= 270


@pytest.mark.parametrize("ticked", [False, True])
def test_length_is_good_to_a_tenth_of_a_pixel(ticked):
    image = _picture("50 nm", bar=None)
    image = np.array(image)
    image[241:243, 60:180] = 255
    if ticked:
        image[235:249, 60:62] = image[235:249, 178:180] = 255
    bar = find_scale_bar(image)
    assert isinstance(bar, ScaleBar)
    assert bar.length_px == pytest.approx(118.0 if ticked else 120.0, abs=0.4 if ticked else 0.1)
    assert bool(bar.noted) is ticked


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32, np.float64])
def test_every_number_type_reads_the_same(kind):
    image = _picture("20 nm").astype(kind) * (200 if kind is np.uint16 else 1)
    bar = find_scale_bar(image)
    assert isinstance(bar, ScaleBar)
    assert (bar.length, bar.unit) == (20.0, "nm")
    assert bar.length_px == pytest.approx(120, abs=0.2)


def test_coloured_bar_of_the_brightness_of_the_ground_is_read():
    grey = np.random.default_rng(0).normal(76, 3, (300, 400)).clip(0, 255).astype(np.uint8)
    picture = Image.fromarray(np.dstack([grey] * 3))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((60, 240, 179, 246), fill=(255, 0, 0))
    draw.text((80, 205), "50 nm", fill=(255, 0, 0), font=ImageFont.load_default(26))
    bar = find_scale_bar(np.asarray(picture))
    assert isinstance(bar, ScaleBar)
    assert (bar.length, bar.unit, round(bar.length_px)) == (50.0, "nm", 120)


def test_reading_is_the_same_twice():
    image = drawn.drawn_micrograph(3).image
    assert find_scale_bar(image) == find_scale_bar(image)


def test_known_length_needs_only_the_line():
    bar = find_scale_bar(_picture(""), known="100 nm")
    assert isinstance(bar, ScaleBar)
    assert bar.given
    assert bar.pixel_size_nm == pytest.approx(100 / 120, rel=0.002)


def test_known_length_with_two_lines_asks_for_a_region():
    image = np.array(_picture(""))
    image[40:46, 200:320] = 255
    answer = find_scale_bar(image, known="100 nm")
    assert isinstance(answer, NoScaleBar)
    assert "region" in answer.reason
    bar = find_scale_bar(image, known="100 nm", region=(20, 150, 80, 390))
    assert isinstance(bar, ScaleBar)
    assert (round(bar.x0), round(bar.x1), round(bar.y)) == (200, 320, 43)


@pytest.mark.parametrize("known", ["100", "nm", "about 100 nm", "0 nm", "-5 nm", "100 px"])
def test_known_that_is_no_length_is_refused(known):
    with pytest.raises(DataError, match="100 nm"):
        find_scale_bar(_picture("50 nm"), known=known)


def test_region_outside_the_image_is_refused():
    with pytest.raises(DataError, match="300 rows"):
        find_scale_bar(_picture("50 nm"), region=(0, 0, 301, 400))


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (np.zeros((1, 1), np.uint8), "even"),
        (np.zeros((512, 512), np.uint16), "even"),
        (np.full((64, 64, 3), 200, np.uint8), "even"),
        (np.full((64, 64), np.nan), "even"),
        (np.arange(12, dtype=np.uint8).reshape(3, 4), "strip"),
        (np.random.default_rng(0).integers(0, 255, (256, 256)).astype(np.uint8), "strip"),
    ],
)
def test_nothing_to_find_is_said(image, words):
    answer = find_scale_bar(image)
    assert isinstance(answer, NoScaleBar)
    assert words in answer.reason


@pytest.mark.parametrize("shape", [(5,), (4, 4, 2), (0, 4), (2, 2, 2, 2)])
def test_what_is_no_image_is_an_error(shape):
    with pytest.raises(DataError, match="shape"):
        find_scale_bar(np.zeros(shape))


@pytest.mark.parametrize("text", ["", "sample 7", "100", "nm", "20 kV", "x 500", "MOF-5", "007 nm"])
def test_bar_without_a_number_and_unit_is_refused(text):
    answer = find_scale_bar(_picture(text))
    assert isinstance(answer, NoScaleBar)
    assert "strip of 120.0 px" in answer.reason


@pytest.mark.parametrize("text", ["10 um2", "100 nmx", "1.2.3 nm", "3 10 um"])
def test_part_of_a_longer_writing_is_not_read(text):
    assert isinstance(find_scale_bar(_picture(text)), NoScaleBar)


def test_washed_out_beginning_of_a_number_is_not_left_away():
    image = np.array(_picture("250 nm"))
    columns = np.flatnonzero((image[205:232, 75:260] > 200).any(axis=0)) + 75
    first = columns[: int(np.argmax(np.diff(columns) > 1)) + 1]
    digit = image[200:236, first[0] : first[-1] + 1]
    image[200:236, first[0] : first[-1] + 1] = (90 + 0.6 * (digit.astype(float) - 90)).clip(0, 255)
    bar = find_scale_bar(image)
    assert isinstance(bar, NoScaleBar) or bar.length == 250.0


def test_number_without_a_bar_is_refused():
    assert isinstance(find_scale_bar(_picture("100 nm", bar=None)), NoScaleBar)


def test_bar_cut_by_the_edge_of_the_image_is_refused():
    assert isinstance(find_scale_bar(_picture("100 nm", bar=(-5, 240, 180, 246))), NoScaleBar)


def test_two_equal_bars_with_two_numbers_are_refused():
    image = np.array(_picture("100 nm"))
    other = np.asarray(_picture("500 nm", bar=(60, 240, 210, 246)))
    image[10:70, 50:300] = other[195:255, 50:300]
    answer = find_scale_bar(image)
    assert isinstance(answer, NoScaleBar)
    assert "two strips" in answer.reason


def test_photograph_of_a_monitor_is_refused():
    y, x = np.mgrid[:480, :640]
    waves = 120 + 60 * np.sin(2 * np.pi * x / 3.1 + 0.02 * y) + 50 * np.sin(2 * np.pi * (x + 1.03 * y) / 41)
    rgb = np.dstack([waves, np.roll(waves, 1, axis=1), np.roll(waves, 2, axis=1)])
    assert isinstance(find_scale_bar(rgb.clip(0, 255).astype(np.uint8)), NoScaleBar)


@pytest.mark.parametrize(
    ("text", "nanometres"),
    [("100 nm", 100), ("0.5 µm", 500), ("1 um", 1000), ("200.0 nm", 200), ("1 mm", 1e6), ("5 Å", 0.5)],
)
def test_texts_tell_lengths(text, nanometres):
    value = bar_value(text)
    assert value is not None
    assert value.nanometres == pytest.approx(nanometres)
    assert value.unit in ("nm", "µm")


@pytest.mark.parametrize("text", ["00 nm", "05 nm", "0 nm", "5 kV", "nm", "1.2.3 nm"])
def test_texts_that_tell_none(text):
    assert bar_value(text) is None


def test_usual_and_implausible_lengths():
    usual, odd = bar_value("2.5 µm"), bar_value("87 nm")
    assert usual is not None
    assert odd is not None
    assert is_usual(usual)
    assert not is_usual(odd)
    assert implausible(usual, 100) == ""
    assert "nm/px" in implausible(odd, 1e6)
