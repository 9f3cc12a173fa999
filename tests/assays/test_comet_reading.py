"""The comet assay's bench door: images, sheets, tables of other programs, edits, and what it refuses."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pydantic import ValidationError

from selenolab.core.assay import Sheet
from selenolab.core.errors import SelenolabError
from selenolab.core.format import InputFile
from selenolab.faces.cli import main
from selenolab.formats.recognise import read_file
from selenolab.shelf import assays

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "generators"))

from comet_truth import Recipe, draw_field

COMET = assays["comet"]
FIELD = Recipe(shape=(420, 420), comets=4, radius=(8, 12))


def write(path, image):
    Image.fromarray(image).save(path)
    return path


def file_of(path, role="sample", **facts):
    parsed, sha256 = read_file(path, COMET.bench.formats)
    return InputFile(path, path.name, role, sha256, parsed, facts)


def read(*files, sheet=None, **settings):
    return COMET.bench.read(files, sheet, COMET.settings(**settings))


@pytest.fixture
def slide(tmp_path):
    return write(tmp_path / "slide.png", draw_field(1, FIELD).image)


def call(capsys, *words):
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in words])
    told = capsys.readouterr()
    return int(end.value.code or 0), told.out, told.err


def test_facts_and_sheet_place_a_slide(slide):
    sheet = Sheet(
        "s.csv",
        pd.DataFrame(
            {"file": ["slide"], "dose": [8.0], "compound": ["SeC"], "experiment": [2], "viability": [90.0]}
        ),
        {"dose": "µM", "viability": "%"},
    )
    rows = read(file_of(slide, time="24 h"), sheet=sheet).dataset.tables["comets"].frame
    assert set(rows["dose"]) == {8.0}
    assert set(rows["time"]) == {24.0}
    assert set(rows["experiment"]) == {"2"}
    assert set(rows["viability"]) == {90.0}


def test_role_vehicle_is_dose_zero_and_no_experiment_is_said(slide):
    found = read(file_of(slide, role="vehicle"))
    assert set(found.dataset.tables["comets"].frame["dose"]) == {0.0}
    assert any("taken for one experiment" in line for line in found.assumed)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"dose": "8"}, "no unit"),
        ({"dose": "-8 µM"}, "from 0 on"),
        ({"time": "24"}, "no unit"),
        ({"viability": "0.9"}, "no unit"),
        ({"role": "sampel"}, "sample"),
        ({"colour": "red"}, "Unknown word"),
        ({"pixel_size": "0.65"}, "length with its unit"),
    ],
)
def test_doubtful_facts_are_refused(slide, facts, said):
    with pytest.raises(SelenolabError, match=said):
        read(file_of(slide, **facts))


def test_pixel_size_gives_lengths_in_micrometres(slide):
    dataset = read(file_of(slide), pixel_size="0.5 µm").dataset
    found = COMET.analyse(dataset, COMET.settings(), 0, {})
    plain = COMET.analyse(read(file_of(slide)).dataset, COMET.settings(), 0, {})
    (one,), (other,) = ([e.outcome for e in a.endpoints if e.name == "tail length"] for a in (found, plain))
    assert (one.unit, other.unit) == ("µm", "px")
    assert one.value == pytest.approx(other.value / 2)


def test_comets_are_removed_and_drawn_by_hand(slide):
    plain = read(file_of(slide)).dataset.tables["comets"].frame
    first = plain.iloc[0]
    gone = {
        "image": "slide.png",
        "x": first["comet_x"],
        "y": first["comet_y"],
        "reason": "debris",
        "by": "AB",
    }
    rows = read(file_of(slide), remove=(gone,)).dataset.tables["comets"].frame
    assert (rows["tail_dna_flag"] == "excluded: removed by hand: debris, by AB").sum() == 1
    sides = {side: float(first[f"comet_{side}"]) for side in ("left", "top", "right", "bottom")}
    rows = read(file_of(slide), add=({"image": "slide.png", **sides},)).dataset.tables["comets"].frame
    assert rows["comet_note"].str.contains("drawn by hand").sum() == 1
    assert len(rows) == len(plain)


def test_edits_that_hit_nothing_are_refused(slide):
    with pytest.raises(SelenolabError, match="The nearest is"):
        read(file_of(slide), remove=({"image": "slide.png", "x": 1, "y": 1, "reason": "x"},))
    box = {"image": "slide.png", "left": 0, "top": 0, "right": 900, "bottom": 10}
    with pytest.raises(SelenolabError, match="does not lie in the image"):
        read(file_of(slide), add=(box,))
    with pytest.raises(SelenolabError, match="not among the files"):
        read(file_of(slide), remove=({"image": "other.png", "x": 1, "y": 1, "reason": "x"},))
    with pytest.raises(ValidationError, match="left < right"):
        COMET.settings(add=({"image": "a", "left": 5, "top": 0, "right": 2, "bottom": 3},))


def test_saturated_comets_are_left_out_unless_kept(tmp_path):
    path = write(tmp_path / "full.png", draw_field(2, Recipe(shape=(600, 600), comets=2, saturated=2)).image)
    out, kept = (
        read(file_of(path), saturated=how).dataset.tables["comets"].frame for how in ("leave out", "keep")
    )
    assert out["tail_dna_flag"].str.contains("saturated").sum() >= 2
    assert not kept["tail_dna_flag"].str.contains("saturated").any()


def test_an_empty_field_is_no_comet_and_says_so(tmp_path):
    noise = np.random.default_rng(0).normal(2000, 50, (200, 200)).astype(np.uint16)
    dataset = read(file_of(write(tmp_path / "none.png", noise))).dataset
    found = COMET.analyse(dataset, COMET.settings(), 0, {})
    assert any(check.name == "empty image" and check.passed is False for check in found.checks)
    assert any("none.png" in warning for warning in found.warnings)


def test_inverted_images_are_refused_or_turned(tmp_path):
    image = draw_field(1, FIELD).image
    path = write(tmp_path / "neg.png", (65535 - image).astype(np.uint16))
    with pytest.raises(SelenolabError, match="inverted: true"):
        read(file_of(path))
    rows = read(file_of(path), inverted=True).dataset.tables["comets"].frame
    plain = read(file_of(write(tmp_path / "pos.png", image))).dataset.tables["comets"].frame
    np.testing.assert_allclose(rows["tail_dna"], plain["tail_dna"], atol=0.2)


def test_tables_of_other_programs_are_taken(tmp_path):
    path = tmp_path / "komet.csv"
    path.write_text(
        "slide,experiment,compound,dose [µM],% DNA in tail,Olive moment\nC1,1,,0,4.5,0.3\nC1,1,,0,6.5,0.4\n"
        "T1,1,SeC,8,21,3.2\nT1,1,SeC,8,25,3.9\n",
        encoding="utf-8",
    )
    dataset = read(file_of(path)).dataset
    tails = {
        end.group["dose"]: end.outcome.value
        for end in COMET.analyse(dataset, COMET.settings(), 0, {}).endpoints
        if end.name == "tail DNA"
    }
    assert tails == {"0 µM": 5.5, "8 µM": 23.0}


@pytest.mark.parametrize(
    ("values", "said"), [("104,5,6,7", "104"), ("0.1,0.2,0.3,0.9", "fraction"), ("-3,5,6,7", "-3")]
)
def test_doubtful_tail_dna_of_a_table_is_refused(tmp_path, values, said):
    path = tmp_path / "bad.csv"
    lines = "".join(f"C1,{value}\n" for value in values.split(","))
    path.write_text(f"slide,tail_dna\n{lines}", encoding="utf-8")
    with pytest.raises(SelenolabError, match=said):
        read(file_of(path))


HOSTILE = ("one.png", "small.png", "slide.jpg", "cut.png", "plate.csv", "empty.tif", "black.png", "white.png")


def hostile(folder, name):
    path = folder / name
    rng = np.random.default_rng(0)
    if name == "one.png":
        return write(path, np.zeros((1, 1), np.uint8))
    if name in ("black.png", "white.png"):
        return write(path, np.full((120, 120), 65535 * (name == "white.png"), np.uint16))
    if name == "small.png":
        return write(path, np.arange(144, dtype=np.uint8).reshape(12, 12))
    if name == "slide.jpg":
        return write(path, (draw_field(1, FIELD).image // 256).astype(np.uint8))
    if name == "cut.png":
        whole = write(folder / "whole.png", rng.integers(0, 255, (90, 90)).astype(np.uint8))
        path.write_bytes(whole.read_bytes()[:900])
        return path
    if name == "plate.csv":
        path.write_text("well,dose [µM],absorbance\nA1,1,0.5\n", encoding="utf-8")
        return path
    path.write_bytes(b"II*\x00" + bytes(40))
    return path


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_comet_image_is_named_and_ends_with_2(tmp_path, capsys, name):
    out = tmp_path / "results"
    code, said, err = call(capsys, "analyse", "comet", hostile(tmp_path, name), "-o", out)
    assert code == 2
    assert said == ""
    assert name in err
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err
    assert not out.exists()
