"""The verbs of Selenolab for Python: what the command line does, as functions.

They are offered by the package itself: ``selenolab.analyse``, ``selenolab.run``, ``selenolab.inspect``.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from selenolab.core.assay import Sheet
from selenolab.core.study import Bench, Result, StudyResult
from selenolab.faces.inspection import Looked, look
from selenolab.faces.one_analysis import Asked, plan_analysis
from selenolab.faces.settings_words import override
from selenolab.study.folder import run_study
from selenolab.study.plan import load_study
from selenolab.study.run import Progress, analyse_files, silent

File = str | Path


def inspect(file: File) -> Looked:
    """What a file holds and which assays could use it.

    Raises
    ------
    SelenolabError
        where the file cannot be read, with the reason.
    """
    return look(Path(file))


def analyse(
    assay: str,
    files: File | Sequence[File],
    samples: File | Sheet | None = None,
    *,
    roles: Mapping[str, str] | None = None,
    settings: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> Result:
    """What `assay` says of `files`: endpoints, checks, tables.

    Parameters
    ----------
    samples : sample sheet or plate map.
    roles : what a file is for, by its name; "sample" if not said.
    settings : those of the assay, as in ``selenolab show assay NAME``.

    Raises
    ------
    SelenolabError
        for whatever is wrong with the input, one line a mistake.
    """
    given = [files] if isinstance(files, str | Path) else files
    sheet = Path(samples) if isinstance(samples, str | Path) else samples
    asked = Asked(assay, tuple(map(Path, given)), None, roles or {}, settings or {}, seed)
    run = plan_analysis(asked)
    paths = run.door.files if isinstance(run.door, Bench) else ()
    return analyse_files(assay, paths, sheet, run.settings, seed)


def run(
    study: File,
    out: File | None = None,
    *,
    words: Iterable[str] = (),
    workers: int | None = None,
    cache: bool = True,
    progress: Progress = silent,
) -> StudyResult:
    """Run a study file and write its results folder with the report.

    Runs that the input stopped are failures in what comes back; the others are kept.

    Parameters
    ----------
    out : the results folder; beside the study file if not given.
    words : settings to replace, as in "hepg2.level=0.9".
    workers : runs at a time; None takes what the machine has.

    Raises
    ------
    SelenolabError
        for mistakes in the study file, all at once, or where every run failed.
    """
    plan = override(load_study(Path(study)), words)
    place = Path(out) if out is not None else None
    return run_study(plan, place, workers=workers, finish=_report, progress=progress, cache=cache)


def _report(folder: Path, outcome: StudyResult, record: Mapping[str, Any]) -> None:
    from selenolab.report.write import write_report  # draws: no work for a study that is refused

    write_report(folder, outcome, record)
