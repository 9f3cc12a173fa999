"""Everything for a reader, written beside the record and the tables of a run folder."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

from selenolab.core.study import Result, StudyResult
from selenolab.report.citations import bibtex, cited
from selenolab.report.crate import NAME, crate_json
from selenolab.report.figures import write_figures
from selenolab.report.html import report_html
from selenolab.report.methods import methods_markdown
from selenolab.report.workbook import workbook_bytes


def write_report(folder: Path, outcome: StudyResult, record: Mapping[str, Any]) -> None:
    """Write figures, workbook, methods, bibliography, page and crate into `folder`.

    `folder` already holds ``record.json`` and ``tables/<run>/<name>.csv``. Of `record` only the
    version is used: nothing here depends on the hour, so that two runs of one study give equal bytes.
    """
    version = _version(outcome, record)
    shown = write_figures(folder, outcome)
    (folder / "results.xlsx").write_bytes(workbook_bytes(outcome))
    _write(folder / "methods.md", methods_markdown(outcome))
    _write(folder / "references.bib", bibtex(cited(outcome)))
    _write(folder / "report.html", report_html(folder, outcome, shown, version))
    _write(folder / NAME, crate_json(folder, outcome, shown, version))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _version(outcome: StudyResult, record: Mapping[str, Any]) -> str:
    """The version that made the record; else the installed one."""
    for one in outcome.results:
        if isinstance(one, Result) and "selenolab" in one.provenance.versions:
            return one.provenance.versions["selenolab"]
    if isinstance(record.get("version"), str):
        return str(record["version"])
    try:
        return installed_version("selenolab")
    except PackageNotFoundError:
        return "of unknown version"
