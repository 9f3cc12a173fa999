"""A kinetic model is a folder of data: equations, parameters with sources, and a card."""

from collections.abc import Mapping
from dataclasses import dataclass

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
    names the species that receives the dose, in `dose_unit` (a dose in another unit is refused).
    `time_unit` is that of the equations.
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
