"""Words that a person writes of a file: a dose, a time, a basis, on a sheet or in a study file."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import PurePath

from selenolab.core.assay import Sheet
from selenolab.core.compound import Basis
from selenolab.core.errors import DataError, StudyError, did_you_mean
from selenolab.formats.headers import BASES, parse_header, split_basis
from selenolab.formats.units import factor, known_unit


@dataclass(frozen=True, slots=True)
class Said:
    """A cell as written, with the unit of its header."""

    text: str
    unit: str = ""


NOTHING = Said("")


def cell_text(cell: object) -> str:
    """A cell of a sheet as text; "" where it is empty, a whole number without its point.

    Examples
    --------
    >>> cell_text(3.0), cell_text(None), cell_text(" NAC ")
    ('3', '', 'NAC')
    """
    if cell is None or str(cell) in ("<NA>", "NaT") or cell != cell:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def said_number(
    place: str, word: str, number: str, text: str, expected: str = "a number with its unit"
) -> float:
    """The number in `number`, with a decimal point or comma; `text` is what stands there, for the error."""
    try:
        value = float(number.replace(",", "."))
    except ValueError:
        value = nan
    if not isfinite(value):
        raise DataError(f"{place}: {word} is '{text}'. Expected {expected}.")
    return value


def said_dose(place: str, told: Mapping[str, Said]) -> tuple[float, str, str]:
    """Dose with its unit and basis: "8 µM", or a bare number with the header's unit; NaN where none is."""
    said = told.get("dose", NOTHING)
    if not said.text:
        return nan, "", ""
    number, _, rest = said.text.partition(" ")
    value = said_number(place, "dose", number, said.text)
    own = told["dose_unit"].text if "dose_unit" in told else ""
    unit, basis = split_basis(rest.strip() or own or said.unit)
    if value < 0:
        raise DataError(f"{place}: dose is {value:g}. Expected a number from 0 on.")
    if unit and not known_unit(unit):
        raise DataError(f"{place}: dose is in '{unit}', an unknown unit. Write one like '8 µM' or '2 µg/mL'.")
    return value, unit, basis


def said_hours(place: str, told: Mapping[str, Said]) -> float:
    """The time in hours; NaN where none is said."""
    said = told.get("time", NOTHING)
    if not said.text:
        return nan
    number, _, rest = said.text.partition(" ")
    unit = rest.strip() or said.unit
    if not unit:
        raise DataError(
            f"{place}: time {said.text} has no unit. Write it like '24 h', or 'time [h]' above it."
        )
    return said_number(place, "time", number, said.text) * factor(unit, "h")


def said_basis(place: str, text: str) -> str:
    """What a dose counts, by the word of the vocabulary; "" where nothing is said."""
    if not text or text.casefold() == Basis.NOT_STATED:
        return ""
    if text.casefold() not in BASES:
        raise DataError(f"{place}: basis is '{text}'. {did_you_mean(text, set(BASES.values()))}")
    return BASES[text.casefold()]


def rows_by_file(
    sheet: Sheet,
    names: Iterable[str],
    words: Collection[str],
    skipped: Collection[str],
    same: Mapping[str, str],
) -> dict[str, dict[str, Said]]:
    """What a sheet with one row a file says of each of the files `names`, by the `words` of the assay.

    `same` maps other spellings to words, `skipped` are columns that say nothing of a file.

    Raises
    ------
    DataError, StudyError
        No column 'file', an unknown column, a row without a file or of another one, a file twice.
    """
    headers = {str(column): parse_header(str(column)) for column in sheet.frame.columns}
    meant = {column: same.get(header.word, header.word) for column, header in headers.items()}
    if "file" not in meant.values():
        raise DataError(f"{sheet.name}: Unable to find a column 'file'. Write one row a file.")
    for column, word in meant.items():
        if word not in (*words, *skipped) and not word.endswith("_flag"):
            raise DataError(f"{sheet.name}: Unknown column '{column}'. {did_you_mean(word, words)}")
    units = {
        meant[column]: sheet.units.get(column, f"{header.unit} {header.basis}".strip())
        for column, header in headers.items()
    }
    known, rows = list(names), {}
    for record in sheet.frame.to_dict("records"):
        cells = {meant[str(column)]: cell_text(cell) for column, cell in record.items()}
        if not cells["file"]:
            raise DataError(f"{sheet.name}: A row names no file. Fill in 'file'.")
        name = file_named(cells["file"], known, f"{sheet.name}: file")
        if name in rows:
            raise DataError(f"{sheet.name}: file '{name}' has two rows. Keep one.")
        rows[name] = {word: Said(cells[word], units.get(word, "")) for word in words if cells.get(word)}
    return rows


def file_named(name: str, names: Iterable[str], place: str) -> str:
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
