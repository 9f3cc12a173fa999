"""Where the table begins in a sheet: its header row, after free text and comments."""

from collections.abc import Sequence
from dataclasses import dataclass

from selenolab.core.errors import DataError
from selenolab.formats.blocks import labelled_blocks, text_of
from selenolab.formats.headers import Header, parse_header
from selenolab.formats.name_words import TELLING
from selenolab.formats.numbers import is_number
from selenolab.formats.sheets import source_row
from selenolab.formats.units import known_unit
from selenolab.formats.workbook import Cell, Sheet

SEARCHED = 80  # rows in which a header is looked for
CHECKED = 200  # rows below it that must be cut alike
LONGEST = 80  # characters of a header


@dataclass(frozen=True, slots=True)
class Found:
    """A header: index of its row, (column index, header) pairs, and the free-text rows above it."""

    index: int
    headers: tuple[tuple[int, Header], ...]
    skipped: tuple[str, ...]


def written(row: Sequence[Cell]) -> list[Cell]:
    """The cells of a row that hold something."""
    return [cell for cell in row if cell != ""]


def is_comment(row: Sequence[Cell]) -> bool:
    """Whether a row is a comment line (``# ...``)."""
    first = next(iter(written(row)), "")
    return isinstance(first, str) and first.startswith("#") and row[0] == first


def find_header(sheet: Sheet, name: str) -> Found | None:
    """The first row of words that the rows below are cut like, or that names known things; else None."""
    grids = labelled_blocks(sheet.rows[:SEARCHED])
    inside = {index for block in grids for index in range(block.top, block.end)}
    for index, row in enumerate(sheet.rows[:SEARCHED]):
        if index in inside or is_comment(row) or not _words(row):
            continue
        below = [r for r in sheet.rows[index + 1 : index + CHECKED] if written(r) and not is_comment(r)]
        if below and (_fits(row, below, bool(sheet.lines)) or _telling(row)):
            headers = _headers(sheet, index, name)
            skipped = (" ".join(text_of(cell) for cell in written(r)) for r in sheet.rows[:index])
            return Found(index, headers, tuple(text for text in skipped if text))
    return None


def _fits(header: Sequence[Cell], below: Sequence[Sequence[Cell]], text: bool) -> bool:
    """Whether the rows below are cut like the header: prose with commas in it is not."""
    width = max(place for place, cell in enumerate(header) if cell != "") + 1
    good = sum(
        1
        for row in below
        if len(written(row)) >= 2
        and (len(row) == len(header) if text else all(cell == "" for cell in row[width:]))
    )
    return good >= 0.9 * len(below)


def _words(row: Sequence[Cell]) -> bool:
    cells = written(row)
    if len(cells) < 2:
        return False
    return all(isinstance(cell, str) and len(cell) <= LONGEST and not is_number(cell) for cell in cells)


def _telling(row: Sequence[Cell]) -> bool:
    """At least two headers with a known unit or a word of the bench, most of the row."""
    headers = [parse_header(str(cell)) for cell in written(row)]
    known = sum(1 for header in headers if known_unit(header.unit) or header.word in TELLING)
    return known >= 2 and known * 2 > len(headers)


def _headers(sheet: Sheet, index: int, name: str) -> tuple[tuple[int, Header], ...]:
    row = sheet.rows[index]
    headers = tuple((place, parse_header(str(cell))) for place, cell in enumerate(row) if cell != "")
    where = f"{name}: {f'sheet {sheet.name}, ' if sheet.name else ''}row {source_row(sheet, index)}"
    seen: dict[str, Header] = {}
    for _, header in headers:
        if not header.word:
            raise DataError(
                f"{where}: Header '{header.text}' has a unit and no word. Write it like dose [µM]."
            )
        if header.word in seen:
            both = f"'{seen[header.word].text}' and '{header.text}'"
            raise DataError(
                f"{where}: Columns {both} are the same word '{header.word}'. Rename or remove one."
            )
        seen[header.word] = header
    return headers
