"""A kit as data: which signal shows the enzyme, how much of it is one turnover, which blanks and controls."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat, field_validator

from selenolab.assays.plate_kinetics.schema import FOLDER, ROLES
from selenolab.core.quantity import vocabulary
from selenolab.formats.plate_presets import Cited, load_preset

PRESETS = FOLDER / "presets"
_STRICT = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
BLANKS = ("inhibitor_blank", "no_enzyme", "blank")
EVENTS = (
    "trxr_activity", "caspase_3", "caspase_8", "caspase_9", "gpx_activity", "gr_activity",
    "catalase_activity", "hydroxyl_radical",
)  # fmt: skip


class Seen(BaseModel):
    """What the signal shows: a molecule, its extinction, how many of it one turnover makes or uses."""

    model_config = _STRICT
    molecule: str = Field(min_length=1)
    extinction: PositiveFloat | None = None  # change of the molar extinction, 1/(M cm)
    per_turnover: PositiveFloat = 1.0
    turnover: str = Field("turnover", min_length=1)


class WantedControl(BaseModel):
    """Without wells of `role`, `conclusion` cannot be drawn: always, or where a compound disturbs the signal.

    `dosed`: at every dose of the compound; `treated`: only where compounds were put on the enzyme or cells.
    """

    model_config = _STRICT
    role: str
    when: Literal["always", "disturbing"] = "always"
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


class Shown(BaseModel):
    """How a virtual plate shows a state of the cell model.

    The enzyme makes `basal` plus `rate` times the state, which `relative` takes over that of untreated cells;
    the product ends at `capacity`, when the substrate is used up. All in signal (per min).
    """

    model_config = _STRICT
    state: str
    rate: PositiveFloat
    relative: bool = True
    basal: NonNegativeFloat = 0.0
    blank_rate: NonNegativeFloat = 0.0
    start: float = 0.08
    added: NonNegativeFloat = 0.0  # what the compound makes by itself at the highest dose
    capacity: PositiveFloat = 2.0

    @field_validator("state")
    @classmethod
    def _word(cls, state: str) -> str:
        if state not in vocabulary():
            raise ValueError(f"'{state}' is no state of a model")
        return state


class Preset(BaseModel):
    """One kit."""

    model_config = _STRICT
    title: str = Field(min_length=1)
    enzyme: str = Field(min_length=1)
    signal: Literal["any", "absorbance", "intensity"] = "any"
    wavelength_nm: PositiveFloat | None = None
    direction: Literal["rising", "falling"] = "rising"
    seen: Seen | None = None
    blanks: tuple[Literal["inhibitor_blank", "no_enzyme", "blank"], ...] = ("no_enzyme", "blank")
    saturation: PositiveFloat | None = None
    max_conversion: float = Field(0.10, gt=0, le=1)
    headline: Literal["percent", "fold"] = "percent"
    event: str = ""
    measured: str = Field("rate of the reaction, relative to the control", min_length=1)
    disturbing: str = ""
    disturbance: str = ""
    substrate_and_inhibitor: str = ""
    spellings: dict[str, str] = Field(default_factory=dict)
    controls: tuple[WantedControl, ...] = ()
    shown: Shown | None = None
    methods: str = ""
    references: tuple[Cited, ...] = ()

    @field_validator("event")
    @classmethod
    def _event(cls, event: str) -> str:
        if event and event not in EVENTS:
            raise ValueError(f"'{event}' is no event; known are {', '.join(EVENTS)}")
        return event

    @field_validator("disturbing", "substrate_and_inhibitor")
    @classmethod
    def _compiles(cls, text: str) -> str:
        try:
            re.compile(text)
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from None
        return text

    @field_validator("spellings")
    @classmethod
    def _roles(cls, spellings: dict[str, str]) -> dict[str, str]:
        for word, role in spellings.items():
            if role not in ROLES:
                raise ValueError(f"'{word}' stands for '{role}', which is no role; known: {', '.join(ROLES)}")
        return spellings


def preset_named(name: str) -> Preset:
    """The preset of that name or path.

    Raises
    ------
    StudyError
        An unknown name, a file that is not there, a field that does not fit.
    """
    return load_preset(name, PRESETS, Preset)


def matches(pattern: str, compound: str) -> bool:
    """Whether a compound's name fits a pattern of a preset; an empty pattern fits none."""
    return bool(pattern and re.search(pattern, compound, re.IGNORECASE))
