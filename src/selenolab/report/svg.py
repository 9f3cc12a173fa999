"""An SVG that can stand in a page: ids of its own, a title and a description, no global style."""

import re
from xml.etree import ElementTree

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
FONTS = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
POINTER = re.compile(r"url\(#([^)]+)\)")


def tidy_svg(svg: bytes, alt: str) -> bytes:
    """The exported file: the journals' sans-serif fonts by name, and the text alternative inside."""
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    root = ElementTree.fromstring(svg)
    _set_fonts(root)
    _describe(root, "figure", alt)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def inline_svg(svg: bytes, prefix: str) -> str:
    """`svg` as it can stand in HTML beside others: every id begins with `prefix`.

    Metadata and the style sheet are left out: a style sheet inside would hold for the whole page.
    """
    root = ElementTree.fromstring(svg)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in {f"{{{SVG}}}metadata", f"{{{SVG}}}style"}:
                parent.remove(child)
    for element in root.iter():
        for name, value in list(element.attrib.items()):
            element.set(name, _own(name, value, prefix))
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    root.set("class", "drawing")
    text = ElementTree.tostring(root, encoding="unicode")
    return re.sub(r"\s*\n\s*", "\n", text)


def _own(name: str, value: str, prefix: str) -> str:
    if name == "id":
        return f"{prefix}-{value}"
    if name == "aria-labelledby":
        return " ".join(f"{prefix}-{one}" for one in value.split())
    if name == f"{{{XLINK}}}href" and value.startswith("#"):
        return f"#{prefix}-{value[1:]}"
    return POINTER.sub(rf"url(#{prefix}-\1)", value)


def _set_fonts(root: ElementTree.Element) -> None:
    for element in root.iter(f"{{{SVG}}}text"):
        style = element.get("style", "")
        element.set("style", re.sub(r"font-family:[^;]*", f"font-family: {FONTS}", style))


def _describe(root: ElementTree.Element, prefix: str, alt: str) -> None:
    title = root.find(f"{{{SVG}}}title")
    if title is None:
        title = ElementTree.Element(f"{{{SVG}}}title")
        root.insert(0, title)
    description = ElementTree.Element(f"{{{SVG}}}desc")
    description.text = alt
    root.insert(1, description)
    title.set("id", f"{prefix}-title")
    description.set("id", f"{prefix}-desc")
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}-title {prefix}-desc")
