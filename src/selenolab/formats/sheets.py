"""Any table file (csv, tsv, txt, xlsx) as sheets of cells, with how it was taken apart."""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from selenolab.core.errors import FormatRefusal
from selenolab.formats.text import MOST_BYTES, check_file, decode
from selenolab.formats.workbook import Sheet, is_zip, read_workbook, refuse_old_office

_DELIMITERS = {"\t": "tab", ";": "semicolon", ",": "comma"}
MOST_FIELD = 4_096
MOST_LINE = 2**20  # characters; no instrument writes longer ones, and cutting them would take for ever


@dataclass(frozen=True, slots=True)
class Sheets:
    """The cells of a file. `delimiter` and `encoding` are "" for a workbook."""

    name: str
    sheets: tuple[Sheet, ...]
    delimiter: str
    encoding: str


def read_sheets(path: Path) -> Sheets:
    """The file's cells, by content: a workbook, or text cut at its delimiter."""
    check_file(path, "table", MOST_BYTES)
    stat = path.stat()
    return _read_sheets(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4)  # recognising and reading look at the same file one after the other
def _read_sheets(path: Path, _changed: int, _size: int) -> Sheets:
    with path.open("rb") as raw:
        first = raw.read(65536)
    if is_zip(first):
        return Sheets(path.name, read_workbook(path), "", "")
    refuse_old_office(path, first)
    text = decode(path.read_bytes(), path.name, "table")
    delimiter = find_delimiter(text.text)
    return Sheets(path.name, (cut(text.text, delimiter, path.name),), delimiter, text.encoding)


def find_delimiter(text: str) -> str:
    r"""The delimiter that cuts most lines into the same number of fields; "" if none does.

    Examples
    --------
    >>> find_delimiter("a;b\n1,5;2,5\n2,5;3,5"), find_delimiter("a,b\n1,2"), find_delimiter("one\ntwo")
    (';', ',', '')
    """
    lines = [line for line in text[: 2**18].splitlines()[:2000] if line.strip() and line[0] != "#"]
    best, most = "", 0.0
    for delimiter in _DELIMITERS:
        counts = Counter(_fields(line, delimiter) for line in lines)
        cut_lines = sum(count for fields, count in counts.items() if fields > 1)
        share = max((count for fields, count in counts.items() if fields > 1), default=0)
        score = float(share + cut_lines)
        if delimiter == "\t":
            score *= 1.25  # a tab hardly ever stands inside a cell
        if score > most:
            best, most = delimiter, score
    return best


def _fields(line: str, delimiter: str) -> int:
    if '"' in line:
        line = "".join(part for index, part in enumerate(line.split('"')) if index % 2 == 0)
    return line.count(delimiter) + 1


def cut(text: str, delimiter: str, name: str) -> Sheet:
    """Text cut into cells; every row keeps the line it came from."""
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    if len(longest := max(text.split("\n"), key=len)) > MOST_LINE:
        raise FormatRefusal(
            "table",
            name,
            f"a line is {len(longest)} characters long",
            "Check that this is the exported file.",
        )
    if not delimiter:
        rows = [(line.strip(),) for line in text.split("\n")]
        return Sheet("", tuple(rows), lines=tuple(range(1, len(rows) + 1)))
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=delimiter != "\t")
    before = 0
    try:
        for row in reader:
            rows.append(tuple(cell.strip() for cell in row))
            lines.append(before + 1)
            before = reader.line_num
    except csv.Error as error:
        raise FormatRefusal(
            "table",
            name,
            f"the line cannot be cut into cells ({error})",
            "Check quotes, or save it as XLSX.",
            f"row {before + 1}",
        ) from None
    return Sheet("", tuple(rows), lines=tuple(lines))


def source_row(sheet: Sheet, index: int) -> int:
    """The 1-based row in the file of row `index` of a sheet."""
    return sheet.lines[index] if sheet.lines else sheet.first_row + index


def place_of(found: Sheets, sheet: Sheet, row: int) -> str:
    """Where a row stands, for messages: "file: row 3" or "file: sheet S, row 3"."""
    return f"{found.name}: sheet {sheet.name}, row {row}" if sheet.name else f"{found.name}: row {row}"


def delimiter_word(sheets: Sheets) -> str:
    """The delimiter's name for a message, "" for a workbook."""
    return _DELIMITERS.get(sheets.delimiter, "")
