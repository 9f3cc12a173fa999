"""Comparisons of a study: independent units of runs go to the tests, and come back as contrasts."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import exp, isfinite
from typing import cast

from selenolab.core.check import Check
from selenolab.core.errors import SelenolabError, StudyError
from selenolab.core.estimate import Absent, Estimate, Outcome
from selenolab.core.reference import Sentence
from selenolab.core.study import Compared, Comparison, Contrast, Failure, Result, Study
from selenolab.stats import comparisons
from selenolab.stats.comparison_plan import Method
from selenolab.stats.intervals import mean_t
from selenolab.stats.units import Units, to_units
from selenolab.stats.variance_analysis import Omnibus, two_way
from selenolab.study.compare_drawing import draw
from selenolab.study.compare_points import N_IS, Point, experiment, gather, pooling_warnings, refuse_mixed
from selenolab.study.compare_units import in_units_of
from selenolab.study.compare_words import subject, within
from selenolab.study.comparison_methods import INTERACTION, TWO_WAY
from selenolab.study.interactions import interactions

ETA = "partial eta squared"


def compare_all(study: Study, results: Sequence[Result | Failure]) -> tuple[Compared, ...]:
    """Every comparison of the study; one that cannot be made says why."""
    return tuple(_compare(comparison, results) for comparison in study.comparisons)


def _compare(comparison: Comparison, results: Sequence[Result | Failure]) -> Compared:
    try:
        points = gather(comparison, results)
        if comparison.method == INTERACTION:
            return in_units_of(interactions(comparison, points), points)
        return in_units_of(_made(comparison, points), points)
    except SelenolabError as error:
        return Compared(comparison, (), comparison.method, refusal=str(error))


def _made(comparison: Comparison, points: Sequence[Point]) -> Compared:
    refuse_mixed(points)
    warnings = (*pooling_warnings(points, comparison), *_unused_pairing(points, comparison))
    if comparison.method == TWO_WAY:
        return _two_way(comparison, points, warnings)
    bounded = {point.name: point for point in points if point.unit.censored}
    open_pairs = tuple(_open_pair(pair, bounded) for pair in _bounded_pairs(comparison, points, bounded))
    sound = [point for point in points if point.name not in bounded]
    if len({point.name for point in sound}) < 2 or comparison.control in bounded:
        if not bounded:
            raise StudyError(f"Expected at least two groups to compare, found {points[0].name} only.")
        drawing = draw(comparison, points, (), open_pairs, "no test: bounds are no numbers")
        return Compared(comparison, open_pairs, "no test", (), warnings, drawing, refusal=_refusal(bounded))
    found = _tested(comparison, sound)
    contrasts = (
        *_overall(comparison, found),
        *(_contrast(row, points, found) for row in found.rows),
        *open_pairs,
    )
    if bounded:
        warnings = (*warnings, _refusal(bounded))
    drawing = draw(comparison, points, found.groups, contrasts, found.method)
    method = f"{found.method}; {found.intervals}"
    sentence = _sentence(comparison, found)
    return Compared(comparison, contrasts, method, _checks(found), warnings, drawing, (sentence,))


def _tested(comparison: Comparison, points: Sequence[Point]) -> comparisons.Comparison:
    return comparisons.compare(
        [point.unit.value for point in points],
        [point.name for point in points],
        [experiment(point) for point in points],
        cast(Method, comparison.method),
        comparison.control or None,
        points[0].unit.scale == "log",
        n_is=N_IS,
    )


def _unused_pairing(points: Sequence[Point], comparison: Comparison) -> tuple[str, ...]:
    """A test that treats groups as separate although every experiment has a value in each of them."""
    groups = [
        {experiment(point) for point in points if point.name == name} for name in {p.name for p in points}
    ]
    if comparison.method not in {"welch", "welch_anova"} or len(groups) < 2 or len(set.union(*groups)) < 2:
        return ()
    if any(group != groups[0] for group in groups):
        return ()
    names = ", ".join(sorted({point.unit.unit_id for point in points}))
    return (
        f"The groups have the same experiments ({names}). If they were made together, "
        f"'method: {'paired' if len(groups) == 2 else 'mixed'}' uses that; {comparison.method} does not.",
    )


def _bounded_pairs(
    comparison: Comparison, points: Sequence[Point], bounded: Mapping[str, Point]
) -> list[tuple[str, str]]:
    """Group and reference of every pair that holds a bound."""
    names = list(dict.fromkeys(point.name for point in points))
    control = comparison.control
    pairs = (
        [(name, control) for name in names if name != control] if control else list(combinations(names, 2))
    )
    return [(a, b) if control else (b, a) for a, b in pairs if {a, b} & set(bounded)]


def _open_pair(pair: tuple[str, str], bounded: Mapping[str, Point]) -> Contrast:
    """A pair without an effect: a bound is not averaged as if it were a number."""
    return Contrast(
        *pair, Absent(_refusal({name: bounded[name] for name in pair if name in bounded})), None, None
    )


def _refusal(bounded: Mapping[str, Point]) -> str:
    told = "; ".join(
        f"{name} ({point.unit.censored} {point.unit.value:.4g} {point.unit.unit}".rstrip() + ")"
        for name, point in bounded.items()
    )
    return (
        f"Cannot compare {told}: values outside the range that was measured are bounds, and bounds are "
        "not averaged. Extend the doses, or compare another endpoint."
    )


def _contrast(row: comparisons.Contrast, points: Sequence[Point], found: comparisons.Comparison) -> Contrast:
    n = min(row.n, row.n_reference) if found.paired else row.n + row.n_reference
    n_is = N_IS if found.paired else f"{N_IS}, {row.n} and {row.n_reference}"
    own = points[0].unit.unit
    unit = "ratio" if found.scale == "ratio" else "points" if own == "%" else own
    effect: Outcome
    if row.p is None or not isfinite(row.estimate):
        effect = Absent(f"{row.state or 'no finite value'}: {row.estimate:.6g}", unit, found.method)
    else:
        effect = Estimate(row.estimate, row.low, row.high, unit, found.method, n, n_is, row.level)
    return Contrast(row.group, row.reference, effect, row.p, row.p_adjusted)


def _overall(comparison: Comparison, found: comparisons.Comparison) -> tuple[Contrast, ...]:
    """The overall test where one was asked for, as an effect with its interval."""
    if "anova" not in comparison.method or not found.omnibus:
        return ()
    return (overall(found.omnibus[0], found.units.values.size),)


def _checks(found: comparisons.Comparison) -> tuple[Check, ...]:
    return tuple(
        Check("assumption", own.name, own.passed, own.why, own.value, own.limit) for own in found.checks
    )


def overall(told: Omnibus, n: int) -> Contrast:
    """An F test as a contrast "of all": partial eta squared first, F and p in its method."""
    df = ", ".join(f"{value:.4g}" for value in told.df)
    f = "not defined" if told.statistic is None else f"{told.statistic:.4g}"
    method = f"{told.method}: F({df}) = {f}"
    effect: Outcome
    if told.effect is None or told.low is None or told.high is None:
        size = "" if told.effect is None else f"partial eta squared {told.effect:.3g}, "
        effect = Absent(f"{size}{told.state or 'no interval is defined for this test'}", ETA, method)
    elif not told.low <= told.effect <= told.high:
        effect = Absent(
            f"{told.effect:.3g} lies outside its interval {told.low:.3g} to {told.high:.3g}", ETA, method
        )
    else:
        effect = Estimate(told.effect, told.low, told.high, ETA, method, n, N_IS, told.level)
    return Contrast(told.term, "", effect, told.p, None)


def _two_way(comparison: Comparison, points: Sequence[Point], warnings: tuple[str, ...]) -> Compared:
    if bounded := {point.name: point for point in points if point.unit.censored}:
        raise StudyError(_refusal(bounded))
    log = points[0].unit.scale == "log"
    units = to_units(
        [point.unit.value for point in points],
        [point.name for point in points],
        [experiment(point) for point in points],
        log,
        N_IS,
    )
    words = {point.name: point.words for point in points}
    pairs = [words[units.groups[index]] for index in units.group]
    blocks = [units.experiments[index] for index in units.experiment] if units.paired else None
    first, second = comparison.by.split(", ")
    terms = two_way(units.values, [a for a, _ in pairs], [b for _, b in pairs], blocks, (first, second))
    contrasts = tuple(overall(term, units.values.size) for term in terms)
    method = terms[0].method + (" on logarithms" if log else "")
    means = tuple(_mean(units, index) for index in range(len(units.groups)))
    drawing = draw(comparison, points, means, (), method)
    by = f"{first} and {second}".replace("_", " ")
    text = f"{comparison.endpoint}{within(comparison)} was compared by {by} with a {method} (n = {N_IS})."
    return Compared(comparison, contrasts, method, (), warnings, drawing, (Sentence(text),))


def _mean(units: Units, index: int) -> comparisons.GroupMean:
    sample = units.of(index)
    if sample.size < 2:
        raise StudyError(f"Expected n >= 2 {N_IS} in every group, found '{units.groups[index]}' (n = 1).")
    found = mean_t(sample, 0.95)
    shown = [exp(v) if units.log else v for v in (found.value, found.low, found.high)]
    return comparisons.GroupMean(units.groups[index], shown[0], shown[1], shown[2], found.n)


def _sentence(comparison: Comparison, found: comparisons.Comparison) -> Sentence:
    return Sentence(
        f"{subject(comparison)} was compared: {found.method}; {found.intervals}. "
        f"n counts {N_IS}; technical repeats were averaged first."
    )
