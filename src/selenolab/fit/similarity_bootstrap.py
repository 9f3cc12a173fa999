"""Bootstrap interval of f2, vessels resampled: for profiles too variable, or too few, for f2 of the means.

The deviations of the resampled means are widened by sqrt(n / (n - 1)), without which the bootstrap of few
vessels is too narrow. Even so the two-sided intervals hold the truth in 79-87 % of simulations instead of
90 % (4 to 12 vessels, SD 2 and 5 points). The verdict therefore rests on the lower percentile limit, which
stayed below the truth in 94-99 % of them (nominal 95); the lower BCa limit did in 92-95 %.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from selenolab.core.errors import DataError
from selenolab.fit.similarity import TimeUnit, selected, tables

Vector = NDArray[np.float64]

LIMIT = 50.0


@dataclass(frozen=True, slots=True)
class BootstrapF2:
    """f2 with bootstrap intervals.

    Parameters
    ----------
    points, times : the rule, and the times it selected on the means of all vessels (not again in each draw).
    f2 : of the means of all vessels.
    percentile, bca : (low, high) of each kind.
    similar : whether the lower percentile limit is at least 50.
    verdict : that in words.
    level, draws, seed, n_reference, n_test : how it was done.
    descriptive : whether fewer than 12 vessels of either product make it a description, not a test.
    """

    points: str
    times: Vector
    f2: float
    percentile: tuple[float, float]
    bca: tuple[float, float]
    similar: bool
    verdict: str
    level: float
    draws: int
    seed: int
    n_reference: int
    n_test: int
    descriptive: bool


def bootstrap_f2(
    time: ArrayLike, reference: ArrayLike, test: ArrayLike, *, seed: int, unit: TimeUnit,
    points: str = "all", draws: int = 5000, level: float = 0.90,
) -> BootstrapF2:  # fmt: skip
    """f2 with percentile and bias-corrected accelerated (BCa) bootstrap intervals.

    Whole vessels are drawn with replacement from each product. Arguments as in
    :func:`selenolab.fit.similarity.compare`. Efron 1987 (doi:10.1080/01621459.1987.10478410) gives the BCa
    interval; the acceleration leaves out one vessel of either product at a time.

    Raises
    ------
    DataError
        Fewer than two vessels, fewer than 100 draws, a level outside 0 to 1, or as in `compare`.

    Examples
    --------
    >>> reference = np.array([[34, 36, 35, 33], [60, 58, 61, 59], [80, 81, 78, 79]])
    >>> found = bootstrap_f2([30, 60, 90], reference, reference + 3, seed=1, unit="min", draws=500)
    >>> round(found.f2, 1), found.similar, found.descriptive
    (75.0, True, True)
    """
    t, r, s = tables(time, reference, test, unit)
    if min(r.shape[1], s.shape[1]) < 2:
        raise DataError(
            f"Bootstrap f2: found {r.shape[1]} and {s.shape[1]} vessels; expected at least 2 of each."
        )
    if draws < 100 or not 0 < level < 1:
        raise DataError(f"Bootstrap f2: found {draws} draws, level {level}; expected 100 or more, 0 to 1.")
    use = selected(t, r.mean(1), s.mean(1), points)
    if not use.size:
        raise DataError("Bootstrap f2: found no time after 0.")
    r, s = r[use], s[use]
    value = float(_f2(r.mean(1), s.mean(1)))
    found = np.sort(_draws(r, s, np.random.default_rng(seed), draws))
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    low, high = np.quantile(found, tails)
    bca_low, bca_high = np.quantile(found, _corrected(tails, found, value, r, s))
    similar, few = bool(low >= LIMIT), min(r.shape[1], s.shape[1]) < 12
    return BootstrapF2(
        points, t[use], value, (float(low), float(high)), (float(bca_low), float(bca_high)), similar,
        _verdict(similar, float(low), level, few), level, draws, seed, r.shape[1], s.shape[1], few,
    )  # fmt: skip


def _f2(reference: Vector, test: Vector) -> Vector:
    """f2 over the last axis."""
    return np.asarray(100 - 25 * np.log10(1 + np.mean((reference - test) ** 2, axis=-1)))


def _draws(reference: Vector, test: Vector, generator: np.random.Generator, draws: int) -> Vector:
    means = []
    for table in (reference, test):
        vessels = table.shape[1]
        share = generator.multinomial(vessels, np.full(vessels, 1 / vessels), size=draws) / vessels
        centre = table.mean(1)
        means.append(centre + np.sqrt(vessels / (vessels - 1)) * (share @ table.T - centre))
    return _f2(means[0], means[1])


def _corrected(tails: Vector, found: Vector, value: float, reference: Vector, test: Vector) -> Vector:
    """Tail probabilities after correction for bias and acceleration; as they are when nothing varies."""
    if found[0] == found[-1]:
        return tails
    below = (np.sum(found < value) + 0.5 * np.sum(found == value)) / found.size
    bias = special.ndtri(np.clip(below, 0.5 / found.size, 1 - 0.5 / found.size))
    shifted = bias + special.ndtri(tails)
    return np.asarray(special.ndtr(bias + shifted / (1 - _acceleration(reference, test) * shifted)))


def _acceleration(reference: Vector, test: Vector) -> float:
    pull = []
    for table, other, first in ((reference, test, True), (test, reference, False)):
        n = table.shape[1]
        left_out = (table.sum(1)[:, None] - table).T / (n - 1)
        fixed = np.broadcast_to(other.mean(1), left_out.shape)
        values = _f2(left_out, fixed) if first else _f2(fixed, left_out)
        pull.append((n - 1) * (values.mean() - values) / n)
    both = np.concatenate(pull)
    spread = float(np.sum(both**2))
    return float(np.sum(both**3)) / (6 * spread**1.5) if spread > 0 else 0.0


def _verdict(similar: bool, low: float, level: float, few: bool) -> str:
    said = (
        f"{'similar' if similar else 'similarity not shown'}: lower {100 * level:g} % bound {low:.1f} is "
        f"{'at least' if similar else 'below'} {LIMIT:g}"
    )
    return f"{said} (descriptive: fewer than 12 vessels)" if few else said
