"""Inspections: every shared export as JSON without NaN; counts that add up."""

import json
from pathlib import Path

import pytest

from selenolab.core.errors import FormatRefusal
from selenolab.formats.inspect import as_json, inspect_file
from selenolab.formats.recognise import read_file

PLATES = Path(__file__).parents[3] / "shared" / "data" / "viability" / "plates"
EXPORTS = sorted(path for path in PLATES.glob("*/*") if path.suffix in (".txt", ".xlsx"))


@pytest.mark.skipif(not EXPORTS, reason="shared data is absent")
@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_every_export_is_json_and_adds_up(path: Path) -> None:
    try:
        found = inspect_file(path)
    except FormatRefusal:
        assert path.name in ("garbage_error.txt", "missing_results_error.txt", "header_size_mismatch.txt")
        return
    back = json.loads(json.dumps(as_json(found), allow_nan=False))
    parsed, sha256 = read_file(path)
    assert back["sha256"] == sha256
    assert sum(r["n_values"] + r["n_flagged"] + r["n_empty"] for r in back["reads"]) == len(parsed.data)
    for read in back["reads"]:
        rows = parsed.data[parsed.data["record"] == read["record"]]
        for well, entry in read["values"].items():
            want = rows.loc[rows["well"] == well, "value"].astype(object)
            assert (entry if isinstance(entry, list) else [entry]) == want.where(want.notna(), None).tolist()
        flat = [
            v for e in read["values"].values() for v in (e if isinstance(e, list) else [e]) if v is not None
        ]
        assert len(flat) >= read["n_values"]
        assert read["n_values"] == 0 or (min(flat), max(flat)) == (read["low"], read["high"])
        assert len(read["values"]) == read["n_wells"]
    assert not found.experimental


def test_a_grid(tmp_path: Path) -> None:
    (tmp_path / "g.txt").write_text("OD 570 nm\n\t1\t2\t3\nA\t0.5\tOVRFLW\t\nB\t0.25\t1\t2\n")
    (read,) = inspect_file(tmp_path / "g.txt").reads
    assert (read.n_wells, read.n_values, read.n_flagged, read.n_empty) == (6, 4, 1, 1)
    assert (read.low, read.high, read.wavelength, read.signal, read.unit) == (
        0.25,
        2,
        570,
        "absorbance",
        "AU",
    )
    assert read.values["A2"] is None
    assert read.flags == {"A2": ">range: OVRFLW", "A3": "empty"}


def test_kinetic_values_are_lists(tmp_path: Path) -> None:
    (tmp_path / "k.csv").write_text("Time [s],A1,A2\n0,0.1,0.2\n60,0.3,\n")
    (read,) = inspect_file(tmp_path / "k.csv").reads
    assert read.times == (0, 60)
    assert read.values == {"A1": (0.1, 0.3), "A2": (0.2, None)}
    assert read.flags == {"A2": ("", "empty")}


def test_a_table(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("well,dose [nM Se],role\nA1,1,sample\nA2,<0.5,sample\nA3,,blank\n")
    found = inspect_file(tmp_path / "t.csv")
    assert found.kind == "table"
    dose = next(column for column in found.columns if column.word == "dose")
    assert (dose.n_values, dose.n_flagged, dose.n_missing, dose.unit, dose.basis) == (1, 1, 1, "nM", "Se")
    role = next(column for column in found.columns if column.word == "role")
    assert role.words == ("sample", "blank")
    json.dumps(as_json(found), allow_nan=False)
