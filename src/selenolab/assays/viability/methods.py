"""The methods text: one sentence for each thing that was done, with what it rests on."""

from selenolab.assays.viability.controls import Corrected
from selenolab.assays.viability.presets import preset_named
from selenolab.assays.viability.schema import RAW
from selenolab.assays.viability.settings import ViabilitySettings
from selenolab.core.reference import Reference, Sentence

MOSMANN = Reference(
    "doi:10.1016/0022-1759(83)90303-4",
    "Mosmann T",
    "Rapid colorimetric assay for cellular growth and survival: application to proliferation and "
    "cytotoxicity assays",
    "Journal of Immunological Methods 65, 55-63",
    1983,
)
RITZ = Reference(
    "doi:10.1371/journal.pone.0146021",
    "Ritz C, Baty F, Streibig JC, Gerhard D",
    "Dose-response analysis using R",
    "PLoS ONE 10, e0146021",
    2015,
)
HAFNER = Reference(
    "doi:10.1038/nmeth.3853",
    "Hafner M, Niepel M, Chung M, Sorger PK",
    "Growth rate inhibition metrics correct for confounders in measuring sensitivity to cancer drugs",
    "Nature Methods 13, 521-527",
    2016,
)
ZHANG = Reference(
    "doi:10.1177/108705719900400206",
    "Zhang JH, Chung TDY, Oldenburg KR",
    "A simple statistical parameter for use in evaluation and validation of high throughput screening assays",
    "Journal of Biomolecular Screening 4, 67-73",
    1999,
)
REFERENCES = (MOSMANN, RITZ, HAFNER, ZHANG)
_SHAPES = {
    "LL.2": "two-parameter log-logistic", "LL.3": "three-parameter log-logistic",
    "LL.4": "four-parameter log-logistic", "LL.5": "five-parameter log-logistic",
    "W1.4": "four-parameter Weibull", "BC.4": "Brain-Cousens hormesis",
    "binomial LL.2": "two-parameter log-logistic",
}  # fmt: skip


def sentences(
    corrected: Corrected, settings: ViabilitySettings, n: int, growth: bool
) -> tuple[Sentence, ...]:
    """The methods of this analysis; `n` is the greatest number of experiments behind a group."""
    found = [*_signal(corrected, settings), *_curve(corrected, settings), _summary(settings, n)]
    if growth:
        found.append(
            Sentence(
                "Growth-rate inhibition metrics were computed from the signal at the time of treatment; "
                "the GR curve was fitted with three parameters and replaced by its mean where an F test "
                "(p >= 0.05) showed no dose effect.",
                (HAFNER,),
            )
        )
    return tuple(found)


def _signal(corrected: Corrected, settings: ViabilitySettings) -> list[Sentence]:
    if corrected.kind not in RAW:
        return [Sentence("Responses were analysed as supplied; how they were normalised is not known here.")]
    wells = corrected.wells
    waves = sorted(wells["wavelength"].dropna().unique()) if "wavelength" in wells else []
    at = f" at {', '.join(f'{wave:g}' for wave in waves)} nm" if waves else ""
    what = f"The absorbance{at}" if corrected.kind == "absorbance" else "The signal"
    preset = preset_named(settings.preset)
    reference = settings.reference_wavelength_nm
    if reference is None and preset is not None and "reference_absorbance" in wells:
        reference = preset.reference_wavelength_nm
    minus = f", less that at {reference:g} nm," if reference else ""
    drug = (wells["correction"] == "drug blank").any()
    blank = "the cell-free drug blank of the same dose" if drug else "the medium blank"
    text = (
        f"{what}{minus} of treated wells, less {blank}, was expressed in % of the vehicle wells of the same "
        "plate less the medium blank."
    )
    quality = "Plate quality was judged by Z', the CV of the vehicle wells and edge, row and column effects."
    cites = () if preset is not None else (MOSMANN,)
    return [*_read(settings), Sentence(text, cites), Sentence(quality, (ZHANG,))]


def _read(settings: ViabilitySettings) -> list[Sentence]:
    """Which read of the cells was made, where a preset says it."""
    preset = preset_named(settings.preset)
    if preset is None:
        return []
    cites = tuple(cited.noun() for cited in preset.references)
    return [Sentence(f"Cells were read with {preset.reagent}: {preset.read}.", cites)]


def _curve(corrected: Corrected, settings: ViabilitySettings) -> list[Sentence]:
    level = "50 % of the control" if corrected.unit == "%" else "half the mean response at dose zero"
    return [
        Sentence(
            f"A {_SHAPES[settings.family]} curve was fitted by {_how(settings)} to the wells of each "
            "experiment; the relative IC50 is the dose half-way between its plateaus, the absolute IC50 "
            f"the dose at {level}. Potencies outside the doses tested are given as bounds.",
            (RITZ,),
        )
    ]


def _how(settings: ViabilitySettings) -> str:
    return "binomial maximum likelihood" if settings.family == "binomial LL.2" else "least squares"


def _summary(settings: ViabilitySettings, n: int) -> Sentence:
    level = f"{100 * settings.level:g} %"
    if n < 2:
        return Sentence(
            f"Intervals ({level}) are profile-likelihood intervals of a single experiment (n = 1); they hold "
            "the scatter between wells only."
        )
    return Sentence(
        f"Potencies were summarised over independent experiments (n) on the log10 scale with {level} t "
        "intervals; experiments whose potency lies outside the doses enter as censored, through their "
        "profile likelihood."
    )
