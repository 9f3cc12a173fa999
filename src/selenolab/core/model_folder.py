"""Reads a model's folder: ``model.ant``, ``parameters.csv``, ``model.toml``, ``README.md``."""

import csv
import tomllib
from pathlib import Path
from typing import get_args

from selenolab.core.errors import DataError, did_you_mean
from selenolab.core.model import Model, Parameter
from selenolab.core.reference import ParameterKind

COLUMNS = ["name", "value", "unit", "low", "high", "kind", "source"]
KINDS = get_args(ParameterKind)
CARD = {"title", "purpose", "observables", "doses", "dose_unit", "time_unit", "limits"}


def load_model(folder: Path) -> Model:
    """The model in `folder`. Every parameter needs a kind and a source; the error names the row."""
    card = tomllib.loads((folder / "model.toml").read_text(encoding="utf-8"))
    for key in sorted(CARD ^ set(card)):
        state = "is missing" if key in CARD else f"is unknown. {did_you_mean(key, CARD)}"
        raise DataError(f"{folder.name}/model.toml: '{key}' {state}.")
    return Model(
        name=folder.name,
        equations=(folder / "model.ant").read_text(encoding="utf-8"),
        parameters=_parameters(folder / "parameters.csv"),
        **card,
    )


def _parameters(path: Path) -> tuple[Parameter, ...]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames != COLUMNS:
            raise DataError(
                f"{path.parent.name}/{path.name}: Expected the columns {COLUMNS}, found {reader.fieldnames}."
            )
        return tuple(_parameter(path, line, row) for line, row in enumerate(reader, start=2))


def _parameter(path: Path, line: int, row: dict[str, str]) -> Parameter:
    place = f"{path.parent.name}/{path.name}, row {line}: {row['name']}"
    kind, source = row["kind"], (row["source"] or "").strip()
    if kind not in KINDS or not source:
        raise DataError(
            f"{place} is '{kind}' with source '{source}'. Expected a kind of {', '.join(KINDS)} and a "
            "source: a DOI or PMID, or for 'assumed' the reason in words."
        )
    try:
        value, low, high = float(row["value"]), float(row["low"]), float(row["high"])
    except ValueError:
        raise DataError(f"{place}: Expected numbers in value, low and high, found {row}.") from None
    if not low <= value <= high:
        raise DataError(
            f"{place} is {value:g}, outside its own range {low:g} to {high:g}. Mend the value or the range."
        )
    return Parameter(row["name"], value, row["unit"], low, high, kind, source)  # type: ignore[arg-type]  # checked above
