"""The pathway page of a study: what its runs measured of a mechanism, against what is published of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite, log2

import numpy as np
import pandas as pd

from selenolab.core.compound import identify
from selenolab.core.drawing import Axis, Caption, HeatMap, Network
from selenolab.core.errors import DataError
from selenolab.core.estimate import Estimate
from selenolab.core.event import EventReading
from selenolab.core.pathway import Confronted, Pathway, PathwayPage
from selenolab.core.study import Failure, Result, Study
from selenolab.evidence.agreement import confront, direction, summary
from selenolab.evidence.pathway import named_pathway, read_pathway
from selenolab.formats.units import factor

LEAST = 3  # different events that make a page where the study file does not ask for one
NO_PAGE = "none"
Named = tuple[str, EventReading]
FOLD_TICKS = ((-3.0, "1/8"), (-2.0, "1/4"), (-1.0, "1/2"), (0.0, "1"), (1.0, "2"), (2.0, "4"), (3.0, "8"))


def pathway_of(study: Study) -> Pathway | None:
    """The pathway that the study names, or the shipped one; None where it wants none."""
    if study.pathway == NO_PAGE:
        return None
    if study.pathway.endswith(".toml"):
        return read_pathway(study.path.parent / study.pathway)
    return named_pathway(study.pathway or "selenocystine")


def pathway_pages(study: Study, results: Sequence[Result | Failure]) -> tuple[PathwayPage, ...]:
    """One page a compound and cell line; simulated runs have pages of their own.

    Readings with an arm (a perturbation) are left to the comparisons by interaction.
    """
    pathway = pathway_of(study)
    groups: dict[tuple[bool, str, str], list[Named]] = {}
    for result in results if pathway else ():
        if isinstance(result, Failure):
            continue
        virtual = result.provenance.door == "virtual"
        for reading in result.analysis.events:
            if not reading.group.get("arm"):
                key = (virtual, reading.group.get("compound", ""), reading.group.get("cell_line", ""))
                groups.setdefault(key, []).append((result.run.name, reading))
    pages = []
    for (virtual, compound, line), readings in groups.items():
        known = {event.word for event in pathway.events} if pathway else set()
        found = {reading.event for _, reading in readings} & known
        if pathway and (len(found) >= LEAST or (study.pathway and found)):
            pages.append(_page(study, pathway, (virtual, compound, line), readings))
    return tuple(pages)


def _page(
    study: Study, pathway: Pathway, key: tuple[bool, str, str], readings: Sequence[Named]
) -> PathwayPage:
    virtual, compound, line = key
    readings = _in_one_unit(readings)
    rows = confront(pathway, readings, line)
    group = {word: text for word, text in (("compound", compound), ("cell_line", line)) if text}
    told = (*_identity(study, pathway, compound), *_strange(pathway, readings), *summary(rows))
    name = " on ".join(group.values()) or "the treated cells"
    return PathwayPage(pathway, group, virtual, rows, told, _network(pathway, rows, name), _heat(rows, name))


def _in_one_unit(readings: Sequence[Named]) -> tuple[Named, ...]:
    """Doses in the unit of the first that has one, so that the highest is the highest; others as they are."""
    unit = next((one.dose_unit for _, one in readings if one.dose_unit), "")

    def turned(one: EventReading) -> EventReading:
        if one.dose is None or not one.dose_unit or one.dose_unit == unit:
            return one
        try:
            return replace(one, dose=one.dose * factor(one.dose_unit, unit), dose_unit=unit)
        except DataError:
            return one  # mass beside molar: no factor joins them

    return tuple((run, turned(one)) for run, one in readings)


def _identity(study: Study, pathway: Pathway, compound: str) -> tuple[str, ...]:
    """A line where the compound is not, or not known to be, the one that the pathway was published for."""
    published = {name.casefold() for name in pathway.compounds}
    known = study.compounds.get(compound)
    try:
        known = known or identify(compound)
    except DataError:
        known = None
    if compound.casefold() in published or (known and known.name.casefold() in published):
        return ()
    what = compound or "The compound of these runs is not named, and"
    verb = "is not the compound" if compound else "may not be the one"
    return (
        f"{what} {verb} that the pathway was published for ({pathway.compounds[0]}): agreement is likeness, "
        "not confirmation.",
    )


def _strange(pathway: Pathway, readings: Sequence[Named]) -> tuple[str, ...]:
    known = {event.word for event in pathway.events}
    other = sorted({reading.event for _, reading in readings} - known)
    return (f"Measured, but no event of this pathway: {', '.join(other)}.",) if other else ()


def fold(reading: EventReading | None) -> float:
    """log2 of the change; NaN where there is none to draw."""
    if reading is None or not isinstance(reading.change, Estimate) or reading.change.value <= 0:
        return float("nan")
    return log2(reading.change.value)


def condition(reading: EventReading) -> str:
    """Dose and time of a reading as they are printed.

    Examples
    --------
    >>> from selenolab.core.estimate import Absent
    >>> condition(EventReading("ros", "DCF", {}, Absent("none"), 8.0, "µM", 24.0))
    '8 µM, 24 h'
    """
    dose = "" if reading.dose is None else f"{reading.dose:.4g} {reading.dose_unit}".rstrip()
    time = "" if reading.time is None else f"{reading.time:.4g} h"
    return ", ".join(part for part in (dose, time) if part)


def _times(change: Estimate) -> str:
    sign = change.censored or ""
    return f"{sign}{change.value:.2g}-fold" if change.value < 9.95 else f"{sign}{change.value:.0f}-fold"


def _network(pathway: Pathway, rows: Sequence[Confronted], name: str) -> Network:
    nodes = pd.DataFrame(
        {
            "id": [row.event.word for row in rows],
            "label": [row.event.label for row in rows],
            "x": [row.event.column for row in rows],
            "y": [row.event.row for row in rows],
            "value": [fold(row.shown) for row in rows],
            "note": [_note(row) for row in rows],
        }
    )
    edges = pd.DataFrame(
        [(edge.source, edge.target, edge.sign) for edge in pathway.edges],
        columns=["source", "target", "sign"],
    )
    text = (
        f"Pathway of {name}: each box is coloured by the change against the untreated control at the "
        "highest dose and latest time that was measured; arrows are those of the published mechanism and of "
        "textbooks, not of these data"
    )
    return Network(
        "pathway", f"Pathway: {name}", Caption(text, "as the table says for each event"),
        nodes, edges, Axis("change against the control, fold", ticks=FOLD_TICKS, high=3.0),
    )  # fmt: skip


def _note(row: Confronted) -> str:
    if row.shown is None:
        return ""
    change = row.shown.change
    if not isinstance(change, Estimate):
        return "no value"
    clear = direction(row.shown, len(row.readings)) in ("up", "down")
    return f"{_times(change)}{'' if clear else ' (n.s.)'}"


def _heat(rows: Sequence[Confronted], name: str) -> HeatMap:
    """Events in the order of time down, conditions in the order of time and dose across."""
    measured = [row for row in rows if row.readings]
    readings = [reading for row in measured for _, reading in row.readings]
    order = sorted({(one.time or 0.0, one.dose or 0.0, condition(one)) for one in readings})
    columns = tuple(dict.fromkeys(label for *_, label in order))
    values = np.full((len(measured), len(columns)), np.nan)
    notes = []
    for number, row in enumerate(measured):
        for _, reading in row.readings:
            place = columns.index(condition(reading))
            if not isinstance(reading.change, Estimate) or isfinite(values[number, place]):
                continue
            values[number, place] = fold(reading)
            clear = direction(reading, len(row.readings)) in ("up", "down")
            notes.append((number, place, f"{reading.change.value:.2g}{'*' if clear else ''}"))
    text = (
        f"Events measured in {name}, from early to late down and by time and dose across: fold change "
        "against the untreated control. * clear after Bonferroni's correction over the event's readings. "
        "Where two assays read one event, the first is shown; the table has all"
    )
    return HeatMap(
        "events", f"Events in time and dose: {name}", Caption(text, "as the table says for each event"),
        values, tuple(row.event.label for row in measured), columns or ("-",),
        Axis("log2 of the fold change", low=-3.0, high=3.0),
        pd.DataFrame(notes, columns=["row", "column", "text"]), diverging=True,
    )  # fmt: skip


def order_words(pathway: Pathway) -> str:
    """What the order of the events rests on."""
    return f"Order of the events: {pathway.order_from}." if pathway.order_from else ""


def sources_of(page: PathwayPage) -> Mapping[str, str]:
    """The sources that the page's events cite, by key."""
    used = {key for row in page.rows for key in row.event.sources}
    return {key: text for key, text in page.pathway.sources.items() if key in used}
