"""The bench door: kinetic exports with a plate map, or long tables with times, to one table of readings."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from selenolab.assays.plate_kinetics.preset import Preset, preset_named
from selenolab.assays.plate_kinetics.schema import RAW, READINGS, ROLES
from selenolab.assays.plate_kinetics.settings import PlateKineticsSettings
from selenolab.core.assay import Reading, Sheet
from selenolab.core.dataset import Dataset, Table
from selenolab.core.errors import DataError
from selenolab.core.format import InputFile, Parsed
from selenolab.formats.plate_reads import PlateRead
from selenolab.formats.plate_wells import PlateDoor, plate_suits, read_wells
from selenolab.formats.plate_words import (
    READ_TIME,
    ROLE_WORDS,
    SAME,
    PlateWords,
    allowed_columns,
    place,
    renamed,
)

_SAME = {
    **SAME,
    "reading_time": READ_TIME, "kinetic_time": READ_TIME, "time_of_reading": READ_TIME,
    "elapsed": READ_TIME, "elapsed_time": READ_TIME, "seconds": READ_TIME,
    "treatment": "time", "treatment_time": "time", "exposure": "time",
    "substrate": "substrate_concentration", "dtnb": "substrate_concentration",
    "pre_incubation": "preincubation", "preincubation_time": "preincubation",
    "preincubated_with": "cofactor", "nadph": "cofactor",
    "protein": "well_protein", "protein_in_well": "well_protein",
}  # fmt: skip
_ROLE_WORDS = {
    **ROLE_WORDS,
    "inhibitor": "inhibitor_blank", "inhibited": "inhibitor_blank", "no_protein": "no_enzyme",
    "compound_blank": "no_enzyme", "drug_blank": "no_enzyme", "enzyme_free": "no_enzyme",
    "reagent_blank": "blank", "substrate_free": "no_substrate", "positive_control": "positive",
}  # fmt: skip
_MEASURES = {"substrate_concentration": "µM", "preincubation": "min", "well_protein": "µg"}
_SHARED = ("blank", "no_enzyme", "inhibitor_blank", "no_substrate", "positive")


def words_of(preset: Preset | None) -> PlateWords:
    """The words of the wells of one kit; of any kit where `preset` is None."""
    one = preset is not None and preset.signal != "any"
    return PlateWords(
        roles=ROLES,
        role_words={**_ROLE_WORDS, **(preset.spellings if preset else {})},
        signals=(preset.signal,) if preset is not None and one else RAW,
        same=_SAME,
        texts=("cofactor",),
        measures=_MEASURES,
        dosed=(),
        named=("cell_line",),
        shared=_SHARED,
        file_roles=("blank", "vehicle"),
        kinetic=True,
    )


def suits(parsed: Parsed) -> str:
    """Why the assay cannot use the file; an empty text where it can."""
    return plate_suits(parsed, words_of(None))


def read(files: Sequence[InputFile], sheet: Sheet | None, settings: PlateKineticsSettings) -> Reading:
    """The readings of all files.

    Raises
    ------
    DataError, StudyError, FormatRefusal
        No time, a time without unit, one reading a well without `reaction_minutes`, a missing unit, a
        well twice at one time, a role that is no word, a layout that does not fit.
    """
    preset = preset_named(settings.preset)
    for file in files:
        _check_timed(file, preset, settings)
    read_one = PlateRead(
        _wavelength(files, preset, settings), settings.reference_wavelength_nm, settings.read_label,
        keep_times=True,
    )  # fmt: skip
    door = PlateDoor(words_of(preset), read_one, settings.dose_unit, settings.basis)
    found = read_wells(files, sheet, door, "plate_kinetics")
    readings, assumed = found.frame, list(found.assumed)
    _check_times(readings, files, settings)
    if (readings["well_protein"] <= 0).any():
        row = int((readings["well_protein"] <= 0).to_numpy().argmax())
        where = place(readings, str(readings["file"].iloc[row]), row)
        raise DataError(f"{where}: well_protein is {readings['well_protein'].iloc[row]:g} µg. Expected some.")
    units = {word: unit for word, unit in found.units.items() if word == "dose"}
    if not units:
        readings = readings.drop(columns="dose")
    kept = allowed_columns(readings, READINGS)
    return Reading(
        Dataset({"readings": Table(READINGS, readings[kept], units)}), tuple(assumed), found.warnings
    )


def _check_timed(file: InputFile, preset: Preset, settings: PlateKineticsSettings) -> None:
    """Raise for a table without any time, unless the reaction was stopped."""
    if file.parsed.kind != "table" or settings.reaction_minutes is not None:
        return
    if not {READ_TIME, "time"} & set(renamed(file.parsed.data.head(0), file.name, words_of(preset)).columns):
        raise DataError(
            f"{file.name}: no time of reading is given, so that there is no slope. Add a column "
            "'read_time [s]', or set reaction_minutes for a stopped reaction."
        )


def _wavelength(files: Sequence[InputFile], preset: Preset, settings: PlateKineticsSettings) -> float | None:
    """The wavelength set; else the preset's where a file holds several reads; else whatever is there."""
    if settings.wavelength_nm is not None or preset.wavelength_nm is None:
        return settings.wavelength_nm
    for file in files:
        if file.parsed.kind == "plate" and file.parsed.records.groupby("plate").size().max() > 1:
            return preset.wavelength_nm
    return None


def _check_times(readings: pd.DataFrame, files: Sequence[InputFile], settings: PlateKineticsSettings) -> None:
    """Raise for tables without wells, times that are missing, and single readings without a reaction time."""
    name = files[0].name
    if (readings["well"] == "").any():
        row = int((readings["well"] == "").to_numpy().argmax())
        where = place(readings, str(readings["file"].iloc[row]), row)
        raise DataError(f"{where}: the reading names no well, so that it has no slope. Add a column 'well'.")
    timed = READ_TIME in readings and readings[READ_TIME].notna().any()
    key = ["file", "plate", "experiment", "time", "well"]
    counts = readings.groupby(key, dropna=False).size()
    if not timed:
        if counts.max() > 1:
            raise DataError(
                f"{name}: wells are read several times, but no time is given. Add 'read_time [s]'."
            )
        if settings.reaction_minutes is None:
            raise DataError(
                f"{name}: one reading a well and no time gives no slope. Give a kinetic read or a column "
                "'read_time [s]', or set reaction_minutes for a stopped reaction."
            )
        return
    bare = readings[READ_TIME].isna().to_numpy()
    if bare.any():
        row = int(bare.argmax())
        where = place(readings, str(readings["file"].iloc[row]), row)
        raise DataError(f"{where}: the reading has no time. Fill in read_time.")
    if counts.max() == 1 and settings.reaction_minutes is None:
        raise DataError(
            f"{name}: every well is read at one time only: one point gives no slope. Set reaction_minutes "
            "for a stopped reaction, or give the other readings."
        )
    if not np.isfinite(readings[READ_TIME]).all() or (readings[READ_TIME] < 0).any():
        raise DataError(f"{name}: a reading has a time below zero. Count from the start of the reaction.")
