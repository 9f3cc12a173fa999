"""The house rules a machine can check: size, names, words, licences, and lists that must agree."""

import ast
import importlib.metadata
import re
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import selenolab

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "selenolab"

FUNCTION_LINES, CLASS_LINES, FILE_LINES = 60, 200, 300
TEST_FILE_LINES = 400
DOCSTRING_FROM = 8  # a public name longer than this says what it does

# "path under src" or "path under src::name" -> why it may be longer. An entry no longer needed is an error.
EXCEPTIONS: dict[str, str] = {}

FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def sources(folder: Path = SOURCE) -> list[Path]:
    """Every Python file of the folder, except templates, which are checked where they are written out."""
    return sorted(path for path in folder.rglob("*.py") if "templates" not in path.parts)


def length_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def definitions(path: Path) -> Iterator[tuple[str, Definition]]:
    """Every function and class of a file with its dotted name."""
    stack: list[tuple[str, ast.AST]] = [("", ast.parse(path.read_text(encoding="utf-8")))]
    while stack:
        prefix, node = stack.pop()
        for child in ast.iter_child_nodes(node):
            name = prefix
            if isinstance(child, Definition):
                name = f"{prefix}.{child.name}".lstrip(".")
                yield name, child
            stack.append((name, child))


def lines_of(node: Definition) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def too_long() -> dict[str, str]:
    """Everything over its limit: "file" or "file::name" -> by how much."""
    found = {}
    for path in sources():
        name = path.relative_to(SOURCE).as_posix()
        if length_of(path) > FILE_LINES:
            found[name] = f"{length_of(path)} lines, at most {FILE_LINES}"
        for inner, node in definitions(path):
            limit = CLASS_LINES if isinstance(node, ast.ClassDef) else FUNCTION_LINES
            if lines_of(node) > limit:
                found[f"{name}::{inner}"] = f"{lines_of(node)} lines, at most {limit}"
    return found


def imported_roots(path: Path) -> set[str]:
    """The top-level packages a file imports, wherever in it the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def declared() -> set[str]:
    """The distributions a plain install and its extras may bring, by canonical name."""
    table = project()["project"]
    assert isinstance(table, dict)
    lines = list(table["dependencies"])
    for extra in table.get("optional-dependencies", {}).values():
        lines += extra
    return {canonicalize_name(Requirement(line).name) for line in lines}


def with_their_own(names: set[str]) -> set[str]:
    """The distributions and everything they need in turn, as far as it is installed here."""
    seen: set[str] = set()
    waiting = sorted(names)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        try:
            needed = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        seen.add(name)
        requirements = [Requirement(line) for line in needed]
        waiting += [
            canonicalize_name(one.name)
            for one in requirements
            if one.marker is None or one.marker.evaluate({"extra": ""})
        ]
    return seen


def test_nothing_is_longer_than_its_limit() -> None:
    assert {name: why for name, why in too_long().items() if name not in EXCEPTIONS} == {}


def test_every_exception_to_size_is_needed_and_has_a_reason() -> None:
    assert set(EXCEPTIONS) - set(too_long()) == set()
    assert all(len(reason) > 20 for reason in EXCEPTIONS.values())


def test_the_median_function_is_small() -> None:
    nodes = [node for path in sources() for _, node in definitions(path)]
    lengths = [lines_of(node) for node in nodes if not isinstance(node, ast.ClassDef)]
    assert statistics.median(lengths) <= 13


def test_test_files_stay_readable() -> None:
    counted = {path.name: length_of(path) for path in sources(ROOT / "tests")}
    assert {name: lines for name, lines in counted.items() if lines > TEST_FILE_LINES} == {}


def test_no_module_is_a_drawer_for_anything() -> None:
    parts = {path: set(path.relative_to(ROOT).with_suffix("").parts) for path in sources(ROOT / "src")}
    assert [path for path, names in parts.items() if names & FORBIDDEN_NAMES] == []


def test_every_public_name_of_some_length_says_what_it_does() -> None:
    silent = [
        f"{path.relative_to(SOURCE)}::{name}"
        for path in sources()
        for name, node in definitions(path)
        if not any(part.startswith("_") for part in name.split("."))
        if lines_of(node) > DOCSTRING_FROM and ast.get_docstring(node) is None
    ]
    assert silent == []


def test_only_faces_print() -> None:
    printing = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for path in sources()
        if path.relative_to(SOURCE).parts[0] != "faces"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == []


def test_every_import_is_declared() -> None:
    allowed = declared()
    known = sys.stdlib_module_names | {"selenolab"}
    for module, names in importlib.metadata.packages_distributions().items():
        if {canonicalize_name(name) for name in names} & allowed:
            known |= {module}
    strangers = {str(path.relative_to(SOURCE)): imported_roots(path) - known for path in sources()}
    assert {name: found for name, found in strangers.items() if found} == {}


def test_nothing_we_need_is_under_the_gpl() -> None:
    closure = with_their_own(declared())
    assert {"numpy", "scipy", "pydantic-core"} <= closure
    copyleft = {}
    for name in closure:
        metadata = importlib.metadata.metadata(name)
        words = [metadata.get("License-Expression") or "", *(metadata.get_all("Classifier") or [])]
        words += (metadata.get("License") or "").splitlines()[:1]
        said = [word for word in words if re.search(r"\bA?GPL|GNU (Affero )?General Public", word)]
        if said:
            copyleft[name] = said
    assert copyleft == {}


def test_the_floors_hold() -> None:
    code = "from importlinter.cli import lint_imports_command as run; run()"
    command = [sys.executable, "-c", code, "--no-cache", "--no-logo"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout[-2000:] + answer.stderr


def test_the_version_is_said_once_in_three_places() -> None:
    table = project()["project"]
    assert isinstance(table, dict)
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    cited = re.search(r"^version: (.+)$", citation, flags=re.MULTILINE)
    assert cited is not None
    assert {table["version"], selenolab.__version__, cited.group(1).strip("\"'")} == {table["version"]}


def test_every_make_target_is_documented() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):.*##", makefile, flags=re.MULTILINE)
    assert {"demo", "test", "lint", "slow", "clean"} <= set(targets)
    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("CONTRIBUTING.md", "README.md"))
    assert [target for target in targets if not re.search(rf"`make {target}\b", text)] == []


def test_decisions_are_numbered_without_gaps() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert [name[:4] for name in names] == [f"{number:03d}-" for number in range(1, len(names) + 1)]


@pytest.mark.parametrize("group", ["dependencies", "dev", "docs"])
def test_the_lock_holds_what_is_asked_for(group: str) -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert re.findall(r"https?://|file:|--index|--find-links", lock) == []
    pinned: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==([^ ]+)", lock, flags=re.MULTILINE):
        pinned.setdefault(name, []).append(version)
    tables = project()
    base, groups = tables["project"], tables["dependency-groups"]
    assert isinstance(base, dict)
    assert isinstance(groups, dict)
    asked = base["dependencies"] if group == "dependencies" else groups[group]
    for line in (one for one in asked if isinstance(one, str)):
        wanted = Requirement(line)
        versions = pinned.get(canonicalize_name(wanted.name), [])
        assert versions, f"{line} is not in requirements.lock: run make lock"
        assert all(wanted.specifier.contains(version) for version in versions), line
