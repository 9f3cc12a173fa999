"""Ratios of potencies: the selectivity index between lines, and the IC50 ratio between compounds."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from selenolab.assays.viability.endpoints import GroupResult, stated
from selenolab.assays.viability.potency import ABSOLUTE, RELATIVE, Potency
from selenolab.assays.viability.settings import ViabilitySettings
from selenolab.core.errors import StudyError, did_you_mean
from selenolab.core.estimate import Absent, Endpoint, Outcome
from selenolab.stats.potency_ratio import potency_ratio

_KINDS = {ABSOLUTE: "absolute", RELATIVE: "relative"}


def ratio_endpoints(results: Sequence[GroupResult], settings: ViabilitySettings) -> tuple[Endpoint, ...]:
    """Selectivity indices and IC50 ratios against the references of the settings, if any."""
    found: list[Endpoint] = []
    if settings.selectivity_reference:
        name = settings.selectivity_reference
        found += _against(results, "cell_line", name, "selectivity index", "selectivity_reference")
    if settings.ratio_reference:
        found += _against(results, "compound", settings.ratio_reference, "IC50 ratio", "ratio_reference")
    return tuple(found)


def _against(
    results: Sequence[GroupResult], word: str, reference: str, title: str, setting: str
) -> Iterator[Endpoint]:
    known = sorted({result.group[word] for result in results if word in result.group})
    if reference not in known:
        raise StudyError(f"{setting}: '{reference}' is not among the data. {did_you_mean(reference, known)}")
    for result in results:
        if result.group.get(word) == reference:
            continue
        partner = _partner(results, result.group, word, reference)
        for effect, kind in _KINDS.items():
            top, bottom = (partner, result) if word == "cell_line" else (result, partner)
            outcome = _ratio(top, bottom, effect)
            yield Endpoint(f"{title} ({kind})", {**result.group, "reference": reference}, outcome)


def _partner(
    results: Sequence[GroupResult], group: Mapping[str, str], word: str, reference: str
) -> GroupResult | None:
    wanted = {**group, word: reference}
    return next((result for result in results if dict(result.group) == wanted), None)


def _ratio(top: GroupResult | None, bottom: GroupResult | None, effect: str) -> Outcome:
    if top is None or bottom is None:
        return Absent("the reference was not measured under the same conditions", "1")
    for side in (top, bottom):
        if effect not in side.summaries:
            name = ", ".join(side.group.values())
            return Absent(f"the {effect} of {name} could not be given", "1")
    shared = _by_experiment(top.potencies[effect]), _by_experiment(bottom.potencies[effect])
    pairs, samples = None, None
    if set(shared[0]) == set(shared[1]) and len(shared[0]) > 1:
        order = sorted(shared[0])
        pairs = tuple(np.array([side[name] for name in order]) for side in shared)
    elif min(map(len, shared)) > 1:
        samples = tuple(np.array(list(side.values())) for side in shared)
    found = potency_ratio(top.summaries[effect], bottom.summaries[effect], pairs, samples)  # type: ignore[arg-type]  # two sides each
    if found.state == "undecidable":
        return Absent(found.method, "1", found.method)
    return stated(found, "1")


def _by_experiment(parts: Sequence[Potency]) -> dict[str, float]:
    return {part.curve.experiment: part.log10 for part in parts}
