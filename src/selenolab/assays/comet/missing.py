"""What cannot be concluded from the slides at hand, and which control would allow it."""

from collections.abc import Iterator
from math import isfinite

from selenolab.assays.comet.headline import BREAKS, Headline, control_of, treated
from selenolab.assays.comet.room import Room
from selenolab.assays.comet.schema import POSITIVE
from selenolab.assays.comet.settings import CometSettings
from selenolab.core.check import MissingControl


def missing_controls(found: Headline, room: Room, settings: CometSettings) -> Iterator[MissingControl]:
    """Vehicle, viability, positive control, and the enzyme where oxidised bases are claimed."""
    for group in room.groups:
        if treated(group) and control_of(group, room) is None:
            arm = f" with {group.words['arm']}" if "arm" in group.words else ""
            yield MissingControl(
                "a change by the treatment",
                f"untreated cells{arm} (dose 0)",
                f"Run untreated cells{arm} of the same line and time in every experiment.",
                group.words,
            )
    for group, lives in found.alive:
        if not isfinite(lives.percent):
            yield MissingControl(
                BREAKS,
                "viability of the same cells",
                "Measure viability at the same dose and time; connect its run as input 'viability', or write "
                "viability [%] beside each slide.",
                group.words,
            )
    if not any(group.first.role == POSITIVE for group in room.groups):
        yield MissingControl(
            "that damage would have been seen",
            "a positive control (H2O2)",
            "Treat cells with H2O2 on ice before lysis in every experiment; give their slides role positive.",
        )
    if settings.claim == "oxidised bases":
        yield from _enzyme(room)


def _enzyme(room: Room) -> Iterator[MissingControl]:
    digested = [group for group in room.groups if group.words.get("enzyme")]
    if not digested:
        yield MissingControl(
            "oxidised bases",
            "slides digested with Fpg, hOGG1 or endonuclease III",
            "Digest one slide of each treatment with the enzyme and one with its buffer alone (column "
            "enzyme).",
        )
    every = [dict(group.words) for group in room.groups]
    for group in digested:
        bare = {word: text for word, text in group.words.items() if word != "enzyme"}
        if bare not in every:
            yield MissingControl(
                "oxidised bases",
                "a slide of the same cells with buffer alone",
                "Incubate one slide with the enzyme's buffer: it breaks DNA a little by itself.",
                group.words,
            )
