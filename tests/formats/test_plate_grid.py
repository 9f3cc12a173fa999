"""Plate grids: written by independent libraries in many shapes and locales, read back unchanged."""

import csv
import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from selenolab.core.errors import FormatRefusal
from selenolab.formats.recognise import read_file, recognise
from selenolab.formats.wells import PLATES, row_letters

LOOSE = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
readings = st.floats(min_value=-0.2, max_value=4.5).map(lambda value: round(value, 4))


def grid(rows: int, columns: int, values: list[object], labelled: bool) -> list[list[object]]:
    """Rows of cells; with labels, a corner and letters."""
    body = [values[row * columns : (row + 1) * columns] for row in range(rows)]
    if not labelled:
        return body
    return [["", *range(1, columns + 1)], *([row_letters(n + 1), *line] for n, line in enumerate(body))]


def write_text(path: Path, rows: list[list[object]], delimiter: str, comma: bool, encoding: str) -> None:
    def cell(value: object) -> str:
        text = f"{value:.4f}" if isinstance(value, float) else str(value)
        return text.replace(".", ",") if comma and isinstance(value, float) else text

    with path.open("w", encoding=encoding, newline="") as out:
        csv.writer(out, delimiter=delimiter).writerows([[cell(value) for value in row] for row in rows])


@LOOSE
@given(st.data())
def test_text_grids_come_back(tmp_path: Path, data: st.DataObject) -> None:
    rows, columns = PLATES[data.draw(st.sampled_from([6, 12, 24, 48, 96]))]
    values = data.draw(st.lists(readings, min_size=rows * columns, max_size=rows * columns))
    delimiter = data.draw(st.sampled_from("\t;,"))
    comma = data.draw(st.booleans()) and delimiter != ","
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]))
    labelled = data.draw(st.booleans())
    path = tmp_path / "grid.txt"
    write_text(path, grid(rows, columns, list(values), labelled), delimiter, comma, encoding)
    parsed, _ = read_file(path)
    assert parsed.format == "plate_grid"
    assert parsed.data["value"].tolist() == values
    assert (parsed.data["value_flag"] == "").all()
    assert parsed.records.loc[0, ["rows", "columns"]].tolist() == [rows, columns]
    assert any("A1" in text for text in parsed.assumed) is not labelled
    assert any("decimal comma" in text for text in parsed.assumed) is comma


@pytest.mark.parametrize("wells", PLATES)
@pytest.mark.parametrize("labelled", [True, False])
def test_workbooks_of_every_size(tmp_path: Path, wells: int, labelled: bool) -> None:
    rows, columns = PLATES[wells]
    values: list[object] = [n / 1000 for n in range(wells)]
    book = Workbook()
    for row in grid(rows, columns, values, labelled):
        book.active.append(row)
    book.save(tmp_path / "grid.xlsx")
    parsed, _ = read_file(tmp_path / "grid.xlsx")
    assert parsed.data["value"].tolist() == values
    assert parsed.data["well"].iloc[-1] == f"{row_letters(rows)}{columns}"


def test_pandas_writes_what_we_read(tmp_path: Path) -> None:
    frame = pd.DataFrame([[0.1, 0.2], [0.3, 0.4]], index=list("AB"), columns=[1, 2])
    for name, write in (("p.csv", frame.to_csv), ("p.xlsx", frame.to_excel)):
        write(tmp_path / name)
        parsed, _ = read_file(tmp_path / name)
        assert parsed.data["value"].tolist() == [0.1, 0.2, 0.3, 0.4]


def read_text(tmp_path: Path, text: str, name: str = "g.txt") -> pd.DataFrame:
    (tmp_path / name).write_text(text, encoding="utf-8")
    parsed, _ = read_file(tmp_path / name)
    return parsed.data.merge(parsed.records, on="record", suffixes=("", "_record"))


def test_two_plates_and_a_reference_wavelength(tmp_path: Path) -> None:
    block = "\t1\t2\t3\nA\t0.8\t0.9\t1.0\nB\t0.1\t0.2\t0.3\n"
    one, two = f"Absorbance 570 nm\n{block}\n", f"Absorbance 690 nm\n{block}\n"
    text = f"Plate 1\n{one}{two}Plate 2\n{one}"
    (tmp_path / "two.txt").write_text(text, encoding="utf-8")
    parsed, _ = read_file(tmp_path / "two.txt")
    records = parsed.records
    assert records["plate"].tolist() == ["Plate 1", "Plate 1", "Plate 2"]
    assert records["wavelength"].tolist() == [570, 690, 570]
    assert set(records["signal"]) == {"absorbance"}
    assert set(records["unit"]) == {"AU"}
    assert len(parsed.data) == 18


def test_flags_blanks_and_partial_plates(tmp_path: Path) -> None:
    data = read_text(tmp_path, "OD 490 nm\n;3;4;5\nC;0,5;OVRFLW;\nD;*****;0,25;<0,01\n", "p.csv").set_index(
        "well"
    )
    assert data.index.tolist() == ["C3", "C4", "C5", "D3", "D4", "D5"]
    assert data["value_flag"].tolist() == ["", ">range: OVRFLW", "empty", "no number: *****", "", "<0,01"]
    assert data.loc["D5", "value"] == 0.01
    assert math.isnan(data.loc["C4", "value"])
    assert (data["wavelength_record"] == 490).all()


def test_layout_blocks_are_left_out_and_said(tmp_path: Path) -> None:
    text = "layout\n\t1\t2\nA\tsample\tblank\nB\tsample\tblank\n\nOD\n\t1\t2\nA\t0.5\t0.1\nB\t0.6\t0.1\n"
    (tmp_path / "l.txt").write_text(text, encoding="utf-8")
    parsed, _ = read_file(tmp_path / "l.txt")
    assert len(parsed.records) == 1
    assert any("words" in note for note in parsed.notes)


def test_a_difference_is_not_taken_for_raw(tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_text("OD 570-690 nm\n\t1\t2\nA\t0.5\t0.1\n", encoding="utf-8")
    parsed, _ = read_file(tmp_path / "d.txt")
    assert parsed.records["wavelength"].isna().all()
    assert any("already corrected" in note for note in parsed.notes)


def test_repeated_grids_with_times_are_kinetic(tmp_path: Path) -> None:
    block = "\t1\t2\nA\t{}\t{}\n"
    text = "".join(f"Time: {minute} min\n{block.format(minute / 10, 0.5)}\n" for minute in (1, 2, 5))
    data = read_text(tmp_path, text)
    assert set(data["read_kind"]) == {"kinetic"}
    assert data.loc[data["well"] == "A1", "time"].tolist() == [60, 120, 300]
    assert data.loc[data["well"] == "A1", "value"].tolist() == [0.1, 0.2, 0.5]


def test_well_columns_are_kinetic(tmp_path: Path) -> None:
    data = read_text(tmp_path, "Time [min],A1,A2\n0,0.1,0.2\n1.5,0.3,OVER\n", "k.csv")
    assert data["time"].tolist() == [0, 0, 90, 90]
    assert data["value_flag"].tolist() == ["", "", "", ">range: OVER"]
    spectrum = read_text(tmp_path, "Wavelength [nm]\tA1\tA2\n400\t0.1\t0.2\n410\t0.3\t0.4\n", "s.txt")
    assert spectrum["read_kind"].tolist() == ["spectrum"] * 4
    assert spectrum["wavelength"].tolist() == [400, 400, 410, 410]


def test_unclear_numbers_are_refused(tmp_path: Path) -> None:
    (tmp_path / "u.txt").write_text("\t1\t2\nA\t1,234\t2,345\nB\t1,111\t2,222\n", encoding="utf-8")
    with pytest.raises(FormatRefusal, match="'1,234' may have a decimal or a thousands separator"):
        read_file(tmp_path / "u.txt")


def test_blocks_without_names_are_plates_of_their_own(tmp_path: Path) -> None:
    block = "\t1\t2\nA\t0.5\t0.25\n\n"
    (tmp_path / "n.txt").write_text(block * 2 + "570 nm\n" + block + "690 nm\n" + block, encoding="utf-8")
    parsed, _ = read_file(tmp_path / "n.txt")
    assert parsed.records["plate"].tolist() == ["Plate 1", "Plate 2", "Plate 3", "Plate 3"]
    assert (
        not parsed.data.merge(parsed.records, on="record").duplicated(["plate", "wavelength_y", "well"]).any()
    )


def test_one_name_twice_is_told_apart(tmp_path: Path) -> None:
    block = "Plate 7\n\t1\t2\nA\t0.5\t0.25\n\n"
    (tmp_path / "n.txt").write_text(block * 2, encoding="utf-8")
    parsed, _ = read_file(tmp_path / "n.txt")
    assert parsed.records["plate"].is_unique
    assert any("stands there twice" in text for text in parsed.assumed)


def test_every_sheet_of_a_workbook_is_a_plate(tmp_path: Path) -> None:
    book = Workbook()
    for number, sheet in enumerate([book.active, book.create_sheet()]):
        sheet.title = f"day {number}"
        for row in grid(2, 3, [number + n / 10 for n in range(6)], True):
            sheet.append(row)
    book.save(tmp_path / "b.xlsx")
    assert recognise(tmp_path / "b.xlsx").name == "plate_grid"
    parsed, _ = read_file(tmp_path / "b.xlsx")
    assert parsed.records["plate"].tolist() == ["day 0", "day 1"]
    assert parsed.data["value"].tolist()[6] == 1.0


def test_plates_side_by_side(tmp_path: Path) -> None:
    text = "Plate 1,,,,Plate 2\n,1,2,,,1,2\nA,.1,.2,,A,.5,.6\nB,.3,.4,,B,.7,.8\n"
    data = read_text(tmp_path, text, "side.csv").set_index(["plate", "well"])["value"]
    assert data.to_dict() == {
        ("Plate 1", "A1"): 0.1, ("Plate 1", "A2"): 0.2, ("Plate 1", "B1"): 0.3, ("Plate 1", "B2"): 0.4,
        ("Plate 2", "A1"): 0.5, ("Plate 2", "A2"): 0.6, ("Plate 2", "B1"): 0.7, ("Plate 2", "B2"): 0.8,
    }  # fmt: skip


def test_rows_left_out_are_no_reason_to_stop(tmp_path: Path) -> None:
    data = read_text(tmp_path, "\t1\t2\nA\t1\t2\nC\t3\t4\nE\t5\t6\nMean\t3\t4\n")
    assert data["well"].tolist() == ["A1", "A2", "C1", "C2", "E1", "E2"]


@pytest.mark.parametrize("row", ["\t0.5\t0.6", "A\t0.5\t0.6"])
def test_a_row_that_does_not_continue_the_plate_is_refused(tmp_path: Path, row: str) -> None:
    (tmp_path / "m.txt").write_text(f"\t1\t2\nA\t0.1\t0.2\n{row}\nB\t0.1\t0.2\n", encoding="utf-8")
    with pytest.raises(FormatRefusal, match=r"m\.txt: row 3: .*without continuing its row letters"):
        read_file(tmp_path / "m.txt")


def test_a_block_may_stand_anywhere(tmp_path: Path) -> None:
    book = Workbook()
    for row in grid(2, 3, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], True):
        book.active.append([None] * 7 + row)
    book.save(tmp_path / "far.xlsx")
    assert read_file(tmp_path / "far.xlsx")[0].data["value"].tolist() == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]


def test_a_long_table_of_names_of_one_letter_is_no_plate(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    lines = [f"A,L,{dose},{n},{90 - dose}" for n in (1, 2, 3) for dose in (1, 2, 4) for _ in range(2)]
    path.write_text(
        "\n".join(["compound,cell_line,dose [µM],replicate,viability [%]", *lines]), encoding="utf-8"
    )
    assert recognise(path).name == "long_table"
