"""Plate-shaped blocks found among cells: a header 1, 2, 3 ... and row letters, or a bare rectangle."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from selenolab.formats.numbers import is_number
from selenolab.formats.wells import PLATES, row_number
from selenolab.formats.workbook import Cell

Rows = Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Block:
    """A plate-shaped block. Row/column positions are 0-based indices into the sheet's rows.

    `cells` maps plate rows (1-based) to the cells under `columns` (1-based plate columns).
    """

    top: int
    left: int
    end: int  # index after the last row
    corner: str
    columns: tuple[int, ...]
    cells: dict[int, tuple[Cell, ...]]
    labelled: bool


def block_shape(block: Block) -> tuple[int, int] | None:
    """The plate's geometry where the block is exactly one whole plate from A1 on, else None."""
    shape = len(block.cells), len(block.columns)
    whole = block.columns[0] == 1 and min(block.cells) == 1 and shape in PLATES.values()
    return shape if whole else None


def text_of(cell: Cell) -> str:
    """A cell as text; whole floats without their ``.0``."""
    if isinstance(cell, str):
        return cell
    return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)


def _whole(cell: Cell) -> int | None:
    """A plate-column number as written, else None."""
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and 0 <= cell < 100 else None
    return int(cell) if len(cell) <= 2 and cell.isascii() and cell.isdigit() else None


def _header_run(row: Sequence[Cell], left: int) -> tuple[int, ...]:
    """Consecutive plate-column numbers from `left` on, at least two; they may begin above 1."""
    first = _whole(row[left])
    if first is None or first < 1:
        return ()
    numbers = [first]
    for later in row[left + 1 :]:
        if _whole(later) != numbers[-1] + 1:
            break
        numbers.append(numbers[-1] + 1)
    return tuple(numbers) if len(numbers) >= 2 and numbers[-1] <= 48 else ()


def labelled_blocks(rows: Rows) -> Iterator[Block]:
    """All blocks under a header of column numbers with row letters on their left."""
    index = 0
    while index < len(rows):
        block = _labelled_block(rows, index)
        if block is not None:
            yield block
        index = block.end if block is not None else index + 1


def _labelled_block(rows: Rows, top: int) -> Block | None:
    row = rows[top]
    for left in range(1, min(len(row), 4)):
        numbers = _header_run(row, left)
        if not numbers:
            continue
        cells: dict[int, tuple[Cell, ...]] = {}
        index, expected = top + 1, None
        while index < len(rows):
            letters = text_of(rows[index][left - 1]) if len(rows[index]) >= left else ""
            plate_row = row_number(letters)
            if plate_row is None or (expected is not None and plate_row != expected):
                break
            cells[plate_row] = padded(rows[index][left : left + len(numbers)], len(numbers))
            index, expected = index + 1, plate_row + 1
        if cells:
            return Block(top, left, index, text_of(row[left - 1]), numbers, cells, True)
    return None


def padded(cells: Sequence[Cell], length: int) -> tuple[Cell, ...]:
    """`cells` made `length` long with blanks."""
    return tuple(cells[:length]) + ("",) * (length - len(cells))


def bare_blocks(rows: Rows) -> Iterator[Block]:
    """Rectangles of numbers with exactly the shape of a plate and no labels: the first cell is A1."""
    shapes = {shape: wells for wells, shape in PLATES.items()}
    index = 0
    while index < len(rows):
        end = index
        while end < len(rows) and _numeric(rows[end]):
            end += 1
        if end > index:
            filled = [_trimmed(row) for row in rows[index:end]]
            left = min(start for start, _ in filled)
            width = max(stop for _, stop in filled) - left
            if (end - index, width) in shapes:
                cells = {
                    n + 1: padded(rows[index + n][left : left + width], width) for n in range(end - index)
                }
                yield Block(index, left, end, "", tuple(range(1, width + 1)), cells, False)
        index = max(end, index + 1)


def _trimmed(row: Sequence[Cell]) -> tuple[int, int]:
    places = [place for place, cell in enumerate(row) if cell != ""]
    return places[0], places[-1] + 1


def _numeric(row: Sequence[Cell]) -> bool:
    """A row that is numbers for the most part and does not begin with a word."""
    written = [cell for cell in row if cell != ""]
    if len(written) < 2:
        return False
    numbers = sum(1 for cell in written if isinstance(cell, float) or is_number(cell))
    return numbers * 2 > len(written) and (isinstance(written[0], float) or len(written[0]) <= 10)
