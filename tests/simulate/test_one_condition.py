# ruff: noqa: E501 - tables of words read better unbroken
"""Inputs, actions, doses, settling and native events against answers on paper."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from selenolab.core.errors import DataError
from selenolab.core.model import Model, Parameter
from selenolab.simulate.reference import simulate

TANK = """
model tank
  species drug, taken, burnt
  k = 0.1; start = 2; room = 50; sample = 1; loaded = 0; limit = 3
  drug = start * 10 / room
  taken = 0; burnt = 0
  total := drug + loaded / room
  drug_after := drug * (1 - sample / room)
  taken_after := taken + drug * sample
  lose: drug -> ; k * drug
end
"""


def parameter(name, value):
    return Parameter(name, value, "1", -1e9, 1e9, "assumed", "a test of the engine")


TANK_VALUES = {"k": 0.1, "start": 2.0, "room": 50.0, "sample": 1.0, "loaded": 0.0, "limit": 3.0}
MODEL = Model(
    "tank", "t", "p", TANK, tuple(parameter(*pair) for pair in TANK_VALUES.items()),
    {"free_drug": "drug", "response": "total", "released": "taken"}, "loaded", "µg", "h", "none",
    inputs={"medium_volume": "room", "sample_volume": "sample", "gsh": "start"},
    actions={"sample": {"drug": "drug_after", "taken": "taken_after"}},
)  # fmt: skip


def rows(*times, condition="a", dose=0.0, actions=None, **inputs):
    action = actions or [""] * len(times)
    return pd.DataFrame({"condition": condition, "dose": dose, "time": times, "action": action, **inputs})


def run(design, model=MODEL, **overrides):
    return simulate(model, design, overrides, "µg")


def with_lines(lines, **changes):
    return replace(MODEL, equations=TANK.replace("end\n", f"{lines}\nend\n"), **changes)


def test_starts_follow_the_inputs_of_their_own_condition_only():
    design = pd.concat(
        [
            rows(0.0, 5.0, condition="small", gsh=4.0, medium_volume=10.0, sample_volume=0.5),
            rows(0.0, 5.0, condition="large", gsh=1.0, medium_volume=100.0, sample_volume=2.0),
        ]
    )
    found = run(design)["free_drug"]
    np.testing.assert_allclose(found, [4.0, 4 * np.exp(-0.5), 0.1, 0.1 * np.exp(-0.5)], rtol=1e-7)
    plain = run(rows(0.0))
    assert plain["free_drug"].tolist() == [0.4]  # 2 * 10 / 50: nothing was left behind


def test_a_dose_may_be_a_parameter():
    found = run(pd.concat([rows(0.0, condition=f"{d}", dose=d) for d in (0.0, 100.0, 25.0)]))
    np.testing.assert_allclose(found["response"], [0.4, 2.4, 0.9])


def test_a_sample_is_seen_before_it_is_taken():
    times, actions = [0.0, 1.0, 2.0, 5.0], ["sample", "", "sample", ""]
    found = run(rows(*times, actions=actions, sample_volume=5.0))
    decay, kept = np.exp(-0.1), 1 - 5 / 50
    drug = np.array([0.4, 0.4 * kept * decay, 0.4 * kept * decay**2, 0.4 * kept**2 * decay**5])
    np.testing.assert_allclose(found["free_drug"], drug, rtol=1e-7)
    np.testing.assert_allclose(found["released"], [0, 2.0, 2.0, 2.0 + 5 * drug[2]], rtol=1e-7)


def test_species_of_one_action_change_together():
    swap = {"drug": "taken", "taken": "drug"}
    found = run(rows(0.0, 1e-6, actions=["swap", ""]), replace(MODEL, actions={"swap": swap}))
    np.testing.assert_allclose(found[["free_drug", "released"]].iloc[1], [0.0, 0.4], atol=1e-6)


def test_any_order_of_times_gives_the_same():
    times, actions = [3.0, 0.5, 8.0, 2.0], ["sample", "sample", "", "sample"]
    mixed = run(rows(*times, actions=actions))
    order = np.argsort(times)
    sorted_ = run(rows(*np.array(times)[order], actions=list(np.array(actions)[order])))
    assert mixed["time"].tolist() == times
    np.testing.assert_array_equal(mixed["free_drug"].to_numpy()[order], sorted_["free_drug"])


def test_a_time_given_twice_is_seen_once_and_acted_on_once():
    twice = run(rows(1.0, 1.0, 4.0, actions=["", "sample", ""]))
    once = run(rows(1.0, 4.0, actions=["sample", ""]))
    pd.testing.assert_frame_equal(twice, once, check_exact=True)


def test_more_times_to_look_at_change_nothing():
    few = run(rows(1.0, 9.0, actions=["sample", ""]))
    many = run(rows(*np.linspace(0.25, 9.0, 36), actions=["", "", "", "sample"] + [""] * 32))
    np.testing.assert_allclose(many["free_drug"].iloc[[3, 35]], few["free_drug"], rtol=1e-7)


def test_a_dosing_event_of_the_equations():
    model = with_lines("  at (time >= 4): drug = drug + 1")
    found = run(pd.concat([rows(3.0, 6.0, condition=c, actions=["sample", ""]) for c in "ab"]), model)
    at_4 = 0.4 * np.exp(-0.4) * (1 - 1 / 50)
    for part in np.split(found["free_drug"].to_numpy(), 2):  # the second condition starts anew
        np.testing.assert_allclose(part[1], (at_4 + 1) * np.exp(-0.2), rtol=1e-7)


def test_an_event_of_the_state_is_found_and_undone_for_the_next_condition():
    model = with_lines("  g = 1\n  burn: -> burnt; g * 0\n  at (drug < 0.2): g = 0, drug = 0.4")
    model = replace(model, parameters=(*MODEL.parameters, parameter("g", 1.0)))
    model = replace(model, observables={"free_drug": "drug", "response": "g"})
    found = run(pd.concat([rows(2.0, 10.0, condition=c) for c in "ab"]), model)
    crossed = np.log(0.4 / 0.2) / 0.1
    last = 0.4 * np.exp(-0.1 * (10 - crossed))
    np.testing.assert_allclose(found["free_drug"], [0.4 * np.exp(-0.2), last] * 2, rtol=1e-7)
    assert found["response"].tolist() == [1.0, 0.0, 1.0, 0.0]


def test_an_act_that_would_trip_an_event_is_refused():
    model = with_lines("  low: at (drug < 0.35): burnt = 1")
    with pytest.raises(DataError, match=r"condition 'a'.*Action sample at 1 h trips the event low"):
        run(rows(1.0, 2.0, actions=["sample", ""], sample_volume=5.0), model)
    drug = run(rows(1.0, 2.0, actions=["sample", ""], sample_volume=0.5), model)["free_drug"]
    np.testing.assert_allclose(drug, [0.4 * np.exp(-0.1), 0.4 * np.exp(-0.2) * 0.99], rtol=1e-7)


def test_an_event_that_is_true_from_the_start_waits_for_its_return():
    model = with_lines("  high: at (drug > 0.3): burnt = burnt + 1\n  again: at (time > 20): drug = 1")
    model = replace(model, observables={"response": "burnt"}, actions={})
    assert run(rows(0.0, 10.0, 30.0), model)["response"].tolist() == [0.0, 0.0, 1.0]


SETTLING = """
model rest
  species source, drug
  make = 3; lose = 2; drug = 0; source = 0
  produce: -> source; make - lose * source
  clear: drug -> ; 0.1 * drug
  at (time >= 1): drug = drug + 1
end
"""
REST = Model(
    "rest", "t", "p", SETTLING, (parameter("make", 3.0), parameter("lose", 2.0)),
    {"free_drug": "drug", "response": "source"}, "drug", "µg", "h", "none", {"gsh": "make"}, settle=20.0,
)  # fmt: skip


def test_a_model_settles_undosed_before_time_zero():
    found = run(pd.concat([rows(0.0, 2.0, condition=f"{d}", dose=d, gsh=6.0) for d in (0.0, 5.0)]), REST)
    np.testing.assert_allclose(found["response"], 3.0, rtol=1e-7)
    doses = [0.0, np.exp(-0.1), 5.0, 5 * np.exp(-0.2) + np.exp(-0.1)]  # events count from the dose
    np.testing.assert_allclose(found["free_drug"], doses, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize(("change", "overrides"), [({"settle": 0.5}, {}), ({}, {"lose": 0.0})])
def test_a_model_that_does_not_rest_is_refused(change, overrides):
    with pytest.raises(DataError, match=r"condition 'a' .*source is not at rest after settling for"):
        run(rows(1.0), replace(REST, **change), **overrides)


def test_a_start_that_follows_the_dose_cannot_settle():
    model = with_lines("", settle=5.0, doses="start", inputs={})
    with pytest.raises(DataError, match="start of a species follows the dose 'start'"):
        run(rows(1.0, dose=1.0), model)


@pytest.mark.parametrize(
    ("design", "model", "says"),
    [
        (rows(1.0, gsh=np.nan), MODEL, "has a gsh of nan. Expected 0 or more"),
        (rows(1.0, gsh=-1.0), MODEL, "has a gsh of -1. Expected 0 or more"),
        (rows(1.0, gsh="much"), MODEL, "has a gsh of 'much'"),
        (rows(1.0, 2.0, gsh=[1.0, 2.0]), MODEL, "'a' has several values of gsh"),
        (rows(1.0, h2o2=1.0), MODEL, "Unknown input of model tank 'h2o2'. Known: gsh, medium_volume"),
        (rows(1.0, gsg=1.0), MODEL, "'gsg'. Did you mean gsh? The design sets it"),
        (rows(1.0, actions=["sampel"]), MODEL, "'sampel'. Did you mean sample? Condition 'a' asks for it at 1 h"),
        (rows(1.0, 1.0, actions=["sample", "sample"]), MODEL, "'a' has two actions at 1 h"),
        (rows(1.0), with_lines("  q = 2 * k"), "'q' starts as a formula"),
        (rows(1.0), replace(MODEL, parameters=(parameter("total", 1.0),)), "'total' is computed in model.ant"),
        (rows(1.0), replace(MODEL, actions={"sample": {"drugs": "total"}}), "action sample: 'drugs' is no species"),
        (rows(1.0), replace(MODEL, actions={"sample": {"drug": "totals"}}), "action sample: 'totals' is no value"),
        (rows(0.3, 0.1 + 0.2), MODEL, "'a' has the times 0.3 and 0.30000000000000004 h, which are one time"),
        (rows(1.0).assign(condition=None), MODEL, "a row without a condition"),
    ],
)  # fmt: skip
def test_what_the_model_cannot_follow_is_refused_by_name(design, model, says):
    with pytest.raises(DataError) as caught:
        run(design, model)
    assert says in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "says"), [("start", "by the design \\(gsh\\) and by an override"), ("loaded", "\\(dose\\)")]
)
def test_what_the_design_sets_cannot_be_overridden(name, says):
    with pytest.raises(DataError, match=says):
        run(rows(1.0, gsh=1.0), **{name: 3.0})
    if name == "start":
        assert run(rows(0.0), start=5.0)["free_drug"].tolist() == [1.0]


def test_words_in_the_design_are_no_inputs():
    words = rows(1.0, medium="PBS", experiment=1)
    pd.testing.assert_frame_equal(run(words), run(rows(1.0)))


def test_a_dose_after_settling_that_would_trip_an_event_is_refused():
    lines = SETTLING.replace("end\n", "  many: at (drug > 4): source = 0\nend\n")
    model = replace(REST, equations=lines)
    with pytest.raises(DataError, match=r"condition 'a'.*The dose trips the event many"):
        run(rows(1.0, dose=5.0), model)
    assert run(rows(0.0, dose=3.0), model)["free_drug"].tolist() == [3.0]
