"""What a person changes about the outlines is applied, told, and never missed in silence."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from selenolab.assays.microscopy import outlining
from selenolab.assays.microscopy.assay import assay
from selenolab.assays.microscopy.edits import Edits, added_rows, cut_and_join, removed
from selenolab.assays.microscopy.frame import Frame
from selenolab.assays.microscopy.outlining import outline
from selenolab.assays.microscopy.settings import Added, Merged, MicroscopySettings, Removed, Split
from selenolab.core.errors import StudyError
from selenolab.formats.recognise import read_input
from selenolab.imaging.segmentation import Segmentation

SPEC = importlib.util.spec_from_file_location("micrographs", Path(__file__).with_name("micrographs.py"))
micrographs = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(micrographs)


def discs(*placed, shape=(120, 160)):
    """Dark discs (x, y, diameter) on an even ground with little noise."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    inside = np.zeros(shape, bool)
    for centre_x, centre_y, diameter in placed:
        inside |= np.hypot(x - centre_x, y - centre_y) < diameter / 2
    return (np.where(inside, 60, 180) + np.random.default_rng(1).normal(0, 2, shape)).astype(np.float32)


GREY = discs((40, 40, 24), (110, 60, 30))


def outlined(region=None, grey=GREY, **edits):
    made = Edits(**{kind: tuple(changes) for kind, changes in edits.items()})
    return outline("a.png", grey, np.zeros(grey.shape, bool), region, made, MicroscopySettings())


def sound(found):
    return found.particles[found.particles["diameter_px_flag"] == ""]


def test_without_edits_nothing_is_told():
    found = outlined()
    assert len(sound(found)) == 2
    assert set(found.particles["edit"]) == {""}
    assert set(found.particles["drawn_by"]) == {"segmentation"}


@pytest.mark.parametrize("region", [None, (10, 20, 150, 110)])
def test_a_removed_particle_stays_in_sight_with_its_reason(region):
    found = outlined(region, remove=[Removed(image="a.png", x=42, y=38, reason="dust", by="LK")])
    assert len(found.particles) == 2
    gone = found.particles[found.particles["diameter_px_flag"] != ""].iloc[0]
    assert gone["diameter_px_flag"] == "excluded: removed by hand: dust"
    assert gone["edit"] == "removed by hand: dust, by LK"
    assert (gone["centre_x"], gone["centre_y"]) == pytest.approx((40, 40), abs=1)


@pytest.mark.parametrize("region", [None, (10, 20, 150, 110)])
def test_an_added_particle_counts_as_it_was_drawn(region):
    added = Added(image="a.png", x=70, y=90, diameter_px=20, reason="faint")
    found = outlined(region, add=[added])
    row = found.particles[found.particles["particle"] == "a.png added 1"].iloc[0]
    assert (row["centre_x"], row["centre_y"], row["diameter_px"]) == (70, 90, 20)
    assert row["area_px"] == pytest.approx(np.pi * 100)
    assert row["edit"] == "added by hand: faint"
    ring = found.outlines[found.outlines[:, 0] == row["mask"]]
    assert np.hypot(ring[:, 1] - 70, ring[:, 2] - 90) == pytest.approx(np.full(len(ring), 10.0), abs=1e-3)


def test_an_added_particle_at_the_edge_is_not_counted():
    found = outlined(add=[Added(image="a.png", x=5, y=90, diameter_px=20)])
    row = found.particles.iloc[-1]
    assert row["diameter_px_flag"] == "excluded: touches the edge"
    assert row["edit"] == "added by hand, no reason given"


def test_a_split_particle_becomes_two_of_the_area_of_one():
    before = outlined().particles
    whole = before.loc[(before["centre_x"] - 110).abs().argmin()]
    split = Split(image="a.png", points=((102, 60), (118, 60)), reason="two")
    after = outlined(split=[split]).particles
    number = str(whole["particle"]).removeprefix("a.png ")
    parts = after[after["particle"].isin([f"a.png {number}a", f"a.png {number}b"])]
    assert len(parts) == 2
    assert parts["area_px"].sum() == whole["area_px"]
    assert sorted(parts["centre_x"] < 110) == [False, True]
    assert set(parts["edit"]) == {f"split from {number} by hand: two"}


def test_merged_particles_become_one():
    merge = Merged(image="a.png", points=((40, 40), (110, 60)))
    found = outlined(merge=[merge]).particles
    assert len(found) == 1
    assert found["area_px"].iloc[0] == outlined().particles["area_px"].sum()
    assert "+" in found["particle"].iloc[0]
    assert found["edit"].iloc[0].startswith("merged of")


@pytest.mark.parametrize(
    ("edits", "says"),
    [
        (
            {"remove": [Removed(image="a.png", x=75, y=50, reason="r")]},
            "The nearest is a.png . with its centre",
        ),
        ({"remove": [Removed(image="a.png", x=999, y=50, reason="r")]}, "hits no particle"),
        ({"split": [Split(image="a.png", points=((40, 40), (110, 60)))]}, "different outlines already"),
        ({"merge": [Merged(image="a.png", points=((40, 40), (42, 40)))]}, "one outline"),
        ({"add": [Added(image="a.png", x=40, y=40, diameter_px=9)]}, "lies in a.png . already"),
        ({"add": [Added(image="a.png", x=400, y=40, diameter_px=9)]}, "outside the counted part"),
    ],
)
def test_an_edit_that_hits_nothing_is_an_error(edits, says):
    with pytest.raises(StudyError, match=says):
        outlined(**edits)


def test_the_nearest_particle_is_named_in_pixels_of_the_whole_image():
    with pytest.raises(StudyError, match="x 110, y 60"):
        outlined((10, 20, 150, 110), remove=[Removed(image="a.png", x=90, y=60, reason="r")])


def test_where_there_is_no_particle_none_is_named():
    with pytest.raises(StudyError, match="the image has none"):
        cut_and_join(
            "a", np.zeros((9, 9), np.int32), (0, 0), Edits(split=(Split(image="a", points=((1, 1), (2, 2))),))
        )


def test_a_removed_outline_may_be_drawn_anew():
    edits = {
        "remove": [Removed(image="a.png", x=40, y=40, reason="too wide")],
        "add": [Added(image="a.png", x=40, y=40, diameter_px=20)],
    }
    counted = sound(outlined(**edits))
    assert sorted(counted["diameter_px"].round()) == [20, 30]


def test_edits_without_change_give_back_the_same_tables():
    frame = Frame(0, 0, 160, 120)
    found = outlined()
    labels = np.zeros((120, 160), np.int32)
    assert removed("a.png", found.particles, labels, (0, 0), Edits()) is found.particles
    assert added_rows("a.png", found.particles, found.outlines, labels, frame, Edits())[0] is found.particles


def test_edits_in_the_settings_reach_the_report(tmp_path):
    pixels, truth = micrographs.micrograph(shape=(220, 260), count=12, seed=8)
    path = tmp_path / "a.png"
    Image.fromarray(pixels).save(path)
    inside = truth.particles[
        (np.abs(truth.particles[:, 0] - 130) < 90) & (np.abs(truth.particles[:, 1] - 90) < 60)
    ][0]
    words = {"remove": [{"image": "a.png", "x": inside[0], "y": inside[1], "reason": "contamination"}]}
    settings = assay.settings(**words)
    reading = assay.bench.read([read_input(path, "a.png")], None, settings)
    assert any("removed by hand: contamination" in line for line in reading.assumed)
    analysis = assay.analyse(reading.dataset, settings, 0, {})
    assert "1 outline was changed by hand; each is listed." in analysis.warnings
    assert any("1 outline was changed by hand" in sentence.text for sentence in analysis.methods)
    wrong = assay.settings(remove=[{**words["remove"][0], "image": "b.png"}])
    with pytest.raises(StudyError, match=r"remove 1: image 'b\.png' is not among the files"):
        assay.bench.read([read_input(path, "a.png")], None, wrong)


@pytest.mark.parametrize(
    "words",
    [
        {"remove": [{"image": "a", "x": 1, "y": 1}]},
        {"remove": [{"image": "a", "x": 1, "y": 1, "reason": ""}]},
        {"add": [{"image": "a", "x": 1, "y": 1, "diameter_px": 0}]},
        {"split": [{"image": "a", "points": [[1, 1]]}]},
    ],
)
def test_an_edit_without_its_words_is_refused(words):
    with pytest.raises(ValueError, match="validation error"):
        assay.settings(**words)


def test_what_is_not_convex_is_taken_for_an_unresolved_cluster_unless_a_person_says_so(monkeypatch):
    three = discs((50, 50, 30), (79, 50, 30), (79, 79, 30))
    one = Segmentation((three < 120).astype(np.int32), "dark")
    monkeypatch.setattr(outlining, "find_particles", lambda *given: one)
    blank = np.zeros(three.shape, bool)
    plain = outline("a.png", three, blank, None, Edits(), MicroscopySettings()).particles
    assert list(plain["diameter_px_flag"]) == ["excluded: not convex, an unresolved cluster"]
    kept = outline("a.png", three, blank, None, Edits(), MicroscopySettings(solidity_min=0)).particles
    assert list(kept["diameter_px_flag"]) == [""]
    split = Edits(split=(Split(image="a.png", points=((50, 50), (79, 50), (79, 79))),))
    cut = outline("a.png", three, blank, None, split, MicroscopySettings()).particles
    assert list(cut["diameter_px_flag"]) == ["", "", ""]
    assert cut["diameter_px"].tolist() == pytest.approx([30, 30, 30], abs=1)
