"""The reference engine: one condition at a time, tight tolerances, nothing clever.

Equations come as Antimony and are integrated by libroadrunner's CVODE. Sources: Somogyi et al. 2015,
doi:10.1093/bioinformatics/btv363; Smith et al. 2009, doi:10.1093/bioinformatics/btp401.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.core.model import Model

RELATIVE, ABSOLUTE = 1e-9, 1e-12
MOST_STEPS = 200_000  # a stiff model that needs more says so instead of running for ever
HOURS = {"s": 1 / 3600, "min": 1 / 60, "h": 1.0, "d": 24.0}  # hours in one unit of a model's time

Floats = NDArray[np.float64]


def simulate(
    model: Model, design: pd.DataFrame, overrides: Mapping[str, float] | None = None, dose_unit: str = ""
) -> pd.DataFrame:
    """The observables of `model` at the conditions and times of `design`.

    Parameters
    ----------
    design : one row a condition and time: `condition`, `dose` (one a condition, >= 0), `time` [h].
    overrides : parameter values other than the model's own.
    dose_unit : unit of the doses; it must be the model's.

    Returns
    -------
    Frame with `condition`, `time` [h], and a column for each observable, rows in the order of
    `design`, each time of a condition once.

    Raises
    ------
    DataError
        for equations that cannot be read, a dose in another unit, a design that is incomplete, or an
        integration that fails; says which condition.
    UnknownNameError
        for an override of no parameter.
    """
    _check_dose_unit(model, dose_unit)
    _check_design(model, design)
    if model.time_unit not in HOURS:
        raise DataError(
            f"{model.name}/model.toml: Unknown time_unit '{model.time_unit}'. Known: {', '.join(HOURS)}."
        )
    engine = _engine(model, overrides or {})
    frames = [_one(model, engine, str(name), rows) for name, rows in design.groupby("condition", sort=False)]
    return pd.concat(frames, ignore_index=True)


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


def _check_design(model: Model, design: pd.DataFrame) -> None:
    lost = {"condition", "dose", "time"} - set(design.columns)
    if lost or design.empty:
        what = f"lacks {', '.join(sorted(lost))}" if lost else "is empty"
        raise DataError(f"The design for model {model.name} {what}. Expected condition, dose and time.")
    for word in ("dose", "time"):
        values = design[word].to_numpy(float)
        if not (np.isfinite(values) & (values >= 0)).all():
            bad = values[~(np.isfinite(values) & (values >= 0))][0]
            raise DataError(f"The design for model {model.name} has a {word} of {bad:g}. Expected 0 or more.")
    several = design.groupby("condition", sort=False)["dose"].nunique()
    if (several > 1).any():
        raise DataError(f"Condition '{several.idxmax()}' has several doses. Give each its own condition.")


def _engine(model: Model, overrides: Mapping[str, float]) -> Any:
    """A loaded model with its parameters set and every name checked."""
    engine = _loaded(model.name, model.equations)
    known = {own.name: own.value for own in model.parameters}
    for name in overrides:
        if name not in known:
            raise UnknownNameError(f"parameter of model {model.name}", name, known)
    for name, value in {**known, **overrides}.items():
        if not np.isfinite(value):
            raise DataError(f"Parameter {name} of model {model.name} is {value}. Expected a number.")
        _set(model, engine, name, float(value))
    _check_names(model, engine)
    return engine


@lru_cache(maxsize=4)  # compiling takes a second; every value that a run may change is set anew
def _loaded(name: str, equations: str) -> Any:
    import antimony
    import roadrunner

    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(equations) < 0:
        told = " ".join(antimony.getLastError().split())
        raise DataError(f"{name}/model.ant: Unable to read the equations: {told}")
    engine = roadrunner.RoadRunner(antimony.getSBMLString(antimony.getMainModuleName()))
    engine.integrator = "cvode"
    engine.integrator.setValue("relative_tolerance", RELATIVE)
    engine.integrator.setValue("absolute_tolerance", ABSOLUTE)
    engine.integrator.setValue("maximum_num_steps", MOST_STEPS)
    return engine


def _set(model: Model, engine: Any, name: str, value: float) -> None:
    if name not in engine.model.getGlobalParameterIds():
        raise DataError(
            f"{model.name}/parameters.csv: '{name}' is no parameter of model.ant. Remove or rename it."
        )
    engine.setValue(name, value)


def _check_names(model: Model, engine: Any) -> None:
    species = set(engine.model.getFloatingSpeciesIds())
    if model.doses not in species:
        raise DataError(f"{model.name}/model.toml: doses '{model.doses}' is no species of model.ant.")
    seen = species | set(engine.model.getGlobalParameterIds())
    for word, name in model.observables.items():
        if name.strip("[]") not in seen:
            raise DataError(f"{model.name}/model.toml: observable {word} = '{name}' is nothing in model.ant.")


def _selections(model: Model, engine: Any) -> list[str]:
    """What to record: concentrations of species, values of assignments."""
    species = set(engine.model.getFloatingSpeciesIds())
    return [f"[{name}]" if name in species else name for name in model.observables.values()]


def _one(model: Model, engine: Any, condition: str, rows: pd.DataFrame) -> pd.DataFrame:
    dose = float(rows["dose"].iloc[0])
    hours = list(dict.fromkeys(rows["time"].to_numpy(float).tolist()))
    names = _selections(model, engine)
    # Not by init(): that compiles the model anew and forgets the parameters that were set.
    engine.reset()
    engine.setValue(f"[{model.doses}]", dose)
    place = f"Model {model.name}, condition '{condition}' ({dose:g} {model.dose_unit})"
    try:
        with _quiet():
            values = _integrate(engine, [h / HOURS[model.time_unit] for h in hours], names)
    except RuntimeError as error:
        told = " ".join(str(error).split())[:200]
        _loaded.cache_clear()  # its integrator is stuck
        raise DataError(f"{place}: The integration failed: {told} Check the parameters.") from None
    if not np.isfinite(values).all():
        raise DataError(f"{place}: The model gave a value that is no number. Check the parameters.")
    states = {word: _not_below_zero(values[:, i]) for i, word in enumerate(model.observables)}
    return pd.DataFrame({"condition": condition, "time": hours, **states})


@contextmanager
def _quiet() -> Iterator[None]:
    """The integrator's C code writes its complaints to stderr itself; we say them once, in one line."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _integrate(engine: Any, times: Sequence[float], selections: list[str]) -> Floats:
    """Values (n, observables) at `times` in the model's unit, any order, from time 0."""
    grid = sorted({0.0, *times})
    if len(grid) == 1:
        return np.array([[engine.getValue(name) for name in selections]] * len(times))
    found = np.array(engine.simulate(times=grid, selections=selections), dtype=float)
    place = {time: row for row, time in enumerate(grid)}
    return found[[place[time] for time in times]]


def _not_below_zero(values: Floats) -> Floats:
    """A hair below zero is the integrator's tolerance, not a negative amount."""
    hair = 1e-6 * max(1e-6, float(np.abs(values).max()))
    return np.where((values < 0) & (values > -hair), 0.0, values)
