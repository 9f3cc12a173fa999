"""The whole folder: what is in it, and that nothing in it depends on the hour."""

import json
import re
import time
from hashlib import sha256
from pathlib import Path

import pytest

from selenolab.core.study import Failure, StudyResult
from selenolab.report.write import write_report


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_everything_is_there(written):
    names = set(contents(written))
    assert {"report.html", "results.xlsx", "methods.md", "references.bib", "ro-crate-metadata.json"} <= names
    for ending in ("85mm.svg", "85mm.png", "174mm.svg", "174mm.png"):
        assert f"figures/hepg2/dose_response-{ending}" in names
        assert f"figures/comparisons/lines-{ending}" in names


@pytest.mark.slow
def test_two_writes_are_byte_equal(written, outcome, stage):
    again = stage(outcome)
    time.sleep(max(0.0, 2 - time.time() % 2))  # another second, as a zip counts them
    write_report(again, outcome, {"when": "2031-05-05T05:05:05Z", "version": "0.1.0"})
    first, second = contents(written), contents(again)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_no_text_says_nan_or_infinity(written):
    for name, content in contents(written).items():
        if name.endswith((".html", ".md", ".bib", ".json", ".svg")):
            text = re.sub(r'href="data:[^"]*"', "", content.decode())
            found = re.search(r"(?i)\b(nan|inf|infinity|none,|null)\b", text)
            assert found is None, f"{name}: {text[max(0, found.start() - 60) : found.end() + 40]}"


def test_nothing_holds_todays_date(written):
    today = time.strftime("%Y-%m-%d")
    for name, content in contents(written).items():
        if name != "record.json":
            assert today.encode() not in content, name


def test_the_crate_lists_every_file_with_its_digest(written):
    crate = json.loads((written / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    entities = {entity["@id"]: entity for entity in crate["@graph"]}
    assert len(entities) == len(crate["@graph"])
    files = contents(written)
    named = {e["name"]: e for e in entities.values() if e["@type"] == "File"}
    assert named.keys() == files.keys() - {"ro-crate-metadata.json"}
    for name, entity in named.items():
        if name == "record.json":
            assert "sha256" not in entity
        else:
            assert entity["sha256"] == sha256(files[name]).hexdigest()
            assert entity["contentSize"] == str(len(files[name]))
    assert {part["@id"] for part in entities["./"]["hasPart"]} == {e["@id"] for e in named.values()}


def test_the_crate_points_only_to_what_it_holds(written):
    crate = json.loads((written / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    known = {entity["@id"] for entity in crate["@graph"]}
    pointed = set(re.findall(r'\{"@id": "([^"]+)"\}', json.dumps(crate["@graph"])))
    outside = {one for one in pointed - known if not one.startswith("https://")}
    assert outside == set()
    actions = [e for e in crate["@graph"] if e["@type"] == "CreateAction"]
    assert ["simulated with the model" in action["name"] for action in actions] == [False, True]
    assert all(action["result"] for action in actions)


def test_a_study_of_failures_still_gives_a_report(outcome, stage):
    failures = tuple(one for one in outcome.results if isinstance(one, Failure))
    only = StudyResult(outcome.study, failures)
    place = stage(only)
    write_report(place, only, {})
    page = (place / "report.html").read_text(encoding="utf-8")
    assert "OVRFLW" in page
    assert "This run was stopped" in page
    assert (place / "references.bib").read_text() == "% No work is cited.\n"
