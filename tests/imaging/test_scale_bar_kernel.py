"""The quick loops of the bar search against what they stand for."""

import numpy as np
import pytest
from scipy import ndimage

from selenolab.imaging.scale_bar_edges import edge_pairs
from selenolab.imaging.scale_bar_glance_kernel import faint_or_uneven
from selenolab.imaging.scale_bar_kernel import around_median, edge_runs, row_means
from selenolab.imaging.scale_bar_line import measured_line


def test_row_means_are_those_of_scipy() -> None:
    grey = np.random.default_rng(1).integers(0, 256, (40, 90)).astype(np.float32)
    np.testing.assert_array_equal(row_means(grey), ndimage.uniform_filter1d(grey, 7, axis=1, mode="nearest"))


@pytest.mark.parametrize("count", [1, 2, 7, 500, 501])
def test_the_values_around_the_median_hold_it(count: int) -> None:
    values = np.random.default_rng(count).gamma(2.0, 3.0, (1, count)).astype(np.float32)
    near, before = around_median(values)
    ordered = np.sort(values.ravel())
    np.testing.assert_array_equal(np.sort(near), ordered[before : before + near.size])
    assert before <= (count - 1) // 2 <= count // 2 < before + near.size


def test_runs_are_told_as_one_and_each_for_itself() -> None:
    smooth = np.zeros((6, 120), dtype=np.float32)
    smooth[3:, 10:50] = smooth[3:, 56:90] = smooth[3:, 110:114] = 50
    runs = edge_runs(smooth, np.float32(9), 1, 5, 10, 14)
    assert sorted(map(tuple, runs.tolist())) == [
        (row, left, right) for row in (3, 4) for left, right in ((10, 50), (10, 90), (56, 90))
    ]


@pytest.mark.parametrize("seed", range(4))
def test_what_is_refused_at_a_glance_is_refused_by_the_measuring(seed: int, draw, lattice) -> None:
    grey = draw(lattice(18, 50, seed=seed), noise=2.0 + seed, seed=seed)
    grey[230:236, 40:140] = 255  # a bar
    grey[20:26, 40:140] = np.random.default_rng(seed).normal(210, 30, (6, 100))  # too uneven to be one
    grey = np.clip(np.round(grey), 0, 255).astype(np.float32)
    refused, taken = 0, 0
    for pair in edge_pairs(grey):
        place = (pair.left, pair.right, pair.top, pair.foot, pair.sign)
        line = measured_line(grey, pair)
        hopeless = faint_or_uneven(grey, *place, 10.0, 12.0, 8.0, 0.3)
        assert line is None or not hopeless
        refused, taken = refused + hopeless, taken + (line is not None)
    assert refused > 0
    assert taken > 0
