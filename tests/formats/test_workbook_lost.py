"""Errors and formulas without a value are no empty cells."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from selenolab.core.errors import SelenolabError
from selenolab.formats.plate_map import read_plate_map
from selenolab.formats.recognise import read_file
from selenolab.formats.workbook import read_workbook
from selenolab.formats.workbook_lost import NOT_CALCULATED


def book(path: Path, rows, errors=()) -> Path:
    made = Workbook()
    made.active.title = "notes"
    sheet = made.create_sheet("wells & more")
    for row in rows:
        sheet.append(row)
    for place in errors:
        sheet[place].data_type = "e"
    made.save(path)
    return path


def test_they_stand_where_they_are(tmp_path: Path) -> None:
    rows = [["well", "dose"], ["A1", "#REF!"], ["A2", "=1+1"], ["A3", ""], ["A4", 7]]
    sheets = read_workbook(book(tmp_path / "a.xlsx", rows, ["B2"]))
    assert [sheet.name for sheet in sheets] == ["notes", "wells & more"]
    assert [row[1] for row in sheets[1].rows] == ["dose", "#REF!", NOT_CALCULATED, "", 7.0]


@pytest.mark.parametrize(("cell", "errors", "told"), [("#DIV/0!", ["B3"], "#DIV/0!"), ("=1/0", [], "#NOT")])
def test_a_dose_that_is_none_stops_the_sheet_and_names_the_row(tmp_path: Path, cell, errors, told) -> None:
    path = book(tmp_path / "map.xlsx", [["well", "dose [µM]"], ["A1", 1], ["A2", cell]], errors)
    with pytest.raises(SelenolabError, match=rf"map\.xlsx.*row 3.*{told}"):
        read_plate_map(path)


def test_an_absorbance_that_is_an_error_stops_the_table(tmp_path: Path) -> None:
    rows = [["well", "role", "dose [µM]", "absorbance"], *(["A1", "sample", 1, 0.5] for _ in range(5))]
    rows = [row if not i else [f"A{i}", *row[1:]] for i, row in enumerate(rows)]
    rows[3][3] = "#N/A"
    with pytest.raises(SelenolabError, match=r"bad\.xlsx.*row 4.*#N/A"):
        read_file(book(tmp_path / "bad.xlsx", rows, ["D4"]))
