"""Gates in GatingML 2.0, the standard of ISAC (Spidlen et al. 2015, doi:10.1002/cyto.a.22637)."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from selenolab.core.errors import FormatRefusal
from selenolab.core.format import Evidence, Format, Head, Parsed
from selenolab.core.gate import Combined, Gate, GateTree, RefusedGate
from selenolab.formats.gating_ml_regions import gates_of
from selenolab.formats.gating_ml_scales import read_scales
from selenolab.formats.gating_ml_xml import (
    Element,
    UnreadableGateError,
    children,
    local_name,
    word,
    xml_root,
)

NAME = "gating_ml"
TITLE = "GatingML 2.0 gates"
_SPACE = b"isac-net.org/std/Gating-ML/v2.0"
_AGAIN = "Export the gates as GatingML 2.0, or draw them in the study file."


def recognise(head: Head) -> float:
    """By the root element and a namespace of GatingML."""
    first = head.first.replace(b"\0", b"")  # UTF-16 too
    start = first.find(b"Gating-ML")
    if (
        not first.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").startswith(b"<")
        or start < 0
        or b"<Workspace" in first
    ):
        return 0.0
    return 0.95 if _SPACE in first else 0.5


def read(path: Path) -> Parsed:
    """The gates of a file as a `GateTree`, whose gates are templates for every tube.

    A gate that cannot be taken over is listed in `refused` with its reason, as are the gates that rest on it.

    Raises
    ------
    FormatRefusal
        for no well-formed XML, another version of GatingML, an id used twice, and a file of which no gate
        can be taken over.
    """
    root = xml_root(path, NAME)
    _check_version(root, path)
    scales = read_scales(root)
    gates: list[Gate] = []
    refused: list[RefusedGate] = []
    for element in (one for one in children(root) if local_name(one).endswith("Gate")):
        try:
            gates += gates_of(element, scales)
        except UnreadableGateError as error:
            refused += [RefusedGate(name, "", str(error)) for name in _names(element)]
    if not gates and not refused:
        raise FormatRefusal(NAME, path.name, "it holds no gate", _AGAIN)
    _check_names([gate.name for gate in gates] + [one.name for one in refused], path)
    kept, lost = in_order(gates, refused)
    if not kept:
        raise FormatRefusal(NAME, path.name, f"none of its gates can be applied: {told(lost)}", _AGAIN)
    tree = GateTree(kept, scales.matrices, notes=gate_notes(kept), refused=lost)
    return parsed_gates(NAME, tree)


def in_order(
    gates: Iterable[Gate], refused: Iterable[RefusedGate], sample: str = ""
) -> tuple[tuple[Gate, ...], tuple[RefusedGate, ...]]:
    """Gates, those first that others rest on; those that rest on a refused or unknown one are refused."""
    waiting = {gate.name: gate for gate in gates}
    lost = {one.name: one for one in refused}
    done: dict[str, Gate] = {}
    while waiting:
        ready = [gate for gate in waiting.values() if all(name in done for name in _needs(gate))]
        if not ready:
            break
        done |= {gate.name: gate for gate in ready}
        waiting = {name: gate for name, gate in waiting.items() if name not in done}
    for gate in waiting.values():
        missing = [name for name in _needs(gate) if name not in done]
        why = "which the file does not hold"
        if missing[0] in lost or missing[0] in waiting:
            why = (
                "which cannot be applied" if missing[0] in lost else "which rests on another that is missing"
            )
        lost[gate.name] = RefusedGate(gate.name, sample, f"it rests on '{missing[0]}', {why}")
    return tuple(done.values()), tuple(lost.values())


def parsed_gates(name: str, tree: GateTree) -> Parsed:
    """A document of gates, with one row a gate to look at."""
    rows = [
        {
            "record": number,
            "gate": gate.name,
            "sample": gate.sample,
            "parent": gate.parent,
            "kind": type(gate.region).__name__.lower(),
            "channels": ""
            if isinstance(gate.region, Combined)
            else " x ".join(d.channel for d in gate.region.dimensions),
        }
        for number, gate in enumerate(tree.gates, 1)
    ]
    notes = (*tree.notes, *(f"gate '{one.name}' is refused: {one.reason}" for one in tree.refused))
    return Parsed(name, "document", pd.DataFrame(rows), pd.DataFrame(), notes=notes, document=tree)


def gate_notes(gates: Iterable[Gate]) -> tuple[str, ...]:
    """What is to be said of single gates."""
    return tuple(f"gate '{gate.name}': {note}" for gate in gates for note in gate.notes)


def told(refused: Iterable[RefusedGate]) -> str:
    """Up to five refusals in words."""
    every = [f"'{one.name}' ({one.reason})" for one in refused]
    more = f" and {len(every) - 5} more" if len(every) > 5 else ""
    return "; ".join(every[:5]) + more


def _needs(gate: Gate) -> list[str]:
    operands = gate.region.operands if isinstance(gate.region, Combined) else ()
    return [name for name in (gate.parent, *(one.removeprefix("!") for one in operands)) if name]


def _names(element: Element) -> list[str]:
    """The names that a gate's element would have given."""
    quadrants = [word(one, "id") for one in children(element, "Quadrant")]
    return quadrants or [word(element, "id") or f"without an id ({local_name(element)})"]


def _check_version(root: Element, path: Path) -> None:
    space = root.tag if isinstance(root.tag, str) else ""
    if local_name(root) != "Gating-ML":
        raise FormatRefusal(NAME, path.name, f"its root is '{local_name(root)}', not Gating-ML", _AGAIN)
    if _SPACE.decode() not in space:
        raise FormatRefusal(NAME, path.name, f"it is another version of GatingML ({space})", _AGAIN)


def _check_names(names: list[str], path: Path) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1 or not name]
    if twice:
        reason = f"the gate id '{twice[0]}' is used twice" if twice[0] else "a gate has no id"
        raise FormatRefusal(NAME, path.name, reason, "Give each gate an id of its own.")


format = Format(  # noqa: A001 - the name by which formats are found
    name=NAME,
    title=TITLE,
    kind="document",
    evidence=Evidence.REAL_FILE,
    proof="seven gate files with the events that they hold, from the compliance set of the standard",
    extensions=(".xml", ".gml"),
    recognise=recognise,
    read=read,
)
