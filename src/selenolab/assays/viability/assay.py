"""Viability (MTT and any dose-response): from plate exports to IC50s with honest intervals.

Viable cells reduce a tetrazolium to formazan, read as absorbance. Viability is the signal above the
blank of the well's own dose, relative to the vehicle wells of the same plate. Curves are fitted in each
independent experiment; the headline is their summary on log10 dose.
"""

from collections.abc import Sequence

import numpy as np

from selenolab.assays.viability import virtual
from selenolab.assays.viability.answer import answer
from selenolab.assays.viability.controls import Corrected, correct
from selenolab.assays.viability.curve_checks import curve_checks
from selenolab.assays.viability.curves import by_group, curves
from selenolab.assays.viability.endpoints import GroupResult, group_result
from selenolab.assays.viability.events import readings
from selenolab.assays.viability.figures import curve_drawings, growth_drawings, raw_drawings, time_drawings
from selenolab.assays.viability.growth_results import GrowthResult, growth_result
from selenolab.assays.viability.methods import REFERENCES, sentences
from selenolab.assays.viability.missing import control_checks, missing_controls
from selenolab.assays.viability.plate_figures import plate_drawings
from selenolab.assays.viability.pooled import pooled_endpoints
from selenolab.assays.viability.presets import check_signal, preset_named, resolved
from selenolab.assays.viability.quality import plate_checks
from selenolab.assays.viability.ratios import ratio_endpoints
from selenolab.assays.viability.reading import read, suits
from selenolab.assays.viability.schema import CURVES, RAW, ROLES, VIABILITY, WELLS
from selenolab.assays.viability.settings import ViabilitySettings
from selenolab.assays.viability.tables import curve_table, family_table, viability_table
from selenolab.core.analysis import Analysis
from selenolab.core.assay import (
    Assay,
    BenchDoor,
    EndpointSpec,
    Role,
    SheetColumn,
    Taken,
    VirtualDoor,
)
from selenolab.core.compound import Basis
from selenolab.core.dataset import Dataset, Table, unit_of
from selenolab.core.errors import DataError


def analyse(dataset: Dataset, settings: ViabilitySettings, seed: int, taken: Taken) -> Analysis:
    """Viability, curves, potencies and what can be said against them. Nothing is random: no seed is used."""
    del seed, taken
    settings = resolved(settings)
    unit = unit_of(dataset.tables["wells"], "dose")
    corrected = correct(dataset, settings)
    check_signal(corrected.kind, settings)
    results = tuple(group_result(part, unit, settings) for part in by_group(curves(corrected, settings)))
    if not results:
        raise DataError(_nothing(corrected))
    growth = growth_result(corrected, unit, settings.level)
    endpoints = [endpoint for result in results for endpoint in result.endpoints]
    ratios = ratio_endpoints(results, settings)
    endpoints += [*ratios, *pooled_endpoints(results, unit, settings)]
    units = [value for result in results for value in result.units]
    if growth is not None:
        endpoints += growth.endpoints
        units += growth.units
    n = max(len(result.curves) for result in results)
    return Analysis(
        endpoints=tuple(endpoints),
        answer=answer(results, ratios),
        checks=(
            *plate_checks(corrected, settings),
            *control_checks(corrected, settings),
            *curve_checks(results, settings),
        ),
        missing_controls=missing_controls(corrected, settings),
        warnings=_warnings(corrected, results, growth, settings),
        tables=_tables(corrected, results, unit, settings),
        drawings=(
            *curve_drawings(results, corrected, unit, settings),
            *time_drawings(results, unit),
            *growth_drawings(growth, unit),
            *raw_drawings(results, corrected, unit),
            *plate_drawings(corrected),
        ),
        methods=sentences(corrected, settings, n, growth is not None),
        units=tuple(units),
        events=readings(results, unit, settings.level),
    )


def _nothing(corrected: Corrected) -> str:
    wells = corrected.wells
    if not (wells["role"] == "sample").any():
        return "wells: Expected wells of role sample, found none. Check the roles on the plate map."
    if corrected.kind in RAW and wells.loc[wells["role"] == "sample", "control"].isna().all():
        return "wells: Expected vehicle wells or a dose of zero, found none: without them there is no 100 %."
    return "wells: no sample well of a dose above zero is left. Check the exclusions and flags."


def _tables(
    corrected: Corrected, results: Sequence[GroupResult], unit: str, settings: ViabilitySettings
) -> dict[str, Table]:
    tables = {"curves": curve_table(results, unit, settings.level)}
    if corrected.unit == "%":
        tables["viability"] = viability_table(corrected, unit)
    families = family_table(results, settings, unit)
    if families is not None:
        tables["families"] = families
    return tables


def _warnings(
    corrected: Corrected,
    results: Sequence[GroupResult],
    growth: GrowthResult | None,
    settings: ViabilitySettings,
) -> tuple[str, ...]:
    found: list[str] = []
    wells = corrected.wells
    samples = wells[wells["role"] == "sample"]
    if (samples["basis"] == Basis.NOT_STATED.value).any():
        found.append(
            "What the doses count is not stated (molecule, Se, particle mass or drug): write it in the "
            "header, as in 'dose [µM Se]', or set basis."
        )
    preset = preset_named(settings.preset)
    names = sorted({str(name) for name in samples["compound"]} - {""}) if preset is not None else []
    disturbing = [name for name in names if preset is not None and preset.disturbs(name)]
    if preset is not None and disturbing:
        found.append(f"{', '.join(disturbing)}: {preset.disturbance}")
    if settings.edge_wells == "exclude":
        found.append("The outer wells enter no number, as set.")
    lost = int((~wells["ok"]).sum())
    if lost:
        count = "1 well is" if lost == 1 else f"{lost} wells are"
        found.append(f"{count} flagged or excluded; such wells enter no number.")
    found += _unit_doubt(results)
    return (*found, *(growth.warnings if growth is not None else ()))


def _unit_doubt(results: Sequence[GroupResult]) -> list[str]:
    """Experiments of one group whose doses do not even overlap: a wrong unit is the likeliest reason."""
    found = []
    for result in results:
        tested = np.array([curve.tested for curve in result.curves])
        if len(tested) > 1 and tested[:, 0].max() > tested[:, 1].min():
            name = ", ".join(result.group.values())
            found.append(
                f"{name}: the doses of its experiments do not overlap. Is the unit right in every file?"
            )
    return found


_ENDPOINTS = (
    EndpointSpec("relative IC50", "dose", "dose half-way between the fitted plateaus"),
    EndpointSpec("absolute IC50", "dose", "dose at which the curve falls to 50 % of the control"),
    EndpointSpec("IC10", "dose", "dose at which the curve falls to 90 % of the control"),
    EndpointSpec("IC90", "dose", "dose at which the curve falls to 10 % of the control"),
    EndpointSpec("AUC", "1", "area under the dose means over log10 dose, 1 where nothing happens"),
    EndpointSpec("Hill slope", "1", "slope parameter b of the fitted curve"),
    EndpointSpec("lower plateau", "%", "fitted response far above the doses"),
    EndpointSpec("upper plateau", "%", "fitted response without compound"),
    EndpointSpec("viability", "%", "mean viability at each dose, by experiment, for comparisons"),
    EndpointSpec("GR50", "dose", "dose at which the growth rate is halved; needs cells at time zero"),
    EndpointSpec("GRmax", "1", "lowest GR value at the two highest doses"),
    EndpointSpec("GR_AOC", "1", "mean of 1 - GR over log10 dose"),
    EndpointSpec("hGR", "1", "slope of the GR curve"),
    EndpointSpec(
        "selectivity index (absolute)", "1", "absolute IC50 of the reference line over that of the line"
    ),
    EndpointSpec(
        "selectivity index (relative)", "1", "relative IC50 of the reference line over that of the line"
    ),
    EndpointSpec("IC50 ratio (absolute)", "1", "absolute IC50 over that of the reference compound"),
    EndpointSpec("IC50 ratio (relative)", "1", "relative IC50 over that of the reference compound"),
    EndpointSpec("pooled relative IC50", "dose", "all experiments thrown together; understates the interval"),
)

_SHEET = (
    SheetColumn("plate", "plate as the file names it; empty = every plate", "well"),
    SheetColumn("well", "position, such as B3", "well", required=True),
    SheetColumn("role", "what the well is for", "well", choices=tuple(ROLES)),
    SheetColumn("compound", "name or InChIKey of the compound", "well"),
    SheetColumn(
        "dose [µM]", "dose in the unit of the header; add the basis, as in 'dose [µM Se]'", "well", True
    ),
    SheetColumn("cell_line", "cell line", "well"),
    SheetColumn("experiment", "independent experiment (replicate)", "well"),
    SheetColumn("arm", "arm of the design, such as NAC or GSH; its blank wells carry the same arm", "well"),
    SheetColumn("time [h]", "time of exposure", "well"),
)

assay = Assay(
    name="viability",
    title="Viability and dose-response",
    settings=ViabilitySettings,
    tables={"wells": WELLS},
    bench=BenchDoor(
        roles=(
            Role("sample", "a plate laid out by the plate map, or a long table", required=True),
            Role("time_zero", "a plate read at the time of treatment, for growth-rate metrics"),
            Role("drug_blank", "a plate without cells that holds the compound"),
            Role("blank", "a plate without cells and compound"),
        ),
        sheet=_SHEET,
        suits=suits,
        read=read,
        usual=("plate", "table"),
    ),
    virtual=VirtualDoor(virtual.NEEDS, virtual.design, virtual.expect, virtual.noise),
    analyse=analyse,
    endpoints=_ENDPOINTS,
    gives={"viability": VIABILITY, "curves": CURVES, "families": CURVES},
    references=REFERENCES,
)
