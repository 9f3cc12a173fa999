"""GR metrics of every group that has cells at time zero, over its experiments."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log10

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.viability.controls import Corrected, medium_blank, vehicle_mean
from selenolab.assays.viability.curves import group_of
from selenolab.assays.viability.endpoints import stated
from selenolab.assays.viability.growth import GrowthCurve, gr_values, growth_curve
from selenolab.assays.viability.linear import mean_outcome
from selenolab.assays.viability.potency import refined
from selenolab.assays.viability.schema import RAW
from selenolab.core.analysis import UnitValue
from selenolab.core.estimate import Absent, Endpoint, Outcome
from selenolab.fit.effect_profile import effect_profile
from selenolab.fit.profile_grid import dose_grid
from selenolab.formats.plate_groups import grouped
from selenolab.stats.potency import signed_roots, summarise

Vector = NDArray[np.float64]
_HALF = 0.5
_NODES = 12
_EXACT = 1e-6  # scatter of GR values below this is rounding
_LEAST_GROWTH = 1.1  # control over time zero: below it the scatter rules GR


@dataclass(frozen=True, slots=True)
class Growth:
    """The GR curve of one group in one experiment."""

    group: Mapping[str, str]
    experiment: str
    curve: GrowthCurve


@dataclass(frozen=True, slots=True)
class GrowthResult:
    """GR endpoints, their units, the curves behind them, and what to be warned of."""

    curves: tuple[Growth, ...]
    endpoints: tuple[Endpoint, ...]
    units: tuple[UnitValue, ...]
    warnings: tuple[str, ...]


def growth_result(corrected: Corrected, unit: str, level: float) -> GrowthResult | None:
    """All GR metrics; None without a well of role time_zero. `unit` is that of the dose."""
    wells = corrected.wells
    if not (wells["role"] == "time_zero").any() or corrected.kind == "viability":
        return None
    warnings: list[str] = []
    found = list(_curves(corrected, warnings))
    groups: dict[tuple[tuple[str, str], ...], list[Growth]] = {}
    for growth in found:
        groups.setdefault(tuple(growth.group.items()), []).append(growth)
    endpoints = [end for parts in groups.values() for end in _endpoints(parts, unit, level)]
    units = tuple(value for growth in found for value in _units(growth, unit))
    return GrowthResult(tuple(found), tuple(endpoints), units, tuple(warnings))


def _curves(corrected: Corrected, warnings: list[str]) -> Iterator[Growth]:
    wells = corrected.wells
    raw = corrected.kind in RAW
    medium = np.nan_to_num(medium_blank(wells)) if raw else np.zeros(len(wells))
    blank = np.where(np.isfinite(wells["blank"].to_numpy(float)), wells["blank"].to_numpy(float), medium)
    net = wells["signal"].to_numpy(float) - (blank if raw else 0.0)
    control = vehicle_mean(wells) - medium
    start = _time_zero(wells, net)
    words = ["compound", "cell_line", "arm", "time_key", "experiment"]
    samples = ((wells["role"] == "sample") & wells["ok"] & (wells["dose"] > 0)).to_numpy()
    for key, rows in grouped(wells[samples], words):
        place = np.flatnonzero(samples)[rows]
        group = group_of(wells.iloc[place], wells)
        name = f"{', '.join(group.values())}, experiment {key[-1]}"
        if not (np.isfinite(start[place]) & np.isfinite(control[place])).all():
            warnings.append(f"GR: {name} has no time-zero or no vehicle wells of its line: left out.")
            continue
        if not (control[place] > start[place] * _LEAST_GROWTH).all():
            warnings.append(f"GR: {name}: the untreated cells hardly grew; no GR value is given.")
            continue
        lost = net[place] <= 0
        if lost.any():
            warnings.append(f"GR: {name}: {int(lost.sum())} wells at or below the blank enter as GR = -1.")
        gr = np.full(place.size, -1.0)
        gr[~lost] = gr_values(net[place][~lost], control[place][~lost], start[place][~lost])
        dose = wells["dose"].to_numpy(float)[place]
        if np.unique(dose).size > 1:
            yield Growth(group, str(key[-1]), growth_curve(dose, gr))


def _time_zero(wells: pd.DataFrame, net: Vector) -> Vector:
    """Mean net signal (n,) at time zero of each well's line, arm and experiment, nearest first."""
    rows = ((wells["role"] == "time_zero") & wells["ok"]).to_numpy()
    source = wells[rows].assign(net=net[rows])
    found = np.full(len(wells), np.nan)
    for keys in (["experiment", "cell_line", "arm"], ["experiment", "cell_line"]):
        means = source.groupby(keys)["net"].mean()
        here = means.reindex(pd.MultiIndex.from_frame(wells[keys])).to_numpy(float)
        found = np.where(np.isfinite(found), found, here)
    plain = source[source["cell_line"] == ""].groupby("experiment")["net"].mean()
    here = plain.reindex(pd.Index(wells["experiment"])).to_numpy(float)
    return np.where(np.isfinite(found), found, here)


def _endpoints(parts: Sequence[Growth], unit: str, level: float) -> Iterator[Endpoint]:
    group = parts[0].group
    yield Endpoint("GR50", group, _gr50(parts, unit, level))
    yield Endpoint("GRmax", group, mean_outcome([part.curve.gr_max for part in parts], "1", level))
    yield Endpoint("GR_AOC", group, mean_outcome([part.curve.gr_aoc for part in parts], "1", level))
    hills = [part.curve.hill for part in parts if part.curve.hill is not None]
    flat = Absent("no dose effect on growth is seen (F test, p >= 0.05)", "1")
    yield Endpoint("hGR", group, mean_outcome(hills, "1", level) if hills else flat)


def _gr50(parts: Sequence[Growth], unit: str, level: float) -> Outcome:
    """The absolute dose of GR = 0.5, joined over experiments by the profiles of the GR curves."""
    able = [part for part in parts if part.curve.fit is not None and part.curve.fit.dof > 0]
    if not able:
        return Absent("too few doses or wells for a GR curve", unit)
    doses = np.unique(np.concatenate([part.curve.dose for part in able]))
    ends = np.log10(dose_grid(doses))
    grid = np.linspace(ends[0], ends[-1], _NODES)
    values, roots, dof, scatter, fine = [], [], [], [], grid
    for part in able:
        fit = part.curve.fit
        assert fit is not None
        value = part.curve.gr50
        profile = effect_profile(fit, 10.0**grid, level=_HALF)
        least = min(fit.rss, float(profile.min()))
        log_value = log10(value) if 0 < value < np.inf else value
        values.append(log_value)
        variance = max(least / fit.dof, _EXACT**2)
        rough = signed_roots([log_value], grid, profile[None, :], [least], [variance])[0]
        fine, line = refined(grid, grid, rough, log_value)
        roots.append(line)
        dof.append(fit.dof)
        scatter.append(variance**0.5)
    return stated(summarise(values, np.array(roots), fine, dof, level, scatter=scatter), unit)


def _units(growth: Growth, unit: str) -> Iterator[UnitValue]:
    curve, group, name = growth.curve, dict(growth.group), growth.experiment
    yield UnitValue("GRmax", group, name, curve.gr_max, "1", "linear")
    yield UnitValue("GR_AOC", group, name, curve.gr_aoc, "1", "linear")
    low, high = float(curve.dose.min()), float(curve.dose.max())
    if curve.gr50 > high:
        yield UnitValue("GR50", group, name, high, unit, "log", ">")
    elif curve.gr50 < low:
        yield UnitValue("GR50", group, name, low, unit, "log", "<")
    else:
        se = None
        if curve.fit is not None and np.isfinite(curve.fit.se[3]) and curve.gec50:
            se = float(curve.fit.se[3]) / curve.gec50
        yield UnitValue("GR50", group, name, curve.gr50, unit, "log", None, se)
