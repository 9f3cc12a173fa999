"""Gatan DigitalMicrograph images (dm3, dm4): the image itself, not its thumbnail, with its calibration."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import FormatRefusal
from selenolab.core.format import Evidence, Format, Head, Parsed
from selenolab.formats.dm_tags import Block, BrokenTagsError, Group, read_tags, text_of
from selenolab.formats.image_record import MOST_FILE, Picture, check_extent, gather
from selenolab.formats.pixel_size import PixelSize, Stated, decimal, settle, unit_kind
from selenolab.formats.text import file_bytes

TITLE = "Gatan DigitalMicrograph image"
_SAVE = "Export it from DigitalMicrograph again."
_RGB = 23
# DataType of DigitalMicrograph -> letters of numpy
_TYPES: Final = {
    1: "i2", 2: "f4", 6: "u1", 7: "i4", 9: "i1", 10: "u2", 11: "u4", 12: "f8", 14: "u1", _RGB: "u4",
    39: "i8", 40: "u8",
}  # fmt: skip
_COMPLEX = (3, 5, 13, 27, 28)


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of a file, where they came from and their order, "<" or ">"."""

    path: Path
    raw: bytes
    order: str


def recognise(head: Head) -> float:
    """By the version, the byte order and the flags of the outermost group."""
    version = int.from_bytes(head.first[:4], "big")
    if version not in (3, 4) or len(head.first) < 24:
        return 0.0
    place = 16 if version == 4 else 12
    order = int.from_bytes(head.first[place - 4 : place], "big")
    first = place + (10 if version == 4 else 6)  # the first tag of the outermost group
    tags = int.from_bytes(head.first[place + 2 : first], "big")
    flags = head.first[place] <= 1 and head.first[place + 1] <= 1
    sensible = 0 < tags < 4096 or head.first[first : first + 1] in (b"\x14", b"\x15")
    return 0.95 if order in (0, 1) and flags and sensible else 0.0


def read(path: Path) -> Parsed:
    """Every image of the file that is no thumbnail; a stack gives one record a slice.

    Raises
    ------
    FormatRefusal
        for damage, spectra, Fourier transforms, diffraction patterns and images without a calibration.
    """
    raw = file_bytes(path, TITLE, MOST_FILE)
    try:
        root, order = read_tags(raw)
    except BrokenTagsError as error:
        raise FormatRefusal(TITLE, path.name, f"the file is damaged: {error}", _SAVE) from None
    found = _images(root)
    if not found:
        raise FormatRefusal(TITLE, path.name, "it holds no image", _SAVE)
    pictures: list[Picture] = []
    notes: list[str] = []
    file = Source(path, raw, order)
    for index, image in enumerate(found):
        pictures += _pictures(file, image, f"image {index + 1}" if len(found) > 1 else "", notes)
    return gather("dm", TITLE, path, pictures, notes, {"version": f"dm{int.from_bytes(raw[:4], 'big')}"})


def _images(root: Group) -> list[Group]:
    """The entries of ImageList that are no thumbnails."""
    listed = [image for image in _under(root, "ImageList").values() if isinstance(image, dict)]
    shown = [image for image in listed if isinstance(_under(image, "ImageData").get("Data"), Block)]
    thumbs = {one.get("ImageIndex") for one in _under(root, "Thumbnails").values() if isinstance(one, dict)}
    real = [image for index, image in enumerate(listed) if image in shown and index not in thumbs]
    if len(real) > 1 and not thumbs and _under(real[0], "ImageData").get("DataType") == _RGB:
        return real[1:]
    return real or shown


def _under(group: Group, *names: str) -> Group:
    """The group at the end of a path of names; empty where there is none."""
    for name in names:
        inner = group.get(name)
        group = inner if isinstance(inner, dict) else {}
    return group


def _pictures(file: Source, image: Group, where: str, notes: list[str]) -> list[Picture]:
    path = file.path
    content = _under(image, "ImageData")
    axes = _axes(path, content, where)
    columns, rows, *more = axes
    count = int(np.prod(more, dtype=object)) if more else 1
    kind = content.get("DataType")
    if kind in _COMPLEX:
        raise FormatRefusal(
            TITLE, path.name, "its numbers are complex: a Fourier transform, not an image", _SAVE, where
        )
    if kind not in _TYPES:
        raise FormatRefusal(TITLE, path.name, f"its data type {kind} is not known", _SAVE, where)
    size = _pixel_size(file, content, (rows, columns), notes)
    letters = np.dtype(file.order + _TYPES[kind])
    check_extent(TITLE, path, rows, columns, letters.itemsize, count)
    pixels = _pixels(file, content["Data"], letters, (count, rows, columns))
    facts = _facts(file, image)
    bits = 8 if kind == _RGB else letters.itemsize * 8
    title = text_of(file.raw, file.order, image.get("Name")).strip() or where or "image"
    names = [title] if count == 1 else [f"{title} slice {index + 1}" for index in range(count)]
    return [
        Picture(f"{name} ({where})" if where and where not in name else name, one, size, bits, facts)
        for name, one in zip(names, _coloured(pixels, kind == _RGB), strict=True)
    ]


def _axes(path: Path, content: Group, where: str) -> list[int]:
    """Lengths of the axes, fastest first, those of length one at the end left out."""
    lengths = [value for value in _under(content, "Dimensions").values() if isinstance(value, int)]
    while len(lengths) > 2 and lengths[-1] == 1:
        lengths.pop()
    if len(lengths) < 2 or min(lengths) < 1:
        reason = "it is a spectrum or a line profile, not an image"
        raise FormatRefusal(TITLE, path.name, reason, "Export the micrograph itself.", where)
    return lengths


def _pixel_size(file: Source, content: Group, shape: tuple[int, int], notes: list[str]) -> PixelSize:
    axes = [one for one in _under(content, "Calibrations", "Dimension").values() if isinstance(one, dict)]
    texts = [text_of(file.raw, file.order, one.get("Units")) for one in axes]
    path = file.path
    if len(texts) < 2 or any(unit_kind(text) == "unknown" for text in texts[:2]):
        reason = "its axes have no unit: it was never calibrated"
        raise FormatRefusal(
            TITLE, path.name, reason, "Calibrate it in DigitalMicrograph, or export it as TIFF."
        )
    other = next((text for text in texts[:3] if unit_kind(text) == "other"), "")
    if other:
        reason = f"an axis is in {other}: a spectrum image, not a micrograph"
        raise FormatRefusal(TITLE, path.name, reason, "Export the micrograph itself.")
    x, y = (abs(decimal(one.get("Scale"))) for one in axes[:2])
    size, told = settle(TITLE, path, [Stated("calibration of the axes", x, y, texts[0], texts[1])], shape)
    notes += told
    return size


def _pixels(file: Source, block: object, letters: np.dtype[Any], shape: tuple[int, int, int]) -> NDArray[Any]:
    expected = int(np.prod(shape, dtype=object))
    if not isinstance(block, Block) or block.count * block.width != expected * letters.itemsize:
        found = block.count * block.width if isinstance(block, Block) else 0
        reason = f"its pixels have {found} bytes where {expected * letters.itemsize} are promised"
        raise FormatRefusal(TITLE, file.path.name, reason, _SAVE)
    flat = np.frombuffer(file.raw, letters, expected, block.start)
    return flat.astype(letters.newbyteorder("=")).reshape(shape)


def _coloured(pixels: NDArray[Any], colour: bool) -> NDArray[Any]:
    """Packed colours (n, rows, columns) as (n, rows, columns, 3); grey pixels as they are."""
    if not colour:
        return pixels
    return np.stack([(pixels >> shift & 255).astype(np.uint8) for shift in (16, 8, 0)], axis=-1)


def _facts(file: Source, image: Group) -> Mapping[str, str | float]:
    told = _under(image, "ImageTags", "Microscope Info")
    facts: dict[str, str | float] = {}
    names = (text_of(file.raw, file.order, told.get(word)) for word in ("Name", "Microscope"))
    if name := next((name for name in names if name), ""):
        facts["instrument"] = name
    if (voltage := decimal(told.get("Voltage"))) > 0:
        facts["voltage"] = voltage / 1000
    if (magnification := decimal(told.get("Indicated Magnification"))) > 0:
        facts["magnification"] = magnification
    return facts


format = Format(  # noqa: A001 - the contract's word
    name="dm",
    title=TITLE,
    kind="image",
    evidence=Evidence.REAL_FILE,
    proof="five dm3 files of DigitalMicrograph and TIA, in two locales; dm4 only as written by ourselves",
    extensions=(".dm3", ".dm4"),
    recognise=recognise,
    read=read,
)
