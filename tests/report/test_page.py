from dataclasses import replace

import pytest

from selenolab.core.check import Check
from selenolab.report.page import bears_on, fair_shares, headlines, open_questions


@pytest.mark.parametrize(
    ("needs", "shares"),
    [
        ([8, 2], [8, 2]),
        ([40], [16]),
        ([40, 3], [13, 3]),
        ([40, 40], [8, 8]),
        ([0, 5], [0, 5]),
        ([9] * 10, [2] * 10),
    ],
)
def test_rows_are_shared_fairly(needs, shares):
    assert fair_shares(needs) == shares


def test_headlines_are_the_first_names_and_what_is_compared(outcome):
    table, rows, more = headlines(outcome)
    assert {row.row.endpoint.name for row in rows} == {"relative IC50", "absolute IC50"}
    assert table.interval_head == "95 % CI"
    assert more == sum(len(r.analysis.endpoints) for r in outcome.results[:2]) - len(rows)
    compared = replace(
        outcome.compared[0], comparison=replace(outcome.compared[0].comparison, endpoint="IC10")
    )
    _, rows, _ = headlines(replace(outcome, compared=(compared,)))
    assert "IC10" in {row.row.endpoint.name for row in rows}


def test_a_check_bears_on_the_endpoint_that_it_names_in_its_own_group(outcome):
    endpoint = outcome.results[0].analysis.endpoints[0]
    check = Check("r", "n", False, "why", endpoint="relative IC50", group={"compound": "selenocystine"})
    assert bears_on(check, endpoint)
    assert not bears_on(replace(check, group={"compound": "SeNP"}), endpoint)
    assert bears_on(replace(check, endpoint=""), endpoint)
    assert bears_on(replace(check, group={"plate": "P1"}), endpoint)
    whole = replace(check, endpoint="", group={**endpoint.group, "experiment": "1"})
    assert bears_on(whole, endpoint)
    assert bears_on(whole, replace(endpoint, name="absolute IC50"))
    assert not bears_on(replace(whole, group={**whole.group, "cell_line": "another"}), endpoint)
    assert not bears_on(replace(whole, group={"plate": "P1"}), endpoint)
    assert bears_on(replace(whole, group={}), endpoint)
    assert bears_on(replace(whole, group={"image": "i1"}), replace(endpoint, group={}))


def test_what_two_runs_leave_open_is_said_once(outcome):
    found = [one for one in open_questions(outcome) if "drug_blank" in one.text]
    assert [one.place for one in found] == ["hepg2, hepg2-virtual"]
