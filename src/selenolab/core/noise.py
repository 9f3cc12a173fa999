"""How an instrument scatters around what it should show: data, so that it can be drawn and scored."""

from dataclasses import dataclass
from typing import Any, Literal

from numpy.typing import NDArray

Family = Literal["normal", "lognormal", "poisson", "binomial", "resample"]


@dataclass(frozen=True, slots=True)
class NoiseTerm:
    """The scatter of one number column around its expected value.

    `scale`: standard deviation (normal), of the logarithm (lognormal), unused (poisson) or the number
    of trials (binomial, the column being a proportion): a number or (n,) per row. `shared_by`: rows
    with equal values in these columns share one draw, such as a plate's common error.

    "resample" is for populations (particles, cells, events): the expected rows are a distribution
    with weights `scale`, of which `draws` rows are drawn with replacement in every `shared_by` group
    (an image, a tube). It comes first; `column` numbers the drawn rows anew where it is an id. Rows of one
    class in the column `strata` share, in each group, a lognormal factor of their weights with the SD of
    the logarithm `spread`: shares of kinds of cells differ between tubes by more than the draw.
    """

    table: str
    column: str
    family: Family
    scale: float | NDArray[Any]
    shared_by: tuple[str, ...] = ()
    draws: int = 0
    strata: str = ""
    spread: float = 0.0


@dataclass(frozen=True, slots=True)
class Noise:
    """All terms, independent of one another, applied in order."""

    terms: tuple[NoiseTerm, ...]
