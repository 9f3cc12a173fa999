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
