"""What an outcome, a check or a contrast says to a reader."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from math import inf, isfinite

from selenolab.core.check import Check
from selenolab.core.compound import Basis, to_selenium
from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome, Verdict
from selenolab.core.study import Contrast, Study, StudyResult
from selenolab.report.numerals import bound_text, interval_text, p_text, plain
from selenolab.shelf import assays
from selenolab.study.compare_words import within

MOLAR = {"M", "mM", "µM", "nM", "pM"}
UNCHANGED_ALONE = {"series", "species"}


def say(outcome: Outcome) -> str:
    """One line for a person.

    Examples
    --------
    >>> say(Estimate(11.82, 11.02, 12.68, "µM", "t interval", 3, "independent experiments"))
    '11.8 µM (95 % CI 11.0–12.7; n = 3 independent experiments)'
    >>> say(Absent("no curve was seen"))
    'not given: no curve was seen'
    """
    match outcome:
        case Estimate():
            interval = interval_words(outcome)
            tail = f"{interval}; {n_words(outcome)}" if interval else n_words(outcome)
            return f"{value_words(outcome)} ({tail})"
        case Verdict():
            return f"{outcome.category} ({n_words(outcome)}): {outcome.why}"
        case Absent():
            return f"not given: {outcome.why}"


def value_words(outcome: Outcome) -> str:
    """The value with its unit, a bound with its sign, a category, or "not given"."""
    match outcome:
        case Estimate(censored=None):
            return with_unit(interval_text(outcome.value, outcome.low, outcome.high)[0], outcome.unit)
        case Estimate():
            bound = bound_text(outcome.value, outcome.censored or "")
            return f"{outcome.censored} {with_unit(bound, outcome.unit)}"
        case Verdict():
            return outcome.category
        case Absent():
            return "not given"


def interval_words(outcome: Outcome) -> str:
    """The interval with its level; an open side says that the data do not bound it; "" without one."""
    if not isinstance(outcome, Estimate) or outcome.censored:
        return ""
    _, low, high = interval_text(outcome.value, outcome.low, outcome.high)
    level = f"{plain(100 * outcome.level)} % CI"
    match isfinite(outcome.low), isfinite(outcome.high):
        case True, True:
            return f"{level} {span(low, high)}"
        case True, False:
            return f"{level} from {low}, not bounded above by these data"
        case False, True:
            return f"{level} to {high}, not bounded below by these data"
    return f"{level} not bounded by these data"


def span(low: str, high: str) -> str:
    """Two limits; a dash only where it cannot be read as a minus."""
    return f"{low} to {high}" if "−" in low + high or "×" in low + high else f"{low}–{high}"


def with_unit(number: str, unit: str) -> str:
    """A number and its unit; a pure number has none, a ratio says so first."""
    if unit in {"", "1"}:
        return number
    return f"ratio {number}" if unit == "ratio" else f"{number} {unit}"


def n_words(outcome: Estimate | Verdict) -> str:
    """The count and what it counts.

    Examples
    --------
    >>> n_words(Verdict("trigonal", "two peaks", "rules", 1, "independent experiments"))
    'n = 1 independent experiment'
    """
    head, of, tail = outcome.n_is.partition(" of ")
    if outcome.n == 1 and head.endswith("s") and not head.endswith("ss"):
        head = head if head.split()[-1] in UNCHANGED_ALONE else head[:-1]
    return f"n = {outcome.n} {head}{of}{tail}"


def check_sign(check: Check) -> tuple[str, str]:
    """A check's sign and its word: never a colour alone."""
    if check.passed is None:
        return "?", "undecidable"
    return ("✓", "passed") if check.passed else ("✗", "failed")


def number_words(value: float | None, unit: str) -> str:
    """A check's number; a dash where there is none, words where it has no bound."""
    if value is None:
        return "–"
    if value in (inf, -inf):
        return "unbounded"
    return with_unit(plain(value, 3), unit) if value == value else "not a number"


def contrast_words(contrast: Contrast) -> str:
    """Effect with its interval first, p second."""
    ps = []
    if contrast.p is not None:
        ps.append(p_text(contrast.p))
    if contrast.p_adjusted is not None:
        ps.append(f"adjusted {p_text(contrast.p_adjusted)}")
    effect = say(contrast.effect)
    return f"{contrast.left} against {contrast.right}: {effect}" + (f"; {', '.join(ps)}" if ps else "")


def group_words(group: Mapping[str, str]) -> str:
    """The group of an endpoint or check in a line.

    Examples
    --------
    >>> group_words({"compound": "SeNP", "cell_line": "HepG2"})
    'compound SeNP, cell line HepG2'
    """
    return ", ".join(f"{word.replace('_', ' ')} {value}" for word, value in group.items())


def brief_group(group: Mapping[str, str]) -> str:
    """As `group_words`, where a compound or a line speaks for itself.

    Examples
    --------
    >>> brief_group({"compound": "SeNP", "cell_line": "HepG2", "time": "24 h"})
    'SeNP, HepG2, time 24 h'
    """
    plain_words = {"compound", "cell_line"}
    return ", ".join(
        value if word in plain_words else f"{word.replace('_', ' ')} {value}" for word, value in group.items()
    )


def selenium_words(endpoint: Endpoint, study: Study) -> str:
    """The same amount as Se, where the study states what its amounts count; else "".

    Of the form ``= 23.6 µM Se (95 % CI 22.0–25.4), 2 Se per molecule of L-selenocystine``.
    """
    found = as_selenium(endpoint, study)
    if found is None:
        return ""
    converted, how = found
    value, interval = value_words(converted), interval_words(converted)
    shown = value if converted.censored else f"= {value}"
    return f"{shown} Se{f' ({interval})' if interval else ''}, {how}"


def as_selenium(endpoint: Endpoint, study: Study) -> tuple[Estimate, str] | None:
    """The estimate as Se and the factor in words; None where no factor is stated, or none is needed.

    Only a molar amount of molecules, of a compound whose Se atoms are known, has a factor: a dose of it,
    not what else was measured in µM, such as glutathione.
    """
    if endpoint.name not in _doses():
        return None
    name, outcome = endpoint.group.get("compound", ""), endpoint.outcome
    compound, basis = study.compounds.get(name), study.basis.get(name, Basis.NOT_STATED)
    if compound is None or compound.se_per_molecule is None or basis is not Basis.MOLECULE:
        return None
    if not isinstance(outcome, Estimate) or outcome.unit not in MOLAR:
        return None
    ends = [to_selenium(x, outcome.unit, basis, compound) for x in (outcome.value, outcome.low, outcome.high)]
    value, low, high = (end.value for end in ends)
    return replace(outcome, value=value, low=low, high=high), ends[0].how


@cache
def _doses() -> frozenset[str]:
    """The endpoints of all assays that are amounts of the compound itself."""
    return frozenset(spec.name for name in assays for spec in assays[name].endpoints if spec.unit == "dose")


def compared_answers(outcome: StudyResult) -> tuple[str, ...]:
    """What the comparisons say, for the head of the report: at most four contrasts of each."""
    return tuple(
        f"{compared.comparison.endpoint}{within(compared.comparison)}, {contrast_words(contrast)}."
        for compared in outcome.compared
        for contrast in [one for one in compared.contrasts if one.right][:4]
    )
