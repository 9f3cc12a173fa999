"""MRC2014 images (doi:10.1016/j.jsb.2015.04.002): sections as records, cell edges in Å as the scale."""

import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import FormatRefusal
from selenolab.core.format import Evidence, Format, Head, Parsed
from selenolab.formats.image_record import MOST_FILE, Picture, check_extent, gather
from selenolab.formats.pixel_size import Stated, settle
from selenolab.formats.text import file_bytes

TITLE = "MRC image"
HEADER = 1024  # bytes
_SAVE = "Export it again as MRC2014 of mode 0, 1, 2, 6 or 12."
# mode -> letters of numpy
_MODES: Final = {0: "i1", 1: "i2", 2: "f4", 6: "u2", 12: "f2"}
_NOT_READ: Final = {3: "complex (a Fourier transform)", 4: "complex (a Fourier transform)", 101: "4-bit"}
_IMOD = 1146047817  # its stamp; bit 0 of its flags says that bytes are signed
_FEI = (b"FEI1", b"FEI2")
_FEI_VOLTAGE, _FEI_PIXEL = 84, 156  # bytes into the first block of the extended header: V, and m a pixel


@dataclass(frozen=True, slots=True)
class Header:
    """What is used of the 1024 bytes."""

    order: str
    columns: int
    rows: int
    sections: int
    mode: int
    samples: tuple[int, int, int]
    cell: tuple[float, float, float]  # Å
    extended: int  # bytes
    kind: bytes  # of the extended header
    unsigned: bool


def recognise(head: Head) -> float:
    """By the word MAP at byte 208 and sizes that are positive in one byte order."""
    if head.size < HEADER or head.first[208:212] not in (b"MAP ", b"MAP\0"):
        return 0.0
    header = read_header(head.first)
    return 0.95 if min(header.columns, header.rows, header.sections) > 0 and 0 <= header.mode < 128 else 0.0


def read_header(raw: bytes) -> Header:
    """The header in the byte order of its machine stamp, or without one in the order that makes sense."""
    order = {0x44: "<", 0x11: ">"}.get(raw[212], "")
    if not order:
        order = min("<>", key=lambda one: max(struct.unpack_from(one + "4I", raw, 0)))
    columns, rows, sections, mode = struct.unpack_from(order + "4i", raw, 0)
    (extended,) = struct.unpack_from(order + "i", raw, 92)
    stamp, flags = struct.unpack_from(order + "2i", raw, 152)
    return Header(
        order=order,
        columns=columns,
        rows=rows,
        sections=sections,
        mode=mode,
        samples=struct.unpack_from(order + "3i", raw, 28),
        cell=struct.unpack_from(order + "3f", raw, 40),
        extended=extended,
        kind=raw[104:108],
        unsigned=stamp == _IMOD and not flags & 1,
    )


def read(path: Path) -> Parsed:
    """Every section of the file, rows in the order of the file (MRC counts them from the bottom).

    Raises
    ------
    FormatRefusal
        for a file that is too short, complex or packed modes, and too many sections.
    """
    raw = file_bytes(path, TITLE, MOST_FILE)
    if len(raw) < HEADER:
        raise FormatRefusal(TITLE, path.name, f"{len(raw)} bytes do not hold a header", "Copy it again.")
    header = read_header(raw)
    pixels = _pixels(path, raw, header)
    stated = [*_cell(header), *_fei(raw, header)]
    size, notes = settle(TITLE, path, stated, (header.rows, header.columns))
    names = [path.stem] if len(pixels) == 1 else [f"{path.stem} section {n + 1}" for n in range(len(pixels))]
    bits = pixels.dtype.itemsize * 8
    facts = _facts(raw, header)
    pictures = [Picture(name, one, size, bits, facts) for name, one in zip(names, pixels, strict=True)]
    return gather("mrc", TITLE, path, pictures, notes, {"mode": str(header.mode)})


def _pixels(path: Path, raw: bytes, header: Header) -> NDArray[Any]:
    """Pixels (sections, rows, columns) in the machine's own byte order."""
    if header.mode not in _MODES:
        told = _NOT_READ.get(header.mode, "not known")
        raise FormatRefusal(TITLE, path.name, f"its mode {header.mode} is {told}", _SAVE)
    if min(header.columns, header.rows, header.sections) < 1 or header.extended < 0:
        reason = f"its header promises {header.columns} x {header.rows} x {header.sections} pixels"
        raise FormatRefusal(TITLE, path.name, reason, _SAVE)
    letters = "u1" if header.mode == 0 and header.unsigned else _MODES[header.mode]
    kind = np.dtype(header.order + letters)
    check_extent(TITLE, path, header.rows, header.columns, kind.itemsize, header.sections)
    count = header.rows * header.columns * header.sections
    start = HEADER + header.extended
    if start + count * kind.itemsize > len(raw):
        reason = f"the file is cut short: {len(raw)} bytes of {start + count * kind.itemsize}"
        raise FormatRefusal(TITLE, path.name, reason, "Copy or export it again.")
    flat = np.frombuffer(raw, kind, count, start).astype(kind.newbyteorder("="))
    return flat.reshape(header.sections, header.rows, header.columns)


def _cell(header: Header) -> list[Stated]:
    """Edges of the cell over samples along them; a cell of 0 says that the scale is not known."""
    (across, down, _), (wide, high, _) = header.cell, header.samples
    if not across > 0 or not down > 0 or wide < 1 or high < 1:
        return []
    return [Stated("cell of the header", across / wide, down / high, "Å", "Å")]


def _fei_number(raw: bytes, header: Header, place: int) -> float:
    if header.kind not in _FEI or header.extended < place + 8 or len(raw) < HEADER + place + 8:
        return math.nan
    return float(struct.unpack_from("<d", raw, HEADER + place)[0])


def _fei(raw: bytes, header: Header) -> list[Stated]:
    across, down = (_fei_number(raw, header, _FEI_PIXEL + step) for step in (0, 8))
    return [Stated("FEI extended header", across, down, "m", "m")] if across > 0 else []


def _facts(raw: bytes, header: Header) -> dict[str, str | float]:
    voltage = _fei_number(raw, header, _FEI_VOLTAGE)
    return {"voltage": voltage / 1000} if voltage > 0 and math.isfinite(voltage) else {}


format = Format(  # noqa: A001 - the contract's word
    name="mrc",
    title=TITLE,
    kind="image",
    evidence=Evidence.SPECIFICATION,
    proof="files laid out by ourselves after MRC2014, in both byte orders and all modes that are read",
    extensions=(".mrc", ".mrcs", ".map"),
    recognise=recognise,
    read=read,
)
