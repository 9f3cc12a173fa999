"""Groups, checks, figures and the answer of an analysis, on tables made for the purpose."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from selenolab.assays.microscopy.answer import written
from selenolab.assays.microscopy.assay import assay
from selenolab.assays.microscopy.checks import folded
from selenolab.assays.microscopy.endpoints import AGGREGATED, ALONE, MEAN, SD, SIXTH
from selenolab.assays.microscopy.schema import OUTLINED, RECORDS
from selenolab.core.check import Check
from selenolab.core.dataset import Dataset, Table
from selenolab.core.drawing import CurvePlot, DotPlot, Histogram, Overlay
from selenolab.core.estimate import Absent, Estimate


def images(*names, **columns):
    frame = pd.DataFrame(
        {"image": names, "frame_width": 1000, "frame_height": 800, "scale_source": "metadata"}
    )
    return frame.assign(**columns)


def particles(sizes, **columns):
    """Sizes [px] by image."""
    rows = [
        {"particle": f"{image} {number}", "image": image, "diameter_px": float(size)}
        for image, own in sizes.items()
        for number, size in enumerate(own, 1)
    ]
    return pd.DataFrame(rows).assign(**columns)


def analysed(records, outlined, arrays=None, **words):
    tables = {"records": Table(RECORDS, records), "outlined": Table(OUTLINED, outlined)}
    return assay.analyse(Dataset(tables, arrays or {}), assay.settings(**words), 0, {})


def outcome(analysis, name=MEAN, sample=None):
    return next(e.outcome for e in analysis.endpoints if e.name == name and e.group.get("sample") == sample)


def check(analysis, name, **group):
    return next(c for c in analysis.checks if c.name == name and group.items() <= dict(c.group).items())


def drawn(n=40, mean=30, seed=0, images=("i1", "i2", "i3")):
    rng = np.random.default_rng(seed)
    return {image: rng.lognormal(np.log(mean), 0.2, n) for image in images}


def test_images_of_known_and_unknown_scale_do_not_mix():
    records = images("i1", "i2", "i3", pixel_size=[0.5, 0.5, np.nan])
    analysis = analysed(records, particles(drawn()))
    assert (outcome(analysis).unit, outcome(analysis).n) == ("nm", 2)
    assert any("1 of 3 images have no known scale" in warning for warning in analysis.warnings)
    assert check(analysis, "scale", image="i3").passed is False
    assert len(analysis.tables["particles"].frame) == 120
    assert analysis.tables["particles"].frame["diameter"].isna().sum() == 40


def test_a_sample_in_pixels_stands_beside_one_in_nm():
    records = images("i1", "i2", "i3", sample=["a", "a", "b"], pixel_size=[0.5, 0.5, np.nan])
    analysis = analysed(records, particles(drawn()))
    assert outcome(analysis, sample="a").unit == "nm"
    assert outcome(analysis, sample="b").unit == "px"
    assert len(analysis.answer.splitlines()) == 2
    told = [control.control for control in analysis.missing_controls if control.group == {"sample": "b"}]
    assert told[0] == "a scale"


def test_magnifications_are_brought_to_one_scale_and_told():
    sizes = {"i1": drawn()["i1"], "i2": drawn()["i1"] / 4, "i3": drawn()["i3"]}
    analysis = analysed(images("i1", "i2", "i3", pixel_size=[0.5, 2.0, 0.5]), particles(sizes))
    frame = analysis.tables["particles"].frame
    own = [frame.loc[frame["image"] == name, "diameter"].mean() for name in ("i1", "i2")]
    assert own[0] == pytest.approx(own[1])
    assert check(analysis, "magnification").value == pytest.approx(4)
    assert check(analysis, "magnification").passed is False


def test_the_order_of_rows_and_images_changes_nothing():
    records, outlined = images("i1", "i2", "i3", pixel_size=0.5), particles(drawn())
    plain = analysed(records, outlined)
    turned = analysed(records.iloc[::-1].reset_index(drop=True), outlined.sample(frac=1, random_state=1))
    for one, other in zip(plain.endpoints, turned.endpoints, strict=True):
        if isinstance(one.outcome, Estimate):
            assert other.outcome.value == pytest.approx(one.outcome.value)
            assert other.outcome.low == pytest.approx(one.outcome.low)


def test_excluded_images_and_particles_enter_no_number():
    records = images("i1", "i2", "i3", pixel_size=0.5)
    records["frame_width_flag"] = ["", "", "excluded: drift"]
    outlined = particles(drawn())
    outlined["diameter_px_flag"] = np.where(outlined["image"] == "i3", "excluded: drift", "")
    analysis = analysed(records, outlined)
    only = analysed(records.iloc[:2], outlined[outlined["image"] != "i3"])
    assert outcome(analysis).value == pytest.approx(outcome(only).value)
    assert outcome(analysis).n == 2
    assert any("left out by exclusion: i3" in warning for warning in analysis.warnings)
    every = analysed(records.assign(frame_width_flag="excluded: drift"), outlined)
    assert "every image of the group is excluded" in outcome(every).why


def test_particles_at_the_edge_are_counted_apart_and_the_rest_weighted():
    outlined = particles({"i1": [300.0] * 10 + [100.0] * 30, "i2": [300.0] * 10 + [100.0] * 30})
    edge = "excluded: touches the edge"
    outlined["diameter_px_flag"] = [edge if number % 40 < 5 else "" for number in range(80)]
    records = images("i1", "i2", pixel_size=1.0)
    weighted, plain = analysed(records, outlined), analysed(records, outlined, edge_correction=False)
    w = (1000 - 100) * (800 - 100) / ((1000 - 300) * (800 - 300))
    assert outcome(plain).value == pytest.approx((5 * 300 + 30 * 100) / 35)
    assert outcome(weighted).value == pytest.approx((5 * w * 300 + 30 * 100) / (5 * w + 30))
    assert check(weighted, "edge").value == pytest.approx(100 * 10 / 80)
    assert list(weighted.tables["images"].frame["at the edge"]) == [5, 5]
    assert any("lying whole" in s.text for s in weighted.methods)
    assert not any("lying whole" in s.text for s in plain.methods)


def test_one_image_has_an_interval_over_particles_that_says_so():
    found = outcome(analysed(images("i1", pixel_size=0.5), particles(drawn(images=("i1",)))))
    assert (found.n, found.n_is) == (1, ALONE)
    assert "holds no variation between images" in found.method
    assert np.isfinite([found.low, found.high]).all()


def test_few_particles_of_one_image_have_no_interval():
    analysis = analysed(images("i1", pixel_size=0.5), particles({"i1": [20.0, 22.0]}))
    assert outcome(analysis).low == -np.inf
    assert "no interval" in analysis.answer
    single = analysed(images("i1", pixel_size=0.5), particles({"i1": [20.0]}))
    assert outcome(single).value == 10
    assert isinstance(outcome(single, SD), Absent)
    assert "1 particle in 1 image" in single.answer


def test_low_n_few_images_and_small_particles_fail_their_checks():
    analysis = analysed(images("i1", "i2", pixel_size=0.5), particles({"i1": [6.0] * 20, "i2": [7.0] * 20}))
    for name in ("low n", "replication", "resolution"):
        assert check(analysis, name).passed is False
    rich = analysed(images("i1", "i2", "i3", pixel_size=0.5), particles(drawn()))
    for name in ("low n", "replication", "resolution", "lognormal", "field of view"):
        assert check(rich, name).passed is True


def test_two_populations_are_no_lognormal_one():
    sizes = {name: np.concatenate([own, own * 4]) for name, own in drawn().items()}
    assert (
        check(analysed(images("i1", "i2", "i3", pixel_size=0.1), particles(sizes)), "lognormal").passed
        is False
    )


def test_clusters_are_counted_and_told():
    outlined = particles(drawn())
    paired = np.arange(len(outlined)) % 2 == 0
    outlined = outlined.assign(aggregate=np.where(paired, "c", ""), aggregate_size=np.where(paired, 2, 1))
    analysis = analysed(images("i1", "i2", "i3", pixel_size=0.5), outlined)
    assert outcome(analysis, AGGREGATED).value == pytest.approx(50, abs=1)
    assert check(analysis, "aggregation").passed is False


def test_unlike_polarity_is_told():
    records = images("i1", "i2", "i3", pixel_size=0.5, polarity=["dark", "bright", "dark"])
    assert check(analysed(records, particles(drawn())), "polarity").passed is False


def test_the_scale_that_two_sources_give_must_agree():
    records = images(
        "i1", "i2", "i3", pixel_size=0.5, pixel_size_metadata=0.5, pixel_size_bar=[0.51, 0.6, np.nan]
    )
    analysis = analysed(records, particles(drawn()))
    assert check(analysis, "bar against metadata", image="i1").passed is True
    assert check(analysis, "bar against metadata", image="i2").value == pytest.approx(20)
    assert check(analysis, "bar against metadata", image="i2").passed is False


def test_a_scale_that_cannot_be_true_is_told():
    analysis = analysed(images("i1", pixel_size=12200.5), particles({"i1": [30.0] * 9}))
    found = check(analysis, "scale", image="i1")
    assert found.passed is False
    assert "pitch of a camera" in found.why


def test_a_d6_mean_that_rests_on_one_particle_says_so():
    outlined = particles({"i1": [20.0] * 50 + [90.0], "i2": [21.0] * 50, "i3": [20.0] * 50})
    analysis = analysed(images("i1", "i2", "i3", pixel_size=0.5), outlined)
    told = next(e for e in analysis.endpoints if e.name == SIXTH).warnings
    assert any("not the hydrated size" in text for text in told)
    assert any("about 1 particle," in text for text in told)


def test_figures_are_of_the_groups_and_of_the_first_images():
    names = tuple(f"i{number}" for number in range(1, 9))
    records = images(*names, pixel_size=0.5, frame_width=400, pixels=names, outlines=[f"o{n}" for n in names])
    outlined = particles(
        drawn(10, images=names), centre_x=50.0, centre_y=40.0, drawn_by="segmentation", edit=""
    )
    outlined["mask"] = outlined.groupby("image").cumcount() + 1
    outlined["diameter_px_flag"] = np.where(outlined["mask"] == 1, "excluded: touches the edge", "")
    ring = np.array([[k, x, y] for k in range(1, 11) for x, y in ((0, 0), (4, 0), (4, 4))], dtype=np.float32)
    arrays = {name: np.zeros((80, 100), np.uint8) for name in names} | {f"o{name}": ring for name in names}
    analysis = analysed(records, outlined, arrays, overlays=3)
    kinds = [type(drawing) for drawing in analysis.drawings]
    assert kinds == [Histogram, CurvePlot, DotPlot, Overlay, Overlay, Overlay]
    overlay = analysis.drawings[-1]
    assert [series.name for series in overlay.outlines] == [
        "counted (9)",
        "at the edge, not counted (1)",
    ]
    assert overlay.outlines[0].frame["x"].isna().sum() == 9  # breaks between the rings
    assert overlay.pixel_size == 0.5
    assert list(overlay.labels["text"]) == [str(number) for number in range(2, 11)]
    bars = analysis.drawings[0].bins
    assert bars["count"].sum() == pytest.approx(100)
    pixels_only = analysed(records.drop(columns="pixel_size"), outlined, arrays, overlays=1)
    assert pixels_only.drawings[-1].pixel_size is None
    assert pixels_only.drawings[0].x.unit == "px"


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (
            Estimate(20.004, 19.988, 20.02, "nm", "t", 3, "images"),
            "20.00 nm (19.99 to 20.02, n = 3 images)",
        ),
        (Estimate(1234.5, 1100, 1400, "nm", "t", 3, "grids"), "1234 nm (1100 to 1400, n = 3 grids)"),
        (Absent("no particle was found", "nm"), "no particle was found"),
    ],
)
def test_numbers_are_written_by_their_interval(estimate, text):
    assert written(estimate) == text


def test_what_passed_on_every_image_is_told_once_with_the_narrowest_margin():
    checks = [
        Check("r", "saturation", True, f"{x} %.", x, 1.0, "%", 1.0 - x, {"image": name, "sample": "A"})
        for name, x in (("i1", 0.1), ("i2", 0.7), ("i3", 0.2))
    ]
    failed = replace(checks[0], passed=False, group={"image": "i4", "sample": "A"})
    kept, told = folded([*checks, failed])
    assert kept == failed
    assert (told.group, told.value) == ({"sample": "A"}, 0.7)
    assert told.why == "On 3 images, narrowest i2: 0.7 %."
    assert list(folded(checks[:1])) == checks[:1]
