"""A typed door to numba: compile once, keep the machine code on disk where that is possible."""

import hashlib
import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """`numba.njit` with an on-disk cache; without the cache where no folder can be written.

    The cache lies beside the source, or in the user's cache folder when the package is read-only;
    numba refuses to decorate when neither can be written (a read-only container), and then the
    function is compiled anew in each process.
    """
    try:
        dispatcher = numba.njit(cache=True, error_model="numpy", nogil=True)(function)
    except RuntimeError:
        return cast(F, numba.njit(error_model="numpy", nogil=True)(function))
    _stamp(dispatcher, Path(inspect.getfile(function)).parent)
    return cast(F, dispatcher)


def _stamp(dispatcher: Any, folder: Path) -> None:
    """Let the kept code age with every kernel of its folder.

    numba looks at the function's own file only, not at the files of the functions it has inlined.
    """
    kept: Any = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if hasattr(kept, "_source_stamp"):
        kept._source_stamp = (kept._source_stamp, kernels_digest(folder))


@cache
def kernels_digest(folder: Path) -> str:
    """SHA-256 of all sources of compiled code in `folder`."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*_kernel.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
