"""Enzyme kinetics on plates: from kinetic reads to activities, changes and inhibition.

Every well's progress curve gives an initial rate by a stated rule; the slope of its blank is subtracted;
rates are compared within independent experiments. Presets say what the signal shows and which controls count.
"""

from collections.abc import Iterator

from selenolab.assays.plate_kinetics import virtual
from selenolab.assays.plate_kinetics.activity import Active, active
from selenolab.assays.plate_kinetics.answer import answer
from selenolab.assays.plate_kinetics.blanks import subtracted
from selenolab.assays.plate_kinetics.checks import checks
from selenolab.assays.plate_kinetics.endpoints import (
    ACTIVITY,
    FOLD,
    PERCENT,
    RATE,
    SPECIFIC,
    event_readings,
    group_endpoints,
    unit_values,
)
from selenolab.assays.plate_kinetics.figures import drawings
from selenolab.assays.plate_kinetics.groups import groups
from selenolab.assays.plate_kinetics.mechanism import (
    COFACTOR,
    INACTIVATION,
    KI,
    KIND,
    mechanism,
    tight,
)
from selenolab.assays.plate_kinetics.methods import REFERENCES, sentences
from selenolab.assays.plate_kinetics.missing import missing_controls
from selenolab.assays.plate_kinetics.potency import ABSOLUTE, RELATIVE, inhibitions
from selenolab.assays.plate_kinetics.preset import Preset, matches, preset_named
from selenolab.assays.plate_kinetics.reading import read, suits
from selenolab.assays.plate_kinetics.schema import GROUPS, LYSATES, RATES, READINGS, ROLES
from selenolab.assays.plate_kinetics.settings import PlateKineticsSettings
from selenolab.assays.plate_kinetics.tables import group_table, rate_table
from selenolab.assays.plate_kinetics.traces import Rates, rates
from selenolab.core.analysis import Analysis
from selenolab.core.assay import (
    Assay,
    BenchDoor,
    EndpointSpec,
    Port,
    Role,
    SheetColumn,
    Taken,
    VirtualDoor,
)
from selenolab.core.dataset import Dataset, unit_of
from selenolab.core.errors import DataError
from selenolab.core.estimate import Endpoint


def analyse(dataset: Dataset, settings: PlateKineticsSettings, seed: int, taken: Taken) -> Analysis:
    """Rates, activities, changes and inhibition. Nothing is random: no seed is used."""
    del seed
    preset = preset_named(settings.preset)
    found = rates(dataset, settings, preset)
    _check(found)
    unit = unit_of(dataset.tables["readings"], "dose")
    wells = subtracted(found.wells, preset, settings.drug_blank == "ignore")
    ready = active(wells, found.kind, found.unit, settings, preset, taken)
    conditions = groups(ready.wells, unit)
    inhibited = tuple(inhibitions(conditions, unit, settings))
    told = mechanism(conditions, unit, settings.level)
    endpoints = (
        *group_endpoints(conditions, ready, preset, settings.level),
        *(end for one in inhibited for end in one.endpoints),
        *told.endpoints,
    )
    return Analysis(
        endpoints=endpoints,
        answer=answer(endpoints, preset.enzyme),
        checks=checks(ready.wells, settings, preset),
        missing_controls=missing_controls(ready.wells, conditions, told, preset),
        warnings=_warnings(found, ready, endpoints, settings, preset),
        tables={"rates": rate_table(ready, found.unit, unit), "groups": group_table(endpoints)},
        drawings=tuple(drawings(found, ready, conditions, inhibited, endpoints, preset, unit)),
        methods=sentences(found, ready, told, settings, preset, bool(inhibited)),
        units=(*unit_values(conditions, ready), *(u for one in inhibited for u in one.units), *told.units),
        events=tuple(event_readings(conditions, preset, unit, settings.level)),
    )


def _check(found: Rates) -> None:
    """Raise where there is nothing to compare, or the signal runs the other way."""
    wells = found.wells[found.wells["ok"]]
    main = wells[wells["role"].isin(("sample", "vehicle"))]
    if main.empty:
        raise DataError(
            "readings: Expected wells of role sample or vehicle with a slope, found none. Check the roles."
        )
    control = main[main["role"] == "vehicle"] if (main["role"] == "vehicle").any() else main
    if (control["slope"] < 0).all() and (control["slope"].abs() > 3 * control["slope_se"].fillna(0)).all():
        raise DataError(
            f"readings: the signals of all {len(control)} {control['role'].iloc[0]} wells run against "
            "the reaction. Set direction to the other one, or check the wavelength."
        )


def _warnings(
    found: Rates,
    ready: Active,
    endpoints: tuple[Endpoint, ...],
    settings: PlateKineticsSettings,
    preset: Preset,
) -> tuple[str, ...]:
    told: list[str] = []
    lost = int((~found.wells["ok"]).sum())
    if lost:
        told.append(f"{lost} {'well has' if lost == 1 else 'wells have'} no slope and enter no number.")
    names = sorted({str(name) for name in ready.wells["compound"]} - {""})
    disturbing = [name for name in names if matches(preset.disturbing, name)]
    if disturbing:
        told.append(f"{', '.join(disturbing)}: {preset.disturbance.strip()}")
    if ready.conversion is None:
        told.append(f"No activity in µM/min is given: {ready.why_not}. Changes do not need it.")
    return (*told, *_tight(endpoints, settings))


def _tight(endpoints: tuple[Endpoint, ...], settings: PlateKineticsSettings) -> Iterator[str]:
    """Where an inhibitor is used up by the enzyme, its IC50 is half of that."""
    if settings.enzyme_um is None:
        return
    for end in endpoints:
        if end.name in (RELATIVE, ABSOLUTE) and tight(end.outcome, settings.enzyme_um):
            yield (
                f"{end.name} is near half the enzyme ({settings.enzyme_um:g} µM): binding is tight, and the "
                "IC50 says more of the enzyme's concentration than of the inhibitor."
            )


_ENDPOINTS = (
    EndpointSpec(RATE, "signal/min", "initial rate less its blank, per µg protein where that is known"),
    EndpointSpec(ACTIVITY, "µM/min", "turnover in the well by extinction, path and stoichiometry"),
    EndpointSpec(SPECIFIC, "nmol/min/mg", "turnover per mg protein of the well"),
    EndpointSpec(PERCENT, "%", "rate relative to the untreated wells of the same experiment"),
    EndpointSpec(FOLD, "1", "rate over that of the untreated wells of the same experiment"),
    EndpointSpec(RELATIVE, "dose", "dose half-way between the fitted plateaus of the rate"),
    EndpointSpec(ABSOLUTE, "dose", "dose at which the rate falls to 50 % of the control"),
    EndpointSpec(KIND, "", "competitive, uncompetitive, non-competitive or mixed, from a substrate series"),
    EndpointSpec(KI, "dose", "inhibition constant of the law that the substrate series tells"),
    EndpointSpec(
        INACTIVATION, "1/(dose min)", "rate constant of inactivation over dose, from pre-incubation"
    ),
    EndpointSpec(COFACTOR, "1", "k_inact/K_I with the cofactor over that without"),
)

_SHEET = (
    SheetColumn("plate", "plate as the file names it; empty = every plate", "well"),
    SheetColumn("well", "position, such as B3", "well", required=True),
    SheetColumn("role", "what the well is for", "well", choices=tuple(ROLES)),
    SheetColumn("compound", "name or InChIKey of the compound", "well"),
    SheetColumn("dose [µM]", "dose in the unit of the header, with its basis, as in 'dose [µM Se]'", "well"),
    SheetColumn("cell_line", "cell line of the lysate; empty for purified enzyme", "well"),
    SheetColumn("experiment", "independent experiment (lysate, enzyme preparation)", "well"),
    SheetColumn("arm", "arm of the design, such as NAC or GSH", "well"),
    SheetColumn("time [h]", "time of exposure of the cells", "well"),
    SheetColumn("protein [µg]", "protein of the sample in the well", "well"),
    SheetColumn("substrate [µM]", "substrate in the well, where it varies", "well"),
    SheetColumn(
        "preincubation [min]", "time of enzyme and inhibitor before the substrate, where it varies", "well"
    ),
    SheetColumn("cofactor", "what was present then: NADPH or none", "well"),
)

assay = Assay(
    name="plate_kinetics",
    title="Enzyme kinetics on plates",
    settings=PlateKineticsSettings,
    tables={"readings": READINGS},
    bench=BenchDoor(
        roles=(
            Role(
                "sample",
                "a kinetic read laid out by the plate map, or a long table with times",
                required=True,
            ),
            Role("blank", "a plate of reagents without sample"),
            Role("vehicle", "a plate of untreated samples"),
        ),
        sheet=_SHEET,
        suits=suits,
        read=read,
        asks=("preset",),
    ),
    virtual=VirtualDoor(
        virtual.needs(), virtual.design, virtual.expect, virtual.noise, needs_for=virtual.needs_for
    ),
    analyse=analyse,
    endpoints=_ENDPOINTS,
    gives={"rates": RATES, "groups": GROUPS},
    takes={"protein": Port("protein of the lysates, such as tables.concentrations of a BCA run", LYSATES)},
    references=REFERENCES,
)
