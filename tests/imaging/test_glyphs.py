"""Truth and property tests of the reader of one line."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from selenolab.imaging.glyph_line import read_line
from selenolab.imaging.glyph_templates import DIGITS, templates
from selenolab.imaging.scale_bar_value import trust

LIBERATION = Path("/usr/share/fonts/truetype/liberation")
FONTS = ("Sans-Regular", "Sans-Bold", "Serif-Regular", "Serif-Bold", "SansNarrow-Regular", "Sans-Italic")
SURE = 0.35


def _line(text: str, font, noise: float = 0.0) -> np.ndarray:
    box = font.getbbox(text)
    image = Image.new("L", (box[2] + 12, box[3] + 12))
    ImageDraw.Draw(image).text((6, 6), text, fill=255, font=font)
    ink = np.asarray(image, dtype=np.float32) / 255
    grain = np.random.default_rng(0).normal(0, noise, ink.shape) if noise else 0
    return np.clip(ink + grain, 0, 1).astype(np.float32)


def test_templates_hold_every_character_of_a_scale_bar_as_unit_vectors():
    known = templates()
    assert {known.letters[k] for k in known.classes} >= set("0123456789.,nmµupÅ")
    np.testing.assert_allclose(np.linalg.norm(known.vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(known.vectors.mean(axis=1), 0, atol=1e-5)
    assert (np.diff(known.classes) >= 0).all()


def test_tails_tell_micro_from_u():
    known = templates()
    mean = {c: known.tails[known.classes == known.letters.index(c)].mean() for c in "µun"}
    assert mean["µ"] > 0.5
    assert max(mean["u"], mean["n"]) < 0.1


@settings(max_examples=25, deadline=None)
@given(
    number=st.sampled_from(
        ["1", "2", "3", "4", "5", "10", "20", "25", "50", "100", "200", "250", "500", "0.5", "2.5"]
    ),
    unit=st.sampled_from(["nm", "µm", "um"]),
    size=st.integers(14, 60),
    space=st.booleans(),
)
def test_default_font_is_never_read_wrongly_for_sure(number, unit, size, space):
    text = number + (" " if space else "") + (unit if unit != "µm" else "um")  # this font lacks µ
    reading = read_line(_line(text, ImageFont.load_default(size)))
    assert reading is not None
    if trust(reading) >= SURE:
        assert reading.text == f"{number} {unit.replace('u', 'µ')}"


@pytest.mark.skipif(
    not LIBERATION.is_dir(), reason="Liberation fonts, which no template knows, are not installed"
)
def test_fonts_no_template_knows_are_read_and_none_wrongly_for_sure():
    seen = [
        (text, reading)
        for name in FONTS
        for text in ("100 nm", "0.5 µm", "200.0 nm", "2 µm", "50 nm", "2.5 nm", "300 nm", "5 nm", "400 nm")
        for size in (14, 30)
        if (
            reading := read_line(
                _line(text, ImageFont.truetype(str(LIBERATION / f"Liberation{name}.ttf"), size))
            )
        )
    ]
    sure = [(text, r.text) for text, r in seen if trust(r) >= SURE]
    assert all(text == read for text, read in sure), [s for s in sure if s[0] != s[1]]
    assert len(sure) > 0.8 * len(FONTS) * 18


@pytest.mark.parametrize("text", ["20 kV", "WD 10", "MOF", "(a)", "det", "00 nm", "nm", "x 100"])
def test_other_writing_is_not_trusted(text):
    reading = read_line(_line(text, ImageFont.load_default(28)))
    assert reading is None or trust(reading) < SURE


def test_washed_out_full_stop_is_doubted():
    font = ImageFont.load_default(30)
    ink = _line("2.5 nm", font)
    clear = read_line(ink)
    assert clear is not None
    columns = np.flatnonzero(ink[:-12].max(axis=0) > 0.5)
    first_gap = columns[np.argmax(np.diff(columns) > 1)]
    faded = ink.copy()
    faded[:, first_gap + 1 : first_gap + 8] *= 0.45
    reading = read_line(faded)
    assert clear.text == "2.5 nm"
    assert reading is None or reading.text == "2.5 nm" or trust(reading) < trust(clear)


@pytest.mark.parametrize("ink", [np.zeros((20, 60)), np.ones((20, 60)), np.eye(30), np.zeros((1, 1))])
def test_no_writing_is_no_reading_worth_trust(ink):
    reading = read_line(ink.astype(np.float32))
    assert reading is None or trust(reading) < SURE


def test_every_digit_is_its_own_best_match():
    font = ImageFont.load_default(40)
    for digit in DIGITS[1:]:
        reading = read_line(_line(f"{digit}00 nm", font))
        assert reading is not None
        assert reading.text == f"{digit}00 nm"
