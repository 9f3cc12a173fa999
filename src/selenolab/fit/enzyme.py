"""From a slope of signal to an enzyme's activity: extinction, path, stoichiometry, protein."""

from dataclasses import dataclass
from math import pi, sqrt

from selenolab.core.errors import StudyError


@dataclass(frozen=True, slots=True)
class Conversion:
    """How much turnover one unit of signal shows.

    Parameters
    ----------
    per_micromolar : signal of 1 µM of what is seen, in this well (AU or counts).
    signal_per_turnover : molecules that are seen for one turnover, such as 2 TNB for one NADPH.
    said : the whole rule in words, with its numbers.
    """

    per_micromolar: float
    signal_per_turnover: float
    said: str


def path_length(volume_ul: float, well_area_mm2: float) -> float:
    """Light path of a filled well with straight walls [cm]: volume over area; meniscus not allowed for.

    Examples
    --------
    >>> round(path_length(200.0, 32.17), 4)
    0.6217
    """
    if not (volume_ul > 0 and well_area_mm2 > 0):
        raise StudyError(
            f"Expected a volume and a well area above zero, found {volume_ul:g} µL and {well_area_mm2:g} mm²."
        )
    return volume_ul / well_area_mm2 / 10


def round_area(diameter_mm: float) -> float:
    """Area of a round well [mm²]."""
    return pi * diameter_mm**2 / 4


def by_extinction(
    extinction: float, path_cm: float, signal_per_turnover: float, seen: str, turnover: str
) -> Conversion:
    """The conversion of an absorbance by Lambert and Beer.

    Parameters
    ----------
    extinction : change of the molar extinction [1/(M cm)] when one molecule of `seen` is made or lost.
    path_cm : light path [cm].
    signal_per_turnover : molecules of `seen` for one `turnover`.

    Examples
    --------
    >>> found = by_extinction(14150, 1.0, 2, "TNB", "NADPH oxidised")
    >>> round(per_minute(0.0283, found), 6)
    1.0
    """
    if not (extinction > 0 and path_cm > 0 and signal_per_turnover > 0):
        raise StudyError(
            f"Expected extinction, path and stoichiometry above zero, found {extinction:g}, {path_cm:g} and "
            f"{signal_per_turnover:g}."
        )
    said = (
        f"{extinction:g} /(M cm) of {seen}, a path of {path_cm:.3g} cm and {signal_per_turnover:g} {seen} "
        f"for each {turnover}"
    )
    return Conversion(extinction * path_cm * 1e-6, signal_per_turnover, said)


def by_standard(counts_per_micromolar: float, signal_per_turnover: float, seen: str) -> Conversion:
    """The conversion of a signal by the slope of a standard curve of what is seen [counts per µM]."""
    if not (counts_per_micromolar > 0 and signal_per_turnover > 0):
        raise StudyError(
            f"Expected a standard above zero counts per µM, found {counts_per_micromolar:g} and "
            f"{signal_per_turnover:g} per turnover."
        )
    return Conversion(
        counts_per_micromolar, signal_per_turnover, f"{counts_per_micromolar:g} counts per µM of {seen}"
    )


def per_minute(slope: float, conversion: Conversion) -> float:
    """Turnover [µM/min] of a slope [signal/min]."""
    return slope / conversion.per_micromolar / conversion.signal_per_turnover


def specific_activity(micromolar_per_minute: float, volume_ul: float, protein_ug: float) -> float:
    """Activity [nmol/min per mg protein]; µM times µL is pmol.

    Examples
    --------
    >>> specific_activity(1.0, 200.0, 20.0)
    10.0
    """
    if not (volume_ul > 0 and protein_ug > 0):
        raise StudyError(
            f"Expected a volume and protein above zero, found {volume_ul:g} µL and {protein_ug:g} µg."
        )
    return micromolar_per_minute * volume_ul / protein_ug


def tight_binding(inhibitor: float, enzyme: float, apparent_ki: float) -> float:
    """Share of the rate left where the inhibitor is used up by the enzyme it binds (Morrison 1969).

    doi:10.1016/0005-2744(69)90420-3; all in one unit.

    Examples
    --------
    >>> round(tight_binding(1.0, 0.001, 1.0), 3)
    0.5
    """
    both = enzyme + inhibitor + apparent_ki
    return 1 - (both - sqrt(both**2 - 4 * enzyme * inhibitor)) / (2 * enzyme)
