"""Sample sheets: what is written is read back; drop-downs and README are there; never half a file."""

from pathlib import Path

import openpyxl
import pytest

from selenolab.core.errors import DataError, OutputError
from selenolab.formats.plate_map import read_plate_map
from selenolab.formats.sheet_writer import write_sheet

COLUMNS = ["plate", "well", "role", "compound", "dose [µM Se]"]
ROLES = ["sample", "vehicle", "blank", "drug_blank"]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    rows = [["P1", "A1", "sample", "=SUM(A1)", 1.5], ["P1", "A2", "blank", None, None]]
    write_sheet(
        path, COLUMNS, rows, {"role": ROLES}, ["How to fill it", "dose [µM]: of selenium, not molecule"]
    )
    parsed = read_plate_map(path)
    assert parsed.data["compound"].tolist()[0] == "=SUM(A1)"
    assert parsed.data["dose"].tolist()[0] == 1.5
    assert parsed.units == {"dose": "µM"}
    assert not parsed.notes


def test_drop_downs_frozen_header_and_readme(tmp_path: Path) -> None:
    write_sheet(tmp_path / "s.xlsx", COLUMNS, [], {"role": ROLES}, ["Read me."])
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    sheet = book["samples"]
    (rule,) = sheet.data_validations.dataValidation
    assert rule.formula1 == '"sample,vehicle,blank,drug_blank"'
    assert "C2" in rule.sqref
    assert sheet.freeze_panes == "A2"
    assert book.sheetnames == ["samples", "README"]
    assert book["README"]["A1"].value == "Read me."


def test_the_old_file_stays_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s.xlsx"
    write_sheet(path, COLUMNS)
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(openpyxl.Workbook, "save", fail)
    with pytest.raises(OutputError, match="No space left"):
        write_sheet(path, ["other"])
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["s.xlsx"]


def test_mistakes_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Row 2 has 6 cells under 5"):
        write_sheet(tmp_path / "s.xlsx", COLUMNS, [[1] * 6])
    with pytest.raises(DataError, match="no column"):
        write_sheet(tmp_path / "s.xlsx", COLUMNS, [], {"rôle": ROLES})
    with pytest.raises(DataError, match="comma"):
        write_sheet(tmp_path / "s.xlsx", COLUMNS, [], {"role": ["a,b"]})
    with pytest.raises(OutputError):
        write_sheet(tmp_path / "none" / "s.xlsx", COLUMNS)
    assert not list(tmp_path.iterdir())


def test_a_sheet_may_be_read_by_the_lab(tmp_path: Path) -> None:
    write_sheet(tmp_path / "map.xlsx", ["well"])
    (tmp_path / "plain").touch()
    assert (tmp_path / "map.xlsx").stat().st_mode == (tmp_path / "plain").stat().st_mode
