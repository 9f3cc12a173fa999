"""The endpoints of one group over its experiments, and the value of each experiment for comparisons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, log

import numpy as np

from selenolab.assays.viability.curves import Curve
from selenolab.assays.viability.linear import shape_endpoints, shape_units
from selenolab.assays.viability.potency import (
    ABSOLUTE,
    EFFECTS,
    RELATIVE,
    Potency,
    common_grid,
    over_experiments,
    potency,
    silence,
)
from selenolab.assays.viability.settings import ViabilitySettings
from selenolab.core.analysis import UnitValue
from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome, at_least, at_most
from selenolab.fit import curve_state
from selenolab.stats.potency import Summary

EXPERIMENTS = "independent experiments"


@dataclass(frozen=True, slots=True)
class GroupResult:
    """What one group gave.

    `potencies` hold each effect in every experiment that says something about it, `summaries` the
    headline of the effects that could be given.
    """

    group: Mapping[str, str]
    curves: tuple[Curve, ...]
    endpoints: tuple[Endpoint, ...]
    units: tuple[UnitValue, ...]
    potencies: Mapping[str, tuple[Potency, ...]]
    summaries: Mapping[str, Summary]


def group_result(curves: Sequence[Curve], unit: str, settings: ViabilitySettings) -> GroupResult:
    """All endpoints of the curves of one group; `unit` is that of the dose."""
    group = curves[0].group
    talking = [curve for curve in curves if not silence(curve)]
    potencies: dict[str, tuple[Potency, ...]] = {}
    summaries: dict[str, Summary] = {}
    endpoints: list[Endpoint] = []
    for name, share in EFFECTS.items():
        able = [curve for curve in talking if share is None or curve.control is not None]
        grid = common_grid(able) if able else np.zeros(0)
        potencies[name] = tuple(potency(curve, name, grid, settings) for curve in able)
        outcome: Outcome | None = _absence(name, potencies[name], curves, unit)
        if outcome is None:
            summaries[name] = over_experiments(potencies[name], settings.level)
            outcome = stated(summaries[name], unit)
        notes = (*_warnings(curves, talking), *bound_words(outcome, curves))
        endpoints.append(Endpoint(name, group, outcome, notes))
    units = [
        unit_value(part, name, unit)
        for name, parts in potencies.items()
        for part in parts
        if not (name == RELATIVE and part.curve.fit.state == curve_state.FLAT)  # it has no half-way
    ]
    endpoints += shape_endpoints(curves, settings)
    return GroupResult(
        group, tuple(curves), tuple(endpoints), (*units, *shape_units(curves)), potencies, summaries
    )


def _absence(name: str, parts: Sequence[Potency], curves: Sequence[Curve], unit: str) -> Absent | None:
    """Why the effect cannot be given at all; None when it can."""
    if not parts:
        return Absent(_why_none(name, curves), unit)
    if name == RELATIVE and all(part.curve.fit.state == curve_state.FLAT for part in parts):
        return Absent(f"{curve_state.WHY[curve_state.FLAT]}: there is no half-way", unit)
    reasons = [part.undefined for part in parts if part.undefined]
    if len(reasons) == len(parts):
        return Absent(f"{reasons[0]} in {_count(len(parts))}", unit)
    return None


def _why_none(name: str, curves: Sequence[Curve]) -> str:
    for curve in curves:
        if silence(curve):
            return silence(curve)
    return f"{name} is relative to the control, and there is no response without drug"


def _count(n: int) -> str:
    return "1 experiment" if n == 1 else f"all {n} experiments"


def stated(summary: Summary, unit: str) -> Outcome:
    """A summary on log10 as an outcome in `unit`."""
    n, method = summary.n, summary.method
    low = 10.0**summary.log10_low if summary.log10_low > -inf else -inf
    high = 10.0**summary.log10_high if summary.log10_high < inf else inf
    if summary.state == "undecidable" or summary.log10_value is None:
        why = f"the data bound it on neither side within the doses tested (n = {n})"
        return Absent(why, unit, method)
    value = 10.0**summary.log10_value
    if summary.state == ">":
        return at_least(value, unit, method, n, EXPERIMENTS, summary.level)
    if summary.state == "<":
        return at_most(value, unit, method, n, EXPERIMENTS, summary.level)
    return Estimate(value, min(low, value), max(high, value), unit, method, n, EXPERIMENTS, summary.level)


def _warnings(curves: Sequence[Curve], talking: Sequence[Curve]) -> tuple[str, ...]:
    found = [
        f"Experiment {curve.experiment} is left out: {silence(curve)}."
        for curve in curves
        if silence(curve) and talking
    ]
    if len(talking) == 1:
        found.append("One experiment (n = 1): the interval holds the scatter between wells only.")
    return tuple(found)


def bound_words(outcome: Outcome, curves: Sequence[Curve]) -> Iterator[str]:
    """Why a bound is not the edge of the doses: the estimate is beyond it, the data do not refuse less."""
    if not isinstance(outcome, Estimate) or not outcome.censored:
        return
    above = outcome.censored == ">"
    edge = max(curve.tested[1] for curve in curves) if above else min(curve.tested[0] for curve in curves)
    if (outcome.value < edge * (1 - 1e-9)) if above else (outcome.value > edge * (1 + 1e-9)):
        yield (
            f"The estimate lies {'above the highest' if above else 'below the lowest'} dose tested "
            f"({edge:g} {outcome.unit}), where it is no number; the bound is the "
            f"{'lower' if above else 'upper'} limit of its {100 * outcome.level:g} % interval."
        )


def unit_value(part: Potency, name: str, unit: str) -> UnitValue:
    """The potency of one experiment; outside the doses tested it is a bound."""
    low, high = part.curve.tested
    value, group = part.log10, dict(part.curve.group)
    if value > log(high, 10) + 1e-12:
        return UnitValue(name, group, part.curve.experiment, high, unit, "log", ">")
    if value < log(low, 10) - 1e-12:
        return UnitValue(name, group, part.curve.experiment, low, unit, "log", "<")
    se = None if part.se is None else part.se * log(10)
    return UnitValue(name, group, part.curve.experiment, 10.0**value, unit, "log", None, se)


def headline(result: GroupResult) -> Iterator[Endpoint]:
    """The two IC50s, relative first."""
    for endpoint in result.endpoints:
        if endpoint.name in (RELATIVE, ABSOLUTE):
            yield endpoint
