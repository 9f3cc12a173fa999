"""The commands on a toy assay: what they print, write, keep and refuse."""

import json
from pathlib import Path

import pytest

import selenolab
from selenolab.assays import flow
from selenolab.core.errors import SeveralErrors

STUDY = """title: Toy
question: Does the treatment lower the signal?
runs:
  good:
    assay: {toy}
    files: [signals.csv]
  bad:
    assay: {toy}
    files: [broken.csv]
"""


@pytest.fixture(autouse=True)
def here(toy_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with the toy's example, as the working folder."""
    monkeypatch.chdir(toy_file.parent)
    monkeypatch.setenv("SELENOLAB_CACHE", str(toy_file.parent / "cache"))
    return toy_file.parent


def broken(folder: Path) -> Path:
    """A table that can be read but not used: its signal has no unit."""
    (folder / "broken.csv").write_text("arm,toy_signal_signal\na,1\n", encoding="utf-8")
    return folder / "broken.csv"


def junk(folder: Path) -> Path:
    (folder / "junk.csv").write_text("nothing to see\n", encoding="utf-8")
    return folder / "junk.csv"


def test_analyse_prints_the_endpoints(call, toy):
    answer = call("analyse", toy, "signals.csv")
    assert answer.code == 0
    assert "arm control  1.01 AU (95 % CI 0.85–1.17; n = 3 independent experiments)" in answer.out


def test_analyse_prints_one_json_object_and_nothing_else(call, toy):
    told = json.loads(call("analyse", toy, "signals.csv", "--json", "--set", "level=0.9").out)
    assert told["assay"] == toy
    assert told["settings"]["level"] == 0.9
    assert [end["level"] for end in told["endpoints"]] == [0.9, 0.9]
    assert told["tables"] == [{"name": "data", "rows": 12, "path": None}]
    assert [one["role"] for one in told["inputs"]] == ["sample"]


def test_analyse_writes_a_folder_when_asked(call, toy, here):
    answer = call("analyse", toy, "signals.csv", "-o", "out", "--json")
    assert answer.code == 0
    path = json.loads(answer.out)["tables"][0]["path"]
    assert (here / "out" / path).is_file()
    assert (here / "out" / "report.html").is_file()


def test_a_batch_keeps_what_can_be_read_and_lists_the_rest(call, toy, here):
    answer = call("analyse", toy, "signals.csv", junk(here), "-o", "out", "--json")
    assert answer.code == 2
    assert "Analysed 1 of 2 files; 1 refused. They are listed in out/rejects.csv." in answer.err
    assert [one["name"] for one in json.loads(answer.out)["inputs"]] == ["signals.csv"]
    assert "Refused, and not in these numbers: junk.csv" in json.loads(answer.out)["warnings"][-1]
    rejects = (here / "out" / "rejects.csv").read_text(encoding="utf-8").splitlines()
    assert rejects[0] == "file,reason"
    assert rejects[1].startswith("junk.csv,")


def test_strict_commits_nothing(call, toy, here):
    answer = call("analyse", toy, "signals.csv", junk(here), "-o", "out", "--strict")
    assert answer.code == 2
    assert answer.out == ""
    assert not (here / "out").exists()


def test_a_file_that_cannot_be_used_leaves_nothing(call, toy, here):
    answer = call("analyse", toy, broken(here), "-o", "out")
    assert answer.code == 2
    assert "broken.csv: toy_signal_signal is in ''. Expected the header" in answer.err
    assert not (here / "out").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--set", "levl=1"], "--set levl: Unknown setting 'levl' of toy_signal. Did you mean level?"),
        (["--role", "signals.csv=smaple"], "Unknown role 'smaple'. Did you mean sample?"),
        (["--role", "x.csv=sample"], "'x.csv' is not among the files given"),
        (["--role", "signals.csv"], "Expected FILE=ROLE"),
        (["--seed", "-1"], "Expected a whole number from 0 on"),
        (["signals.csv"], "signals.csv: The file name is given twice"),
    ],
)
def test_what_is_asked_is_checked_before_a_file_is_opened(call, toy, here, words, told):
    (here / "signals.csv").unlink()
    answer = call("analyse", toy, "signals.csv", *words)
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1


def test_a_run_that_fails_is_named_and_the_others_are_kept(call, toy, here):
    broken(here)
    (here / "study.yaml").write_text(STUDY.format(toy=toy), encoding="utf-8")
    answer = call("run", "study.yaml", "--workers", "1")
    assert answer.code == 2
    assert "Error: run bad: broken.csv: toy_signal_signal is in ''." in answer.err
    assert "1 of 2 runs failed; 1 kept." in answer.err
    assert "good (toy_signal)" in answer.out
    assert "n = 3 independent experiments" in answer.out
    record = json.loads((here / "study-results" / "record.json").read_text(encoding="utf-8"))
    assert [run["name"] for run in record["runs"]] == ["good"]


def test_a_setting_can_be_replaced_for_one_run_and_diff_says_so(call, toy, here):
    text = STUDY.format(toy=toy).split("  bad:")[0]
    (here / "study.yaml").write_text(text, encoding="utf-8")
    assert call("run", "study.yaml", "-o", "one", "--workers", "1").code == 0
    assert call("run", "study.yaml", "-o", "two", "--workers", "1", "--set", "good.level=0.8").code == 0
    assert call("diff", "one", "one").out == "Nothing changed.\n"
    assert "level" in call("diff", "one", "two").out
    assert call("diff", "one", "nowhere").code == 2


def test_progress_goes_to_stderr_in_plain_lines(call, toy, here):
    (here / "study.yaml").write_text(STUDY.format(toy=toy).split("  bad:")[0], encoding="utf-8")
    assert "good: done in" in call("run", "study.yaml", "--workers", "1").err
    assert "good: reused (1 of 1)" in call("run", "study.yaml", "--workers", "1").err
    assert "good: done in" in call("run", "study.yaml", "--workers", "1", "--no-cache").err


def test_a_comparison_that_cannot_be_made_is_told_and_the_runs_are_kept(call, toy, here):
    text = STUDY.format(toy=toy).split("  bad:")[0]
    text += "comparisons:\n  c: {endpoint: mean signal, runs: [good], by: armm}\n"
    (here / "study.yaml").write_text(text, encoding="utf-8")
    answer = call("run", "study.yaml", "--workers", "1")
    assert answer.code == 2
    told = "Error: comparisons.c: Unable to compare 'mean signal'. No group has the word 'armm'."
    assert told in answer.err
    assert (here / "study-results" / "report.html").is_file()


def test_a_study_of_one_run_that_fails_tells_it_in_one_line(call, toy, here):
    broken(here)
    text = f"title: t\nruns:\n  bad:\n    assay: {toy}\n    files: [broken.csv]\n"
    (here / "study.yaml").write_text(text, encoding="utf-8")
    answer = call("run", "study.yaml", "--workers", "1")
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert list(here.glob(".*")) == list(here.glob("study-results*")) == []


def test_inspect_says_what_is_in_a_file_and_who_could_use_it(call, toy):
    answer = call("inspect", "signals.csv")
    assert "toy_signal_signal  AU    12" in answer.out
    assert f"Assays that could use it: {toy}" in answer.out


def test_a_batch_that_fails_for_want_of_a_refused_file_names_that_file(call, here):
    (here / "s.csv").write_text("file,role\na.fcs,sample\nb.fcs,sample\n", encoding="utf-8")
    example = Path(flow.__file__).parent / "example.fcs"
    (here / "a.fcs").write_bytes(example.read_bytes())
    (here / "b.fcs").write_bytes(example.read_bytes()[:5000])
    answer = call("analyse", "flow", "a.fcs", "b.fcs", "--samples", "s.csv")
    assert answer.code == 2
    first, second = answer.err.splitlines()
    assert "b.fcs: Refused as FCS" in first
    assert "'b.fcs' is not among the files given" in second


def test_inspect_goes_on_after_a_file_that_is_refused(call, toy, here):
    answer = call("inspect", junk(here), "signals.csv", "--json")
    told = json.loads(answer.out)
    assert answer.code == 2
    assert [one["file"] for one in told["files"]] == ["signals.csv"]
    assert told["files"][0]["assays"][toy] == ""
    assert "junk.csv" in told["rejects"][0]["reason"]
    assert "Read 1 of 2 files; 1 refused." in answer.err


def test_a_drafted_study_runs_as_it_stands(call):
    assert call("new", "study", "--from", "signals.csv").code == 0
    assert call("run", "study.yaml", "--workers", "1").code == 0
    again = call("new", "study", "--from", "signals.csv")
    assert again.code == 2
    assert "study.yaml exists and is left alone" in again.err


def test_the_verbs_do_the_same_from_python(toy):
    result = selenolab.analyse(toy, "signals.csv", settings={"level": 0.9})
    assert [end.outcome.level for end in result.analysis.endpoints] == [0.9, 0.9]
    with pytest.raises(SeveralErrors, match="Unknown setting 'levl'"):
        selenolab.analyse(toy, "signals.csv", settings={"levl": 0.9})


def test_a_notebook_shows_what_text_shows(toy):
    shown = selenolab.show(selenolab.analyse(toy, "signals.csv"))
    assert "<td" in shown._repr_html_()
    assert "1.01 AU (95 % CI" in shown._repr_html_()
    assert "1.01 AU (95 % CI" in repr(shown)
    assert "Long table" in selenolab.show(selenolab.inspect("signals.csv"))._repr_html_()
    with pytest.raises(TypeError, match="found a int"):
        selenolab.show(3)
