"""A typed door to numba for loops over pixels: compiled once, the machine code kept where that is possible.

Each `*_kernel.py` of this folder is complete in itself (no kernel calls one of another file), so numba's
own check of a file's age is enough.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """`numba.njit` with an on-disk cache; without the cache where no folder can be written."""
    try:
        return cast(F, numba.njit(cache=True, error_model="numpy", nogil=True)(function))
    except RuntimeError:
        return cast(F, numba.njit(error_model="numpy", nogil=True)(function))
