"""A run's number from its vessels: means with their interval, and no mean of censored times."""

from math import inf

import numpy as np
import pytest

from selenolab.core.errors import UnknownNameError
from selenolab.fit.release_answer import ReleaseFit, TimeToRelease
from selenolab.fit.release_fit import fit_vessels
from selenolab.fit.release_vessels import parameter_over_vessels, time_over_vessels
from selenolab.stats.intervals import geometric_mean_t, mean_t

HOURS = np.array([0.5, 1, 2, 4, 6, 8, 12, 24, 36, 48])


def vessels(td: list[float], seed: int = 0) -> tuple[ReleaseFit, ...]:
    rng = np.random.default_rng(seed)
    table = [100 * (1 - np.exp(-((HOURS / each) ** 0.9))) + rng.standard_normal(10) for each in td]
    fits = fit_vessels(HOURS, np.column_stack(table), model="weibull")
    return tuple(fit for fit in fits if isinstance(fit, ReleaseFit))


def test_times_and_scales_have_geometric_means_shapes_plain_ones() -> None:
    fits = vessels([7.0, 8.0, 9.0, 10.0])
    times = [fit.t50.value for fit in fits if fit.t50 and fit.t50.value]
    found, expected = time_over_vessels([fit.t50 for fit in fits]), geometric_mean_t(times)
    assert (found.value, found.low, found.high) == (expected.value, expected.low, expected.high)
    assert (found.name, found.n, found.of, found.censored) == ("t50", 4, 4, "")
    scale = parameter_over_vessels(fits, "Td")
    assert scale.value == geometric_mean_t([fit.parameters[0].value for fit in fits]).value
    assert parameter_over_vessels(fits, "b").low == mean_t([fit.parameters[1].value for fit in fits]).low


def time(value: float | None, censored: str = "") -> TimeToRelease:
    bound = {"": None, ">": 48.0, "<": 0.5}[censored]
    return TimeToRelease(50.0, value, None, None, censored, bound, 0.95, "profile likelihood")  # type: ignore[arg-type]


def test_a_censored_minority_gives_the_median_open_on_its_side() -> None:
    found = time_over_vessels([time(20.0), time(30.0), time(None, ">")])
    assert (found.value, found.low, found.high) == (pytest.approx(30.0), 20.0, inf)
    assert found.reason == "1 of 3 vessels reach it outside the times sampled: no mean"
    assert time_over_vessels([time(None, "<"), time(2.0), time(3.0)]).low == 0.0


def test_a_censored_majority_gives_a_bound() -> None:
    after = time_over_vessels([time(20.0), time(None, ">"), time(None, ">")])
    assert (after.value, after.censored, after.bound) == (None, ">", 48.0)
    before = time_over_vessels([time(None, "<"), time(None, "<"), time(3.0)])
    assert (before.value, before.censored, before.bound) == (None, "<", 0.5)


def test_one_vessel_has_no_interval_and_lost_ones_are_counted() -> None:
    alone = time_over_vessels([time(20.0)])
    assert (alone.value, alone.low, alone.reason) == (20.0, None, "an interval needs two vessels")
    lost = time_over_vessels([time(20.0), time(21.0), None])
    assert (lost.n, lost.of, lost.reason) == (2, 3, "1 vessels gave no value")
    with pytest.raises(UnknownNameError, match="Td"):
        parameter_over_vessels(vessels([8.0, 9.0]), "tau")


@pytest.mark.slow
def test_the_interval_over_vessels_covers_where_vessels_differ() -> None:
    rng = np.random.default_rng(11)
    inside = []
    for seed in range(300):
        td = 8 * np.exp(0.15 * rng.standard_normal(6))
        found = time_over_vessels([fit.t50 for fit in vessels(td.tolist(), seed)])
        assert found.low is not None
        assert found.high is not None
        inside.append(found.low <= 8 * np.log(2) ** (1 / 0.9) <= found.high)
    assert 0.92 <= np.mean(inside) <= 0.98
