"""Reads a pathway's file: events with what is published of them, arrows, facts of cell lines, sources."""

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.core.pathway import LineFact, Pathway, PathwayEdge, PathwayEvent

NEEDED = ("title", "compounds", "sources", "events", "edges")
DIRECTIONS = ("up", "down", "not stated")


def shipped() -> tuple[str, ...]:
    """Names of the pathways that come with the package."""
    folder = files("selenolab.evidence").joinpath("pathways")
    return tuple(
        sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml"))
    )


def named_pathway(name: str) -> Pathway:
    """The pathway that comes with the package under `name`.

    Raises
    ------
    UnknownNameError
        With the names that there are.
    """
    return pathway_from(pathway_text(name), name, f"{name}.toml")


def pathway_text(name: str) -> str:
    """The file of a pathway that comes with the package, as it is written."""
    if name not in shipped():
        raise UnknownNameError("pathway", name, shipped())
    return files("selenolab.evidence").joinpath("pathways", f"{name}.toml").read_text(encoding="utf-8")


def read_pathway(path: Path) -> Pathway:
    """The pathway in a file of one's own.

    Raises
    ------
    DataError
        With the place in the file and what was expected.
    """
    try:
        return pathway_from(path.read_text(encoding="utf-8-sig"), path.stem, path.name)
    except OSError:
        raise DataError(
            f"{path.name}: Unable to find the pathway. Put the file beside the study, or name a shipped one: "
            f"{', '.join(shipped())}."
        ) from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name}: Byte {error.start} is not UTF-8. Save the pathway as UTF-8.") from None


def pathway_from(text: str, name: str, place: str) -> Pathway:
    """A pathway from the text of its file; `place` is how errors name it."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{place}: Unable to read the pathway: {error}. Mend the TOML.") from None
    for key in NEEDED:
        if not told.get(key):
            raise DataError(f"{place}: '{key}' is missing. A pathway needs {', '.join(NEEDED)}.")
    sources = {str(key): str(value) for key, value in told["sources"].items()}
    events = tuple(_event(one, number, sources, place) for number, one in enumerate(told["events"], 1))
    words = [event.word for event in events]
    for word in words:
        if words.count(word) > 1:
            raise DataError(f"{place}: event '{word}' is there twice. Keep one.")
    edges = tuple(_edge(one, words, place) for one in told["edges"])
    lines = tuple(_line(one, words, place) for one in told.get("lines", ()))
    compounds = tuple(str(one) for one in told["compounds"])
    order = str(told.get("order_from", ""))
    ordered = tuple(sorted(events, key=lambda event: event.rank))
    return Pathway(name, str(told["title"]), compounds, ordered, edges, lines, sources, order)


def _event(told: Mapping[str, Any], number: int, sources: Mapping[str, str], place: str) -> PathwayEvent:
    where = f"{place}: event {told.get('word', number)}"
    for key, kind in (("word", str), ("label", str), ("published", str), ("rank", int)):
        if not isinstance(told.get(key), kind):
            raise DataError(f"{where}: Expected {key} as {kind.__name__}, found {told.get(key)!r}.")
    for key in ("column", "row"):
        if not isinstance(told.get(key), int | float):
            raise DataError(f"{where}: Expected {key} as a number, found {told.get(key)!r}.")
    if told["published"] not in DIRECTIONS:
        raise DataError(f"{where}: {UnknownNameError('direction', told['published'], DIRECTIONS)}")
    keys = tuple(str(key) for key in told.get("sources", ()))
    for key in keys:
        if key not in sources:
            raise DataError(f"{where}: {UnknownNameError('source', key, sources)}")
    if told["published"] != "not stated" and not keys:
        raise DataError(f"{where}: A published direction needs a source. Name one.")
    return PathwayEvent(
        told["word"], told["label"], told["published"], keys, told["rank"], float(told["column"]),
        float(told["row"]), tuple(map(str, told.get("assays", ()))), str(told.get("note", "")),
    )  # fmt: skip


def _edge(told: Mapping[str, Any], words: list[str], place: str) -> PathwayEdge:
    for key in ("source", "target"):
        if told.get(key) not in words:
            raise DataError(f"{place}: an arrow: {UnknownNameError('event', str(told.get(key)), words)}")
    if told.get("sign") not in ("+", "-"):
        raise DataError(f"{place}: arrow {told['source']} to {told['target']}: Expected sign '+' or '-'.")
    return PathwayEdge(told["source"], told["target"], told["sign"])


def _line(told: Mapping[str, Any], words: list[str], place: str) -> LineFact:
    if told.get("event") not in words:
        raise DataError(f"{place}: a cell line: {UnknownNameError('event', str(told.get('event')), words)}")
    if not told.get("cell_line") or not told.get("fact"):
        raise DataError(f"{place}: Expected cell_line and fact of every line, found {dict(told)}.")
    return LineFact(str(told["cell_line"]), str(told["event"]), str(told["fact"]))


def same_line(one: str, other: str) -> bool:
    """Whether two spellings name one cell line.

    Examples
    --------
    >>> same_line("MCF7", "MCF-7"), same_line("MCF-7", "MCF-10A")
    (True, False)
    """
    return _letters(one) == _letters(other)


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())
