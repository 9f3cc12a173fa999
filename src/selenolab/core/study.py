"""A question, the runs that answer it, and what each run gave."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from selenolab.core.analysis import Analysis
from selenolab.core.assay import AssaySettings, Sheet
from selenolab.core.check import Check
from selenolab.core.compound import Basis, Compound
from selenolab.core.dataset import Dataset
from selenolab.core.drawing import DotPlot
from selenolab.core.estimate import Outcome
from selenolab.core.pathway import PathwayPage
from selenolab.core.reference import Sentence


@dataclass(frozen=True, slots=True)
class RunFile:
    """A file of a run, with its role word and the facts the study file states for it."""

    path: Path
    name: str
    role: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bench:
    """The door for files that an instrument wrote."""

    files: tuple[RunFile, ...]
    sheet: Path | Sheet | None


@dataclass(frozen=True, slots=True)
class Virtual:
    """The door for a model. `overrides` are parameter values other than the model's own."""

    model: str
    overrides: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Take:
    """What a run takes from another one: its table, or its endpoint of one group."""

    port: str
    run: str
    kind: Literal["tables", "endpoints"]
    name: str
    group: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Rows left out of the numbers but still shown: those where all of `where` hold, and why."""

    run: str
    where: Mapping[str, str]
    reason: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """An endpoint across groups. `method` is a word of the comparisons of `stats`."""

    name: str
    runs: tuple[str, ...]
    endpoint: str
    by: str  # the group word to compare, such as compound or cell_line
    method: str
    control: str = ""
    within: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """One assay, entered by one of its two doors."""

    name: str
    assay: str
    door: Bench | Virtual
    settings: AssaySettings
    takes: tuple[Take, ...] = ()
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Study:
    """A question and the runs that answer it, in an order in which each finds what it takes."""

    path: Path
    title: str
    question: str
    compounds: Mapping[str, Compound]
    basis: Mapping[str, Basis]  # compound name -> what its doses count
    runs: tuple[Run, ...]
    exclusions: tuple[Exclusion, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    pathway: str = ""  # a shipped pathway, a .toml file beside the study, or "none"


@dataclass(frozen=True, slots=True)
class InputDigest:
    """An input by name and digest, with the format it was read as and that reader's evidence."""

    name: str
    sha256: str
    format: str
    role: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a run's numbers come from. `door` "virtual" marks every figure and export as simulated."""

    door: Literal["bench", "virtual"]
    inputs: tuple[InputDigest, ...]
    assumed: tuple[str, ...]
    versions: Mapping[str, str]
    key: str  # the cache key: inputs, settings, package sources, numpy and scipy versions


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that the user's input stopped; the other runs of the study are kept."""

    run: Run
    message: str


@dataclass(frozen=True, slots=True)
class Result:
    """What one run gave."""

    run: Run
    dataset: Dataset
    analysis: Analysis
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Contrast:
    """One difference or ratio between two groups: effect size with interval first, p second.

    `effect` is an Estimate in `unit` ("ratio" for ratios), or Absent with the reason.
    """

    left: str
    right: str
    effect: Outcome
    p: float | None
    p_adjusted: float | None


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison gave. `contrasts` is empty and `refusal` says why when it could not be made."""

    comparison: Comparison
    contrasts: tuple[Contrast, ...]
    method: str
    checks: tuple[Check, ...] = ()
    warnings: tuple[str, ...] = ()
    drawing: DotPlot | None = None
    methods: tuple[Sentence, ...] = ()
    refusal: str = ""
    conclusions: tuple[str, ...] = ()  # what may be said, in words


@dataclass(frozen=True, slots=True)
class StudyResult:
    """Everything a study gave, in the order of the study file."""

    study: Study
    results: tuple[Result | Failure, ...]
    compared: tuple[Compared, ...] = ()
    pathways: tuple[PathwayPage, ...] = ()
