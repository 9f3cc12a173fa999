"""From signals to viability: which blank and which vehicle wells each well is compared with.

viability = 100 (signal - blank) / (vehicle - medium blank), all on one plate. The blank of a treated
well is the cell-free drug blank of its compound, arm and exact dose where there is one, else the
medium blank; without a medium blank nothing is subtracted on either side. Beside it stands the plain
ratio 100 signal / vehicle, in which nothing is subtracted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.viability.schema import RAW, SIGNALS
from selenolab.assays.viability.settings import ViabilitySettings
from selenolab.core.dataset import Dataset, sound
from selenolab.core.errors import DataError

Vector = NDArray[np.float64]
TREATED = ("sample", "vehicle")
_DIGITS = 10  # doses are the same when they agree to this many digits

# Where a control is looked for, nearest first.
_PLATE = ("file", "plate", "experiment", "time", "arm")
_VEHICLE = ((*_PLATE, "cell_line"),)
_PLAIN_VEHICLE = (_PLATE, ("file", "plate", "experiment", "time"))
_BLANK = (_PLATE, ("file", "plate", "arm"), ("experiment", "time", "arm"))
_PLAIN_BLANK = (("file", "plate"), ("experiment", "time"), ("experiment",))
_DRUG_BLANK = (
    ("file", "plate", "experiment", "time", "arm", "compound", "dose_key"),
    ("experiment", "time", "arm", "compound", "dose_key"),
    ("experiment", "arm", "compound", "dose_key"),
)


@dataclass(frozen=True, slots=True)
class Corrected:
    """The wells with their viability.

    `wells` has every row of the dataset with the columns signal (reference subtracted), ok (bool),
    flag, own_blank (bool: a drug blank of its dose was made), blank, control, correction, viability and
    od_ratio; a number that cannot be formed is NaN and
    its row is not ok. `kind` is the signal's word; `unit` the unit of `viability`, "%" unless
    the data are a response of another unit, for which `viability` holds the response as it is.
    """

    wells: pd.DataFrame
    kind: str
    unit: str


def signal_kind(frame: pd.DataFrame) -> str:
    """The one signal column of the wells."""
    found = [word for word in SIGNALS if word in frame]
    if len(found) != 1:
        raise DataError(
            f"wells: Expected one of the columns {', '.join(SIGNALS)}, found {', '.join(found) or 'none'}. "
            "Give one signal a run."
        )
    return found[0]


def prepared(dataset: Dataset) -> tuple[pd.DataFrame, str]:
    """The wells with all optional columns present, the signal of the reference subtracted, and its word."""
    frame = dataset.tables["wells"].frame.reset_index(drop=True).copy()
    kind = signal_kind(frame)
    for word in ("file", "well", "arm", "compound", "cell_line"):
        frame[word] = frame[word].fillna("").astype(str) if word in frame else ""
    frame["time"] = frame["time"].astype(float) if "time" in frame else np.nan
    frame["time_key"] = frame["time"].fillna(-1.0)
    frame["dose"] = frame["dose"].astype(float)
    frame["dose_key"] = [f"{dose:.{_DIGITS}g}" for dose in frame["dose"]]
    frame["signal"] = frame[kind].astype(float)
    frame["ok"] = sound(frame, kind) & np.isfinite(frame["signal"])
    frame["flag"] = frame[f"{kind}_flag"].fillna("").astype(str) if f"{kind}_flag" in frame else ""
    if "reference_absorbance" in frame:
        frame["signal"] -= frame["reference_absorbance"].astype(float)
        frame["ok"] &= sound(frame, "reference_absorbance") & np.isfinite(frame["signal"])
    return frame, kind


def correct(dataset: Dataset, settings: ViabilitySettings) -> Corrected:
    """Every well's viability with the controls it rests on."""
    wells, kind = prepared(dataset)
    if settings.edge_wells == "exclude":
        _flag_edges(wells)
    if kind in RAW:
        _from_raw(wells, settings)
        unit = "%"
    else:
        unit = "%" if kind == "viability" else dataset.tables["wells"].units["response"]
        wells["viability"], wells["correction"] = wells["signal"], "as given"
        wells["od_ratio"] = wells["blank"] = wells["control"] = np.nan
        wells["own_blank"] = False
    return Corrected(wells, kind, unit)


def _from_raw(wells: pd.DataFrame, settings: ViabilitySettings) -> None:
    treated = wells["role"].isin(TREATED).to_numpy()
    vehicle = vehicle_mean(wells)
    medium = medium_blank(wells)
    drug = _means(wells, wells["role"] == "drug_blank", _DRUG_BLANK)
    if settings.drug_blank == "ignore":
        drug = np.full(len(wells), np.nan)
    drug[~(wells["role"] == "sample").to_numpy()] = np.nan
    wells["own_blank"] = np.isfinite(drug)
    drug[~np.isfinite(medium)] = np.nan  # subtracted from the sample alone it would lower every viability
    blank = np.where(np.isfinite(drug), drug, medium)
    wells["correction"] = np.where(
        np.isfinite(drug), "drug blank", np.where(np.isfinite(medium), "medium blank", "none")
    )
    signal = wells["signal"].to_numpy()
    floor = np.where(np.isfinite(medium), medium, 0.0)
    span = np.where(vehicle - floor > 0, vehicle - floor, np.nan)
    subtracted = np.where(np.isfinite(blank), blank, 0.0)
    wells["blank"] = np.where(treated, blank, np.nan)
    wells["control"] = np.where(treated, vehicle, np.nan)
    wells["viability"] = np.where(treated, 100 * (signal - subtracted) / span, np.nan)
    wells["od_ratio"] = np.where(treated, 100 * signal / np.where(vehicle > 0, vehicle, np.nan), np.nan)


def vehicle_mean(wells: pd.DataFrame) -> Vector:
    """The vehicle mean (n,) of each well's line and arm; vehicle wells that name none serve all."""
    rows = vehicle_rows(wells)
    own = _means(wells, rows, _VEHICLE)
    plain = _means(wells, rows & (wells["cell_line"] == ""), _PLAIN_VEHICLE[:1])
    armless = _means(wells, rows & (wells["cell_line"] == "") & (wells["arm"] == ""), _PLAIN_VEHICLE[1:])
    return np.where(np.isfinite(own), own, np.where(np.isfinite(plain), plain, armless))


def medium_blank(wells: pd.DataFrame) -> Vector:
    """The medium blank (n,) of each well: that of its own arm first, else that without an arm."""
    own = _means(wells, wells["role"] == "blank", _BLANK)
    plain = _means(wells, (wells["role"] == "blank") & (wells["arm"] == ""), _PLAIN_BLANK)
    return np.where(np.isfinite(own), own, plain)


def vehicle_rows(wells: pd.DataFrame) -> pd.Series:
    """Vehicle wells; on a plate without any, the samples of dose zero."""
    vehicle = wells["role"] == "vehicle"
    place = [wells["file"], wells["plate"], wells["experiment"], wells["time_key"]]
    has = vehicle.groupby(place).transform("any")
    return vehicle | (~has & (wells["role"] == "sample") & (wells["dose"] == 0))


def _means(wells: pd.DataFrame, rows: pd.Series, places: Sequence[tuple[str, ...]]) -> Vector:
    """Mean signal (n,) of the sound `rows` at the nearest of `places`; NaN where there is none."""
    found = np.full(len(wells), np.nan)
    source = wells[rows.to_numpy() & wells["ok"].to_numpy()]
    for place in places:
        keys = ["time_key" if word == "time" else word for word in place]
        if source.empty:
            break
        means = source.groupby(keys)["signal"].mean()
        index = pd.MultiIndex.from_frame(wells[keys]) if len(keys) > 1 else pd.Index(wells[keys[0]])
        here = means.reindex(index).to_numpy(float)
        found = np.where(np.isfinite(found), found, here)
    return found


def _flag_edges(wells: pd.DataFrame) -> None:
    from selenolab.formats.plate_shape import on_edge

    edge = on_edge(wells) & wells["role"].isin(TREATED).to_numpy()
    wells.loc[edge & (wells["flag"] == ""), "flag"] = "excluded: edge well"
    wells.loc[edge, "ok"] = False
