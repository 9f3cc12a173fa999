"""The spillover matrix that a file of events carries in its keywords."""

import math
import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from selenolab.core.format import Parsed
from selenolab.core.gate import Spillover
from selenolab.formats.fcs_channels import channels, keywords
from selenolab.formats.fcs_text import TITLE
from selenolab.formats.spillover_matrix import as_shares, wrong

# the standard's word first, then what makers write; $COMP is of FCS 3.0 and names no channels
_NAMED: Final = ("$SPILLOVER", "SPILLOVER", "$SPILL", "SPILL", "$COMP", "COMP")
_NOT_STAINED = re.compile(r"(FSC|SSC|FS|SS|TIME|EVENT|WIDTH)\b", re.IGNORECASE)


def spillover(parsed: Parsed) -> Spillover | None:
    """The matrix of $SPILLOVER, SPILLOVER, $SPILL, SPILL or $COMP, the first that is there; None without.

    Channels are those of the file, by name, by number, or for $COMP in their order (of all channels, or of
    all but scatter and time). Entries are shares of the own channel. `origin` names the keyword. Whether a
    cytometer compensated before it wrote ($DFCmTOn of FCS 2.0) is another matter and is not read.

    Raises
    ------
    FormatRefusal
        for a matrix that is cut, holds what is no number, or names channels that the file has not.
    """
    known = keywords(parsed)
    there = [name for name in _NAMED if known.get(name, "").strip(" ,\t\r\n0")]
    if not there:
        return None
    word = there[0]
    file = str(parsed.records["file"].iloc[0])
    names = [str(name) for name in channels(parsed)["channel"]]
    found, entries = _cut(known[word], names, (file, word))
    origin = f"keyword {word} of {file}"
    others = [name for name in there[1:] if known[name].strip() != known[word].strip()]
    if others:
        origin += f" ({', '.join(others)} differs and is not used)"
    matrix, percent = as_shares(entries)
    if percent:
        origin += ", written in %"
    if np.array_equal(matrix, np.eye(len(found))):
        origin += ", which compensates nothing"
    return Spillover(tuple(found), matrix, origin, word)


def _cut(written: str, names: Sequence[str], place: tuple[str, str]) -> tuple[list[str], NDArray[np.float64]]:
    """Channels and entries (n, n) of "n, name 1 ... name n, value 1 ... value n²"."""
    file, word = place
    parts = [
        part.strip() for part in re.split(r"\s*,\s*|[\n\r]+" if "," in written else r"[\s]+", written.strip())
    ]
    parts = parts[:-1] if parts and not parts[-1] else parts
    if not re.fullmatch(r"\d{1,4}", parts[0]) or int(parts[0]) == 0:
        raise wrong(TITLE, file, f"its {word} begins with {parts[0][:30]!r}, not with a count of channels")
    number = int(parts[0])
    if len(parts) == 1 + number * number and "COMP" in word:
        return _unnamed(number, names, place), _square(parts[1:], number, place)
    if len(parts) != 1 + number + number * number:
        need = number + number * number
        raise wrong(TITLE, file, f"its {word} has {len(parts) - 1} entries; {number} channels need {need}")
    return _named(parts[1 : number + 1], names, place), _square(parts[number + 1 :], number, place)


def _square(parts: Sequence[str], number: int, place: tuple[str, str]) -> NDArray[np.float64]:
    values = [_float(part) for part in parts]
    bad = next((part for part, value in zip(parts, values, strict=True) if not math.isfinite(value)), None)
    if bad is not None:
        raise wrong(TITLE, place[0], f"its {place[1]} holds {bad[:30]!r}, which is no number")
    return np.array(values).reshape(number, number)


def _float(part: str) -> float:
    found = re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", part, flags=re.ASCII)
    return float(part) if found else math.nan


def _named(given: Sequence[str], names: Sequence[str], place: tuple[str, str]) -> list[str]:
    """Channels of the file by the matrix's names, or numbers."""
    numbers = all(re.fullmatch(r"\d{1,4}", name) for name in given) and not set(given) <= set(names)
    if numbers and all(1 <= int(name) <= len(names) for name in given):
        found = [names[int(name) - 1] for name in given]
    else:
        missing = [name or "an empty name" for name in given if name not in names]
        if missing:
            reason = f"its {place[1]} names {', '.join(missing)}, which the file has not ({', '.join(names)})"
            raise wrong(TITLE, place[0], reason)
        found = list(given)
    if len(set(found)) < len(found):
        raise wrong(TITLE, place[0], f"its {place[1]} names a channel twice: {', '.join(found)}")
    return found


def _unnamed(number: int, names: Sequence[str], place: tuple[str, str]) -> list[str]:
    stained = [name for name in names if not _NOT_STAINED.match(name)]
    for candidates in (list(names), stained):
        if len(candidates) == number:
            return candidates
    reason = (
        f"its {place[1]} is for {number} channels without naming them; the file has {len(names)}, of which "
        f"{len(stained)} are neither scatter nor time"
    )
    raise wrong(TITLE, place[0], reason)
