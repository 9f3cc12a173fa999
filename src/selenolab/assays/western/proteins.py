"""Which protein a name means: aliases as data, so that `p-p53 (Ser15)` and `p53-pS15` are one."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from selenolab.core.errors import StudyError, did_you_mean

HERE = Path(__file__).parent
EVENTS = (
    "bax",
    "bcl_2",
    "bax_bcl_2",
    "cytochrome_c",
    "caspase_9",
    "caspase_8",
    "caspase_3",
    "parp_cleavage",
    "dna_damage",
    "p53_ps15",
    "p53",
    "p21",
    "p27",
    "cyclin_a",
    "cyclin_d1",
    "cyclin_d3",
    "cdk4",
    "cdk6",
    "p_akt",
    "p_erk",
    "p_jnk",
    "p_p38",
)
_GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta"}
Kind = Literal["target", "loading", "total"]


@dataclass(frozen=True, slots=True)
class Protein:
    """A known protein: `key` of the alias table, the `event` and model `word` it reads ("" for none).

    `total` is the key of the protein that a phosphorylated or cleaved form is a part of.
    """

    key: str
    event: str = ""
    word: str = ""
    total: str = ""
    kind: Kind = "target"
    name: str = ""  # as it is written in figures


@dataclass(frozen=True, slots=True)
class LineFact:
    """A cell line in which a protein cannot be; `source` is a DOI."""

    lines: tuple[str, ...]
    proteins: tuple[str, ...]
    fact: str
    source: str


def plain(name: str) -> str:
    """A name without case, blanks and punctuation, Greek letters spelt out.

    Examples
    --------
    >>> plain("β-Actin"), plain("p-p53 (Ser15)"), plain("cleaved_caspase-3")
    ('betaactin', 'pp53ser15', 'cleavedcaspase3')
    """
    text = "".join(_GREEK.get(letter, letter) for letter in name.casefold())
    return re.sub(r"[^0-9a-z]+", "", text)


@lru_cache
def known() -> Mapping[str, Protein]:
    """Proteins by key."""
    cards = tomllib.loads((HERE / "aliases.toml").read_text(encoding="utf-8"))
    return {key: _protein(key, card) for key, card in cards.items()}


def _protein(key: str, card: Mapping[str, Any]) -> Protein:
    event, word, total = (str(card.get(own, "")) for own in ("event", "word", "total"))
    return Protein(key, event, word, total, card.get("kind", "target"), str(card["names"][0]))


@lru_cache
def _by_name() -> Mapping[str, str]:
    cards = tomllib.loads((HERE / "aliases.toml").read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for key, card in cards.items():
        for name in card["names"]:
            if found.setdefault(plain(name), key) != key:
                raise StudyError(f"aliases.toml: '{name}' stands for {found[plain(name)]} and {key}.")
    return found


def protein_of(name: str, own: Mapping[str, str] | None = None) -> Protein | None:
    """The protein that a name means, None where it is not known.

    `own` maps names of the user to keys of the table or to words of events.

    Raises
    ------
    StudyError
        For a mapping to a word that is neither.

    Examples
    --------
    >>> protein_of("p-p53 (Ser15)").event, protein_of("Ponceau S").kind, protein_of("antibody 7")
    ('p53_ps15', 'total', None)
    """
    for mine, word in (own or {}).items():
        if plain(mine) == plain(name):
            return _stated(mine, word)
    key = _by_name().get(plain(name))
    return known()[key] if key else None


def _stated(name: str, word: str) -> Protein:
    if word in known():
        return known()[word]
    if word in EVENTS:
        return Protein(plain(name), word)
    if word == "":
        return Protein(plain(name))
    raise StudyError(f"events: '{name}: {word}': {did_you_mean(word, {*known(), *EVENTS})}")


@lru_cache
def line_facts() -> tuple[LineFact, ...]:
    """What is known of cell lines."""
    cards = tomllib.loads((HERE / "lines.toml").read_text(encoding="utf-8"))
    return tuple(
        LineFact(tuple(card["lines"]), tuple(card["proteins"]), card["fact"], card["source"])
        for card in cards.values()
    )
