"""The command line called in this process, and a toy assay on the shelf."""

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import selenolab.shelf
from selenolab.faces.cli import main
from selenolab.faces.new_member import write_member


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Call the command line with words; its exit code, stdout and stderr."""

    def call(*words: object) -> Answer:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
        told = capsys.readouterr()
        return Answer(int(end.value.code or 0), told.out, told.err)

    return call


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a toy assay, written as a package of its own and found by entry point."""
    name = "toy_signal"
    write_member("assay", name, tmp_path, apart=True)
    monkeypatch.syspath_prepend(tmp_path / f"selenolab-{name.replace('_', '-')}" / "src")
    importlib.invalidate_caches()
    point = EntryPoint(name, f"selenolab_{name}", "selenolab.assays")
    ours = selenolab.shelf.entry_points

    def offered(group: str) -> list[EntryPoint]:
        return [*ours(group=group), *([point] if group == point.group else [])]

    monkeypatch.setattr(selenolab.shelf, "entry_points", offered)
    fresh = selenolab.shelf.Shelf("assay", "assay.py", selenolab.shelf._load_assay)
    for module in [module for key, module in sys.modules.items() if key.startswith("selenolab")]:
        if getattr(module, "assays", None) is selenolab.shelf.assays and module is not selenolab.shelf:
            monkeypatch.setattr(module, "assays", fresh)
    monkeypatch.setattr(selenolab.shelf, "assays", fresh)
    yield name
    for key in [key for key in sys.modules if key.startswith(f"selenolab_{name}")]:
        del sys.modules[key]


@pytest.fixture
def toy_file(tmp_path: Path, toy: str) -> Path:
    """The toy's example."""
    package = tmp_path / f"selenolab-{toy.replace('_', '-')}" / "src" / f"selenolab_{toy}"
    target = tmp_path / "signals.csv"
    target.write_bytes((package / "example.csv").read_bytes())
    return target
