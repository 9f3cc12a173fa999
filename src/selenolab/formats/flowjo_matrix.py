"""Spillover matrices that FlowJo exports (mtx): XML of version 10, tab-separated text of older ones."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.core.errors import FormatRefusal
from selenolab.core.format import Evidence, Format, Head, Parsed
from selenolab.core.gate import Spillover
from selenolab.formats.spillover_matrix import as_shares, wrong
from selenolab.formats.text import decode, file_bytes, signature

TITLE = "FlowJo matrix"
_MOST = 16 * 2**20
_PREFIX_LINE = re.compile(
    r"\s*<[^<>\t]*\t[^<>\t]*>\s*"
)  # "<", tab, ">": what compensated names get around them


def recognise(head: Head) -> float:
    """By the element spilloverMatrix outside a workspace, or by a square table with a unit diagonal."""
    if signature(head.first):
        return 0.0
    try:
        text = decode(head.first, head.path.name, partial=True).text
    except FormatRefusal:
        return 0.0
    if re.match(r"\s*<\??[A-Za-z!]", text):
        plain = not re.search(r"<(\w+:)?(Workspace|\w*Gate|SampleList)\b", text)
        # FlowJo's root names the spaces of GatingML, whose reader is nearly certain then
        return 1.0 if plain and re.search(r"<(\w+:)?spilloverMatrix\b", text) else 0.0
    if head.size > len(head.first):
        return 0.0
    if any(_PREFIX_LINE.fullmatch(line) for line in text.split("\n")[:3]):
        return 0.97
    try:
        return 0.9 if _looks_square(text) else 0.0
    except FormatRefusal:
        return 0.0


def read(path: Path) -> Parsed:
    """The matrix as `document`, a Spillover; `data` has one row a fluorochrome, one column a detector.

    Raises
    ------
    FormatRefusal
        for a matrix that is not square, is cut, or holds what is no number.
    """
    text = decode(file_bytes(path, TITLE, _MOST), path.name, TITLE).text
    xml = re.match(r"\s*<[?A-Za-z]", text) is not None
    name, channels, entries = _from_xml(path, text) if xml else _from_text(path, text)
    if not np.isfinite(entries).all():
        row, column = np.argwhere(~np.isfinite(entries))[0]
        reason = f"the share of {channels[row]} in {channels[column]} is missing or no number"
        raise wrong(TITLE, path.name, reason)
    if len(set(channels)) < len(channels):
        raise wrong(TITLE, path.name, f"a channel stands twice: {', '.join(channels)}")
    matrix, percent = as_shares(entries)
    origin = f"FlowJo matrix {path.name}" + (", written in %" if percent else "")
    data = pd.DataFrame(matrix, columns=list(channels))
    data.insert(0, "channel", list(channels))
    records = pd.DataFrame({"record": [path.stem], "matrix": [name], "channels": [len(channels)]})
    found = Spillover(channels, matrix, origin, name)
    return Parsed("flowjo_matrix", "document", records, data, metadata={"name": name}, document=found)


Found = tuple[str, tuple[str, ...], NDArray[np.float64]]


def _from_xml(path: Path, text: str) -> Found:
    matrix = next((node for node in _tree(path, text).iter() if _local(node.tag) == "spilloverMatrix"), None)
    if matrix is None:
        raise wrong(TITLE, path.name, "it holds no element spilloverMatrix")
    rows: dict[str, dict[str, float]] = {}
    for row in (node for node in matrix if _local(node.tag) == "spillover"):
        cells = [node for node in row if _local(node.tag) == "coefficient"]
        rows[_attribute(row, "parameter")] = {
            _attribute(cell, "parameter"): _float(_attribute(cell, "value")) for cell in cells
        }
    channels = tuple(rows)
    detectors = {detector for row in rows.values() for detector in row}
    if not channels or detectors - set(channels):
        reason = f"it has {len(channels)} rows for {len(detectors)} detectors: a spectral or a cut matrix"
        raise wrong(TITLE, path.name, reason)
    entries = np.array([[rows[row].get(column, math.nan) for column in channels] for row in channels])
    return _attribute(matrix, "name"), channels, entries


def _tree(path: Path, text: str) -> Any:
    """The XML; with undeclared prefixes, which FlowJo writes, taken off."""
    from lxml import etree

    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise wrong(TITLE, path.name, "it declares a document type, which a matrix does not need")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    bare = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    try:
        return etree.fromstring(bare, parser)
    except (etree.XMLSyntaxError, ValueError):
        bare = re.sub(r"(</?)[\w.-]+:", r"\1", bare)
        bare = re.sub(r"(\s)(?!xmlns:)[\w.-]+:([\w.-]+\s*=)", r"\1\2", bare)
    try:
        return etree.fromstring(bare, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        said = str(error).split("\n")[0]
        raise wrong(TITLE, path.name, f"the XML is damaged ({said})") from None


def _local(tag: object) -> str:
    return str(tag).rsplit("}", 1)[-1]


def _attribute(node: Any, name: str) -> str:
    return next((str(value) for key, value in node.attrib.items() if _local(key) == name), "")


def _float(written: str) -> float:
    bare = written.strip()
    found = re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", bare, flags=re.ASCII)
    return float(bare) if found else math.nan


def _lines(text: str) -> tuple[list[list[str]], str]:
    """Cells of the lines from the header on, and the name that stands above it."""
    lines = [line for line in text.split("\n") if line.strip()]
    title = ""
    while lines and (("\t" not in lines[0] and "," not in lines[0]) or _PREFIX_LINE.fullmatch(lines[0])):
        title = title if _PREFIX_LINE.fullmatch(lines[0]) else title or lines[0].strip()
        lines = lines[1:]
    cut = "\t" if lines and "\t" in lines[0] else ","
    return [[cell.strip().strip('"') for cell in line.rstrip("\t\r").split(cut)] for line in lines], title


def _from_text(path: Path, text: str) -> Found:
    rows, title = _lines(text)
    if not rows:
        raise wrong(TITLE, path.name, "it holds no line of channel names")
    labelled = len(rows) > 1 and math.isnan(_float(rows[1][0]))
    header = rows[0][1:] if labelled and len(rows[0]) == len(rows[1]) else rows[0]
    header = header[:-1] if header and not header[-1] else header
    body = [row[1:] if labelled else row for row in rows[1:]]
    if len(body) != len(header) or any(len(row) != len(header) for row in body) or not all(header):
        widths = sorted({len(row) for row in body})
        reason = f"{len(header)} channels are named above {len(body)} rows of {widths} numbers"
        raise wrong(TITLE, path.name, reason)
    if labelled and [row[0] for row in rows[1:]] != header:
        raise wrong(TITLE, path.name, "its rows are not named as its columns are, in the same order")
    return title, tuple(header), np.array([[_float(cell) for cell in row] for row in body])


def _looks_square(text: str) -> bool:
    """Whether a table of names and numbers has 1 (or 100) in all its own channels."""
    _, channels, entries = _from_text(Path("matrix"), text)
    own = np.diag(entries)
    return len(channels) > 1 and bool(np.isfinite(entries).all() and (np.all(own == 1) or np.all(own == 100)))


format = Format(  # noqa: A001 - the contract's word
    name="flowjo_matrix",
    title=TITLE,
    kind="document",
    evidence=Evidence.SPECIFICATION,
    proof="files laid out by ourselves as FlowJo 10 and older versions export matrices",
    extensions=(".mtx", ".csv", ".txt"),
    recognise=recognise,
    read=read,
)
