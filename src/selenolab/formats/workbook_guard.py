"""Before a workbook is opened: its sizes are no lie, and nothing in it unpacks to more than it should."""

import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from selenolab.core.errors import FormatRefusal
from selenolab.formats.text import check_file
from selenolab.formats.workbook_lost import has_lost

XLSX = "XLSX workbook"
SAVE = "Open it in Excel or LibreOffice and save it again as .xlsx."
COPY = "Copy the cells that matter into a new workbook."
MOST_FILE = 32 * 2**20  # bytes of the file itself
MOST_UNPACKED = 80 * 2**20  # bytes of all members together
MOST_RATIO = 250.0  # of a member above 1 MB; real sheets stay below 40
MOST_CELLS = 1_500_000  # of the boxes around all cells of all sheets: readers keep them dense
MOST_TEXT = 60 * 2**20  # bytes of all cells that point to shared text, which readers copy a cell
MOST_MEMBERS = 5_000
_TAG = re.compile(rb"<(?:\w+:)?(row|c)(?=[\s>/])([^>]*)")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,4})(\d{1,10})["']""")
_SHARES = re.compile(rb"""\st\s*=\s*["']s["']""")
_SHARED = re.compile(rb"""\st\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v[^>]*>\s*(\d{1,9})""")
_STRING = re.compile(rb"<(?:\w+:)?si(?:\s*/>|[\s>].*?</(?:\w+:)?si>)", re.DOTALL)
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OSError, ValueError)


@dataclass(slots=True)
class Measures:
    """What is measured while the members of a workbook are unpacked one by one."""

    cells: int = 0  # of the boxes of all sheets
    shared: Counter[int] = field(default_factory=Counter)  # cells that point to a shared text, by its number
    lost: bool = False  # some cell would read as empty and is not
    unclear: int = 0  # cells that point to a shared text nobody can tell
    lengths: list[int] = field(default_factory=list)  # bytes of the shared texts


def check_workbook(path: Path) -> Measures:
    """Refuse a workbook that is damaged, or that would unpack to more than a bench file ever needs."""
    size = check_file(path, XLSX, MOST_FILE)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
        _check_members(path, members, size)
        measures = Measures()
        with path.open("rb") as raw:
            for member in members:
                _measure(path, _unpacked(raw, member), measures)
        _check_text(path, measures)
        return measures
    except _DAMAGE as error:
        raise FormatRefusal(
            XLSX,
            path.name,
            f"the file is damaged or cut short ({one_line(error)})",
            "Copy or export it again.",
        ) from None


def one_line(error: Exception) -> str:
    """The text of an error on one line."""
    return " ".join(str(error).split())[:120] or type(error).__name__


def _check_members(path: Path, members: Sequence[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(member.file_size for member in members)
    large = (member for member in members if member.file_size > 2**20)
    worst = max((member.file_size / max(member.compress_size, 1) for member in large), default=0.0)
    names = {member.filename.replace("\\", "/") for member in members}
    if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED or worst > MOST_RATIO:
        parts = f"{unpacked / 2**20:.0f} MB in {len(members)} parts"
        raise FormatRefusal(XLSX, path.name, f"{size / 2**20:.1f} MB would unpack to {parts}", COPY)
    if any(member.flag_bits & 1 for member in members):
        raise FormatRefusal(XLSX, path.name, "it is encrypted", "Save it without a password.")
    if "mimetype" in names or "content.xml" in names:
        raise FormatRefusal("OpenDocument sheet", path.name, "only .xlsx is read", SAVE)
    if "xl/workbook.xml" not in names:
        found = "an .xlsb workbook" if "xl/workbook.bin" in names else "a zip file without a workbook in it"
        raise FormatRefusal(XLSX, path.name, f"this is {found}", SAVE)


def _unpacked(raw: BinaryIO, member: zipfile.ZipInfo) -> bytes:
    """The bytes of one member, never more than the directory promises."""
    raw.seek(member.header_offset)
    names = struct.unpack("<HH", raw.read(30)[26:])
    raw.seek(sum(names), 1)
    packed = raw.read(member.compress_size)
    if len(packed) < member.compress_size:
        raise EOFError("the file ends too early")
    if member.compress_type == zipfile.ZIP_DEFLATED:
        packed = zlib.decompressobj(-15).decompress(packed, member.file_size + 1)
    elif member.compress_type != zipfile.ZIP_STORED:
        raise ValueError("unknown compression")
    if len(packed) > member.file_size:
        raise ValueError("a part is larger than it says")
    if len(packed) < member.file_size:
        raise EOFError("a part is shorter than it says")
    return packed


def _measure(path: Path, text: bytes, measures: Measures) -> None:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        reason = "it declares XML entities, as no workbook does"
        raise FormatRefusal(XLSX, path.name, reason, "Do not open it.")
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FormatRefusal(XLSX, path.name, "a part is written in UTF-16", SAVE)
    if b"sheetData" in text:
        measures.lost = measures.lost or has_lost(text)
        rows, columns = _box(text)
        measures.cells += rows * columns
        if measures.cells > MOST_CELLS:
            remedy = "Delete the stray cell far below or far right of the data."
            raise FormatRefusal(XLSX, path.name, f"a sheet spans {rows} rows x {columns} columns", remedy)
        known = Counter(int(match[1]) for match in _SHARED.finditer(text))
        measures.shared += known
        measures.unclear += sum(1 for _ in _SHARES.finditer(text)) - known.total()
    elif b"sst" in text[:1024]:
        measures.lengths += [match.end() - match.start() for match in _STRING.finditer(text)]


def _box(text: bytes) -> tuple[int, int]:
    """Last row and column of any cell of a sheet; a cell without a place follows its neighbour."""
    row = column = last_row = last_column = 0
    for match in _TAG.finditer(text):
        place = _PLACE.search(match[2])
        if match[1] == b"row":
            row, column = (int(place[2]) if place else row + 1), 0
        else:
            column = _column_number(place[1]) if place else column + 1
            row = int(place[2]) if place else row
            last_row, last_column = max(last_row, row), max(last_column, column)
    return last_row, last_column


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number


def _check_text(path: Path, measures: Measures) -> None:
    """Readers copy a shared text into every cell that points to it: count before they do."""
    longest = max(measures.lengths, default=0)
    lengths = dict(enumerate(measures.lengths))
    known = sum(count * lengths.get(number, 0) for number, count in measures.shared.items())
    total = known + measures.unclear * longest
    if total > MOST_TEXT:
        raise FormatRefusal(XLSX, path.name, f"its cells repeat {total / 2**20:.0f} MB of text", COPY)
