"""Images of a file as records: what all readers of micrographs share."""

import math
import struct
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.core.errors import FormatRefusal
from selenolab.core.format import Parsed
from selenolab.formats.pixel_size import PixelSize

MOST_FILE = 2 * 2**30  # bytes of the file itself
MOST_PIXELS = 150_000_000  # of one image: a montage of 12 000 x 12 000
MOST_BYTES = 768 * 2**20  # of all images of a file, unpacked
MOST_IMAGES = 64  # of a file; a longer stack is a film or a volume, not fields of particles
FACTS = ("instrument", "magnification", "voltage")
_NUMBERS = ("magnification", "voltage")
DAMAGE = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError, NotImplementedError,
    OSError, RuntimeError, SyntaxError, TypeError, ValueError, struct.error, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """One image of a file.

    `pixels` is (rows, columns) or (rows, columns, 3), in the depth of the file; `bits` a channel.
    `facts` may hold instrument, magnification and voltage [kV].
    """

    name: str
    pixels: NDArray[Any]
    size: PixelSize
    bits: int
    facts: Mapping[str, str | float] = field(default_factory=dict)


def refuse_damage(title: str, path: Path, error: BaseException) -> FormatRefusal:
    """The refusal of a file whose decoding broke."""
    told = " ".join(str(error).split())[:120] or type(error).__name__
    return FormatRefusal(
        title, path.name, f"the file is damaged or cut short ({told})", "Copy or export it again."
    )


def check_extent(title: str, path: Path, rows: int, columns: int, each: int, count: int = 1) -> None:
    """Refuse, before anything is unpacked, images too small or too large to hold particles.

    Parameters
    ----------
    rows, columns : of one image.
    each : bytes of one pixel.
    count : images of the file.
    """
    if rows < 2 or columns < 2:
        reason = f"an image of {columns} x {rows} pixels holds no particle"
        raise FormatRefusal(title, path.name, reason, "Export the micrograph itself.")
    if count > MOST_IMAGES:
        reason = f"it is a stack of {count} images, more than the {MOST_IMAGES} that are read"
        raise FormatRefusal(title, path.name, reason, "Export the fields to be measured as single images.")
    if rows * columns > MOST_PIXELS or rows * columns * each * count > MOST_BYTES:
        reason = f"{columns} x {rows} pixels in {count} image{'s' if count > 1 else ''} are too many"
        limits = f"{MOST_PIXELS // 10**6} million pixels an image, {MOST_BYTES // 2**20} MB in all"
        raise FormatRefusal(title, path.name, reason, f"Export a part of it ({limits}).")


def grey_if_equal(pixels: NDArray[Any]) -> NDArray[Any]:
    """(rows, columns) where the three colours of (rows, columns, 3) are equal everywhere."""
    if pixels.ndim != 3 or not np.array_equal(pixels[..., 0], pixels[..., 1]):
        return pixels
    return np.ascontiguousarray(pixels[..., 0]) if np.array_equal(pixels[..., 1], pixels[..., 2]) else pixels


def without_alpha(pixels: NDArray[Any]) -> tuple[NDArray[Any], str]:
    """Colours (rows, columns[, 3]) of pixels whose last channel is opacity, laid on white; and a note."""
    colours, alpha = pixels[..., :-1], pixels[..., -1:]
    whole = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1
    note = ""
    if not bool(np.all(alpha == whole)):
        share = alpha.astype(np.float32) / whole
        colours = (colours * share + whole * (1 - share)).astype(pixels.dtype)
        note = "Transparent pixels are laid on white"
    return (colours[..., 0] if colours.shape[2] == 1 else colours), note


def turned(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Pixels the right way up, after the orientation (1 to 8) of TIFF 6.0 and Exif."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels


def gather(
    format: str,  # noqa: A002 - the contract's word
    title: str,
    path: Path,
    pictures: Sequence[Picture],
    notes: Sequence[str] = (),
    metadata: Mapping[str, str] | None = None,
) -> Parsed:
    """One record an image. Refused where there is none, or where one holds no finite number."""
    if not pictures:
        raise FormatRefusal(title, path.name, "it holds no image", "Export the micrograph itself.")
    told = list(notes)
    pictures = _named_apart(pictures)
    for one in pictures:
        told += _told(title, path, one, len(pictures) > 1)
    rows = [_row(one) for one in pictures]
    records = pd.DataFrame({word: [row[word] for row in rows] for word in rows[0]})
    return Parsed(
        format=format,
        kind="image",
        records=records,
        data=pd.DataFrame({"record": pd.Series([], dtype=object)}),
        units={"pixel_size": "nm", "pixel_size_y": "nm", "voltage": "kV"},
        axes=("y", "x"),
        notes=tuple(dict.fromkeys(told)),
        metadata=dict(metadata or {}),
        arrays={one.name: one.pixels for one in pictures},
    )


def _named_apart(pictures: Sequence[Picture]) -> list[Picture]:
    """Pictures whose names are unique: the second of a name gets (2)."""
    seen: Counter[str] = Counter()
    apart = []
    for one in pictures:
        seen[one.name] += 1
        apart.append(replace(one, name=f"{one.name} ({seen[one.name]})") if seen[one.name] > 1 else one)
    return apart


def _told(title: str, path: Path, one: Picture, several: bool) -> list[str]:
    """Notes on one image that an eye would make at once."""
    finite = np.isfinite(one.pixels) if one.pixels.dtype.kind == "f" else None
    if finite is not None and not finite.any():
        raise FormatRefusal(
            title,
            path.name,
            "no pixel holds a number",
            "Export the image again.",
            one.name if several else "",
        )
    before = f"{one.name}: " if several else ""
    notes = []
    if finite is not None and not finite.all():
        notes.append(f"{before}{int((~finite).sum())} pixels hold no finite number")
    if one.pixels.ndim == 3:
        share = float((np.ptp(one.pixels, axis=2) > 0).mean())
        notes.append(f"{before}It is a colour image: {share:.2%} of its pixels are not grey")
    sound = one.pixels if finite is None else one.pixels[finite]
    if sound.min() == sound.max():
        notes.append(f"{before}All pixels have the same value, {sound.flat[0]}")
    return notes


def _row(one: Picture) -> dict[str, Any]:
    facts = {word: one.facts.get(word, math.nan if word in _NUMBERS else None) for word in FACTS}
    return {
        "record": one.name,
        "pixels": one.name,
        "pixel_size": one.size.x,
        "pixel_size_y": one.size.y,
        "pixel_size_flag": one.size.flag,
        "pixel_size_source": one.size.source,
        "width": one.pixels.shape[1],
        "height": one.pixels.shape[0],
        "bits": one.bits,
        **facts,
    }
