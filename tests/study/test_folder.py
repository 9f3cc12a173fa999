import json
import os
from pathlib import Path

import pytest

from selenolab.core.errors import OutputError
from selenolab.study import swap
from selenolab.study.folder import default_folder, run_study, writing
from selenolab.study.plan import load_study


def contents(folder, without=("run.log",)):
    """Every file's bytes, the record without its one changing field."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in without:
            found[name] = path.read_bytes()
    record = json.loads(found["record.json"])
    assert record.pop("when")
    found["record.json"] = json.dumps(record).encode()
    return found


def filled(out, text="new", name="a.txt"):
    """A results folder with one file, written as a study would."""
    with writing(out) as staging:
        (staging / name).write_text(text)
        (staging / "record.json").write_text('{"schema": "selenolab/record/1"}')
    return out


def test_a_run_writes_record_tables_log_and_manifest(study):
    outcome = run_study(load_study(study), workers=1)
    out = default_folder(study)
    assert [type(result).__name__ for result in outcome.results] == ["Result"] * 3
    assert {path.name for path in out.iterdir()} == {"record.json", "run.log", "manifest.sha256", "tables"}
    assert (out / "tables/one/slopes.csv").is_file()
    assert (out / "tables/one/wells.parquet").is_file()
    leftovers = {path.name for path in out.parent.iterdir()} - {"a.toy", "b.toy", "study.yaml", out.name}
    assert leftovers == set()


def test_a_second_run_is_byte_equal_and_takes_everything_from_the_cache(study):
    events = []
    run_study(load_study(study), workers=1)
    before = contents(default_folder(study))
    run_study(load_study(study), workers=1, progress=events.append)
    assert contents(default_folder(study)) == before
    assert [event.what for event in events if event.run] == ["started", "reused"] * 3
    assert "reused" in (default_folder(study) / "run.log").read_text(encoding="utf-8")
    assert b"reused" not in before["record.json"]


def test_the_place_does_not_show_in_the_results(study, tmp_path):
    run_study(load_study(study), tmp_path / "x" / "one", workers=1)
    run_study(load_study(study), tmp_path / "two", workers=1, cache=False)
    assert contents(tmp_path / "x" / "one") == contents(tmp_path / "two")
    for name, data in contents(tmp_path / "two").items():
        assert str(tmp_path).encode() not in data, name


def test_what_finish_adds_is_part_of_the_folder_and_the_manifest(study):
    def finish(folder, outcome, record):
        assert record["study"]["title"] == outcome.study.title
        (folder / "report.html").write_text("<p>ok</p>")

    run_study(load_study(study), workers=1, finish=finish)
    out = default_folder(study)
    assert "  report.html\n" in (out / "manifest.sha256").read_text(encoding="utf-8")


def test_an_error_while_finishing_leaves_the_old_result(study):
    run_study(load_study(study), workers=1)
    before = contents(default_folder(study))

    def finish(*_):
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        run_study(load_study(study), workers=1, finish=finish)
    assert contents(default_folder(study)) == before
    assert not list(study.parent.glob(".*staging*"))


@pytest.mark.parametrize("with_exchange", [True, False])
def test_the_new_takes_the_place_of_the_old(tmp_path, monkeypatch, with_exchange):
    if not with_exchange:
        monkeypatch.setattr(swap, "exchange", lambda left, right: False)
    out = filled(tmp_path / "out", "old")
    filled(out, "new")
    assert (out / "a.txt").read_text() == "new"
    assert {path.name for path in tmp_path.iterdir()} == {"out"}


def test_what_a_cut_off_run_left_is_put_right(tmp_path):
    out = filled(tmp_path / "out", "old")
    out.rename(tmp_path / ".out.old")  # cut off between the two renames
    (tmp_path / ".out.staging").mkdir()
    with writing(out) as staging:
        assert (out / "a.txt").read_text() == "old"
        (staging / "a.txt").write_text("new")
    assert (out / "a.txt").read_text() == "new"
    assert {path.name for path in tmp_path.iterdir()} == {"out"}


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.docx").write_text("years of work")
    for record in (None, "{}", "[1]", "{", '{"schema": "other/1"}'):
        if record is not None:
            (out / "record.json").write_text(record)
        with pytest.raises(OutputError, match="holds other things"), writing(out):
            pass
        assert (out / "thesis.docx").read_text() == "years of work"


def test_a_file_in_the_place_is_left_alone(tmp_path):
    (tmp_path / "out").write_text("x")
    with pytest.raises(OutputError, match="This is a file"), writing(tmp_path / "out"):
        pass
    with pytest.raises(OutputError, match="Unable to write here"), writing(tmp_path / "out" / "in"):
        pass
    assert (tmp_path / "out").read_text() == "x"


def test_an_empty_folder_is_used(tmp_path):
    (tmp_path / "out").mkdir()
    assert (filled(tmp_path / "out") / "a.txt").read_text() == "new"


def test_files_that_a_person_added_go_along(tmp_path):
    out = filled(tmp_path / "out", "old")
    (out / "notes").mkdir()
    (out / "notes" / "mine.txt").write_text("keep me")
    filled(out, "new")
    assert (out / "notes" / "mine.txt").read_text() == "keep me"
    assert "mine" not in (out / "manifest.sha256").read_text()


def test_a_file_of_a_person_where_a_result_belongs_is_not_overwritten(tmp_path):
    out = filled(tmp_path / "out", "old")
    (out / "b.txt").write_text("mine")
    with pytest.raises(OutputError, match="not ours"):
        filled(out, name="b.txt")
    assert (out / "b.txt").read_text() == "mine"


def test_two_writers_of_one_folder_do_not_mix(tmp_path):
    with writing(tmp_path / "out") as staging:
        (staging / "a.txt").write_text("first")
        with pytest.raises(OutputError, match="Another run is writing"), writing(tmp_path / "out"):
            pass
        assert (staging / "a.txt").read_text() == "first"
    assert (tmp_path / "out" / "a.txt").read_text() == "first"


def test_a_run_that_fails_leaves_neither_lock_nor_folders(tmp_path):
    with pytest.raises(RuntimeError), writing(tmp_path / "x" / "y" / "out"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_folders_that_others_use_by_now_stay(tmp_path):
    def work():
        with writing(tmp_path / "x" / "out"):
            (tmp_path / "x" / "mine.txt").write_text("x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert [path.name for path in (tmp_path / "x").iterdir()] == ["mine.txt"]


def test_an_error_of_the_work_is_not_told_as_one_of_the_lock(tmp_path):
    with pytest.raises(FileExistsError, match="work"), writing(tmp_path / "out"):
        raise FileExistsError("work")


def test_a_name_too_long_and_a_record_too_deep_are_refused(tmp_path):
    with pytest.raises((OutputError, OSError), match="name too long"), writing(tmp_path / ("x" * 250)):
        pass
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "record.json").write_text("[" * 100_000)
    with pytest.raises(OutputError, match="holds other things"), writing(tmp_path / "out"):
        pass


def test_a_symbolic_link_leads_to_the_real_folder(tmp_path):
    real = filled(tmp_path / "real", "old")
    (tmp_path / "link").symlink_to(real)
    filled(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (real / "a.txt").read_text() == "new"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "shut").mkdir(mode=0o500)
    with pytest.raises(OutputError, match="Unable to write here"), writing(tmp_path / "shut" / "out"):
        pass


def test_the_default_place_is_beside_the_study():
    assert default_folder(Path("a/b.yml")) == Path("a/b-results")
