"""The bench door of the western assay: what files show, lanes, windows, edits, tables, refusals."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from selenolab.assays.western.proteins import EVENTS, known, protein_of
from selenolab.assays.western.reading import read, suits
from selenolab.assays.western.settings import WesternSettings
from selenolab.core.errors import SelenolabError
from selenolab.core.estimate import Absent

sys.path.append(str(Path(__file__).parent))
from western_files import CLEAN, SHARED, blot, done, draw, fold, opened, sheet, six_lanes

AMOUNTS = [1500.0, 3000.0] * 3


def true_fold():
    """Of the volumes drawn: lanes differ a little in width."""
    own, actin = (
        draw(CLEAN, np.array(amounts)[:, None], seed).bands["volume"].to_numpy()
        for amounts, seed in ((AMOUNTS, 0), ([6000.0] * 6, 1))
    )
    return float(np.exp(np.log(own / actin)[1::2].mean() - np.log(own / actin)[::2].mean()))


@pytest.fixture
def pair(tmp_path):
    """A target and a loading control of six lanes, membrane A."""
    return [
        opened(blot(tmp_path / "A_p21.tif", AMOUNTS)),
        opened(blot(tmp_path / "A_actin.tif", [6000.0] * 6, seed=1)),
    ]


def test_a_fold_comes_out_of_files_with_names_that_say_what_they_show(pair, tmp_path):
    reading, found = done(pair, six_lanes(tmp_path / "s.csv"), file_names="membrane_protein")
    assert fold(found, "p21").value == pytest.approx(true_fold(), rel=0.02)
    assert any("actin is taken for the loading control" in line for line in reading.assumed)
    assert [type(d).__name__ for d in found.drawings].count("Overlay") == 2
    bands = reading.dataset.tables["bands"].frame
    assert (bands["band_saturated"] == 0).all()
    assert len(bands) == 12


def test_facts_say_it_too_and_the_membrane_is_found_in_the_name(pair, tmp_path):
    stated = [
        replace(pair[0], facts={"protein": "p21"}),
        replace(pair[1], role="loading", facts={"protein": "actin"}),
    ]
    reading, found = done(stated, six_lanes(tmp_path / "s.csv"))
    assert "A_p21.tif: membrane A, by the file's name" in reading.assumed
    assert fold(found, "p21").n == 3


def test_rows_of_a_sheet_may_name_the_file_in_place_of_the_membrane(pair, tmp_path):
    rows = [("A_p21.tif", lane, 1, 8 * ((lane + 1) % 2)) for lane in range(1, 7)]
    told = sheet(tmp_path / "s.csv", rows, ("file", "lane", "experiment", "dose [µM]"))
    with_fact = [pair[0], replace(pair[1], facts={"membrane": "A_p21"})]
    found = done(with_fact, told, proteins={"A_p21.tif": "p21", "A_actin.tif": "actin"})[1]
    assert fold(found, "p21").n == 1
    rows[0] = ("B.tif", 1, 1, 0)
    with pytest.raises(SelenolabError, match=r"file 'B.tif' is not among the files"):
        done(with_fact, sheet(tmp_path / "s.csv", rows, ("file", "lane", "experiment", "dose [µM]")))


def test_a_series_may_lie_on_a_membrane_of_its_own(pair, tmp_path):
    dilutions = blot(tmp_path / "B_p21.tif", [3200.0, 1600.0, 800.0, 400.0, 200.0, 100.0])
    shares = ["", "", "", "", "", "", 1, 0.5, 0.25, 0.125, 0.0625, 0.03125]
    rows = [
        ("A" if k < 6 else "B", k % 6 + 1, "sample" if k < 6 else "dilution", k // 2 + 1 if k < 6 else "",
         8 * (k % 2) if k < 6 else "", share)
        for k, share in enumerate(shares)
    ]  # fmt: skip
    told = sheet(
        tmp_path / "s.csv", rows, ("membrane", "lane", "role", "experiment", "dose [µM]", "dilution")
    )
    found = done([*pair, opened(dilutions, "dilution")], told, file_names="membrane_protein")[1]
    slope = next(e.outcome for e in found.endpoints if e.name == "dilution slope")
    assert slope.value == pytest.approx(1.0, abs=0.03)
    assert slope.n == 6
    assert fold(found, "p21").n == 3
    assert not any("normalised" in w for e in found.endpoints for w in e.warnings)


def test_a_file_of_no_membrane_is_asked_about(pair, tmp_path):
    rows = [(m, lane, "sample", 1, "", 0, 24, "HepG2") for m in ("one", "two") for lane in range(1, 7)]
    with pytest.raises(SelenolabError, match="Of which membrane"):
        done(pair, sheet(tmp_path / "s.csv", rows))


def test_lanes_that_the_image_has_not_are_refused(pair, tmp_path):
    rows = [("A", lane, "sample", 1, "", 0, 24, "HepG2") for lane in range(1, 10)]
    told = sheet(tmp_path / "s.csv", rows)
    with pytest.raises(SelenolabError, match="6 lanes are seen in it, the sheet has lanes up to 9"):
        done(pair, told, file_names="membrane_protein")
    with pytest.raises(SelenolabError, match="9 lanes do not fit"):
        done(pair, told, file_names="membrane_protein", lane_count=9)
    with pytest.raises(SelenolabError, match="lane_count is 4"):
        done(pair, told, file_names="membrane_protein", lane_count=4)


def test_lanes_without_a_band_are_placed_by_another_exposure(tmp_path):
    faint = opened(blot(tmp_path / "A_caspase-3 cleaved.tif", [0, 3000.0, 0, 2500.0, 0, 2000.0]))
    actin = opened(blot(tmp_path / "A_actin.tif", [6000.0] * 6, seed=1))
    reading, found = done([faint, actin], six_lanes(tmp_path / "s.csv"), file_names="membrane_protein")
    assert "lanes taken from A_actin.tif" in reading.dataset.tables["blots"].frame["blot_note"].iloc[0]
    assert fold(found, "caspase-3 cleaved").censored == ">"
    assert any("below the detection limit" in warning for warning in found.warnings)


def test_several_rows_of_bands_are_never_guessed(tmp_path):
    two = replace(CLEAN, rows=(0.3, 0.7))
    both = np.column_stack([AMOUNTS, [4000.0] * 6])
    file = opened(blot(tmp_path / "A_p21.tif", both, two))
    told = six_lanes(tmp_path / "s.csv")
    with pytest.raises(SelenolabError, match=r"2 rows of bands .* which is p21\? State it: bands:"):
        done([file], told, file_names="membrane_protein")
    windows = [{"protein": "p21", "y": [35, 65]}, {"protein": "actin", "y": [95, 130], "image": "A_p21.tif"}]
    reading, _ = done([file], told, file_names="membrane_protein", bands=windows)
    bands = reading.dataset.tables["bands"].frame
    assert set(bands["protein"]) == {"p21", "actin"}
    assert sum(line.startswith("edited: ") for line in reading.assumed) == 2
    bare, _ = done([opened(tmp_path / "A_p21.tif")], None)
    assert set(bare.dataset.tables["bands"].frame["protein"]) == {"band 1", "band 2"}


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (
            {"bands": [{"protein": "p21", "y": [900, 950]}]},
            "does not lie in the image, which is 160 pixels high",
        ),
        ({"bands": [{"protein": "p21", "y": [50, 90], "image": "B*"}]}, "is none of the images"),
        ({"lane_boxes": [{"image": "A_p21.tif", "lane": 1, "x": [-5, 40]}]}, "420 pixels wide"),
        ({"lane_boxes": [{"image": "A_p21.tif", "lane": 9, "x": [5, 40]}]}, "not among its 6 lanes"),
        ({"exclude": [{"image": "A_p21.tif", "lane": 9, "reason": "smear"}]}, "no band that was measured"),
        ({"proteins": {"B.tif": "p21"}}, "none of the files"),
        ({"events": {"p21": "p12"}}, "p12"),
        ({"ratios": [["p21", "p22"]]}, "'p22' is no protein"),
    ],
)
def test_edits_that_hit_nothing_are_refused(pair, tmp_path, edit, said):
    with pytest.raises(SelenolabError, match=said):
        done(pair, six_lanes(tmp_path / "s.csv"), file_names="membrane_protein", **edit)


def test_edits_change_what_they_name_and_are_listed(pair, tmp_path):
    told = six_lanes(tmp_path / "s.csv")
    plain, _ = done(pair, told, file_names="membrane_protein")
    own = plain.dataset.tables["bands"].frame.query("blot == 'A_p21.tif' and lane == '2'").iloc[0]
    boxes = [
        {"image": "A_p21.tif", "lane": 2, "x": [own["band_left"] + 2, own["band_right"] - 8], "by": "NN"}
    ]
    drop = [{"image": "A_p21.tif", "lane": 4, "reason": "bubble"}]
    reading, found = done(pair, told, file_names="membrane_protein", lane_boxes=boxes, exclude=drop)
    bands = reading.dataset.tables["bands"].frame.query("blot == 'A_p21.tif'").set_index("lane")
    assert bands.loc["2", "band_left"] == own["band_left"] + 2
    assert bands.loc["2", "band_volume"] < own["band_volume"]
    assert bands.loc["4", "band_volume_flag"] == "excluded: left out by hand: bubble"
    assert fold(found, "p21").n == 2
    assert sum(line.startswith("edited: ") for line in reading.assumed) == 2


def test_two_channels_of_one_file_name_their_proteins(tmp_path):
    pages = [draw(CLEAN, np.array(a)[:, None], k).image for k, a in enumerate((AMOUNTS, [6000.0] * 6))]
    path = tmp_path / "A.tif"
    tifffile.imwrite(path, np.stack(pages), photometric="minisblack")
    told = six_lanes(tmp_path / "s.csv")
    with pytest.raises(SelenolabError, match="It holds 2 channels"):
        done([opened(path)], told)
    found = done([opened(path, channels="0 = p21, 1 = beta-actin")], told)[1]
    assert fold(found, "p21").value == pytest.approx(true_fold(), rel=0.02)
    assert fold(done([opened(path)], told, channels={"0": "p21", "1": "actin"})[1], "p21").n == 3


def test_pictures_of_blots_are_refused_or_measured_without_a_fold(pair, tmp_path):
    grey = (tifffile.imread(tmp_path / "A_p21.tif") / 16).clip(0, 255).astype(np.uint8)
    Image.fromarray(grey).save(tmp_path / "A_p27.jpg", quality=85)
    Image.fromarray(grey).save(tmp_path / "A_p27.png")
    told = six_lanes(tmp_path / "s.csv")
    for name in ("A_p27.jpg", "A_p27.png"):
        with pytest.raises(SelenolabError, match=r"Refused for fold changes.*8-bit"):
            done([opened(tmp_path / name), pair[1]], told, file_names="membrane_protein")
    found = done([opened(tmp_path / "A_p27.png"), *pair], told, file_names="membrane_protein")[1]
    assert isinstance(fold(found, "p27"), Absent)
    assert fold(found, "p21").n == 3
    seen = done(
        [opened(tmp_path / "A_p27.png"), pair[1]], told, file_names="membrane_protein", measure_refused=True
    )
    assert isinstance(fold(seen[1], "p27"), Absent)
    assert (seen[0].dataset.tables["bands"].frame["band_volume"] > 0).all()


@pytest.mark.parametrize(("level", "said"), [(0, "all black"), (65535, "all white")])
def test_empty_images_are_refused_by_name(tmp_path, level, said):
    path = tmp_path / "A_p21.tif"
    tifffile.imwrite(path, np.full((100, 200), level, np.uint16))
    with pytest.raises(SelenolabError, match=f"A_p21.tif: .*{said}"):
        done([opened(path)], six_lanes(tmp_path / "s.csv"))


def test_pixels_that_are_no_numbers_are_refused(tmp_path):
    values = draw(CLEAN, np.array(AMOUNTS)[:, None], 0).image.astype(np.float32)
    values[:3, :3] = np.nan
    tifffile.imwrite(tmp_path / "A.tif", values)
    with pytest.raises(SelenolabError, match="9 pixels hold no finite number"):
        done([opened(tmp_path / "A.tif")], None)


def test_a_table_of_another_program_is_taken_without_checks_of_pixels(tmp_path):
    rows = [
        f"A,{lane},{p},{v}"
        for p, own in (("p21", AMOUNTS), ("actin", [10.0] * 6))
        for lane, v in enumerate(own, 1)
    ]
    path = tmp_path / "bands.csv"
    path.write_text("membrane,lane,protein,volume\n" + "\n".join(rows) + "\n", encoding="utf-8")
    reading, found = done([opened(path)], six_lanes(tmp_path / "s.csv"))
    assert fold(found, "p21").value == pytest.approx(2.0)
    assert any("pixels were not checked" in line for line in reading.assumed)
    assert [c.passed for c in found.checks if c.rule == "the image is quantitative"] == [None]
    path.write_text("membrane,lane,protein,volume\nA,1,p21,5\nA,1,p21,6\n", encoding="utf-8")
    with pytest.raises(SelenolabError, match="lane 1 has two rows"):
        done([opened(path)], None)
    path.write_text("time,value\n1,5\n", encoding="utf-8")
    assert suits(opened(path).parsed) == "the table has no column 'lane'"


@pytest.mark.parametrize(
    ("head", "row", "said"),
    [
        ("lane,dose", "1,8", "dose has no unit"),
        ("lane,time", "1,8", "time 8 has no unit"),
        ("lane,role", "1,treatd", "role is 'treatd'"),
        ("lane,role", "1,dilution", "needs its share"),
        ("lane,colour", "1,red", "Unknown column 'colour'"),
        ("lane,note", "0,x", "Expected a whole number from 1"),
        ("lane,load_ug", "1,-3", "above 0"),
        ("role,note", "sample,x", "Unable to find a column 'lane'"),
    ],
)
def test_a_sheet_that_cannot_be_understood_is_refused(pair, tmp_path, head, row, said):
    with pytest.raises(SelenolabError, match=said):
        done(
            pair, sheet(tmp_path / "s.csv", [row.split(",")], head.split(",")), file_names="membrane_protein"
        )


def test_the_alias_table_is_whole():
    for key, protein in known().items():
        assert protein.event in ("", *EVENTS), key
        assert protein.total in ("", *known()), key
    assert protein_of("beta-actin").kind == "loading"
    assert protein_of("Ponceau S").kind == "total"
    assert protein_of("antibody 7") is None


def test_the_given_image_shows_eight_bands():
    path = SHARED / "anti_actin_16bit.tif"
    if not path.is_file():
        pytest.skip("the shared blot is not here")
    with pytest.raises(SelenolabError, match="2 rows of bands"):  # a faint row lies below that of actin
        read([opened(path, protein="beta-actin")], None, WesternSettings())
    windows = ({"protein": "beta-actin", "y": (850, 940)},)
    reading = read([opened(path, protein="beta-actin")], None, WesternSettings(bands=windows))
    bands = reading.dataset.tables["bands"].frame
    assert len(bands) == 8
    assert (bands["band_saturated"] == 0).all()
    assert (bands["band_snr"] > 10).all()
