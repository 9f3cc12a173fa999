"""The replacement correction against an independent simulation, and what forgetting it costs."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selenolab.assays.release.correction import filled_in, released_amount, released_share, taken_before

SPEC = importlib.util.spec_from_file_location("release_data", Path(__file__).with_name("release_data.py"))
data = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(data)

TEN = (0.25, 0.5, 1, 2, 4, 6, 8, 12, 24, 48)


def in_bag(at):
    """Release with t50 6.9 h through a bag of k_m 0.3/h, in closed form."""
    k, k_m = np.log(2) / 6.9, 0.3
    return 100 * (1 - (k_m * np.exp(-k * at) - k * np.exp(-k_m * at)) / (k_m - k))


@pytest.mark.parametrize(("volume", "aliquot"), [(50.0, 1.0), (20.0, 2.0), (900.0, 5.0)])
def test_it_gives_back_what_was_simulated_to_1e_12(volume, aliquot):
    shown = data.sampled(in_bag, TEN, volume, aliquot, 150.0)
    truth = np.array([in_bag(t) for t in TEN])
    found = 100 * released_amount(shown, volume, aliquot) / 150.0
    assert np.abs(found / truth - 1).max() < 1e-12
    shares = released_share(100 * shown * volume / 150.0, volume, aliquot)
    assert np.abs(shares / truth - 1).max() < 1e-12


@given(
    st.lists(st.floats(0, 40), min_size=1, max_size=12),
    st.floats(5, 1000),
    st.floats(0.01, 0.9),
)
def test_any_release_through_any_volumes_is_found_again(steps, volume, share):
    arrived = np.cumsum(steps)
    times = np.arange(1, len(steps) + 1)
    shown = data.sampled(lambda t: arrived[int(t) - 1], times, volume, share * volume, 150.0)
    found = 100 * released_amount(shown, volume, share * volume) / 150.0
    assert found == pytest.approx(arrived, rel=1e-10, abs=1e-9)


def test_forgetting_it_and_the_off_by_one_differ_as_the_handbook_says():
    """50 mL, ten 1 mL aliquots until 48 h, t50 6.9 h: -8.2 % without it, +1.8 % with one too many."""
    times = np.array([0.5, 1, 2, 4, 6, 8, 12, 24, 36, 48])
    shown = data.sampled(lambda t: 100 * (1 - 0.5 ** (t / 6.9)), times, 50.0, 1.0, 150.0)
    truth = released_amount(shown, 50.0, 1.0)[-1]
    forgotten, one_too_many = 50.0 * shown[-1], 50.0 * shown[-1] + 1.0 * shown.sum()
    assert 100 * (forgotten / truth - 1) == pytest.approx(-8.2, abs=0.05)
    assert 100 * (one_too_many / truth - 1) == pytest.approx(1.8, abs=0.05)
    assert 100 * truth / 150.0 == pytest.approx(100 * (1 - 0.5 ** (48 / 6.9)), rel=1e-12)


def test_nothing_was_taken_before_the_first_aliquot():
    assert taken_before(np.array([3.0, 4.0, 5.0])).tolist() == [0.0, 3.0, 7.0]


def test_a_lost_value_is_filled_in_for_the_sum_alone():
    time, seen = np.array([2.0, 4.0, 6.0]), np.array([np.nan, 4.0, 6.0])
    known = np.isfinite(seen)
    assert filled_in(time, seen, known).tolist() == [2.0, 4.0, 6.0]
    assert filled_in(time, seen, np.zeros(3, bool)).tolist() == [0.0, 0.0, 0.0]
