"""A typed door to numba: compile once, keep the machine code on disk where that is possible."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """`numba.njit` with an on-disk cache; without the cache where no folder can be written.

    The cache lies beside the source, or in the user's cache folder when the package is read-only;
    numba refuses to decorate when neither can be written (a read-only container), and then the
    function is compiled anew in each process.
    """
    try:
        return cast(F, numba.njit(cache=True, error_model="numpy", nogil=True)(function))
    except RuntimeError:
        return cast(F, numba.njit(error_model="numpy", nogil=True)(function))
