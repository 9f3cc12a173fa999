"""What the pathway page takes from viability: the cells that are left at every dose, of the control."""

from collections.abc import Iterator, Sequence

import numpy as np

from selenolab.assays.viability.curves import Curve, dose_means
from selenolab.assays.viability.endpoints import GroupResult
from selenolab.core.estimate import Absent, Estimate
from selenolab.core.event import EventReading
from selenolab.stats.experiments import change_from_control

MEASURED = "viability, mean of the wells relative to the control of the plate"


def readings(results: Sequence[GroupResult], unit: str, level: float) -> tuple[EventReading, ...]:
    """One reading a dose above zero and group."""
    return tuple(reading for result in results for reading in _of(result, unit, level))


def _of(result: GroupResult, unit: str, level: float) -> Iterator[EventReading]:
    cells: dict[float, list[tuple[str, float]]] = {}
    for curve in result.curves:
        if curve.control:
            for dose, mean in zip(*dose_means(curve), strict=True):
                cells.setdefault(float(dose), []).append((curve.experiment, float(mean) / curve.control))
    group = {word: text for word, text in result.group.items() if word != "time"}
    for dose in sorted(dose for dose in cells if dose > 0):
        change = _change(cells[dose], level)
        yield EventReading("viability", MEASURED, group, change, dose, unit, _time(result.curves))


def _change(cell: Sequence[tuple[str, float]], level: float) -> Estimate | Absent:
    """The plate's own control is the 1 of every experiment."""
    values, names = [value for _, value in cell], [name for name, _ in cell]
    if min(values) <= 0:
        return Absent("no signal is left above the blank in one experiment, so that there is no ratio", "1")
    return change_from_control(values, names, np.ones(len(values)), names, "1", "log", level).estimate


def _time(curves: Sequence[Curve]) -> float | None:
    """The time of exposure in hours, where all wells have the same."""
    told = {float(time) for curve in curves for time in curve.wells["time"].dropna()}
    return told.pop() if len(told) == 1 else None
