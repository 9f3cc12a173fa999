"""Numbers of a plate's table or sheet in one unit: times, doses with their basis, other measures."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from selenolab.core.compound import Basis
from selenolab.core.errors import DataError, did_you_mean
from selenolab.formats.headers import BASES, split_basis
from selenolab.formats.plate_words import READ_TIME, PlateWords, Said, place
from selenolab.formats.units import factor, known_unit

_TIMES: Mapping[str, str] = {"time": "h", READ_TIME: "s"}


def basis_word(text: str, name: str) -> str:
    """One of the bases of an amount from what the user wrote."""
    if not text or text.casefold() == Basis.NOT_STATED:
        return ""
    found = BASES.get(text.casefold())
    if found is None:
        raise DataError(f"{name}: basis is '{text}'. {did_you_mean(text, set(BASES.values()))}")
    return found


def times(frame: pd.DataFrame, units: Mapping[str, str], name: str) -> None:
    """Bring `time` to hours and `read_time` to seconds, in place. A time without a unit is refused."""
    for word, target in _TIMES.items():
        if word not in frame:
            continue
        if not units.get(word):
            raise DataError(f"{name}: {word} has no unit. Write it in the header: '{word} [{target}]'.")
        frame[word] = frame[word].astype(float) * _factor(units[word], target, name)


def number(frame: pd.DataFrame, word: str, name: str) -> pd.Series:
    """The column (n,) as numbers, NaN where empty; text that is no number is refused with its place."""
    found = pd.to_numeric(frame[word], errors="coerce")
    wrong = (found.isna() & frame[word].notna() & (frame[word].astype(str).str.strip() != "")).to_numpy()
    if wrong.any():
        row = int(wrong.argmax())
        raise DataError(f"{place(frame, name, row)}: {word} is '{frame[word].iloc[row]}'. Expected a number.")
    return found.astype(float)


def measures(frame: pd.DataFrame, units: Mapping[str, str], name: str, words: PlateWords, said: Said) -> None:
    """Bring the assay's own number columns to their units, in place; units found are kept in `said`."""
    for word, wanted in words.measures.items():
        if word not in frame or not frame[word].notna().any():
            continue
        frame[word] = number(frame, word, name)
        unit = units.get(word, "")
        if wanted == "1":
            if unit not in ("", "1", "x"):
                raise DataError(f"{name}: {word} is in '{unit}'. Expected a plain number, without unit.")
            continue
        if not unit:
            raise DataError(f"{name}: {word} has no unit. Write it in the header: '{word} [unit]'.")
        target = wanted or said.units.setdefault(word, unit)
        frame[word] = frame[word] * _factor(unit, target, name, word)


def doses(frame: pd.DataFrame, units: Mapping[str, str], target: str, name: str) -> tuple[str, str]:
    """Bring `dose` to `target` (or leave it in its own unit when that is ""), in place: unit and basis."""
    rows = [unit for unit in frame["dose_unit"] if unit] if "dose_unit" in frame else []
    unit, basis = split_basis(units.get("dose", ""))
    if rows and not unit:
        each = [split_basis(text)[0] if text else "" for text in frame["dose_unit"]]
        bad = next((i for i, u in enumerate(each) if not u and frame["dose"].iloc[i] > 0), None)
        if bad is not None:
            raise DataError(f"{place(frame, name, bad)}: the dose has no unit. Fill in its dose_unit.")
        goal = target or split_basis(rows[0])[0]
        scale = [_factor(u, goal, name) if u else 1.0 for u in each]
        frame["dose"] = frame["dose"].astype(float) * np.asarray(scale)
        return goal, basis
    if not unit and not target:
        raise DataError(f"{name}: dose has no unit. Write it in the header: 'dose [µM]', or set dose_unit.")
    if unit and not known_unit(unit):
        raise DataError(
            f"{name}: dose is in '{unit}', an unknown unit. Write one like 'dose [µM]' or 'dose [µg/mL]'."
        )
    if unit and target:
        frame["dose"] = frame["dose"].astype(float) * _factor(unit, target, name)
    return target or unit, basis


def _factor(source: str, target: str, name: str, word: str = "doses") -> float:
    try:
        return factor(source, target)
    except DataError as error:
        raise DataError(f"{name}: {error} Put {word} of different kinds into different runs.") from None
