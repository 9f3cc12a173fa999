"""Analysis of variance: one-way (classic and Welch), blocked, and two-way, with their effect sizes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import StudyError
from selenolab.stats.intervals import finite_sample, negligible_variance

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Omnibus:
    """An F test: partial eta squared with its interval first, then F and p.

    `statistic`, `p`, `low` and `high` are None when nothing varies (`state` "zero variance"), and the
    effect's limits also where the test has no exact non-central form (Welch).
    """

    term: str
    effect: float | None
    low: float | None
    high: float | None
    statistic: float | None
    df: tuple[float, float]
    p: float | None
    level: float
    state: str
    method: str


def one_way(samples: Sequence[ArrayLike], level: float = 0.95) -> Omnibus:
    """Classic one-way ANOVA of two or more groups, each with n >= 1 and more values than groups."""
    groups = _samples(samples, 1)
    pooled = np.concatenate(groups)
    within = sum(float(((g - g.mean()) ** 2).sum()) for g in groups)
    between = sum(g.size * float((g.mean() - pooled.mean()) ** 2) for g in groups)
    df = (len(groups) - 1.0, float(pooled.size - len(groups)))
    if df[1] < 1:
        raise StudyError("Expected more values than groups for an analysis of variance.")
    return f_test("group", (between, within), df, negligible_variance(pooled), level, "one-way ANOVA")


def welch_one_way(samples: Sequence[ArrayLike], level: float = 0.95) -> Omnibus:
    """One-way ANOVA without equal variances, each group with n >= 2.

    Source: Welch 1951, doi:10.1093/biomet/38.3-4.330.
    """
    groups = _samples(samples, 2)
    k, pooled = len(groups), np.concatenate(groups)
    size = np.array([g.size for g in groups], dtype=np.float64)
    mean, variance = np.array([g.mean() for g in groups]), np.array([g.var(ddof=1) for g in groups])
    method = "Welch's one-way ANOVA"
    if (variance <= negligible_variance(pooled)).any():
        state = "zero variance"
        return Omnibus("group", None, None, None, None, (k - 1.0, 0.0), None, level, state, method)
    weight = size / variance
    share = weight / weight.sum()
    centre = float(share @ mean)
    slack = float(((1 - share) ** 2 / (size - 1)).sum())
    top = float((weight * (mean - centre) ** 2).sum()) / (k - 1)
    statistic = top / (1 + 2 * (k - 2) / (k * k - 1) * slack)
    df = (k - 1.0, (k * k - 1) / (3 * slack))
    p = float(scipy.stats.f.sf(statistic, *df))
    effect = statistic * df[0] / (statistic * df[0] + df[1])
    return Omnibus("group", effect, None, None, statistic, df, p, level, "", method)


def blocked(table: ArrayLike, level: float = 0.95) -> Omnibus:
    """One-way ANOVA within experiments: `table` (experiments, groups), at least 2 x 2."""
    values = np.asarray(table, dtype=np.float64)
    between, within, df = block_residual(values)
    noise = negligible_variance(values.ravel())
    return f_test(
        "group", (between, within), df, noise, level, "ANOVA within experiments (randomised blocks)"
    )


def block_residual(values: Floats) -> tuple[float, float, tuple[float, float]]:
    """Sums of squares of groups and of the residual of a complete block design, with their df."""
    if values.ndim != 2 or min(values.shape) < 2:
        raise StudyError(f"Expected at least 2 experiments x 2 groups, found {values.shape}.")
    n, k = values.shape
    group, block, grand = values.mean(axis=0), values.mean(axis=1), values.mean()
    residual = values - group - block[:, None] + grand
    between = float(n * ((group - grand) ** 2).sum())
    return between, float((residual**2).sum()), (k - 1.0, (n - 1.0) * (k - 1.0))


def two_way(
    values: ArrayLike,
    first: Sequence[str],
    second: Sequence[str],
    blocks: Sequence[str] | None = None,
    names: tuple[str, str] = ("A", "B"),
    level: float = 0.95,
) -> tuple[Omnibus, Omnibus, Omnibus]:
    """Two-way ANOVA: both main effects (type II) and their interaction; `blocks` adds experiments.

    Technical repeats are averaged beforehand. Every combination of levels must hold a value.
    """
    sample = finite_sample(values, 4, "a two-way analysis of variance")
    a, b = _dummies(first, sample.size, names[0]), _dummies(second, sample.size, names[1])
    if len(set(zip(first, second, strict=True))) < (a.shape[1] + 1) * (b.shape[1] + 1):
        raise StudyError(
            f"Expected values for every combination of {names[0]} and {names[1]}; some are empty."
        )
    base = np.ones((sample.size, 1))
    if blocks is not None:
        base = np.hstack([base, _dummies(blocks, sample.size, "experiment")])
    cross = (a[:, :, None] * b[:, None, :]).reshape(sample.size, -1)
    designs = [np.hstack([base, *parts]) for parts in ((b,), (a,), (a, b), (a, b, cross))]
    (without_a, _), (without_b, _), (additive, _), (full, rank) = (_residual(x, sample) for x in designs)
    df = float(sample.size - rank)
    if df < 1:
        raise StudyError(
            "Expected repeats (experiments) within combinations for a two-way ANOVA, found none."
        )
    method = "two-way ANOVA, type II" + (", experiments as blocks" if blocks is not None else "")
    noise = negligible_variance(sample)
    terms = (names[0], names[1], f"{names[0]} x {names[1]}")
    gains = (without_a - additive, without_b - additive, additive - full)
    sizes = (a.shape[1], b.shape[1], cross.shape[1])
    rows = [
        f_test(term, (max(gain, 0.0), full), (float(size), df), noise, level, method)
        for term, gain, size in zip(terms, gains, sizes, strict=True)
    ]
    return rows[0], rows[1], rows[2]


def f_test(
    term: str, squares: tuple[float, float], df: tuple[float, float], noise: float, level: float, method: str
) -> Omnibus:
    """F of a term's sum of squares against the residual's, with partial eta squared and its interval."""
    gain, residual = squares
    if residual / df[1] <= noise:
        return Omnibus(term, None, None, None, None, df, None, level, "zero variance", method)
    statistic = (gain / df[0]) / (residual / df[1])
    low, high = (_eta(bound, df) for bound in _noncentrality(statistic, df, level))
    p = float(scipy.stats.f.sf(statistic, *df))
    return Omnibus(term, gain / (gain + residual), low, high, statistic, df, p, level, "", method)


def _eta(noncentrality: float, df: tuple[float, float]) -> float:
    """Population partial eta squared: lambda / (lambda + N), N = df1 + df2 + 1 (Steiger 2004)."""
    return noncentrality / (noncentrality + sum(df) + 1)


def _noncentrality(statistic: float, df: tuple[float, float], level: float) -> tuple[float, float]:
    """Limits of the non-centrality by inverting the non-central F (doi:10.1037/1082-989X.9.2.164)."""

    def limit(tail: float) -> float:
        if scipy.stats.f.cdf(statistic, *df) <= tail:
            return 0.0
        upper = 10.0
        while scipy.stats.ncf.cdf(statistic, *df, upper) > tail and upper < 1e7:
            upper *= 2
        if upper >= 1e7:
            return upper
        return float(
            scipy.optimize.brentq(lambda nc: scipy.stats.ncf.cdf(statistic, *df, nc) - tail, 0.0, upper)
        )

    if not isfinite(statistic):
        raise StudyError("Expected a finite F statistic.")
    return limit((1 + level) / 2), limit((1 - level) / 2)


def _samples(samples: Sequence[ArrayLike], least: int) -> list[Floats]:
    if len(samples) < 2:
        raise StudyError(f"Expected at least two groups to compare, found {len(samples)}.")
    return [finite_sample(sample, least, "a group") for sample in samples]


def _dummies(labels: Sequence[str], n: int, name: str) -> Floats:
    known = sorted(set(labels))
    if len(labels) != n or len(known) < 2:
        raise StudyError(f"Expected one of two or more levels of {name} for each value, found {known}.")
    return np.array([[float(label == level) for level in known[1:]] for label in labels])


def _residual(design: Floats, sample: Floats) -> tuple[float, int]:
    solution, _, rank, _ = np.linalg.lstsq(design, sample, rcond=None)
    return float(((sample - design @ solution) ** 2).sum()), int(rank)
