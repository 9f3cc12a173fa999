"""What a user may choose in the standard curve assay, each choice with its meaning and default."""

from typing import Literal

from pydantic import Field, PositiveFloat, PositiveInt, field_validator, model_validator

from selenolab.assays.standard_curve.preset import Weight, preset_named
from selenolab.core.assay import AssaySettings
from selenolab.core.compound import Basis
from selenolab.core.errors import StudyError
from selenolab.fit.calibration_limits import LimitName
from selenolab.fit.calibration_models import ModelName
from selenolab.fit.calibration_standards import Direction


class StandardCurveSettings(AssaySettings):
    """Settings of the standard curve assay."""

    preset: str = Field(
        "generic",
        description="Kit: generic, bca, gsh_dtnb, ldh_release, or the path of a .yaml file of your own.",
    )
    # --- reading ---
    wavelength_nm: PositiveFloat | None = Field(
        None, description="Wavelength of the read where a file holds several; else that of the preset."
    )
    reference_wavelength_nm: PositiveFloat | None = Field(
        None, description="Reference wavelength whose reading is subtracted well by well."
    )
    read_label: str = Field("", description="Label of the read to take where a file holds several.")
    kinetic_minute: float | None = Field(
        None, ge=0, description="Minute of a kinetic read to take. Without it a kinetic file is refused."
    )
    rate_from_minute: float = Field(
        0.0, ge=0, description="First minute of the window in which a rate is taken from a kinetic read."
    )
    rate_to_minute: PositiveFloat | None = Field(
        None, description="Last minute of that window. Set it to use slopes per minute as readings."
    )
    dose_unit: str = Field("", description="Unit of the doses where the header states none.")
    basis: Basis = Field(
        Basis.NOT_STATED, description="What the doses count where the header does not say: molecule, Se, ..."
    )
    standard_unit: str = Field(
        "",
        description="Unit of the standards where the layout inside a reader's file is used (no plate map).",
    )
    dilution: float = Field(
        1.0, ge=1, description="Dilution of samples whose sheet states none; 1 is undiluted."
    )
    # --- curve ---
    model: ModelName | None = Field(None, description="Shape of the curve; empty = that of the preset.")
    weight: Weight | None = Field(
        None, description="Weight of a standard: 1, 1/x, 1/x², 1/y, 1/y²; empty = that of the preset."
    )
    direction: Direction | None = Field(
        None, description="falling only for competitive assays; empty = that of the preset."
    )
    saturation: PositiveFloat | None = Field(
        None, description="Reading from which the reader is saturated; empty = that of the preset."
    )
    limit_definition: LimitName = Field(
        "residual", description="Whose standard deviation makes LOD (3.3 SD) and LOQ (10 SD): see the README."
    )
    recovery_max: PositiveFloat = Field(
        15.0, description="Greatest error of a standard read back, in %; 5 more at the lowest one."
    )
    sample_cv_max: PositiveFloat = Field(15.0, description="Greatest CV of a sample's wells, in %.")
    standard_counts: Literal[1, 2] = Field(
        1, description="GSH equivalents of a standard molecule: 1 for GSH standards, 2 for GSSG standards."
    )
    level: float = Field(0.95, gt=0, lt=1, description="Confidence level of all intervals.")
    # --- virtual plates ---
    virtual_doses: tuple[float, ...] = Field(
        (2.0, 8.0, 32.0), description="Doses of a simulated plate, beside the vehicle."
    )
    virtual_dose_unit: str = Field("µM", description="Unit of the simulated doses.")
    virtual_times_h: tuple[PositiveFloat, ...] = Field((24.0,), description="Times of lysis in h.")
    virtual_experiments: PositiveInt = Field(3, description="Simulated independent lysates, a plate each.")
    virtual_wells: PositiveInt = Field(3, description="Simulated wells per standard and sample.")
    virtual_compound: str = Field("model compound", description="Name given to the simulated compound.")
    virtual_cell_line: str = Field("model cells", description="Name given to the simulated cells.")
    virtual_standards: tuple[float, ...] = Field(
        (0.0, 5.0, 10.0, 20.0, 40.0, 80.0), description="Simulated GSH standards in µM."
    )
    virtual_lysis: PositiveFloat = Field(
        100.0, description="By how much the lysis dilutes the inside of the cells for total glutathione."
    )
    virtual_masked_lysis: PositiveFloat = Field(
        4.0, description="The same for the masked lysate, which is concentrated because GSSG is scarce."
    )
    virtual_slope: PositiveFloat = Field(
        0.0136, description="Simulated absorbance of 1 µM GSH at 412 nm (13.6 per mM and cm)."
    )
    virtual_blank_au: float = Field(0.05, ge=0, description="Absorbance of the simulated reagent.")
    virtual_well_sd: float = Field(0.004, ge=0, description="Scatter of one simulated well in AU.")
    virtual_lysate_cv: float = Field(
        0.08, ge=0, lt=1, description="Scatter that a simulated lysate shares between its wells (SD of ln)."
    )

    @model_validator(mode="after")
    def _one_reading(self) -> "StandardCurveSettings":
        if self.rate_to_minute is None:
            return self
        if self.rate_to_minute <= self.rate_from_minute:
            raise ValueError("rate_to_minute must lie after rate_from_minute")
        if self.kinetic_minute is not None or self.reference_wavelength_nm is not None:
            raise ValueError("a rate goes with neither kinetic_minute nor reference_wavelength_nm")
        return self

    @field_validator("preset")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            preset_named(name)
        except StudyError as error:
            raise ValueError(str(error)) from None
        return name
