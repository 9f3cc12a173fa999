"""Runs of one level against the labelling of SciPy."""

import numpy as np
import pytest
from scipy import ndimage

from selenolab.imaging.annotation_kernel import level_runs, painted, parts_of_runs


@pytest.mark.parametrize("slack", [0, 1])
@pytest.mark.parametrize("seed", range(6))
def test_parts_of_runs_are_the_labels_of_scipy_in_their_order(seed: int, slack: int) -> None:
    rng = np.random.default_rng(seed)
    grey = rng.integers(0, 256, (61, 203)).astype(np.float32)
    done = rng.random(grey.shape) < 0.1
    drawn = (np.abs(grey - 100) <= 70) & ~done
    runs, total = level_runs(grey, done, np.float32(100), np.float32(70), np.float32(20), grey.size)
    which, parts = parts_of_runs(runs, slack)
    names = np.arange(1, len(parts) + 1, dtype=np.int32)
    labels, count = ndimage.label(drawn, structure=ndimage.generate_binary_structure(2, 1 + slack))
    assert total == (np.abs(grey - 100) <= 70).sum()
    assert len(parts) == count
    np.testing.assert_array_equal(painted(runs, which, names, 0, 0, *grey.shape), labels)
    boxes = [(p[0].start, p[1].start, p[0].stop, p[1].stop) for p in ndimage.find_objects(labels)]
    np.testing.assert_array_equal(parts[:, :4], boxes)
    exact = np.abs(grey - 100) <= 20
    np.testing.assert_array_equal(parts[:, 4], np.bincount(labels.ravel())[1:])
    np.testing.assert_array_equal(parts[:, 5], np.bincount(labels[exact], minlength=count + 1)[1:])


def test_the_search_stops_past_the_most_pixels() -> None:
    grey = np.zeros((50, 80), dtype=np.float32)
    zero = np.float32(0)
    _, total = level_runs(grey, np.zeros((0, 0), dtype=np.bool_), zero, zero, zero, 100)
    assert 100 < total <= 160
