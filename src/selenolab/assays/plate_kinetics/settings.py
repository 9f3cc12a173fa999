"""What a user may choose in the plate kinetics assay, each choice with its meaning and default."""

from typing import Literal

from pydantic import Field, PositiveFloat, PositiveInt, field_validator

from selenolab.assays.plate_kinetics.preset import preset_named
from selenolab.core.assay import AssaySettings
from selenolab.core.compound import Basis
from selenolab.core.errors import StudyError

FamilyName = Literal["LL.2", "LL.3", "LL.4", "LL.5", "W1.4"]


class PlateKineticsSettings(AssaySettings):
    """Settings of the plate kinetics assay."""

    preset: str = Field(
        "generic",
        description="Kit: generic, trxr_dtnb, trxr_selenocystine, trxr_insulin, gr, gpx, catalase, "
        "caspase_3, caspase_9, methylene_blue, tmb, or the path of a .yaml file of your own.",
    )
    # --- reading ---
    wavelength_nm: PositiveFloat | None = Field(
        None, description="Wavelength of the read where a file holds several; else that of the preset."
    )
    reference_wavelength_nm: PositiveFloat | None = Field(
        None, description="Reference wavelength whose reading is subtracted reading by reading."
    )
    read_label: str = Field("", description="Label of the read to take where a file holds several.")
    reaction_minutes: PositiveFloat | None = Field(
        None, description="Time of the reaction in min, for plates that were read once (endpoint mode)."
    )
    dose_unit: str = Field("", description="Unit of the doses where the header states none.")
    basis: Basis = Field(
        Basis.NOT_STATED, description="What the doses count where the header does not say: molecule, Se, ..."
    )
    # --- initial rate ---
    direction: Literal["rising", "falling"] | None = Field(
        None, description="Way of the signal while the reaction goes on; empty = that of the preset."
    )
    saturation: PositiveFloat | None = Field(
        None, description="Reading from which the detector is not linear; empty = that of the preset."
    )
    full_change: PositiveFloat | None = Field(
        None, description="Change of the signal when all substrate is used, for the limit of conversion."
    )
    max_conversion: PositiveFloat | None = Field(
        None,
        le=1,
        description="Greatest share of substrate used in the straight window; empty = the preset's.",
    )
    max_fall: float = Field(
        0.05, gt=0, lt=1, description="Greatest fall of the rate within the straight window, as a share."
    )
    find_lag: bool = Field(True, description="Whether a lag at the start is looked for and left out.")
    min_points: int = Field(6, ge=3, description="Least readings of a window.")
    # --- activity ---
    extinction: PositiveFloat | None = Field(
        None, description="Molar extinction in 1/(M cm) of what is seen; empty = that of the preset."
    )
    per_turnover: PositiveFloat | None = Field(
        None,
        description="Molecules seen for one turnover, such as 2 TNB for one NADPH; empty = the preset's.",
    )
    counts_per_micromolar: PositiveFloat | None = Field(
        None,
        description="Signal of 1 µM of what is seen by a standard curve (AFC, AMC), instead of extinction.",
    )
    path_cm: PositiveFloat | None = Field(
        None,
        description="Light path in cm; else volume_ul and well_area_mm2 give it, for an activity in µM/min.",
    )
    volume_ul: PositiveFloat | None = Field(None, description="Volume in the well in µL.")
    well_area_mm2: PositiveFloat | None = Field(None, description="Bottom area of a well in mm².")
    lysate_ul: PositiveFloat | None = Field(
        None, description="Lysate in a well in µL, where the protein of the lysates comes from another run."
    )
    drug_blank: Literal["subtract", "ignore"] = Field(
        "subtract", description="Whether blank slopes are subtracted where there are some."
    )
    # --- inhibition ---
    family: FamilyName = Field("LL.4", description="Curve family of the IC50 of inhibition.")
    enzyme_um: PositiveFloat | None = Field(
        None,
        description="Enzyme in the well in µM: an IC50 near half of it is tight binding.",
    )
    level: float = Field(0.95, gt=0, lt=1, description="Confidence level of all intervals.")
    # --- virtual plates ---
    virtual_doses: tuple[float, ...] = Field(
        (2.0, 8.0, 32.0), description="Doses of a simulated plate, beside the vehicle."
    )
    virtual_dose_unit: str = Field("µM", description="Unit of the simulated doses.")
    virtual_times_h: tuple[PositiveFloat, ...] = Field((24.0,), description="Times of lysis in h.")
    virtual_experiments: PositiveInt = Field(3, description="Simulated independent lysates, a plate each.")
    virtual_wells: PositiveInt = Field(3, description="Simulated wells per dose, vehicle and blank.")
    virtual_points: int = Field(21, ge=4, description="Simulated readings of a well.")
    virtual_minutes: PositiveFloat = Field(10.0, description="Time of the simulated kinetic read in min.")
    virtual_compound: str = Field("model compound", description="Name given to the simulated compound.")
    virtual_cell_line: str = Field("model cells", description="Name given to the simulated cells.")
    virtual_read_sd: float = Field(0.0015, ge=0, description="Scatter of one simulated reading in AU.")
    virtual_drift_sd: float = Field(
        0.001, ge=0, description="Scatter in AU that the readings of one time share on a simulated plate."
    )
    virtual_lysate_cv: float = Field(
        0.08, ge=0, lt=1, description="Scatter a simulated lysate shares between its wells (SD of ln)."
    )

    @field_validator("preset")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            preset_named(name)
        except StudyError as error:
            raise ValueError(str(error)) from None
        return name
