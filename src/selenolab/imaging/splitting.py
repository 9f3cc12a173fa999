"""Cutting one region at its necks, as `find_particles` does: for a user who asks for it at a place."""

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.imaging.neck_kernel import cut_at_necks, distances, falling_order

NECK = 0.9  # a cut is made where the neck is below this share of the smaller piece; 0.85 to 0.9 are alike
LEAST_RADIUS = 2.5  # px


def split_region(
    labels: NDArray[np.integer], label: int, neck: float = NECK, least_radius: float = LEAST_RADIUS
) -> NDArray[np.int32]:
    """Labels with one region cut at its necks; the largest piece keeps its number, the others get new ones.

    Parameters
    ----------
    labels : (H, W) integers, 0 = background.
    label : the region to cut.
    neck : cuts are made where the half-width [px] falls below this share of the smaller piece's largest
        half-width; 1 cuts at every waist of half a pixel.
    least_radius : smaller half-widths [px] are not made pieces of their own.

    Returns
    -------
    New labels; equal to the old ones where the region has no such neck.

    Raises
    ------
    DataError
        Where there is no such label.
    """
    rows, columns = np.nonzero(labels == label)
    if label <= 0 or rows.size == 0:
        raise DataError(
            f"Labels: found no region {label}, expected one of 1 to {int(labels.max(initial=0))}."
        )
    top, left = int(rows.min()) - 1, int(columns.min()) - 1
    mask = np.zeros((int(rows.max()) - top + 2, int(columns.max()) - left + 2), np.int32)
    mask[rows - top, columns - left] = 1
    # the kernels expect a rim of one pixel around the image
    height, width = labels.shape[0] + 2, labels.shape[1] + 2
    distance = distances(mask, top + 1, left + 1, height, width)
    pieces = cut_at_necks(mask, distance, falling_order(mask, distance), neck, least_radius)
    names = np.zeros(pieces + 1, np.int32)
    by_area = np.argsort(-np.bincount(mask.ravel(), minlength=pieces + 1)[1:], kind="stable") + 1
    names[by_area] = [label, *(int(labels.max()) + 1 + k for k in range(pieces - 1))]
    out = labels.astype(np.int32)
    out[rows, columns] = names[mask[rows - top, columns - left]]
    return out
