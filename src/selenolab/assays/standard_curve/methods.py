"""The methods text: one sentence for each thing that was done, with what it rests on."""

from collections.abc import Iterator

from selenolab.assays.standard_curve.plate_curves import PlateCurves
from selenolab.assays.standard_curve.prepared import Prepared
from selenolab.assays.standard_curve.settings import StandardCurveSettings
from selenolab.core.reference import Reference, Sentence

FINDLAY = Reference(
    "doi:10.1208/aapsj0902029",
    "Findlay JWA, Dillard RF",
    "Appropriate calibration curve fitting in ligand binding assays",
    "AAPS Journal 9, E260-E267",
    2007,
)
_SHAPES = {
    "linear": "straight line", "quadratic": "quadratic curve",
    "4PL": "four-parameter logistic curve", "5PL": "five-parameter logistic curve",
}  # fmt: skip


def sentences(
    prepared: Prepared, curves: PlateCurves | None, settings: StandardCurveSettings, n: int
) -> Iterator[Sentence]:
    """The methods of this analysis; `n` is the greatest number of experiments behind a group."""
    preset = prepared.preset
    if preset.methods:
        yield Sentence(" ".join(preset.methods.split()), tuple(cited.noun() for cited in preset.references))
    if prepared.rate:
        yield Sentence(
            f"The reading of a well was its least-squares slope from minute {settings.rate_from_minute:g} to "
            f"{settings.rate_to_minute or 0:g}."
        )
    if curves is not None:
        curve = next(iter(curves.curves.values()))
        yield Sentence(
            f"A {_SHAPES[curve.model]} was fitted to the standards of each plate by least squares with "
            "weight "
            f"{curve.weight}; concentrations were read from it with {100 * settings.level:g} % intervals "
            "of inverse "
            "prediction and multiplied by the dilution. Readings outside the standards are given as bounds.",
            (FINDLAY,),
        )
    if preset.calculation == "glutathione":
        yield Sentence("Reduced GSH is total glutathione less twice GSSG; errors were propagated.")
    if preset.calculation == "release":
        yield Sentence(
            "Release is 100 (S - B)/(M - B) and cytotoxicity 100 (S - C)/(M - C), with S the sample, B "
            "medium without cells, C untreated and M lysed cells of the same experiment."
        )
    if n > 1:
        yield Sentence(
            "Wells were averaged within each independent experiment (lysate), which is what n counts; "
            "means over "
            "experiments have t intervals, changes are ratios to untreated cells on the log scale."
        )
    else:
        yield Sentence(
            "One experiment (n = 1): intervals hold the scatter of its wells and of the curve only."
        )
