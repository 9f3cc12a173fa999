"""A viability read as data: its signal, wavelengths, what disturbs it, whether the supernatant is aspirated.

`preset` chooses one of the shipped reads (MTT, MTS, XTT, WST-1, CCK-8, resazurin, ATP, SRB, neutral red) or a
lab's own .yaml file. Without it the assay does what it did: a tetrazolium of no name.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, field_validator

from selenolab.core.errors import DataError
from selenolab.core.format import InputFile
from selenolab.core.reference import Reference
from selenolab.formats.plate_presets import load_preset

if TYPE_CHECKING:
    from selenolab.assays.viability.settings import ViabilitySettings

PRESETS = Path(__file__).parent / "presets"
_STRICT = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
_SAME_NM = 0.5


class Cited(BaseModel):
    """A reference as a preset writes it."""

    model_config = _STRICT
    key: str = Field(pattern=r"^(doi|pmid|isbn|url):.+")
    authors: str
    title: str
    where: str
    year: int

    def noun(self) -> Reference:
        """The reference."""
        return Reference(self.key, self.authors, self.title, self.where, self.year)


class Preset(BaseModel):
    """One viability read."""

    model_config = _STRICT
    title: str = Field(min_length=1)
    reagent: str = Field(min_length=1)
    read: str = Field(min_length=1)
    signal: Literal["any", "absorbance", "intensity"] = "any"
    wavelength_nm: PositiveFloat | None = None
    reference_wavelength_nm: PositiveFloat | None = None
    aspirated: bool
    disturbing: str = ""
    disturbance: str = ""
    references: tuple[Cited, ...] = ()

    @field_validator("disturbing")
    @classmethod
    def _compiles(cls, text: str) -> str:
        try:
            re.compile(text)
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from None
        return text

    def disturbs(self, compound: str) -> bool:
        """Whether a compound of that name is known to disturb the read."""
        return bool(self.disturbing and re.search(self.disturbing, compound, re.IGNORECASE))


def preset_named(name: str) -> Preset | None:
    """The preset of that name or path; None for "".

    Raises
    ------
    StudyError
        An unknown name, a file that is not there, a field that does not fit.
    """
    return load_preset(name, PRESETS, Preset) if name else None


def resolved(settings: "ViabilitySettings") -> "ViabilitySettings":
    """The settings with what the preset says where the user said nothing."""
    preset = preset_named(settings.preset)
    if preset is None or "aspirated" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"aspirated": preset.aspirated})


def wavelengths(
    files: Sequence[InputFile], settings: "ViabilitySettings"
) -> tuple[float | None, float | None]:
    """Wavelength and reference to read: those set; else those of the preset that every plate file has."""
    preset = preset_named(settings.preset)
    read, reference = settings.wavelength_nm, settings.reference_wavelength_nm
    if preset is None:
        return read, reference
    plates = [file for file in files if file.parsed.kind == "plate"]
    several = any(file.parsed.records.groupby("plate").size().max() > 1 for file in plates)
    if read is None and several:
        read = preset.wavelength_nm
    if reference is None and several and all(_has(file, preset.reference_wavelength_nm) for file in plates):
        reference = preset.reference_wavelength_nm
    return read, reference


def _has(file: InputFile, wave: float | None) -> bool:
    if wave is None:
        return False
    stated = file.parsed.records["wavelength"].astype("Float64")
    return bool(((stated - wave).abs() < _SAME_NM).fillna(False).any())


def check_signal(kind: str, settings: "ViabilitySettings") -> None:
    """Raise where the files hold another kind of signal than the preset reads."""
    preset = preset_named(settings.preset)
    if preset is None or preset.signal == "any" or kind not in ("absorbance", "intensity"):
        return
    if kind != preset.signal:
        raise DataError(
            f"preset {settings.preset} reads {preset.signal}, but the files hold {kind}. Choose the preset "
            "of the read, or take the right file."
        )
