"""A model without sources is no model."""

import pytest

from selenolab.core.errors import DataError
from selenolab.core.model_folder import load_model

CARD = """title = "t"
purpose = "p"
doses = "D"
dose_unit = "µM"
time_unit = "h"
limits = "none"
[observables]
viable_cells = "[N]"
"""
HEAD = "name,value,unit,low,high,kind,source\n"


def folder(tmp_path, rows, card=CARD):
    (tmp_path / "model.toml").write_text(card, encoding="utf-8")
    (tmp_path / "model.ant").write_text("model m\nend\n", encoding="utf-8")
    (tmp_path / "parameters.csv").write_text(HEAD + rows, encoding="utf-8")
    return tmp_path


def test_a_sound_folder(tmp_path):
    model = load_model(folder(tmp_path, "k,1,1/h,0.5,2,assumed,because\n"))
    assert model.parameters[0].value == 1.0
    assert model.observables == {"viable_cells": "[N]"}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("k,1,1/h,0.5,2,guess,because", "row 2: k is 'guess'"),
        ("k,1,1/h,0.5,2,assumed,", "row 2: k is 'assumed' with source ''"),
        ("k,one,1/h,0.5,2,assumed,because", "row 2: k: Expected numbers"),
        ("k,3,1/h,0.5,2,assumed,because", "row 2: k is 3, outside its own range 0.5 to 2"),
    ],
)
def test_a_row_without_a_source_or_range_is_named(tmp_path, row, told):
    with pytest.raises(DataError, match=told):
        load_model(folder(tmp_path, row + "\n"))


def test_an_unknown_key_of_the_card_is_named(tmp_path):
    with pytest.raises(DataError, match=r"'titel' is unknown\. Did you mean title"):
        load_model(folder(tmp_path, "", card='titel = "x"\n' + CARD))


ROW = "k,1,1/h,0.5,2,assumed,because\n"


def test_the_card_may_say_what_a_design_can_do(tmp_path):
    extra = 'settle = 5\ninputs = { ph = "k" }\nactions.sample = { D = "D_after" }\n' + CARD
    model = load_model(folder(tmp_path, ROW, extra))
    assert (model.inputs, model.actions, model.settle) == ({"ph": "k"}, {"sample": {"D": "D_after"}}, 5)


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ('inputs = { ph = "kk" }', r"Unknown parameter 'kk'\. Did you mean k\? \(input ph\)"),
        ('inputs = { ph = "k", gsh = "k" }', "Both input ph and input gsh set 'k'"),
        ('inputs = { ph = 7 }', "Expected inputs as word"),
        ('inputs = "ph"', "Expected inputs as word"),
        ('actions = { sample = "D" }', "Expected under actions a table for each"),
        ('actions = { sample = {} }', "Expected under actions a table for each"),
        ('actions.sample = { D = 1 }', "Expected under actions a table for each"),
        ("settle = -1", "Expected settle as a time in time_unit, 0 or more, found -1"),
        ('settle = "long"', "found long"),
        ("settle = inf", "found inf"),
        ("settel = 1", r"'settel' is unknown\. Did you mean settle"),
        ("settle 1", "Unable to read the card"),
    ],
)  # fmt: skip
def test_what_a_design_can_do_is_checked(tmp_path, extra, told):
    with pytest.raises(DataError, match=told):
        load_model(folder(tmp_path, ROW, f"{extra}\n{CARD}"))


def test_an_input_is_not_the_dose(tmp_path):
    card = 'inputs = { ph = "k" }\n' + CARD.replace('doses = "D"', 'doses = "k"')
    with pytest.raises(DataError, match="Both doses and input ph set 'k'"):
        load_model(folder(tmp_path, ROW, card))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('doses = "D"', "doses = 3", "Expected words in 'doses', found 3"),
        ('limits = "none"', 'limits = " "', "Expected words in 'limits'"),
        ('viable_cells = "[N]"', "viable_cells = 3", "Expected observables as word"),
        ('viable_cells = "[N]"', "", "Expected observables as word"),
    ],
)
def test_a_card_of_the_wrong_kind_is_refused(tmp_path, old, new, told):
    with pytest.raises(DataError, match=told):
        load_model(folder(tmp_path, ROW, CARD.replace(old, new)))
