"""The bench door: plate exports with a plate map, or long tables, to one table of wells."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from selenolab.assays.standard_curve.layout import by_layout
from selenolab.assays.standard_curve.preset import Preset, preset_named
from selenolab.assays.standard_curve.rates import per_minute, wanted
from selenolab.assays.standard_curve.schema import RAW, ROLES, WELLS
from selenolab.assays.standard_curve.settings import StandardCurveSettings
from selenolab.core.assay import Reading, Sheet
from selenolab.core.dataset import Dataset, Table
from selenolab.core.errors import DataError
from selenolab.core.format import InputFile, Parsed
from selenolab.formats.plate_reads import PlateRead
from selenolab.formats.plate_wells import PlateDoor, plate_suits, read_wells
from selenolab.formats.plate_words import ROLE_WORDS, SAME, PlateWords, allowed_columns, place
from selenolab.formats.units import dimension

_SAME = {
    **{word: meant for word, meant in SAME.items() if meant != "dose" or word == "dose"},
    "concentration": "standard_concentration", "conc": "standard_concentration",
    "standard": "standard_concentration", "known": "standard_concentration",
    "dilution": "sample_dilution", "dilution_factor": "sample_dilution", "df": "sample_dilution",
    "protein": "protein_concentration",
}  # fmt: skip
_ROLE_WORDS = {
    **ROLE_WORDS,
    "std": "standard", "calibrator": "standard", "unknown": "sample", "calibration": "standard",
    "lysis": "maximum", "total_lysis": "maximum", "max": "maximum", "positive": "maximum",
    "vp": "masked", "2vp": "masked", "2_vp": "masked", "2_vinylpyridine": "masked", "gssg": "masked",
    "no_reagent": "sample_blank", "turbidity": "sample_blank",
}  # fmt: skip
_ALL = PlateWords(roles=ROLES, role_words=_ROLE_WORDS, same=_SAME, dosed=(), named=("cell_line",))


def words_of(preset: Preset) -> PlateWords:
    """The words of the wells of one kit."""
    return PlateWords(
        roles=preset.roles(),
        role_words={**_ROLE_WORDS, **preset.spellings},
        signals=RAW if preset.signal == "any" else (preset.signal,),
        same=_SAME,
        texts=("dilution_source", "sample"),
        measures={"standard_concentration": "", "sample_dilution": "1", "protein_concentration": "mg/mL"},
        dosed=(),
        named=("cell_line",),
        shared=("standard", "masked_standard", "blank", "buffer_blank", "compound_blank", "spike"),
        file_roles=("blank", "vehicle", "standard"),
    )


def suits(parsed: Parsed) -> str:
    """Why the assay cannot use the file; an empty text where it can."""
    if parsed.kind == "table":
        return plate_suits(parsed, _ALL, ("role",))
    return plate_suits(parsed, _ALL)


def read(files: Sequence[InputFile], sheet: Sheet | None, settings: StandardCurveSettings) -> Reading:
    """The wells of all files.

    Raises
    ------
    DataError, StudyError, FormatRefusal
        A missing unit, a read that is not there, a well twice, a role that the kit has not, no standards,
        a standard without its concentration, a layout that does not fit.
    """
    preset = preset_named(settings.preset)
    read_one = PlateRead(
        _wavelength(files, preset, settings), settings.reference_wavelength_nm, settings.read_label,
        settings.kinetic_minute, wanted(settings),
    )  # fmt: skip
    layout = by_layout(settings.standard_unit) if sheet is None else None
    door = PlateDoor(words_of(preset), read_one, settings.dose_unit, settings.basis, plate_step=layout)
    found = read_wells(files, sheet, door, "standard_curve")
    wells, assumed = found.frame, list(found.assumed)
    if wanted(settings):
        wells = per_minute(wells, settings, settings.saturation or preset.saturation, files[0].name)
    _check(wells, preset, files)
    _check_units(found.units, preset, files[0].name)
    bare = wells["sample_dilution"].isna() & wells["role"].isin(["sample", "vehicle", "masked"])
    if bare.any() and preset.calculation != "release":
        assumed.append(f"{int(bare.sum())} wells state no dilution: taken as {settings.dilution:g}")
    wells["dilution_source"] = np.where(
        wells["dilution_source"] != "", wells["dilution_source"],
        np.where(wells["sample_dilution"].notna(), "sheet", np.where(bare, "setting dilution", "")),
    )  # fmt: skip
    wells.loc[bare, "sample_dilution"] = settings.dilution
    units = {word: unit for word, unit in found.units.items() if word in ("dose", "standard_concentration")}
    wells = wells[allowed_columns(_without_empty(wells, units), WELLS)]
    return Reading(Dataset({"wells": Table(WELLS, wells, units)}), tuple(assumed), found.warnings)


def _without_empty(wells: pd.DataFrame, units: dict[str, str]) -> pd.DataFrame:
    """`wells` without columns in which nothing stands and whose unit nobody stated."""
    return wells.drop(columns=[word for word in ("dose", "standard_concentration") if word not in units])


def _wavelength(files: Sequence[InputFile], preset: Preset, settings: StandardCurveSettings) -> float | None:
    """The wavelength set; else the preset's where a file holds several reads; else whatever is there."""
    if settings.wavelength_nm is not None or preset.wavelength_nm is None:
        return settings.wavelength_nm
    for file in files:
        if file.parsed.kind == "plate" and file.parsed.records.groupby("plate").size().max() > 1:
            return preset.wavelength_nm
    return None


def _check(wells: pd.DataFrame, preset: Preset, files: Sequence[InputFile]) -> None:
    """Raise where standards are missing or state no concentration."""
    none = (wells["protein_concentration"] == 0).to_numpy()
    if none.any():
        row = int(none.argmax())
        where = place(wells, str(wells["file"].iloc[row]), row)
        raise DataError(f"{where}: protein is 0 mg/mL. Correct it, or leave the cell empty.")
    if preset.calculation == "release":
        return
    name = files[0].name
    if not (wells["role"] == "standard").any():
        raise DataError(
            f"{name}: Expected wells of role standard, found none: without them a reading has no "
            "concentration. Fill in role and standard_concentration on the plate map."
        )
    known = wells["role"].isin(["standard", "masked_standard", "spike"])
    bare = (known & wells["standard_concentration"].isna()).to_numpy()
    if bare.any():
        row = int(bare.argmax())
        where = place(wells, str(wells["file"].iloc[row]), row)
        raise DataError(
            f"{where}: a {wells['role'].iloc[row]} well states no concentration. Fill in "
            "'standard_concentration [unit]'."
        )


def _check_units(units: Mapping[str, str], preset: Preset, name: str) -> None:
    """One GSSG is two GSH by molecules; by mass it is not, so mass standards would halve its mass."""
    unit = units.get("standard_concentration", "")
    if preset.calculation == "glutathione" and unit and "mass" in dimension(unit):
        raise DataError(
            f"{name}: standard_concentration is in {unit}, {dimension(unit)}; glutathione and its disulfide "
            "are counted in molecules. Write the standards in µM."
        )
