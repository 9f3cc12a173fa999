"""Technical repeats are averaged; the design is recognised; bad input is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selenolab.core.errors import StudyError
from selenolab.stats.units import as_table, to_units

GROUPS, EXPERIMENTS = ["a", "a", "b", "b", "a", "b"], ["1", "1", "1", "1", "2", "2"]


def test_repeats_are_averaged():
    units = to_units([1, 3, 10, 20, 5, 6], GROUPS, EXPERIMENTS)
    assert units.values.tolist() == [2, 5, 15, 6]
    assert units.repeats.tolist() == [2, 1, 2, 1]
    assert units.paired
    assert as_table(units).tolist() == [[2, 15], [5, 6]]


def test_log_means_are_geometric():
    units = to_units([1, 100, 10, 20, 5, 6], GROUPS, EXPERIMENTS, log=True)
    assert np.exp(units.values[0]) == pytest.approx(10)


def test_a_missing_cell_is_not_paired():
    units = to_units([1, 2, 3], ["a", "a", "b"], ["1", "2", "1"])
    assert not units.paired
    with pytest.raises(StudyError, match="some are missing"):
        as_table(units)


@given(st.permutations(range(6)))
def test_order_of_rows_does_not_matter(order):
    values = np.array([1.0, 3, 10, 20, 5, 6])[order]
    units = to_units(values, [GROUPS[i] for i in order], [EXPERIMENTS[i] for i in order])
    found = {
        (units.groups[g], units.experiments[e]): v
        for g, e, v in zip(units.group, units.experiment, units.values, strict=True)
    }
    assert found == {("a", "1"): 2, ("a", "2"): 5, ("b", "1"): 15, ("b", "2"): 6}


@pytest.mark.parametrize(
    ("values", "log", "text"),
    [([1, np.nan], False, "group 'b'"), ([1, -1], True, "positive values"), ([1], False, "one group")],
)
def test_refusals_are_named(values, log, text):
    with pytest.raises(StudyError, match=text):
        to_units(values, ["a", "b"], log=log)
