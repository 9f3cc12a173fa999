"""The words of a user's table and their cells, brought to the words and units of the assay."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from selenolab.assays.release.schema import (
    CONCENTRATION,
    CORRECTED,
    CORRECTIONS,
    RAW,
    RELEASED,
    ROLES,
)
from selenolab.core.errors import DataError, did_you_mean
from selenolab.formats.headers import normalise_word
from selenolab.formats.units import factor

SAME = {
    "concentration": CONCENTRATION, "conc": CONCENTRATION, "drug_concentration": CONCENTRATION,
    "od": "absorbance", "abs": "absorbance", "optical_density": "absorbance",
    "cumulative_release": RELEASED, "cumulative_released": RELEASED, "release": RELEASED, "cr": RELEASED,
    "bag": "vessel", "tube": "vessel", "replicate": "vessel", "unit": "vessel",
    "batch": "experiment", "exp": "experiment", "media": "medium", "buffer": "medium",
    "release_medium": "medium", "formulation": "carrier", "nanoparticle": "carrier", "particle": "carrier",
    "type": "role", "measured_ph": "ph", "ph_measured": "ph", "nominal_ph": "target_ph",
    "ph_nominal": "target_ph", "ph_target": "target_ph", "glutathione": "gsh", "aliquot": "sample_volume",
    "aliquot_volume": "sample_volume", "volume": "medium_volume", "vessel_volume": "medium_volume",
    "loaded": "loaded_drug", "drug_loaded": "loaded_drug", "loaded_dose": "loaded_drug",
    "dilution_factor": "dilution", "timepoint": "time", "hydrogen_peroxide": "h2o2",
    "correction": "replacement",
}  # fmt: skip
# A header may say by itself what the correction is.
TELLING = {
    "measured_concentration": (CONCENTRATION, RAW), "uncorrected_concentration": (CONCENTRATION, RAW),
    "corrected_concentration": (CONCENTRATION, CORRECTED), "uncorrected_released": (RELEASED, RAW),
    "corrected_released": (RELEASED, CORRECTED), "uncorrected_release": (RELEASED, RAW),
    "corrected_release": (RELEASED, CORRECTED),
}  # fmt: skip
ROLE_WORDS = {
    **{word: word for word in ROLES},
    "test": "sample", "treated": "sample", "loaded": "sample", "free": "free_drug",
    "free_drug_control": "free_drug", "noncleavable": "non_cleavable", "uncleavable": "non_cleavable",
    "non_cleavable_control": "non_cleavable", "gsh": "gsh_blank", "medium_blank": "blank",
}  # fmt: skip
TEXTS = ("file", "vessel", "medium", "role", "carrier", "experiment", "replacement")
UNITS = {
    "time": "h", CONCENTRATION: "µg/mL", "absorbance": "AU", RELEASED: "%", "ph": "", "target_ph": "",
    "gsh": "mM", "h2o2": "mM", "medium_volume": "mL", "sample_volume": "mL", "loaded_drug": "µg",
    "dilution": "", "solubility": "µg/mL",
}  # fmt: skip
_FRACTIONS = ("1", "fraction", "-")
_NO_UNIT = ("", "absorbance", "1", "-", "AU", "OD", "a.u.")


@dataclass(slots=True)
class Said:
    """What is told to the user about the reading while it goes on."""

    assumed: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def word_of(text: str) -> str:
    """The word of the assay behind a header's word.

    Examples
    --------
    >>> word_of("Bag"), word_of("pH"), word_of("Drug concentration")
    ('vessel', 'ph', 'medium_concentration')
    """
    word = normalise_word(text)
    return SAME.get(word, TELLING[word][0] if word in TELLING else word)


def renamed(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """`frame` with the assay's words as columns; two columns of one word are an error."""
    words: dict[str, str] = {}
    seen: dict[str, str] = {}
    for column in map(str, frame.columns):
        stem = column.removesuffix("_flag")
        word = word_of(stem) + ("_flag" if column.endswith("_flag") else "")
        if word in seen:
            raise DataError(
                f"{name}: Columns '{seen[word]}' and '{column}' both mean {word}. Rename or remove one."
            )
        seen[word] = column
        words[column] = word
    told = frame.rename(columns=words)
    for column in frame.columns:
        if str(column) in TELLING and "replacement" not in told:
            told["replacement"] = TELLING[str(column)][1]
    return told


def texts(frame: pd.DataFrame) -> pd.DataFrame:
    """Text columns as plain text, "" where nothing stands."""
    frame = frame.copy()
    for word in TEXTS:
        if word in frame:
            frame[word] = pd.Series([as_text(cell) for cell in frame[word].astype(object)], dtype=object)
    return frame


def as_text(cell: object) -> str:
    """A cell as a name: 1.0 is "1", a missing cell ""."""
    if cell is None or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def place(frame: pd.DataFrame, name: str, row: int) -> str:
    """Where row `row` of `frame` stands in the user's file."""
    file = str(frame["file"].iloc[row]) if "file" in frame else ""
    where = f"{file or name}: row {int(frame['source_row'].iloc[row])}" if "source_row" in frame else name
    vessel = str(frame["vessel"].iloc[row]) if "vessel" in frame else ""
    return f"{where}, vessel {vessel}" if vessel else where


def in_units(frame: pd.DataFrame, units: Mapping[str, str], name: str) -> pd.DataFrame:
    """Number columns in the units of the assay; a unit that is not stated is refused, never guessed."""
    frame = frame.copy()
    for word in UNITS:
        if word in frame:
            numbers = _numbers(frame, word, name)
            frame[word] = numbers * scale_of(word, units.get(word, ""), name)
    return frame


def scale_of(word: str, unit: str, name: str) -> float:
    """What a number of `word` in `unit` is multiplied by."""
    target, shown = UNITS[word], "concentration" if word == CONCENTRATION else word
    if target in ("", "AU"):
        if unit not in _NO_UNIT and not (target and unit == "mAU"):
            raise DataError(f"{name}: {shown} is in '{unit}'. Expected a plain number without a unit.")
        return 0.001 if unit == "mAU" else 1.0
    if not unit:
        also = " or 'released [1]' for a share of one" if word == RELEASED else ""
        raise DataError(f"{name}: {shown} has no unit. Write it in the header: '{shown} [{target}]'{also}.")
    if word == RELEASED and unit in _FRACTIONS:
        return 100.0
    try:
        return factor(unit, target)
    except DataError as error:
        raise DataError(f"{name}: {shown}: {error}") from None


def _numbers(frame: pd.DataFrame, word: str, name: str) -> pd.Series:
    found = pd.to_numeric(frame[word], errors="coerce")
    filled = frame[word].notna() & (frame[word].astype(str).str.strip() != "")
    wrong = (found.isna() & filled).to_numpy(bool)
    if wrong.any():
        row = int(wrong.argmax())
        raise DataError(f"{place(frame, name, row)}: {word} is '{frame[word].iloc[row]}'. Expected a number.")
    return found.astype(float)


def role_words(frame: pd.DataFrame, name: str) -> list[str]:
    """The role (n,) of each row as a word of the assay, "" where none is written."""
    found = [normalise_word(cell) for cell in frame["role"]]
    for row, word in enumerate(found):
        if word and word not in ROLE_WORDS:
            raise DataError(
                f"{place(frame, name, row)}: role is '{frame['role'].iloc[row]}'. {did_you_mean(word, ROLES)}"
            )
    return [ROLE_WORDS.get(word, "") for word in found]


def correction_word(text: str, name: str) -> str:
    """One of the two words of the correction from what the user wrote."""
    known = {**{word: word for word in CORRECTIONS}, "": "", "none": RAW, "uncorrected": RAW, "raw": RAW}
    known |= {"corrected": CORRECTED}
    found = known.get(text.strip().casefold().replace("_", " "))
    if found is None:
        raise DataError(f"{name}: correction is '{text}'. Write '{RAW}' or '{CORRECTED}'.")
    return found
