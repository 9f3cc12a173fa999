"""What every model must do. A new folder under models/ is tested here without a line added."""

import re

import numpy as np
import pandas as pd
import pytest

from selenolab.core.model import Model
from selenolab.core.reference import PARAMETER_KINDS
from selenolab.shelf import models, whole_vocabulary
from selenolab.simulate.reference import simulate

CONSTANTS = 16  # antimony's number for formulas that never change
HEADINGS = ["What it describes", "What goes in", "What comes out", "What can fool it"]


@pytest.fixture(params=sorted(models))
def name(request) -> str:
    return request.param


@pytest.fixture
def model(name) -> Model:
    return models[name]


@pytest.fixture
def design() -> pd.DataFrame:
    times = [0.0, 1.0, 24.0, 72.0]
    return pd.DataFrame(
        [{"condition": f"{d:g}", "dose": d, "time": t} for d in (0.0, 1.0, 30.0) for t in times]
    )


def test_the_folder_holds_data_and_words(name):
    folder = models.folder(name)
    found = {path.name for path in folder.iterdir() if path.name != "__pycache__"}
    assert {"model.ant", "parameters.csv", "model.toml", "README.md"} <= found
    assert not list(folder.glob("*.py"))


def test_the_readme_has_its_headings(name):
    text = (models.folder(name) / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == HEADINGS
    assert text.startswith(f"# {name}\n")


def test_the_card_says_what_the_model_is_for_and_not_for(model):
    assert len(model.purpose) > 30
    assert len(model.limits) > 30
    assert model.title


def test_observables_are_words_of_the_vocabulary(model):
    assert model.observables
    assert set(model.observables) <= set(whole_vocabulary())


def test_every_parameter_has_a_kind_a_source_and_a_range(model):
    names = [own.name for own in model.parameters]
    assert len(names) == len(set(names))
    for own in model.parameters:
        assert own.kind in PARAMETER_KINDS
        assert own.low < own.high
        assert own.unit
        reference = re.match(r"(doi:|pmid:|10\.|\d{5,9}$)", own.source.lower())
        in_words = own.kind in {"assumed", "derived", "fitted"}  # how it came about has no DOI
        assert reference or (in_words and len(own.source) > 20)


def test_every_constant_of_the_equations_has_a_row_with_its_value(model):
    """What is not in the table has no source: only the table may hold numbers."""
    import antimony

    antimony.clearPreviousLoads()
    assert antimony.loadAntimonyString(model.equations) >= 0, antimony.getLastError()
    module = antimony.getMainModuleName()
    names = antimony.getSymbolNamesOfType(module, CONSTANTS)
    values = dict(zip(names, antimony.getSymbolInitialAssignmentsOfType(module, CONSTANTS), strict=True))
    assert {name: float(text) for name, text in values.items()} == {
        own.name: own.value for own in model.parameters
    }


def test_states_are_finite_and_the_same_twice(model, design):
    found = simulate(model, design, {}, model.dose_unit)
    assert list(found.columns) == ["condition", "time", *model.observables]
    assert len(found) == len(design)
    assert np.isfinite(found[list(model.observables)]).all(axis=None)
    pd.testing.assert_frame_equal(found, simulate(model, design, {}, model.dose_unit), check_exact=True)


def test_states_stay_in_the_range_of_their_words(model, design):
    words = whole_vocabulary()
    found = simulate(model, design, {}, model.dose_unit)
    for word in model.observables:
        assert found[word].min() >= words[word].low
        assert found[word].max() <= words[word].high


def test_the_dose_reaches_what_is_seen(model, design):
    found = simulate(model, design, {}, model.dose_unit)
    late = found[found["time"] == found["time"].max()]
    assert any(late[word].nunique() > 1 for word in model.observables)


def run_both_ends(model, design, every=1):
    own_values = [own for own in model.parameters if own.name != model.doses]  # the design sets the dose
    for own in own_values[::every]:
        for value in (own.low, own.high):
            found = simulate(model, design, {own.name: value}, model.dose_unit)
            assert np.isfinite(found[list(model.observables)]).all(axis=None), own.name


def test_both_ends_of_some_ranges_can_be_run(model, design):
    few = max(1, len(model.parameters) // 12)
    run_both_ends(model, design[design["dose"] == design["dose"].max()], few)


@pytest.mark.slow
def test_both_ends_of_every_range_can_be_run_at_all_doses(model, design):
    run_both_ends(model, design)


def test_what_a_design_may_set_are_words_with_numbers(model):
    words = whole_vocabulary()
    for word in model.inputs:
        assert words[word].kind == "number"
    assert not set(model.inputs) & {"condition", "dose", "time", "action"}


def test_every_input_can_be_set_at_both_ends_of_its_range(model, design):
    ends = {own.name: (own.low, own.high) for own in model.parameters}
    for word, name in model.inputs.items():
        for value in ends[name]:
            found = simulate(model, design.assign(**{word: value}), {}, model.dose_unit)
            assert np.isfinite(found[list(model.observables)]).all(axis=None), word


def test_every_action_is_done_after_the_look(model, design):
    plain = simulate(model, design, {}, model.dose_unit)
    for action in model.actions:
        last = design["time"] == design["time"].max()
        found = simulate(model, design.assign(action=np.where(last, action, "")), {}, model.dose_unit)
        pd.testing.assert_frame_equal(found, plain)
        acted = simulate(model, design.assign(action=action), {}, model.dose_unit)
        assert np.isfinite(acted[list(model.observables)]).all(axis=None)
        assert not acted.equals(plain), action
