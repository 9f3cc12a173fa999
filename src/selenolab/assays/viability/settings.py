"""What a user may choose in the viability assay, each choice with its meaning and default."""

from typing import Literal

from pydantic import Field, PositiveFloat, PositiveInt, field_validator

from selenolab.assays.viability.presets import preset_named
from selenolab.core.assay import AssaySettings
from selenolab.core.compound import Basis
from selenolab.core.errors import StudyError

FamilyName = Literal["LL.2", "LL.3", "LL.4", "LL.5", "W1.4", "BC.4", "binomial LL.2"]


class ViabilitySettings(AssaySettings):
    """Settings of the viability assay."""

    preset: str = Field(
        "",
        description="Read: mtt, mts, xtt, wst_1, cck_8, resazurin, atp, srb, neutral_red, or the path of a "
        ".yaml file of your own; empty = a tetrazolium of no name.",
    )
    # --- reading ---
    wavelength_nm: PositiveFloat | None = Field(
        None, description="Wavelength of the read, such as 490 or 570. Needed where a file holds several."
    )
    reference_wavelength_nm: PositiveFloat | None = Field(
        None, description="Reference wavelength whose reading is subtracted well by well, such as 630 or 690."
    )
    read_label: str = Field(
        "", description="Label of the read to take where a file holds several of one wavelength."
    )
    kinetic_minute: float | None = Field(
        None, ge=0, description="Minute of a kinetic read to take. Without it a kinetic file is refused."
    )
    dose_unit: str = Field(
        "", description="Unit of the doses where the header states none, and the unit of the results."
    )
    basis: Basis = Field(
        Basis.NOT_STATED, description="What the doses count where the header does not say: molecule, Se, ..."
    )
    response_scale: Literal["auto", "percent", "fraction"] = Field(
        "auto", description="Scale of a column 'viability' or 'response' whose header states no unit."
    )
    # --- controls ---
    drug_blank: Literal["subtract", "ignore"] = Field(
        "subtract", description="Whether cell-free drug blanks are subtracted dose by dose where they exist."
    )
    reducing_compounds: tuple[str, ...] = Field(
        (), description="Further compounds that reduce tetrazolium or scatter, beside selenium and thiols."
    )
    aspirated: bool = Field(
        True,
        description="Whether the supernatant is aspirated before the solvent: suspension cells are lost.",
    )
    suspension_lines: tuple[str, ...] = Field((), description="Further cell lines that grow in suspension.")
    edge_wells: Literal["keep", "exclude"] = Field(
        "keep", description="Whether the outer wells enter the numbers; they stay visible in any case."
    )
    z_prime_min: float = Field(0.5, le=1, description="Least Z' of a plate.")
    signal_to_background_min: PositiveFloat = Field(
        3.0, description="Least ratio of the vehicle to the medium blank, both uncorrected."
    )
    control_cv_max: PositiveFloat = Field(20.0, description="Greatest CV of the vehicle wells, in %.")
    edge_effect_max: PositiveFloat = Field(
        10.0, description="Greatest edge, row or column effect, in % of the like wells' mean."
    )
    drug_blank_rise_max: PositiveFloat = Field(
        0.05, description="Greatest rise of the drug blank over the doses, in AU, that is not flagged."
    )
    # --- curves ---
    family: FamilyName = Field("LL.4", description="Curve family of the endpoints.")
    lower_plateau_min: float | None = Field(
        None, description="Least lower plateau, in % of control, such as 0. Without it the plateau is free."
    )
    vehicle_in_fit: bool = Field(True, description="Whether the vehicle wells enter the fit as dose zero.")
    compare_families: bool = Field(True, description="Whether all families are fitted and ranked by AICc.")
    robust: bool = Field(True, description="Whether a robust fit is shown beside the plain one.")
    pooled: bool = Field(
        False, description="Whether a fit of all experiments thrown together is given as an extra endpoint."
    )
    level: float = Field(0.95, gt=0, lt=1, description="Confidence level of all intervals.")
    selectivity_reference: str = Field(
        "", description="Cell line (normal cells) over which the selectivity index of the others is formed."
    )
    ratio_reference: str = Field("", description="Compound to whose IC50 those of the others are compared.")
    # --- virtual plates ---
    virtual_doses: tuple[float, ...] = Field(
        (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0), description="Doses of a simulated plate, beside the vehicle."
    )
    virtual_dose_unit: str = Field("µM", description="Unit of the simulated doses.")
    virtual_times_h: tuple[PositiveFloat, ...] = Field((48.0,), description="Read-out times in h.")
    virtual_experiments: PositiveInt = Field(
        3, description="Simulated independent experiments, a plate each."
    )
    virtual_wells: PositiveInt = Field(3, description="Simulated wells per dose, vehicle and blank.")
    virtual_compound: str = Field("model compound", description="Name given to the simulated compound.")
    virtual_cell_line: str = Field("model cells", description="Name given to the simulated cells.")
    virtual_blank_au: float = Field(0.06, ge=0, description="Absorbance of the simulated medium blank.")
    virtual_signal_au: PositiveFloat = Field(0.9, description="Absorbance of untreated simulated cells.")
    virtual_drug_blank_au: float = Field(
        0.1, ge=0, description="Extra absorbance of the cell-free drug blank at the highest simulated dose."
    )
    virtual_well_cv: float = Field(0.04, ge=0, lt=1, description="Scatter of one simulated well (SD of ln).")
    virtual_plate_cv: float = Field(
        0.05, ge=0, lt=1, description="Scatter a simulated plate shares (SD of ln)."
    )

    @field_validator("preset")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            preset_named(name)
        except StudyError as error:
            raise ValueError(str(error)) from None
        return name
