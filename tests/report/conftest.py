"""An invented study that has everything a report may meet: every drawing, outcome, refusal and door."""

from math import inf
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

from selenolab.core.analysis import Analysis
from selenolab.core.assay import AssaySettings
from selenolab.core.check import Check, MissingControl
from selenolab.core.compound import Basis, Compound, identify
from selenolab.core.dataset import Dataset, Table
from selenolab.core.drawing import (
    Axis,
    Caption,
    CurvePlot,
    Density,
    DotPlot,
    Drawing,
    HeatMap,
    Histogram,
    Mark,
    Overlay,
    Panels,
    Series,
)
from selenolab.core.estimate import Absent, Endpoint, Estimate, Verdict, at_least, at_most
from selenolab.core.event import EventReading
from selenolab.core.quantity import Quantity
from selenolab.core.reference import Reference, Sentence
from selenolab.core.schema import Column, TableSchema
from selenolab.core.study import (
    Bench,
    Compared,
    Comparison,
    Contrast,
    Exclusion,
    Failure,
    InputDigest,
    Provenance,
    Result,
    Run,
    RunFile,
    Study,
    StudyResult,
    Virtual,
)
from selenolab.report.write import write_report
from selenolab.study.pathways import pathway_pages

HOSTILE = "<script>alert('x')</script>"
DOSES = np.array([0, 0.5, 1, 2, 4, 8, 16, 32, 64.0])
EXPERIMENTS = "independent experiments"
MOSMANN = Reference(
    "doi:10.1016/0022-1759(83)90303-4",
    "Mosmann T",
    "Rapid colorimetric assay for cellular growth and survival: application to proliferation and "
    "cytotoxicity assays",
    "Journal of Immunological Methods 65:55-63",
    1983,
)
RITZ = Reference(
    "doi:10.1371/journal.pone.0146021",
    "Ritz C, Baty F, Streibig JC, Gerhard D",
    "Dose-response analysis using R",
    "PLoS ONE 10:e0146021",
    2015,
)
ZHANG = Reference(
    "doi:10.1177/108705719900400206",
    "Zhang JH, Chung TD, Oldenburg KR",
    "A simple statistical parameter for use in evaluation and validation of high throughput screening assays",
    "Journal of Biomolecular Screening 4:67-73",
    1999,
)


class Settings(AssaySettings):
    """Settings of the invented assay."""

    wavelength_nm: float = 490
    family: str = "four-parameter log-logistic"
    note: str = HOSTILE


def _viability(dose: np.ndarray, ic50: float) -> np.ndarray:
    return 4 + 96 / (1 + (dose / ic50) ** 1.7)


def _wells(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [
        {"experiment": str(e), "plate": f"P{e}", "well": f"{'ABC'[r]}{d + 2}", "compound": c, "dose": dose}
        | {"absorbance": 0.05 + 0.009 * float(_viability(np.array(dose), ic50)) * rng.lognormal(0, 0.05)}
        for c, ic50 in (("selenocystine", 11.8), ("SeNP", 41.0))
        for e in (1, 2, 3)
        for d, dose in enumerate(DOSES)
        for r in range(3)
    ]
    frame = pd.DataFrame(rows)
    frame["well"] += frame["compound"].str[0]
    frame["absorbance_flag"] = ""
    frame.loc[4, "absorbance_flag"] = f"excluded: bubble {HOSTILE}"
    frame.loc[7, ["absorbance", "absorbance_flag"]] = [np.nan, ">range"]
    return frame


def _table(seed: int) -> Table:
    words = (
        *(Column(Quantity(word, word, kind="id")) for word in ("experiment", "plate", "well")),
        Column(Quantity("compound", "agent", kind="text")),
        Column(Quantity("dose", "nominal concentration", unit="stated", low=0)),
        Column(Quantity("absorbance", "optical density", unit="AU"), flags=True),
    )
    return Table(TableSchema("data", words), _wells(seed), units={"dose": "µM"})


def _curve_plot(seed: int) -> CurvePlot:
    rng = np.random.default_rng(seed)
    series: list[Series] = []
    for group, (name, ic50) in enumerate((("selenocystine", 11.8), ("SeNP", 41.0))):
        raw = pd.DataFrame({"x": np.repeat(DOSES, 9)})
        raw["y"] = _viability(raw["x"].to_numpy(), ic50) * rng.lognormal(0, 0.06, len(raw))
        mean = raw.groupby("x")["y"].agg(["mean", "sem"]).reset_index()
        points = pd.DataFrame({"x": mean["x"], "y": mean["mean"]})
        points["low"], points["high"] = mean["mean"] - 3 * mean["sem"], mean["mean"] + 3 * mean["sem"]
        points["excluded"] = [False] * 8 + [group == 0]
        grid = np.append(0, np.geomspace(0.4, 70, 120))
        fitted = _viability(grid, ic50)
        band = pd.DataFrame({"x": grid, "low": fitted - 4, "high": fitted + 4})
        line = pd.DataFrame({"x": grid, "y": fitted})
        series += [
            Series(name, "band", band, group),
            Series(name, "points", raw, group, faint=True),
            Series(name, "line", line, group),
            Series(name, "points", points, group),
        ]
    marks = (Mark(11.8, "IC50 11.8 µM", 11.0, 12.7), Mark(41.0, "IC50 41 µM", 30.0, inf, group=1))
    caption = Caption(
        "Viability against dose with the fitted four-parameter curve",
        "3 independent experiments, 3 wells each",
        "95 % confidence interval of the mean over experiments",
    )
    x, y = Axis("Dose", "µM", log=True), Axis("Viability", "%")
    return CurvePlot("dose_response", "Dose response on HepG2", caption, x, y, tuple(series), marks)


def _dot_plot() -> DotPlot:
    dots = pd.DataFrame(
        {
            "category": ["HepG2"] * 3 + ["MCF-7"] * 3 + ["HaCaT"] * 3,
            "value": [10.9, 11.8, 12.6, 22.0, 26.1, 24.0, 64, 64, 58],
            "label": [""] * 9,
        }
    )
    bars = pd.DataFrame(
        {
            "category": ["HepG2", "MCF-7", "HaCaT"],
            "value": [11.8, 24.0, 64],
            "low": [9.8, 19.3, 64],
            "high": [14.1, 29.7, inf],
            "censored": ["", "", ">"],
        }
    )
    brackets = pd.DataFrame(
        {
            "left": ["HepG2", "HepG2"],
            "right": ["MCF-7", "HaCaT"],
            "label": ["p < 0.001", "not compared: a bound"],
        }
    )
    caption = Caption(
        "Relative IC50 of selenocystine by cell line",
        "3 independent experiments each",
        "95 % t interval on log10 IC50",
        "Welch on log10 IC50, Holm",
    )
    return DotPlot(
        "lines", "IC50 across lines", caption, Axis("Relative IC50", "µM", log=True), dots, bars, brackets
    )


def _bar_plot() -> DotPlot:
    dots = pd.DataFrame(
        {
            "category": ["vehicle"] * 4 + ["8 µM"] * 4,
            "value": [1.0, 1.02, 0.97, 1.01, 0.61, 0.66, 0.58, 0.9],
            "group": ["1", "2", "3", "4"] * 2,
            "excluded": [False] * 7 + [True],
        }
    )
    bars = pd.DataFrame(
        {"category": ["vehicle", "8 µM"], "value": [1.0, 0.62], "low": [0.96, 0.5], "high": [1.04, 0.74]}
    )
    caption = Caption("Relative growth", "4 independent experiments", "95 % confidence interval")
    return DotPlot("growth", "Growth", caption, Axis("Growth", "1"), dots, bars, style="bar")


def _others() -> tuple[Drawing, ...]:
    rng = np.random.default_rng(7)
    plate = 0.05 + 0.9 * rng.random((8, 12))
    plate[0, 0] = np.nan
    notes = pd.DataFrame({"row": ["A", "C"], "column": ["5", "3"], "text": ["×", "blank"]})
    heat = HeatMap(
        "plate_map",
        "Plate P1",
        Caption("Raw absorbance by well; × marks an excluded well", "96 wells of 1 plate"),
        plate,
        tuple("ABCDEFGH"),
        tuple(map(str, range(1, 13))),
        Axis("Absorbance", "AU"),
        notes,
    )
    sizes = rng.lognormal(4.3, 0.35, 400)
    count, edges = np.histogram(sizes, bins=24)
    bins = pd.DataFrame({"left": edges[:-1], "right": edges[1:], "count": count})
    grid = np.linspace(edges[0], edges[-1], 80)
    density = np.exp(-((np.log(grid) - 4.3) ** 2) / 0.245) / grid
    line = pd.DataFrame({"x": grid, "y": density * count.max() / density.max()})
    histogram = Histogram(
        "diameters",
        "Particle diameters",
        Caption("Equivalent-circle diameter", "400 particles of 1 batch"),
        Axis("Diameter", "nm"),
        Axis("Particles"),
        bins,
        (Series("log-normal", "line", line, 1),),
        (Mark(74.0, "median 74 nm", 71.0, 77.0, group=1),),
    )
    events = rng.lognormal(5, 0.8, (30000, 2))
    edge = np.geomspace(5, 5000, 90)
    counts, _, _ = np.histogram2d(events[:, 0], events[:, 1], bins=[edge, edge])
    gate = pd.DataFrame({"x": [80.0, 600, 600, 80], "y": [80.0, 80, 600, 600]})
    flow = Density(
        "events",
        "Scatter of events",
        Caption("Events by two channels with the gate 'live'", "30000 events of 1 sample"),
        Axis("FSC-A", log=True),
        Axis("SSC-A", log=True),
        edge,
        edge,
        counts,
        (Series("live", "line", gate, 0),),
    )
    image = rng.normal(100, 12, (300, 400)).round(-1)
    across, up = np.meshgrid(np.arange(400), np.arange(300))
    image[(across - 120) ** 2 + (up - 140) ** 2 < 40**2] += 90
    turn = np.linspace(0, 2 * np.pi, 50)
    ring = pd.DataFrame({"x": 120 + 40 * np.cos(turn), "y": 140 + 40 * np.sin(turn)})
    labels = pd.DataFrame({"x": [120.0], "y": [140.0], "text": ["1"]})
    caption = Caption("Micrograph with the particles found", "1 particle of 1 image")
    overlay = Overlay(
        "image", "Micrograph", caption, image, (Series("1", "line", ring),), labels, pixel_size=0.8
    )
    bare = Overlay("image_bare", "Micrograph without a scale", caption, image)
    strategy = Panels("gating", "Gating strategy", flow.caption, (flow, histogram, flow))
    return (
        heat,
        histogram,
        flow,
        overlay,
        bare,
        strategy,
        pathway_pages(_pathway_study(), _events())[0].network,
    )


def _pathway_study() -> Study:
    return Study(Path("study.yaml"), "t", "", {}, {}, (), pathway="selenocystine")


def _events() -> list[Result]:
    """A run that measured some events of the shipped pathway at two doses, some clear and some not."""
    group = {"compound": "L-selenocystine", "cell_line": "HepG2"}
    told = {
        "ros": (2.4, 4.9),
        "p_akt": (0.8, 0.4),
        "s_phase": (1.3, 1.8),
        "caspase_3": (1.1, 5.2),
        "p21": (0.9, 0.5),
    }
    readings = tuple(
        EventReading(
            word, "a toy reading", group,
            Estimate(value, value * 0.8, value * 1.25, "1", "ratio", 3, EXPERIMENTS), dose, "µM", 24.0,
        )
        for word, values in told.items()
        for dose, value in zip((4.0, 16.0), values, strict=True)
    )  # fmt: skip
    run = Run("pathway", "toy", Bench((), None), Settings())
    return [Result(run, Dataset({}), Analysis((), events=readings), _provenance("bench"))]


def _endpoints() -> tuple[Endpoint, ...]:
    one = {"compound": "selenocystine", "cell_line": "HepG2"}
    other = {"compound": "SeNP", "cell_line": "HepG2"}
    method = "random effects on log10 IC50 over experiments"
    return (
        Endpoint("relative IC50", one, Estimate(11.82, 11.02, 12.68, "µM", method, 3, EXPERIMENTS)),
        Endpoint(
            "relative IC50",
            other,
            at_least(64.0, "µM", method, 3, EXPERIMENTS),
            ("Half the curves end above 50 %.",),
        ),
        Endpoint("absolute IC50", one, Estimate(12.4, 10.1, inf, "µM", method, 3, EXPERIMENTS)),
        Endpoint("absolute IC50", other, Absent(f"The curve does not reach 50 % {HOSTILE}.", "µM")),
        Endpoint("IC10", one, at_most(0.5, "µM", method, 1, EXPERIMENTS)),
        Endpoint(
            "phase", one, Verdict("trigonal", "Peaks at 23.5 and 29.7 degrees.", "rules", 2, "patterns")
        ),
        *(
            Endpoint(
                "viability",
                {**one, "dose": f"{dose:g} µM"},
                Estimate(100 - dose, 90 - dose, 110 - dose, "%", "t interval", 3, EXPERIMENTS),
            )
            for dose in DOSES[1:]
        ),
    )


def _checks() -> tuple[Check, ...]:
    group, line = {"plate": "P1"}, {"compound": "selenocystine", "cell_line": "HepG2"}
    return (
        Check("z_prime", "Z'", True, "Controls are well apart.", 0.71, 0.5, "1", 0.21, group),
        Check(
            "lack_of_fit",
            "lack of fit",
            True,
            "The curve describes the means.",
            0.4,
            0.05,
            "p",
            0.35,
            line,
            "relative IC50",
        ),
        Check(
            "spread",
            "spread of the experiments",
            False,
            "The experiments differ by 0.31.",
            0.31,
            0.3,
            "1",
            -0.01,
            line,
            "absolute IC50",
            MappingProxyType({"most": "0.3"}),
        ),
        Check("edge", f"edge effect {HOSTILE}", None, "No control stands on the edge.", group=group),
    )


def _analysis(seed: int, drawings: tuple[Drawing, ...]) -> Analysis:
    return Analysis(
        endpoints=_endpoints(),
        answer="Selenocystine halves viability at 11.8 µM; SeNP do not up to 64 µM.",
        checks=_checks(),
        missing_controls=(
            MissingControl(
                "whether SeNP reduce MTT themselves",
                "drug_blank",
                "Add cell-free wells with every dose of SeNP.",
            ),
        ),
        warnings=("Rows 1 to 3 of plate P2 read 12 % lower than the rest.", f"Label {HOSTILE} was kept."),
        tables={"fits": _table(seed)},
        drawings=drawings,
        methods=(
            Sentence("Viability was measured with MTT at 490 nm", (MOSMANN,)),
            Sentence("Curves were four-parameter log-logistic.", (RITZ,)),
            Sentence("Plates were judged by Z'.", (ZHANG, MOSMANN)),
        ),
    )


def _provenance(door: str) -> Provenance:
    inputs = (
        ()
        if door == "virtual"
        else (
            InputDigest(f"plate1 {HOSTILE}.txt", "a" * 64, "gen5", "sample", "real file"),
            InputDigest("plate2.csv", "b" * 64, "long table", "time_zero", "specification only"),
        )
    )
    versions = {"selenolab": "0.1.0", "numpy": "2.4.6", "scipy": "1.17.1", "python": "3.11.7"}
    return Provenance(door, inputs, ("Dose unit µM was read from the header.",), versions, "c" * 64)


@pytest.fixture(scope="session")
def outcome() -> StudyResult:
    bench = Run(
        "hepg2",
        "viability",
        Bench((RunFile(Path("plate1.txt"), "plate1.txt", "sample"),), None),
        Settings(),
        seed=1,
    )
    virtual = Run(
        "hepg2-virtual", "viability", Virtual("dose_viability", {"k_kill": 0.1}), Settings(), seed=2
    )
    broken = Run("mcf7", "viability", Bench((), None), Settings())
    selenocystine = identify("L-selenocystine")
    assert selenocystine is not None
    study = Study(
        Path("study.yaml"),
        f"Selenocystine and SeNP on HepG2 {HOSTILE}",
        "At what dose is viability halved?",
        {"selenocystine": selenocystine, "SeNP": Compound("SeNP")},
        {"selenocystine": Basis.MOLECULE, "SeNP": Basis.PARTICLE},
        (bench, virtual, broken),
        (Exclusion("hepg2", {"plate": "P1", "well": "A3"}, f"bubble {HOSTILE}"),),
    )
    results = (
        Result(
            bench,
            Dataset({"data": _table(1)}),
            _analysis(1, (_curve_plot(1), _bar_plot(), *_others())),
            _provenance("bench"),
        ),
        Result(
            virtual,
            Dataset({"data": _table(2)}),
            _analysis(2, (_curve_plot(2), _others()[0])),
            _provenance("virtual"),
        ),
        Failure(broken, "plate3.txt: row 12: absorbance is 'OVRFLW'. Expected a number."),
    )
    return StudyResult(study, results, _compared(), pathway_pages(_pathway_study(), _events()))


def _compared() -> tuple[Compared, ...]:
    lines = Comparison("lines", ("hepg2", "hepg2-virtual"), "relative IC50", "cell_line", "welch", "HepG2")
    ratio = Estimate(2.03, 1.52, 2.72, "ratio", "Welch on logarithms", 3, EXPERIMENTS)
    contrasts = (
        Contrast("MCF-7", "HepG2", ratio, 0.00021, 0.00042),
        Contrast("HaCaT", "HepG2", Absent("HaCaT is known only as a bound."), None, None),
    )
    refused = Comparison("arms", ("hepg2",), "relative IC50", "arm", "dunnett", "none")
    return (
        Compared(
            lines,
            contrasts,
            "Welch t on log10 IC50, Holm",
            _checks()[:1],
            ("Only 3 experiments.",),
            _dot_plot(),
            (Sentence("Groups were compared by Welch's t.", (RITZ,)),),
        ),
        Compared(refused, (), "", refusal="Fewer than two experiments in arm NAC."),
    )


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory):
    """Makes a staging folder as the study floor leaves it."""

    def make(outcome: StudyResult) -> Path:
        folder = tmp_path_factory.mktemp("stage")
        (folder / "record.json").write_text('{"when": "2026-01-01T00:00:00Z"}\n', encoding="utf-8")
        for result in outcome.results:
            if isinstance(result, Result):
                place = folder / "tables" / result.run.name
                place.mkdir(parents=True)
                for name, table in {**result.dataset.tables, **result.analysis.tables}.items():
                    table.frame.to_csv(place / f"{name}.csv", index=False, lineterminator="\n")
        return folder

    return make


@pytest.fixture(scope="session")
def written(outcome, stage) -> Path:
    """A folder with the whole report of the invented study."""
    place = stage(outcome)
    write_report(place, outcome, {"when": "2026-01-01T00:00:00Z", "version": "0.1.0"})
    return place
