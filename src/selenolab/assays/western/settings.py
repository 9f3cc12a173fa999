"""What a user may choose in the western assay, each choice with its meaning and default."""

from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, PositiveInt, field_validator

from selenolab.assays.western.proteins import known
from selenolab.core.assay import AssaySettings

Span = tuple[float, float]
Why = Annotated[str, Field(min_length=1)]


class LaneBox(AssaySettings):
    """A lane that a person draws, in pixels of the frame turned by the tilt."""

    image: str = Field(description="Name of the image, or a pattern with * for several.")
    lane: PositiveInt = Field(description="Number of the lane, from 1 at the left.")
    x: Span = Field(description="Left and right edge of the lane, in pixels.")
    reason: str = Field("", description="Why it is drawn.")
    by: str = Field("", description="Who draws it.")


class BandWindow(AssaySettings):
    """The rows in which the band of a protein lies, in pixels of the frame turned by the tilt."""

    protein: str = Field(min_length=1, description="Protein whose band lies there.")
    y: Span = Field(description="Upper and lower edge, in pixels from the top.")
    image: str = Field("*", description="Name of the image, or a pattern with * for several.")
    lane: PositiveInt | None = Field(None, description="The one lane it is for: its box is then y exactly.")
    reason: str = Field("", description="Why it is drawn.")
    by: str = Field("", description="Who draws it.")


class ExcludedBand(AssaySettings):
    """A band that enters no number."""

    image: str = Field(description="Name of the image, or a pattern with * for several.")
    lane: PositiveInt = Field(description="Number of the lane.")
    protein: str = Field("", description="The one protein meant, where the image shows several.")
    reason: Why = Field(description="Why it is left out.")
    by: str = Field("", description="Who leaves it out.")


class IgnoredSplice(AssaySettings):
    """Splice lines of an image that a person has looked at and that are none."""

    image: str = Field(description="Name of the image, or a pattern with * for several.")
    reason: Why = Field(description="Why what was found is no splice.")
    by: str = Field("", description="Who looked at it.")


class WesternSettings(AssaySettings):
    """Settings of the western assay."""

    # --- what the files show ---
    file_names: str = Field(
        "",
        description="How file names are built of words, such as membrane_protein for 1_p21.tif; "
        "words: membrane, protein, exposure. With '{membrane}_{}_{protein}' {} is anything.",
    )
    proteins: dict[str, str] = Field(
        {}, description="Protein by file name or pattern with *, where no fact and no file name says it."
    )
    channels: dict[str, str] = Field(
        {},
        description="Protein by channel of files with several: a number from 0 (pages of a tif), or red, "
        "green, blue. Channels not named are not measured.",
    )
    events: dict[str, str] = Field(
        {},
        description="Names of proteins that the alias table lacks, mapped to one of its keys or to a word of "
        "the pathway; empty for none.",
    )
    dose_unit: str = Field("", description="Unit of the doses, where the sheet names none.")
    # --- edits of a person ---
    lane_count: PositiveInt | None = Field(
        None,
        description="Number of lanes of every membrane. Without it the sheet's highest lane is expected.",
    )
    lane_boxes: tuple[LaneBox, ...] = Field((), description="Lanes drawn by a person.")
    bands: tuple[BandWindow, ...] = Field(
        (), description="Rows of a protein's band: needed where an image shows several bands."
    )
    exclude: tuple[ExcludedBand, ...] = Field((), description="Bands that enter no number, with the reason.")
    ignore_splices: tuple[IgnoredSplice, ...] = Field(
        (), description="Images whose splice lines are none, with the reason."
    )
    # --- pixels ---
    channel: str = Field("", description="Channel of colour images that show one protein: red, green, blue.")
    bands_are: Literal["auto", "light", "dark"] = Field(
        "auto", description="Whether bands are light or dark in the numbers of the files."
    )
    background: Literal["rim", "line", "rolling_ball"] = Field(
        "rim",
        description="Local background: a line through the rows around the band, straight from end to "
        "end of its box, or a rolling ball.",
    )
    ball_radius: PositiveFloat | None = Field(
        None, description="Radius of the rolling ball in pixels; three times the tallest band if empty."
    )
    measure_refused: bool = Field(
        False,
        description="Whether a run is measured whose target images are all not quantitative (8-bit, JPEG, "
        "contrast adjusted): bands are shown, and still no fold is given.",
    )
    correct_tilt: bool = Field(True, description="Whether boxes follow the tilt that is found.")
    # --- normalisation ---
    normalise_to: Literal["auto", "total_protein", "loading_control", "none"] = Field(
        "auto",
        description="Normaliser of the headline, chosen beforehand. auto takes total protein where the "
        "membrane has it, else the loading control.",
    )
    normalisers_differ_max: float = Field(
        1.3, gt=1, description="Greatest factor between folds by total protein and by the loading control."
    )
    loading_change_max: float = Field(
        1.25, gt=1, description="Greatest change of the loading control with the treatment, as a factor."
    )
    ratios: tuple[tuple[str, str], ...] = Field(
        (),
        description="Further ratios of two proteins, numerator first; phospho/total, cleaved/full-length "
        "and Bax/Bcl-2 are formed by themselves.",
    )
    # --- limits ---
    splice_step: float = Field(
        1.0,
        ge=0,
        description="Least step of the ground at a splice line that parts lanes, in noise of a pixel; "
        "fainter ones are told only.",
    )
    detection: PositiveFloat = Field(
        3.3, description="Detection limit of a band, in standard errors of its background."
    )
    slope_tolerance: float = Field(
        0.15, gt=0, lt=1, description="Greatest departure of the log-log slope of a dilution series from 1."
    )
    level: float = Field(0.95, gt=0, lt=1, description="Confidence level of all intervals.")
    shown_blots: int = Field(8, ge=0, le=60, description="Blots drawn with their boxes.")
    # --- virtual blots ---
    virtual_proteins: tuple[str, ...] = Field(
        ("p53_ps15", "p21", "cleaved_caspase_3", "p_akt"),
        min_length=1,
        description="Simulated proteins, as keys of the alias table that a model shows.",
    )
    virtual_doses: tuple[float, ...] = Field((8.0, 16.0), description="Simulated doses, beside zero.")
    virtual_dose_unit: str = Field("µM", description="Unit of the simulated doses.")
    virtual_times_h: tuple[PositiveFloat, ...] = Field((24.0,), description="Simulated times in h.")
    virtual_experiments: PositiveInt = Field(
        3, description="Simulated independent lysates, one membrane each."
    )
    virtual_compound: str = Field("model compound", description="Name given to the simulated compound.")
    virtual_cell_line: str = Field("model cells", description="Name given to the simulated cells.")
    virtual_half: PositiveFloat = Field(
        20.0, description="Level at which a simulated band has half of its greatest volume."
    )
    virtual_lysate_sd: float = Field(0.1, ge=0, lt=2, description="Scatter between lysates (SD of ln).")
    virtual_load_sd: float = Field(0.1, ge=0, lt=2, description="Scatter of a lane's load (SD of ln).")
    virtual_noise: float = Field(
        0.01, ge=0, lt=1, description="Noise of a band's background, in volumes of an untreated band."
    )

    @field_validator("virtual_proteins")
    @classmethod
    def _a_model_shows_them(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        shown = [key for key, protein in known().items() if protein.word]
        for name in names:
            if name not in shown:
                raise ValueError(f"Unknown protein '{name}'. Expected one of {', '.join(shown)}")
        return names

    @field_validator("file_names")
    @classmethod
    def _known_words(cls, text: str) -> str:
        from selenolab.assays.western.file_names import words_of

        words_of(text)
        return text
