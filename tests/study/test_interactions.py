"""Comparisons by interaction: what a rescue arm lets one say, and what it does not."""

import pytest

from selenolab.core.analysis import Analysis, UnitValue
from selenolab.core.assay import AssaySettings
from selenolab.core.dataset import Dataset
from selenolab.core.estimate import Absent, Estimate
from selenolab.core.study import Bench, Compared, Comparison, Provenance, Result, Run, Study
from selenolab.study.compare import compare_all

ANNEXIN = {
    ("0 µM", ""): [4.0, 5.0, 4.5],
    ("8 µM", ""): [30.0, 36.0, 31.0],
    ("0 µM", "NAC"): [4.2, 4.8, 4.1],
    ("8 µM", "NAC"): [9.0, 10.0, 8.5],
    ("0 µM", "zVAD"): [2.0, 2.6, 2.2],
}


def study_of(
    values: dict[tuple[str, str], list[float]], control: str = "0 µM", by: str = "dose, arm"
) -> Compared:
    """The study's comparison; as assays do, an untreated group names no compound, and no arm if none."""
    units = [
        UnitValue(
            "annexin positive",
            {
                "dose": dose,
                **({"arm": arm} if arm else {}),
                **({} if dose == "0 µM" else {"compound": "SeC2"}),
            },
            str(number),
            value,
            "%",
            "log",
        )
        for (dose, arm), cell in values.items()
        for number, value in enumerate(cell)
    ]
    run = Run("annexin", "toy", Bench((), None), AssaySettings())
    result = Result(run, Dataset({}), Analysis((), units=tuple(units)), Provenance("bench", (), (), {}, "0"))
    comparison = Comparison(
        "ros", ("annexin",), "annexin positive", by, "interaction", control, {"compound": "SeC2"}
    )
    return compare_all(Study(None, "t", "", {}, {}, (run,), (), (comparison,)), [result])[0]  # type: ignore[arg-type]


def test_a_rescue_is_an_interaction_with_its_interval() -> None:
    found = study_of(ANNEXIN)
    assert found.refusal == ""
    (contrast,) = found.contrasts  # zVAD was not run on treated cells
    assert (contrast.left, contrast.right) == ("8 µM, NAC", "8 µM")
    assert isinstance(contrast.effect, Estimate)
    assert contrast.effect.unit == "ratio of ratios"
    assert contrast.effect.high < 1
    assert contrast.effect.n == 3
    assert contrast.p_adjusted == contrast.p
    assert found.conclusions[0].startswith("8 µM, NAC: The effect is weaker with NAC")
    assert "unless NAC acts on the compound itself" in found.conclusions[0]
    assert found.conclusions[1].startswith("NAC: a thiol in the medium may react with the compound itself")
    assert found.drawing is not None
    assert len(found.drawing.dots) == 6


def test_a_verdict_allows_for_the_number_of_interactions() -> None:
    """An interaction of p = 0.03 is a rescue by itself, and none among four."""
    near = {**ANNEXIN, ("8 µM", "NAC"): [16.0, 24.0, 18.0]}
    assert "weaker with NAC" in study_of(near).conclusions[0]
    arms = {(dose, f"{arm} {k}"): near[dose, arm] for dose, arm in near for k in range(4) if arm == "NAC"}
    many = study_of({**{key: cell for key, cell in near.items() if not key[1]}, **arms})
    assert all(one.p is not None and one.p < 0.05 < (one.p_adjusted or 1) for one in many.contrasts)
    assert all("is open" in one for one in many.conclusions[:4])


def test_an_arm_that_was_not_run_on_untreated_cells_gives_no_interaction() -> None:
    found = study_of({key: cell for key, cell in ANNEXIN.items() if key != ("0 µM", "NAC")})
    assert isinstance(found.contrasts[0].effect, Absent)
    assert "not run on untreated cells" in found.contrasts[0].effect.why
    assert found.conclusions == ()


def test_nothing_is_said_where_nothing_was_perturbed() -> None:
    found = study_of({key: cell for key, cell in ANNEXIN.items() if not key[1]})
    assert "Cannot conclude what the effect needs because no arm was run" in found.refusal


def test_a_misspelt_perturbation_is_not_called_one_that_was_not_run() -> None:
    refusal = study_of(ANNEXIN, by="dose, amr").refusal
    assert "No group has the word 'amr'. Did you mean arm?" in refusal
    assert "Nothing was perturbed" not in refusal


def test_a_control_that_is_not_there_is_named() -> None:
    assert "No group has the control dose '0 mM'" in study_of(ANNEXIN, "0 mM").refusal


@pytest.mark.parametrize("lost", [1, 2])
def test_experiments_without_their_own_control_are_refused(lost: int) -> None:
    found = study_of({**ANNEXIN, ("0 µM", "NAC"): ANNEXIN["0 µM", "NAC"][:-lost]})
    assert isinstance(found.contrasts[0].effect, Absent)
    assert "Each arm needs its own untreated control" in found.contrasts[0].effect.why
