"""Release by dialysis: from aliquots to cumulative release, with the bag, the pH and the sampling in sight.

Drug that leaves a carrier in a dialysis bag is found in the medium around it. Every aliquot that was taken
and replaced is added back; units of replication are vessels, or batches where several are named.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from selenolab.assays.release import virtual
from selenolab.assays.release.alike import F1, F2, similarity_endpoints
from selenolab.assays.release.answer import answer
from selenolab.assays.release.carrier import (
    CARRIER_T50,
    K_M,
    KIND,
    Deconvolved,
    carrier_checks,
    carrier_endpoints,
    deconvolve,
    missing_free_drug,
)
from selenolab.assays.release.checks import batch_words, group_checks, missing_non_cleavable, run_checks
from selenolab.assays.release.concentrations import TAKES, taken_words
from selenolab.assays.release.curve_fits import BEST, EXPONENT, Modelled, model_endpoints, modelled
from selenolab.assays.release.curve_times import T50, T80, time_endpoints
from selenolab.assays.release.efficiency import DE, MDT, efficiency_endpoints
from selenolab.assays.release.figures import drawings
from selenolab.assays.release.glutathione import (
    THIOLATE,
    gsh_checks,
    gsh_warnings,
    missing_gsh_blank,
    strong,
    thiolate_endpoints,
)
from selenolab.assays.release.groups import Group, groups_of
from selenolab.assays.release.media import Medium, alone_words, media_of
from selenolab.assays.release.methods import REFERENCES, sentences
from selenolab.assays.release.reading import read, suits
from selenolab.assays.release.schema import (
    ALIQUOTS,
    FITS,
    FREE,
    NON_CLEAVABLE,
    RELEASE_TABLE,
    ROLES,
    SAMPLE,
    SELECTIVITY,
    SUMMARY,
)
from selenolab.assays.release.selectivity import SELECTIVITY as RATIO
from selenolab.assays.release.selectivity import Pair, pairs_of, selectivity_endpoints
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.assays.release.shares import BURST, LAST, RELEASED, share_endpoints, share_units
from selenolab.assays.release.tables import fits_table, released_table, selectivity_table, summary_table
from selenolab.assays.release.trigger import TRIGGER, trigger_endpoints
from selenolab.assays.release.vessels import Prepared, prepare
from selenolab.core.analysis import Analysis, UnitValue
from selenolab.core.assay import (
    Assay,
    BenchDoor,
    EndpointSpec,
    Role,
    SheetColumn,
    Taken,
    VirtualDoor,
)
from selenolab.core.check import Check, MissingControl
from selenolab.core.dataset import Dataset, Table
from selenolab.core.errors import DataError
from selenolab.core.estimate import Endpoint


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that was worked out, before it is told."""

    prepared: Prepared
    groups: tuple[Group, ...]
    media: dict[str, Medium]
    fits: tuple[Modelled, ...]
    joint: tuple[Deconvolved, ...]
    pairs: tuple[Pair, ...]
    remarks: tuple[str, ...]


def analyse(dataset: Dataset, settings: ReleaseSettings, seed: int, taken: Taken) -> Analysis:
    """Cumulative release of every vessel and what may be concluded; the seed draws the bootstrap of f2."""
    found = _worked_out(dataset, settings, taken)
    endpoints, units = _endpoints(found, settings, seed)
    return Analysis(
        endpoints=endpoints,
        answer=answer(found.groups, endpoints),
        checks=_checks(found, settings),
        missing_controls=_missing(found),
        warnings=_warnings(found),
        tables=_tables(found, settings),
        drawings=tuple(drawings(found.groups, found.fits, found.joint, found.pairs, settings)),
        methods=sentences(found.prepared, found.groups, found.fits, found.joint, found.pairs, settings),
        units=units,
    )


def _worked_out(dataset: Dataset, settings: ReleaseSettings, taken: Taken) -> Found:
    prepared = prepare(dataset, settings, taken)
    every = groups_of(prepared.vessels)
    groups = tuple(group for group in every if len(group.rows))
    silent = [group.title for group in every if not len(group.rows)]
    remarks = [f"No value is left of {', '.join(silent)}: all are flagged."] if silent else []
    media = media_of(groups)
    carried = [group for group in groups if group.role in (SAMPLE, NON_CLEAVABLE)]
    if not carried:
        raise DataError("aliquots: Expected vessels of role sample, found free drug only. Check the roles.")
    samples = [group for group in groups if group.role == SAMPLE]
    return Found(
        prepared,
        groups,
        media,
        tuple(modelled(group, settings) for group in carried),
        tuple(deconvolve(group, groups, settings) for group in samples),
        tuple(pairs_of(groups, media, settings)),
        (*remarks, *taken_words(taken), *alone_words(groups, media, settings)),
    )


def _endpoints(
    found: Found, settings: ReleaseSettings, seed: int
) -> tuple[tuple[Endpoint, ...], tuple[UnitValue, ...]]:
    endpoints: list[Endpoint] = []
    units: list[UnitValue] = []
    fits = {one.group.title: one for one in found.fits}
    joint = {one.group.title: one for one in found.joint}
    for group in found.groups:
        first, *rest = share_endpoints(group, settings)
        times, numbers = (list(verb(group, settings)) for verb in (time_endpoints, efficiency_endpoints))
        own = [first, times[0][0]]
        own += carrier_endpoints(joint[group.title]) if group.role == SAMPLE else ()
        own += [*rest, *(end for end, _ in (*times[1:], *numbers))]
        own += model_endpoints(fits[group.title], settings) if group.role != FREE else ()
        endpoints += own
        values = [
            *share_units(group),
            *(unit for _, found_units in (*times, *numbers) for unit in found_units),
        ]
        units += [replace(unit, unit_is=group.n_is) for unit in values]
    endpoints += selectivity_endpoints(found.pairs, settings)
    endpoints += trigger_endpoints(found.groups, found.media, settings)
    endpoints += similarity_endpoints(found.groups, found.media, settings, seed)
    endpoints += thiolate_endpoints(tuple(found.media.values()), found.groups)
    return tuple(endpoints), tuple(units)


def _checks(found: Found, settings: ReleaseSettings) -> tuple[Check, ...]:
    checks = [check for group in found.groups for check in group_checks(group, settings)]
    checks += [check for one in found.joint for check in carrier_checks(one)]
    return (
        *checks,
        *gsh_checks(found.media, found.groups, settings),
        *run_checks(found.groups, found.prepared, settings),
    )


def _missing(found: Found) -> tuple[MissingControl, ...]:
    sampled = {group.medium for group in found.groups if group.role == SAMPLE}
    media = [medium for medium in found.media.values() if medium.name in sampled]
    redox = [medium.name for medium in media if strong(medium) or medium.has_h2o2]
    return (
        *missing_free_drug(found.groups),
        *missing_gsh_blank(media, found.prepared),
        *missing_non_cleavable(found.groups, redox),
    )


def _warnings(found: Found) -> tuple[str, ...]:
    vessels = found.prepared.vessels
    lost = sum(int((~vessel.sound & ~vessel.below).sum()) for vessel in vessels)
    below = sum(int(vessel.below.sum()) for vessel in vessels)
    told = list(found.remarks)
    if lost:
        told.append(
            f"Values flagged, missing or excluded: {lost}. They enter no number; what their aliquots took is "
            "filled in from the times beside them."
        )
    if below:
        told.append(f"Values below the LOQ: {below}. They are shown as bounds and left out of the fits.")
    return (*told, *batch_words(found.groups), *gsh_warnings(tuple(found.media.values())))


def _tables(found: Found, settings: ReleaseSettings) -> dict[str, Table]:
    tables = {
        "released": released_table(found.prepared),
        "summary": summary_table(found.groups, settings),
        "fits": fits_table(found.fits, settings),
        "selectivity": selectivity_table(found.pairs, settings),
    }
    return {name: table for name, table in tables.items() if table is not None}


_ENDPOINTS = (
    EndpointSpec(RELEASED, "%", "cumulative release at a time, of the drug in the bag"),
    EndpointSpec(LAST, "%", "cumulative release at the last time that all units have"),
    EndpointSpec(BURST, "%", "cumulative release at the last time up to burst_time_h"),
    EndpointSpec(T50, "h", "time at which half of the drug is seen in the medium, bag and all"),
    EndpointSpec(T80, "h", "time at which four fifths of the drug are seen in the medium"),
    EndpointSpec(CARRIER_T50, "h", "time at which half of the drug has left the carrier, the bag taken off"),
    EndpointSpec(K_M, "1/h", "rate constant of the bag, from the free-drug control"),
    EndpointSpec(KIND, "", "whether the carrier is slower than the bag alone"),
    EndpointSpec(MDT, "h", "mean time of the release seen"),
    EndpointSpec(DE, "%", "area under the curve, of that of release at once"),
    EndpointSpec(BEST, "", "release model of the least AICc, with its parameters"),
    EndpointSpec(EXPONENT, "1", "exponent n of k t^n, with its reading for the geometry"),
    EndpointSpec(F1, "1", "difference factor against the reference medium"),
    EndpointSpec(F2, "1", "similarity factor against the reference medium"),
    EndpointSpec(RATIO, "ratio", "release with GSH over release without at equal time"),
    EndpointSpec(TRIGGER, "", "what makes the medium release more: redox, acid, or something else"),
    EndpointSpec(THIOLATE, "", "share of GSH that is thiolate at the measured pH"),
)

_SHEET = (
    SheetColumn("file", "file the row is about; empty = every file", "file"),
    SheetColumn("vessel", "vessel as the table names it", "file", required=True),
    SheetColumn("role", "what the vessel is for", "file", choices=tuple(ROLES)),
    SheetColumn("medium", "name of the medium", "file", required=True),
    SheetColumn("carrier", "name of the carrier", "file"),
    SheetColumn("batch", "batch or independent experiment", "file"),
    SheetColumn("pH", "pH as measured in the vessel, after GSH was added", "file"),
    SheetColumn("target pH", "pH that was meant", "file"),
    SheetColumn("gsh [mM]", "glutathione added", "file"),
    SheetColumn("h2o2 [mM]", "hydrogen peroxide added", "file"),
    SheetColumn("loaded_drug [µg]", "entrapped drug in the bag", "file"),
    SheetColumn("medium_volume [mL]", "medium around the bag", "file"),
    SheetColumn("sample_volume [mL]", "aliquot, replaced by fresh medium", "file"),
)


def _roles() -> Sequence[Role]:
    return tuple(Role(word, meaning, required=False) for word, meaning in ROLES.items())


assay = Assay(
    name="release",
    title="Release (dialysis)",
    settings=ReleaseSettings,
    tables={"aliquots": ALIQUOTS},
    bench=BenchDoor(
        roles=tuple(_roles()),
        sheet=_SHEET,
        suits=suits,
        read=read,
        asks=("correction", "medium_volume_ml", "sample_volume_ml", "loaded_drug_ug"),
        by="medium",
    ),
    virtual=VirtualDoor(
        virtual.NEEDS, virtual.design, virtual.expect, virtual.noise, virtual.INPUTS, virtual.ACTIONS
    ),
    analyse=analyse,
    endpoints=_ENDPOINTS,
    gives={"released": RELEASE_TABLE, "summary": SUMMARY, "fits": FITS, "selectivity": SELECTIVITY},
    takes=TAKES,
    references=REFERENCES,
)
