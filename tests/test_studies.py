"""Every study under `studies/` runs to a report: the tutorials are what CI runs."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

STUDIES = sorted((Path(__file__).parents[1] / "studies").glob("*/study.yaml"))
RUN = "import sys; sys.argv[0] = 'selenolab'; from selenolab.faces.cli import main; sys.exit(main())"


@pytest.mark.slow
@pytest.mark.skipif(
    not importlib.util.find_spec("selenolab.faces.cli"), reason="the command line is not there yet"
)
@pytest.mark.parametrize("study", STUDIES, ids=lambda path: path.parent.name)
def test_a_tutorial_runs_to_a_report(study: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", RUN, "run", str(study), "-o", str(tmp_path / "out")]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert answer.returncode == 0, answer.stderr
    assert next((tmp_path / "out").rglob("report.html")).stat().st_size > 10_000


@pytest.mark.parametrize("study", STUDIES, ids=lambda path: path.parent.name)
def test_a_tutorial_explains_itself(study: Path) -> None:
    readme = (study.parent / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# ")
