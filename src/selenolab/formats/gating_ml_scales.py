"""Transforms and compensation matrices of a GatingML 2.0 file."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from selenolab.core.gate import Spillover, Transform, TransformKind
from selenolab.formats.gating_ml_xml import (
    Element,
    UnreadableGateError,
    child,
    children,
    local_name,
    number,
    open_number,
    word,
)

_LETTERS: Mapping[str, tuple[TransformKind, str]] = {
    "flin": ("linear", "TA"),
    "flog": ("log", "TM"),
    "fasinh": ("asinh", "TMA"),
    "logicle": ("logicle", "TWMA"),
    "hyperlog": ("hyperlog", "TWMA"),
    "fratio": ("ratio", "ABC"),
}


@dataclass(frozen=True, slots=True)
class Scale:
    """A transform of the file: its two channels where it is a ratio, and where it is cut."""

    transform: Transform
    channels: tuple[str, ...] = ()
    floor: float | None = None
    ceiling: float | None = None


@dataclass(frozen=True, slots=True)
class Scales:
    """What dimensions refer to by id. What could not be read is kept with its reason."""

    transforms: Mapping[str, Scale]
    matrices: Mapping[str, Spillover]
    detectors: Mapping[str, Mapping[str, str]]  # matrix -> fluorochrome -> its detector
    unreadable: Mapping[str, str]


def read_scales(root: Element) -> Scales:
    """All transforms and matrices of a file."""
    transforms: dict[str, Scale] = {}
    matrices: dict[str, Spillover] = {}
    detectors: dict[str, Mapping[str, str]] = {}
    unreadable: dict[str, str] = {}
    for element in children(root, "transformation", "spectrumMatrix"):
        name = word(element, "id")
        try:
            if local_name(element) == "transformation":
                transforms[name] = _scale(element)
            else:
                matrices[name], detectors[name] = _matrix(element, name)
        except UnreadableGateError as error:
            unreadable[name] = str(error)
    return Scales(transforms, matrices, detectors, unreadable)


def _scale(element: Element) -> Scale:
    """One transform with its parameters."""
    found = [one for one in children(element) if local_name(one) in _LETTERS]
    if len(found) != 1:
        there = ", ".join(local_name(one) for one in children(element)) or "nothing"
        raise UnreadableGateError(f"the transform '{word(element, 'id')}' is of an unknown kind ({there})")
    kind, letters = _LETTERS[local_name(found[0])]
    transform = Transform(kind, {letter: number(found[0], letter) for letter in letters})
    channels = tuple(word(one, "name") for one in children(found[0], "fcs-dimension"))
    if kind == "ratio" and len(channels) != 2:
        raise UnreadableGateError(
            f"the ratio '{word(element, 'id')}' names {len(channels)} channels, not two"
        )
    return Scale(transform, channels, open_number(element, "boundMin"), open_number(element, "boundMax"))


def _matrix(element: Element, name: str) -> tuple[Spillover, Mapping[str, str]]:
    """A square matrix by detectors, and the detector of each fluorochrome."""
    dyes = _names(element, "fluorochromes", name)
    seen_by = _names(element, "detectors", name)
    rows = [
        [number(entry, "value") for entry in children(row, "coefficient")]
        for row in children(element, "spectrum")
    ]
    if len(dyes) != len(seen_by):
        raise UnreadableGateError(
            f"the matrix '{name}' unmixes {len(dyes)} fluorochromes from {len(seen_by)} detectors, "
            "which is not offered"
        )
    if [len(row) for row in rows] != [len(seen_by)] * len(dyes):
        raise UnreadableGateError(f"the matrix '{name}' has not one row and one column for each channel")
    values = np.array(rows, dtype=np.float64)
    if word(element, "matrix-inverted-already").lower() == "true":
        try:
            values = np.linalg.inv(values).astype(np.float64)
        except np.linalg.LinAlgError:
            raise UnreadableGateError(f"the matrix '{name}' has no inverse") from None
    return Spillover(seen_by, values, f"GatingML matrix '{name}'", name), dict(
        zip(dyes, seen_by, strict=True)
    )


def _names(element: Element, group: str, matrix: str) -> tuple[str, ...]:
    """The channel names of a group of a matrix, which must differ."""
    holder = child(element, group)
    names = () if holder is None else tuple(word(one, "name") for one in children(holder, "fcs-dimension"))
    if not names or len(set(names)) < len(names):
        raise UnreadableGateError(f"the matrix '{matrix}' names its {group} not at all or twice")
    return names
