"""The verbs of Selenolab for Python: what the command line does, as functions.

They are offered by the package itself: ``selenolab.analyse``, ``selenolab.run``, ``selenolab.inspect``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from selenolab.core.study import Result, Study, StudyResult
from selenolab.faces.inspection import Looked, look
from selenolab.faces.one_analysis import Asked, plan_analysis
from selenolab.faces.settings_words import override
from selenolab.report.write import write_report
from selenolab.study.folder import default_folder, run_study
from selenolab.study.plan import load_study
from selenolab.study.run import Event, analyse_run

Paths = str | Path | Sequence[str | Path]


def inspect(file: str | Path) -> Looked:
    """What a file holds and which assays could use it.

    Raises
    ------
    SelenolabError
        where the file cannot be read, with the reason.
    """
    return look(Path(file))
