"""Tables with a well a column and a time or wavelength a row, as many readers export kinetics."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from selenolab.formats.blocks import Rows, padded, text_of
from selenolab.formats.headers import parse_header
from selenolab.formats.numbers import Mark, to_number, well_reading
from selenolab.formats.plate_records import Point
from selenolab.formats.units import factor
from selenolab.formats.wells import parse_well
from selenolab.formats.workbook import Cell

_CLOCK = re.compile(r"^(?:(\d+):)?(\d{1,3}):(\d{2}(?:\.\d+)?)$")


@dataclass(frozen=True, slots=True)
class Table:
    """A well-a-column table: `at` are times [s] or wavelengths [nm] as found, `cells` a row each."""

    top: int
    axis: str  # "time" or "wavelength"
    wells: tuple[tuple[int, int], ...]
    at: tuple[float, ...]
    cells: tuple[tuple[Cell, ...], ...]


def well_tables(rows: Rows) -> Iterator[Table]:
    """All tables whose header is Time or Wavelength followed by at least two well names."""
    for top, row in enumerate(rows):
        header = parse_header(text_of(row[0])) if row and row[0] != "" else None
        if header is None or header.word not in ("time", "wavelength"):
            continue
        first = next((place for place, cell in enumerate(row) if place and parse_well(text_of(cell))), None)
        wells = [parse_well(text_of(cell)) for cell in row[first:] if cell != ""] if first else []
        known = tuple(well for well in wells if well is not None)
        if first is None or len(known) < 2 or len(known) < len(wells):
            continue
        scale = factor(header.unit, "s") if header.word == "time" and header.unit else None
        at, cells = _body(rows[top + 1 :], header.word, scale, first, len(known))
        if at:
            yield Table(top, header.word, known, tuple(at), tuple(cells))


def _body(
    rows: Rows, axis: str, scale: float | None, first: int, width: int
) -> tuple[list[float], list[tuple[Cell, ...]]]:
    at: list[float] = []
    cells: list[tuple[Cell, ...]] = []
    for row in rows:
        place = _place(row[0], axis, scale) if row else None
        if place is None:
            break
        at.append(place)
        cells.append(padded(row[first:], width))
    return at, cells


def _place(cell: Cell, axis: str, scale: float | None) -> float | None:
    if axis == "time" and isinstance(cell, str) and (match := _CLOCK.match(cell)):
        return int(match[1] or 0) * 3600 + int(match[2]) * 60 + float(match[3])
    value = cell if isinstance(cell, float) else to_number(cell, "," if "," in cell else ".")
    if value is None or (axis == "time" and scale is None):
        return None  # a time without a unit is no time: the long-table reader will say so
    return value * (scale or 1.0)


def series_points(table: Table, mark: Mark) -> Sequence[Point]:
    """The points of a table."""
    timed = table.axis == "time"
    return [
        Point(row, column, well_reading(cell, mark), at if timed else None, None if timed else at)
        for at, cells in zip(table.at, table.cells, strict=True)
        for (row, column), cell in zip(table.wells, cells, strict=True)
    ]
