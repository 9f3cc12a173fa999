"""A study's results folder: built aside, put in place whole, and never mixed with another run's."""

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from filelock import BaseFileLock, FileLock, Timeout

from selenolab.core.errors import OutputError, SelenolabError, SeveralErrors, StudyError
from selenolab.core.study import Failure, Result, Study, StudyResult
from selenolab.study.digests import file_digest
from selenolab.study.record import RECORD, record_json
from selenolab.study.run import Event, Progress, compute, silent
from selenolab.study.swap import put_in_place, recover
from selenolab.study.tables import write_tables

RECORD_FILE, LOG_FILE, MANIFEST = "record.json", "run.log", "manifest.sha256"
Finish = Callable[[Path, StudyResult, Mapping[str, Any]], None]


def no_finish(folder: Path, outcome: StudyResult, record: Mapping[str, Any]) -> None:
    """Add nothing to the folder."""


def default_folder(study: Path) -> Path:
    """Where the results of a study file go if nothing is said.

    Examples
    --------
    >>> default_folder(Path("a/mcf7.yaml")).as_posix()
    'a/mcf7-results'
    """
    return study.parent / f"{study.stem}-results"


def run_study(
    study: Study,
    out: Path | None = None,
    workers: int | None = None,
    finish: Finish = no_finish,
    progress: Progress = silent,
    cache: Path | bool = True,
) -> StudyResult:
    """Run `study` and put its folder in place: record, tables, log, and what `finish` adds.

    Runs that the user's input stops are failures in the outcome; where all are, nothing is written.

    Parameters
    ----------
    out : the results folder; beside the study file if not given.
    finish : writes reports and figures into the folder, before it is put in place.
    workers, progress, cache : see :func:`selenolab.study.run.compute`.

    Raises
    ------
    SelenolabError
        where every run failed.
    OutputError
        where `out` is being written by another run, or holds something that is not ours.
    """
    place = (out or default_folder(study.path)).absolute()
    log = Log(progress)
    with writing(place) as staging:
        outcome = compute(study, workers, log.take, cache)
        _refuse_all_failed(outcome)
        done = [result for result in outcome.results if isinstance(result, Result)]
        tables = {result.run.name: write_tables(staging, study, result) for result in done}
        record = record_json(outcome, tables)
        text = json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1)
        (staging / RECORD_FILE).write_text(text + "\n", encoding="utf-8")
        finish(staging, outcome, record)
        (staging / LOG_FILE).write_text(log.text(), encoding="utf-8")
    return outcome


class Log:
    """Collects what happened for ``run.log`` and hands every event on."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._start, self._lines = progress, perf_counter(), list[str]()

    def take(self, event: Event) -> None:
        """Note an event."""
        seconds = f" in {event.seconds:.3f} s" if event.seconds else ""
        words = f": {event.words}" if event.words else ""
        at = perf_counter() - self._start
        self._lines.append(f"{at:9.3f} s  {event.run or '-'}  {event.what}{seconds}{words}")
        self._progress(event)

    def text(self) -> str:
        """All lines."""
        return "\n".join([*self._lines, f"{perf_counter() - self._start:9.3f} s  written", ""])


def _refuse_all_failed(outcome: StudyResult) -> None:
    failures = [result for result in outcome.results if isinstance(result, Failure)]
    if failures and len(failures) == len(outcome.results):
        errors: list[SelenolabError] = [
            StudyError(f"runs.{failure.run.name}: {failure.message}") for failure in failures
        ]
        raise errors[0] if len(errors) == 1 else SeveralErrors(errors)


@contextmanager
def writing(out: Path) -> Iterator[Path]:
    """A staging folder that takes the place of `out` when the block ends well, and vanishes otherwise."""
    out = out.parent.resolve() / out.name
    out = out.resolve() if out.is_symlink() else out
    staging, old = out.with_name(f".{out.name}.staging"), out.with_name(f".{out.name}.old")
    with _locked(out):
        recover(out, old)
        shutil.rmtree(staging, ignore_errors=True)
        refuse_foreign(out)
        try:
            staging.mkdir()
            yield staging
            _write_manifest(staging)
            _carry_over(out, staging)
            put_in_place(staging, out, old)
        except PermissionError as error:
            raise OutputError(f"{error.filename}: Unable to write here: {error.strerror}.") from None
        finally:
            shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Hold the lock of `out`. It vanishes with the block, and so do folders made for nothing."""
    made = [folder for folder in out.parents if not folder.exists()]  # the deepest first
    try:
        lock = _acquired(out)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # Windows removes what is open when it is released
                Path(lock.lock_file).unlink(missing_ok=True)
            lock.release()
    finally:
        for folder in made:
            with contextlib.suppress(OSError):  # it holds something: results, or another's files
                folder.rmdir()


def _acquired(out: Path) -> BaseFileLock:
    lock = FileLock(out.with_name(f".{out.name}.lock"), timeout=0)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise OutputError(
            f"{out}: Another run is writing this folder. Wait until it has ended, or name another with -o."
        ) from None
    except OSError as error:
        raise OutputError(f"{out}: Unable to write here: {error.strerror}. Name another with -o.") from None
    return lock


def refuse_foreign(out: Path) -> None:
    """Raise where `out` is there and is neither empty nor a results folder of ours."""
    if not out.exists():
        return
    if not out.is_dir():
        raise OutputError(f"{out}: This is a file. Name a folder with -o.")
    if any(out.iterdir()) and not is_ours(out):
        raise OutputError(
            f"{out}: This folder holds other things and no {RECORD_FILE} of ours. It is left as it is; "
            "name another with -o."
        )


def is_ours(folder: Path) -> bool:
    """Whether a study was written here before."""
    try:
        record = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(record, dict) and record.get("schema") == RECORD


def _write_manifest(folder: Path) -> None:
    """What we wrote, in the words of sha256sum; run.log and record.json differ from run to run."""
    varying = {RECORD_FILE, LOG_FILE, MANIFEST}
    lines = [
        f"{file_digest(path)}  {path.relative_to(folder).as_posix()}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).as_posix() not in varying
    ]
    (folder / MANIFEST).write_text("".join(lines), encoding="utf-8")


def _carry_over(out: Path, staging: Path) -> None:
    """Files that a person put into the old folder go along; ours are replaced."""
    if not out.is_dir():
        return
    try:
        told = (out / MANIFEST).read_text(encoding="utf-8")
    except OSError:
        told = ""
    ours = {line[66:] for line in told.splitlines()} | {RECORD_FILE, LOG_FILE, MANIFEST}
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        target = staging / name
        if name in ours or path.is_dir() or path.is_symlink():
            continue
        if target.exists():
            raise OutputError(f"{path}: This file is not ours and stands where a result belongs. Move it.")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
