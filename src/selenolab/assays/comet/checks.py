"""What was asked of slides, images and groups."""

from collections.abc import Iterator, Mapping
from math import isfinite

import numpy as np
import pandas as pd

from selenolab.assays.comet.headline import BREAKS, TAIL, Headline, outcome_of
from selenolab.assays.comet.reading import EDGE, OVERLAP
from selenolab.assays.comet.room import Group, Room, Slide
from selenolab.assays.comet.schema import POSITIVE
from selenolab.assays.comet.settings import CometSettings
from selenolab.core.check import Check
from selenolab.core.dataset import Dataset, sound
from selenolab.core.estimate import Estimate

_CLIPPED_MOST = 5.0  # % of an image at zero
_AGREE = 0.3  # of tails that point one way
_SEEN = 5.0  # percentage points that a positive control lies above the control at least


def checks(dataset: Dataset, room: Room, found: Headline, settings: CometSettings) -> Iterator[Check]:
    """All checks: groups first, then slides, then images."""
    for group in room.groups:
        yield from _group_checks(group, found, settings)
    for group, lives in found.alive:
        rule, name = "cells alive enough for primary strand breaks", "viability"
        if not isfinite(lives.percent):
            yield Check(rule, name, None, "The viability of the same cells is not known.", group=group.words,
                        endpoint=BREAKS)  # fmt: skip
            continue
        why = f"{lives.percent:.0f} % of the cells are alive, {lives.source}."
        least = settings.viability_min
        yield Check(
            rule, name, lives.percent >= least, why, lives.percent, least, "%", lives.percent - least,
            group.words, BREAKS, {"viability_min": f"{least:g}"},
        )  # fmt: skip
    for slide in room.slides:
        yield from _slide_checks(slide, settings)
    if "images" in dataset.tables:
        frame = dataset.tables["images"].frame
        for row in frame[sound(frame, "comets_found")].sort_values("image").to_dict("records"):
            yield from _image_checks({str(word): value for word, value in row.items()})


def _group_checks(group: Group, found: Headline, settings: CometSettings) -> Iterator[Check]:
    n = len(set(group.of("tail_dna")[1]))
    least, what = settings.units_min, settings.n_is
    why = f"{n} {what if n != 1 else what.removesuffix('s')}; cells of one slide are no replicates."
    yield Check("enough replicates", "replication", n >= least, why, n, least, "", n - least, group.words)
    tail = outcome_of(found.endpoints, TAIL, group.words)
    if not isinstance(tail, Estimate):
        return
    if group.first.control:
        top = settings.control_max
        why = f"Untreated cells have {tail.value:.1f} % tail DNA."
        why += "" if tail.value <= top else " They are damaged by handling, lysis or enzyme buffer."
        yield Check("control cells hardly damaged", "control", tail.value <= top, why, tail.value, top, "%",
                    top - tail.value, group.words)  # fmt: skip
    if group.first.role == POSITIVE:
        yield from _positive(group, found)


def _positive(group: Group, found: Headline) -> Iterator[Check]:
    change = outcome_of(found.endpoints, "tail DNA, change", group.words)
    rule, name = "positive control seen", "positive control"
    if not isinstance(change, Estimate):
        yield Check(
            rule, name, None, "There is no control to compare the positive control with.", group=group.words
        )
        return
    why = f"It lies {change.value:.1f} percentage points of tail DNA above the control."
    yield Check(rule, name, change.value >= _SEEN, why, change.value, _SEEN, "percentage points",
                change.value - _SEEN, group.words)  # fmt: skip


def _slide_checks(slide: Slide, settings: CometSettings) -> Iterator[Check]:
    words = {"slide": slide.name, **slide.words}
    n, total = len(slide.counted), len(slide.found)
    why = f"{n} of {total} comets count." + (" Count more." if n < settings.comets_min else "")
    least = settings.comets_min
    yield Check("enough comets on a slide", "low n", n >= least, why, n, least, "", n - least, words)
    flags = _flags(slide.found)
    beside = int((flags == EDGE).sum() + (flags == OVERLAP).sum())
    share = 100 * beside / total
    overlap, edge = int((flags == OVERLAP).sum()), int((flags == EDGE).sum())
    why = f"{overlap} comets overlap and {edge} lie at an edge, of {total}."
    yield _most("few comets overlap or lie at an edge", "left out", share, settings.left_out_max, why, words)
    if "saturated_pixels" in slide.found and slide.found["saturated_pixels"].notna().any():
        full = int((slide.found["saturated_pixels"] > 0).sum())
        share = 100 * full / total
        why = f"{full} of {total} comets have saturated pixels and are {_kept(settings)}."
        why += " Expose less: saturation raises tail DNA." if share > settings.saturated_max else ""
        yield _most("few saturated comets", "saturation", share, settings.saturated_max, why, words)


def _kept(settings: CometSettings) -> str:
    return "left out" if settings.saturated == "leave out" else "kept, as set"


def _flags(frame: pd.DataFrame) -> "pd.Series[str]":
    if "tail_dna_flag" not in frame:
        return pd.Series("", index=frame.index)
    return frame["tail_dna_flag"].fillna("").astype(str)


def _image_checks(row: Mapping[str, object]) -> Iterator[Check]:
    group = {"image": str(row["image"])}
    note = str(row.get("comet_image_note") or "")
    if note:
        why = f"{note[0].upper()}{note[1:]}."
        yield Check("image holds comets", "empty image", False, why, 0.0, 1.0, "", -1.0,
                    group)  # fmt: skip
        return
    bits = _number(row, "comet_bits")
    if np.isfinite(bits) and bits <= 8:
        why = (
            "8 bits a pixel: faint tails fall below one grey level. Export 12 or 16 bits from the microscope."
        )
        yield Check("more than 8 bits a pixel", "bit depth", False, why, bits, 9.0, "", bits - 9.0, group)
    clipped = _number(row, "ground_clipped")
    if clipped > _CLIPPED_MOST:
        why = f"{clipped:.0f} % of the pixels are zero: the ground was cut off, and faint tails with it."
        yield _most("ground not cut off", "clipped ground", clipped, _CLIPPED_MOST, why, group)
    agree = _number(row, "direction_agreement")
    if np.isfinite(agree) and _number(row, "comets_found") > 2:
        why = f"Tails agree to {agree:.2f} on {_number(row, 'tail_angle'):.0f}°."
        why += (
            ""
            if agree >= _AGREE
            else " With no tails to speak of that says nothing; else state direction_deg."
        )
        passed = True if agree >= _AGREE else None
        yield Check("tails point one way", "direction", passed, why, agree, _AGREE, "", agree - _AGREE, group)


def _most(rule: str, name: str, value: float, limit: float, why: str, group: Mapping[str, str]) -> Check:
    return Check(rule, name, value <= limit, why, float(value), limit, "%", limit - float(value), group)


def _number(row: Mapping[str, object], word: str) -> float:
    value = row.get(word)
    return float(value) if isinstance(value, int | float | np.number) else np.nan
