"""The methods text: one sentence for each thing that was done, with what it rests on."""

from collections.abc import Sequence

from selenolab.assays.microscopy.endpoints import GroupResult
from selenolab.assays.microscopy.groups import NM
from selenolab.assays.microscopy.settings import MicroscopySettings
from selenolab.core.dataset import Dataset
from selenolab.core.reference import Reference, Sentence

RICE = Reference(
    "doi:10.1088/0026-1394/50/6/663",
    "Rice SB, Chan C, Brown SC, et al",
    "Particle size distributions by transmission electron microscopy: an interlaboratory comparison "
    "case study",
    "Metrologia 50, 663-678",
    2013,
)
VERLEYSEN = Reference(
    "doi:10.3390/ma12142274",
    "Verleysen E, Wagner T, Lipinski HG, et al",
    "Evaluation of a TEM based approach for size measurement of particulate (nano)materials",
    "Materials 12, 2274",
    2019,
)
QUENOUILLE = Reference(
    "doi:10.1093/biomet/43.3-4.353",
    "Quenouille MH",
    "Notes on bias in estimation",
    "Biometrika 43, 353-360",
    1956,
)
WOODRUFF = Reference(
    "doi:10.1080/01621459.1952.10483443",
    "Woodruff RS",
    "Confidence intervals for medians and other position measures",
    "Journal of the American Statistical Association 47, 635-646",
    1952,
)
REFERENCES = (RICE, VERLEYSEN, QUENOUILLE, WOODRUFF)


def sentences(
    dataset: Dataset, results: Sequence[GroupResult], settings: MicroscopySettings
) -> tuple[Sentence, ...]:
    """The methods of this analysis."""
    found = [_scale(dataset), _particles(dataset, settings.solidity_min)]
    records = dataset.tables["records"].frame
    if settings.edge_correction:
        found.append(
            Sentence(
                "Particles that touch the edge of the counted part of an image were left out; each counted "
                "one was weighted by the inverse of (W - d)(H - d) summed over the images, its chance of "
                "lying whole in a frame W x H (the rule of Miles and Lantuejoul)."
            )
        )
    else:
        found.append(Sentence("Particles that touch the edge of an image were left out, uncorrected as set."))
    found += _intervals(results, settings)
    if not any(result.group.unit == NM for result in results) or "pixel_size" not in records:
        found.append(Sentence("No scale was known: sizes are in pixels and say nothing of lengths."))
    return tuple(found)


def _scale(dataset: Dataset) -> Sentence:
    records = dataset.tables["records"].frame
    counts = records["scale_source"].replace("", "no source").value_counts().sort_index()
    told = ", ".join(f"{source} ({count})" for source, count in counts.items())
    return Sentence(
        f"Particles of {len(records)} image{'s' * (len(records) != 1)} were sized by the diameter of the "
        f"circle of equal projected area. Sources of the scale, with the number of images: {told}.",
        (RICE,),
    )


def _particles(dataset: Dataset, least: float) -> Sentence:
    records = dataset.tables["records"].frame
    if "outlines" not in records:
        return Sentence("The particles were drawn from a model; no image was made or segmented.")
    outlined = dataset.tables["outlined"].frame
    edited = int((outlined["edit"] != "").sum()) if "edit" in outlined else 0
    by_hand = f" {edited} outline{'s were' if edited != 1 else ' was'} changed by hand." if edited else ""
    return Sentence(
        "Particles were outlined against the local ground, touching convex ones split, scale bars and "
        f"writing left out; outlines of a solidity below {least:g} were taken for unresolved clusters and "
        f"not counted.{by_hand}",
        (VERLEYSEN,),
    )


def _intervals(results: Sequence[GroupResult], settings: MicroscopySettings) -> list[Sentence]:
    level = f"{100 * settings.level:g} %"
    counted = [result for result in results if len(result.sizes)]
    several = [result for result in counted if result.group.counted["unit_id"].nunique() > 1]
    if not several:
        return [
            Sentence(
                f"With a single image the {level} intervals rest on the scatter of its particles; they hold "
                "no variation between images."
            )
        ]
    what = " and ".join(sorted({result.group.unit_is for result in several}))
    return [
        Sentence(
            f"Intervals ({level}) take {what} as the units of replication: for means and spreads a grouped "
            "jackknife with Student's t on the logarithm, its degrees of freedom estimated for spreads and "
            "higher moments.",
            (QUENOUILLE,),
        ),
        Sentence(
            "Quantiles have Woodruff's interval on the log odds; that of the d6-weighted mean is widened to "
            "hold the interval of a lognormal tail.",
            (WOODRUFF,),
        ),
    ]
