"""Controls that a claim needs and the run has not."""

from collections.abc import Iterator

from selenolab.assays.western.combining import control_of
from selenolab.assays.western.headline import Headline, Quantity
from selenolab.assays.western.normalising import Bench, normalisers
from selenolab.assays.western.ratios import missing_of_ratios
from selenolab.core.check import MissingControl

_NEEDS_POSITIVE = ("caspase", "parp")


def missing_controls(bench: Bench, found: Headline) -> Iterator[MissingControl]:
    """All that is missing, each with what cannot be concluded and what to add."""
    yield from _normaliser(bench)
    if bench.room.designed:
        for one in found.quantities:
            yield from _vehicle(one)
    yield from missing_of_ratios(bench, found.ratios)
    yield from _series(found)
    yield from _positive(bench, found)


def _normaliser(bench: Bench) -> Iterator[MissingControl]:
    """Membranes without total protein and without a loading control, and with one of the two only."""
    bare, alone = [], []
    shown = {m for protein in bench.room.of_kind("target") for m in bench.compared(protein)}
    for membrane in sorted(shown):
        total, loading = (bool(normalisers(bench, membrane, how)) for how in ("total", "loading"))
        if not (total or loading):
            bare.append(membrane)
        elif not total:
            alone.append(membrane)
    if bare:
        yield MissingControl(
            "that a band changes rather than the amount loaded",
            f"a loading control or total protein on membrane {', '.join(bare)}",
            "Stain the same membrane for total protein, or probe it for a loading control.",
        )
    if alone:
        yield MissingControl(
            "that the loading control itself does not change with the treatment",
            f"total protein of membrane {', '.join(alone)}",
            "Stain the same membrane for total protein (Ponceau S, a fluorescent stain or a stain-free gel).",
        )


def _vehicle(one: Quantity) -> Iterator[MissingControl]:
    """Treated lanes without a control of their experiment on the same membrane."""
    told = set()
    for k, own in one.folds.items():
        group = one.groups[k]
        if not own.lacking or group.lane.place in told:
            continue
        told.add(group.lane.place)
        arm = f" with {group.lane.arm}" if group.lane.arm else ""
        control = control_of(group, one.groups)
        where = "on the same membrane" if control is not None else "of the same line and time"
        words = {word: text for word, text in group.words.items() if word in ("time", "cell_line", "arm")}
        yield MissingControl(
            f"a change of {one.name} in experiment {', '.join(own.lacking)}",
            f"a lane of untreated cells{arm} (dose 0) {where}",
            "Load the untreated lysate of the experiment beside the treated ones, on every membrane and "
            "on the same "
            "side of a splice.",
            {**words, "protein": one.name},
        )


def _series(found: Headline) -> Iterator[MissingControl]:
    lacking = [one.name for one in found.quantities if one.protein and one.series is None]
    if lacking:
        yield MissingControl(
            f"that volumes are proportional to protein: {', '.join(lacking)} are semi-quantitative",
            "a dilution series of a lysate on the membrane",
            "Load three or more dilutions of a pooled lysate (role dilution) beside the samples.",
        )


def _positive(bench: Bench, found: Headline) -> Iterator[MissingControl]:
    """A cleaved caspase or PARP that is nowhere seen needs lysate in which it is."""
    for one in found.quantities:
        known = bench.room.known.get(one.protein) if one.protein else None
        if (
            known is None
            or not known.key.startswith("cleaved")
            or not any(w in known.key for w in _NEEDS_POSITIVE)
        ):
            continue
        bands = bench.bands(one.protein)
        if any(band.lane.role == "positive" for band in bands):
            continue
        seen = {band.lane.membrane for band in bands if band.state == "" or band.saturated}
        hidden = {band.lane.membrane for band in bands if band.lane.role == "sample" and band.state == "<"}
        if hidden - seen:
            yield MissingControl(
                f"that {one.name} is absent where no band is seen, rather than not detected",
                "a positive control lane (such as staurosporine-treated cells)",
                "Load a lysate in which the cleaved form is known to be present (role positive).",
                {"protein": one.name},
            )
