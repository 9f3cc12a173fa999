"""t50 over vessels from numbers alone, some of them outside the samples."""

from math import inf, nan

import numpy as np
import pytest
from scipy import stats

from selenolab.core.errors import StudyError
from selenolab.core.estimate import Absent
from selenolab.fit.release_t50_vessels import summarise_t50


def test_times_within_the_samples_have_the_t_interval_of_logarithms():
    times = [9.0, 12.0, 14.0, 11.0]
    logs = np.log(times)
    low, high = stats.t.interval(0.95, 3, logs.mean(), stats.sem(logs))
    found = summarise_t50(times, 0.5, 48)
    assert np.log([found.low, found.high]) == pytest.approx([low, high])
    assert found.value == pytest.approx(stats.gmean(times))


def test_a_censored_interval_becomes_the_t_interval_when_the_edge_moves_away():
    """One vessel at 47 h, censored at 46.9 h, among tight ones: it says more than if it were dropped."""
    seen = summarise_t50([40.0, 43.0, 45.0, 41.0, 44.0, 47.0], 0.5, 48)
    found = summarise_t50([40.0, 43.0, 45.0, 41.0, 44.0, inf], 0.5, 46.9)
    dropped = summarise_t50([40.0, 43.0, 45.0, 41.0, 44.0], 0.5, 48)
    assert found.value > dropped.value
    assert found.value == pytest.approx(seen.value, rel=0.01)
    assert found.n == 6
    assert "1 later" in found.method


@pytest.mark.parametrize(("n", "level"), [(1, 0.5), (3, 0.875), (6, 0.95)])
def test_all_outside_on_one_side_is_a_bound_with_the_confidence_it_has(n, level):
    late, early = summarise_t50([inf] * n, 0.5, 48), summarise_t50([-inf] * n, 0.5, 48)
    assert (late.censored, late.value, late.level) == (">", 48, level)
    assert (early.censored, early.value, early.level) == ("<", 0.5, level)


def test_extrapolated_times_count_as_outside():
    assert summarise_t50([60.0, 90.0, 1e6], 0.5, 48) == summarise_t50([inf] * 3, 0.5, 48)


def test_too_few_within_give_no_number():
    for times in ([40.0, inf, inf], [40.0, 40.0, inf], [inf, -inf]):
        found = summarise_t50(times, 0.5, 48)
        assert isinstance(found, Absent)
        assert "too few within" in found.why


def test_one_vessel_has_no_interval():
    found = summarise_t50([12.0], 0.5, 48)
    assert (found.value, found.low, found.high) == (12.0, -inf, inf)


@pytest.mark.parametrize(("n", "centre"), [(6, 30.0), (6, 46.0), (6, 52.0), (3, 40.0)])
def test_the_truth_is_held(n, centre):
    held = []
    for seed in range(150):
        times = centre * np.exp(0.15 * np.random.default_rng(seed).standard_normal(n))
        found = summarise_t50(np.where(times > 48, inf, times), 0.5, 48)
        held.append(isinstance(found, Absent) or found.low <= centre <= found.high)
    assert np.mean(held) >= 0.91


@pytest.mark.parametrize(
    ("times", "first", "last"), [([], 0.5, 48), ([nan], 0.5, 48), ([5.0], 0.0, 48), ([5.0], 48, 1)]
)
def test_what_is_no_time_is_refused(times, first, last):
    with pytest.raises(StudyError, match="t50 over vessels: expected"):
        summarise_t50(times, first, last)
