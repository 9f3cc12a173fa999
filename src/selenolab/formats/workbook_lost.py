"""Cells of a workbook that a reader of values shows as empty although they are not."""

import posixpath
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

_ERROR = re.compile(rb"""<(?:\w+:)?c(?=\s)([^>]*?\st\s*=\s*["']e["'][^>]*)>(.*?)</(?:\w+:)?c>""", re.DOTALL)
_FORMULA = re.compile(
    rb"""<(?:\w+:)?c(?=[\s>])([^>]*)>\s*<(?:\w+:)?f(?:[^>]*/>|[^>]*>([^<]*)</(?:\w+:)?f>)\s*"""
    rb"""(?:<(?:\w+:)?v\s*/>\s*|<(?:\w+:)?v>\s*</(?:\w+:)?v>\s*)?</(?:\w+:)?c>"""
)
_VALUE = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]*)<")
_TEXT = re.compile(rb"""\st\s*=\s*["']str["']""")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""")
NOT_CALCULATED = "#NOT CALCULATED"


def has_lost(text: bytes) -> bool:
    """Whether the XML of a sheet holds an error, or a formula whose value was never stored."""
    return bool(_ERROR.search(text)) or any(not _TEXT.search(found[1]) for found in _FORMULA.finditer(text))


def lost_cells(path: Path) -> dict[str, list[tuple[int, int, str]]]:
    """Row, column (both from 0) and text of such cells, by sheet.

    An error reads as Excel shows it ("#DIV/0!"), a formula without a value as "#NOT CALCULATED"; a
    formula whose stored value is empty text is empty. The workbook must have passed `check_workbook`.
    """
    with zipfile.ZipFile(path) as archive:
        parts = _parts(archive)
        return {name: _lost(archive.read(part)) for name, part in parts.items()}


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of the archive that holds each sheet."""
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): posixpath.join("/xl", link.get("Target", "")) for link in links}
    known, found = set(archive.namelist()), {}
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iterfind(".//{*}sheet"):
        link = next((value for key, value in sheet.items() if key.endswith("}id")), "")
        part = posixpath.normpath(targets.get(link, "")).lstrip("/")
        if part in known:
            found[sheet.get("name", "")] = part
    return found


def _lost(text: bytes) -> list[tuple[int, int, str]]:
    found = []
    for cell in _ERROR.finditer(text):
        value = _VALUE.search(cell[2])
        found.append((cell[1], value[1].decode("utf-8", "replace") if value else "#ERROR"))
    found += [(cell[1], NOT_CALCULATED) for cell in _FORMULA.finditer(text) if not _TEXT.search(cell[1])]
    places = [(_PLACE.search(head), told) for head, told in found]
    return [(int(at[2]) - 1, _column(at[1]), told) for at, told in places if at]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number - 1
