"""Marks of axes lie where the transform puts their numbers."""

import numpy as np
import pytest

from selenolab.core.errors import DataError
from selenolab.core.gate import Transform
from selenolab.cytometry.ticks import ticks
from selenolab.cytometry.transforms import transform

NUMBERS = {"0": 0.0, "10²": 100.0, "10³": 1e3, "10⁴": 1e4, "10⁵": 1e5, "−10²": -100.0}
LOGICLE = Transform("logicle", {"T": 262_144.0, "W": 0.5, "M": 4.5, "A": 0.0})


CURVED = [LOGICLE, Transform("biex"), Transform("asinh", {"T": 262_144.0, "M": 4.0, "A": 1.0})]


@pytest.mark.parametrize("spec", CURVED, ids=lambda spec: spec.kind)
def test_powers_of_ten_and_zero(spec: Transform) -> None:
    marks = {label: place for place, label in ticks(spec)}
    assert list(marks) == ["−10²", "0", "10²", "10³", "10⁴", "10⁵"]
    values = np.array([NUMBERS[label] for label in marks])
    np.testing.assert_allclose(list(marks.values()), transform(spec, values))


def test_a_log_axis_has_no_zero() -> None:
    marks = ticks(Transform("log", {"T": 10_000.0, "M": 4.0}))
    assert [label for _, label in marks] == ["10⁰", "10¹", "10²", "10³", "10⁴"]
    np.testing.assert_allclose([place for place, _ in marks], [0, 0.25, 0.5, 0.75, 1])


def test_a_linear_axis_has_round_steps() -> None:
    assert [label for _, label in ticks(Transform("linear", {"T": 1024.0}))] == [
        "0",
        "200",
        "400",
        "600",
        "800",
        "1000",
    ]
    below = ticks(Transform("linear", {"T": 100.0, "A": 50.0}))
    assert [label for _, label in below] == ["−40", "−20", "0", "20", "40", "60", "80", "100"]


def test_marks_do_not_crowd() -> None:
    wide = Transform("logicle", {"T": 262_144.0, "W": 2.0, "M": 4.5, "A": 0.0})
    places = np.array([place for place, _ in ticks(wide)])
    assert len(places) >= 3
    assert np.diff(places).min() >= 0.04
    with pytest.raises(DataError, match="no inverse"):
        ticks(Transform("ratio"))
