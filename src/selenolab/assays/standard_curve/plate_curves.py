"""The standard curve of every plate, and which curve serves which wells."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from selenolab.assays.standard_curve.prepared import Prepared
from selenolab.assays.standard_curve.settings import StandardCurveSettings
from selenolab.core.errors import DataError
from selenolab.fit.calibration import Calibration, fit_calibration

PLAIN, MASKED = "standard", "masked_standard"


@dataclass(frozen=True, slots=True)
class PlateCurves:
    """Curves by (plate, standards' role); `lent` maps plates without standards to the plate that serves."""

    curves: Mapping[tuple[str, str], Calibration]
    lent: Mapping[str, str]

    def of(self, plate: str, masked: bool) -> tuple[str, Calibration]:
        """Name and curve for wells of `plate`; masked wells fall back on the plain standards."""
        home = self.lent.get(plate, plate)
        if masked and (home, MASKED) in self.curves:
            return f"{home}, masked", self.curves[home, MASKED]
        return home, self.curves[home, PLAIN]


def plate_curves(prepared: Prepared, settings: StandardCurveSettings) -> PlateCurves:
    """The curves of all plates.

    Raises
    ------
    DataError
        Standards through which no honest curve can be drawn, named with their plate; several curves and
        a plate that has none.
    """
    wells = prepared.wells
    standards = wells[wells["role"].isin([PLAIN, MASKED]) & wells["ok"]]
    curves: dict[tuple[str, str], Calibration] = {}
    for (plate, role), part in standards.groupby(["plate", "role"]):
        curves[str(plate), str(role)] = _curve(str(plate), str(role), part, prepared, settings)
    plain = [plate for plate, role in curves if role == PLAIN]
    if not plain:
        raise DataError(
            "standards: Expected wells of role standard with a sound reading, found none. Check the roles, "
            "flags and exclusions."
        )
    bare = sorted(set(wells["plate"]) - set(plain))
    if bare and len(plain) > 1:
        raise DataError(
            f"plate {bare[0]}: it has no standards, and {len(plain)} other plates have. Add its standards, "
            "or analyse it together with the one plate whose curve holds for it."
        )
    return PlateCurves(curves, dict.fromkeys(bare, plain[0]))


def _curve(
    plate: str, role: str, part: pd.DataFrame, prepared: Prepared, settings: StandardCurveSettings
) -> Calibration:
    preset = prepared.preset
    try:
        return fit_calibration(
            part["standard_concentration"].to_numpy(float),
            part["signal"].to_numpy(float),
            settings.model or preset.model,
            settings.weight or preset.weight,
            settings.direction or preset.direction,
        )
    except DataError as error:
        what = "" if role == PLAIN else ", masked"
        raise DataError(f"plate {plate}{what}: {error}") from None
