"""Truth: touching discs part where they touch; one convex region stays whole."""

import numpy as np
import pytest

from selenolab.core.errors import DataError
from selenolab.imaging.splitting import split_region


def union(*discs: tuple[float, float, float], size: int = 140) -> np.ndarray:
    y, x = np.mgrid[:size, :size]
    return np.any([np.hypot(x - cx, y - cy) <= r for cx, cy, r in discs], axis=0).astype(np.int32)


@pytest.mark.parametrize("overlap", [0.0, 2.0, 5.0])
def test_two_discs_part_in_the_middle(overlap: float) -> None:
    labels = split_region(union((40, 60, 20), (80 - overlap, 60, 20)), 1)
    areas = np.bincount(labels.ravel())[1:]
    assert len(areas) == 2
    assert areas.max() / areas.min() < 1.05
    columns = [np.nonzero(labels == k)[1] for k in (1, 2)]
    middle = 60 - overlap / 2
    crossed = sum(((c > middle + 2.5).any() and (c < middle - 2.5).any()) for c in columns)
    assert crossed == 0


def test_a_chain_of_unequal_discs_parts_into_its_links() -> None:
    labels = split_region(union((25, 70, 18), (57, 70, 14), (85, 70, 14), (110, 70, 10)), 1)
    diameters = np.sqrt(4 * np.bincount(labels.ravel())[1:] / np.pi)
    assert sorted(diameters) == pytest.approx([20, 28, 28, 36], rel=0.06)


def test_convex_regions_stay_whole() -> None:
    y, x = np.mgrid[:140, :140] - 70.2
    shapes = [
        (np.abs(x) <= 30) & (np.abs(y) <= 10),
        (x / 50) ** 2 + (y / 15) ** 2 <= 1,
        (np.abs(x + y) <= 40) & (np.abs(x - y) <= 12),
    ]
    for shape in shapes:
        labels = shape.astype(np.int32) * 4
        assert np.array_equal(split_region(labels, 4), labels)


def test_the_image_edge_is_no_neck() -> None:
    half = union((70, 0, 30))
    assert np.array_equal(split_region(half, 1), half)


def test_others_keep_their_labels_and_the_largest_piece_its_own() -> None:
    labels = 5 * union((30, 30, 20), (62, 30, 14)) + 9 * union((110, 110, 15))
    cut = split_region(labels, 5)
    assert np.array_equal(cut == 9, labels == 9)
    assert sorted(np.unique(cut)) == [0, 5, 9, 10]
    assert (cut == 5).sum() > (cut == 10).sum()


def test_a_label_that_is_not_there_is_refused() -> None:
    with pytest.raises(DataError, match=r"region 3.*1 to 1"):
        split_region(union((30, 30, 20)), 3)
