"""The methods text: one sentence for each thing that was done, with what it rests on."""

from collections.abc import Iterator

from selenolab.assays.western.headline import Headline
from selenolab.assays.western.normalising import Bench
from selenolab.core.reference import Reference, Sentence

JANES = Reference(
    "doi:10.1126/scisignal.2005966",
    "Janes KA",
    "An analysis of critical factors for quantitative immunoblotting",
    "Science Signaling 8, rs2",
    2015,
)
MORITZ = Reference(
    "doi:10.1002/pmic.201600189",
    "Moritz CP",
    "Tubulin or not tubulin: heading toward total protein staining as loading control in western blots",
    "Proteomics 17, 1600189",
    2017,
)
BUTLER = Reference(
    "doi:10.1155/2019/5214821",
    "Butler TAJ, Paul JW, Chan EC, Smith R, Tolosa JM",
    "Misleading westerns: common quantification mistakes in western blot densitometry and proposed "
    "corrective "
    "measures",
    "BioMed Research International 2019, 5214821",
    2019,
)
DEGASPERI = Reference(
    "doi:10.1371/journal.pone.0087293",
    "Degasperi A, Birtwistle MR, Volinsky N, Rauch J, Kolch W, Kholodenko BN",
    "Evaluating strategies to normalise biological replicates of Western blot data",
    "PLoS ONE 9, e87293",
    2014,
)
CURRIE = Reference(
    "doi:10.1021/ac60259a007",
    "Currie LA",
    "Limits for qualitative detection and quantitative determination: application to radiochemistry",
    "Analytical Chemistry 40, 586-593",
    1968,
)
JANICKE = Reference(
    "doi:10.1074/jbc.273.16.9357",
    "Jänicke RU, Sprengart ML, Wati MR, Porter AG",
    "Caspase-3 is required for DNA fragmentation and morphological changes associated with apoptosis",
    "Journal of Biological Chemistry 273, 9357-9360",
    1998,
)
WOLF = Reference(
    "doi:10.1073/pnas.82.3.790",
    "Wolf D, Rotter V",
    "Major deletions in the gene encoding the p53 tumor antigen cause lack of p53 expression in HL-60 cells",
    "Proceedings of the National Academy of Sciences USA 82, 790-794",
    1985,
)
REFERENCES = (JANES, MORITZ, BUTLER, DEGASPERI, CURRIE, JANICKE, WOLF)
_BACKGROUND = {
    "rim": "a robust line through the rows above and below it, over its own columns",
    "line": "a straight line between the ends of its box",
    "rolling_ball": "a rolling ball",
}


def sentences(bench: Bench, found: Headline) -> tuple[Sentence, ...]:
    """The methods of this analysis."""
    return (*_volumes(bench), *_normalised(found), *_statistics(bench), *_series(found), *_lines(bench))


def _volumes(bench: Bench) -> Iterator[Sentence]:
    settings = bench.settings
    measured = [blot for blot in bench.room.blots.values() if "pixels were not checked" not in blot.note]
    if not measured:
        yield Sentence("Band volumes were taken as another program measured them; pixels were not checked.")
    else:
        yield Sentence(
            f"Band volumes are sums of the signal above {_BACKGROUND[settings.background]}; total "
            "protein is the sum of a "
            "lane above the ground beside it. Bands with a saturated pixel enter no fold change.",
            (JANES,),
        )
    yield Sentence(
        f"A band below {settings.detection:g} standard errors of its background counts as below the "
        "detection limit, and "
        "its fold is a bound.",
        (CURRIE,),
    )


def _normalised(found: Headline) -> Iterator[Sentence]:
    hows = sorted({one.how for one in found.quantities if one.protein})
    if hows and hows != ["nothing"]:
        told = " or ".join(how for how in hows if how != "nothing")
        yield Sentence(
            f"Each band was divided by the {told} of the same lane and membrane.", (MORITZ, BUTLER)
        )
    if "nothing" in hows:
        yield Sentence("Bands without total protein or a loading control were not normalised.")
    for one in found.quantities:
        if not one.protein:
            yield Sentence(f"The ratio {one.name} was formed {one.how}.")


def _statistics(bench: Bench) -> Iterator[Sentence]:
    if not bench.room.designed:
        return
    level = f"{100 * bench.settings.level:g} %"
    yield Sentence(
        "Logarithms were put on one scale over membranes by their mean over the groups that membranes "
        "share, no group "
        "being set to 1. Folds of control are ratios of geometric means over independent lysates with "
        f"{level} t "
        "intervals, formed within experiments on one membrane where each has its own control, else on "
        "one membrane by "
        "Welch's t. Lanes and membranes of one lysate are averaged first and never enter n.",
        (DEGASPERI,),
    )


def _series(found: Headline) -> Iterator[Sentence]:
    if any(one.series is not None for one in (*found.quantities, *found.loading)):
        yield Sentence(
            "Proportionality was judged by the slope of ln volume over ln amount in dilution series on "
            "the membranes.",
            (JANES, BUTLER),
        )
    if lacking := [one.name for one in found.quantities if one.protein and one.series is None]:
        yield Sentence(f"Without a dilution series {', '.join(lacking)} are semi-quantitative.", (BUTLER,))


def _lines(bench: Bench) -> Iterator[Sentence]:
    keys = {known.key for known in bench.room.known.values() if known is not None}
    if keys & {"cleaved_caspase_3", "caspase_3"}:
        yield Sentence(
            "Lanes of MCF-7 cells, which have no caspase-3, were checked for its bands.", (JANICKE,)
        )
    if keys & {"p53_ps15", "p53"}:
        yield Sentence("Lanes of HL-60 cells, which have no p53, were checked for its bands.", (WOLF,))
