"""Conversion factors: reference values, round trips, and the conversions that are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selenolab.core.errors import DataError
from selenolab.formats.units import dimension, factor

GROUPS = [
    ["M", "mM", "µM", "nM", "pM", "mol/L", "µmol/L", "mmol/mL"],
    ["g/L", "mg/mL", "µg/mL", "ng/mL", "µg/L", "ng/µL"],
    ["s", "min", "h", "d", "ms"],
    ["AU", "mAU", "OD", "mOD"],
    ["m", "mm", "µm", "nm"],
    ["L", "mL", "µL"],
]


@pytest.mark.parametrize(
    ("source", "target", "want"),
    [
        ("nM", "µM", 1e-3),
        ("mM", "µM", 1e3),
        ("uM", "µM", 1.0),
        ("µmol/L", "µM", 1.0),
        ("mg/mL", "µg/mL", 1e3),
        ("ng/µL", "µg/mL", 1.0),
        ("h", "min", 60.0),
        ("d", "h", 24.0),
        ("mAU", "AU", 1e-3),
        ("OD", "AU", 1.0),
        ("cells/mL", "cells/µL", 1e-3),
    ],
)
def test_factors(source: str, target: str, want: float) -> None:
    assert factor(source, target) == pytest.approx(want, rel=1e-14)


@given(st.sampled_from(GROUPS).flatmap(lambda group: st.tuples(*[st.sampled_from(group)] * 3)))
def test_factors_go_there_and_back(three: tuple[str, str, str]) -> None:
    one, two, last = three
    assert factor(one, two) * factor(two, one) == pytest.approx(1.0, rel=1e-12)
    assert factor(one, two) * factor(two, last) == pytest.approx(factor(one, last), rel=1e-12)


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        ("µg/mL", "µM", "µg/mL is a mass concentration, µM a molar concentration: give the molar mass"),
        ("µM", "mg/mL", "give the molar mass"),
        ("h", "µM", "correct the unit"),
        ("AU", "RFU", "correct the unit"),
        ("%", "AU", "correct the unit"),
        ("wombats", "µM", "Unit 'wombats' is not known"),
        ("µM", "", "A unit is missing"),
        ("°C", "K", "factor"),
    ],
)
def test_refused(source: str, target: str, words: str) -> None:
    with pytest.raises(DataError, match=words.replace("(", r"\(")):
        factor(source, target)


def test_dimension_in_words() -> None:
    assert dimension("nM") == "a molar concentration"
    assert dimension("mg/mL") == "a mass concentration"
