"""Endpoints as rows of a table: what most rows share is said once, above them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome, Verdict
from selenolab.core.study import Study
from selenolab.report.numerals import interval_text, plain
from selenolab.report.words import as_selenium, interval_words, n_words, span, value_words

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shared:
    """What most outcomes of a table have in common: confidence level, what n counts, method."""

    level: float
    n_is: str
    method: str


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """One endpoint in words. `selenium` and `selenium_interval` are the same amount as Se, or ""."""

    endpoint: Endpoint
    value: str
    interval: str
    n: str
    method: str  # "" where it is the shared one
    selenium: str = ""
    selenium_interval: str = ""


@dataclass(frozen=True, slots=True)
class EndpointTable:
    """Rows, the heading of the interval column, and the sentences above the table."""

    rows: tuple[EndpointRow, ...]
    interval_head: str
    notes: tuple[str, ...]


def endpoint_table(endpoints: Sequence[Endpoint], study: Study) -> EndpointTable:
    """The table of these endpoints."""
    shared = shared_of([endpoint.outcome for endpoint in endpoints])
    rows = tuple(endpoint_row(endpoint, study, shared) for endpoint in endpoints)
    factors = dict.fromkeys(
        found[1] for endpoint in endpoints if (found := as_selenium(endpoint, study)) is not None
    )
    notes = [f"n counts {shared.n_is} unless said." if shared.n_is else ""]
    notes.append(f"Method unless said: {shared.method}." if shared.method else "")
    notes.append(f"Se: {'; '.join(factors)}." if factors else "")
    return EndpointTable(rows, interval_head(shared), tuple(note for note in notes if note))


def interval_head(shared: Shared) -> str:
    """The heading of a column of intervals.

    Examples
    --------
    >>> interval_head(Shared(0.95, "", ""))
    '95 % CI'
    """
    return f"{plain(100 * shared.level)} % CI"


def shared_of(outcomes: Sequence[Outcome]) -> Shared:
    """The commonest level, unit of replication and method; the first of equals."""
    estimates = [one for one in outcomes if isinstance(one, Estimate)]
    counted = [one.n_is for one in outcomes if isinstance(one, Estimate | Verdict)]
    return Shared(
        _commonest([one.level for one in estimates]) or 0.95,
        _commonest(counted) or "",
        _commonest([one.method for one in estimates]) or "",
    )


def _commonest(values: Sequence[T]) -> T | None:
    return Counter(values).most_common(1)[0][0] if values else None


def endpoint_row(endpoint: Endpoint, study: Study, shared: Shared) -> EndpointRow:
    """One row, leaving out what is shared."""
    outcome = endpoint.outcome
    method = "" if outcome.method == shared.method else outcome.method
    found = as_selenium(endpoint, study)
    return EndpointRow(
        endpoint,
        value_words(outcome),
        outcome_interval(outcome, shared),
        outcome_n(outcome, shared),
        method,
        f"{'' if found[0].censored else '= '}{value_words(found[0])} Se" if found else "",
        _selenium_interval(found[0]) if found else "",
    )


def outcome_interval(outcome: Outcome, shared: Shared) -> str:
    """The interval (its level only where it is another), what a bound means, or the reason."""
    if not isinstance(outcome, Estimate):
        return outcome.why
    if outcome.censored:
        return f"not bounded {'above' if outcome.censored == '>' else 'below'} by these data"
    return _short_interval(outcome, shared)


def _short_interval(outcome: Estimate, shared: Shared) -> str:
    said = interval_words(outcome)
    return said.removeprefix(f"{interval_head(shared)} ") if outcome.level == shared.level else said


def _selenium_interval(converted: Estimate) -> str:
    """The limits as Se, in few words: what is open is said beside the amount of compound."""
    if converted.censored:
        return ""
    _, low, high = interval_text(converted.value, converted.low, converted.high)
    limits = span(low, high) if low and high else f"from {low}" if low else f"to {high}" if high else ""
    return f"{limits} Se" if limits else ""


def outcome_n(outcome: Outcome, shared: Shared) -> str:
    """How many, and of what where that is not the shared unit; a dash where there is none."""
    if isinstance(outcome, Absent):
        return "–"
    return str(outcome.n) if outcome.n_is == shared.n_is else n_words(outcome).removeprefix("n = ")
