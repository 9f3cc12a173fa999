"""What the keywords of an FCS data set say of its channels: how a number is stored and how it is scaled."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from selenolab.formats.fcs_text import refusal

Known = Mapping[str, str]
EXPORT: Final = "Export it from the cytometer's software again as FCS 3.1 list mode."
_MOST_CHANNELS = 10_000
_BITS = {"F": 32, "D": 64}


@dataclass(frozen=True, slots=True)
class Column:
    """One channel: `kind` I, F or D in `bits`; `keep` masks an integer (0: all bits count).

    Scaling, once: `decades` and `lowest` of $PnE for an integer that was amplified on a log scale, else
    division by `gain`; `step` [s] multiplies a time channel, whose gain is not used.
    """

    name: str
    marker: str
    kind: str
    bits: int
    keep: int
    range: float
    decades: float
    lowest: float
    gain: float
    step: float = 0.0

    @property
    def exact(self) -> bool:
        """Whether float32 holds every scaled number of the channel."""
        plain = self.decades == 0 and self.gain == 1 and self.step in (0, 1)
        top = self.keep.bit_length() or self.bits
        return plain and (self.kind == "F" or (self.kind == "I" and top <= 24))


@dataclass(frozen=True, slots=True)
class Layout:
    """All channels of a data set in the order of the file, and the byte order of a number."""

    columns: tuple[Column, ...]
    order: str  # "<", ">", or digits such as "3412"
    notes: tuple[str, ...]

    @property
    def row_bits(self) -> int:
        """Bits of one event."""
        return sum(column.bits for column in self.columns)


def read_layout(path: Path, known: Known) -> Layout:
    """Channels and byte order.

    Raises
    ------
    FormatRefusal
        for a mode other than list, ASCII events, and keywords that are missing or make no sense.
    """
    notes: list[str] = []
    mode = known.get("$MODE", "").strip().upper()
    if mode not in ("L", ""):
        raise refusal(path, f"its $MODE is {mode}, a histogram; only list mode (L) is read", EXPORT)
    if not mode:
        notes.append("$MODE is missing; list mode is assumed")
    kind = required(path, known, "$DATATYPE").upper()
    if kind == "A":
        raise refusal(path, "its events are written as ASCII digits ($DATATYPE A)", EXPORT)
    if kind not in ("I", "F", "D"):
        raise refusal(path, f"its $DATATYPE is {kind!r}; known are I, F and D", EXPORT)
    number = whole(path, known, "$PAR")
    if not 1 <= number <= _MOST_CHANNELS:
        raise refusal(path, f"its $PAR says {number} channels", EXPORT)
    columns = tuple(_column(path, known, index, kind, notes) for index in range(1, number + 1))
    twice = [name for name, times in Counter(column.name for column in columns).items() if times > 1]
    if twice:
        reason = f"several channels are called {', '.join(twice[:5])} ($PnN)"
        raise refusal(path, reason, "Give every channel its own name in the cytometer's software.")
    return Layout(columns, _order(path, known, columns), tuple(notes))


def required(path: Path, known: Known, name: str) -> str:
    """The value of a keyword that must stand in TEXT."""
    value = known.get(name, "").strip()
    if not value:
        raise refusal(path, f"its keyword {name} is missing or empty", EXPORT)
    return value


def whole(path: Path, known: Known, name: str) -> int:
    """A keyword's whole number of at most 18 digits."""
    value = required(path, known, name)
    if not re.fullmatch(r"[0-9]{1,18}(\.0*)?", value):
        raise refusal(path, f"its {name} is {value[:40]!r}, not a whole number", EXPORT)
    return int(value.split(".")[0])


def _decimal(path: Path, known: Known, name: str, default: float) -> float:
    value = known.get(name, "").strip()
    if not value:
        return default
    number = _float(value)
    if not math.isfinite(number):
        raise refusal(path, f"its {name} is {value[:40]!r}, not a number", EXPORT)
    return number


def _float(text: str) -> float:
    bare = text.strip()
    match = re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", bare, flags=re.ASCII)
    return float(bare) if match else math.nan


def _column(path: Path, known: Known, index: int, kind: str, notes: list[str]) -> Column:
    key = f"$P{index}"
    name = known.get(key + "N", "").strip()
    if not name:
        name = f"P{index}"
        notes.append(f"channel {index} has no name ($P{index}N); it is called {name}")
    own = known.get(key + "DATATYPE", "").strip().upper() or kind
    if own not in ("I", "F", "D"):
        raise refusal(path, f"its {key}DATATYPE is {own[:20]!r}; known are I, F and D", EXPORT)
    bits = _bits(path, known, index, own)
    top = _decimal(path, known, key + "R", 0.0)
    decades, lowest = _amplification(path, known, index)
    gain = _decimal(path, known, key + "G", 1.0) or 1.0
    if gain < 0 or decades < 0 or lowest < 0 or decades > 100:
        raise refusal(path, f"its {key}G or {key}E is negative or absurd", EXPORT)
    if decades and own != "I":
        notes.append(f"{name}: $P{index}E is not applied to numbers stored with a floating point")
        decades = 0.0
    if decades and top <= 0:
        raise refusal(path, f"{name} is amplified on a log scale and has no range ({key}R)", EXPORT)
    if decades and gain != 1:
        notes.append(f"{name}: $P{index}G is not applied beside log amplification")
        gain = 1.0
    step = _time_step(path, known, name, gain, notes)
    marker = known.get(key + "S", "").strip()
    keep = _keep(top, bits) if own == "I" else 0
    return Column(name, marker, own, bits, keep, top, decades, lowest or 1.0, 1.0 if step else gain, step)


def _bits(path: Path, known: Known, index: int, kind: str) -> int:
    bits = whole(path, known, f"$P{index}B")
    if kind != "I" and bits != _BITS[kind]:
        raise refusal(
            path, f"its $P{index}B is {bits}; numbers of type {kind} have {_BITS[kind]} bits", EXPORT
        )
    if not 1 <= bits <= 64:
        raise refusal(path, f"its $P{index}B is {bits}; integers of 1 to 64 bits are read", EXPORT)
    return bits


def _keep(top: float, bits: int) -> int:
    """The mask of an integer's bits below its range; 0 where all count."""
    width = math.ceil(top - 1).bit_length() if top >= 1 else bits
    return (1 << width) - 1 if 0 < width < bits else 0


def _amplification(path: Path, known: Known, index: int) -> tuple[float, float]:
    """Decades and lowest value of $PnE; (0, 0) is linear. A lowest value of 0 stands for 1."""
    written = known.get(f"$P{index}E", "").strip()
    if not written:
        return 0.0, 0.0
    parts = [_float(part) for part in written.split(",")]
    if parts == [0.0] * 4:  # "0,0,0,0": decimal commas
        return 0.0, 0.0
    if len(parts) != 2 or not all(math.isfinite(part) for part in parts):
        raise refusal(path, f"its $P{index}E is {written[:40]!r}, not two numbers", EXPORT)
    return parts[0], parts[1]


def _time_step(path: Path, known: Known, name: str, gain: float, notes: list[str]) -> float:
    """Seconds of one count of a time channel by $TIMESTEP; 0 for other channels and where it is missing."""
    if name.lower() != "time":
        return 0.0
    step = _decimal(path, known, "$TIMESTEP", 0.0)
    if step < 0:
        raise refusal(path, f"its $TIMESTEP is {step}", EXPORT)
    if step and gain != 1:
        notes.append(f"{name}: the gain {gain:g} is not applied, $TIMESTEP {step:g} s is")
    return step


def _order(path: Path, known: Known, columns: tuple[Column, ...]) -> str:
    """The byte order of $BYTEORD as numpy writes it; digits for one that numpy does not know."""
    written = required(path, known, "$BYTEORD")
    digits = re.sub(r"[\s,]", "", written)
    if digits in ("12345678", "1234", "123", "12", "1"):
        return "<"
    if digits in ("87654321", "4321", "321", "21"):
        return ">"
    if sorted(digits) == list("1234") and all(column.bits == 32 for column in columns):
        return digits
    raise refusal(path, f"its byte order $BYTEORD is {written[:40]!r}; known are 1,2,3,4 and 4,3,2,1", EXPORT)
