"""XLSX workbooks opened safely: sizes checked before anything is unpacked, nothing followed or run."""

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO

from selenolab.core.errors import FormatRefusal
from selenolab.formats.text import check_file

MOST_FILE = 32 * 2**20  # bytes of the file itself
MOST_UNPACKED = 128 * 2**20  # bytes of all members together
MOST_RATIO = 250.0  # of a member above 1 MB; real sheets stay below 40
MOST_CELLS = 4_000_000  # of the box around all cells of a sheet: readers keep it dense
MOST_MEMBERS = 5_000
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,4})(\d{1,10})["']""")
_XLSX = "XLSX workbook"
_SAVE = "Open it in Excel or LibreOffice and save it again as .xlsx."

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


def refuse_old_office(path: Path, first: bytes) -> None:
    """Refuse, by name, what Excel also calls a workbook: .xls, encrypted files, HTML named .xls."""
    start = first[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if first.startswith(b"\xd0\xcf\x11\xe0"):
        raise FormatRefusal("old or encrypted Excel file (.xls)", path.name, "only .xlsx is read", _SAVE)
    if start.startswith((b"<!doctype html", b"<html", b"<table")):
        raise FormatRefusal("HTML page", path.name, "it is a web page, whatever its name says", _SAVE)
    if start.startswith((b"<?xml", b"<workbook")):
        raise FormatRefusal("XML document", path.name, "it is XML, not a workbook or a table", _SAVE)


def check_workbook(path: Path) -> None:
    """Refuse a workbook that is damaged, or that would unpack to more than a bench file ever needs."""
    size = check_file(path, _XLSX, MOST_FILE)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
        _check_members(path, members, size)
        with path.open("rb") as raw:
            for member in members:
                _check_member(path, raw, member)
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        NotImplementedError,
        OSError,
        ValueError,
    ) as e:
        raise FormatRefusal(
            _XLSX, path.name, f"the file is damaged or cut short ({_one_line(e)})", "Copy or export it again."
        ) from None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def _check_members(path: Path, members: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(member.file_size for member in members)
    worst = max((m.file_size / max(m.compress_size, 1) for m in members if m.file_size > 2**20), default=0.0)
    names = {member.filename for member in members}
    if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED or worst > MOST_RATIO:
        raise FormatRefusal(
            _XLSX,
            path.name,
            f"{size / 2**20:.1f} MB would unpack to {unpacked / 2**20:.0f} MB in {len(members)} parts",
            "Copy the cells that matter into a new workbook.",
        )
    if any(member.flag_bits & 1 for member in members):
        raise FormatRefusal(_XLSX, path.name, "it is encrypted", "Save it without a password.")
    if "mimetype" in names or "content.xml" in names:
        raise FormatRefusal("OpenDocument sheet", path.name, "only .xlsx is read", _SAVE)
    if "xl/workbook.xml" not in names:
        found = "an .xlsb workbook" if "xl/workbook.bin" in names else "a zip file without a workbook in it"
        raise FormatRefusal(_XLSX, path.name, f"this is {found}", _SAVE)


def _check_member(path: Path, raw: BinaryIO, member: zipfile.ZipInfo) -> None:
    """Unpack one member piece by piece: its size may be no lie, its XML no entity, its box no monster."""
    raw.seek(member.header_offset)
    header = raw.read(30)
    names = struct.unpack("<HH", header[26:30])
    raw.seek(names[0] + names[1], 1)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError("unknown compression")
    unpack = zlib.decompressobj(-15) if member.compress_type == zipfile.ZIP_DEFLATED else None
    left, unpacked, tail = member.compress_size, 0, b""
    sheet = member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml")
    box = [0, 0]
    while left > 0:
        packed = raw.read(min(left, 2**16))
        if not packed:
            raise EOFError("the file ends too early")
        left -= len(packed)
        piece = unpack.decompress(packed, member.file_size - unpacked + 1) if unpack else packed
        unpacked += len(piece)
        if unpacked > member.file_size or (unpack and unpack.unconsumed_tail):
            raise ValueError("a part is larger than it says")
        if member.filename.endswith((".xml", ".rels", ".vml")):
            tail = _check_xml(path, tail + piece, box if sheet else None)
    if unpacked != member.file_size:
        raise EOFError("a part is shorter than it says")


def _check_xml(path: Path, text: bytes, box: list[int] | None) -> bytes:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise FormatRefusal(
            _XLSX, path.name, "it declares XML entities, as no workbook does", "Do not open it."
        )
    if box is not None:
        for letters, digits in _PLACE.findall(text):
            box[0] = max(box[0], int(digits))
            box[1] = max(box[1], _column_number(letters))
        if box[0] * max(box[1], 1) > MOST_CELLS:
            raise FormatRefusal(
                _XLSX,
                path.name,
                f"a sheet spans {box[0]} rows x {box[1]} columns",
                "Delete the stray cell far below or far right of the data.",
            )
    return text[-64:]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number


def read_workbook(path: Path) -> tuple[Sheet, ...]:
    """All visible sheets of a checked workbook with their stored values (formulas are not computed)."""
    import python_calamine as calamine

    check_workbook(path)
    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            kinds = {meta.name: meta for meta in book.sheets_metadata}
            wanted = [n for n, m in kinds.items() if m.typ == calamine.SheetTypeEnum.WorkSheet]
            return tuple(_sheet(name, book.get_sheet_by_name(name)) for name in wanted)
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise FormatRefusal(
            _XLSX, path.name, f"the workbook is damaged ({_one_line(error)})", "Save or export it again."
        ) from None


def _sheet(name: str, sheet: object) -> Sheet:
    rows = sheet.to_python(skip_empty_area=False)  # type: ignore[attr-defined]
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
