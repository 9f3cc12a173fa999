"""What speaks against the answer of a cell-cycle fit."""

from dataclasses import replace

import numpy as np

from selenolab.fit.cell_cycle_histogram import Histogram
from selenolab.fit.cell_cycle_result import CellCycle, CellCycleOptions

_CV_HIGH, _FEW, _MISSED, _SURE = 8.0, 5000, 3.0, 2.0


def problems_of(found: CellCycle, histogram: Histogram, options: CellCycleOptions) -> CellCycle:
    """The same answer with everything noted that a reader must know."""
    noted = [*histogram.problems, *_peaks(found, options), *_amounts(found, histogram)]
    return replace(found, problems=tuple(noted))


def _peaks(found: CellCycle, options: CellCycleOptions) -> list[str]:
    noted = []
    if found.g1_cv > _CV_HIGH:
        noted.append(
            f"The CV of G1 is {found.g1_cv:.1f} %, above 8 %: S is not told well from the peaks. Check "
            "staining, RNase and flow rate."
        )
    low, high = options.ratio
    if high - low > 0.1 and min(found.ratio - low, high - found.ratio) < 0.005:
        noted.append(
            f"G2/G1 is {found.ratio:.2f}, at the bound of {low:g} to {high:g}: is it the right G1 peak?"
        )
    if options.g1 is not None and abs(found.g1_mean / options.g1 - 1) > 0.1:
        noted.append(f"G1 stands at {found.g1_mean:.4g}, more than 10 % from the control's {options.g1:.4g}.")
    return noted


def _amounts(found: CellCycle, histogram: Histogram) -> list[str]:
    noted = []
    if found.cycling < _FEW:
        noted.append(f"Only {found.cycling:.0f} cycling cells: shares are coarse.")
    errors = [e for e in (found.se_g1, found.se_s, found.se_g2m) if e is not None]
    if errors and max(errors) > _SURE:
        noted.append(
            f"Counting alone leaves a standard error of {max(errors):.1f} percentage points: the peaks and "
            "S are not told apart well."
        )
    if found.sub_g1 > 50:
        noted.append(
            f"Sub-G1 is {found.sub_g1:.0f} % of the cells: the shares describe the few that are left."
        )
    if found.aggregates > 15:
        noted.append(f"Aggregates are {found.aggregates:.0f} % of the events: gate doublets first.")
    beyond = histogram.above / histogram.events
    if beyond > 0.02:
        noted.append(f"{beyond:.1%} of the events lie beyond 4.6 times G1: polyploid cells or clumps.")
    missed = np.abs(found.curve["counts"] - found.curve["total"]).sum() / found.curve["counts"].sum()
    if found.deviance > _MISSED and missed > 0.08:
        noted.append(
            f"The model misses {missed:.0%} of the histogram (deviance {found.deviance:.1f} per degree of "
            "freedom): another population, such as aneuploid cells, or peaks that are not normal."
        )
    return noted
