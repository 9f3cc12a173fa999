import json
import math
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from selenolab.core.check import Check
from selenolab.core.estimate import Absent, Endpoint, Estimate, Verdict, at_least, at_most
from selenolab.study.folder import default_folder, run_study
from selenolab.study.plan import load_study
from selenolab.study.record import analysis_json, check_json, endpoint_json
from selenolab.study.run import compute

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
KEYS = {
    "endpoint": ["name", "group", "value", "low", "high", "level", "unit", "method", "n", "n_is", "censored",
                 "category", "warnings"],
    "check": ["rule", "name", "group", "endpoint", "passed", "value", "limit", "unit", "margin", "settings",
              "why"],
    "analysis": ["schema", "version", "assay", "settings", "seed", "endpoints", "checks", "missing_controls",
                 "warnings", "tables", "inputs"],
}  # fmt: skip


def schema(name):
    found = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


@pytest.fixture
def result(study):
    return compute(load_study(study), workers=1).results[0]


def test_an_analysis_is_as_its_schema_says(result):
    told = analysis_json(result)
    schema("analysis").validate(told)
    assert list(told) == KEYS["analysis"]
    assert told["tables"] == [
        {"name": "wells", "rows": 24, "path": None},
        {"name": "slopes", "rows": 6, "path": None},
    ]
    assert told["missing_controls"][0]["control"] == "blank"
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def test_every_kind_of_endpoint_is_as_its_schema_says(result):
    outcomes = [
        Estimate(1.0, 0.5, math.inf, "µM", "m", 3, "experiments"),
        at_least(64.0, "µM", "m", 3, "experiments"),
        at_most(0.5, "µM", "m", 3, "experiments"),
        Verdict("undecidable", "two peaks", "m", 1, "records"),
        Absent("the curve is flat", "µM", "m"),
    ]
    endpoints = tuple(Endpoint("e", {"compound": "x"}, outcome, ("late",)) for outcome in outcomes)
    changed = replace(result, analysis=replace(result.analysis, endpoints=endpoints))
    told = analysis_json(changed)
    schema("analysis").validate(told)
    assert all(list(endpoint) == KEYS["endpoint"] for endpoint in told["endpoints"])
    open_side, above, below, verdict, absent = told["endpoints"]
    assert (open_side["low"], open_side["high"], open_side["censored"]) == (0.5, None, None)
    assert (above["value"], above["low"], above["high"], above["censored"]) == (64.0, 64.0, None, ">")
    assert (below["low"], below["censored"]) == (None, "<")
    assert (verdict["value"], verdict["category"], verdict["warnings"]) == (
        None,
        "undecidable",
        ["two peaks", "late"],
    )
    assert (absent["value"], absent["unit"]) == (None, "µM")
    assert absent["warnings"] == ["Not given: the curve is flat", "late"]


def test_a_check_without_numbers_has_nulls():
    told = check_json(Check("r", "n", None, "too few", value=math.nan, margin=math.inf))
    assert list(told) == KEYS["check"]
    assert (told["passed"], told["value"], told["margin"]) == (None, None, None)


@pytest.mark.parametrize(
    ("key", "value"),
    [("value", "1"), ("censored", "~"), ("n", -1), ("level", 0), ("extra", 1), ("warnings", None)],
)
def test_the_schema_refuses_what_is_wrong(result, key, value):
    told = analysis_json(result)
    told["endpoints"][0][key] = value
    with pytest.raises(jsonschema.ValidationError):
        schema("analysis").validate(told)


def test_a_record_is_as_its_schema_says(study):
    text = study.read_text(encoding="utf-8").replace("b.toy, role", "missing.toy, role")
    (study.parent / "missing.toy").write_text("#toy\nexperiment\n1\n", encoding="utf-8")
    study.write_text(text, encoding="utf-8")
    run_study(load_study(study), workers=1)
    record = json.loads((default_folder(study) / "record.json").read_text(encoding="utf-8"))
    schema("record").validate(record)
    assert [run["name"] for run in record["runs"]] == ["one", "sum"]
    assert record["failures"][0]["run"] == "two"
    assert record["runs"][0]["exclusions"] == [
        {"where": {"well": "A2", "experiment": "1"}, "reason": "bubble"}
    ]
    assert record["runs"][0]["analysis"]["tables"][1]["path"] == "tables/one/slopes.csv"
    assert record["runs"][0]["evidence"][0]["evidence"] == "specification only"
    assert record["runs"][1]["takes"] == [{"port": "slopes", "from": "runs.one.tables.slopes", "group": {}}]
    assert record["comparisons"][0]["contrasts"][0]["effect"]["n_is"] == "independent experiments, 3 and 3"
    assert record["study"]["compounds"][0]["basis"] == "molecule"


def test_a_virtual_record_names_its_model(study):
    text = study.read_text(encoding="utf-8").replace("files: [a.toy]", "model: dose_viability", 1)
    study.write_text(
        text.replace("run: one", "run: two").replace("{compound: x}", "{compound: selenocystine}"),
        encoding="utf-8",
    )
    run_study(load_study(study), workers=1)
    record = json.loads((default_folder(study) / "record.json").read_text(encoding="utf-8"))
    schema("record").validate(record)
    assert (record["runs"][0]["door"], record["runs"][0]["model"]) == ("virtual", "dose_viability")


def test_the_reason_of_an_absent_endpoint_is_never_lost():
    assert endpoint_json(Endpoint("e", {}, Absent("why not")))["warnings"] == ["Not given: why not"]
