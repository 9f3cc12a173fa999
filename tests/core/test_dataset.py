"""A table is checked at birth: fast when sound, exact when not."""

import time

import numpy as np
import pandas as pd
import pytest

from selenolab.core.dataset import ArrayRef, Dataset, Table, sound, unit_of
from selenolab.core.errors import DataError
from selenolab.core.quantity import vocabulary
from selenolab.core.schema import Column, OpenColumn, TableSchema

WORDS = vocabulary()
PLATE = TableSchema(
    "data",
    (
        Column(WORDS["well"]),
        Column(WORDS["dose"], gaps=True),
        Column(WORDS["absorbance"], flags=True),
    ),
    key=("well",),
)


def plate(**changes):
    columns = {"well": ["A1", "A2"], "dose": [0.0, 1.0], "absorbance": [0.9, 0.4]} | changes
    return pd.DataFrame({name: values for name, values in columns.items() if values is not None})


def test_a_sound_table_keeps_its_frame():
    frame = plate()
    assert Table(PLATE, frame, {"dose": "µM"}).frame is frame


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"absorbance": None}, "Unable to find column 'absorbance'"),
        ({"absorbance": [0.9, np.nan]}, "data, row 2: absorbance is nan"),
        ({"absorbance": [0.9, np.inf]}, "data, row 2: absorbance is inf"),
        ({"absorbance": [-3.0, 0.4]}, r"row 1: absorbance is -3. Expected a number from -0.5 to 10 AU"),
        ({"absorbance": ["0.9", "high"]}, "row 2: absorbance is 'high'. Expected a number"),
        ({"absorbance": ["0.9", "0.4"]}, "absorbance is stored as text"),
        ({"dose": [0.0, -1.0]}, "row 2: dose is -1"),
        ({"well": ["A1", "A1"]}, "row 2: well A1 occurs twice"),
        ({"well": ["A1", None]}, "row 2: well is empty"),
        ({"absorbence": [1.0, 2.0]}, "Column 'absorbence' is neither .* Did you mean absorbance"),
    ],
)
def test_an_unsound_table_is_refused_with_its_place(changes, told):
    with pytest.raises(DataError, match=told):
        Table(PLATE, plate(**changes), {"dose": "µM"})


def test_the_place_is_the_row_of_the_users_file():
    frame = plate(absorbance=[0.9, -3.0]).assign(file="p1.csv", source_row=[7, 8])
    with pytest.raises(DataError, match=r"^p1\.csv, row 8: absorbance is -3"):
        Table(PLATE, frame, {"dose": "µM"})


def test_a_stated_unit_must_be_stated():
    with pytest.raises(DataError, match=r"dose has no unit. Write it in the header: 'dose \[unit\]'"):
        Table(PLATE, plate())


def test_no_rows_is_not_silently_empty():
    with pytest.raises(DataError, match="at least one row"):
        Table(PLATE, plate().iloc[:0], {"dose": "µM"})


@pytest.mark.parametrize("value", [np.nan, 99.0, -99.0])
def test_a_flagged_value_is_neither_nan_nor_refused(value):
    frame = plate(absorbance=[0.9, value]).assign(absorbance_flag=["", ">range"])
    table = Table(PLATE, frame, {"dose": "µM"})
    assert sound(table.frame, "absorbance").tolist() == [True, False]


def test_a_flag_does_not_cover_another_row():
    frame = plate(absorbance=[99.0, 0.4]).assign(absorbance_flag=["", "excluded: bubble"])
    with pytest.raises(DataError, match="row 1: absorbance is 99"):
        Table(PLATE, frame, {"dose": "µM"})


def test_open_columns_are_declared():
    schema = TableSchema("data", (Column(WORDS["record"]),), open=True)
    frame = pd.DataFrame({"record": ["r1"], "FITC-A": np.array([1.5], np.float32)})
    table = Table(schema, frame, open={"FITC-A": OpenColumn("number", "counts")})
    assert unit_of(table, "FITC-A") == "counts"
    with pytest.raises(DataError, match="neither a word"):
        Table(schema, frame)


def test_links_lead_somewhere():
    records = Table(TableSchema("records", (Column(WORDS["record"]),)), pd.DataFrame({"record": ["r1"]}))
    schema = TableSchema("data", (Column(WORDS["record"]),), links={"record": "records.record"})
    lost = Table(schema, pd.DataFrame({"record": ["r2"]}))
    with pytest.raises(DataError, match=r"record .r2. is not among the records\.record"):
        Dataset({"records": records, "data": lost})


def test_an_image_is_held_by_reference(tmp_path):
    schema = TableSchema("records", (Column(WORDS["image"]), Column(WORDS["pixels"])))
    table = Table(schema, pd.DataFrame({"image": ["i1"], "pixels": ["i1"]}))
    ref = ArrayRef(tmp_path / "a.tif", "00", (4, 4), "uint16")
    assert Dataset({"records": table}, {"i1": ref}).arrays["i1"] is ref
    with pytest.raises(DataError, match="pixels 'i1' is not among the arrays"):
        Dataset({"records": table})


def test_checking_a_million_events_is_fast_and_copies_nothing():
    rng = np.random.default_rng(1)
    channels = {f"ch{i}": rng.normal(size=10**6).astype(np.float32) for i in range(16)}
    schema = TableSchema("data", (), open=True)
    frame = pd.DataFrame(channels, copy=False)
    start = time.perf_counter()
    table = Table(schema, frame, open={name: OpenColumn("number") for name in channels})
    spent = time.perf_counter() - start
    assert all(np.shares_memory(table.frame[name].to_numpy(), channels[name]) for name in channels)
    assert table.frame["ch0"].dtype == np.float32
    assert spent < 0.5, f"Checking 10^6 x 16 values took {spent:.2f} s."
