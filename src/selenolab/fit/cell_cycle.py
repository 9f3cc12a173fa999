"""G1, S and G2M of a tube from the linear DNA area of its cells."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from selenolab.fit import cell_cycle_kernel as kernel
from selenolab.fit.cell_cycle_dean import DOUBLETS, Mixture, fit_mixture
from selenolab.fit.cell_cycle_histogram import Histogram, dna_histograms
from selenolab.fit.cell_cycle_problems import problems_of
from selenolab.fit.cell_cycle_result import CellCycle, CellCycleOptions
from selenolab.fit.cell_cycle_watson import fit_pragmatic

Vector = NDArray[np.float64]


def fit_cell_cycle(area: ArrayLike, options: CellCycleOptions | None = None) -> CellCycle:
    """Where the cells of one tube stand in the cycle.

    Parameters
    ----------
    area : (n,) linear DNA area of single cells (debris and left-over doublets may be among them; sub-G1 is
        counted rightly only when no gate has cut it). Values that are not finite are left out and noted.
    options : model, known place of G1, bounds; the defaults when None.

    Raises
    ------
    DataError
        Fewer than `options.least` events, one value only, mostly values at or below 0, a saturated
        detector, a logarithmic scale, or no peak.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> dna = np.r_[np.ones(5000), rng.uniform(1, 2, 3000), np.full(2000, 2.0)]
    >>> found = fit_cell_cycle(50_000 * dna * rng.normal(1, 0.04, dna.size))
    >>> abs(found.g1 - 50) < 2, abs(found.s - 30) < 2, abs(found.g2m - 20) < 2
    (True, True, True)
    """
    asked = options or CellCycleOptions()
    tried = [(each, fit_mixture(each, asked)) for each in dna_histograms(area, asked)]
    histogram, mixture = tried[0] if len(tried) == 1 else _likelier(*tried)
    if asked.model == "Watson":
        return _watson(histogram, asked, mixture)
    theta = mixture.theta
    shares = mixture.amounts[: kernel.DEBRIS]
    phases = np.array([shares[kernel.G1], shares[kernel.S0 : kernel.G2M].sum(), shares[kernel.G2M]])
    rows = mixture.expected
    curve = np.stack([rows[kernel.G1], rows[kernel.S0 : kernel.G2M].sum(axis=0), rows[kernel.G2M]])
    place = (theta[kernel.MEAN], theta[kernel.CV1], theta[kernel.CV2], theta[kernel.RATIO])
    return _told(histogram, asked, mixture, phases, curve, place, _standard_errors(mixture))


def _likelier(one: tuple[Histogram, Mixture], two: tuple[Histogram, Mixture]) -> tuple[Histogram, Mixture]:
    """Which of two places of G1 makes the events more likely, over the range that both describe."""
    ends = [(h.low * h.unit, (h.low + h.counts.size * h.width) * h.unit) for h, _ in (one, two)]
    low, high = max(start for start, _ in ends), min(end for _, end in ends)
    histogram = min((one[0], two[0]), key=lambda h: h.unit * h.width)
    places = histogram.centres * histogram.unit
    kept = (places > low) & (places < high)
    counts, places = histogram.counts[kept], places[kept]
    scores = []
    for h, mixture in (one, two):
        density = np.interp(places, h.centres * h.unit, mixture.expected.sum(axis=0)) + 1e-3
        scores.append(float(counts @ np.log(density / density.sum())))
    return one if scores[0] >= scores[1] else two


def _watson(histogram: Histogram, options: CellCycleOptions, mixture: Mixture) -> CellCycle:
    found = fit_pragmatic(histogram, options, mixture)
    curve = np.stack([found.g1, found.s, found.g2m])
    phases = np.maximum(curve.sum(axis=1), 0.0)
    place = (found.mean, found.cv1, found.cv2, found.ratio)
    return _told(histogram, options, mixture, phases, curve, place, (None, None, None))


def _told(
    histogram: Histogram,
    options: CellCycleOptions,
    mixture: Mixture,
    phases: Vector,
    rows: Vector,
    place: tuple[float, float, float, float],
    errors: tuple[float | None, float | None, float | None],
) -> CellCycle:
    """The answer in words of the bench."""
    mean, cv1, cv2, ratio = place
    cycling = float(phases.sum())
    g1, s, g2m = (100 * phases / cycling).tolist()
    sub_g1, fragments = float(mixture.amounts[kernel.SUB_G1]), float(mixture.amounts[kernel.DEBRIS])
    joined = float(mixture.amounts[DOUBLETS:].sum())
    debris = fragments + histogram.below
    curve = _curve(histogram, mixture, rows)
    total = curve["total"].to_numpy(float)
    parameters = 9 if options.model == "Watson" else int((~_held(mixture)).sum())
    deviance = _deviance(histogram.counts, total) / max(histogram.counts.size - parameters, 1)
    found = CellCycle(
        model=options.model,
        g1=g1,
        s=s,
        g2m=g2m,
        se_g1=errors[0],
        se_s=errors[1],
        se_g2m=errors[2],
        sub_g1=100 * sub_g1 / (cycling + sub_g1 + joined),
        debris=100 * debris / histogram.events,
        aggregates=100 * joined / histogram.events,
        events=histogram.events,
        cycling=cycling,
        g1_mean=mean * histogram.unit,
        g1_cv=100 * cv1,
        g2m_cv=100 * cv2,
        ratio=ratio,
        deviance=deviance,
        curve=curve,
        problems=(),
    )
    return problems_of(found, histogram, options)


def _held(mixture: Mixture) -> NDArray[np.bool_]:
    return mixture.solution.held


def _deviance(counts: Vector, expected: Vector) -> float:
    """Poisson deviance of a histogram."""
    mean = np.maximum(expected, 0.02)
    part = np.where(counts > 0, counts * np.log(np.maximum(counts, 1e-300) / mean), 0.0)
    return float(2 * (part - counts + mean).sum())


def _curve(histogram: Histogram, mixture: Mixture, rows: Vector) -> pd.DataFrame:
    """Counts and expected events by bin and part."""
    expected = mixture.expected
    parts = {
        "g1": rows[0],
        "s": rows[1],
        "g2m": rows[2],
        "sub_g1": expected[kernel.SUB_G1],
        "debris": expected[kernel.DEBRIS],
        "aggregates": expected[DOUBLETS:].sum(axis=0),
    }
    frame = pd.DataFrame({"dna": histogram.centres * histogram.unit, "counts": histogram.counts, **parts})
    return frame.assign(total=sum(parts.values()))


def _standard_errors(mixture: Mixture) -> tuple[float | None, float | None, float | None]:
    """Of G1, S and G2M in percentage points: counting of events, inflated where the model misses them."""
    solution = mixture.solution
    variance = solution.rss / max(solution.dof, 1)
    first = solution.x.size - mixture.amounts.size
    cov = solution.cov[first : first + 6, first : first + 6] / min(variance, 1.0)
    if not np.all(np.isfinite(cov)):
        return None, None, None
    amounts = mixture.amounts[: kernel.DEBRIS]
    groups = np.array([[1, 0, 0, 0, 0, 0], [0, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 1]], float)
    total = amounts.sum()
    slope = 100 * (groups - (groups @ amounts / total)[:, None]) / total
    g1, s, g2m = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", slope, cov, slope), 0.0)).tolist()
    return g1, s, g2m
