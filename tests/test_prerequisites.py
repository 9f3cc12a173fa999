"""tools/prerequisites.sh asks for exactly what is missing, in one apt line, and picks a Python that works."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "tools" / "prerequisites.sh"
SHELL = shutil.which("sh")

pytestmark = pytest.mark.skipif(SHELL is None or sys.platform != "linux", reason="apt and sh: Linux only")


def put_python(folder: Path, name: str, before: str = "") -> None:
    """A Python called `name` that runs `before` first: how a damaged installation looks from outside."""
    script = folder / name
    code = f"import sys; {before}; exec(sys.argv[1])"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "{code}" "$2"\n', encoding="utf-8")
    script.chmod(0o755)


def put_tool(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text("#!/bin/sh\n", encoding="utf-8")
        (folder / name).chmod(0o755)


def ask(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": str(folder)}
    command = [str(SHELL), str(SCRIPT), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def apt_packages(answer: subprocess.CompletedProcess[str]) -> list[str]:
    """The packages of the one apt line."""
    lines = [line for line in answer.stderr.splitlines() if "apt-get install" in line]
    assert len(lines) == 1
    return lines[0].split("--yes ")[1].split()


def set_version(minor: int) -> str:
    return f"sys.version_info = (3, {minor}, 0)"


def test_a_bare_machine_is_told_everything_in_one_line(tmp_path: Path) -> None:
    answer = ask(tmp_path)
    assert answer.returncode == 2
    assert apt_packages(answer) == ["python3.11", "python3.11-venv", "libpython3.11", "make", "git"]
    assert "Unable to find a Python from 3.11 to 3.13" in answer.stderr


def test_only_what_is_missing_is_asked_for(tmp_path: Path) -> None:
    put_python(tmp_path, "python3.11", f"{set_version(11)}; sys.modules['ensurepip'] = None")
    put_tool(tmp_path, "make")
    answer = ask(tmp_path)
    assert answer.returncode == 2
    assert apt_packages(answer)[0] == "python3.11-venv"
    assert apt_packages(answer)[-1] == "git"
    assert "make" not in apt_packages(answer)


def test_a_python_without_its_shared_library_is_found_out(tmp_path: Path) -> None:
    put_python(tmp_path, "python3", "import ctypes; sys.version_info = (3, 13, 99); ctypes.CDLL = open")
    put_tool(tmp_path, "make", "git")
    answer = ask(tmp_path)
    assert answer.returncode == 2
    assert apt_packages(answer) == ["libpython3.13"]


def test_a_whole_python_is_taken_before_a_broken_one(tmp_path: Path) -> None:
    put_python(tmp_path, "python3.11", f"{set_version(11)}; sys.modules['venv'] = None")
    put_python(tmp_path, "python3.12", f"import ctypes; {set_version(12)}; ctypes.CDLL = str")
    put_tool(tmp_path, "make", "git")
    answer = ask(tmp_path)
    assert (answer.returncode, answer.stdout.strip()) == (0, "python3.12")


@pytest.mark.parametrize("minor", [10, 14])
def test_a_python_outside_the_range_does_not_count(tmp_path: Path, minor: int) -> None:
    put_python(tmp_path, "python3", set_version(minor))
    put_tool(tmp_path, "make", "git")
    answer = ask(tmp_path)
    assert answer.returncode == 2
    assert apt_packages(answer)[0] == "python3.11"


def test_a_python_named_by_the_caller_is_the_only_one_asked(tmp_path: Path) -> None:
    put_python(tmp_path, "python3.11", f"import ctypes; {set_version(11)}; ctypes.CDLL = str")
    put_tool(tmp_path, "make", "git")
    answer = ask(tmp_path, "python3.13")
    assert answer.returncode == 2
    assert apt_packages(answer) == ["python3.13", "python3.13-venv", "libpython3.13"]
