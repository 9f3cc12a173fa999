"""Units that are no independent experiments are called by their name."""

import pytest

from selenolab.core.analysis import Analysis, UnitValue
from selenolab.core.study import Bench, Comparison, Provenance, Result, Run, Study
from selenolab.study.compare import compare_all


def compared(unit_is):
    units = tuple(
        UnitValue("size", {"sample": sample}, f"{sample}{i}", value, "nm", "log", unit_is=unit_is)
        for sample, values in {"a": (10.0, 11.0, 12.0), "b": (20.0, 21.0, 23.0)}.items()
        for i, value in enumerate(values)
    )
    run = Run("one", "toy", Bench((), None), None)
    result = Result(run, None, Analysis((), units=units), Provenance("bench", (), (), {}, ""))
    study = Study("s", "", "", {}, {}, (run,), (), (Comparison("c", ("one",), "size", "sample", "welch"),))
    return compare_all(study, (result,))[0]


@pytest.mark.parametrize(("unit_is", "warned"), [("images", True), ("grids", True), ("batches", False)])
def test_n_counts_what_the_units_are(unit_is, warned):
    found = compared(unit_is)
    assert found.contrasts[0].effect.n_is == f"{unit_is}, 3 and 3"
    assert unit_is in found.drawing.caption.n
    assert f"n counts {unit_is}" in found.methods[0].text
    assert any("no independent experiments" in told for told in found.warnings) == warned


def test_independent_experiments_stay_as_they_are():
    found = compared("independent experiments")
    assert found.contrasts[0].effect.n_is == "independent experiments, 3 and 3"
    assert found.warnings == ()
