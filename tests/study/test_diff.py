import json

import pytest

from selenolab.core.errors import StudyError
from selenolab.study.diff import diff_lines, diff_records
from selenolab.study.folder import run_study
from selenolab.study.plan import load_study


@pytest.fixture
def runs(study):
    """Run the study before and after a change of its text; the two folders."""

    def between(*pairs):
        before, after = study.parent / "before", study.parent / "after"
        run_study(load_study(study), before, workers=1)
        text = study.read_text(encoding="utf-8")
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new, 1)
        study.write_text(text, encoding="utf-8")
        run_study(load_study(study), after, workers=1)
        return before, after

    return between


def test_equal_records_have_no_difference(runs):
    found = diff_records(*runs())
    assert (found.causes, found.consequences) == ((), ())
    assert diff_lines(found) == []


def test_a_setting_is_the_cause_of_its_endpoints(runs):
    found = diff_records(*runs(("factor: 2", "factor: 3")))
    assert [(c.what, c.run, c.name, c.before, c.after) for c in found.causes] == [
        ("settings", "two", "factor", 2.0, 3.0)
    ]
    assert {(c.what, c.run) for c in found.consequences} == {("endpoint", "two")}
    assert all(c.because == ("settings factor: 2.0 -> 3.0",) for c in found.consequences)


def test_an_input_changes_the_runs_that_take_from_it(runs, study, make_toy):
    before, after = runs()
    make_toy(study.parent, "a.toy", 0.3)
    run_study(load_study(study), after, workers=1)
    found = diff_records(before, after)
    causes = {(c.what, c.run) for c in found.causes}
    assert causes == {("inputs", "one"), ("inputs", "sum")}
    why = {c.run: c.because for c in found.consequences if c.what == "endpoint"}
    assert why["one"] == ("input a.toy (sample) changed",)
    assert why["two"] == ("run one changed",)
    assert why["sum"] == ("input a.toy (sample) changed", "run one changed")
    assert [c.because for c in found.consequences if c.what == "comparison"] == [("run one changed",)]


def test_exclusions_seeds_and_runs_that_fail_are_told(runs, study):
    before, after = runs(("settings: {factor: 2}", "seed: 3"), ("well: A2", "well: A3"))
    lines = diff_lines(diff_records(before, after))
    assert "two: seed seed: 0 -> 3" in lines
    assert "one: exclusions changed" in lines
    (study.parent / "b.toy").write_text("#toy\nexperiment\n1\n", encoding="utf-8")
    run_study(load_study(study), after, workers=1)
    lines = diff_lines(diff_records(before, after))
    assert any(line.startswith("run two: done -> failed: b.toy") for line in lines)


def test_versions_are_a_cause_of_everything(runs):
    before, after = (json.loads((folder / "record.json").read_text(encoding="utf-8")) for folder in runs())
    after["versions"]["numpy"] = "9.9"
    after["runs"][0]["analysis"]["endpoints"][0]["value"] += 1e-12
    found = diff_records(before, after)
    assert found.causes[0].what == "versions"
    assert "versions numpy" in found.consequences[0].because[0]


def test_other_sources_of_the_program_are_told(runs):
    before, after = (json.loads((folder / "record.json").read_text(encoding="utf-8")) for folder in runs())
    after["runs"][0]["key"] = "0" * 64
    after["runs"][0]["analysis"]["endpoints"][0]["value"] += 1
    assert diff_records(before, after).consequences[0].because == ("the program itself changed",)


def test_what_is_no_record_is_refused(tmp_path):
    with pytest.raises(StudyError, match="Unable to find a record"):
        diff_records(tmp_path, tmp_path)
    (tmp_path / "record.json").write_text('{"schema": "x"}')
    with pytest.raises(StudyError, match="Expected a record of schema"):
        diff_records(tmp_path, tmp_path)
    (tmp_path / "record.json").write_text("{")
    with pytest.raises(StudyError, match="Unable to read the record"):
        diff_records(tmp_path, tmp_path)


def test_a_record_nested_without_end_is_refused(tmp_path):
    (tmp_path / "record.json").write_text("[" * 100_000)
    with pytest.raises(StudyError, match="Unable to read the record"):
        diff_records(tmp_path, tmp_path)
