"""What runs take from one another, checked before anything runs."""

import re
from dataclasses import replace

from selenolab.core.assay import Assay, EndpointSpec, Port
from selenolab.core.errors import UnknownNameError
from selenolab.core.schema import TableSchema
from selenolab.core.study import Take
from selenolab.study.card import StudyCard, TakeCard
from selenolab.study.document import Where
from selenolab.study.plan_run import Plans

SOURCE = re.compile(r"runs\.([^.]+)\.(tables|endpoints)\.(.+)")


def check_takes(card: StudyCard, plans: Plans) -> None:
    """Fill in `plans.takes` and the runs' own takes; what does not fit is noted in the card."""
    for name, run in card.runs.items():
        assay = plans.assays.get(name)
        found = [_take(card, plans, name, port, told) for port, told in run.inputs.items()]
        plans.takes[name] = tuple(take for take in found if take)
        if assay is None:
            continue
        for port, needed in assay.takes.items():
            if needed.required and port not in run.inputs and ("runs", name, "inputs") not in card.broken:
                card.mistakes.add(
                    ("runs", name),
                    f"{run.assay} needs the input '{port}' ({needed.meaning}). "
                    f"Write inputs: {{{port}: {{from: runs.NAME...}}}}.",
                )
        if name in plans.runs:
            plans.runs[name] = replace(plans.runs[name], takes=plans.takes[name])


def _take(card: StudyCard, plans: Plans, name: str, port: str, told: TakeCard) -> Take | None:
    where: Where = ("runs", name, "inputs", port)
    assay = plans.assays.get(name)
    if assay and port not in assay.takes:
        card.mistakes.add(where, str(UnknownNameError("input", port, assay.takes)))
    match = SOURCE.fullmatch(told.source)
    if not match:
        card.mistakes.add(
            (*where, "from"),
            f"Expected runs.NAME.tables.NAME or runs.NAME.endpoints.NAME, found '{told.source}'.",
        )
        return None
    run, kind, what = match[1], match[2], match[3]
    if run not in plans.names:
        card.mistakes.add((*where, "from"), str(UnknownNameError("run", run, plans.names)))
        return None
    other = plans.assays.get(run)
    if other and assay and port in assay.takes:
        for mistake in _misfits(assay.takes[port], other, kind, what):
            card.mistakes.add((*where, "from"), mistake)
    return Take(port, run, "tables" if kind == "tables" else "endpoints", what, dict(told.group))


def _misfits(port: Port, other: Assay, kind: str, what: str) -> list[str]:
    """Why `what` of the other assay does not fit the port; nothing where it does."""
    wants_table = isinstance(port.takes, TableSchema)
    if wants_table != (kind == "tables"):
        return [
            f"Expected {'a table' if wants_table else 'an endpoint'} ({port.meaning}), found {kind}.{what}."
        ]
    if isinstance(port.takes, TableSchema):
        if what not in other.gives:
            return [str(UnknownNameError(f"table of {other.name}", what, other.gives))]
        given = {column.word for column in other.gives[what].columns}
        lost = [
            column.word for column in port.takes.columns if not column.optional and column.word not in given
        ]
        return [f"Table {what} of {other.name} lacks {', '.join(lost)} ({port.meaning})."] if lost else []
    specs = {spec.name: spec for spec in other.endpoints}
    if what not in specs:
        return [str(UnknownNameError(f"endpoint of {other.name}", what, specs))]
    return _other_unit(port.takes, specs[what])


def _other_unit(wanted: EndpointSpec, given: EndpointSpec) -> list[str]:
    if wanted.unit == given.unit:
        return []
    return [f"Endpoint {given.name} is in '{given.unit}', expected '{wanted.unit}' ({wanted.meaning})."]
