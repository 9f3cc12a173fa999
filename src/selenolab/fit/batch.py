"""Fit many LL.4 curves at once: what screens, ensembles and coverage studies need."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.fit import curve_state
from selenolab.fit.search_box import SearchBox, search_box

Vector = NDArray[np.float64]
Limits = Mapping[str, float]

_TOLERANCE = 1e-10
_REACH, _FARTHEST = 22.0, 600.0  # see ll4_kernel.moved; e must stay a finite number


@dataclass(frozen=True, slots=True)
class Plates:
    """Curves on shared doses, collapsed to dose means.

    Parameters
    ----------
    dose : (m,) distinct, rising.
    mean, weight : (n, m) mean response and number of wells; 0 and 0 where a dose has none.
    pure_error_ss, count : (n,) sum of squares within doses; number of wells.
    """

    dose: Vector
    mean: Vector
    weight: Vector
    pure_error_ss: Vector
    count: Vector


@dataclass(frozen=True, slots=True)
class Fits:
    """LL.4 fits of n curves, column by column; the meaning of each as in `CurveFit`.

    Parameters
    ----------
    b, c, d, e : (n,) parameters; e infinite and c = d where no curve can be told.
    se : (n, 4) standard errors of b, c, d, e from J'J.
    cov : (n, 4, 4).
    rss, dof, sigma, p_flat : (n,).
    state_code : (n,) index into `selenolab.fit.curve_state.STATES`.
    converged : (n,).
    data : what was fitted.
    limits : (4,) c low, c high, d low, d high.
    """

    b: Vector
    c: Vector
    d: Vector
    e: Vector
    se: Vector
    cov: Vector
    rss: Vector
    dof: Vector
    sigma: Vector
    p_flat: Vector
    state_code: NDArray[np.int64]
    converged: NDArray[np.bool_]
    data: Plates
    limits: Vector

    @property
    def state(self) -> tuple[str, ...]:
        """The states by name."""
        return tuple(curve_state.STATES[code] for code in self.state_code)


def fit_many(
    dose: ArrayLike, response: ArrayLike, *, lower: Limits | None = None, upper: Limits | None = None
) -> Fits:
    """Fit LL.4 to many curves measured at the same doses.

    Parameters
    ----------
    dose : (m,) doses, zero allowed, repeated ones allowed, in any order.
    response : (n, m) or (n, m, replicates); a missing well is NaN, so curves may be ragged.
    lower, upper : limits of c and d, such as ``lower={"c": 0}``; equal limits fix a plateau, so that
        ``lower={"c": 0}, upper={"c": 0}`` is LL.3.

    Raises
    ------
    DataError
        Shapes that do not fit, a dose that is negative or not finite, an infinite response.
    UnknownNameError
        A limit on something else than c or d.

    Examples
    --------
    >>> dose = np.array([0.5, 1, 2, 4, 8, 16, 32, 64])
    >>> truth = 10 + 90 / (1 + (dose / np.array([[5.0], [9.0]])) ** 1.5)
    >>> fits = fit_many(dose, truth[:, :, None] + np.array([-1.0, 0.0, 1.0]))
    >>> fits.e.round(6).tolist(), fits.state
    ([5.0, 9.0], ('ok', 'ok'))
    """
    plates = gather(dose, response)
    limits = plateau_limits(lower, upper)
    usable = np.sum(plates.weight > 0, axis=1) >= 4 - _fixed(limits)
    varied = _spread(plates) > 0
    rows = np.flatnonzero(usable & varied) if plates.dose[-1] > 0 else np.zeros(0, np.int64)
    values, cov, rss, dof, steps = _constants(plates)
    if rows.size:
        part = fit_plates(plates, rows, limits)
        values[rows], cov[rows], rss[rows], dof[rows], steps[rows] = part
    return _named(plates, limits, values, cov, rss, dof, steps, rows)


def gather(dose: ArrayLike, response: ArrayLike) -> Plates:
    """Collapse replicates (and repeated doses) to means, counting the wells that are there.

    Examples
    --------
    >>> plates = gather([1, 0, 1], [[50.0, 100.0, np.nan]])
    >>> plates.dose.tolist(), plates.mean.tolist(), plates.weight.tolist()
    ([0.0, 1.0], [[100.0, 50.0]], [[1.0, 1.0]])
    """
    x, y = np.asarray(dose, float), np.asarray(response, float)
    y = y[:, :, None] if y.ndim == 2 else y
    if x.ndim != 1 or y.ndim != 3 or y.shape[1] != x.size or x.size == 0:
        raise DataError(
            f"Batched fit: found doses of shape {x.shape} and responses of shape {np.shape(response)}; "
            "expected (m,) and (n, m) or (n, m, replicates)."
        )
    if not np.all(np.isfinite(x)) or np.any(x < 0):
        raise DataError("Batched fit: found a dose that is negative or not finite; expected 0 or more.")
    doses, place = np.unique(x, return_inverse=True)
    if doses.size < x.size or np.any(place != np.arange(x.size)):
        y = _by_dose(y, place, doses.size)
    total = y.sum(axis=2)
    if np.all(np.isfinite(total)):
        weight = np.full(total.shape, float(y.shape[2]))
        mean = total / y.shape[2]
        pure = np.einsum("ijk,ijk->i", (away := y - mean[:, :, None]), away)
        return Plates(doses, mean, weight, pure, weight.sum(axis=1))
    if np.any(np.isinf(y)):
        raise DataError(
            "Batched fit: found an infinite response; expected finite numbers, or NaN for a missing well."
        )
    there = ~np.isnan(y)
    weight = there.sum(axis=2).astype(float)
    filled = np.where(there, y, 0.0)
    mean = filled.sum(axis=2) / np.maximum(weight, 1.0)
    pure = np.sum(np.where(there, filled - mean[:, :, None], 0.0) ** 2, axis=(1, 2))
    return Plates(doses, mean, weight, pure, weight.sum(axis=1))


def _by_dose(y: Vector, place: NDArray[np.int64], count: int) -> Vector:
    """(n, doses, wells) with the wells of repeated doses side by side, padded with NaN."""
    parts = [y[:, place == k, :].reshape(y.shape[0], -1) for k in range(count)]
    out = np.full((y.shape[0], count, max(part.shape[1] for part in parts)), np.nan)
    for k, part in enumerate(parts):
        out[:, k, : part.shape[1]] = part
    return out


def plateau_limits(lower: Limits | None, upper: Limits | None) -> Vector:
    """(4,) c low, c high, d low, d high.

    Examples
    --------
    >>> plateau_limits({"c": 0}, {"d": 120}).tolist()
    [0.0, inf, -inf, 120.0]
    """
    limits = np.array([-np.inf, np.inf, -np.inf, np.inf])
    for offset, given in ((0, lower or {}), (1, upper or {})):
        for name, value in given.items():
            if name not in ("c", "d"):
                raise UnknownNameError("plateau", name, ("c", "d"))
            limits[{"c": 0, "d": 2}[name] + offset] = value
    if limits[0] > limits[1] or limits[2] > limits[3]:
        raise DataError("Batched fit: found a lower limit of a plateau above the upper one.")
    return limits


def _fixed(limits: Vector) -> int:
    return int(limits[0] == limits[1]) + int(limits[2] == limits[3])


def _spread(plates: Plates) -> Vector:
    high = np.where(plates.weight > 0, plates.mean, -np.inf).max(axis=1)
    low = np.where(plates.weight > 0, plates.mean, np.inf).min(axis=1)
    return np.asarray(np.where(np.isfinite(high), high, 0.0) - np.where(np.isfinite(low), low, 0.0))


def flat_levels(plates: Plates) -> tuple[Vector, Vector]:
    """(n,) mean of all wells of each curve, and the sum of squares about it."""
    level = np.einsum("nm,nm->n", plates.weight, plates.mean) / np.maximum(plates.count, 1.0)
    away = plates.mean - level[:, None]
    return level, plates.pure_error_ss + np.einsum("nm,nm,nm->n", plates.weight, away, away)


def _constants(plates: Plates) -> tuple[Vector, Vector, Vector, Vector, Vector]:
    """The constant of the same mean for every curve: what stays where no curve can be told."""
    n = plates.count.size
    level, rss = flat_levels(plates)
    values = np.column_stack([np.ones(n), level, level, np.full(n, np.inf)])
    cov = np.zeros((n, 4, 4))
    cov[:, np.arange(4), np.arange(4)] = np.inf
    return values, cov, rss, np.maximum(plates.count - 1.0, 0.0), np.zeros(n)


def fit_plates(plates: Plates, rows: NDArray[np.int64], limits: Vector) -> tuple[Vector, ...]:
    """Run the compiled fitter on some rows: values, cov, rss, dof, steps."""
    from selenolab.fit.batch_kernel import fit_rows

    box = search_box(plates.dose)
    n = rows.size
    out = (np.empty((n, 4)), np.zeros((n, 4, 4)), np.empty(n), np.empty(n), np.empty(n))
    everything = n == plates.count.size
    pick = slice(None) if everything else rows
    fit_rows(
        log_doses(plates.dose), plates.mean[pick], plates.weight[pick], plates.pure_error_ss[pick],
        plates.count[pick], limits, box_vector(box), box.b_nodes, box.log_e_nodes, _TOLERANCE, *out,
    )  # fmt: skip
    return out


def log_doses(dose: Vector) -> Vector:
    """Ln of the doses; dose zero is far below all, so that s is exactly 1 there."""
    return np.asarray(np.log(np.where(dose > 0, dose, 1.0)) - np.where(dose > 0, 0.0, 1e9))


def box_vector(box: SearchBox) -> Vector:
    """(4,) ln b low, high, reach of b ln e beyond the doses, reach of ln e."""
    return np.array([*box.log_b, _REACH, _FARTHEST])


def _named(
    plates: Plates, limits: Vector, values: Vector, cov: Vector, rss: Vector, dof: Vector, steps: Vector,
    rows: NDArray[np.int64],
) -> Fits:  # fmt: skip
    level, flat = flat_levels(plates)
    if limits[2] == limits[3]:
        flat = flat + plates.count * (level - limits[2]) ** 2
    extra = 3 - _fixed(limits) + int(limits[2] == limits[3])
    p_flat = curve_state.flat_probability(rss, flat, extra, np.where(steps > 0, dof, 0))
    code = _codes(plates, values, p_flat, rows)
    sigma = np.sqrt(np.where(dof > 0, rss / np.maximum(dof, 1), np.inf))
    se = np.sqrt(np.diagonal(cov, axis1=1, axis2=2))
    b, c, d, e = values.T
    return Fits(b, c, d, e, se, cov, rss, dof, sigma, p_flat, code, steps < 101, plates, limits)


def _codes(plates: Plates, values: Vector, p_flat: Vector, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """States of all curves, the last that applies in the order of `state_of`."""
    index = curve_state.STATES.index
    positive = plates.dose[plates.dose > 0]
    b, c, d, e = values.T
    with np.errstate(over="ignore"):
        s = 1 / (1 + np.exp(np.clip(b[:, None] * (log_doses(plates.dose) - np.log(e)[:, None]), -600, 600)))
    sloped = np.any((s > 0.02) & (s < 0.98) & (plates.weight > 0), axis=1)
    code = np.where(sloped, index(curve_state.OK), index(curve_state.STEP))
    if positive.size:
        code[e < positive[0]] = index(curve_state.BELOW)
        code[e > positive[-1]] = index(curve_state.ABOVE)
    code[c > d] = index(curve_state.INCREASING)
    code[p_flat > curve_state.FLAT_P] = index(curve_state.FLAT)
    few = np.ones(code.size, bool)
    few[rows] = False
    spread = _spread(plates) > 0
    code[few & spread] = index(curve_state.TOO_FEW)
    zero = ~spread & np.all(plates.mean == 0.0, axis=1) & (plates.pure_error_ss == 0.0)
    code[zero] = index(curve_state.ALL_ZERO)
    code[plates.count == 0] = index(curve_state.NO_DATA)
    return code
