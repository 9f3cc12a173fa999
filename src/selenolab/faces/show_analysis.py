"""`selenolab analyse`: a batch of files, the folder it may write, and what it prints."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenolab.core.errors import SelenolabError, SeveralErrors, StudyError
from selenolab.core.study import Bench, Result, Run, RunFile, StudyResult
from selenolab.faces.one_analysis import (
    REJECTS,
    Asked,
    Reject,
    as_study,
    only_result,
    plan_analysis,
    sort_out,
    write_rejects,
)
from selenolab.faces.progress import shown_progress
from selenolab.faces.streams import say
from selenolab.faces.summary import say_result
from selenolab.study.folder import run_study
from selenolab.study.record import analysis_json
from selenolab.study.run import analyse_files


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of some files: the result, the same as JSON, the refused files, the folder if any."""

    result: Result
    told: Mapping[str, Any]
    rejects: tuple[Reject, ...] = ()
    folder: Path | None = None

    @property
    def rejects_file(self) -> Path | None:
        """Where the refused files are listed."""
        return self.folder / REJECTS if self.folder and self.rejects else None


def analyse_batch(asked: Asked, out: Path | None = None, strict: bool = False) -> Batch:
    """Analyse the files that can be read; `strict` refuses the whole batch where one cannot.

    With `out` the results folder is written whole, with the refused files in ``rejects.csv``.

    Raises
    ------
    SelenolabError
        where nothing can be analysed; nothing was written then.
    """
    run, rejects = sort_out(plan_analysis(asked))
    if rejects and (strict or not _files(run)):
        raise SeveralErrors([StudyError(reject.reason) for reject in rejects])
    try:
        return _written(run, rejects, out) if out else _plain(run, rejects)
    except SelenolabError as error:  # what fails without the refused files may fail for the want of them
        if not rejects:
            raise
        raise SeveralErrors([*(StudyError(reject.reason) for reject in rejects), error]) from None


def _plain(run: Run, rejects: tuple[Reject, ...]) -> Batch:
    sheet = run.door.sheet if isinstance(run.door, Bench) else None
    result = analyse_files(run.assay, _files(run), sheet, run.settings, run.seed)
    return Batch(result, _told(analysis_json(result), rejects), rejects)


def _files(run: Run) -> tuple[RunFile, ...]:
    return run.door.files if isinstance(run.door, Bench) else ()


def _written(run: Run, rejects: tuple[Reject, ...], out: Path) -> Batch:
    told: dict[str, Any] = {}

    def finish(staging: Path, outcome: StudyResult, record: Mapping[str, Any]) -> None:
        from selenolab.report.write import write_report  # draws: no work for files that are refused

        told.update(record["runs"][0]["analysis"])  # it knows where the tables lie
        write_report(staging, outcome, record)
        if rejects:
            write_rejects(rejects, staging)

    with shown_progress() as progress:
        outcome = run_study(as_study(run), out, finish=finish, progress=progress)
    return Batch(only_result(outcome), _told(told, rejects), rejects, out)


def _told(analysis: Mapping[str, Any], rejects: Sequence[Reject]) -> dict[str, Any]:
    """The JSON of an analysis that also says what is not in it."""
    lines = [f"Refused, and not in these numbers: {reject.reason}" for reject in rejects]
    return {**analysis, "warnings": [*analysis["warnings"], *lines]}


def say_batch(batch: Batch, as_json: bool) -> None:
    """The result on stdout: as one JSON object, or for a person."""
    if as_json:
        say(json.dumps(batch.told, ensure_ascii=False, allow_nan=False, indent=1))
        return
    say_result(batch.result)
    if batch.folder:
        say(f"\nReport: {batch.folder / 'report.html'}")
