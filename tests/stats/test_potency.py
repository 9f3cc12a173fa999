"""The headline potency: the plain t interval where it may be, bounds where it may not."""

from math import inf

import numpy as np
import pytest

from selenolab.core.errors import StudyError
from selenolab.stats.intervals import mean_t
from selenolab.stats.potency import signed_roots, summarise

GRID = np.linspace(-0.3, 1.8, 43)  # 0.5 to 64 µM


def regular(values, errors):
    """Roots of experiments whose profile is a parabola."""
    return (np.asarray(values)[:, None] - GRID) / np.asarray(errors)[:, None]


def saturating(value, error, reach):
    """Roots that level off above the value: no plateau in sight, so more is never excluded."""
    plain = (value - GRID) / error
    return np.maximum(plain, -reach)


def test_regular_experiments_give_the_t_interval():
    values = np.array([0.8, 0.9, 1.05])
    found, plain = summarise(values, regular(values, [0.02, 0.05, 0.03]), GRID, 20), mean_t(values)
    assert (found.log10_value, found.log10_low, found.log10_high) == pytest.approx(
        (plain.value, plain.low, plain.high)
    )
    assert found.method == "t interval on log10 over 3 experiments"
    assert found.state == "value"


def test_equal_precision_makes_the_two_intervals_one():
    values = np.array([1.60, 1.68, 1.76])
    roots = regular(values, [0.07] * 3)  # the third is not told from the top dose: roots are used
    found, plain = summarise(values, roots, GRID, 20), mean_t(values)
    assert "signed roots" in found.method
    assert found.log10_value == pytest.approx(plain.value, abs=1e-6)
    assert found.log10_low == pytest.approx(plain.low, abs=2e-3)
    assert found.log10_high == inf  # 1.88 is above the top dose


def test_a_limit_outside_the_doses_is_open():
    values = np.array([0.2, 0.7, 1.4])
    found = summarise(values, regular(values, [0.02] * 3), GRID, 20)
    assert (found.log10_low, found.log10_high) == (-inf, inf)
    assert "outside the tested doses is open" in found.method


def test_all_far_above_is_above_the_top_dose():
    values = np.array([inf, inf, 3.0])
    roots = np.array([20.0 - GRID, 19 - GRID, 21 - GRID])
    found = summarise(values, roots, GRID, 20)
    assert (found.state, found.above) == (">", 3)
    assert found.log10_value == found.log10_low == GRID[-1]
    assert found.log10_high == inf
    assert "each of the 3 experiments lies above" in found.method


def test_unequal_scatter_does_not_hide_a_common_refusal():
    roots = np.array([[30.0], [9.0], [3.0]]) + 0.2 * (GRID[-1] - GRID)
    found = summarise([inf, inf, inf], roots, GRID, 20)
    assert (found.state, found.log10_value) == (">", GRID[-1])
    assert "each of the 3 experiments lies above all doses tested" in found.method


def test_all_below_is_the_mirror_of_all_above():
    values, roots = np.array([-inf, -inf]), np.array([-20.0 - GRID, -20.5 - GRID])
    found = summarise(values, roots, GRID, 20)
    assert (found.state, found.log10_value, found.log10_low) == ("<", GRID[0], -inf)
    assert found.log10_value == found.log10_high


def test_barely_above_is_no_more_than_its_limit():
    values = np.array([1.85, 1.9, 1.95])
    found = summarise(values, regular(values, [0.1] * 3), GRID, 20)
    assert found.state == ">"
    assert found.log10_value == pytest.approx(mean_t(values).low, abs=2e-3)
    assert found.log10_value < GRID[-1]


def test_one_censored_experiment_opens_the_high_side_and_is_counted():
    roots = np.vstack([regular([1.5, 1.6], [0.05, 0.05]), saturating(2.5, 0.1, 1.0)])
    found = summarise([1.5, 1.6, 2.5], roots, GRID, 20)
    assert found.above == 1
    assert found.log10_high == inf
    assert "1 above the tested doses: entered as censored" in found.method
    assert found.log10_low < 1.5  # the censored one is not averaged as a number
    assert found.n == 3


def test_experiments_that_know_nothing_are_undecidable():
    roots = np.full((3, GRID.size), 0.01) * np.array([[1], [-1], [1]])
    found = summarise([inf, -inf, inf], roots, GRID, 20)
    assert (found.state, found.log10_value) == ("undecidable", None)


def test_a_value_that_is_open_on_both_sides_is_no_value():
    roots = (np.array([[1.0], [1.2], [0.8]]) - GRID) / 2.0  # no experiment refuses any dose
    found = summarise([1.0, 1.2, 0.8], roots + np.array([[2.0], [0.0], [-2.0]]), GRID, 20)
    assert (found.state, found.log10_value) == ("undecidable", None)
    alone = summarise([1.0], roots[:1], GRID, 20)
    assert (alone.state, alone.log10_value) == ("undecidable", None)


def test_a_noisy_experiment_does_not_open_what_all_refuse():
    scatter = np.array([0.02, 0.02, 0.15])
    plain = 4 * (np.array([[1.9], [1.85], [1.81]]) - GRID)  # all above the top dose of 1.8
    found = summarise([1.9, 1.85, 1.81], plain / scatter[:, None], GRID, 20, scatter=scatter)
    expected = mean_t([1.9, 1.85, 1.81])
    assert found.state == ">"
    assert found.log10_value == pytest.approx(expected.low, abs=2e-3)
    unweighed = summarise([1.9, 1.85, 1.81], plain / scatter[:, None], GRID, 20)
    assert unweighed.log10_value is None or unweighed.log10_value < found.log10_value


def test_the_bound_is_a_dose_that_all_experiments_tested():
    roots = np.array([[30.0], [29.0], [31.0]]) + 0 * GRID
    found = summarise([inf, inf, inf], roots, GRID, 20, shared=(0.0, 1.5))
    assert (found.state, found.log10_value) == (">", 1.5)


def test_one_experiment_is_its_own_profile():
    found = summarise([1.0], regular([1.0], [0.1]), GRID, 20)
    assert found.method.endswith("n = 1")
    assert found.log10_low == pytest.approx(1 - 2.086 * 0.1, abs=2e-3)


def test_identical_experiments_have_no_width():
    found = summarise([1.0, 1.0], regular([1.0, 1.0], [0.1, 0.1]), GRID, 20)
    assert found.log10_low == found.log10_value == found.log10_high == 1.0


def test_unit_of_dose_only_shifts():
    roots = np.vstack([regular([1.5, 1.6], [0.05, 0.05]), saturating(2.5, 0.1, 1.0)])
    micro, nano = (summarise(np.array([1.5, 1.6, 2.5]) + s, roots, GRID + s, 20) for s in (0, 3))
    assert nano.log10_value - 3 == pytest.approx(micro.log10_value)
    assert nano.log10_low - 3 == pytest.approx(micro.log10_low)


def test_signed_roots_are_t_statistics_of_a_parabola():
    profile = 5 + 2.0 * ((1.0 - GRID) / 0.1) ** 2
    found = signed_roots([1.0], GRID, profile[None], [5.0], [2.0])
    assert found[0] == pytest.approx((1.0 - GRID) / 0.1)


@pytest.mark.parametrize("values", [[], [1.0, 2.0], [np.nan]])
def test_shapes_and_numbers_are_checked(values):
    with pytest.raises(StudyError, match="Expected"):
        summarise(values, regular([1.0], [0.1]), GRID, 20)
