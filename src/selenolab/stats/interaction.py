"""Does a perturbation change an effect? The interaction of two factors, over independent experiments.

The effect of the treatment is measured without and with the perturbation (an antioxidant, an inhibitor, a
silenced gene), each against its own untreated control. Only the difference of the two effects says that
the perturbed thing was needed; that the treated cells look better with it does not, since the perturbation
may change untreated cells as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, inf

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import StudyError
from selenolab.core.estimate import Estimate
from selenolab.stats.experiments import N_IS, Change, Scale, change_from_control
from selenolab.stats.intervals import negligible_variance, p_of_t, t_quantile, welch_difference

Cell = Mapping[str, Sequence[float]]  # experiment -> its values


@dataclass(frozen=True, slots=True)
class Interaction:
    """The effect without and with the perturbation, and the change of the effect.

    On the log scale effects are ratios to the untreated and `estimate` is the ratio of these ratios; on
    the linear scale they are differences and `estimate` is their difference. `paired` says that both
    effects were measured in the same experiments.
    """

    without: Change
    perturbed: Change
    estimate: Estimate
    p: float | None
    paired: bool


def interaction(
    control: Cell, treated: Cell, control_perturbed: Cell, treated_perturbed: Cell,
    unit: str, scale: Scale = "log", level: float = 0.95,
) -> Interaction:  # fmt: skip
    """How the perturbation changes the effect of the treatment.

    Each treated experiment needs the untreated control of its own arm. Where the same experiments hold
    both arms, the two effects are compared within experiments, else by Welch's t.

    Raises
    ------
    StudyError
        A treated experiment without control, or fewer than two experiments in an arm.

    Examples
    --------
    >>> cell = lambda *values: dict(zip("abc", ([v] for v in values)))
    >>> found = interaction(cell(1, 1.1, 0.9), cell(8, 9, 7), cell(1, 1, 1.2), cell(2, 2.2, 2), "1")
    >>> round(found.estimate.value, 2), found.paired
    (0.24, True)
    """
    plain = _change(treated, control, unit, scale, level, "without the perturbation")
    shifted = _change(treated_perturbed, control_perturbed, unit, scale, level, "with the perturbation")
    effects = dict(zip(sorted(treated), plain.pairs.tolist(), strict=True))
    others = dict(zip(sorted(treated_perturbed), shifted.pairs.tolist(), strict=True))
    paired = set(effects) == set(others)
    one, two = np.array(list(others.values())), np.array(list(effects.values()))
    half, p = _paired(one - two, level) if paired else _welch(one, two, level)
    n = len(one) if paired else min(len(one), len(two))
    return Interaction(plain, shifted, _estimate(one, two, half, scale, unit, n, level, paired), p, paired)


def _change(treated: Cell, control: Cell, unit: str, scale: Scale, level: float, where: str) -> Change:
    if lacking := sorted(set(treated) - set(control)):
        raise StudyError(
            f"Experiment {lacking[0]} has treated cells but no untreated ones {where}. "
            "Each arm needs its own untreated control in every experiment."
        )
    if len(treated) < 2:
        raise StudyError(f"Expected at least two independent experiments {where}, found {len(treated)}.")
    ours, names = _flat(treated)
    theirs, their_names = _flat({name: control[name] for name in treated})
    return change_from_control(ours, names, theirs, their_names, unit, scale, level)


def _flat(cell: Cell) -> tuple[list[float], list[str]]:
    rows = [(float(value), name) for name, values in cell.items() for value in values]
    return [value for value, _ in rows], [name for _, name in rows]


def _paired(steps: NDArray[np.float64], level: float) -> tuple[float, float | None]:
    variance = float(steps.var(ddof=1))
    if variance <= negligible_variance(steps):
        return inf, None
    error = (variance / steps.size) ** 0.5
    return t_quantile(level, steps.size - 1) * error, p_of_t(float(steps.mean()) / error, steps.size - 1)


def _welch(one: NDArray[np.float64], two: NDArray[np.float64], level: float) -> tuple[float, float | None]:
    found = welch_difference(one, two, level)
    if found.high == inf:
        return inf, None
    half = found.high - found.value
    return half, p_of_t(found.value * t_quantile(level, found.df) / half, found.df)


def _estimate(
    one: NDArray[np.float64], two: NDArray[np.float64], half: float, scale: Scale, unit: str, n: int,
    level: float, paired: bool,
) -> Estimate:  # fmt: skip
    how = "within experiments" if paired else "between experiments, Welch"
    step = float(one.mean() - two.mean())
    if scale == "linear":
        method = f"difference of differences {how}, t interval"
        return Estimate(step, step - half, step + half, unit, method, n, N_IS, level)
    low = -inf if half == inf else exp(max(step - half, -700.0))
    high = inf if step + half > 700 else exp(step + half)
    return Estimate(exp(step), low, high, "1", f"ratio of ratios {how}, t interval", n, N_IS, level)


def verdict(
    found: Interaction, perturbation: str, level: float = 0.95, p_adjusted: float | None = None
) -> str:
    """What the interaction lets one say of the perturbed thing, in one sentence.

    "Needed for" is said only where there is an effect without the perturbation and the perturbation
    makes it smaller, both with intervals that leave no room for nothing; and, where several interactions
    were tested, where `p_adjusted` (for their number) is below 1 - level.
    """
    none = 1.0 if found.estimate.unit == "1" and "ratio" in found.estimate.method else 0.0
    plain = found.without.estimate
    share = f"{100 * level:.0f} %"
    if not isinstance(plain, Estimate) or plain.low <= none <= plain.high:
        return (
            f"There is no clear effect without {perturbation} (its {share} interval includes none), so "
            f"nothing can be said of whether {perturbation} changes it."
        )
    if found.estimate.low <= none <= found.estimate.high:
        return (
            f"Whether {perturbation} changes the effect is open: the {share} interval of the interaction "
            "includes no change."
        )
    if p_adjusted is not None and p_adjusted >= 1 - level:
        return (
            f"Whether {perturbation} changes the effect is open: its interval excludes no change, but p is "
            f"{p_adjusted:.2g} when the number of interactions tested is allowed for."
        )
    weaker = (found.estimate.value < none) == (plain.value > none)
    if not weaker:
        return f"The effect is stronger with {perturbation}."
    rest = found.perturbed.estimate
    left = isinstance(rest, Estimate) and not rest.low <= none <= rest.high
    if isinstance(rest, Estimate) and left and (rest.value > none) != (plain.value > none):
        return f"The effect is turned round with {perturbation}, which is more than a block."
    gone = (
        f"an effect remains with {perturbation}"
        if left
        else f"no clear effect remains with {perturbation}, which does not show that none does"
    )
    return (
        f"The effect is weaker with {perturbation}: what it blocks in the cells is needed for at least part, "
        f"unless {perturbation} acts on the compound itself; {gone}."
    )
