import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selenolab.core.compound import Basis
from selenolab.core.dataset import ArrayRef, Dataset, Table
from selenolab.core.estimate import Absent, Endpoint, Estimate, Verdict
from selenolab.core.quantity import vocabulary
from selenolab.core.schema import Column, OpenColumn, TableSchema
from selenolab.study.freeze import MAGIC, freeze, thaw

WORDS = vocabulary()


def same(left, right) -> bool:
    """Equal in type and content; NaN equals NaN, -0.0 does not equal 0.0."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float):
        return (math.isnan(left) and math.isnan(right)) or (
            left == right and math.copysign(1, left) == math.copysign(1, right)
        )
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    return bool(left == right)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(plain)
@settings(max_examples=150, deadline=None)
def test_plain_values_come_back_exactly(thing):
    assert same(thaw(freeze(thing)), thing)


@given(st.lists(st.floats(width=64), max_size=30), st.sampled_from(["<f8", "<f4", ">f8"]))
@settings(max_examples=60, deadline=None)
def test_arrays_come_back_bit_by_bit(values, kind):
    with np.errstate(over="ignore"):
        array = np.array(values, dtype=kind)
    back = thaw(freeze(array))
    assert back.dtype == array.dtype
    assert back.tobytes() == array.tobytes()
    assert back.flags.writeable


columns = st.sampled_from(["float", "int", "text", "object", "bool", "category", "float32"])


def series(kind, values):
    if kind == "text":
        return pd.Series([None if v != v else f"µ{v:g}" for v in values], dtype="str")
    if kind == "object":
        return pd.Series([None if v != v else v for v in values], dtype=object)
    if kind == "category":
        return pd.Series(pd.Categorical([f"{v:g}" for v in values]))
    clean = np.nan_to_num(np.array(values, float), posinf=1, neginf=-1).clip(-1e6, 1e6)
    if kind == "float":
        return pd.Series(values, dtype="float64")
    return pd.Series(clean.astype({"int": "int64", "bool": "bool", "float32": "float32"}[kind]))


@given(st.lists(columns, max_size=4), st.lists(st.floats(), max_size=8), st.booleans())
@settings(max_examples=80, deadline=None)
def test_frames_come_back_exactly(kinds, values, shuffled):
    frame = pd.DataFrame({f"c{i}": series(kind, values) for i, kind in enumerate(kinds)})
    if shuffled and len(frame):
        frame.index = range(5, 5 + len(frame))
    back = thaw(freeze(frame))
    pd.testing.assert_frame_equal(back, frame, check_exact=True)


def test_nouns_of_core_come_back_equal():
    estimate = Estimate(64.0, 64.0, math.inf, "µM", "bound", 3, "independent experiments", censored=">")
    things = (
        Endpoint("IC50", {"compound": "x"}, estimate, ("wide",)),
        Endpoint("phase", {}, Verdict("amber", "why", "m", 1, "plates")),
        Endpoint("none", {}, Absent("no data", "µM")),
        Basis.SELENIUM,
        Path("a/b.txt"),
    )
    assert thaw(freeze(things)) == things


def test_a_dataset_comes_back_with_its_arrays_and_flags():
    schema = TableSchema("d", (Column(WORDS["dose"]), Column(WORDS["absorbance"], flags=True)), open=True)
    frame = pd.DataFrame(
        {
            "dose": [0.0, 1.0],
            "absorbance": [0.1, np.nan],
            "absorbance_flag": ["", ">range"],
            "cd4": [1.0, 2.0],
        }
    )
    table = Table(schema, frame, {"dose": "µM"}, {"cd4": OpenColumn("number", "1", "a detector")})
    image = ArrayRef(Path("x.tif"), "0" * 64, (2, 2), "uint8")
    dataset = Dataset({"d": table}, {"x": image, "y": np.arange(4, dtype=np.uint16).reshape(2, 2)})
    back = thaw(freeze(dataset))
    pd.testing.assert_frame_equal(back.tables["d"].frame, frame, check_exact=True)
    assert back.tables["d"].schema == schema
    assert back.tables["d"].open == table.open
    assert back.arrays["x"] == image
    np.testing.assert_array_equal(back.arrays["y"], dataset.arrays["y"])
    assert freeze(back) == freeze(dataset)


@dataclass(frozen=True)
class Foreign:
    a: int = 1


@pytest.mark.parametrize(
    "thing", [Foreign(), object(), {1: 2}, np.array([object()]), pd.DataFrame({1: [2]}), lambda: 1, {1, 2}]
)
def test_anything_else_is_refused(thing):
    with pytest.raises(TypeError):
        freeze(thing)


@pytest.mark.parametrize(
    "address", ["os:system", "errors:did_you_mean", "study:Path", "assay:Any", "../os:x"]
)
def test_frozen_bytes_cannot_name_what_is_no_noun(address):
    data = MAGIC + json.dumps({"noun": address, "has": {}}).encode() + b"\n"
    with pytest.raises((ValueError, ImportError, TypeError)):
        thaw(data)


@given(st.binary(max_size=60))
@settings(max_examples=60, deadline=None)
def test_other_bytes_are_refused(data):
    with pytest.raises(ValueError, match="frozen"):
        thaw(data)


def test_cut_bytes_are_refused():
    data = freeze(np.arange(10.0))
    with pytest.raises(ValueError, match="more bytes"):
        thaw(data[:-1])
