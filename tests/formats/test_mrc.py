"""MRC2014 in both byte orders and all modes that are read, stacks, FEI's header, and files that lie."""

import math
import random
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from selenolab.core.errors import FormatRefusal, SelenolabError
from selenolab.core.format import Parsed
from selenolab.formats.recognise import read_file

PIXELS = np.random.default_rng(1).integers(0, 120, (24, 32))
MODES = {0: "i1", 1: "i2", 2: "f4", 6: "u2", 12: "f2"}
STAMPS = {"<": b"\x44\x44\0\0", ">": b"\x11\x11\0\0"}


def mrc_bytes(pixels: np.ndarray, mode: int, order: str = "<", **how: Any) -> bytes:
    """A whole file. `how`: cell [Å] of a pixel, size, extended, kind, stamp, imod."""
    sections, rows, columns = pixels.shape if pixels.ndim == 3 else (1, *pixels.shape)
    size = how.get("size", (columns, rows, sections))
    header = bytearray(1024)
    struct.pack_into(order + "4i", header, 0, *size, mode)
    struct.pack_into(order + "3i", header, 28, *size)
    across, down = how.get("cell", (5.0, 5.0))
    struct.pack_into(order + "3f", header, 40, across * columns, down * rows, 5.0 * sections)
    extended = how.get("extended", b"")
    struct.pack_into(order + "i", header, 92, len(extended))
    header[104:108] = how.get("kind", b"\0" * 4)
    if "imod" in how:
        struct.pack_into(order + "2i", header, 152, 1146047817, how["imod"])
    header[208:212] = b"MAP "
    header[212:216] = how.get("stamp", STAMPS[order])
    return bytes(header) + extended + pixels.astype(order + MODES.get(mode, "u2")).tobytes()


def parsed(tmp_path: Path, raw: bytes) -> Parsed:
    path = tmp_path / "a.mrc"
    path.write_bytes(raw)
    found, _ = read_file(path)
    assert found.format == "mrc"
    return found


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("mode", MODES)
def test_every_mode_and_order(mode: int, order: str, tmp_path: Path) -> None:
    for stamp in (STAMPS[order], b"\0\0\0\0"):
        found = parsed(tmp_path, mrc_bytes(PIXELS, mode, order, stamp=stamp))
        assert np.array_equal(found.arrays["a"], PIXELS)
        assert found.arrays["a"].dtype == np.dtype(MODES[mode])
        record = found.records.iloc[0]
        assert record["pixel_size"] == pytest.approx(0.5)
        assert (record["width"], record["height"]) == (32, 24)


def test_bytes_of_imod_may_be_unsigned(tmp_path: Path) -> None:
    pixels = PIXELS + 100
    raw = mrc_bytes(PIXELS, 0, imod=0)[:1024] + pixels.astype(np.uint8).tobytes()
    assert np.array_equal(parsed(tmp_path, raw).arrays["a"], pixels)
    signed = parsed(tmp_path, mrc_bytes(PIXELS - 60, 0, imod=1))
    assert signed.arrays["a"].min() < 0


def test_sections_are_records(tmp_path: Path) -> None:
    stack = np.stack([PIXELS, PIXELS + 1, PIXELS + 2])
    found = parsed(tmp_path, mrc_bytes(stack, 6))
    assert found.records["record"].tolist() == [f"a section {n}" for n in (1, 2, 3)]
    assert np.array_equal(found.arrays["a section 3"], stack[2])


def test_a_cell_of_nothing_is_no_scale(tmp_path: Path) -> None:
    record = parsed(tmp_path, mrc_bytes(PIXELS, 2, cell=(0.0, 0.0))).records.iloc[0]
    assert math.isnan(record["pixel_size"])
    assert record["pixel_size_flag"] == "not stated in the file"


def test_a_cell_of_one_angstrom_a_pixel_that_is_unequal_is_flagged(tmp_path: Path) -> None:
    record = parsed(tmp_path, mrc_bytes(PIXELS, 2, cell=(5.0, 50.0))).records.iloc[0]
    assert "0.5 nm wide and 5 nm high (unequal)" in record["pixel_size_flag"]


def test_the_extended_header_of_fei(tmp_path: Path) -> None:
    extended = bytearray(768)
    struct.pack_into("<d", extended, 84, 300_000.0)
    struct.pack_into("<2d", extended, 156, 2e-10, 2e-10)
    how = {"kind": b"FEI1", "extended": bytes(extended)}
    record = parsed(tmp_path, mrc_bytes(PIXELS, 1, cell=(0.0, 0.0), **how)).records.iloc[0]
    assert (record["pixel_size"], record["voltage"]) == (pytest.approx(0.2), 300)
    other = parsed(tmp_path, mrc_bytes(PIXELS, 1, cell=(5.0, 5.0), **how)).records.iloc[0]
    assert "cell of the header says 0.5 nm, FEI extended header says 0.2 nm" in other["pixel_size_flag"]


WRONG: dict[str, tuple[bytes, str]] = {
    "Fourier": (mrc_bytes(PIXELS, 4), "complex"),
    "four bits": (mrc_bytes(PIXELS, 101), "4-bit"),
    "unknown mode": (mrc_bytes(PIXELS, 55), "mode 55 is not known"),
    "cut": (mrc_bytes(PIXELS, 1)[:-9], "cut short"),
    "huge": (mrc_bytes(PIXELS, 1, size=(2**31 - 1, 2**31 - 1, 1)), "too many"),
    "film": (mrc_bytes(PIXELS, 1, size=(32, 24, 900)), "stack of 900"),
    "one pixel": (mrc_bytes(PIXELS[:1, :1], 1), "1 x 1 pixels"),
    "nothing finite": (mrc_bytes(np.full((8, 8), np.nan), 2), "no pixel holds a number"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(name: str, tmp_path: Path) -> None:
    raw, word = WRONG[name]
    with pytest.raises(FormatRefusal, match=r"^a\.mrc: [^\n]*$") as told:
        parsed(tmp_path, raw)
    assert word in str(told.value)


@pytest.mark.parametrize("rounds", [150, pytest.param(5000, marks=pytest.mark.slow)])
def test_mutations_are_read_or_refused(rounds: int, tmp_path: Path) -> None:
    whole, dice, outcomes = mrc_bytes(PIXELS, 2), random.Random(1), set()
    path = tmp_path / "m.mrc"
    for _ in range(rounds):
        raw = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            raw[dice.randrange(256)] = dice.choice([0, 1, 127, 255, dice.randrange(256)])
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
