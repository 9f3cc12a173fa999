"""Agreement with what is published: said where an interval carries it, and not by chance of many doses."""

from math import exp, inf

import numpy as np
import pytest

from selenolab.core.estimate import Absent, Estimate
from selenolab.core.event import EventReading
from selenolab.evidence.agreement import confront, direction, p_value, summary
from selenolab.evidence.pathway import named_pathway
from selenolab.stats.experiments import change_from_control

PATHWAY = named_pathway("selenocystine")
IS = "independent experiments"


def reading(event: str, value: float, width: float = 1.2, n: int = 3, dose: float = 8.0) -> EventReading:
    change = Estimate(value, value / width, value * width, "1", "ratio", n, IS)
    return EventReading(event, "toy", {}, change, dose, "µM", 24.0)


def judged(*readings: EventReading, line: str = "") -> dict[str, str]:
    rows = confront(PATHWAY, [("run", one) for one in readings], line)
    return {row.event.word: row.agreement for row in rows}


def test_the_verdicts() -> None:
    found = judged(
        reading("ros", 3.0), reading("p_akt", 2.0), reading("p21", 1.1, 1.5), reading("p_jnk", 3.0),
        reading("caspase_3", 4.0, dose=4.0), reading("caspase_3", 0.2, dose=8.0),
        EventReading("p27", "toy", {}, Absent("no band")),
    )  # fmt: skip
    assert found["ros"] == "agrees"
    assert found["p_akt"] == "disagrees"
    assert found["p21"] == "no clear change"
    assert found["p_jnk"] == "not stated"
    assert found["caspase_3"] == "mixed"
    assert found["p27"] == "no interval"
    assert found["annexin"] == "not measured"


def test_a_line_without_caspase_3_is_not_asked_for_it() -> None:
    assert judged(reading("caspase_3", 3.0), line="MCF7")["caspase_3"] == "not expected"
    assert judged(reading("caspase_3", 3.0), line="HepG2")["caspase_3"] == "agrees"


def test_one_experiment_or_an_open_interval_decides_nothing() -> None:
    assert direction(reading("ros", 9.0, n=1)) == "unknown"
    open_side = Estimate(9.0, -inf, inf, "1", "ratio", 3, IS)
    assert direction(EventReading("ros", "toy", {}, open_side)) == "unknown"


def test_a_bound_can_show_a_direction() -> None:
    bound = Estimate(8.0, 8.0, inf, "1", "ratio", 3, IS, censored=">")
    assert direction(EventReading("ros", "toy", {}, bound)) == "up"


def test_a_ratio_whose_interval_reaches_below_zero_can_go_down() -> None:
    """An enzyme that is nearly gone: its ratio is taken on the plain scale, and is the clearest of all."""
    gone = Estimate(0.03, -0.09, 0.15, "1", "mean over experiments, t interval", 3, IS)
    assert p_value(gone) < 0.001
    assert judged(EventReading("trxr_activity", "toy", {}, gone))["trxr_activity"] == "agrees"
    wide = Estimate(0.5, -0.6, 1.6, "1", "mean over experiments, t interval", 3, IS)
    assert direction(EventReading("trxr_activity", "toy", {}, wide)) == "open"


def test_the_p_is_that_of_the_interval() -> None:
    days = ["a", "b", "c", "d"]
    change = change_from_control([2.0, 3.0, 2.5, 2.2], days, [1.0, 1.1, 0.9, 1.2], days, "1")
    assert isinstance(change.estimate, Estimate)
    assert p_value(change.estimate) == pytest.approx(change.p, rel=1e-9)


def test_many_doses_make_no_agreement_by_chance() -> None:
    """2,000 studies of six doses without any effect: a direction is said in at most about 5 %."""
    draw = np.random.default_rng(3)
    said = 0
    for _ in range(2000):
        days = ["a", "b", "c"]
        control = np.exp(draw.normal(0, 0.2, 3))
        readings = []
        for dose in range(1, 7):
            treated = np.exp(draw.normal(0, 0.2, 3))
            change = change_from_control(treated, days, control, days, "1").estimate
            readings.append(EventReading("ros", "toy", {}, change, float(dose), "µM", 24.0))
        said += judged(*readings)["ros"] in ("agrees", "disagrees", "mixed")
    assert said / 2000 < 0.06


def test_the_summary_counts_every_event_once() -> None:
    rows = confront(PATHWAY, [("run", reading("ros", 3.0)), ("run", reading("p21", exp(-2)))])
    lines = summary(rows)
    assert lines[0].startswith(f"Of {len(PATHWAY.events)} events of the pathway 2 were measured: 1 agree")
    assert "1 disagree with it (p21)" in lines[0]
    assert lines[1].count(",") >= len(PATHWAY.events) - 4
    assert "of 2 events without any change 0.1 would be called clear by chance" in lines[-2]
    assert "does not show that one event causes the next" in lines[-1]
