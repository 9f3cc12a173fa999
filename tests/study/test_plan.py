# ruff: noqa: E501 - tables of words read better unbroken
from dataclasses import replace

import pytest

from selenolab.core.compound import Basis
from selenolab.core.errors import SelenolabError, SeveralErrors, StudyError
from selenolab.shelf import models
from selenolab.study.order import behind, find_cycle, in_order
from selenolab.study.plan import load_study
from selenolab.study.plan_run import inline_sheet


def told(path):
    with pytest.raises(SelenolabError) as caught:
        load_study(path)
    return str(caught.value)


def test_a_study_is_planned_whole(study):
    plan = load_study(study)
    assert [run.name for run in plan.runs] == ["one", "two", "sum"]
    assert plan.runs[1].door.files[0].facts == {"batch": "7"}
    assert plan.runs[1].takes[0].group == {"compound": "x"}
    assert plan.basis == {"x": Basis.MOLECULE}
    assert plan.exclusions[0].where == {"well": "A2", "experiment": "1"}
    assert (plan.comparisons[0].by, plan.comparisons[0].method) == ("compound", "welch")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("assay: toy_slope\n    files: [a", "assay: toy_slop\n    files: [a",
         "study.yaml:7: runs.one.assay: Unknown assay 'toy_slop'. Did you mean toy_slope?"),
        ("a.toy]", "c.toy]", "study.yaml:8: runs.one.files.0: Unable to find the file 'c.toy'. Did you mean"),
        ("role: sample", "role: smaple", "study.yaml:11: runs.two.files.0.role: Unknown role 'smaple'. Did you mean sample?"),
        ("{factor: 2}", "{facter: 2}", "study.yaml:12: runs.two.settings.facter: Unknown key 'facter'. Did you mean factor?"),
        ("{factor: 2}", "{factor: two}", "study.yaml:12: runs.two.settings.factor: Input should be a valid number"),
        ("{at_least: 0.3}", "{}", "study.yaml:17: runs.sum.settings.at_least: Unable to find 'at_least'. Add it."),
        ("inputs: {slopes: {from: runs.one.tables.slopes}}", "seed: 1", "runs.sum: toy_total needs the input 'slopes'"),
        ("tables.slopes", "tables.slope", "Unknown table of toy_slope 'slope'. Did you mean slopes?"),
        ("runs.one.tables.slopes", "runs.on.tables.slopes", "Unknown run 'on'. Did you mean one?"),
        ("runs.one.tables.slopes", "runs.one.endpoints.slope", "Expected a table (slopes to add)"),
        ("runs.one.tables.slopes", "one.slopes", "Expected runs.NAME.tables.NAME"),
        ("{slopes: {from", "{slops: {from", "Unknown input 'slops'. Did you mean slopes?"),
        ("runs.one.endpoints.slope", "runs.one.endpoints.IC50", "Unknown endpoint of toy_slope 'IC50'"),
        ("{run: one, well", "{run: ones, well", "study.yaml:20: exclusions.0.run: Unknown run 'ones'. Did you mean one?"),
        ("well: A2, experiment: 1, ", "", "exclusions.0: Say which rows"),
        ("runs: [one], by", "runs: [uno], by", "comparisons.steepness.runs.0: Unknown run 'uno'"),
        ("{endpoint: slope", "{endpoint: slop", "Unknown endpoint 'slop'. Did you mean slope?"),
        ("method: welch", "method: wlech", "Unknown method 'wlech'. Did you mean welch?"),
        ("method: welch", "method: dunnett", "Dunnett needs a control"),
        ("method: welch", "method: two-way ANOVA", "A two-way anova and an interaction have two words"),
        ("basis: molecule", "basis: molecules", "compounds.x.basis: Input should be 'molecule'"),
        ("  x: {basis", "  SeC: {basis", "compounds.SeC: 'SeC' is ambiguous"),
        ("files: [a.toy]", "files: [a.toy, a.toy]", "'a.toy' is given twice"),
        ("files: [a.toy]", "files: [a.toy, 'a*.toy']", "'a.toy' is given twice"),
        ("files: [a.toy]", "files: ['z*.toy']", "study.yaml:8: runs.one.files.0: No file matches 'z*.toy'"),
        ("files: [a.toy]", "files: ['../*.toy']", "'../*.toy' lies outside the study's folder"),
        ("method: welch", "method: interaction", "An interaction needs a control"),
        ("title:", "pathway: selenocystin\ntitle:", "pathway: Unknown pathway 'selenocystin'. Did you mean selenocystine?"),
        ("files: [a.toy]", "files: [a.toy]\n    model: dose_viability", "files or a model, not both"),
        ("files: [a.toy]", "seed: 1", "study.yaml:6: runs.one: Expected 'files'"),
        ("files: [a.toy]", "model: dose_vability", "Unknown model 'dose_vability'. Did you mean dose_viability?"),
        ("files: [a.toy]", "model: dose_viability\n    overrides: {k_kil: 1}",
         "runs.one.overrides.k_kil: Unknown parameter 'k_kil'. Did you mean k_kill?"),
        ("files: a.toy", "model: dose_viability", "runs.sum.model: Assay toy_total has no virtual door"),
        ("files: [a.toy]", "files: [a.toy]\n    sheet: map.csv", "runs.one.sheet: Unable to find the file 'map.csv'"),
        ("files: [a.toy]", "files: [{file: a.toy, format: gen6}]", "runs.one.files.0.format: Unknown format 'gen6'"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(study, old, new, says):
    text = study.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    study.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert says in told(study)


def test_all_mistakes_come_together(study):
    text = study.read_text(encoding="utf-8")
    for old, new in [
        ("toy_slope", "toy_slop"),
        ("b.toy", "bb.toy"),
        ("at_least", "at_last"),
        ("welch", "walch"),
    ]:
        text = text.replace(old, new)
    study.write_text(text, encoding="utf-8")
    with pytest.raises(SeveralErrors) as caught:
        load_study(study)
    lines = [str(error) for error in caught.value.errors]
    assert len(lines) >= 5
    assert all(line.startswith("study.yaml:") for line in lines)


@pytest.mark.parametrize("name", ["../outside.toy", "/etc/passwd", "link.toy", "linked/outside.toy", "."])
def test_a_path_outside_the_study_is_refused(study, make_toy, name):
    make_toy(study.parent.parent, "outside.toy")
    (study.parent / "link.toy").symlink_to(study.parent.parent / "outside.toy")
    (study.parent / "linked").symlink_to(study.parent.parent)
    study.write_text(study.read_text(encoding="utf-8").replace("[a.toy]", f"['{name}']"), encoding="utf-8")
    line = told(study)
    assert "is a folder" in line if name == "." else "outside the study's folder" in line
    assert "study.yaml:8: runs.one.files.0" in line


def test_a_circle_is_named(study):
    text = study.read_text(encoding="utf-8")
    text = text.replace(
        "files: [a.toy]", "files: [a.toy]\n    inputs: {factor: {from: runs.two.endpoints.slope}}"
    )
    study.write_text(text, encoding="utf-8")
    assert "runs.one -> runs.two -> runs.one" in told(study)


def test_runs_are_ordered_by_what_they_take(study):
    text = study.read_text(encoding="utf-8")
    text = text.replace("  one:", "  zero:").replace("runs.one", "runs.last").replace("run: one", "run: zero")
    text = text.replace("runs: [one]", "runs: [zero]").replace(
        "exclusions:", "  last:\n    assay: toy_slope\n    files: a.toy\nexclusions:"
    )
    study.write_text(text, encoding="utf-8")
    assert [run.name for run in load_study(study).runs] == ["zero", "last", "two", "sum"]


def test_a_known_name_with_another_inchikey_is_refused(study):
    text = study.read_text(encoding="utf-8")
    key = "ZKZBPNGNEQAJSX-REOHCLBHSA-N"  # selenocysteine
    study.write_text(
        text.replace(
            "  x: {basis: molecule, se_per_molecule: 2, molar_mass: 300}",
            f"  selenocystine: {{inchikey: {key}}}",
        ),
        encoding="utf-8",
    )
    assert "but the InChIKey is" in told(study)


def test_an_inchikey_settles_an_ambiguous_name(study):
    text = study.read_text(encoding="utf-8")
    study.write_text(
        text.replace("  x: {basis: molecule, se_per_molecule: 2, molar_mass: 300}",
                     "  SeC: {inchikey: JULROCUWKLNBSN-IMJSIDKUSA-N, basis: molecule}"),
        encoding="utf-8",
    )  # fmt: skip
    assert load_study(study).compounds["SeC"].name == "L-selenocystine"


def test_a_contradicting_number_of_a_known_compound_is_refused(study):
    text = study.read_text(encoding="utf-8")
    study.write_text(
        text.replace("  x: {basis: molecule, se_per_molecule: 2", "  selenocystine: {se_per_molecule: 1"),
        encoding="utf-8",
    )
    assert "L-selenocystine has 2" in told(study)


def test_samples_may_stand_in_the_study():
    sheet = inline_sheet(
        [{"Well": "A1", "dose [µM Se]": 4, "compound": "x"}, {"Well": "A2", "dose [µM Se]": 8}]
    )
    assert list(sheet.frame.columns) == ["well", "dose", "compound", "basis"]
    assert sheet.units == {"dose": "µM"}
    assert sheet.frame["compound"].isna().tolist() == [False, True]
    with pytest.raises(StudyError, match="occurs twice"):
        inline_sheet([{"dose [µM]": 4, "Dose [nM]": 1}])


def test_cycles_and_orders():
    assert find_cycle({"a": ["b"], "b": ["c"], "c": ["b"]}) == ("b", "c", "b")
    assert find_cycle({"a": ["a"]}) == ("a", "a")
    assert find_cycle({"a": ["gone"], "b": ["a"]}) == ()
    assert in_order({"c": ["b"], "b": ["a"], "a": []}) == ["a", "b", "c"]
    assert behind({"a": [], "b": ["a"], "c": ["b"], "d": []}, "a") == ["b", "c"]
    with pytest.raises(ValueError, match="no cycle"):
        in_order({"a": ["a"]})


def test_a_misspelt_role_is_told_once(study):
    text = study.read_text(encoding="utf-8").replace("role: sample", "role: smaple")
    study.write_text(text, encoding="utf-8")
    assert len(told(study).splitlines()) == 1


def test_a_run_that_no_windows_can_store_is_refused(study):
    text = study.read_text(encoding="utf-8").replace("  sum:\n", "  Con:\n")
    study.write_text(text, encoding="utf-8")
    assert told(study) == "study.yaml:14: runs.Con: Windows cannot make a folder 'Con'. Choose another name."


@pytest.fixture
def asking(toys, monkeypatch):
    """A way to let toy_slope's virtual door ask more of a model."""

    def ask(**changes):
        toy = toys["toy_slope"]
        monkeypatch.setitem(toys._loaded, "toy_slope", replace(toy, virtual=replace(toy.virtual, **changes)))

    return ask


VIRTUAL = "model: dose_viability"


@pytest.mark.parametrize(
    ("asks", "says"),
    [
        (
            {"needs": ("free_drug",)},
            "does not show 'free_drug', which toy_slope measures. It shows viable_cells.",
        ),
        ({"inputs": ("ph", "gsh")}, "does not take the input 'gsh', which toy_slope sets. It takes none."),
        ({"actions": ("sample",)}, "does not know the action 'sample', which toy_slope does. It knows none."),
    ],
)
def test_a_model_that_cannot_follow_an_assay_is_refused_at_its_line(study, asking, asks, says):
    asking(**asks)
    text = study.read_text(encoding="utf-8").replace("files: [a.toy]", VIRTUAL, 1)
    study.write_text(text, encoding="utf-8")
    assert f"study.yaml:8: runs.one.model: Model dose_viability {says}" in told(study)


def test_an_override_of_what_the_design_sets_is_refused_at_its_line(study):
    model = replace(models["dose_viability"], doses="ec50")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(models._loaded, "dose_viability", model)
        overridden = f"{VIRTUAL}\n    overrides: {{ec50: 1}}"
        text = study.read_text(encoding="utf-8").replace("files: [a.toy]", overridden, 1)
        study.write_text(text, encoding="utf-8")
        assert (
            "study.yaml:9: runs.one.overrides.ec50: toy_slope sets 'ec50' of model dose_viability itself (dose)."
            in told(study)
        )


def test_a_pattern_stands_for_all_files_that_match(study):
    study.write_text(study.read_text().replace("files: [a.toy]", "files: '[ab].t?y'"))
    assert load_study(study).runs[0].door.files[0].name == "a.toy"
    assert [file.name for file in load_study(study).runs[0].door.files] == ["a.toy", "b.toy"]
