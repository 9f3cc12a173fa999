"""``import selenolab`` is cheap, offers the verbs, and its stub says the same."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import selenolab

HEAVY = {"numpy", "pandas", "pydantic", "scipy", "matplotlib", "rich", "typer"}


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, selenolab; dir(selenolab); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.split())


def test_the_command_line_alone_loads_no_science():
    code = "import sys, selenolab.faces.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not (HEAVY - {"rich", "typer"}) & set(done.stdout.split())


def test_every_public_name_is_there():
    for name in selenolab.__all__:
        assert getattr(selenolab, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        selenolab.nothing  # noqa: B018 - asking is the test


def test_the_stub_offers_the_same_names():
    stub = ast.parse(Path(selenolab.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    imported = {
        alias.asname for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert imported == set(selenolab.__all__)
