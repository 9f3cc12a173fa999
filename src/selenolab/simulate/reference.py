"""The reference engine: one condition at a time, tight tolerances, nothing clever."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.core.model import Model
from selenolab.simulate.design import Condition, conditions
from selenolab.simulate.engine import engine_for, loaded, selections, values_of
from selenolab.simulate.one_condition import run_condition

HOURS = {"s": 1 / 3600, "min": 1 / 60, "h": 1.0, "d": 24.0}  # hours in one unit of a model's time


def simulate(
    model: Model, design: pd.DataFrame, overrides: Mapping[str, float] | None = None, dose_unit: str = ""
) -> pd.DataFrame:
    """The observables of `model` at the conditions and times of `design`.

    Parameters
    ----------
    design : one row a condition and time: `condition`, `dose` (one a condition, >= 0), `time` [h],
        and where the model knows them: its input words (one value a condition), and `action`, what is
        done at that time, after it was looked at. Other columns may hold words, but no numbers.
    overrides : parameter values other than the model's own.
    dose_unit : unit of the doses; it must be the model's. A design that doses nothing needs none.

    Returns
    -------
    Frame with `condition`, `time` [h], and a column for each observable, rows in the order of
    `design`, each time of a condition once.

    Raises
    ------
    DataError
        for equations that cannot be read, a dose in another unit, a design that is incomplete or
        that the model cannot follow, a model that does not settle, or an integration that fails; says
        which condition.
    UnknownNameError
        for an override of no parameter.
    """
    asked = conditions(model, design)
    if any(condition.dose for condition in asked) or dose_unit:  # nothing is nothing in every unit
        _check_dose_unit(model, dose_unit)
    if model.time_unit not in HOURS:
        raise DataError(
            f"{model.name}/model.toml: Unknown time_unit '{model.time_unit}'. Known: {', '.join(HOURS)}."
        )
    engine = engine_for(model)
    by_design = {model.inputs[word]: word for word in asked[0].inputs} | {model.doses: "dose"}
    values = values_of(model, overrides or {}, by_design)
    return pd.concat([_one(model, engine, values, condition) for condition in asked], ignore_index=True)


def _check_dose_unit(model: Model, unit: str) -> None:
    if not unit:
        raise DataError(
            f"Model {model.name} takes doses in {model.dose_unit}; the design does not state the unit of its "
            "doses. State it (dose_unit)."
        )
    if unit != model.dose_unit:
        raise DataError(
            f"Model {model.name} takes doses in {model.dose_unit}, the design has them in {unit}. "
            "Give the doses in the model's unit: units are never converted silently."
        )


def _one(model: Model, engine: Any, values: Mapping[str, float], condition: Condition) -> pd.DataFrame:
    place = f"Model {model.name}, condition '{condition.name}' ({condition.dose:g} {model.dose_unit})"
    names = selections(model, engine)
    try:
        found = run_condition(model, engine, values, condition, names, HOURS[model.time_unit])
    except RuntimeError as error:
        told = " ".join(str(error).split())[:200]
        loaded.cache_clear()  # its integrator is stuck
        raise DataError(f"{place}: The integration failed: {told} Check the parameters.") from None
    except DataError as error:
        raise DataError(f"{place}: {error}") from None
    if not np.isfinite(found).all():
        raise DataError(f"{place}: The model gave a value that is no number. Check the parameters.")
    seen = {word: _not_below_zero(found[:, i]) for i, word in enumerate(model.observables)}
    return pd.DataFrame({"condition": condition.name, "time": condition.hours, **seen})


def _not_below_zero(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """A hair below zero is the integrator's tolerance, not a negative amount."""
    hair = 1e-6 * max(1e-6, float(np.abs(values).max()))
    return np.where((values < 0) & (values > -hair), 0.0, values)
