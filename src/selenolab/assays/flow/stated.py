"""What a person states of a tube: its role, stain and place in the design, by file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan

from selenolab.assays.flow.schema import ROLES
from selenolab.core.assay import Sheet
from selenolab.core.errors import StudyError, did_you_mean
from selenolab.core.format import InputFile
from selenolab.formats.headers import normalise_word, parse_header
from selenolab.formats.said import Said, rows_by_file, said_basis, said_dose, said_hours

SAME = {
    "replicate": "experiment", "exp": "experiment", "biological_replicate": "experiment",
    "concentration": "dose", "conc": "dose", "drug": "compound", "agent": "compound",
    "cell": "cell_line", "cells": "cell_line", "cellline": "cell_line", "line": "cell_line",
    "timepoint": "time", "exposure": "time", "type": "role", "dye": "stain", "channel": "stain",
    "treatment_arm": "arm", "perturbation": "arm",
}  # fmt: skip
ROLE_WORDS = {
    **{word: word for word in ROLES},
    "": "", "treated": "sample", "test": "sample", "control": "vehicle", "untreated": "vehicle",
    "vehicle": "vehicle", "single": "single_stain", "compensation": "single_stain", "blank": "unstained",
    "autofluorescence": "unstained", "compound_only": "drug_only", "drug_unstained": "drug_only",
    "fccp": "cccp", "positive_control": "positive", "particles": "particle_only",
    "gates": "gates", "gating": "gates", "spillover": "spillover", "matrix": "spillover",
}  # fmt: skip
WORDS = ("role", "stain", "experiment", "compound", "dose", "dose_unit", "basis", "time", "cell_line", "arm")
_SKIPPED = (
    "file",
    "format",
    "place",
    "source_row",
    "record",
    "plate",
    "well",
    "row",
    "column",
    "tube",
    "note",
)


@dataclass(frozen=True, slots=True)
class Stated:
    """What is stated of one tube. Doses in `dose_unit`, time in h; NaN and "" where nothing is."""

    role: str = "sample"
    stain: str = ""
    experiment: str = ""
    compound: str = ""
    dose: float = nan
    dose_unit: str = ""
    basis: str = ""
    time: float = nan
    cell_line: str = ""
    arm: str = ""


def stated_of(files: Sequence[InputFile], sheet: Sheet | None) -> dict[str, Stated]:
    """What is stated of each file, by its name: facts of the study file go before the sheet.

    Raises
    ------
    StudyError, DataError
        For an unknown word or role, a dose or time without a unit, a sheet row that names no file.
    """
    rows = (
        rows_by_file(sheet, [file.name for file in files], WORDS, _SKIPPED, SAME) if sheet is not None else {}
    )
    stated = {file.name: _stated(file, rows.get(file.name, {})) for file in files}
    _refuse_unclear_controls({f.name: stated[f.name] for f in files if f.parsed.kind == "population"})
    return stated


def _refuse_unclear_controls(stated: Mapping[str, Stated]) -> None:
    """Beside untreated cells of dose 0, a tube without dose and compound may be a stain control."""
    samples = {name: one for name, one in stated.items() if one.role == "sample"}
    if not any(one.dose == 0 for one in samples.values()):
        return
    for name, one in samples.items():
        if not isfinite(one.dose) and not one.compound:
            raise StudyError(
                f"{name}: It has the role sample, but neither dose nor compound, and other tubes have dose "
                "0. Write dose 0 for untreated cells, or the role of the control, such as unstained or "
                "single_stain."
            )


def _stated(file: InputFile, row: Mapping[str, Said]) -> Stated:
    told = {**row, **_facts(file)}
    role = told.get("role", Said("")).text
    if file.role not in ("", "sample") and "role" not in _facts(file):
        role = file.role
    return _with_numbers(file.name, told, role)


def _with_numbers(name: str, told: Mapping[str, Said], written: str) -> Stated:
    word = normalise_word(written)
    if word not in ROLE_WORDS:
        raise StudyError(f"{name}: role is '{written}'. {did_you_mean(word, ROLES)}")
    dose, unit, basis = said_dose(name, told)
    role = ROLE_WORDS[word] or "sample"
    if role == "vehicle":
        role, dose = "sample", 0.0
    text = {key: told[key].text if key in told else "" for key in WORDS}
    return Stated(
        role, text["stain"], text["experiment"], text["compound"], dose, unit,
        said_basis(name, text["basis"]) or basis,
        said_hours(name, told), text["cell_line"], text["arm"],
    )  # fmt: skip


def _facts(file: InputFile) -> dict[str, Said]:
    found = {}
    for key, value in file.facts.items():
        header = parse_header(str(key))
        word = SAME.get(header.word, header.word)
        if word in ("format", "name"):
            continue
        if word not in WORDS:
            raise StudyError(f"{file.name}: Unknown word '{key}' of a tube. {did_you_mean(word, WORDS)}")
        found[word] = Said(str(value).strip(), f"{header.unit} {header.basis}".strip())
    return found
