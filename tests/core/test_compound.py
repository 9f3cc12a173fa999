"""An amount is never taken for another one."""

import pytest

from selenolab.core.compound import (
    SE_MOLAR_MASS,
    Basis,
    Compound,
    ambiguous_names,
    identify,
    known_compounds,
    to_mass,
    to_selenium,
)
from selenolab.core.errors import DataError


def test_selenocystine_and_selenocysteine_differ():
    cystine, cysteine = identify("selenocystine"), identify("L-selenocysteine")
    assert cystine.inchikey != cysteine.inchikey
    assert (cystine.se_per_molecule, cysteine.se_per_molecule) == (2, 1)
    assert identify(cystine.inchikey) is cystine


@pytest.mark.parametrize("name", ["SeC", "sec", "Selenium"])
def test_an_ambiguous_name_is_refused(name):
    with pytest.raises(DataError, match=r"ambiguous.*InChIKey"):
        identify(name)


def test_an_unknown_name_is_unknown():
    assert identify("unobtainium") is None


def test_no_name_is_both_known_and_ambiguous():
    assert not set(known_compounds()) & set(ambiguous_names())


def test_micromolar_compound_is_not_micromolar_selenium():
    assert to_selenium(10.0, "µM", Basis.MOLECULE, identify("selenocystine")).value == 20.0
    assert to_selenium(10.0, "µM", Basis.SELENIUM, identify("selenocystine")).value == 10.0


def test_mass_by_the_stated_factor():
    found = to_mass(10.0, "µM", Basis.MOLECULE, identify("selenocystine"))
    assert (round(found.value, 6), found.unit) == (3341.0, "µg/L")
    assert to_mass(1.0, "mM", Basis.SELENIUM, identify("SeNP")).value == SE_MOLAR_MASS


@pytest.mark.parametrize("basis", [Basis.NOT_STATED, Basis.PARTICLE, Basis.DRUG])
def test_no_conversion_from_an_unstated_or_particle_basis(basis):
    with pytest.raises(DataError, match="Unable to express"):
        to_selenium(10.0, "µM", basis, identify("selenocystine"))
    with pytest.raises(DataError, match="Unable to express"):
        to_mass(10.0, "µM", basis, identify("selenocystine"))


def test_a_particle_has_no_molar_mass():
    assert identify("SeNP").molar_mass is None
    with pytest.raises(DataError, match="Unable to express"):
        to_mass(10.0, "µM", Basis.MOLECULE, Compound("SeNP"))
    with pytest.raises(DataError, match="Unable to express"):
        to_selenium(10.0, "µg/mL", Basis.MOLECULE, identify("selenocystine"))
