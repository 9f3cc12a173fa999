"""When half and four fifths of the drug are seen in the medium: the apparent t50 and t80."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf, isfinite

from selenolab.assays.release.groups import Group, sound_rows
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.core.analysis import UnitValue
from selenolab.core.errors import DataError
from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome
from selenolab.fit.release_t50 import VesselTime, time_to_target

T50, T80 = "t50 (apparent)", "t80 (apparent)"
TARGETS = {T50: 50.0, T80: 80.0}


@dataclass(frozen=True, slots=True)
class Reached:
    """The time to a target over the units, and of each: -inf before its first sample, inf after its last."""

    name: str
    outcome: Outcome
    units: tuple[VesselTime, ...]


def reached(group: Group, name: str, level: float) -> Reached:
    """When `name` (t50 or t80) is reached in the medium; outside the times sampled a bound."""
    try:
        found = time_to_target(sound_rows(group), TARGETS[name], level, group.title)
    except DataError as error:
        return Reached(name, Absent(str(error), "h"), ())
    return Reached(name, counted_as(found.outcome, group.n_is), found.vessels)


def counted_as(outcome: Outcome, n_is: str) -> Outcome:
    """`outcome` of the fits with the assay's word for what n counts."""
    if isinstance(outcome, Absent) or n_is == outcome.n_is:
        return outcome
    method = outcome.method.replace("vessels", n_is)
    return replace(outcome, n_is=n_is, method=method)


def time_endpoints(
    group: Group, settings: ReleaseSettings
) -> Iterator[tuple[Endpoint, tuple[UnitValue, ...]]]:
    """t50 and t80 with the values of the units."""
    for name in TARGETS:
        found = reached(group, name, settings.level)
        yield Endpoint(name, group.words, found.outcome, _alone(group, found)), tuple(_units(group, found))


def _alone(group: Group, found: Reached) -> tuple[str, ...]:
    if isinstance(found.outcome, Estimate) and found.outcome.n == 1:
        return (f"One of the {group.n_is} (n = 1): there is no interval.",)
    return ()


def _units(group: Group, found: Reached) -> Iterator[UnitValue]:
    rows = sound_rows(group)
    for unit in found.units:
        own = rows.loc[(rows["vessel"] == unit.vessel) & (rows["time"] > 0), "time"]
        if isfinite(unit.time):
            yield UnitValue(found.name, group.words, unit.vessel, unit.time, "h", "log")
        elif unit.time == inf:
            yield UnitValue(found.name, group.words, unit.vessel, float(own.max()), "h", "log", ">")
        else:
            yield UnitValue(found.name, group.words, unit.vessel, float(own.min()), "h", "log", "<")
