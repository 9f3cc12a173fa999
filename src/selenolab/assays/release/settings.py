"""What a user may choose in the release assay, each choice with its meaning and default."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt

from selenolab.core.assay import AssaySettings

ModelName = Literal[
    "zero_order", "first_order", "first_order_fmax", "higuchi", "korsmeyer_peppas", "hixson_crowell",
    "weibull", "weibull_fmax", "peppas_sahlin", "gompertz", "logistic", "biphasic",
    "first_order_lag", "weibull_lag",
]  # fmt: skip
MODELS: tuple[ModelName, ...] = (
    "zero_order", "first_order", "first_order_fmax", "higuchi", "korsmeyer_peppas", "hixson_crowell",
    "weibull", "weibull_fmax", "peppas_sahlin", "gompertz", "logistic", "biphasic",
)  # fmt: skip


class VirtualMedium(BaseModel):
    """A medium of the virtual dialysis. Its pH counts as measured."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, description="Name of the medium.")
    ph: float = Field(default=7.4, ge=0, le=14, description="pH of the medium.")
    gsh_mm: float = Field(default=0.0, ge=0, description="Glutathione in mM.")
    h2o2_mm: float = Field(default=0.0, ge=0, description="Hydrogen peroxide in mM.")


FIVE_MEDIA = (
    VirtualMedium(name="PBS pH 7.4"),
    VirtualMedium(name="2 µM GSH pH 7.4", gsh_mm=0.002),
    VirtualMedium(name="20 µM GSH pH 7.4", gsh_mm=0.02),
    VirtualMedium(name="10 mM GSH pH 7.4", gsh_mm=10.0),
    VirtualMedium(name="10 mM GSH pH 5.5", ph=5.5, gsh_mm=10.0),
)


class ReleaseSettings(AssaySettings):
    """Settings of the release assay. Nothing that was measured at the bench has a default."""

    # --- reading ---
    correction: Literal["", "none yet", "already corrected"] = Field(
        "",
        description="Whether the values already allow for the replaced aliquots: 'none yet' or 'already "
        "corrected'. Needed for concentrations and released shares; absorbances are never corrected.",
    )
    medium_volume_ml: PositiveFloat | None = Field(
        None, description="Volume of the medium around the bag in mL, of vessels that state no own one."
    )
    sample_volume_ml: PositiveFloat | None = Field(
        None, description="Volume of an aliquot in mL, replaced by fresh medium after each time."
    )
    loaded_drug_ug: PositiveFloat | None = Field(
        None, description="Entrapped drug in the bag at the start in µg, of vessels that state no own one."
    )
    free_drug_ug: PositiveFloat | None = Field(
        None, description="Drug in the bag of the free-drug controls in µg; without it loaded_drug_ug."
    )
    dilution: float = Field(1.0, ge=1, description="By how much aliquots were diluted before measuring.")
    calibration_slope: PositiveFloat | None = Field(
        None, description="Slope of the calibration in AU mL/µg, where no other run gives it."
    )
    calibration_intercept: float = Field(0.0, description="Intercept of the calibration in AU.")
    loq_ug_per_ml: PositiveFloat | None = Field(
        None,
        description="Limit of quantification of the measured solution in µg/mL; lower values are '<LOQ'.",
    )
    # --- what the numbers are judged by ---
    solubility_ug_per_ml: PositiveFloat | None = Field(
        None, description="Solubility of the drug in the medium in µg/mL, for the sink check."
    )
    final_volume_ml: PositiveFloat | None = Field(
        None, description="Volume of medium found at the end in mL, for the evaporation check."
    )
    sink_fraction_max: PositiveFloat = Field(
        1 / 3, lt=1, description="Greatest concentration as a share of the solubility; a tenth is better."
    )
    released_max: float = Field(
        120.0, ge=100, description="Released share in % above which the mass is wrong."
    )
    fall_max_points: PositiveFloat = Field(
        5.0, description="Greatest fall of a cumulative curve in points that scatter explains."
    )
    evaporation_max: PositiveFloat = Field(2.0, description="Greatest loss of medium in % that is accepted.")
    buffer_mm: PositiveFloat | None = Field(
        None, description="Phosphate of the medium in mM, to predict the pH after GSH; without it 10 to 12."
    )
    # --- endpoints ---
    report_times_h: tuple[PositiveFloat, ...] = Field(
        (24.0,), description="Times in h whose released share is an endpoint, beside the last common time."
    )
    burst_time_h: float = Field(1.0, ge=0, description="Release up to this time in h is called the burst.")
    bag_volume_ml: PositiveFloat | None = Field(
        None, description="Volume in the bag in mL, for the drug that stays in it; without it taken as none."
    )
    carrier_family: Literal["Weibull", "first order"] = Field(
        "Weibull",
        description="Curve of the carrier in the joint fit with the free drug. First order is its special "
        "case b = 1: choose it before seeing the data, not by the look of the fit.",
    )
    recovery: Literal["own", "control"] = Field(
        "own",
        description="Whether all drug of the carrier is taken to be found again, or as far as the control's.",
    )
    geometry: Literal["sphere", "cylinder", "slab"] = Field(
        "sphere", description="Shape of the carrier, for the reading of the Korsmeyer-Peppas exponent."
    )
    kp_max: float = Field(
        60.0, gt=0, le=120, description="Highest release in % that enters Higuchi and Korsmeyer-Peppas."
    )
    models: tuple[ModelName, ...] = Field(
        MODELS, min_length=1, description="Release models that are fitted and ranked."
    )
    weighting: Literal["none", "1/sd2"] = Field(
        "none", description="Weights of the fits to the mean curve: none, or one over the squared SD."
    )
    reference_medium: str = Field(
        "", description="Medium that others are compared with; without it the one without GSH and H2O2."
    )
    f2_rule: Literal["EMA", "FDA", "WHO"] = Field("EMA", description="Whose rule picks the times of f2.")
    f2_points: Literal["rule", "all"] = Field("rule", description="Times of f2: by the rule, or all common.")
    f2_bootstraps: PositiveInt = Field(2000, description="Resamples of the bootstrap f2.")
    level: float = Field(0.95, gt=0.5, lt=1, description="Confidence level of the intervals.")
    # --- virtual door ---
    virtual_media: tuple[VirtualMedium, ...] = Field(
        FIVE_MEDIA, min_length=1, description="Media of the simulated dialysis: name, ph, gsh_mm, h2o2_mm."
    )
    virtual_times_h: tuple[PositiveFloat, ...] = Field(
        (0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 24.0, 48.0), description="Times of the simulated aliquots in h."
    )
    virtual_vessels: PositiveInt = Field(6, description="Simulated vessels of each medium.")
    virtual_controls: PositiveInt = Field(3, description="Simulated vessels of each control.")
    virtual_carrier: str = Field("diselenide model", description="Name given to the simulated carrier.")
    virtual_loaded_ug: PositiveFloat = Field(150.0, description="Simulated drug in the bag in µg.")
    virtual_medium_volume_ml: PositiveFloat = Field(50.0, description="Simulated medium in mL.")
    virtual_sample_volume_ml: PositiveFloat = Field(1.0, description="Simulated aliquot in mL.")
    virtual_sd_points: float = Field(
        2.0, ge=0, description="Scatter of a simulated concentration, in points of released share (SD)."
    )
    virtual_cv: float = Field(0.02, ge=0, lt=1, description="Proportional scatter of a value (SD of ln).")
    virtual_vessel_cv: float = Field(
        0.02, ge=0, lt=1, description="Proportional scatter that a simulated vessel shares (SD of ln)."
    )
