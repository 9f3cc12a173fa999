"""Images as records; hostile images, each told in one line by the command line, in little time and memory."""

import io
import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from selenolab.core.errors import FormatRefusal
from selenolab.formats.image_record import Picture, check_extent, gather, turned, without_alpha
from selenolab.formats.inspect import as_json, inspect_file
from selenolab.formats.pixel_size import PixelSize

UNKNOWN = PixelSize(float("nan"), float("nan"), "not stated in the file", "")
GREY = np.random.default_rng(0).integers(0, 255, (60, 80), np.uint8)


def encoded(pixels: np.ndarray, kind: str) -> bytes:
    raw = io.BytesIO()
    Image.fromarray(pixels).save(raw, kind)
    return raw.getvalue()


def tiff_bytes(pixels: np.ndarray, **how: object) -> bytes:
    raw = io.BytesIO()
    tifffile.imwrite(raw, pixels, **how)  # type: ignore[arg-type]
    return raw.getvalue()


def tiff_with(width: int, height: int, compression: int, strip: bytes) -> bytes:
    """A little-endian TIFF with one strip, whatever its size says."""
    tags = [
        (256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, compression), (262, 3, 1), (273, 4, 200),
        (277, 3, 1), (278, 4, height), (279, 4, len(strip)),
    ]  # fmt: skip
    entries = b"".join(struct.pack("<HHII", code, kind, 1, value) for code, kind, value in tags)
    head = b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)
    return head.ljust(200, b"\0") + strip


def png_bomb() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 100_000, 100_000, 16, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(10**7))) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    whole, text = encoded(GREY, "PNG"), b"note\0\0" + zlib.compress(b"x" * 30_000_000)
    return whole[:33] + struct.pack(">I", len(text)) + b"zTXt" + text + bytes(
        struct.pack(">I", zlib.crc32(b"zTXt" + text))
    ) + whole[33:]  # fmt: skip


def hdf5_of_nothing() -> bytes:
    raw = io.BytesIO()
    with h5py.File(raw, "w") as file:
        file.create_dataset("Data/Image/a/Data", (300_000, 300_000, 1), np.float64, chunks=(512, 512, 1))
    return raw.getvalue()


def dm3_of_lies() -> bytes:
    tag = b"\x15" + struct.pack(">H", 4) + b"Data" + b"%%%%" + struct.pack(">4I", 3, 20, 7, 2**31)
    return struct.pack(">3I", 3, 60, 1) + b"\1\0" + struct.pack(">I", 1) + tag + bytes(60)


HTML = b"<!DOCTYPE html><html><body><img src='a.tif'></body></html>"
MRC = bytearray(1024)
struct.pack_into("<4i", MRC, 0, 2**30, 2**30, 1, 2)
MRC[208:216] = b"MAP \x44\x44\0\0"
# name of the file -> (bytes, a word that the message must hold)
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "one.png": (lambda: encoded(GREY[:1, :1], "PNG"), "1 x 1 pixels"),
    "one.tif": (lambda: tiff_bytes(GREY[:1, :1]), "1 x 1 pixels"),
    "cut.png": (lambda: encoded(GREY, "PNG")[:2000], "cut short"),
    "cut.jpg": (lambda: encoded(GREY, "JPEG")[:1500], "cut short"),
    "cut.tif": (lambda: tiff_bytes(GREY)[:3000], "cut short"),
    "cut.emd": (lambda: hdf5_of_nothing()[:900], "damaged"),
    "empty.tif": (lambda: b"", "empty"),
    "empty.dm3": (lambda: b"", "empty"),
    "page.tif": (lambda: HTML, "HTML page"),
    "page.dm4": (lambda: HTML, "HTML page"),
    "bomb.png": (png_bomb, "150 million pixels"),
    "text_bomb.png": (text_bomb, "damaged"),
    "bomb.tif": (lambda: tiff_with(100_000, 100_000, 8, zlib.compress(bytes(10**7))), "too many"),
    "lie.tif": (lambda: tiff_with(12_000, 12_000, 1, bytes(100)), "cut short"),
    "packed_lie.tif": (lambda: tiff_with(64, 64, 8, zlib.compress(bytes(100))), "cannot be unpacked"),
    "lie.dm3": (dm3_of_lies, "longer than the file"),
    "huge.mrc": (lambda: bytes(MRC), "too many"),
    "huge.emd": (hdf5_of_nothing, "too many"),
    "rubbish.tif": (lambda: b"II*\0" + bytes(range(256)) * 8, "no page with an image"),
    "rubbish.jpg": (lambda: b"\xff\xd8\xff" + bytes(range(256)) * 8, "damaged"),
    "bitmap.tif": (lambda: encoded(GREY, "GIF"), "GIF"),
}
FINE = {
    "photo.jpg": lambda: encoded(np.random.default_rng(1).integers(0, 255, (60, 80, 3), np.uint8), "JPEG"),
    "zero.tif": lambda: tiff_bytes(np.zeros((64, 64), np.uint16)),
    "micrograph.txt": lambda: encoded(GREY, "PNG"),
    "micrograph.csv": lambda: tiff_bytes(GREY.astype(np.uint16) * 100),
}
PROGRAM = """
import json, sys, time
from pathlib import Path
from selenolab.faces.cli import main
for name in sys.argv[1:]:
    start = time.process_time()
    try:
        code = main(["inspect", name])
    except SystemExit as stop:
        code = stop.code
    peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
    print("RESULT", json.dumps([name, code, time.process_time() - start, peak]))
    print("\\nEND", name, file=sys.stderr, flush=True)
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str, float, float]]:
    """Exit code, error text, seconds and peak memory [MB] of every file, in one fresh process."""
    folder = tmp_path_factory.mktemp("images")
    made = {name: write for name, (write, _) in HOSTILE.items()} | FINE
    for name, write in made.items():
        (folder / name).write_bytes(write())
    command = [sys.executable, "-W", "error", "-c", PROGRAM, "zero.tif", *made]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    errors = ["\n".join(part.splitlines()[1:]) for part in f"\n{done.stderr}".split("\nEND ")]
    rows = [json.loads(line[7:]) for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    return {
        name: (code or 0, error.strip(), seconds, peak)  # the first, which loads everything, comes again
        for (name, code, seconds, peak), error in zip(rows, errors, strict=False)
    }


@pytest.mark.parametrize("name", HOSTILE)
def test_is_told_in_one_line(name: str, told: dict[str, tuple[int, str, float, float]]) -> None:
    code, error, seconds, peak = told[name]
    assert code == 2
    assert error.startswith("Error: ")
    assert "\n" not in error
    assert name in error
    assert HOSTILE[name][1] in error
    assert seconds < 5
    assert peak < 500


@pytest.mark.parametrize("name", FINE)
def test_a_photo_a_black_image_and_wrong_names_are_read(
    name: str, told: dict[str, tuple[int, str, float, float]]
) -> None:
    assert told[name][:2] == (0, "")


def test_records_and_arrays_belong_together() -> None:
    pictures = [Picture("a", GREY, UNKNOWN, 8), Picture("a", GREY + 1, UNKNOWN, 8, {"voltage": 200.0})]
    parsed = gather("tiff", "TIFF image", Path("a.tif"), pictures)
    assert parsed.records["record"].tolist() == parsed.records["pixels"].tolist() == ["a", "a (2)"]
    assert set(parsed.arrays) == {"a", "a (2)"}
    assert parsed.kind == "image"
    assert parsed.records["voltage"].tolist()[1] == 200.0
    with pytest.raises(FormatRefusal, match="holds no image"):
        gather("tiff", "TIFF image", Path("a.tif"), [])


@pytest.mark.parametrize(
    ("extent", "word"),
    [
        ((1, 9, 1), "9 x 1"),
        ((99, 99, 1, 65), "stack of 65"),
        ((10**5, 10**4, 1), "too many"),
        ((12000, 12000, 8), "too many"),
    ],
)
def test_extents_that_are_refused(extent: tuple[int, ...], word: str) -> None:
    with pytest.raises(FormatRefusal, match=word):
        check_extent("TIFF image", Path("a.tif"), *extent)


@given(st.integers(1, 8), st.integers(2, 5), st.integers(2, 5))
def test_turning_keeps_every_pixel(turn: int, rows: int, columns: int) -> None:
    pixels = np.arange(rows * columns).reshape(rows, columns)
    back = turn if turn not in (6, 8) else 14 - turn
    assert np.array_equal(turned(turned(pixels, turn), back), pixels)


def test_opacity_lies_on_white() -> None:
    pixels = np.zeros((2, 2, 2), np.uint16)
    pixels[0, 0, 1] = 65535
    laid, note = without_alpha(pixels)
    assert laid.tolist() == [[0, 65535], [65535, 65535]]
    assert note == "Transparent pixels are laid on white"


def test_an_inspection_tells_images(tmp_path: Path) -> None:
    how = {"imagej": True, "resolution": (0.5, 0.5), "metadata": {"unit": "nm"}}
    (tmp_path / "a.tif").write_bytes(tiff_bytes(GREY.astype(np.uint16) * 100, **how))
    found = inspect_file(tmp_path / "a.tif")
    (image,) = found.images
    assert (image.width, image.height, image.channels, image.bits) == (80, 60, 1, 16)
    assert (image.low, image.high) == (GREY.min() * 100.0, GREY.max() * 100.0)
    assert (image.pixel_size, image.pixel_size_source, image.pixel_size_flag) == (2.0, "ImageJ", "")
    assert (found.columns, found.reads, found.kind) == ((), (), "image")
    assert json.loads(json.dumps(as_json(found), allow_nan=False))["images"][0]["instrument"] is None
