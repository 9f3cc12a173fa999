"""Spillover in keywords: every spelling, channels by name or number, and matrices that cannot be right."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

from selenolab.core.errors import FormatRefusal
from selenolab.core.gate import Spillover
from selenolab.formats.fcs import read
from selenolab.formats.fcs_spillover import spillover

_SPEC = spec_from_file_location("fcs_bytes", Path(__file__).with_name("fcs_bytes.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
laid = module_from_spec(_SPEC)
sys.modules["fcs_bytes"] = laid
_SPEC.loader.exec_module(laid)

COLUMNS = [np.arange(20) + index for index in range(4)]
NAMES = ["FSC-A", "FITC-A", "PE-A", "Time"]
MATRIX = "1,0.25,0.01,1"


def found(tmp_path: Path, **words: str) -> Spillover | None:
    path = tmp_path / "a.fcs"
    plain = {name.replace("S_", "$"): value for name, value in words.items()}
    path.write_bytes(laid.fcs_bytes(COLUMNS, plain, names=NAMES, delimiter="|"))
    return spillover(read(path))


@pytest.mark.parametrize("word", ["S_SPILLOVER", "SPILLOVER", "S_SPILL", "SPILL", "spill", "S_Spillover"])
def test_every_spelling(word: str, tmp_path: Path) -> None:
    one = found(tmp_path, **{word: f"2,FITC-A,PE-A,{MATRIX}"})
    assert one is not None
    assert one.channels == ("FITC-A", "PE-A")
    np.testing.assert_array_equal(one.matrix, [[1, 0.25], [0.01, 1]])
    assert one.origin == f"keyword {word.replace('S_', '$').upper()} of a.fcs"


@pytest.mark.parametrize("written", [
    f"2, FITC-A , PE-A,{MATRIX}", f"2,FITC-A,PE-A,{MATRIX},", f"2,2,3,{MATRIX}", "2,FITC-A,PE-A,100,25,1,100",
    "2,FITC-A,PE-A,1.0,2.5e-1,.01,1", "2 FITC-A PE-A 1 0.25 0.01 1"])  # fmt: skip
def test_every_way_of_writing(written: str, tmp_path: Path) -> None:
    one = found(tmp_path, S_SPILLOVER=written)
    assert one is not None
    assert one.channels == ("FITC-A", "PE-A")
    np.testing.assert_allclose(one.matrix, [[1, 0.25], [0.01, 1]])


def test_comp_names_no_channels(tmp_path: Path) -> None:
    one = found(tmp_path, S_COMP=f"2,{MATRIX}")
    assert one is not None
    assert one.channels == ("FITC-A", "PE-A")
    full = found(tmp_path, S_COMP="4," + ",".join("1" if place % 5 == 0 else "0" for place in range(16)))
    assert full is not None
    assert full.channels == tuple(NAMES)
    assert "compensates nothing" in full.origin


def test_the_standard_word_wins_and_another_matrix_is_said(tmp_path: Path) -> None:
    one = found(tmp_path, SPILL=f"2,FITC-A,PE-A,{MATRIX}", S_SPILLOVER="2,FITC-A,PE-A,1,0.5,0,1")
    assert one is not None
    assert one.matrix[0, 1] == 0.5
    assert one.origin == "keyword $SPILLOVER of a.fcs (SPILL differs and is not used)"


@pytest.mark.parametrize("written", ["", "0", "0,"])
def test_no_matrix_is_none(written: str, tmp_path: Path) -> None:
    assert found(tmp_path, S_SPILLOVER=written) is None
    assert found(tmp_path) is None


@pytest.mark.parametrize(
    ("written", "word"),
    [
        (f"2,FITC-A,APC-A,{MATRIX}", "names APC-A, which the file has not"),
        (f"2,FITC-A,,{MATRIX}", "names an empty name"),
        (f"2,FITC-A,FITC-A,{MATRIX}", "a channel twice"),
        (f"2,2,9,{MATRIX}", "names 2, 9"),
        ("2,FITC-A,PE-A,1,0.25,0.01", "has 5 entries; 2 channels need 6"),
        ("3,FITC-A,PE-A,1,0.25,0.01,1", "3 channels need 12"),
        ("2,FITC-A,PE-A,1,much,0.01,1", "holds 'much'"),
        ("2,FITC-A,PE-A,1,nan,0.01,1", "holds 'nan'"),
        ("two,FITC-A,PE-A,1,0,0,1", "begins with 'two'"),
    ],
)
def test_a_matrix_that_cannot_be_right_is_refused(written: str, word: str, tmp_path: Path) -> None:
    with pytest.raises(FormatRefusal, match=r"^a\.fcs: Refused as FCS flow cytometry file: [^\n]*$") as told:
        found(tmp_path, S_SPILLOVER=written)
    assert word in str(told.value)


def test_comp_of_another_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        FormatRefusal, match="is for 3 channels without naming them; the file has 4, of which 2"
    ):
        found(tmp_path, S_COMP="3,1,0,0,0,1,0,0,0,1")
