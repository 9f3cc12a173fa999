"""What a user may choose in the comet assay, each choice with its meaning and default."""

from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from selenolab.core.assay import AssaySettings

Why = Annotated[str, Field(min_length=1)]


class Drawn(AssaySettings):
    """A box that a person draws around one comet, in pixels of the whole image from its upper left corner."""

    image: str = Field(description="Name of the image, as its file is named.")
    left: float = Field(ge=0, description="Left edge of the box, in pixels.")
    top: float = Field(ge=0, description="Upper edge, in pixels.")
    right: float = Field(description="Right edge, in pixels.")
    bottom: float = Field(description="Lower edge, in pixels.")
    reason: str = Field("", description="Why it is drawn.")
    by: str = Field("", description="Who draws it.")

    @model_validator(mode="after")
    def _has_an_inside(self) -> "Drawn":
        if self.right <= self.left or self.bottom <= self.top:
            raise ValueError("Expected left < right and top < bottom: give two corners of the box")
        return self


class Removed(AssaySettings):
    """A comet that is none, or that may not count."""

    image: str = Field(description="Name of the image, as its file is named.")
    x: float = Field(description="A point inside the comet's box, from the left, in pixels.")
    y: float = Field(description="The same point from the top, in pixels.")
    reason: Why = Field(description="Why it does not count.")
    by: str = Field("", description="Who removes it.")


class CometSettings(AssaySettings):
    """Settings of the comet assay."""

    # --- what is concluded ---
    claim: Literal["strand breaks", "oxidised bases"] = Field(
        "strand breaks",
        description="What is to be concluded; oxidised bases ask for slides digested with an enzyme.",
    )
    n_is: Literal["experiments", "slides", "animals"] = Field(
        "experiments",
        description="What n counts: independent experiments, or slides or animals where so designed.",
    )
    summary: Literal["median", "mean"] = Field("median", description="What sums up the cells of one slide.")
    viability_min: float = Field(
        75.0, ge=0, le=100, description="Least viability of the same cells for primary strand breaks, in %."
    )
    # --- what counts ---
    saturated: Literal["leave out", "keep"] = Field(
        "leave out", description="Whether comets with saturated pixels enter the numbers."
    )
    hedgehog_percent: float = Field(
        85.0, gt=0, lt=100, description="Tail DNA from which on a comet is a hedgehog, in %. They count."
    )
    head_px: PositiveFloat = Field(10.0, description="Least width of a head in pixels; less is dust.")
    direction_deg: float | None = Field(
        None,
        description="Direction of the tails in degrees: 0 to the right, 90 down; found if not given.",
    )
    saturated_at: PositiveFloat | None = Field(
        None, description="Grey value of saturation, where the camera's is below that of the file."
    )
    inverted: bool = Field(False, description="Whether the images show dark comets on a bright ground.")
    pixel_size: str = Field(
        "", description="Size of a pixel with its unit, as in '0.65 µm'; else lengths stay in px."
    )
    add: tuple[Drawn, ...] = Field(
        (), description="Boxes drawn by hand, one comet each: {image, left, top, right, bottom, reason, by}."
    )
    remove: tuple[Removed, ...] = Field(
        (), description="Comets removed by hand: {image, x, y, reason, by}, in pixels."
    )
    # --- statistics and checks ---
    level: float = Field(0.95, gt=0, lt=1, description="Confidence level of all intervals.")
    comets_min: PositiveInt = Field(50, description="Least number of counted comets of a slide.")
    units_min: PositiveInt = Field(3, description="Least number of experiments (slides, animals) of a group.")
    left_out_max: float = Field(
        30.0,
        ge=0,
        le=100,
        description="Greatest share of a slide's comets that overlap or lie at the edge, in %.",
    )
    saturated_max: float = Field(
        5.0, ge=0, le=100, description="Greatest share of a slide's comets that are saturated, in %."
    )
    control_max: PositiveFloat = Field(20.0, description="Greatest tail DNA of control cells, in %.")
    # --- report ---
    overlays: int = Field(6, ge=0, le=60, description="Images shown with outlines; all are in the tables.")
    # --- virtual slides ---
    virtual_doses: tuple[float, ...] = Field((2.0, 4.0, 8.0, 16.0), description="Simulated doses above zero.")
    virtual_dose_unit: str = Field("µM", description="Unit of the simulated doses.")
    virtual_times_h: tuple[float, ...] = Field((24.0,), description="Simulated times.")
    virtual_compound: str = Field("model compound", description="Name of the simulated compound.")
    virtual_cell_line: str = Field("model cells", description="Name of the simulated cells.")
    virtual_experiments: PositiveInt = Field(3, description="Simulated independent experiments.")
    virtual_comets: PositiveInt = Field(60, description="Comets of a simulated slide.")
    virtual_tail_dna: float = Field(
        4.0, gt=0, lt=50, description="Tail DNA of the median untreated model cell, in %."
    )
    virtual_cell_spread: float = Field(
        0.5, ge=0, description="Scatter between cells (SD of the log odds of tail DNA)."
    )
    virtual_experiment_cv: float = Field(
        0.12, ge=0, lt=1, description="Scatter that a simulated slide shares (SD of ln tail DNA)."
    )
    virtual_head_px: PositiveFloat = Field(30.0, description="Width of a simulated head in pixels.")
