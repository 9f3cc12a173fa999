"""Compare groups: effect size with interval first, p second; n counts independent experiments."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from selenolab.core.errors import UnknownNameError
from selenolab.stats.assumptions import AssumptionCheck, equal_spread, normal_residuals
from selenolab.stats.comparison_plan import (
    INTERVALS,
    METHODS,
    Method,
    Plan,
    planned,
    refuse_small,
    separated,
    told,
)
from selenolab.stats.contrasts import (
    Bounds,
    Difference,
    blocked_differences,
    mixed_differences,
    paired_differences,
    pooled_differences,
    simultaneous,
    welch_differences,
)
from selenolab.stats.intervals import mean_t
from selenolab.stats.units import Units, as_table, to_units
from selenolab.stats.variance_analysis import Omnibus, blocked, one_way, welch_one_way


@dataclass(frozen=True, slots=True)
class Contrast:
    """One pair: group against reference.

    `estimate` is group - reference, or group / reference (ratio of geometric means) on the log scale.
    In state "zero variance" the limits are open and both p are None: without variation there is no
    evidence about it.
    """

    group: str
    reference: str
    estimate: float
    low: float
    high: float
    level: float
    p: float | None
    p_adjusted: float | None
    df: float
    n: int
    n_reference: int
    state: str


@dataclass(frozen=True, slots=True)
class GroupMean:
    """Mean (geometric on the log scale) of one group with its own t interval."""

    group: str
    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Contrasts with intervals, the groups' means, the omnibus tests, and what was assumed.

    `scale` is "difference" or "ratio"; `intervals` says what the limits of `rows` guarantee; `n_is`
    what n counts; `paired` whether experiments were used as blocks; `units` are the points to draw.
    """

    rows: tuple[Contrast, ...]
    groups: tuple[GroupMean, ...]
    omnibus: tuple[Omnibus, ...]
    checks: tuple[AssumptionCheck, ...]
    units: Units
    scale: Literal["difference", "ratio"]
    paired: bool
    level: float
    n_is: str
    method: str
    intervals: str


def compare(
    values: ArrayLike,
    groups: Sequence[str],
    experiments: Sequence[str] | None = None,
    method: Method = "auto",
    control: str | None = None,
    log: bool = False,
    paired: bool | None = None,
    level: float = 0.95,
    n_is: str = "independent experiments",
) -> Comparison:
    """Compare two or more groups; technical repeats are averaged within (group, experiment) first.

    Parameters
    ----------
    values, groups, experiments : one entry a measurement; without `experiments` each is independent.
    method : "auto" takes Welch's t (two groups), Dunnett (with a `control`) or Tukey; within
        experiments when every experiment holds every group, a mixed model when only some do.
    control : the reference of every pair; without it all pairs are compared.
    log : analyse logarithms and report ratios (for IC50-like endpoints).
    paired : False says that equal experiment names in two groups are not the same experiment.

    Raises
    ------
    StudyError
        Fewer than two groups, a group with n < 2, a design the method cannot use.

    Examples
    --------
    >>> found = compare([1, 2, 3, 5, 6, 7], ["a"] * 3 + ["b"] * 3, control="a")
    >>> row = found.rows[0]
    >>> row.group, row.estimate, round(row.low, 2), round(row.high, 2)
    ('b', 4.0, 1.73, 6.27)
    """
    if method not in METHODS:
        raise UnknownNameError("comparison method", method, METHODS)
    units = separated(to_units(values, groups, experiments, log, n_is), paired)
    refuse_small(units, control)
    plan = planned(units, method, control)
    differences, note = _differences(units, plan)
    sizes = [units.of(i).size for i in range(len(units.groups))]
    bounds = simultaneous(differences, plan.family, sizes, plan.model == "blocked", level)
    rows = tuple(_row(units, d, b, level) for d, b in zip(differences, bounds, strict=True))
    return Comparison(
        rows,
        _means(units, level),
        _omnibus(units, plan, level),
        _checks(units, plan),
        units,
        "ratio" if log else "difference",
        plan.model in ("paired", "blocked", "mixed"),
        level,
        n_is,
        told(units, plan) + note,
        INTERVALS[plan.family],
    )


def _differences(units: Units, plan: Plan) -> tuple[list[Difference], str]:
    if plan.model == "mixed":
        found, fit = mixed_differences(units, plan.pairs)
        return found, "; the variance between experiments is estimated as zero" if fit.boundary else ""
    reach = {
        "welch": welch_differences,
        "paired": paired_differences,
        "pooled": pooled_differences,
        "blocked": blocked_differences,
    }
    return reach[plan.model](units, plan.pairs), ""


def _row(units: Units, difference: Difference, bounds: Bounds, level: float) -> Contrast:
    i, j = difference.pair
    estimate, low, high = _shown(units, difference.value, bounds.low, bounds.high)
    return Contrast(
        units.groups[i],
        units.groups[j],
        estimate,
        low,
        high,
        level,
        bounds.p,
        bounds.p_adjusted,
        difference.df,
        units.of(i).size,
        units.of(j).size,
        "zero variance" if difference.error is None else "",
    )


def _means(units: Units, level: float) -> tuple[GroupMean, ...]:
    found = []
    for i, name in enumerate(units.groups):
        own = mean_t(units.of(i), level)
        mean, low, high = _shown(units, own.value, own.low, own.high)
        found.append(GroupMean(name, mean, low, high, own.n))
    return tuple(found)


def _shown(units: Units, *values: float) -> tuple[float, ...]:
    """Back from logarithms, if they were taken."""
    return tuple((inf if value > 700 else exp(value)) if units.log else value for value in values)


def _omnibus(units: Units, plan: Plan, level: float) -> tuple[Omnibus, ...]:
    if len(units.groups) < 3 or plan.model == "mixed":
        return ()
    samples = [units.of(i) for i in range(len(units.groups))]
    if plan.model in ("blocked", "paired"):
        return (blocked(as_table(units), level),)
    classic, welch = one_way(samples, level), welch_one_way(samples, level)
    return (welch, classic) if plan.model == "welch" else (classic, welch)


def _checks(units: Units, plan: Plan) -> tuple[AssumptionCheck, ...]:
    samples = [units.of(i) for i in range(len(units.groups))]
    if plan.model in ("blocked", "paired", "mixed"):
        residuals = units.values - _fitted_blocks(units)
        return (normal_residuals(residuals),)
    residuals = np.concatenate([sample - sample.mean() for sample in samples])
    spread = (equal_spread(samples),) if plan.model == "pooled" else ()
    return (*spread, normal_residuals(residuals))


def _fitted_blocks(units: Units) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Least-squares fit of groups + experiments."""
    design = np.hstack(
        [np.eye(len(units.groups))[units.group], np.eye(len(units.experiments))[units.experiment]]
    )
    solution = np.linalg.lstsq(design, units.values, rcond=None)[0]
    fitted: np.ndarray[tuple[int], np.dtype[np.float64]] = design @ solution
    return fitted
