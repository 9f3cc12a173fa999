"""All candidate regions of a tree: what each looks like whole and cut; and painting the chosen."""

import numpy as np
from numpy.typing import NDArray

from selenolab.imaging.contour_kernel import contour_steps, solidity
from selenolab.imaging.neck_kernel import cut_at_necks, distances, falling_order
from selenolab.imaging.region_kernel import crop, fill_holes, flood
from selenolab.stats.compiled import compiled

Levels = NDArray[np.uint8]
Mask = NDArray[np.int32]
Values = NDArray[np.float64]
Grey = NDArray[np.float32]
Pixels = NDArray[np.int32]

# columns of the table of appearances: way is 0 for the whole node, 1 for its pieces; what is counted in
# pixel sides is the contour towards the ground, at the image's edge, and towards other pieces
NODE, WAY, AREA, SOLIDITY, WIDTH, SIDES, EDGE, CUT, STEP, SUPPORT, OUTER, HOLES, COLUMNS = range(13)

SMALL_HOLE = 0.01  # holes up to this share of the area are filled before a cut


@compiled
def boxes(mask: Mask, pieces: int) -> Pixels:
    """First and last row and column of each piece, at index piece."""
    box = np.empty((pieces + 1, 4), np.int32)
    box[:, 0], box[:, 1], box[:, 2], box[:, 3] = 1 << 30, -1, 1 << 30, -1
    for i in range(mask.shape[0]):
        for j in range(mask.shape[1]):
            k = mask[i, j]
            if k > 0:
                box[k, 0], box[k, 1] = min(box[k, 0], i), max(box[k, 1], i)
                box[k, 2], box[k, 3] = min(box[k, 2], j), max(box[k, 3], j)
    return box


@compiled
def describe(
    mask: Mask, pieces: int, top: int, left: int, grey: Grey, visited: Pixels, floor: float, rows: Values
) -> None:
    """Fill a row a piece: everything but node, way and holes."""
    box = boxes(mask, pieces)
    for piece in range(1, pieces + 1):
        area, solid, width, hull = solidity(mask, piece, box[piece])
        row = rows[piece - 1]
        row[AREA], row[SOLIDITY], row[WIDTH] = area, solid, width
        contour = contour_steps(mask, piece, box[piece], top, left, hull, grey, visited, area, width, floor)
        row[SIDES], row[EDGE], row[CUT] = contour[0], contour[1], contour[2]
        row[STEP], row[SUPPORT], row[OUTER] = contour[3], contour[4], contour[5]


@compiled
def judge(
    levels: Levels,
    grey: Grey,
    visited: Pixels,
    seeds: Pixels,
    neck: float,
    least: float,
    convex: float,
    floor: float,
) -> Values:
    """The table of appearances: one row a node as a whole, then one a piece if it has a neck.

    Nodes with a solidity above `convex`, or with half their contour not supported, are not cut. `floor`
    is the step that a supported contour side has, `least` the smallest radius of a piece.
    """
    height, width = levels.shape
    table = np.zeros((max(64, 2 * seeds.size), COLUMNS))
    at = 0
    found = np.empty(levels.size, np.int32)
    for node in range(seeds.size):
        count = flood(levels, seeds[node], visited, node + 1, found)
        base, top, left = crop(found, count, width)
        mask = base.copy()
        filled = fill_holes(mask, top, left, height, width, mask.size)
        pieces = 1
        for way in range(2):
            if way == 1:
                fill_holes(base, top, left, height, width, SMALL_HOLE * count)
                distance = distances(base, top, left, height, width)
                mask = base
                pieces = cut_at_necks(mask, distance, falling_order(mask, distance), neck, least)
                if pieces == 1:
                    break
            if at + pieces > table.shape[0]:
                table = np.concatenate((table, np.zeros((table.shape[0] + pieces, COLUMNS))))
            describe(mask, pieces, top, left, grey, visited, floor, table[at:])
            for k in range(at, at + pieces):
                table[k, NODE], table[k, WAY] = node, way
                table[k, HOLES] = filled / (count + filled)
            at += pieces
            whole = table[at - 1]
            if way == 0 and (whole[SOLIDITY] > convex or whole[SUPPORT] < 0.5):
                break
    return table[:at]


@compiled
def paint(
    levels: Levels,
    visited: Pixels,
    seeds: Pixels,
    necks: Values,
    least: float,
    kept: NDArray[np.bool_],
    labels: Mask,
) -> int:
    """Write the chosen nodes (`necks` is 0 for whole) into labels; number of regions.

    `kept` says, piece by piece in the order of `seeds`, which pieces are painted. `visited` is new.
    """
    height, width = levels.shape
    found = np.empty(levels.size, np.int32)
    label, at = 0, 0
    for i in range(seeds.size):
        count = flood(levels, seeds[i], visited, i + 1, found)
        mask, top, left = crop(found, count, width)
        pieces = 1
        if necks[i] == 0:
            fill_holes(mask, top, left, height, width, mask.size)
        else:
            fill_holes(mask, top, left, height, width, SMALL_HOLE * count)
            distance = distances(mask, top, left, height, width)
            pieces = cut_at_necks(mask, distance, falling_order(mask, distance), necks[i], least)
        names = np.zeros(pieces + 1, np.int32)
        for k in range(1, pieces + 1):
            if kept[at]:
                label += 1
                names[k] = label
            at += 1
        for y in range(max(-top, 0), min(mask.shape[0], height - top)):
            for x in range(max(-left, 0), min(mask.shape[1], width - left)):
                name = names[mask[y, x]]
                if name > 0 and labels[y + top, x + left] == 0:
                    labels[y + top, x + left] = name
    return label
