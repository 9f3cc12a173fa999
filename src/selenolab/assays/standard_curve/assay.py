"""Standard curve: any plate kit that reads a concentration from standards, and release of an enzyme.

Standards of each plate give a curve; every sample is read from it with an interval of inverse prediction,
and only within the standards. Kits are presets: YAML files in this folder or a lab's own.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from selenolab.assays.standard_curve import virtual
from selenolab.assays.standard_curve.answer import answer
from selenolab.assays.standard_curve.checks import control_checks, curve_checks, sample_checks
from selenolab.assays.standard_curve.curve_endpoints import CURVE_SPECS, curve_endpoints
from selenolab.assays.standard_curve.endpoints import CHANGES, SPECS, endpoints, events, found, units
from selenolab.assays.standard_curve.figures import curve_drawings, value_drawings
from selenolab.assays.standard_curve.inversions import inversions
from selenolab.assays.standard_curve.methods import FINDLAY, sentences
from selenolab.assays.standard_curve.missing import interference, missing_controls
from selenolab.assays.standard_curve.plate_curves import PlateCurves, plate_curves
from selenolab.assays.standard_curve.prepared import Prepared, prepare
from selenolab.assays.standard_curve.protein import TAKES, protein_of
from selenolab.assays.standard_curve.reading import read, suits
from selenolab.assays.standard_curve.release_values import release_values
from selenolab.assays.standard_curve.schema import (
    CONCENTRATIONS,
    CURVES,
    INVERSIONS,
    ROLES,
    STANDARDS,
    WELLS,
)
from selenolab.assays.standard_curve.settings import StandardCurveSettings
from selenolab.assays.standard_curve.tables import curve_table, inversion_table, standard_table, value_table
from selenolab.assays.standard_curve.values import values
from selenolab.core.analysis import Analysis
from selenolab.core.assay import Assay, BenchDoor, Role, SheetColumn, Taken, VirtualDoor
from selenolab.core.dataset import Dataset, Table
from selenolab.core.errors import DataError


def analyse(dataset: Dataset, settings: StandardCurveSettings, seed: int, taken: Taken) -> Analysis:
    """Concentrations, what they amount to, and what can be said against them. Nothing is random."""
    del seed
    prepared = prepare(dataset, settings)
    curves = None if prepared.preset.calculation == "release" else plate_curves(prepared, settings)
    rows = inversions(prepared, curves, settings) if curves is not None else pd.DataFrame()
    seen = _values(prepared, curves, rows, settings, taken)
    results = found(seen, prepared, settings) if len(seen) else ()
    if not results and curves is None:
        raise DataError("wells: Expected wells of role sample or vehicle with a sound reading, found none.")
    n = max((len(one.rows) for one in results), default=1)
    curve_ends = tuple(curve_endpoints(prepared, curves, settings)) if curves is not None else ()
    return Analysis(
        endpoints=(*endpoints(results), *curve_ends),
        answer=answer(results) or "The standards gave a curve; there are no samples to read from it.",
        checks=(
            *(curve_checks(prepared, curves, settings) if curves is not None else ()),
            *(sample_checks(rows, prepared, settings) if len(rows) else ()),
            *control_checks(prepared),
        ),
        missing_controls=missing_controls(prepared),
        warnings=_warnings(prepared, curves, rows),
        tables=_tables(prepared, curves, rows, seen),
        drawings=(
            *(curve_drawings(prepared, curves, _or_empty(rows), settings) if curves is not None else ()),
            *value_drawings(results, settings.level),
        ),
        methods=tuple(sentences(prepared, curves, settings, n)),
        units=tuple(units(results)),
        events=tuple(events(results, prepared)),
    )


def _or_empty(rows: pd.DataFrame) -> pd.DataFrame:
    return rows if len(rows) else pd.DataFrame({"curve": [], "censored": [], "in_well": [], "reading": []})


def _values(
    prepared: Prepared, curves: PlateCurves | None, rows: pd.DataFrame, settings: StandardCurveSettings,
    taken: Taken,
) -> pd.DataFrame:  # fmt: skip
    if curves is None:
        return release_values(prepared)
    return values(rows, prepared, settings, protein_of(taken, prepared)) if len(rows) else pd.DataFrame()


def _tables(
    prepared: Prepared, curves: PlateCurves | None, rows: pd.DataFrame, seen: pd.DataFrame
) -> Mapping[str, Table]:
    found: dict[str, Table] = {}
    if len(seen):
        found["concentrations"] = value_table(seen, prepared)
    if len(rows):
        found["inversions"] = inversion_table(rows, prepared)
    if curves is not None:
        found["curves"] = curve_table(prepared, curves)
        found["standards"] = standard_table(prepared, curves)
    return found


def _warnings(prepared: Prepared, curves: PlateCurves | None, rows: pd.DataFrame) -> tuple[str, ...]:
    found = [*interference(prepared)]
    lost = int((~prepared.wells["ok"]).sum())
    if lost:
        count = "1 well is" if lost == 1 else f"{lost} wells are"
        found.append(f"{count} flagged, saturated or excluded; such wells enter no number.")
    for (plate, _), curve in (curves.curves if curves is not None else {}).items():
        found += [f"plate {plate}: {note}." for note in curve.notes]
    if curves is not None and len(rows):
        samples = rows[rows["kind"] == "plain"]
        if samples["curve"].nunique() == 1 and samples["experiment"].nunique() > 1:
            se = samples["se"] / samples["value"]
            share = 100 * float(np.nanmedian(se)) if np.isfinite(se).any() else float("nan")
            told = (
                f" (a sample's reading and curve are known to about {share:.1f} %)"
                if np.isfinite(share)
                else ""
            )
            found.append(
                f"All experiments were read from one curve{told}: its error shifts all of them alike and "
                "is not in the intervals over experiments. Ratios to the control are hardly touched."
            )
    return tuple(found)


_SHEET = (
    SheetColumn("plate", "plate as the file names it; empty = every plate", "well"),
    SheetColumn("well", "position, such as B3", "well", required=True),
    SheetColumn("role", "what the well is for", "well", required=True, choices=tuple(ROLES)),
    SheetColumn("standard_concentration [µg/mL]", "known concentration of a standard; 0 is one", "well"),
    SheetColumn("sample", "name of a sample that no treatment tells apart", "well"),
    SheetColumn("compound", "name or InChIKey of the compound", "well"),
    SheetColumn("dose [µM]", "dose of the cells, 0 for untreated ones", "well"),
    SheetColumn("cell_line", "cell line", "well"),
    SheetColumn("experiment", "independent experiment (lysate)", "well"),
    SheetColumn("arm", "arm of the design, such as NAC", "well"),
    SheetColumn("time [h]", "time of exposure", "well"),
    SheetColumn("dilution", "by how much the sample was diluted, 1 undiluted", "well"),
    SheetColumn("dilution_source", "where the dilution is known from", "well"),
    SheetColumn("protein [mg/mL]", "protein of the undiluted lysate", "well"),
)

assay = Assay(
    name="standard_curve",
    title="Concentrations from a standard curve",
    settings=StandardCurveSettings,
    tables={"wells": WELLS},
    bench=BenchDoor(
        roles=(
            Role("sample", "a plate laid out by the plate map, or a long table", required=True),
            Role("standard", "a plate or table of standards alone"),
            Role("blank", "a plate without samples"),
            Role("vehicle", "a plate of untreated cells"),
        ),
        sheet=_SHEET,
        suits=suits,
        read=read,
        asks=("preset",),
    ),
    virtual=VirtualDoor(virtual.NEEDS, virtual.design, virtual.expect, virtual.noise),
    analyse=analyse,
    endpoints=(*SPECS, *CHANGES, *CURVE_SPECS),
    gives={
        "concentrations": CONCENTRATIONS,
        "inversions": INVERSIONS,
        "curves": CURVES,
        "standards": STANDARDS,
    },
    takes=TAKES,
    references=(FINDLAY,),
)
