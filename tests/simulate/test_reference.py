from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.core.model import Model, Parameter
from selenolab.simulate.reference import simulate

EQUATIONS = """
model decay
  species drug, cells
  drug = 0; cells = 1
  k = 0; g = 0; ec50 = 1; kill = 0
  effect := kill * drug / (ec50 + drug)
  lose: drug -> ; k * drug
  grow: -> cells; (g - effect) * cells
end
"""


def parameter(name, value):
    return Parameter(name, value, "1/h", -10, 10, "assumed", "a test")


MODEL = Model(
    "decay", "t", "p", EQUATIONS,
    (parameter("k", 0.1), parameter("g", 0.03), parameter("ec50", 4.0), parameter("kill", 0.2)),
    {"viable_cells": "cells", "free_drug": "[drug]", "response": "effect"}, "drug", "µM", "h", "none",
)  # fmt: skip


def design(doses=(0.0, 1.0, 10.0), times=(0.0, 24.0, 48.0)):
    return pd.DataFrame(
        [{"condition": f"d{d:g}", "dose": d, "time": t, "compound": "x"} for d in doses for t in times]
    )


def test_states_are_those_of_the_closed_form():
    found = simulate(MODEL, design(), {"k": 0.0}, "µM")
    expected = design()
    rate = 0.03 - 0.2 * expected["dose"] / (4 + expected["dose"])
    assert found[["condition", "time"]].equals(expected[["condition", "time"]])
    np.testing.assert_allclose(found["viable_cells"], np.exp(rate * expected["time"]), rtol=1e-7)
    np.testing.assert_allclose(found["free_drug"], expected["dose"], rtol=1e-9, atol=0)


def test_a_design_that_doses_nothing_needs_no_unit_of_dose():
    undosed = design(doses=(0.0,))
    pd.testing.assert_frame_equal(simulate(MODEL, undosed), simulate(MODEL, undosed, {}, "µM"))


def test_a_drug_that_decays_has_the_integrated_effect():
    found = simulate(MODEL, design((8.0,)), {}, "µM")
    t, d0, k = found["time"], 8.0, 0.1
    lost = 0.2 / k * np.log((4 + d0) / (4 + d0 * np.exp(-k * t)))
    np.testing.assert_allclose(found["viable_cells"], np.exp(0.03 * t - lost), rtol=1e-7)
    np.testing.assert_allclose(
        found["response"], 0.2 * d0 * np.exp(-k * t) / (4 + d0 * np.exp(-k * t)), rtol=1e-7
    )


def test_rows_keep_the_order_of_the_design_and_conditions_do_not_mix():
    plain = simulate(MODEL, design(), {}, "µM")
    turned = simulate(MODEL, design().iloc[::-1], {}, "µM")
    assert turned["condition"].tolist() == plain["condition"].tolist()[::-1]
    assert turned["time"].tolist() == plain["time"].tolist()[::-1]
    np.testing.assert_array_equal(turned["viable_cells"], plain["viable_cells"][::-1])


def test_the_same_comes_out_twice():
    pd.testing.assert_frame_equal(
        simulate(MODEL, design(), {}, "µM"), simulate(MODEL, design(), {}, "µM"), check_exact=True
    )


@pytest.mark.parametrize(("unit", "factor"), [("s", 3600.0), ("min", 60.0), ("d", 1 / 24)])
def test_time_is_in_hours_whatever_the_model_counts_in(unit, factor):
    scaled = tuple(
        replace(p, value=p.value / factor if p.name != "ec50" else p.value) for p in MODEL.parameters
    )
    found = simulate(replace(MODEL, time_unit=unit, parameters=scaled), design(), {}, "µM")
    expected = simulate(MODEL, design(), {}, "µM")
    np.testing.assert_allclose(found["viable_cells"], expected["viable_cells"], rtol=1e-6)
    np.testing.assert_array_equal(found["time"], expected["time"])


def test_time_zero_alone_is_the_start():
    found = simulate(MODEL, design((3.0,), (0.0,)), {}, "µM")
    assert found[["viable_cells", "free_drug"]].to_numpy().tolist() == [[1.0, 3.0]]


@pytest.mark.parametrize(
    ("change", "frame", "overrides", "unit", "says"),
    [
        ({}, design(), {}, "nM", "takes doses in µM, the design has them in nM"),
        ({}, design(), {}, "", "does not state the unit"),
        ({}, design().drop(columns="time"), {}, "µM", "lacks time"),
        ({}, design().iloc[:0], {}, "µM", "is empty"),
        ({}, design((-1.0,)), {}, "µM", "a dose of -1"),
        ({}, design((np.nan,)), {}, "µM", "a dose of nan"),
        ({}, design().assign(condition="same"), {}, "µM", "'same' has several doses"),
        ({}, design(), {"g": np.inf}, "µM", "Parameter g of model decay is inf"),
        ({"equations": "model x\n -> y; k*\nend"}, design(), {}, "µM", "model.ant: Unable to read"),
        ({"doses": "drugs"}, design(), {}, "µM", "doses 'drugs' is no species"),
        ({"observables": {"viable_cells": "cell"}}, design(), {}, "µM", "observable viable_cells = 'cell'"),
        ({"parameters": (parameter("q", 1.0),)}, design(), {}, "µM", "'q' is no parameter of model.ant"),
        ({"time_unit": "weeks"}, design(), {}, "µM", "Unknown time_unit 'weeks'"),
        ({"equations": EQUATIONS.replace("(g - effect)", "cells^2")}, design(), {}, "µM", "failed"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_says_why(change, frame, overrides, unit, says, capfd):
    with pytest.raises(DataError) as caught:
        simulate(replace(MODEL, **change), frame, overrides, unit)
    assert says in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert capfd.readouterr().err == ""


def test_a_start_that_depends_on_a_parameter_follows_it():
    model = replace(MODEL, equations=EQUATIONS.replace("cells = 1", "cells = 10 * g"))
    found = simulate(model, design((0.0, 2.0), (0.0,)), {"g": 0.5}, "µM")
    assert found["viable_cells"].tolist() == [5.0, 5.0]


def test_overrides_of_one_call_do_not_reach_the_next():
    plain = simulate(MODEL, design(), {}, "µM")
    changed = simulate(MODEL, design(), {"k": 1.0, "kill": 1.0}, "µM")
    pd.testing.assert_frame_equal(simulate(MODEL, design(), {}, "µM"), plain, check_exact=True)
    assert (changed["free_drug"] < plain["free_drug"]).any()


def test_an_unknown_parameter_has_a_near_one():
    with pytest.raises(UnknownNameError, match="Did you mean ec50"):
        simulate(MODEL, design(), {"ec5": 1.0}, "µM")
