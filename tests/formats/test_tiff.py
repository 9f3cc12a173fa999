"""TIFF as tifffile and Pillow write it: depths, pages, tags of makers; and files that are cut or lie."""

import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from selenolab.core.errors import FormatRefusal, SelenolabError
from selenolab.core.format import Parsed
from selenolab.formats.recognise import read_file
from selenolab.formats.tiff_scale import facts, stated_sizes

DICE = np.random.default_rng(3)
GREY = DICE.integers(0, 255, (40, 50), np.uint8)
COLOUR = DICE.integers(0, 255, (40, 50, 3), np.uint8)
FEI = (
    "[User]\r\nDate=1\r\n[System]\r\nSystemType=Nova NanoSEM\r\n[Beam]\r\nHV=5000\r\n"
    "[Scan]\r\nPixelWidth=8.26823e-010\r\nPixelHeight=8.26823e-010\r\n"
)
ZEISS = (
    "0\r\n0\r\nAP_PIXEL_SIZE\r\nPixel Size = 2.791 nm\r\nAP_IMAGE_PIXEL_SIZE\r\n"
    "Image Pixel Size = 1.117 nm\r\nAP_ACTUALKV\r\nEHT =  5.00 kV\r\n"
)


def written(path: Path, pixels: np.ndarray, **how: Any) -> Parsed:
    tifffile.imwrite(path, pixels, **how)
    parsed, _ = read_file(path)
    assert parsed.format == "tiff"
    return parsed


def only(parsed: Parsed) -> np.ndarray:
    (pixels,) = parsed.arrays.values()
    return np.asarray(pixels)


def size_of(parsed: Parsed) -> float:
    return float(parsed.records["pixel_size"].iloc[0])


@pytest.mark.parametrize("kind", ["u1", "i1", "u2", "i2", "u4", "i4", "f2", "f4", "f8"])
@pytest.mark.parametrize("how", [{}, {"byteorder": ">"}, {"bigtiff": True}, {"tile": (16, 16)}])
def test_depth_is_kept(kind: str, how: dict[str, Any], tmp_path: Path) -> None:
    pixels = (GREY // 2).astype(kind)
    parsed = written(tmp_path / "a.tif", pixels, **how)
    assert np.array_equal(only(parsed), pixels)
    assert only(parsed).dtype == np.dtype(kind)
    assert parsed.records["bits"].tolist() == [pixels.dtype.itemsize * 8]


def test_colours(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    assert np.array_equal(only(written(path, COLOUR, photometric="rgb")), COLOUR)
    apart = np.ascontiguousarray(COLOUR.transpose(2, 0, 1))
    assert np.array_equal(only(written(path, apart, photometric="rgb", planarconfig="separate")), COLOUR)
    assert only(written(path, COLOUR.astype("u2") * 200, photometric="rgb")).dtype == np.uint16
    assert np.array_equal(only(written(path, np.stack([GREY] * 3, -1), photometric="rgb")), GREY)
    clear = np.concatenate([COLOUR, np.zeros((40, 50, 1), np.uint8)], axis=2)
    laid = written(path, clear, photometric="rgb", extrasamples=["unassalpha"])
    assert np.unique(only(laid)).tolist() == [255]


def test_white_as_zero_is_turned_over(tmp_path: Path) -> None:
    assert np.array_equal(only(written(tmp_path / "a.tif", GREY, photometric="miniswhite")), 255 - GREY)


def test_every_page_is_a_record(tmp_path: Path) -> None:
    stack = DICE.integers(0, 255, (5, 40, 50), np.uint8)
    parsed = written(tmp_path / "a.tif", stack, photometric="minisblack")
    assert parsed.records["record"].tolist() == [f"a page {n}" for n in range(1, 6)]
    assert all(np.array_equal(parsed.arrays[f"a page {n + 1}"], stack[n]) for n in range(5))


def test_a_reduced_copy_is_left_out(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(GREY)
        file.write(GREY[::4, ::4], subfiletype=1)
    parsed, _ = read_file(tmp_path / "a.tif")
    assert len(parsed.records) == 1
    assert "1 reduced copies in the file are left out" in parsed.notes


@pytest.mark.parametrize("how", ["tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_compressions(how: str, tmp_path: Path) -> None:
    for pixels in (GREY, GREY.astype("u2") * 200, COLOUR):
        Image.fromarray(pixels).save(tmp_path / "a.tif", compression=how)
        assert np.array_equal(only(read_file(tmp_path / "a.tif")[0]), pixels)


def test_palette_and_single_bits(tmp_path: Path) -> None:
    Image.fromarray(GREY).convert("P").save(tmp_path / "p.tif")
    assert np.array_equal(only(read_file(tmp_path / "p.tif")[0]), GREY)
    for how in (None, "group4"):
        Image.fromarray(GREY > 99).save(tmp_path / "1.tif", compression=how)
        assert np.array_equal(only(read_file(tmp_path / "1.tif")[0]), (GREY > 99) * np.uint8(255))


@pytest.mark.parametrize(
    ("unit", "edge"), [("nm", 2.5), ("um", 0.0025), ("\\u00B5m", 0.0025), ("micron", 0.0025)]
)
def test_imagej(unit: str, edge: float, tmp_path: Path) -> None:
    how = {"imagej": True, "resolution": (1 / edge, 1 / edge), "metadata": {"unit": unit}}
    parsed = written(tmp_path / "a.tif", GREY, **how)
    assert size_of(parsed) == pytest.approx(2.5, rel=1e-4)
    assert parsed.records["pixel_size_source"].tolist() == ["ImageJ"]


def test_imagej_without_a_unit_or_with_inches_has_no_scale(tmp_path: Path) -> None:
    for unit in ("inch", "pixel", ""):
        parsed = written(
            tmp_path / "a.tif", GREY, imagej=True, resolution=(300, 300), metadata={"unit": unit}
        )
        assert math.isnan(size_of(parsed))


def test_imagej_diffraction_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatRefusal, match="1/nm: a diffraction pattern"):
        written(tmp_path / "a.tif", GREY, imagej=True, resolution=(2, 2), metadata={"unit": "1/nm"})


@pytest.mark.parametrize(("edge", "unit"), [(1.25, "nm"), (0.00125, None), (12.5, "Å")])
def test_ome(edge: float, unit: str | None, tmp_path: Path) -> None:
    told: dict[str, Any] = {"axes": "YX", "PhysicalSizeX": edge, "PhysicalSizeY": edge}
    told |= {"PhysicalSizeXUnit": unit, "PhysicalSizeYUnit": unit} if unit else {}
    parsed = written(tmp_path / "a.ome.tif", GREY, metadata=told)
    assert size_of(parsed) == pytest.approx(1.25)
    assert parsed.metadata["written as"] == "ome"


@pytest.mark.parametrize("code", [34680, 34682])
@pytest.mark.parametrize("comma", [False, True])
def test_fei(code: int, comma: bool, tmp_path: Path) -> None:
    text = FEI.replace("8.26823", "8,26823") if comma else FEI
    parsed = written(tmp_path / "a.tif", GREY, extratags=[(code, "s", 0, text, True)], resolution=(96, 96))
    assert size_of(parsed) == pytest.approx(0.826823)
    assert parsed.records["instrument"].tolist() == ["Nova NanoSEM"]
    assert parsed.records["voltage"].tolist() == [5.0]
    assert any("96 dpi are a print resolution" in note for note in parsed.notes)


@pytest.mark.parametrize("comma", [False, True])
def test_zeiss_tells_the_stored_image_not_the_screen(comma: bool, tmp_path: Path) -> None:
    text = ZEISS.replace("1.117", "1,117") if comma else ZEISS
    parsed = written(tmp_path / "a.tif", GREY, extratags=[(34118, "s", 0, text, True)])
    assert size_of(parsed) == pytest.approx(1.117)
    assert parsed.records["voltage"].tolist() == [5.0]


def test_digital_micrograph(tmp_path: Path) -> None:
    def tags(unit: str) -> list[tuple[Any, ...]]:
        text = [(code, "s", 0, unit, True) for code in (65003, 65004)]
        return [*text, *((code, "d", 1, 0.5, True) for code in (65009, 65010))]

    assert size_of(written(tmp_path / "a.tif", GREY, extratags=tags("nm"))) == 0.5
    with pytest.raises(FormatRefusal, match="diffraction"):
        written(tmp_path / "a.tif", GREY, extratags=tags("1/nm"))


def test_olympus() -> None:
    tags = {33560: {"pixelsizex": 2.4e-11, "pixelsizey": 2.4e-11, "magnification": 600000.0}}
    (one,) = stated_sizes(tags, None, "")
    assert (one.source, one.x, one.unit_x) == ("Olympus SIS tag", 2.4e-11, "m")
    assert facts(tags)["magnification"] == 600000


def test_makers_that_contradict_imagej_are_not_used(tmp_path: Path) -> None:
    tag = [(34682, "s", 0, FEI, True)]
    how = {"imagej": True, "resolution": (0.5, 0.5), "metadata": {"unit": "nm"}, "extratags": tag}
    record = written(tmp_path / "a.tif", GREY, **how).records.iloc[0]
    assert math.isnan(record["pixel_size"])
    assert record["pixel_size_flag"] == "not used: FEI tag, Scan says 0.8268 nm, ImageJ says 2 nm"


@pytest.mark.parametrize("unit", ["INCH", "CENTIMETER"])
def test_a_print_resolution_is_no_scale(unit: str, tmp_path: Path) -> None:
    across = 300 if unit == "INCH" else 300 / 2.54
    parsed = written(tmp_path / "a.tif", GREY, resolution=(across, across), resolutionunit=unit)
    assert math.isnan(size_of(parsed))
    assert parsed.records["pixel_size_flag"].tolist() == ["not stated in the file"]
    assert "Its 300 dpi are a print resolution, not a scale of the specimen: not used" in parsed.notes


def test_sixteen_bits_of_nothing_are_read_and_said(tmp_path: Path) -> None:
    parsed = written(tmp_path / "a.tif", np.zeros((30, 30), np.uint16))
    assert parsed.notes == ("All pixels have the same value, 0",)


WRONG: dict[str, tuple[np.ndarray, dict[str, Any], str]] = {
    "one pixel": (GREY[:1, :1], {}, "1 x 1 pixels"),
    "complex": (GREY.astype("c8"), {}, "neither grey nor"),
    "film": (np.zeros((99, 8, 8), np.uint8), {"photometric": "minisblack"}, "stack of 99 images"),
    "volume": (np.zeros((16, 32, 32), np.uint8), {"volumetric": True, "tile": (16, 16, 16)}, "16 planes"),
    "deep colour": (
        COLOUR.astype("u2"),
        {"photometric": "rgb", "compression": "zlib"},
        "without compression",
    ),
    "no number": (np.full((9, 9), np.nan, np.float32), {}, "no pixel holds a number"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(name: str, tmp_path: Path) -> None:
    pixels, how, word = WRONG[name]
    with pytest.raises(FormatRefusal) as told:
        written(tmp_path / "a.tif", pixels, **how)
    assert word in str(told.value)
    assert "\n" not in str(told.value)


def test_every_cut_is_told_in_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, GREY.astype("u2"), extratags=[(34682, "s", 0, FEI, True)])
    whole = path.read_bytes()
    for size in range(4, len(whole), 97):
        path.write_bytes(whole[:size])
        with pytest.raises(SelenolabError, match=r"^a\.tif: [^\n]*$"):
            read_file(path)
    assert not caplog.records


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_pages_that_go_in_a_circle_are_refused(pages: int, tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.stack([GREY] * pages), photometric="minisblack")
    raw = bytearray(path.read_bytes())
    first = place = int.from_bytes(raw[4:8], "little")
    for _ in range(pages):
        end = place + 2 + 12 * int.from_bytes(raw[place : place + 2], "little")
        place = int.from_bytes(raw[end : end + 4], "little")
    raw[end : end + 4] = first.to_bytes(4, "little")
    path.write_bytes(raw)
    with pytest.raises(FormatRefusal, match="invalid circular reference"):
        read_file(path)


@pytest.mark.parametrize("rounds", [120, pytest.param(3000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("how", [{}, {"compression": "zlib"}])
def test_mutations_are_read_or_refused(how: dict[str, Any], rounds: int, tmp_path: Path) -> None:
    path = tmp_path / "m.tif"
    tifffile.imwrite(path, GREY, extratags=[(34682, "s", 0, FEI, True)], **how)
    whole = path.read_bytes()
    dice = random.Random(7)
    outcomes = set()
    for _ in range(rounds):
        raw = bytearray(whole)
        for _ in range(dice.randint(1, 5)):
            raw[dice.randrange(min(len(raw), 700))] = dice.choice([0, 1, 255, dice.randrange(256)])
        path.write_bytes(raw)
        outcomes.add(outcome(path))
    assert outcomes == {"read", "refused"}


def outcome(path: Path) -> str:
    """Read or refused; a refusal names the file in one line."""
    try:
        found = read_file(path)[0]
    except SelenolabError as error:
        if path.name not in str(error) or "\n" in str(error):
            raise AssertionError(str(error)) from error
        return "refused"
    assert not (found.records["pixel_size"].isna() & (found.records["pixel_size_flag"] == "")).any()
    return "read"
