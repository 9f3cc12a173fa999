"""What was measured against what is published: agreement is said only where an interval carries it."""

from collections.abc import Mapping, Sequence
from math import inf, isfinite, log
from typing import Literal

from scipy import stats

from selenolab.core.estimate import Absent, Estimate
from selenolab.core.event import EventReading
from selenolab.core.pathway import Agreement, Confronted, Pathway, PathwayEvent
from selenolab.evidence.pathway import same_line
from selenolab.stats.intervals import t_quantile

ALPHA = 0.05
TESTED = ("agrees", "disagrees", "mixed", "no clear change", "not stated")
Named = tuple[str, EventReading]  # run, reading


def confront(pathway: Pathway, readings: Sequence[Named], cell_line: str = "") -> tuple[Confronted, ...]:
    """Every event of the pathway, in its order, with its readings and whether they agree.

    An event with several readings (doses, times, assays) agrees where one is clear in the published
    direction and none in the other. "Clear" is a p below 0.05 after Bonferroni's correction for the
    number of readings of the event, so that many doses do not make an agreement by chance.
    """
    facts = {line.event: line.fact for line in pathway.lines if same_line(line.cell_line, cell_line)}
    found = []
    for event in pathway.events:
        mine = tuple(one for one in readings if one[1].event == event.word)
        agreement, why = _judged(event, [reading for _, reading in mine], facts)
        found.append(Confronted(event, agreement, why, _shown([reading for _, reading in mine]), mine))
    return tuple(found)


def direction(reading: EventReading, of: int = 1) -> Literal["up", "down", "open", "unknown"]:
    """Where the event went: open where it is not clear among `of` readings, unknown without an interval."""
    change = reading.change
    if isinstance(change, Absent):
        return "unknown"
    if change.censored:
        return "up" if change.censored == ">" and change.low > 1 else "down" if change.high < 1 else "open"
    if not (isfinite(change.high) and isfinite(change.low) and change.n >= 2):
        return "unknown"
    return ("up" if change.value > 1 else "down") if p_value(change) * of < ALPHA else "open"


def p_value(change: Estimate) -> float:
    """Two-sided p of "no change", from the t interval of a ratio with n - 1 degrees of freedom.

    An interval that reaches zero or below is one on the plain scale, as of an enzyme that is nearly gone.
    """
    plain = change.low <= 0 or change.value <= 0
    half = (change.high - change.low) / 2 if plain else log(change.high / change.low) / 2
    if half <= 0 or half == inf:
        return 1.0
    df = max(change.n - 1, 1)
    away = abs(change.value - 1) if plain else abs(log(change.value))
    return float(2 * stats.t.sf(away / half * t_quantile(change.level, df), df))


def _judged(
    event: PathwayEvent, readings: Sequence[EventReading], facts: Mapping[str, str]
) -> tuple[Agreement, str]:
    if not readings:
        by = f" ({' or '.join(event.assays)} measures it)" if event.assays else ""
        return "not measured", f"no run of the study measured it{by}"
    if event.word in facts:
        return "not expected", facts[event.word]
    seen = [direction(reading, len(readings)) for reading in readings]
    ups, downs = seen.count("up"), seen.count("down")
    told = f"{ups} clearly up and {downs} clearly down of {len(readings)} readings"
    if set(seen) == {"unknown"}:
        return "no interval", "no reading has an interval over independent experiments"
    if event.published == "not stated":
        return "not stated", f"the sources print no direction; {told}"
    if ups and downs:
        return "mixed", told
    if not ups and not downs:
        return "no clear change", told
    measured = "up" if ups else "down"
    return ("agrees" if measured == event.published else "disagrees"), told


def _shown(readings: Sequence[EventReading]) -> EventReading | None:
    """The reading that stands for the event: of the highest dose, at the latest time, with a value."""
    known = [one for one in readings if isinstance(one.change, Estimate)]
    pool = known or list(readings)
    if not pool:
        return None
    return max(pool, key=lambda one: (one.dose if one.dose is not None else -inf, one.time or 0.0))


def summary(rows: Sequence[Confronted]) -> tuple[str, ...]:
    """What the page says in sentences, from counts alone."""
    measured = [row for row in rows if row.agreement != "not measured"]
    parts = []
    for word, said in (
        ("agrees", "agree with the published direction"),
        ("disagrees", "disagree with it"),
        ("mixed", "go both ways"),
        ("no clear change", "show no clear change"),
        ("not stated", "have no published direction"),
        ("not expected", "are not expected in this line"),
        ("no interval", "have no interval over experiments"),
    ):
        names = [row.event.label for row in measured if row.agreement == word]
        if names:
            parts.append(f"{len(names)} {said} ({', '.join(names)})")
    first = f"Of {len(rows)} events of the pathway {len(measured)} were measured"
    lacking = [row.event.label for row in rows if row.agreement == "not measured"]
    lines = [f"{first}: {'; '.join(parts)}." if parts else f"{first}."]
    if lacking:
        lines.append(f"Not measured: {', '.join(lacking)}.")
    tested = sum(row.agreement in TESTED for row in rows)
    if tested > 1:
        lines.append(
            f"Each event is tested by itself: of {tested} events without any change {ALPHA * tested:.1f} "
            "would be called clear by chance."
        )
    lines.append(
        "Agreement in direction does not show that one event causes the next: that needs the arm in which "
        "the first is blocked."
    )
    return tuple(lines)
