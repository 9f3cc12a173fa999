"""A new assay or model: a small one that works, written where it belongs.

Inside a checkout of Selenolab it becomes one folder on the shelf; elsewhere a package of its own
that joins the shelf by entry point.
"""

import keyword
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from selenolab.core.errors import OutputError, StudyError

TEMPLATES = Path(__file__).with_name("templates")
PLACEHOLDER = "member_name"
NAME = re.compile(r"[a-z][a-z0-9_]*[a-z0-9]")

PYPROJECT = """[project]
name = "selenolab-{dashed}"
version = "0.1.0"
description = "The {name} {kind} for Selenolab."
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["selenolab"]

[project.entry-points."selenolab.{kind}s"]
{name} = "{package}"

[build-system]
requires = ["hatchling>=1.26"]
build-backend = "hatchling.build"

[tool.hatch.build.targets.wheel]
packages = ["src/{package}"]
"""

README = """# selenolab-{dashed}

The {kind} `{name}` for Selenolab. Install it beside Selenolab, and it stands on the shelf:

    pip install -e .
    selenolab show {kind} {name}

What it does is told in `src/{package}/README.md`.
"""


def write_member(kind: str, name: str, where: Path, apart: bool = False) -> list[str]:
    """Write the `kind` ("assay" or "model") called `name`; lines that say what to do next.

    Raises
    ------
    StudyError
        for a name that cannot be a member's or is taken.
    OutputError
        when the folder exists.
    """
    _check_name(kind, name)
    checkout = None if apart else find_checkout(where)
    if checkout is not None:
        folder = checkout / "src" / "selenolab" / f"{kind}s" / name
        _place(folder, lambda draft: _fill(kind, name, draft))
        return [
            f"Wrote {folder}.",
            "It works as it stands: make test. Then change it into yours, step by step.",
        ]
    dashed, package = name.replace("_", "-"), f"selenolab_{name}"
    folder = where / f"selenolab-{dashed}"
    words = {"kind": kind, "name": name, "dashed": dashed, "package": package}

    def fill(draft: Path) -> None:
        _fill(kind, name, draft / "src" / package)
        (draft / "src" / package / "__init__.py").touch()
        (draft / "pyproject.toml").write_text(PYPROJECT.format(**words), encoding="utf-8")
        (draft / "README.md").write_text(README.format(**words), encoding="utf-8")

    _place(folder, fill)
    return [f"Wrote {folder}.", f"Install it: pip install -e {folder}", f"Then: selenolab show {kind} {name}"]


def find_checkout(where: Path) -> Path | None:
    """The checkout of Selenolab that `where` lies in, None when it lies in none."""
    for folder in (where, *where.parents):
        project = folder / "pyproject.toml"
        if project.is_file() and (folder / "src" / "selenolab" / "shelf.py").is_file():
            try:
                found = tomllib.loads(project.read_text(encoding="utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError):
                continue
            if found.get("project", {}).get("name") == "selenolab":
                return folder
    return None


def _check_name(kind: str, name: str) -> None:
    from selenolab.shelf import assays, models

    if not NAME.fullmatch(name) or keyword.iskeyword(name) or "__" in name:
        raise StudyError(
            f"Unable to call the {kind} '{name}'. Expected small letters, digits and underscores, "
            "as in comet_tail."
        )
    if name in (assays if kind == "assay" else models):
        raise StudyError(f"The {kind} '{name}' exists. Choose another name.")


def _place(folder: Path, fill: Callable[[Path], None]) -> None:
    """Make `folder` whole or not at all."""
    if folder.exists():
        raise OutputError(f"{folder} exists. Choose another name, or remove it first.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=".new-") as draft:
        fill(Path(draft) / "whole")
        (Path(draft) / "whole").rename(folder)


def _fill(kind: str, name: str, folder: Path) -> None:
    """The template with its placeholder replaced, in files and in what they say."""
    folder.mkdir(parents=True)
    for source in sorted((TEMPLATES / kind).iterdir()):
        if source.is_file():
            target = folder / source.name
            target.write_text(
                source.read_text(encoding="utf-8").replace(PLACEHOLDER, name), encoding="utf-8", newline=""
            )
