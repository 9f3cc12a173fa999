"""The tables that the analysis returns: wells, curves, families, plates, GR values."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from selenolab.assays.viability.controls import TREATED, Corrected
from selenolab.assays.viability.curves import FAMILIES, SEEN, Curve, fitted
from selenolab.assays.viability.endpoints import GroupResult
from selenolab.assays.viability.potency import own_limits
from selenolab.assays.viability.schema import CURVES, RAW, VIABILITY
from selenolab.assays.viability.settings import ViabilitySettings
from selenolab.core.dataset import Table
from selenolab.core.schema import OpenColumn, TableSchema

Open = Mapping[str, OpenColumn]


def viability_table(corrected: Corrected, dose_unit: str) -> Table:
    """Every treated well with its viability and what it rests on; only for data in % of control."""
    wells = corrected.wells[corrected.wells["role"].isin(TREATED)]
    frame = wells[["plate", "well", "experiment", "role", "compound", "cell_line", "arm"]].copy()
    for word in ("dose", "basis", "time", "viability", "od_ratio", "blank", "control", "correction"):
        frame[word] = wells[word]
    for word in ("viability", "od_ratio"):
        frame[f"{word}_flag"] = wells["flag"]
    if corrected.kind not in RAW:
        frame = frame.drop(columns=["od_ratio", "od_ratio_flag", "blank", "control"])
    units = {"dose": dose_unit, "blank": _signal_unit(corrected), "control": _signal_unit(corrected)}
    return Table(VIABILITY, frame.reset_index(drop=True), units)


def _signal_unit(corrected: Corrected) -> str:
    return "AU" if corrected.kind == "absorbance" else "counts"


def curve_table(results: Sequence[GroupResult], dose_unit: str, level: float) -> Table:
    """One row a curve of one experiment: fit, potencies with their profile limits, states."""
    rows = [_curve_row(result, curve, level) for result in results for curve in result.curves]
    return open_table(CURVES, rows, {"e": dose_unit, "robust_e": dose_unit, **_potency_units(dose_unit)})


def _potency_units(dose_unit: str) -> dict[str, str]:
    return dict.fromkeys(("relative_ic50", "absolute_ic50", "ic10", "ic90"), dose_unit)


def _curve_row(result: GroupResult, curve: Curve, level: float) -> dict[str, object]:
    fit, robust = curve.fit, curve.robust
    row: dict[str, object] = {"compound": "", "cell_line": "", **curve.group, "experiment": curve.experiment}
    row |= {"state": fit.state, "why": fit.why, "wells": fit.n, "doses": fit.n_doses}
    for place, letter in enumerate("bcdef"):
        if letter in fit.family.free:
            row[letter], row[f"{letter}_se"] = _finite(fit.values[place]), _finite(fit.se[place])
    for name, parts in result.potencies.items():
        part = next((part for part in parts if part.curve is curve), None)
        word = name.lower().replace(" ", "_")
        unit = next((u for u in result.units if u.endpoint == name and u.unit_id == curve.experiment), None)
        row[word] = unit.value if unit and part else np.nan
        row[f"{word}_low"], row[f"{word}_high"] = own_limits(part, level) if part else (np.nan, np.nan)
        row[f"{word}_censored"] = (unit.censored or "") if unit and part else "not given"
    row |= {
        "rss": fit.rss, "sigma": _finite(fit.sigma), "p_flat": fit.p_flat,
        "lack_of_fit_f": _number(fit.lack_of_fit_f), "lack_of_fit_p": _number(fit.lack_of_fit_p),
        "aicc": _number(fit.aicc), "converged": str(fit.converged).lower(),
        "robust_e": _finite(robust.values[3]) if robust else np.nan,
        "robust_state": robust.state if robust else "",
    }  # fmt: skip
    return row


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _finite(value: float) -> float:
    return float(value) if np.isfinite(value) else np.nan


def family_table(results: Sequence[GroupResult], settings: ViabilitySettings, dose_unit: str) -> Table | None:
    """AICc of every family on every curve; None when they are not compared."""
    if not settings.compare_families:
        return None
    rows = []
    for result in results:
        for curve in result.curves:
            if curve.fit.state in SEEN:  # no family can be told from another where no curve is seen
                rows += _family_rows(curve, settings)
    return open_table(CURVES, rows, {"e": dose_unit}) if rows else None


def _family_rows(curve: Curve, settings: ViabilitySettings) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for family in FAMILIES:
        if family == "LL.2" and curve.control is None:
            continue
        fit = fitted(curve.dose, curve.response, family, curve.control, settings)
        rows.append(
            {
                "compound": "",
                "cell_line": "",
                **curve.group,
                "experiment": curve.experiment,
                "family": family,
                "aicc": _number(fit.aicc),
                "rss": fit.rss,
                "e": _finite(fit.values[3]),
                "state": fit.state,
            }
        )
    known = [float(str(row["aicc"])) for row in rows if np.isfinite(float(str(row["aicc"])))]
    for row in rows:
        row["delta_aicc"] = float(str(row["aicc"])) - min(known) if known else np.nan
    return rows


def open_table(schema: TableSchema, rows: Sequence[Mapping[str, object]], units: Mapping[str, str]) -> Table:
    """A table whose further columns are open: text where any cell is text, else numbers with their unit."""
    frame = pd.DataFrame(list(rows))
    words = {column.word for column in schema.columns}
    extra: dict[str, OpenColumn] = {}
    for word in frame.columns:
        if word in words or word.endswith(("_se", "_low", "_high")):
            continue
        is_text = frame[word].map(lambda cell: isinstance(cell, str)).any()
        if is_text:
            frame[word] = frame[word].fillna("").astype(str)
        else:
            frame[word] = frame[word].astype(float)
        extra[word] = OpenColumn("text" if is_text else "number", units.get(word, ""))
    return Table(schema, frame, {}, extra)
