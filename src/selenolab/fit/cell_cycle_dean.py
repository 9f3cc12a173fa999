"""The Dean-Jett-Fox model by maximum Poisson likelihood on the bins.

G1 and G2M are normal; S is a polynomial of degree 2 over the DNA contents between both means, written in
Bernstein polynomials with coefficients >= 0 so that it cannot fall below 0, and broadened with the CV
(Dean and Jett 1974, doi:10.1083/jcb.60.2.523). A wave, normal in DNA, comes on top of S where the likelihood
asks for it, as in synchronised cells (Fox 1980, doi:10.1002/cyto.990010114). Aggregates are the
histogram of the fitted cells added to itself (Bagwell's probabilistic model): what stands beyond G2M tells
how many pairs of G1 cells hide under G2M.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.fit import cell_cycle_kernel as kernel
from selenolab.fit.cell_cycle_histogram import Histogram
from selenolab.fit.cell_cycle_result import CellCycleOptions
from selenolab.stats.least_squares import Solution, solve

Vector = NDArray[np.float64]

SHAPES, DOUBLETS, TRIPLETS, AMOUNTS = 8, 8, 9, 10
_FLOOR = 0.02  # expected events in a bin that no part reaches: a stray event does not outweigh all others
_RATIO, _RATIO_SD = 1.96, 0.06  # stains are a little less than linear; the sd is wide beside a visible peak
_CONTROL_SD = 0.015  # of the ratio of a control tube: its own error and what differs between tubes
_CV_SD = 0.15  # of the ratio of both CVs, where G2M has its own
_SHAPE_SD = 1.5  # of the differences between the coefficients of S, in units of their mean
_PRIORS = 4
_WAVE_GAIN = 14.0  # of the deviance: three numbers at a probability of 0.3 %
_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Mixture:
    """A fitted mixture: shapes `theta`, expected events `amounts` and their table (10, bins) of shares."""

    theta: Vector
    amounts: Vector
    table: Vector
    solution: Solution

    @property
    def expected(self) -> Vector:
        """Expected events by part and bin."""
        return self.amounts[:, None] * self.table


def start_shapes(histogram: Histogram, options: CellCycleOptions) -> Vector:
    """First guess of the shapes, in units of the G1 guess."""
    cv = float(np.clip(histogram.cv, 0.012, 0.12))
    return np.array(
        [
            1.0,
            cv,
            cv,
            float(np.clip(options.control_ratio or _RATIO, *options.ratio)),
            5.0,
            0.6,
            0.18,
            0.5,
            0.12,
        ]
    )


def fit_mixture(histogram: Histogram, options: CellCycleOptions) -> Mixture:
    """The most likely mixture; aggregates are renewed from the fitted cells between rounds."""
    fit = _Fit(histogram, options)
    pairs = fit.aggregates(np.where(histogram.centres > 0.75, histogram.counts, 0.0))
    theta = start_shapes(histogram, options)
    amounts = fit.amounts(theta, pairs)
    for _ in range(_ROUNDS):
        mixture = fit.solved(theta, amounts, pairs, tolerance=1e-3)
        theta, amounts = mixture.theta, mixture.amounts
        pairs = fit.aggregates(mixture.expected[: kernel.DEBRIS].sum(axis=0))
    plain = fit.solved(theta, amounts, pairs)
    return fit.with_wave(plain, pairs)


class _Fit:
    """One histogram and what is free in its model."""

    def __init__(self, histogram: Histogram, options: CellCycleOptions) -> None:
        self.h, self.options = histogram, options
        self.y = histogram.counts
        self.ratio, self.ratio_sd = _RATIO, _RATIO_SD
        if options.control_ratio is not None:
            self.ratio, self.ratio_sd = options.control_ratio, _CONTROL_SD
        self.cuts = _cuts(histogram) if options.debris == "cuts" else np.empty(0)
        free = [kernel.MEAN, kernel.CV1, kernel.RATIO, kernel.SUB_MEAN, kernel.SUB_SD]
        free += [kernel.CV2] if options.cv == "free" else []
        free += [kernel.DECAY] if options.debris == "exponential" else []
        self.free = np.array(sorted(free))
        absent = [] if options.aggregates else [DOUBLETS, TRIPLETS]
        absent += [kernel.DEBRIS] if options.debris == "none" else []
        self.absent = np.array([*absent, kernel.WAVE])

    def aggregates(self, cells: Vector) -> Vector:
        """(2, bins) shares of doublets and triplets of cells with this histogram."""
        one = cells / max(cells.sum(), 1e-12)
        two = kernel.added(one, one, self.h.low, self.h.width)
        return np.stack([two, kernel.added(one, two, self.h.low, self.h.width)])

    def table(self, theta: Vector, pairs: Vector) -> Vector:
        """(10, bins) shares of all parts."""
        table = np.empty((AMOUNTS, self.y.size))
        kernel.parts(table[:SHAPES], self.h.low, self.h.width, theta, self.cuts)
        table[SHAPES:] = pairs
        return table

    def amounts(self, theta: Vector, pairs: Vector) -> Vector:
        """Events of each part for given shapes, by expectation and maximisation."""
        table = self.table(theta, pairs)
        amounts = np.full(AMOUNTS, self.y.sum() / AMOUNTS)
        amounts[self.absent] = 0.0
        for _ in range(60):
            ratio = self.y / (amounts @ table + _FLOOR)
            amounts *= (table @ ratio) / np.maximum(table.sum(axis=1), 1e-9)
        return amounts

    def full(self, x: Vector) -> Vector:
        """All shapes from the free numbers."""
        theta = self.fixed.copy()
        theta[self.free] = x[: self.free.size]
        if self.options.cv == "same":
            theta[kernel.CV2] = theta[kernel.CV1]
        return theta

    def solved(self, theta: Vector, amounts: Vector, pairs: Vector, tolerance: float = 1e-4) -> Mixture:
        """Shapes and amounts together from a start."""
        self.fixed, self.pairs = theta.copy(), pairs
        low, high = _bounds(self.options)
        limit = np.where(np.isin(np.arange(AMOUNTS), self.absent), 0.0, 3 * self.y.sum() + 1)
        bounds = (np.r_[low[self.free], np.zeros(AMOUNTS)], np.r_[high[self.free], limit])
        start = np.r_[theta[self.free], amounts]
        solution = solve(
            self.residuals,
            start,
            bounds=bounds,
            jacobian=self.jacobian,
            tolerance=tolerance,
            max_iterations=40,
            polish=False,
        )
        theta, amounts = self.full(solution.x), solution.x[self.free.size :]
        return Mixture(theta, amounts, self.table(theta, pairs), solution)

    def with_wave(self, plain: Mixture, pairs: Vector) -> Mixture:
        """Fox's wave on top of the polynomial, kept where the likelihood asks for its three numbers."""
        self.free = np.r_[self.free, kernel.WAVE_AT, kernel.WAVE_SD]
        self.absent = self.absent[self.absent != kernel.WAVE]
        amounts, theta = plain.amounts.copy(), plain.theta.copy()
        s = amounts[kernel.S0 : kernel.WAVE]
        theta[kernel.WAVE_AT] = self.misfit_at(plain)
        amounts[kernel.WAVE] = 0.2 * s.sum()
        s *= 0.8
        waved = self.solved(theta, amounts, pairs)
        return waved if plain.solution.rss - waved.solution.rss > _WAVE_GAIN else plain

    def misfit_at(self, plain: Mixture) -> float:
        """Where in S the plain model misses most events, from 0 to 1."""
        mean, ratio = plain.theta[kernel.MEAN], plain.theta[kernel.RATIO]
        t = (self.h.centres / mean - 1) / (ratio - 1)
        missed = (self.y - plain.expected.sum(axis=0)) / np.sqrt(np.maximum(self.y, 4.0))
        places = np.linspace(0.15, 0.85, 15)
        scores = [float((missed * np.exp(-0.5 * ((t - at) / 0.1) ** 2)).sum()) for at in places]
        return float(places[int(np.argmax(scores))])

    def residuals(self, x: Vector) -> Vector:
        """Signed roots of the Poisson deviance: their squares sum to it; then the two weak priors."""
        theta = self.full(x)
        expected = x[self.free.size :] @ self.table(theta, self.pairs) + _FLOOR
        both: Vector = np.concatenate([deviance_roots(self.y, expected), self.priors(x)])
        return both

    def priors(self, x: Vector) -> Vector:
        """Distances from what is likely before the data, in standard deviations."""
        theta = self.full(x)
        s = x[self.free.size + kernel.S0 : self.free.size + kernel.WAVE]
        mean = s.mean() + 1.0
        return np.array(
            [
                (theta[kernel.RATIO] - self.ratio) / self.ratio_sd,
                (theta[kernel.CV2] / theta[kernel.CV1] - 1) / _CV_SD,
                (s[0] - s[1]) / mean / _SHAPE_SD,
                (s[2] - s[1]) / mean / _SHAPE_SD,
            ]
        )

    def jacobian(self, x: Vector) -> Vector:
        """Exact in the amounts, central differences in the shapes and the priors."""
        count, amounts, bins = self.free.size, x[self.free.size :], self.y.size
        table = self.table(self.full(x), self.pairs)
        expected = amounts @ table + _FLOOR
        slope = _slope(self.y, expected)
        columns = np.zeros((bins + _PRIORS, x.size))
        columns[:bins, count:] = (slope * table).T
        for k in range(count + kernel.G2M):
            step = 1e-4 * max(abs(x[k]), 1e-3)
            up, down = x.copy(), x.copy()
            up[k] += step
            down[k] -= step
            columns[bins:, k] = (self.priors(up) - self.priors(down)) / (2 * step)
            if k < count:
                change = self.table(self.full(up), self.pairs) - self.table(self.full(down), self.pairs)
                columns[:bins, k] = slope * (amounts @ change) / (2 * step)
        return columns


def deviance_roots(counts: Vector, expected: Vector) -> Vector:
    """Signed roots of each bin's Poisson deviance.

    Examples
    --------
    >>> deviance_roots(np.array([0.0, 4.0]), np.array([2.0, 4.0])).tolist()
    [-2.0, 0.0]
    """
    part = np.where(counts > 0, counts * np.log(np.maximum(counts, 1e-300) / expected), 0.0)
    roots: Vector = np.sign(counts - expected) * np.sqrt(np.maximum(2 * (part - counts + expected), 0.0))
    return roots


def _slope(counts: Vector, expected: Vector) -> Vector:
    """Derivative of the roots by the expected events."""
    roots = deviance_roots(counts, expected)
    flat = np.abs(counts - expected) < 1e-3 * expected
    slope: Vector = np.where(
        flat, -1 / np.sqrt(expected), (1 - counts / expected) / np.where(flat, 1.0, roots)
    )
    return slope


def _bounds(options: CellCycleOptions) -> tuple[Vector, Vector]:
    """Least and greatest shapes, in units of the G1 guess."""
    low, high = options.ratio
    return (
        np.array([0.88, 0.008, 0.008, low, 3.0, 0.2, 0.06, 0.12, 0.05]),
        np.array([1.12, 0.16, 0.16, high, 60.0, 0.85, 0.30, 0.88, 0.25]),
    )


def _cuts(histogram: Histogram) -> Vector:
    """Pieces of cut nuclei: a nucleus of content u leaves pieces of every size below u alike."""
    each = histogram.counts / histogram.centres
    beyond: Vector = each.sum() - np.cumsum(each) + 0.5 * each
    shares: Vector = beyond / max(float(beyond.sum()), 1e-12)
    return shares
