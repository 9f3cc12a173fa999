"""Written numbers to floats: decimal comma or point by evidence, never by guess; words to flags."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Mark = Literal[".", ",", "each", ""]

_PLAIN = re.compile(r"^[+-]?\d+(?:[eE][+-]?\d+)?$", re.ASCII)
_POINT = re.compile(r"^[+-]?(?:\d*\.\d+|\d+\.)(?:[eE][+-]?\d+)?$", re.ASCII)
_COMMA = re.compile(r"^[+-]?(?:\d*,\d+|\d+,)(?:[eE][+-]?\d+)?$", re.ASCII)
_POINT_THOUSANDS = re.compile(r"^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?(?:[eE][+-]?\d+)?$", re.ASCII)
_COMMA_THOUSANDS = re.compile(r"^[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?(?:[eE][+-]?\d+)?$", re.ASCII)
_SPACES = re.compile(r"(?<=\d)[\s\u00a0\u202f'](?=\d{3}(?:\D|$))")
_BOUND = re.compile(r"^([<>≤≥])=?\s*([+-]?[\d.,]+(?:[eE][+-]?\d+)?)$")
_LOQ = re.compile(r"^(?:<\s*|below\s+|n\.?\s*)?(?:lloq|loq|lod|blq|bql|bloq|bdl)$", re.IGNORECASE)
_RANGE = re.compile(r"^(?:ovrflw|overflow|over|out of range|>\s*range|>\s*max|oor|#?ovr)\.?$", re.IGNORECASE)
_SATURATED = re.compile(r"^#?sat(?:urated|uration)?\.?$", re.IGNORECASE)
_MASKED = re.compile(r"^\*\s*(\S.*?)\s*\*$")
NOT_NUMBERS = frozenset(
    [
        "nan",
        "inf",
        "-inf",
        "+inf",
        "infinity",
        "-infinity",
        "-nan",
        "n/a",
        "na",
        "#n/a",
        "-",
        "--",
        "–",
        "—",
        ".",
        "none",
        "null",
        "nil",
        "#div/0!",
        "#value!",
        "#ref!",
        "#num!",
        "#name?",
        "#null!",
        "?",
    ]
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A value with its flag: a flagged value is the bound if one is known, else NaN."""

    value: float
    flag: str


def is_number(text: str) -> bool:
    """Whether `text` is a number in some locale (not NaN, not infinity, no unit)."""
    return bool(
        _PLAIN.match(text)
        or _POINT.match(text)
        or _COMMA.match(text)
        or _POINT_THOUSANDS.match(text)
        or _COMMA_THOUSANDS.match(text)
        or (_SPACES.search(text) and is_number(_SPACES.sub("", text)))
    )


def _own_mark(text: str) -> Mark | None:
    """The decimal mark that one written number proves; None = it proves nothing; "" = ambiguous."""
    text = _SPACES.sub("", text)
    if _PLAIN.match(text):
        return None
    commas, points = text.count(","), text.count(".")
    if commas and points:
        return "." if text.rfind(".") > text.rfind(",") else ","
    if points > 1:
        return ","
    if commas > 1:
        return "."
    if commas:
        return "" if _POINT_THOUSANDS.match(text) else ","
    return "" if _COMMA_THOUSANDS.match(text) else "."


def decimal_mark(cells: Iterable[str], locale: Mark = "") -> Mark:
    """The decimal mark that a set of written numbers proves.

    ``"."`` or ``","``; ``"each"`` where both occur and every cell proves its own; ``""`` where some
    cell such as ``1,234`` could be read both ways and nothing else decides (`locale` decides if given).
    A point with three digits (``1.234``) is a decimal point unless a comma proves otherwise.

    Examples
    --------
    >>> decimal_mark(["0,5", "12"]), decimal_mark(["1.234", "2.345"]), decimal_mark(["1,234", "2,345"])
    (',', '.', '')
    >>> decimal_mark(["1,234", "0.5"]), decimal_mark(["1,234", "0,5"]), decimal_mark(["0,02", "0.03"])
    ('.', ',', 'each')
    """
    proofs: set[str] = set()
    doubtful_point = doubtful_comma = False
    for cell in cells:
        own = _own_mark(cell)
        if own:
            proofs.add(own)
        elif own == "":
            doubtful_comma |= "," in cell
            doubtful_point |= "." in cell
    if len(proofs) == 2:
        return "" if doubtful_comma or doubtful_point else "each"
    if proofs:
        return "," if "," in proofs else "."
    if doubtful_comma:
        return "" if doubtful_point else locale
    return "."


def to_number(text: str, mark: Mark = ".") -> float | None:
    """The float written in `text` under decimal mark `mark`, else None. Never NaN or infinite.

    Examples
    --------
    >>> to_number("1,234.5"), to_number("0,02", ","), to_number("1.234,5", ","), to_number("nan")
    (1234.5, 0.02, 1234.5, None)
    """
    text = _SPACES.sub("", text.strip().replace("−", "-"))
    if mark == "each":
        mark = _own_mark(text) or "." if is_number(text) else "."
    if mark == ",":
        if not (_PLAIN.match(text) or _COMMA.match(text) or _COMMA_THOUSANDS.match(text)):
            return None
        text = text.replace(".", "").replace(",", ".")
    elif _POINT_THOUSANDS.match(text):
        text = text.replace(",", "")
    elif not (_PLAIN.match(text) or _POINT.match(text)):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def flagged(text: str, mark: Mark = ".") -> Reading | None:
    """The reading behind a flag word (``<0.5``, ``<LOQ``, ``OVRFLW``, ``saturated``), else None.

    Examples
    --------
    >>> flagged("<0.5"), flagged("n/a")
    (Reading(value=0.5, flag='<0.5'), None)
    """
    if match := _BOUND.match(text):
        bound = to_number(match[2], mark)
        if bound is not None:
            return Reading(bound, f"{match[1].replace('≤', '<').replace('≥', '>')}{match[2]}")
    if _LOQ.match(text):
        return Reading(math.nan, "<LOQ")
    if _RANGE.match(text):
        return Reading(math.nan, f">range: {text}")
    if _SATURATED.match(text):
        return Reading(math.nan, "saturated")
    return None


def well_reading(cell: object, mark: Mark = ".") -> Reading:
    """What a reader's software shows for a well: a number, or a flag that says why there is none."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return Reading(float(cell), "") if math.isfinite(cell) else Reading(math.nan, f"no number: {cell}")
    text = str(cell).strip()
    if not text:
        return Reading(math.nan, "empty")
    value = to_number(text, mark)
    if value is not None:
        return Reading(value, "")
    known = flagged(text, mark)
    if known is not None:
        return known
    if (masked := _MASKED.match(text)) and to_number(masked[1], mark) is not None:
        return Reading(math.nan, f"excluded: masked in the reader's software ({masked[1]})")
    if text.upper() == "MISSED":
        return Reading(math.nan, "not measured: MISSED")
    return Reading(math.nan, f"no number: {text}")
