"""The methods text: one sentence for each thing that was done, with what it rests on."""

from collections.abc import Iterator

from selenolab.assays.flow.prepared import Bench
from selenolab.core.reference import Reference, Sentence

BAGWELL = Reference(
    "doi:10.1111/j.1749-6632.1993.tb38775.x", "Bagwell CB, Adams EG",
    "Fluorescence spectral overlap compensation for any number of flow cytometry parameters",
    "Annals of the New York Academy of Sciences 677, 167-184", 1993,
)  # fmt: skip
PARKS = Reference(
    "doi:10.1002/cyto.a.20258", "Parks DR, Roederer M, Moore WA",
    "A new 'Logicle' display method avoids deceptive effects of logarithmic scaling for low signals and "
    "compensated data",
    "Cytometry A 69, 541-551", 2006,
)  # fmt: skip
SPIDLEN = Reference(
    "doi:10.1002/cyto.a.22637", "Spidlen J, Moore W, Brinkman RR",
    "ISAC's Gating-ML 2.0 data exchange standard for gating description", "Cytometry A 87, 683-687", 2015,
)  # fmt: skip
WILSON = Reference(
    "doi:10.1080/01621459.1927.10502953", "Wilson EB",
    "Probable inference, the law of succession, and statistical inference",
    "Journal of the American Statistical Association 22, 209-212", 1927,
)  # fmt: skip
VERMES = Reference(
    "doi:10.1016/0022-1759(95)00072-I", "Vermes I, Haanen C, Steffens-Nakken H, Reutelingsperger C",
    "A novel assay for apoptosis: flow cytometric detection of phosphatidylserine expression on early "
    "apoptotic cells using fluorescein labelled Annexin V",
    "Journal of Immunological Methods 184, 39-51", 1995,
)  # fmt: skip
RIEGER = Reference(
    "doi:10.3791/2597", "Rieger AM, Nelson KL, Konowalchuk JD, Barreda DR",
    "Modified annexin V/propidium iodide apoptosis assay for accurate assessment of cell death",
    "Journal of Visualized Experiments 50, 2597", 2011,
)  # fmt: skip
DEAN = Reference(
    "doi:10.1083/jcb.60.2.523", "Dean PN, Jett JH",
    "Mathematical analysis of DNA distributions derived from flow microfluorometry",
    "Journal of Cell Biology 60, 523-527", 1974,
)  # fmt: skip
FOX = Reference(
    "doi:10.1002/cyto.990010114", "Fox MH",
    "A model for the computer analysis of synchronous DNA distributions obtained by flow cytometry",
    "Cytometry 1, 71-77", 1980,
)  # fmt: skip
WATSON = Reference(
    "doi:10.1002/cyto.990080101", "Watson JV, Chambers SH, Smith PJ",
    "A pragmatic approach to the analysis of DNA histograms with a definable G1 "
    "peak", "Cytometry 8, 1-8", 1987,
)  # fmt: skip
NICOLETTI = Reference(
    "doi:10.1016/0022-1759(91)90198-O", "Nicoletti I, Migliorati G, Pagliacci MC, Grignani F, Riccardi C",
    "A rapid and simple method for measuring thymocyte apoptosis by propidium iodide staining and flow "
    "cytometry",
    "Journal of Immunological Methods 139, 271-279", 1991,
)  # fmt: skip
KARLSSON = Reference(
    "doi:10.1042/BJ20100208", "Karlsson M, Kurz T, Brunk UT, Nilsson SE, Frennesson CI",
    "What does the commonly used DCF test for oxidative stress really show?",
    "Biochemical Journal 428, 183-190", 2010,
)  # fmt: skip
KALYANARAMAN = Reference(
    "doi:10.1016/j.freeradbiomed.2011.09.030", "Kalyanaraman B, Darley-Usmar V, Davies KJ, et al",
    "Measuring reactive oxygen and nitrogen species with fluorescent probes: challenges and limitations",
    "Free Radical Biology and Medicine 52, 1-6", 2012,
)  # fmt: skip
REERS = Reference(
    "doi:10.1021/bi00232a015", "Reers M, Smith TW, Chen LB",
    "J-aggregate formation of a carbocyanine as a quantitative fluorescent indicator of membrane potential",
    "Biochemistry 30, 4480-4486", 1991,
)  # fmt: skip
PERELMAN = Reference(
    "doi:10.1038/cddis.2012.171", "Perelman A, Wachtel C, Cohen M, et al",
    "JC-1: alternative excitation wavelengths facilitate mitochondrial membrane potential cytometry",
    "Cell Death and Disease 3, e430", 2012,
)  # fmt: skip
REFERENCES = (
    BAGWELL, PARKS, SPIDLEN, WILSON, VERMES, RIEGER, DEAN, FOX, WATSON, NICOLETTI, KARLSSON, KALYANARAMAN,
    REERS, PERELMAN,
)  # fmt: skip


def sentences(bench: Bench) -> tuple[Sentence, ...]:
    """The methods of this analysis."""
    return (
        *_compensation(bench),
        *_gates(bench),
        *_panel(bench),
        Sentence(
            f"Values are means over independent experiments with {100 * bench.settings.level:g} % t "
            "intervals; changes are formed within experiments where each has its own control, else by "
            "Welch's t. Events and tubes never enter n. Shares of single tubes have Wilson's interval, "
            "which is counting error only.",
            (WILSON,),
        ),
    )


def _compensation(bench: Bench) -> Iterator[Sentence]:
    used = bench.compensation
    if used.source:
        yield Sentence(
            f"Events were compensated with the inverse of the spillover matrix ({used.note}).", (BAGWELL,)
        )
    else:
        yield Sentence(f"Events were not compensated ({used.note}).")
    if bench.settings.transform == "logicle" and bench.settings.panel != "dna":
        yield Sentence(
            "Fluorescence was drawn on logicle scales; numbers were taken from data values.", (PARKS,)
        )


def _gates(bench: Bench) -> Iterator[Sentence]:
    makers = sorted({gate.made_by for gate in bench.gating.gates})
    if not makers:
        yield Sentence("No gate was applied: all events were read.")
        return
    where = f" Numbers are of the gate {bench.gating.population}." if bench.gating.population else ""
    alone = len(bench.gating.exceptions)
    said = f" {alone} gate{'s were' if alone != 1 else ' was'} drawn for single tubes." if alone else ""
    automatic = any(maker.startswith("automatic") for maker in makers)
    how = (
        " Automatic gates were placed once, on all stained tubes together, and held for all."
        if automatic
        else ""
    )
    yield Sentence(f"Gates: {', '.join(makers)}.{how}{where}{said}", (SPIDLEN,))


def _panel(bench: Bench) -> Iterator[Sentence]:
    settings = bench.settings
    if settings.panel == "annexin":
        yield _thresholds(bench)
    if settings.panel == "dna":
        other = "Watson" if settings.cell_cycle_model == "Dean-Jett-Fox" else "Dean-Jett-Fox"
        yield Sentence(
            f"G1, S and G2/M are shares of cycling single cells by {settings.cell_cycle_model} on linear "
            f"DNA area, with debris and aggregates in the model; {other} was fitted beside it.",
            (DEAN, FOX, WATSON),
        )
        yield Sentence("Sub-G1 was counted before doublets were excluded.", (NICOLETTI,))
    if settings.panel == "dcf":
        yield Sentence(
            "DCF fluorescence is the median above that of cells without the dye (with the compound, where "
            "such a tube of the dose was run). It is no measure of one oxidant, and rises when cytochrome "
            "c or iron reach the cytosol.",
            (KARLSSON, KALYANARAMAN),
        )
    if settings.panel == "jc1":
        whole = settings.jc1_ratio == "per cell"
        how = "the median of the cells' ratios" if whole else "the ratio of the medians"
        yield Sentence(
            f"The JC-1 ratio is {how} of red over green fluorescence above that of unstained cells. Cells "
            "below the ratio that parts the untreated from the CCCP cells of the experiment with the "
            "fewest on the wrong side are called depolarised.",
            (REERS, PERELMAN),
        )


def _thresholds(bench: Bench) -> Sentence:
    """How the quadrants were placed: by controls, or for want of them."""
    called = "Annexin V positive cells without the death dye are called early, with it late apoptotic."
    if not bench.room.of("unstained", "single_stain", "fmo"):
        return Sentence(
            f"Thresholds were placed on the untreated cells, for want of controls. {called}", (VERMES,)
        )
    return Sentence(
        "Thresholds lie between the negatives (unstained cells and the other dye's single stain) and the "
        "positives of the own single stain, as many spreads from either; where these do not stand apart, "
        f"at the {bench.settings.negative_quantile:g}th percentile of the negatives. {called}",
        (VERMES, RIEGER),
    )
