"""The headline of every condition: its rate over experiments, and its change from the control."""

from collections.abc import Iterator, Sequence
from math import inf
from typing import Literal

import numpy as np

from selenolab.assays.plate_kinetics.activity import Active
from selenolab.assays.plate_kinetics.groups import Group
from selenolab.assays.plate_kinetics.preset import Preset
from selenolab.core.analysis import UnitValue
from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome, at_most
from selenolab.core.event import EventReading
from selenolab.stats.experiments import Change, by_experiment, change_from_control, over_experiments

RATE, ACTIVITY, SPECIFIC = "rate", "activity", "specific activity"
PERCENT, FOLD = "activity, % of control", "fold of control"
NO_CONTROL = "there are no untreated wells of this line, time, arm, substrate and pre-incubation"


def headline(preset: Preset) -> str:
    """The name of the change that the kit is read by."""
    return FOLD if preset.headline == "fold" else PERCENT


def group_endpoints(
    found: Sequence[Group], active: Active, preset: Preset, level: float
) -> Iterator[Endpoint]:
    """Rate, activity where it can be given, and the change of every treated condition."""
    for group in found:
        names = group.experiments
        yield Endpoint(
            RATE, group.words, over_experiments(group.values(), names, active.base_unit, level=level)
        )
        if active.conversion is not None:
            outcome = over_experiments(group.values(ACTIVITY), names, "µM/min", level=level)
            yield Endpoint(ACTIVITY, group.words, outcome)
        if np.isfinite(group.values("specific")).all():
            outcome = over_experiments(group.values("specific"), names, "nmol/min/mg", level=level)
            yield Endpoint(SPECIFIC, group.words, outcome)
        if not group.is_control:
            yield _change_endpoint(group, preset, level)


def _change_endpoint(group: Group, preset: Preset, level: float) -> Endpoint:
    change, notes = changed(group, level)
    unit, scale = ("1", 1.0) if preset.headline == "fold" else ("%", 100.0)
    return Endpoint(headline(preset), group.words, scaled(change.estimate, scale, unit), notes)


def changed(group: Group, level: float) -> tuple[Change, tuple[str, ...]]:
    """The ratio to the control; on the plain scale where a rate is not above the blank."""
    control = group.control["base"].to_numpy(float)
    names = [str(name) for name in group.control["experiment"]]
    values = group.values()
    if not control.size:
        return Change(Absent(NO_CONTROL, "1"), None, False, np.zeros(0)), ()
    ours, theirs = by_experiment(values, group.experiments), by_experiment(control, names)
    if min(theirs.values()) <= 0:
        why = "the control's rate is not above its blank in every experiment, so that there is no ratio"
        return Change(Absent(why, "1"), None, False, np.zeros(0)), ()
    shared = sorted(set(ours) & set(theirs))
    if min(ours.values()) > 0:
        found = change_from_control(
            list(ours.values()), list(ours), list(theirs.values()), list(theirs), "1", "log", level
        )
        return found, _notes(group)
    if not shared:
        return Change(Absent(NO_CONTROL, "1"), None, False, np.zeros(0)), ()
    ratios = [ours[name] / theirs[name] for name in shared]
    estimate = over_experiments(ratios, shared, "1", level=level)
    said = "A rate is not above the blank: ratios within experiments are averaged on the plain scale."
    return Change(estimate, None, True, np.array(ratios)), (said, *_notes(group))


def _notes(group: Group) -> tuple[str, ...]:
    lost = sorted(set(group.experiments) - {str(name) for name in group.control["experiment"]})
    return (f"No control in experiment {', '.join(lost)}.",) if lost else ()


def scaled(outcome: Outcome, factor: float, unit: str) -> Outcome:
    """An estimate times a number, in another unit."""
    if isinstance(outcome, Estimate):
        return Estimate(
            outcome.value * factor, outcome.low * factor, outcome.high * factor, unit, outcome.method,
            outcome.n, outcome.n_is, outcome.level, outcome.censored,
        )  # fmt: skip
    return Absent(outcome.why, unit, outcome.method) if isinstance(outcome, Absent) else outcome


def unit_values(found: Sequence[Group], active: Active) -> Iterator[UnitValue]:
    """The rate of every experiment and condition, controls included, on its raw scale."""
    for group in found:
        means = by_experiment(group.values(), group.experiments)
        scale: Literal["linear", "log"] = "log" if min(means.values()) > 0 else "linear"
        for name, value in means.items():
            yield UnitValue(RATE, dict(group.words), name, value, active.base_unit, scale)


def event_readings(
    found: Sequence[Group], preset: Preset, dose_unit: str, level: float
) -> Iterator[EventReading]:
    """One reading a treated condition, for the pathway page."""
    if not preset.event:
        return
    for group in found:
        if group.is_control:
            continue
        change, _ = changed(group, level)
        outcome = change.estimate
        if isinstance(outcome, Estimate) and outcome.value <= 0:
            outcome = _no_rate_left(outcome)
        words = {word: text for word, text in group.words.items() if word not in ("dose", "time")}
        time = group.rows["time"].iloc[0]
        hours = None if np.isnan(time) else float(time)
        yield EventReading(preset.event, preset.measured, words, outcome, group.dose, dose_unit, hours)


def _no_rate_left(ratio: Estimate) -> Estimate | Absent:
    """A rate that the blank has eaten up is at most what its interval allows, and no number."""
    if not 0 < ratio.high < inf:
        return Absent("the rate is not above the blank: there is no ratio", "1")
    return at_most(ratio.high, "1", ratio.method, ratio.n, ratio.n_is, ratio.level)
