"""Agilent BioTek Gen5 text exports: endpoint, kinetic and spectrum reads, one or several plates."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path

from selenolab.core.errors import FormatRefusal
from selenolab.core.format import Evidence, Format, Head, Parsed
from selenolab.formats.gen5_blocks import TITLE, Lines, Matrix, Series, find_blocks, refuse
from selenolab.formats.gen5_steps import Channel, Step, channel_of, channels, read_steps
from selenolab.formats.numbers import Mark, to_number, well_reading
from selenolab.formats.plate_records import Point, Read, Signal, gather, grid_points, marks
from selenolab.formats.text import decode, read_text, signature
from selenolab.formats.wells import PLATES, parse_well, well_name

_PLATE_SIZE = re.compile(r"\b(6|12|24|48|96|384|1536)\b(?:[ -]?WELL)?", re.IGNORECASE)
_FILE_BARCODE = re.compile(r"^\d{6}_\d{6}_([^_]+)_")


def recognise(head: Head) -> float:
    """Certain where the two header words stand in the text."""
    if signature(head.first):
        return 0.0
    try:
        text = decode(head.first, head.path.name, partial=True).text
    except FormatRefusal:
        return 0.0
    paths = "Experiment File Path:" in text or "Protocol File Path:" in text
    return 1.0 if "Software Version\t" in text and paths else 0.0


def read(path: Path) -> Parsed:
    """All raw reads of all plates in the export; calculated blocks are named in the notes, not read."""
    text = read_text(path, TITLE).text
    lines = [line.split("\t") for line in text.split("\n")]
    starts = [index for index, cells in enumerate(lines) if cells[0] == "Software Version"]
    if not starts:
        raise refuse(path, "there is no line 'Software Version'", "Export from Gen5 as text with the header.")
    reads: list[Read] = []
    assumed: list[str] = []
    notes: list[str] = []
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        reads += _read_plate(path, lines[start:stop], start, len(starts) == 1, assumed, notes)
    facts = _facts(lines[starts[0] :])
    return gather("gen5", reads, assumed, notes, {k: v for k, v in facts.items() if v})


def _facts(lines: Lines) -> dict[str, str]:
    """The "name<tab>value" lines above the procedure."""
    head = takewhile(lambda cells: cells[0] != "Procedure Details", lines)
    pairs = ((cells[0].rstrip(": "), cells[1].strip()) for cells in head if len(cells) > 1 and cells[0])
    facts: dict[str, str] = {}
    for name, value in pairs:
        if not name.isdigit() and len(name) > 2 and parse_well(name) is None:
            facts.setdefault(name, value)
    return facts


def _read_plate(
    path: Path, lines: Lines, offset: int, alone: bool, assumed: list[str], notes: list[str]
) -> list[Read]:
    facts = _facts(lines)
    steps = read_steps(_procedure(lines))
    known = channels(steps)
    if not known and not steps:
        assumed.append("No procedure in the export: numbers in result labels are taken as wavelengths in nm")
    matrices, series = find_blocks(path, lines, offset)
    mark = _mark(path, matrices, series)
    layout = matrices.pop("Layout", Matrix(()))
    base = _base(path, facts, _temperature(lines, mark), _plate_shape(lines), layout, alone, assumed)
    reads = list(_series_reads(base, series, steps, known, mark, notes))
    left_out: dict[str, None] = {}
    for matrix in matrices.values():
        reads += _matrix_reads(base, matrix, known, mark, left_out)
    plate = str(base.plate)
    if left_out:
        notes.append(f"{plate}: calculated blocks left out: {', '.join(left_out)}")
    if not reads:
        raise _no_reads(path, plate, steps, left_out)
    return reads


def _no_reads(path: Path, plate: str, steps: Sequence[Step], left_out: Mapping[str, None]) -> FormatRefusal:
    if any("area" in step.mode.lower() for step in steps):
        return refuse(path, "it is an area scan (several points a well)", "Export the mean per well.", plate)
    if left_out:
        reason = f"none of its blocks ({', '.join(left_out)}) belongs to a read step of the procedure"
        return refuse(path, reason, "Export the raw data too.", plate)
    return refuse(
        path,
        "it holds no results, only the header and the procedure",
        "Export with the Results section.",
        plate,
    )


def _procedure(lines: Lines) -> Iterator[Sequence[str]]:
    inside = seen = False
    for cells in lines:
        if cells[0] == "Procedure Details":
            inside = True
        elif inside and any(cell.strip() for cell in cells):
            seen = True
            yield cells
        elif inside and seen:
            return


def _plate_shape(lines: Lines) -> tuple[int, int] | None:
    kind = next((cells[1] for cells in lines if cells[0] == "Plate Type" and len(cells) > 1), "")
    match = _PLATE_SIZE.search(kind)
    return PLATES[int(match[1])] if match else None


def _temperature(lines: Lines, mark: Mark) -> float | None:
    texts = [cells[1] for cells in lines if cells[0] == "Actual Temperature:" and len(cells) > 1]
    found = [value for value in (to_number(text, mark) for text in texts) if value is not None]
    return sum(found) / len(found) if found else None


def _base(
    path: Path,
    facts: Mapping[str, str],
    temperature: float | None,
    shape: tuple[int, int] | None,
    layout: Matrix,
    alone: bool,
    assumed: list[str],
) -> Read:
    """A read without points: what all reads of a plate share."""
    plate = facts.get("Barcode") or facts.get("Plate Number") or "Plate 1"
    barcode = _FILE_BARCODE.match(path.name)
    if alone and barcode:
        assumed.append(f"{plate} is called {barcode[1]}, the barcode in the file's name")
        plate = barcode[1]
    read_at = f"{facts.get('Date', '')} {facts.get('Time', '')}".strip() or None
    named = [
        {well_name(row, col): cell for row, cells in layout.rows.get(label, {}).items()
         for col, cell in zip(layout.columns, cells, strict=True) if cell}
        for label in ("Well ID", "Conc/Dil")
    ]  # fmt: skip
    return Read(plate, "", "endpoint", "unknown", (), None, None, temperature, shape, read_at, *named)


def _mark(path: Path, matrices: Mapping[str, Matrix], series: Sequence[Series]) -> Mark:
    grids = (cells for m in matrices.values() for rows in m.rows.values() for cells in rows.values())
    tables = (cells for table in series for cells in table.cells)
    mark = marks(cell for line in (*grids, *tables) for cell in line)
    if mark == "":
        raise refuse(path, "numbers like 1,234 may be 1.234 or 1234", "Export with a decimal point.")
    return mark


def _series_reads(
    base: Read,
    series: Sequence[Series],
    steps: Sequence[Step],
    known: Mapping[str, Channel],
    mark: Mark,
    notes: list[str],
) -> Iterator[Read]:
    spectra = [step for step in steps if "spectrum" in step.mode.lower()]
    for table in series:
        kinetic = table.axis == "time"
        channel = channel_of(table.title, known) if kinetic else None
        if kinetic and channel is None:
            notes.append(f"{base.plate}: calculated block left out: {table.title}")
            continue
        if channel is None:
            signal = _spectrum_signal(spectra)
            excitation = next((float(ex) for step in spectra for ex, _ in step.pairs if ex), None)
            channel = Channel(signal, excitation, None)
        if table.unfilled:
            notes.append(f"{base.plate} / {table.title}: {table.unfilled} planned reads were not made")
        warm = sum(table.temperatures) / len(table.temperatures) if table.temperatures else base.temperature
        points = [
            Point(row, col, well_reading(cell, mark), at if kinetic else None, None if kinetic else at)
            for at, cells in zip(table.at, table.cells, strict=True)
            for (row, col), cell in zip(table.wells, cells, strict=True)
        ]
        yield Read(
            base.plate, table.title, "kinetic" if kinetic else "spectrum", channel.signal, points,
            channel.wavelength, channel.emission, warm, base.shape, base.read_at, base.samples, base.amounts,
        )  # fmt: skip


def _spectrum_signal(spectra: Sequence[Step]) -> Signal:
    words = {step.signal for step in spectra}
    if words == {"absorbance"}:
        return "absorbance"
    if words == {"fluorescence"}:
        return "fluorescence"
    return "luminescence" if words == {"luminescence"} else "unknown"


def _matrix_reads(
    base: Read, matrix: Matrix, known: Mapping[str, Channel], mark: Mark, left_out: dict[str, None]
) -> Iterator[Read]:
    for label, rows in matrix.rows.items():
        channel = channel_of(label, known)
        if channel is None:
            left_out[label] = None
            continue
        yield Read(
            base.plate, label, "endpoint", channel.signal, grid_points(rows, matrix.columns, mark),
            channel.wavelength, channel.emission, base.temperature, base.shape, base.read_at, base.samples,
            base.amounts,
        )  # fmt: skip


format = Format(  # noqa: A001 - the contract's word
    name="gen5",
    title=TITLE,
    kind="plate",
    evidence=Evidence.REAL_FILE,
    proof="eleven exports of Gen5 3.0-3.15 compared well by well with independent ASM documents",
    extensions=(".txt",),
    recognise=recognise,
    read=read,
)
