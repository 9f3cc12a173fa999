"""Thermo Fisher SkanIt workbooks: the raw plates of every measurement step."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from selenolab.core.errors import FormatRefusal
from selenolab.core.format import Evidence, Format, Head, Parsed
from selenolab.formats.blocks import Block, block_shape, labelled_blocks, text_of
from selenolab.formats.plate_records import Point, Read, Signal, gather, grid_points, marks
from selenolab.formats.sheets import read_sheets
from selenolab.formats.wells import well_name
from selenolab.formats.workbook import Cell, Sheet, is_zip

TITLE = "SkanIt workbook"
_RAW: Mapping[str, Signal] = {
    "abs": "absorbance",
    "od": "absorbance",
    "rfu": "fluorescence",
    "rlu": "luminescence",
}
_WAVE = re.compile(r"^Wavelength:\s*([\d.,]+)\s*nm", re.IGNORECASE)
_PAIR = re.compile(r"(Excitation|Emission)[^:]*:\s*([\d.,]+)", re.IGNORECASE)
_TIME = re.compile(r"time\s*(?:\[s\])?\s*[:=]\s*([\d.,]+)\s*(?:s\b|$)", re.IGNORECASE)


@dataclass(slots=True)
class Caption:
    """What the lines above a block say."""

    step: str = ""
    plate: str = ""
    wavelength: float | None = None
    excitation: float | None = None
    emission: float | None = None
    time: float | None = None


@dataclass(slots=True)
class Found:
    """A raw block with its caption, and the sample names that follow it."""

    caption: Caption
    block: Block
    signal: Signal
    samples: dict[str, str] = field(default_factory=dict)


def recognise(head: Head) -> float:
    """Certain where a sheet opens with "Measurement results" beside a sheet "Session information"."""
    if not is_zip(head.first):
        return 0.0
    try:
        sheets = read_sheets(head.path).sheets
    except FormatRefusal:
        return 0.0
    opened = any(sheet.rows and sheet.rows[0][:1] == ("Measurement results",) for sheet in sheets)
    session = any(_mentions_skanit(sheet) for sheet in sheets)
    return 1.0 if opened and session else 0.9 if opened else 0.0


def _mentions_skanit(sheet: Sheet) -> bool:
    if sheet.name in ("Session information", "General information"):
        return True
    return any(isinstance(cell, str) and cell.endswith(".skax") for row in sheet.rows[:3] for cell in row)


def read(path: Path) -> Parsed:
    """Raw reads of all plates; blank-subtracted and other calculated blocks are named, not read."""
    sheets = read_sheets(path).sheets
    found: list[Found] = []
    left_out: dict[str, None] = {}
    for sheet in sheets:
        if sheet.rows and sheet.rows[0][:1] == ("Measurement results",):
            found += _raw_blocks(sheet, left_out)
    if not found:
        raise FormatRefusal(TITLE, path.name, _why_none(left_out), "Export the measurement steps too.")
    facts = _facts(sheets)
    notes = [f"Calculated blocks left out: {', '.join(left_out)}"] if left_out else []
    if any(item.caption.time is not None for item in found):
        notes.append(
            "Kinetic SkanIt blocks are read after the written layout only: no real file has been seen"
        )
    reads = list(_reads(path, found, facts.get("Execution time")))
    return gather("skanit", reads, (), notes, facts)


def _why_none(left_out: Mapping[str, None]) -> str:
    blocks = ", ".join(left_out)
    return f"it holds calculated blocks only ({blocks})" if blocks else "no sheet holds a measured plate"


def _facts(sheets: Sequence[Sheet]) -> dict[str, str]:
    facts: dict[str, str] = {}
    for sheet in sheets:
        if sheet.name in ("Session information", "Instrument information", "General information"):
            for row in sheet.rows[1:9]:
                texts = [text_of(cell) for cell in row if cell != ""]
                if len(texts) == 2:
                    facts.setdefault(texts[0], texts[1])
    return facts


def _raw_blocks(sheet: Sheet, left_out: dict[str, None]) -> list[Found]:
    found: list[Found] = []
    caption = Caption(step=text_of(sheet.rows[4][0]) if len(sheet.rows) > 4 and sheet.rows[4] else "")
    start = 5
    raw_before = False
    for block in labelled_blocks(sheet.rows):
        _update(caption, sheet.rows[start : block.top])
        corner = block.corner.strip()
        signal = _RAW.get(corner.casefold())
        if signal is not None:
            copy = Caption(
                caption.step,
                caption.plate,
                caption.wavelength,
                caption.excitation,
                caption.emission,
                caption.time,
            )
            found.append(Found(copy, block, signal))
        elif corner.casefold() == "sample":
            if raw_before or found:
                _name_samples(found, block, caption.plate)
        else:
            left_out[f"{caption.step or sheet.name}: {corner}"] = None
        raw_before, start = signal is not None, block.end
    return found


def _update(caption: Caption, rows: Sequence[Sequence[Cell]]) -> None:
    """Take in the lines between two blocks: wavelength, plate name, time."""
    for row in rows:
        texts = [text_of(cell).strip() for cell in row if text_of(cell).strip()]
        if len(texts) != 1:
            continue
        text = texts[0]
        pairs = {word.lower(): float(number.replace(",", ".")) for word, number in _PAIR.findall(text)}
        if match := _WAVE.match(text):
            caption.wavelength = float(match[1].replace(",", ".")) or None
        elif pairs:
            caption.excitation = pairs.get("excitation", caption.excitation)
            caption.emission = pairs.get("emission", caption.emission)
        elif match := _TIME.search(text):
            caption.time = float(match[1].replace(",", "."))
        elif not text.startswith(("Autoloading range", "Reading", "Kinetic")) and ":" not in text:
            caption.plate = text


def _name_samples(found: Sequence[Found], block: Block, plate: str) -> None:
    names = {
        well_name(row, column): text_of(cell)
        for row, cells in block.cells.items()
        for column, cell in zip(block.columns, cells, strict=True)
        if cell != ""
    }
    for item in found:
        if item.caption.plate == plate:
            item.samples.update(names)


def _reads(path: Path, found: Sequence[Found], read_at: str | None) -> Iterator[Read]:
    groups: dict[tuple[object, ...], list[Found]] = {}
    for item in found:
        c = item.caption
        base = (c.step, c.plate, c.wavelength, c.excitation, c.emission)
        key = base if c.time is not None else (*base, len(groups), id(item))
        groups.setdefault(key, []).append(item)
    for items in groups.values():
        first = items[0]
        caption = first.caption
        mark = marks(cell for item in items for line in item.block.cells.values() for cell in line)
        if mark == "":
            reason = "numbers like 1,234 may be 1.234 or 1234"
            raise FormatRefusal(TITLE, path.name, reason, "Store numbers as numbers.", caption.plate)
        points: list[Point] = []
        for item in items:
            points += grid_points(item.block.cells, item.block.columns, mark, item.caption.time)
        light = first.signal == "absorbance"
        yield Read(
            plate=caption.plate or "Plate 1",
            label=f"{caption.step}: {caption.wavelength:g}" if caption.wavelength else caption.step,
            read_kind="endpoint" if caption.time is None else "kinetic",
            signal=first.signal,
            points=points,
            wavelength=caption.wavelength if light else caption.excitation,
            emission=None if light else caption.emission or caption.wavelength,
            shape=block_shape(first.block),
            read_at=read_at,
            samples=first.samples,
        )


format = Format(  # noqa: A001 - the contract's word
    name="skanit",
    title=TITLE,
    kind="plate",
    evidence=Evidence.REAL_FILE,
    proof="four workbooks of SkanIt 7 compared well by well with independent ASM documents",
    extensions=(".xlsx",),
    recognise=recognise,
    read=read,
)
