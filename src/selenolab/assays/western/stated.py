"""What a person states of the files: what each exposure shows, of which membrane, and for what it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selenolab.assays.western.file_names import membrane_in, told_by_name
from selenolab.assays.western.proteins import Kind, protein_of
from selenolab.assays.western.settings import WesternSettings
from selenolab.core.errors import DataError, StudyError, did_you_mean
from selenolab.core.format import InputFile

FACTS = ("membrane", "protein", "channels", "channel", "exposure", "experiment")
FILE_ROLES = {
    "sample": "exposure that shows a target protein, or several channels, or a table of band volumes",
    "loading": "exposure of the loading control of the same membrane",
    "total_protein": "image of the total-protein stain of the same membrane",
    "dilution": "exposure of a membrane that holds a dilution series only",
}
KIND_OF_ROLE: Mapping[str, Kind] = {"loading": "loading", "total_protein": "total"}
COLOURS = ("red", "green", "blue", "luma")


@dataclass(frozen=True, slots=True)
class Plane:
    """One image to measure: an exposure, or a channel of one. `protein` is "" where none is stated."""

    name: str
    file: InputFile
    page: int
    pixels: NDArray[Any]
    channel: str
    protein: str
    kind: Kind
    membrane: str
    exposure: str = ""
    experiment: str = ""


@dataclass(slots=True)
class Told:
    """What is said to the user about the reading while it goes on."""

    assumed: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def planes_of(
    files: Sequence[InputFile], membranes: Sequence[str], settings: WesternSettings, told: Told
) -> list[Plane]:
    """Every image of every file, with what is stated of it.

    Parameters
    ----------
    membranes : that the sheet names; may be empty.

    Raises
    ------
    StudyError, DataError
        An unknown fact, a channel that is not there, a file whose membrane cannot be told.
    """
    _refuse_idle_patterns(settings.proteins, [file.name for file in files])
    found = [plane for file in files for plane in _planes(file, membranes, settings, told)]
    if not found:
        raise DataError("western: No image is left to measure. State which channels show which protein.")
    return found


def _planes(file: InputFile, membranes: Sequence[str], settings: WesternSettings, told: Told) -> list[Plane]:
    facts = facts_of(file, settings)
    membrane = _membrane(file, facts, membranes, told)
    channels = _channels(file, facts, settings)
    found = []
    for channel, protein in channels.items():
        page, pixels = _pixels(file, channel)
        shown = protein or facts.get("protein", "")
        if channel and not protein and settings.channels:
            continue
        kind = _kind(file, shown, settings, told)
        name = file.name if len(channels) == 1 else f"{file.name} [{channel}]"
        colour = channel if pixels.ndim == 3 else ""
        found.append(
            Plane(
                name,
                file,
                page,
                pixels,
                colour,
                shown or ("total protein" if kind == "total" else ""),
                kind,
                membrane,
                facts.get("exposure", ""),
                facts.get("experiment", ""),
            )
        )
    return found


def facts_of(file: InputFile, settings: WesternSettings) -> dict[str, str]:
    """Facts of the study file, then what the file's name says, then the settings."""
    facts = {}
    for key, value in file.facts.items():
        if key in ("format", "name"):
            continue
        if key not in FACTS:
            raise StudyError(f"{file.name}: Unknown word '{key}' of an exposure. {did_you_mean(key, FACTS)}")
        facts[key] = str(value).strip()
    if settings.file_names:
        by_name = told_by_name(settings.file_names, file.name)
        if by_name is None and not facts:
            raise StudyError(
                f"{file.name}: The name does not fit file_names '{settings.file_names}'. Rename the file, or "
                "state its membrane and protein."
            )
        facts = {**(by_name or {}), **facts}
    for pattern, protein in settings.proteins.items():
        if matches(file.name, pattern):
            facts.setdefault("protein", protein)
    return facts


def matches(name: str, pattern: str) -> bool:
    """Whether a file or image is meant by a name or a pattern with *; folders need not be written.

    Examples
    --------
    >>> matches("blots/1_p21.tif", "*_p21.tif"), matches("a.tif [0]", "a.tif"), matches("a.tif", "b*")
    (True, True, False)
    """
    short = PurePath(name).name
    bare = short.partition(" [")[0]
    return any(fnmatch(one, pattern) for one in (name, short, bare, PurePath(bare).stem)) or pattern in (
        name,
        short,
    )


def _refuse_idle_patterns(patterns: Iterable[str], names: Sequence[str]) -> None:
    for pattern in patterns:
        if not any(matches(name, pattern) for name in names):
            raise StudyError(f"proteins: '{pattern}' is none of the files. {did_you_mean(pattern, names)}")


def _membrane(file: InputFile, facts: Mapping[str, str], membranes: Sequence[str], told: Told) -> str:
    """Stated; else in the file's name as a word of its own; else the only one of the sheet."""
    known = {own.casefold(): own for own in membranes}
    if stated := facts.get("membrane", ""):
        if known and stated.casefold() not in known:
            raise StudyError(
                f"{file.name}: membrane '{stated}' is not on the sheet. {did_you_mean(stated, membranes)}"
            )
        return known.get(stated.casefold(), stated)
    if found := membrane_in(file.name, membranes):
        told.assumed.append(f"{file.name}: membrane {found}, by the file's name")
        return found
    if len(membranes) == 1:
        return membranes[0]
    if not membranes:
        return "1"
    raise StudyError(
        f"{file.name}: Of which membrane is it? The sheet has {', '.join(membranes)}. State membrane, "
        "write it "
        "into the file's name, or set file_names."
    )


def _channels(file: InputFile, facts: Mapping[str, str], settings: WesternSettings) -> dict[str, str]:
    """Protein by channel; one channel "" for a file of one grey image."""
    stated = _stated_channels(file, facts) or {str(k): v for k, v in settings.channels.items()}
    pages = len(file.parsed.records)
    first = np.asarray(file.parsed.arrays[str(file.parsed.records["pixels"].iloc[0])])
    coloured = first.ndim == 3 and not bool((first == first[..., :1]).all())
    if pages == 1 and not coloured:
        return {"": ""}
    known = [str(number) for number in range(pages)] if pages > 1 else list(COLOURS)
    one = facts.get("channel", settings.channel)
    if one and not stated:
        stated = {one: ""}
    for channel in stated:
        if channel not in known:
            raise StudyError(f"{file.name}: Unknown channel '{channel}'. Known: {', '.join(known)}.")
    if not stated:
        raise StudyError(
            f"{file.name}: It holds {pages if pages > 1 else 3} channels ({', '.join(known[:6])}). State "
            "which "
            f"shows what, as in channels: '{known[0]} = p-Akt, {known[1]} = beta-actin', or channel."
        )
    return stated


def _stated_channels(file: InputFile, facts: Mapping[str, str]) -> dict[str, str]:
    """`0 = p-Akt, 1 = beta-actin` as a mapping."""
    found = {}
    for part in facts.get("channels", "").strip("{}").split(","):
        if not part.strip():
            continue
        channel, equals, protein = part.replace(":", "=", 1).partition("=")
        if not equals or not protein.strip():
            raise StudyError(
                f"{file.name}: channels has '{part.strip()}'. Expected '0 = p-Akt, 1 = beta-actin'."
            )
        found[channel.strip(" '\"")] = protein.strip(" '\"")
    return found


def _pixels(file: InputFile, channel: str) -> tuple[int, NDArray[Any]]:
    pages = len(file.parsed.records)
    page = int(channel) if pages > 1 and channel else 0
    return page, np.asarray(file.parsed.arrays[str(file.parsed.records["pixels"].iloc[page])])


def _kind(file: InputFile, protein: str, settings: WesternSettings, told: Told) -> Kind:
    """What an exposure is for: by the file's role, else by the protein where it is a usual normaliser."""
    if file.role in KIND_OF_ROLE:
        return KIND_OF_ROLE[file.role]
    known = protein_of(protein, settings.events) if protein else None
    if known is None or known.kind == "target":
        return "target"
    what = "the loading control" if known.kind == "loading" else "total protein"
    told.assumed.append(f"{file.name}: {protein} is taken for {what}")
    return known.kind
