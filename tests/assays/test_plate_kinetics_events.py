"""A rate that is gone is a bound for the pathway page, not a hole."""

from math import inf

from selenolab.assays.plate_kinetics.endpoints import _no_rate_left
from selenolab.core.estimate import Absent, Estimate
from selenolab.core.event import EventReading
from selenolab.evidence.agreement import direction

IS = "independent experiments"


def test_no_rate_above_the_blank_is_at_most_its_upper_limit() -> None:
    found = _no_rate_left(Estimate(-0.02, -0.1, 0.06, "1", "ratio", 3, IS))
    assert isinstance(found, Estimate)
    assert (found.censored, found.value) == ("<", 0.06)
    assert direction(EventReading("trxr_activity", "toy", {}, found)) == "down"


def test_without_an_upper_limit_nothing_is_said() -> None:
    assert isinstance(_no_rate_left(Estimate(-0.02, -inf, inf, "1", "ratio", 1, IS)), Absent)
