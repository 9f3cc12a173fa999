"""From values of tubes to endpoints over independent experiments, with their changes from the control."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, isfinite

from selenolab.assays.flow.kinds import CHANGE, POINTS, Kind, Panel, Value
from selenolab.assays.flow.room import Room, Tube
from selenolab.core.analysis import UnitValue
from selenolab.core.check import MissingControl
from selenolab.core.estimate import Absent, Endpoint, Estimate
from selenolab.core.event import EventReading
from selenolab.stats.experiments import Change, by_experiment, change_from_control, over_experiments

Words = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The values of one quantity in one group of the design, with their tubes."""

    kind: Kind
    words: Mapping[str, str]
    tubes: tuple[Tube, ...]
    values: tuple[float, ...]

    @property
    def experiments(self) -> list[str]:
        """The experiment of each value."""
        return [tube.experiment for tube in self.tubes]


@dataclass(frozen=True, slots=True)
class Headline:
    """All endpoints of a run, its units of replication and its readings of events."""

    endpoints: tuple[Endpoint, ...]
    units: tuple[UnitValue, ...]
    events: tuple[EventReading, ...]
    missing: tuple[MissingControl, ...]
    groups: tuple[Group, ...]


def headline(panel: Panel, room: Room, level: float) -> Headline:
    """Endpoints of every group, control and arm included."""
    groups = tuple(_groups(panel.values, room))
    endpoints: list[Endpoint] = []
    events: list[EventReading] = []
    for group in groups:
        endpoints.append(Endpoint(group.kind.name, group.words, _mean(group, level), panel.doubts))
        if not _treated(group):
            continue
        control = _control(group, groups)
        for how in group.kind.compared:
            outcome = _change(group, control, "linear" if how == CHANGE else "log", level)
            endpoints.append(Endpoint(f"{group.kind.name}, {how}", group.words, outcome, panel.doubts))
        if group.kind.event:
            events.append(_event(group, control, room, level))
    units = tuple(unit for group in groups for unit in _units(group))
    return Headline(tuple(endpoints), units, tuple(events), tuple(_missing(groups)), groups)


def group_words(tube: Tube, room: Room) -> dict[str, str]:
    """The design of a tube as words; a tube of which nothing is stated is its own group."""
    words: dict[str, str] = {}
    if tube.compound and not tube.control:
        words["compound"] = tube.compound
    if isfinite(tube.dose):
        words["dose"] = f"{tube.dose:g} {room.dose_unit}".strip()
    if isfinite(tube.time):
        words["time"] = f"{tube.time:g} h"
    words |= {word: getattr(tube, word) for word in ("cell_line", "arm") if getattr(tube, word)}
    if tube.role != "sample":
        words["role"] = tube.role
    return words or {"tube": tube.name}


def _groups(values: Iterable[Value], room: Room) -> Iterator[Group]:
    tubes = {tube.name: tube for tube in room.tubes}
    found: dict[tuple[str, Words], list[Value]] = {}
    words: dict[tuple[str, Words], Mapping[str, str]] = {}
    for value in values:
        own = {**group_words(tubes[value.tube], room), **value.words}
        key = (value.kind.name, tuple(own.items()))
        found.setdefault(key, []).append(value)
        words[key] = own
    for key, members in sorted(found.items(), key=lambda item: _order(item[1][0], tubes)):
        own_tubes = tuple(tubes[value.tube] for value in members)
        yield Group(members[0].kind, words[key], own_tubes, tuple(value.value for value in members))


def _order(value: Value, tubes: Mapping[str, Tube]) -> tuple[object, ...]:
    """Untreated first, then by compound, line, arm, time and dose; quantities in the panel's order."""
    tube = tubes[value.tube]
    return (
        tube.role != "sample", not tube.control, tube.compound, tube.cell_line, tube.arm,
        tube.time if isfinite(tube.time) else -1, tube.dose if isfinite(tube.dose) else -1, tube.role,
        tuple(value.words.values()),
    )  # fmt: skip


def _treated(group: Group) -> bool:
    return group.tubes[0].role == "sample" and not group.tubes[0].control


def _own_words(group: Group) -> dict[str, str]:
    return {word: text for word, text in group.words.items() if word in ("gate", "channel")}


def _control(group: Group, groups: Sequence[Group]) -> Group | None:
    """The untreated group of the same line, time and arm."""
    for other in groups:
        same = other.kind.name == group.kind.name and _own_words(other) == _own_words(group)
        if same and other.tubes[0].control and other.tubes[0].place == group.tubes[0].place:
            return other
    return None


def _mean(group: Group, level: float) -> Estimate | Absent:
    kind = group.kind
    if kind.scale == "log" and min(group.values) <= 0:
        return Absent(f"{kind.name} is not above the background in every tube", kind.unit)
    return over_experiments(group.values, group.experiments, kind.unit, kind.scale, kind.within, level)


def _change(group: Group, control: Group | None, scale: str, level: float) -> Estimate | Absent:
    unit = POINTS if scale == "linear" else "1"
    if control is None:
        return Absent("there is no untreated control of the same cell line, time and arm", unit)
    if scale == "linear":
        return _compare(group, control, level, False).estimate
    if min(*group.values, *control.values) <= 0:
        return Absent("a ratio needs values above zero in every tube", unit)
    return _compare(group, control, level, True).estimate


def _compare(group: Group, control: Group, level: float, ratio: bool) -> Change:
    return change_from_control(
        group.values, group.experiments, control.values, control.experiments,
        POINTS, "log" if ratio else "linear", level,
    )  # fmt: skip


def _event(group: Group, control: Group | None, room: Room, level: float) -> EventReading:
    tube = group.tubes[0]
    return EventReading(
        group.kind.event,
        group.kind.measured,
        group.words,
        _change(group, control, "log", level),
        tube.dose if isfinite(tube.dose) else None,
        room.dose_unit if isfinite(tube.dose) else "",
        tube.time if isfinite(tube.time) else None,
    )


def _units(group: Group) -> Iterator[UnitValue]:
    """One value an experiment, on the raw scale of the quantity."""
    scale = group.kind.scale
    if scale == "log" and min(group.values) <= 0:
        return
    for name, value in by_experiment(group.values, group.experiments, scale).items():
        shown = exp(value) if scale == "log" else value
        yield UnitValue(group.kind.name, group.words, name, shown, group.kind.unit, scale)


def _missing(groups: Sequence[Group]) -> Iterator[MissingControl]:
    told = set()
    for group in groups:
        if not _treated(group) or _control(group, groups) is not None:
            continue
        tube = group.tubes[0]
        if tube.place in told:
            continue
        told.add(tube.place)
        arm = f" with {tube.arm}" if tube.arm else ""
        words = {word: text for word, text in group.words.items() if word in ("time", "cell_line", "arm")}
        yield MissingControl(
            "a change by the treatment",
            f"untreated cells{arm} (dose 0)",
            f"Run untreated cells{arm} of the same line and time in every experiment.",
            words,
        )
