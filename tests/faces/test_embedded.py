"""The embedded study: copied out whole, never over a user's change, and run to a report."""

import pytest

from selenolab.core.errors import OutputError
from selenolab.faces.embedded import copy_demo
from selenolab.study.plan import load_study


def test_the_copy_is_a_study_that_can_be_planned(tmp_path):
    study = load_study(copy_demo(tmp_path / "demo"))
    assert study.runs
    assert not list((tmp_path / "demo").rglob("*.py"))


def test_a_second_copy_changes_nothing(tmp_path):
    copy_demo(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    copy_demo(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_file_that_was_changed_is_left_alone(tmp_path):
    study = copy_demo(tmp_path)
    study.write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="is not the embedded one and is left alone"):
        copy_demo(tmp_path)
    assert study.read_text(encoding="utf-8") == "mine"


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "taken").touch()
    with pytest.raises(OutputError, match="taken is a file"):
        copy_demo(tmp_path / "taken")


@pytest.mark.slow
def test_the_demo_ends_with_a_report(call, tmp_path, monkeypatch):
    monkeypatch.setenv("SELENOLAB_CACHE", str(tmp_path / "cache"))
    answer = call("demo", "-o", tmp_path / "demo")
    assert answer.code == 0
    assert "95 % CI" in answer.out
    assert answer.out.rstrip().endswith(f"Report: {tmp_path / 'demo' / 'results' / 'report.html'}")
    assert (tmp_path / "demo" / "results" / "report.html").stat().st_size > 10_000
