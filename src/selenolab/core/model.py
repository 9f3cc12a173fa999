"""A kinetic model is a folder of data: equations, parameters with sources, and a card."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from selenolab.core.reference import ParameterKind


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of ``parameters.csv``. `source` is a DOI or PMID, or for "assumed" the reason in words."""

    name: str
    value: float
    unit: str
    low: float
    high: float
    kind: ParameterKind
    source: str


@dataclass(frozen=True, slots=True)
class Model:
    """Equations in Antimony, parameters, and what can be seen of the model.

    `observables` maps a word of the vocabulary to a species or assignment of the equations; `doses`
    names the species or parameter that receives the dose, in `dose_unit` (a dose in another unit is
    refused). `time_unit` is that of the equations. `inputs` maps words that a design may set for each
    condition to parameters. `actions` are what the bench does to the model at stated times: for each,
    the species that change, and the assignment of the equations that holds the value each then takes.
    `settle` is how long the model runs without a dose before time zero, in `time_unit`, until it rests.
    """

    name: str
    title: str
    purpose: str
    equations: str
    parameters: tuple[Parameter, ...]
    observables: Mapping[str, str]
    doses: str
    dose_unit: str
    time_unit: str
    limits: str  # what the model must not be used for
    inputs: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    settle: float = 0.0
