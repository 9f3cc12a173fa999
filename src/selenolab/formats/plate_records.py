"""Plate readings gathered into one parsed file: a record a read, a row a well (and time, wavelength)."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from selenolab.core.format import Parsed
from selenolab.formats.numbers import Mark, Reading, decimal_mark, is_number, well_reading
from selenolab.formats.wells import smallest_plate, well_name
from selenolab.formats.workbook import Cell

ReadKind = Literal["endpoint", "kinetic", "spectrum", "area"]
Signal = Literal["absorbance", "fluorescence", "luminescence", "unknown"]
SIGNAL_UNITS: Mapping[str, str] = {"absorbance": "AU", "fluorescence": "RFU", "luminescence": "RLU"}


@dataclass(frozen=True, slots=True)
class Point:
    """One reading of one well. `time` in s, `wavelength` in nm (of a spectrum), or None."""

    row: int
    column: int
    reading: Reading
    time: float | None = None
    wavelength: float | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """One read of one plate: its metadata and its points. None = the file does not say."""

    plate: str
    label: str
    read_kind: ReadKind
    signal: Signal
    points: Sequence[Point]
    wavelength: float | None = None  # nm; excitation of a fluorescence read
    emission: float | None = None  # nm
    temperature: float | None = None  # °C
    shape: tuple[int, int] | None = None
    read_at: str | None = None  # as written in the file
    samples: Mapping[str, str] = field(default_factory=dict)  # well -> name in the file's layout
    amounts: Mapping[str, str] = field(default_factory=dict)  # well -> concentration/dilution as written


def gather(
    format: str,  # noqa: A002 - the field's word
    reads: Sequence[Read],
    assumed: Iterable[str] = (),
    notes: Iterable[str] = (),
    metadata: Mapping[str, str] | None = None,
) -> Parsed:
    """One parsed file of kind "plate" from its reads.

    `records`: record, plate, label, read_kind, signal, unit, wavelength, emission [nm], temperature
    [°C], rows, columns (of the plate), read_at. `data`: record, well, row, column, time [s],
    wavelength [nm] (of spectra), value, value_flag, sample, amount.
    """
    said = list(assumed)
    names = record_names(reads)
    records = _records(reads, names, said)
    data = _data(reads, names)
    units = {"time": "s", "wavelength": "nm", "emission": "nm", "temperature": "°C"}
    written = {SIGNAL_UNITS[read.signal] for read in reads if read.signal in SIGNAL_UNITS}
    if len(written) == 1 and all(read.signal in SIGNAL_UNITS for read in reads):
        units["value"] = written.pop()
    kinds = {read.read_kind for read in reads}
    axes = (
        "row",
        "column",
        *(("time",) if "kinetic" in kinds else ()),
        *(("wavelength",) if "spectrum" in kinds else ()),
    )
    return Parsed(
        format=format,
        kind="plate",
        records=records,
        data=data,
        units=units,
        axes=axes,
        assumed=tuple(dict.fromkeys(said)),
        notes=tuple(dict.fromkeys([*notes, *_found(reads)])),
        metadata=dict(metadata or {}),
    )


def record_names(reads: Sequence[Read]) -> list[str]:
    """Unique record ids: "plate / label", numbered where they repeat."""
    names: list[str] = []
    for read in reads:
        name = f"{read.plate} / {read.label}" if read.label else read.plate
        repeat = sum(1 for other in names if other == name or other.startswith(f"{name} #"))
        names.append(f"{name} #{repeat + 1}" if repeat else name)
    return names


def _records(reads: Sequence[Read], names: Sequence[str], said: list[str]) -> pd.DataFrame:
    shapes = [_shape(read, said) for read in reads]
    columns: dict[str, pd.Series] = {
        "record": pd.Series(list(names), dtype="string"),
        "plate": pd.Series([read.plate for read in reads], dtype="string"),
        "label": pd.Series([read.label for read in reads], dtype="string"),
        "read_kind": pd.Series([read.read_kind for read in reads], dtype="string"),
        "signal": pd.Series([read.signal for read in reads], dtype="string"),
        "unit": pd.Series([SIGNAL_UNITS.get(read.signal, pd.NA) for read in reads], dtype="string"),
        "wavelength": pd.Series([read.wavelength for read in reads], dtype="Float64"),
        "emission": pd.Series([read.emission for read in reads], dtype="Float64"),
        "temperature": pd.Series([read.temperature for read in reads], dtype="Float64"),
        "rows": pd.Series([shape[0] for shape in shapes], dtype="Int64"),
        "columns": pd.Series([shape[1] for shape in shapes], dtype="Int64"),
        "read_at": pd.Series([read.read_at for read in reads], dtype="string"),
    }
    return pd.DataFrame(columns)


def _shape(read: Read, said: list[str]) -> tuple[int, int]:
    if read.shape is not None:
        return read.shape
    rows = max(point.row for point in read.points)
    columns = max(point.column for point in read.points)
    shape = smallest_plate(rows, columns) or (rows, columns)
    said.append(f"{read.plate}: a plate of {shape[0]} x {shape[1]} wells, the smallest that holds the block")
    return shape


def _data(reads: Sequence[Read], names: Sequence[str]) -> pd.DataFrame:
    pairs = [(name, read, point) for name, read in zip(names, reads, strict=True) for point in read.points]
    points = [point for _, _, point in pairs]
    wells = {(p.row, p.column): well_name(p.row, p.column) for p in points}
    well = [wells[p.row, p.column] for p in points]
    return pd.DataFrame(
        {
            "record": pd.Series([name for name, _, _ in pairs], dtype="string"),
            "well": pd.Series(well, dtype="string"),
            "row": pd.Series([p.row for p in points], dtype="int64"),
            "column": pd.Series([p.column for p in points], dtype="int64"),
            "time": pd.Series([p.time for p in points], dtype="Float64"),
            "wavelength": pd.Series([p.wavelength for p in points], dtype="Float64"),
            "value": pd.Series([p.reading.value for p in points], dtype="float64"),
            "value_flag": pd.Series([p.reading.flag for p in points], dtype="string"),
            "sample": pd.Series(
                [read.samples.get(w) for (_, read, _), w in zip(pairs, well, strict=True)], dtype="string"
            ),
            "amount": pd.Series(
                [read.amounts.get(w) for (_, read, _), w in zip(pairs, well, strict=True)], dtype="string"
            ),
        }
    )


def _found(reads: Sequence[Read]) -> Iterable[str]:
    for read in reads:
        name = f"{read.plate} / {read.label}" if read.label else read.plate
        if read.read_kind == "kinetic":
            times = sorted({p.time for p in read.points if p.time is not None})
            yield f"{name}: kinetic, {len(times)} times from {times[0]:g} to {times[-1]:g} s"
        elif read.read_kind == "spectrum":
            waves = sorted({p.wavelength for p in read.points if p.wavelength is not None})
            yield f"{name}: spectrum, {len(waves)} wavelengths from {waves[0]:g} to {waves[-1]:g} nm"
        if not any(math.isfinite(p.reading.value) for p in read.points):
            yield f"{name}: no well holds a number"


def grid_points(
    cells: Mapping[int, Sequence[Cell]],
    columns: Sequence[int],
    mark: Mark = ".",
    time: float | None = None,
    wavelength: float | None = None,
) -> list[Point]:
    """Points of a block: `cells` maps plate rows to the cells under plate `columns`."""
    return [
        Point(row, column, well_reading(cell, mark), time, wavelength)
        for row, line in cells.items()
        for column, cell in zip(columns, line, strict=True)
    ]


def marks(cells: Iterable[Cell], locale: Mark = "") -> Mark:
    """The decimal mark that the written numbers among `cells` prove."""
    texts = (cell.strip("<>*= ") for cell in cells if isinstance(cell, str) and cell)
    return decimal_mark((text for text in texts if is_number(text)), locale)
