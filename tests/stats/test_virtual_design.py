"""The conditions of a virtual door."""

import pytest

from selenolab.core.errors import DataError
from selenolab.stats.virtual_design import doses_and_times


def test_every_dose_stands_at_every_time_and_untreated_cells_come_first() -> None:
    found = doses_and_times([8, 2, 8, 0], "µM", [48, 24], "SeNP", "HepG2")
    assert found["time"].tolist() == [24, 24, 24, 48, 48, 48]
    assert found["dose"].tolist() == [0, 2, 8, 0, 2, 8]
    assert found["condition"].is_unique


@pytest.mark.parametrize(("least", "says"), [(1, "at least one dose above zero"), (2, "at least two doses")])
def test_too_few_doses_are_told(least: int, says: str) -> None:
    with pytest.raises(DataError, match=says):
        doses_and_times([0, 4][:least], "µM", [24], "SeNP", "HepG2", least)
