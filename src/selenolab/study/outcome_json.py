"""An outcome as JSON, which has no infinity and no NaN."""

from math import isfinite
from typing import Any

from selenolab.core.estimate import Estimate, Outcome, Verdict

OUTCOME = ("value", "low", "high", "level", "unit", "method", "n", "n_is", "censored", "category")


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """An outcome with all keys; `why` is "" for an estimate."""
    empty: dict[str, Any] = dict.fromkeys(OUTCOME)
    if isinstance(outcome, Estimate):
        return {
            **empty,
            "value": outcome.value,
            "low": number(outcome.low),
            "high": number(outcome.high),
            "level": outcome.level,
            "unit": outcome.unit,
            "method": outcome.method,
            "n": outcome.n,
            "n_is": outcome.n_is,
            "censored": outcome.censored,
            "why": "",
        }
    if isinstance(outcome, Verdict):
        named = {"method": outcome.method, "n": outcome.n, "n_is": outcome.n_is, "category": outcome.category}
        return {**empty, "unit": "", **named, "why": outcome.why}
    return {**empty, "unit": outcome.unit, "method": outcome.method, "why": f"Not given: {outcome.why}"}


def number(value: float | None) -> float | None:
    """`value`, or None where it is open or missing: JSON has no infinity."""
    return None if value is None or not isfinite(value) else float(value)
