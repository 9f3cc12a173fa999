"""How a command ends: the code, and the line that says why."""

import subprocess
import sys

import pytest
import typer

from selenolab.core.errors import DataError, SeveralErrors, StudyError
from selenolab.faces.exits import exit_code


def raising(error):
    def command():
        raise error

    return command


def test_done_is_zero():
    assert exit_code(lambda: None) == 0
    assert exit_code(lambda: 2) == 2


def test_every_mistake_has_its_line(capsys):
    error = SeveralErrors([StudyError("a.yaml:1: First."), DataError("b.csv: Second.")])
    assert exit_code(raising(error)) == 2
    assert capsys.readouterr() == ("", "Error: a.yaml:1: First.\nError: b.csv: Second.\n")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), typer.Abort()])
def test_ctrl_c_is_130_and_one_line(capsys, monkeypatch, error):
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert exit_code(raising(error)) == 130
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Stopped.")
    assert err.count("\n") == 1


def test_a_users_file_that_cannot_be_opened_is_not_our_bug(capsys, tmp_path):
    def command():
        (tmp_path / "none.csv").read_text(encoding="utf-8")

    assert exit_code(command) == 2
    assert capsys.readouterr().err == (
        f"Error: {tmp_path / 'none.csv'}: No such file or directory. Check the path and its rights.\n"
    )


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), OSError("no file named"), RuntimeError()])
def test_our_bugs_keep_their_traceback(error):
    with pytest.raises(type(error)):
        exit_code(raising(error))


def test_a_path_that_no_system_takes_is_the_users(capsys, tmp_path):
    assert exit_code(lambda: (tmp_path / ("x" * 300)).read_bytes()) == 2
    told = capsys.readouterr().err
    assert "File name too long" in told
    assert told.count("\n") == 1


def test_ctrl_c_within_compiled_text_is_130_too(tmp_path):
    """As a module: there Python ends by the signal if it remembers one."""
    (tmp_path / "stopped.py").write_text(
        "from selenolab.faces.exits import exit_code\n"
        "raise SystemExit(exit_code(lambda: exec('raise KeyboardInterrupt')))\n"
    )
    words = [sys.executable, "-m", "stopped"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (130, 1)
