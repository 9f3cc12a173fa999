"""What was asked of the data, whether they passed, and what cannot be concluded."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Check:
    """A rule applied to a sample, record or endpoint.

    `passed` is None when the data cannot decide; `why` then says what is missing. `margin` is the
    distance to `limit` in `unit`, positive on the passing side. `settings` are those the verdict
    rests on, so that it can be recomputed. `group` says what it is about; `endpoint` names the
    endpoint it bears on, "" for every endpoint that shares a word of its group and contradicts none.
    """

    rule: str
    name: str
    passed: bool | None
    why: str
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    margin: float | None = None
    group: Mapping[str, str] = field(default_factory=dict)
    endpoint: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.why:
            raise ValueError(f"Expected a reason in words for check '{self.name}'.")


@dataclass(frozen=True, slots=True)
class MissingControl:
    """Cannot conclude `conclusion` because `control` is missing; `remedy` says what to add."""

    conclusion: str
    control: str
    remedy: str
    group: Mapping[str, str] = field(default_factory=dict)
