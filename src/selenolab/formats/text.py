"""Bytes of a text file to text: utf-8 (with or without BOM), utf-16, else Latin-1/Windows-1252."""

import codecs
from dataclasses import dataclass
from pathlib import Path

from selenolab.core.errors import FormatRefusal

MOST_BYTES = 64 * 2**20  # a text export of a bench instrument is far below this
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = (
    (b"PK\x03\x04", "a zip container"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x1f\x8b", "a gzip file"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"GIF8", "a GIF image"),
    (b"FCS2.", "a flow cytometry file"),
    (b"FCS3.", "a flow cytometry file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"{\\rtf", "an RTF document"),
)


@dataclass(frozen=True, slots=True)
class Text:
    r"""Decoded text, line ends normalised to ``\\n``, and the encoding that gave it."""

    text: str
    encoding: str


def signature(first: bytes) -> str:
    """What a binary file says it is by its first bytes; "" for text or the unknown."""
    return next((title for magic, title in _SIGNATURES if first.startswith(magic)), "")


def decode(raw: bytes, name: str, format: str = "text", partial: bool = False) -> Text:  # noqa: A002 - the field's word
    """Text of `raw`; refused by name where the bytes are no text in a known encoding.

    `partial` allows a multi-byte character cut off at the end (the head of a file).
    """
    kind = signature(raw)
    if kind:
        raise FormatRefusal(format, name, f"the content is {kind}, not text", "Export it as text or XLSX.")
    encoding = _encoding(raw)
    if partial and encoding.startswith("utf-16"):
        raw = raw[: len(raw) // 2 * 2]
    try:
        text = raw.decode(encoding, errors="ignore" if partial else "strict")
    except UnicodeDecodeError as error:
        raise FormatRefusal(
            format,
            name,
            f"the text is damaged as {encoding} at byte {error.start}",
            "Save it again as UTF-8.",
        ) from None
    if _rubbish(text):
        raise FormatRefusal(
            format, name, "the content is binary or in an unknown encoding", "Save it as UTF-8 text or XLSX."
        )
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return Text(text, "utf-8" if encoding == "utf-8-sig" else encoding)


def _encoding(raw: bytes) -> str:
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return encoding
    sample = raw[:4096]
    if sample and sample[1::2].count(0) > 0.6 * len(sample[1::2]):
        return "utf-16-le"
    if sample and sample[::2].count(0) > 0.6 * len(sample[::2]):
        return "utf-16-be"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(raw) - 4:  # a character cut at the end of a head is still utf-8
            return "cp1252" if _decodes(raw, "cp1252") else "latin-1"
    return "utf-8"


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _rubbish(text: str) -> bool:
    """Control characters never stand in a table; one in a thousand is forgiven."""
    sample = text[:65536]
    odd = sum(1 for letter in sample if (letter < " " and letter not in "\t\n\r\f\x0b") or letter == "\ufffd")
    return odd > len(sample) / 1000


def file_bytes(path: Path, format: str = "text", most: int = MOST_BYTES) -> bytes:  # noqa: A002
    """All bytes of a regular, non-empty file of at most `most` bytes; else a refusal."""
    size = check_file(path, format, most)
    raw = path.read_bytes()
    if len(raw) < size:
        raise FormatRefusal(format, path.name, "the file ended early while reading", "Copy it again.")
    return raw


def check_file(path: Path, format: str, most: int = MOST_BYTES) -> int:  # noqa: A002
    """Size in bytes of a readable regular file; else a refusal."""
    try:
        if path.is_dir():
            raise FormatRefusal(format, path.name, "this is a folder", "Name the files in it.")
        if not path.exists():
            raise FormatRefusal(format, str(path), "there is no such file", "Check the path.")
        if not path.is_file():
            raise FormatRefusal(
                format, path.name, "this is not a regular file", "Copy its content to a file."
            )
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except PermissionError:
        raise FormatRefusal(format, path.name, "it may not be read", "Change its permissions.") from None
    except (OSError, ValueError) as error:
        raise FormatRefusal(format, str(path), f"it cannot be opened ({error})", "Check the path.") from None
    if size == 0:
        raise FormatRefusal(format, path.name, "the file is empty (0 bytes)", "Export it again.")
    if size > most:
        raise FormatRefusal(
            format,
            path.name,
            f"the file has {size / 2**20:.0f} MB, more than the {most / 2**20:.0f} MB that are read",
            "Export fewer plates into one file.",
        )
    return size


def read_text(path: Path, format: str = "text") -> Text:  # noqa: A002
    """The decoded text of the file at `path`."""
    return decode(file_bytes(path, format), path.name, format)
