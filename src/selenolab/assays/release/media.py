"""What the media are: which holds GSH, which is the reference, and whether their pH was measured."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from selenolab.assays.release.groups import Group
from selenolab.assays.release.schema import SAMPLE
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.core.errors import DataError, StudyError, did_you_mean

PH_APART = 0.3  # a difference in pH that is said
_OTHER_PH = 0.5  # vessels of one medium do not differ by more
_NAMES_GSH = ("gsh", "glutathione")
_NAMES_H2O2 = ("h2o2", "peroxide")
# Other agents that reduce or oxidise: such a medium is no plain one.
_NAMES_REDOX = (
    "dtt", "dithiothreitol", "tcep", "cysteine", "mercaptoethanol", "naclo", "naocl", "hypochlorite",
    "fenton", "superoxide", "ascorb", "nadph", "thioredoxin",
)  # fmt: skip
_WITHOUT = r"(?:\b(?:no|without|w/o|free of)|(?<![\d.])0(?:\.0+)?\s*[mµμu]m)\s+{0}|{0}[\s-]*free"


@dataclass(frozen=True, slots=True)
class Medium:
    """A medium with what its vessels state: pH as measured (NaN if not), GSH and H2O2 in mM (NaN if not)."""

    name: str
    ph: float
    target_ph: float
    gsh: float
    h2o2: float

    @property
    def has_gsh(self) -> bool:
        """Whether the medium holds GSH: as stated, or as its name says."""
        return self.gsh > 0 if np.isfinite(self.gsh) else _names(self.name, _NAMES_GSH)

    @property
    def has_h2o2(self) -> bool:
        """Whether the medium holds H2O2, as stated or by its name."""
        return self.h2o2 > 0 if np.isfinite(self.h2o2) else _names(self.name, _NAMES_H2O2)

    @property
    def has_other(self) -> bool:
        """Whether the name says another agent that reduces or oxidises."""
        return _names(self.name, _NAMES_REDOX)

    @property
    def plain(self) -> bool:
        """Whether nothing in it is known to reduce or oxidise."""
        return not (self.has_gsh or self.has_h2o2 or self.has_other)

    @property
    def ph_measured(self) -> bool:
        """Whether a measured pH is there."""
        return bool(np.isfinite(self.ph))

    @property
    def nominal_ph(self) -> float:
        """The measured pH, else the one that was meant; NaN where neither is stated."""
        return self.ph if self.ph_measured else self.target_ph


def _names(name: str, words: Sequence[str]) -> bool:
    """Whether a medium's name says that it holds one of `words`; "without GSH" does not.

    Examples
    --------
    >>> _names("10 mM GSH", ("gsh",)), _names("PBS without GSH", ("gsh",)), _names("GSH-free", ("gsh",))
    (True, False, False)
    """
    text = name.casefold().replace("₂", "2")
    return any(word in re.sub(_WITHOUT.format(word), "", text) for word in words)


def media_of(groups: Sequence[Group]) -> dict[str, Medium]:
    """All media by name; each fact the mean over the vessels that state it.

    Raises
    ------
    DataError
        One name stands for media that differ in GSH, H2O2 or pH.
    """
    found: dict[str, Medium] = {}
    for name in sorted({group.medium for group in groups}):
        own = [group for group in groups if group.medium == name]
        _refuse_two_media(name, own)
        facts = {
            word: _mean([group.fact(word) for group in own]) for word in ("ph", "target_ph", "gsh", "h2o2")
        }
        found[name] = Medium(name, **facts)
    return found


def _refuse_two_media(name: str, groups: Sequence[Group]) -> None:
    vessels = [vessel for group in groups for vessel in group.vessels]
    for word, shown, apart in (
        ("gsh", "mM GSH", 1e-9), ("h2o2", "mM H2O2", 1e-9), ("target_ph", "as target pH", 1e-9),
        ("ph", "as measured pH", _OTHER_PH),
    ):  # fmt: skip
        known = [(vessel.facts[word], vessel.name) for vessel in vessels if np.isfinite(vessel.facts[word])]
        if known and max(known)[0] - min(known)[0] > apart:
            (low, one), (high, two) = min(known), max(known)
            raise DataError(
                f"Medium '{name}' has {low:g} (vessel {one}) and {high:g} (vessel {two}) {shown}: these are "
                "different media. Give each its own name."
            )


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")


def reference_of(media: dict[str, Medium], settings: ReleaseSettings, own: Sequence[str]) -> Medium | None:
    """The medium that those of `own` are compared with: as set, else the plain one nearest to pH 7.4.

    Raises
    ------
    StudyError
        The medium of the settings is none of the data.
    """
    if settings.reference_medium:
        asked = settings.reference_medium.casefold()
        named = [medium for name, medium in media.items() if name.casefold() == asked]
        if not named:
            hint = did_you_mean(settings.reference_medium, media)
            raise StudyError(f"reference_medium: Unknown medium '{settings.reference_medium}'. {hint}")
        return named[0] if named[0].name in own else None
    return _nearest([media[name] for name in own if media[name].plain], _from_blood)


def against_reference(
    groups: Sequence[Group], media: dict[str, Medium], settings: ReleaseSettings
) -> Iterator[tuple[Group, Group, Medium]]:
    """Every carrier in a medium, the same carrier in its reference medium, and that medium."""
    samples = [group for group in groups if group.role == SAMPLE]
    for group in samples:
        own = {other.medium: other for other in samples if other.carrier == group.carrier}
        reference = reference_of(media, settings, sorted(own))
        if reference is not None and reference.name != group.medium:
            yield group, own[reference.name], reference


def _nearest(media: Sequence[Medium], distance: Callable[[Medium], float]) -> Medium | None:
    """The nearest medium; None where several are equally near, as nobody says which is meant."""
    ordered = sorted(media, key=distance)
    if len(ordered) > 1 and distance(ordered[1]) - distance(ordered[0]) < 1e-9:
        return None
    return ordered[0] if ordered else None


def _from_blood(medium: Medium) -> float:
    ph = medium.nominal_ph
    return float(abs(ph - 7.4)) if np.isfinite(ph) else 0.05


def partner_of(
    medium: Medium, media: dict[str, Medium], settings: ReleaseSettings, own: Sequence[str]
) -> Medium | None:
    """The medium without GSH to compare one with: as set, else the one of the nearest pH, else like it."""
    if settings.reference_medium:
        found = reference_of(media, settings, own)
        return None if found is None or found.name == medium.name else found
    others = [media[name] for name in own if name != medium.name]
    without = [
        other for other in others
        if not other.has_gsh and (other.has_h2o2, other.has_other) == (medium.has_h2o2, medium.has_other)
    ]  # fmt: skip
    if len(without) > 1 and not np.isfinite(medium.nominal_ph):
        return reference_of(media, settings, own)
    return _nearest(without, lambda other: _apart(medium, other))


def _apart(one: Medium, other: Medium) -> float:
    gap = abs(one.nominal_ph - other.nominal_ph)
    return float(gap) if np.isfinite(gap) else 99.0


def alone_words(
    groups: Sequence[Group], media: dict[str, Medium], settings: ReleaseSettings
) -> Iterator[str]:
    """Carriers whose media are compared with none, and why."""
    carriers: Mapping[str, list[str]] = {
        group.carrier: [g.medium for g in groups if (g.role, g.carrier) == (SAMPLE, group.carrier)]
        for group in groups if group.role == SAMPLE
    }  # fmt: skip
    for carrier, own in carriers.items():
        if len(own) < 2 or reference_of(media, settings, own) is not None:
            continue
        plain = [name for name in own if media[name].plain]
        told = f"{carrier or 'The carrier'}: no selectivity, trigger or f2 against a reference medium, as "
        if settings.reference_medium:
            yield f"{told}{settings.reference_medium} (reference_medium) was not run with it."
        elif plain:
            yield f"{told}{' and '.join(plain)} are equally fit to be it. Set reference_medium."
        else:
            yield f"{told}no medium without GSH, H2O2 or the like was run with it."


def ph_differs(one: Medium, other: Medium) -> float:
    """By how much the measured pH differ, NaN where one was not measured."""
    return one.ph - other.ph
