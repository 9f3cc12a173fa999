"""What files hold and which assays could use them, as text and as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from selenolab.core.errors import SelenolabError
from selenolab.faces.console import say_table
from selenolab.faces.one_analysis import Reject
from selenolab.faces.streams import say
from selenolab.formats.inspect import (
    ColumnSummary,
    ImageSummary,
    Inspection,
    ReadSummary,
    as_json,
    inspect_file,
)
from selenolab.formats.recognise import read_file
from selenolab.shelf import assays

SCHEMA = "selenolab.inspection/1"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file holds. `assays` maps every assay to "" where it could use the file, else to the reason."""

    inspection: Inspection
    assays: Mapping[str, str]


def look(path: Path) -> Looked:
    """What the file at `path` holds; raises what reading it raises."""
    known = [assays[name] for name in assays]
    own = [one for assay in known for one in assay.bench.formats]
    inspection = inspect_file(path, own)
    parsed, _ = read_file(path, own, inspection.format)
    return Looked(inspection, {assay.name: assay.bench.suits(parsed) for assay in known})


def look_at_each(paths: Sequence[Path]) -> tuple[list[Looked], list[Reject]]:
    """What can be said of every file, and the files that are refused with one line each."""
    found: list[Looked] = []
    rejects: list[Reject] = []
    for path in paths:
        try:
            found.append(look(path))
        except SelenolabError as error:
            rejects.append(Reject(path, str(error)))
    return found, rejects


def inspection_json(found: Sequence[Looked], rejects: Sequence[Reject]) -> str:
    """One JSON object with `files` and `rejects`."""
    told = {
        "schema": SCHEMA,
        "files": [{**as_json(one.inspection), "assays": dict(one.assays)} for one in found],
        "rejects": [{"file": str(reject.path), "reason": reject.reason} for reject in rejects],
    }
    return json.dumps(told, ensure_ascii=False, allow_nan=False, indent=1)


def say_inspection(one: Looked) -> None:
    """A file for a person: what it is, what is in it, what was assumed, who could use it."""
    seen = one.inspection
    rows = "" if seen.images else f", {_count(seen.n_rows, 'row')}"
    size = f"{_count(seen.n_records, 'record')}{rows}"
    say(f"{seen.file}: {seen.title}, {seen.kind}, {size}")
    if seen.experimental:
        say("Experimental: this reader was never tried on a real file. Compare its numbers.")
    if seen.reads:
        headers = ["plate", "read", "kind", "unit", "wells", "values", "flagged", "range"]
        say_table(headers, [_read_row(read) for read in seen.reads])
    if seen.columns:
        say_table(
            ["column", "unit", "values", "missing", "range or words"], [_column_row(c) for c in seen.columns]
        )
    if seen.images:
        headers = ["image", "pixels", "bits", "grey values", "pixel size", "stated by", "microscope"]
        say_table(headers, [_image_row(image) for image in seen.images])
    for line in seen.assumed:
        say(f"Assumed: {line}")
    for line in seen.notes:
        say(f"Note: {line}")
    fits = [name for name, reason in one.assays.items() if not reason]
    say(f"Assays that could use it: {', '.join(fits) or 'none'}.")
    if not fits:
        for name, reason in one.assays.items():
            say(f"  {name}: {reason}")


def _read_row(read: ReadSummary) -> tuple[str, ...]:
    times = f" at {_count(len(read.times), 'time')}" if len(read.times) > 1 else ""
    label = read.label or (f"{read.wavelength:g} nm" if read.wavelength else "")
    return (
        read.plate,
        label,
        f"{read.read_kind}{times}",
        read.unit or "not stated",
        str(read.n_wells),
        str(read.n_values),
        str(read.n_flagged),
        _range(read.low, read.high),
    )


def _image_row(image: ImageSummary) -> tuple[str, ...]:
    colour = ", colour" if image.channels > 1 else ""
    size = image.pixel_size_flag if image.pixel_size is None else f"{image.pixel_size:.5g} nm"
    told = (
        image.instrument,
        f"{image.voltage:g} kV" if image.voltage else None,
        f"{image.magnification:g}x" if image.magnification else None,
    )
    return (
        image.record,
        f"{image.width} x {image.height}{colour}",
        str(image.bits),
        _range(image.low, image.high),
        size,
        image.pixel_size_source or "",
        ", ".join(word for word in told if word),
    )


def _column_row(column: ColumnSummary) -> tuple[str, ...]:
    unit = " ".join(part for part in (column.unit, column.basis) if part)
    if column.kind == "number":
        unit, shown = unit or "not stated", _range(column.low, column.high)
    else:
        shown = ", ".join(column.words)
    return column.word, unit, str(column.n_values), str(column.n_missing), shown


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:g} to {high:g}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
