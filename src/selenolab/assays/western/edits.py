"""Bands that a person leaves out, and what a person drew: each is listed with its reason."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from selenolab.assays.western.settings import ExcludedBand, WesternSettings
from selenolab.assays.western.stated import matches
from selenolab.core.errors import StudyError, did_you_mean


@dataclass(frozen=True, slots=True)
class Place:
    """A band by its exposure, lane and protein."""

    image: str
    lane: str
    protein: str


def excluded(places: Sequence[Place], settings: WesternSettings) -> dict[Place, str]:
    """Why each excluded band is left out.

    Raises
    ------
    StudyError
        For an exclusion that hits no band.
    """
    found: dict[Place, str] = {}
    for number, one in enumerate(settings.exclude, 1):
        hit = [
            place
            for place in places
            if matches(place.image, one.image)
            and place.lane == str(one.lane)
            and one.protein in ("", place.protein)
        ]
        if not hit:
            raise StudyError(f"exclude {number}: {_no_band(places, one)}")
        found |= dict.fromkeys(hit, _told("left out by hand", one.reason, one.by))
    return found


def _no_band(places: Sequence[Place], one: ExcludedBand) -> str:
    what = f"'{one.image}' lane {one.lane} {one.protein}".rstrip()
    own = [place for place in places if matches(place.image, one.image)]
    if not own:
        names = list(dict.fromkeys(place.image for place in places))
        return f"{what} is no band that was measured. {did_you_mean(one.image, names)}"
    lanes, proteins = (
        ", ".join(dict.fromkeys(getattr(p, word) for p in own)) for word in ("lane", "protein")
    )
    return f"{what} is no band that was measured. It has lanes {lanes} with {proteins}."


def refuse_idle(images: Sequence[str], settings: WesternSettings) -> None:
    """Refuse edits of images that are not there."""
    groups: Iterable[tuple[str, Sequence[str]]] = (
        ("lane_boxes", [one.image for one in settings.lane_boxes]),
        ("bands", [one.image for one in settings.bands]),
        ("ignore_splices", [one.image for one in settings.ignore_splices]),
    )
    for word, patterns in groups:
        for pattern in patterns:
            if not any(matches(image, pattern) for image in images):
                raise StudyError(
                    f"{word}: '{pattern}' is none of the images. {did_you_mean(pattern, images)}"
                )


def edited_lines(settings: WesternSettings) -> Iterator[str]:
    """One line for every change of a person."""
    for box in settings.lane_boxes:
        yield _told(
            f"edited: {box.image}: lane {box.lane} drawn at x {box.x[0]:g} to {box.x[1]:g}",
            box.reason,
            box.by,
        )
    for band in settings.bands:
        lane = f" in lane {band.lane}" if band.lane else ""
        what = f"edited: {band.image}: {band.protein}{lane} stated at y {band.y[0]:g} to {band.y[1]:g}"
        yield _told(what, band.reason, band.by)
    for one in settings.exclude:
        yield _told(
            f"edited: {one.image}: lane {one.lane} {one.protein}".rstrip() + " left out", one.reason, one.by
        )
    for splice in settings.ignore_splices:
        yield _told(f"edited: {splice.image}: splice lines ignored", splice.reason, splice.by)


def _told(what: str, reason: str, by: str) -> str:
    parts = [text for text in (reason, f"by {by}" if by else "") if text]
    return f"{what}: {', '.join(parts)}" if parts else f"{what}, no reason given"
