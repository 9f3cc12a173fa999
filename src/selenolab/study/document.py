"""A YAML file read with care: every node keeps its line, and nothing in it can grow or run code."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarbool import ScalarBoolean

from selenolab.core.errors import SelenolabError, SeveralErrors, StudyError

MOST_BYTES = 1_000_000
MOST_NODES = 10_000  # after aliases are expanded; 96 wells with six words each need about 1,300
MOST_DEPTH = 20

Where = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file. `raw` has ruamel's nodes, which know their lines; `plain` is the same as Python."""

    path: Path
    raw: Any
    plain: Any


@dataclass(slots=True)
class Mistakes:
    """What is wrong with a document, collected so that all of it can be told at once."""

    document: Document
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, where: Sequence[str | int], message: str) -> None:
        """Note a mistake at `where`, as in ("runs", "hepg2", "assay")."""
        line, place = line_of(self.document, where), ".".join(map(str, where))
        told = f"{self.document.path.name}:{line}: {place}: {message}" if place else ""
        self.found.append((line, told or f"{self.document.path.name}:{line}: {message}"))

    def tell(self) -> None:
        """Raise all mistakes in the order of the file; nothing where there is none."""
        if self.found:
            ordered: list[SelenolabError] = [StudyError(text) for _, text in sorted(self.found)]
            raise ordered[0] if len(ordered) == 1 else SeveralErrors(ordered)


def read_document(path: Path) -> Document:
    """The document in `path`.

    Raises
    ------
    StudyError
        for a file that is missing, too large, no UTF-8, no YAML, tagged, too deep, or that grows
        by aliases.
    """
    text = _text(path)
    try:
        _check_events(path, text)
        raw = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f":{mark.line + 1}" if mark else ""
        problem = " ".join((error.problem or "no YAML").split())
        raise StudyError(f"{path.name}{line}: Unable to read the YAML: {problem}. Mend this line.") from None
    except (YAMLError, ValueError, RecursionError) as error:
        first = " ".join(str(error).split())[:200]
        raise StudyError(f"{path.name}: Unable to read the YAML: {first}.") from None
    return Document(path, raw, _plain(raw))


def _text(path: Path) -> str:
    if not path.is_file():
        what = "a folder" if path.is_dir() else "no file"
        raise StudyError(f"{path}: Unable to find the study: this is {what}. Give the path of a study file.")
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise StudyError(f"{path.name}: {size} bytes is too large for a study file (at most {MOST_BYTES}).")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudyError(
            f"{path.name}: Byte {error.start} is not UTF-8. Save the study file as UTF-8."
        ) from None


def _check_events(path: Path, text: str) -> None:
    """Refuse tags, depth and growth while the text is still a stream: nothing has been built yet."""
    sizes: dict[str, int] = {}  # anchor -> nodes that its alias stands for
    open_nodes: list[tuple[str | None, int]] = []  # anchor, nodes before it
    nodes = documents = 0
    for event in YAML(typ="rt").parse(text):
        kind, line = type(event).__name__, event.start_mark.line + 1
        documents += kind == "DocumentStartEvent"
        if documents > 1:
            raise StudyError(f"{path.name}:{line}: Expected one document, found a second '---'. Remove it.")
        if getattr(event, "tag", None) and not kind.startswith("Document"):
            raise StudyError(f"{path.name}:{line}: Tag '{event.tag}' is not allowed. Remove it.")
        if kind == "AliasEvent":
            if event.anchor not in sizes:
                raise StudyError(f"{path.name}:{line}: Alias '*{event.anchor}' leads nowhere or into itself.")
            nodes += sizes[event.anchor]
        elif kind in {"ScalarEvent", "MappingStartEvent", "SequenceStartEvent"}:
            nodes += 1
            if kind == "ScalarEvent" and event.anchor:
                sizes[event.anchor] = 1
            elif kind != "ScalarEvent":
                open_nodes.append((event.anchor, nodes - 1))
        elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
            anchor, before = open_nodes.pop()
            if anchor:
                sizes[anchor] = nodes - before
        if len(open_nodes) > MOST_DEPTH or nodes > MOST_NODES:
            what = (
                f"more than {MOST_DEPTH} levels" if nodes <= MOST_NODES else f"more than {MOST_NODES} values"
            )
            raise StudyError(f"{path.name}:{line}: The file has {what}. Move tables into a sheet.")


def _plain(node: Any) -> Any:
    """Python values without ruamel's types. Keys are text; dates are as ISO writes them."""
    if isinstance(node, dict):
        return {str(_plain(key)): _plain(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_plain(value) for value in node]
    if isinstance(node, bool | ScalarBoolean):
        return bool(node)
    if node is None or isinstance(node, date):
        return None if node is None else str(node)
    for kind in (int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return str(node)


def line_of(document: Document, where: Iterable[str | int]) -> int:
    """The line of `where`; for a missing key, its parent's."""
    node, line = document.raw, 1
    for key in where:
        try:
            if isinstance(node, dict):
                real = next(own for own in node if str(own) == str(key))
                line, node = node.lc.key(real)[0] + 1, node[real]  # type: ignore[attr-defined]  # ruamel's
            elif isinstance(node, list):
                line, node = node.lc.item(key)[0] + 1, node[int(key)]  # type: ignore[attr-defined]  # ruamel's
            else:
                break
        except (StopIteration, KeyError, IndexError, TypeError, ValueError):
            break  # a missing or a merged key: the parent's line
    return line
