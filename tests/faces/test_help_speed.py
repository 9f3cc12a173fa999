"""`selenolab --help` may take at most 1.5 times as long as the `--help` of a bare two-command Typer app."""

import importlib.util
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

LIMIT = 1.5
PAIRS = 7

BARE = '''
import typer

app = typer.Typer()


@app.command()
def one(name: str, count: int = 1) -> None:
    """The first command."""


@app.command()
def two(name: str, count: int = 1) -> None:
    """The second command."""


def main() -> None:
    app()
'''

# What a console script does, for both alike.
START = "import sys; sys.argv = ['program', '--help']; from {module} import main; sys.exit(main())"


def seconds(module: str, folder: Path) -> float:
    """Wall time of one `--help` in a process of its own, with compiled modules kept as for any user."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
    command = [sys.executable, "-c", START.format(module=module)]
    begin = time.perf_counter()
    answer = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    taken = time.perf_counter() - begin
    assert answer.returncode == 0, answer.stderr.decode()
    assert b"Commands" in answer.stdout
    return taken


@pytest.mark.skipif(
    not importlib.util.find_spec("selenolab.faces.cli"), reason="the command line is not there yet"
)
def test_help_is_about_as_fast_as_typer_itself(tmp_path: Path) -> None:
    (tmp_path / "bare_app.py").write_text(BARE, encoding="utf-8")
    ours, bare = "selenolab.faces.cli", "bare_app"
    for module in (ours, bare):  # compile, and fill the caches of the disk
        seconds(module, tmp_path)
    pairs = [(seconds(ours, tmp_path), seconds(bare, tmp_path)) for _ in range(PAIRS)]
    ratio = statistics.median(one for one, _ in pairs) / statistics.median(other for _, other in pairs)
    assert ratio <= LIMIT, f"--help takes {ratio:.2f} times as long as a bare app: {pairs}"
