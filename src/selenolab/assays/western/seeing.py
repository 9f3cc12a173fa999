"""One exposure looked at: its signal, what speaks against measuring it, its tilt, splices and lanes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from selenolab.assays.western.settings import WesternSettings
from selenolab.assays.western.stated import Plane, matches
from selenolab.core.errors import DataError, StudyError
from selenolab.imaging.blot_lanes import Lanes, find_lanes, lanes_given
from selenolab.imaging.blot_quality import look, not_quantitative
from selenolab.imaging.blot_signal import Signal, as_signal
from selenolab.imaging.blot_splices import Splice, find_splices
from selenolab.imaging.blot_tilt import find_tilt

PITCH_OFF = 0.3  # lanes asked for lie no further from the distance of those seen than this part of it


@dataclass(frozen=True, slots=True)
class Seen:
    """An exposure with what was seen of it.

    `alone` are the lanes that it shows by itself, None for none; `straight` says that its tilt is clear.
    """

    plane: Plane
    signal: Signal
    refusal: str
    tilt: float
    straight: bool
    splices: tuple[Splice, ...]
    alone: Lanes | None
    notes: tuple[str, ...]


def see(plane: Plane, settings: WesternSettings) -> Seen:
    """The exposure as a signal with its tilt, splices and lanes.

    Raises
    ------
    DataError
        An image that is all black, all white, not a number, too small, or of unclear orientation.
    """
    signal = _signal(plane, settings)
    facts = {
        **plane.file.parsed.metadata,
        "notes": "; ".join(plane.file.parsed.notes),
        "file": plane.file.name,
    }
    refusal = not_quantitative(look(plane.pixels, facts))
    tilt = find_tilt(signal) if settings.correct_tilt else None
    angle = tilt.angle if tilt else 0.0
    splices, ignored = _splices(plane, signal, settings)
    notes = [tilt.note] if tilt and tilt.note else []
    notes += [f"tilt {angle:.1f}°"] if abs(angle) >= 0.5 else []
    notes += [ignored] if ignored else []
    notes += [f"{signal.specks} hot pixels replaced"] if signal.specks else []
    return Seen(
        plane, signal, refusal, angle, not (tilt and tilt.note), splices, _alone(signal, angle), tuple(notes)
    )


def _signal(plane: Plane, settings: WesternSettings) -> Signal:
    bands = None if settings.bands_are == "auto" else settings.bands_are
    try:
        return as_signal(plane.pixels, channel=plane.channel or None, bands=bands, name=plane.name)
    except DataError as error:  # its remedy is a setting of this assay under another name
        words = "State bands: light or bands: dark."
        raise DataError(
            str(error).replace(words, "State bands_are: light or dark, if it shows bands.")
        ) from None


def _alone(signal: Signal, tilt: float) -> Lanes | None:
    try:
        return find_lanes(signal, None, tilt)
    except DataError:
        return None


def _splices(plane: Plane, signal: Signal, settings: WesternSettings) -> tuple[tuple[Splice, ...], str]:
    found = find_splices(signal)
    for one in settings.ignore_splices:
        if matches(plane.name, one.image) and found:
            by = f", by {one.by}" if one.by else ""
            return (), f"{len(found)} splice lines ignored by hand: {one.reason}{by}"
    return found, ""


def splice_note(splices: Sequence[Splice]) -> list[str]:
    """Where splice lines lie, for the reader; empty without any."""
    where = ", ".join(f"{'x' if one.axis == 'vertical' else 'y'} = {one.position} px" for one in splices)
    return [f"splice line{'s' * (len(splices) > 1)} at {where}"] if splices else []


def settle_lanes(
    seen: Sequence[Seen], expected: int | None, settings: WesternSettings
) -> dict[str, tuple[Lanes, str]]:
    """The lanes of every exposure of one membrane, with a note where they come from elsewhere.

    Parameters
    ----------
    expected : the highest lane on the sheet; None without a sheet.

    Raises
    ------
    StudyError, DataError
        Where an exposure shows another number of lanes than the sheet and nothing says which they are.
    """
    if expected and settings.lane_count and expected > settings.lane_count:
        raise StudyError(
            f"lane_count is {settings.lane_count}, but the sheet names lane {expected} of membrane "
            f"{seen[0].plane.membrane}. Correct one of them."
        )
    count = settings.lane_count or expected
    return {one.plane.name: _lanes(one, seen, count, settings) for one in seen}


def _lanes(
    one: Seen, seen: Sequence[Seen], count: int | None, settings: WesternSettings
) -> tuple[Lanes, str]:
    drawn = _drawn(one, settings)
    if drawn and set(drawn) == set(range(1, (count or max(drawn)) + 1)):
        boxes = pd.DataFrame([{"x0": x[0], "x1": x[1]} for _, x in sorted(drawn.items())])
        return lanes_given(boxes, one.tilt), "lanes drawn by hand"
    lanes, note = _automatic(one, seen, count, settings)
    if drawn:
        lanes, note = _with_drawn(one, lanes, drawn), "; ".join(filter(None, (note, "lanes drawn by hand")))
    return lanes, note


def _drawn(one: Seen, settings: WesternSettings) -> dict[int, tuple[float, float]]:
    width = one.signal.values.shape[1]
    found = {}
    for box in settings.lane_boxes:
        if not matches(one.plane.name, box.image):
            continue
        if not (0 <= box.x[0] < box.x[1] <= width):
            raise StudyError(
                f"{one.plane.name}: lane_boxes: lane {box.lane}: x {box.x[0]:g} to {box.x[1]:g} does not "
                "lie in "
                f"the image, which is {width} pixels wide. State left and right edge."
            )
        found[box.lane] = box.x
    return found


def _with_drawn(one: Seen, lanes: Lanes, drawn: Mapping[int, tuple[float, float]]) -> Lanes:
    x0, x1 = list(lanes.x0), list(lanes.x1)
    for lane, x in drawn.items():
        if lane > len(x0):
            raise StudyError(
                f"{one.plane.name}: lane_boxes: lane {lane} is not among its {len(x0)} lanes. Draw all "
                "lanes, "
                "or state lane_count."
            )
        x0[lane - 1], x1[lane - 1] = x
    return replace(lanes, x0=tuple(x0), x1=tuple(x1))


def _automatic(
    one: Seen, seen: Sequence[Seen], count: int | None, settings: WesternSettings
) -> tuple[Lanes, str]:
    name, own = one.plane.name, one.alone
    if own is not None and (count is None or len(own.x0) == count):
        return own, "; ".join(own.notes) if count is None else ""
    if count is None:
        sibling = _sibling(one, seen, None)
        if sibling is None:
            raise DataError(f"{name}: No lane is seen in it. Check the exposure, or state lane_count.")
        return sibling
    if found := _sibling(one, seen, count):
        return found
    number = 0 if own is None else len(own.x0)
    if not settings.lane_count or number > count:
        said = f"lane_count is {count}" if settings.lane_count else f"the sheet has lanes up to {count}"
        raise StudyError(
            f"{name}: {number} lane{'s are' if number != 1 else ' is'} seen in it, {said}. State "
            f"lane_count: {count} to place lanes without a band at even distances, or draw them as "
            "lane_boxes, "
            "or correct the sheet (role empty or marker for lanes without a sample)."
        )
    lanes = find_lanes(one.signal, count, one.tilt)
    _check_pitch(one, lanes, count)
    return lanes, "; ".join(lanes.notes)


def _sibling(one: Seen, seen: Sequence[Seen], count: int | None) -> tuple[Lanes, str] | None:
    """Lanes of an exposure of the same width that shows all of them, and where those seen here lie in."""
    whole = [
        other
        for other in seen
        if other.alone is not None
        and other is not one
        and other.signal.values.shape[1] == one.signal.values.shape[1]
        and (count is None or len(other.alone.x0) == count)
    ]
    for other in sorted(whole, key=lambda s: -min(s.alone.height) if s.alone else 0.0):
        if other.alone is not None and _lie_in(one.alone, other.alone):
            tilt = one.tilt if one.straight else other.tilt
            return replace(other.alone, tilt=tilt), f"lanes taken from {other.plane.name}"
    return None


def _lie_in(few: Lanes | None, whole: Lanes) -> bool:
    """Whether at least half of the lanes seen lie in lanes of the other exposure, none of these twice."""
    if few is None:
        return True
    middles = [(a + b) / 2 for a, b in zip(few.x0, few.x1, strict=True)]
    hit = [
        [k for k, (a, b) in enumerate(zip(whole.x0, whole.x1, strict=True)) if a <= middle < b]
        for middle in middles
    ]
    return len({k[0] for k in hit if k}) >= max(0.5 * len(middles), min(len(middles), len(whole.x0)) - 1)


def _check_pitch(one: Seen, lanes: Lanes, count: int) -> None:
    """Lanes asked for that lie much closer than those seen are none."""
    if one.alone is None or len(one.alone.x0) < 2:
        return
    seen = np.diff([(a + b) / 2 for a, b in zip(one.alone.x0, one.alone.x1, strict=True)])
    asked = np.diff([(a + b) / 2 for a, b in zip(lanes.x0, lanes.x1, strict=True)])
    if len(asked) and np.median(asked) < (1 - PITCH_OFF) * float(seen.min()):
        raise StudyError(
            f"{one.plane.name}: {count} lanes do not fit: those seen are {seen.min():.0f} pixels apart, "
            "the ones "
            f"asked for would be {np.median(asked):.0f}. Correct lane_count or the sheet, or draw lane_boxes."
        )
