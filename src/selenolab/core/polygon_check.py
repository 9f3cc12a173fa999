"""Whether a polygon crosses itself."""

import numpy as np
from numpy.typing import NDArray


def crossing(vertices: NDArray[np.float64]) -> tuple[int, int] | None:
    """The first two edges of a closed polygon that cross or touch, by the vertex each begins at; or None.

    Parameters
    ----------
    vertices : (n, 2), without the first one repeated at the end.

    Examples
    --------
    >>> import numpy as np
    >>> crossing(np.array([[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0]]))
    (0, 2)
    >>> crossing(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])) is None
    True
    """
    n = len(vertices)
    ends = np.roll(vertices, -1, axis=0)
    for i in range(n - 1):
        for j in range(i + 1, n):
            beside = j == i + 1 or (i == 0 and j == n - 1)
            if beside and not _folds_back(vertices, ends, i, j):
                continue
            if _meet(vertices[i], ends[i], vertices[j], ends[j]):
                return i, j
    return None


def _folds_back(starts: NDArray[np.float64], ends: NDArray[np.float64], i: int, j: int) -> bool:
    """Whether the second of two neighbouring edges runs back over the first."""
    first, second = (i, j) if j == i + 1 else (j, i)
    one, other = ends[first] - starts[first], ends[second] - starts[second]
    return _side(starts[first], ends[first], ends[second]) == 0 and float(one @ other) < 0


def _side(a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]) -> float:
    """On which side of the line a-b the point c lies: the sign of their cross product."""
    return float(np.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])))


def _within(a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]) -> bool:
    """Whether c, on the line a-b, lies between its ends."""
    return bool(np.all(np.minimum(a, b) <= c) and np.all(c <= np.maximum(a, b)))


def _meet(
    a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64], d: NDArray[np.float64]
) -> bool:
    """Whether the segments a-b and c-d have a point in common."""
    sides = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
    if sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0:
        return True
    ends = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(side == 0 and _within(*three) for side, three in zip(sides, ends, strict=True))
