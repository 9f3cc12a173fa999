"""One column of cells to numbers and flags; what is no number is an error with its row and column."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from selenolab.core.errors import DataError
from selenolab.formats.blocks import text_of
from selenolab.formats.numbers import NOT_NUMBERS, Mark, decimal_mark, flagged, is_number, to_number
from selenolab.formats.workbook import Cell

MISSING = "missing"  # the flag of an empty cell
_PLAIN_LETTERS = frozenset("0123456789.+-eE")


@dataclass(frozen=True, slots=True)
class Numbers:
    """Values (n,) and flags (n,); a flag "" is a sound value."""

    values: list[float]
    flags: list[str]


def looks_numeric(cells: Sequence[Cell]) -> bool:
    """Whether at least half of what is written are numbers or flags of numbers."""
    filled = [cell for cell in cells if cell != ""]
    good = sum(
        1 for cell in filled if isinstance(cell, float) or is_number(cell) or flagged(cell) is not None
    )
    return good > 0 and 2 * good >= len(filled)


def plain(cells: Sequence[Cell]) -> list[float] | None:
    """Fast path: floats where every cell is a number with a point or none, else None."""
    try:
        if not all(isinstance(cell, float) or set(cell) <= _PLAIN_LETTERS for cell in cells):
            return None
        values = [float(cell) for cell in cells]
    except ValueError:
        return None
    return values if all(map(math.isfinite, values)) else None


def column_mark(cells: Sequence[Cell], file_mark: Mark, plain_column: bool) -> Mark:
    """The decimal mark of a column, by its own evidence first and then by the file's; "" = ambiguous."""
    texts = [cell.strip("<>=≤≥ ") for cell in cells if isinstance(cell, str) and cell]
    numbers = [text for text in texts if is_number(text)]
    if plain_column and file_mark != ",":
        return "."
    if file_mark == "," and decimal_mark(numbers) == "." and any("." in text for text in numbers):
        return "." if any(_proves_point(text) for text in numbers) else ""
    return decimal_mark(numbers, file_mark)


def _proves_point(text: str) -> bool:
    return "." in text and decimal_mark([text, "0,5"]) == "each"


def file_mark(columns: Sequence[Sequence[Cell]], semicolons: bool) -> Mark:
    """The decimal mark that all number columns together prove; "" where they prove nothing or both."""
    if not any(isinstance(cell, str) and "," in cell for cells in columns for cell in cells):
        return "."
    texts = (cell.strip("<>=≤≥ ") for cells in columns for cell in cells if isinstance(cell, str) and cell)
    numbers = [text for text in texts if is_number(text) and ("," in text or "." in text)]
    found = decimal_mark(numbers) if numbers else ""
    if found in (".", ","):
        return found
    return "," if semicolons and found == "" and not any("." in text for text in numbers) else ""


def doubtful(cells: Sequence[Cell]) -> str:
    """The first cell that can be read both ways, for the message."""
    return next((c for c in cells if isinstance(c, str) and is_number(c) and ("," in c or "." in c)), "")


def to_numbers(
    cells: Sequence[Cell],
    mark: Mark,
    places: Sequence[str],
    header: str,
    may_miss: bool,
    errors: list[DataError],
) -> Numbers:
    """Values and flags of a column.

    Parameters
    ----------
    cells : (n,) as found; "" is an empty cell, which is flagged "missing".
    mark : the decimal mark.
    places : (n,) "file: row N", for messages.
    header : the column's header as written.
    may_miss : words such as NaN and n/a stand for a missing value instead of being an error.
    errors : collects what is no number.
    """
    values, flags = [], []
    for cell, place in zip(cells, places, strict=True):
        value, flag = _one(cell, mark, may_miss)
        if value is None:
            errors.append(DataError(f"{place}, column '{header}': {_what(text_of(cell))}"))
            value = math.nan
        values.append(value)
        flags.append(flag)
    return Numbers(values, flags)


def _one(cell: Cell, mark: Mark, may_miss: bool) -> tuple[float | None, str]:
    if isinstance(cell, float):
        return (cell, "") if math.isfinite(cell) else (None, "")
    if not cell:
        return math.nan, MISSING
    value = to_number(cell, mark)
    if value is not None:
        return value, ""
    reading = flagged(cell, mark)
    if reading is not None:
        return reading.value, reading.flag
    if may_miss and cell.casefold() in NOT_NUMBERS:
        return math.nan, MISSING
    return None, ""


def _what(text: str) -> str:
    if text.casefold() in NOT_NUMBERS:
        return (
            f"'{text}' is no number. Leave the cell empty, or write a flag such as <LOQ, >range or saturated."
        )
    head = text.split(" ")[0].rstrip("%µμunmMgLh")
    if head and is_number(head):
        return f"'{text}' holds more than a number. Write the unit in the header, like dose [µM]."
    return f"'{text}' is no number. Write a number, or leave the cell empty."
