"""The pathway page as rows of the workbook."""

from collections.abc import Iterator
from typing import Any

from selenolab.core.estimate import Absent, Estimate
from selenolab.core.study import StudyResult

PATHWAY_HEAD: list[Any] = [
    *("compound", "cell line", "origin", "event", "published", "verdict", "run", "measured"),
    *("dose", "dose unit", "time [h]", "fold", "low", "high", "n", "why"),
]


def pathway_rows(outcome: StudyResult) -> Iterator[list[Any]]:
    """A row a reading; an event that was not measured has one row without."""
    for page in outcome.pathways:
        start = [page.group.get("compound", ""), page.group.get("cell_line", "")]
        start.append("virtual" if page.virtual else "bench")
        for row in page.rows:
            head = [*start, row.event.label, row.event.published, row.agreement]
            if not row.readings:
                yield [*head, "", "", None, "", None, None, None, None, None, row.why]
            for run, one in row.readings:
                change = one.change
                told = [one.dose, one.dose_unit, one.time]
                if isinstance(change, Estimate):
                    yield [
                        *head,
                        run,
                        one.measured,
                        *told,
                        change.value,
                        change.low,
                        change.high,
                        change.n,
                        row.why,
                    ]
                elif isinstance(change, Absent):
                    yield [*head, run, one.measured, *told, None, None, None, None, change.why]
