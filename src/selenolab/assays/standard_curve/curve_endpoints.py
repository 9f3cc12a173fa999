"""What a standard curve itself gives: slope and intercept for other runs, and its limits."""

from collections.abc import Iterator

import numpy as np
from scipy.stats import chi2

from selenolab.assays.standard_curve.plate_curves import PLAIN, PlateCurves
from selenolab.assays.standard_curve.prepared import Prepared
from selenolab.assays.standard_curve.settings import StandardCurveSettings
from selenolab.core.assay import EndpointSpec
from selenolab.core.errors import DataError
from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome
from selenolab.fit.calibration import Calibration
from selenolab.fit.calibration_limits import DETECTION, QUANTIFICATION, limit
from selenolab.formats.units import factor
from selenolab.stats.intervals import t_quantile

SLOPE, INTERCEPT, SENSITIVITY = "slope", "intercept", "sensitivity"
LOD, LOQ = "limit of detection", "limit of quantification"
CURVE_SPECS = (
    EndpointSpec(SLOPE, "AU mL/µg", "slope of a linear calibration of an absorbance in mass concentration"),
    EndpointSpec(INTERCEPT, "AU", "absorbance of a linear calibration at zero"),
    EndpointSpec(SENSITIVITY, "stated", "slope of a linear calibration in other units"),
    EndpointSpec(LOD, "stated", "3.3 SD over the slope; which SD is in the method"),
    EndpointSpec(LOQ, "stated", "10 SD over the slope; which SD is in the method"),
)
_WELLS = "standard wells"


def curve_endpoints(
    prepared: Prepared, curves: PlateCurves, settings: StandardCurveSettings
) -> Iterator[Endpoint]:
    """Endpoints of every curve, by plate."""
    for (plate, role), curve in curves.curves.items():
        group = {"plate": plate} if role == PLAIN else {"plate": plate, "role": role}
        if curve.model == "linear":
            yield from _line(curve, prepared, group, settings.level)
        for name, times in ((LOD, DETECTION), (LOQ, QUANTIFICATION)):
            yield Endpoint(name, group, _limit(curve, times, prepared, plate, settings))


def _line(curve: Calibration, prepared: Prepared, group: dict[str, str], level: float) -> Iterator[Endpoint]:
    name, unit, scale = _slope_unit(prepared)
    yield Endpoint(name, group, _parameter(curve, 1, unit, scale, level))
    if prepared.signal_unit == "AU":
        yield Endpoint(INTERCEPT, group, _parameter(curve, 0, "AU", 1.0, level))


def _slope_unit(prepared: Prepared) -> tuple[str, str, float]:
    """Name, unit and factor: AU mL/µg where the standards are a mass concentration read as absorbance."""
    if prepared.signal_unit == "AU":
        try:
            return SLOPE, "AU mL/µg", 1 / factor(prepared.unit, "µg/mL")
        except DataError:
            pass  # a molar or other concentration
    return SENSITIVITY, f"{prepared.signal_unit} per {prepared.unit}", 1.0


def _parameter(curve: Calibration, place: int, unit: str, scale: float, level: float) -> Estimate:
    value = float(curve.parameters[place]) * scale
    half = t_quantile(level, curve.dof) * float(np.sqrt(curve.covariance[place, place])) * scale
    method = f"weighted least squares, weight {curve.weight}, t interval over the standards' wells"
    return Estimate(value, value - half, value + half, unit, method, curve.x.size, _WELLS, level)


def _limit(
    curve: Calibration, times: float, prepared: Prepared, plate: str, settings: StandardCurveSettings
) -> Outcome:
    wells = prepared.wells
    blanks = wells[(wells["role"] == "blank") & wells["ok"] & (wells["plate"] == plate)]["signal"]
    name = settings.limit_definition
    value = limit(curve, times, name, blanks.to_numpy(float))
    method = f"{times:g} SD over the slope, SD: {name}"
    if isinstance(value, Absent):
        return Absent(value.why, prepared.unit, method)
    low, high = (-np.inf, np.inf)
    if name == "residual":  # what scatters is the SD itself
        ends = chi2.ppf([(1 + settings.level) / 2, (1 - settings.level) / 2], curve.dof)
        low, high = (value * float(np.sqrt(curve.dof / end)) for end in ends)
        method += ", chi-square interval of the SD"
    return Estimate(value, low, high, prepared.unit, method, curve.x.size, _WELLS, settings.level)
