"""What the study file states for a whole plate file: its facts and its role."""

from collections.abc import Mapping

import pandas as pd

from selenolab.core.errors import StudyError, did_you_mean
from selenolab.core.format import InputFile
from selenolab.formats.headers import parse_header
from selenolab.formats.plate_words import PlateWords
from selenolab.formats.units import factor


def with_facts(rows: pd.DataFrame, file: InputFile, words: PlateWords) -> pd.DataFrame:
    """`rows` with the facts that the study file states for this file, where the rows say nothing."""
    rows = rows.copy()
    for word, value in _facts(file.facts, file.name, words).items():
        if word not in rows or word == "plate":
            rows[word] = pd.Series([value] * len(rows), index=rows.index)
        else:
            empty = rows[word].isna() | (rows[word].astype(object) == "")
            rows[word] = rows[word].astype(object).where(~empty, value)
    return rows


def _facts(facts: Mapping[str, str], name: str, words: PlateWords) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, text in facts.items():
        header = parse_header(str(key))
        word = {"replicate": "experiment", "concentration": "dose"}.get(header.word, header.word)
        if word in ("format", "role"):
            continue
        if word not in words.facts:
            raise StudyError(f"{name}: Unknown fact '{key}'. {did_you_mean(word, words.facts)}")
        found[word] = _hours(str(text), header.unit, name) if word == "time" else str(text)
    if "dose" in found:
        raise StudyError(f"{name}: State doses in the sample sheet or the file, not as a fact of the file.")
    return found


def _hours(text: str, unit: str, name: str) -> float:
    amount, _, written = text.strip().partition(" ")
    try:
        value = float(amount)
    except ValueError:
        raise StudyError(f"{name}: time is '{text}'. Write it like '48 h'.") from None
    if not (unit or written):
        raise StudyError(f"{name}: time {text} has no unit. Write it like '48 h'.")
    return value * factor(unit or written.strip(), "h")


def file_role(rows: pd.DataFrame, file: InputFile, words: PlateWords) -> pd.DataFrame:
    """The role word of the file laid over its wells: a time-zero plate's cells are time zero."""
    rows = rows.copy()
    if "role" not in rows:
        rows["role"] = ""
    cells = rows["role"].isin(["", "sample", "vehicle"])
    if file.role in words.file_roles:
        rows.loc[cells, "role"] = file.role
    elif file.role not in ("", *words.roles):
        raise StudyError(f"{file.name}: role is '{file.role}'. {did_you_mean(file.role, words.roles)}")
    return rows
