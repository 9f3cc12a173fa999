"""The Dean-Jett-Fox model by maximum Poisson likelihood on the bins.

G1 and G2M are normal; S is a polynomial of degree 2 over the DNA contents between both means, written in
Bernstein polynomials with coefficients >= 0 so that it cannot fall below 0, and broadened with the CV
(Dean and Jett 1974, doi:10.1083/jcb.60.2.523; Fox 1980, doi:10.1002/cyto.990010114). Aggregates are the
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

SHAPES, DOUBLETS, TRIPLETS, AMOUNTS = 7, 7, 8, 9
_FLOOR = 0.02  # expected events in a bin that no part reaches: a stray event does not outweigh all others
_RATIO, _RATIO_SD = 1.96, 0.06  # stains are a little less than linear; the sd is wide beside a visible peak
_CV_SD = 0.15  # of the ratio of both CVs, where G2M has its own
_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Mixture:
    """A fitted mixture: shapes `theta`, expected events `amounts` and their table (9, bins) of shares."""

    theta: Vector
    amounts: Vector
    table: Vector
    solution: Solution | None

    @property
    def expected(self) -> Vector:
        """Expected events by part and bin."""
        return self.amounts[:, None] * self.table


def start_shapes(histogram: Histogram, options: CellCycleOptions) -> Vector:
    """First guess of the shapes, in units of the G1 guess."""
    cv = float(np.clip(histogram.cv, 0.012, 0.12))
    return np.array([1.0, cv, cv, float(np.clip(_RATIO, *options.ratio)), 5.0, 0.6, 0.18])


def fit_mixture(histogram: Histogram, options: CellCycleOptions) -> Mixture:
    """The most likely mixture; aggregates are renewed from the fitted cells between rounds."""
    fit = _Fit(histogram, options)
    pairs = fit.aggregates(np.where(histogram.centres > 0.75, histogram.counts, 0.0))
    theta = start_shapes(histogram, options)
    amounts = fit.amounts(theta, pairs)
    for _ in range(_ROUNDS):
        mixture = fit.solved(theta, amounts, pairs)
        theta, amounts = mixture.theta, mixture.amounts
        pairs = fit.aggregates(mixture.expected[: kernel.DEBRIS].sum(axis=0))
    return fit.solved(theta, amounts, pairs)


class _Fit:
    """One histogram and what is free in its model."""

    def __init__(self, histogram: Histogram, options: CellCycleOptions) -> None:
        self.h, self.options = histogram, options
        self.y = histogram.counts
        self.cuts = _cuts(histogram) if options.debris == "cuts" else np.empty(0)
        free = [kernel.MEAN, kernel.CV1, kernel.RATIO, kernel.SUB_MEAN, kernel.SUB_SD]
        free += [kernel.CV2] if options.cv == "free" else []
        free += [kernel.DECAY] if options.debris == "exponential" else []
        self.free = np.array(sorted(free))
        absent = [] if options.aggregates else [DOUBLETS, TRIPLETS]
        self.absent = np.array(absent + ([kernel.DEBRIS] if options.debris == "none" else []), int)

    def aggregates(self, cells: Vector) -> Vector:
        """(2, bins) shares of doublets and triplets of cells with this histogram."""
        one = cells / max(cells.sum(), 1e-12)
        two = kernel.added(one, one, self.h.low, self.h.width)
        return np.stack([two, kernel.added(one, two, self.h.low, self.h.width)])

    def table(self, theta: Vector, pairs: Vector) -> Vector:
        """(9, bins) shares of all parts."""
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

    def solved(self, theta: Vector, amounts: Vector, pairs: Vector) -> Mixture:
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
            tolerance=1e-5,
            max_iterations=40,
            polish=False,
        )
        theta, amounts = self.full(solution.x), solution.x[self.free.size :]
        return Mixture(theta, amounts, self.table(theta, pairs), solution)

    def residuals(self, x: Vector) -> Vector:
        """Signed roots of the Poisson deviance: their squares sum to it; then the two weak priors."""
        theta = self.full(x)
        expected = x[self.free.size :] @ self.table(theta, self.pairs) + _FLOOR
        ratio = (theta[kernel.RATIO] - _RATIO) / _RATIO_SD
        widths = (theta[kernel.CV2] / theta[kernel.CV1] - 1) / _CV_SD
        return np.r_[deviance_roots(self.y, expected), ratio, widths]

    def jacobian(self, x: Vector) -> Vector:
        """Exact in the amounts, central differences in the shapes."""
        count, amounts = self.free.size, x[self.free.size :]
        table = self.table(self.full(x), self.pairs)
        expected = amounts @ table + _FLOOR
        columns = np.zeros((self.y.size + 2, x.size))
        slope = _slope(self.y, expected)
        columns[:-2, count:] = (slope * table).T
        for k in range(count):
            step = 1e-4 * max(abs(x[k]), 1e-3)
            up, down = x.copy(), x.copy()
            up[k] += step
            down[k] -= step
            a, b = self.full(up), self.full(down)
            change = amounts @ (self.table(a, self.pairs) - self.table(b, self.pairs)) / (2 * step)
            columns[:-2, k] = slope * change
            columns[-2, k] = (a[kernel.RATIO] - b[kernel.RATIO]) / (2 * step * _RATIO_SD)
            widths = a[kernel.CV2] / a[kernel.CV1] - b[kernel.CV2] / b[kernel.CV1]
            columns[-1, k] = widths / (2 * step * _CV_SD)
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
        np.array([0.88, 0.008, 0.008, low, 3.0, 0.2, 0.06]),
        np.array([1.12, 0.16, 0.16, high, 60.0, 0.85, 0.30]),
    )


def _cuts(histogram: Histogram) -> Vector:
    """Pieces of cut nuclei: a nucleus of content u leaves pieces of every size below u alike."""
    each = histogram.counts / histogram.centres
    beyond: Vector = each.sum() - np.cumsum(each) + 0.5 * each
    return beyond / max(beyond.sum(), 1e-12)
