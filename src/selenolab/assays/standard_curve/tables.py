"""The tables that the analysis returns: values, inversions, curves and their standards."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from selenolab.assays.standard_curve.plate_curves import PlateCurves
from selenolab.assays.standard_curve.prepared import Prepared
from selenolab.assays.standard_curve.schema import CONCENTRATIONS, CURVES, INVERSIONS, STANDARDS
from selenolab.core.dataset import Table
from selenolab.core.schema import OpenColumn, TableSchema
from selenolab.fit.calibration_models import NAMES
from selenolab.fit.calibration_quality import back_calculated, compare_weights, lack_of_fit, mandel

_WHO = ("experiment", "sample", "compound", "cell_line", "arm", "dose", "time")


def value_table(values: pd.DataFrame, prepared: Prepared) -> Table:
    """Every measured thing of every experiment; a bound is flagged."""
    frame = values[["measured", *_WHO]].copy()
    frame["found_concentration"] = values["value"]
    bound = values["censored"] + " " + values["value"].map(lambda value: f"{value:.4g}")
    frame["found_concentration_flag"] = np.where(values["censored"] != "", bound, values["why"])
    frame["unit"] = values["unit"]
    for word in ("low", "high", "se"):
        frame[word] = values[word].where(np.isfinite(values[word]))
    frame["protein"] = values["protein"]
    return _table(CONCENTRATIONS, frame, prepared, {"protein": "mg/mL"}, {"found_concentration": "as stated"})


def inversion_table(rows: pd.DataFrame, prepared: Prepared) -> Table:
    """Every reading with the concentration in the well and in the undiluted sample, and its dilution."""
    frame = rows.rename(columns={"kind": "role"}).drop(
        columns=["control", "standard_concentration", "sample_dilution"]
    )
    for word in ("in_well_low", "in_well_high", "low", "high", "se"):
        frame[word] = frame[word].where(np.isfinite(frame[word]))
    words = ("in_well", "in_well_low", "in_well_high", "value", "low", "high", "se")
    units = {
        **dict.fromkeys(words, prepared.unit),
        "reading": prepared.signal_unit,
        "protein": "mg/mL",
        "cv": "%",
    }
    return _table(INVERSIONS, frame, prepared, units)


def curve_table(prepared: Prepared, curves: PlateCurves) -> Table:
    """One row a curve: parameters, scatter, range, lack of fit, errors under other weights."""
    rows = []
    for (plate, role), curve in curves.curves.items():
        row: dict[str, object] = {
            "plate": plate,
            "standards": role,
            "model": curve.model,
            "weight": curve.weight,
        }
        names = NAMES[curve.model]
        errors = np.sqrt(np.diagonal(curve.covariance))
        for name, value, se in zip(names, curve.parameters, errors, strict=True):
            word = name.replace(" ", "_")
            row[word], row[f"{word}_error"] = float(value), float(se) if np.isfinite(se) else np.nan
        fit, bend = lack_of_fit(curve), mandel(curve)
        row |= {
            "residual_sd": curve.s, "dof": curve.dof, "r2": curve.r2,
            "lowest": curve.lowest, "top": curve.top,
            "lack_of_fit_p": fit.p if fit else np.nan, "mandel_p": bend.p if bend else np.nan,
        }  # fmt: skip
        for _, other in compare_weights(curve).iterrows():
            row[f"mean_error_weight_{other['weight']}"] = float(other["mean_error"])
        row["notes"] = "; ".join(curve.notes)
        rows.append(row)
    units = {"lowest": prepared.unit, "top": prepared.unit}
    return _table(CURVES, pd.DataFrame(rows), prepared, units)


def standard_table(prepared: Prepared, curves: PlateCurves) -> Table:
    """Every standard: reading, curve, concentration read back and its error [%]."""
    parts = []
    for (plate, role), curve in curves.curves.items():
        part = back_calculated(curve)
        part.insert(0, "plate", plate)
        part.insert(1, "standards", role)
        parts.append(part.rename(columns={"x": "known"}))
    units = {"known": prepared.unit, "found": prepared.unit, "error": "%", "reading": prepared.signal_unit}
    return _table(STANDARDS, pd.concat(parts, ignore_index=True), prepared, units)


def _table(
    schema: TableSchema, frame: pd.DataFrame, prepared: Prepared, units: Mapping[str, str],
    stated: Mapping[str, str] | None = None,
) -> Table:  # fmt: skip
    """A table whose columns beside the schema's are declared open."""
    frame = frame.reset_index(drop=True)
    own = {column.word for column in schema.columns}
    if "dose" in own and not prepared.dose_unit and "dose" in frame:
        frame = frame.drop(columns="dose")
    kept = {word for word in own if word in frame} | {f"{word}_flag" for word in own}
    opened = {
        str(word): OpenColumn(
            "number" if frame[word].dtype.kind in "fiu" else "text", units.get(str(word), "")
        )
        for word in frame.columns
        if word not in kept
    }
    told = dict(stated or {})
    if "dose" in frame and "dose" in own:
        told["dose"] = prepared.dose_unit
    return Table(schema, frame, told, opened)
