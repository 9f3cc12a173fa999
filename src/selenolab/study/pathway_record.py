"""A pathway page as JSON."""

from typing import Any

from selenolab.core.event import EventReading
from selenolab.core.pathway import PathwayPage
from selenolab.study.outcome_json import outcome_json


def pathway_json(page: PathwayPage) -> dict[str, Any]:
    """Every event with what is published, all its readings and the verdict."""
    return {
        "pathway": page.pathway.name,
        "group": dict(page.group),
        "origin": "virtual" if page.virtual else "bench",
        "summary": list(page.summary),
        "events": [
            {
                "event": row.event.word,
                "published": row.event.published,
                "sources": [page.pathway.sources[key] for key in row.event.sources],
                "agreement": row.agreement,
                "why": row.why,
                "readings": [_reading(run, reading) for run, reading in row.readings],
            }
            for row in page.rows
        ],
    }


def _reading(run: str, reading: EventReading) -> dict[str, Any]:
    told = outcome_json(reading.change)
    why = told.pop("why")
    return {
        "run": run,
        "measured": reading.measured,
        "dose": reading.dose,
        "dose_unit": reading.dose_unit or None,
        "time_h": reading.time,
        "change": {**told, "why": why or None},
    }
