"""The contract of an assay: two doors in, one room, one way out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict

from selenolab.core.analysis import Analysis
from selenolab.core.dataset import Dataset, Table
from selenolab.core.estimate import Endpoint
from selenolab.core.format import Format, InputFile, Kind, Parsed
from selenolab.core.noise import Noise
from selenolab.core.reference import Reference
from selenolab.core.schema import TableSchema


class AssaySettings(BaseModel):
    """Base of an assay's settings: checked before anything runs, frozen afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class Role:
    """A role word that a file may have in this assay."""

    word: str
    meaning: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of the sample sheet: one row a well or a file."""

    header: str  # as in "dose [µM]"
    meaning: str
    per: Literal["well", "file"]
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EndpointSpec:
    """An endpoint that the assay can give, for plans, help and other runs."""

    name: str
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Port:
    """What a run may take from another run: a table with these columns, or an endpoint in this unit."""

    meaning: str
    takes: TableSchema | EndpointSpec
    required: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sample sheet or plate map: one row a well or file, with the units of its columns."""

    name: str
    frame: pd.DataFrame
    units: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the bench door gives: a dataset, and what had to be assumed to make it."""

    dataset: Dataset
    assumed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


Taken = Mapping[str, Table | Endpoint]
NOTHING_TAKEN: Taken = {}


@dataclass(frozen=True, slots=True)
class BenchDoor:
    """From files to a dataset.

    `suits` looks at a parsed file and gives "" when the assay could use it, else the reason why not.
    `formats` are formats that only this assay knows, beside the common ones. `asks` names settings that
    a drafted study writes out to be filled in, `by` the word of the sheet that mostly tells groups apart.
    `usual` are kinds of files (plate, image ...) for which a draft takes this assay where others could too.
    """

    roles: tuple[Role, ...]
    sheet: tuple[SheetColumn, ...]
    suits: Callable[[Parsed], str]
    read: Callable[[Sequence[InputFile], Sheet | None, Any], Reading]
    formats: tuple[Format, ...] = ()
    asks: tuple[str, ...] = ()
    by: str = "cell_line"
    usual: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True)
class VirtualDoor:
    """From model states to a dataset.

    `design(settings)` gives the conditions to simulate: a frame with `condition`, `dose`, `time`...;
    `expect(states, design, settings)` what the instrument would show without noise, where `states`
    has condition, time and the words in `needs`; `noise(expected, settings)` how it scatters.
    An assay with panels asks only for the words that `needs_for(settings)` chooses of `needs`.
    `inputs` are words that the design sets for each condition beside the dose (a pH, a volume), and
    `actions` what the bench does at times that its column `action` names (an aliquot is taken): a
    model that cannot follow one of them is refused by name.
    The draw itself (`observe`) is the same for all assays and is not the member's.
    """

    needs: tuple[str, ...]
    design: Callable[[Any], pd.DataFrame]
    expect: Callable[[pd.DataFrame, pd.DataFrame, Any], Dataset]
    noise: Callable[[Dataset, Any], Noise]
    inputs: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    needs_for: Callable[[Any], tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Assay:
    """A bench protocol and its analysis.

    `analyse(dataset, settings, seed, taken)` sees the dataset only: it cannot tell a plate reader
    from a model. `tables` are the tables that the dataset has, `gives` those that the analysis
    returns and other runs may take, `takes` what it accepts from other runs.
    """

    name: str
    title: str
    settings: type[AssaySettings]
    tables: Mapping[str, TableSchema]
    bench: BenchDoor
    virtual: VirtualDoor | None
    analyse: Callable[[Dataset, Any, int, Taken], Analysis]
    endpoints: tuple[EndpointSpec, ...]
    gives: Mapping[str, TableSchema] = field(default_factory=dict)
    takes: Mapping[str, Port] = field(default_factory=dict)
    references: tuple[Reference, ...] = ()
