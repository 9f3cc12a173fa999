"""Groups over membranes and experiments: lanes of a membrane share a scale, experiments are what n counts.

Intensities of different membranes are on different scales. Each membrane's scale is estimated from all its
lanes by an additive fit of logarithms, group + membrane, so that no group is set to 1 and the control keeps
its own scatter (normalisation by the whole membrane, as in doi:10.1371/journal.pone.0087293).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, inf, isfinite

import numpy as np

from selenolab.assays.western.normalising import LaneValue
from selenolab.assays.western.room import Lane
from selenolab.core.estimate import Absent, Estimate, at_least, at_most
from selenolab.stats.experiments import N_IS, Change, change_from_control

Words = tuple[tuple[str, str], ...]
NO_CONTROL = "there is no untreated control of the same cell line, time and arm"
NOT_TOGETHER = "no membrane holds both treated and control lanes of an experiment"


@dataclass(frozen=True, slots=True)
class Group:
    """The lanes of one group of the design; `scaled` are logarithms over the membrane's mean, by lane."""

    words: Mapping[str, str]
    values: tuple[LaneValue, ...]
    scaled: tuple[float, ...]
    left_out: tuple[LaneValue, ...]

    @property
    def lane(self) -> Lane:
        """A lane of the group: its place in the design."""
        return (self.values or self.left_out)[0].lane

    @property
    def treated(self) -> bool:
        """Whether it is compared with a control."""
        return self.lane.role == "sample" and not self.lane.control

    @property
    def bounded(self) -> bool:
        """Whether a lane lies below the detection limit."""
        return any(value.state == "<" for value in self.values)

    def of(self, experiment: str) -> tuple[tuple[LaneValue, float], ...]:
        """Lanes of an experiment with their scaled logarithms."""
        pairs = zip(self.values, self.scaled, strict=True)
        return tuple((value, scaled) for value, scaled in pairs if value.lane.experiment == experiment)

    @property
    def experiments(self) -> tuple[str, ...]:
        """Experiments with a number."""
        return tuple(sorted({value.lane.experiment for value in self.values}))


def group_words(lane: Lane, dose_unit: str) -> dict[str, str]:
    """The design of a lane as words."""
    words: dict[str, str] = {}
    if lane.compound and not lane.control:
        words["compound"] = lane.compound
    if isfinite(lane.dose):
        words["dose"] = f"{lane.dose:g} {dose_unit}".strip()
        if lane.basis and not lane.control:
            words["basis"] = lane.basis
    if isfinite(lane.time):
        words["time"] = f"{lane.time:g} h"
    return words | {word: getattr(lane, word) for word in ("cell_line", "arm") if getattr(lane, word)}


def groups_of(values: Sequence[LaneValue], dose_unit: str) -> tuple[Group, ...]:
    """Sample lanes by group, untreated first, then by compound, line, arm, time and dose."""
    samples = [value for value in values if value.lane.role == "sample"]
    keys = [tuple(group_words(value.lane, dose_unit).items()) for value in samples]
    found: dict[Words, list[tuple[LaneValue, float]]] = {}
    for key, value, scaled in zip(keys, samples, _scaled(samples, keys), strict=True):
        found.setdefault(key, []).append((value, scaled))
    groups = []
    for key, members in found.items():
        members.sort(key=lambda member: _where(member[0]))
        sound = [member for member in members if member[0].state != "out"]
        out = tuple(value for value, _ in members if value.state == "out")
        groups.append(Group(dict(key), tuple(v for v, _ in sound), tuple(s for _, s in sound), out))
    return tuple(sorted(groups, key=lambda group: _order(group.lane)))


def _where(value: LaneValue) -> tuple[str, int]:
    return value.lane.membrane, int(value.lane.number)


def _order(lane: Lane) -> tuple[object, ...]:
    time, dose = (number if isfinite(number) else -1.0 for number in (lane.time, lane.dose))
    return (not lane.control, lane.compound, lane.cell_line, lane.arm, time, dose)


def _scaled(values: Sequence[LaneValue], keys: Sequence[Words]) -> list[float]:
    """Logarithms over the mean of the groups, each membrane part's own scale taken out by an additive fit."""
    parts = sorted({value.part for value in values if value.state != "out"})
    fitted = [i for i, value in enumerate(values) if value.state == ""]
    if not fitted:
        return [value.log for value in values]
    groups = {key: k for k, key in enumerate(dict.fromkeys(keys[i] for i in fitted))}
    design = np.zeros((len(fitted), len(groups) + len(parts)))
    for row, i in enumerate(fitted):
        design[row, groups[keys[i]]] = 1.0
        design[row, len(groups) + parts.index(values[i].part)] = 1.0
    solved = np.linalg.lstsq(design, np.array([values[i].log for i in fitted]), rcond=None)[0]
    effects = dict(zip(parts, solved[len(groups) :].tolist(), strict=True))
    for tied in _tied(values, keys, parts):
        own = {keys[i] for i in fitted if values[i].part in tied}
        if own:
            middle = float(np.mean([solved[groups[key]] for key in own]))
            effects |= {part: effects[part] + middle for part in tied}
    return [value.log - effects.get(value.part, 0.0) for value in values]


def _tied(values: Sequence[LaneValue], keys: Sequence[Words], parts: Sequence[str]) -> Iterator[set[str]]:
    """Sets of parts that share groups, directly or through others."""
    left = set(parts)
    while left:
        found = {left.pop()}
        grown = True
        while grown:
            groups = {key for value, key in zip(values, keys, strict=True) if value.part in found}
            more = {v.part for v, key in zip(values, keys, strict=True) if key in groups and v.part in left}
            found |= more
            left -= more
            grown = bool(more)
        yield found


def control_of(group: Group, groups: Sequence[Group]) -> Group | None:
    """The untreated group of the same line, time and arm."""
    return next((g for g in groups if g.lane.control and g.lane.place == group.lane.place), None)


@dataclass(frozen=True, slots=True)
class Fold:
    """A fold of control; `lacking` are experiments without a control lane on the same membrane part."""

    outcome: Estimate | Absent
    p: float | None
    lacking: tuple[str, ...]
    pairs: tuple[tuple[str, float], ...]  # experiment and its own fold


def fold(group: Group, control: Group | None, level: float) -> Fold:
    """Treated over control, within experiments and membranes; else on one membrane by Welch's t."""
    if not group.values:
        return Fold(Absent(_why_out(group), "1"), None, (), ())
    if control is None or not (control.values or control.left_out):
        return Fold(Absent(NO_CONTROL, "1"), None, group.experiments, ())
    if not control.values:
        return Fold(Absent(f"control: {_why_out(control)}", "1"), None, group.experiments, ())
    together = {e: pair for e in group.experiments if (pair := _together(group, control, e)) is not None}
    lacking = tuple(e for e in group.experiments if e not in together)
    if together:
        names = list(together)
        treated, plain = [together[e][0] for e in names], [together[e][1] for e in names]
        change = _change(treated, names, plain, names, level)
        pairs = tuple((e, exp(t - c)) for e, t, c in zip(names, treated, plain, strict=True))
        return Fold(_bounded(change.estimate, group, control), _p(change, group, control), lacking, pairs)
    parts = {value.part for value in (*group.values, *control.values)}
    if len(parts) > 1:
        spliced = any(" part " in part for part in parts) and len({p.split(" part ")[0] for p in parts}) == 1
        why = "treated and control lanes lie on two sides of a splice line" if spliced else NOT_TOGETHER
        return Fold(Absent(why, "1"), None, lacking, ())
    change = _change(
        group.scaled,
        [v.lane.experiment for v in group.values],
        control.scaled,
        [v.lane.experiment for v in control.values],
        level,
    )
    return Fold(_bounded(change.estimate, group, control), _p(change, group, control), (), ())


def _together(group: Group, control: Group, experiment: str) -> tuple[float, float] | None:
    """Means of treated and control lanes of an experiment on the parts that hold both."""
    ours, theirs = group.of(experiment), control.of(experiment)
    parts = {value.part for value, _ in ours} & {value.part for value, _ in theirs}
    if not parts:
        return None
    one = float(np.mean([scaled for value, scaled in ours if value.part in parts]))
    other = float(np.mean([scaled for value, scaled in theirs if value.part in parts]))
    return one, other


def _change(
    treated: Sequence[float],
    names: Sequence[str],
    plain: Sequence[float],
    theirs: Sequence[str],
    level: float,
) -> Change:
    return change_from_control(np.exp(treated), names, np.exp(plain), theirs, "1", "log", level)


def _p(change: Change, group: Group, control: Group) -> float | None:
    return None if group.bounded or control.bounded else change.p


def _bounded(estimate: Estimate | Absent, group: Group, control: Group) -> Estimate | Absent:
    """A bound where bands lie below the detection limit: the end of the interval that it supports."""
    if isinstance(estimate, Absent) or not (group.bounded or control.bounded):
        return estimate
    method = f"{estimate.method}; bands below the detection limit count as the limit"
    if group.bounded and control.bounded:
        return Absent("treated and control bands lie below the detection limit", "1", method)
    n, level = estimate.n, estimate.level
    if group.bounded:
        bound = estimate.high if estimate.high < inf else estimate.value
        return at_most(bound, "1", method, n, N_IS, level)
    bound = estimate.low if estimate.low > 0 else estimate.value
    return at_least(bound, "1", method, n, N_IS, level)


def _why_out(group: Group) -> str:
    reasons = list(dict.fromkeys(value.why for value in group.left_out))
    return "; ".join(reasons[:3]) if reasons else "no lane has a number"
