"""What is asked of a run, and whether it passed."""

from collections.abc import Iterator
from math import log

from selenolab.assays.western.headline import Headline, Quantity
from selenolab.assays.western.normalising import Bench
from selenolab.assays.western.proteins import line_facts, plain
from selenolab.core.check import Check
from selenolab.core.estimate import Estimate


def checks_of(bench: Bench, found: Headline) -> tuple[Check, ...]:
    """All checks of a run."""
    return (
        *_images(bench),
        *_saturation(bench),
        *_splices(bench),
        *_normalisers_agree(bench, found),
        *_loading_steady(bench, found),
        *_linearity(bench, found),
        *_in_range(bench, found),
        *_known_lines(bench),
        *_positive(bench),
    )


def _images(bench: Bench) -> Iterator[Check]:
    refused = [blot for blot in bench.room.blots.values() if blot.refusal]
    for blot in refused:
        yield Check(
            "the image is quantitative", blot.name, False, blot.refusal, group={"membrane": blot.membrane}
        )
    if not refused:
        count = len(bench.room.blots)
        why = f"nothing in {count} image{'s' * (count != 1)} speaks against measuring them"
        if all("pixels were not checked" in blot.note for blot in bench.room.blots.values()):
            yield Check(
                "the image is quantitative", "all images", None, "pixels were not checked: a table was given"
            )
            return
        yield Check("the image is quantitative", "all images", True, why)


def _saturation(bench: Bench) -> Iterator[Check]:
    for protein in bench.room.known:
        bands = [
            band for band in bench.bands(protein) if band.lane.role in ("sample", "dilution", "positive")
        ]
        full = [band for band in bands if band.saturated]
        where = ", ".join(f"{band.blot} lane {band.lane.number}" for band in full[:6])
        why = (
            f"saturated bands, which enter no fold: {where}"
            if full
            else f"none of {len(bands)} bands is saturated"
        )
        yield Check(
            "no band is saturated",
            protein,
            not full,
            why,
            float(len(full)),
            0.0,
            "1",
            float(-len(full)),
            {"protein": protein},
        )


def _splices(bench: Bench) -> Iterator[Check]:
    for blot in bench.room.blots.values():
        if not blot.cuts:
            continue
        after = ", ".join(str(cut) for cut in blot.cuts)
        why = f"cut after lane {after}: lanes of the two sides are not compared"
        yield Check("the blot is in one piece", blot.name, False, why, group={"membrane": blot.membrane})


def _normalisers_agree(bench: Bench, found: Headline) -> Iterator[Check]:
    """Folds by total protein and by the loading control, where both are there."""
    limit = bench.settings.normalisers_differ_max
    for one in found.quantities:
        if not one.by:
            continue
        for k, own in one.by["total"].folds.items():
            group = one.by["total"].groups[k]
            other = next((j for j, g in enumerate(one.by["loading"].groups) if g.words == group.words), None)
            theirs = one.by["loading"].folds.get(other) if other is not None else None
            if theirs is None or not _plain(own.outcome) or not _plain(theirs.outcome):
                continue
            assert isinstance(own.outcome, Estimate)
            assert isinstance(theirs.outcome, Estimate)
            factor = _factor(own.outcome.value / theirs.outcome.value)
            why = f"the folds by total protein and by the loading control differ by a factor of {factor:.3g}"
            words = {**group.words, "protein": one.name}
            yield Check(
                "normalisers agree",
                _title(words),
                factor <= limit,
                why,
                factor,
                limit,
                "1",
                limit - factor,
                words,
                settings={"normalisers_differ_max": f"{limit:g}"},
            )


def _plain(outcome: object) -> bool:
    return isinstance(outcome, Estimate) and outcome.censored is None


def _factor(ratio: float) -> float:
    return max(ratio, 1 / ratio)


def _title(words: dict[str, str]) -> str:
    return ", ".join(words.values())


def _loading_steady(bench: Bench, found: Headline) -> Iterator[Check]:
    """Whether the treatment changes the loading control itself."""
    limit = bench.settings.loading_change_max
    for one in found.loading:
        for k, own in one.folds.items():
            if not isinstance(own.outcome, Estimate):
                continue
            factor = _factor(own.outcome.value)
            low, high = own.outcome.low, own.outcome.high
            clear = low > 1 or high < 1
            passed = None if one.doubts and factor > limit else factor <= limit
            why = (
                f"{one.name} over {one.how} is {own.outcome.value:.3g} times that of the control"
                f"{', clear of 1' if clear else ''}"
            )
            if passed is None:
                why += "; without total protein this cannot be told from unequal loading"
            words = {**one.groups[k].words, "protein": one.name}
            yield Check(
                "the loading control does not change",
                _title(words),
                passed,
                why,
                factor,
                limit,
                "1",
                limit - factor,
                words,
                settings={"loading_change_max": f"{limit:g}"},
            )


def _linearity(bench: Bench, found: Headline) -> Iterator[Check]:
    limit = bench.settings.slope_tolerance
    for one in (*found.quantities, *found.loading):
        if one.series is None or not one.protein:
            continue
        slope = one.series.slope
        if not isinstance(slope, Estimate):
            yield Check("linear dilution series", one.name, None, slope.why, group={"protein": one.name})
            continue
        off = abs(slope.value - 1)
        where = one.series.linear
        told = f"linear from {where[0]:g} to {where[1]:g}" if where else "no range of three amounts is linear"
        why = f"log-log slope {slope.value:.3g} ({slope.low:.3g} to {slope.high:.3g}); {told}"
        yield Check(
            "linear dilution series",
            one.name,
            off <= limit and where is not None,
            why,
            off,
            limit,
            "1",
            limit - off,
            {"protein": one.name},
            settings={"slope_tolerance": f"{limit:g}"},
        )


def _in_range(bench: Bench, found: Headline) -> Iterator[Check]:
    """Bands of the design against the volumes over which the series of their exposure is linear."""
    for one in (*found.quantities, *found.loading):
        if one.series is None or not one.protein or not one.series.spans:
            continue
        bands = [
            b for b in bench.bands(one.protein) if b.lane.role == "sample" and b.blot in one.series.spans
        ]
        sound = [b for b in bands if b.state == ""]
        if not sound:
            why = "no band of the design lies on a membrane with a series: its range cannot be compared"
            yield Check("bands lie in the linear range", one.name, None, why, group={"protein": one.name})
            continue
        outside = [b for b in sound if not _within(b.volume, one.series.spans[b.blot])]
        above = sum(b.volume > one.series.spans[b.blot][1] for b in outside)
        why = (
            f"{len(outside)} of {len(sound)} bands lie outside the linear range of the series ({above} "
            "above it)"
            if outside
            else f"all {len(sound)} bands lie in the linear range of the series"
        )
        share = 100.0 * len(outside) / max(len(sound), 1)
        yield Check(
            "bands lie in the linear range",
            one.name,
            not outside,
            why,
            share,
            0.0,
            "%",
            -share,
            {"protein": one.name},
        )


def _within(volume: float, span: tuple[float, float], room: float = log(1.1)) -> bool:
    """Inside the range, with 10 % of room for the noise of its ends."""
    return log(span[0]) - room <= log(volume) <= log(span[1]) + room


def _known_lines(bench: Bench) -> Iterator[Check]:
    """Bands that a cell line cannot have."""
    for fact in line_facts():
        names = {plain(line) for line in fact.lines}
        for protein, known in bench.room.known.items():
            if known is None or known.key not in fact.proteins:
                continue
            bands = [b for b in bench.bands(protein) if plain(b.lane.cell_line) in names]
            if not bands:
                continue
            line = bands[0].lane.cell_line
            seen = [b for b in bands if b.state == "" or b.saturated]
            why = (
                f"{protein} is seen in {len(seen)} lanes of {line}, but {fact.fact} ({fact.source}): "
                "another protein, "
                "another line, or spill-over from a neighbour"
                if seen
                else f"no {protein} is seen in {line}, as expected: {fact.fact} ({fact.source})"
            )
            yield Check(
                "no band that the line cannot have",
                f"{protein} in {line}",
                not seen,
                why,
                float(len(seen)),
                0.0,
                "1",
                float(-len(seen)),
                {"protein": protein, "cell_line": line},
            )


def _positive(bench: Bench) -> Iterator[Check]:
    """Whether the positive control shows its band."""
    for protein in bench.room.of_kind("target"):
        bands = [band for band in bench.bands(protein) if band.lane.role == "positive"]
        if bands:
            seen = [band for band in bands if band.state == "" or band.saturated]
            why = f"{len(seen)} of {len(bands)} positive lanes show the band"
            yield Check(
                "the positive control shows its band",
                protein,
                len(seen) == len(bands),
                why,
                float(len(seen)),
                float(len(bands)),
                "1",
                float(len(seen) - len(bands)),
                {"protein": protein},
            )


def unknown_names(bench: Bench, found: Headline) -> tuple[str, ...]:
    """Proteins that no alias knows, so that they read no event: said once."""
    names = [one.name for one in _proteins(found) if bench.room.known[one.name] is None]
    return tuple(dict.fromkeys(names))


def _proteins(found: Headline) -> Iterator[Quantity]:
    return (one for one in found.quantities if one.protein)
