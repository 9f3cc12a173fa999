"""The study file as it is written: its keys, their types, and every mistake with its line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from selenolab.core.compound import Basis
from selenolab.core.errors import did_you_mean
from selenolab.study.document import Document, Mistakes, Where, read_document

DEVICE = re.compile("con|prn|aux|nul|(com|lpt)[0-9]", re.IGNORECASE)
NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}")  # also a folder's name, on every system


def _as_word(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | Mapping) else value


def _as_file(value: Any) -> Any:
    return {"file": value} if isinstance(value, str) else value


Word = Annotated[str, BeforeValidator(_as_word), Field(min_length=1, max_length=500)]
Sheet = str | list[dict[str, Any]] | None


class _Card(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class CompoundCard(_Card):
    """An analyte: identity by InChIKey or full name, and what its doses count."""

    inchikey: str = Field("", pattern=r"^([A-Z]{14}-[A-Z]{10}-[A-Z])?$")
    basis: Basis = Basis.NOT_STATED
    molar_mass: float | None = Field(None, gt=0)
    se_per_molecule: int | None = Field(None, ge=0)
    note: str = ""


class FileCard(_Card):
    """A file of a run. Keys that are not named here are facts about the file."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)
    __pydantic_extra__: dict[str, Word] = Field(init=False)
    file: str = Field(min_length=1)
    role: str = "sample"


class TakeCard(_Card):
    """What a run takes from another: ``runs.NAME.tables.NAME`` or ``runs.NAME.endpoints.NAME``."""

    source: str = Field(alias="from")
    group: dict[str, Word] = {}


class RunCard(_Card):
    """One assay by one door: `files` or `model`."""

    assay: str
    files: Annotated[list[Annotated[FileCard, BeforeValidator(_as_file)]], BeforeValidator(_as_list)] = []
    sheet: Sheet = None
    model: str = ""
    overrides: dict[str, float] = {}
    settings: dict[str, Any] = {}
    inputs: dict[str, TakeCard] = {}
    seed: int = Field(0, ge=0, lt=2**63)


class ExclusionCard(_Card):
    """Rows to leave out of the numbers. Keys that are not named here say which."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)
    __pydantic_extra__: dict[str, Word] = Field(init=False)
    run: str
    reason: str = Field(min_length=1)


class ComparisonCard(_Card):
    """An endpoint across groups. `by` is one word, or two for a two-way analysis."""

    endpoint: str
    runs: Annotated[list[str], BeforeValidator(_as_list)] = []
    by: Annotated[list[str], BeforeValidator(_as_list), Field(min_length=1, max_length=2)]
    method: str = "auto"
    control: Annotated[str, BeforeValidator(_as_word)] = ""
    within: dict[str, Word] = {}


class HeadCard(_Card):
    """What a study says of itself."""

    title: str = Field(min_length=1)
    question: str = ""
    samples: Sheet = None
    pathway: str = ""


PARTS: Mapping[str, type[_Card]] = {
    "compounds": CompoundCard,
    "runs": RunCard,
    "exclusions": ExclusionCard,
    "comparisons": ComparisonCard,
}
KEYS = [*HeadCard.model_fields, *PARTS]
C = TypeVar("C", bound=_Card)


@dataclass(frozen=True, slots=True)
class StudyCard:
    """A study file, every part checked by itself; `mistakes` holds what was wrong with the others.

    `broken` names the keys that could not be used, as ("runs", "hepg2", "files").
    """

    document: Document
    mistakes: Mistakes
    head: HeadCard
    compounds: Mapping[str, CompoundCard]
    runs: Mapping[str, RunCard]
    exclusions: Mapping[str, ExclusionCard]
    comparisons: Mapping[str, ComparisonCard]
    broken: set[Where] = field(default_factory=set)


def read_card(path: Path) -> StudyCard:
    """The card in `path`; its mistakes are collected, not raised, so that the plan can add its own."""
    document = read_document(path)
    mistakes = Mistakes(document)
    broken: set[Where] = set()
    raw = document.plain
    if not isinstance(raw, dict):
        mistakes.add((), f"Expected a mapping with the keys {', '.join(KEYS)}.")
        mistakes.tell()
    for key in set(raw) - set(KEYS):
        mistakes.add((key,), f"Unknown key '{key}'. {did_you_mean(key, KEYS)}")
    head = _head(raw, mistakes, broken)
    compounds = _part("compounds", CompoundCard, raw, mistakes, broken)
    runs = _part("runs", RunCard, raw, mistakes, broken)
    exclusions = _part("exclusions", ExclusionCard, raw, mistakes, broken)
    comparisons = _part("comparisons", ComparisonCard, raw, mistakes, broken)
    return StudyCard(document, mistakes, head, compounds, runs, exclusions, comparisons, broken)


def _head(raw: Mapping[str, Any], mistakes: Mistakes, broken: set[Where]) -> HeadCard:
    own = {key: raw[key] for key in HeadCard.model_fields if key in raw}
    return _card(HeadCard, own, (), mistakes, broken) or HeadCard(title="-")


def _part(
    key: str, card: type[C], raw: Mapping[str, Any], mistakes: Mistakes, broken: set[Where]
) -> dict[str, C]:
    """The members of one part by name (a list's by number); those that cannot be read are left out."""
    part = raw.get(key)
    if part is None and key != "runs":
        return {}
    if not isinstance(part, list if key == "exclusions" else dict) or (key == "runs" and not part):
        kind = "a list" if key == "exclusions" else "names, each with its own keys"
        mistakes.add((key,), f"Expected {kind}.")
        broken.add((key,))
        return {}
    members = enumerate(part) if isinstance(part, list) else part.items()
    found = {}
    for name, value in members:
        _check_name(key, name, part, mistakes)
        if made := _card(card, {} if value is None else value, (key, name), mistakes, broken):
            found[str(name)] = made
        else:
            broken.add((key, name))
    return found


def _check_name(key: str, name: str | int, part: Any, mistakes: Mistakes) -> None:
    if key not in {"runs", "comparisons"} or not isinstance(name, str):
        return
    if not NAME.fullmatch(name):
        mistakes.add((key, name), "Expected a name of letters, digits, '-' and '_' (at most 64).")
    if DEVICE.fullmatch(name):
        mistakes.add((key, name), f"Windows cannot make a folder '{name}'. Choose another name.")
    for other in part:
        if other != name and other.lower() == name.lower() and other < name:
            mistakes.add((key, name), f"'{name}' and '{other}' differ in case only. Rename one.")


def _card(card: type[C], value: Any, where: Where, mistakes: Mistakes, broken: set[Where]) -> C | None:
    """`value` as a card. What is wrong is noted and left out, so that the rest can still be looked at."""
    try:
        return card.model_validate(value)
    except ValidationError as error:
        wrong = error.errors()
    for mistake in wrong:
        loc = tuple(mistake["loc"])
        mistakes.add((*where, *_visible(loc)), tell(mistake, card))
        broken.add((*where, *loc[:1]))
    if not isinstance(value, dict):
        return None
    rest = {key: kept for key, kept in value.items() if (*where, key) not in broken}
    try:
        return card.model_validate(rest)
    except ValidationError:
        return None


def _visible(loc: Where) -> Where:
    """The location without pydantic's own words for the branches of a union."""
    hidden = ("str", "list[", "function-", "[key]")
    return tuple(part for part in loc if not (isinstance(part, str) and part.startswith(hidden)))


def tell(mistake: Any, card: type[BaseModel]) -> str:
    """One mistake of pydantic in our words, with the nearest key that exists."""
    loc = tuple(mistake["loc"])
    last = str(loc[-1]) if loc else ""
    if mistake["type"] == "missing":
        return f"Unable to find '{last}'. Add it."
    if mistake["type"] == "extra_forbidden":
        return f"Unknown key '{last}'. {did_you_mean(last, _fields(card, loc[:-1]))}"
    message = str(mistake["msg"]).removeprefix("Value error, ").rstrip(".")
    shown = repr(mistake["input"])
    return f"{message}, found {shown if len(shown) <= 60 else shown[:57] + '...'}."


def _fields(card: Any, path: Where) -> list[str]:
    """The keys allowed at `path` inside nested models."""
    for part in path:
        if isinstance(part, int):
            continue
        known: dict[str, Any] = getattr(card, "model_fields", {})
        info = known.get(part)
        card = info.annotation if info else card
        while not hasattr(card, "model_fields") and get_args(card):
            card = next((a for a in get_args(card) if hasattr(a, "model_fields")), get_args(card)[-1])
    fields: dict[str, Any] = getattr(card, "model_fields", {})
    return [info.alias or name for name, info in fields.items()]
