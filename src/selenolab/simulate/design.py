"""A design as the engine needs it: one condition at a time, every word of it understood or refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.core.model import Model
from selenolab.core.quantity import vocabulary

NEEDED = ("condition", "dose", "time")
CLOSEST = 1e-9  # share of a time by which another must be later


@dataclass(frozen=True, slots=True)
class Condition:
    """One simulated condition.

    `inputs` are values by word, `hours` the times to look at in the order asked, each once, and
    `actions` what is done at a time [h], after it was looked at.
    """

    name: str
    dose: float
    hours: tuple[float, ...]
    inputs: Mapping[str, float]
    actions: Mapping[float, str]


def conditions(model: Model, design: pd.DataFrame) -> tuple[Condition, ...]:
    """The conditions of `design`, in the order in which they first occur.

    Raises
    ------
    DataError
        for a column that is missing or that the model cannot follow, a value that is no number or
        outside the range of its word, several values of one condition, or actions of unknown order.
    UnknownNameError
        for an action that the model does not know.
    """
    _check_columns(model, design)
    _check_values(model, design)
    return tuple(_condition(model, str(name), rows) for name, rows in design.groupby("condition", sort=False))


def _check_columns(model: Model, design: pd.DataFrame) -> None:
    lost = set(NEEDED) - set(design.columns)
    if lost or design.empty:
        what = f"lacks {', '.join(sorted(lost))}" if lost else "is empty"
        raise DataError(f"The design for model {model.name} {what}. Expected condition, dose and time.")
    if design["condition"].isna().any():
        raise DataError(f"The design for model {model.name} has a row without a condition. Name it.")
    words = vocabulary()
    for column in design.columns.difference([*NEEDED, *model.inputs]):
        names_rows = column in words and words[column].kind in {"id", "text"}
        if pd.api.types.is_numeric_dtype(design[column]) and not names_rows:
            unknown = UnknownNameError(f"input of model {model.name}", str(column), model.inputs)
            raise DataError(f"{unknown} The design sets it: leave it out, or take a model that follows it.")


def _check_values(model: Model, design: pd.DataFrame) -> None:
    inputs = [word for word in model.inputs if word in design]
    for word in ("dose", "time", *inputs):
        _check_range(model, word, design[word])
    for word in ("dose", *inputs):
        several = design.groupby("condition", sort=False)[word].nunique()
        if (several > 1).any():
            what = "several doses" if word == "dose" else f"several values of {word}"
            raise DataError(f"Condition '{several.idxmax()}' has {what}. Give each its own condition.")


def _check_range(model: Model, word: str, told: pd.Series) -> None:
    words = vocabulary()
    values = pd.to_numeric(told, errors="coerce").to_numpy(float)
    low, high = (words[word].low, words[word].high) if word in words else (-np.inf, np.inf)
    wrong = ~(np.isfinite(values) & (values >= low) & (values <= high))
    if wrong.any():
        found = _shown(told.iloc[int(wrong.argmax())])
        raise DataError(
            f"The design for model {model.name} has a {word} of {found}. Expected {_range(low, high)}."
        )


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float | np.number) else f"'{value}'"


def _range(low: float, high: float) -> str:
    if np.isfinite(high):
        return f"{low:g} to {high:g}"
    return f"{low:g} or more" if np.isfinite(low) else "a number"


def _condition(model: Model, name: str, rows: pd.DataFrame) -> Condition:
    hours = rows["time"].to_numpy(float).tolist()
    _refuse_too_close(name, hours)
    told = rows["action"].fillna("").astype(str).str.strip() if "action" in rows else [""] * len(rows)
    return Condition(
        name=name,
        dose=float(rows["dose"].iloc[0]),
        hours=tuple(dict.fromkeys(hours)),
        inputs={word: float(rows[word].iloc[0]) for word in model.inputs if word in rows},
        actions=_actions(model, name, hours, list(told)),
    )


def _refuse_too_close(name: str, hours: Sequence[float]) -> None:
    """Times that differ by rounding only are one time to a bench, and too close for an integrator."""
    for before, after in pairwise(sorted(set(hours))):
        if after - before < CLOSEST * after:
            raise DataError(
                f"Condition '{name}' has the times {before!r} and {after!r} h, which are one time. "
                "Round them."
            )


def _actions(model: Model, name: str, hours: Sequence[float], told: Sequence[str]) -> dict[float, str]:
    found: dict[float, str] = {}
    for hour, action in zip(hours, told, strict=True):
        if not action:
            continue
        if action not in model.actions:
            unknown = UnknownNameError(f"action of model {model.name}", action, model.actions)
            raise DataError(f"{unknown} Condition '{name}' asks for it at {hour:g} h.")
        if hour in found:
            raise DataError(
                f"Condition '{name}' has two actions at {hour:g} h ({found[hour]}, {action}): they are done "
                "one after the other. Leave one out, or give each its own time."
            )
        found[hour] = action
    return found
