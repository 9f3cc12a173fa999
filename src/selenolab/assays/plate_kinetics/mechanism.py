"""How a compound inhibits, where the design allows it to be told.

A substrate series tells competition from the rest; a pre-incubation series tells inhibition that grows with
time, and one with and without a cofactor (NADPH) whether the enzyme must be reduced first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from selenolab.assays.plate_kinetics.groups import Group
from selenolab.core.analysis import UnitValue
from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome, Verdict
from selenolab.fit import enzyme_inactivation, enzyme_inhibition
from selenolab.fit.enzyme_inactivation import Inactivation
from selenolab.stats.experiments import change_from_control, over_experiments

KIND, KI, INACTIVATION, COFACTOR = (
    "kind of inhibition", "Ki", "k_inact/K_I", "inactivation with over without the cofactor",
)  # fmt: skip
N_IS = "independent experiments"
_WITHOUT = ("", "none", "no", "without", "0", "-")


@dataclass(frozen=True, slots=True)
class Mechanism:
    """Endpoints, values of the experiments, and for which words a series was long enough to tell."""

    endpoints: tuple[Endpoint, ...]
    units: tuple[UnitValue, ...]
    substrate: frozenset[str]  # compounds with a substrate series
    preincubated: frozenset[str]  # compounds with a pre-incubation series
    cofactor: frozenset[str]  # compounds pre-incubated with and without the cofactor


def mechanism(found: Sequence[Group], dose_unit: str, level: float) -> Mechanism:
    """What the series of substrate and pre-incubation say of every compound."""
    endpoints: list[Endpoint] = []
    units: list[UnitValue] = []
    told: dict[str, set[str]] = {"substrate": set(), "preincubated": set(), "cofactor": set()}
    for compound in sorted({group.words.get("compound", "") for group in found if not group.is_control}):
        rows = _rows(found, compound)
        words = {"compound": compound} if compound else {}
        if not enzyme_inhibition.lacking(
            rows["substrate_concentration"].dropna(), _doses(rows, "substrate_concentration")
        ):
            told["substrate"].add(compound)
            endpoints += _kinds(rows, words, dose_unit, level)
        ends, values, both = _inactivations(rows, words, dose_unit, level)
        endpoints, units = endpoints + ends, units + values
        if ends:
            told["preincubated"].add(compound)
        if both:
            told["cofactor"].add(compound)
    sets = {word: frozenset(names) for word, names in told.items()}
    return Mechanism(tuple(endpoints), tuple(units), **sets)


def _doses(rows: pd.DataFrame, beside: str) -> pd.Series:
    return rows.loc[rows[beside].notna(), "number"]


def _rows(found: Sequence[Group], compound: str) -> pd.DataFrame:
    """Means of experiments: treated wells of the compound and their controls, with the dose as `number`."""
    own = [group for group in found if not group.is_control and group.words.get("compound", "") == compound]
    controls = pd.concat([group.control for group in own]).drop_duplicates()
    rows = pd.concat([*(group.rows.assign(number=group.dose) for group in own), controls.assign(number=0.0)])
    words = ["experiment", "number", "substrate_concentration", "preincubation", "cofactor"]
    return rows.groupby(words, dropna=False, sort=True)["base"].mean().reset_index()


def _kinds(rows: pd.DataFrame, words: Mapping[str, str], dose_unit: str, level: float) -> Iterator[Endpoint]:
    """The kind by the experiments together, each scaled to its own mean; the constant of each experiment."""
    plain = rows[rows["substrate_concentration"].notna() & (rows["base"] > 0)]
    method = "rates fitted by four laws of inhibition, told apart by AICc"
    level_of = np.exp(np.log(plain["base"]).groupby(plain["experiment"]).transform("mean"))
    s, i = plain["substrate_concentration"].to_numpy(float), plain["number"].to_numpy(float)
    if enzyme_inhibition.lacking(s, i):
        lost = "rates that are not above the blank leave too few points"
        yield Endpoint(KIND, words, Absent(lost, "", method))
        return
    together = enzyme_inhibition.fit_inhibition(s, i, (plain["base"] / level_of).to_numpy(float))
    n = plain["experiment"].nunique()
    kind = together.kind or "undecidable"
    yield Endpoint(KIND, words, Verdict(kind, together.why, method, n, N_IS))
    if together.kind in ("competitive", "uncompetitive", "non-competitive"):
        yield Endpoint(KI, words, _constant(plain, together.kind, dose_unit, level))


def _constant(plain: pd.DataFrame, kind: str, unit: str, level: float) -> Outcome:
    """The inhibition constant of the law over experiments."""
    values, names = [], []
    for name, part in plain.groupby("experiment", sort=True):
        s, i = part["substrate_concentration"].to_numpy(float), part["number"].to_numpy(float)
        if not enzyme_inhibition.lacking(s, i):
            laws = enzyme_inhibition.fit_inhibition(s, i, part["base"].to_numpy(float)).laws
            values.append(next(law for law in laws if law.name == kind).values["ki"])
            names.append(str(name))
    return over_experiments(values, names, unit, "log", level=level)


def _inactivations(
    rows: pd.DataFrame, words: Mapping[str, str], dose_unit: str, level: float
) -> tuple[list[Endpoint], list[UnitValue], bool]:
    """k_inact/K_I over experiments for every cofactor, and the ratio with over without it."""
    endpoints: list[Endpoint] = []
    units: list[UnitValue] = []
    by_cofactor: dict[str, dict[str, Inactivation]] = {}
    unit = f"1/({dose_unit} min)" if dose_unit else "1/min"
    for cofactor, part in rows[rows["preincubation"].notna()].groupby("cofactor", sort=True):
        found = {
            str(name): fit
            for name, own in part.groupby("experiment", sort=True)
            if (fit := _one(own)) is not None
        }
        if not found:
            continue
        by_cofactor[str(cofactor)] = found
        group = {**words, **({"cofactor": str(cofactor)} if cofactor else {})}
        values = [fit.ratio for fit in found.values()]
        positive = min(values) > 0
        outcome = over_experiments(values, list(found), unit, "log" if positive else "linear", level=level)
        endpoints.append(Endpoint(INACTIVATION, group, outcome, _said(found)))
        units += [
            UnitValue(INACTIVATION, group, name, fit.ratio, unit, "log" if positive else "linear")
            for name, fit in found.items()
        ]
    ratio = _by_cofactor(by_cofactor, words, level)
    return [*endpoints, *ratio], units, bool(ratio)


def _one(own: pd.DataFrame) -> Inactivation | None:
    t, i, v = (own[word].to_numpy(float) for word in ("preincubation", "number", "base"))
    kept = v > 0
    t, i, v = t[kept], i[kept], v[kept]
    if enzyme_inactivation.lacking(t, i) or v.size <= np.unique(i).size + 2:
        return None
    return enzyme_inactivation.fit_inactivation(t, i, v)


def _said(found: Mapping[str, Inactivation]) -> tuple[str, ...]:
    seen = sum(fit.time_dependent for fit in found.values())
    first = f"Inhibition grows with the pre-incubation in {seen} of {len(found)} experiments."
    known = [fit.k_i for fit in found.values() if fit.k_i is not None]
    if len(known) == len(found):
        return (first, f"K_I {', '.join(f'{value:.3g}' for value in known)} by experiment.")
    return (first, "No bend is seen over the doses: only the ratio is known, and too low if there is one.")


def _by_cofactor(
    found: Mapping[str, Mapping[str, Inactivation]], words: Mapping[str, str], level: float
) -> list[Endpoint]:
    """How much faster the enzyme is lost with the cofactor than without."""
    without = next((name for name in found if name.casefold() in _WITHOUT), None)
    if without is None:
        return []
    endpoints = []
    for name, fits in found.items():
        if name == without:
            continue
        ours, theirs = ([fit.ratio for fit in one.values()] for one in (fits, found[without]))
        group = {**words, "cofactor": name}
        if min(*ours, *theirs) <= 0:
            low = max(fit.ratio_high for fit in found[without].values())
            why = f"without it inactivation is not seen in every experiment (at most {low:.3g})"
            endpoints.append(Endpoint(COFACTOR, group, Absent(why, "1")))
            continue
        change = change_from_control(ours, list(fits), theirs, list(found[without]), "1", "log", level)
        endpoints.append(Endpoint(COFACTOR, group, change.estimate))
    return endpoints


def tight(outcome: Outcome, enzyme: float) -> bool:
    """Whether an IC50 is so near half the enzyme that the inhibitor is used up by what it binds."""
    return isinstance(outcome, Estimate) and outcome.value < 5 * enzyme / 2
