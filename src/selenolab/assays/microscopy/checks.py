"""What was asked of the images and of what was found in them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import special

from selenolab.assays.microscopy.endpoints import GroupResult
from selenolab.assays.microscopy.groups import NM, Group, frames, pixel_sizes
from selenolab.assays.microscopy.moments import Array, log_moments
from selenolab.assays.microscopy.outlining import CLUSTER, EDGE
from selenolab.assays.microscopy.settings import MicroscopySettings
from selenolab.core.check import Check
from selenolab.core.dataset import Dataset, sound
from selenolab.formats.pixel_size import implausible

_COLOURED = 20.0  # % of pixels from which on an image is a photo rather than an annotated micrograph
_ENOUGH = 20  # particles from which on a shape of distribution can be judged
_SCALE = "scale"


def image_checks(dataset: Dataset, settings: MicroscopySettings) -> Iterator[Check]:
    """Every image by itself: its scale, its grey values, how full it is; what passed is told together."""
    frame = dataset.tables["records"].frame
    covered = shares_covered(dataset)
    found: list[Check] = []
    for told in frame[sound(frame, "frame_width")].sort_values("image").to_dict("records"):
        row = {str(word): value for word, value in told.items()}
        group = {"image": str(row["image"])}
        if str(row.get("sample") or ""):
            group["sample"] = str(row["sample"])
        found += _scale_checks(row, group, settings)
        if row.get("outlines") is None:
            continue  # a model has no picture to judge
        found += _picture_checks(row, group, settings)
        share = covered.get(str(row["image"]), 0.0)
        why = f"Particles cover {share:.0f} % of the image; where they overlap they are outlined as one."
        found.append(_most("few particles overlap", "coverage", share, settings.covered_max, "%", why, group))
    yield from folded(found)


def folded(checks: Sequence[Check]) -> Iterator[Check]:
    """Checks of images that did not pass as they are; those that did as one, with the narrowest margin."""
    passed: dict[tuple[str, str], list[Check]] = {}
    for check in checks:
        if check.passed:
            passed.setdefault((check.name, check.group.get("sample", "")), []).append(check)
        else:
            yield check
    for alike in passed.values():
        worst = min(alike, key=lambda check: np.inf if check.margin is None else check.margin)
        if len(alike) == 1:
            yield worst
            continue
        words = {word: value for word, value in worst.group.items() if word != "image"}
        narrowest = f", narrowest {worst.group['image']}" if worst.margin is not None else ""
        why = f"On {len(alike)} images{narrowest}: {worst.why}"
        yield replace(worst, group=words, why=why)


def shares_covered(dataset: Dataset) -> Mapping[str, float]:
    """The share of each image's counted part that outlines cover, in %."""
    records, outlined = dataset.tables["records"].frame, dataset.tables["outlined"].frame
    if "area_px" not in outlined:
        return {}
    kept = ~outlined["edit"].astype(str).str.startswith("removed") if "edit" in outlined else slice(None)
    areas = outlined[kept].groupby("image")["area_px"].sum().to_dict()
    return {
        str(image): float(100 * areas.get(image, 0.0) / (wide * high))
        for image, wide, high in zip(
            records["image"], records["frame_width"], records["frame_height"], strict=True
        )
    }


def _scale_checks(
    row: dict[str, object], group: dict[str, str], settings: MicroscopySettings
) -> Iterator[Check]:
    size = _number(row, "pixel_size")
    source, note = str(row["scale_source"]), str(row.get("scale_note") or "")
    if not np.isfinite(size):
        why = f"The size of a pixel is not known: {note or 'nothing states it'}. Sizes are in pixels."
        yield Check("size of a pixel known", _SCALE, False, why, group=group)
        return
    longest = int(max(_number(row, "frame_width"), _number(row, "frame_height")))
    wrong = implausible(size, longest)
    why = f"{wrong[0].upper()}{wrong[1:]}." if wrong else f"From the {source}; such a pixel is plausible."
    yield Check("size of a pixel known and plausible", _SCALE, not wrong, why, group=group)
    others = {"metadata": _number(row, "pixel_size_metadata"), "scale bar": _number(row, "pixel_size_bar")}
    for name, other in others.items():
        if np.isfinite(other) and other != size:
            yield _same_scale(size, other, source, name, group, settings)


def _same_scale(
    size: float, other: float, source: str, name: str, group: dict[str, str], settings: MicroscopySettings
) -> Check:
    away = 100 * abs(other / size - 1)
    why = f"{size:.4g} nm a pixel by the {source}, {other:.4g} by the {name}: {away:.1f} % apart."
    if away > settings.scale_tolerance:
        why += " Find out which is right and state pixel_size."
    return _most(
        "sources of the scale agree", "bar against metadata", away, settings.scale_tolerance, "%", why, group,
        scale_tolerance=str(settings.scale_tolerance),
    )  # fmt: skip


def _picture_checks(
    row: dict[str, object], group: dict[str, str], settings: MicroscopySettings
) -> Iterator[Check]:
    coloured = _number(row, "coloured")
    if coloured > 0:
        why = f"{coloured:.0f} % of the pixels are coloured."
        why += " Is this a micrograph, or a photo of a screen?" if coloured > _COLOURED else ""
        yield _most(
            "image is grey, as a micrograph is", "not a micrograph?", coloured, _COLOURED, "%", why, group
        )
    share = _number(row, "saturated")
    why = f"{round(share, 1):g} % of the pixels are at an end of the grey scale, where outlines shift."
    yield _most("few saturated pixels", "saturation", share, settings.saturated_max, "%", why, group)
    contrast = _number(row, "contrast")
    note = str(row.get("segmentation_note") or "")
    if not np.isfinite(contrast):
        why = note or "No particle was found to judge it by."
        yield Check("particles stand out from the ground", "contrast", False, why, group=group)
        return
    why = f"Particles differ from the ground by {contrast:.1f} of its standard deviations. {note}".strip()
    yield Check(
        "particles stand out from the ground", "contrast", contrast >= settings.contrast_min, why, contrast,
        settings.contrast_min, "SD", contrast - settings.contrast_min, group,
    )  # fmt: skip


def group_checks(results: Sequence[GroupResult], settings: MicroscopySettings) -> Iterator[Check]:
    """Every group: how much was counted, and whether its images belong together."""
    for result in results:
        group = result.group
        words = dict(group.words)
        yield from _counts(result, words, settings)
        if not len(result.sizes):
            continue
        yield from _edge_and_clusters(group, words, settings)
        yield from _alike(group, words, settings)
        yield from _large_enough(result, words, settings)
        yield _lognormal(result.sizes, result.weight, words, settings)


def _counts(result: GroupResult, words: dict[str, str], settings: MicroscopySettings) -> Iterator[Check]:
    n, least = len(result.sizes), settings.particles_min
    why = f"{n} particles are counted." + (" Low n: add images." if n < least else "")
    yield Check("enough particles", "low n", n >= least, why, n, least, "", n - least, words)
    if not n:
        return
    k, least = result.group.counted["unit_id"].nunique(), settings.images_min
    what = result.group.unit_is.split(" of ")[0]
    why = f"Particles come from {k} {what if k != 1 else _one(what)}: particles of one are no replicates."
    yield Check("enough images", "replication", k >= least, why, k, least, "", k - least, words)


def _one(many: str) -> str:
    return {"images": "image", "grids": "grid", "batches": "batch"}.get(many, many.removesuffix("s"))


def _edge_and_clusters(group: Group, words: dict[str, str], settings: MicroscopySettings) -> Iterator[Check]:
    flags = _flags(group)
    edge, whole = int(flags.str.startswith(EDGE).sum()), len(group.counted)
    lumps = int(flags.str.startswith(CLUSTER).sum())
    if "solidity" in group.outlined:
        share = 100 * lumps / max(lumps + whole, 1)
        why = (
            f"{lumps} of {lumps + whole} outlines are not convex (solidity below {settings.solidity_min:g}): "
        )
        why += "taken for unresolved clusters, not counted."
        why += " Split them by hand, or count separate particles only." if lumps else ""
        yield _most(
            "outlines are single particles", "unresolved", share, settings.unresolved_max, "%", why, words
        )
    share = 100 * edge / max(edge + whole, 1)
    corrected = "their loss is corrected for" if settings.edge_correction else "not corrected for, as set"
    why = f"{edge} of {edge + whole} touch the edge and are not counted; {corrected}."
    yield _most("few particles at the edge", "edge", share, settings.edge_share_max, "%", why, words)
    if "aggregate_size" in group.counted:
        share = float(100 * (group.counted["aggregate_size"] > 1).mean())
        why = f"{share:.0f} % of the particles touch another one. Clusters may form as the grid dries."
        yield _most(
            "few particles in clusters", "aggregation", share, settings.aggregated_max, "%", why, words
        )


def _flags(group: Group) -> "pd.Series[str]":
    if "diameter_px_flag" not in group.outlined:
        return pd.Series("", index=group.outlined.index)
    return group.outlined["diameter_px_flag"].fillna("").astype(str)


def _alike(group: Group, words: dict[str, str], settings: MicroscopySettings) -> Iterator[Check]:
    if group.unknown:
        names = ", ".join(group.unknown[:5])
        why = f"{len(group.unknown)} of its images have no known scale and are left out: {names}."
        yield Check("all images of known scale", _SCALE, False, why, group=words)
    scale = pixel_sizes(group.records)
    if group.unit == NM and len(scale) > 1:
        ratio = float(scale.max() / scale.min())
        why = f"Pixel sizes differ by a factor of {ratio:.3g}."
        why += " Small particles are lost at the coarser one." if ratio > settings.magnification_max else ""
        yield _most(
            "images of like magnification", "magnification", ratio, settings.magnification_max, "", why, words
        )
    polarity = sorted(set(group.records["polarity"])) if "polarity" in group.records else []
    if len(group.records) > 1 and polarity:
        alike = len(polarity) == 1
        why = f"Particles are {' in some images and '.join(polarity)}{'' if alike else ' in others'}."
        why += "" if alike else " Look at the outlines, or state polarity."
        yield Check("one polarity", "polarity", alike, why, group=words)


def _large_enough(
    result: GroupResult, words: dict[str, str], settings: MicroscopySettings
) -> Iterator[Check]:
    pixels, limit = float(result.group.counted["diameter_px"].median()), settings.particle_px_min
    why = f"The median particle is {pixels:.1f} pixels across; an outline is sure to about one pixel."
    yield Check(
        "particles large enough in pixels", "resolution", pixels >= limit, why, pixels, limit, "px",
        pixels - limit, words,
    )  # fmt: skip
    wide, high = frames(result.group)
    share = 100 * float(result.sizes.max()) / float(np.minimum(wide, high).min())
    why = f"The largest particle is {share:.0f} % of the narrowest image: larger ones would rarely be whole."
    yield _most("images wide enough", "field of view", share, 50.0, "%", why, words)


def _lognormal(sizes: Array, weight: Array, words: dict[str, str], settings: MicroscopySettings) -> Check:
    """How far the cumulative distribution lies from the lognormal one of the same moments."""
    rule, name = "sizes follow a lognormal distribution", "lognormal"
    if len(sizes) < _ENOUGH or sizes.min() == sizes.max():
        return Check(rule, name, None, f"{len(sizes)} particles cannot tell.", group=words)
    away = lognormal_distance(sizes, weight)
    why = f"Greatest distance of the cumulative distributions {away:.3f}."
    if away > settings.lognormal_max:
        why += " Look for several populations, clusters taken for particles, or debris."
    return _most(rule, name, away, settings.lognormal_max, "", why, words)


def lognormal_distance(sizes: Array, weight: Array) -> float:
    """Kolmogorov's distance of weighted sizes from the lognormal distribution of their own moments."""
    order = np.argsort(sizes, kind="stable")
    middle, spread = log_moments(sizes, weight)
    fitted = special.ndtr((np.log(sizes[order]) - middle) / spread)
    steps = np.cumsum(weight[order]) / weight.sum()
    before = np.concatenate([[0.0], steps[:-1]])
    return float(np.maximum(np.abs(steps - fitted), np.abs(before - fitted)).max())


def _most(
    rule: str,
    name: str,
    value: float,
    limit: float,
    unit: str,
    why: str,
    group: dict[str, str],
    **settings: str,
) -> Check:
    """A check that passes up to a limit."""
    return Check(
        rule, name, value <= limit, why, float(value), limit, unit, limit - float(value), group,
        settings=settings,
    )  # fmt: skip


def _number(row: Mapping[str, object], word: str) -> float:
    value = row.get(word)
    return float(value) if isinstance(value, int | float | np.number) else np.nan
