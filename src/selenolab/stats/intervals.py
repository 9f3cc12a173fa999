"""Intervals for a mean, a proportion, a ratio and a difference of two samples.

Every function takes plain arrays and gives an `Interval`. What one value stands for (an experiment, a
mouse, a slide) is known to the caller only: technical repeats are averaged before they come here.
"""

from dataclasses import dataclass
from math import inf, isfinite, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from selenolab.core.errors import StudyError


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate between two limits; an open side is infinite. `df` is inf for a normal reference."""

    value: float
    low: float
    high: float
    level: float
    n: int
    df: float
    method: str


def finite_sample(values: ArrayLike, least: int, what: str) -> NDArray[np.float64]:
    """`values` as a flat float array.

    Raises
    ------
    StudyError
        When a value is not finite or fewer than `least` are there.
    """
    sample = np.asarray(values, dtype=np.float64).ravel()
    if not np.isfinite(sample).all():
        others = int((~np.isfinite(sample)).sum())
        raise StudyError(f"Expected finite numbers for {what}, found {others} others.")
    if sample.size < least:
        raise StudyError(
            f"Expected at least {least} independent values for {what}, found {sample.size}. "
            "Technical repeats do not count; add experiments."
        )
    return sample


def t_quantile(level: float, df: float) -> float:
    """The two-sided t quantile: half the width of an interval in standard errors.

    Examples
    --------
    >>> round(t_quantile(0.95, 2), 3)
    4.303
    """
    if not 0 < level < 1:
        raise StudyError(f"Expected a confidence level between 0 and 1, found {level}.")
    return float(special.ndtri((1 + level) / 2) if df == inf else special.stdtrit(df, (1 + level) / 2))


def mean_t(values: ArrayLike, level: float = 0.95) -> Interval:
    """Mean with Student's t interval (needs n >= 2).

    Examples
    --------
    >>> found = mean_t([1.0, 2.0, 3.0])
    >>> round(found.low, 4), found.value, round(found.high, 4)
    (-0.4841, 2.0, 4.4841)
    """
    sample = finite_sample(values, 2, "a t interval")
    centre, error = float(sample.mean()), float(sample.std(ddof=1) / sqrt(sample.size))
    half = t_quantile(level, sample.size - 1) * error
    low, high = centre - half, centre + half
    return Interval(centre, low, high, level, sample.size, sample.size - 1, "mean, t interval")


def geometric_mean_t(values: ArrayLike, level: float = 0.95) -> Interval:
    """Geometric mean with a t interval on the logarithms, for positive values (needs n >= 2)."""
    logs = mean_t(np.log(_positive(values, "a geometric mean")), level)
    return _exponentiated(logs, "geometric mean, t interval on logarithms")


def wilson(successes: int, n: int, level: float = 0.95) -> Interval:
    """A proportion with Wilson's score interval.

    Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> found = wilson(0, 10)
    >>> found.low, round(found.high, 4)
    (0.0, 0.2775)
    """
    if n < 1 or not 0 <= successes <= n:
        raise StudyError(f"Expected 0 <= successes <= n and n >= 1, found {successes} of {n}.")
    z, share = t_quantile(level, inf), successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if successes == 0 else centre - half
    high = 1.0 if successes == n else centre + half
    return Interval(share, low, high, level, n, inf, "proportion, Wilson score interval")


def welch_difference(first: ArrayLike, second: ArrayLike, level: float = 0.95) -> Interval:
    """Difference of means, first - second, unequal variances (Welch-Satterthwaite degrees of freedom).

    Both samples need n >= 2. When neither varies the limits are open: without variation there is no
    evidence about it.

    Source: Welch 1947, doi:10.1093/biomet/34.1-2.28.
    """
    one, two = finite_sample(first, 2, "the first group"), finite_sample(second, 2, "the second group")
    parts = np.array([one.var(ddof=1) / one.size, two.var(ddof=1) / two.size])
    difference, n, variance = float(one.mean() - two.mean()), one.size + two.size, float(parts.sum())
    if variance <= negligible_variance(np.concatenate([one, two])):
        return Interval(difference, -inf, inf, level, n, 0.0, "difference of means, neither group varies")
    df = float(variance**2 / (parts**2 / np.array([one.size - 1, two.size - 1])).sum())
    half = t_quantile(level, df) * sqrt(variance)
    low, high = difference - half, difference + half
    return Interval(difference, low, high, level, n, df, "difference of means, Welch")


def welch_ratio(first: ArrayLike, second: ArrayLike, level: float = 0.95) -> Interval:
    """Ratio of geometric means, first / second, with Welch's interval on the logarithms (positive values)."""
    one, two = np.log(_positive(first, "the first group")), np.log(_positive(second, "the second group"))
    return _exponentiated(welch_difference(one, two, level), "ratio of geometric means, Welch on logarithms")


def fieller(
    numerator: float,
    denominator: float,
    variances: tuple[float, float],
    covariance: float = 0.0,
    df: float = inf,
    level: float = 0.95,
    n: int = 0,
) -> Interval:
    """Ratio of two (jointly normal) estimates with Fieller's interval.

    `variances` are those of the two estimates, in their squared units. When the denominator cannot be
    told from zero the set is no finite interval: both limits are open and the method says so.

    Source: Fieller 1954, doi:10.1111/j.2517-6161.1954.tb00159.x.
    """
    var_n, var_d = variances
    if denominator == 0 or min(var_n, var_d) < 0 or covariance**2 > var_n * var_d * (1 + 1e-12):
        raise StudyError(
            "Expected a denominator other than zero and a valid covariance for a ratio, found denominator "
            f"{denominator:.4g}, variances {var_n:.4g} and {var_d:.4g}, covariance {covariance:.4g}."
        )
    t2 = t_quantile(level, df) ** 2
    a = denominator**2 - t2 * var_d
    b = numerator * denominator - t2 * covariance
    c = numerator**2 - t2 * var_n
    ratio = numerator / denominator
    if a <= 0:
        return Interval(ratio, -inf, inf, level, n, df, "ratio, Fieller: the denominator may be zero, open")
    root = sqrt(max(b * b - a * c, 0.0))
    return Interval(ratio, (b - root) / a, (b + root) / a, level, n, df, "ratio, Fieller interval")


def fieller_of_samples(
    first: ArrayLike, second: ArrayLike, paired: bool = False, level: float = 0.95
) -> Interval:
    """Ratio of the arithmetic means of two samples, first / second, with Fieller's interval.

    Unpaired samples take the smaller of the two degrees of freedom (conservative).
    """
    one, two = finite_sample(first, 2, "the numerator"), finite_sample(second, 2, "the denominator")
    if paired and one.size != two.size:
        raise StudyError(f"Expected pairs for a paired ratio, found {one.size} and {two.size} values.")
    variances = (float(one.var(ddof=1) / one.size), float(two.var(ddof=1) / two.size))
    covariance = float(np.cov(one, two)[0, 1] / one.size) if paired else 0.0
    n = one.size if paired else one.size + two.size
    means = float(one.mean()), float(two.mean())
    return fieller(*means, variances, covariance, min(one.size, two.size) - 1, level, n)


def negligible_variance(sample: NDArray[np.float64]) -> float:
    """Variances below this are rounding, not variation: (64 eps)^2 of the largest square."""
    return float((64 * np.finfo(np.float64).eps) ** 2 * np.square(sample).max(initial=0.0))


def p_of_t(statistic: float, df: float) -> float:
    """Two-sided p of a t statistic."""
    tail = special.ndtr(-abs(statistic)) if df == inf else special.stdtr(df, -abs(statistic))
    return float(2 * tail)


def _positive(values: ArrayLike, what: str) -> NDArray[np.float64]:
    sample = finite_sample(values, 1, what)
    if (sample <= 0).any():
        least = float(sample.min())
        raise StudyError(f"Expected positive values for {what}, found {least:.4g}. Use the linear scale.")
    return sample


def _exponentiated(logs: Interval, method: str) -> Interval:
    low = float(np.exp(logs.low)) if isfinite(logs.low) else 0.0
    high = float(np.exp(logs.high)) if isfinite(logs.high) and logs.high < 700 else inf
    return Interval(float(np.exp(logs.value)), low, high, logs.level, logs.n, logs.df, method)
