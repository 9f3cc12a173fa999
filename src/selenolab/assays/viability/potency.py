"""Potencies of a curve in one experiment, with the profile that says how sure each is.

relative IC50: half-way between the fitted plateaus. absolute IC50, IC10, IC90: where the curve falls to
50, 90 or 10 % of the control.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from selenolab.assays.viability.curves import Curve
from selenolab.assays.viability.settings import ViabilitySettings
from selenolab.fit import curve_state
from selenolab.fit.batch import fit_many
from selenolab.fit.binomial import binomial_profile
from selenolab.fit.effect_profile import effect_profile
from selenolab.fit.profile import effective_dose
from selenolab.fit.profile_grid import dose_grid, profile_on_grid
from selenolab.stats.potency import Summary, signed_roots, summarise

Vector = NDArray[np.float64]
RELATIVE, ABSOLUTE = "relative IC50", "absolute IC50"
# name -> share of the control at which the effect is read; None: half-way between the plateaus
EFFECTS: Mapping[str, float | None] = {RELATIVE: None, ABSOLUTE: 0.5, "IC10": 0.9, "IC90": 0.1}
_SILENT = (curve_state.TOO_FEW, curve_state.NO_DATA, curve_state.ALL_ZERO)
_EXACT = 1e-6  # scatter below this share of the largest response is rounding
_FINER = 8
_NODES_PER_DOSE = 2  # of the slower profile of families other than LL.4


@dataclass(frozen=True, slots=True)
class Potency:
    """One effect of one curve on a grid of log10 doses.

    `log10` is infinite where the curve never reaches the effect; `roots` (m,) are the signed roots of the
    profile on `grid`, formed with the residual SD `scatter` (a share of the control; 1 for counts); `se` is
    that of log10, None where it is open; `undefined` says why there is no such dose at all (a lower
    plateau above the level), "" otherwise.
    """

    curve: Curve
    log10: float
    roots: Vector
    grid: Vector
    se: float | None
    undefined: str
    scatter: float = 1.0


def silence(curve: Curve) -> str:
    """Why a curve says nothing about a potency; "" when it does."""
    if curve.fit.state in _SILENT:
        return curve.fit.why
    if curve.fit.state == curve_state.INCREASING:
        return curve.fit.why
    if curve.fit.dof <= 0:
        return "as many parameters as wells: the scatter is not known"
    return ""


def common_grid(curves: Sequence[Curve]) -> Vector:
    """log10 doses from the lowest to the highest tested in any of the experiments."""
    doses = np.unique(np.concatenate([curve.dose for curve in curves]))
    doses = doses[doses > 0]
    if doses.size < 2:
        doses = np.array([doses[0] / 2, doses[0] * 2])
    return np.log10(dose_grid(doses))


def potency(curve: Curve, name: str, grid: Vector, settings: ViabilitySettings) -> Potency:
    """The effect `name` of a curve that is not silent; an absolute one needs a control.

    A curve on which no dose effect is seen is taken as reaching no effect at any dose: what its profile
    refuses is all that it says.
    """
    share = EFFECTS[name]
    level = None if share is None or curve.control is None else share * curve.control
    asked = {"percent": 50.0} if level is None else {"level": level}
    estimate = effective_dose(curve.fit, **asked)
    value = estimate.value
    flat = curve.fit.state == curve_state.FLAT
    if value is None or (flat and level is None) or not isfinite(curve.fit.values[3]):
        log10 = -inf if level is not None and _below(curve, level) else inf
    else:
        log10 = float(np.log10(value)) if value > 0 else -inf
    if curve.binomial is not None:
        return _counted(curve, share or 0.5, grid)
    nodes, profile = _profile(curve, grid, asked, settings, log10)
    least = np.array([min(curve.fit.rss, float(profile.min()))])
    variance = max(float(least[0]) / curve.fit.dof, (_EXACT * float(np.abs(curve.response).max())) ** 2)
    rough = signed_roots([log10], nodes, profile[None, :], least, [variance])[0]
    grid, roots = refined(grid, nodes, rough, log10)
    undefined = _undefined(curve, level) if level is not None and log10 == inf else ""
    scatter = float(np.sqrt(variance)) / (curve.control or float(np.abs(curve.response).max()))
    return Potency(curve, log10, roots, grid, _se(grid, roots), undefined, scatter)


def _counted(curve: Curve, share: float, grid: Vector) -> Potency:
    """The dose of a surviving share from counts: the scatter is known, so the rise is the deviance."""
    found = curve.binomial
    assert found is not None
    log10 = float(np.log10(found.e) + np.log10(1 / share - 1) / found.b)
    if curve.fit.state == curve_state.FLAT:
        log10 = inf if found.data.alive.sum() > share * found.data.total.sum() else -inf
    rises = binomial_profile(found, 10.0**grid, share)
    roots = signed_roots([log10], grid, rises[None, :], [min(0.0, float(rises.min()))], [1.0])[0]
    fine, roots = refined(grid, grid, roots, log10)
    return Potency(curve, log10, roots, fine, _se(fine, roots), "")


def refined(grid: Vector, nodes: Vector, roots: Vector, log10: float) -> tuple[Vector, Vector]:
    """The roots on a grid `_FINER` times as fine, through zero at the estimate; monotone cubic between."""
    fine = np.linspace(grid[0], grid[-1], _FINER * (grid.size - 1) + 1)
    x, y = nodes, roots
    if nodes[0] < log10 < nodes[-1] and np.abs(nodes - log10).min() > 1e-9:
        place = int(np.searchsorted(nodes, log10))
        x, y = np.insert(nodes, place, log10), np.insert(roots, place, 0.0)
    return fine, np.asarray(PchipInterpolator(x, y)(fine))


def _below(curve: Curve, level: float) -> bool:
    return bool(curve.fit.values[2] <= level)


def _undefined(curve: Curve, level: float) -> str:
    """The reason where a plateau above the level is in sight: the fit says so beyond its error."""
    if curve.fit.state != curve_state.OK:
        return ""
    c, se = float(curve.fit.values[1]), float(curve.fit.se[1])
    if not c - 2 * se > level:
        return ""
    return f"undefined: the lower plateau ({c:.3g}) is above the level ({level:.3g})"


def _profile(
    curve: Curve, grid: Vector, asked: dict[str, float], settings: ViabilitySettings, log10: float
) -> tuple[Vector, Vector]:
    """The nodes used and the profile there.

    Compiled for the plain LL.4; else one by one on fewer doses, with some more about the estimate.
    """
    limited = settings.lower_plateau_min is not None
    if settings.family == "LL.4" and not limited and not curve.fit.held.any():
        fits = fit_many(curve.dose, curve.response[None, :])
        return grid, profile_on_grid(fits, 10.0**grid, **asked)[0]
    nodes = np.linspace(grid[0], grid[-1], max(8, grid.size * _NODES_PER_DOSE // 6))
    error = float(curve.fit.se[3]) / (float(curve.fit.values[3]) * np.log(10))
    if np.isfinite(log10) and 0 < error < 1:
        near = log10 + error * np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
        nodes = np.union1d(nodes, near[(near > grid[0]) & (near < grid[-1])])
    return nodes, effect_profile(curve.fit, 10.0**nodes, **asked)


def _se(grid: Vector, roots: Vector) -> float | None:
    """Half the width of the profile between -1 and 1, in log10 dose; None where it is open."""
    inside = np.flatnonzero(np.abs(roots) <= 1)
    if not (roots[0] > 1 and roots[-1] < -1):
        return None
    if not inside.size:
        return float(grid[1] - grid[0]) / 2
    ordered = np.argsort(-roots, kind="stable")
    return (
        float(np.interp(1, -roots[ordered], grid[ordered]) - np.interp(-1, -roots[ordered], grid[ordered]))
        / 2
    )


def over_experiments(potencies: Sequence[Potency], level: float) -> Summary:
    """The headline over the experiments of one group."""
    tested = np.log10([part.curve.tested for part in potencies])
    return summarise(
        [part.log10 for part in potencies],
        np.array([part.roots for part in potencies]),
        potencies[0].grid,
        [part.curve.fit.dof for part in potencies],
        level,
        scatter=[part.scatter for part in potencies],
        shared=(float(tested[:, 0].max()), float(tested[:, 1].min())),
    )


def own_limits(part: Potency, level: float) -> tuple[float, float]:
    """The profile-likelihood limits of one experiment in dose; NaN where a side is open."""
    found = summarise([part.log10], part.roots[None, :], part.grid, part.curve.fit.dof, level)
    low, high = (10.0**side if np.isfinite(side) else np.nan for side in (found.log10_low, found.log10_high))
    return float(low), float(high)
