"""Where spillover comes from, and where thresholds come from: each choice is taken, named, or refused."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from selenolab.assays.flow.assay import analyse
from selenolab.assays.flow.reading import read
from selenolab.assays.flow.settings import FlowSettings
from selenolab.core.errors import StudyError

sys.path.append(str(Path(__file__).parent))
from flow_files import analysed, numbers, opened, truth

MATRIX = "\t\nFITC-A\tPE-A\n1.0\t0.12\n0.04\t1.0\n"


@pytest.fixture(scope="module")
def jc1():
    return truth.jc1_study(4, experiments=2, count=1500)


@pytest.fixture(scope="module")
def annexin():
    return truth.annexin_study(8, experiments=1, count=1500, drug_only=False)


def depolarised_errors(tubes, analysis):
    found = numbers(analysis)
    return [
        abs(found.loc[tube.name, "JC-1 red/green"] / tube.truth["ratio"] - 1)
        for tube in tubes
        if tube.words["role"] == "sample"
    ]


def test_the_matrix_of_the_files_is_used_and_named(jc1, tmp_path):
    analysis = analysed(jc1, tmp_path, panel="jc1", compensation="file")
    assert max(depolarised_errors(jc1, analysis)) < 0.05
    assert not any(end.warnings for end in analysis.endpoints)
    assert set(analysis.tables["matrices"].frame["matrix_origin"].str.contains("SPILLOVER")) == {True}


def test_without_compensation_every_result_says_so_and_the_ratio_is_off(jc1, tmp_path):
    analysis = analysed(jc1, tmp_path, panel="jc1", compensation="none")
    assert all(end.warnings == ("uncompensated",) for end in analysis.endpoints)
    assert "matrices" not in analysis.tables
    assert max(depolarised_errors(jc1, analysis)) > 0.05


def test_tubes_of_which_only_some_hold_a_matrix_are_not_compensated(jc1, tmp_path):
    mixed = [replace(tube, spill=None) if k == 0 else tube for k, tube in enumerate(jc1)]
    analysis = analysed(mixed, tmp_path, panel="jc1")
    assert all("uncompensated" in end.warnings for end in analysis.endpoints)
    with pytest.raises(StudyError, match="holds no spillover matrix"):
        analysed(mixed, tmp_path, panel="jc1", compensation="file")


def test_a_matrix_file_goes_before_those_of_the_tubes(jc1, tmp_path):
    truth.write(jc1, tmp_path)
    (tmp_path / "jc.mtx").write_text(MATRIX)
    files = [opened(tmp_path / tube.name, str(tube.words["role"])) for tube in jc1]
    settings = FlowSettings(panel="jc1", shown_tubes=0)
    dataset = read([*files, opened(tmp_path / "jc.mtx", "spillover")], None, settings).dataset
    found = analyse(dataset, settings, 0, {}).tables["matrices"].frame
    assert set(found["flow_matrix"]) == {"all experiments"}
    assert found.set_index(["flow_channel", "flow_detector"])["spill"]["FITC-A", "PE-A"] == 0.12


def test_a_source_that_is_not_there_is_refused(annexin, tmp_path):
    with pytest.raises(StudyError, match="no file with a matrix"):
        analysed(annexin, tmp_path, panel="annexin", compensation="matrix")
    stainless = [tube for tube in annexin if tube.words.get("stain") != "PI"]
    with pytest.raises(StudyError, match="there is none for PI-A"):
        analysed(stainless, tmp_path, panel="annexin", compensation="single stains")


def test_a_single_stain_without_its_stain_is_refused(annexin, tmp_path):
    bare = [replace(tube, words={**tube.words, "stain": ""}) for tube in annexin]
    with pytest.raises(StudyError, match="needs its stain"):
        analysed(bare, tmp_path, panel="annexin")


def test_thresholds_set_by_hand_hold_and_are_called_so(annexin, tmp_path):
    analysis = analysed(annexin, tmp_path, panel="annexin", thresholds={"annexin": 900.0, "death": 1000.0})
    assert set(numbers(analysis)["threshold annexin"].dropna()) == {900.0}
    assert all(end.warnings == ("thresholds set by hand",) for end in analysis.endpoints)


def test_a_tube_minus_one_dye_raises_the_threshold_of_that_dye(annexin, tmp_path):
    plain = numbers(analysed(annexin, tmp_path, panel="annexin"))["threshold annexin"].dropna().iloc[0]
    events = next(tube for tube in annexin if tube.words.get("stain") == "PI").events.copy()
    events[:, 3] += 3000
    words = {"role": "fmo", "stain": "annexin", "experiment": "E1"}
    minus = replace(annexin[0], name="minus.fcs", words=words, events=events)
    raised = numbers(analysed([*annexin, minus], tmp_path, panel="annexin"))["threshold annexin"].dropna()
    assert raised.iloc[0] > plain + 1000
