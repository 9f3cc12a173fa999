"""The wells of one compound on one line in one experiment, and the curve fitted to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.viability.controls import Corrected, vehicle_rows
from selenolab.assays.viability.mortality import BINOMIAL, as_curve, mortality
from selenolab.assays.viability.schema import GROUP
from selenolab.assays.viability.settings import ViabilitySettings
from selenolab.fit import curve_state
from selenolab.fit.binomial import BinomialFit
from selenolab.fit.dose_response import CurveFit, fit_curve
from selenolab.fit.robust import robust_fit

Vector = NDArray[np.float64]
SEEN = (curve_state.OK, curve_state.STEP)
NO_ARM = "none"
FAMILIES = ("LL.2", "LL.3", "LL.4", "LL.5", "W1.4", "BC.4")


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve of one experiment.

    `group` names compound, cell_line and where stated arm and time; `wells` are all its rows, flagged
    ones included; `dose` and `response` (n,) are those that count, vehicle wells as dose zero; `control`
    is the response without drug (100 for data in %), None where it is not known. `binomial` is the fit of
    counts, of which `fit` then shows the parameters.
    """

    group: Mapping[str, str]
    experiment: str
    wells: pd.DataFrame
    dose: Vector
    response: Vector
    control: float | None
    fit: CurveFit
    robust: CurveFit | None
    binomial: BinomialFit | None = None

    @property
    def tested(self) -> tuple[float, float]:
        """The lowest and the highest dose above zero that were tested."""
        positive = self.dose[self.dose > 0]
        return float(positive.min()), float(positive.max())


def curves(corrected: Corrected, settings: ViabilitySettings) -> tuple[Curve, ...]:
    """All curves that have at least one dose above zero, by group and experiment."""
    wells = corrected.wells
    vehicles = wells[vehicle_rows(wells).to_numpy()]
    samples = wells[(wells["role"] == "sample").to_numpy()]
    words = ["compound", "cell_line", "arm", "time_key", "experiment"]
    found = []
    for key, part in samples.groupby(words, sort=True):
        if not (part["ok"] & (part["dose"] > 0) & np.isfinite(part["viability"])).any():
            continue
        own = _vehicles_of(part, vehicles) if settings.vehicle_in_fit else vehicles.iloc[:0]
        rows = pd.concat([own[~own.index.isin(part.index)], part])
        found.append(_curve(group_of(part, wells), str(key[-1]), rows, corrected.unit, settings))
    return tuple(found)


def group_of(part: pd.DataFrame, wells: pd.DataFrame) -> dict[str, str]:
    """What a curve is of: the words that are stated, the time only where several were read.

    Where other wells have an arm, those without one are the arm "none", so that the two can be compared.
    """
    first = part.iloc[0].to_dict()
    if not first["arm"] and _has_arm(wells):
        first["arm"] = NO_ARM
    words = {word: str(first[word]) for word in GROUP if word != "time" and str(first[word])}
    times = wells.loc[wells["role"] == "sample", "time_key"].unique()
    if len(times) > 1 and first["time_key"] >= 0:
        words["time"] = f"{first['time_key']:g} h"
    return words


def _has_arm(wells: pd.DataFrame) -> bool:
    return bool((wells.loc[wells["role"] == "sample", "arm"] != "").any())


def _vehicles_of(part: pd.DataFrame, vehicles: pd.DataFrame) -> pd.DataFrame:
    """The vehicle wells of the plates, line, arm and time of `part`; those that name none serve all."""
    first = part.iloc[0]
    places = pd.MultiIndex.from_frame(part[["file", "plate"]].drop_duplicates())
    here = pd.MultiIndex.from_frame(vehicles[["file", "plate"]]).isin(places)
    for word in ("experiment", "time_key"):
        here &= (vehicles[word] == first[word]).to_numpy()
    for word in ("cell_line", "arm"):
        own = here & (vehicles[word] == first[word]).to_numpy()
        here = own if own.any() else here & (vehicles[word] == "").to_numpy()
    return vehicles[here]


def _curve(
    group: Mapping[str, str], experiment: str, rows: pd.DataFrame, unit: str, settings: ViabilitySettings
) -> Curve:
    use = (rows["ok"] & np.isfinite(rows["viability"])).to_numpy()
    dose, response = rows["dose"].to_numpy(float)[use], rows["viability"].to_numpy(float)[use]
    zero = response[dose == 0]
    control = 100.0 if unit == "%" else float(zero.mean()) if zero.size else None
    if settings.family == BINOMIAL:
        found = mortality(dose, response, rows["total"].to_numpy(float)[use] if "total" in rows else None)
        fit = as_curve(found, dose, response)
        return Curve(group, experiment, rows, dose, response, control, fit, None, found)
    fit = fitted(dose, response, settings.family, control, settings)
    wanted = settings.robust and fit.state in SEEN  # elsewhere there is no mid dose to compare
    robust = _robust(dose, response, control, settings) if wanted else None
    return Curve(group, experiment, rows, dose, response, control, fit, robust)


def fitted(
    dose: Vector, response: Vector, family: str, control: float | None, settings: ViabilitySettings
) -> CurveFit:
    """The curve of `family`; LL.2 takes the control as its upper plateau."""
    fixed, lower = constraints(family, control, settings)
    return fit_curve(dose, response, family, fixed=fixed, lower=lower)


def constraints(
    family: str, control: float | None, settings: ViabilitySettings
) -> tuple[dict[str, float], dict[str, float]]:
    """What is fixed, and the least lower plateau."""
    fixed = {"d": control} if family == "LL.2" and control is not None else {}
    free_c = family in ("LL.4", "LL.5", "W1.4")
    lower = {"c": settings.lower_plateau_min} if free_c and settings.lower_plateau_min is not None else {}
    return fixed, lower


def _robust(
    dose: Vector, response: Vector, control: float | None, settings: ViabilitySettings
) -> CurveFit | None:
    fixed, lower = constraints(settings.family, control, settings)
    return robust_fit(dose, response, settings.family, fixed=fixed, lower=lower)


def by_group(found: Sequence[Curve]) -> tuple[tuple[Curve, ...], ...]:
    """Curves of one group together, experiments in order."""
    groups: dict[tuple[tuple[str, str], ...], list[Curve]] = {}
    for curve in found:
        groups.setdefault(tuple(curve.group.items()), []).append(curve)
    return tuple(tuple(part) for part in groups.values())


def dose_means(curve: Curve) -> tuple[Vector, Vector]:
    """Distinct doses (m,) and the mean response at each."""
    doses, place = np.unique(curve.dose, return_inverse=True)
    return doses, np.bincount(place, curve.response) / np.bincount(place)


def area(curve: Curve) -> float | None:
    """Area under the dose means over log10 dose, as a share of the untreated rectangle; by trapezoids.

    1 where nothing happens. None with fewer than two doses above zero, or without a control.
    """
    doses, means = dose_means(curve)
    keep = doses > 0
    if keep.sum() < 2 or not curve.control:
        return None
    z, y = np.log10(doses[keep]), means[keep] / curve.control
    return float(np.sum((y[1:] + y[:-1]) / 2 * np.diff(z)) / (z[-1] - z[0]))
