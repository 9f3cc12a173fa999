"""The pathway page: when there is one, what stands on it, and that a simulation has its own."""

from dataclasses import replace
from math import isnan
from pathlib import Path

import numpy as np
import pytest

from selenolab.core.analysis import Analysis
from selenolab.core.assay import AssaySettings
from selenolab.core.dataset import Dataset
from selenolab.core.estimate import Estimate
from selenolab.core.event import EventReading
from selenolab.core.study import Bench, Failure, Provenance, Result, Run, Study
from selenolab.study.pathway_record import pathway_json
from selenolab.study.pathways import pathway_pages

IS = "independent experiments"


def reading(event: str, dose: float, value: float, **group: str) -> EventReading:
    change = Estimate(value, value / 1.1, value * 1.1, "1", "ratio", 3, IS)
    own = {"compound": "L-selenocystine", "cell_line": "HepG2", **group}
    return EventReading(event, "toy", own, change, dose, "µM", 24.0)


def result(*readings: EventReading, door: str = "bench", name: str = "one") -> Result:
    run = Run(name, "toy", Bench((), None), AssaySettings())
    return Result(run, Dataset({}), Analysis((), events=readings), Provenance(door, (), (), {}, "0"))  # type: ignore[arg-type]


def study(pathway: str = "") -> Study:
    return Study(Path("study.yaml"), "t", "", {}, {}, (), pathway=pathway)


THREE = [reading("ros", 8, 3.0), reading("s_phase", 8, 1.5), reading("annexin", 8, 6.0)]


def test_three_events_make_a_page_and_two_do_not_unless_asked_for() -> None:
    assert len(pathway_pages(study(), [result(*THREE)])) == 1
    assert pathway_pages(study(), [result(*THREE[:2])]) == ()
    assert len(pathway_pages(study("selenocystine"), [result(*THREE[:2])])) == 1
    assert pathway_pages(study("none"), [result(*THREE)]) == ()
    assert pathway_pages(study(), [Failure(result().run, "stopped")]) == ()


def test_lines_and_doors_have_pages_of_their_own() -> None:
    other = [reading(one.event, 8, 2.0, cell_line="A375") for one in THREE]
    pages = pathway_pages(study(), [result(*THREE, *other), result(*THREE, door="virtual", name="twin")])
    assert [(page.group["cell_line"], page.virtual) for page in pages] == [
        ("HepG2", False), ("A375", False), ("HepG2", True)
    ]  # fmt: skip


def test_a_perturbed_arm_is_no_reading_of_the_pathway() -> None:
    arm = reading("ros", 16, 1.0, arm="NAC")
    (page,) = pathway_pages(study(), [result(*THREE, arm)])
    assert [len(row.readings) for row in page.rows if row.event.word == "ros"] == [1]


def test_another_compound_is_said_to_be_another() -> None:
    other = [reading(one.event, 8, 3.0, compound="cisplatin") for one in THREE]
    (page,) = pathway_pages(study(), [result(*other)])
    assert "cisplatin is not the compound that the pathway was published for" in page.summary[0]
    (own,) = pathway_pages(study(), [result(*THREE)])
    assert "is not the compound" not in own.summary[0]


def test_the_figures_hold_what_was_measured_and_nothing_else() -> None:
    (page,) = pathway_pages(study(), [result(*THREE, reading("ros", 2, 1.5))])
    nodes = page.network.nodes.set_index("id")
    assert nodes.loc["ros", "value"] == pytest.approx(np.log2(3.0))  # the highest dose
    assert isnan(nodes.loc["p21", "value"])
    assert page.table.columns == ("2 µM, 24 h", "8 µM, 24 h")
    assert page.table.rows == ("DCF / ROS", "S phase", "Annexin V")
    assert int(np.isfinite(page.table.values).sum()) == 4


def test_doses_of_runs_in_other_units_are_the_same_doses() -> None:
    nano = replace(reading("ros", 2000, 1.5), dose_unit="nM")  # 2 µM: not above 8 µM
    (page,) = pathway_pages(study(), [result(*THREE), result(nano, reading("annexin", 2, 2.0), name="two")])
    assert page.table.columns == ("2 µM, 24 h", "8 µM, 24 h")
    assert page.network.nodes.set_index("id").loc["ros", "value"] == pytest.approx(np.log2(3.0))


def test_the_record_holds_every_reading() -> None:
    (page,) = pathway_pages(study(), [result(*THREE)])
    told = pathway_json(page)
    (ros,) = [event for event in told["events"] if event["event"] == "ros"]
    assert ros["agreement"] == "agrees"
    assert ros["readings"][0]["change"]["value"] == 3.0
    assert all("guide" in source for source in ros["sources"])
