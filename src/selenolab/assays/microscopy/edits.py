"""What a person changes about the outlines: split, merged, removed and added particles, each with why.

Coordinates are pixels of the whole image, x from the left and y from the top, the first pixel being 0.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.microscopy.frame import Frame
from selenolab.assays.microscopy.settings import Added, Merged, MicroscopySettings, Point, Removed, Split
from selenolab.assays.microscopy.stated import named
from selenolab.core.errors import StudyError

Labels = NDArray[np.int32]
_RING = 48  # corners of the outline of an added circle


@dataclass(frozen=True, slots=True)
class Edits:
    """All changes to one image."""

    add: tuple[Added, ...] = ()
    remove: tuple[Removed, ...] = ()
    split: tuple[Split, ...] = ()
    merge: tuple[Merged, ...] = ()


def edits_of(settings: MicroscopySettings, images: Iterable[str]) -> dict[str, Edits]:
    """The changes by image.

    Raises
    ------
    StudyError
        For a change to an image that is not there.
    """
    known = list(images)
    found: dict[str, dict[str, list[Any]]] = {}
    for kind in (own.name for own in fields(Edits)):
        for number, change in enumerate(getattr(settings, kind), 1):
            image = named(change.image, known, f"{kind} {number}: image")
            found.setdefault(image, {}).setdefault(kind, []).append(change)
    return {
        image: Edits(**{kind: tuple(changes) for kind, changes in kinds.items()})
        for image, kinds in found.items()
    }


def cut_and_join(
    image: str, labels: Labels, origin: tuple[int, int], edits: Edits
) -> tuple[Labels, dict[int, str], dict[int, str]]:
    """Labels with the splits and merges made; the names of the new particles, and what was done to them."""
    labels = labels.copy()
    names: dict[int, str] = {}
    told: dict[int, str] = {}
    for split in edits.split:
        _split(image, labels, origin, split, names, told)
    for merge in edits.merge:
        own = [_hit(image, labels, origin, point, "merge") for point in merge.points]
        if len(set(own)) < len(own):
            raise StudyError(f"{image}: merge: Two of the points lie in one outline. Give one point in each.")
        parts = [names.get(label, str(label)) for label in own]
        labels[np.isin(labels, own)] = own[0]
        names[own[0]] = "+".join(parts)
        told[own[0]] = _told(f"merged of {' and '.join(parts)} by hand", merge.reason, merge.by)
    return labels, names, told


def _split(
    image: str,
    labels: Labels,
    origin: tuple[int, int],
    split: Split,
    names: dict[int, str],
    told: dict[int, str],
) -> None:
    """Give each pixel of an outline to the nearest point, in place."""
    own = [_hit(image, labels, origin, point, "split") for point in split.points]
    if len(set(own)) > 1:
        raise StudyError(
            f"{image}: split: The points lie in different outlines already. Give points in one outline."
        )
    y, x = np.nonzero(labels == own[0])
    seeds = np.array(split.points, dtype=float) - np.array(origin)
    nearest = ((x[:, None] - seeds[:, 0]) ** 2 + (y[:, None] - seeds[:, 1]) ** 2).argmin(axis=1)
    parent, first = names.get(own[0], str(own[0])), int(labels.max()) + 1
    for part in range(len(seeds)):
        label = own[0] if part == 0 else first + part - 1
        labels[y[nearest == part], x[nearest == part]] = label
        names[label] = f"{parent}{'abcdefghijklmnopqrstuvwxyz'[part % 26]}"
        told[label] = _told(f"split from {parent} by hand", split.reason, split.by)


def removed(
    image: str, rows: pd.DataFrame, labels: Labels, origin: tuple[int, int], edits: Edits
) -> pd.DataFrame:
    """`rows` with the removed particles flagged."""
    if not edits.remove:
        return rows
    rows = rows.copy()
    for change in edits.remove:
        label = _hit(image, labels, origin, (change.x, change.y), "remove")
        row = rows.index[rows["mask"] == label][0]
        rows.loc[row, "diameter_px_flag"] = f"excluded: removed by hand: {change.reason}"
        rows.loc[row, "edit"] = _told("removed by hand", change.reason, change.by)
    return rows


def added_rows(
    image: str,
    rows: pd.DataFrame,
    rings: NDArray[np.float32],
    labels: Labels,
    frame: Frame,
    edits: Edits,
) -> tuple[pd.DataFrame, NDArray[np.float32]]:
    """`rows` and `rings` with the circles that a person adds. Their shape is not measured.

    Raises
    ------
    StudyError
        For a circle outside the counted part of the image, or on a particle that is not removed.
    """
    if not edits.add:
        return rows, rings
    mask = int(labels.max()) + 1 + np.arange(len(edits.add))
    new = []
    for number, change in enumerate(edits.add, 1):
        _check_free(image, rows, labels, frame, change)
        radius = change.diameter_px / 2
        sides = (change.x - frame.left, frame.right - 1 - change.x)
        ends = (change.y - frame.top, frame.bottom - 1 - change.y)
        new.append(
            {
                "particle": f"{image} added {number}",
                "centre_x": change.x,
                "centre_y": change.y,
                "diameter_px": change.diameter_px,
                "area_px": np.pi * radius**2,
                "feret_max_px": change.diameter_px,
                "feret_min_px": change.diameter_px,
                "diameter_px_flag": "excluded: touches the edge" if min(*sides, *ends) < radius else "",
                "aggregate": "",
                "aggregate_size": 1,
                "drawn_by": "hand",
                "edit": _told("added by hand", change.reason, change.by),
                "mask": int(mask[number - 1]),
            }
        )
    circles = [_circle(row) for row in new]
    shapes = dict.fromkeys(("circularity", "aspect_ratio", "solidity"), np.nan)
    more = pd.DataFrame([{**row, **shapes} for row in new])[list(rows.columns)]
    both = more if rows.empty else pd.concat([rows, more], ignore_index=True)
    return both, np.vstack([rings, *circles]).astype(np.float32)


def _check_free(image: str, rows: pd.DataFrame, labels: Labels, frame: Frame, change: Added) -> None:
    x, y = round(change.x) - frame.left, round(change.y) - frame.top
    if not (0 <= x < labels.shape[1] and 0 <= y < labels.shape[0]):
        raise StudyError(
            f"{image}: add: x {change.x:g}, y {change.y:g} lies outside the counted part of the image."
        )
    hit = rows[(rows["mask"] == labels[y, x]) & (rows["diameter_px_flag"] == "")]
    if labels[y, x] and len(hit):
        raise StudyError(
            f"{image}: add: x {change.x:g}, y {change.y:g} lies in {hit['particle'].iloc[0]} already. "
            "Remove that one first, or leave this out."
        )


def _circle(row: Mapping[str, Any]) -> NDArray[np.float64]:
    angle = np.linspace(0, 2 * np.pi, _RING, endpoint=False)
    radius = row["diameter_px"] / 2
    x, y = row["centre_x"] + radius * np.cos(angle), row["centre_y"] + radius * np.sin(angle)
    return np.column_stack([np.full(_RING, float(row["mask"])), x, y])


def _hit(image: str, labels: Labels, origin: tuple[int, int], point: Point, what: str) -> int:
    """The label at a point of the whole image.

    Raises
    ------
    StudyError
        Where there is none; names the nearest particle.
    """
    x, y = round(point[0]) - origin[0], round(point[1]) - origin[1]
    if 0 <= y < labels.shape[0] and 0 <= x < labels.shape[1] and labels[y, x]:
        return int(labels[y, x])
    rows, columns = np.nonzero(labels)
    where = f"{image}: {what}: x {point[0]:g}, y {point[1]:g}"
    if not len(rows):
        raise StudyError(f"{where} hits no particle, and the image has none.")
    near = int(((columns - x) ** 2 + (rows - y) ** 2).argmin())
    label = int(labels[rows[near], columns[near]])
    own_y, own_x = (float(np.mean(axis)) for axis in np.nonzero(labels == label))
    raise StudyError(
        f"{where} hits no particle. The nearest is {image} {label} with its centre at "
        f"x {own_x + origin[0]:.0f}, y {own_y + origin[1]:.0f}."
    )


def _told(what: str, reason: str, by: str) -> str:
    parts: Sequence[str] = [text for text in (reason, f"by {by}" if by else "") if text]
    return f"{what}: {', '.join(parts)}" if parts else f"{what}, no reason given"
