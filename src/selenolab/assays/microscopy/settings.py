"""What a user may choose in the particle sizing, each choice with its meaning and default."""

from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, PositiveInt, field_validator, model_validator

from selenolab.core.assay import AssaySettings

Point = tuple[float, float]
Points = Annotated[tuple[Point, ...], Field(min_length=2)]
Why = Annotated[str, Field(min_length=1)]


class Added(AssaySettings):
    """A particle that a person draws as a circle. Coordinates in pixels of the whole image."""

    image: str = Field(description="Name of the image, as its file is named.")
    x: float = Field(description="Centre from the left, in pixels.")
    y: float = Field(description="Centre from the top, in pixels.")
    diameter_px: PositiveFloat = Field(description="Diameter in pixels.")
    reason: str = Field("", description="Why it is added.")
    by: str = Field("", description="Who adds it.")


class Removed(AssaySettings):
    """An outline that is no particle."""

    image: str = Field(description="Name of the image, as its file is named.")
    x: float = Field(description="A point inside the outline, from the left, in pixels.")
    y: float = Field(description="The same point from the top, in pixels.")
    reason: Why = Field(description="Why it is no particle.")
    by: str = Field("", description="Who removes it.")


class Split(AssaySettings):
    """One outline that is several particles: each pixel goes to the nearest point."""

    image: str = Field(description="Name of the image, as its file is named.")
    points: Points = Field(description="One point [x, y] in each of the particles, in pixels.")
    reason: str = Field("", description="Why it is split.")
    by: str = Field("", description="Who splits it.")


class Merged(AssaySettings):
    """Several outlines that are one particle."""

    image: str = Field(description="Name of the image, as its file is named.")
    points: Points = Field(description="One point [x, y] in each of the outlines, in pixels.")
    reason: str = Field("", description="Why they are merged.")
    by: str = Field("", description="Who merges them.")


class MicroscopySettings(AssaySettings):
    """Settings of the particle sizing."""

    # --- scale ---
    pixel_size: str = Field(
        "", description="Size of a pixel with its unit. A file's own goes before it, metadata and bar after."
    )
    scale_bar: str = Field("", description="Length of the burnt-in bar with its unit, for every image.")
    scale_bar_px: PositiveFloat | None = Field(
        None, description="Length of that bar in pixels, where it is not found in the image."
    )
    scale_tolerance: PositiveFloat = Field(
        5.0, description="Greatest difference of two sources of the scale, in %."
    )
    # --- what a particle is ---
    region: tuple[float, float, float, float] | None = Field(
        None, description="Part of every image to count in: left, top, right, bottom, in pixels."
    )
    polarity: Literal["auto", "dark", "bright"] = Field(
        "auto", description="Whether particles are darker or brighter than the ground."
    )
    smallest_px: PositiveFloat | None = Field(
        None, description="Least diameter of a particle in pixels. Without it the segmentation decides."
    )
    largest_px: PositiveFloat | None = Field(None, description="Greatest diameter of a particle in pixels.")
    splitting: float = Field(
        1.0, ge=0, le=2, description="How readily touching particles are split: 0 never, 2 eagerly."
    )
    solidity_min: float = Field(
        0.9,
        ge=0,
        le=1,
        description="Least solidity (area over that of the convex hull) of an outline that counts; outlines "
        "below are taken for unresolved clusters. 0 counts all.",
    )
    add: tuple[Added, ...] = Field(
        (), description="Particles added by hand: {image, x, y, diameter_px, reason, by}, in pixels."
    )
    remove: tuple[Removed, ...] = Field(
        (), description="Outlines removed by hand: {image, x, y, reason, by}, in pixels."
    )
    split: tuple[Split, ...] = Field(
        (), description="Outlines split by hand: {image, points: [[x, y], [x, y]], reason, by}."
    )
    merge: tuple[Merged, ...] = Field(
        (), description="Outlines merged by hand: {image, points: [[x, y], [x, y]], reason, by}."
    )
    # --- statistics ---
    edge_correction: bool = Field(
        True, description="Whether counted particles are weighted for those lost at the edge."
    )
    level: float = Field(0.95, gt=0, lt=1, description="Confidence level of all intervals.")
    # --- checks ---
    particles_min: PositiveInt = Field(100, description="Least number of counted particles of a group.")
    images_min: PositiveInt = Field(3, description="Least number of images (grids, batches) of a group.")
    particle_px_min: PositiveFloat = Field(15.0, description="Least median diameter in pixels.")
    saturated_max: float = Field(1.0, ge=0, description="Greatest share of saturated pixels, in %.")
    contrast_min: PositiveFloat = Field(2.0, description="Least contrast, in SDs of the ground.")
    edge_share_max: PositiveFloat = Field(30.0, description="Greatest share of particles at the edge, in %.")
    unresolved_max: float = Field(
        10.0, ge=0, description="Greatest share of outlines that are unresolved clusters, in %."
    )
    aggregated_max: PositiveFloat = Field(30.0, description="Greatest share of particles in clusters, in %.")
    covered_max: PositiveFloat = Field(50.0, description="Greatest share of an image under particles, in %.")
    magnification_max: PositiveFloat = Field(
        2.0, description="Greatest ratio of the pixel sizes of a group's images."
    )
    lognormal_max: PositiveFloat = Field(
        0.1, description="Greatest distance of the cumulative distribution from a lognormal one."
    )
    # --- report ---
    overlays: int = Field(6, ge=0, le=50, description="Images shown with outlines; all are in the tables.")
    # --- virtual images ---
    virtual_images: PositiveInt = Field(5, description="Simulated images.")
    virtual_particles_per_image: PositiveInt = Field(60, description="Particles in a simulated image.")
    virtual_pixel_nm: PositiveFloat = Field(0.5, description="Pixel size of a simulated image.")
    virtual_frame_px: PositiveInt = Field(2048, description="Width and height of a simulated image.")
    virtual_image_cv: float = Field(
        0.02, ge=0, lt=1, description="Scatter that a simulated image shares (SD of ln diameter)."
    )
    virtual_outline_px: float = Field(
        0.5, ge=0, description="Error of a simulated particle's diameter (SD), in pixels."
    )

    @field_validator("pixel_size", "scale_bar", mode="before")
    @classmethod
    def _with_unit(cls, told: object) -> object:
        if isinstance(told, int | float) and not isinstance(told, bool):
            raise ValueError("Expected a length with its unit, as in '0.5 nm'")
        return told

    @model_validator(mode="after")
    def _bar_in_both(self) -> "MicroscopySettings":
        if self.scale_bar_px is not None and not self.scale_bar:
            raise ValueError("scale_bar_px needs scale_bar, the length of the bar with its unit")
        if self.scale_bar and self.pixel_size:
            raise ValueError("Expected pixel_size or scale_bar, found both: state one")
        return self
