"""What an amount is an amount of, and what it counts.

Selenocystine carries two Se, a nanoparticle has no molar mass, a yeast row is not selenium: an
amount names its analyte and its basis. Molar and mass amounts are different quantities; one becomes
the other only by a stated factor, and what was done is said in words.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from selenolab.core.errors import DataError

SE_MOLAR_MASS = 78.97  # g/mol; conventional atomic weight 78.971(8), IUPAC 2013
SHIPPED = Path(__file__).with_name("compounds.toml")


class Basis(StrEnum):
    """What an amount counts."""

    MOLECULE = "molecule"
    SELENIUM = "Se"
    PARTICLE = "particle mass"
    DRUG = "drug"
    NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class Compound:
    """An analyte. Identity is the InChIKey where there is a molecule; a particle has none.

    `molar_mass` [g/mol] and `se_per_molecule` are None where they make no sense or are not known.
    """

    name: str
    inchikey: str = ""
    molar_mass: float | None = None
    se_per_molecule: int | None = None
    names: tuple[str, ...] = ()
    note: str = ""


@lru_cache
def known_compounds() -> Mapping[str, Compound]:
    """The shipped selenium family, by lower-case name and by InChIKey."""
    raw = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    found: dict[str, Compound] = {}
    for name, card in raw["compound"].items():
        compound = Compound(name, **{**card, "names": tuple(card.get("names", ()))})
        for key in (name, compound.inchikey, *compound.names):
            found[key.lower()] = compound
    return MappingProxyType(found)


@lru_cache
def ambiguous_names() -> Mapping[str, str]:
    """Names that stand for more than one compound, with what they may mean."""
    raw = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    return MappingProxyType({name.lower(): why for name, why in raw["ambiguous"].items()})


def identify(name: str) -> Compound | None:
    """The compound called `name` (full name or InChIKey), None when unknown.

    Raises
    ------
    DataError
        for a name that stands for more than one compound, such as "SeC".
    """
    key = name.strip().lower()
    if key in ambiguous_names():
        raise DataError(
            f"'{name}' is ambiguous: {ambiguous_names()[key]}. Write the full name or the InChIKey."
        )
    return known_compounds().get(key)


@dataclass(frozen=True, slots=True)
class Converted:
    """An amount on another basis, with the factor in words."""

    value: float
    unit: str
    basis: Basis
    how: str


def to_selenium(value: float, unit: str, basis: Basis, compound: Compound) -> Converted:
    """`value` [molar unit] of `compound` as the same molar unit of Se. Never for a mass or an unknown.

    Examples
    --------
    >>> selenocystine = identify("L-selenocystine")
    >>> to_selenium(10.0, "µM", Basis.MOLECULE, selenocystine).how
    '2 Se per molecule of L-selenocystine'
    """
    if basis is Basis.SELENIUM:
        return Converted(value, unit, basis, "stated as Se")
    if basis is not Basis.MOLECULE or compound.se_per_molecule is None or not unit.endswith("M"):
        raise DataError(
            f"Unable to express {value:g} {unit} of {compound.name} (basis: {basis}) as Se. "
            "State se_per_molecule and a molar amount of molecules."
        )
    n = compound.se_per_molecule
    return Converted(value * n, unit, Basis.SELENIUM, f"{n} Se per molecule of {compound.name}")


def to_mass(value: float, unit: str, basis: Basis, compound: Compound) -> Converted:
    """A molar amount [M, mM, µM, nM] as mass per volume [g/L, mg/L, µg/L, ng/L]."""
    mass_unit = {"M": "g/L", "mM": "mg/L", "µM": "µg/L", "nM": "ng/L"}.get(unit)
    factor = SE_MOLAR_MASS if basis is Basis.SELENIUM else compound.molar_mass
    if mass_unit is None or factor is None or basis not in {Basis.SELENIUM, Basis.MOLECULE}:
        raise DataError(
            f"Unable to express {value:g} {unit} of {compound.name} (basis: {basis}) as a mass. "
            "State the molar mass and a molar amount."
        )
    what = "Se" if basis is Basis.SELENIUM else compound.name
    return Converted(value * factor, mass_unit, basis, f"{factor:g} g/mol of {what}")
