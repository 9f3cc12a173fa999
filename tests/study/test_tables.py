import csv

import numpy as np
import pandas as pd
import pytest

from selenolab.core.compound import Basis, identify
from selenolab.core.dataset import Table
from selenolab.core.quantity import vocabulary
from selenolab.core.schema import Column, OpenColumn, TableSchema
from selenolab.study.folder import default_folder, run_study
from selenolab.study.plan import load_study
from selenolab.study.tables import as_shown

WORDS = vocabulary()
SCHEMA = TableSchema(
    "wells",
    (
        Column(WORDS["compound"]),
        Column(WORDS["dose"]),
        Column(WORDS["basis"], optional=True),
        Column(WORDS["absorbance"], flags=True),
        Column(WORDS["time"], optional=True, gaps=True),
    ),
    open=True,
)
COMPOUNDS = {"sc": identify("L-selenocystine")}
BASIS = {"sc": Basis.MOLECULE}


def table(unit="µM", **more):
    frame = pd.DataFrame(
        {
            "compound": ["sc", "sc", "drug Z"],
            "dose": [0.5, 10.0, 3.0],
            "absorbance": [0.1, 4.0, np.nan],
            "absorbance_flag": ["", "excluded: bubble", ">range"],
            "absorbance_se": [0.01, 0.02, 0.03],
            "batch": [1.0, 2.0, np.nan],
            **more,
        }
    )
    return Table(SCHEMA, frame, {"dose": unit}, {"batch": OpenColumn("number", "kg", "a factor")})


def test_units_stand_in_the_headers_and_flags_in_the_cells():
    shown = as_shown(table(), "bench", {}, {})
    assert list(shown.csv.columns) == [
        "origin", "compound", "dose [µM]", "absorbance [AU]", "absorbance, flagged value [AU]",
        "absorbance_se [AU]", "batch [kg]",
    ]  # fmt: skip
    assert shown.csv["absorbance [AU]"].tolist() == [0.1, "excluded: bubble", ">range"]
    assert shown.csv["absorbance, flagged value [AU]"].tolist() == ["", 4, ""]
    assert shown.csv["batch [kg]"].tolist() == [1, 2, ""]
    assert set(shown.csv["origin"]) == {"bench"}
    assert shown.typed["absorbance [AU]"].dtype == np.float64
    assert shown.typed["absorbance_flag"].tolist() == ["", "excluded: bubble", ">range"]


def test_molar_doses_of_a_known_compound_are_shown_as_selenium_too():
    shown = as_shown(table(), "bench", COMPOUNDS, BASIS).csv
    assert shown["dose as Se [µM Se]"].iloc[:2].tolist() == [1, 20]
    assert shown["dose as Se [µM Se]"].eq("").tolist() == [False, False, True]
    assert shown["dose as Se, how"].tolist() == [
        *["2 Se per molecule of L-selenocystine"] * 2,
        "compound not known",
    ]


@pytest.mark.parametrize(
    ("basis", "unit", "first"),
    [
        ({"basis": ["Se", "Se", "drug"]}, "µM", 0.5),
        ({"basis": ["not stated", "", "drug"]}, "µM", 1),
        ({"basis": ["drug", "drug", "drug"]}, "µM", None),
        ({}, "µg/mL", None),
    ],
)
def test_selenium_is_never_guessed(basis, unit, first):
    shown = as_shown(table(unit, **basis), "bench", COMPOUNDS, BASIS).csv
    found = shown[f"dose as Se [{unit} Se]"].iloc[0] if f"dose as Se [{unit} Se]" in shown else None
    assert found == first


def test_without_a_stated_basis_there_is_no_selenium_column():
    assert not [c for c in as_shown(table(), "bench", COMPOUNDS, {}).csv if "Se" in c.split("[")[0]]


def test_files_say_the_same_as_the_tables(study):
    outcome = run_study(load_study(study), workers=1)
    place = default_folder(study) / "tables" / "one"
    wells = outcome.results[0].dataset.tables["wells"].frame
    typed = pd.read_parquet(place / "wells.parquet")
    np.testing.assert_array_equal(typed["absorbance [AU]"], wells["absorbance"])
    with (place / "wells.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["origin"] for row in rows] == ["bench"] * len(wells)
    told = [row["absorbance [AU]"] for row in rows]
    assert told.count("excluded: bubble") == 1
    assert [float(t) for t in told if t[0].isdigit()] == wells["absorbance"][
        wells["absorbance_flag"] == ""
    ].tolist()
    assert not any(value.lower() in {"nan", "inf", "none"} for row in rows for value in row.values())
    assert rows[1]["dose as Se [µM Se]"] == "2"


def test_a_virtual_table_says_so_in_every_row(study):
    text = study.read_text(encoding="utf-8").replace("files: [a.toy]", "model: dose_viability", 1)
    study.write_text(
        text.replace("run: one", "run: two").replace("{compound: x}", "{compound: selenocystine}"),
        encoding="utf-8",
    )
    run_study(load_study(study), workers=1)
    for path in (default_folder(study) / "tables" / "one").glob("*.csv"):
        assert set(pd.read_csv(path)["origin"]) == {"virtual"}
