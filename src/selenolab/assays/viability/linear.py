"""Endpoints on a plain scale: slope, plateaus and area, each over the experiments of a group."""

from collections.abc import Sequence
from math import inf

import numpy as np

from selenolab.assays.viability.curves import SEEN, Curve, area, dose_means
from selenolab.assays.viability.settings import ViabilitySettings
from selenolab.core.analysis import UnitValue
from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome
from selenolab.stats.intervals import geometric_mean_t, mean_t, t_quantile

_N_IS = "independent experiments"
_SHAPES = {"Hill slope": 0, "lower plateau": 1, "upper plateau": 2}  # place among b, c, d, e, f


def shape_endpoints(curves: Sequence[Curve], settings: ViabilitySettings) -> list[Endpoint]:
    """Hill slope, plateaus and AUC of one group."""
    group = curves[0].group
    seen = [curve for curve in curves if curve.fit.state in SEEN]
    found = [Endpoint("AUC", group, _area(curves, settings.level))]
    for name, place in _SHAPES.items():
        found.append(Endpoint(name, group, _shape(name, place, seen, curves, settings.level)))
    return found


def _unit(name: str, curve: Curve) -> str:
    if name == "Hill slope":
        return "1"
    return "%" if curve.control == 100.0 else "response"


def _shape(name: str, place: int, seen: Sequence[Curve], curves: Sequence[Curve], level: float) -> Outcome:
    unit = _unit(name, curves[0])
    if not seen:
        return Absent(curves[0].fit.why or "no dose effect is seen", unit)
    letter = "bcd"[place]
    if letter in seen[0].fit.family.fixed:
        return Absent(f"fixed at {seen[0].fit.family.fixed[letter]:g} in {seen[0].fit.family.name}", unit)
    values = [float(curve.fit.values[place]) for curve in seen]
    if len(values) > 1:
        found = geometric_mean_t(values, level) if place == 0 else mean_t(values, level)
        return Estimate(found.value, found.low, found.high, unit, found.method, found.n, _N_IS, level)
    fit = seen[0].fit
    half = t_quantile(level, fit.dof) * float(fit.se[place]) if fit.dof > 0 else inf
    method = "one experiment, t interval from the fit's standard error"
    if place == 0:
        ratio = float(np.exp(min(half / values[0], 700.0))) if half < inf else inf
        return Estimate(values[0], values[0] / ratio, values[0] * ratio, unit, method, 1, _N_IS, level)
    return Estimate(values[0], values[0] - half, values[0] + half, unit, method, 1, _N_IS, level)


def mean_outcome(values: Sequence[float], unit: str, level: float) -> Estimate:
    """Mean over experiments with a t interval; a single one has no interval."""
    if len(values) > 1:
        found = mean_t(values, level)
        return Estimate(found.value, found.low, found.high, unit, found.method, found.n, _N_IS, level)
    return Estimate(values[0], -inf, inf, unit, "one experiment, no interval", 1, _N_IS, level)


def _area(curves: Sequence[Curve], level: float) -> Outcome:
    values = [value for curve in curves if (value := area(curve)) is not None]
    if not values:
        return Absent("fewer than two doses above zero, or no response without drug", "1")
    if len(values) > 1:
        return mean_outcome(values, "1", level)
    half = _area_error(next(curve for curve in curves if area(curve) is not None), level)
    method = "one experiment, trapezoids; t interval from the scatter of the wells of one dose"
    return Estimate(values[0], values[0] - half, values[0] + half, "1", method, 1, _N_IS, level)


def _area_error(curve: Curve, level: float) -> float:
    """Half the interval of one curve's area from the pure error of its wells; infinite without replicates."""
    doses, means = dose_means(curve)
    place = np.searchsorted(doses, curve.dose)
    spare = curve.dose.size - doses.size
    if spare < 1 or not curve.control:
        return inf
    variance = float(np.sum((curve.response - means[place]) ** 2)) / spare
    count = np.bincount(place)[doses > 0]
    z = np.log10(doses[doses > 0])
    steps = np.diff(z)
    weight = (np.append(steps, 0) + np.insert(steps, 0, 0)) / 2 / (z[-1] - z[0]) / curve.control
    return t_quantile(level, spare) * float(np.sqrt(variance * np.sum(weight**2 / count)))


def shape_units(curves: Sequence[Curve]) -> tuple[UnitValue, ...]:
    """AUC, slope, and the mean response at every dose, of each experiment."""
    found = []
    for curve in curves:
        value = area(curve)
        if value is not None:
            found.append(UnitValue("AUC", dict(curve.group), curve.experiment, value, "1", "linear"))
        if curve.fit.state in SEEN:
            slope = float(curve.fit.values[0])
            found.append(UnitValue("Hill slope", dict(curve.group), curve.experiment, slope, "1", "log"))
        for dose, mean in zip(*dose_means(curve), strict=True):
            group = {**curve.group, "dose": f"{dose:g}"}
            unit = _unit("viability", curve)
            found.append(UnitValue("viability", group, curve.experiment, float(mean), unit, "linear"))
    return tuple(found)
