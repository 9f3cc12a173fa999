from dataclasses import replace
from math import exp, log

import numpy as np
import pytest

from selenolab.core.analysis import Analysis, UnitValue
from selenolab.core.assay import AssaySettings
from selenolab.core.dataset import Dataset
from selenolab.core.estimate import Absent, Estimate
from selenolab.core.study import Bench, Comparison, Failure, Provenance, Result, Run, Study
from selenolab.stats.comparisons import compare
from selenolab.study.compare import compare_all


def unit(value, experiment, scale="log", censored=None, name="µM", **group):
    return UnitValue("IC50", group, str(experiment), value, name, scale, censored)


def result(units, name="one", door="bench"):
    run = Run(name, "toy", Bench((), None), AssaySettings())
    return Result(run, Dataset({}), Analysis((), units=tuple(units)), Provenance(door, (), (), {}, "0"))


def compared(results, method="welch", by="line", control="", within=None):
    runs = tuple(r.run.name for r in results)
    comparison = Comparison("c", runs, "IC50", by, method, control, within or {})
    study = Study(None, "t", "", {}, {}, tuple(r.run for r in results), (), (comparison,))
    return compare_all(study, results)[0]


def lines(values, scale="log"):
    return [unit(v, i, scale, line=line) for line, vs in values.items() for i, v in enumerate(vs)]


THREE = {"A": [5.0, 6.0, 5.5], "B": [10.0, 12.0, 11.5], "C": [20.0, 19.0, 24.0]}


def test_potencies_are_compared_as_ratios():
    found = compared([result(lines({"A": [5.0, 6.0, 5.5], "B": [10.0, 12.0, 11.5]}))], control="A")
    (contrast,) = found.contrasts
    assert (contrast.left, contrast.right) == ("B", "A")
    assert contrast.effect.unit == "ratio"
    assert contrast.effect.value == pytest.approx(
        exp(np.mean(np.log([10, 12, 11.5])) - np.mean(np.log([5, 6, 5.5])))
    )
    assert contrast.effect.low < contrast.effect.value < contrast.effect.high
    assert (contrast.effect.n, contrast.effect.n_is) == (6, "independent experiments, 3 and 3")
    assert 0 < contrast.p < 0.01
    assert found.refusal == ""


def test_numbers_on_a_linear_scale_are_compared_as_differences():
    found = compared([result(lines({"A": [5.0, 6.0, 5.5], "B": [10.0, 12.0, 11.5]}, "linear"))], control="A")
    assert found.contrasts[0].effect.value == pytest.approx(33.5 / 3 - 5.5)
    assert found.contrasts[0].effect.unit == "µM"


@pytest.mark.parametrize(
    ("method", "control", "rows"),
    [
        ("welch", "", 3),
        ("holm", "", 3),
        ("tukey", "", 3),
        ("dunnett", "A", 2),
        ("mixed", "A", 2),
        ("anova", "", 4),
    ],
)
def test_every_method_gives_its_contrasts(method, control, rows):
    found = compared([result(lines(THREE))], method, control=control)
    assert found.refusal == ""
    assert len(found.contrasts) == rows
    assert all(isinstance(c.effect, Estimate) for c in found.contrasts)
    assert all(c.p_adjusted is not None for c in found.contrasts if c.right)
    assert set(found.drawing.dots["category"]) == {"A", "B", "C"}
    assert len(found.drawing.dots) == 9
    assert len(found.drawing.bars) == 3
    assert found.drawing.caption.n == "3 independent experiments a group"
    assert "IC50 by line was compared" in found.methods[0].text


def test_the_overall_test_is_an_effect_with_its_interval_first():
    first = compared([result(lines(THREE))], "anova").contrasts[0]
    assert (first.right, first.effect.unit) == ("", "partial eta squared")
    assert 0 < first.effect.low < first.effect.value <= first.effect.high <= 1
    assert "F(" in first.effect.method


def test_two_words_make_a_two_way_analysis():
    rng = np.random.default_rng(1)
    units = [
        unit(exp(0.5 * (line == "B") + 0.1 * rng.standard_normal()), e, line=line, arm=arm)
        for line in "AB"
        for arm in ("plain", "NAC")
        for e in range(4)
    ]
    found = compared([result(units)], "two_way_anova", "line, arm")
    assert [c.left for c in found.contrasts] == ["line", "arm", "line x arm"]
    assert found.contrasts[0].p < 0.001
    assert found.contrasts[2].p > 0.01
    assert len(found.drawing.bars) == 4


def test_technical_repeats_never_enter_n():
    repeated = [*lines(THREE), *lines(THREE), *lines(THREE)]
    once, thrice = (compared([result(units)], "welch", control="A") for units in (lines(THREE), repeated))
    assert [c.p for c in once.contrasts] == pytest.approx([c.p for c in thrice.contrasts])
    assert [c.effect.n for c in thrice.contrasts] == [c.effect.n for c in once.contrasts]


def test_groups_of_different_runs_are_no_pairs():
    left, right = lines({"A": THREE["A"]}), lines({"B": THREE["B"]})
    found = compared([result(left, "one"), result(right, "two")], "auto", "run")
    plain = compare([*THREE["A"], *THREE["B"]], ["one"] * 3 + ["two"] * 3, log=True)
    assert found.contrasts[0].effect.value == pytest.approx(plain.rows[0].estimate)
    assert found.contrasts[0].p == pytest.approx(plain.rows[0].p)
    assert "Welch" in found.method


def test_bounds_are_never_averaged():
    units = lines(THREE)
    units[0] = unit(64.0, 0, censored=">", line="A")
    found = compared([result(units)], "holm")
    effects = {(c.left, c.right): c.effect for c in found.contrasts}
    assert isinstance(effects["C", "B"], Estimate)
    assert isinstance(effects["B", "A"], Absent)
    assert "A (> 64 µM)" in effects["B", "A"].why
    assert "bounds are not averaged" in effects["B", "A"].why
    assert any("A (> 64 µM)" in warning for warning in found.warnings)
    without = compared([result(lines({k: THREE[k] for k in "BC"}))], "holm")
    assert effects["C", "B"] == without.contrasts[0].effect
    assert len(found.drawing.dots) == 9
    assert set(found.drawing.bars["category"]) == {"B", "C"}


@pytest.mark.parametrize("sign", ["<", ">"])
def test_a_group_of_bounds_is_drawn_as_its_bound_and_not_compared(sign):
    units = [*lines({"A": THREE["A"]}), *(unit(64.0 + i, i, censored=sign, line="B") for i in range(3))]
    found = compared([result(units)], "welch", control="A")
    assert found.refusal.startswith("Cannot compare B")
    assert [c.p for c in found.contrasts] == [None]
    (bar,) = found.drawing.bars.to_dict("records")
    assert (bar["category"], bar["value"], bar["censored"]) == ("B", 64.0 if sign == ">" else 66.0, sign)


def test_a_control_of_bounds_leaves_nothing_to_compare():
    units = [*lines({"B": THREE["B"], "C": THREE["C"]}), unit(64.0, 1, censored=">", line="A")]
    found = compared([result(units)], "dunnett", control="A")
    assert "Cannot compare A" in found.refusal
    assert all(isinstance(c.effect, Absent) for c in found.contrasts)


def test_within_keeps_other_groups_out():
    units = [*lines(THREE), *(unit(900.0 + i, i, line=line, time="72") for line in "AB" for i in range(3))]
    units[:9] = [unit(u.value, u.unit_id, line=u.group["line"], time="24.0") for u in units[:9]]
    found = compared([result(units)], "welch", control="A", within={"time": "24"})
    assert len(found.drawing.dots) == 9
    assert not [said for said in found.warnings if "pools" in said]
    pooled = compared([result(units)], "welch", control="A")
    assert "A pools time 24.0, 72: fix it with 'within' if it matters." in pooled.warnings


@pytest.mark.parametrize(
    ("units", "change", "says"),
    [
        (lines({"A": [1.0, 2.0]}), {}, "Expected at least two groups to compare, found A only"),
        (lines({"A": [1.0, 2.0], "B": [3.0]}), {}, "Expected n >= 2"),
        (lines(THREE), {"by": "lime"}, "No group has the word 'lime'. Did you mean line?"),
        (lines(THREE), {"within": {"time": "24"}}, "No group has the word 'time'"),
        (lines(THREE), {"within": {"line": "Z"}}, "give no unit values of it that fit"),
        (lines(THREE), {"within": {"line": "Z"}}, "Its line is A, B, C."),
        (lines(THREE), {"control": "Z", "method": "dunnett"}, "Unknown control group 'Z'"),
        ([*lines({"A": [1.0, 2.0]}), unit(1.0, 1, name="nM", line="B")], {}, "Expected one unit and scale"),
        ([], {}, "Unable to compare 'IC50'"),
    ],
)
def test_what_cannot_be_compared_says_why(units, change, says):
    found = compared([result(units)], **change)
    assert says in found.refusal
    assert found.contrasts == ()


def test_a_failed_run_is_named():
    failed = Failure(Run("two", "toy", Bench((), None), AssaySettings()), "broken")
    assert "Needs run two, which failed" in compared([result(lines(THREE)), failed]).refusal


def test_simulated_units_are_no_replicates_of_bench_ones():
    bench, model = result(lines(THREE), "one"), result(lines(THREE), "two", "virtual")
    assert "mixes bench and simulated units" in compared([bench, model]).refusal
    apart = compared([bench, model], "welch", "run")
    assert apart.refusal == ""
    assert any("simulated" in warning for warning in apart.warnings)
    assert "Simulated" in apart.drawing.caption.text


def test_the_ratio_does_not_depend_on_the_unit_of_the_dose():
    scaled = {k: [1000 * v for v in vs] for k, vs in THREE.items()}
    left, right = (compared([result(lines(values))], "tukey").contrasts for values in (THREE, scaled))
    for a, b in zip(left, right, strict=True):
        assert log(a.effect.low) == pytest.approx(log(b.effect.low))
        assert a.p_adjusted == pytest.approx(b.p_adjusted)


@pytest.mark.parametrize(("ids", "told"), [((0, 1, 2), 1), ((7, 8, 9), 0)])
def test_experiments_that_could_be_paired_and_are_not_are_said(ids, told):
    units = [*(unit(10.0 + i, i, line="A") for i in range(3)), *(unit(20.0 + i, i, line="B") for i in ids)]
    found = compared([result(units)], "welch", control="A")
    said = [word for word in found.warnings if "'method: paired' uses that" in word]
    assert len(said) == told


def test_what_a_comparison_is_made_within_is_said():
    units = [unit(v, i, line=k, compound="X") for k, vs in THREE.items() for i, v in enumerate(vs)]
    found = compared([result(units)], "holm", within={"compound": "X"})
    told = "IC50 by line (compound X)"
    assert found.drawing.title == told
    assert found.drawing.caption.text.startswith(told)
    assert found.methods[0].text.startswith(f"{told} was compared")


def test_a_difference_of_percentages_is_in_points():
    units = [replace(own, unit="%") for own in lines(THREE, "linear")]
    found = compared([result(units)], "holm")
    assert {contrast.effect.unit for contrast in found.contrasts} == {"points"}
