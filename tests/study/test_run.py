import multiprocessing
from time import perf_counter

import numpy as np
import pandas as pd
import pytest

from selenolab.core.errors import DataError, FormatRefusal, SelenolabError
from selenolab.core.study import Failure, Result, RunFile
from selenolab.study.folder import default_folder, run_study
from selenolab.study.plan import load_study
from selenolab.study.run import analyse_files, compute


def change(study, *pairs):
    text = study.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    study.write_text(text, encoding="utf-8")
    return study


def slope(result, group="x"):
    return next(e for e in result.analysis.endpoints if e.group.get("compound") == group).outcome


def test_runs_take_from_one_another(study):
    one, two, total = compute(load_study(study), workers=1).results
    assert slope(two).value == pytest.approx(0.2 * 2 * slope(one).value, rel=0.05)
    table = one.analysis.tables["slopes"].frame
    assert total.analysis.endpoints[0].outcome.why == f"the sum is {table['response'].sum():g}"


def test_an_exclusion_is_flagged_and_kept(study):
    one = compute(load_study(study), workers=1).results[0]
    wells = one.dataset.tables["wells"].frame
    out = wells[wells["absorbance_flag"] != ""]
    assert out["absorbance_flag"].tolist() == ["excluded: bubble"]
    assert out[["well", "experiment"]].values.tolist() == [["A2", "1"]]
    assert np.isfinite(out["absorbance"]).all()


def test_an_exclusion_changes_the_number_it_excludes_from(study):
    with_it = slope(compute(load_study(study), workers=1).results[0]).value
    without = slope(
        compute(load_study(change(study, ("experiment: 1", "experiment: 3"))), workers=1).results[0]
    ).value
    assert with_it != without


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ("well: Z9", "must match at least one row"),
        ("wall: A2", "No table has a column 'wall'. Did you mean well?"),
    ],
)
def test_an_exclusion_without_a_row_stops_its_run(study, new, says):
    one, two, _ = compute(load_study(change(study, ("well: A2", new))), workers=1).results
    assert isinstance(one, Failure)
    assert says in one.message
    assert "Needs run one, which failed" in two.message


def test_a_run_that_fails_takes_only_its_dependants_along(study):
    (study.parent / "b.toy").write_text("#toy\nexperiment,compound,well,dose\n1,x,A1,0\n", encoding="utf-8")
    events = []
    outcome = compute(load_study(study), workers=1, progress=events.append)
    kinds = {result.run.name: type(result) for result in outcome.results}
    assert kinds == {"one": Result, "two": Failure, "sum": Result}
    assert (
        "b.toy: Assay toy_slope cannot use this file: it has no column signal" in outcome.results[1].message
    )
    assert [event.run for event in events if event.what == "failed"] == ["two"]


def test_where_every_run_failed_nothing_is_written(study):
    for name in ("a.toy", "b.toy"):
        (study.parent / name).write_text("#toy\nexperiment,compound,well,dose\n1,x,A1,0\n", encoding="utf-8")
    with pytest.raises(SelenolabError, match="no column signal"):
        run_study(load_study(study), workers=1)
    assert not default_folder(study).exists()


def test_processes_give_what_one_gives(study, tmp_path):
    alone = compute(load_study(study), workers=1, cache=False)
    events = []
    side = compute(load_study(study), workers=2, cache=tmp_path / "other", progress=events.append)
    for left, right in zip(alone.results, side.results, strict=True):
        assert left.analysis.endpoints == right.analysis.endpoints
        for name, table in left.dataset.tables.items():
            pd.testing.assert_frame_equal(table.frame, right.dataset.tables[name].frame, check_exact=True)
    assert {event.run for event in events if event.what == "finished"} == {"one", "two", "sum"}


def reused(study):
    events = []
    compute(load_study(study), workers=1, progress=events.append)
    return {event.run for event in events if event.what == "reused"}


def test_only_what_changed_is_computed_again(study, make_toy):
    assert reused(study) == set()
    assert reused(study) == {"one", "two", "sum"}
    make_toy(study.parent, "b.toy", 0.25)
    assert reused(study) == {"one", "sum"}
    assert reused(change(study, ("factor: 2", "factor: 3"))) == {"one", "sum"}
    assert reused(change(study, ("bubble", "hair"))) == {"two", "sum"}  # the same numbers pass on
    assert reused(change(study, ("experiment: 1", "experiment: 2"))) == set()
    assert reused(change(study, ("title: Two", "title: Three"))) == {"one", "two", "sum"}


def test_a_virtual_run_is_drawn_from_its_seed(study):
    change(study, ("files: [a.toy]", "model: dose_viability\n    overrides: {k_kill: 0.2}\n    seed: 5"),
           ("  - {run: one, well: A2, experiment: 1", "  - {run: two, well: A2, experiment: 1"))  # fmt: skip
    change(study, ("group: {compound: x}", "group: {compound: selenocystine}"))
    first = compute(load_study(study), workers=1, cache=False).results
    again = compute(load_study(study), workers=1, cache=False).results
    other = compute(load_study(change(study, ("seed: 5", "seed: 6"))), workers=1, cache=False).results
    assert first[0].provenance.door == "virtual"
    assert slope(first[0], "selenocystine") == slope(again[0], "selenocystine")
    assert slope(first[0], "selenocystine") != slope(other[0], "selenocystine")
    assert slope(first[0], "selenocystine").value > 0


def test_an_override_outside_its_range_is_said(study):
    change(study, ("files: [a.toy]", "model: dose_viability\n    overrides: {k_kill: 9}"),
           ("  - {run: one, well: A2, experiment: 1", "  - {run: two, well: A2, experiment: 1"))  # fmt: skip
    one = compute(load_study(study), workers=1).results[0]
    assert any("k_kill is 9 1/h, outside the range of the model" in w for w in one.analysis.warnings)


def test_a_taken_endpoint_must_be_one(study):
    _, two, _ = compute(load_study(change(study, (", group: {compound: x}", ""))), workers=1).results
    assert "Expected exactly one endpoint 'slope' in run one, found 2" in two.message
    assert "compound: x; compound: y" in two.message


def test_an_ambiguous_compound_in_the_data_stops_the_run(study, make_toy):
    make_toy(study.parent, "a.toy", compounds=("x", "SeC"))
    one = compute(load_study(study), workers=1).results[0]
    assert isinstance(one, Failure)
    assert "'SeC' is ambiguous" in one.message
    assert "runs.one, table wells" in one.message


def test_the_basis_of_the_study_reaches_the_data(study):
    wells = compute(load_study(study), workers=1).results[0].dataset.tables["wells"].frame
    assert set(zip(wells["compound"], wells["basis"], strict=True)) == {
        ("x", "molecule"),
        ("y", "not stated"),
    }


def test_a_basis_against_the_data_stops_the_run(study):
    text = (study.parent / "a.toy").read_text(encoding="utf-8").splitlines()
    told = [text[0], text[1] + ",basis", *(line + ",Se" for line in text[2:])]
    (study.parent / "a.toy").write_text("\n".join(told) + "\n", encoding="utf-8")
    one = compute(load_study(study), workers=1).results[0]
    assert "The study says 'molecule', the data say 'Se'" in one.message


def test_files_are_analysed_without_a_study(toys, make_toy, tmp_path):
    path = make_toy(tmp_path)
    found = analyse_files("toy_slope", [path], settings=toys["toy_slope"].settings(factor=3), seed=2)
    again = analyse_files("toy_slope", [RunFile(path, "a.toy", "sample")])
    assert slope(found).value == pytest.approx(3 * slope(again).value)
    assert found.analysis.warnings[0] == "a toy was read"
    assert found.provenance.inputs[0].format == "toy"
    assert found.provenance.assumed == ("a.toy: dose in µM",)


def test_a_file_that_no_reader_knows_is_refused_by_name(toys, tmp_path):
    assert "toy_slope" in toys
    path = tmp_path / "a.bin"
    path.write_bytes(b"\x00\x01\x02" * 100)
    with pytest.raises((FormatRefusal, DataError), match=r"a\.bin"):
        analyse_files("toy_slope", [path])


def test_our_own_bug_is_no_failure_of_the_user(study, monkeypatch):
    monkeypatch.setattr("selenolab.study.job.exclude", lambda dataset, exclusions: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        compute(load_study(study), workers=1)


def test_ctrl_c_ends_the_workers_and_keeps_what_was_finished(study, tmp_path):
    take = "inputs: {factor: {from: runs.one.endpoints.slope, group: {compound: x}}}"
    change(study, ("settings: {factor: 2}", "settings: {factor: 2, seconds: 60}"), (take, "seed: 1"))

    def stop(event):
        if event.what == "finished":
            raise KeyboardInterrupt

    start = perf_counter()
    with pytest.raises(KeyboardInterrupt):
        compute(load_study(study), workers=2, progress=stop, cache=tmp_path / "kept")
    assert perf_counter() - start < 50  # the slow one did not hold it up
    assert not multiprocessing.active_children()
    events = []
    plan = load_study(change(study, ("seconds: 60", "seconds: 0")))
    compute(plan, workers=1, progress=events.append, cache=tmp_path / "kept")
    assert [event.run for event in events if event.what == "reused"] == ["one"]


def test_a_copy_of_a_file_is_no_second_measurement(study, make_toy):
    make_toy(study.parent, "copy.toy")
    failed = compute(load_study(change(study, ("[a.toy]", "[a.toy, copy.toy]"))), workers=1).results[0]
    assert failed.message == "copy.toy: The file is a copy of a.toy, byte for byte. Leave one out."
