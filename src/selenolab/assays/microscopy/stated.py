"""What a person states of an image: its sample, its grid, its scale, the region to count in."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from selenolab.assays.microscopy.settings import MicroscopySettings
from selenolab.core.assay import Sheet
from selenolab.core.errors import DataError, StudyError, did_you_mean
from selenolab.core.format import InputFile
from selenolab.formats.pixel_size import to_nm

REPLICATES = ("experiment", "batch", "grid")
FACTS = ("sample", *REPLICATES, "pixel_size", "scale_bar", "scale_bar_px", "region")
_SHEET_ONLY = ("file", "image", "plate", "well", "place", "source_row", "record")
_LENGTH = re.compile(r"([0-9][0-9.,]*(?:[eE][-+]?[0-9]+)?)\s*([^\s0-9/]+)\s*(?:/\s*(?:px|pixel))?")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")

Region = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Stated:
    """What is stated of one file. Lengths in nm; None where nothing is."""

    sample: str = ""
    experiment: str = ""
    pixel_size: float | None = None
    scale_bar: float | None = None
    scale_bar_px: float | None = None
    region: Region | None = None


def stated_of(
    files: Sequence[InputFile], sheet: Sheet | None, settings: MicroscopySettings
) -> dict[str, Stated]:
    """What is stated of each file, by its name: facts of the study file, the sheet, then the settings.

    Raises
    ------
    StudyError, DataError
        For a word that no image has, a length without a unit, a sheet row that names no file.
    """
    general = _general(settings)
    rows = _sheet_rows(sheet, [file.name for file in files]) if sheet is not None else {}
    stated = {file.name: _stated(file, rows.get(file.name, {}), general) for file in files}
    _refuse_half_stated(stated)
    return stated


def _refuse_half_stated(stated: Mapping[str, Stated]) -> None:
    """A sample some of whose images name their grid and some do not: n would count two things."""
    for sample in sorted({own.sample for own in stated.values()}):
        bare = [name for name, own in stated.items() if own.sample == sample and not own.experiment]
        told = [name for name, own in stated.items() if own.sample == sample and own.experiment]
        if bare and told:
            raise StudyError(
                f"{bare[0]}: It names no experiment or grid, {told[0]} of the same sample does. Fill it in."
            )


def _general(settings: MicroscopySettings) -> Stated:
    return Stated(
        pixel_size=length(settings.pixel_size, "pixel_size") if settings.pixel_size else None,
        scale_bar=length(settings.scale_bar, "scale_bar") if settings.scale_bar else None,
        scale_bar_px=settings.scale_bar_px,
        region=settings.region,
    )


def _stated(file: InputFile, row: Mapping[str, str], general: Stated) -> Stated:
    facts = {key: value for key, value in file.facts.items() if key != "format"}
    for word in facts:
        if word not in FACTS:
            raise StudyError(f"{file.name}: Unknown word '{word}' of an image. {did_you_mean(word, FACTS)}")
    told = {**row, **facts}
    own = _words(told, file.name)
    own = replace(own, region=own.region or general.region)
    if own.pixel_size is not None or own.scale_bar is not None:
        return own
    return replace(
        own,
        pixel_size=general.pixel_size,
        scale_bar=general.scale_bar,
        scale_bar_px=own.scale_bar_px or general.scale_bar_px,
    )


def _words(told: Mapping[str, str], place: str) -> Stated:
    """One file's words as numbers."""
    if "pixel_size" in told and "scale_bar" in told:
        raise StudyError(f"{place}: Expected pixel_size or scale_bar, found both. State one.")
    pixels = None
    if "scale_bar_px" in told:
        found = _NUMBER.fullmatch(told["scale_bar_px"].strip())
        pixels = float(told["scale_bar_px"]) if found else 0.0
        if not pixels > 0:
            raise StudyError(
                f"{place}: scale_bar_px is '{told['scale_bar_px']}'. Expected the bar's length in pixels."
            )
    return Stated(
        told.get("sample", "").strip(),
        _replicate(told, place),
        length(told["pixel_size"], f"{place}: pixel_size") if "pixel_size" in told else None,
        length(told["scale_bar"], f"{place}: scale_bar") if "scale_bar" in told else None,
        pixels,
        region_of(told["region"], place) if "region" in told else None,
    )


def _replicate(told: Mapping[str, str], place: str) -> str:
    """The unit of replication: "2" for an experiment, "grid 2" for a grid, so that n can say what it is."""
    given = [word for word in REPLICATES if told.get(word, "").strip()]
    if len(given) > 1:
        raise StudyError(
            f"{place}: {' and '.join(given)} are both stated. State the one that was prepared anew."
        )
    if not given:
        return ""
    word, text = given[0], told[given[0]].strip()
    return text if word == "experiment" or text.casefold().startswith(word) else f"{word} {text}"


def length(text: str, place: str) -> float:
    """A length in nm from a number with its unit.

    Examples
    --------
    >>> length("0.5 µm", "scale_bar"), length("2 Å/px", "pixel_size"), length("1,2nm", "pixel_size")
    (500.0, 0.2, 1.2)
    """
    found = _LENGTH.fullmatch(text.strip())
    value = (
        float(found[1].replace(",", ".")) if found and found[1].count(",") + found[1].count(".") < 2 else 0
    )
    nm = to_nm(value, found[2]) if found and value > 0 else None
    if nm is None:
        raise StudyError(
            f"{place} is '{text}'. Expected a length with its unit, above zero, as in '100 nm' or '0.5 µm'."
        )
    return nm


def region_of(text: str, place: str) -> Region:
    """A region from four numbers.

    Examples
    --------
    >>> region_of("[0, 0, 1024, 950]", "a.png")
    (0.0, 0.0, 1024.0, 950.0)
    """
    numbers = [float(number) for number in _NUMBER.findall(text)]
    if len(numbers) != 4:
        raise StudyError(f"{place}: region is '{text}'. Expected left, top, right, bottom in pixels.")
    return numbers[0], numbers[1], numbers[2], numbers[3]


def _sheet_rows(sheet: Sheet, names: Sequence[str]) -> dict[str, dict[str, str]]:
    """The words of each file on the sheet, with the unit of a header behind its numbers."""
    frame = sheet.frame
    if "file" not in frame:
        raise DataError(f"{sheet.name}: Unable to find a column 'file'. Write one row a file.")
    unknown = [str(word) for word in frame if word not in (*FACTS, *_SHEET_ONLY)]
    if unknown:
        raise DataError(f"{sheet.name}: Unknown column '{unknown[0]}'. {did_you_mean(unknown[0], FACTS)}")
    rows: dict[str, dict[str, str]] = {}
    for record in frame.to_dict("records"):
        name = named(str(record["file"]), names, f"{sheet.name}: file")
        if name in rows:
            raise DataError(f"{sheet.name}: file '{name}' has two rows. Keep one.")
        words = {word: _text(record[word]) for word in FACTS if word in record}
        rows[name] = {
            word: f"{text} {_unit(sheet, word, text)}".strip() for word, text in words.items() if text
        }
    return rows


def _text(value: object) -> str:
    text = "" if value is None or value != value else str(value).strip()
    return "" if text == "<NA>" else text


def _unit(sheet: Sheet, word: str, text: str) -> str:
    return (
        sheet.units.get(word, "") if _NUMBER.fullmatch(text) and word in ("pixel_size", "scale_bar") else ""
    )


def named(name: str, names: Iterable[str], place: str) -> str:
    """The one of `names` that is `name`, or whose file name is.

    Raises
    ------
    StudyError
        Where there is none, or several.
    """
    known = list(names)
    if name in known:
        return name
    found = [own for own in known if PurePath(own).name == PurePath(name).name]
    if len(found) == 1:
        return found[0]
    if found:
        raise StudyError(f"{place} '{name}' may be {' or '.join(found)}. Write the whole path.")
    raise StudyError(f"{place} '{name}' is not among the files of the run. {did_you_mean(name, known)}")
