"""A small matrix times many events, on one core: threads of linear algebra cost more than they give."""

import numpy as np
from numpy.typing import NDArray

from selenolab.stats.compiled import compiled

Matrix = NDArray[np.float64]
_BLOCK = 1024  # events at a time: their channels fit the innermost cache


@compiled
def mixed(matrix: Matrix, seen: Matrix, out: Matrix, total: int) -> None:
    """Write `matrix` (m, k) times the first `total` columns of `seen` (k, n) into `out` (m, n)."""
    inner = seen.shape[0]
    for first in range(0, total, _BLOCK):
        last = min(first + _BLOCK, total)
        for row in range(matrix.shape[0]):
            for i in range(first, last):
                out[row, i] = matrix[row, 0] * seen[0, i]
            k = 1
            while k + 3 < inner:
                a, b, c, d = matrix[row, k], matrix[row, k + 1], matrix[row, k + 2], matrix[row, k + 3]
                for i in range(first, last):
                    out[row, i] += (
                        a * seen[k, i] + b * seen[k + 1, i] + c * seen[k + 2, i] + d * seen[k + 3, i]
                    )
                k += 4
            while k < inner:
                for i in range(first, last):
                    out[row, i] += matrix[row, k] * seen[k, i]
                k += 1
