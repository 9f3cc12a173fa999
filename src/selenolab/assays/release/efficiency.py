"""Numbers of a curve that need no model: mean dissolution time and dissolution efficiency."""

from collections.abc import Iterator
from math import inf

import numpy as np

from selenolab.assays.release.groups import Group, sound_rows
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.assays.release.shares import last_common
from selenolab.core.analysis import UnitValue
from selenolab.core.errors import DataError
from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome
from selenolab.fit.release_numbers import ReleaseNumbers, release_numbers
from selenolab.stats.intervals import mean_t

MDT, DE = "mean release time", "dissolution efficiency"
_UNITS = {MDT: "h", DE: "%"}


def seen_by_all(group: Group) -> float:
    """The time up to which every unit was followed, whether or not all were sampled at it."""
    last = sound_rows(group).groupby("vessel")["time"].max()
    return float(last.min()) if len(last) else last_common(group)


def numbers_of(group: Group) -> dict[str, ReleaseNumbers]:
    """The numbers of every unit up to the time that all were followed; units that have none are left out."""
    rows, until = sound_rows(group), seen_by_all(group)
    found = {}
    for unit, part in rows.groupby("vessel", sort=True):
        try:
            found[str(unit)] = release_numbers(part["time"], part["released"], until=until)
        except DataError:
            continue  # a unit without a sound value up to then says nothing
    return found


def efficiency_endpoints(
    group: Group, settings: ReleaseSettings
) -> Iterator[tuple[Endpoint, list[UnitValue]]]:
    """Mean release time and efficiency with the values of the units."""
    numbers, until = numbers_of(group), seen_by_all(group)
    for name in (MDT, DE):
        values = {
            unit: float(value)
            for unit, one in numbers.items()
            if (value := one.mean_time if name == MDT else one.efficiency) is not None
        }
        remark = (
            (f"Of what came out up to {until:g} h; what had not come out yet is left out.",)
            if name == MDT
            else ()
        )
        outcome = _mean(list(values.values()), name, until, group, settings.level)
        units = [
            UnitValue(name, group.words, unit, value, _UNITS[name], "linear")
            for unit, value in values.items()
        ]
        if name == MDT and (why := _no_mean_time(group, list(values.values()), until)):
            outcome, units = Absent(why, _UNITS[name], outcome.method), []
        yield Endpoint(name, group.words, outcome, remark), units


def _no_mean_time(group: Group, values: list[float], until: float) -> str:
    """Why the curves have no mean time: one time only, or so much falls that it would lie outside them."""
    rows = sound_rows(group)
    if rows.loc[(rows["time"] > 0) & (rows["time"] <= until), "time"].nunique() < 2:
        return "needs two times after 0 h at least" if values else ""
    if any(not 0 <= value <= until for value in values):
        return "the curves fall so far that the mean lies outside the times"
    return ""


def _mean(values: list[float], name: str, until: float, group: Group, level: float) -> Outcome:
    unit, how = _UNITS[name], f"trapezoids up to {until:g} h"
    if not values:
        return Absent("no unit has a curve after time 0", unit, how)
    if len(values) == 1:
        return Estimate(values[0], -inf, inf, unit, f"{how}, one unit, no interval", 1, group.n_is, level)
    found = mean_t(np.array(values), level)
    return Estimate(
        found.value, found.low, found.high, unit, f"{how}; {found.method}", len(values), group.n_is, level
    )
