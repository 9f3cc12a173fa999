"""What the assay holds against its tubes, and what it draws of them."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from selenolab.assays.flow.assay import analyse
from selenolab.assays.flow.jc1 import least_error
from selenolab.assays.flow.settings import FlowSettings
from selenolab.core.drawing import Density, Panels
from selenolab.core.errors import DataError
from selenolab.core.study import Exclusion
from selenolab.study.exclude import exclude

sys.path.append(str(Path(__file__).parent))
from flow_files import analysed, reading, truth


@pytest.fixture(scope="module")
def tubes():
    return truth.annexin_study(6, experiments=2, count=1500, drug_only=False)


def with_events(tubes, index, change):
    """The tubes, the events of one of them changed."""
    events = tubes[index].events.copy()
    change(events)
    return [*tubes[:index], replace(tubes[index], events=events), *tubes[index + 1 :]]


def verdicts(analysis, rule):
    return {check.name: check.passed for check in analysis.checks if check.rule == rule}


def test_a_steady_tube_passes_and_a_drifting_one_fails(tubes, tmp_path):
    def drift(events):
        events[:, 3] *= np.linspace(1, 2, len(events))

    found = verdicts(
        analysed(with_events(tubes, 0, drift), tmp_path, panel="annexin"), "steady fluorescence over the run"
    )
    assert found.pop(tubes[0].name) is False
    assert all(found.values())


def test_a_clog_shows_as_slices_with_few_events(tubes, tmp_path):
    def clog(events):
        late = events[:, 5] > 3000
        events[late, 5] += 1500

    found = verdicts(
        analysed(with_events(tubes, 1, clog), tmp_path, panel="annexin"), "steady flow over the run"
    )
    assert found.pop(tubes[1].name) is False
    assert all(found.values())


def test_events_at_the_top_of_the_scale_fail_beyond_one_percent(tubes, tmp_path):
    def saturate(events):
        events[: len(events) // 50, 4] = truth.TOP

    found = verdicts(
        analysed(with_events(tubes, 2, saturate), tmp_path, panel="annexin"), "events at the top of the scale"
    )
    assert found == {f"{tubes[2].name}: PI-A": False}


def test_an_excluded_tube_enters_no_number_and_is_told(tubes, tmp_path):
    settings = FlowSettings(panel="annexin", shown_tubes=0)
    dataset = reading(tubes, tmp_path, panel="annexin").dataset
    kept = exclude(dataset, [Exclusion("flow", {"tube": tubes[1].name}, "spilt")])
    analysis = analyse(kept, settings, 0, {})
    assert f"{tubes[1].name}: left out, excluded: spilt." in analysis.warnings
    assert tubes[1].name not in set(analysis.tables["tube_values"].frame["tube"])
    own = [
        unit.unit_id
        for unit in analysis.units
        if unit.endpoint == "live cells" and unit.group["dose"] == "8 µM"
    ]
    assert own == ["E2"]


def test_a_channel_of_one_value_is_refused(tubes, tmp_path):
    def dead(events):
        events[:, 3] = 5.0

    with pytest.raises(DataError, match="FITC-A shows 5 in all"):
        analysed(with_events(tubes, 0, dead), tmp_path, panel="annexin")


def test_the_gating_is_drawn_for_each_kind_of_tube_with_its_shares(tubes, tmp_path):
    analysis = analysed(tubes, tmp_path, panel="annexin")
    figures = {drawing.name: drawing for drawing in analysis.drawings if isinstance(drawing, Panels)}
    assert list(figures) == [
        f"gating-E1_{name}.fcs" for name in ("0_uM", "16_uM", "PI_only", "annexin_only", "unstained")
    ]
    steps = figures["gating-E1_16_uM.fcs"].panels
    assert [step.title for step in steps] == ["all events", "cells", "singlets"]
    assert all(isinstance(step, Density) for step in steps)
    names = [line.name for line in steps[2].outlines]
    row = analysis.tables["tube_values"].frame.set_index("tube").loc["E1_16_uM.fcs"]
    assert names[1] == f"early {row['early apoptotic [%]']:.1f} %"
    assert steps[0].outlines[0].name.startswith("cells 9")
    assert steps[0].counts.sum() == row["event_count"]
    for figure in figures.values():  # a tube without positives still shows all four quadrants
        last = figure.panels[-1]
        sizes = [np.ptp(line.frame[word]) for line in last.outlines for word in ("x", "y")]
        spans = [np.ptp(last.x_edges), np.ptp(last.y_edges)] * 4
        assert min(size / span for size, span in zip(sizes, spans, strict=True)) > 0.15


@pytest.mark.parametrize("kind", ["asinh", "biex", "hyperlog", "linear"])
def test_a_gate_lies_on_the_same_events_on_every_scale(tubes, tmp_path, kind):
    gate = {
        "name": "bright",
        "x": "FITC-A",
        "y": "PI-A",
        "polygon": [[1e3, 1e3], [1e3, 2e5], [2e5, 2e5], [2e5, 1e3]],
    }
    settings = {"gates": [{**gate, "parent": "singlets"}], "population": "singlets", "shown_tubes": 1}
    analysis = analysed(tubes, tmp_path, transform=kind, **settings)
    panel = next(d for d in analysis.drawings if isinstance(d, Panels)).panels[2]
    ring, share = panel.outlines[0].frame, float(panel.outlines[0].name.split()[1])
    x = (panel.x_edges[1:] + panel.x_edges[:-1]) / 2
    y = (panel.y_edges[1:] + panel.y_edges[:-1]) / 2
    inside = panel.counts[np.ix_(x > ring["x"].min(), y > ring["y"].min())].sum() / panel.counts.sum()
    assert 100 * inside == pytest.approx(share, abs=1.5)


def test_the_threshold_of_least_error_lies_between_two_populations():
    rng = np.random.default_rng(1)
    low, high = np.exp(rng.normal(-2, 0.3, 5000)), np.exp(rng.normal(1, 0.3, 5000))
    place, wrong = least_error(np.r_[low, high[:100]], np.r_[high, low[:150]])
    assert low.max() < place < high.min()
    assert wrong == pytest.approx(100 * 150 / 5150, abs=0.1)
