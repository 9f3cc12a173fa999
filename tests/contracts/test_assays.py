"""The contract of every assay on the shelf. No member is known here by name."""

import importlib.util
import json
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from selenolab.core.analysis import Analysis
from selenolab.core.dataset import Table
from selenolab.core.errors import DataError, SelenolabError
from selenolab.core.estimate import Absent, Estimate
from selenolab.core.quantity import vocabulary
from selenolab.shelf import assays
from selenolab.stats.noise import observe

SPEC = importlib.util.spec_from_file_location("members", Path(__file__).with_name("members.py"))
members = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(members)

HEADINGS = ("## What it measures", "## What goes in", "## What comes out", "## What can fool it")
every_assay = pytest.mark.parametrize("name", list(assays))
_analysed: dict[str, Analysis] = {}


def analysed(name) -> Analysis:
    if name not in _analysed:
        _analysed[name] = members.analyse_example(name)
    return _analysed[name]


def words_of(schema):
    return {column.word for column in schema.columns}


@every_assay
def test_it_is_called_as_its_folder_and_says_what_it_is(name):
    assay, readme = assays[name], assays.folder(name) / "README.md"
    assert assay.name == name
    assert assay.title
    text = readme.read_text(encoding="utf-8")
    places = [text.find(heading) for heading in HEADINGS]
    assert -1 not in places
    assert places == sorted(places)


@every_assay
def test_every_setting_is_described_and_frozen(name):
    model = assays[name].settings
    assert [key for key, field in model.model_fields.items() if not field.description] == []
    settings = model()
    with pytest.raises(ValidationError, match="frozen"):
        setattr(settings, next(iter(model.model_fields)), None)
    with pytest.raises(ValidationError, match="no_such_setting"):
        model(no_such_setting=1)


@every_assay
def test_every_word_is_in_its_vocabulary(name):
    assay = assays[name]
    known = vocabulary(assays.folder(name))
    for schema in (*assay.tables.values(), *assay.gives.values()):
        for column in schema.columns:
            assert known[column.word] == column.quantity


@every_assay
def test_the_example_suits_it_and_gives_its_tables(name):
    assay = assays[name]
    files = members.example_files(name)
    assert files, "the folder has no example.*"
    assert [assay.bench.suits(file.parsed) for file in files if file.role == "sample"] == [""] * sum(
        file.role == "sample" for file in files
    )
    dataset = members.read_example(name).dataset
    assert set(dataset.tables) <= set(assay.tables)
    for key, table in dataset.tables.items():
        assert table.schema == assay.tables[key]


@every_assay
def test_a_file_of_another_kind_does_not_suit_it(name):
    parsed = replace(members.example_files(name)[0].parsed, kind="chromatogram", format="other")
    if not any(known.kind == "chromatogram" for known in assays[name].bench.formats):
        assert assays[name].bench.suits(parsed)


@every_assay
def test_its_answer_names_only_what_it_declared(name):
    assay, analysis = assays[name], analysed(name)
    declared = {spec.name for spec in assay.endpoints}
    assert {endpoint.name for endpoint in analysis.endpoints} <= declared
    assert {unit.endpoint for unit in analysis.units} <= declared
    assert {check.endpoint for check in analysis.checks} <= declared | {""}
    assert set(analysis.tables) <= set(assay.gives)
    for key, table in analysis.tables.items():
        assert table.schema == assay.gives[key]
    assert analysis.endpoints
    assert analysis.answer
    assert analysis.methods


@every_assay
def test_no_number_of_its_answer_is_nan_and_no_drawing_is_there_twice(name):
    analysis = analysed(name)
    for unit in analysis.units:
        assert np.isfinite(unit.value)
    for check in analysis.checks:
        assert all(
            np.isfinite(number) for number in (check.value, check.limit, check.margin) if number is not None
        )
        assert check.passed is not None or check.why
    names = [drawing.name for drawing in analysis.drawings]
    assert len(names) == len(set(names))
    for drawing in analysis.drawings:
        assert drawing.caption.n
        assert drawing.caption.text


@every_assay
def test_every_endpoint_is_a_number_with_n_or_absent_with_a_reason(name):
    for endpoint in analysed(name).endpoints:
        outcome = endpoint.outcome
        if isinstance(outcome, Estimate):
            assert outcome.n >= 1
            assert outcome.n_is
        elif isinstance(outcome, Absent):
            assert outcome.why


@every_assay
def test_its_example_gives_the_expected_answer(name):
    expected = json.loads((assays.folder(name) / "expected.json").read_text(encoding="utf-8"))
    found = members.golden(name)
    assert json.loads(json.dumps(found)) == members.rounded(expected)


@every_assay
def test_the_order_of_rows_changes_nothing(name):
    assay, folder = assays[name], assays.folder(name)
    reading, settings = members.read_example(name), members.example_settings(assay, folder)
    turned = {
        key: Table(table.schema, table.frame.iloc[::-1].reset_index(drop=True), table.units, table.open)
        for key, table in reading.dataset.tables.items()
    }
    again = assay.analyse(replace(reading.dataset, tables=turned), settings, 0, {})
    plain = analysed(name)
    assert [(e.name, dict(e.group)) for e in again.endpoints] == [
        (e.name, dict(e.group)) for e in plain.endpoints
    ]
    for one, other in zip(again.endpoints, plain.endpoints, strict=True):
        if isinstance(one.outcome, Estimate):
            assert one.outcome.value == pytest.approx(other.outcome.value, rel=1e-6)


@every_assay
def test_its_results_travel_between_processes(name):
    analysis, reading = analysed(name), members.read_example(name)
    assert pickle.loads(pickle.dumps(analysis)).answer == analysis.answer
    assert set(pickle.loads(pickle.dumps(reading)).dataset.tables) == set(reading.dataset.tables)


@every_assay
def test_no_files_is_an_error_of_the_user(name):
    with pytest.raises(SelenolabError):
        assays[name].bench.read([], None, assays[name].settings())


@every_assay
def test_its_virtual_door_ends_in_the_same_room(name):
    assay = assays[name]
    if assay.virtual is None:
        pytest.skip("this assay has no virtual door")
    settings = assay.settings()
    design = assay.virtual.design(settings)
    assert {"condition", "time"} <= set(design)
    assert not design.duplicated(["condition", "time"]).any()
    expected = assay.virtual.expect(members.states_for(design, assay.virtual.needs), design, settings)
    for key, table in expected.tables.items():
        assert table.schema == assay.tables[key]
    noise = assay.virtual.noise(expected, settings)
    for term in noise.terms:
        assert term.column in expected.tables[term.table].frame
    seen, again = (observe(expected, noise, 5) for _ in range(2))
    for key in expected.tables:
        assert seen.tables[key].frame.equals(again.tables[key].frame)
    assert assay.analyse(seen, settings, 0, {}).endpoints


@every_assay
def test_a_design_without_its_states_is_an_error(name):
    assay = assays[name]
    if assay.virtual is None:
        pytest.skip("this assay has no virtual door")
    design = assay.virtual.design(assay.settings())
    states = members.states_for(design, assay.virtual.needs).iloc[1:]
    with pytest.raises(DataError):
        assay.virtual.expect(states, design, assay.settings())
