"""Difference factor f1 and similarity factor f2 of two release profiles, with the regulators' conditions.

f2 = 50 log10(100 / sqrt(1 + mean (R - T)^2)): Shah et al. 1998, doi:10.1023/A:1011976615750. Regulators
differ in which times count; the differences are compared in doi:10.1208/s12248-015-9830-9.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError, UnknownNameError

Vector = NDArray[np.float64]
Points = Literal["EMA", "FDA", "WHO", "all"]
TimeUnit = Literal["min", "h"]

SELECTS: dict[str, str] = {
    "EMA": "times up to and including the first at which either mean is above 85 %",
    "FDA": "times up to and including the first at which both means are above 85 %",
    "WHO": "times up to and including the first at which the reference mean is above 85 %",
    "all": "all times after 0",
}
"""What each rule selects; time 0 never counts."""

_EARLY_MINUTES = {"EMA": 0.0, "FDA": 15.0, "WHO": 10.0}  # besides the first time, always early
_UNITS, _TIMES, _PLATEAU = 12, 3, 85.0

NOTHING = 1e-9  # %: less than this is no release that anyone could measure


@dataclass(frozen=True, slots=True)
class Similarity:
    """f1 and f2 of the means of two products.

    Parameters
    ----------
    points, selects : the rule and, in words, which times it takes.
    times : those used.
    f1, f2 : difference and similarity factor of the means.
    expected_f2 : with the variances of both means added to the squared differences: what f2 of such
        samples is on average.
    corrected_f2 : with them taken away: bias-corrected; None where nothing is left of the differences.
    unmet : conditions of the rule that the data do not meet; empty for "all", which has none.
    not_needed : whether both means are above 85 % within 15 min, where no f2 is asked for.
    n_reference, n_test : vessels.
    """

    points: str
    selects: str
    times: Vector
    f1: float
    f2: float
    expected_f2: float | None
    corrected_f2: float | None
    unmet: tuple[str, ...]
    not_needed: bool
    n_reference: int
    n_test: int


def f1(reference: ArrayLike, test: ArrayLike) -> float:
    """100 sum |R - T| / sum R of two mean profiles at the same times.

    Raises
    ------
    DataError
        Lengths that differ, no times, values that are not finite, or a reference that releases nothing.

    Examples
    --------
    >>> f1([50.0, 100.0], [45.0, 90.0])
    10.0
    """
    r, t = _paired(reference, test)
    if not r.sum() > NOTHING:
        raise DataError("f1: found a reference that releases nothing; the factor is undefined.")
    return float(100 * np.abs(r - t).sum() / r.sum())


def f2(reference: ArrayLike, test: ArrayLike) -> float:
    """50 log10(100 / sqrt(1 + mean (R - T)^2)) of two mean profiles at the same times.

    Raises
    ------
    DataError
        Lengths that differ, no times, or values that are not finite.

    Examples
    --------
    >>> f2([30.0, 60.0], [30.0, 60.0]), round(f2([30.0, 60.0], [40.0, 70.0]), 1)
    (100.0, 49.9)
    """
    r, t = _paired(reference, test)
    return float(100 - 25 * np.log10(1 + np.mean((r - t) ** 2)))


def _paired(reference: ArrayLike, test: ArrayLike) -> tuple[Vector, Vector]:
    r, t = np.asarray(reference, float), np.asarray(test, float)
    if r.shape != t.shape or r.ndim != 1 or r.size == 0:
        raise DataError(
            f"Similarity: found profiles of shapes {r.shape} and {t.shape}; expected two of the same times."
        )
    if not np.all(np.isfinite(r)) or not np.all(np.isfinite(t)):
        raise DataError("Similarity: expected finite values at every time of both profiles.")
    return r, t


def selected(time: ArrayLike, reference: ArrayLike, test: ArrayLike, points: str = "EMA") -> NDArray[np.intp]:
    """Places of the times that count for two mean profiles, in order of time.

    Raises
    ------
    UnknownNameError
        For a rule other than EMA, FDA, WHO and all.
    DataError
        As in :func:`f2`, or repeated times.

    Examples
    --------
    >>> selected([0, 10, 20, 30], [0, 50, 80, 90], [0, 60, 88, 95], "EMA").tolist()
    [1, 2]
    """
    if points not in SELECTS:
        raise UnknownNameError("rule for f2", points, SELECTS)
    r, s = _paired(reference, test)
    t = np.asarray(time, float)
    if t.shape != r.shape or np.unique(t).size != t.size or not np.all(np.isfinite(t)) or np.any(t < 0):
        raise DataError("Similarity: expected one time of 0 or above for every value, none twice.")
    order = np.argsort(t)
    order = order[t[order] > 0]
    if points == "all":
        return np.asarray(order)
    above_r, above_t = r[order] > _PLATEAU, s[order] > _PLATEAU
    past = {"EMA": above_r | above_t, "FDA": above_r & above_t, "WHO": above_r}[points]
    return np.asarray(order[: int(np.argmax(past)) + 1] if past.any() else order)


def compare(
    time: ArrayLike, reference: ArrayLike, test: ArrayLike, *, points: str = "EMA", unit: TimeUnit
) -> Similarity:
    """f1 and f2 of the means of two products, with the conditions of a rule that are not met.

    Parameters
    ----------
    time : (n,) times in `unit`.
    reference, test : (n, vessels) cumulative percent; (n,) for a single profile.
    points : "EMA", "FDA", "WHO" or "all"; see `SELECTS`.
    unit : "min" or "h"; some conditions name minutes.

    Raises
    ------
    DataError, UnknownNameError
        As in :func:`selected`, or no time after 0.

    Examples
    --------
    >>> reference, test = [[20, 22], [50, 54], [81, 83]], [[25, 27], [55, 57], [80, 86]]
    >>> found = compare([10, 20, 30], reference, test, unit="min")
    >>> round(found.f2, 2), found.unmet
    (70.6, ('2 vessels of the reference and 2 of the test: fewer than 12',))
    """
    t, r, s = tables(time, reference, test, unit)
    use = selected(t, r.mean(1), s.mean(1), points)
    if not use.size:
        raise DataError("Similarity: found no time after 0 in both profiles.")
    mean_r, mean_t = r.mean(1)[use], s.mean(1)[use]
    expected, corrected = variance_adjusted(r[use], s[use])
    minutes = t[use] * (60.0 if unit == "h" else 1.0)
    return Similarity(
        points, SELECTS[points], t[use], f1(mean_r, mean_t), f2(mean_r, mean_t), expected, corrected,
        () if points == "all" else _unmet(points, minutes, r[use], s[use]),
        _very_fast(t * (60.0 if unit == "h" else 1.0), r, s), r.shape[1], s.shape[1],
    )  # fmt: skip


def tables(
    time: ArrayLike, reference: ArrayLike, test: ArrayLike, unit: str
) -> tuple[Vector, Vector, Vector]:
    """Times and both products as (n, vessels), checked.

    Raises
    ------
    DataError
        Shapes that do not fit, missing values, a unit other than min and h.
    """
    if unit not in ("min", "h"):
        raise DataError(f"Similarity: found the unit '{unit}' of time; expected min or h.")
    t = np.asarray(time, float)
    found = []
    for name, values in (("reference", reference), ("test", test)):
        table = np.asarray(values, float)
        table = table[:, None] if table.ndim == 1 else table
        if table.ndim != 2 or table.shape[0] != t.size or table.shape[1] == 0:
            raise DataError(
                f"Similarity: found {name} of shape {table.shape} for {t.size} times; expected times x "
                "vessels."
            )
        if not np.all(np.isfinite(table)):
            raise DataError(
                f"Similarity: found missing values in the {name}; expected every vessel at every time. Leave "
                "the time or the vessel out."
            )
        found.append(table)
    return t, found[0], found[1]


def variance_adjusted(reference: Vector, test: Vector) -> tuple[float | None, float | None]:
    """Expected and bias-corrected f2 of (n, vessels) tables; None for a single vessel, or where undefined.

    The mean squared difference of sample means is too large by the variances of both means on average
    (Shah et al. 1998, doi:10.1023/A:1011976615750).
    """
    if reference.shape[1] < 2 or test.shape[1] < 2:
        return None, None
    squares = float(np.mean((reference.mean(1) - test.mean(1)) ** 2))
    noise = float(np.mean(
        reference.var(1, ddof=1) / reference.shape[1] + test.var(1, ddof=1) / test.shape[1]
    ))  # fmt: skip
    corrected = 1 + squares - noise
    return (
        float(100 - 25 * np.log10(1 + squares + noise)),
        float(100 - 25 * np.log10(corrected)) if corrected > 0 else None,
    )


def _very_fast(minutes: Vector, reference: Vector, test: Vector) -> bool:
    early = (minutes > 0) & (minutes <= 15.0)
    both = (reference.mean(1) > _PLATEAU) & (test.mean(1) > _PLATEAU)
    return bool(np.any(early & both))


def _unmet(points: str, minutes: Vector, reference: Vector, test: Vector) -> tuple[str, ...]:
    """The conditions of `points` that the selected times do not meet."""
    found = []
    if minutes.size < _TIMES:
        found.append(f"{minutes.size} times selected: fewer than {_TIMES}")
    if min(reference.shape[1], test.shape[1]) < _UNITS:
        found.append(
            f"{reference.shape[1]} vessels of the reference and {test.shape[1]} of the test: "
            f"fewer than {_UNITS}"
        )
    early = (minutes <= _EARLY_MINUTES[points]) | (np.arange(minutes.size) == 0)
    for name, table in (("reference", reference), ("test", test)):
        found.extend(_variable(name, minutes, early, table))
    return tuple(found)


def _variable(name: str, minutes: Vector, early: NDArray[np.bool_], table: Vector) -> list[str]:
    if table.shape[1] < 2:
        return [f"one vessel of the {name}: its variation is not known"]
    means = table.mean(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        cv = np.where(means > 0, 100 * table.std(1, ddof=1) / means, np.inf)
    limit = np.where(early, 20.0, 10.0)
    return [
        f"the {name} varies by {cv[k]:.1f} % at {minutes[k]:g} min: more than {limit[k]:g} %"
        for k in np.flatnonzero(cv > limit)
    ]
