"""Units as bench people write them: one spelling, conversion factors, and what a unit measures.

Molar and mass concentrations are different quantities: nothing here converts one into the other.
"""

import re
from functools import lru_cache
from typing import Any

from selenolab.core.errors import DataError

_WORDS = {
    "hours": "h", "hour": "h", "hrs": "h", "hr": "h", "std": "h",
    "min": "min", "minutes": "min", "minute": "min", "mins": "min",
    "seconds": "s", "second": "s", "secs": "s", "sec": "s",
    "days": "d", "day": "d",
    "percent": "%", "pct": "%", "molar": "M", "mol": "mol",
    "l": "L", "ml": "mL", "µl": "µL", "nl": "nL", "dl": "dL",
    "a.u.": "a.u.", "au": "AU", "abs": "AU", "od": "OD", "mau": "mAU", "mod": "mOD",
    "rfu": "RFU", "rlu": "RLU", "rpm": "rpm",
    "°c": "°C", "degc": "°C", "ºc": "°C",
    "gram": "g", "grams": "g", "kda": "kDa", "da": "Da",
    "cells": "cells", "cell": "cells", "particles": "particles",
}  # fmt: skip
_STEMS = (
    "M",
    "mol",
    "g",
    "L",
    "m",
    "s",
    "h",
    "min",
    "d",
    "V",
    "A",
    "Da",
    "Hz",
    "U",
    "IU",
    "Pa",
    "K",
    "J",
    "W",
)
_PREFIXES = ("", "p", "f", "n", "µ", "m", "c", "d", "k", "M", "G")
_ALONE = frozenset(
    [
        "%",
        "‰",
        "ppm",
        "ppb",
        "AU",
        "mAU",
        "OD",
        "mOD",
        "RFU",
        "RLU",
        "°C",
        "cells",
        "particles",
        "a.u.",
        "rpm",
        "Å",
        "week",
        "weeks",
    ]
)
_PART = re.compile(r"[^/·*\s^]+")
_EXPONENT = re.compile(r"(?:\^?[-−]?\d+|[⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)$")


def normalise_unit(text: str) -> str:
    """One spelling of a unit as written: ``uM`` and ``μM`` (Greek) become ``µM``, ``ug/ml`` ``µg/mL``.

    Examples
    --------
    >>> normalise_unit("ug/ml"), normalise_unit("\u03bcM"), normalise_unit("Hours"), normalise_unit("nM")
    ('µg/mL', 'µM', 'h', 'nM')
    """
    text = " ".join(text.strip().replace("\u03bc", "µ").replace("−", "-").split())
    return re.sub(r"\s*([/·*])\s*", r"\1", _PART.sub(lambda part: _normalise_part(part[0]), text))


def _normalise_part(part: str) -> str:
    exponent = _EXPONENT.search(part)
    tail = exponent[0] if exponent and exponent.start() else ""
    stem = part[: len(part) - len(tail)] if tail else part
    if re.match(r"^u(?=[MLlgmsA]|mol|[lL]$)", stem) and stem[1:] not in ("nit", "nits"):
        stem = "µ" + stem[1:]
    if re.match(r"^micro(?=g|l|L|m|M)", stem):
        stem = "µ" + stem[5:]
    return _WORDS.get(stem, _WORDS.get(stem.lower(), stem) if len(stem) > 2 else _short(stem)) + tail


def _short(stem: str) -> str:
    """One and two letters: case matters (nm is a length, nM a concentration), save for litres and OD."""
    return {"l": "L", "od": "OD", "Od": "OD", "H": "h"}.get(stem, stem)


@lru_cache(maxsize=512)
def known_unit(text: str) -> bool:
    """Whether `text` is spelt like a unit this project knows (no dimension is checked).

    Examples
    --------
    >>> known_unit("µg/mL"), known_unit("%"), known_unit("mean"), known_unit("1/h")
    (True, True, False, True)
    """
    parts = [part for part in _PART.findall(normalise_unit(text)) if part not in ("1", "10")]
    return bool(parts) and all(_known_part(part) for part in parts)


def _known_part(part: str) -> bool:
    exponent = _EXPONENT.search(part)
    stem = part[: exponent.start()] if exponent and exponent.start() else part
    if stem in _ALONE or re.fullmatch(r"10?|[-−]?\d", stem):
        return True
    return any(stem == prefix + unit for unit in _STEMS for prefix in _PREFIXES)


@lru_cache(maxsize=1)
def _registry() -> Any:
    import pint  # half a second: only when a conversion is asked for

    registry: Any = pint.UnitRegistry(cache_folder=None)
    for line in (
        "optical_density_unit = [optical_density] = AU = OD",
        "fluorescence_unit = [fluorescence] = RFU",
        "luminescence_unit = [luminescence] = RLU",
        "cells = [cell]",
        "particles = [particle]",
        "international_unit_activity = [activity_unit] = IU",
    ):
        registry.define(line)
    return registry


_KINDS = {
    "[substance] / [length] ** 3": "a molar concentration",
    "[mass] / [length] ** 3": "a mass concentration",
    "[cell] / [length] ** 3": "a cell concentration",
    "[particle] / [length] ** 3": "a particle concentration",
    "[substance]": "an amount of substance",
    "[mass]": "a mass",
    "[length]": "a length",
    "[length] ** 3": "a volume",
    "[time]": "a time",
    "1 / [time]": "a rate",
    "[optical_density]": "an absorbance",
    "[fluorescence]": "a fluorescence",
    "[luminescence]": "a luminescence",
    "[temperature]": "a temperature",
    "dimensionless": "a plain number",
}


@lru_cache(maxsize=512)
def _parsed(unit: str) -> Any:
    import pint

    if not unit.strip():
        raise DataError("A unit is missing. Write it in brackets in the header, like dose [µM].")
    text = normalise_unit(unit).replace("·", "*").replace("°C", "degC").replace("a.u.", "dimensionless")
    try:
        return _registry().Unit(text)
    except (pint.errors.PintError, ValueError, TypeError, AssertionError, AttributeError):
        raise DataError(
            f"Unit '{unit}' is not known. Write it like µM, nM, mg/mL, µg/mL, %, h, min, nm."
        ) from None


def dimension(unit: str) -> str:
    """What a unit measures, in words ("a molar concentration"); unknown units are an error."""
    text = str(_parsed(unit).dimensionality)
    return _KINDS.get(text, f"of dimension {text}")


@lru_cache(maxsize=512)
def factor(source: str, target: str) -> float:
    """The number by which a value in `source` is multiplied to be in `target`.

    Raises
    ------
    DataError
        for an unknown unit, or two units of different dimension: molar is never made mass.

    Examples
    --------
    >>> factor("nM", "µM"), factor("min", "s"), factor("uM", "\u03bcM")
    (0.001, 60.0, 1.0)
    """
    if normalise_unit(source) == normalise_unit(target):
        return 1.0
    here, there = _parsed(source), _parsed(target)
    if here.dimensionality != there.dimensionality:
        kinds = dimension(source), dimension(target)
        raise DataError(f"{source} is {kinds[0]}, {target} {kinds[1]}: {_remedy(kinds)}.")
    if "degC" in (str(here), str(there)) or "degree_Celsius" in (str(here), str(there)):
        raise DataError(f"{source} and {target} do not differ by a factor alone. Give temperatures in °C.")
    return float(f"{(1 * here).to(there).magnitude:.15g}")


def _remedy(kinds: tuple[str, str]) -> str:
    if set(kinds) == {"a molar concentration", "a mass concentration"}:
        return "give the molar mass as a stated factor"
    return "correct the unit"
