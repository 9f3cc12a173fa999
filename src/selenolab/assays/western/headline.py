"""From normalised lanes to endpoints over independent lysates, units of replication and events."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, isfinite

import numpy as np

from selenolab.assays.western.combining import Fold, Group, control_of, fold, groups_of
from selenolab.assays.western.dilutions import Series, series_of
from selenolab.assays.western.normalising import SAID, Bench, How, headline_how, normalised, normalisers
from selenolab.assays.western.ratios import Ratio, ratio_values, ratios_of
from selenolab.core.analysis import UnitValue
from selenolab.core.assay import EndpointSpec
from selenolab.core.estimate import Absent, Endpoint, Estimate, at_most
from selenolab.core.event import EventReading
from selenolab.stats.experiments import N_IS, over_experiments

NORMALISED, FOLD = "normalised intensity", "fold of control"
BY: Mapping[How, str] = {
    "total": "fold of control by total protein",
    "loading": "fold of control by loading control",
}
STEADY = "fold of control of the loading control"
SLOPE, VOLUME = "dilution slope", "band volume"
SEMI = "semi-quantitative: no dilution series"
BARE = "not normalised"
SPECS = (
    EndpointSpec(NORMALISED, "1", "band over its normaliser in the lane, over the mean of its membrane"),
    EndpointSpec(
        FOLD, "1", "ratio to the control over independent lysates, by the normaliser chosen beforehand"
    ),
    EndpointSpec(BY["total"], "1", "the same by total protein, where both normalisers are there"),
    EndpointSpec(BY["loading"], "1", "the same by the loading control, where both normalisers are there"),
    EndpointSpec(STEADY, "1", "what the treatment does to the loading control itself"),
    EndpointSpec(SLOPE, "1", "log-log slope of a dilution series; 1 where volume is proportional to protein"),
    EndpointSpec(VOLUME, "a.u.", "volume of a band, where no design of the lanes is stated"),
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A protein or ratio with its groups.

    `how` says what it was divided by, `doubts` stand on its endpoints.
    """

    name: str
    groups: tuple[Group, ...]
    how: str
    event: str = ""
    doubts: tuple[str, ...] = ()
    folds: Mapping[int, Fold] = field(default_factory=dict)  # by place in `groups`, treated ones only
    series: Series | None = None
    by: Mapping[How, "Quantity"] = field(default_factory=dict)
    protein: str = ""  # the one whose bands are counted, "" for a ratio


@dataclass(frozen=True, slots=True)
class Headline:
    """All that is concluded of a run."""

    quantities: tuple[Quantity, ...]
    loading: tuple[Quantity, ...]
    ratios: tuple[Ratio, ...]
    endpoints: tuple[Endpoint, ...]
    units: tuple[UnitValue, ...]
    events: tuple[EventReading, ...]


def headline(bench: Bench) -> Headline:
    """Endpoints of every protein and ratio, of the loading controls and of the dilution series."""
    ratios = ratios_of(bench)
    targets = [_protein(bench, name) for name in bench.room.of_kind("target")]
    quantities = (*targets, *(one for ratio in ratios if (one := _ratio(bench, ratio, targets)) is not None))
    loading = tuple(_loading(bench, name) for name in bench.room.of_kind("loading"))
    if not bench.room.designed:
        return Headline(quantities, loading, ratios, tuple(_of_lanes(bench)), (), ())
    endpoints = [endpoint for one in quantities for endpoint in _endpoints(one, bench.settings.level)]
    endpoints += [
        Endpoint(STEADY, {**one.groups[k].words, "protein": one.name}, own.outcome, one.doubts)
        for one in loading
        for k, own in one.folds.items()
    ]
    endpoints += [
        Endpoint(SLOPE, {"protein": one.name}, one.series.slope)
        for one in (*quantities, *loading)
        if one.series is not None and one.protein
    ]
    units = tuple(unit for one in quantities for unit in _units(one))
    events = tuple(event for one in _readers(quantities) for event in _events(one, bench.room.dose_unit))
    return Headline(quantities, loading, ratios, tuple(endpoints), units, events)


def _protein(bench: Bench, name: str) -> Quantity:
    how = headline_how(bench, name)
    series = series_of(bench, name)
    known = bench.room.known[name]
    doubts = [*([SEMI] if series is None else []), *([BARE] if how == "none" else [])]
    both: tuple[How, How] = ("total", "loading")
    by = {}
    if all(any(normalisers(bench, m, other) for m in bench.compared(name)) for other in both):
        by = {other: _quantity(bench, name, other, (), "") for other in both}
    main = _quantity(bench, name, how, tuple(doubts), known.event if known else "")
    return Quantity(name, main.groups, main.how, main.event, main.doubts, main.folds, series, by, name)


def _quantity(bench: Bench, name: str, how: How, doubts: tuple[str, ...], event: str) -> Quantity:
    groups = groups_of(normalised(bench, name, how), bench.room.dose_unit)
    return Quantity(
        name, groups, SAID[how], event, doubts, _folds(groups, bench.settings.level), protein=name
    )


def _ratio(bench: Bench, ratio: Ratio, proteins: Sequence[Quantity]) -> Quantity | None:
    values, how = ratio_values(bench, ratio)
    if not values:
        return None
    groups = groups_of(values, bench.room.dose_unit)
    bare = any(one.series is None for one in proteins if one.name in (ratio.above, ratio.below))
    doubts = (SEMI,) if bare else ()
    return Quantity(ratio.name, groups, how, ratio.event, doubts, _folds(groups, bench.settings.level))


def _loading(bench: Bench, name: str) -> Quantity:
    """The loading control itself, over total protein where there is any, else over what was loaded."""
    how: How = "total" if any(normalisers(bench, m, "total") for m in bench.membranes(name)) else "none"
    groups = groups_of(normalised(bench, name, how), bench.room.dose_unit)
    doubts = () if how == "total" else ("its own scatter of loading is in it",)
    return Quantity(
        name,
        groups,
        SAID[how],
        "",
        doubts,
        _folds(groups, bench.settings.level),
        series_of(bench, name),
        {},
        name,
    )


def _folds(groups: Sequence[Group], level: float) -> dict[int, Fold]:
    return {
        k: fold(group, control_of(group, groups), level) for k, group in enumerate(groups) if group.treated
    }


def _endpoints(one: Quantity, level: float) -> Iterator[Endpoint]:
    for k, group in enumerate(one.groups):
        words = {**group.words, "protein": one.name}
        yield Endpoint(NORMALISED, words, mean_of(group, level), (*one.doubts, *_kept(group)))
        if k not in one.folds:
            continue
        yield Endpoint(FOLD, words, one.folds[k].outcome, (*one.doubts, *_kept(group)))
        for how, other in one.by.items():
            same = next((j for j, g in enumerate(other.groups) if g.words == group.words), None)
            if same is not None and same in other.folds:
                yield Endpoint(BY[how], words, other.folds[same].outcome, one.doubts)


def _kept(group: Group) -> tuple[str, ...]:
    """Lanes of the group that have no number, with the first reason."""
    if not group.left_out or not group.values:
        return ()
    many = len(group.left_out)
    return (f"{many} lane{'s' * (many != 1)} left out: {group.left_out[0].why}",)


def mean_of(group: Group, level: float) -> Estimate | Absent:
    """The geometric mean over experiments; an upper bound where a lane is below the detection limit."""
    if not group.values:
        reasons = list(dict.fromkeys(value.why for value in group.left_out))
        return Absent("; ".join(reasons[:3]) or "no lane has a number", "1")
    names = [value.lane.experiment for value in group.values]
    found = over_experiments(np.exp(group.scaled), names, "1", "log", level=level)
    if isinstance(found, Absent) or not group.bounded:
        return found
    method = f"{found.method}; bands below the detection limit count as the limit"
    bound = found.high if isfinite(found.high) else found.value
    return at_most(bound, "1", method, found.n, N_IS, level)


def _units(one: Quantity) -> Iterator[UnitValue]:
    """One value an experiment and group, controls and arms included."""
    for group in one.groups:
        for name in group.experiments:
            own = group.of(name)
            value = exp(float(np.mean([scaled for _, scaled in own])))
            censored = "<" if any(v.state == "<" for v, _ in own) else None
            words = {**group.words, "protein": one.name}
            yield UnitValue(NORMALISED, words, name, value, "1", "log", censored)  # type: ignore[arg-type]


def _readers(quantities: Sequence[Quantity]) -> Iterator[Quantity]:
    """What reads each event: a ratio to the total protein goes before the amount alone."""
    by_ratio = {one.event for one in quantities if one.event and not one.protein}
    for one in quantities:
        if one.event and not (one.protein and one.event in by_ratio):
            yield one


def _events(one: Quantity, unit: str) -> Iterator[EventReading]:
    for k, own in one.folds.items():
        lane = one.groups[k].lane
        words = {**one.groups[k].words, "protein": one.name}
        dosed = isfinite(lane.dose)
        yield EventReading(
            one.event,
            f"{one.name} (western blot, {_over(one)})",
            words,
            own.outcome,
            lane.dose if dosed else None,
            unit if dosed else "",
            lane.time if isfinite(lane.time) else None,
        )


def _over(one: Quantity) -> str:
    if not one.protein:
        return one.how
    return f"over {one.how}" if one.how != SAID["none"] else BARE


def _of_lanes(bench: Bench) -> Iterator[Endpoint]:
    """Lanes without a design: each band's volume and, where there is a normaliser, its normalised value."""
    for name in (*bench.room.of_kind("target"), *bench.room.of_kind("loading"), *bench.room.of_kind("total")):
        for band in bench.bands(name):
            words = {"membrane": band.lane.membrane, "lane": band.lane.number, "protein": name}
            yield Endpoint(VOLUME, words, _volume(band.volume, band.state, band.why), (SEMI,))


def _volume(volume: float, state: str, why: str) -> Estimate | Absent:
    method = "sum above the local background; one lane, no interval"
    if state == "out":
        return Absent(why, "a.u.", method)
    if state == "<":
        return at_most(volume, "a.u.", "detection limit", 1, "lane")
    return Estimate(volume, -np.inf, np.inf, "a.u.", method, 1, "lane")
