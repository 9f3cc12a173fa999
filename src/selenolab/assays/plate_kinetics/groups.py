"""Wells of one condition, and the untreated wells that they are compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.plate_kinetics.schema import GROUP, LABELS, UNITS
from selenolab.formats.plate_groups import grouped

Vector = NDArray[np.float64]
# what a sample shares with its control
PLACE = ("time_key", "cell_line", "arm", "substrate_key", "preincubation_key", "cofactor")


@dataclass(frozen=True, slots=True)
class Group:
    """Sound wells of one condition: `values` (n,) of the base, their `experiments`, and their rows.

    `control` are the rows of the untreated wells of the same experiments, line, time, arm, substrate and
    pre-incubation; empty where there are none.
    """

    words: Mapping[str, str]
    dose: float
    rows: pd.DataFrame
    control: pd.DataFrame
    is_control: bool

    @property
    def experiments(self) -> list[str]:
        """The experiment of every well."""
        return [str(name) for name in self.rows["experiment"]]

    def values(self, word: str = "base") -> Vector:
        """The numbers (n,) of the wells."""
        return self.rows[word].to_numpy(float)


def groups(wells: pd.DataFrame, dose_unit: str) -> tuple[Group, ...]:
    """All conditions, controls first, then by compound and dose."""
    sound = wells[wells["ok"] & wells["role"].isin(("sample", "vehicle"))]
    treated = sound[(sound["role"] == "sample") & (sound["dose_key"] != "")]
    plain = sound[(sound["role"] == "vehicle") | (sound["dose_key"] == "")]
    return (*_conditions(plain, plain, dose_unit, True), *_conditions(treated, plain, dose_unit, False))


def _conditions(rows: pd.DataFrame, plain: pd.DataFrame, dose_unit: str, is_control: bool) -> list[Group]:
    """The conditions of `rows` with their controls among `plain`, by words and then by dose."""
    keys = list(PLACE) if is_control else ["compound", *PLACE, "dose_number"]
    rows = rows.assign(dose_number=rows["dose"].astype(float).fillna(0.0))
    found = []
    for _, places in grouped(rows, keys):
        part = rows.iloc[places]
        first = part.iloc[0]
        here = plain["experiment"].isin(part["experiment"].unique())
        for word in PLACE:
            here &= plain[word] == first[word]
        dose = 0.0 if is_control else float(first["dose_number"])
        found.append(Group(words_of(first, dose, dose_unit), dose, part, plain[here], is_control))
    return sorted(found, key=lambda group: (curve_key(group), group.dose))


def words_of(first: pd.Series, dose: float, dose_unit: str) -> dict[str, str]:
    """The condition in words; the control names no compound."""
    found: dict[str, str] = {}
    for word in GROUP:
        if word == "dose":
            if dose_unit or dose > 0:
                found["dose"] = f"{dose:g} {dose_unit}".strip()
            continue
        value = first[word]
        if word in UNITS:
            if not np.isnan(float(value)):
                found[LABELS.get(word, word)] = f"{float(value):g} {UNITS[word]}"
        elif str(value):
            found[LABELS.get(word, word)] = str(value)
    return found


def curve_key(group: Group) -> tuple[tuple[str, str], ...]:
    """What a dose series shares: everything but the dose."""
    return tuple((word, text) for word, text in group.words.items() if word != "dose")


def series_of(found: Sequence[Group]) -> dict[tuple[tuple[str, str], ...], list[Group]]:
    """Treated conditions by dose series, in order of the dose."""
    series: dict[tuple[tuple[str, str], ...], list[Group]] = {}
    for group in found:
        if not group.is_control:
            series.setdefault(curve_key(group), []).append(group)
    return {key: sorted(parts, key=lambda group: group.dose) for key, parts in series.items()}
