"""Lays out FCS files byte by byte, sound or wrong on purpose. Shares nothing with the reader."""

from typing import Any

import numpy as np


def data_bytes(columns: list[Any], kinds: list[str], bits: list[int], order: str) -> bytes:
    """Events as rows; integers of any number of bits, packed without a gap."""
    rows = list(zip(*[np.asarray(column).tolist() for column in columns], strict=True))
    if any(one % 8 for one in bits):
        return _packed(rows, bits, order)
    out = bytearray()
    for row in rows:
        for value, kind, width in zip(row, kinds, bits, strict=True):
            if kind == "I":
                out += int(value).to_bytes(width // 8, "little" if order == "<" else "big")
            else:
                out += np.array(value, f"{order}f{width // 8}").tobytes()
    return bytes(out)


def _packed(rows: list[tuple[Any, ...]], bits: list[int], order: str) -> bytes:
    digits = []
    for row in rows:
        for value, width in zip(row, bits, strict=True):
            one = [(int(value) >> rank) & 1 for rank in range(width)]
            digits += one if order == "<" else one[::-1]
    digits += [0] * (-len(digits) % 8)
    packed = np.packbits(np.array(digits, np.uint8), bitorder="little" if order == "<" else "big")
    return packed.tobytes()


def fcs_bytes(columns: list[Any], words: dict[str, str] | None = None, **how: Any) -> bytes:
    """A data set.

    `how`: kind, bits, order, byteord, version, delimiter, names, data (bytes), begin, end (added to the
    offsets that are written), header ("both", "zero", "wrong"), in_text, tail (after DATA), next, text_begin,
    text_end, supplement (words), drop (keywords to leave out), empty (whether values may be empty).
    """
    number = len(columns)
    kind, order = how.get("kind", "I"), how.get("order", "<")
    kinds = how.get("kinds", [kind] * number)
    bits = how.get("bits", [{"I": 16, "F": 32, "D": 64}[kind]] * number)
    data = how.get("data", data_bytes(columns, kinds, bits, order))
    byteord = how.get("byteord", "1,2,3,4" if order == "<" else "4,3,2,1")
    told = {
        "$MODE": "L", "$DATATYPE": kind, "$BYTEORD": byteord,
        "$PAR": str(number), "$TOT": str(len(columns[0])), "$NEXTDATA": "0", "$CYT": "Mill",
    }  # fmt: skip
    names = how.get("names", [f"C{index + 1}" for index in range(number)])
    for index, name in enumerate(names):
        top = "1024" if kinds[index] == "I" else "262144"
        told |= {f"$P{index + 1}{key}": value for key, value in
                 {"N": name, "B": str(bits[index]), "R": top, "E": "0,0"}.items()}  # fmt: skip
    told |= words or {}
    told = {key: value for key, value in told.items() if key not in how.get("drop", ())}
    return _laid_out(told, data, how)


def _text(told: dict[str, str], delimiter: str) -> bytes:
    parts = [f"{key}{delimiter}{value.replace(delimiter, delimiter * 2)}" for key, value in told.items()]
    return (delimiter + delimiter.join(parts) + delimiter).encode("utf-8")


def _laid_out(told: dict[str, str], data: bytes, how: dict[str, Any]) -> bytes:
    delimiter, version = how.get("delimiter", "/"), how.get("version", "3.1")
    in_text = how.get("in_text", version != "2.0")
    supplement = _text(how["supplement"], delimiter) if "supplement" in how else b""
    first = 256
    places = {"$BEGINDATA": 0, "$ENDDATA": 0, "$BEGINSTEXT": 0, "$ENDSTEXT": 0}
    for _ in range(3):  # offsets of fixed width, so that the length settles
        if in_text:
            told = told | {key: f"{value:012d}" for key, value in places.items()}
        text = _text(told, delimiter)
        after = first + len(text)
        begin = after + len(supplement)
        places = {
            "$BEGINDATA": begin + how.get("begin", 0),
            "$ENDDATA": begin + len(data) - 1 + how.get("end", 0),
            "$BEGINSTEXT": after if supplement else 0,
            "$ENDSTEXT": begin - 1 if supplement else 0,
        }
    if "enddata" in how:
        places["$ENDDATA"] = how["enddata"](places["$BEGINDATA"])
        text = _text(told | {"$ENDDATA": f"{places['$ENDDATA']:012d}"} if in_text else told, delimiter)
    right = (places["$BEGINDATA"], places["$ENDDATA"])
    wrong = (right[0] - 40, right[1] - 40)
    said = {"both": right, "zero": (0, 0), "wrong": wrong}[how.get("header", "both")]
    offsets = [first + how.get("text_begin", 0), first + len(text) - 1 + how.get("text_end", 0), *said, 0, 0]
    head = f"FCS{version}    ".encode() + b"".join(f"{offset:>8}".encode() for offset in offsets)
    return head + b" " * (first - len(head)) + text + supplement + data + how.get("tail", b"")


def two_sets(first: bytes, columns: list[Any], words: dict[str, str] | None = None, **how: Any) -> bytes:
    """A data set that follows `first`, which must say $NEXTDATA of twelve digits."""
    mark = b"$NEXTDATA/000000000000/"
    assert mark in first
    joined = first.replace(mark, b"$NEXTDATA/%012d/" % len(first))
    return joined + fcs_bytes(columns, words, **how)
