"""A folder takes the place of another at one moment: never half of one and half of the other."""

import ctypes
import os
import shutil
import sys
from pathlib import Path

from selenolab.core.errors import OutputError

_HERE = -100  # AT_FDCWD: paths as they are
_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2), Linux 3.15 and later


def exchange(left: Path, right: Path) -> bool:
    """Swap two folders at once; False where this system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return int(rename(_HERE, os.fsencode(left), _HERE, os.fsencode(right), _EXCHANGE)) == 0


def put_in_place(staging: Path, out: Path, old: Path) -> None:
    """`staging` becomes `out`; what stood there is at `old` or gone.

    With an exchange there is no moment without a result. Without one the old result stands at
    `old` for a moment; `recover` brings it back if the power fails then.
    """
    make_durable(staging)
    if not out.exists():
        staging.rename(out)
    elif exchange(staging, out):
        make_folder_durable(out.parent)
        staging.rename(old)
    else:
        out.rename(old)
        staging.rename(out)
    make_folder_durable(out.parent)
    shutil.rmtree(old, ignore_errors=True)


def recover(out: Path, old: Path) -> None:
    """Bring back a result that was set aside when the last run was cut off; remove one that is stale."""
    if old.exists() and not out.exists():
        old.rename(out)
    elif old.exists():
        shutil.rmtree(old, ignore_errors=True)


def make_durable(folder: Path) -> None:
    """Everything in `folder` is on the disk when this returns."""
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            make_folder_durable(path)
            continue
        try:
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"{path}: Unable to write: {error.strerror}. Free some space.") from None
    make_folder_durable(folder)


def make_folder_durable(folder: Path) -> None:
    """The names in `folder` are on the disk when this returns, where the system knows such a thing."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # Windows opens no folders
    try:
        os.fsync(handle)
    except OSError:
        return
    finally:
        os.close(handle)
