"""The blocks of a Gen5 export: matrices with labels on their right, and tables with a well a column."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from selenolab.core.errors import FormatRefusal
from selenolab.formats.numbers import to_number
from selenolab.formats.wells import parse_well, row_number

TITLE = "Gen5 text export"
Lines = Sequence[Sequence[str]]
_CLOCK = re.compile(r"^(\d+):([0-5]?\d):([0-5]?\d(?:[.,]\d+)?)$")


def refuse(path: Path, reason: str, remedy: str, where: str = "") -> FormatRefusal:
    """The refusal of a Gen5 export, to be raised."""
    return FormatRefusal(TITLE, path.name, reason, remedy, where)


@dataclass(slots=True)
class Matrix:
    """A matrix block while it is being collected: label -> plate row -> cells."""

    columns: tuple[int, ...]
    rows: dict[str, dict[int, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(slots=True)
class Series:
    """A table with a well a column: times [s] or wavelengths [nm], and cells a row."""

    title: str
    axis: str  # "time" or "wavelength"
    wells: tuple[tuple[int, int], ...]
    at: list[float] = field(default_factory=list)
    cells: list[tuple[str, ...]] = field(default_factory=list)
    temperatures: list[float] = field(default_factory=list)
    unfilled: int = 0


def find_blocks(path: Path, lines: Lines, offset: int) -> tuple[dict[str, Matrix], list[Series]]:
    """All matrices (by title; repeated titles numbered) and all well-a-column tables of one plate."""
    matrices: dict[str, Matrix] = {}
    series: list[Series] = []
    title, index = "", 0
    while index < len(lines):
        cells = lines[index]
        columns = _header(cells)
        if columns:
            matrix = Matrix(columns)
            index = _collect_matrix(path, lines, index + 1, matrix, offset)
            matrices[title if title not in matrices else f"{title} #{index}"] = matrix
            continue
        if cells[0] in ("Time", "Wavelength") and any(parse_well(cell) for cell in cells[1:]):
            index = _collect_series(path, lines, index, title, series, offset)
            continue
        if cells[0].strip() and not any(cell.strip() for cell in cells[1:]):
            title = cells[0].strip()
        index += 1
    return matrices, series


def _header(cells: Sequence[str]) -> tuple[int, ...]:
    """Column numbers of a matrix header such as ``<tab>1<tab>2``, else ()."""
    if cells[0].strip() or len(cells) < 2 or not cells[1].strip().isdigit():
        return ()
    numbers = [cell.strip() for cell in cells[1:]]
    while numbers and not numbers[-1]:
        numbers.pop()
    if not all(text.isdigit() and int(text) <= 48 for text in numbers):
        return ()
    found = tuple(int(text) for text in numbers)
    return found if all(b - a == 1 for a, b in itertools.pairwise(found)) else ()


def _collect_matrix(path: Path, lines: Lines, index: int, matrix: Matrix, offset: int) -> int:
    row, width = None, len(matrix.columns)
    while index < len(lines) and any(cell.strip() for cell in lines[index]):
        cells = [cell.strip() for cell in lines[index]]
        row = row_number(cells[0]) if cells[0] else row
        if row is None:
            break
        label = next((cell for cell in cells[width + 1 :] if cell), "")
        if len(cells) < width + 1:
            place = f"line {offset + index + 1}"
            raise refuse(
                path, f"{len(cells) - 1} values under {width} columns", "Export the file again.", place
            )
        matrix.rows.setdefault(label, {})[row] = tuple(cells[1 : width + 1])
        index += 1
    return index


def _collect_series(
    path: Path, lines: Lines, index: int, title: str, series: list[Series], offset: int
) -> int:
    header = [cell.strip() for cell in lines[index]]
    first = next(place for place, cell in enumerate(header) if parse_well(cell))
    wells = tuple(well for cell in header[first:] if (well := parse_well(cell)) is not None)
    table = Series(title, header[0].lower(), wells)
    index += 1
    while index < len(lines):
        cells = [cell.strip() for cell in lines[index]]
        at = _clock(cells[0]) if table.axis == "time" else to_number(cells[0])
        if at is None:
            if cells[0]:
                raise refuse(
                    path, f"'{cells[0]}' is no {table.axis}", "Export again.", f"line {offset + index + 1}"
                )
            break
        values = cells[first : first + len(wells)]
        if not any(values):
            table.unfilled += 1
        else:
            table.at.append(at)
            table.cells.append(tuple(values) + ("",) * (len(wells) - len(values)))
            table.temperatures += [t for t in map(to_number, cells[1:first]) if t is not None]
        index += 1
    if table.at:
        series.append(table)
    return index


def _clock(text: str) -> float | None:
    """Seconds of ``h:mm:ss``."""
    match = _CLOCK.match(text)
    return int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3].replace(",", ".")) if match else None
