"""Peaks and valleys of one measured value over the events: what automatic gates are placed by."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

Values = NDArray[np.float64]
_BINS = 512
_TAIL = 0.0005  # of the events at either end are left out of the picture
_CLEAR = 3.5  # standard errors by which a peak must stand over the valley beside it


@dataclass(frozen=True, slots=True)
class Peak:
    """A peak of the density: its place, the valleys on both sides of it, and its share of the events."""

    place: float
    left: float
    right: float
    share: float
    height: float


def robust_spread(values: Values, centre: float, side: str) -> float:
    """Standard deviation of the half of a population on one `side` ("left" or "right") of its centre."""
    half = centre - values[values <= centre] if side == "left" else values[values >= centre] - centre
    return float(1.4826 * np.median(half)) if half.size else 0.0


def peaks(values: Values, smooth: float = 1.0) -> tuple[Peak, ...]:
    """Peaks of the density of `values` (n,), from left to right, that counting noise does not explain.

    A Gaussian kernel over a histogram; its width is Silverman's rule with the spread of the densest half
    of the events, times `smooth`. Source of the rule: Silverman 1986, doi:10.1201/9781315140919.
    """
    values = _untied(values)
    low, high = np.quantile(values, [_TAIL, 1 - _TAIL])
    if not high > low:
        place = float(low)
        return (Peak(place, place, place, 1.0, 1.0),)
    counts, edges = np.histogram(values, _BINS, (low, high))
    step = (high - low) / _BINS
    width = float(max(smooth * _bandwidth(values) / step, 1.0))
    density = gaussian_filter1d(counts.astype(float), width, mode="constant")
    tops, cuts = _turns(density, 1.0 / (2 * np.sqrt(np.pi) * width))
    centres = (edges[:-1] + edges[1:]) / 2
    borders = [0, *cuts, _BINS - 1]
    sums = np.concatenate([[0.0], np.cumsum(counts)])
    total = float(max(sums[-1], 1.0))
    return tuple(
        Peak(
            float(centres[top]),
            float(centres[borders[i]]),
            float(centres[borders[i + 1]]),
            float(sums[borders[i + 1] + 1] - sums[borders[i]]) / total,
            float(density[top]),
        )
        for i, top in enumerate(tops)
    )


def _untied(values: Values) -> Values:
    """Equal values of a converter's steps spread evenly over their step, so that steps are no peaks."""
    steps, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    if steps.size < 3 or steps.size > 0.5 * values.size:
        return values
    middles = (steps[:-1] + steps[1:]) / 2
    lower = np.concatenate([[steps[0]], middles])
    upper = np.concatenate([middles, [steps[-1]]])
    order = np.argsort(where, kind="stable")
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    rank = np.empty(values.size)
    rank[order] = np.arange(values.size) - np.repeat(first, counts)
    spread: Values = lower[where] + (rank + 0.5) / counts[where] * (upper - lower)[where]
    return spread


def _bandwidth(values: Values) -> float:
    """Silverman's rule with the spread of the shortest half: a second population does not widen it."""
    ordered = np.sort(values)
    half = ordered.size // 2
    shortest = float(np.min(ordered[half:] - ordered[: ordered.size - half]))
    spread = min(shortest / 1.349, float(np.std(ordered))) or float(np.std(ordered))
    return float(0.9 * spread * ordered.size**-0.2)


def _turns(density: Values, noise: float) -> tuple[list[int], list[int]]:
    """Places of the peaks, and of the valleys between them.

    The shallowest valley is filled until all are clear.
    `noise` times the density is the variance of a smoothed count.
    """
    rises = np.sign(np.diff(np.concatenate([[-1.0], density, [-1.0]])))
    for i in range(1, rises.size):  # a level part goes on as it began
        rises[i] = rises[i] or rises[i - 1]
    tops = [int(i) for i in np.flatnonzero((rises[:-1] > 0) & (rises[1:] < 0))]
    cuts = [one + _middle_of_lowest(density[one : other + 1]) for one, other in pairwise(tops)]
    while cuts:
        clear = [
            (min(density[tops[i]], density[tops[i + 1]]) - density[cut])
            / np.sqrt(noise * (min(density[tops[i]], density[tops[i + 1]]) + density[cut]) + noise)
            for i, cut in enumerate(cuts)
        ]
        worst = int(np.argmin(clear))
        if clear[worst] >= _CLEAR:
            break
        lower = worst if density[tops[worst]] < density[tops[worst + 1]] else worst + 1
        del tops[lower], cuts[worst]
        cuts = [one + _middle_of_lowest(density[one : other + 1]) for one, other in pairwise(tops)]
    return tops, cuts


def _middle_of_lowest(part: Values) -> int:
    """The middle of the stretch that is as low as the lowest, give or take one event."""
    low = np.flatnonzero(part <= part.min() + 0.05)
    return int(low[low.size // 2])
