"""Reads a model's folder: ``model.ant``, ``parameters.csv``, ``model.toml``, ``README.md``."""

import csv
import tomllib
from collections.abc import Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Any, get_args

from selenolab.core.errors import DataError, UnknownNameError, did_you_mean
from selenolab.core.model import Model, Parameter
from selenolab.core.reference import ParameterKind

COLUMNS = ["name", "value", "unit", "low", "high", "kind", "source"]
KINDS = get_args(ParameterKind)
CARD = {"title", "purpose", "observables", "doses", "dose_unit", "time_unit", "limits"}
OPTIONAL = {"inputs", "actions", "settle"}


def load_model(folder: Path) -> Model:
    """The model in `folder`. Every parameter needs a kind and a source; the error names the row."""
    place = f"{folder.name}/model.toml"
    try:
        card = tomllib.loads((folder / "model.toml").read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{place}: Unable to read the card: {error}. Mend the TOML.") from None
    for key in sorted((CARD - set(card)) | (set(card) - CARD - OPTIONAL)):
        state = "is missing" if key in CARD else f"is unknown. {did_you_mean(key, CARD | OPTIONAL)}"
        raise DataError(f"{place}: '{key}' {state}.")
    for key in sorted(CARD - {"observables"}):
        if not isinstance(card[key], str) or not card[key].strip():
            raise DataError(f"{place}: Expected words in '{key}', found {card[key]!r}.")
    if not _are_words(card["observables"]) or not card["observables"]:
        raise DataError(f'{place}: Expected observables as word = "name", found {card["observables"]}.')
    parameters = _parameters(folder / "parameters.csv")
    _check_inputs(place, card, parameters)
    _check_actions(place, card)
    _check_settle(place, card)
    return Model(
        name=folder.name,
        equations=(folder / "model.ant").read_text(encoding="utf-8"),
        parameters=parameters,
        **card,
    )


def _check_inputs(place: str, card: Mapping[str, Any], parameters: Sequence[Parameter]) -> None:
    """Every input sets a parameter of its own, and not the one that the dose sets."""
    inputs, known, taken = card.get("inputs", {}), [own.name for own in parameters], {card["doses"]: "doses"}
    if not _are_words(inputs):
        raise DataError(f'{place}: Expected inputs as word = "parameter", found {inputs}.')
    for word, name in inputs.items():
        if name not in known:
            raise DataError(f"{place}: {UnknownNameError('parameter', name, known)} (input {word})")
        if name in taken:
            raise DataError(f"{place}: Both {taken[name]} and input {word} set '{name}'. Remove one.")
        taken[name] = f"input {word}"


def _check_actions(place: str, card: Mapping[str, Any]) -> None:
    actions = card.get("actions", {})
    if not isinstance(actions, dict) or not all(acts and _are_words(acts) for acts in actions.values()):
        raise DataError(
            f'{place}: Expected under actions a table for each, of species = "assignment that holds its '
            f'value after the act", found {actions}.'
        )


def _check_settle(place: str, card: Mapping[str, Any]) -> None:
    settle = card.get("settle", 0)
    if isinstance(settle, bool) or not isinstance(settle, int | float) or not 0 <= settle < inf:
        raise DataError(f"{place}: Expected settle as a time in time_unit, 0 or more, found {settle}.")


def _are_words(told: object) -> bool:
    return isinstance(told, dict) and all(isinstance(value, str) for value in told.values())


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
