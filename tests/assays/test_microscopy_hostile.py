"""What the command line says of images that are none, of broken ones, and of good ones as JSON."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from PIL import Image

from selenolab.assays.microscopy.scale import Scale, settle_scale
from selenolab.assays.microscopy.stated import Stated
from selenolab.faces.cli import main
from selenolab.imaging.scale_bar import NoScaleBar
from selenolab.shelf import assays

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "analysis.schema.json"
DM3 = bytes.fromhex("00000003 00001000 00000001 00 01 00000015".replace(" ", ""))


def call(capsys, *words):
    """Exit code, stdout and stderr of the command line."""
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in words])
    told = capsys.readouterr()
    return int(end.value.code or 0), told.out, told.err


def hostile(folder, name):
    path = folder / name
    if name == "one.png":
        Image.fromarray(np.zeros((1, 1), np.uint8)).save(path)
    elif name == "small.png":
        Image.fromarray(np.arange(144, dtype=np.uint8).reshape(12, 12)).save(path)
    elif name == "broken.dm3":
        path.write_bytes(DM3 + b"\x15\x00\x04name" + bytes(20))
    elif name == "cut.png":
        whole = folder / "whole.png"
        Image.fromarray(np.random.default_rng(0).integers(0, 255, (90, 90)).astype(np.uint8)).save(whole)
        path.write_bytes(whole.read_bytes()[:900])
    elif name == "plate.csv":
        path.write_text("well,dose [µM],absorbance\nA1,1,0.5\n", encoding="utf-8")
    else:
        path.write_bytes(b"II*\x00" + bytes(40))
    return path


@pytest.mark.parametrize("name", ["one.png", "small.png", "broken.dm3", "cut.png", "plate.csv", "empty.tif"])
def test_what_is_no_micrograph_is_named_and_ends_with_2(tmp_path, capsys, name):
    code, out, err = call(capsys, "analyse", "microscopy", hostile(tmp_path, name))
    assert code == 2
    assert out == ""
    assert name in err
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err


def test_two_files_of_one_name_are_refused(tmp_path, capsys):
    (tmp_path / "a").mkdir()
    for place in (tmp_path, tmp_path / "a"):
        Image.fromarray(np.zeros((64, 64), np.uint8)).save(place / "x.png")
    code, _, err = call(capsys, "analyse", "microscopy", tmp_path / "x.png", tmp_path / "a" / "x.png")
    assert code == 2
    assert "x.png: The file name is given twice" in err


def test_the_json_of_an_image_is_as_its_schema_says(capsys):
    example = assays.folder("microscopy") / "example.png"
    code, out, err = call(capsys, "analyse", "microscopy", example, "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    jsonschema.validate(told, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert {table["name"] for table in told["tables"]} >= {"particles", "images", "sizes"}


def test_an_image_of_zeros_is_flagged_and_no_number_is_given(tmp_path, capsys):
    Image.fromarray(np.zeros((64, 64), np.uint16)).save(tmp_path / "zero.png")
    code, out, _ = call(capsys, "analyse", "microscopy", tmp_path / "zero.png", "--json")
    told = json.loads(out)
    assert code == 0
    assert all(endpoint["value"] is None and endpoint["warnings"] for endpoint in told["endpoints"])
    assert any(
        check["passed"] is False and "holds nothing to see" in check["why"] for check in told["checks"]
    )


@pytest.mark.parametrize("reason", ["the writing '2 nm' is not sure", "found 5 µm twice", "0.5um is odd"])
def test_a_bar_that_was_not_read_puts_no_length_into_words(reason):
    found = settle_scale(
        "a", np.zeros((2, 2)), NoScaleBar(reason), np.nan, "not used: 12.2 µm a pixel", Stated()
    )
    assert isinstance(found, Scale)
    assert np.isnan(found.pixel_size)
    assert not any(unit in found.note for unit in ("nm", "µm", "um "))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--set=pixel_size=5"],
            "--set pixel_size: Expected a length with its unit, as in '0.5 nm', found 5.",
        ),
        (["--set=scale_bar=100"], "--set scale_bar: Expected a length with its unit"),
        (["--set=pixel_size=-1 nm"], "Expected a length with its unit, above zero"),
        (
            ["--set=scale_bar_px=50"],
            "--set: scale_bar_px needs scale_bar, the length of the bar with its unit.",
        ),
        (["--set=pixel_size=1 nm", "--set=scale_bar=9 nm"], "found both: state one."),
        (["--set=region=[300, 300, 400, 400]"], "does not lie in the image of 64 x 64 pixels"),
    ],
)
def test_a_scale_or_region_that_cannot_be_is_refused_in_one_line(tmp_path, capsys, words, said):
    Image.fromarray(np.zeros((64, 64), np.uint8)).save(tmp_path / "x.png")
    code, out, err = call(capsys, "analyse", "microscopy", tmp_path / "x.png", *words)
    assert (code, out) == (2, "")
    assert said in err
    assert "found {" not in err
    assert len(err.strip().splitlines()) == 1


def test_two_files_of_one_name_are_told_by_their_folders(tmp_path, capsys):
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        Image.fromarray(np.zeros((64, 64), np.uint8)).save(tmp_path / place / "x.png")
    _, _, err = call(capsys, "analyse", "microscopy", tmp_path / "a" / "x.png", tmp_path / "b" / "x.png")
    assert str(tmp_path / "b" / "x.png") in err
    assert "a study tells files of one name apart" in err


def test_a_black_and_white_image_is_saturated_by_100_percent(tmp_path, capsys):
    drawn = np.full((128, 128), 255, np.uint8)
    for x, y in ((30, 30), (90, 40), (60, 95)):
        rows, columns = np.ogrid[:128, :128]
        drawn[(rows - y) ** 2 + (columns - x) ** 2 < 144] = 0
    Image.fromarray(drawn).save(tmp_path / "x.png")
    code, out, _ = call(capsys, "analyse", "microscopy", tmp_path / "x.png")
    assert code == 0
    assert "100 % of the pixels are at an end of the grey scale" in out
