"""TIFF images of electron microscopes and of ImageJ: every page a record, in the depth of the file."""

import logging
import os
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
    MOST_IMAGES,
    Picture,
    check_extent,
    gather,
    grey_if_equal,
    refuse_damage,
    turned,
    without_alpha,
)
from selenolab.formats.picture import quiet
from selenolab.formats.pixel_size import settle
from selenolab.formats.text import check_file
from selenolab.formats.tiff_scale import facts, print_resolution, stated_sizes

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

TITLE = "TIFF image"
_SAVE = "Save it again without compression."
_MAGIC = (b"II*\0", b"MM\0*", b"II+\0\x08\0", b"MM\0+\0\x08")
_WHITE_IS_ZERO, _RGB, _PALETTE, _YCBCR = 0, 2, 3, 6  # PhotometricInterpretation
_ALPHA = (1, 2)  # ExtraSamples
_SMALL = 1  # NewSubfileType: a reduced copy
_MOST_PAGES = 4 * MOST_IMAGES  # counted at all
_SHORT_TAG = 65_536  # values: longer ones are data of their own, not a scale


def recognise(head: Head) -> float:
    """By the first bytes, also of BigTIFF. A format that knows its own kind of TIFF may say 1."""
    return 0.9 if head.first.startswith(_MAGIC) else 0.0


def read(path: Path) -> Parsed:
    """All pages but thumbnails; the pixel size of each from what makers, ImageJ or OME wrote.

    Raises
    ------
    FormatRefusal
        for damage, too many pages or pixels, compressions that are not read, diffraction patterns.
    """
    from tifffile import TiffFile

    check_file(path, TITLE, MOST_FILE)
    try:
        with quiet(), _heard() as told, TiffFile(path) as file:
            parsed = _read(path, file)
    except DAMAGE as error:
        raise refuse_damage(TITLE, path, error) from None
    if broken := next((line for line in told if "TiffPages" in line), ""):
        raise refuse_damage(TITLE, path, ValueError(broken.split("> ")[-1]))
    return parsed


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What the decoder would print of a damaged file, kept for the refusal."""
    told: list[str] = []

    def keep(record: logging.LogRecord) -> bool:
        told.append(record.getMessage())
        return False

    logger = logging.getLogger("tifffile")
    logger.addFilter(keep)
    try:
        yield told
    finally:
        logger.removeFilter(keep)


@contextmanager
def _mute_libtiff() -> Iterator[None]:
    """Keep what libtiff prints below Python off the standard error: it comes as an exception too."""
    try:
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except OSError:  # there is no standard error
        yield
        return
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _read(path: Path, file: "TiffFile") -> Parsed:
    notes: list[str] = []
    pages = _pages(path, file, notes)
    imagej = dict(file.imagej_metadata or {}) if file.is_imagej else None
    if imagej and int(imagej.get("images", 1)) > len(file.pages):
        reason = "it is an ImageJ stack with one directory for many images"
        raise FormatRefusal(TITLE, path.name, reason, "Export the fields as single images.")
    description = str(getattr(file.pages[0], "description", "") or "")
    first = file.pages.first
    pictures = []
    for index, page in pages:
        alike = (first.imagelength, first.imagewidth) == (page.imagelength, page.imagewidth)
        tags = {**(_tags(first) if alike else {}), **_tags(page)}
        pixels = _pixels(path, page, index, len(pages), notes)
        size, refused = settle(TITLE, path, stated_sizes(tags, imagej, description), pixels.shape)
        name = path.stem if len(pages) == 1 else f"{path.stem} page {index + 1}"
        notes += [*refused, print_resolution(tags, imagej)]
        pictures.append(Picture(name, pixels, size, int(page.bitspersample), facts(tags)))
    notes += companion_note(path)
    return gather("tiff", TITLE, path, pictures, [note for note in notes if note], _metadata(file))


def _metadata(file: "TiffFile") -> Mapping[str, str]:
    kinds = [
        word for word in ("bigtiff", "imagej", "ome", "fei", "sem", "sis") if getattr(file, f"is_{word}")
    ]
    return {"written as": ", ".join(kinds)} if kinds else {}


def _pages(path: Path, file: "TiffFile", notes: list[str]) -> list[tuple[int, "TiffPage"]]:
    """Pages that are images of their own, with their index."""
    count = len(file.pages)
    if count > _MOST_PAGES:
        check_extent(TITLE, path, 2, 2, 1, count)
    every = [(index, file.pages[index]) for index in range(count)]
    pages: list[tuple[int, Any]] = [(i, page.aspage()) for i, page in every]
    real = [(i, page) for i, page in pages if not int(page.subfiletype or 0) & _SMALL]
    if len(real) < len(pages):
        notes.append(f"{len(pages) - len(real)} reduced copies in the file are left out")
    if not real:
        raise FormatRefusal(TITLE, path.name, "it holds no page with an image", "Copy or export it again.")
    each = max(page.samplesperpixel * max(page.bitspersample // 8, 1) for _, page in real)
    for _, page in real:
        check_extent(TITLE, path, page.imagelength, page.imagewidth, each, len(real))
    return real


def _tags(page: Any) -> dict[int, Any]:
    return {
        tag.code: tag.value
        for tag in page.aspage().tags
        if tag.count <= _SHORT_TAG or tag.code in (34680, 34682)
    }


def _pixels(path: Path, page: "TiffPage", index: int, count: int, notes: list[str]) -> NDArray[Any]:
    """Pixels (rows, columns[, 3]) the right way up, white as the largest number."""
    where = f"page {index + 1}" if count > 1 else ""
    if page.imagedepth > 1 or page.samplesperpixel > 4:
        reason = f"it has {page.samplesperpixel} channels and {page.imagedepth} planes"
        raise FormatRefusal(TITLE, path.name, reason, "Export one plane as a grey image.", where)
    if page.compression != 1:
        pixels = _unpacked(path, page, index, where, notes)
    else:
        _check_strips(path, page, where)
        pixels = turned(_flat(page), int(_value(page, 274, 1)))
    colour = pixels.ndim == 3 and pixels.shape[2] == 3
    if pixels.dtype.kind not in "uif" or page.photometric > _YCBCR or not (colour or pixels.ndim == 2):
        shape = " x ".join(str(length) for length in pixels.shape)
        reason = f"its {shape} numbers ({pixels.dtype}) are neither grey nor red, green and blue"
        raise FormatRefusal(TITLE, path.name, reason, "Export it as a grey image.", where)
    if page.photometric == _PALETTE and page.compression == 1 and page.colormap is not None:
        pixels = (page.colormap[:, pixels] >> 8).astype(np.uint8).transpose(1, 2, 0)
    if page.photometric == _WHITE_IS_ZERO and pixels.dtype.kind == "u" and page.compression == 1:
        pixels = np.iinfo(pixels.dtype).max - pixels
    return grey_if_equal(pixels)


def _value(page: "TiffPage", code: int, otherwise: int) -> int:
    tag = page.tags.get(code)
    return int(tag.value) if tag is not None else otherwise


def _check_strips(path: Path, page: "TiffPage", where: str) -> None:
    """All strips or tiles lie in the file and hold as many bytes as the pixels need."""
    end = path.stat().st_size
    pieces = list(zip(page.dataoffsets, page.databytecounts, strict=True))
    need = page.imagelength * page.imagewidth * page.samplesperpixel * page.bitspersample // 8
    missing = [offset for offset, length in pieces if offset <= 0 or offset + length > end]
    if missing or sum(length for _, length in pieces) < need:
        size = f"{page.imagewidth} x {page.imagelength} pixels"
        reason = f"the file is cut short: {end} bytes do not hold its {size}"
        raise FormatRefusal(TITLE, path.name, reason, "Copy or export it again.", where)


def _flat(page: "TiffPage") -> NDArray[Any]:
    pixels = np.asarray(page.asarray())
    if pixels.dtype == bool:
        pixels = pixels.astype(np.uint8) * np.uint8(255)
    if page.samplesperpixel > 1 and page.axes.startswith("S"):
        pixels = np.moveaxis(pixels, 0, -1)
    colours = 3 if page.photometric == _RGB else 1
    if page.samplesperpixel == colours + 1 and any(extra in _ALPHA for extra in page.extrasamples):
        return without_alpha(pixels)[0]
    return pixels


def _unpacked(path: Path, page: "TiffPage", index: int, where: str, notes: list[str]) -> NDArray[Any]:
    """A compressed page through libtiff, which never unpacks more than the directory promises."""
    from PIL import Image

    kind = str(getattr(page.compression, "name", page.compression))
    if page.bitspersample > 8 and page.samplesperpixel > 1:
        reason = f"colours of {page.bitspersample} bits in compression {kind} are not read"
        raise FormatRefusal(TITLE, path.name, reason, _SAVE, where)
    try:
        with _mute_libtiff(), Image.open(path, formats=("TIFF",)) as picture:
            picture.seek(index)
            if picture.mode not in ("1", "L", "I", "F", "I;16", "I;16B", "I;16L"):
                pixels = np.asarray(picture.convert("RGB"))
            else:
                pixels = np.asarray(picture)
    except DAMAGE as error:
        told = " ".join(str(error).split())[:80] or type(error).__name__
        reason = f"its pixels in compression {kind} cannot be unpacked ({told})"
        raise FormatRefusal(TITLE, path.name, reason, _SAVE, where) from None
    notes.append(f"Unpacked from compression {kind}")
    return pixels.astype(np.uint8) * np.uint8(255) if pixels.dtype == bool else pixels


format = Format(  # noqa: A001 - the contract's word
    name="tiff",
    title=TITLE,
    kind="image",
    evidence=Evidence.INDEPENDENT,
    proof="depths, pages, ImageJ and OME as written by tifffile; tags of makers only after descriptions",
    extensions=(".tif", ".tiff"),
    recognise=recognise,
    read=read,
)
