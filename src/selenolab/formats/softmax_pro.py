"""Molecular Devices SoftMax Pro text exports: the raw values of every "Plate:" section."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from selenolab.core.errors import FormatRefusal
from selenolab.core.format import Evidence, Format, Head, Parsed
from selenolab.formats.numbers import Mark, to_number, well_reading
from selenolab.formats.plate_records import Point, Read, Signal, gather, marks
from selenolab.formats.text import decode, read_text, signature
from selenolab.formats.wells import PLATES, parse_well

TITLE = "SoftMax Pro text export"
_CLOCK = re.compile(r"^(?:(\d+)[:.])?(\d+):(\d+(?:[.,]\d+)?)$")
_SAVED = re.compile(r"Date Last Saved:\s*(.+)$", re.MULTILINE)
_KINDS = {"endpoint": "endpoint", "kinetic": "kinetic", "spectrum": "spectrum"}


@dataclass(frozen=True, slots=True)
class Section:
    """The header line of a plate section. `line` is the 1-based line of the file."""

    line: int
    name: str
    layout: str  # PlateFormat or TimeFormat
    kind: str
    signal: Signal
    waves: tuple[float | None, ...]
    excitations: tuple[float | None, ...]
    columns: tuple[int, ...]
    rows: tuple[int, ...]
    shape: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Moment:
    """One time (or wavelength, or the only one) of a section: rows of cells, a tuple a wavelength."""

    line: int
    at: str
    temperature: str
    rows: tuple[tuple[str, ...], ...]


def recognise(head: Head) -> float:
    """Certain where ``##BLOCKS=`` opens the text."""
    if signature(head.first):
        return 0.0
    try:
        text = decode(head.first, head.path.name, partial=True).text.lstrip()
    except FormatRefusal:
        return 0.0
    return 1.0 if text.startswith("##BLOCKS=") else 0.0


def read(path: Path) -> Parsed:
    """Raw reads of all plates; notes, groups and reduced (calculated) values are left out and said."""
    text = read_text(path, TITLE).text
    lines = [[cell.strip().strip('"') for cell in line.split("\t")] for line in text.split("\n")]
    reads: list[Read] = []
    notes: list[str] = []
    for start, stop in _sections(lines):
        section = _section(path, lines[start], start + 1)
        if section is None:
            notes.append(f"{lines[start][1]}: only reduced (calculated) values, left out")
            continue
        reads += _reads(path, section, lines[start + 1 : stop], notes)
    if not reads:
        raise _refusal(path, "it holds no plate with raw values", "Export with raw data.", "")
    saved = _SAVED.search(text)
    metadata = {"Date Last Saved": saved[1].strip()} if saved else {}
    return gather("softmax_pro", reads, (), notes, metadata)


def _refusal(path: Path, reason: str, remedy: str, where: str) -> FormatRefusal:
    return FormatRefusal(TITLE, path.name, reason, remedy, where)


def _sections(lines: Sequence[Sequence[str]]) -> Iterator[tuple[int, int]]:
    """Start and end of every plate section; a section ends at ``~End`` or at the next block."""
    starts = [index for index, cells in enumerate(lines) if cells[0] == "Plate:"]
    for start in starts:
        ends = (
            i for i in range(start + 1, len(lines)) if lines[i][0] in ("~End", "Plate:", "Note:", "Group:")
        )
        yield start, next(ends, len(lines))


def _section(path: Path, cells: Sequence[str], line: int) -> Section | None:
    """The header taken apart; None where the section holds reduced values only."""
    where = f"line {line}"
    data = next((place for place, cell in enumerate(cells) if cell in ("Raw", "Reduced", "Both")), None)
    if data is not None and cells[data] == "Reduced":
        return None
    if data is None or len(cells) < data + 13:
        raise _refusal(path, "the header of a plate section is not understood", "Export again.", where)
    kind, signal = cells[4].casefold(), cells[5].casefold()
    if kind not in _KINDS:
        remedy = "Export endpoint, kinetic or spectrum."
        raise _refusal(path, f"'{cells[4]}' reads hold several points a well", remedy, where)
    if signal not in ("absorbance", "fluorescence", "luminescence"):
        raise _refusal(path, f"'{cells[5]}' reads are not known", "Export as absorbance.", where)
    columns, rows, shape = _extent(path, cells[data + 10 :], where)
    return Section(
        line,
        cells[1],
        cells[3],
        kind,
        cast(Signal, signal),
        _waves(cells[data + 9]) or (None,),
        _waves(cells[data + 13]) if signal == "fluorescence" and len(cells) > data + 13 else (),
        columns,
        rows,
        shape,
    )


def _extent(
    path: Path, cells: Sequence[str], where: str
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, int] | None]:
    """Plate columns and rows that were read, and the plate's shape: first column, columns, wells ... rows."""
    if not all(cell.isascii() and cell.isdigit() for cell in cells[:2]):
        raise _refusal(path, "the header does not say which columns were read", "Export again.", where)
    shape = PLATES.get(int(cells[2])) if cells[2].isascii() and cells[2].isdigit() else None
    tail = [int(cell) for cell in cells[3:] if cell.isascii() and cell.isdigit()]
    first_column, columns = int(cells[0]), int(cells[1])
    first_row, rows = tail[-2:] if len(tail) >= 2 else (1, 0)
    if shape is not None:  # some exports announce 8 rows whatever the plate
        rows = min(rows, shape[0] - first_row + 1)
    if not (
        1 <= first_column <= first_column + columns - 1 <= 48 and 1 <= first_row <= first_row + rows - 1 <= 32
    ):
        raise _refusal(path, "the header announces wells that no plate has", "Export again.", where)
    return (
        tuple(range(first_column, first_column + columns)),
        tuple(range(first_row, first_row + rows)),
        shape,
    )


def _waves(cell: str) -> tuple[float | None, ...]:
    """Wavelengths [nm] written in one cell; 0 stands for "no filter"."""
    numbers = [to_number(part) for part in cell.split()]
    return tuple(number or None for number in numbers)


def _reads(path: Path, section: Section, lines: Sequence[Sequence[str]], notes: list[str]) -> Iterator[Read]:
    if section.layout == "TimeFormat" or section.kind == "spectrum":
        layout = "wells as columns" if section.layout == "TimeFormat" else "spectra"
        notes.append(
            f"{section.name}: {layout} are read as the layout is written; no real file has been seen"
        )
    if section.layout == "TimeFormat":
        grid = list(_time_format(path, section, lines))
    else:
        grid = list(_plate_format(path, section, lines, notes))
    cells = (cell for _, moment in grid for row in moment.rows for cell in row)
    mark = marks(cells)
    if mark == "":
        reason = "numbers like 1,234 may be 1.234 or 1234"
        raise _refusal(path, reason, "Export with a decimal point.", section.name)
    for channel in dict.fromkeys(channel for channel, _ in grid):
        yield _one_read(path, section, channel, [moment for c, moment in grid if c == channel], mark)


def _one_read(path: Path, section: Section, channel: int, moments: Sequence[Moment], mark: Mark) -> Read:
    points = [point for moment in moments for point in _points(path, section, moment, mark)]
    warm = [t for moment in moments if (t := to_number(moment.temperature, mark)) is not None]
    wave = section.waves[channel] if channel < len(section.waves) else None
    excitation = section.excitations[channel] if channel < len(section.excitations) else None
    light = section.signal == "absorbance"
    label = f"{wave:g}" if wave else section.signal
    return Read(
        plate=section.name,
        label=f"{excitation:g},{label}" if excitation else label,
        read_kind=section.kind,  # type: ignore[arg-type]  # checked against _KINDS
        signal=section.signal,
        points=points,
        wavelength=(None if section.kind == "spectrum" else wave) if light else excitation,
        emission=None if light else wave,
        temperature=sum(warm) / len(warm) if warm else None,
        shape=section.shape,
    )


def _points(path: Path, section: Section, moment: Moment, mark: Mark) -> Iterator[Point]:
    time = wave = None
    if section.kind == "kinetic":
        time = _clock(moment.at)
    elif section.kind == "spectrum":
        wave = to_number(moment.at, mark)
    if section.kind != "endpoint" and time is None and wave is None:
        word = "time" if section.kind == "kinetic" else "wavelength"
        raise _refusal(path, f"'{moment.at}' is no {word}", "Export again.", f"line {moment.line}")
    for row, cells in zip(section.rows, moment.rows, strict=True):
        for column, cell in zip(section.columns, cells, strict=True):
            yield Point(row, column, well_reading(cell, mark), time, wave)


def _clock(text: str) -> float | None:
    """Seconds of ``[h:]m:ss``."""
    match = _CLOCK.match(text)
    if match is None:
        return None
    return int(match[1] or 0) * 3600 + int(match[2]) * 60 + float(match[3].replace(",", "."))


def _plate_format(
    path: Path, section: Section, lines: Sequence[Sequence[str]], notes: list[str]
) -> Iterator[tuple[int, Moment]]:
    """(channel, moment) pairs of a section written as plates, a block a time."""
    header, width = list(lines[0]) if lines else [], len(section.columns)
    if header[2 : 2 + width] != [str(column) for column in section.columns]:
        raise _refusal(
            path, f"the column numbers are not {section.columns[0]}-{section.columns[-1]}", "Export again.",
            f"line {section.line + 1}",
        )  # fmt: skip
    index, blocks = 1, 0
    while index < len(lines):
        if not any(lines[index]):
            index += 1
            continue
        if lines[index][0] == "" and lines[index][1:2] == [""]:
            notes.append(f"{section.name}: reduced (calculated) values left out")
            return
        block = lines[index : index + len(section.rows)]
        short = next((n for n, cells in enumerate(block) if not any(cells)), None)
        if short is not None or len(block) < len(section.rows):
            reason = f"a block of {short or len(block)} rows where the header says {len(section.rows)}"
            raise _refusal(path, reason, "Export again.", f"line {section.line + 1 + index}")
        for channel in range(len(section.waves)):
            left = 2 + channel * (width + 1)
            rows = tuple((*cells[left : left + width], *[""] * width)[:width] for cells in block)
            at, temperature = (*block[0][:2], "")[:2]
            yield channel, Moment(section.line + 1 + index, at, temperature, rows)
        index, blocks = index + len(section.rows), blocks + 1
    if not blocks:
        raise _refusal(path, "the plate holds no values", "Export with raw data.", section.name)


def _time_format(
    path: Path, section: Section, lines: Sequence[Sequence[str]]
) -> Iterator[tuple[int, Moment]]:
    """(channel, moment) pairs of a section written as a well a column, a block a wavelength."""
    header = lines[0] if lines else []
    wells = [parse_well(cell) for cell in header[2:] if cell]
    size = len(section.columns) * len(section.rows)
    if len(wells) != size or None in wells:
        reason = f"{len(wells)} wells in the header where {size} are announced"
        raise _refusal(path, reason, "Export again.", f"line {section.line + 1}")
    channel, seen = 0, False
    for offset, cells in enumerate(lines[1:], start=section.line + 2):
        if not any(cells):
            channel, seen = channel + (1 if seen else 0), False
            continue
        if cells[0] == "" and cells[1:2] == [""]:
            return
        seen = True
        values = [*cells[2:]]
        while len(values) > size and values[-1] == "":
            values.pop()
        if len(values) != size:
            reason = f"{len(values)} values under {size} wells"
            raise _refusal(path, reason, "Export the whole plate again.", f"line {offset}")
        width = len(section.columns)
        rows = tuple(tuple(values[n : n + width]) for n in range(0, size, width))
        yield channel, Moment(offset, cells[0], cells[1], rows)


format = Format(  # noqa: A001 - the contract's word
    name="softmax_pro",
    title=TITLE,
    kind="plate",
    evidence=Evidence.REAL_FILE,
    proof="five exports of SoftMax Pro compared well by well with independent ASM documents",
    extensions=(".txt",),
    recognise=recognise,
    read=read,
)
