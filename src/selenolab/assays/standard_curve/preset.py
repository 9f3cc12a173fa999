"""A kit as data: what is measured, by which curve, with which controls; shipped here or a lab's own YAML."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PositiveFloat, field_validator

from selenolab.assays.standard_curve.schema import FOLDER, ROLES
from selenolab.fit.calibration_models import ModelName
from selenolab.fit.calibration_standards import Direction
from selenolab.fit.calibration_weights import WeightName
from selenolab.formats.plate_presets import Cited, load_preset

Calculation = Literal["concentration", "glutathione", "release"]
PRESETS = FOLDER / "presets"


def _spelt(weight: object) -> object:
    """A weight as people type it: 1 (the number), 1/x^2, 1/x2 and 1/x**2 for 1/x²."""
    if isinstance(weight, int | float) and weight == 1:
        return "1"
    return re.sub(r"(\^|\*\*)?2$", "²", weight.replace(" ", "")) if isinstance(weight, str) else weight


Weight = Annotated[WeightName, BeforeValidator(_spelt)]
_STRICT = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
# roles that a calculation knows beside those of the plate itself
_OWN: dict[Calculation, tuple[str, ...]] = {
    "concentration": ("standard", "spike"),
    "glutathione": ("standard", "spike", "masked", "masked_standard"),
    "release": ("spontaneous", "maximum"),
}
_ALWAYS = ("sample", "blank", "vehicle", "sample_blank", "buffer_blank", "compound_blank")


class Interference(BaseModel):
    """Compounds that disturb the assay: a regular expression over their names, and what they do."""

    model_config = _STRICT
    pattern: str
    warning: str

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, text: str) -> str:
        try:
            re.compile(text)
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from None
        return text


class WantedControl(BaseModel):
    """Without wells of `role`, `conclusion` cannot be drawn: always, or where a compound interferes."""

    model_config = _STRICT
    role: str
    when: Literal["always", "interference"] = "always"
    dosed: bool = False
    conclusion: str
    control: str
    remedy: str

    @field_validator("role")
    @classmethod
    def _known(cls, role: str) -> str:
        if role not in ROLES:
            raise ValueError(f"'{role}' is no role; known are {', '.join(ROLES)}")
        return role


class Preset(BaseModel):
    """One kit."""

    model_config = _STRICT
    title: str = Field(min_length=1)
    analyte: str = Field("analyte", min_length=1)
    calculation: Calculation = "concentration"
    signal: Literal["any", "absorbance", "intensity"] = "any"
    wavelength_nm: PositiveFloat | None = None
    model: ModelName = "linear"
    weight: Weight = "1"
    direction: Direction = "rising"
    saturation: PositiveFloat | None = None
    event: str = ""
    spellings: dict[str, str] = Field(default_factory=dict)
    interference: Interference | None = None
    controls: tuple[WantedControl, ...] = ()
    methods: str = ""
    references: tuple[Cited, ...] = ()

    @field_validator("spellings")
    @classmethod
    def _roles(cls, spellings: dict[str, str]) -> dict[str, str]:
        for word, role in spellings.items():
            if role not in ROLES:
                raise ValueError(f"'{word}' stands for '{role}', which is no role; known: {', '.join(ROLES)}")
        return spellings

    def roles(self) -> dict[str, str]:
        """The roles that wells of this kit may have, with their meaning."""
        return {word: ROLES[word] for word in (*_ALWAYS, *_OWN[self.calculation])}

    def disturbs(self, compound: str) -> bool:
        """Whether a compound of that name is known to disturb the assay."""
        return bool(self.interference and re.search(self.interference.pattern, compound, re.IGNORECASE))


def preset_named(name: str) -> Preset:
    """The preset of that name or path.

    Raises
    ------
    StudyError
        An unknown name, a file that is not there, a field that does not fit.
    """
    return load_preset(name, PRESETS, Preset)
