"""The study that ships with the program, copied out so that it can be read, run and changed."""

import filecmp
import shutil
from importlib.resources import as_file, files
from pathlib import Path

from selenolab.core.errors import OutputError

STUDY = "study.yaml"


def copy_demo(folder: Path) -> Path:
    """Copy the embedded study into `folder`; the study file there.

    A copy that is already there is used; a file that differs from ours is the user's and is kept: the
    command then asks for another folder.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file. Choose another folder with -o.")
    with as_file(files("selenolab") / "demo") as source:
        wanted = [path for path in sorted(source.rglob("*")) if _shipped(path)]
        for path in wanted:
            target = folder / path.relative_to(source)
            if target.exists() and not filecmp.cmp(path, target, shallow=False):
                raise OutputError(
                    f"{target} is not the embedded one and is left alone. Choose another folder with -o."
                )
        for path in wanted:
            target = folder / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    return folder / STUDY


def _shipped(path: Path) -> bool:
    """A file of the study: data, sheets, the study file; not the program that made them."""
    return path.is_file() and path.suffix not in {".py", ".pyc"}
