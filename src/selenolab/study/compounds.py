"""The compounds of a study: identity by InChIKey or full name, and the basis of their doses."""

from collections.abc import Mapping

from selenolab.core.compound import Basis, Compound, identify
from selenolab.core.errors import DataError, StudyError
from selenolab.study.card import CompoundCard, StudyCard


def find_compounds(card: StudyCard) -> tuple[dict[str, Compound], dict[str, Basis]]:
    """Compounds and bases by the name that the study gives them; mistakes are noted in the card."""
    compounds: dict[str, Compound] = {}
    for name, told in card.compounds.items():
        try:
            compounds[name] = find_compound(name, told)
        except (DataError, StudyError) as error:
            card.mistakes.add(("compounds", name), str(error))
    return compounds, {name: card.compounds[name].basis for name in compounds}


def find_compound(name: str, told: CompoundCard) -> Compound:
    """The compound that a study calls `name`.

    An InChIKey settles what an ambiguous name such as "SeC" means; a name that belongs to another
    compound than the InChIKey is refused.
    """
    by_key = identify(told.inchikey) if told.inchikey else None
    try:
        by_name = identify(name)
    except DataError:
        if not told.inchikey:
            raise
        by_name = None
    if by_name and told.inchikey and by_name.inchikey != told.inchikey:
        raise StudyError(
            f"'{name}' is {by_name.name} ({by_name.inchikey or 'no molecule'}), but the InChIKey is "
            f"{told.inchikey}{f' ({by_key.name})' if by_key else ''}. Mend the name or the InChIKey."
        )
    known = by_key or by_name
    _check_numbers(name, told, known)
    if known is None:
        return Compound(name, told.inchikey, told.molar_mass, told.se_per_molecule, note=told.note)
    if told.basis is Basis.MOLECULE and not known.inchikey:
        raise StudyError(f"{known.name} is no molecule: its basis is 'particle mass' or 'Se'.")
    return known


def _check_numbers(name: str, told: CompoundCard, known: Compound | None) -> None:
    """A stated number may not contradict a known one: no factor is ever chosen silently."""
    if known is None:
        return
    if told.se_per_molecule not in {None, known.se_per_molecule}:
        raise StudyError(
            f"se_per_molecule of {name} is {told.se_per_molecule}, but {known.name} has "
            f"{known.se_per_molecule}. Mend the number or the compound."
        )
    if told.molar_mass and known.molar_mass and abs(told.molar_mass / known.molar_mass - 1) > 0.002:
        raise StudyError(
            f"molar_mass of {name} is {told.molar_mass:g}, but {known.name} has {known.molar_mass:g} g/mol. "
            "A salt or hydrate is another compound: give it its own name and InChIKey."
        )


def refuse_ambiguous(names: Mapping[str, str], told: frozenset[str]) -> None:
    """Raise for a compound in the data (name -> where) that is ambiguous and not settled by the study."""
    for name, where in names.items():
        if name in told:
            continue
        try:
            identify(name)
        except DataError as error:
            raise DataError(
                f"{where}: {error} Or settle it in the study file: compounds: {{{name}: {{inchikey: ...}}}}."
            ) from None
