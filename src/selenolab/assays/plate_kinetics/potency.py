"""The IC50 of inhibition, by the curve engine that all assays share.

Each experiment's rates in % of its own control are fitted (`fit.dose_response`); the profile of the wanted
dose gives signed roots, and `stats.potency` the headline over experiments, bounds included.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from selenolab.assays.plate_kinetics.groups import Group, series_of
from selenolab.assays.plate_kinetics.settings import PlateKineticsSettings
from selenolab.core.analysis import UnitValue
from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome, at_least, at_most
from selenolab.fit import curve_state
from selenolab.fit.batch import fit_many
from selenolab.fit.dose_response import CurveFit, fit_curve
from selenolab.fit.effect_profile import effect_profile
from selenolab.fit.profile import effective_dose
from selenolab.fit.profile_grid import dose_grid, profile_on_grid
from selenolab.stats.potency import Summary, signed_roots, summarise

Vector = NDArray[np.float64]
RELATIVE, ABSOLUTE = "relative IC50", "absolute IC50"
LEVELS: Mapping[str, float | None] = {RELATIVE: None, ABSOLUTE: 50.0}
N_IS = "independent experiments"
LEAST_DOSES = 4
_SILENT = (curve_state.TOO_FEW, curve_state.NO_DATA, curve_state.ALL_ZERO, curve_state.INCREASING)


@dataclass(frozen=True, slots=True)
class Curve:
    """Rates of one experiment in % of its control over dose, and the fit."""

    experiment: str
    dose: Vector
    percent: Vector
    fit: CurveFit


@dataclass(frozen=True, slots=True)
class Inhibited:
    """A dose series: its words, curves, endpoints and the values of each experiment."""

    words: Mapping[str, str]
    curves: tuple[Curve, ...]
    endpoints: tuple[Endpoint, ...]
    units: tuple[UnitValue, ...]


def inhibitions(found: Sequence[Group], unit: str, settings: PlateKineticsSettings) -> Iterator[Inhibited]:
    """Every dose series with at least four doses above zero and a control."""
    for key, parts in series_of(found).items():
        if len({group.dose for group in parts}) < LEAST_DOSES or parts[0].control.empty:
            continue
        curves = tuple(_curves(parts, settings))
        if curves:
            endpoints, units = _endpoints(dict(key), curves, unit, settings)
            yield Inhibited(dict(key), curves, endpoints, units)


def _curves(parts: Sequence[Group], settings: PlateKineticsSettings) -> Iterator[Curve]:
    rows = pd.concat([group.rows for group in parts])
    control = parts[0].control
    for name in sorted(set(rows["experiment"].astype(str))):
        own = control.loc[control["experiment"] == name, "base"].to_numpy(float)
        part = rows[rows["experiment"] == name]
        if not own.size or own.mean() <= 0 or part["dose"].nunique() < LEAST_DOSES:
            continue
        dose = np.concatenate([np.zeros(own.size), part["dose"].to_numpy(float)])
        percent = 100 * np.concatenate([own, part["base"].to_numpy(float)]) / own.mean()
        fixed = {"d": 100.0} if settings.family == "LL.2" else None
        yield Curve(name, dose, percent, fit_curve(dose, percent, settings.family, fixed=fixed))


def _endpoints(
    words: Mapping[str, str], curves: Sequence[Curve], unit: str, settings: PlateKineticsSettings
) -> tuple[tuple[Endpoint, ...], tuple[UnitValue, ...]]:
    talking = [curve for curve in curves if curve.fit.state not in _SILENT and curve.fit.dof > 0]
    endpoints: list[Endpoint] = []
    units: list[UnitValue] = []
    for name, level in LEVELS.items():
        if not talking:
            why = curves[0].fit.why or "as many parameters as wells"
            endpoints.append(Endpoint(name, words, Absent(why, unit)))
            continue
        flat = all(curve.fit.state == curve_state.FLAT for curve in talking)
        if flat and level is None:
            endpoints.append(Endpoint(name, words, Absent(curve_state.WHY[curve_state.FLAT], unit)))
            continue
        values, summary = _summary(talking, level, settings.level)
        left = [
            f"Experiment {curve.experiment} says nothing of it: {curve.fit.why}."
            for curve in curves
            if curve not in talking
        ]
        endpoints.append(Endpoint(name, words, stated(summary, unit), tuple(left)))
        units += [
            _unit(name, words, curve, value, unit) for curve, value in zip(talking, values, strict=True)
        ]
    return tuple(endpoints), tuple(units)


def _summary(curves: Sequence[Curve], level: float | None, confidence: float) -> tuple[list[float], Summary]:
    """log10 of each experiment's dose, and the headline."""
    doses = np.unique(np.concatenate([curve.dose for curve in curves]))
    grid = np.log10(dose_grid(doses[doses > 0]))
    values, roots = [], []
    for curve in curves:
        asked = {"percent": 50.0} if level is None else {"level": level}
        value = _log10(curve, level, asked)
        values.append(value)
        roots.append(_roots(curve, value, grid, asked))
    tested = np.log10([[curve.dose[curve.dose > 0].min(), curve.dose.max()] for curve in curves])
    summary = summarise(
        values, np.array(roots), grid, [curve.fit.dof for curve in curves], confidence,
        scatter=[curve.fit.sigma for curve in curves],
        shared=(float(tested[:, 0].max()), float(tested[:, 1].min())),
    )  # fmt: skip
    return values, summary


def _roots(curve: Curve, log10: float, grid: Vector, asked: Mapping[str, float]) -> Vector:
    """The signed roots (m,) of the profile on the grid; compiled for LL.4, else on every third node."""
    if curve.fit.family.name == "LL.4" and not curve.fit.held.any():
        nodes = grid
        profile = np.asarray(
            profile_on_grid(fit_many(curve.dose, curve.percent[None, :]), 10.0**grid, **asked)[0]
        )
    else:
        nodes = np.linspace(grid[0], grid[-1], max(8, grid.size // 3))
        profile = effect_profile(curve.fit, 10.0**nodes, **asked)
    least = min(curve.fit.rss, float(profile.min()))
    variance = max(least / curve.fit.dof, 1e-10)
    found = signed_roots([log10], nodes, profile[None, :], [least], [variance])[0]
    if nodes.size == grid.size:
        return np.asarray(found)
    if nodes[0] < log10 < nodes[-1] and np.abs(nodes - log10).min() > 1e-9:
        place = int(np.searchsorted(nodes, log10))
        nodes, found = np.insert(nodes, place, log10), np.insert(found, place, 0.0)
    return np.asarray(PchipInterpolator(nodes, found)(grid))


def _log10(curve: Curve, level: float | None, asked: Mapping[str, float]) -> float:
    """The dose of the effect; infinite where the curve never reaches it."""
    value = effective_dose(curve.fit, **asked).value
    unseen = curve.fit.state == curve_state.FLAT and level is None
    if value is not None and value > 0 and isfinite(curve.fit.values[3]) and not unseen:
        return float(np.log10(value))
    return -inf if level is not None and curve.fit.values[2] <= level else inf


def stated(summary: Summary, unit: str) -> Outcome:
    """A summary on log10 as an outcome in `unit`."""
    if summary.state == "undecidable" or summary.log10_value is None:
        return Absent(f"the data bound it on neither side within the doses tested (n = {summary.n})", unit)
    value = 10.0**summary.log10_value
    if summary.state == ">":
        return at_least(value, unit, summary.method, summary.n, N_IS, summary.level)
    if summary.state == "<":
        return at_most(value, unit, summary.method, summary.n, N_IS, summary.level)
    low = 10.0**summary.log10_low if summary.log10_low > -inf else -inf
    high = 10.0**summary.log10_high if summary.log10_high < inf else inf
    return Estimate(
        value, min(low, value), max(high, value), unit, summary.method, summary.n, N_IS, summary.level
    )


def _unit(name: str, words: Mapping[str, str], curve: Curve, log10: float, unit: str) -> UnitValue:
    """The dose of one experiment; outside the doses tested it is a bound."""
    low, high = float(curve.dose[curve.dose > 0].min()), float(curve.dose.max())
    if log10 > np.log10(high):
        return UnitValue(name, words, curve.experiment, high, unit, "log", ">")
    if log10 < np.log10(low):
        return UnitValue(name, words, curve.experiment, low, unit, "log", "<")
    return UnitValue(name, words, curve.experiment, 10.0**log10, unit, "log")
