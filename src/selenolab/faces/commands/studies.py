"""Commands about whole studies: demo, run, diff."""

from pathlib import Path
from typing import Annotated

import typer

Out = Annotated[Path | None, typer.Option("-o", "--out", metavar="DIR", help="Where the results go.")]


def demo(
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="DIR", help="Where the study and its results go.")
    ] = Path("selenolab-demo"),
    open_report: Annotated[bool, typer.Option("--open", help="Open the report in the browser.")] = False,
) -> None:
    """Run the embedded study: raw files with a known truth go in, a report comes out."""
    from selenolab.faces.embedded import copy_demo

    _run(copy_demo(out), out / "results", open_report=open_report)


def run(
    study: Annotated[Path, typer.Argument(metavar="STUDY", help="The study file (YAML).")],
    out: Out = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Runs at a time. Default: one per core.")
    ] = None,
    open_report: Annotated[bool, typer.Option("--open", help="Open the report in the browser.")] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="RUN.KEY=VALUE", help="Replace a setting of a run. May be repeated."),
    ] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Compute everything anew.")] = False,
) -> None:
    """Run STUDY: a folder with report, figures, tables and record, written whole or not at all."""
    _run(study, out, workers, settings or [], cache=not no_cache, open_report=open_report)


def diff(
    left: Annotated[Path, typer.Argument(metavar="RUN", help="A results folder, or its record.json.")],
    right: Annotated[Path, typer.Argument(metavar="RUN", help="The one to compare it with.")],
) -> None:
    """Say what changed between two results folders, and why."""
    from selenolab.faces.streams import say
    from selenolab.study.diff import diff_lines, diff_records

    for line in diff_lines(diff_records(left, right)) or ["Nothing changed."]:
        say(line)


def _run(
    study: Path,
    out: Path | None,
    workers: int | None = None,
    settings: list[str] | None = None,
    *,
    cache: bool = True,
    open_report: bool = False,
) -> None:
    from selenolab.faces.progress import shown_progress
    from selenolab.faces.streams import note
    from selenolab.faces.summary import failed_lines, say_study
    from selenolab.faces.verbs import run as run_study
    from selenolab.study.folder import default_folder

    with shown_progress() as progress:
        outcome = run_study(study, out, words=settings or [], workers=workers, cache=cache, progress=progress)
    folder = out or default_folder(study)
    say_study(outcome, folder)
    if open_report:
        typer.launch((folder / "report.html").resolve().as_uri())
    failed = failed_lines(outcome)
    for line in failed:
        note(line)
    if failed:
        raise typer.Exit(2)
