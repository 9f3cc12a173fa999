"""PNG and JPEG pictures: micrographs as most software exports them, seldom with a scale of the specimen."""

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import FormatRefusal
from selenolab.core.format import Evidence, Format, Head, Parsed
from selenolab.formats.image_companion import companion_note
from selenolab.formats.image_record import (
    DAMAGE,
    MOST_FILE,
    Picture,
    check_extent,
    gather,
    grey_if_equal,
    refuse_damage,
    turned,
    without_alpha,
)
from selenolab.formats.pixel_size import Stated, decimal, settle
from selenolab.formats.text import check_file

if TYPE_CHECKING:
    from PIL.Image import Image

TITLE = "PNG or JPEG picture"
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_DEEP = ("I", "I;16", "I;16B", "F")
_PLAIN = ("1", "L", "LA", "RGB", "RGBA", *_DEEP)
_ORIENTATION = 0x0112  # Exif
_JEOL = re.compile(rb"<TemReporter\b.*?</TemReporter>", re.DOTALL)
_JEOL_BYTES = 2**20  # from the start of a file: the block stands in its Exif part, at most 64 KiB


def recognise(head: Head) -> float:
    """Certain by the first bytes."""
    return 1.0 if head.first.startswith((_PNG, _JPEG)) else 0.0


def read(path: Path) -> Parsed:
    """The picture in its own depth; a resolution in dpi is never taken for a scale of the specimen.

    Raises
    ------
    FormatRefusal
        for damage, pictures of one row or of too many pixels, and text that unpacks without end.
    """
    check_file(path, TITLE, MOST_FILE)
    notes: list[str] = []
    try:
        with quiet(), opened(path) as picture:
            kind = str(picture.format)
            check_extent(TITLE, path, picture.height, picture.width, 4)
            notes += _frames(picture)
            told = _resolution(picture)
            orientation = int(decimal(picture.getexif().get(_ORIENTATION, 1)))
            pixels, bits = _pixels(picture, notes)
    except DAMAGE as error:
        raise refuse_damage(TITLE, path, error) from None
    jeol = _jeol(path) if kind != "PNG" else ""
    size, refused = settle(TITLE, path, _jeol_scale(jeol), pixels.shape)
    notes += [*refused, *told, *companion_note(path)]
    one = Picture(path.stem, turned(pixels, orientation), size, bits, _jeol_facts(jeol))
    return gather("picture", TITLE, path, [one], notes, {"container": "PNG" if kind == "PNG" else "JPEG"})


@contextmanager
def quiet() -> Iterator[None]:
    """Warnings of the decoder are not shown: what they warn of is checked here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def opened(path: Path) -> "Image":
    """The picture, its pixels not yet unpacked. Sizes without reason are refused by name."""
    from PIL import Image

    try:
        return Image.open(path, formats=("PNG", "JPEG"))
    except Image.DecompressionBombError:
        reason = "it would unpack to more than 150 million pixels"
        raise FormatRefusal(TITLE, path.name, reason, "Export a part of it.") from None


def _frames(picture: "Image") -> list[str]:
    count = int(getattr(picture, "n_frames", 1))
    return [f"It holds {count} frames; the first one is read"] if count > 1 else []


def _resolution(picture: "Image") -> list[str]:
    dpi = picture.info.get("dpi")
    if not isinstance(dpi, tuple) or not dpi or decimal(dpi[0]) <= 1:
        return []
    return [f"Its {decimal(dpi[0]):.0f} dpi are a print resolution, not a scale of the specimen: not used"]


def _pixels(picture: "Image", notes: list[str]) -> tuple[NDArray[Any], int]:
    """Pixels (rows, columns[, 3]) and bits a channel, as stored."""
    tiles = getattr(picture, "tile", ())
    deep = picture.mode in ("RGB", "RGBA", "LA") and any("16B" in str(tile) for tile in tiles)
    if deep:
        notes.append("Its 16-bit channels are read with 8 bits each")
    pixels = np.asarray(_plain(picture, notes))
    if pixels.dtype == bool:
        return pixels.astype(np.uint8) * np.uint8(255), 1
    if pixels.ndim == 3 and pixels.shape[2] in (2, 4):
        pixels, note = without_alpha(pixels)
        notes += [note] if note else []
    pixels = grey_if_equal(pixels)
    if pixels.dtype == np.int32 and pixels.min() >= 0 and pixels.max() < 65536:
        pixels = pixels.astype(np.uint16)
    return pixels, 16 if deep else pixels.dtype.itemsize * 8


def _plain(picture: "Image", notes: list[str]) -> "Image":
    """The picture in grey, or red, green and blue, opacity as a last channel where there is any."""
    mode, clear = picture.mode, "transparency" in picture.info
    if mode in _PLAIN and not clear:
        return picture
    if mode not in ("P", *_PLAIN):
        notes.append(f"Its colours ({mode}) are converted to red, green and blue")
    if mode in ("1", "L"):
        return picture.convert("LA")
    return picture if mode in _DEEP else picture.convert("RGBA" if clear else "RGB")


def _jeol(path: Path) -> str:
    """The block that JEOL's TEM Center writes into a JPEG; "" where there is none."""
    with path.open("rb") as raw:
        block = _JEOL.search(raw.read(_JEOL_BYTES))
    return block[0].decode("utf-8", errors="replace") if block else ""


def _jeol_scale(block: str) -> list[Stated]:
    pitch = re.search(r"<PixelsPerMeter>\s*<Horizontal>([^<]+)</Horizontal>\s*<Vertical>([^<]+)<", block)
    a, b = (decimal(pitch[1]), decimal(pitch[2])) if pitch else (0.0, 0.0)
    return [Stated("PixelsPerMeter of the JEOL block", 1 / a, 1 / b, "m", "m")] if a > 0 and b > 0 else []


def _jeol_facts(block: str) -> Mapping[str, str | float]:
    found = {
        word: re.search(f"<{tag}>([^<]+)</{tag}>", block)
        for word, tag in (
            ("instrument", "Instruments"),
            ("voltage", "AccelerationVoltage"),
            ("magnification", "SelectorValue"),
        )
    }
    facts: dict[str, str | float] = {}
    for word, match in found.items():
        if match and word == "instrument":
            facts[word] = match[1].strip()
        elif match and decimal(match[1]) > 0:
            facts[word] = decimal(match[1]) / (1000 if word == "voltage" else 1)
    return facts


format = Format(  # noqa: A001 - the contract's word
    name="picture",
    title=TITLE,
    kind="image",
    evidence=Evidence.REAL_FILE,
    proof="51 published micrographs as PNG and four JPEGs of JEOL TEM Center",
    extensions=(".png", ".jpg", ".jpeg"),
    recognise=recognise,
    read=read,
)
