"""XML of gate files, read without entities, document types or network, and bounded in size and depth."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from lxml import etree

from selenolab.core.errors import FormatRefusal
from selenolab.formats.text import file_bytes

Element: TypeAlias = Any  # lxml gives no types
MOST_BYTES = 256 * 2**20
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


class UnreadableGateError(Exception):
    """Why one gate cannot be taken over; the reader lists it with the gate's name."""


def xml_root(path: Path, title: str) -> Element:
    """The root element of a file.

    Raises
    ------
    FormatRefusal
        for what is no well-formed XML, declares a document type or entities, nests deeper than 256, or is
        larger than 256 MiB.
    """
    raw = file_bytes(path, title, MOST_BYTES)
    if any(mark in raw for mark in _DOCTYPES):
        reason = "it declares a document type or entities, which no gate file needs"
        raise FormatRefusal(
            title, path.name, reason, "Export the gates again from the program that drew them."
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        reason = f"it is no well-formed XML ({error})"
        raise FormatRefusal(
            title, path.name, reason, "Export the gates again; the file may be cut off."
        ) from None


def local_name(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(etree.QName(element).localname)


def children(element: Element, *names: str) -> Iterator[Element]:
    """The children of an element, of these local names if any are given."""
    return (child for child in element if not names or local_name(child) in names)


def child(element: Element, *path: str) -> Element | None:
    """The first descendant along a path of local names, or None."""
    found = element
    for name in path:
        found = next(children(found, name), None)
        if found is None:
            return None
    return found


def word(element: Element, name: str, default: str = "") -> str:
    """An attribute by its local name, whatever its namespace."""
    if (plain := element.get(name)) is not None:
        return str(plain)
    for key, value in element.attrib.items():
        if etree.QName(key).localname == name:
            return str(value)
    return default


def number(element: Element, name: str, default: float | None = None) -> float:
    """A finite number in an attribute.

    Raises
    ------
    UnreadableGateError
        where it is absent without a default, or no finite number.
    """
    text = word(element, name)
    if text == "" and default is not None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        found = f"'{text}'" if text else "nothing"
        raise UnreadableGateError(
            f"expected a finite number as {name} of {local_name(element)}, found {found}"
        )
    return value


def open_number(element: Element, name: str) -> float | None:
    """A finite number in an attribute, None where the attribute is absent."""
    return number(element, name) if word(element, name) else None
