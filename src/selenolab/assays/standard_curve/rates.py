"""Kinetic reads as one rate a well: the recycling assay of glutathione reads a slope, not an end point."""

import numpy as np
import pandas as pd

from selenolab.assays.standard_curve.settings import StandardCurveSettings
from selenolab.core.errors import DataError
from selenolab.formats.plate_words import READ_TIME

_FEWEST = 3


def wanted(settings: StandardCurveSettings) -> bool:
    """Whether a rate is asked for."""
    return settings.rate_to_minute is not None


def per_minute(
    wells: pd.DataFrame, settings: StandardCurveSettings, saturation: float | None, name: str
) -> pd.DataFrame:
    """`wells` with one row a well: the signal is its least-squares slope per minute within the window.

    A well that reaches `saturation` within the window is flagged.

    Raises
    ------
    DataError
        No kinetic readings, or fewer than three of a well within the window.
    """
    if READ_TIME not in wells or wells[READ_TIME].isna().all():
        raise DataError(
            f"{name}: a rate is asked for, and the file has one reading a well. Give a kinetic read."
        )
    kind = next(word for word in ("absorbance", "intensity") if word in wells)
    flag = f"{kind}_flag"
    start, end = settings.rate_from_minute, float(settings.rate_to_minute or 0)
    minutes = wells[READ_TIME].to_numpy(float) / 60
    inside = wells[(minutes >= start) & (minutes <= end)]
    keys = [word for word in wells if word not in (READ_TIME, kind, flag, "source_row")]
    rows = []
    for key, part in inside.groupby(keys, dropna=False, sort=False):
        sound = part[part[flag] == ""] if flag in part else part
        high = saturation is not None and bool((sound[kind] >= saturation).any())
        if len(part) < _FEWEST:
            raise DataError(
                f"{name}: well {part['well'].iloc[0]} has {len(part)} readings from {start:g} to "
                f"{end:g} min. Expected at least {_FEWEST}: widen rate_from_minute and rate_to_minute."
            )
        rate, said = np.nan, "saturated" if high else ""
        if len(sound) >= _FEWEST and not high:
            rate = float(np.polyfit(sound[READ_TIME].to_numpy(float) / 60, sound[kind].to_numpy(float), 1)[0])
        elif not said:
            said = str(part[flag][part[flag] != ""].iloc[0])
        rows.append({**dict(zip(keys, key, strict=True)), kind: rate, flag: said})
    if not rows:
        raise DataError(
            f"{name}: no reading lies from {start:g} to {end:g} min; the file goes from {minutes.min():g} to "
            f"{minutes.max():g} min. Set rate_from_minute and rate_to_minute."
        )
    return pd.DataFrame(rows)
