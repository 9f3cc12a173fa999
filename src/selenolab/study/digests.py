"""What a result rests on, as one digest: inputs, settings, seeds, sources of the program, numpy, scipy."""

import hashlib
import json
import platform
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy
import pandas
import scipy

import selenolab
from selenolab.core.assay import Sheet
from selenolab.core.errors import StudyError
from selenolab.core.study import Bench, Exclusion, Run, Virtual
from selenolab.shelf import assays, models
from selenolab.study.freeze import freeze

PACKAGE = Path(selenolab.__file__).parent
SOURCES = {".py", ".toml", ".csv", ".ant", ".json", ".txt", ".md", ".xlsx"}
# These floors show results and make none: a change of them leaves what was computed as it is.
SHOWN = {"faces", "report"}


def versions() -> dict[str, str]:
    """The versions that a number may depend on."""
    return {
        "selenolab": version("selenolab"),
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
        "pandas": pandas.__version__,
    }


def file_digest(path: Path) -> str:
    """The sha256 of a file, in hex."""
    if path.exists() and not path.is_file():  # a pipe or a device may never end
        raise StudyError(f"{path}: Expected a file, found a folder, pipe or device. Check the path.")
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StudyError(f"{path.name}: Unable to read the file: {error.strerror}. Check it.") from None


@lru_cache(maxsize=64)
def folder_digest(folder: Path) -> str:
    """The sha256 of all sources in a folder, by their paths in it."""
    told = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        if path.suffix in SOURCES and "__pycache__" not in place.parts and path.is_file():
            told.update(f"{place.as_posix()}\0{file_digest(path)}\n".encode())
    return told.hexdigest()


@lru_cache(maxsize=1)
def package_digest() -> str:
    """The sha256 of this package, without the floors that only show."""
    told = hashlib.sha256()
    for path in sorted(PACKAGE.iterdir()):
        if path.is_dir() and path.name not in SHOWN and path.name != "__pycache__":
            told.update(f"{path.name}\0{folder_digest(path)}\n".encode())
        elif path.suffix in SOURCES:
            told.update(f"{path.name}\0{file_digest(path)}\n".encode())
    return told.hexdigest()


def member_digest(run: Run) -> list[str]:
    """Digests of the run's assay and model where they live outside the package."""
    folders = [assays.folder(run.assay)]
    if isinstance(run.door, Virtual):
        folders.append(models.folder(run.door.model))
    return [folder_digest(folder) for folder in folders if not folder.is_relative_to(PACKAGE)]


def input_digests(run: Run) -> dict[str, str]:
    """The sha256 of every file of the run, by the path that it is read from."""
    if isinstance(run.door, Virtual):
        return {}
    paths = [file.path for file in run.door.files]
    if isinstance(run.door.sheet, Path):
        paths.append(run.door.sheet)
    return {str(path): file_digest(path) for path in paths}


def run_key(
    run: Run,
    inputs: Mapping[str, str],
    taken: Mapping[str, str],
    exclusions: tuple[Exclusion, ...],
    compounds: Mapping[str, str],
) -> str:
    """The key under which the result of a run is kept.

    Parameters
    ----------
    inputs : sha256 by path, see `input_digests`.
    taken : digest of every table or endpoint taken, by port.
    exclusions : those of this run.
    compounds : basis of the doses by the study's names of the compounds.
    """
    told: dict[str, Any] = {
        "kept": 1,
        "assay": run.assay,
        "name": run.name,  # stands in messages and provenance
        "door": _door(run, inputs),
        "settings": run.settings.model_dump(mode="json"),
        "seed": run.seed,
        "taken": dict(sorted(taken.items())),
        "exclusions": [[dict(sorted(e.where.items())), e.reason] for e in exclusions],
        "compounds": dict(sorted(compounds.items())),
        "sources": [package_digest(), *member_digest(run)],
        "versions": versions(),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _door(run: Run, inputs: Mapping[str, str]) -> Any:
    if isinstance(run.door, Virtual):
        return ["virtual", run.door.model, dict(sorted(run.door.overrides.items()))]
    return ["bench", [_file(file, inputs) for file in run.door.files], _sheet(run.door, inputs)]


def _file(file: Any, inputs: Mapping[str, str]) -> list[Any]:
    return [file.name, file.role, inputs[str(file.path)], dict(sorted(file.facts.items()))]


def _sheet(door: Bench, inputs: Mapping[str, str]) -> Any:
    if isinstance(door.sheet, Sheet):
        return hashlib.sha256(freeze(door.sheet)).hexdigest()
    return [door.sheet.name, inputs[str(door.sheet)]] if door.sheet else None
