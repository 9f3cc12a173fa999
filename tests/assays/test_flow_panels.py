"""The panels on synthetic tubes of known truth, and what they say when controls are missing."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from selenolab.core.estimate import Absent, Estimate

sys.path.append(str(Path(__file__).parent))
from flow_files import analysed, numbers, truth, value

COMPOUND = "L-selenocystine"


@pytest.fixture(scope="module")
def annexin(tmp_path_factory):
    tubes = truth.annexin_study(3, count=3000)
    return tubes, analysed(tubes, tmp_path_factory.mktemp("annexin"), panel="annexin")


def without(tubes, *roles):
    return [tube for tube in tubes if tube.words["role"] not in roles]


def controls_asked(analysis):
    return " | ".join(missing.control for missing in analysis.missing_controls)


def test_quadrants_are_those_of_the_cells(annexin):
    tubes, analysis = annexin
    found = numbers(analysis)
    names = {"live": "live cells [%]", "early": "early apoptotic [%]", "late": "late apoptotic [%]"}
    errors = [
        found.loc[tube.name, column] - tube.truth[word]
        for tube in tubes
        if tube.words["role"] == "sample"
        for word, column in names.items()
    ]
    assert len(errors) == 27
    assert np.abs(errors).max() < 1.0


def test_the_headline_counts_experiments_and_never_events(annexin):
    _, analysis = annexin
    mean = value(analysis, "annexin-positive cells", dose="16 µM")
    change = value(analysis, "annexin-positive cells, change", dose="16 µM")
    assert (mean.n, mean.n_is, mean.unit) == (3, "independent experiments", "%")
    assert change.unit == "percentage points"
    control = value(analysis, "annexin-positive cells", dose="0 µM")
    assert change.value == pytest.approx(mean.value - control.value)
    assert change.low < change.value < change.high


def test_every_experiment_gives_one_value_controls_included(annexin):
    _, analysis = annexin
    own = [unit for unit in analysis.units if unit.endpoint == "early apoptotic"]
    assert sorted((unit.group["dose"], unit.unit_id) for unit in own) == [
        (dose, f"E{n}") for dose in ("0 µM", "16 µM", "8 µM") for n in (1, 2, 3)
    ]
    assert all("compound" not in unit.group for unit in own if unit.group["dose"] == "0 µM")


def test_the_pathway_reads_the_ratio_of_annexin_positive_cells(annexin):
    _, analysis = annexin
    events = [event for event in analysis.events if event.event == "annexin"]
    assert [(event.dose, event.dose_unit, event.time) for event in events] == [
        (8.0, "µM", 24.0),
        (16.0, "µM", 24.0),
    ]
    ratio = value(analysis, "annexin-positive cells, ratio to control", dose="8 µM")
    assert events[0].change == ratio


def test_single_stains_give_the_spillover_that_was_put_in(annexin):
    _, analysis = annexin
    frame = analysis.tables["matrices"].frame
    own = frame[(frame["flow_matrix"] == "E1") & (frame["flow_channel"] != frame["flow_detector"])]
    spill = dict(zip(own["flow_channel"], own["spill"], strict=True))
    assert spill["FITC-A"] == pytest.approx(0.18, abs=0.02)
    assert spill["PI-A"] == pytest.approx(0.03, abs=0.01)


def test_without_controls_the_thresholds_are_called_arbitrary(annexin, tmp_path):
    tubes, _ = annexin
    bare = [tube for tube in tubes if tube.words["role"] == "sample"]
    analysis = analysed(bare, tmp_path, panel="annexin")
    assert all({"thresholds arbitrary", "uncompensated"} <= set(end.warnings) for end in analysis.endpoints)
    asked = controls_asked(analysis)
    assert "unstained cells" in asked
    assert "single stains" in asked
    assert "no stain" in asked


def test_controls_of_one_experiment_serve_the_others_and_that_is_said(annexin, tmp_path):
    tubes, _ = annexin
    kept = [t for t in tubes if t.words["role"] == "sample" or t.words["experiment"] == "E1"]
    analysis = analysed(kept, tmp_path, panel="annexin")
    assert any("read with those of the others: E2, E3" in text for text in analysis.warnings)
    assert not any(end.warnings for end in analysis.endpoints)


def test_a_fluorescent_compound_fails_its_check(annexin, tmp_path):
    tubes, _ = annexin
    shining = []
    for tube in tubes:
        events = tube.events.copy()
        if tube.words["role"] == "drug_only":
            events[:, 3] += 20_000
        shining.append(truth.Tube(tube.name, tube.words, tube.channels, tube.markers, events))
    failed = [c for c in analysed(shining, tmp_path, panel="annexin").checks if c.rule.startswith("compound")]
    assert {check.name.split(": ")[1]: check.passed for check in failed} == {"annexin": False, "death": True}


def test_a_treatment_without_untreated_cells_is_not_compared(annexin, tmp_path):
    tubes, _ = annexin
    kept = [tube for tube in tubes if tube.words.get("dose") != 0.0]
    analysis = analysed(kept, tmp_path, panel="annexin")
    assert isinstance(value(analysis, "live cells, change", dose="8 µM"), Absent)
    assert isinstance(value(analysis, "live cells", dose="8 µM"), Estimate)
    assert "untreated cells (dose 0)" in controls_asked(analysis)


def test_dcf_folds_are_those_of_the_dye_above_its_background(tmp_path):
    tubes = truth.dcf_study(2, count=3000)
    analysis = analysed(tubes, tmp_path, panel="dcf")
    found = numbers(analysis)
    signal = found["median"] - found["background"]
    dye = {tube.name: tube.truth["median"] for tube in tubes if tube.words["role"] == "sample"}
    for name, median in dye.items():
        control = f"{name[:2]}_0_uM.fcs"
        assert signal[name] / signal[control] == pytest.approx(median / dye[control], rel=0.02)
    assert value(analysis, "DCF fluorescence, fold of control", dose="8 µM").n == 3
    assert {event.event for event in analysis.events} == {"ros"}
    assert "catalase arm" in controls_asked(analysis)
    assert not any("reactive oxygen" in end.name.casefold() for end in analysis.endpoints)


def test_dcf_without_unstained_cells_says_that_the_background_stays_in(tmp_path):
    tubes = without(truth.dcf_study(2, experiments=2, count=1500), "unstained", "drug_only")
    analysis = analysed(tubes, tmp_path, panel="dcf")
    assert all("background not subtracted" in end.warnings for end in analysis.endpoints)
    assert "unstained cells" in controls_asked(analysis)


@pytest.mark.parametrize("ratio", ["per cell", "of medians"])
def test_jc1_follows_the_share_of_cells_that_lost_their_potential(tmp_path, ratio):
    tubes = truth.jc1_study(2, count=3000)
    analysis = analysed(tubes, tmp_path, panel="jc1", jc1_ratio=ratio)
    found = numbers(analysis)
    for tube in tubes:
        if tube.words["role"] == "sample":
            assert found.loc[tube.name, "depolarised [%]"] == pytest.approx(
                tube.truth["depolarised"], abs=1.0
            )
    fold = value(analysis, "JC-1 red/green, fold of control", dose="8 µM")
    assert 0.6 < fold.value < 1
    assert value(analysis, "JC-1 red/green over CCCP", dose="0 µM").value > 10
    assert "JC-1 and no cells" in controls_asked(analysis)


def of_line(tubes, line, factor, plus=0.0):
    """The tubes as another line shows them: light times `factor`, and `plus` without any dye."""
    dyes = np.array(["FSC" not in name and "SSC" not in name for name in tubes[0].channels])
    return [
        replace(
            tube, name=f"{line}_{tube.name}", words={**tube.words, "cell_line": line},
            events=np.where(dyes, tube.events * factor + plus, tube.events),
        )
        for tube in tubes
    ]  # fmt: skip


def test_jc1_of_two_lines_in_one_experiment_is_read_by_the_controls_of_each(tmp_path):
    tubes = truth.jc1_study(2, experiments=2, count=2000)
    red = np.array([0.05 if name == "PE-A" else 1.0 for name in tubes[0].channels])
    dim = of_line(truth.jc1_study(3, experiments=2, count=2000), "A375", red)
    tubes += [replace(tube, spill=tube.spill * [[1.0, 0.05], [20.0, 1.0]]) for tube in dim]
    found = numbers(analysed(tubes, tmp_path, panel="jc1"))
    for tube in tubes:
        if tube.words["role"] == "sample":
            assert found.loc[tube.name, "depolarised [%]"] == pytest.approx(tube.truth["depolarised"], abs=3)


def test_annexin_of_two_lines_in_one_experiment_has_the_thresholds_of_each(tmp_path):
    tubes = without(truth.annexin_study(2, experiments=1, count=2000), "drug_only")
    tubes += of_line(tubes, "A375", 3.0)  # three times as bright, without and with the dyes
    found = numbers(analysed(tubes, tmp_path, panel="annexin"))
    for tube in tubes:
        if tube.words["role"] == "sample":
            assert found.loc[tube.name, "early apoptotic [%]"] == pytest.approx(tube.truth["early"], abs=1.5)


def test_dcf_of_two_lines_in_one_experiment_is_above_the_background_of_each(tmp_path):
    tubes = without(truth.dcf_study(2, experiments=1, count=2000), "drug_only")
    tubes += of_line(tubes, "A375", 1.0, 2_000.0)
    found = numbers(analysed(tubes, tmp_path, panel="dcf"))
    signal = found["median"] - found["background"]
    for tube in tubes:
        if tube.words["role"] == "sample":
            assert signal[tube.name] == pytest.approx(tube.truth["median"], rel=0.04)


def test_jc1_without_cccp_gives_a_ratio_and_no_depolarised_cells(tmp_path):
    tubes = without(truth.jc1_study(2, experiments=2, count=1500), "cccp")
    analysis = analysed(tubes, tmp_path, panel="jc1")
    assert {end.name for end in analysis.endpoints} == {"JC-1 red/green", "JC-1 red/green, fold of control"}
    assert "a CCCP or FCCP tube in experiment E1, E2" in controls_asked(analysis)


def test_phases_are_those_of_the_cells_and_sub_g1_is_counted_before_doublets_are_cut(tmp_path):
    tubes = truth.dna_study(2, experiments=2, count=6000)
    analysis = analysed(tubes, tmp_path, panel="dna")
    found = numbers(analysis)
    for tube in tubes:
        assert found.loc[tube.name, "Dean-Jett-Fox S [%]"] == pytest.approx(tube.truth["S"], abs=3.0)
        assert found.loc[tube.name, "sub-G1 [%]"] == pytest.approx(tube.truth["sub-G1"], abs=3.0)
    change = value(analysis, "S, change", dose="8 µM")
    assert change.low < 17.5 < change.high
    assert {event.event for event in analysis.events} == {"g1_phase", "s_phase", "g2m_phase", "sub_g1"}
    rules = {check.rule for check in analysis.checks if check.passed}
    assert {"CV of the G1 peak", "place of G2/M over G1", "the two models agree on S"} <= rules


def test_generic_gives_every_gate_and_channel(tmp_path):
    tubes = truth.annexin_study(3, experiments=2, count=1500, drug_only=False)
    gate = {"name": "bright", "x": "Annexin V-FITC", "low": 1000.0, "parent": "singlets"}
    analysis = analysed(tubes, tmp_path, gates=[gate], population="singlets", compensation="none")
    shares = [end for end in analysis.endpoints if end.name == "share of parent"]
    assert {end.group["gate"] for end in shares} == {"cells", "singlets", "bright"}
    assert {end.group["channel"] for end in analysis.endpoints if end.name == "mean fluorescence"} == {
        "Annexin V-FITC (FITC-A)",
        "PI (PI-A)",
    }
    assert all(end.warnings == ("uncompensated",) for end in analysis.endpoints)
    fold = value(analysis, "median fluorescence, fold of control", dose="16 µM", channel="PI (PI-A)")
    assert isinstance(fold, Estimate)


def test_repeated_tubes_of_an_experiment_never_enter_n():
    from selenolab.assays.flow.channels import Channels
    from selenolab.assays.flow.headline import headline
    from selenolab.assays.flow.kinds import ANNEXIN, Panel, Value
    from selenolab.assays.flow.room import Room, Tube

    def summary(repeats):
        tubes, values = [], []
        for experiment, (low, high) in {"1": (5.0, 20.0), "2": (7.0, 26.0), "3": (6.0, 30.0)}.items():
            for dose, level in ((0.0, low), (8.0, high)):
                for number in range(repeats):
                    name = f"{experiment} {dose} {number}"
                    tubes.append(Tube(name, "sample", experiment=experiment, dose=dose, arm="NAC"))
                    values.append(Value(ANNEXIN, name, level + (number - (repeats - 1) / 2)))
        room = Room(tuple(tubes), {}, Channels({}, {}, {}), "µM", {}, (), {}, {}, {})
        return headline(Panel(tuple(values)), room, 0.95)

    once, often = summary(1), summary(6)
    assert [end.outcome.n for end in often.endpoints[:3]] == [3, 3, 3]
    change = [
        next(e.outcome for e in found.endpoints if e.name.endswith("change")) for found in (once, often)
    ]
    assert (change[0].low, change[0].high) == pytest.approx((change[1].low, change[1].high))
    assert len(often.units) == 6
    assert {unit.group["arm"] for unit in often.units} == {"NAC"}
