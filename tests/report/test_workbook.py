from io import BytesIO

import pytest
from openpyxl import load_workbook

from selenolab.report.workbook import workbook_bytes


@pytest.fixture(scope="module")
def book(outcome):
    return load_workbook(BytesIO(workbook_bytes(outcome)))


def rows(sheet) -> list[dict]:
    head, *others = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=False)) for row in others]


def test_sheets(book):
    assert book.sheetnames[:4] == ["Summary", "Checks", "Comparisons", "Pathway"]
    assert book.sheetnames[-1] == "Provenance"
    assert {"hepg2 data", "hepg2 fits", "hepg2-virtual data"} <= set(book.sheetnames)


def test_the_pathway_has_a_row_a_reading_and_one_for_what_was_not_measured(book):
    found = rows(book["Pathway"])
    ros = [row for row in found if row["event"] == "DCF / ROS"]
    assert [(row["dose"], row["fold"], row["verdict"]) for row in ros] == [
        (4, 2.4, "agrees"),
        (16, 4.9, "agrees"),
    ]
    (cdk4,) = [row for row in found if row["event"] == "CDK4"]
    assert (cdk4["fold"], cdk4["verdict"]) == (None, "not measured")


def test_numbers_are_numbers_and_bounds_have_a_sign(book):
    first, bound, opened, absent, *_ = rows(book["Summary"])
    assert (first["value"], first["low"], first["high"], first["unit"]) == (11.82, 11.02, 12.68, "µM")
    assert first["n"] == 3
    assert (bound["value"], bound["censored"], bound["high"]) == (64, ">", None)
    assert opened["high"] is None
    assert absent["value"] is None
    assert absent["why absent"].startswith("The curve does not reach 50 %")
    assert first["in words"].startswith("11.8 µM (95 % CI")
    assert first["as Se"].startswith("= 23.6 µM Se")


def test_every_exported_row_has_its_origin(book):
    for name in book.sheetnames:
        if name.startswith("hepg2"):
            expected = "virtual" if name.startswith("hepg2-virtual") else "bench"
            assert {row["origin"] for row in rows(book[name])} == {expected}
    assert {row["origin"] for row in rows(book["Summary"])} == {"bench", "virtual"}


def test_headers_have_units_and_flags_stay(book):
    sheet = rows(book["hepg2 data"])
    assert {"dose [µM]", "absorbance [AU]", "absorbance_flag"} <= sheet[0].keys()
    assert sheet[4]["absorbance_flag"].startswith("excluded: bubble")
    assert sheet[7]["absorbance [AU]"] is None
    assert sheet[7]["absorbance_flag"] == ">range"


def test_checks_and_comparisons(book):
    verdicts = [row["verdict"] for row in rows(book["Checks"])]
    assert {"passed", "failed", "undecidable"} == set(verdicts)
    contrasts = rows(book["Comparisons"])
    assert contrasts[0]["value"] == 2.03
    assert contrasts[0]["p adjusted"] == 0.00042
    assert contrasts[2]["refusal"].startswith("Fewer than two")


def test_text_is_never_a_formula(outcome):
    from dataclasses import replace

    from selenolab.core.estimate import Absent, Endpoint

    hostile = Endpoint('=HYPERLINK("http://x")', {"compound": "=1+1", "odd": "a\x00b"}, Absent("#N/A"))
    first = outcome.results[0]
    analysis = replace(first.analysis, endpoints=(hostile,))
    changed = replace(outcome, results=(replace(first, analysis=analysis),), compared=())
    sheet = load_workbook(BytesIO(workbook_bytes(changed)))["Summary"]
    cells = next(iter(sheet.iter_rows(min_row=2)))
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    assert cells[2].value.startswith("=HYPERLINK")


def test_provenance_names_inputs_seeds_and_exclusions(book):
    found = rows(book["Provenance"])
    kinds = {row["what"] for row in found}
    assert {"input", "seed", "setting", "version", "assumed", "exclusion", "origin", "key"} <= kinds
    assert any(row["reader's evidence"] == "specification only" for row in found)
