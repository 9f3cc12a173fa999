from dataclasses import replace

import pandas as pd

from selenolab.shelf import models
from selenolab.study.model_values import assumed_values, outside_values

MODEL = models["carrier_release"]
DESIGN = pd.DataFrame({"condition": ["a", "b"], "dose": 150.0, "ph": [7.4, 2.0], "gsh": [0.0, 60.0]})


def names(lines):
    return [line.split(" = ")[0] for line in lines]


def test_what_is_assumed_is_told_with_its_value_and_reason():
    lines = list(assumed_values(MODEL, {}, DESIGN))
    d0 = next(line for line in lines if line.startswith("D0 "))
    assert d0.startswith("D0 = 3e-05 nm2/s: closed network")
    assert "an assumed target" in d0
    assert "Ktot" not in names(lines)  # derived
    assert {"h2o2", "kox", "pKaG"} <= set(names(lines))


def test_what_the_design_or_the_study_sets_is_not_assumed():
    told = names(assumed_values(MODEL, {"D0": 1e-4}, DESIGN))
    assert not {"dose", "ph", "gsh", "D0"} & set(told)


def test_a_value_outside_its_range_is_told_by_the_word_that_set_it():
    lines = list(outside_values(MODEL, {"D0": 1.0, "kmem": 1.0}, DESIGN))
    assert lines == [
        "ph is 2, outside the range of the model (3 to 9).",
        "gsh is 60 mM, outside the range of the model (0 to 50).",
        "D0 is 1 nm2/s, outside the range of the model (1e-06 to 0.001).",
    ]
    assert not list(outside_values(replace(MODEL, inputs={}), {}, DESIGN))
