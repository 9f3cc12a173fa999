"""From the areas of a tube to the histogram that is fitted, and what forbids a fit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError
from selenolab.fit.cell_cycle_peak import Peak, find_g1
from selenolab.fit.cell_cycle_result import CellCycleOptions

Vector = NDArray[np.float64]

_LOWEST, _HIGHEST = 0.15, 4.6  # of the G1 mean
_SATURATED_NOTED, _SATURATED_REFUSED, _SATURATED_LEAST = 0.001, 0.05, 5


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts on equal bins in units of `unit`, the first guess of the G1 mean.

    `low` is a whole number of bin `width`; `below` and `above` are events outside, `events` all finite ones.
    """

    counts: Vector
    low: float
    width: float
    unit: float
    cv: float
    below: int
    above: int
    events: int
    problems: tuple[str, ...]

    @property
    def centres(self) -> Vector:
        """Middles of the bins, in units of the G1 guess."""
        middles: Vector = self.low + (np.arange(self.counts.size, dtype=float) + 0.5) * self.width
        return middles


def dna_histograms(area: ArrayLike, options: CellCycleOptions) -> tuple[Histogram, ...]:
    """The histogram of linear DNA areas from debris to aggregates; a second one where G1 may be elsewhere.

    Raises
    ------
    DataError
        No finite areas, too few events, all of one value, saturated, logarithmic, or without a peak.
    """
    values = np.asarray(area, float).ravel()
    finite = values[np.isfinite(values)]
    _refuse_few(finite, options)
    lost = values.size - finite.size
    problems = (f"{lost} of {values.size} areas are not finite and were left out.",) if lost else ()
    inside, saturated = _unsaturated(finite[finite > 0], options)
    inside = _spread(inside)
    found = find_g1(inside, options)
    ceiling = float(inside.max()) if saturated else (options.top or np.inf)
    notes = problems + saturated + found.notes
    first = _binned(inside, found.peak, finite.size, ceiling, notes)
    _refuse_few_cells(first, options)
    if found.rival is None:
        return (first,)
    return first, _binned(inside, found.rival, finite.size, ceiling, notes)


def _refuse_few_cells(histogram: Histogram, options: CellCycleOptions) -> None:
    cells = int(histogram.counts[histogram.centres > 0.5].sum())
    if cells < options.least:
        raise DataError(
            f"Cell cycle: found {cells} events from half of G1 on; expected at least {options.least}. "
            "Record more cells, or pool the tubes of one culture."
        )


def _spread(values: Vector) -> Vector:
    """Values of an old digital scale, each spread evenly over its channel; others as they are.

    Bins that hold now two and now three channels would show a comb. The spread is the same on each call.
    """
    channels = np.unique(values)
    if channels.size > 4096 or channels.size < 3:
        return values
    step = float(np.diff(channels).min())
    if not np.allclose(channels / step, np.round(channels / step), atol=1e-3):
        return values
    return values + step * np.random.default_rng(0).uniform(-0.5, 0.5, values.size)


def _refuse_few(finite: Vector, options: CellCycleOptions) -> None:
    if finite.size < options.least:
        raise DataError(
            f"Cell cycle: found {finite.size} events with a finite area; expected at least {options.least}. "
            "Record more cells, or pool the tubes of one culture."
        )
    if np.ptp(finite) == 0:
        raise DataError(
            f"Cell cycle: found the area {finite[0]:.6g} in all {finite.size} events; expected a "
            "distribution. Check the channel."
        )
    if np.mean(finite > 0) < 0.5:
        raise DataError(
            f"Cell cycle: found {int((finite <= 0).sum())} of {finite.size} areas at or below 0; expected "
            "linear DNA areas above 0. Check the channel and the compensation."
        )


def _unsaturated(positive: Vector, options: CellCycleOptions) -> tuple[Vector, tuple[str, ...]]:
    """Areas below the detector's end, and a note on those upon it."""
    top = options.top if options.top is not None else float(positive.max())
    on_top = positive >= top
    share = float(on_top.mean()) if on_top.sum() >= _SATURATED_LEAST else 0.0
    if share > _SATURATED_REFUSED:
        raise DataError(
            f"Cell cycle: found {share:.0%} of the events saturated at {top:.6g}; expected G2M and its "
            "doublets below the end of the detector. Lower the voltage and record again."
        )
    if share > _SATURATED_NOTED:
        return positive[~on_top], (f"{share:.1%} of the events are saturated at {top:.6g}.",)
    return positive, ()


def _binned(inside: Vector, peak: Peak, events: int, top: float, problems: tuple[str, ...]) -> Histogram:
    """Count on bins of a quarter of the peak's standard deviation."""
    width = float(np.clip(peak.cv / 4, 0.006, 0.02))
    lowest = max(_LOWEST, min(float(inside.min()) / peak.place, 1 - 5 * peak.cv))
    highest = min(_HIGHEST, top / peak.place)
    first, last = int(np.ceil(lowest / width - 1e-9)), int(np.floor(highest / width + 1e-9))
    if last * width < 2.3:
        raise DataError(
            f"Cell cycle: found G1 at {peak.place:.4g} and the end of the areas at {top:.4g}; expected room "
            "for G2M, twice G1. Lower the voltage and record again."
        )
    if highest < 3.2:
        problems = (*problems, "The scale ends below three times G1: doublets under G2M cannot be told.")
    place = np.floor(inside / peak.place / width).astype(np.int64) - first
    count = last - first
    kept = (place >= 0) & (place < count)
    counts = np.bincount(place[kept], minlength=count).astype(float)
    below = events - int((place >= 0).sum())
    above = int((place >= count).sum())
    return Histogram(counts, first * width, width, peak.place, peak.cv, below, above, events, problems)
