"""What a person writes of a file: units asked for, commas understood, nothing guessed."""

from math import isnan

import numpy as np
import pandas as pd
import pytest

from selenolab.core.assay import Sheet
from selenolab.core.errors import DataError, StudyError
from selenolab.formats.said import (
    Said,
    cell_text,
    file_named,
    rows_by_file,
    said_basis,
    said_dose,
    said_hours,
    said_number,
)


@pytest.mark.parametrize(
    ("cell", "text"),
    [(None, ""), (np.nan, ""), (pd.NA, ""), (pd.NaT, ""), (2.0, "2"), (0.5, "0.5"), (" a ", "a")],
)
def test_a_cell_as_text(cell: object, text: str) -> None:
    assert cell_text(cell) == text


def test_a_dose_brings_its_unit_or_takes_the_headers() -> None:
    assert said_dose("s", {"dose": Said("8 µM")}) == (8.0, "µM", "")
    assert said_dose("s", {"dose": Said("0,5", "µM Se")}) == (0.5, "µM", "Se")
    assert said_dose("s", {"dose": Said("2"), "dose_unit": Said("µg/mL")})[1] == "µg/mL"
    assert isnan(said_dose("s", {})[0])


@pytest.mark.parametrize(
    ("text", "says"), [("-1 µM", "number from 0 on"), ("8 beans", "unknown unit"), ("x µM", "'x µM'")]
)
def test_a_wrong_dose_is_told_with_its_place(text: str, says: str) -> None:
    with pytest.raises(DataError, match=says) as told:
        said_dose("sheet, row 3", {"dose": Said(text)})
    assert str(told.value).startswith("sheet, row 3: ")


def test_a_time_needs_a_unit() -> None:
    assert said_hours("s", {"time": Said("90 min")}) == pytest.approx(1.5)
    assert said_hours("s", {"time": Said("24", "h")}) == 24.0
    assert isnan(said_hours("s", {}))
    with pytest.raises(DataError, match="24 has no unit"):
        said_hours("s", {"time": Said("24")})


def test_a_basis_is_one_of_the_words() -> None:
    assert said_basis("s", "") == said_basis("s", "not stated") == ""
    assert said_basis("s", "se") == "Se"
    with pytest.raises(DataError, match="basis is 'selen'"):
        said_basis("s", "selen")


def test_infinity_is_no_number() -> None:
    with pytest.raises(DataError, match="Expected a number"):
        said_number("s", "load", "inf", "inf", "a number")


def sheet(*rows: dict[str, object]) -> Sheet:
    return Sheet("tubes.csv", pd.DataFrame(rows))


def read(*rows: dict[str, object]) -> dict[str, dict[str, Said]]:
    return rows_by_file(
        sheet(*rows), ["x/a.fcs", "x/b.fcs"], ("dose", "arm"), ("file", "note"), {"drug": "arm"}
    )


def test_a_sheet_says_of_each_file_what_its_row_says() -> None:
    found = read(
        {"file": "a.fcs", "dose [µM]": 8.0, "drug": "NAC"}, {"file": "B", "dose [µM]": None, "drug": None}
    )
    assert found == {"x/a.fcs": {"dose": Said("8", "µM"), "arm": Said("NAC", "")}, "x/b.fcs": {}}


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{"dose [µM]": 8}], "Unable to find a column 'file'"),
        ([{"file": "a.fcs", "colour": "red"}], "Unknown column 'colour'"),
        ([{"file": ""}], "A row names no file"),
        ([{"file": "a.fcs"}, {"file": "a"}], "has two rows"),
        ([{"file": "c.fcs"}], "'c.fcs' is not among the files given"),
    ],
)
def test_a_wrong_sheet_is_told_by_its_name(rows: list[dict[str, object]], says: str) -> None:
    with pytest.raises((DataError, StudyError), match=says) as told:
        read(*rows)
    assert str(told.value).startswith("tubes.csv: ")


def test_a_name_that_means_two_files_is_asked_back() -> None:
    with pytest.raises(StudyError, match="means 2 files"):
        file_named("a.fcs", ["1/a.fcs", "2/a.fcs"], "gate")
