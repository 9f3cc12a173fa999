"""DigitalMicrograph images: real dm3, own dm3 and dm4 in both byte orders, and broken ones.

The writer shares nothing with the reader. What it writes is sound, or has one thing wrong.
"""

import random
import struct
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from selenolab.core.errors import FormatRefusal, SelenolabError
from selenolab.core.format import Parsed
from selenolab.formats.recognise import read_file

SHARED = Path(__file__).parents[3] / "shared" / "data" / "microscopy" / "dm"
needs_data = pytest.mark.skipif(not SHARED.is_dir(), reason="shared data is absent")
PIXELS = np.arange(12 * 20, dtype=np.uint16).reshape(12, 20) * 100

CODES = {"h": 2, "i": 3, "H": 4, "I": 5, "f": 6, "d": 7, "?": 8, "b": 9, "B": 10, "q": 11, "Q": 12}
LETTERS = {"i2": "h", "i4": "i", "u2": "H", "u4": "I", "f4": "f", "f8": "d", "u1": "B", "i1": "b", "i8": "q"}
DATA_TYPES = {"i2": 1, "f4": 2, "u1": 6, "i4": 7, "i1": 9, "u2": 10, "u4": 11, "f8": 12, "i8": 39}


@dataclass
class Writer:
    """`lies` changes what is written: array_count, tags, depth, kind, mark (see `dm_bytes`)."""

    version: int = 3
    order: str = "<"
    lies: dict[str, int] = field(default_factory=dict)

    def count(self, number: int) -> bytes:
        return struct.pack(">Q" if self.version == 4 else ">I", number)

    def value(self, value: Any) -> bytes:
        """One data tag after its label."""
        if isinstance(value, str):
            text = value.encode("utf-16-le" if self.order == "<" else "utf-16-be")
            return self.tag([20, 4, len(text) // 2], text)
        if isinstance(value, np.ndarray):
            letters = LETTERS[value.dtype.str[1:]]
            raw = value.astype(value.dtype.newbyteorder(self.order)).tobytes()
            return self.tag([20, CODES[letters], self.lies.get("array_count", value.size)], raw)
        if isinstance(value, tuple):  # a struct of two floats
            return self.tag([15, 0, 2, 0, 6, 0, 6], struct.pack(self.order + "ff", *value))
        if isinstance(value, float):
            return self.tag([6], struct.pack(self.order + "f", value))
        return self.tag([5], struct.pack(self.order + "I", value))

    def tag(self, info: list[int], raw: bytes) -> bytes:
        numbers = b"".join(self.count(number) for number in info)
        return (b"%%%%" if "mark" not in self.lies else b"%%%!") + self.count(len(info)) + numbers + raw

    def group(self, entries: dict[str, Any] | list[Any]) -> bytes:
        pairs = list(entries.items()) if isinstance(entries, dict) else [("", entry) for entry in entries]
        body = b"".join(self.entry(name, value) for name, value in pairs)
        return b"\1\0" + self.count(self.lies.get("tags", len(pairs))) + body

    def entry(self, name: str, value: Any) -> bytes:
        label = name.encode("latin-1")
        is_group = isinstance(value, dict | list)
        content = self.group(value) if is_group else self.value(value)
        size = struct.pack(">Q", len(content)) if self.version == 4 else b""
        kind = 20 if is_group else self.lies.get("kind", 21)
        return struct.pack(">BH", kind, len(label)) + label + size + content


def image(
    pixels: np.ndarray,
    scales: tuple[float, ...] = (0.5, 0.5),
    units: tuple[str, ...] = ("nm", "nm"),
    **more: Any,
) -> dict[str, Any]:
    """One entry of ImageList."""
    sizes = list(reversed(pixels.shape))
    axes = [{"Origin": 0.0, "Scale": s, "Units": u} for s, u in zip(scales, units, strict=True)]
    content = {
        "Calibrations": {"Dimension": axes},
        "Data": pixels,
        "DataType": more.pop("data_type", DATA_TYPES[pixels.dtype.str[1:]]),
        "Dimensions": sizes,
        "PixelDepth": pixels.dtype.itemsize,
    }
    told = {"Microscope Info": {"Name": "TEM", "Voltage": 200000.0, "Indicated Magnification": 50000.0}}
    return {"ImageData": content, "ImageTags": told, "Name": "particles", **more}


def thumbnail() -> dict[str, Any]:
    """What DigitalMicrograph puts first: a small packed colour picture."""
    return image(np.full((8, 8), 0x00804020, np.uint32), (1.0, 1.0), ("", ""), data_type=23)


def dm_bytes(images: list[dict[str, Any]], thumbs: list[int] | None = None, **how: Any) -> bytes:
    """A whole file. `how` are the fields of :class:`Writer`."""
    writer = Writer(**how)
    root: dict[str, Any] = {"ApplicationBounds": (0.0, 1.0), "ImageList": images}
    if thumbs is not None:
        root["Thumbnails"] = [{"ImageIndex": index} for index in thumbs]
    body = writer.group(root)
    size = struct.pack(">Q" if writer.version == 4 else ">I", len(body) + 4)
    little = struct.pack(">I", int(writer.order == "<"))
    return struct.pack(">I", writer.version) + size + little + body + bytes(8)


def parsed(tmp_path: Path, raw: bytes) -> Parsed:
    path = tmp_path / "a.dm3"
    path.write_bytes(raw)
    found, _ = read_file(path)
    assert found.format == "dm"
    return found


def refusal(tmp_path: Path, raw: bytes) -> str:
    with pytest.raises(FormatRefusal) as told:
        parsed(tmp_path, raw)
    assert "a.dm3" in str(told.value)
    assert "\n" not in str(told.value)
    return str(told.value)


def read_or_none(path: Path) -> Parsed | None:
    """None for a refusal, which must name the file."""
    try:
        return read_file(path)[0]
    except SelenolabError as error:
        if path.name not in str(error):
            raise AssertionError(f"no file in: {error}") from error
        return None


@needs_data
@pytest.mark.parametrize(
    ("name", "shape", "size"),
    [
        ("test_STEM_image.dm3", (68, 68), 0.248538),
        ("Fei_HAADF-DE_location.dm3", (4, 16), 5.50607),
        ("Fei_HAADF-UK_location.dm3", (4, 16), 5.50607),
    ],
)
def test_scales_of_real_files(name: str, shape: tuple[int, int], size: float) -> None:
    found, _ = read_file(SHARED / name)
    record = found.records.iloc[0]
    assert found.arrays[record["pixels"]].shape == shape
    assert record["pixel_size"] == pytest.approx(size, rel=1e-5)
    assert record["pixel_size_y"] == pytest.approx(size, rel=1e-5)
    assert (record["pixel_size_flag"], record["voltage"]) == ("", 200.0)


@needs_data
def test_the_number_locale_changes_nothing() -> None:
    one, other = (read_file(SHARED / f"Fei_HAADF-{place}_location.dm3")[0].records for place in ("DE", "UK"))
    assert one.drop(columns=["record", "pixels"]).equals(other.drop(columns=["record", "pixels"]))


@needs_data
@pytest.mark.parametrize(
    ("name", "word"), [("test_diffraction_pattern.dm3", "in 1/nm: a diffraction"), ("test-1.dm3", "no unit")]
)
def test_real_files_without_a_scale_of_the_specimen(name: str, word: str) -> None:
    with pytest.raises(FormatRefusal, match=word):
        read_file(SHARED / name)


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", ["u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8"])
def test_every_version_order_and_depth(version: int, order: str, kind: str, tmp_path: Path) -> None:
    pixels = (PIXELS % 120).astype(kind)
    raw = dm_bytes([thumbnail(), image(pixels, (0.5, 0.5))], [0], version=version, order=order)
    found = parsed(tmp_path, raw)
    record = found.records.iloc[0]
    assert len(found.records) == 1
    assert np.array_equal(found.arrays["particles"], pixels)
    assert found.arrays["particles"].dtype == np.dtype(kind)
    assert (record["pixel_size"], record["width"], record["height"]) == (0.5, 20, 12)
    assert (record["bits"], record["instrument"]) == (pixels.dtype.itemsize * 8, "TEM")
    assert (record["magnification"], found.metadata["version"]) == (50000, f"dm{version}")


def test_the_thumbnail_is_never_the_image(tmp_path: Path) -> None:
    for thumbs in ([0], None):
        assert parsed(tmp_path, dm_bytes([thumbnail(), image(PIXELS)], thumbs)).records["width"].tolist() == [
            20
        ]
    last = dm_bytes([image(PIXELS), thumbnail()], [1])
    assert parsed(tmp_path, last).records["width"].tolist() == [20]


def test_a_small_image_of_letters_is_still_an_image(tmp_path: Path) -> None:
    letters = np.full((4, 6), ord("a"), np.uint16)
    assert np.array_equal(parsed(tmp_path, dm_bytes([image(letters)])).arrays["particles"], letters)


def test_packed_colours(tmp_path: Path) -> None:
    raw = dm_bytes([image(np.full((8, 9), 0x00804020, np.uint32), data_type=23)])
    assert parsed(tmp_path, raw).arrays["particles"][0, 0].tolist() == [0x80, 0x40, 0x20]


def test_every_slice_of_a_stack_is_a_record(tmp_path: Path) -> None:
    stack = np.arange(3 * 4 * 5, dtype=np.int16).reshape(3, 4, 5)
    found = parsed(tmp_path, dm_bytes([image(stack, (1.0, 1.0, 1.0), ("nm", "nm", "nm"))]))
    assert found.records["record"].tolist() == [f"particles slice {n}" for n in (1, 2, 3)]
    assert np.array_equal(found.arrays["particles slice 2"], stack[1])


def test_units_of_each_axis_are_normalised(tmp_path: Path) -> None:
    found = parsed(tmp_path, dm_bytes([image(PIXELS, (0.0005, 0.5), ("\u03bcm", "nm"))]))
    assert found.records["pixel_size"].iloc[0] == pytest.approx(0.5, rel=1e-6)


def test_unequal_edges_are_reported_and_not_used(tmp_path: Path) -> None:
    record = parsed(tmp_path, dm_bytes([image(PIXELS, (0.0507, 0.507))])).records.iloc[0]
    assert np.isnan(record["pixel_size"])
    assert record["pixel_size_flag"] == "not used: a pixel is 50.7 pm wide and 0.507 nm high (unequal)"


WRONG: dict[str, tuple[bytes, str]] = {
    "no unit": (dm_bytes([image(PIXELS, (1.0, 1.0), ("", ""))]), "no unit"),
    "reciprocal": (dm_bytes([image(PIXELS, (0.1, 0.1), ("1/nm", "1/nm"))]), "diffraction"),
    "spectrum": (dm_bytes([image(PIXELS[0], (1.0,), ("eV",))]), "spectrum"),
    "spectrum image": (dm_bytes([image(PIXELS[None], (1.0,) * 3, ("nm", "nm", "eV"))]), "spectrum image"),
    "complex": (dm_bytes([image(PIXELS, data_type=3)]), "Fourier"),
    "unknown type": (dm_bytes([image(PIXELS, data_type=99)]), "data type 99"),
    "wrong depth": (dm_bytes([image(PIXELS, data_type=2)]), "480 bytes where 960 are promised"),
    "one pixel": (dm_bytes([image(PIXELS[:1, :1])]), "1 x 1 pixels"),
    "film": (dm_bytes([image(np.zeros((99, 4, 4), np.uint8), (1.0,) * 3, ("nm",) * 3)]), "stack of 99"),
    "no image": (dm_bytes([]), "no image"),
    "huge array": (dm_bytes([image(PIXELS)], lies={"array_count": 2**31}), "longer than the file"),
    "huge array, 64 bit": (dm_bytes([image(PIXELS)], version=4, lies={"array_count": 2**62}), "longer than"),
    "huge group": (dm_bytes([image(PIXELS)], lies={"tags": 2**31}), "claims 2147483648 tags"),
    "many tags": (dm_bytes([image(PIXELS)], lies={"tags": 3000}), "damaged"),
    "kind": (dm_bytes([image(PIXELS)], lies={"kind": 77}), "kind 77"),
    "mark": (dm_bytes([image(PIXELS)], lies={"mark": 1}), "no mark"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(name: str, tmp_path: Path) -> None:
    raw, word = WRONG[name]
    start = time.perf_counter()
    assert word in refusal(tmp_path, raw)
    assert time.perf_counter() - start < 2


def test_groups_nested_without_end_are_refused(tmp_path: Path) -> None:
    deep: Any = 1
    for _ in range(200):
        deep = {"a": deep}
    assert "nested more than 64" in refusal(tmp_path, dm_bytes([{**image(PIXELS), "deep": deep}]))


def test_every_cut_is_refused(tmp_path: Path) -> None:
    whole = dm_bytes([thumbnail(), image(PIXELS)], [0])
    for size in range(30, len(whole) - 8, 37):
        assert "damaged" in refusal(tmp_path, whole[:size])


@pytest.mark.parametrize("rounds", [150, pytest.param(5000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("version", [3, 4])
def test_mutations_are_read_or_refused(version: int, rounds: int, tmp_path: Path) -> None:
    whole = dm_bytes([thumbnail(), image(PIXELS)], [0], version=version)
    dice = random.Random(version)
    outcomes = set()
    for _ in range(rounds):
        raw = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            raw[dice.randrange(len(raw))] = dice.choice([0, 1, 20, 21, 127, 255, dice.randrange(256)])
        path = tmp_path / "m.dm3"
        path.write_bytes(raw)
        found = read_or_none(path)
        outcomes.add("refused" if found is None else "read")
        if found is not None:
            assert not (found.records["pixel_size"].isna() & (found.records["pixel_size_flag"] == "")).any()
    assert outcomes == {"read", "refused"}
