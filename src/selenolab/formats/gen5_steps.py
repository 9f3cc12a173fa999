"""The read steps in the procedure of a Gen5 export, and the result labels that they give."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from selenolab.formats.plate_records import Signal

_MODE = re.compile(r"^(Absorbance|Fluorescence|Luminescence)\s+(\S.*)$", re.IGNORECASE)
_WAVES = re.compile(r"Wavelengths?:\s*([\d,;/ ]+)")
_EXCITATION = re.compile(r"Excitation:\s*(\d{3,4})")
_EMISSION = re.compile(r"Emission:\s*(\d{3,4})")
_NUMBERED = re.compile(r"^Read \d+:(.+)$")
_BARE = re.compile(r"^(?:.+:)?(\d{3,4})(?:,(\d{3,4}))?$")


@dataclass(frozen=True, slots=True)
class Channel:
    """What one result label measures. Wavelengths in nm, None where the file does not say."""

    signal: Signal
    wavelength: float | None
    emission: float | None


@dataclass(slots=True)
class Step:
    """A "Read" of the procedure, while it is being collected."""

    label: str = ""
    signal: str = "unknown"
    mode: str = ""
    waves: list[str] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)  # excitation, emission


def read_steps(lines: Iterable[Sequence[str]]) -> list[Step]:
    """The read steps of "Procedure Details" (lines already cut into cells)."""
    steps: list[Step] = []
    for cells in lines:
        name = cells[0].strip()
        rest = next((cell.strip() for cell in cells[1:] if cell.strip()), "")
        if name == "Read":
            steps.append(Step())
            if match := _MODE.match(rest):
                steps[-1].signal, steps[-1].mode = match[1].lower(), match[2]
            else:
                steps[-1].label = rest
        elif name == "" and steps:
            _add_detail(steps[-1], rest)
    return steps


def _add_detail(step: Step, text: str) -> None:
    if not step.mode and (match := _MODE.match(text)):
        step.signal, step.mode = match[1].lower(), match[2]
    if match := _WAVES.search(text):
        step.waves += [wave for wave in re.split(r"[,;/ ]+", match[1]) if wave]
    excitation, emission = _EXCITATION.search(text), _EMISSION.search(text)
    if excitation or emission:
        step.pairs.append((excitation[1] if excitation else "", emission[1] if emission else ""))


def channels(steps: Sequence[Step]) -> dict[str, Channel]:
    """Result labels that the steps give, with what each measures. Spectra and area scans give none here."""
    found: dict[str, Channel] = {}
    for step in steps:
        if not step.mode.lower().startswith("endpoint"):
            continue
        signal = cast(Signal, step.signal)
        ends = [(wave, Channel(signal, float(wave), None)) for wave in step.waves]
        for excitation, emission in step.pairs:
            text = ",".join(part for part in (excitation, emission) if part)
            ends.append((text, Channel(signal, _number(excitation), _number(emission))))
        if not ends:
            ends = [("Lum" if signal == "luminescence" else "", Channel(signal, None, None))]
        for text, channel in ends:
            for label in (text, f"{step.label}:{text}" if step.label else text):
                if label:
                    found.setdefault(label, channel)
        if step.label and len(ends) == 1:
            found.setdefault(step.label, ends[0][1])
    return found


def channel_of(label: str, known: Mapping[str, Channel]) -> Channel | None:
    """What a result label measures, None for a calculated block ("Blank 570", "[Concentration]")."""
    if label in known:
        return known[label]
    if match := _NUMBERED.match(label):
        return known.get(match[1])
    if not known and (match := _BARE.match(label)) and not label.startswith("Blank"):
        if match[2]:
            return Channel("fluorescence", float(match[1]), float(match[2]))
        return Channel("unknown", float(match[1]), None)
    return None


def _number(text: str) -> float | None:
    return float(text) if text else None
