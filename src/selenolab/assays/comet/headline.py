"""From slides to endpoints over independent experiments, with their changes from the control."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite

from selenolab.assays.comet.cells_alive import Alive, alive
from selenolab.assays.comet.room import Group, Room
from selenolab.assays.comet.settings import CometSettings
from selenolab.core.analysis import UnitValue
from selenolab.core.assay import EndpointSpec, Taken
from selenolab.core.estimate import Absent, Endpoint, Estimate
from selenolab.core.event import EventReading
from selenolab.stats.experiments import by_experiment, change_from_control, over_experiments

TAIL, MEAN, HEDGEHOGS = "tail DNA", "tail DNA, mean of cells", "hedgehogs"
LENGTH, OLIVE, EXTENT = "tail length", "Olive moment", "extent moment"
CHANGE, RATIO = "tail DNA, change", "tail DNA, ratio"
BREAKS, SITES = "primary strand breaks", "enzyme-sensitive sites"
POINTS = "percentage points"
LEAST = 1.0  # % of tail DNA: less cannot be told from none, so that a ratio is taken from here on
N_IS = {"experiments": "independent experiments", "slides": "slides", "animals": "animals"}
QUANTITIES = (
    ("tail_dna", TAIL), ("mean", MEAN), ("tail_length_px", LENGTH), ("olive_moment_px", OLIVE),
    ("extent_moment_px", EXTENT), ("hedgehogs", HEDGEHOGS),
)  # fmt: skip
SPECS = (
    EndpointSpec(TAIL, "%", "tail DNA of a slide's cells, over experiments"),
    EndpointSpec(CHANGE, POINTS, "tail DNA less that of the control"),
    EndpointSpec(RATIO, "1", "tail DNA over that of the control, slides below 1 % taken as 1 %"),
    EndpointSpec(BREAKS, POINTS, "change of tail DNA where the same cells were alive"),
    EndpointSpec(SITES, POINTS, "tail DNA with a lesion-specific enzyme less that without"),
    EndpointSpec(MEAN, "%", "mean in place of median over a slide's cells"),
    EndpointSpec(
        LENGTH, "px", "from the rear edge of the head to the end of the tail; µm where pixels are known"
    ),
    EndpointSpec(OLIVE, "px", "distance of the centres of light of tail and head, times tail DNA / 100"),
    EndpointSpec(EXTENT, "px", "tail length times tail DNA / 100"),
    EndpointSpec(HEDGEHOGS, "%", "cells with nearly all DNA in the tail, of all counted ones"),
)


@dataclass(frozen=True, slots=True)
class Headline:
    """Endpoints of a run, units of replication, readings of events, and how alive each treated group was."""

    endpoints: tuple[Endpoint, ...]
    units: tuple[UnitValue, ...]
    events: tuple[EventReading, ...]
    alive: tuple[tuple[Group, Alive], ...]


def headline(room: Room, settings: CometSettings, taken: Taken) -> Headline:
    """Endpoints of every group, control and arm included."""
    endpoints: list[Endpoint] = []
    events: list[EventReading] = []
    living: list[tuple[Group, Alive]] = []
    for group in room.groups:
        endpoints += _values(group, room, settings)
        if group.words.get("enzyme"):
            endpoints += _sites(group, room, settings)
        if not treated(group):
            continue
        control = control_of(group, room)
        lives = alive(group, room.dose_unit, taken)
        change = _change(group, control, settings, "linear")
        endpoints.append(Endpoint(CHANGE, group.words, change))
        endpoints.append(Endpoint(RATIO, group.words, _change(group, control, settings, "log")))
        if group.first.role == "sample" and not group.words.get("enzyme"):
            living.append((group, lives))
            endpoints.append(Endpoint(BREAKS, group.words, _breaks(change, lives, settings)))
            events.append(_event(group, control, room, lives, settings))
    units = tuple(unit for group in room.groups for unit in _units(group, room, settings))
    return Headline(tuple(endpoints), units, tuple(events), tuple(living))


def treated(group: Group) -> bool:
    """Whether the group got a dose, or is the positive control."""
    return not group.first.control and (group.first.role == "positive" or isfinite(group.first.dose))


def control_of(group: Group, room: Room) -> Group | None:
    """The untreated group of the same line, time, arm and enzyme; a positive control may lack some."""
    same = [one for one in room.groups if one.first.control]
    for words in (("cell_line", "arm", "enzyme", "time"), ("cell_line", "enzyme")):
        for other in same:
            if all(other.words.get(word, "") == group.words.get(word, "") for word in words):
                return other
        if group.first.role != "positive":
            return None
    return same[0] if len(same) == 1 else None


def _values(group: Group, room: Room, settings: CometSettings) -> Iterator[Endpoint]:
    for word, name in QUANTITIES:
        unit, top = _unit(word, room)
        values, units = group.of(word)
        if not values and word in ("tail_length_px", "olive_moment_px", "extent_moment_px"):
            continue
        outcome = over_experiments(
            values, units, unit, "linear", (0.0, top), settings.level, N_IS[settings.n_is]
        )
        yield Endpoint(name, group.words, outcome)


def _unit(word: str, room: Room) -> tuple[str, float]:
    return (room.length_unit, inf) if word.endswith("_px") else ("%", 100.0)


def _change(group: Group, control: Group | None, settings: CometSettings, scale: str) -> Estimate | Absent:
    unit = POINTS if scale == "linear" else "1"
    if control is None:
        return Absent("there is no untreated control of the same cell line, time and arm", unit)
    ours, theirs = group.of("tail_dna"), control.of("tail_dna")
    if scale == "linear":
        return change_from_control(
            *ours, *theirs, POINTS, "linear", settings.level, N_IS[settings.n_is]
        ).estimate
    floored = [[max(value, LEAST) for value in values] for values in (ours[0], theirs[0])]
    return change_from_control(
        floored[0], ours[1], floored[1], theirs[1], "1", "log", settings.level, N_IS[settings.n_is]
    ).estimate


def _breaks(change: Estimate | Absent, lives: Alive, settings: CometSettings) -> Estimate | Absent:
    """The change as a measure of primary strand breaks, or why it is none."""
    if isinstance(change, Absent):
        return change
    if not isfinite(lives.percent):
        return Absent("the viability of the same cells is not known", POINTS)
    if lives.percent < settings.viability_min:
        return Absent(
            f"viability of the same cells is {lives.percent:.0f} %, below {settings.viability_min:g} "
            f"%: breaks of "
            "dying cells are not told from primary ones",
            POINTS,
        )
    return change


def _sites(group: Group, room: Room, settings: CometSettings) -> Iterator[Endpoint]:
    bare = {word: text for word, text in group.words.items() if word != "enzyme"}
    other = next((one for one in room.groups if dict(one.words) == bare), None)
    if other is None:
        outcome: Estimate | Absent = Absent("there is no slide of the same cells with buffer alone", POINTS)
    else:
        outcome = change_from_control(
            *group.of("tail_dna"), *other.of("tail_dna"), POINTS, "linear", settings.level,
            N_IS[settings.n_is],
        ).estimate  # fmt: skip
    yield Endpoint(SITES, group.words, outcome)


def _event(
    group: Group, control: Group | None, room: Room, lives: Alive, settings: CometSettings
) -> EventReading:
    change = _change(group, control, settings, "log")
    low = isfinite(lives.percent) and lives.percent < settings.viability_min
    if low and isinstance(change, Estimate):
        change = Absent(f"viability {lives.percent:.0f} %: no measure of primary breaks", "1")
    said = "tail DNA (comet), ratio of slides, below 1 % taken as 1 %"
    said += "" if isfinite(lives.percent) else "; viability not known"
    dose = group.first.dose
    return EventReading(
        "dna_damage", said, group.words, change, dose if isfinite(dose) else None,
        room.dose_unit if isfinite(dose) else "", group.first.time if isfinite(group.first.time) else None,
    )  # fmt: skip


def _units(group: Group, room: Room, settings: CometSettings) -> Iterator[UnitValue]:
    """One value a unit of replication, on the raw scale of the quantity."""
    for word, name in QUANTITIES:
        values, units = group.of(word)
        for unit_id, value in by_experiment(values, units).items():
            yield UnitValue(
                name, group.words, unit_id, value, _unit(word, room)[0], "linear", unit_is=N_IS[settings.n_is]
            )


def outcome_of(
    endpoints: Sequence[Endpoint], name: str, words: Mapping[str, str]
) -> Estimate | Absent | None:
    """The outcome of one endpoint of one group."""
    for endpoint in endpoints:
        if (
            endpoint.name == name
            and endpoint.group == words
            and isinstance(endpoint.outcome, Estimate | Absent)
        ):
            return endpoint.outcome
    return None
