"""XLSX workbooks opened safely: sizes checked before anything is unpacked, nothing followed or run."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from selenolab.core.errors import FormatRefusal
from selenolab.formats.workbook_guard import SAVE, XLSX, check_workbook, one_line
from selenolab.formats.workbook_lost import lost_cells

Cell = str | float


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: `rows` are cells from A1 on (text, or a float for a number), blanks as ""."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    first_row: int = 1  # source row of rows[0], 1-based
    lines: tuple[int, ...] = ()  # source row of every row, where lines of a text file were skipped

    def __len__(self) -> int:
        return len(self.rows)


def is_zip(first: bytes) -> bool:
    """Whether a file's first bytes are those of a zip container."""
    return first.startswith(b"PK\x03\x04")


_GATES = "Save it from FlowJo 10 again, or export its gates as GatingML 2.0."


def refuse_old_office(path: Path, first: bytes) -> None:
    """Refuse, by name, what Excel also calls a workbook: .xls, encrypted files, HTML named .xls."""
    start = first[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if first.startswith(b"\xd0\xcf\x11\xe0"):
        raise FormatRefusal("old or encrypted Excel file (.xls)", path.name, "only .xlsx is read", SAVE)
    if start.startswith((b"<!doctype html", b"<html", b"<table")):
        raise FormatRefusal("HTML page", path.name, "it is a web page, whatever its name says", SAVE)
    if start.startswith((b"<?xml", b"<workbook")):
        if path.suffix.lower() == ".wsp":
            what = "its first lines do not say that FlowJo 10 wrote it"
            raise FormatRefusal("FlowJo workspace", path.name, what, _GATES)
        raise FormatRefusal("XML document", path.name, "it is XML, not a workbook or a table", SAVE)


def read_workbook(path: Path) -> tuple[Sheet, ...]:
    """All visible sheets of a checked workbook with their stored values (formulas are not computed)."""
    import python_calamine as calamine

    lost = lost_cells(path) if check_workbook(path).lost else {}
    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            kinds = {meta.name: meta for meta in book.sheets_metadata}
            wanted = [n for n, m in kinds.items() if m.typ == calamine.SheetTypeEnum.WorkSheet]
            return tuple(_sheet(name, book.get_sheet_by_name(name), lost.get(name, ())) for name in wanted)
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise FormatRefusal(
            XLSX, path.name, f"the workbook is damaged ({one_line(error)})", "Save or export it again."
        ) from None


def _sheet(name: str, sheet: object, lost: Iterable[tuple[int, int, str]]) -> Sheet:
    rows = sheet.to_python(skip_empty_area=False)  # type: ignore[attr-defined]
    for row, column, text in lost:  # an error is no gap
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = text
    return Sheet(name, tuple(tuple(_cell(value) for value in row) for row in rows))


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float | int):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)
