"""Estimates cannot contradict themselves."""

from math import inf, nan

import pytest

from selenolab.core.estimate import Estimate, at_least, at_most

SAID = {"unit": "µM", "method": "profile likelihood", "n": 1, "n_is": "independent experiment"}


@pytest.mark.parametrize(
    ("value", "low", "high", "censored"),
    [
        (1.0, 2.0, 3.0, None),
        (nan, 0.0, 1.0, None),
        (inf, 0.0, inf, None),
        (64.0, 10.0, inf, ">"),
        (64.0, 64.0, 99.0, ">"),
        (0.5, 0.1, 0.5, "<"),
    ],
)
def test_a_contradiction_is_refused(value, low, high, censored):
    with pytest.raises(ValueError, match="Expected"):
        Estimate(value, low, high, censored=censored, **SAID)


def test_censored_values_are_bounds():
    above, below = at_least(64.0, **SAID), at_most(0.5, **SAID)
    assert (above.low, above.high, above.censored) == (64.0, inf, ">")
    assert (below.low, below.high, below.censored) == (-inf, 0.5, "<")


@pytest.mark.parametrize("change", [{"n_is": ""}, {"method": ""}, {"n": -1}])
def test_n_says_what_it_is(change):
    with pytest.raises(ValueError, match="what n is"):
        Estimate(1.0, 0.5, 2.0, **(SAID | change))
