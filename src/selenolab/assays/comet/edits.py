"""What a person changes: comets drawn as boxes, comets removed, each with why."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from selenolab.assays.comet.settings import CometSettings, Drawn, Removed
from selenolab.core.errors import StudyError
from selenolab.formats.said import file_named


@dataclass(frozen=True, slots=True)
class Edits:
    """All changes to one image."""

    add: tuple[Drawn, ...] = ()
    remove: tuple[Removed, ...] = ()


def edits_of(settings: CometSettings, images: Iterable[str]) -> dict[str, Edits]:
    """The changes by image.

    Raises
    ------
    StudyError
        For a change to an image that is not there.
    """
    known = list(images)
    add: dict[str, list[Drawn]] = {}
    remove: dict[str, list[Removed]] = {}
    for number, box in enumerate(settings.add, 1):
        add.setdefault(file_named(box.image, known, f"add {number}: image"), []).append(box)
    for number, point in enumerate(settings.remove, 1):
        remove.setdefault(file_named(point.image, known, f"remove {number}: image"), []).append(point)
    return {
        image: Edits(tuple(add.get(image, ())), tuple(remove.get(image, ())))
        for image in sorted({*add, *remove})
    }


def boxes(image: str, shape: tuple[int, ...], edits: Edits) -> tuple[tuple[float, float, float, float], ...]:
    """The drawn boxes, each checked to lie in the image (H, W)."""
    for box in edits.add:
        if box.right > shape[1] or box.bottom > shape[0]:
            raise StudyError(
                f"{image}: add: The box {box.left:g}, {box.top:g}, {box.right:g}, {box.bottom:g} does "
                f"not lie in the "
                f"image of {shape[1]} x {shape[0]} pixels."
            )
    return tuple((box.left, box.top, box.right, box.bottom) for box in edits.add)


def reason_of(box: Drawn) -> str:
    """Why and by whom a box was drawn."""
    return _told("drawn by hand", box.reason, box.by)


def removed(image: str, rows: pd.DataFrame, edits: Edits) -> dict[int, str]:
    """The labels of removed comets, with what is said of them.

    Raises
    ------
    StudyError
        Where a point hits no comet; names the nearest.
    """
    found = {}
    for point in edits.remove:
        inside = rows[
            (rows["left"] <= point.x) & (point.x <= rows["right"]) & (rows["top"] <= point.y)
            & (point.y <= rows["bottom"])
        ]  # fmt: skip
        if inside.empty:
            raise StudyError(f"{image}: remove: x {point.x:g}, y {point.y:g} {_nearest(rows, point)}")
        apart = (inside["x"] - point.x) ** 2 + (inside["y"] - point.y) ** 2
        label = int(inside["label"].to_numpy()[int(np.argmin(apart.to_numpy(float)))])
        found[label] = _told("removed by hand", point.reason, point.by)
    return found


def _nearest(rows: pd.DataFrame, point: Removed) -> str:
    if rows.empty:
        return "hits no comet, and the image has none."
    apart = (rows["x"] - point.x) ** 2 + (rows["y"] - point.y) ** 2
    near = rows.iloc[int(np.argmin(apart.to_numpy(float)))]
    place = f"x {near['x']:.0f}, y {near['y']:.0f}"
    return f"hits no comet. The nearest is {int(near['label'])} with its head at {place}."


def _told(what: str, reason: str, by: str) -> str:
    parts = [text for text in (reason, f"by {by}" if by else "") if text]
    return f"{what}: {', '.join(parts)}" if parts else f"{what}, no reason given"
