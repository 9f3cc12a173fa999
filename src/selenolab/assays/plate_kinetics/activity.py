"""From net slopes to activities: turnover by extinction and path, per mg protein of the well."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from selenolab.assays.plate_kinetics.preset import Preset
from selenolab.assays.plate_kinetics.settings import PlateKineticsSettings
from selenolab.core.assay import Taken
from selenolab.core.dataset import Table, unit_of
from selenolab.core.errors import StudyError
from selenolab.fit.enzyme import Conversion, by_extinction, by_standard, path_length, per_minute
from selenolab.formats.units import factor

FOUND = "found_concentration"
_SAME_LYSATE = ("experiment", "compound", "cell_line", "arm", "dose", "time")


@dataclass(frozen=True, slots=True)
class Active:
    """The wells with `base` (net slope, over protein where all have some), `activity` and `specific`.

    `base_unit` is that of `base`; `conversion` None and `why_not` where no turnover can be given.
    """

    wells: pd.DataFrame
    base_unit: str
    conversion: Conversion | None
    why_not: str
    protein: str


def conversion_of(
    settings: PlateKineticsSettings, preset: Preset, kind: str
) -> tuple[Conversion | None, str]:
    """How much turnover the signal shows; None and the reason where that is not known."""
    per = settings.per_turnover or (preset.seen.per_turnover if preset.seen else 1.0)
    seen = preset.seen.molecule if preset.seen else "what is seen"
    turnover = preset.seen.turnover if preset.seen else "turnover"
    if settings.counts_per_micromolar is not None:
        return by_standard(settings.counts_per_micromolar, per, seen), ""
    if kind != "absorbance":
        return None, "counts have no extinction: set counts_per_micromolar from a standard curve"
    extinction = settings.extinction or (preset.seen.extinction if preset.seen else None)
    if extinction is None:
        return None, "no extinction is known: set extinction"
    path = settings.path_cm
    if path is None and settings.volume_ul and settings.well_area_mm2:
        path = path_length(settings.volume_ul, settings.well_area_mm2)
    if path is None:
        return None, "no light path is known: set path_cm, or volume_ul and well_area_mm2"
    return by_extinction(extinction, path, per, seen, turnover), ""


def active(
    wells: pd.DataFrame, kind: str, unit: str, settings: PlateKineticsSettings, preset: Preset, taken: Taken
) -> Active:
    """The wells with their activities.

    Raises
    ------
    StudyError
        Protein of lysates taken from another run without `lysate_ul`, or in a unit that is no concentration.
    """
    wells = wells.copy()
    protein = "column well_protein"
    if "protein" in taken:
        wells["well_protein"] = _taken_protein(wells, taken["protein"], settings)
        protein = "the protein run"
    conversion, why = conversion_of(settings, preset, kind)
    whole = wells.loc[wells["role"].isin(("sample", "vehicle")) & wells["ok"], "well_protein"].notna().all()
    micrograms = wells["well_protein"].to_numpy(float)
    wells["base"] = wells["net"] / micrograms if whole else wells["net"]
    wells["activity"] = np.nan
    wells["specific"] = np.nan
    if conversion is not None:
        wells["activity"] = [per_minute(float(slope), conversion) for slope in wells["net"]]
        if settings.volume_ul is not None:
            wells["specific"] = wells["activity"] * settings.volume_ul / micrograms
    return Active(wells, f"{unit}/µg" if whole else unit, conversion, why, protein if whole else "")


def _taken_protein(wells: pd.DataFrame, thing: object, settings: PlateKineticsSettings) -> pd.Series:
    """Micrograms (n,) of every well from the concentration of its lysate."""
    if not isinstance(thing, Table) or FOUND not in thing.frame:
        raise StudyError(
            f"plate_kinetics: the input 'protein' has no column {FOUND}. Take tables.concentrations."
        )
    if settings.lysate_ul is None:
        raise StudyError("plate_kinetics: the input 'protein' needs lysate_ul, the lysate in a well in µL.")
    words = [word for word in _SAME_LYSATE if word in thing.frame]
    theirs = thing.frame[thing.frame[FOUND].notna()].copy()
    units = theirs["unit"] if "unit" in theirs else [unit_of(thing, FOUND)] * len(theirs)
    theirs[FOUND] = theirs[FOUND] * np.array([factor(str(unit), "µg/µL") for unit in units])
    ours = wells[words].copy()
    for frame in (theirs, ours):
        for word in words:
            frame[word] = _key(frame[word])
        if "dose" in words and "compound" in words:
            frame.loc[frame["dose"].isin(("", "0")), ["compound", "dose"]] = ""
    means = theirs.groupby(words)[FOUND].mean()
    index = pd.MultiIndex.from_frame(ours) if len(words) > 1 else pd.Index(ours[words[0]])
    found = means.reindex(index).to_numpy(float) * settings.lysate_ul
    return pd.Series(np.where(found > 0, found, np.nan), index=wells.index)


def _key(values: pd.Series) -> list[str]:
    return [
        "" if value is None or (isinstance(value, float) and np.isnan(value)) else f"{value:.10g}"
        if isinstance(value, float) else str(value)
        for value in values.astype(object)
    ]  # fmt: skip
