from dataclasses import replace
from pathlib import Path

import pytest

from selenolab.core.assay import Sheet
from selenolab.core.errors import StudyError
from selenolab.core.study import Virtual
from selenolab.study.digests import (
    file_digest,
    folder_digest,
    input_digests,
    package_digest,
    run_key,
    versions,
)
from selenolab.study.plan import load_study
from selenolab.study.plan_run import inline_sheet


@pytest.fixture
def plan(study):
    return load_study(study)


def key(run, taken=None, exclusions=(), compounds=None):
    return run_key(run, input_digests(run), taken or {}, exclusions, compounds or {})


def test_the_key_is_the_same_for_the_same(plan, study):
    assert [key(run) for run in plan.runs] == [key(run) for run in load_study(study).runs]
    assert len({key(run) for run in plan.runs}) == 3


def test_everything_that_a_number_rests_on_is_in_the_key(plan):
    run = plan.runs[0]
    file = run.door.files[0]
    sheet = inline_sheet([{"well": "A1", "compound": "x"}])
    changes = [
        replace(run, seed=1),
        replace(run, settings=type(run.settings)(factor=1.0000000000000002)),
        replace(run, door=replace(run.door, files=(replace(file, role="blank"),))),
        replace(run, door=replace(run.door, files=(replace(file, facts={"batch": "8"}),))),
        replace(run, door=replace(run.door, sheet=sheet)),
        replace(run, door=Virtual("dose_viability")),
        replace(run, door=Virtual("dose_viability", {"k_kill": 0.2})),
    ]
    keys = [key(run), *map(key, changes), key(run, {"factor": "0"}), key(run, (), plan.exclusions)]
    keys += [key(run, compounds={"x": "Se"}), key(run, compounds={"x": "drug"})]
    assert len(set(keys)) == len(keys)


def test_the_content_of_a_file_counts_and_its_place_does_not(plan, study):
    run = plan.runs[0]
    before = key(run)
    moved = study.parent / "sub" / "a.toy"
    moved.parent.mkdir()
    moved.write_bytes((study.parent / "a.toy").read_bytes())
    file = replace(run.door.files[0], path=moved)
    assert key(replace(run, door=replace(run.door, files=(file,)))) == before
    moved.write_bytes(moved.read_bytes() + b"\n")
    assert key(replace(run, door=replace(run.door, files=(file,)))) != before


def test_sheets_with_other_values_have_other_keys(plan):
    run = plan.runs[0]
    one, two = (
        replace(run, door=replace(run.door, sheet=inline_sheet([{"dose [µM]": d}]))) for d in (1.0, 2.0)
    )
    assert isinstance(one.door.sheet, Sheet)
    assert key(one) != key(two)


def test_a_folder_is_known_by_what_is_in_its_sources(tmp_path):
    def digest(**files):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        for name, text in files.items():
            (folder / name.replace("_", ".")).write_text(text)
        return folder_digest(folder)

    assert digest(a_py="1") == digest(a_py="1", b_pyc="2")
    assert len({digest(a_py="1"), digest(a_py="2"), digest(b_py="1"), digest(a_py="1", b_csv="")}) == 4


def test_the_package_and_the_versions_are_named():
    assert len(package_digest()) == 64
    assert set(versions()) == {"selenolab", "python", "numpy", "scipy", "pandas"}


def test_a_file_that_is_gone_is_named(tmp_path):
    with pytest.raises(StudyError, match=r"gone\.toy: Unable to read the file"):
        file_digest(tmp_path / "gone.toy")


def test_a_folder_is_named_even_where_it_is_the_current_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StudyError, match=r"^\.: Expected a file, found a folder"):
        file_digest(Path())
