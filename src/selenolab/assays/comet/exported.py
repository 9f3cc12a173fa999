"""Tables of comets that another program measured (Komet, Metafer, OpenComet ...): one row a comet."""

import re

import numpy as np
import pandas as pd

from selenolab.assays.comet.gathered import design_of
from selenolab.assays.comet.stated import SAME, SKIPPED, WORDS, Stated, stated
from selenolab.core.errors import DataError
from selenolab.core.format import InputFile, Parsed
from selenolab.formats.said import Said, cell_text

_TAIL = ("tail_dna", "dna_in_tail", "tail_dna_percent", "percent_dna_in_tail", "tail_percent",
         "tail_intensity",
         "tail_dna_percentage", "percentage_dna_in_tail", "dna_tail", "tail_dna_pct")  # fmt: skip
_HEAD = ("head_dna", "dna_in_head", "head_dna_percent", "percent_dna_in_head", "head_dna_percentage")
_LENGTHS = {
    "tail_length": "tail_length_px", "olive_moment": "olive_moment_px",
    "olive_tail_moment": "olive_moment_px",
    "tail_moment": "extent_moment_px", "extent_moment": "extent_moment_px",
    "extent_tail_moment": "extent_moment_px",
}  # fmt: skip
_PIXELS = ("", "px", "pixel", "pixels")


def _plain(word: object) -> str:
    """A header as the words above are written: '% DNA in Tail' and 'tail DNA [%]' among them."""
    text = re.sub(r"[^a-z0-9]+", "_", str(word).casefold().replace("%", " percent ")).strip("_")
    return text.removesuffix("_percent") if text.endswith("tail_percent") and text != "tail_percent" else text


def _column(parsed: Parsed, names: tuple[str, ...]) -> str:
    return next((str(word) for word in parsed.data if _plain(word) in names), "")


def is_exported(parsed: Parsed) -> bool:
    """Whether a table has a row a comet: a column of tail (or head) DNA."""
    return bool(_column(parsed, _TAIL) or _column(parsed, _HEAD))


def read_exported(file: InputFile, told: Stated, has_sheet: bool) -> pd.DataFrame:
    """The comets of one table; design words come from its own columns, else from the sheet.

    Raises
    ------
    DataError
        Tail DNA outside 0 to 100 %, or only fractions: a share of 1 may be 1 % or all.
    """
    del has_sheet
    data = file.parsed.data
    tail, kind = _percent(file)
    words = {str(column): SAME.get(_plain(column), _plain(column)) for column in data}
    own = [column for column, word in words.items() if word in WORDS and word not in SKIPPED]
    rows = [
        _design(file, told, {words[c]: cell_text(data[c].iloc[i]) for c in own}, words, own)
        for i in range(len(data))
    ]
    frame = pd.DataFrame(rows)
    frame.insert(0, "comet", [f"{file.name} {i + 1}" for i in range(len(data))])
    frame["image"] = ""
    frame["tail_dna"] = tail
    frame["tail_dna_flag"] = _flags(file, tail, kind)
    frame["comet_note"] = ""
    for column in data:
        target = _LENGTHS.get(_plain(column))
        if target and file.parsed.units.get(str(column), "") in _PIXELS:
            frame[target] = pd.to_numeric(data[column], errors="coerce").astype(float)
    return frame


def _percent(file: InputFile) -> tuple["pd.Series[float]", str]:
    tail, head = _column(file.parsed, _TAIL), _column(file.parsed, _HEAD)
    kind = tail or head
    values = pd.to_numeric(file.parsed.data[kind], errors="coerce").astype(float)
    known = values.dropna()
    if known.empty:
        raise DataError(f"{file.name}: column '{kind}' holds no number. Expected tail DNA in %.")
    wrong = known[(known < 0) | (known > 100)]
    if len(wrong):
        row = int(wrong.index[0])
        where = file.parsed.data["source_row"].iloc[row] if "source_row" in file.parsed.data else row + 1
        raise DataError(
            f"{file.name}: row {where}: {kind} is {wrong.iloc[0]:g}. Expected 0 to 100 %. Mend or "
            f"leave out the row."
        )
    if known.max() <= 1 and len(known) > 3 and file.parsed.units.get(kind, "") != "%":
        raise DataError(
            f"{file.name}: column '{kind}' lies between 0 and 1. Is it a fraction? Write it in %, with "
            f"[%] above it."
        )
    return (values if tail else 100 - values), kind


def _flags(file: InputFile, tail: "pd.Series[float]", kind: str) -> list[str]:
    flag = f"{kind}_flag"
    told = (
        file.parsed.data[flag].fillna("").astype(str)
        if flag in file.parsed.data
        else pd.Series("", index=tail.index)
    )
    return [text or ("missing" if np.isnan(value) else "") for text, value in zip(told, tail, strict=True)]


def _design(
    file: InputFile, told: Stated, cells: dict[str, str], words: dict[str, str], own: list[str]
) -> dict[str, object]:
    """The design of one row: its own words where it has any, else those of the file."""
    units = {words[c]: file.parsed.units.get(c, "") for c in own}
    said = {word: Said(text, units.get(word, "")) for word, text in cells.items() if text}
    mine, theirs = design_of(stated(file.name, said), file.name), design_of(told, file.name)
    stated_here = {"comet_enzyme" if word == "enzyme" else word for word in said}
    if "dose" in stated_here or mine["dose"] == 0:
        stated_here |= {"dose", "dose_unit"}
    return {word: mine[word] if word in stated_here else theirs[word] for word in theirs}
