"""The embedded study: made again byte for byte, and its intervals hold the truth it was made from."""

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook
from PIL import Image

from selenolab.core.assay import Sheet
from selenolab.core.dataset import Dataset
from selenolab.core.estimate import Absent, Estimate
from selenolab.core.format import InputFile
from selenolab.core.study import Virtual
from selenolab.demo import generate, micrographs
from selenolab.formats.plate_map import read_plate_map
from selenolab.formats.recognise import read_file
from selenolab.shelf import assays
from selenolab.study.plan import load_study
from selenolab.study.run import analyse_run

FOLDER = Path(generate.__file__).parent
ASSAY = assays["viability"]
SETTINGS = {
    "wavelength_nm": 490,
    "basis": "molecule",
    "compare_families": False,
    "ratio_reference": "SeSe-DOX",
}


def test_the_generator_makes_the_shipped_bytes():
    """Packed files may differ in their packing from one library to the next: their content may not."""
    for name, content in generate.contents().items():
        shipped = (FOLDER / name).read_bytes()
        if name.endswith((".png", ".tif")):
            with Image.open(io.BytesIO(content)) as made, Image.open(io.BytesIO(shipped)) as there:
                assert made.tobytes() == there.tobytes(), name
        elif not name.endswith(".xlsx"):
            assert shipped == content, name


def test_the_plate_map_holds_what_the_generator_laid_out():
    page = load_workbook(FOLDER / "plate_map.xlsx").active
    assert [tuple(row) for row in page.iter_rows(values_only=True)] == list(generate.sheet_rows())


def test_a_plate_map_is_written_the_same_twice():
    assert generate.workbook() == generate.workbook()


def test_it_says_that_it_is_synthetic():
    texts = [FOLDER / name for name in ("study.yaml", "truth.json", "dialysis.csv")]
    for path in (*texts, *(FOLDER / "plates").glob("*.txt")):
        assert "synthetic" in path.read_text(encoding="utf-8").lower(), path.name


def test_the_generator_shares_no_code_with_the_analysis():
    for path in FOLDER.glob("*.py"):
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        shared = [line for line in lines if line.startswith(("import selenolab", "from selenolab"))]
        assert not [line for line in shared if not line.startswith("from selenolab.demo")], path.name


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
            if curve["compound"] == "SeSe-DOX":
                assert isinstance(found, Estimate)
                assert found.censored is None
            if isinstance(found, Estimate):
                assert found.low <= curve[name] <= found.high, (curve, found)


def test_the_compound_that_does_little_is_a_bound(analysis):
    for line in ("HepG2-like", "MCF-7-like"):
        found = outcome(analysis, "absolute IC50", {"compound": "empty carrier", "cell_line": line})
        assert (found.censored, found.value) == (">", pytest.approx(64.0))
        relative = outcome(analysis, "relative IC50", {"compound": "empty carrier", "cell_line": line})
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
    assert flagged == {"SeSe-DOX": False, "empty carrier": True}


@pytest.fixture(scope="module")
def study():
    return {run.name: run for run in load_study(FOLDER / "study.yaml").runs}


@pytest.fixture(scope="module")
def told():
    return json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))


def value_of(result, name, **group):
    found = [
        end.outcome
        for end in result.analysis.endpoints
        if end.name == name and group.items() <= dict(end.group).items()
    ]
    assert len(found) == 1, (name, group, found)
    assert isinstance(found[0], Estimate)
    return found[0]


def test_the_particles_are_found_at_their_size(study, told):
    result = analyse_run(study["sizing"])
    mean = value_of(result, "mean diameter")
    assert mean.unit == "nm"
    assert mean.low <= told["particles"]["number-mean diameter"] <= mean.high
    assert mean.value == pytest.approx(told["particles"]["number-mean diameter"], rel=0.03)
    spread = value_of(result, "SD of diameters")
    assert spread.low <= told["particles"]["SD of diameters"] <= spread.high
    whole = sum(count for _, count in micrographs.images(np.random.default_rng([generate.SEED, 1])))
    counted = result.analysis.tables["particles"].frame
    kept = counted["diameter_flag"].fillna("") == ""
    assert abs(int(kept.sum()) - whole) <= 0.02 * whole


def test_the_release_comes_back_without_its_bag(study, told):
    result = analyse_run(study["dialysis"])
    slow = value_of(result, "t50 of the carrier", medium="PBS")
    assert (slow.censored, slow.value) == (">", 48.0)
    fast, truth = value_of(result, "t50 of the carrier", medium="PBS + GSH"), told["release"]["PBS + GSH"]
    assert fast.low <= truth["carrier t50"] <= fast.high
    rate = value_of(result, "k_m", medium="PBS + GSH")
    assert rate.low <= told["release"]["membrane"]["rate"] <= rate.high
    assert value_of(result, "t50 (apparent)", medium="PBS + GSH").low > truth["carrier t50"]


def test_every_run_of_the_bench_has_its_twin(study):
    bench = [name for name in study if not name.endswith("-twin")]
    assert bench == [
        "sizing",
        "dialysis",
        "plates",
        "annexin",
        "cycle",
        "comets",
        "blots",
        "glutathione",
        "reductase",
    ]
    for name in bench:
        assert study[f"{name}-twin"].assay == study[name].assay
        assert isinstance(study[f"{name}-twin"].door, Virtual)
