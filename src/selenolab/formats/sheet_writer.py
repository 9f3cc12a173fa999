"""Sample sheets to fill in Excel: a header that stays in sight, drop-down lists, a README sheet."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from selenolab.core.errors import DataError, OutputError
from selenolab.formats.headers import parse_header

LAST_ROW = 2_000  # drop-downs reach down to here
_MOST_LIST = 255  # Excel's limit for a list written into a cell


def write_sheet(
    path: Path,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]] = (),
    choices: Mapping[str, Sequence[str]] | None = None,
    notes: Sequence[str] = (),
    name: str = "samples",
) -> None:
    """Write an XLSX sample sheet, atomically: the old file or the new one, never half of it.

    Parameters
    ----------
    path : where; the folder must exist.
    columns : headers as a person reads them, e.g. "dose [µM]".
    rows : cells a row, in the order of `columns`; None or "" is left blank.
    choices : word (or header) of a column -> what its drop-down offers.
    notes : lines of the README sheet.
    name : name of the sheet.

    Raises
    ------
    DataError
        a row is longer than the header, or a drop-down has no column.
    OutputError
        the file cannot be written.
    """
    book = _book(columns, rows, choices or {}, notes, name)
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        os.close(handle)
        try:
            book.save(draft)
            Path(draft).chmod(0o666 & ~_umask())  # a draft is for its owner alone; a sheet is for a lab
            Path(draft).replace(path)
        finally:
            Path(draft).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: Unable to write the sheet: {error.strerror or error}.") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _book(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    choices: Mapping[str, Sequence[str]],
    notes: Sequence[str],
    name: str,
) -> Any:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = name
    for place, text in enumerate(columns, start=1):
        _put(sheet, 1, place, text)
    for number, row in enumerate(rows, start=2):
        if len(row) > len(columns):
            raise DataError(f"Row {number} has {len(row)} cells under {len(columns)} headers.")
        for place, value in enumerate(row, start=1):
            if value is not None and value != "":
                _put(sheet, number, place, value)
    _dress(sheet, columns)
    for word, offered in choices.items():
        _offer(sheet, columns, word, offered)
    readme = book.create_sheet("README")
    readme.column_dimensions["A"].width = 100
    for number, line in enumerate(notes, start=1):
        _put(readme, number, 1, line)
    return book


def _put(sheet: Any, row: int, column: int, value: object) -> None:
    """A cell; text that begins like a formula stays text."""
    cell = sheet.cell(row=row, column=column)
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"


def _dress(sheet: Any, columns: Sequence[str]) -> None:
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "A2"
    for place, text in enumerate(columns, start=1):
        cell = sheet.cell(row=1, column=place)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", start_color="E8EEF4")
        sheet.column_dimensions[get_column_letter(place)].width = max(12, len(text) + 3)
    if columns:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{max(sheet.max_row, 2)}"


def _offer(sheet: Any, columns: Sequence[str], word: str, offered: Sequence[str]) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    words = [parse_header(text).word for text in columns]
    if word not in words and word not in columns:
        raise DataError(f"A drop-down is asked for '{word}', which is no column of {', '.join(columns)}.")
    place = columns.index(word) if word in columns else words.index(word)
    text = ",".join(offered)
    if len(text) > _MOST_LIST or any("," in choice or '"' in choice for choice in offered):
        raise DataError(f"The drop-down of '{word}' is too long, or a choice holds a comma or a quote.")
    rule = DataValidation(type="list", formula1=f'"{text}"', allow_blank=True, showErrorMessage=True)
    rule.error = f"Choose one of: {text}"
    rule.errorTitle = word
    sheet.add_data_validation(rule)
    letter = get_column_letter(place + 1)
    rule.add(f"{letter}2:{letter}{LAST_ROW}")
