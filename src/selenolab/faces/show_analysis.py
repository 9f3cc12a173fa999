"""`selenolab analyse`: a batch of files, the folder it may write, and what it prints."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenolab.core.errors import OutputError, SeveralErrors, StudyError
from selenolab.core.study import Bench, Result, StudyResult
from selenolab.faces.one_analysis import (
    Asked,
    Reject,
    as_study,
    only_result,
    plan_analysis,
    sort_out,
    write_rejects,
)
from selenolab.faces.progress import shown_progress
from selenolab.faces.streams import note, say
from selenolab.faces.summary import say_result
from selenolab.report.write import write_report
from selenolab.study.folder import run_study
from selenolab.study.record import analysis_json
from selenolab.study.run import analyse_files


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of some files: the result, the refused ones, and the folder if one was written."""

    result: Result
    rejects: tuple[Reject, ...] = ()
    folder: Path | None = None

    @property
    def rejects_file(self) -> Path | None:
        """Where the refused files are listed."""
        return self.folder / "rejects.csv" if self.folder and self.rejects else None


def analyse_batch(asked: Asked, out: Path | None = None, strict: bool = False) -> Batch:
    """Analyse the files that can be read; `strict` refuses the whole batch where one cannot.

    With `out` the results folder is written whole, with the refused files in ``rejects.csv``.

    Raises
    ------
    SelenolabError
        where nothing can be analysed; nothing was written then.
    """
    run, rejects = sort_out(plan_analysis(asked))
    if rejects and (strict or not _files(run.door)):
        raise SeveralErrors([StudyError(reject.reason) for reject in rejects])
    if out is None:
        door = run.door
        assert isinstance(door, Bench)
        result = analyse_files(run.assay, door.files, door.sheet, run.settings, run.seed)
        return Batch(result, rejects)

    def finish(staging: Path, outcome: StudyResult, record: Mapping[str, Any]) -> None:
        only_result(outcome)  # an error here leaves no folder behind
        write_report(staging, outcome, record)
        if rejects:
            write_rejects(rejects, staging)

    with shown_progress() as progress:
        outcome = run_study(as_study(run), out, finish=finish, progress=progress)
    return Batch(only_result(outcome), rejects, out)


def say_batch(batch: Batch, as_json: bool) -> None:
    """The result on stdout: as one JSON object, or for a person."""
    if as_json:
        say(json.dumps(analysis_json(batch.result), ensure_ascii=False, allow_nan=False, indent=1))
        return
    say_result(batch.result)
    if batch.folder:
        say(f"\nReport: {batch.folder / 'report.html'}")
