"""A citation: what a method, a parameter or a fact rests on."""

from dataclasses import dataclass
from typing import Literal

# How a number is known. `measured_recalled` prints "unverified": nobody here has read the source.
ParameterKind = Literal["measured_seen", "measured_recalled", "derived", "fitted", "assumed"]
PARAMETER_KINDS: tuple[ParameterKind, ...] = (
    "measured_seen",
    "measured_recalled",
    "derived",
    "fitted",
    "assumed",
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A work that can be looked up. `key` is "doi:...", "pmid:..." or "url:..."."""

    key: str
    authors: str
    title: str
    where: str  # journal, volume, pages
    year: int

    def __post_init__(self) -> None:
        if self.key.split(":")[0] not in {"doi", "pmid", "isbn", "url"}:
            raise ValueError(
                f"Expected a key that starts with doi:, pmid:, isbn: or url:, found '{self.key}'."
            )


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a methods text, with what it cites."""

    text: str
    cites: tuple[Reference, ...] = ()
