"""Means over experiments and changes from the control: coverage, error rate, and what n is."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selenolab.core.errors import StudyError
from selenolab.core.estimate import Absent, Estimate
from selenolab.stats.experiments import by_experiment, change_from_control, over_experiments

THREE = ["a", "b", "c"]


def test_repeats_never_enter_n() -> None:
    once = over_experiments([10.0, 20.0, 30.0], THREE, "%")
    thrice = over_experiments(np.repeat([10.0, 20.0, 30.0], 50), np.repeat(THREE, 50).tolist(), "%")
    assert isinstance(once, Estimate)
    assert once == thrice
    assert once.n == 3


def test_the_interval_is_the_textbook_one() -> None:
    found = over_experiments([1.0, 2.0, 3.0], THREE, "%")  # 2 +- 4.302653 / sqrt(3)
    assert isinstance(found, Estimate)
    assert (found.low, found.high) == pytest.approx((2 - 2.484138, 2 + 2.484138), abs=1e-6)


def test_a_percentage_stays_within_its_limits() -> None:
    found = over_experiments([1.0, 2.0, 9.0], THREE, "%", within=(0, 100))
    assert isinstance(found, Estimate)
    assert found.low == 0


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_one_experiment_has_a_value_and_no_interval(scale: str) -> None:
    found = over_experiments([20.0, 20.0], ["a", "a"], "%", scale, within=(0, 100))  # type: ignore[arg-type]
    assert isinstance(found, Estimate)
    assert (found.value, found.low, found.high, found.n) == (pytest.approx(20), -inf, inf, 1)


def test_no_value_at_all_is_said() -> None:
    assert isinstance(over_experiments([], [], "%"), Absent)
    change = change_from_control([1.0], ["a"], [], [], "1")
    assert isinstance(change.estimate, Absent)
    assert "control" in change.estimate.why


def test_equal_values_are_no_evidence_of_their_scatter() -> None:
    change = change_from_control([2.0, 2.0, 2.0], THREE, [1.0, 1.0, 1.0], THREE, "1")
    assert isinstance(change.estimate, Estimate)
    assert change.p is None
    assert change.estimate.high == inf


def test_experiments_that_share_a_control_are_compared_within() -> None:
    change = change_from_control([2.0, 20.0, 200.0], THREE, [1.0, 10.0, 101.0], THREE, "1")
    assert change.paired
    assert isinstance(change.estimate, Estimate)
    assert change.estimate.high < 2.1  # between them the scatter is a hundredfold


def test_other_experiments_are_compared_between() -> None:
    change = change_from_control([2.0, 3.0, 4.0], THREE, [1.0, 1.2, 1.1], ["d", "e", "f"], "1")
    assert not change.paired
    assert isinstance(change.estimate, Estimate)
    assert change.estimate.low < 2.6 < change.estimate.high


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 0.0, -1.0])
def test_what_has_no_logarithm_is_refused(wrong: float) -> None:
    with pytest.raises(StudyError, match="positive"):
        by_experiment([1.0, wrong], ["a", "b"], "log")


def test_error_rate_and_coverage_with_scatter_between_experiments() -> None:
    """2,000 studies of three experiments: differs-from-control is said in 4 to 6 % where nothing differs."""
    draw = np.random.default_rng(20261121)
    said = covered = 0
    for _ in range(2000):
        day = draw.normal(0, 0.4, 3).repeat(2)
        own = [draw.normal(0, 0.15, 3).repeat(2) + draw.normal(0, 0.05, 6) for _ in range(2)]
        names = [name for name in THREE for _ in range(2)]
        change = change_from_control(np.exp(day + own[0]), names, np.exp(day + own[1]), names, "1")
        assert isinstance(change.estimate, Estimate)
        assert change.p is not None
        said += change.p < 0.05
        covered += change.estimate.low <= 1 <= change.estimate.high
    assert 0.04 <= said / 2000 <= 0.06
    assert covered == 2000 - said


@given(st.lists(st.floats(0.01, 100), min_size=3, max_size=3), st.floats(0.001, 1000))
def test_a_ratio_does_not_depend_on_the_unit(values: list[float], factor: float) -> None:
    control = [1.0, 2.0, 1.5]
    one = change_from_control(values, THREE, control, THREE, "1").estimate
    many = [factor * value for value in values]
    two = change_from_control(many, THREE, [factor * value for value in control], THREE, "1").estimate
    assert isinstance(one, Estimate)
    assert isinstance(two, Estimate)
    assert two.value == pytest.approx(one.value, rel=1e-9)
