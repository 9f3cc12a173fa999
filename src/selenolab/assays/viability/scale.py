"""Percent or fraction: told by the header or the settings, or by untreated wells near 100 or near 1."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from selenolab.assays.viability.settings import ViabilitySettings
from selenolab.core.errors import DataError
from selenolab.formats.plate_words import Said

_FRACTIONS = ("1", "fraction")
_NO_FRACTION = 20.0  # a fraction of 20 would be 2000 % of control


def to_percent(
    rows: pd.DataFrame, units: Mapping[str, str], settings: ViabilitySettings, name: str, said: Said
) -> None:
    """Bring `viability` to %, in place; a `response` in % or as a fraction becomes `viability`."""
    if "response" in rows:
        _response(rows, units, settings, said, name)
        return
    if "viability" not in rows:
        return
    unit = units.get("viability", "")
    scale = _scale(rows["viability"].to_numpy(float), unit, _controls(rows), settings, name, said)
    rows["viability"] = rows["viability"].astype(float) * scale


def _response(
    rows: pd.DataFrame, units: Mapping[str, str], settings: ViabilitySettings, said: Said, name: str
) -> None:
    unit = units.get("response", "")
    if unit not in ("%", *_FRACTIONS) and settings.response_scale == "auto":
        if unit:
            said.units["response"] = unit
        said.assumed.append(
            f"{name}: response {f'in {unit}' if unit else 'without a unit'} is fitted as it stands; absolute "
            "endpoints are relative to the mean at dose zero"
        )
        return
    scale = _scale(rows["response"].to_numpy(float), unit, None, settings, name, said)
    rows["viability"] = rows["response"].astype(float) * scale
    if "response_flag" in rows:
        rows["viability_flag"] = rows["response_flag"]
    for word in ("response", "response_flag"):
        if word in rows:
            del rows[word]


def _controls(rows: pd.DataFrame) -> np.ndarray | None:
    """The viabilities of untreated wells, where there are some."""
    untreated = rows["dose"].to_numpy(float) == 0 if "dose" in rows else np.zeros(len(rows), bool)
    values = rows["viability"].to_numpy(float)[untreated]
    values = values[np.isfinite(values)]
    return values if values.size else None


def _scale(
    values: np.ndarray,
    unit: str,
    controls: np.ndarray | None,
    settings: ViabilitySettings,
    name: str,
    said: Said,
) -> float:
    """1 for percent, 100 for a fraction."""
    if unit == "%" or (not unit and settings.response_scale == "percent"):
        return 1.0
    if unit in _FRACTIONS or (not unit and settings.response_scale == "fraction"):
        return 100.0
    if unit:
        raise DataError(f"{name}: viability is in '{unit}'. Expected 'viability [%]' or 'viability [1]'.")
    most = float(np.nanmax(values, initial=-np.inf))
    middle = float(np.median(controls)) if controls is not None else np.nan
    if most >= _NO_FRACTION and not middle < 50:
        said.assumed.append(f"{name}: viability has no unit; read as % because it reaches {most:g}")
        return 1.0
    if 0.5 <= middle <= 2 and most < _NO_FRACTION:
        said.assumed.append(f"{name}: viability has no unit; read as a fraction: dose zero has {middle:g}")
        return 100.0
    raise DataError(
        f"{name}: viability has no unit, and its values (up to {most:g}) may be percent or fractions. "
        "Write 'viability [%]' or 'viability [1]' in the header, or set response_scale."
    )
