import json

from selenolab.study.folder import default_folder, run_study
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


def test_a_run_writes_record_tables_log_and_manifest(study):
    outcome = run_study(load_study(study), workers=1)
    out = default_folder(study)
    assert [type(result).__name__ for result in outcome.results] == ["Result"] * 3
    assert {path.name for path in out.iterdir()} == {"record.json", "run.log", "manifest.sha256", "tables"}
    assert (out / "tables/one/slopes.csv").is_file()
    assert (out / "tables/one/wells.parquet").is_file()
    leftovers = {path.name for path in out.parent.iterdir()} - {"a.toy", "b.toy", "study.yaml", out.name}
    assert leftovers == {".study-results.lock"}


def test_a_second_run_is_byte_equal_and_takes_everything_from_the_cache(study):
    events = []
    run_study(load_study(study), workers=1)
    before = contents(default_folder(study))
    run_study(load_study(study), workers=1, progress=events.append)
    assert contents(default_folder(study)) == before
    assert [event.what for event in events if event.run] == ["started", "reused"] * 3
