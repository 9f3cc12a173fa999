"""The bench door: tables of concentrations, absorbances or released shares to one table of aliquots."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from selenolab.assays.release.columns import (
    TEXTS,
    UNITS,
    Said,
    correction_word,
    in_units,
    place,
    renamed,
    role_words,
    texts,
    word_of,
)
from selenolab.assays.release.layout import laid_out, tidy_sheet, with_facts
from selenolab.assays.release.schema import (
    ABSORBANCE,
    ALIQUOTS,
    NAMES,
    RAW,
    SAMPLE,
    SIGNALS,
)
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.assays.release.stated import fill_amounts, fill_names, refuse_amounts, say_small_shares
from selenolab.assays.release.wide import is_wide, to_long, vessel_columns
from selenolab.core.assay import Reading, Sheet
from selenolab.core.dataset import Dataset, Table
from selenolab.core.errors import DataError, StudyError
from selenolab.core.format import InputFile, Parsed

_LONGEST_H, _MOST_VESSELS, _MOST_ROWS = 1e5, 1000, 10_000  # beyond: a wrong unit, column or file
_KNOWN = {*TEXTS, *UNITS, "source_row", "record"}


def suits(parsed: Parsed) -> str:
    """Why the assay cannot use the file; an empty text where it can."""
    if parsed.kind != "table":
        return f"it is of kind {parsed.kind}, which holds no aliquots over time"
    words = {word_of(str(column)) for column in parsed.data.columns}
    if "time" not in words:
        return "the table has no column 'time'"
    if not words & set(SIGNALS) and not vessel_columns(parsed):
        return f"the table has no column {', '.join(NAMES.values())}, nor vessels with such a unit"
    if not words & set(SIGNALS) - {ABSORBANCE} and words & {"well", "cell_line", "dose", "compound"}:
        return "the table has wells, cells or doses: it is no release"
    return ""


def read(files: Sequence[InputFile], sheet: Sheet | None, settings: ReleaseSettings) -> Reading:
    """The aliquots of all files.

    Raises
    ------
    DataError, StudyError
        A missing unit, no value column or several, wide and long mixed, a time that occurs twice, a
        medium that is not stated, a volume of zero, a correction that nobody told.
    """
    if not files:
        raise StudyError("release: Expected at least one file. Add a table with time and concentration.")
    said = Said()
    tidy = tidy_sheet(sheet) if sheet is not None else None
    parts = [_file_rows(file, tidy, settings, said) for file in files]
    rows = _joined(parts, said)
    fill_names(rows, said)
    _say_order(rows, said)
    fill_amounts(rows, settings, said)
    refuse_amounts(rows)
    _check_repeats(rows)
    _check_size(rows)
    say_small_shares(rows, said)
    return Reading(
        Dataset({"aliquots": Table(ALIQUOTS, rows[_allowed(rows)])}),
        tuple(said.assumed),
        tuple(said.warnings),
    )


def _file_rows(
    file: InputFile, sheet: pd.DataFrame | None, settings: ReleaseSettings, said: Said
) -> pd.DataFrame:
    parsed, name = file.parsed, file.name
    if parsed.kind != "table":
        raise StudyError(f"{name}: {suits(parsed)}. Give a table with time and concentration.")
    if is_wide(parsed):
        frame, units = to_long(parsed, name)
        units = {**{word_of(w): u for w, u in parsed.units.items()}, **units}
    else:
        _refuse_mixed(parsed, name)
        frame, units = parsed.data, {word_of(word): unit for word, unit in parsed.units.items()}
    rows = _left_out(texts(renamed(frame, name).reset_index(drop=True)), name, said)
    if "time" not in rows:
        raise DataError(f"{name}: Unable to find column 'time [h]'. Name it, with its unit.")
    rows = in_units(rows, units, name)
    rows.insert(0, "file", name)
    if "vessel" not in rows:
        rows["vessel"] = file.facts.get("vessel", name.rsplit("/", 1)[-1].rsplit(".", 1)[0])
        said.assumed.append(f"{name}: no column 'vessel': all rows are one vessel")
    rows = with_facts(laid_out(rows, sheet, file, said), file)
    rows["role"] = [role or SAMPLE for role in role_words(rows, name)] if "role" in rows else SAMPLE
    _state_correction(rows, settings, name)
    if settings.correction and (rows["replacement"] != settings.correction).any() and ABSORBANCE not in rows:
        own = next(word for word in rows["replacement"] if word != settings.correction)
        said.warnings.append(
            f"{name} itself says '{own}', the settings '{settings.correction}': the file holds."
        )
    return rows


def _refuse_mixed(parsed: Parsed, name: str) -> None:
    """Raise for two value columns, none, or vessels as columns beside a value column."""
    words = [word_of(str(column)) for column in parsed.data.columns]
    signals = [word for word in SIGNALS if word in words]
    if len(signals) > 1:
        told = " and ".join(NAMES[word] for word in signals)
        raise DataError(f"{name}: The table has {told}: two value columns. Keep the one to be analysed.")
    if not signals:
        raise DataError(f"{name}: Unable to find a value column. Name one {', '.join(NAMES.values())}.")
    more = vessel_columns(parsed)
    if more:
        raise DataError(
            f"{name}: Wide and long are mixed: columns {', '.join(more[:4])} stand beside "
            f"'{NAMES[signals[0]]}'. Keep one row a measurement, or one column a vessel."
        )


def _left_out(frame: pd.DataFrame, name: str, said: Said) -> pd.DataFrame:
    """`frame` without the columns this assay has no use for, which are said."""
    known = {*_KNOWN, *(f"{word}_flag" for word in SIGNALS)}
    other = [str(column) for column in frame.columns if column not in known]
    told = [column for column in other if not column.endswith("_flag")]
    if told:
        said.assumed.append(f"{name}: columns not used: {', '.join(told)}")
    return frame.drop(columns=[*other, *(["record"] if "record" in frame else [])])


def _state_correction(rows: pd.DataFrame, settings: ReleaseSettings, name: str) -> None:
    """Fill `replacement`, in place: an absorbance never is corrected, all else needs the user's word."""
    if ABSORBANCE in rows:
        rows["replacement"] = RAW
        return
    told = rows["replacement"] if "replacement" in rows else pd.Series("", index=rows.index)
    words = [correction_word(str(text), name) or settings.correction for text in told.fillna("")]
    if not all(words):
        shown = next(word for word in SIGNALS if word in rows)
        raise StudyError(
            f"{name}: Whether '{NAMES[shown]}' already allows for the replaced aliquots is not stated. Set "
            "correction to 'none yet' or 'already corrected'."
        )
    rows["replacement"] = words


def _joined(parts: Sequence[pd.DataFrame], said: Said) -> pd.DataFrame:
    """All rows together; vessels of one name in several files or media are told apart."""
    rows = pd.concat(parts, ignore_index=True)
    kinds = [word for word in SIGNALS if word in rows]
    if len(kinds) > 1:
        told = " and ".join(NAMES[word] for word in kinds)
        raise DataError(f"The files hold {told}: different signals. Put them into different runs.")
    for word in TEXTS:
        rows[word] = rows[word].fillna("").astype(str).astype(object) if word in rows else ""
    flag = f"{kinds[0]}_flag"
    if flag in rows:
        rows[flag] = rows[flag].fillna("").astype(str).astype(object)
    bare = (rows["vessel"] == "").to_numpy()
    if bare.any():
        row = int(bare.argmax())
        raise DataError(f"{place(rows, '', row)}: vessel is empty. Name the vessel.")
    _tell_apart(rows, said)
    return rows


def _tell_apart(rows: pd.DataFrame, said: Said) -> None:
    """Rename vessels whose name stands for several vessels ("1" in PBS and "1" in GSH), in place."""
    for word in ("role", "carrier", "medium", "experiment", "file"):
        ids = rows.groupby("vessel", sort=False)[word].nunique()
        shared = set(ids[ids > 1].index)
        if not shared:
            continue
        if word == "file":
            same = rows[rows["vessel"].isin(shared)].duplicated(["vessel", "time"]).to_numpy()
            if not same.any():
                continue  # one vessel, its times spread over several files
        here = rows["vessel"].isin(shared)
        rows.loc[here, "vessel"] = [
            f"{_short(word, str(told))} {vessel}".strip()
            for told, vessel in zip(rows.loc[here, word], rows.loc[here, "vessel"], strict=True)
        ]
        said.assumed.append(f"vessels of one name with different {word} are different vessels")


def _short(word: str, text: str) -> str:
    return text.rsplit("/", 1)[-1].rsplit(".", 1)[0] if word == "file" else text


def _say_order(rows: pd.DataFrame, said: Said) -> None:
    """Sort by vessel and time, in place; a time that goes back within a vessel is said."""
    gone = []
    for _, part in rows.groupby("vessel", sort=False):
        times = part["time"].to_numpy(float)
        back = np.flatnonzero(np.diff(times) < 0)
        if back.size:
            row = int(back[0]) + 1
            where = place(part, "", row)
            gone.append(f"{where}: {times[row]:g} h stands after {times[row - 1]:g} h")
    if gone:
        more = f" (and in {len(gone) - 1} more vessels)" if len(gone) > 1 else ""
        said.warnings.append(f"{gone[0]}{more}. Times are out of order: look for a mistyped time.")
    ordered = rows.sort_values(["vessel", "time"], kind="stable")
    for word in rows.columns:
        rows[word] = ordered[word].to_numpy()


def _check_repeats(rows: pd.DataFrame) -> None:
    twice = rows.duplicated(["vessel", "time"]).to_numpy()
    if twice.any():
        row = int(twice.argmax())
        raise DataError(
            f"{place(rows, '', row)}: {rows['time'].iloc[row]:g} h is there twice. Keep one value a vessel "
            "and time: average injections of one aliquot, or mend the time."
        )


def _check_size(rows: pd.DataFrame) -> None:
    """Raise for times, vessels and aliquots beyond any dialysis: a unit or a column is wrong."""
    late = (rows["time"] > _LONGEST_H).to_numpy(bool)
    if late.any():
        row = int(late.argmax())
        raise DataError(
            f"{place(rows, '', row)}: time is {rows['time'].iloc[row]:g} h. Expected at most {_LONGEST_H:g} "
            "h (eleven years). Check the unit in the header: [h], [min] or [s]."
        )
    vessels = rows["vessel"].nunique()
    if vessels > _MOST_VESSELS:
        raise DataError(
            f"release: Found {vessels} vessels, expected at most {_MOST_VESSELS}. Check the column 'vessel': "
            "it names a vessel, not an aliquot."
        )
    if len(rows) > _MOST_ROWS:
        raise DataError(
            f"release: Found {len(rows)} aliquots, expected at most {_MOST_ROWS}. Keep fewer times, such as "
            "one an hour of a probe that writes every second."
        )


def _allowed(rows: pd.DataFrame) -> list[str]:
    words = [column.word for column in ALIQUOTS.columns]
    flags = [f"{column.word}_flag" for column in ALIQUOTS.columns if column.flags]
    return [word for word in ("file", "source_row", *words, *flags) if word in rows]
