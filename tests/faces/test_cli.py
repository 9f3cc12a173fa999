"""The command line as a user meets it: help, version, exit codes, UTF-8, pipes."""

import os
import re
import subprocess
import sys

import pytest

import selenolab

COMMANDS = ["demo", "run", "inspect", "analyse", "assays", "models", "sources", "show", "new", "diff"]
LATIN = {"LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


def test_help_names_every_command(call):
    answer = call("--help")
    assert answer.code == 0
    assert all(f" {command} " in answer.out for command in COMMANDS)


def test_no_words_give_the_help(call):
    answer = call()
    assert answer.out.rstrip() == call("--help").out.rstrip()
    assert answer.code == 0


def test_version(call):
    assert call("--version").out == f"selenolab {selenolab.__version__}\n"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--wrong"], "Error: No such option: --wrong"),
        (["runn"], "Error: No such command 'runn'."),
        (["analyse"], "Error: Missing argument 'ASSAY'. Try 'selenolab analyse --help'."),
        (["run", "x.yaml", "--workers", "0"], "Error: Invalid value for '--workers'"),
        (["show", "assay", "no_such"], "Error: Unknown assay 'no_such'."),
        (["show", "model", "no_such"], "Error: Unknown model 'no_such'."),
        (["show", "pathway", "no_such"], "Error: Unknown pathway 'no_such'. Known: selenocystine."),
        (["analyse", "no_such", "x.csv"], "Error: Unknown assay 'no_such'."),
    ],
)
def test_a_wrong_word_ends_with_two_and_one_line(call, words, line):
    answer = call(*words)
    assert answer.code == 2
    assert answer.out == ""
    assert answer.err.startswith(line)
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize("kind", ["assays", "models", "sources"])
def test_every_member_of_a_shelf_is_listed(call, kind):
    from selenolab import shelf

    out = call(kind).out
    assert all(name in out for name in getattr(shelf, kind))


def test_every_assay_and_model_can_be_shown(call):
    from selenolab.shelf import assays, models

    for kind, shelf in (("assay", assays), ("model", models)):
        for name in shelf:
            answer = call("show", kind, name)
            assert answer.code == 0
            assert shelf[name].title in answer.out


def test_show_tells_settings_roles_and_endpoints(call, toy):
    out = call("show", "assay", toy).out
    assert "level              Confidence level of the intervals." in out
    assert re.search(r"level +Confidence.* number +0\.95\n", out)
    assert "mean signal  AU    mean over independent experiments" in out
    assert "What can fool it" in out


@pytest.mark.parametrize("words", [["analyse", "x"], ["show", "assay", "viability"], ["--help"]])
def test_the_micro_sign_survives_a_latin_terminal(words):
    done = subprocess.run(
        [sys.executable, "-m", "selenolab.faces.cli", *words],
        env={**os.environ, **LATIN},
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, 2)
    (done.stdout + done.stderr).decode("utf-8")
    assert b"Traceback" not in done.stderr


def test_a_reader_that_leaves_ends_us_quietly():
    ours = subprocess.Popen(
        [sys.executable, "-m", "selenolab.faces.cli", "--help"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert ours.stdout is not None
    assert ours.stderr is not None
    ours.stdout.close()
    told = ours.stderr.read()
    ours.stderr.close()
    assert ours.wait() == 141
    assert told == b""
