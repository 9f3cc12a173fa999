"""Readings of every sample, read from the curve of its plate: one row a plate, group and dilution."""

import numpy as np
import pandas as pd

from selenolab.assays.standard_curve.plate_curves import PlateCurves
from selenolab.assays.standard_curve.prepared import Prepared
from selenolab.assays.standard_curve.schema import DESIGN
from selenolab.assays.standard_curve.settings import StandardCurveSettings
from selenolab.fit.calibration_inverse import Inversion, invert

READ = ("sample", "vehicle", "masked", "spike", "compound_blank")
_KEYS = ["plate", "kind", "experiment", *DESIGN, "standard_concentration", "sample_dilution"]


def inversions(prepared: Prepared, curves: PlateCurves, settings: StandardCurveSettings) -> pd.DataFrame:
    """One row a plate, kind of well, experiment, group and dilution.

    Columns: plate, kind (plain, masked, spike, compound_blank), the design, curve, wells, left_out,
    reading, cv [%], in_well (value, low, high, se), censored, why, dilution, source, and value, low, high, se
    of the undiluted sample; protein [mg/mL].
    """
    wells = prepared.wells[prepared.wells["role"].isin(READ)].copy()
    wells["kind"] = wells["role"].replace({"sample": "plain", "vehicle": "plain"})
    rows = [
        _row(dict(zip(_KEYS, key, strict=True)), part, curves, settings)
        for key, part in wells.groupby(_KEYS, dropna=False, sort=True)
        if part["ok"].any() or part["saturated"].any()
    ]
    return pd.DataFrame(rows)


def _row(
    key: dict[str, object], part: pd.DataFrame, curves: PlateCurves, settings: StandardCurveSettings
) -> dict[str, object]:
    name, curve = curves.of(str(key["plate"]), key["kind"] == "masked")
    sound = part[part["ok"]]
    signal = sound["signal"].to_numpy(float)
    if signal.size:
        reading = float(signal.mean())
        found = invert(curve, reading, int(signal.size), settings.level)
    else:
        reading = float("nan")
        why = "every well saturates the reader"
        found = Inversion(curve.top, curve.top, np.inf, ">", float("nan"), why)
        if curve.direction == "falling":
            found = Inversion(curve.lowest, -np.inf, curve.lowest, "<", float("nan"), why)
    times = float(str(key["sample_dilution"]))
    spread = 100 * float(signal.std(ddof=1)) / abs(reading) if signal.size > 1 and reading else np.nan
    protein = part["protein_concentration"].dropna()
    return {
        **key, "curve": name, "control": bool(part["control"].all()), "wells": int(signal.size),
        "left_out": int(len(part) - signal.size), "reading": reading, "cv": spread, "in_well": found.value,
        "in_well_low": found.low, "in_well_high": found.high, "censored": found.censored or "",
        "why": found.why, "dilution": times, "source": str(part["dilution_source"].iloc[0]),
        "turbidity": float(part["turbidity"].iloc[0]), "value": times * found.value,
        "low": times * found.low, "high": times * found.high, "se": times * found.se,
        "protein": float(protein.mean()) if len(protein) else np.nan,
    }  # fmt: skip
