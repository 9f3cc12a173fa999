"""What a user may choose in the flow assay, each choice with its meaning and default."""

from typing import Literal

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from selenolab.core.assay import AssaySettings

Panel = Literal["annexin", "dna", "dcf", "jc1", "generic"]
Point = tuple[float, float]
PART = {
    "forward": "forward scatter area (FSC-A)",
    "side": "side scatter area (SSC-A)",
    "forward_width": "forward scatter height or width, by which doublets are told from single cells",
    "annexin": "annexin V, often FITC",
    "death": "propidium iodide, 7-AAD or another dye that only leaky cells take up",
    "dna": "area of the DNA stain",
    "dna_width": "width or height of the DNA stain, by which doublets are told from single cells",
    "dcf": "DCF",
    "red": "JC-1 aggregates (red, near 590 nm)",
    "green": "JC-1 monomers (green, near 530 nm)",
}


class HandGate(AssaySettings):
    """A gate that a person draws, in data units: a polygon in two channels, or a range in one."""

    name: str = Field(min_length=1, description="Name; cells or singlets replaces the automatic gate.")
    x: str = Field(min_length=1, description="Channel, as the file names it.")
    y: str = Field("", description="Second channel of a polygon.")
    polygon: tuple[Point, ...] = Field((), description="Vertices [x, y] in data units.")
    low: float | None = Field(None, description="Lower end of a range in x, in data units; empty is open.")
    high: float | None = Field(None, description="Upper end of a range in x, in data units; empty is open.")
    parent: str = Field("", description="Gate inside which it counts; empty for all events.")
    tube: str = Field("", description="The one tube that it is for; empty is the template of all tubes.")
    compensated: bool = Field(True, description="Whether fluorescence is gated after compensation.")
    reason: str = Field("", description="Why it is drawn.")
    by: str = Field("", description="Who draws it.")

    @model_validator(mode="after")
    def _one_region(self) -> "HandGate":
        if self.polygon and not self.y:
            raise ValueError(f"gate '{self.name}': a polygon needs the second channel, y")
        if self.polygon and len(self.polygon) < 3:
            raise ValueError(f"gate '{self.name}': a polygon needs at least three vertices")
        if bool(self.polygon) == (self.low is not None or self.high is not None):
            raise ValueError(f"gate '{self.name}': Expected a polygon, or low or high, and not both")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError(f"gate '{self.name}': Expected low below high")
        return self


class FlowSettings(AssaySettings):
    """Settings of the flow assay."""

    panel: Panel = Field(
        "generic", description="What was stained: annexin (with PI), dna, dcf, jc1 or generic."
    )
    channels: dict[str, str] = Field(
        {},
        description="Channels by part, where they are not found by name or marker: "
        + "; ".join(f"{part}: {meaning}" for part, meaning in PART.items()) + ".",
    )  # fmt: skip
    dose_unit: str = Field("", description="Unit of the doses, where a sheet names none.")
    # --- compensation ---
    compensation: Literal["auto", "file", "single stains", "matrix", "none"] = Field(
        "auto",
        description="Spillover from the FCS file, from single stains, from a matrix file, or none. auto "
        "takes single stains where every dye has one, else the matrix file, else the file's own.",
    )
    # --- gates ---
    gates: tuple[HandGate, ...] = Field(
        (),
        description="Gates drawn by a person: {name, x, y, polygon or low, high, parent, tube, reason, by}.",
    )
    debris_gate: bool = Field(
        True, description="Whether debris is gated out by scatter where no gate is given."
    )
    singlet_gate: bool = Field(True, description="Whether doublets are gated out where no gate is given.")
    population: str = Field(
        "", description="Gate whose events the panel is read from; empty takes the innermost of the gating."
    )
    gated_events: PositiveInt = Field(
        200_000, description="Events on which automatic gates and thresholds are placed, all tubes together."
    )
    # --- scale ---
    transform: Literal["logicle", "asinh", "biex", "hyperlog", "linear"] = Field(
        "logicle", description="Scale on which fluorescence is drawn."
    )
    asinh_cofactor: PositiveFloat = Field(
        150.0, description="Value at which an asinh scale turns logarithmic."
    )
    # --- panels ---
    negative_quantile: float = Field(
        99.5, gt=50, lt=100, description="Percentile of the negative control at which a threshold is placed."
    )
    thresholds: dict[str, float] = Field(
        {}, description="Thresholds by part (annexin, death) in compensated data units, in place of controls."
    )
    cell_cycle_model: Literal["Dean-Jett-Fox", "Watson"] = Field(
        "Dean-Jett-Fox", description="Model of the endpoints; the other one is fitted beside it."
    )
    g1_cv_max: PositiveFloat = Field(8.0, description="Greatest CV of the G1 peak, in %.")
    g2_g1_min: PositiveFloat = Field(1.85, description="Least ratio of the G2/M to the G1 position.")
    g2_g1_max: PositiveFloat = Field(2.05, description="Greatest ratio of the G2/M to the G1 position.")
    models_differ_max: PositiveFloat = Field(
        5.0, description="Greatest difference of the S phase between the two models, in percentage points."
    )
    jc1_ratio: Literal["per cell", "of medians"] = Field(
        "per cell", description="JC-1 ratio: median of the cells' ratios, or ratio of the medians."
    )
    statistics: tuple[str, ...] = Field(
        (), description="generic: channels of the medians and means; empty takes all but scatter and time."
    )
    # --- checks ---
    events_min: PositiveInt = Field(100, description="Least events in a gate that is not flagged.")
    cells_min: PositiveInt = Field(5_000, description="Least events of the population in a tube.")
    saturated_max: float = Field(1.0, ge=0, description="Greatest share of saturated events, in %.")
    drift_max: PositiveFloat = Field(
        20.0, description="Greatest change of a channel's median over a tube's run, in % of its spread."
    )
    kept_min: float = Field(30.0, ge=0, description="Least share of a tube's events in the population, in %.")
    level: float = Field(0.95, gt=0, lt=1, description="Confidence level of all intervals.")
    shown_tubes: int = Field(
        6, ge=0, le=40, description="Tubes drawn in the gating figures, one of each kind."
    )
    # --- virtual tubes ---
    virtual_doses: tuple[float, ...] = Field((4.0, 8.0, 16.0), description="Simulated doses, beside zero.")
    virtual_dose_unit: str = Field("µM", description="Unit of the simulated doses.")
    virtual_times_h: tuple[PositiveFloat, ...] = Field(
        (24.0,), description="Simulated times of exposure in h."
    )
    virtual_experiments: PositiveInt = Field(3, description="Simulated independent experiments.")
    virtual_events: PositiveInt = Field(8_000, ge=200, description="Simulated events in a tube.")
    virtual_compound: str = Field("model compound", description="Name given to the simulated compound.")
    virtual_cell_line: str = Field("model cells", description="Name given to the simulated cells.")
    virtual_stain_cv: float = Field(
        0.05,
        ge=0,
        lt=1,
        description="Scatter of the stain's brightness that a simulated tube shares (SD of ln).",
    )
    virtual_share_cv: float = Field(
        0.1,
        ge=0,
        lt=1,
        description="Scatter of the shares of kinds of cells between simulated tubes (SD of ln).",
    )

    @model_validator(mode="after")
    def _known_parts(self) -> "FlowSettings":
        for words, what in ((self.channels, "channels"), (self.thresholds, "thresholds")):
            for part in words:
                if part not in PART:
                    raise ValueError(f"{what}: Unknown part '{part}'. Expected one of {', '.join(PART)}")
        return self
