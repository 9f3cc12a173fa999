"""Watson's pragmatic way: normal peaks from their outer sides, S is what is left.

S has no given shape: between the peaks it is the histogram less the tails of the peaks; under each peak the
straight line through the nearer half of it goes on, times the probability that an S cell at the edge of S is
read there, a cumulative normal (after Watson, Chambers and Smith 1987, doi:10.1002/cyto.990080101). Debris,
sub-G1 and aggregates are taken away first, as the mixture of the Dean-Jett-Fox model finds them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from selenolab.fit import cell_cycle_kernel as kernel
from selenolab.fit.cell_cycle_dean import Mixture
from selenolab.fit.cell_cycle_histogram import Histogram
from selenolab.fit.cell_cycle_result import CellCycleOptions
from selenolab.stats.least_squares import solve

Vector = NDArray[np.float64]

_ROUNDS = 12
_CONTROL = 0.03  # how far G2/G1 may lie from that of the control tube
_BESIDE = 2.3  # standard deviations from a peak to where S is read without it


@dataclass(frozen=True, slots=True)
class Pragmatic:
    """G1, S and G2M by bin (expected events), and where the peaks stand, in units of the G1 guess."""

    g1: Vector
    s: Vector
    g2m: Vector
    mean: float
    cv1: float
    cv2: float
    ratio: float


def fit_pragmatic(histogram: Histogram, options: CellCycleOptions, mixture: Mixture) -> Pragmatic:
    """G1, S and G2M of a histogram whose background the mixture tells."""
    clean = histogram.counts - mixture.expected[kernel.DEBRIS :].sum(axis=0)
    weight = 1 / np.sqrt(np.maximum(histogram.counts, 4.0))
    mean, cv, ratio = (float(mixture.theta[k]) for k in (kernel.MEAN, kernel.CV1, kernel.RATIO))
    first, last = np.array([mean, mean * cv]), np.array([mean * ratio, mean * ratio * cv])
    one = two = synthesis = np.zeros_like(clean)
    lowest, highest = options.ratio
    if options.control_ratio is not None:
        lowest, highest = options.control_ratio - _CONTROL, options.control_ratio + _CONTROL
    for _ in range(_ROUNDS):
        synthesis = _synthesis(histogram, clean - one - two, first, last)
        rest = clean - synthesis
        first, one = _peak(histogram, rest - two, weight, first, -1, (0.9, 1.1))
        bounds = (first[0] * lowest / last[0], first[0] * highest / last[0])
        last, two = _peak(histogram, rest - one, weight, last, 1, bounds)
    return Pragmatic(
        one, synthesis, two, first[0], first[1] / first[0], last[1] / last[0], float(last[0] / first[0])
    )


def _synthesis(histogram: Histogram, clean: Vector, first: Vector, last: Vector) -> Vector:
    """S by bin: what is left between the peaks, under a peak its level times a cumulative normal."""
    x = histogram.centres
    start, stop = first[0] + _BESIDE * first[1], last[0] - _BESIDE * last[1]
    middle = 0.5 * (start + stop)
    start, stop = min(start, middle - 0.05), max(stop, middle + 0.05)
    left = _level(x, clean, start, middle) * ndtr((x - first[0]) / first[1])
    right = _level(x, clean, middle, stop) * ndtr((last[0] - x) / last[1])
    under = np.where(x < middle, left, right)
    found: Vector = np.where((x >= start) & (x <= stop), clean, under)
    return found


def _level(x: Vector, clean: Vector, start: float, stop: float) -> Vector:
    """The straight line through the histogram from start to stop, at every bin, from 0 to twice its mean."""
    used = (x >= start) & (x <= stop)
    here, counts = x[used], clean[used]
    mean, centre = float(counts.mean()), float(here.mean())
    spread = float(((here - centre) ** 2).sum())
    slope = float(((here - centre) * counts).sum()) / spread if spread > 0 else 0.0
    line: Vector = np.clip(mean + slope * (x - centre), 0.0, max(2 * mean, 0.0))
    return line


def _peak(
    histogram: Histogram, rest: Vector, weight: Vector, at: Vector, side: int, bounds: tuple[float, float]
) -> tuple[Vector, Vector]:
    """Place, standard deviation and events by bin of a normal peak, from its outer side and a little more."""
    mean, sd = at
    away = side * (histogram.centres - mean) / sd
    used = (away > -0.8) & (away < 3.5)
    row = np.empty_like(rest)

    def missed(x: Vector) -> Vector:
        kernel.peak(row, histogram.low, histogram.width, x[0], x[1])
        return np.asarray((x[2] * row[used] - rest[used]) * weight[used])

    def slopes(x: Vector) -> Vector:
        columns = np.empty((int(used.sum()), 3))
        for k in range(2):
            step = np.eye(3)[k] * 1e-4 * sd
            columns[:, k] = (missed(x + step) - missed(x - step)) / (2e-4 * sd)
        kernel.peak(row, histogram.low, histogram.width, x[0], x[1])
        columns[:, 2] = row[used] * weight[used]
        return columns

    events = max(float(rest[used].sum()) * 1.25, 1.0)
    low, high = mean * bounds[0], mean * bounds[1]
    limits = (np.array([low, 0.6 * sd, 0.0]), np.array([high, 1.5 * sd, np.inf]))
    start = [mean, sd, events]
    found = solve(missed, start, bounds=limits, jacobian=slopes, tolerance=1e-5, polish=False).x
    kernel.peak(row, histogram.low, histogram.width, found[0], found[1])
    return found[:2], found[2] * row
