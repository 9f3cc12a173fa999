"""A number that knows how sure it is, a verdict that knows why, and the absence of both."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite
from typing import Literal

Censored = Literal["<", ">"] | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with an interval: ``low <= value <= high``, open sides are infinite.

    Censoring: ``>`` means that the data support only a lower bound (value = low = the bound, high
    open); ``<`` only an upper bound (value = high = the bound, low open). `n` counts `n_is`, for
    example 3 "independent experiments"; technical repeats never enter n.
    """

    value: float
    low: float
    high: float
    unit: str
    method: str
    n: int
    n_is: str
    level: float = 0.95
    censored: Censored = None

    def __post_init__(self) -> None:
        if not isfinite(self.value) or not self.low <= self.value <= self.high:
            raise ValueError(f"Expected a finite value with low <= value <= high, found {self!r}.")
        if self.censored == ">" and not (self.low == self.value and self.high == inf):
            raise ValueError(f"Expected value = low and an open high for '>', found {self!r}.")
        if self.censored == "<" and not (self.high == self.value and self.low == -inf):
            raise ValueError(f"Expected value = high and an open low for '<', found {self!r}.")
        if not 0 < self.level < 1 or self.n < 0 or not self.n_is or not self.method:
            raise ValueError(f"Expected a level in (0, 1), n >= 0, what n is and a method, found {self!r}.")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A category instead of a number, such as a phase, or "undecidable"; `why` in words."""

    category: str
    why: str
    method: str
    n: int
    n_is: str


@dataclass(frozen=True, slots=True)
class Absent:
    """An endpoint that was asked for and cannot be given, with the reason in words."""

    why: str
    unit: str = ""
    method: str = ""


Outcome = Estimate | Verdict | Absent


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What an assay concludes: a named outcome for one group of the design."""

    name: str
    group: Mapping[str, str]
    outcome: Outcome
    warnings: tuple[str, ...] = ()


def at_least(bound: float, unit: str, method: str, n: int, n_is: str, level: float = 0.95) -> Estimate:
    """A value known only to lie above `bound`.

    Examples
    --------
    >>> at_least(64.0, "µM", "outside the doses", 3, "independent experiments").censored
    '>'
    """
    return Estimate(bound, bound, inf, unit, method, n, n_is, level, ">")


def at_most(bound: float, unit: str, method: str, n: int, n_is: str, level: float = 0.95) -> Estimate:
    """A value known only to lie below `bound`."""
    return Estimate(bound, -inf, bound, unit, method, n, n_is, level, "<")
