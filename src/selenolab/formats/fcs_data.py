"""DATA of an FCS data set: where it lies, and its events as one scaled array a channel."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from selenolab.formats.fcs_layout import EXPORT, Column, Layout, whole
from selenolab.formats.fcs_text import AGAIN, Section, refusal

Floats = NDArray[np.float32] | NDArray[np.float64]
_CHUNK = 2**21  # bytes read at a time: fits the cache, so that rows become columns at memory speed
_TABLE_BITS = 16  # log amplification by table up to here


@dataclass(frozen=True, slots=True)
class Place:
    """First byte of DATA in the file, number of events, bits of each, and what was odd."""

    first: int
    events: int
    layout: Layout
    notes: tuple[str, ...] = ()


def find_data(path: Path, section: Section, layout: Layout, size: int) -> Place:
    """Where the events lie; HEADER, TEXT, $TOT and the size of the file must agree.

    An end that is one too high or too low is mended and said; an end that is no end (before or at the
    beginning) is worked out of $TOT; a header of zeros means that only TEXT knows.

    Raises
    ------
    FormatRefusal
        for no events, a file that is cut short, offsets that do not fit $TOT, and two that both fit.
    """
    known = section.known
    total = whole(path, known, "$TOT") if known.get("$TOT", "").strip() else -1
    if total == 0:
        raise refusal(path, "it holds 0 events ($TOT)", "Acquire the tube again.")
    said = _stated(path, section)
    found: dict[int, Place] = {}
    reasons: list[str] = []
    for title, (first, last) in said.items():
        place = _fit(section, layout, (first, last), total, size)
        if isinstance(place, Place):
            found.setdefault(place.first, place)
        else:
            reasons.append(f"{title} {place}")
    if not found:
        raise refusal(path, "; ".join(reasons) or "nothing says where DATA lies", AGAIN)
    if len(found) > 1:
        places = ", ".join(f"{title} bytes {first} to {last}" for title, (first, last) in said.items())
        raise refusal(path, f"two places of DATA fit $TOT: {places}", EXPORT)
    place = next(iter(found.values()))
    notes = (*place.notes, *(f"DATA: {reason}: not used" for reason in reasons))
    return Place(place.first, place.events, place.layout, notes)


def _stated(path: Path, section: Section) -> dict[str, tuple[int, int]]:
    """The offsets of DATA by who says them; HEADER first. Zeros say nothing."""
    pairs = {"HEADER": section.data}
    if section.version != "2.0" or section.data[0] == 0:
        names = ("$BEGINDATA", "$ENDDATA")
        if all(section.known.get(name, "").strip() for name in names):
            pairs["TEXT"] = (whole(path, section.known, names[0]), whole(path, section.known, names[1]))
    return {title: pair for title, pair in pairs.items() if pair[0] > 0}


def _fit(section: Section, layout: Layout, pair: tuple[int, int], total: int, size: int) -> Place | str:
    """The place that one pair of offsets gives, or why it gives none."""
    first, last = pair
    length = last - first + 1
    packed = layout.row_bits
    if first <= section.text_last - 1 and last >= section.text_last:
        return f"puts DATA (bytes {first} to {last}) over TEXT (to byte {section.text_last})"
    notes: list[str] = []
    if length <= 1:
        if total < 0:
            return f"ends DATA at byte {last} where it begins, and $TOT is missing"
        notes.append(f"DATA ends at byte {last}, not after its begin {first}; its length is taken of $TOT")
        length = math.ceil(total * packed / 8)
    if total < 0:
        total = length * 8 // packed
        notes.append(f"$TOT is missing; {total} events fit into DATA")
        if total == 0:
            return "gives DATA no room for an event"
    return _sized(section, layout, (first, length), total, size, notes)


def _sized(
    section: Section, layout: Layout, stretch: tuple[int, int], total: int, size: int, notes: list[str]
) -> Place | str:
    """The place if `total` events fill `length` bytes, as bits in a row or as whole bytes."""
    first, length = stretch
    need = math.ceil(total * layout.row_bits / 8)
    whole_bytes = _padded(layout)
    if whole_bytes.row_bits != layout.row_bits and length == total * whole_bytes.row_bits // 8 != need:
        layout, need = whole_bytes, length
        notes.append("numbers of fewer bits are stored in whole bytes")
    spare = length - need
    if not -1 <= spare < max(layout.row_bits / 8, 2):
        fit = length * 8 // layout.row_bits
        return f"gives DATA {length} bytes, room for {fit} events, and $TOT says {total} ({need} bytes)"
    if section.start + first + need > size:
        end = section.start + first + need
        return f"ends DATA at byte {end} and the file has {size}: it is cut short"
    if spare:
        said = f"{abs(spare)} byte{'s' * (abs(spare) > 1)} {'longer' if spare > 0 else 'shorter'}"
        notes.append(f"DATA is {said} than its events, which are read from its begin")
    return Place(section.start + first, total, layout, tuple(notes))


def _padded(layout: Layout) -> Layout:
    """The same channels in whole bytes."""
    columns = tuple(
        Column(one.name, one.marker, one.kind, (one.bits + 7) // 8 * 8, one.keep or (1 << one.bits) - 1,
               one.range, one.decades, one.lowest, one.gain, one.step)
        for one in layout.columns
    )  # fmt: skip
    return Layout(columns, layout.order, layout.notes)


def read_events(raw: BinaryIO, path: Path, place: Place) -> dict[str, Floats]:
    """One array (events,) a channel, scaled; float32 where that holds every number, else float64.

    Raises
    ------
    FormatRefusal
        for events that are not numbers, and a file that ends early.
    """
    layout, total = place.layout, place.events
    out = {one.name: _room(one, total) for one in layout.columns}
    tables = {one.name: _table(one) for one in layout.columns if one.decades}
    rows = max(_CHUNK * 8 // layout.row_bits, 1)
    rows += -rows % 8  # chunks of whole bytes
    raw.seek(place.first)
    for first in range(0, total, rows):
        number = min(rows, total - first)
        wanted = math.ceil(number * layout.row_bits / 8)
        chunk = raw.read(wanted)
        if len(chunk) < wanted:
            raise refusal(path, f"the file is cut short after event {first}")
        for column, values in zip(layout.columns, _stored(chunk, number, layout), strict=True):
            _check(path, column, values, first)
            scaled = _scaled(column, values, tables.get(column.name))
            if not column.exact:
                _check_scale(path, column, scaled)
            out[column.name][first : first + number] = scaled
    return out


def _room(column: Column, total: int) -> Floats:
    return np.empty(total, np.float32) if column.exact else np.empty(total, np.float64)


def _stored(chunk: bytes, number: int, layout: Layout) -> list[NDArray[Any]]:
    """The numbers of each channel as they are stored, masked."""
    if any(column.bits % 8 for column in layout.columns):
        return _unpacked(chunk, number, layout)
    row = layout.row_bits // 8
    found: list[NDArray[Any]] = []
    place = 0
    for column in layout.columns:
        width = column.bits // 8
        if width in (1, 2, 4, 8) and layout.order in "<>":
            kind = np.dtype(f"{layout.order}{'u' if column.kind == 'I' else 'f'}{width}")
            values: NDArray[Any] = np.ndarray((number,), kind, chunk, place, (row,))
        else:
            values = _combined(chunk, number, row, place, column, layout.order)
        found.append(values & kind_mask(values, column.keep) if column.keep else values)
        place += width
    return found


def kind_mask(values: NDArray[Any], keep: int) -> np.unsignedinteger[Any]:
    """The mask in the integer type of the values."""
    return values.dtype.type(keep)  # type: ignore[no-any-return]


def _combined(chunk: bytes, number: int, row: int, place: int, column: Column, order: str) -> NDArray[Any]:
    """Numbers of any whole count of bytes, in any order of them."""
    width = column.bits // 8
    known = {"<": list(range(width)), ">": list(range(width - 1, -1, -1))}
    ranks = known[order] if order in known else [int(rank) - 1 for rank in order]
    total = np.zeros(number, np.uint64)
    for step, rank in enumerate(ranks):
        one = np.ndarray((number,), np.uint8, chunk, place + step, (row,))
        total |= one.astype(np.uint64) << np.uint64(8 * rank)
    return total if column.kind == "I" else total.astype(np.uint32).view(np.float32)


def _unpacked(chunk: bytes, number: int, layout: Layout) -> list[NDArray[Any]]:
    """Numbers that follow bit by bit: highest bit first, or lowest first in a little-endian file."""
    little = layout.order == "<"
    flat = np.unpackbits(np.frombuffer(chunk, np.uint8), bitorder="little" if little else "big")
    bits = flat[: number * layout.row_bits].reshape(number, layout.row_bits)
    found: list[NDArray[Any]] = []
    place = 0
    for column in layout.columns:
        total = np.zeros(number, np.uint64)
        for step in range(column.bits):
            rank = step if little else column.bits - 1 - step
            total |= bits[:, place + step].astype(np.uint64) << np.uint64(rank)
        found.append(total & np.uint64(column.keep) if column.keep else total)
        place += column.bits
    return found


def _check(path: Path, column: Column, values: NDArray[Any], first: int) -> None:
    if column.kind == "I":
        return
    sound = np.isfinite(values)
    if not sound.all():
        wrong = np.flatnonzero(~sound)
        reason = f"event {first + wrong[0] + 1} of {column.name} is {float(values[wrong[0]])}, not a number"
        raise refusal(path, reason, EXPORT)


def _check_scale(path: Path, column: Column, scaled: NDArray[Any]) -> None:
    if not np.isfinite(scaled).all():
        reason = f"the range, amplification or gain of {column.name} makes its events larger than any number"
        raise refusal(path, reason, EXPORT)


def _table(column: Column) -> NDArray[np.float64] | None:
    """Every value of a log-amplified channel of few bits; None for one of many."""
    bits = column.keep.bit_length() or column.bits
    return _linear(column, np.arange(1 << bits)) if bits <= _TABLE_BITS else None


def _linear(column: Column, values: NDArray[Any]) -> NDArray[np.float64]:
    """`lowest` · 10^(decades · value / range)."""
    with np.errstate(over="ignore"):  # refused after scaling
        return np.asarray(10.0 ** (column.decades * values / column.range) * column.lowest)


def _scaled(column: Column, values: NDArray[Any], table: NDArray[np.float64] | None) -> NDArray[Any]:
    if column.decades:
        return table[values.astype(np.intp)] if table is not None else _linear(column, values)
    with np.errstate(over="ignore"):
        if column.step:
            return values.astype(np.float64) * column.step
        return values if column.gain == 1 else values.astype(np.float64) / column.gain
