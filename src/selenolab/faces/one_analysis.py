"""One assay on some files, without a study file: what `selenolab analyse` and the Python door do."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from selenolab.core.assay import Assay, AssaySettings
from selenolab.core.errors import SelenolabError, SeveralErrors, StudyError, UnknownNameError
from selenolab.core.study import Bench, Result, Run, RunFile, Study, StudyResult
from selenolab.faces.settings_words import check_settings
from selenolab.formats.recognise import read_file
from selenolab.shelf import assays

REJECTS = "rejects.csv"


@dataclass(frozen=True, slots=True)
class Asked:
    """An analysis as it was asked for. `roles` maps a file, as named, to its role word."""

    assay: str
    files: tuple[Path, ...]
    sheet: Path | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Reject:
    """A file that was refused, and why in one line."""

    path: Path
    reason: str


def plan_analysis(asked: Asked) -> Run:
    """The run that was asked for, checked before a file is opened; all mistakes are told together."""
    assay = assays[asked.assay]
    errors: list[SelenolabError] = []
    settings: AssaySettings | None = None
    try:
        settings = check_settings(asked.assay, assay.settings, asked.settings)
    except SeveralErrors as error:
        errors += error.errors
    errors += _wrong_files(asked, assay)
    if not 0 <= asked.seed < 2**63:
        errors.append(StudyError(f"--seed {asked.seed}: Expected a whole number from 0 on."))
    if errors or settings is None:
        raise SeveralErrors(errors)
    files = tuple(RunFile(path, path.name, _role(asked, path)) for path in asked.files)
    return Run(asked.assay, asked.assay, Bench(files, asked.sheet), settings, seed=asked.seed)


def _name_twice(files: Sequence[Path]) -> list[SelenolabError]:
    by_name: dict[str, list[str]] = {}
    for path in files:
        by_name.setdefault(path.name, []).append(str(path))
    return [
        StudyError(
            f"{name}: The file name is given twice ({', '.join(dict.fromkeys(paths))}). Give every file "
            "once, under its own name; a study tells files of one name apart by their folders."
        )
        for name, paths in sorted(by_name.items())
        if len(paths) > 1
    ]


def _wrong_files(asked: Asked, assay: Assay) -> list[SelenolabError]:
    known = {role.word for role in assay.bench.roles}
    errors: list[SelenolabError] = []
    for name, role in asked.roles.items():
        if not any(name in (str(path), path.name) for path in asked.files):
            errors.append(StudyError(f"--role {name}={role}: '{name}' is not among the files given."))
        if role not in known:
            errors.append(StudyError(f"--role {name}={role}: {UnknownNameError('role', role, known)}"))
    errors += _name_twice(asked.files)
    given = {_role(asked, path) for path in asked.files}
    errors += [
        StudyError(
            f"{assay.name} needs a file with role {role.word} ({role.meaning}). Say --role FILE={role.word}."
        )
        for role in assay.bench.roles
        if role.required and role.word not in given and given <= known  # a misspelt role is told by itself
    ]
    return errors


def _role(asked: Asked, path: Path) -> str:
    return asked.roles.get(str(path), asked.roles.get(path.name, "sample"))


def read_roles(words: Sequence[str]) -> dict[str, str]:
    """File names with their roles from ``FILE=ROLE`` words."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, role = word.rpartition("=")
        if not equals or not name or not role:
            raise StudyError(f"--role {word}: Expected FILE=ROLE, as in --role blanks.csv=blank.")
        found[name] = role
    return found


def sort_out(run: Run) -> tuple[Run, tuple[Reject, ...]]:
    """`run` with the files that can be read, and those that cannot.

    A single file is its own batch: it is left to fail where it is read.
    """
    door = run.door
    if not isinstance(door, Bench) or len(door.files) < 2:
        return run, ()
    own = assays[run.assay].bench.formats
    kept: list[RunFile] = []
    rejects: list[Reject] = []
    for file in door.files:
        try:
            read_file(file.path, own, file.facts.get("format", ""))
            kept.append(file)
        except SelenolabError as error:
            rejects.append(Reject(file.path, " ".join(str(error).splitlines())))
        except OSError as error:
            rejects.append(Reject(file.path, f"{file.path}: {error.strerror}. Check the path."))
    return replace(run, door=replace(door, files=tuple(kept))), tuple(rejects)


def write_rejects(rejects: Sequence[Reject], folder: Path) -> Path:
    """The refused files with their reasons as ``rejects.csv`` in `folder`."""
    path = folder / REJECTS
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "reason"])
        writer.writerows((reject.path.name, reject.reason) for reject in rejects)
    return path


def as_study(run: Run) -> Study:
    """A study of this one run, for the results folder."""
    return Study(Path(f"{run.assay}, from the command line"), assays[run.assay].title, "", {}, {}, (run,))


def only_result(outcome: StudyResult) -> Result:
    """The result of a study of one run; its failure comes out as the error that it was."""
    found = outcome.results[0]
    if isinstance(found, Result):
        return found
    raise StudyError(found.message)
