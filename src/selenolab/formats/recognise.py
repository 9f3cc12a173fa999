"""Which format is this file? Decided by content, among all modules of this folder and an assay's own."""

import hashlib
import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import selenolab.formats as folder
from selenolab.core.errors import FormatRefusal, UnknownNameError
from selenolab.core.format import Format, Head, InputFile, Parsed
from selenolab.formats.sheets import delimiter_word, read_sheets
from selenolab.formats.text import MOST_BYTES, check_file, decode, signature
from selenolab.formats.workbook import is_zip, refuse_old_office

HEAD_BYTES = 65_536
MOST_FILE = 4 * 2**30
_SURE = 0.3  # below this a format only suspects
_CLEAR = 0.05  # the winner must be ahead by this much


@lru_cache(maxsize=1)
def formats() -> Mapping[str, Format]:
    """All formats of this folder by name: a module that ends in ``format = Format(...)`` is one."""
    found: dict[str, Format] = {}
    for entry in sorted(pkgutil.iter_modules(folder.__path__), key=lambda entry: entry.name):
        module = importlib.import_module(f"{folder.__name__}.{entry.name}")
        value = getattr(module, "format", None)
        if isinstance(value, Format):
            found[value.name] = value
    return MappingProxyType(found)


def read_head(path: Path) -> Head:
    """The first 64 KiB of a readable, non-empty regular file; else a refusal."""
    size = check_file(path, "file", MOST_FILE)
    with path.open("rb") as raw:
        return Head(path, size, raw.read(HEAD_BYTES))


def recognise(path: Path, extra: Iterable[Format] = ()) -> Format:
    """The one format that the content of `path` fits best.

    Parameters
    ----------
    path : the file.
    extra : formats of an assay, tried beside those of this folder.

    Raises
    ------
    FormatRefusal
        where none or several fit; says what was seen and what to do.
    """
    head = read_head(path)
    known = (*formats().values(), *extra)
    scores = {item.name: (item.recognise(head), item) for item in known}
    ranked = sorted(scores.values(), key=lambda pair: (-pair[0], pair[1].name))
    if not ranked or ranked[0][0] < _SURE:
        raise _unknown(head, known)
    best = [item for score, item in ranked if score > ranked[0][0] - _CLEAR]
    if len(best) > 1:
        titles = " or ".join(item.title for item in best)
        raise FormatRefusal(
            "ambiguous", path.name, f"it may be {titles}", "Say which with format: NAME in the study file."
        )
    return best[0]


def read_file(path: Path, extra: Iterable[Format] = (), format: str = "") -> tuple[Parsed, str]:  # noqa: A002
    """The content of a file and its sha256. `format` names the reader instead of recognising it."""
    offered = tuple(extra)
    if format:
        read_head(path)
        named = {**formats(), **{item.name: item for item in offered}}
        if format not in named:
            raise UnknownNameError("format", format, named)
        chosen = named[format]
    else:
        chosen = recognise(path, offered)
    return chosen.read(path), digest(path)


def read_input(
    path: Path,
    name: str,
    role: str = "sample",
    extra: Iterable[Format] = (),
    format: str = "",  # noqa: A002 - the field's word
    facts: Mapping[str, str] | None = None,
) -> InputFile:
    """The file that a run takes: `name` as the user wrote it, its role word, its content and digest."""
    parsed, sha256 = read_file(path, extra, format)
    return InputFile(path, name, role, sha256, parsed, MappingProxyType(dict(facts or {})))


def digest(path: Path) -> str:
    """The sha256 of a file, in hex."""
    with path.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def _unknown(head: Head, known: Iterable[Format]) -> FormatRefusal:
    name, first = head.path.name, head.first
    remedy = "Known: " + ", ".join(sorted({item.title for item in known})) + "."
    if is_zip(first):
        sheets = read_sheets(head.path).sheets  # a damaged or dangerous workbook says so itself
        filled = [sheet.name for sheet in sheets if any(cell != "" for row in sheet.rows for cell in row)]
        seen = (
            f"sheets {', '.join(filled[:5])} hold no plate and no table with a header"
            if filled
            else "no sheet holds anything"
        )
        return FormatRefusal("unknown", name, seen, remedy)
    refuse_old_office(head.path, first)
    if first.lstrip()[:1] in (b"{", b"[") and first.lstrip()[1:40].lstrip()[:1] in (b'"', b"{", b"[", b"}"):
        return FormatRefusal("unknown", name, "the content is JSON", remedy)
    if kind := signature(first):
        return FormatRefusal("unknown", name, f"the content is {kind}", remedy)
    text = decode(first, name, "unknown", partial=True).text
    return FormatRefusal("unknown", name, f"{_seen(head, text)}, and no plate or table was found", remedy)


def _seen(head: Head, text: str) -> str:
    """What stands in a text file that no format knows."""
    line = next((line.strip() for line in text.split("\n") if line.strip()), "")
    if not line:
        return "it holds only blanks"
    seen = f"the first line is '{' '.join(line.split())[:60]}'"
    check_file(head.path, "table", MOST_BYTES)  # a table that is too large says so itself
    found = read_sheets(head.path)  # an unclosed quote says so itself
    if not found.delimiter:
        return f"{seen}, not cut by tab, semicolon or comma"
    filled = sum(1 for row in found.sheets[0].rows if any(row))
    return f"{seen}, {filled} line{'s' if filled > 1 else ''} cut by {delimiter_word(found)}"
