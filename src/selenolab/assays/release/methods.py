"""The methods text: one sentence for each thing that was done, with what it rests on."""

from collections.abc import Sequence

from selenolab.assays.release.carrier import Deconvolved
from selenolab.assays.release.curve_fits import Modelled
from selenolab.assays.release.groups import BATCHES, Group
from selenolab.assays.release.schema import ABSORBANCE, RELEASED
from selenolab.assays.release.selectivity import Pair
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.assays.release.vessels import Prepared
from selenolab.core.reference import Reference, Sentence

COSTA = Reference(
    "doi:10.1016/S0928-0987(01)00095-1",
    "Costa P, Sousa Lobo JM",
    "Modeling and comparison of dissolution profiles",
    "European Journal of Pharmaceutical Sciences 13, 123-133",
    2001,
)
RITGER = Reference(
    "doi:10.1016/0168-3659(87)90034-4",
    "Ritger PL, Peppas NA",
    "A simple equation for description of solute release I. Fickian and non-Fickian release from "
    "non-swellable devices in the form of slabs, spheres, cylinders or discs",
    "Journal of Controlled Release 5, 23-36",
    1987,
)
SHAH = Reference(
    "doi:10.1023/A:1011976615750",
    "Shah VP, Tsong Y, Sathe P, Liu JP",
    "In vitro dissolution profile comparison: statistics and analysis of the similarity factor, f2",
    "Pharmaceutical Research 15, 889-896",
    1998,
)
BURNHAM = Reference(
    "doi:10.1177/0049124104268644",
    "Burnham KP, Anderson DR",
    "Multimodel inference: understanding AIC and BIC in model selection",
    "Sociological Methods & Research 33, 261-304",
    2004,
)
FIELLER = Reference(
    "doi:10.1111/j.2517-6161.1954.tb00159.x",
    "Fieller EC",
    "Some problems in interval estimation",
    "Journal of the Royal Statistical Society B 16, 175-185",
    1954,
)
THIOLATE = Reference(
    "doi:10.1038/srep37596",
    "Mirzahosseini A, Noszál B",
    "Species-specific standard redox potential of thiol-disulfide systems: a key parameter to develop agents "
    "against oxidative stress",
    "Scientific Reports 6, 37596",
    2016,
)
REFERENCES = (COSTA, RITGER, SHAH, BURNHAM, FIELLER, THIOLATE)


def sentences(
    prepared: Prepared,
    groups: Sequence[Group],
    fits: Sequence[Modelled],
    joint: Sequence[Deconvolved],
    pairs: Sequence[Pair],
    settings: ReleaseSettings,
) -> tuple[Sentence, ...]:
    """The methods of this analysis."""
    found = [_amount(prepared), _summary(groups, settings)]
    found.append(
        Sentence(
            "Times to 50 and 80 % in the medium were interpolated in each unit, monotone on the axes of "
            "ln(-ln(1 - F)) and ln t; times outside the sampling are given as bounds."
        )
    )
    if any(one.best for one in fits):
        found += _curves(settings)
    if any(one.fit is not None for one in joint):
        found.append(
            Sentence(
                f"The carrier's own release ({settings.carrier_family}) was fitted together with that of "
                "free drug in the same bag, the membrane passing drug on with one rate constant k_m; the "
                "interval of its t50 is a profile likelihood scaled to the scatter between vessels."
            )
        )
    if pairs:
        found.append(
            Sentence(
                "Redox selectivity is the ratio of mean released shares with and without glutathione at "
                "equal time, with Fieller's interval; it is not given where the release without "
                "glutathione cannot be told from zero.",
                (FIELLER,),
            )
        )
    if any(pair.medium.ph_measured for pair in pairs):
        found.append(
            Sentence(
                "The share of glutathione that is thiolate, the form that reacts, was computed from the "
                "measured pH.",
                (THIOLATE,),
            )
        )
    if len({group.medium for group in groups}) > 1:
        found.append(_alike(settings))
    return tuple(found)


def _amount(prepared: Prepared) -> Sentence:
    how = {ABSORBANCE: "Absorbances were converted by a linear calibration. "}.get(prepared.kind, "")
    if not prepared.corrected_here:
        return Sentence(f"{how}Cumulative release was taken as supplied, already corrected for the aliquots.")
    also = "those that came already corrected were taken as supplied; " if prepared.corrected_before else ""
    what = "Released shares" if prepared.kind == RELEASED else "Concentrations"
    return Sentence(
        f"{how}{what} were corrected for the aliquots that were replaced by fresh medium: released amount = "
        f"V C_n + v (C_1 + ... + C_(n-1)), in % of the drug in the bag; {also}values above 100 % were not "
        "clipped.",
        (COSTA,),
    )


def _summary(groups: Sequence[Group], settings: ReleaseSettings) -> Sentence:
    batches = any(group.n_is == BATCHES for group in groups)
    unit = "independent batches, their vessels averaged" if batches else "vessels of one batch"
    return Sentence(
        f"Released shares are means over {unit}, with {100 * settings.level:g} % t intervals (Student)."
    )


def _curves(settings: ReleaseSettings) -> list[Sentence]:
    weights = "without weights" if settings.weighting == "none" else "weighted by 1 / SD²"
    return [
        Sentence(
            f"Release models were fitted {weights} by non-linear least squares to each unit and ranked by "
            "AICc summed over units; Higuchi and Korsmeyer-Peppas curves rest on release up to "
            f"{settings.kp_max:g} %.",
            (COSTA, BURNHAM),
        ),
        Sentence(
            f"The Korsmeyer-Peppas exponent was read for a {settings.geometry}.",
            (RITGER,),
        ),
    ]


def _alike(settings: ReleaseSettings) -> Sentence:
    times = (
        "at all common times" if settings.f2_points == "all" else f"by the {settings.f2_rule} rule for times"
    )
    return Sentence(
        f"Media were compared with the reference medium by f1 and f2 {times}, with a bootstrap interval of "
        "f2 over units; with fewer than 12 units this is descriptive.",
        (SHAH,),
    )
