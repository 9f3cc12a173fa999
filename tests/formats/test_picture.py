"""PNG and JPEG: depth kept, no dpi taken for a scale, JEOL's camera pitch refused, bombs refused by name."""

import io
import math
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from selenolab.core.errors import FormatRefusal
from selenolab.core.format import Parsed
from selenolab.formats.recognise import read_file

SHARED = Path(__file__).parents[3] / "shared" / "data" / "microscopy"
needs_data = pytest.mark.skipif(not SHARED.is_dir(), reason="shared data is absent")
GREY = np.arange(24 * 30, dtype=np.uint16).reshape(24, 30)
JEOL = (
    "<?xml version='1.0'?><TemReporter><Instruments>JEM-1400</Instruments>"
    "<AccelerationVoltage>120000</AccelerationVoltage><SelectorValue>20000</SelectorValue>"
    "<PixelsPerMeter>\n<Horizontal>{0}</Horizontal>\n<Vertical>{0}</Vertical>\n</PixelsPerMeter></TemReporter>"
)


def saved(path: Path, pixels: np.ndarray | Image.Image, **how: Any) -> Parsed:
    picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    picture.save(path, **how)
    return read_file(path)[0]


def only(parsed: Parsed) -> np.ndarray:
    (pixels,) = parsed.arrays.values()
    return np.asarray(pixels)


@needs_data
@pytest.mark.parametrize("name", ["au20nm_002", "au20nm_004", "au50nm_003", "au50nm_004"])
def test_the_camera_pitch_of_a_jeol_file_is_refused(name: str) -> None:
    parsed, _ = read_file(SHARED / "gold" / f"{name}.jpg")
    record = parsed.records.iloc[0]
    assert math.isnan(record["pixel_size"])
    assert record["pixel_size_flag"] == "not used: 12.2 µm a pixel is the pitch of a camera, not the specimen"
    assert (record["instrument"], record["voltage"], record["bits"]) == ("JEM-2100 Plus", 200.0, 8)
    assert any("2082 dpi are a print resolution" in note for note in parsed.notes)


@needs_data
def test_published_figures_are_read_as_grey() -> None:
    for path in sorted((SHARED / "scalebar").glob("*.png")):
        record = read_file(path)[0].records.iloc[0]
        assert record["pixel_size_flag"] == "not stated in the file"
    labels = sorted((SHARED / "emps" / "segmaps").glob("*.png"))[0]
    assert only(read_file(labels)[0]).dtype == np.uint16


def test_sixteen_bits_are_kept(tmp_path: Path) -> None:
    parsed = saved(tmp_path / "a.png", GREY * 80)
    assert np.array_equal(only(parsed), GREY * 80)
    assert only(parsed).dtype == np.uint16
    assert parsed.records["bits"].tolist() == [16]


def test_equal_colours_become_grey_and_others_stay(tmp_path: Path) -> None:
    grey = (GREY % 251).astype(np.uint8)
    assert np.array_equal(only(saved(tmp_path / "a.png", np.stack([grey] * 3, -1))), grey)
    coloured = np.stack([grey, grey, grey.T.reshape(grey.shape)], -1)
    parsed = saved(tmp_path / "b.png", coloured)
    assert np.array_equal(only(parsed), coloured)
    assert any("colour image" in note for note in parsed.notes)


def test_palette_opacity_and_single_bits(tmp_path: Path) -> None:
    grey = (GREY % 251).astype(np.uint8)
    ramp = Image.fromarray(grey).convert("P")
    assert np.array_equal(only(saved(tmp_path / "p.png", ramp)), grey)
    half = np.stack([grey, np.full_like(grey, 255)], -1)
    half[:4, :, 1] = 0
    parsed = saved(tmp_path / "la.png", _la(half))
    assert only(parsed)[0, 0] == 255
    assert only(parsed)[5, 5] == grey[5, 5]
    assert "Transparent pixels are laid on white" in parsed.notes
    bits = saved(tmp_path / "1.png", Image.fromarray(grey > 100))
    assert sorted(np.unique(only(bits))) == [0, 255]
    assert bits.records["bits"].tolist() == [1]


def _la(pixels: np.ndarray) -> Image.Image:
    return Image.merge("LA", [Image.fromarray(np.ascontiguousarray(pixels[..., band])) for band in (0, 1)])


def test_inks_are_converted_with_a_note(tmp_path: Path) -> None:
    picture = Image.fromarray(np.stack([(GREY % 200).astype(np.uint8)] * 3, -1)).convert("CMYK")
    parsed = saved(tmp_path / "a.jpg", picture)
    assert any("(CMYK) are converted" in note for note in parsed.notes)
    assert parsed.metadata["container"] == "JPEG"


@pytest.mark.parametrize("turn", range(1, 9))
def test_the_orientation_of_a_camera_is_followed(turn: int, tmp_path: Path) -> None:
    from PIL import ImageOps

    exif = Image.Exif()
    exif[0x0112] = turn
    picture = Image.fromarray((GREY % 251).astype(np.uint8))
    parsed = saved(tmp_path / "a.png", picture, exif=exif)
    with Image.open(tmp_path / "a.png") as other:
        assert np.array_equal(only(parsed), np.asarray(ImageOps.exif_transpose(other)))


def test_dots_an_inch_are_no_scale(tmp_path: Path) -> None:
    for name in ("a.png", "a.jpg"):
        parsed = saved(tmp_path / name, (GREY % 251).astype(np.uint8), dpi=(300, 300))
        assert math.isnan(parsed.records["pixel_size"].iloc[0])
        assert "Its 300 dpi are a print resolution, not a scale of the specimen: not used" in parsed.notes


@pytest.mark.parametrize(("per_metre", "nm"), [(81964, math.nan), (2_000_000_000, 0.5), ("2e9", 0.5)])
def test_a_jeol_scale_is_used_only_where_it_can_be_true(per_metre: object, nm: float, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x9286] = JEOL.format(per_metre).encode()
    record = saved(tmp_path / "a.jpg", (GREY % 251).astype(np.uint8), exif=exif).records.iloc[0]
    assert record["pixel_size"] == pytest.approx(nm, nan_ok=True)
    assert (record["instrument"], record["voltage"], record["magnification"]) == ("JEM-1400", 120, 20000)


def test_a_text_file_beside_an_image_is_told_and_not_used(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("$CM_MAG 50000\n$$SM_MICRON_BAR 120\n$$SM_MICRON_MARKER 300nm\n")
    parsed = saved(tmp_path / "a.png", (GREY % 251).astype(np.uint8))
    assert math.isnan(parsed.records["pixel_size"].iloc[0])
    assert any("a.txt beside it" in note and "a pixel is 2.5 nm" in note for note in parsed.notes)


def test_the_first_frame_is_read_and_said(tmp_path: Path) -> None:
    first, second = (Image.fromarray(np.full((8, 9), grey, np.uint8)) for grey in (10, 20))
    parsed = saved(tmp_path / "a.png", first, save_all=True, append_images=[second])
    assert only(parsed)[0, 0] == 10
    assert any("2 frames; the first" in note for note in parsed.notes)


def test_names_do_not_matter(tmp_path: Path) -> None:
    Image.fromarray((GREY % 251).astype(np.uint8)).save(tmp_path / "a.png")
    for name in ("a.txt", "a.csv", "a.tif", "a"):
        (tmp_path / name).write_bytes((tmp_path / "a.png").read_bytes())
        assert read_file(tmp_path / name)[0].format == "picture"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header_only(width: int, height: int) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    told = PngImagePlugin.PngInfo()
    told.add_text("note", "x" * 20_000_000, zip=True)
    raw = io.BytesIO()
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(raw, "PNG", pnginfo=told)
    return raw.getvalue()


def whole(kind: str) -> bytes:
    raw = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (40, 50), np.uint8)).save(raw, kind)
    return raw.getvalue()


WRONG = {
    "bomb": (header_only(60_000, 60_000), "150 million pixels"),
    "large": (header_only(14_000, 12_000), "are too many"),
    "lie": (header_only(4000, 4000), "damaged or cut short"),
    "one pixel": (header_only(1, 1), "1 x 1 pixels holds no particle"),
    "a line": (header_only(100, 1), "100 x 1 pixels"),
    "text": (text_bomb(), "damaged"),
    "magic": (b"\x89PNG\r\n\x1a\n", "damaged"),
    "jpeg magic": (b"\xff\xd8\xff\xe0" + b"\0" * 40, "damaged"),
    "half a png": (whole("PNG")[: len(whole("PNG")) * 2 // 3], "damaged"),
    "half a jpeg": (whole("JPEG")[: len(whole("JPEG")) * 2 // 3], "damaged"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    raw, word = WRONG[name]
    path.write_bytes(raw)
    with pytest.raises(FormatRefusal) as told:
        read_file(path)
    assert word in str(told.value)
    assert str(told.value).startswith("a.png: ")
    assert "\n" not in str(told.value)
