"""Which channel shows what: found by name or marker, or as the settings say; never guessed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from selenolab.assays.flow.settings import PART, FlowSettings
from selenolab.core.errors import DataError, StudyError, did_you_mean

_GREEN = r"\bfitc\b|\bfl-?1\b|\balexa\s?(fluor)?\s?488\b|\bgfp\b|\bbl1\b|\bb[l ]?5[23]\d\b|\b5[23]\d[-/ ]"
_ORANGE = r"\bpe\b(?!.{0,2}(cy|tex))|\bfl-?2\b|\bbl2\b|\byl1\b|\b5[78]\d[-/ ]"
# The first pattern of a part that any channel answers decides; two different answers are refused.
PATTERNS: Mapping[str, tuple[str, ...]] = {
    "forward": (r"^fsc\b|^fs\b|^fs[ -]?(lin|a|h)\b|forward",),
    "side": (r"^ssc\b|^ss\b|^ss[ -]?(lin|a|h)\b|side scatter|^side",),
    "annexin": (r"annexin|\banx|\bann?v\b", _GREEN),
    "death": (
        r"\bpi\b|propidium|7-?aad|sytox|\bdapi\b|zombie",
        r"pe-?tex|\becd\b|\bfl-?3\b",
        _ORANGE,
        r"percp",
    ),
    "dna": (
        r"\bpi\b|propidium|\bdapi\b|hoechst|7-?aad|draq|fxcycle|vybrant|\bdna\b",
        r"\bfl-?2\b|\bpe\b(?!.{0,2}(cy|tex))|\byl1\b",
    ),
    "dcf": (r"dcf|\bros\b|cellrox", _GREEN),
    "green": (r"monomer|jc-?1.{0,3}(green|mono)|green", _GREEN),
    "red": (r"aggregate|jc-?1.{0,3}(red|aggr|orange)|\bred\b", _ORANGE),
}
PARTS = {
    "annexin": ("annexin", "death"),
    "dna": ("dna",),
    "dcf": ("dcf",),
    "jc1": ("red", "green"),
    "generic": (),
}
_PULSE = re.compile(r"[-_ ]?\b(a|h|w|area|height|width)$", re.IGNORECASE)
_SCATTER = re.compile(r"^(fsc|ssc|fs|ss|forward|side)\b", re.IGNORECASE)
_TIME = re.compile(r"^(time|hdr-t)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Channels:
    """Channels of a run: name -> marker, the parts that were found, and the top of each scale."""

    markers: Mapping[str, str]
    parts: Mapping[str, str]
    tops: Mapping[str, float]

    @property
    def fluorescence(self) -> tuple[str, ...]:
        """Channels that are neither scatter nor time."""
        return tuple(name for name in self.markers if not _SCATTER.match(name) and not _TIME.match(name))

    @property
    def time(self) -> str:
        """The time channel, "" where there is none."""
        return next((name for name in self.markers if _TIME.match(name)), "")

    def label(self, name: str) -> str:
        """The channel as a reader knows it: marker and name."""
        marker = self.markers.get(name, "")
        return f"{marker} ({name})" if marker and marker != name else name


def find_channels(frame: pd.DataFrame, settings: FlowSettings) -> Channels:
    """The parts of the panel among the channels of `frame` (flow_channel, flow_marker, flow_top).

    Raises
    ------
    StudyError, DataError
        A channel of the settings that no tube has; a dye of the panel that no channel, or several, may show.
    """
    frame = frame.sort_values("flow_channel")
    markers = {str(n): str(m) for n, m in zip(frame["flow_channel"], frame["flow_marker"], strict=True)}
    parts: dict[str, str] = {}
    for part, name in settings.channels.items():
        parts[part] = channel_named(name, markers, f"channels.{part}")
    for part in PARTS[settings.panel]:
        if part not in parts:
            parts[part] = _needed(part, markers)
    for part in ("forward", "side"):
        if part not in parts and (found := _candidates(part, markers)):
            parts[part] = found[0]
    for part, of in (("forward_width", "forward"), ("dna_width", "dna")):
        if part not in parts and of in parts and (other := _other_pulse(parts[of], markers)):
            parts[part] = other
    tops = {
        str(name): float(top)
        for name, top in zip(
            frame["flow_channel"], frame.get("flow_top", pd.Series(dtype=float)), strict=False
        )
        if top == top
    }
    return Channels(markers, parts, tops)


def channel_named(name: str, markers: Mapping[str, str], place: str) -> str:
    """The channel called `name`, or whose marker is.

    Raises
    ------
    StudyError
        Where none is, or several are.
    """
    if name in markers:
        return name
    plain = name.strip().casefold()
    near = [one for one, marker in markers.items() if plain in (one.casefold(), marker.casefold())]
    near = _areas(near)
    if len(near) == 1:
        return near[0]
    if near:
        raise StudyError(f"{place}: '{name}' may be {', '.join(near)}. Name one.")
    raise StudyError(f"{place}: No channel '{name}'. {did_you_mean(name, markers)}")


def _needed(part: str, markers: Mapping[str, str]) -> str:
    found = _candidates(part, markers)
    if len(found) == 1:
        return found[0]
    shown = ", ".join(f"{name} ({marker})" if marker else name for name, marker in markers.items())
    if found:
        raise DataError(
            f"channels: {PART[part]} may be in {' or '.join(found)}. State channels.{part} in the settings."
        )
    raise DataError(
        f"channels: Unable to find the channel of {PART[part]} among {shown}. State channels.{part} in the "
        "settings."
    )


def _candidates(part: str, markers: Mapping[str, str]) -> list[str]:
    """Channels of the first pattern that any answers: markers and names first, areas before heights."""
    for pattern in PATTERNS[part]:
        compiled = re.compile(pattern, re.IGNORECASE)
        found = [
            name
            for name, marker in markers.items()
            if (compiled.search(_plain(name)) or compiled.search(marker))
            and (part in ("forward", "side")) == bool(_SCATTER.match(name))
        ]
        if found:
            return _areas(found)
    return []


def _plain(name: str) -> str:
    return name.replace("_", " ").replace("Comp-", "")


def _areas(names: Sequence[str]) -> list[str]:
    """Area channels where there are any, else heights; widths never."""
    for ends in (("a", "area"), ("", "lin", "log"), ("h", "height")):
        kept = [name for name in names if _pulse(name) in ends]
        if kept:
            return kept
    return list(names)


def _pulse(name: str) -> str:
    found = _PULSE.search(name)
    return found[1].casefold() if found else ""


def _other_pulse(area: str, markers: Mapping[str, str]) -> str:
    """Height (else width) of the same detector."""
    if not _pulse(area):
        return ""
    stem = _PULSE.sub("", area).casefold()
    for wanted in (("h", "height"), ("w", "width")):
        for name in markers:
            if _pulse(name) in wanted and _PULSE.sub("", name).casefold() == stem and name != area:
                return name
    return ""


def stain_channel(stain: str, channels: Channels, tube: str) -> str:
    """The channel of a stain that a sheet names: a part of the panel, a channel or a marker.

    Raises
    ------
    StudyError
        Where nothing is meant, or several channels are.
    """
    if not stain:
        raise StudyError(f"{tube}: A single stain needs its stain. Write the dye or channel as 'stain'.")
    plain = stain.casefold()
    for part, pattern in ((part, found) for part, patterns in PATTERNS.items() for found in patterns[:1]):
        if part in channels.parts and (part == plain or re.search(pattern, stain, re.IGNORECASE)):
            return channels.parts[part]
    inside = _areas([n for n, marker in channels.markers.items() if plain in f"{n} {marker}".casefold()])
    if stain not in channels.markers and len(inside) == 1:
        return inside[0]
    return channel_named(stain, channels.markers, f"{tube}: stain")
