"""The bench door: plate exports with a plate map, or long tables, to one table of wells."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from selenolab.assays.viability.presets import wavelengths
from selenolab.assays.viability.scale import to_percent
from selenolab.assays.viability.schema import RAW, ROLES, SIGNALS, WELLS
from selenolab.assays.viability.settings import ViabilitySettings
from selenolab.core.assay import Reading, Sheet
from selenolab.core.dataset import Dataset, Table
from selenolab.core.format import InputFile, Parsed
from selenolab.formats.plate_reads import PlateRead
from selenolab.formats.plate_wells import PlateDoor, plate_suits, read_wells
from selenolab.formats.plate_words import ROLE_WORDS, PlateWords, Said, allowed_columns

WORDS = PlateWords(
    roles=ROLES,
    role_words={
        **ROLE_WORDS,
        "compound_blank": "drug_blank", "drugblank": "drug_blank", "cell_free": "drug_blank",
        "killed": "positive", "positive_control": "positive", "t0": "time_zero", "timezero": "time_zero",
    },
    signals=SIGNALS,
    raw=RAW,
    measures={"total": "1"},
    dosed=("sample", "drug_blank"),
    file_roles=("time_zero", "blank", "drug_blank", "vehicle", "positive"),
)  # fmt: skip


def suits(parsed: Parsed) -> str:
    """Why the assay cannot use the file; an empty text where it can."""
    return plate_suits(parsed, WORDS, ("dose",))


def read(files: Sequence[InputFile], sheet: Sheet | None, settings: ViabilitySettings) -> Reading:
    """The wells of all files.

    Raises
    ------
    DataError, StudyError, FormatRefusal
        A missing unit, a read that is not there, a well twice, a role or basis that is no word, a
        compound name that means two compounds, a layout that does not fit.
    """
    found = read_wells(files, sheet, _door(files, settings), "viability")
    wells = found.frame[allowed_columns(found.frame, WELLS)]
    units = {"dose": found.units["dose"]}
    if "response" in wells:
        units["response"] = found.units.get("response", "a.u.")
    return Reading(Dataset({"wells": Table(WELLS, wells, units)}), found.assumed, found.warnings)


def _door(files: Sequence[InputFile], settings: ViabilitySettings) -> PlateDoor:
    wave, reference = wavelengths(files, settings)
    return PlateDoor(
        WORDS,
        PlateRead(
            wave,
            reference,
            settings.read_label,
            settings.kinetic_minute,
        ),
        settings.dose_unit,
        settings.basis,
        partial(_percent, settings),
        needs_dose=True,
    )


def _percent(
    settings: ViabilitySettings, rows: pd.DataFrame, units: Mapping[str, str], name: str, said: Said
) -> None:
    to_percent(rows, units, settings, name, said)
