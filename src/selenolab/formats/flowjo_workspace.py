"""Gates in a workspace of FlowJo 10 (.wsp): each sample's own tree, its matrix, its axes and its counts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path, PurePath
from urllib.parse import unquote

import numpy as np

from selenolab.core.errors import FormatRefusal
from selenolab.core.format import Evidence, Format, Head, Parsed
from selenolab.core.gate import Gate, GateTree, RefusedGate, Spillover
from selenolab.formats.flowjo_workspace_gates import Populations, populations
from selenolab.formats.flowjo_workspace_scales import Axes, Matrix, read_matrix, read_transforms
from selenolab.formats.gating_ml import gate_notes, in_order, parsed_gates, told
from selenolab.formats.gating_ml_xml import (
    Element,
    UnreadableGateError,
    child,
    children,
    local_name,
    word,
    xml_root,
)

NAME = "flowjo_workspace"
TITLE = "FlowJo 10 workspace"
_AGAIN = "Save it from FlowJo 10, export its gates as GatingML 2.0, or draw them in the study file."


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of a workspace."""

    number: str
    name: str
    other_names: tuple[str, ...]
    axes: Axes
    node: Element


def recognise(head: Head) -> float:
    """By the root element and FlowJo's version in it."""
    first = head.first[:4096].replace(b"\0", b"")
    return 0.95 if b"<Workspace" in first and b"flowJoVersion" in first else 0.0


def read(path: Path) -> Parsed:
    """The gates of every sample as a `GateTree`; those of a group are templates where just one group has any.

    A sample is known by its title, its $FIL and the name of its file. A population that cannot be taken over
    is listed in `refused` with its reason, as are those below it.

    Raises
    ------
    FormatRefusal
        for no well-formed XML, another version of FlowJo, no sample, and no population that can be applied.
    """
    root = xml_root(path, NAME)
    version = word(root, "flowJoVersion")
    if local_name(root) != "Workspace" or not version.startswith("10"):
        raise FormatRefusal(NAME, path.name, f"it is of FlowJo version '{version}'", _AGAIN)
    matrices: dict[str, Spillover] = {}
    samples = _samples(root, matrices)
    if not samples:
        raise FormatRefusal(NAME, path.name, "it holds no sample", _AGAIN)
    gates: list[Gate] = []
    refused: list[RefusedGate] = []
    counts: dict[tuple[str, str], int] = {}
    for sample in samples:
        found = populations(sample.node, sample.axes, sample.name)
        kept, lost = in_order(found.gates, found.refused, sample.name)
        gates += kept
        refused += lost
        counts |= {(sample.name, name): number for name, number in found.counts.items()}
    template, notes = _template(root, samples)
    kept, lost = in_order(template.gates, template.refused)
    if not gates and not kept:
        every = told((*refused, *lost))
        reason = f"none of its gates can be applied: {every}" if every else "it holds no gate"
        raise FormatRefusal(NAME, path.name, reason, _AGAIN)
    every_gate = (*kept, *gates)
    names, unclear = _names(samples)
    tree = GateTree(
        every_gate,
        matrices,
        counts,
        (*notes, *unclear, *gate_notes(every_gate)),
        names,
        frozenset(sample.name for sample in samples),
        (*lost, *refused),
    )
    return parsed_gates(NAME, tree)


def _samples(root: Element, matrices: dict[str, Spillover]) -> list[Sample]:
    """All samples; their matrices go into `matrices`, equal ones once."""
    holder = child(root, "SampleList")
    elements = [] if holder is None else list(children(holder, "Sample"))
    nodes = [(one, child(one, "SampleNode")) for one in elements]
    titles = Counter(word(node, "name") for _, node in nodes if node is not None)
    found = []
    for element, node in nodes:
        if node is None:
            continue
        title, number = word(node, "name"), word(node, "sampleID")
        name = title if titles[title] == 1 and title else f"{title} (sample {number})"
        data = child(element, "DataSet")
        file = "" if data is None else PurePath(unquote(word(data, "uri")).replace("\\", "/")).name
        keywords = _keywords(element)
        other = tuple(one for one in (title, keywords.get("$FIL", "").strip(), file) if one)
        found.append(Sample(number, name, other, _axes(element, keywords, name, matrices), node))
    return found


def _keywords(sample: Element) -> Mapping[str, str]:
    holder = child(sample, "Keywords")
    found = [] if holder is None else list(children(holder, "Keyword"))
    return {word(one, "name"): word(one, "value") for one in found}


def _axes(sample: Element, keywords: Mapping[str, str], name: str, matrices: dict[str, Spillover]) -> Axes:
    """Transforms and matrix of a sample."""
    matrix: Matrix | None = None
    unreadable = ""
    try:
        matrix = read_matrix(sample)
    except UnreadableGateError as error:
        unreadable = str(error)
    key = "" if matrix is None else _keep(matrices, matrix.spillover, name)
    return Axes(read_transforms(sample), matrix, key, unreadable, _timestep(keywords))


def _keep(matrices: dict[str, Spillover], one: Spillover, sample: str) -> str:
    """The key of a matrix: its name, with the sample's where another matrix has the name already."""
    name = f"matrix {one.name}".strip() if one.name in ("", "FCS") else one.name  # words with a meaning
    for key in chain([name], (f"{name} ({sample}, {number})" for number in count(1))):
        there = matrices.setdefault(key, one)
        if there.channels == one.channels and np.array_equal(there.matrix, one.matrix):
            break
    return key


def _timestep(keywords: Mapping[str, str]) -> float:
    """Seconds a step of the channel Time; 1 where the file does not say."""
    try:
        step = float(keywords.get("$TIMESTEP", "1").replace(",", "."))
    except ValueError:
        return 1.0
    return step if np.isfinite(step) and step > 0 else 1.0


def _template(root: Element, samples: Iterable[Sample]) -> tuple[Populations, tuple[str, ...]]:
    """The gates of the one group that has any, on the axes of its samples, which must agree on the matrix."""
    holder = child(root, "Groups")
    nodes = [] if holder is None else list(children(holder, "GroupNode"))
    drawn = [one for one in nodes if child(one, "Subpopulations") is not None]
    if not drawn:
        return Populations(), ()
    told_names = ", ".join(f"'{word(one, 'name')}'" for one in drawn)
    if len(drawn) > 1:
        note = f"groups {told_names} have gates of their own: a file outside the workspace takes none of them"
        return Populations(), (note,)
    references = child(drawn[0], "Group", "SampleRefs")
    numbers = set() if references is None else {word(one, "sampleID") for one in children(references)}
    members = [sample for sample in samples if sample.number in numbers]
    if not members or len({sample.axes.matrix_key for sample in members}) > 1:
        note = f"the samples of group {told_names} differ in their matrix, or it has none: it is no template"
        return Populations(), (note,)
    return populations(drawn[0], members[0].axes, ""), ()


def _names(samples: Iterable[Sample]) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Other names -> the sample; a name that two samples share is left out and told."""
    found: dict[str, set[str]] = {}
    for sample in samples:
        for name in sample.other_names:
            found.setdefault(name, set()).add(sample.name)
    unclear = [name for name, owners in found.items() if len(owners) > 1]
    notes = tuple(
        f"the name '{name}' is that of {len(found[name])} samples, so it finds none" for name in unclear
    )
    return {name: next(iter(owners)) for name, owners in found.items() if len(owners) == 1}, notes


format = Format(  # noqa: A001 - the name by which formats are found
    name=NAME,
    title=TITLE,
    kind="document",
    evidence=Evidence.REAL_FILE,
    proof="two workspaces of FlowJo 10.7 with asinh axes, whose counts are met exactly",
    extensions=(".wsp",),
    recognise=recognise,
    read=read,
)
