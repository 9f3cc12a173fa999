"""Fit one dose-response curve of any family, by least squares on the dose means.

Plain NumPy, so that a first fit does not wait for a compiler; `selenolab.fit.batch` fits many
log-logistic curves at once and gives the same numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.fit import curve_state
from selenolab.fit.dose_means import DoseMeans, collapse
from selenolab.fit.families import PARAMETERS, Family, evaluate, family_named, gradient, relative_dose, shape
from selenolab.fit.starts import Box, parameter_box, starts, to_internal, to_natural
from selenolab.stats.least_squares import Solution, covariance, solve

Vector = NDArray[np.float64]
Limits = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CurveFit:
    """One fitted curve.

    Parameters
    ----------
    family : its name and what is fixed.
    values : (5,) b, c, d, e, f; fixed ones included. Where no curve can be fitted (state `all zero`,
        `too few doses`, or a constant response) c = d = the mean and e is infinite, which is that constant.
    se : (5,) standard errors from J'J (the expected information); 0 for fixed parameters and for those
        held at a limit the user set, infinite where the data cannot tell.
    cov : (5, 5) likewise.
    held : (5,) True for a parameter at one of its limits.
    rss, dof, sigma : residual sum of squares over all rows, its degrees of freedom, the root of their ratio.
    n, n_doses : rows and distinct doses.
    lack_of_fit_f, lack_of_fit_p : test against the dose means; None without replicates or spare doses.
    log_likelihood, aicc : Gaussian; None where they cannot be formed (exact fit, too few rows).
    state, why : one of `selenolab.fit.curve_state.STATES`, and what it means.
    p_flat : F test against a constant.
    converged : whether the search ended by its rule.
    data : what was fitted.
    box : limits of the parameters as used.
    """

    family: Family
    values: Vector
    se: Vector
    cov: Vector
    held: NDArray[np.bool_]
    rss: float
    dof: int
    sigma: float
    n: int
    n_doses: int
    lack_of_fit_f: float | None
    lack_of_fit_p: float | None
    log_likelihood: float | None
    aicc: float | None
    state: str
    why: str
    p_flat: float
    converged: bool
    data: DoseMeans
    box: Box

    @property
    def parameters(self) -> dict[str, float]:
        """The fitted parameters by name."""
        return {name: float(self.values[PARAMETERS.index(name)]) for name in self.family.free}


def fit_curve(
    dose: ArrayLike,
    response: ArrayLike,
    family: str = "LL.4",
    *,
    weights: ArrayLike | None = None,
    lower: Limits | None = None,
    upper: Limits | None = None,
    fixed: Limits | None = None,
) -> CurveFit:
    """Fit one curve.

    Parameters
    ----------
    dose : (n,) doses, zero included as zero.
    response : (n,) responses; rows without one (not a number) do not count.
    family : a name of `selenolab.fit.families.FAMILIES`.
    weights : (n,) relative inverse variances.
    lower, upper : limits by parameter name, such as ``lower={"c": 0}``.
    fixed : values by parameter name; ``family="LL.2", fixed={"d": 100}`` is LL.2 in per cent.

    Raises
    ------
    DataError
        Doses or responses that are no data (see :func:`selenolab.fit.dose_means.collapse`).
    UnknownNameError
        A family or parameter that does not exist.

    Examples
    --------
    >>> dose = np.repeat([0.5, 1, 2, 4, 8, 16, 32, 64], 3)
    >>> response = 10 + 90 / (1 + (dose / 5) ** 1.5) + np.tile([-1.0, 0.0, 1.0], 8)
    >>> fit = fit_curve(dose, response)
    >>> {name: round(value, 3) for name, value in fit.parameters.items()}, fit.state
    ({'b': 1.5, 'c': 10.0, 'd': 100.0, 'e': 5.0}, 'ok')
    """
    return fit_means(collapse(dose, response, weights), family_named(family, fixed), lower, upper)


def fit_means(
    data: DoseMeans, family: Family, lower: Limits | None = None, upper: Limits | None = None
) -> CurveFit:
    """:func:`fit_curve` on rows already collapsed."""
    box = parameter_box(family, data.dose, lower, upper)
    free = len(family.free)
    if np.all(data.mean == data.mean[0]) or data.dose.size < free or data.dose[-1] <= 0:
        return _constant(data, family, box)
    best = min(
        (_search(data, family, box, start) for start in starts(data, family, box)),
        key=lambda found: found.rss,
    )
    values = to_natural(best.x, family)
    return _described(data, family, box, values, best)


def _search(data: DoseMeans, family: Family, box: Box, start: Vector) -> Solution:
    """Least squares in ln b, c, d, ln e and f (its logarithm in LL.5)."""
    root = np.sqrt(data.weight)
    free = [PARAMETERS.index(name) for name in family.free]

    def residuals(internal: Vector) -> Vector:
        return root * (evaluate(family, data.dose, to_natural(internal, family)) - data.mean)

    def jacobian(internal: Vector) -> Vector:
        values = to_natural(internal, family)
        chain = np.array([values[0], 1.0, 1.0, values[3], values[4] if family.law == "LL" else 1.0])
        return np.asarray((root[:, None] * gradient(family, data.dose, values) * chain)[:, free])

    return solve(residuals, to_internal(start, family), bounds=(box.low, box.high), jacobian=jacobian)


def _described(data: DoseMeans, family: Family, box: Box, values: Vector, found: Solution) -> CurveFit:
    free = [PARAMETERS.index(name) for name in family.free]
    rss = found.rss + data.pure_error_ss
    held = np.zeros(5, bool)
    held[free] = found.held
    lost = _at_search_limit(family, box, found)
    dof = data.n - len(free) + int(found.held.sum()) - len(lost)
    jac = np.sqrt(data.weight)[:, None] * gradient(family, data.dose, values)[:, free]
    cov = np.zeros((5, 5))
    cov[np.ix_(free, free)] = covariance(jac, found.held, rss / dof if dof > 0 else np.inf)
    for k in lost:
        cov[k, k] = np.inf
    p_flat = float(curve_state.flat_probability(rss, _flat_rss(data, family), _extra(family), dof))
    mid = relative_dose(family, values, 50).value
    state = curve_state.state_of(
        data.dose, mid, bool(values[1] > values[2]), p_flat,
        lambda x: shape(family.law, x, values[0], values[3], values[4]),
    )  # fmt: skip
    return _assembled(data, family, box, values, cov, held, rss, dof, state, p_flat, found.converged)


def _at_search_limit(family: Family, box: Box, found: Solution) -> list[int]:
    """Places of b, e or f held where the search ends, not where the user set a limit: not known at all."""
    at_low = found.held & (found.x <= box.low) & ~box.set_low
    at_high = found.held & (found.x >= box.high) & ~box.set_high
    return [PARAMETERS.index(family.free[k]) for k in np.flatnonzero(at_low | at_high)]


def _constant(data: DoseMeans, family: Family, box: Box) -> CurveFit:
    """No curve can be told: the constant of the same mean, and the reason."""
    values = np.array([1.0, 0.0, 0.0, np.inf, 1.0 if family.law == "LL" else 0.0])
    values[1:3] = float(np.average(data.mean, weights=data.weight))
    if np.all(data.mean == 0.0) and data.pure_error_ss == 0.0:
        state = curve_state.ALL_ZERO
    elif np.all(data.mean == data.mean[0]) and data.dose.size >= len(family.free):
        state = curve_state.FLAT
    else:
        state = curve_state.TOO_FEW
    rss = data.pure_error_ss + float(np.sum(data.weight * (data.mean - values[1]) ** 2))
    free = [PARAMETERS.index(name) for name in family.free]
    cov = np.zeros((5, 5))
    cov[free, free] = np.inf
    return _assembled(data, family, box, values, cov, np.zeros(5, bool), rss, data.n - 1, state, 1.0, True)


def _assembled(
    data: DoseMeans, family: Family, box: Box, values: Vector, cov: Vector, held: NDArray[np.bool_],
    rss: float, dof: int, state: str, p_flat: float, converged: bool,
) -> CurveFit:  # fmt: skip
    ratio, p = _lack_of_fit(data, rss, dof)
    likelihood, aicc = information(data, rss, len(family.free))
    return CurveFit(
        family=family, values=values, se=np.sqrt(np.diagonal(cov)), cov=cov, held=held,
        rss=rss, dof=dof, sigma=float(np.sqrt(rss / dof)) if dof > 0 else float("inf"),
        n=data.n, n_doses=data.dose.size, lack_of_fit_f=ratio, lack_of_fit_p=p,
        log_likelihood=likelihood, aicc=aicc, state=state, why=curve_state.WHY[state], p_flat=p_flat,
        converged=converged, data=data, box=box,
    )  # fmt: skip


def _flat_rss(data: DoseMeans, family: Family) -> float:
    """Sum of squares about the constant that the family contains: its d, as e goes to infinity."""
    level = family.fixed.get("d", float(np.average(data.mean, weights=data.weight)))
    return data.pure_error_ss + float(np.sum(data.weight * (data.mean - level) ** 2))


def _extra(family: Family) -> int:
    return len(family.free) - ("d" not in family.fixed)


def _lack_of_fit(data: DoseMeans, rss: float, dof: int) -> tuple[float | None, float | None]:
    """F of the misfit of the means against the pure error, and its p."""
    from scipy.special import fdtrc

    pure_dof = data.n - data.dose.size
    spare = dof - pure_dof
    if pure_dof <= 0 or spare <= 0 or data.pure_error_ss <= 0:
        return None, None
    ratio = max(rss - data.pure_error_ss, 0.0) / spare / (data.pure_error_ss / pure_dof)
    return ratio, float(fdtrc(spare, pure_dof, ratio))


def information(data: DoseMeans, rss: float, parameters: int) -> tuple[float | None, float | None]:
    """Gaussian log-likelihood and AICc (the variance counts as a parameter).

    Hurvich and Tsai 1989, doi:10.1093/biomet/76.2.297.
    """
    n, k = data.n, parameters + 1
    if rss <= 0:
        return None, None
    likelihood = -0.5 * n * (np.log(2 * np.pi * rss / n) + 1) + 0.5 * data.log_weights
    if n - k - 1 <= 0:
        return float(likelihood), None
    return float(likelihood), float(-2 * likelihood + 2 * k + 2 * k * (k + 1) / (n - k - 1))
