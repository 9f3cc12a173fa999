"""What a person states of a slide: its role and place in the design, by file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan

from selenolab.assays.comet.schema import POSITIVE, ROLES, SAMPLE, VEHICLE
from selenolab.core.assay import Sheet
from selenolab.core.errors import DataError, StudyError, did_you_mean
from selenolab.core.format import InputFile
from selenolab.formats.headers import normalise_word, parse_header
from selenolab.formats.pixel_size import to_nm
from selenolab.formats.said import Said, rows_by_file, said_basis, said_dose, said_hours, said_number

SAME = {
    "replicate": "experiment", "exp": "experiment", "biological_replicate": "experiment", "gel": "slide",
    "concentration": "dose", "conc": "dose", "drug": "compound", "agent": "compound", "cells": "cell_line",
    "cell": "cell_line", "cellline": "cell_line", "line": "cell_line", "timepoint": "time",
    "exposure": "time",
    "type": "role", "treatment_arm": "arm", "perturbation": "arm", "mouse": "animal", "rat": "animal",
    "donor": "animal", "comet_enzyme": "enzyme", "digestion": "enzyme",
}  # fmt: skip
ROLE_WORDS = {
    **{word: word for word in ROLES},
    "": "", "treated": SAMPLE, "test": SAMPLE, "control": VEHICLE, "untreated": VEHICLE, "solvent": VEHICLE,
    "negative": VEHICLE, "negative_control": VEHICLE, "positive_control": POSITIVE, "h2o2": POSITIVE,
}  # fmt: skip
WORDS = ("role", "slide", "experiment", "animal", "compound", "dose", "dose_unit", "basis", "time",
         "cell_line",
         "arm", "enzyme", "viability", "pixel_size")  # fmt: skip
SKIPPED = ("file", "image", "format", "name", "place", "source_row", "record", "plate", "well", "row",
           "column",
           "note")  # fmt: skip
_NO_ENZYME = ("", "none", "buffer", "no", "-", "without")


@dataclass(frozen=True, slots=True)
class Stated:
    """What is stated of one slide: doses in `dose_unit`, time in h, viability in %, pixels in nm."""

    role: str = SAMPLE
    slide: str = ""
    experiment: str = ""
    animal: str = ""
    compound: str = ""
    dose: float = nan
    dose_unit: str = ""
    basis: str = ""
    time: float = nan
    cell_line: str = ""
    arm: str = ""
    enzyme: str = ""
    viability: float = nan
    pixel_size: float = nan


def stated_of(files: Sequence[InputFile], sheet: Sheet | None) -> dict[str, Stated]:
    """What is stated of each file, by its name: facts of the study file go before the sheet.

    Raises
    ------
    StudyError, DataError
        For an unknown word or role, a dose or time without a unit, a sheet row that names no file.
    """
    rows = (
        rows_by_file(sheet, [file.name for file in files], WORDS, SKIPPED, SAME) if sheet is not None else {}
    )
    return {file.name: _of_file(file, rows.get(file.name, {})) for file in files}


def _of_file(file: InputFile, row: Mapping[str, Said]) -> Stated:
    facts = _facts(file)
    told = {**row, **facts}
    if file.role not in ("", SAMPLE) and "role" not in facts:
        told["role"] = Said(file.role)
    return stated(file.name, told)


def stated(place: str, told: Mapping[str, Said]) -> Stated:
    """One slide's words as numbers and names."""
    written = told.get("role", Said("")).text
    word = normalise_word(written)
    if word not in ROLE_WORDS:
        raise StudyError(f"{place}: role is '{written}'. {did_you_mean(word, ROLES)}")
    dose, unit, basis = said_dose(place, told)
    if dose > 0 and not unit:
        raise DataError(f"{place}: dose {dose:g} has no unit. Write '{dose:g} µM', or 'dose [µM]' above it.")
    role = ROLE_WORDS[word] or SAMPLE
    if role == VEHICLE:
        role, dose = SAMPLE, 0.0
    text = {key: told[key].text if key in told else "" for key in WORDS}
    enzyme = "" if text["enzyme"].casefold() in _NO_ENZYME else text["enzyme"]
    return Stated(
        role, text["slide"], text["experiment"], text["animal"], text["compound"], dose, unit,
        said_basis(place, text["basis"]) or basis, said_hours(place, told), text["cell_line"], text["arm"],
        enzyme, _viability(place, told), _pixel(place, told),
    )  # fmt: skip


def _facts(file: InputFile) -> dict[str, Said]:
    found = {}
    for key, value in file.facts.items():
        header = parse_header(str(key))
        word = SAME.get(header.word, header.word)
        if word in ("format", "name"):
            continue
        if word not in WORDS:
            raise StudyError(f"{file.name}: Unknown word '{key}' of a slide. {did_you_mean(word, WORDS)}")
        found[word] = Said(str(value).strip(), f"{header.unit} {header.basis}".strip())
    return found


def _viability(place: str, told: Mapping[str, Said]) -> float:
    said = told.get("viability", Said(""))
    if not said.text:
        return nan
    text = said.text.removesuffix("%").strip()
    if not said.text.endswith("%") and said.unit != "%":
        raise DataError(
            f"{place}: viability {said.text} has no unit. Write '92 %', or 'viability [%]' above it."
        )
    value = said_number(place, "viability", text, said.text)
    if not 0 <= value <= 200:
        raise DataError(f"{place}: viability is {value:g} %. Expected 0 to about 100.")
    return value


def _pixel(place: str, told: Mapping[str, Said]) -> float:
    said = told.get("pixel_size", Said(""))
    return pixel_nm(f"{said.text} {said.unit}".strip(), f"{place}: pixel_size") if said.text else nan


def pixel_nm(text: str, place: str) -> float:
    """A pixel's size in nm from a number with its unit.

    Examples
    --------
    >>> pixel_nm("0.65 µm", "pixel_size")
    650.0
    """
    number, _, unit = text.strip().partition(" ")
    value = said_number(place, "the size", number, text)
    nm = to_nm(value, unit.removesuffix("/px").strip()) if unit and value > 0 else None
    if nm is None:
        raise StudyError(f"{place} is '{text}'. Expected a length with its unit, as in '0.65 µm'.")
    return float(nm)
