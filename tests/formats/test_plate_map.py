"""Plate maps: long and as grids, on every plate size, and what is wrong with them cell by cell."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from selenolab.core.errors import DataError, SelenolabError, SeveralErrors
from selenolab.core.format import Parsed
from selenolab.formats.plate_map import read_plate_map
from selenolab.formats.wells import PLATES, row_letters

LONG = "plate,well,role,compound,dose [µM Se]\nP1,a01,sample,SeNP,1.5\nP1,B2,blank,,\n"


def read(tmp_path: Path, text: str, wells: int | None = None, name: str = "map.csv") -> Parsed:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_plate_map(tmp_path / name, wells)


def test_long_map(tmp_path: Path) -> None:
    parsed = read(tmp_path, LONG)
    assert parsed.format == "plate_map"
    assert parsed.data["well"].tolist() == ["A1", "B2"]
    assert parsed.data[["row", "column"]].to_numpy().tolist() == [[1, 1], [2, 2]]
    assert parsed.data["dose_flag"].tolist() == ["", "missing"]
    assert parsed.units == {"dose": "µM"}
    assert parsed.metadata["dose.basis"] == "Se"
    assert parsed.data["place"].tolist() == ["map.csv: row 2", "map.csv: row 3"]


def test_a_map_without_plates_holds_for_all(tmp_path: Path) -> None:
    parsed = read(tmp_path, "well,role\nA1,sample\nA2,blank\n")
    assert parsed.data["plate"].isna().all()
    assert any("every plate" in text for text in parsed.assumed)


def test_a_sheet_without_wells_is_left_as_it_is(tmp_path: Path) -> None:
    parsed = read(tmp_path, "file,replicate,cell line\na.txt,1,HepG2\nb.txt,2,HepG2\n")
    assert parsed.data["replicate"].tolist() == ["1", "2"]
    assert "well" not in parsed.data


@pytest.mark.parametrize("wells", PLATES)
def test_grids_of_every_size(tmp_path: Path, wells: int) -> None:
    rows, columns = PLATES[wells]
    book = Workbook()
    book.active.title = "role"
    for sheet, value in ((book.active, "sample"), (book.create_sheet("dose (µM Se)"), 2.5)):
        sheet.append(["", *range(1, columns + 1)])
        for row in range(1, rows + 1):
            sheet.append([row_letters(row), *[value] * columns])
    book.save(tmp_path / "map.xlsx")
    parsed = read_plate_map(tmp_path / "map.xlsx", wells)
    assert len(parsed.data) == wells
    assert set(parsed.data["role"]) == {"sample"}
    assert set(parsed.data["dose"]) == {2.5}
    assert parsed.units == {"dose": "µM"}
    assert parsed.metadata["dose.basis"] == "Se"


def test_grids_of_two_plates_in_text_with_decimal_commas(tmp_path: Path) -> None:
    grid = ";1;2;3\nA;{};{};\nB;;;{}\n"
    roles = grid.format("sample", "sample", "blank")
    doses = [grid.format("0,5", plate, "") for plate in (1, 2)]
    text = "".join(f"Plate {n}\nrole\n{roles}\ndose [nM]\n{dose}\n" for n, dose in enumerate(doses, start=1))
    parsed = read(tmp_path, text)
    data = parsed.data.set_index(["plate", "well"])
    assert data.index.tolist() == [(f"Plate {n}", well) for n in (1, 2) for well in ("A1", "A2", "B3")]
    assert data.loc[("Plate 2", "A1"), "dose"] == 0.5
    assert data.loc[("Plate 2", "A2"), "dose"] == 2
    assert data.loc[("Plate 1", "B3"), "dose_flag"] == "missing"


@pytest.mark.parametrize(
    ("text", "wells", "words"),
    [
        ("well,role\nA1,x\nA01,y\n", None, "map.csv: row 3: The well A1 stands already at map.csv: row 2"),
        ("plate,well,role\nP,A1,x\nP,A1,y\n", None, "plate P, well A1"),
        ("well,role\nA1,x\nQQ9,y\n", None, "map.csv: row 3: Unknown well 'QQ9'"),
        ("well,role\nA1,x\n,y\n", None, "row 3: Unknown well ''"),
        ("well,role\nA1,x\nA13,y\n", 96, "row 3: Well A13 is outside a plate of 96 wells (A1 to H12)"),
        ("role\n,1,2,3\nA,x,x,x,stray\nB,x,x,x\n", None, "cell E3: 'stray' stands outside"),
        ("role\n,1,2,3\nA,x,x,x\nB,x,x,x\nC,x,x,x\n", None, "Well C3 is outside a plate of 6 wells"),
        (
            "dose [µM]\n,1,2,3\nA,1,2,x\nB,1,2,3\n",
            None,
            "map.csv: cell D3, column 'dose [µM]': 'x' is no number",
        ),
        ("role\n,1,2\nA,x,y\n\nrole\n,1,2\nA,z,z\n", None, "stands already at map.csv: cell B3"),
        ("dose [µM]\n,1,2\nA,1,2\n\ndose [nM]\n,1,2\nB,1,2\n", None, "differ in unit"),
        ("role\n,1,2\nA,x,y\n,1,z\nB,x,y\n", None, "map.csv: cell A4: The row does not continue"),
        ("role\n,1,2,3\nA,,,\nB,,,\n", None, "all its grids are empty"),
    ],
)
def test_mistakes_name_their_cell(tmp_path: Path, text: str, wells: int | None, words: str) -> None:
    with pytest.raises(SelenolabError) as told:
        read(tmp_path, text, wells)
    assert words in str(told.value)
    assert "map.csv" in str(told.value)


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    with pytest.raises(SeveralErrors) as told:
        read(tmp_path, "well,role\nA0,x\nA1,x\nhello,y\n")
    assert len(told.value.errors) == 2
    assert all(isinstance(error, DataError) for error in told.value.errors)


def test_two_plates_side_by_side(tmp_path: Path) -> None:
    text = "Plate 1,,,,Plate 2\nrole,1,2,,role,1,2\nA,sample,blank,,A,vehicle,blank\n"
    data = read(tmp_path, text).data.set_index(["plate", "well"])["role"]
    assert data.to_dict() == {
        ("Plate 1", "A1"): "sample", ("Plate 1", "A2"): "blank",
        ("Plate 2", "A1"): "vehicle", ("Plate 2", "A2"): "blank",
    }  # fmt: skip


def test_a_sheet_whose_wells_are_all_empty_is_about_other_things(tmp_path):
    path = tmp_path / "sheet.csv"
    path.write_text("file,plate,well,vessel,medium\na.csv,,,V1,PBS\na.csv,,,V2,PBS\n", encoding="utf-8")
    found = read_plate_map(path).data
    assert list(found["vessel"]) == ["V1", "V2"]
    assert not {"plate", "well", "row"} & set(found.columns)
