from selenolab.core.analysis import Analysis, UnitValue
from selenolab.core.drawing import Axis, Caption, CurvePlot
from selenolab.core.estimate import Absent, Endpoint, Estimate
from selenolab.study.simulated import as_simulated


def test_n_of_a_virtual_run_counts_simulated_experiments():
    value = Estimate(2.0, 1.0, 3.0, "µM", "t", 3, "independent experiments")
    plot = CurvePlot("c", "t", Caption("x", "3 independent experiments"), Axis("Dose"), Axis("y"), ())
    ends = (Endpoint("IC50", {}, value), Endpoint("IC90", {}, Absent("too few", "µM")))
    found = as_simulated(Analysis(ends, drawings=(plot,)))
    assert found.endpoints[0].outcome.n_is == "simulated experiments"
    assert (found.endpoints[0].outcome.value, found.endpoints[0].outcome.n) == (2.0, 3)
    assert found.endpoints[1] == ends[1]
    assert found.drawings[0].caption.n == "3 simulated experiments"


def test_vessels_and_images_of_a_virtual_run_are_simulated_ones_too():
    value = Estimate(2.0, 1.0, 3.0, "h", "t", 3, "vessels")
    plot = CurvePlot("c", "t", Caption("x", "3 vessels of each medium"), Axis("Time"), Axis("y"), ())
    unit = UnitValue("t50", {}, "1", 2.0, "h", "log", unit_is="vessels")
    found = as_simulated(Analysis((Endpoint("t50", {}, value),), drawings=(plot,), units=(unit,)))
    assert found.endpoints[0].outcome.n_is == "simulated vessels"
    assert found.units[0].unit_is == "simulated vessels"
    assert found.drawings[0].caption.n == "3 vessels of each medium (simulated)"
    assert as_simulated(found) == found
