"""The vocabulary: every column of every dataset, with its one unit, its range and its meaning.

A word has one meaning and one unit in the whole program. A member adds its own words in a
``vocabulary.toml`` in its folder; they are merged at load, and a clash is an error.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from selenolab.core.errors import DataError, UnknownNameError

WordKind = Literal["number", "text", "id", "array"]
KINDS = ("number", "text", "id", "array")
CORE = Path(__file__).with_name("vocabulary.toml")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A thing that can be measured or named, in the one unit this project keeps it in.

    `unit` is "" for text; "stated" for numbers whose unit travels with the table (a dose may be
    molar or a mass concentration: two different quantities, told apart by the table's own unit).
    """

    word: str
    meaning: str
    kind: WordKind = "number"
    unit: str = ""
    low: float = -inf
    high: float = inf


def load_vocabulary(path: Path) -> Mapping[str, Quantity]:
    """The words of one ``vocabulary.toml``."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path}: Unable to read the vocabulary: {error}. Mend the TOML.") from None
    return MappingProxyType({word: _quantity(path, word, card) for word, card in raw.items()})


def _quantity(path: Path, word: str, card: object) -> Quantity:
    known = {"meaning", "kind", "unit", "low", "high"}
    if not isinstance(card, dict) or not set(card) <= known or not str(card.get("meaning", "")).strip():
        raise DataError(f"{path}: {word}: Expected a table with a meaning and any of {sorted(known)}.")
    if card.get("kind", "number") not in KINDS:
        raise DataError(f"{path}: {word}: Unknown kind '{card['kind']}'. Expected one of {', '.join(KINDS)}.")
    return Quantity(word, **card)


def merge(*vocabularies: Mapping[str, Quantity]) -> Mapping[str, Quantity]:
    """All words together. A word with two meanings, units or ranges is an error."""
    words: dict[str, Quantity] = {}
    for vocabulary in vocabularies:
        for word, quantity in vocabulary.items():
            if words.setdefault(word, quantity) != quantity:
                raise DataError(
                    f"Word '{word}' has two meanings: '{words[word].meaning}' [{words[word].unit}] and "
                    f"'{quantity.meaning}' [{quantity.unit}]. Give the new one another name."
                )
    return MappingProxyType(words)


@lru_cache
def vocabulary(folder: Path | None = None) -> Mapping[str, Quantity]:
    """The words of the core, with those of the member in `folder` where it brings its own."""
    own = folder / "vocabulary.toml" if folder else None
    core = load_vocabulary(CORE)
    return merge(core, load_vocabulary(own)) if own and own.is_file() else core


def look_up(words: Mapping[str, Quantity], word: str) -> Quantity:
    """The quantity behind `word`, or an error that names the nearest known word."""
    if word not in words:
        raise UnknownNameError("word of the vocabulary", word, words)
    return words[word]
