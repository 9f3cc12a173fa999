"""What a person states of a tube: its role, stain and place in the design, by file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import PurePath

from selenolab.assays.flow.schema import ROLES
from selenolab.core.assay import Sheet
from selenolab.core.compound import Basis
from selenolab.core.errors import DataError, StudyError, did_you_mean
from selenolab.core.format import InputFile
from selenolab.formats.headers import BASES, normalise_word, parse_header, split_basis
from selenolab.formats.units import factor, known_unit

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


@dataclass(frozen=True, slots=True)
class _Said:
    """A cell as written, with the unit of its header."""

    text: str
    unit: str = ""


def stated_of(files: Sequence[InputFile], sheet: Sheet | None) -> dict[str, Stated]:
    """What is stated of each file, by its name: facts of the study file go before the sheet.

    Raises
    ------
    StudyError, DataError
        For an unknown word or role, a dose or time without a unit, a sheet row that names no file.
    """
    rows = _sheet_rows(sheet, [file.name for file in files]) if sheet is not None else {}
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


def _stated(file: InputFile, row: Mapping[str, _Said]) -> Stated:
    told = {**row, **_facts(file)}
    role = told.get("role", _Said("")).text
    if file.role not in ("", "sample") and "role" not in _facts(file):
        role = file.role
    return _with_numbers(file.name, told, role)


def _with_numbers(name: str, told: Mapping[str, _Said], written: str) -> Stated:
    word = normalise_word(written)
    if word not in ROLE_WORDS:
        raise StudyError(f"{name}: role is '{written}'. {did_you_mean(word, ROLES)}")
    dose, unit, basis = _dose(name, told)
    role = ROLE_WORDS[word] or "sample"
    if role == "vehicle":
        role, dose = "sample", 0.0
    text = {key: told[key].text if key in told else "" for key in WORDS}
    return Stated(
        role, text["stain"], text["experiment"], text["compound"], dose, unit,
        _basis(name, text["basis"]) or basis,
        _hours(name, told), text["cell_line"], text["arm"],
    )  # fmt: skip


def _facts(file: InputFile) -> dict[str, _Said]:
    found = {}
    for key, value in file.facts.items():
        header = parse_header(str(key))
        word = SAME.get(header.word, header.word)
        if word in ("format", "name"):
            continue
        if word not in WORDS:
            raise StudyError(f"{file.name}: Unknown word '{key}' of a tube. {did_you_mean(word, WORDS)}")
        found[word] = _Said(str(value).strip(), f"{header.unit} {header.basis}".strip())
    return found


def _dose(name: str, told: Mapping[str, _Said]) -> tuple[float, str, str]:
    """Dose with its unit and basis: "8 µM", or a bare number with the header's unit."""
    said = told.get("dose", _Said(""))
    if not said.text:
        return nan, "", ""
    number, _, rest = said.text.partition(" ")
    value = _number(name, "dose", number, said.text)
    own = told["dose_unit"].text if "dose_unit" in told else ""
    unit, basis = split_basis(rest.strip() or own or said.unit)
    if value < 0:
        raise DataError(f"{name}: dose is {value:g}. Expected a number from 0 on.")
    if unit and not known_unit(unit):
        raise DataError(f"{name}: dose is in '{unit}', an unknown unit. Write one like '8 µM' or '2 µg/mL'.")
    return value, unit, basis


def _hours(name: str, told: Mapping[str, _Said]) -> float:
    said = told.get("time", _Said(""))
    if not said.text:
        return nan
    number, _, rest = said.text.partition(" ")
    unit = rest.strip() or said.unit
    if not unit:
        raise DataError(
            f"{name}: time {said.text} has no unit. Write it like '24 h', or 'time [h]' above it."
        )
    return _number(name, "time", number, said.text) * factor(unit, "h")


def _number(name: str, word: str, number: str, text: str) -> float:
    try:
        value = float(number.replace(",", "."))
    except ValueError:
        value = nan
    if not isfinite(value):
        raise DataError(f"{name}: {word} is '{text}'. Expected a number with its unit.")
    return value


def _basis(name: str, text: str) -> str:
    if not text or text.casefold() == Basis.NOT_STATED:
        return ""
    if text.casefold() not in BASES:
        raise DataError(f"{name}: basis is '{text}'. {did_you_mean(text, set(BASES.values()))}")
    return BASES[text.casefold()]


def _sheet_rows(sheet: Sheet, names: Sequence[str]) -> dict[str, dict[str, _Said]]:
    """The words of each file on the sheet."""
    headers = {str(column): parse_header(str(column)) for column in sheet.frame.columns}
    words = {column: SAME.get(header.word, header.word) for column, header in headers.items()}
    if "file" not in words.values():
        raise DataError(f"{sheet.name}: Unable to find a column 'file'. Write one row a file.")
    unknown = [
        column
        for column, word in words.items()
        if word not in (*WORDS, *_SKIPPED) and not word.endswith("_flag")
    ]
    if unknown:
        raise DataError(
            f"{sheet.name}: Unknown column '{unknown[0]}'. {did_you_mean(words[unknown[0]], WORDS)}"
        )
    rows: dict[str, dict[str, _Said]] = {}
    for record in sheet.frame.to_dict("records"):
        cells = {words[str(column)]: _text(cell) for column, cell in record.items()}
        if not cells["file"]:
            raise DataError(f"{sheet.name}: a row names no file. Fill in 'file'.")
        name = named(cells["file"], names, f"{sheet.name}: file")
        if name in rows:
            raise DataError(f"{sheet.name}: file '{name}' has two rows. Keep one.")
        units = {
            words[column]: sheet.units.get(column, f"{header.unit} {header.basis}".strip())
            for column, header in headers.items()
        }
        rows[name] = {word: _Said(cells[word], units.get(word, "")) for word in WORDS if cells.get(word)}
    return rows


def _text(cell: object) -> str:
    if cell is None or cell != cell or str(cell) == "<NA>":
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def named(name: str, names: Iterable[str], place: str) -> str:
    """The one of `names` that is `name`, or whose file name (with or without its ending) is.

    Raises
    ------
    StudyError
        Where none or several are meant.
    """
    known = list(names)
    if name in known:
        return name
    plain = PurePath(name).name.casefold()
    near = [one for one in known if plain in (PurePath(one).name.casefold(), PurePath(one).stem.casefold())]
    if len(near) == 1:
        return near[0]
    if near:
        raise StudyError(
            f"{place} '{name}' means {len(near)} files: {', '.join(near)}. Write the whole name."
        )
    raise StudyError(f"{place} '{name}' is not among the files given. {did_you_mean(name, known)}")
