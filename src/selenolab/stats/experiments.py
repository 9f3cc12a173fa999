"""The headline of a cell assay: a mean over independent experiments, and a change from the control.

Repeats within an experiment (wells, tubes, lanes, events, cells) are averaged first and never enter n.
The control keeps its own scatter: it is never set to 1 without error.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import StudyError
from selenolab.core.estimate import Absent, Estimate
from selenolab.stats.intervals import negligible_variance, p_of_t, t_quantile, welch_difference

Floats = NDArray[np.float64]
Scale = Literal["linear", "log"]
N_IS = "independent experiments"
ONE = "one experiment, no interval over experiments"


@dataclass(frozen=True, slots=True)
class Change:
    """Treated against control: a difference (linear) or a ratio of geometric means (log).

    `estimate` has open limits where one experiment only can be compared, and is absent where none can.
    `p` is two-sided. `paired` says that treated and control were compared within experiments; `pairs`
    are those comparisons, one an experiment, natural logarithms on the log scale.
    """

    estimate: Estimate | Absent
    p: float | None
    paired: bool
    pairs: Floats


def by_experiment(values: ArrayLike, experiments: Sequence[str], scale: Scale = "linear") -> dict[str, float]:
    """The mean of every experiment, in sorted order; the mean of logarithms where `scale` is "log".

    Raises
    ------
    StudyError
        A value that is not finite, or not positive on the log scale; lengths that differ.
    """
    flat = np.asarray(values, dtype=np.float64).ravel()
    if flat.size != len(experiments):
        raise StudyError(f"Expected one experiment for each of {flat.size} values, found {len(experiments)}.")
    if not np.isfinite(flat).all() or (scale == "log" and (flat <= 0).any()):
        needed = "positive, finite" if scale == "log" else "finite"
        wrong = flat[~np.isfinite(flat) | ((flat <= 0) & (scale == "log"))][0]
        raise StudyError(f"Expected {needed} values for a mean over experiments, found {wrong:g}.")
    seen = np.log(flat) if scale == "log" else flat
    names = np.asarray([str(name) for name in experiments], dtype=object)
    return {name: float(seen[names == name].mean()) for name in sorted(set(names.tolist()))}


def over_experiments(
    values: ArrayLike,
    experiments: Sequence[str],
    unit: str,
    scale: Scale = "linear",
    within: tuple[float, float] = (-inf, inf),
    level: float = 0.95,
    n_is: str = N_IS,
) -> Estimate | Absent:
    """Mean over independent experiments with a t interval; the geometric mean on the log scale.

    `within` are the values the quantity can take (0 to 100 for a percentage): the interval stops there.
    One experiment gives its value with open limits.

    Examples
    --------
    >>> found = over_experiments([10, 12, 20, 22, 30, 32], ["a", "a", "b", "b", "c", "c"], "%")
    >>> round(found.value, 1), found.n
    (21.0, 3)
    """
    means = np.array(list(by_experiment(values, experiments, scale).values()))
    method = ("geometric mean" if scale == "log" else "mean") + " over experiments, t interval"
    if not means.size:
        return Absent("there is no value", unit, method)
    half = _half_width(means, level)
    method = ONE if means.size == 1 else method
    return _shown(float(means.mean()), half, scale, unit, method, int(means.size), level, n_is, within)


def change_from_control(
    treated: ArrayLike,
    treated_experiments: Sequence[str],
    control: ArrayLike,
    control_experiments: Sequence[str],
    unit: str,
    scale: Scale = "log",
    level: float = 0.95,
    n_is: str = N_IS,
) -> Change:
    """How the treated differ from the control, over independent experiments.

    Where every treated experiment has a control of its own, each is compared with that one and a t
    interval is given over these comparisons; else the two sets of experiment means are compared by
    Welch's t, so that the control brings its own variance.

    Parameters
    ----------
    treated, control : values of wells, tubes or lanes; repeats are averaged within experiments.
    unit : of the difference; a ratio has the unit "1" whatever is given.

    Examples
    --------
    >>> found = change_from_control([20, 22, 18], ["a", "b", "c"], [10, 10, 10], ["a", "b", "c"], "1")
    >>> round(found.estimate.value, 2), found.paired
    (1.99, True)
    """
    ours = by_experiment(treated, treated_experiments, scale)
    theirs = by_experiment(control, control_experiments, scale)
    told = "1" if scale == "log" else unit
    what = "ratio of geometric means" if scale == "log" else "difference of means"
    paired = bool(ours) and set(ours) <= set(theirs)
    pairs = np.array([ours[name] - theirs[name] for name in ours if name in theirs])
    method = f"{what} {'within experiments' if paired else 'between experiments, Welch'}, t interval"
    if not ours or not theirs:
        lacking = "control" if ours else "treated cells"
        return Change(Absent(f"there is no value of the {lacking}", told, method), None, False, pairs)
    plain = (
        float(pairs.mean())
        if paired
        else float(np.mean(list(ours.values())) - np.mean(list(theirs.values())))
    )
    if min(len(ours), len(theirs)) < 2:
        method = f"{what}; {ONE}"
        half, p = inf, None
    else:
        half, p = _paired(pairs, level) if paired else _welch(ours, theirs, level)
    n = len(ours) if paired else min(len(ours), len(theirs))
    estimate = _shown(plain, half, scale, told, method, n, level, n_is, (-inf, inf))
    return Change(estimate, p, paired, pairs)


def _half_width(means: Floats, level: float) -> float:
    """Half the t interval of the mean; open where one value, or no scatter, says nothing of the scatter."""
    if means.size < 2 or means.var(ddof=1) <= negligible_variance(means):
        return inf
    return t_quantile(level, means.size - 1) * float(means.std(ddof=1)) / float(means.size**0.5)


def _paired(pairs: Floats, level: float) -> tuple[float, float | None]:
    half = _half_width(pairs, level)
    if half == inf:
        return inf, None
    df = pairs.size - 1
    return half, p_of_t(float(pairs.mean()) * t_quantile(level, df) / half, df)


def _welch(ours: dict[str, float], theirs: dict[str, float], level: float) -> tuple[float, float | None]:
    found = welch_difference(np.array(list(ours.values())), np.array(list(theirs.values())), level)
    if found.high == inf:
        return inf, None
    half = found.high - found.value
    return half, p_of_t(found.value * t_quantile(level, found.df) / half, found.df)


def _shown(
    centre: float, half: float, scale: Scale, unit: str, method: str, n: int, level: float, n_is: str,
    within: tuple[float, float],
) -> Estimate:  # fmt: skip
    """An estimate back from logarithms, its limits within what the quantity can be."""
    if half == inf:
        within = (-inf, inf)
    low, high = centre - half, centre + half
    if scale == "log":
        low = -inf if low == -inf else exp(max(low, -700.0))
        high = inf if high > 700 else exp(high)
        centre = exp(centre)
    value = min(max(centre, within[0]), within[1])
    return Estimate(
        value, min(max(low, within[0]), value), max(min(high, within[1]), value), unit, method, n, n_is, level
    )
