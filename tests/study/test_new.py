"""A drafted study: guessed from the files, valid against the card, nothing overwritten."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import tifffile

import selenolab
from selenolab.core.errors import FormatRefusal, OutputError, SelenolabError, SeveralErrors, StudyError
from selenolab.formats.plate_map import read_plate_map
from selenolab.shelf import assays
from selenolab.study import new
from selenolab.study.new import write_assay_sheet, write_study
from selenolab.study.plan import load_study

PLATES = Path(selenolab.__file__).parent / "demo" / "plates"
LONG = "compound,cell_line,time [h],dose [µM],replicate,role,absorbance\nSeNP,HepG2,48,1,1,sample,0.5\n"


@pytest.fixture
def plates(tmp_path: Path) -> list[Path]:
    """Two exports of a plate reader, each with a plate of the same name."""
    files = sorted(PLATES.glob("*.txt"))[:2]
    return [Path(shutil.copy(file, tmp_path / file.name)) for file in files]


def cells(path: Path) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))


def test_plates_get_a_study_and_a_sheet_with_every_well(tmp_path, plates):
    written = write_study(plates, tmp_path / "study.yaml")
    study = load_study(written.study)
    assert [run.assay for run in study.runs] == ["viability"]
    assert [file.name for file in study.runs[0].door.files] == [path.name for path in plates]
    header, *rows = cells(written.sheets[0])
    assert header[:4] == ("file", "plate", "well", "role")
    assert "dose [µM]" in header
    assert len(rows) == len({row[:3] for row in rows}) == 2 * 96
    assert {row[0] for row in rows} == {path.name for path in plates}


def test_the_sheet_can_be_filled_in_and_read_back(tmp_path, plates):
    sheet = write_study(plates, tmp_path / "study.yaml").sheets[0]
    book = openpyxl.load_workbook(sheet)
    columns = {cell.value: cell.column for cell in book.active[1]}
    for row in range(2, book.active.max_row + 1):
        book.active.cell(row, columns["role"], "sample")
        book.active.cell(row, columns["dose [µM]"], 2.5)
    book.save(sheet)
    read = read_plate_map(sheet)
    assert len(read.data) == 2 * 96
    assert set(read.data["dose"]) == {2.5}
    assert read.units["dose"] == "µM"


def test_the_sheet_offers_the_roles(tmp_path, plates):
    sheet = write_assay_sheet("viability", plates[:1], tmp_path / "map.xlsx")
    rules = openpyxl.load_workbook(sheet).active.data_validations.dataValidation
    assert any("drug_blank" in rule.formula1 for rule in rules)


def test_a_long_table_says_everything_itself(tmp_path):
    (tmp_path / "long.csv").write_text(LONG, encoding="utf-8")
    written = write_study([tmp_path / "long.csv"], tmp_path / "study.yaml")
    assert written.sheets == ()
    assert load_study(written.study).runs[0].door.sheet is None


def test_nothing_is_overwritten(tmp_path, plates):
    (tmp_path / "study-samples.xlsx").write_text("mine", encoding="utf-8")
    with pytest.raises(SeveralErrors, match=r"study-samples\.xlsx exists and is left alone"):
        write_study(plates, tmp_path / "study.yaml")
    assert not (tmp_path / "study.yaml").exists()
    with pytest.raises(SeveralErrors, match="left alone"):
        write_assay_sheet("viability", plates, tmp_path / "study-samples.xlsx")


def test_a_file_outside_the_folder_is_named_with_the_way_out(tmp_path, plates):
    (tmp_path / "in").mkdir()
    with pytest.raises(SeveralErrors, match=r"lies outside .*-o FOLDER/study\.yaml") as error:
        write_study(plates, tmp_path / "in" / "study.yaml")
    assert len(error.value.errors) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [("nothing\n", "Refused as unknown"), ("arm,level [AU]\na,1\nb,2\n", "No assay can use this file")],
)
def test_files_that_no_assay_can_use_are_told_together(tmp_path, plates, text, told):
    (tmp_path / "odd.csv").write_text(text, encoding="utf-8")
    with pytest.raises((SeveralErrors, FormatRefusal, StudyError), match=told):
        write_study([*plates, tmp_path / "odd.csv"], tmp_path / "study.yaml")
    assert not list(tmp_path.glob("study*"))


def test_a_folder_that_is_not_there_is_named(tmp_path, plates):
    with pytest.raises(OutputError, match="Unable to find the folder"):
        write_study(plates, tmp_path / "no" / "study.yaml")


def test_a_name_with_quotes_and_a_colon_survives(tmp_path, plates):
    odd = plates[0].rename(tmp_path / 'a: "b" # c.txt')
    assert load_study(write_study([odd], tmp_path / "study.yaml").study).runs[0].door.files[0].path == odd


def test_a_draft_asks_for_what_only_the_bench_knows(tmp_path):
    """A table of a dialysis: the settings stand there empty, and the draft is a study all the same."""
    table = "time [h],V1 [µg/mL],V2 [µg/mL]\n1,0.5,0.6\n2,0.8,0.9\n4,1.1,1.2\n"
    (tmp_path / "wide.csv").write_text(table, encoding="utf-8")
    written = write_study([tmp_path / "wide.csv"], tmp_path / "study.yaml")
    text = written.study.read_text(encoding="utf-8")
    for word in ('correction: ""', "medium_volume_ml: null", "by: medium", "WORD: NAME, reason"):
        assert word in text
    assert load_study(written.study).runs[0].settings.loaded_drug_ug is None
    header, *rows = cells(written.sheets[0])
    assert header[:2] == ("file", "vessel")
    assert [row[0] for row in rows] == ["wide.csv"]
    notes = openpyxl.load_workbook(written.sheets[0])["README"]
    assert "one row a file" in notes["A2"].value


def test_an_image_is_usually_a_micrograph_and_may_be_another(tmp_path):
    image = np.random.default_rng(1).integers(0, 40000, (64, 64)).astype(np.uint16)
    tifffile.imwrite(tmp_path / "field.tif", image)
    write_study([tmp_path / "field.tif"], tmp_path / "study.yaml")
    assert "assay: microscopy" in (tmp_path / "study.yaml").read_text(encoding="utf-8")
    write_study([tmp_path / "field.tif"], tmp_path / "other.yaml", "microscopy")
    with pytest.raises(SelenolabError, match="No assay can use this file \\(viability"):
        write_study([tmp_path / "field.tif"], tmp_path / "third.yaml", "viability")


def test_where_no_assay_is_usual_the_user_is_asked(tmp_path, plates, monkeypatch):
    bench = replace(assays["viability"].bench, usual=())
    twin = {name: replace(assays["viability"], name=name, bench=bench) for name in ("one", "two")}
    monkeypatch.setattr(new, "assays", twin)
    with pytest.raises(SelenolabError, match="Assays one, two could use it"):
        write_study(plates, tmp_path / "study.yaml")
