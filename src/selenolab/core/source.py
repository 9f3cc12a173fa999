"""A source of literature or label records, and one record of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Record:
    """One item of a source, kept whole: `fields` are as printed, `raw` is where the bytes lie."""

    source: str
    identifier: str  # PMID, DSLD id
    title: str
    fields: Mapping[str, str]
    sha256: str


@dataclass(frozen=True, slots=True)
class Source:
    """A place that records come from. `fetch` goes to the network and writes raw files; `read` never does."""

    name: str
    title: str
    terms: str  # the service's usage rules in one sentence
    fetch: Callable[[str, Path], tuple[Path, ...]]
    read: Callable[[Path], Iterator[Record]]
