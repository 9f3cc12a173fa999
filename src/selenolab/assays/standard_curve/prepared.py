"""Wells as the analysis sees them: one signal, flags, the design words of a group, turbidity taken off."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from selenolab.assays.standard_curve.preset import Preset, preset_named
from selenolab.assays.standard_curve.schema import DESIGN, RAW
from selenolab.assays.standard_curve.settings import StandardCurveSettings
from selenolab.core.dataset import Dataset, sound
from selenolab.core.errors import DataError

CELLS = ("sample", "vehicle", "masked", "sample_blank", "spontaneous", "maximum")
_CONTROLS = ("vehicle", "spontaneous")
SATURATED = "saturated"


@dataclass(frozen=True, slots=True)
class Prepared:
    """The wells in a fixed order, with the preset and the units.

    `wells` has every optional column, and: signal (reference and turbidity taken off), raw (as read), ok
    (enters numbers), flag, saturated (bool), control (bool: untreated cells), turbidity (what was
    taken off, NaN for nothing). `unit` is that of the standards, "" for a kit without them.
    """

    wells: pd.DataFrame
    preset: Preset
    kind: str
    unit: str
    dose_unit: str
    rate: bool = False

    @property
    def signal_unit(self) -> str:
        """The unit of the signal."""
        unit = "AU" if self.kind == "absorbance" else "counts"
        return f"{unit}/min" if self.rate else unit


def prepare(dataset: Dataset, settings: StandardCurveSettings) -> Prepared:
    """The wells of `dataset` made ready."""
    table = dataset.tables["wells"]
    preset = preset_named(settings.preset)
    frame = table.frame.reset_index(drop=True).copy()
    kinds = [word for word in RAW if word in frame]
    if len(kinds) != 1:
        raise DataError(f"wells: Expected one of the columns {', '.join(RAW)}, found {len(kinds)}.")
    kind = kinds[0]
    for word in ("file", "well", "sample", "arm", "compound", "cell_line", "dilution_source"):
        frame[word] = frame[word].fillna("").astype(str) if word in frame else ""
    for word in ("dose", "time", "standard_concentration", "protein_concentration", "wavelength"):
        frame[word] = frame[word].astype(float) if word in frame else np.nan
    frame["sample_dilution"] = _dilution(frame, settings)
    frame["raw"] = frame[kind].astype(float)
    frame["flag"] = frame[f"{kind}_flag"].fillna("").astype(str) if f"{kind}_flag" in frame else ""
    sane = sound(frame, kind)
    if "reference_absorbance" in frame:
        sane &= sound(frame, "reference_absorbance")
        frame["signal"] = frame["raw"] - frame["reference_absorbance"].astype(float)
    else:
        frame["signal"] = frame["raw"]
    top = settings.saturation or preset.saturation
    high = frame["raw"].to_numpy(float) >= top if top is not None else np.zeros(len(frame), bool)
    frame["saturated"] = (high & sane) | frame["flag"].str.startswith((">", SATURATED))
    frame.loc[frame["saturated"] & (frame["flag"] == ""), "flag"] = SATURATED
    frame["ok"] = sane & ~frame["saturated"] & np.isfinite(frame["signal"])
    _name_controls(frame)
    frame = _sorted(frame)
    frame["turbidity"] = _turbidity(frame)
    frame["signal"] = frame["signal"] - frame["turbidity"].fillna(0.0)
    units: Mapping[str, str] = table.units
    unit, dose_unit = units.get("standard_concentration", ""), units.get("dose", "")
    return Prepared(frame, preset, kind, unit, dose_unit, settings.rate_to_minute is not None)


def _dilution(frame: pd.DataFrame, settings: StandardCurveSettings) -> pd.Series:
    if "sample_dilution" not in frame:
        return pd.Series(settings.dilution, index=frame.index)
    return frame["sample_dilution"].astype(float).fillna(settings.dilution)


def _name_controls(frame: pd.DataFrame) -> None:
    """Untreated cells are one group whatever compound they are the control of."""
    cells = frame["role"].isin(CELLS)
    untreated = frame["role"].isin(_CONTROLS) | (cells & (frame["dose"] == 0))
    plain = (frame["role"] == "maximum") & (frame["dose"].isna() | (frame["dose"] == 0))
    frame["control"] = untreated & ~plain
    frame.loc[untreated | plain, "compound"] = ""
    frame.loc[untreated | plain, "dose"] = 0.0


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    keys = [
        "plate",
        "role",
        "experiment",
        *DESIGN,
        "standard_concentration",
        "sample_dilution",
        "well",
        "raw",
    ]
    return frame.sort_values(keys, kind="stable", na_position="first").reset_index(drop=True)


def _turbidity(frame: pd.DataFrame) -> pd.Series:
    """What wells without the reagent show above the buffer, by plate and group; NaN where not measured."""
    found = pd.Series(np.nan, index=frame.index)
    ok = frame[frame["ok"]]
    for plate, part in ok[ok["role"] == "sample_blank"].groupby("plate"):
        buffer = ok[(ok["plate"] == plate) & (ok["role"] == "buffer_blank")]["signal"]
        base = buffer if len(buffer) else part[part["control"]]["signal"]
        if not len(base):
            continue
        target = (frame["plate"] == plate) & frame["role"].isin(["sample", "vehicle", "masked"])
        keys = [word for word in DESIGN if word != "time"]
        for key, own in part.groupby(keys, dropna=False):
            same = target.copy()
            for word, value in zip(keys, key, strict=True):
                same &= frame[word].isna() if value != value else frame[word] == value
            found[same] = float(own["signal"].mean() - base.mean())
    return found


def group_words(row: Mapping[str, object], dose_unit: str) -> dict[str, str]:
    """The non-empty design words of a row as text: {"compound": .., "dose": "8 µM", "time": "24 h"}."""
    found: dict[str, str] = {}
    for word in DESIGN:
        value = row.get(word)
        if isinstance(value, str):
            if value:
                found[word] = value
        elif value is not None and np.isfinite(float(str(value))):
            unit = dose_unit if word == "dose" else "h"
            if word != "dose" or dose_unit:
                found[word] = f"{float(str(value)):g} {unit}"
    return found
