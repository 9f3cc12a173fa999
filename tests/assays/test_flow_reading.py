"""Files and sheets to tubes: roles, doses, channels, and what is refused by name."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from selenolab.assays.flow.channels import find_channels
from selenolab.assays.flow.reading import read
from selenolab.assays.flow.settings import FlowSettings
from selenolab.core.assay import Sheet
from selenolab.core.errors import SelenolabError

sys.path.append(str(Path(__file__).parent))
from flow_files import opened, truth

PLAIN = FlowSettings()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("tubes")


@pytest.fixture(scope="module")
def tube():
    return truth.annexin_study(1, experiments=1, count=300)[0]


def written(tube, place, name, **changes):
    path = place / name
    path.write_bytes(truth.fcs(replace(tube, **changes)))
    return path


@pytest.fixture(scope="module")
def pair(tube, place):
    return [written(tube, place, name, events=tube.events[k:]) for k, name in enumerate(("a.fcs", "b.fcs"))]


def sheet(rows, **units):
    return Sheet("sheet.csv", pd.DataFrame(rows), units)


def tubes_of(paths, table=None, settings=PLAIN):
    found = read([opened(path) for path in paths], table, settings).dataset
    return found.tables["tubes"].frame.set_index("tube"), found


def test_a_sheet_gives_roles_doses_and_times_in_one_unit(pair):
    rows = [
        {"file": "a.fcs", "treatment": "", "conc": 0, "timepoint": 24, "replicate": "E1", "role": "control"},
        {"file": "b", "treatment": "", "conc": 8000, "timepoint": 1440, "replicate": "E1", "role": "treated"},
    ]
    table = sheet(
        [{k: v for k, v in row.items() if k != "treatment"} for row in rows], conc="nM", timepoint="min"
    )
    frame, found = tubes_of(pair, table, FlowSettings(dose_unit="µM"))
    assert frame["dose"].tolist() == [0.0, 8.0]
    assert frame["time"].tolist() == [pytest.approx(0.4), pytest.approx(24.0)]
    assert frame["role"].tolist() == ["sample", "sample"]
    assert found.tables["tubes"].units == {"dose": "µM"}


def test_a_tube_without_dose_is_no_control_beside_tubes_of_dose_zero(pair):
    rows = [{"file": "a.fcs", "dose": 0.0}, {"file": "b.fcs", "dose": None}]
    with pytest.raises(SelenolabError, match=r"b\.fcs: .*neither dose nor compound.*role of the control"):
        tubes_of(pair, sheet(rows, dose="µM"))
    told = [row | {"role": role} for row, role in zip(rows, ("vehicle", "unstained"), strict=True)]
    assert list(tubes_of(pair, sheet(told, dose="µM"))[0]["role"]) == ["sample", "unstained"]


def test_facts_of_the_study_file_go_before_the_sheet(pair):
    table = sheet(
        [{"file": "a.fcs", "dose": 4, "arm": ""}, {"file": "b.fcs", "dose": 4, "arm": ""}], dose="µM"
    )
    files = [opened(pair[0], arm="NAC", dose="8 µM"), opened(pair[1], "unstained")]
    frame = read(files, table, PLAIN).dataset.tables["tubes"].frame.set_index("tube")
    assert frame.loc["a.fcs", ["arm", "dose"]].tolist() == ["NAC", 8.0]
    assert frame.loc["b.fcs", ["role", "dose"]].tolist() == ["unstained", 4.0]


def test_events_are_kept_as_the_file_has_them(pair, tube):
    _, found = tubes_of(pair)
    events = found.tables["events"].frame
    assert isinstance(events["tube"].dtype, pd.CategoricalDtype)
    assert events["FITC-A"].dtype == np.float32
    own = events.loc[events["tube"] == "b.fcs", "FITC-A"].to_numpy()
    assert np.array_equal(own, tube.events[1:, 3].astype(np.float32))
    assert found.tables["events"].schema.bulk


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"file": "a.fcs", "colour": "red"}], "Unknown column 'colour'"),
        ([{"name": "a.fcs"}], "column 'file'"),
        ([{"file": "c.fcs"}], "not among the files"),
        ([{"file": "a.fcs"}, {"file": "a.fcs"}], "two rows"),
        ([{"file": "a.fcs", "role": "sampel"}], "Did you mean sample"),
        ([{"file": "a.fcs", "dose": 4}], "dose has no unit"),
        ([{"file": "a.fcs", "dose": "4 bananas"}], "unknown unit"),
        ([{"file": "a.fcs", "dose": "-4 µM"}], "from 0 on"),
        ([{"file": "a.fcs", "time": 4}], "time 4 has no unit"),
        ([{"file": "a.fcs", "time": "soon h"}], "Expected a number"),
        ([{"file": "a.fcs", "dose": "4 µM", "basis": "pear"}], "basis is 'pear'"),
        ([{"file": "a.fcs", "experiment": "1"}, {"file": "b.fcs", "experiment": ""}], "names no experiment"),
        ([{"file": "a.fcs", "dose": "4 µM"}, {"file": "b.fcs", "dose": "4 µg/mL"}], "molar"),
        ([{"file": "a.fcs", "role": "gates"}], "holds events"),
    ],
)
def test_a_sheet_that_cannot_be_understood_is_refused(pair, rows, said):
    with pytest.raises(SelenolabError, match=said):
        tubes_of(pair, sheet(rows))


def test_tubes_of_different_panels_are_refused_and_extra_channels_are_said(tube, place):
    one = written(tube, place, "one.fcs")
    other = written(tube, place, "other.fcs", channels=tuple("UVWXYZ"))
    with pytest.raises(SelenolabError, match="no channel in common"):
        tubes_of([one, other])
    renamed = (*tube.channels[:4], "PE-A", "Time")
    partly = written(tube, place, "partly.fcs", channels=renamed)
    found = read([opened(one), opened(partly)], None, PLAIN)
    assert "channels that some tubes lack are not used: PI-A, PE-A" in found.assumed


def test_a_broken_matrix_stops_only_a_run_that_needs_it(tube, place):
    text = truth.fcs(replace(tube, spill=np.eye(2))).replace(b"2,FITC-A,PI-A", b"2,FITC-A,QQ-A")
    path = place / "spill.fcs"
    path.write_bytes(text)
    with pytest.raises(SelenolabError, match="QQ-A"):
        tubes_of([path])
    assert "QQ-A" in read([opened(path)], None, FlowSettings(compensation="none")).warnings[0]


def frame(*names):
    markers = dict(name.split("=") if "=" in name else (name, "") for name in names)
    return pd.DataFrame({"flow_channel": list(markers), "flow_marker": list(markers.values())})


def test_channels_are_found_by_marker_before_name_and_area_before_height():
    names = (
        "FSC-A",
        "FSC-H",
        "SSC-A",
        "FITC-A=Annexin V",
        "FITC-H=Annexin V",
        "PE-A",
        "PerCP-A=7-AAD",
        "Time",
    )
    parts = find_channels(frame(*names), FlowSettings(panel="annexin")).parts
    assert parts == {
        "annexin": "FITC-A", "death": "PerCP-A", "forward": "FSC-A", "side": "SSC-A", "forward_width": "FSC-H"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("panel", "names", "said"),
    [
        ("annexin", ("FSC-A", "FITC-A", "X-A=PI", "Y-A=PI"), "may be in X-A or Y-A"),
        ("annexin", ("FSC-A", "X-A", "Y-A"), "Unable to find the channel of annexin"),
        ("dna", ("FSC-A", "BV421-A"), "channels.dna"),
        ("jc1", ("FSC-A", "FITC-A"), "JC-1 aggregates"),
    ],
)
def test_channels_that_cannot_be_told_are_refused_with_the_list(panel, names, said):
    with pytest.raises(SelenolabError, match=said):
        find_channels(frame(*names), FlowSettings(panel=panel))


def test_the_settings_name_channels_where_they_cannot_be_told():
    settings = FlowSettings(panel="annexin", channels={"death": "Y-A", "annexin": "X-A"})
    assert find_channels(frame("FSC-A", "X-A=PI", "Y-A=PI"), settings).parts["death"] == "Y-A"
    with pytest.raises(ValueError, match="Unknown part 'deth'"):
        FlowSettings(channels={"deth": "Y-A"})


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ({"name": "a", "x": "FSC-A"}, "Expected a polygon, or low or high"),
        ({"name": "a", "x": "FSC-A", "polygon": [[0, 0], [1, 1], [2, 0]]}, "second channel"),
        ({"name": "a", "x": "FSC-A", "low": 2.0, "high": 1.0}, "low below high"),
        ({"name": "a", "x": "A", "y": "B", "polygon": [[0, 0], [1, 1]]}, "three vertices"),
    ],
)
def test_a_gate_of_the_settings_is_one_region(gate, said):
    with pytest.raises(ValueError, match=said):
        FlowSettings(gates=[gate])
