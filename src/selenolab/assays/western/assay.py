"""Western blot: volumes of bands, normalised within the membrane, changes over independent lysates.

Lanes and bands are found and can be edited; saturated bands and images that are no longer quantitative
enter no fold change. Each band is divided by total protein or the loading control of its own lane and
membrane; n counts independent lysates.
"""

from collections.abc import Iterator

from selenolab.assays.western import virtual
from selenolab.assays.western.answer import answer
from selenolab.assays.western.checks import checks_of, unknown_names
from selenolab.assays.western.figures import drawings
from selenolab.assays.western.headline import SPECS, Headline, headline
from selenolab.assays.western.methods import REFERENCES, sentences
from selenolab.assays.western.missing import missing_controls
from selenolab.assays.western.normalising import Bench, bench_of
from selenolab.assays.western.reading import read, suits
from selenolab.assays.western.room import enter
from selenolab.assays.western.schema import BANDS, BLOTS, LANE_ROLES, LANES, MEASURED, MEMBRANES, NORMALISED
from selenolab.assays.western.settings import WesternSettings
from selenolab.assays.western.stated import FILE_ROLES
from selenolab.assays.western.tables import tables
from selenolab.core.analysis import Analysis
from selenolab.core.assay import Assay, BenchDoor, Role, SheetColumn, Taken, VirtualDoor
from selenolab.core.dataset import Dataset
from selenolab.core.errors import DataError


def analyse(dataset: Dataset, settings: WesternSettings, seed: int, taken: Taken) -> Analysis:
    """Folds of control of every protein and ratio, and what can be said against them. Nothing is random."""
    del seed, taken
    bench = bench_of(enter(dataset, settings), settings)
    if not bench.room.bands:
        raise DataError("western: No band is left. Check the lanes on the sheet.")
    found = headline(bench)
    if not found.endpoints:
        raise DataError(
            "western: No lane of role sample shows a target protein. Check the roles of files and lanes: "
            "a loading "
            "control alone says nothing."
        )
    return Analysis(
        endpoints=found.endpoints,
        answer=answer(found),
        checks=checks_of(bench, found),
        missing_controls=tuple(missing_controls(bench, found)),
        warnings=tuple(_warnings(bench, found)),
        tables=tables(dataset, bench, found),
        drawings=tuple(drawings(dataset, bench, found)),
        methods=sentences(bench, found),
        units=found.units,
        events=found.events,
    )


def _warnings(bench: Bench, found: Headline) -> Iterator[str]:
    """What was noticed in the images, left out, or not known."""
    for blot in bench.room.blots.values():
        noted = [
            part
            for part in blot.note.split("; ")
            if part.startswith(("splice", "possible", "Bands run", "faint", "lanes were"))
        ]
        if noted:
            yield f"{blot.name}: {'; '.join(noted)}."
    for one in found.quantities:
        hidden = sum(v.state == "<" for g in one.groups for v in g.values)
        if hidden and one.protein:
            bands = f"{hidden} band{'s' * (hidden != 1)}"
            yield f"{one.name}: {bands} below the detection limit, shown as bounds."
    names = unknown_names(bench, found)
    if names and bench.room.designed:
        yield (
            f"No event of the pathway is known for {', '.join(names)}: map a name in events if there is "
            "one, as in "
            f"events: {{{names[0]}: p_akt}}."
        )
    left = [
        f"{b.blot} lane {b.lane.number} ({b.why})" for b in bench.room.bands if b.why.startswith("excluded")
    ]
    if left:
        yield f"Left out: {'; '.join(left)}."


_SHEET = (
    SheetColumn("membrane", "name of the membrane, as in the file names or facts", "file"),
    SheetColumn("lane", "number of the lane, from 1 at the left", "file", required=True),
    SheetColumn("role", "what the lane holds", "file", choices=tuple(LANE_ROLES)),
    SheetColumn("experiment", "independent lysate: what n counts", "file"),
    SheetColumn("compound", "compound or particle added", "file"),
    SheetColumn(
        "dose [µM]", "dose in the unit of the header; 0 is the control of its line, time and arm", "file"
    ),
    SheetColumn("time [h]", "time of exposure", "file"),
    SheetColumn("cell_line", "cell line", "file"),
    SheetColumn("arm", "perturbation, such as NAC, zVAD, p53 siRNA; empty for none", "file"),
    SheetColumn("load_ug", "protein loaded in µg", "file"),
    SheetColumn("dilution", "share of the lysate in a lane of a dilution series", "file"),
)

assay = Assay(
    name="western",
    title="Western blot",
    settings=WesternSettings,
    tables={"lanes": LANES, "blots": BLOTS, "bands": BANDS},
    bench=BenchDoor(
        roles=tuple(Role(word, meaning, word == "sample") for word, meaning in FILE_ROLES.items()),
        sheet=_SHEET,
        suits=suits,
        read=read,
        asks=("file_names",),
        by="compound",
    ),
    virtual=VirtualDoor(
        virtual.NEEDS, virtual.design, virtual.expect, virtual.noise, needs_for=virtual.needs_for
    ),
    analyse=analyse,
    endpoints=SPECS,
    gives={"measured_bands": MEASURED, "normalised": NORMALISED, "membranes": MEMBRANES},
    references=REFERENCES,
)
