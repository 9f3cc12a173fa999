"""One condition in time: at rest, dosed, and integrated from action to action."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.core.model import Model
from selenolab.simulate.design import Condition
from selenolab.simulate.engine import ABSOLUTE, start, states, symbol
from selenolab.simulate.events import refuse_to_trip

Floats = NDArray[np.float64]
LAST_PART, MOVES = 0.1, 1e-4  # at rest: what moves less than this in the last part of the time to settle


def run_condition(
    model: Model,
    engine: Any,
    values: Mapping[str, float],
    condition: Condition,
    names: Sequence[str],
    hours: float,
) -> Floats:
    """What `names` are at the times of `condition`: (times, names).

    Parameters
    ----------
    values : all parameters of the model; those that the condition sets are replaced.
    hours : hours in one unit of the model's time.

    Raises
    ------
    RuntimeError
        where the integrator gives up.
    DataError
        where the model is not at rest after its time to settle.
    """
    values = {**values, **{model.inputs[word]: value for word, value in condition.inputs.items()}}
    with _quiet():
        _begin(model, engine, values, condition.dose)
        seen = _follow(model, engine, condition, names, hours)
    return np.array([seen[hour] for hour in condition.hours])


def _begin(model: Model, engine: Any, values: Mapping[str, float], dose: float) -> None:
    """The dosed state at time zero."""
    is_parameter = model.doses in values
    dosed = {**values, model.doses: dose} if is_parameter else values
    if model.settle > 0:
        _settle(model, engine, values, dosed)
        with refuse_to_trip(engine, "The dose"):
            engine.setValue(symbol(engine, model.doses), dose)
        return
    start(engine, dosed)
    if not is_parameter:
        engine.setValue(symbol(engine, model.doses), dose)


def _settle(model: Model, engine: Any, values: Mapping[str, float], dosed: Mapping[str, float]) -> None:
    """The undosed model at rest, at time zero. It runs before time zero: events count from the dose."""
    moving = states(engine)
    start(engine, dosed)
    with_dose = [engine.getValue(name) for name in moving]
    undosed = {**values, model.doses: 0.0} if model.doses in values else dict(values)
    start(engine, undosed)
    if with_dose != [engine.getValue(name) for name in moving]:
        raise DataError(
            f"The start of a species follows the dose '{model.doses}', so it cannot settle undosed. "
            "Dose a species, or let only rates follow the dose."
        )
    times = [-model.settle, -LAST_PART * model.settle, 0.0]
    found = np.array(engine.simulate(times=times, selections=moving), dtype=float).reshape(3, -1)
    size = np.abs(found).max(axis=0)
    step = np.abs(found[2] - found[1]) / (MOVES * size + 1e3 * ABSOLUTE)
    if not (step <= 1).all():  # also where it is no number
        name = moving[int(np.nanargmax(step))]
        raise DataError(
            f"{name.strip('[]')} is not at rest after settling for {model.settle:g} "
            f"{model.time_unit} without a dose. Make 'settle' longer, or mend the parameters."
        )


def _follow(
    model: Model, engine: Any, condition: Condition, names: Sequence[str], hours: float
) -> dict[float, list[float]]:
    """What `names` are, by hour: up to every action, then on from the state it leaves."""
    now, seen = 0.0, {0.0: [engine.getValue(name) for name in names]}
    wanted = sorted({*condition.hours} - {0.0})
    for until in [*sorted(condition.actions), np.inf]:
        part = [hour for hour in wanted if now < hour <= until]
        if part:
            times = [hour / hours for hour in (now, *part)]
            found = np.array(engine.simulate(times=times, selections=list(names)), dtype=float)
            seen |= dict(zip(part, found[1:].tolist(), strict=True))
            now = part[-1]
        if until in condition.actions:
            action = condition.actions[until]
            with refuse_to_trip(engine, f"Action {action} at {until:g} h"):
                _act(engine, model.actions[action])
    return seen


def _act(engine: Any, acts: Mapping[str, str]) -> None:
    """Every species takes its value at once: all are read before the first is set."""
    after = {symbol(engine, name): engine.getValue(symbol(engine, value)) for name, value in acts.items()}
    for name, value in after.items():
        engine.setValue(name, value)


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
