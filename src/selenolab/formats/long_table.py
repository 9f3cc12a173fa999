"""Long tables: one row a measurement, headers with units in brackets, in csv, tsv, txt or xlsx."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from selenolab.core.errors import DataError, FormatRefusal, SeveralErrors
from selenolab.core.format import Evidence, Format, Head, Parsed
from selenolab.formats.blocks import text_of
from selenolab.formats.headers import Header
from selenolab.formats.name_words import NAMES, TELLING
from selenolab.formats.number_column import (
    MISSING,
    column_mark,
    doubtful,
    file_mark,
    looks_numeric,
    plain,
    to_numbers,
)
from selenolab.formats.numbers import Mark
from selenolab.formats.sheets import Sheets, delimiter_word, place_of, read_sheets, source_row
from selenolab.formats.table_header import Found, find_header, is_comment, written
from selenolab.formats.text import signature
from selenolab.formats.workbook import Cell, Sheet, is_zip

TITLE = "long table"
MOST_ERRORS = 20


@dataclass(frozen=True, slots=True)
class Table:
    """The body of one sheet below its header."""

    sheet: Sheet
    found: Found
    rows: tuple[tuple[Cell, ...], ...]
    source_rows: tuple[int, ...]
    comments: int


def recognise(head: Head) -> float:
    """Likely where a row of words stands above rows of the same width."""
    if signature(head.first) and not is_zip(head.first):
        return 0.0
    try:
        found = read_sheets(head.path)
        tables = [table for sheet in found.sheets if (table := find_header(sheet, head.path.name))]
    except FormatRefusal:
        return 0.0
    except DataError:
        return 0.6  # a table with a bad header: reading it says what is bad
    headers = [header for table in tables for _, header in table.headers]
    telling = any(header.unit or header.word in TELLING for header in headers)
    return 0.0 if not tables else 0.6 if telling else 0.45


def read(path: Path) -> Parsed:
    """The table in the file; see :func:`read_table`."""
    return read_table(path)


def read_table(
    path: Path, names: Collection[str] = NAMES, may_miss: Collection[str] = (), numbers: Collection[str] = ()
) -> Parsed:
    """The table in a file, typed, with the row of the file beside every row.

    Parameters
    ----------
    path : csv, tsv, txt (tab, semicolon or comma) or xlsx.
    names : words whose columns are text whatever they hold.
    may_miss : words whose columns may hold NaN, n/a or - for a missing value.
    numbers : words whose columns must be numbers; others are numbers where their cells are.

    Returns
    -------
    Parsed of kind "table": `data` has ``record``, ``source_row`` and a column a word (text as
    "string", numbers as float64, with ``<word>_flag`` where a value is flagged or missing); `units`
    the units; `metadata` ``<word>.basis`` and ``<word>.header``; `records` one row a sheet.

    Raises
    ------
    FormatRefusal, DataError, SeveralErrors
    """
    found = read_sheets(path)
    tables, notes = _tables(found)
    if not tables:
        raise FormatRefusal(TITLE, path.name, _seen(found), "Write a header row such as compound, dose [µM].")
    assumed: list[str] = []
    frames = [_frame(found, table, names, may_miss, numbers, assumed) for table in tables]
    if delimiter_word(found):
        assumed.insert(0, f"{found.encoding} text, cells separated by {delimiter_word(found)}")
    headers = [header for _, header in tables[0].found.headers]
    return Parsed(
        format="long_table",
        kind="table",
        records=_records(tables, frames),
        data=_joined(frames),
        units={header.word: header.unit for header in headers if header.unit},
        axes=(),
        assumed=tuple(dict.fromkeys(assumed)),
        notes=tuple(notes),
        metadata=_metadata(headers),
    )


def basis_of(parsed: Parsed, word: str) -> str:
    """The basis in a column's header (molecule, Se, particle mass, drug), "" where none is written."""
    return parsed.metadata.get(f"{word}.basis", "")


def _metadata(headers: Sequence[Header]) -> dict[str, str]:
    bases = {f"{header.word}.basis": header.basis for header in headers if header.basis}
    return bases | {f"{header.word}.header": header.text for header in headers}


def _seen(found: Sheets) -> str:
    if not any(cell != "" for sheet in found.sheets for row in sheet.rows for cell in row):
        return "it holds no cells"
    if not found.sheets[0].name and not found.delimiter:
        return "its lines are not cut by tab, semicolon or comma"
    return "no header row with rows below it was found"


def _tables(found: Sheets) -> tuple[list[Table], list[str]]:
    """The tables of all sheets that share the first one's header; other sheets are said."""
    tables: list[Table] = []
    notes: list[str] = []
    for sheet in found.sheets:
        header = find_header(sheet, found.name)
        if header is None:
            if sheet.name and sheet.name != "README" and any(written(row) for row in sheet.rows):
                notes.append(f"Sheet {sheet.name} holds no table and was left out")
            continue
        if tables and _words(header) != _words(tables[0].found):
            notes.append(f"Sheet {sheet.name} has another header and was left out")
            continue
        table = _body(found, sheet, header)
        tables.append(table)
        if header.skipped:
            notes.append(
                f"{len(header.skipped)} lines above the header left out, first '{header.skipped[0][:60]}'"
            )
        if table.comments:
            notes.append(f"{table.comments} comment lines (#) left out")
    return tables, notes


def _words(found: Found) -> list[tuple[str, str, str]]:
    return [(header.word, header.unit, header.basis) for _, header in found.headers]


def _body(found: Sheets, sheet: Sheet, header: Found) -> Table:
    rows: list[tuple[Cell, ...]] = []
    numbers: list[int] = []
    comments = 0
    known = {place for place, _ in header.headers}
    for index in range(header.index + 1, len(sheet.rows)):
        row = sheet.rows[index]
        if is_comment(row):
            comments += 1
        elif written(row):
            stray = next((p for p, cell in enumerate(row) if cell != "" and p not in known), None)
            if stray is not None:
                where = place_of(found, sheet, source_row(sheet, index))
                raise DataError(
                    f"{where}: Cell {stray + 1} ('{text_of(row[stray])}') has no header above it. "
                    f"Name the column, or check the delimiter and decimal comma."
                )
            rows.append(row)
            numbers.append(source_row(sheet, index))
    return Table(sheet, header, tuple(rows), tuple(numbers), comments)


def _frame(
    found: Sheets,
    table: Table,
    names: Collection[str],
    may_miss: Collection[str],
    numbers: Collection[str],
    assumed: list[str],
) -> pd.DataFrame:
    columns = {h: [row[p] if p < len(row) else "" for row in table.rows] for p, h in table.found.headers}
    numeric = {h: _is_number_column(h, cells, names, numbers) for h, cells in columns.items()}
    fast = {h: plain(cells) for h, cells in columns.items() if numeric[h]}
    mark = file_mark([columns[h] for h in fast], found.delimiter == ";")
    record = table.sheet.name or Path(found.name).stem
    places = [place_of(found, table.sheet, number) for number in table.source_rows]
    data: dict[str, object] = {"record": pd.Series([record] * len(places), dtype="string")}
    data["source_row"] = pd.Series(table.source_rows, dtype="int64")
    errors: list[DataError] = []
    for header, cells in columns.items():
        if not numeric[header]:
            data[header.word] = pd.Series([text_of(cell) or None for cell in cells], dtype="string")
            continue
        own = column_mark(cells, mark, fast[header] is not None)
        _check_mark(found, header, cells, own, assumed)
        values = fast[header] if own == "." else None
        if values is not None:
            data[header.word] = pd.Series(values, dtype="float64")
            continue
        column = to_numbers(cells, own, places, header.text, header.word in may_miss, errors)
        data[header.word] = pd.Series(column.values, dtype="float64")
        if any(column.flags):
            data[f"{header.word}_flag"] = pd.Series(column.flags, dtype="string")
    _raise(errors)
    return pd.DataFrame(data)


def _is_number_column(
    header: Header, cells: Sequence[Cell], names: Collection[str], numbers: Collection[str]
) -> bool:
    if header.word in numbers or header.unit:
        return True
    return header.word not in names and looks_numeric(cells)


def _check_mark(found: Sheets, header: Header, cells: Sequence[Cell], mark: Mark, assumed: list[str]) -> None:
    if mark == "":
        text = doubtful(cells)
        reason = f"'{text}' may have a decimal or a thousands separator, and nothing else in the file decides"
        remedy = "Write numbers with a decimal point and no thousands separator."
        raise FormatRefusal(TITLE, found.name, reason, remedy, f"column '{header.text}'")
    if mark == ",":
        assumed.append(f"column '{header.text}': decimal comma")
    elif mark == "each":
        assumed.append(f"column '{header.text}': decimal commas and points mixed, each cell clear by itself")
    elif any(isinstance(cell, str) and "," in cell for cell in cells):
        assumed.append(f"column '{header.text}': comma as thousands separator")


def _raise(errors: Sequence[DataError]) -> None:
    if len(errors) == 1:
        raise errors[0]
    if errors:
        more = len(errors) - MOST_ERRORS
        rest = [DataError(f"... and {more} more cells that are no numbers.")] if more > 0 else []
        raise SeveralErrors([*errors[:MOST_ERRORS], *rest])


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    if len(frames) == 1:
        return frames[0]
    joined = pd.concat(frames, ignore_index=True)
    for column in joined.columns:
        if column.endswith("_flag") and column.removesuffix("_flag") in joined.columns:
            joined[column] = joined[column].fillna("")
    return joined


def _records(tables: Sequence[Table], frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    if "record" in [header.word for _, header in tables[0].found.headers]:
        return pd.DataFrame({"record": _joined(frames)["record"].drop_duplicates().reset_index(drop=True)})
    return pd.DataFrame(
        {
            "record": pd.Series([frame["record"].iloc[0] for frame in frames], dtype="string"),
            "sheet": pd.Series([table.sheet.name or None for table in tables], dtype="string"),
            "header_row": [source_row(table.sheet, table.found.index) for table in tables],
            "n_rows": [len(table.rows) for table in tables],
        }
    )


__all__ = ["MISSING", "NAMES", "basis_of", "format", "read", "read_table", "recognise"]

format = Format(  # noqa: A001 - the contract's word
    name="long_table",
    title="Long table",
    kind="table",
    evidence=Evidence.INDEPENDENT,
    proof="tables written by csv, openpyxl and pandas in several encodings and locales, read back unchanged",
    extensions=(".csv", ".tsv", ".txt", ".xlsx"),
    recognise=recognise,
    read=read,
)
