"""The Makefile: every target can be planned, is listed by `make help`."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TARGETS = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")


def make(*words: str) -> str:
    command = ["make", "--no-print-directory", *words]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_can_be_planned(target: str) -> None:
    plan = make("--dry-run", target, "assay=example", "VENV=elsewhere")
    assert plan.strip()
    if target not in {"help", "clean"}:
        assert plan.startswith('sh tools/setup.sh "elsewhere"')


def test_help_lists_every_target() -> None:
    listed = [line.split()[1] for line in make("help").splitlines()]
    assert listed == TARGETS
    assert make() == make("help")


def test_ci_runs_lint_and_all_tests() -> None:
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "set -euo pipefail" in text
    assert [f"make {target}\n" in text for target in ("lint", "test", "slow")] == [True, True, True]
