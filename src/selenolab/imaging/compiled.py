"""A typed door to numba for loops over pixels: compiled once, machine code kept where possible."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """`numba.njit` with an on-disk cache; without the cache where no folder can be written."""
    try:
        dispatcher = numba.njit(cache=True, error_model="numpy", nogil=True)(function)
    except RuntimeError:
        return cast(F, numba.njit(error_model="numpy", nogil=True)(function))
    _stamp(dispatcher)
    return cast(F, dispatcher)


def _stamp(dispatcher: Any) -> None:
    """Let the kept code age with every kernel: numba looks only at the file a function stands in."""
    kept: Any = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if hasattr(kept, "_source_stamp"):
        kept._source_stamp = (kept._source_stamp, _kernels_digest())


@cache
def _kernels_digest() -> str:
    """SHA-256 of all sources of compiled code in this folder."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*_kernel.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
