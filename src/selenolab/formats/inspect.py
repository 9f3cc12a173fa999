"""What a file holds, before any assay looks at it: for people (a face prints it) and as JSON."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.core.dataset import ArrayRef
from selenolab.core.format import Evidence, Format, Parsed
from selenolab.formats.recognise import digest, formats, read_head, recognise

Values = float | None | tuple[float | None, ...]
Flags = str | tuple[str, ...]
MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class ReadSummary:
    """One read of one plate. `values` and `flags` map wells to one entry, or to one a time/wavelength."""

    record: str
    plate: str
    label: str
    read_kind: str
    signal: str
    unit: str | None
    wavelength: float | None
    emission: float | None
    temperature: float | None
    rows: int
    columns: int
    read_at: str | None
    times: tuple[float, ...]
    wavelengths: tuple[float, ...]
    n_wells: int
    n_values: int
    n_flagged: int
    n_empty: int
    low: float | None
    high: float | None
    values: Mapping[str, Values]
    flags: Mapping[str, Flags]
    samples: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """One column of a table: its unit and basis, how full it is, its range or its first words."""

    word: str
    kind: str  # number or text
    unit: str | None
    basis: str | None
    n_values: int
    n_flagged: int
    n_missing: int
    low: float | None
    high: float | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImageSummary:
    """One image. `pixel_size` [nm] is None where `pixel_size_flag` says why none is used."""

    record: str
    width: int  # pixels
    height: int
    channels: int
    bits: int  # of a channel
    low: float | None
    high: float | None
    pixel_size: float | None
    pixel_size_y: float | None
    pixel_size_flag: str
    pixel_size_source: str | None
    instrument: str | None
    magnification: float | None
    voltage: float | None  # kV


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file holds. `reads` is filled for plates, `images` for images, `columns` for all else."""

    file: str
    size: int
    sha256: str
    format: str
    title: str
    evidence: str
    proof: str
    experimental: bool
    kind: str
    n_records: int
    n_rows: int
    reads: tuple[ReadSummary, ...]
    columns: tuple[ColumnSummary, ...]
    units: Mapping[str, str]
    axes: tuple[str, ...]
    assumed: tuple[str, ...]
    notes: tuple[str, ...]
    metadata: Mapping[str, str]
    images: tuple[ImageSummary, ...] = ()


def inspect_file(path: Path, extra: Iterable[Format] = (), format: str = "") -> Inspection:  # noqa: A002
    """What the file at `path` holds; raises what reading it raises.

    Parameters
    ----------
    path : the file.
    extra : formats of assays, tried beside those of this folder.
    format : a reader's name, instead of recognising one.
    """
    head = read_head(path)
    offered = {item.name: item for item in extra}
    chosen = {**formats(), **offered}.get(format) or recognise(path, offered.values())
    parsed = chosen.read(path)
    plates, images = parsed.kind == "plate", parsed.kind == "image"
    return Inspection(
        file=path.name,
        size=head.size,
        sha256=digest(path),
        format=chosen.name,
        title=chosen.title,
        evidence=str(chosen.evidence),
        proof=chosen.proof,
        experimental=chosen.evidence is Evidence.SPECIFICATION,
        kind=parsed.kind,
        n_records=len(parsed.records),
        n_rows=len(parsed.data),
        reads=read_summaries(parsed) if plates else (),
        columns=() if plates or images else column_summaries(parsed),
        units=dict(parsed.units),
        axes=parsed.axes,
        assumed=parsed.assumed,
        notes=parsed.notes,
        metadata=dict(parsed.metadata),
        images=image_summaries(parsed) if images else (),
    )


def as_json(inspection: Inspection) -> dict[str, Any]:
    """A dict that ``json.dumps(..., allow_nan=False)`` takes."""
    return asdict(inspection)


def read_summaries(parsed: Parsed) -> tuple[ReadSummary, ...]:
    """A summary of every read of a plate file, in the file's order."""
    rows = dict(list(parsed.data.groupby("record", sort=False)))
    return tuple(_read(record, rows[record["record"]]) for record in parsed.records.to_dict("records"))


def _read(record: Mapping[Any, Any], data: pd.DataFrame) -> ReadSummary:
    flags = data["value_flag"].tolist()
    sound = [value for value, flag in zip(data["value"].tolist(), flags, strict=True) if not flag]
    several = record["read_kind"] in ("kinetic", "spectrum")
    named = data.dropna(subset=["sample"])
    return ReadSummary(
        record=str(record["record"]),
        plate=str(record["plate"]),
        label=str(record["label"]),
        read_kind=str(record["read_kind"]),
        signal=str(record["signal"]),
        unit=_text(record["unit"]),
        wavelength=_number(record["wavelength"]),
        emission=_number(record["emission"]),
        temperature=_number(record["temperature"]),
        rows=int(record["rows"]),
        columns=int(record["columns"]),
        read_at=_text(record["read_at"]),
        times=tuple(sorted(data["time"].dropna().unique().tolist())),
        wavelengths=tuple(sorted(data["wavelength"].dropna().unique().tolist())),
        n_wells=int(data["well"].nunique()),
        n_values=len(sound),
        n_flagged=sum(1 for flag in flags if flag not in ("", "empty")),
        n_empty=flags.count("empty"),
        low=min(sound, default=None),
        high=max(sound, default=None),
        values=_by_well(data["well"].tolist(), [_number(value) for value in data["value"]], several),
        flags={well: f for well, f in _by_well(data["well"].tolist(), flags, several).items() if _any(f)},
        samples=dict(zip(named["well"].tolist(), named["sample"].tolist(), strict=True)),
    )


def _by_well(wells: list[str], entries: list[Any], several: bool) -> dict[str, Any]:
    found: dict[str, list[Any]] = {}
    for well, entry in zip(wells, entries, strict=True):
        found.setdefault(well, []).append(entry)
    return {well: tuple(items) if several else items[0] for well, items in found.items()}


def _any(flags: Flags) -> bool:
    return any(flags) if isinstance(flags, tuple) else bool(flags)


def _number(value: Any) -> float | None:
    return None if pd.isna(value) or not math.isfinite(value) else float(value)


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


def image_summaries(parsed: Parsed) -> tuple[ImageSummary, ...]:
    """A summary of every image, in the file's order."""
    return tuple(
        _image(record, parsed.arrays[record["pixels"]]) for record in parsed.records.to_dict("records")
    )


def _image(record: Mapping[Any, Any], pixels: ArrayRef | NDArray[Any]) -> ImageSummary:
    grey = np.asarray(pixels) if not isinstance(pixels, ArrayRef) else np.empty(0)
    sound = grey[np.isfinite(grey)]
    return ImageSummary(
        record=str(record["record"]),
        width=int(record["width"]),
        height=int(record["height"]),
        channels=pixels.shape[2] if len(pixels.shape) == 3 else 1,
        bits=int(record["bits"]),
        low=_number(sound.min()) if sound.size else None,
        high=_number(sound.max()) if sound.size else None,
        pixel_size=_number(record["pixel_size"]),
        pixel_size_y=_number(record["pixel_size_y"]),
        pixel_size_flag=str(record["pixel_size_flag"]),
        pixel_size_source=_text(record["pixel_size_source"]) or None,
        instrument=_text(record["instrument"]),
        magnification=_number(record["magnification"]),
        voltage=_number(record["voltage"]),
    )


def column_summaries(parsed: Parsed) -> tuple[ColumnSummary, ...]:
    """A summary of every column of `data` that the user wrote."""
    words = [str(word) for word in parsed.data.columns]
    flags = {f"{word}_flag" for word in words}
    own = (word for word in words if word not in flags and word not in ("record", "source_row"))
    return tuple(_column(parsed, word) for word in own)


def _column(parsed: Parsed, word: str) -> ColumnSummary:
    column = parsed.data[word]
    number = pd.api.types.is_numeric_dtype(column)
    flag = parsed.data.get(f"{word}_flag")
    sound = column.dropna() if flag is None else column[(flag == "").to_numpy(bool)].dropna()
    missing = int(column.isna().sum()) if flag is None else int((flag == "missing").sum())
    return ColumnSummary(
        word=word,
        kind="number" if number else "text",
        unit=parsed.units.get(word),
        basis=parsed.metadata.get(f"{word}.basis"),
        n_values=len(sound),
        n_flagged=0 if flag is None else int((flag != "").sum()) - missing,
        n_missing=missing,
        low=_number(sound.min()) if number and len(sound) else None,
        high=_number(sound.max()) if number and len(sound) else None,
        words=() if number else tuple(str(word) for word in sound.unique()[:MOST_WORDS]),
    )
