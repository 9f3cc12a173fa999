"""The embedded study: made again byte for byte, and its intervals hold the truth it was made from."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from selenolab.core.assay import Sheet
from selenolab.core.dataset import Dataset
from selenolab.core.estimate import Absent, Estimate
from selenolab.core.format import InputFile
from selenolab.demo import generate
from selenolab.formats.plate_map import read_plate_map
from selenolab.formats.recognise import read_file
from selenolab.shelf import assays

FOLDER = Path(generate.__file__).parent
ASSAY = assays["viability"]
SETTINGS = {
    "wavelength_nm": 490,
    "basis": "molecule",
    "compare_families": False,
    "ratio_reference": "selenocystine",
}


def test_the_generator_makes_the_shipped_bytes():
    for name, content in generate.contents().items():
        if not name.endswith(".xlsx"):
            assert (FOLDER / name).read_bytes() == content, name


def test_the_plate_map_holds_what_the_generator_laid_out():
    page = load_workbook(FOLDER / "plate_map.xlsx").active
    assert [tuple(row) for row in page.iter_rows(values_only=True)] == list(generate.sheet_rows())


def test_a_plate_map_is_written_the_same_twice():
    assert generate.workbook() == generate.workbook()


def test_it_says_that_it_is_synthetic():
    for path in (FOLDER / "study.yaml", FOLDER / "truth.json", *(FOLDER / "plates").glob("*.txt")):
        assert "synthetic" in path.read_text(encoding="utf-8").lower(), path.name


def test_the_generator_shares_no_code_with_the_analysis():
    lines = Path(generate.__file__).read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if line.strip().startswith(("import selenolab", "from selenolab"))]


def readings():
    files = []
    for path in sorted((FOLDER / "plates").glob("*.txt")):
        line, _, experiment = path.stem.rpartition("_")
        parsed, digest = read_file(path)
        facts = {"plate": path.stem, "cell_line": line, "experiment": experiment}
        files.append(InputFile(path, path.name, "sample", digest, parsed, facts))
    plate_map = read_plate_map(FOLDER / "plate_map.xlsx")
    return ASSAY.bench.read(files, Sheet("map", plate_map.data, plate_map.units), ASSAY.settings(**SETTINGS))


@pytest.fixture(scope="module")
def analysis():
    dataset = readings().dataset
    table = dataset.tables["wells"]
    line, experiment, well, _ = generate.BUBBLE
    frame = table.frame.copy()
    hit = (frame["plate"] == f"{line.lower()}_{experiment}") & (frame["well"] == well)
    assert hit.sum() == 1
    frame.loc[hit, "absorbance_flag"] = "excluded: bubble"
    kept = Dataset({"wells": replace(table, frame=frame)})
    return ASSAY.analyse(kept, ASSAY.settings(**SETTINGS), 0, {})


def outcome(analysis, name, curve):
    group = {"compound": curve["compound"], "cell_line": curve["cell_line"].lower()}
    return next(end.outcome for end in analysis.endpoints if end.name == name and dict(end.group) == group)


def test_its_intervals_hold_the_truth(analysis):
    for curve in json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))["curves"]:
        for name in ("relative IC50", "absolute IC50"):
            found = outcome(analysis, name, curve)
            if curve["compound"] == "selenocystine":
                assert isinstance(found, Estimate)
                assert found.censored is None
            if isinstance(found, Estimate):
                assert found.low <= curve[name] <= found.high, (curve, found)


def test_the_compound_that_does_little_is_a_bound(analysis):
    for line in ("HepG2-like", "MCF-7-like"):
        found = outcome(analysis, "absolute IC50", {"compound": "selenomethionine", "cell_line": line})
        assert (found.censored, found.value) == (">", pytest.approx(64.0))
        relative = outcome(analysis, "relative IC50", {"compound": "selenomethionine", "cell_line": line})
        assert isinstance(relative, Absent) or relative.censored == ">"


def test_the_edge_effect_is_found_on_the_bad_plate_alone(analysis):
    failed = {c.group["plate"] for c in analysis.checks if c.name == "edge effect" and c.passed is False}
    line, experiment = generate.BAD_PLATE
    assert failed == {f"{line.lower()}_{experiment}"}


def test_nothing_is_missing_and_the_blank_that_rises_is_flagged(analysis):
    assert analysis.missing_controls == ()
    flagged = {
        c.group["compound"]: c.passed for c in analysis.checks if c.name == "drug blank over the doses"
    }
    assert flagged == {"selenocystine": False, "selenomethionine": True}
