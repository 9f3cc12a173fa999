"""The tag tree of a Gatan DigitalMicrograph file (dm3, dm4), read with every length checked first.

The layout is not published by its maker; it follows the descriptions of Chris Boothroyd ("Digital Micrograph
file format") and Greg Jefferis ("DM3 image format"). Structure is big-endian; values follow the byte order
that the header names.
"""

import struct
from dataclasses import dataclass
from typing import Any, Final

from selenolab.core.errors import SelenolabError

MOST_TAGS = 400_000
MOST_DEPTH = 64
MOST_TEXT = 65_536  # elements of an array of 16-bit numbers that may be a text
_GROUP, _DATA = 20, 21
_STRUCT, _STRING, _ARRAY = 15, 18, 20
# code of a simple type -> its letter in `struct`
_SIMPLE: Final = {
    2: "h",
    3: "i",
    4: "H",
    5: "I",
    6: "f",
    7: "d",
    8: "?",
    9: "b",
    10: "B",
    11: "q",
    12: "Q",
}

Group = dict[str, Any]  # unnamed entries have the keys "0", "1" ... in their order


class BrokenTagsError(SelenolabError):
    """The tag tree contradicts itself or the length of the file; the reader of the format names the file."""


@dataclass(frozen=True, slots=True)
class Block:
    """An array that stays in the file: `count` elements of `width` bytes from byte `start`."""

    start: int
    count: int
    width: int


@dataclass(slots=True)
class Cursor:
    """A place in the bytes of a file, and what has been seen so far."""

    raw: memoryview
    place: int
    wide: bool  # version 4: 64-bit counts
    order: str  # "<" or ">" for values
    tags: int = 0


def read_tags(raw: bytes) -> tuple[Group, str]:
    """The whole tree, large arrays as :class:`Block`, and the byte order of values, "<" or ">".

    Raises
    ------
    BrokenTagsError
        says what is wrong in one sentence part.
    """
    version = int.from_bytes(raw[:4], "big")
    if version not in (3, 4) or len(raw) < 24:
        raise BrokenTagsError("the header is cut short")
    wide = version == 4
    place = 16 if wide else 12
    little = int.from_bytes(raw[place - 4 : place], "big")
    promised = int.from_bytes(raw[4 : place - 4], "big")
    if promised > len(raw):
        raise BrokenTagsError(f"the file ends after {len(raw)} of {promised} bytes")
    cursor = Cursor(memoryview(raw), place, wide, "<" if little else ">")
    return _group(cursor, 0), cursor.order


def _take(cursor: Cursor, count: int) -> memoryview:
    if count > len(cursor.raw) - cursor.place:
        raise BrokenTagsError(f"a tag at byte {cursor.place} is longer than the file")
    piece = cursor.raw[cursor.place : cursor.place + count]
    cursor.place += count
    return piece


def _integer(cursor: Cursor, width: int) -> int:
    return int.from_bytes(_take(cursor, width), "big")


def _count(cursor: Cursor) -> int:
    return _integer(cursor, 8 if cursor.wide else 4)


def _group(cursor: Cursor, depth: int) -> Group:
    if depth > MOST_DEPTH:
        raise BrokenTagsError(f"groups are nested more than {MOST_DEPTH} deep")
    _take(cursor, 2)  # whether it is sorted, whether it is open
    number = _count(cursor)
    cursor.tags += number
    if cursor.tags > MOST_TAGS or number > len(cursor.raw) - cursor.place:
        raise BrokenTagsError(f"a group at byte {cursor.place} claims {number} tags")
    group: Group = {}
    for _ in range(number):
        kind = _integer(cursor, 1)
        if kind not in (_GROUP, _DATA):
            raise BrokenTagsError(f"there is no tag at byte {cursor.place - 1} (kind {kind})")
        name = bytes(_take(cursor, _integer(cursor, 2))).decode("latin-1")
        if cursor.wide:
            _take(cursor, 8)  # the length of the tag, which its own content repeats
        group[name or str(len(group))] = _group(cursor, depth + 1) if kind == _GROUP else _value(cursor)
    return group


def _value(cursor: Cursor) -> Any:
    if bytes(_take(cursor, 4)) != b"%%%%":
        raise BrokenTagsError(f"the tag before byte {cursor.place} has no mark")
    number = _count(cursor)
    if not 1 <= number <= 4096:
        raise BrokenTagsError(f"a tag at byte {cursor.place} describes itself by {number} numbers")
    info = [_count(cursor) for _ in range(number)]
    kind = info[0]
    if kind in _SIMPLE and number == 1:
        return _unpacked(cursor, _SIMPLE[kind])[0]
    if kind == _STRING and number == 2:
        return bytes(_take(cursor, 2 * info[1])).decode("utf-16", errors="replace")
    if kind == _STRUCT:
        return _unpacked(cursor, _fields(info))
    if kind == _ARRAY and number >= 3:
        return _array(cursor, info)
    raise BrokenTagsError(f"a tag before byte {cursor.place} has the unknown type {kind}")


def _fields(info: list[int]) -> str:
    """Letters of the fields of a struct: (15, length of its name, fields, (length, type) a field)."""
    codes = info[4::2]
    if len(info) < 3 or info[2] != len(codes) or any(code not in _SIMPLE for code in codes):
        raise BrokenTagsError("a struct does not describe its fields")
    return "".join(_SIMPLE[code] for code in codes)


def _array(cursor: Cursor, info: list[int]) -> Any:
    letters = _SIMPLE.get(info[1], "") if len(info) == 3 else _fields(info[1:-1])
    if not letters:
        raise BrokenTagsError(f"an array at byte {cursor.place} has elements of the unknown type {info[1]}")
    width, count = struct.calcsize("=" + letters), info[-1]
    start = cursor.place
    _take(cursor, count * width)
    return Block(start, count, width)


def text_of(raw: bytes, order: str, value: object) -> str:
    """The text that a tag holds as an array of 16-bit numbers; "" where it holds no text."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Block) or value.width != 2 or value.count > MOST_TEXT:
        return ""
    piece = raw[value.start : value.start + 2 * value.count]
    return piece.decode("utf-16-le" if order == "<" else "utf-16-be", errors="replace").rstrip("\0")


def _unpacked(cursor: Cursor, letters: str) -> tuple[Any, ...]:
    shape = struct.Struct(cursor.order + letters)
    return shape.unpack(_take(cursor, shape.size))
