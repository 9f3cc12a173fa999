"""What the media are: which holds GSH, which is the reference, and whether their pH was measured."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from selenolab.assays.release.groups import Group
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.core.errors import StudyError, did_you_mean

PH_APART = 0.3  # a difference in pH that is said
_NAMES_GSH = ("gsh", "glutathione")


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
        if np.isfinite(self.gsh):
            return self.gsh > 0
        return any(word in self.name.casefold() for word in _NAMES_GSH)

    @property
    def has_h2o2(self) -> bool:
        """Whether the medium holds H2O2, as stated or by its name."""
        if np.isfinite(self.h2o2):
            return self.h2o2 > 0
        return "h2o2" in self.name.casefold().replace("₂", "2")

    @property
    def ph_measured(self) -> bool:
        """Whether a measured pH is there."""
        return bool(np.isfinite(self.ph))

    @property
    def nominal_ph(self) -> float:
        """The measured pH, else the one that was meant; NaN where neither is stated."""
        return self.ph if self.ph_measured else self.target_ph


def media_of(groups: Sequence[Group]) -> dict[str, Medium]:
    """All media by name; each fact the mean over the vessels that state it."""
    found: dict[str, Medium] = {}
    for name in sorted({group.medium for group in groups}):
        own = [group for group in groups if group.medium == name]
        facts = {
            word: _mean([group.fact(word) for group in own]) for word in ("ph", "target_ph", "gsh", "h2o2")
        }
        found[name] = Medium(name, **facts)
    return found


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
    plain = [media[name] for name in own if not media[name].has_gsh and not media[name].has_h2o2]
    return min(plain, key=_from_blood) if plain else None


def _from_blood(medium: Medium) -> tuple[float, str]:
    ph = medium.nominal_ph
    return (abs(ph - 7.4) if np.isfinite(ph) else 0.05, medium.name)


def partner_of(
    medium: Medium, media: dict[str, Medium], settings: ReleaseSettings, own: Sequence[str]
) -> Medium | None:
    """The medium without GSH to compare one with: as set, else the plain one of the nearest pH."""
    if settings.reference_medium:
        found = reference_of(media, settings, own)
        return None if found is None or found.name == medium.name else found
    plain = [
        media[name] for name in own if not media[name].has_gsh and media[name].has_h2o2 == medium.has_h2o2
    ]
    plain = [other for other in plain if other.name != medium.name]
    if not plain:
        return None
    if not np.isfinite(medium.nominal_ph):
        return reference_of(media, settings, own)
    return min(plain, key=lambda other: _apart(medium, other))


def _apart(one: Medium, other: Medium) -> tuple[float, str]:
    gap = abs(one.nominal_ph - other.nominal_ph)
    return (float(gap) if np.isfinite(gap) else 99.0, other.name)


def ph_differs(one: Medium, other: Medium) -> float:
    """By how much the measured pH differ, NaN where one was not measured."""
    return one.ph - other.ph
