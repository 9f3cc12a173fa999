"""The methods text: one sentence for each thing that was done, with what it rests on."""

from selenolab.assays.plate_kinetics.activity import Active
from selenolab.assays.plate_kinetics.mechanism import Mechanism
from selenolab.assays.plate_kinetics.preset import Preset
from selenolab.assays.plate_kinetics.settings import PlateKineticsSettings
from selenolab.assays.plate_kinetics.traces import Rates
from selenolab.core.reference import Reference, Sentence

SCHNELL = Reference(
    "doi:10.1006/jtbi.1997.0425",
    "Schnell S, Mendoza C",
    "Closed form solution for time-dependent enzyme kinetics",
    "Journal of Theoretical Biology 187, 207-212",
    1997,
)
KITZ = Reference(
    "pmid:14033211",
    "Kitz R, Wilson IB",
    "Esters of methanesulfonic acid as irreversible inhibitors of acetylcholinesterase",
    "Journal of Biological Chemistry 237, 3245-3249",
    1962,
)
MORRISON = Reference(
    "doi:10.1016/0005-2744(69)90420-3",
    "Morrison JF",
    "Kinetics of the reversible inhibition of enzyme-catalysed reactions by tight-binding inhibitors",
    "Biochimica et Biophysica Acta 185, 269-286",
    1969,
)
RITZ = Reference(
    "doi:10.1371/journal.pone.0146021",
    "Ritz C, Baty F, Streibig JC, Gerhard D",
    "Dose-response analysis using R",
    "PLoS ONE 10, e0146021",
    2015,
)
REFERENCES = (SCHNELL, KITZ, MORRISON, RITZ)


def sentences(
    rates: Rates,
    active: Active,
    told: Mechanism,
    settings: PlateKineticsSettings,
    preset: Preset,
    potency: bool,
) -> tuple[Sentence, ...]:
    """The methods of this analysis."""
    found = []
    if preset.methods:
        found.append(Sentence(preset.methods.strip(), tuple(cited.noun() for cited in preset.references)))
    found += [_rate(rates, settings), _blank(active, settings), _activity(active), _summary(settings)]
    if potency:
        found.append(
            Sentence(
                f"A {settings.family} curve was fitted to the rates in % of the control of each experiment; "
                "IC50 are summarised over experiments on log10 dose, those outside the doses as bounds.",
                (RITZ,),
            )
        )
    if told.substrate:
        found.append(
            Sentence(
                "Laws of competitive, uncompetitive, non-competitive and mixed inhibition were compared by "
                "AICc."
            )
        )
    if told.preincubated:
        found.append(
            Sentence(
                "Inactivation with time was described by k_inact and K_I from the decay of the rate over the "
                "pre-incubation.",
                (KITZ,),
            )
        )
    if settings.enzyme_um is not None:
        found.append(Sentence("An IC50 near half the enzyme was taken as tight binding.", (MORRISON,)))
    return tuple(found)


def _rate(rates: Rates, settings: PlateKineticsSettings) -> Sentence:
    if (rates.wells["method"] == "one reading").all():
        return Sentence(
            f"The signal of a stopped reaction was divided by its time ({settings.reaction_minutes:g} min)."
        )
    return Sentence(
        "Initial rates were taken from the end of the lag over the longest window in which the rate falls by "
        f"at most {100 * settings.max_fall:g} % or by no more than its error; bubbles, jumps and readings "
        "beyond the detector were cut. Where the substrate ran low, the rate at no product was taken from "
        "the integrated Michaelis-Menten equation.",
        (SCHNELL,),
    )


def _blank(active: Active, settings: PlateKineticsSettings) -> Sentence:
    used = sorted(set(active.wells["correction"]) - {"", "none"})
    if settings.drug_blank == "ignore":
        return Sentence("No blank was subtracted, as set.")
    if not used:
        return Sentence("No blank was subtracted: there is none.")
    return Sentence(f"From each slope that of its blank was subtracted: {'; '.join(used)}.")


def _activity(active: Active) -> Sentence:
    over = f", over the protein of the well ({active.protein})" if active.protein else ""
    if active.conversion is None:
        return Sentence(f"Rates are slopes of the signal in {active.base_unit}{over}; {active.why_not}.")
    return Sentence(f"Turnover was computed with {active.conversion.said}{over}.")


def _summary(settings: PlateKineticsSettings) -> Sentence:
    return Sentence(
        "Wells were averaged within independent experiments (n); changes are ratios to the untreated wells "
        f"of the same experiment with {100 * settings.level:g} % t intervals over experiments."
    )
