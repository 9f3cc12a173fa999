"""Micrographs through a whole study: exclusions, cache, workers, comparisons; no length without a scale."""

import importlib.util
import json
import re
from pathlib import Path

import pytest
from PIL import Image
from python_calamine import CalamineWorkbook

from selenolab.assays.microscopy.endpoints import ALONE
from selenolab.core.errors import SelenolabError
from selenolab.core.estimate import Estimate
from selenolab.report.write import write_report
from selenolab.study.folder import run_study
from selenolab.study.plan import load_study
from selenolab.study.run import compute

SPEC = importlib.util.spec_from_file_location("micrographs", Path(__file__).with_name("micrographs.py"))
micrographs = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(micrographs)

STUDY = """title: Sizes
runs:
  sizes:
    assay: microscopy
    files:
      - {file: a1.png, sample: a}
      - {file: a2.png, sample: a}
      - {file: b1.png, sample: b}
      - {file: b2.png, sample: b}
    settings: {overlays: 1}
"""
LENGTH = re.compile(r"\bnm\b|\bµm\b|nanomet", re.IGNORECASE)


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Four small images of two samples, with bars, and a copy of each without."""
    folder = tmp_path_factory.mktemp("study")
    for bar, place in ((50, folder / "bars"), (0, folder / "bare")):
        place.mkdir()
        for sample, mean in (("a", 20), ("b", 28)):
            for number in (1, 2):
                pixels, _ = micrographs.micrograph(
                    shape=(240, 280), count=22, mean=mean, seed=ord(sample) + 10 * number, bar_nm=bar
                )
                Image.fromarray(pixels).save(place / f"{sample}{number}.png")
    return folder


def planned(folder, text, name="study.yaml"):
    (folder / name).write_text(text, encoding="utf-8")
    return load_study(folder / name)


def sizes(outcome, name="mean diameter"):
    analysis = outcome.results[0].analysis
    return {e.group["sample"]: e.outcome for e in analysis.endpoints if e.name == name}


@pytest.mark.slow
def test_a_second_run_comes_from_the_cache_and_workers_change_nothing(images, tmp_path):
    text = "title: t\nruns:\n" + "".join(
        f"  {name}:\n    assay: microscopy\n    files: [{{file: {name}1.png, sample: {name}}}]\n"
        for name in "ab"
    )
    study, cache = planned(images / "bars", text), tmp_path / "cache"
    events = []
    first = compute(study, 1, cache=cache)
    again = compute(study, 1, cache=cache, progress=events.append)
    other = compute(study, 2, cache=False)
    assert [event.what for event in events].count("reused") == 2
    for outcome in (again, other):
        for one, result in zip(first.results, outcome.results, strict=True):
            assert result.analysis.endpoints == one.analysis.endpoints
            assert result.dataset.arrays[f"{one.run.name}1.png"] == one.dataset.arrays[f"{one.run.name}1.png"]
    a, b = (result.analysis.endpoints[0].outcome for result in first.results)
    assert (a.unit, a.n, a.n_is) == ("nm", 1, ALONE)
    assert a.value < b.value


def test_particles_and_images_can_be_excluded(images):
    text = STUDY + "exclusions:\n  - {run: sizes, image: b2.png, reason: drift}\n"
    whole = compute(planned(images / "bars", STUDY), 1, cache=True).results[0]
    counted = whole.dataset.tables["outlined"].frame
    flags = counted["diameter_px_flag"].fillna("")
    one = counted[(counted["image"] == "a1.png") & (flags == "")]["particle"].iloc[0]
    text += f"  - {{run: sizes, particle: '{one}', reason: contamination}}\n"
    outcome = compute(planned(images / "bars", text), 1, cache=False)
    analysis = outcome.results[0].analysis
    table = analysis.tables["particles"].frame.set_index("particle")
    assert table.loc[one, "diameter_flag"] == "excluded: contamination"
    assert sizes(outcome)["b"].n_is == ALONE
    assert any("b2.png" in warning for warning in analysis.warnings)
    images_table = analysis.tables["images"].frame.set_index("image")
    assert images_table.loc["b2.png", "used"] == "excluded: drift"
    assert images_table.loc["b2.png", "counted"] == 0
    nobody = STUDY + "exclusions:\n  - {run: sizes, particle: a1.png 9999, reason: none}\n"
    failed = compute(planned(images / "bars", nobody), 1, cache=False).results[0]
    assert "Unable to find particle" in failed.message


def test_a_comparison_counts_images_and_says_that_they_are_no_experiments(images):
    text = STUDY + "comparisons:\n  larger: {endpoint: mean diameter, by: sample, method: welch}\n"
    compared = compute(planned(images / "bars", text), 1).compared[0]
    effect = compared.contrasts[0].effect
    assert isinstance(effect, Estimate)
    assert effect.n_is == "images, 2 and 2"
    assert effect.unit == "ratio"
    assert any("no independent experiments" in warning for warning in compared.warnings)


def test_grids_are_the_replicates_where_they_are_stated(images):
    text = STUDY
    for number, name in enumerate(("a1", "a2", "b1", "b2"), 1):
        text = text.replace(f"{name}.png,", f"{name}.png, grid: {number},")
    outcome = sizes(compute(planned(images / "bars", text), 1, cache=False))["a"]
    assert (outcome.n, outcome.n_is) == (2, "grids")
    assert "over grids" in outcome.method


def words_of(folder):
    """Every text file of a results folder; of pictures their written words."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".md", ".json", ".csv", ".bib", ".log"}:
            yield path.name, path.read_text(encoding="utf-8")
        elif path.suffix == ".xlsx":
            book = CalamineWorkbook.from_path(path)
            yield (
                path.name,
                "\n".join(str(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names),
            )
        elif path.suffix in {".html", ".svg"}:
            text = path.read_text(encoding="utf-8")
            text = re.sub(
                r"data:[^\"')]*", "", re.sub(r"<style.*?</style>|<script.*?</script>", "", text, flags=re.S)
            )
            yield path.name, text


def test_without_a_scale_no_length_is_written_anywhere(images, tmp_path):
    study = planned(images / "bare", STUDY)
    run_study(study, tmp_path / "out", 1, finish=write_report, cache=False)
    found = {
        f"{name}: {text[max(0, hit.start() - 60) : hit.end() + 20]}"
        for name, text in words_of(tmp_path / "out")
        for hit in LENGTH.finditer(text)
    }
    assert found == set()
    record = json.loads((tmp_path / "out" / "record.json").read_text(encoding="utf-8"))
    endpoints = record["runs"][0]["analysis"]["endpoints"]
    assert {e["unit"] for e in endpoints} == {"px", "%", "1"}


@pytest.mark.slow
def test_a_report_is_written_whole_and_twice_the_same(images, tmp_path):
    study = planned(images / "bars", STUDY.split("      - {file: a2")[0])
    for name in ("one", "two"):
        run_study(study, tmp_path / name, 1, finish=write_report, cache=False)
    one, two = ((tmp_path / name / "manifest.sha256").read_text() for name in ("one", "two"))
    assert one == two
    assert len(list((tmp_path / "one").glob("figures/*/image-*.png"))) == 2  # one image at two widths
    assert not list((tmp_path / "one").rglob("a1.png"))  # images stay where they are
    assert "not the hydrated size" in (tmp_path / "one" / "report.html").read_text(encoding="utf-8")


def test_an_image_that_changed_or_a_copy_is_refused(images, tmp_path):
    for name in ("a1.png", "a2.png"):
        (tmp_path / name).write_bytes((images / "bars" / "a1.png").read_bytes())
    text = STUDY.split("      - {file: b1")[0]
    outcome = compute(planned(tmp_path, text), 1, cache=False)
    assert "is a copy of a1.png" in outcome.results[0].message


def test_two_images_of_one_name_in_two_folders_are_told_apart(images, tmp_path):
    for folder, source in (("g1", "a1.png"), ("g2", "a2.png")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.png").write_bytes((images / "bars" / source).read_bytes())
    text = "title: t\nruns:\n  s:\n    assay: microscopy\n    files: [{file: g1/a.png}, {file: g2/a.png}]\n"
    result = compute(planned(tmp_path, text), 1, cache=False).results[0]
    assert list(result.analysis.tables["images"].frame["image"]) == ["g1/a.png", "g2/a.png"]
    text += "    settings: {remove: [{image: a.png, x: 1, y: 1, reason: r}]}\n"
    failed = compute(planned(tmp_path, text), 1, cache=False).results[0]
    assert "may be g1/a.png or g2/a.png" in failed.message


def test_a_wrong_edit_stops_the_run_with_its_line(images):
    text = STUDY.replace("{overlays: 1}", "{overlays: 1, remove: [{image: a1.png, x: 0, y: 0}]}")
    with pytest.raises(SelenolabError, match="reason"):
        planned(images / "bars", text)
