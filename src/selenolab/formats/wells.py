"""Well names and plate geometries: "A1" to "AF48"."""

import re

PLATES: dict[int, tuple[int, int]] = {
    6: (2, 3),
    12: (3, 4),
    24: (4, 6),
    48: (6, 8),
    96: (8, 12),
    384: (16, 24),
    1536: (32, 48),
}
_WELL = re.compile(r"^([A-Za-z]{1,2})0*([1-9]\d?)$")
_LETTERS = re.compile(r"^[A-Za-z]{1,2}$")


def row_letters(row: int) -> str:
    """Letters of a 1-based plate row.

    Examples
    --------
    >>> row_letters(1), row_letters(26), row_letters(32)
    ('A', 'Z', 'AF')
    """
    return chr(64 + row) if row <= 26 else "A" + chr(64 + row - 26)


def row_number(letters: str) -> int | None:
    """1-based row of plate-row letters (at most AF = 32), else None.

    Examples
    --------
    >>> row_number("h"), row_number("AF"), row_number("AG"), row_number("Time")
    (8, 32, None, None)
    """
    if not _LETTERS.match(letters):
        return None
    upper = letters.upper()
    row = ord(upper) - 64 if len(upper) == 1 else 26 * (ord(upper[0]) - 64) + ord(upper[1]) - 64
    return row if row <= 32 else None


def well_name(row: int, column: int) -> str:
    """Name of the well at 1-based `row` and `column`."""
    return f"{row_letters(row)}{column}"


def parse_well(text: str) -> tuple[int, int] | None:
    """1-based (row, column) of a well name such as "A1", "a01" or "AF48", else None.

    Examples
    --------
    >>> parse_well("A01"), parse_well("af48"), parse_well("A0"), parse_well("SPL1")
    ((1, 1), (32, 48), None, None)
    """
    match = _WELL.match(text.strip())
    row = row_number(match[1]) if match else None
    if match is None or row is None or int(match[2]) > 48:
        return None
    return row, int(match[2])


def smallest_plate(rows: int, columns: int) -> tuple[int, int] | None:
    """Geometry (rows, columns) of the smallest common plate that holds a block, else None.

    Examples
    --------
    >>> smallest_plate(8, 12), smallest_plate(2, 6), smallest_plate(33, 1)
    ((8, 12), (4, 6), None)
    """
    fitting = (shape for shape in PLATES.values() if rows <= shape[0] and columns <= shape[1])
    return next(fitting, None)
