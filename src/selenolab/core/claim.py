"""What someone published, and what may be said of it."""

from dataclasses import dataclass

from selenolab.core.estimate import Endpoint, Estimate
from selenolab.core.reference import ParameterKind, Reference


@dataclass(frozen=True, slots=True)
class Finding:
    """An estimate that someone published, with the place it stands in (sentence, table, figure)."""

    name: str
    compound: str  # InChIKey where there is one, else the form in words
    outcome: Estimate
    reference: Reference
    locator: str
    kind: ParameterKind


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of compound form x outcome x direction, its findings and our own endpoints, a grade.

    `reasons` are the codes of the grading rules that fired, in order.
    """

    sentence: str
    compound: str
    outcome: str
    direction: str
    findings: tuple[Finding, ...]
    endpoints: tuple[Endpoint, ...]
    grade: str
    reasons: tuple[str, ...]
