"""Gates of files, of the study file and automatic ones: which hold, and that each is told."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from selenolab.assays.flow.gate_text import gate_row, gates_of
from selenolab.core.errors import SelenolabError
from selenolab.core.gate import (
    Combined,
    Dimension,
    Ellipsoid,
    Gate,
    Polygon,
    Quadrant,
    Rectangle,
    Transform,
)

sys.path.append(str(Path(__file__).parent))
from flow_files import SHARED, analysed, of_files, truth, value

X = Dimension("A", Transform("logicle", {"T": 262144.0, "W": 0.5}), "FCS", low=0.1, high=None)
Y = Dimension("B", second="C", in_data_units=True, floor=0.0)
REGIONS = (
    Rectangle((X, Y)),
    Polygon((X, Y), np.array([[0.0, 1], [2, 3], [4, 5.5]])),
    Quadrant((X, Y), ((None, 0.5), (0.25, None))),
    Ellipsoid((X, Y), np.array([1.0, 2.0]), np.array([[2.0, 0.5], [0.5, 1.0]]), 3.0),
    Combined("and", ("a", "!b")),
)
QUADRANTS = ("live cells", "early apoptotic", "late apoptotic", "necrotic")
BOX = [[20_000, 0], [20_000, 250_000], [250_000, 250_000], [250_000, 0]]


@pytest.fixture(scope="module")
def tubes():
    return truth.annexin_study(5, experiments=2, count=800, drug_only=False)


@pytest.mark.parametrize("region", REGIONS, ids=lambda region: type(region).__name__)
def test_a_gate_survives_its_text(region):
    gate = Gate("cells/one", region, "cells", "", "GatingML file", True, ("drawn by eye",))
    again = gates_of(pd.DataFrame([gate_row(gate, "tube 1")]))[0]
    assert (again.name, again.parent, again.sample, again.made_by) == (
        "cells/one",
        "cells",
        "tube 1",
        "GatingML file",
    )
    assert again.outside
    assert again.notes == gate.notes
    assert repr(again.region) == repr(region)


def counts(analysis):
    return analysis.tables["gate_counts"].frame.set_index(["tube", "gate"])


def test_automatic_gates_are_one_template_with_their_reasons(tubes, tmp_path):
    frame = counts(analysed(tubes, tmp_path, panel="annexin"))
    assert set(frame.index.get_level_values("gate")) == {"cells", "singlets", *QUADRANTS}
    assert frame.loc["E1_0_uM.fcs"].loc[list(QUADRANTS), "percent_of_parent"].sum() == pytest.approx(100)
    frame = frame[~frame.index.get_level_values("gate").isin(QUADRANTS)]
    assert frame["gate_maker"].str.startswith("automatic").all()
    assert (frame["gate_reason"] != "").all()
    assert frame.groupby("gate")["gate_reason"].nunique().eq(1).all()
    assert (frame["percent_of_parent_low"] < frame["percent_of_parent"]).all()


def test_a_gate_of_the_study_file_replaces_the_automatic_one_for_all_tubes(tubes, tmp_path):
    gate = {"name": "cells", "x": "FSC-A", "y": "SSC-A", "polygon": BOX, "reason": "by eye", "by": "AB"}
    analysis = analysed(tubes, tmp_path, panel="annexin", gates=[gate])
    frame = counts(analysis).xs("cells", level="gate")
    assert set(frame["gate_maker"]) == {"study file"}
    assert set(frame["gate_reason"]) == {"by eye; by AB"}
    assert not any("this tube alone" in text for text in analysis.warnings)


def test_an_exception_for_one_tube_is_listed(tubes, tmp_path):
    name = tubes[0].name
    gate = {"name": "cells", "x": "FSC-A", "y": "SSC-A", "polygon": BOX, "tube": name, "reason": "clogged"}
    analysis = analysed(tubes, tmp_path, panel="annexin", gates=[gate])
    assert f"{name}: gate cells is drawn for this tube alone (clogged)." in analysis.warnings
    makers = counts(analysis).xs("cells", level="gate")["gate_maker"]
    assert makers[name] == "study file, for this tube alone"
    assert makers.drop(name).str.startswith("automatic").all()
    inside = counts(analysis).loc[(name, "cells"), "events_inside"]
    x, y = tubes[0].events[:, 0].astype(np.float32), tubes[0].events[:, 2].astype(np.float32)
    assert inside == ((x >= 20_000) & (x <= 250_000) & (y <= 250_000)).sum()


def test_two_gates_of_one_name_are_refused_by_name(tubes, tmp_path):
    gates = [{"name": "b", "x": "FSC-A", "low": float(low)} for low in (1, 2)]
    with pytest.raises(SelenolabError, match="gates: 'b' is drawn twice"):
        analysed(tubes[:1], tmp_path, gates=gates)


def test_few_events_in_a_gate_are_flagged(tubes, tmp_path):
    gate = {"name": "rare", "x": "FITC-A", "low": 50_000.0, "parent": "singlets"}
    analysis = analysed(tubes, tmp_path, gates=[gate], population="singlets")
    assert (counts(analysis).xs("rare", level="gate")["gate_note"] == "fewer than 100 events").all()
    assert any("gate rare holds" in text and "fewer than 100" in text for text in analysis.warnings)


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ({"name": "a", "x": "NOPE", "low": 1.0}, "No channel 'NOPE'"),
        ({"name": "a", "x": "FSC-A", "low": 1.0, "parent": "b"}, "no gate is called 'b'"),
        ({"name": "a", "x": "FSC-A", "low": 1.0, "tube": "E9.fcs"}, "not among the files"),
        (
            {"name": "a", "x": "FSC-A", "y": "SSC-A", "polygon": [[0, 0], [9, 9], [0, 9], [9, 0]]},
            "crosses itself",
        ),
        ({"name": "a", "x": "FSC-A", "y": "FSC-A", "polygon": [[0, 0], [9, 9], [0, 9]]}, "same channel"),
    ],
)
def test_a_gate_that_cannot_be_is_refused_by_name(tubes, tmp_path, gate, said):
    with pytest.raises(SelenolabError, match=said):
        analysed(tubes, tmp_path, panel="annexin", gates=[gate])


@pytest.mark.skipif(not SHARED.exists(), reason="shared flow data are absent")
@pytest.mark.parametrize(
    ("file", "gate", "events"),
    [
        ("rect1", "Rectangle1", 252), ("rect2", "Rectangle2", 252), ("poly1", "Polygon1", 1582),
        ("poly2", "Polygon2", 183), ("poly3ns", "Polygon3NS", 1325), ("ellipse1", "Ellipse1", 203),
        ("ellipsoid3d", "Ellipsoid3D", 4191),
    ],
)  # fmt: skip
def test_gates_of_gating_ml_count_as_the_truth_does(file, gate, events):
    place = SHARED / "gates"
    analysis = of_files([place / "data1.fcs", place / f"gml_{file}_gate.xml"], shown_tubes=0)
    assert counts(analysis).loc[("data1.fcs", gate), "events_inside"] == events
    assert value(analysis, "share of parent", gate=gate).value == pytest.approx(100 * events / 13_367)


@pytest.mark.skipif(not SHARED.exists(), reason="shared flow data are absent")
@pytest.mark.parametrize(("workspace", "events"), [("asinh_rect", 50_559), ("asinh_rect2", 50_699)])
def test_gates_of_a_workspace_count_as_flowjo_does(workspace, events):
    place = SHARED / "diamond"
    analysis = of_files([place / "test_data_diamond_01.fcs", place / f"{workspace}.wsp"], shown_tubes=1)
    assert counts(analysis).loc[("test_data_diamond_01.fcs", "upper_right"), "events_inside"] == events
    assert any(drawing.name.startswith("gating-") for drawing in analysis.drawings)
    assert not any("counted" in text for text in analysis.warnings)


@pytest.mark.skipif(not SHARED.exists(), reason="shared flow data are absent")
@pytest.mark.parametrize("name", ["cytekxp5.fcs", "stratedigm-s1400.fcs"])
def test_files_of_vendors_give_numbers(name):
    analysis = of_files([SHARED / "vendor" / name], shown_tubes=0)
    assert len([end for end in analysis.endpoints if end.name == "median fluorescence"]) >= 5


@pytest.mark.skipif(not SHARED.exists(), reason="shared flow data are absent")
def test_single_stains_of_the_reference_give_its_spillover():
    from flow_files import opened

    from selenolab.assays.flow.assay import analyse
    from selenolab.assays.flow.reading import read
    from selenolab.assays.flow.settings import FlowSettings

    place = SHARED / "compensation"
    settings = FlowSettings(compensation="single stains", shown_tubes=0, panel="generic")
    files = [
        opened(place / "060909.001", "unstained"),
        opened(place / "060909.002", "single_stain", stain="FL1-H"),
        opened(place / "060909.003", "single_stain", stain="FL2-H"),
        opened(place / "060909.002", "sample"),
    ]
    renamed = [*files[:3], type(files[3])(files[3].path, "sample.fcs", "sample", "", files[3].parsed)]
    frame = analyse(read(renamed, None, settings).dataset, settings, 0, {}).tables["matrices"].frame
    own = frame[frame["flow_matrix"] == frame["flow_matrix"].iloc[0]]
    spill = {(r.flow_channel, r.flow_detector): r.spill for r in own.itertuples()}
    assert spill["FL1-H", "FL2-H"] == pytest.approx(0.242022277630705, abs=1e-9)
    assert spill["FL2-H", "FL1-H"] == pytest.approx(0.00772204774835748, abs=1e-9)
