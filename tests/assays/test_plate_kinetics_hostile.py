"""What cannot be analysed is refused in one line with exit code 2, and nothing is written."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from selenolab.core.errors import SelenolabError
from selenolab.faces.cli import app
from selenolab.faces.exits import exit_code

SPEC = importlib.util.spec_from_file_location("made", Path(__file__).with_name("test_plate_kinetics.py"))
made = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(made)


def refused(path, *options):
    """The one line that the command says; it exits with 2."""
    result = CliRunner().invoke(app, ["analyse", "plate_kinetics", str(path), *options])
    error = result.exception
    assert isinstance(error, SelenolabError)
    assert exit_code(lambda: raised(error)) == 2
    return str(error)


def raised(error):
    raise error


def frame(**more):
    return made.table(made.lysates(**more))


def without_time(data):
    return data.drop(columns="read_time [s]")


def without_unit(data):
    return data.rename(columns={"read_time [s]": "read_time"})


def one_point(data):
    return data[data["read_time [s]"] == 0]


def twice(data):
    return data.assign(**{"read_time [s]": 60.0})


def before_zero(data):
    return data.assign(**{"read_time [s]": data["read_time [s]"] - 100})


def no_well(data):
    return data.drop(columns="well")


def no_dose_unit(data):
    return data.rename(columns={"dose [µM]": "dose"})


def unknown_role(data):
    return data.assign(role=data["role"].replace("vehicle", "vehicel"))


def no_protein(data):
    return data.assign(**{"protein [µg]": 0.0})


def all_lost(data):
    return data.assign(absorbance="OVRFLW")


def falling(data):
    return data.assign(absorbance=2 - data["absorbance"])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (without_time, "no time of reading is given"),
        (without_unit, "read_time has no unit"),
        (one_point, "one point gives no slope"),
        (twice, "the well is there twice"),
        (before_zero, "below zero"),
        (no_well, "names no well"),
        (no_dose_unit, "dose has no unit"),
        (unknown_role, "Did you mean vehicle"),
        (no_protein, "well_protein is 0"),
        (all_lost, "No well has a slope"),
        (falling, "Set direction to the other one"),
    ],
)
def test_a_table_that_is_no_kinetic_read_is_refused_in_words(tmp_path, change, told):
    path = made.written(change(frame()), tmp_path)
    out = tmp_path / "out"
    assert told in refused(path, "--out", str(out))
    assert not out.exists()


@pytest.mark.parametrize(
    ("preset", "told"),
    [("trxr", "Did you mean trxr_dtnb"), ("own.yaml", "Unable to find the file")],
)
def test_an_unknown_preset_is_refused(tmp_path, preset, told):
    assert told in refused(made.written(frame(), tmp_path), "--set", f"preset={preset}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title: x\n", "enzyme: Field required"),
        ("title: x\nenzyme: e\nblanks: [water]\n", "blanks"),
        ("title: x\nenzyme: e\nevent: magic\n", "is no event"),
        ("title: x\nenzyme: e\nspellings: {a: nowhere}\n", "is no role"),
        ("title: x\nenzyme: e\ndisturbing: '('\n", "no regular expression"),
        ("title: x\nenzyme: e\nenzym: e\n", "Did you mean enzyme"),
        ("- a\n", "Expected a mapping"),
        (": :\n\t-", "as YAML"),
    ],
)
def test_a_labs_own_preset_is_checked(tmp_path, text, told):
    own = tmp_path / "own.yaml"
    own.write_text(text, encoding="utf-8")
    said = refused(made.written(frame(), tmp_path), "--set", f"preset={own}")
    assert told in said


def test_a_labs_own_preset_works(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text("title: Our kit\nenzyme: our enzyme\nheadline: fold\nblanks: [blank]\n", encoding="utf-8")
    analysis = made.analysed(frame(), tmp_path, preset=str(own))
    assert "our enzyme" in analysis.answer.casefold()
    assert made.outcomes(analysis, "fold of control")["8 µM"].value == pytest.approx(0.5, rel=0.03)


def test_a_flat_plate_gives_no_ratio_and_no_crash(tmp_path):
    data = frame()
    data["absorbance"] = 0.1
    analysis = made.analysed(data, tmp_path)
    assert all(np.isfinite(unit.value) for unit in analysis.units)
    assert "ratio" in made.outcomes(analysis, "activity, % of control")["8 µM"].why
