"""Plate-shaped blocks found among cells: a header 1, 2, 3 ... and row letters, or a bare rectangle."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from selenolab.formats.numbers import is_number
from selenolab.formats.wells import PLATES, row_number
from selenolab.formats.workbook import Cell

Rows = Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Block:
    """A plate-shaped block. Row/column positions are 0-based indices into the sheet's rows.

    `cells` maps plate rows (1-based) to the cells under `columns` (1-based plate columns).
    `stray` is the row right below that has cells under the columns and does not continue the plate.
    `span` are the sheet columns that words about this block stand in, where blocks stand side by side.
    """

    top: int
    left: int
    end: int  # index after the last row
    corner: str
    columns: tuple[int, ...]
    cells: dict[int, tuple[Cell, ...]]
    labelled: bool
    stray: int | None = None
    span: tuple[int, int] | None = None


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
    """All blocks under a header of column numbers with row letters on their left, top to bottom."""
    index = 0
    while index < len(rows):
        blocks = _blocks_at(rows, index)
        yield from blocks
        index = max((block.end for block in blocks), default=index + 1)


def _blocks_at(rows: Rows, top: int) -> list[Block]:
    """The blocks whose header is row `top`: one, or several side by side."""
    row, blocks, left = rows[top], [], 1
    while left < len(row):
        numbers = _header_run(row, left)
        block = _labelled_block(rows, top, left, numbers) if numbers else None
        if block is not None:
            blocks.append(block)
        left += max(len(numbers), 1)
    if len(blocks) > 1:
        ends = [*(block.left - 1 for block in blocks[1:]), len(row) + 1]
        blocks = [replace(b, span=(b.left - 1, end)) for b, end in zip(blocks, ends, strict=True)]
    return blocks


def _labelled_block(rows: Rows, top: int, left: int, numbers: tuple[int, ...]) -> Block | None:
    cells: dict[int, tuple[Cell, ...]] = {}
    index = top + 1
    while index < len(rows):
        letters = text_of(rows[index][left - 1]) if len(rows[index]) >= left else ""
        plate_row = row_number(letters)
        if plate_row is None or (cells and plate_row <= max(cells)):
            break
        cells[plate_row] = padded(rows[index][left : left + len(numbers)], len(numbers))
        index += 1
    corner = text_of(rows[top][left - 1])
    if not cells or row_number(corner) == min(cells):  # rows of a long table whose line is called "L"
        return None
    stray = index if index < len(rows) and _is_stray(rows[index], left, len(numbers)) else None
    return Block(top, left, index, corner, numbers, cells, True, stray)


def _is_stray(row: Sequence[Cell], left: int, width: int) -> bool:
    """Whether a row has cells under a block's columns and is neither a header nor a named summary."""
    if len(row) <= left or not any(cell != "" for cell in row[left : left + width]):
        return False
    label = text_of(row[left - 1])
    return not _header_run(row, left) and (label == "" or row_number(label) is not None)


def words_above(rows: Rows, start: int, block: Block) -> list[str]:
    """The text of the rows from `start` to a block, a string a row, within its span."""
    first, last = block.span or (0, None)
    lines = (
        " ".join(text_of(cell) for cell in row[first:last] if cell != "") for row in rows[start : block.top]
    )
    return [line for line in lines if line]


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
