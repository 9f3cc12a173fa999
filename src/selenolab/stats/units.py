"""From measurements to independent units: technical repeats are averaged, the design is recognised."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import StudyError


@dataclass(frozen=True, slots=True)
class Units:
    """One value per independent unit, sorted by group (first seen first), then experiment.

    `values` (n,) on the scale of the analysis (natural logarithm when `log`); `group` and `experiment`
    (n,) hold indices into `groups` and `experiments`; `repeats` (n,) counts the technical values
    averaged into each. `paired` is true when every experiment holds every group.
    """

    values: NDArray[np.float64]
    group: NDArray[np.intp]
    experiment: NDArray[np.intp]
    repeats: NDArray[np.intp]
    groups: tuple[str, ...]
    experiments: tuple[str, ...]
    paired: bool
    log: bool
    n_is: str

    def of(self, group: int) -> NDArray[np.float64]:
        """The values of one group."""
        chosen: NDArray[np.float64] = self.values[self.group == group]
        return chosen


def to_units(
    values: ArrayLike,
    groups: Sequence[str],
    experiments: Sequence[str] | None = None,
    log: bool = False,
    n_is: str = "independent experiments",
) -> Units:
    """Average technical repeats within (group, experiment); logarithms are taken first when `log`.

    Without `experiments` every value is taken as an independent unit: the caller vouches for that.

    Raises
    ------
    StudyError
        When lengths differ, a value is not finite, or not positive though `log`.

    Examples
    --------
    >>> found = to_units([1, 3, 10, 20], ["a", "a", "b", "b"], ["1", "1", "1", "2"])
    >>> found.values.tolist(), found.paired
    ([2.0, 10.0, 20.0], False)
    """
    flat = np.asarray(values, dtype=np.float64).ravel()
    _refuse_unusable(flat, groups, experiments, log)
    scaled = np.log(flat) if log else flat
    named = tuple(dict.fromkeys(groups))
    rows = np.array([named.index(name) for name in groups], dtype=np.intp)
    if experiments is None:
        order = np.argsort(rows, kind="stable")
        ones, each = np.ones(flat.size, dtype=np.intp), np.arange(flat.size, dtype=np.intp)
        labels = tuple(str(i + 1) for i in range(flat.size))
        return Units(scaled[order], rows[order], each, ones, named, labels, False, log, n_is)
    labels = tuple(sorted(set(experiments)))
    place = {label: i for i, label in enumerate(labels)}
    blocks = np.array([place[label] for label in experiments], dtype=np.intp)
    cell = rows * len(labels) + blocks
    held, inverse, repeats = np.unique(cell, return_inverse=True, return_counts=True)
    means = np.bincount(inverse, weights=scaled) / repeats
    paired = held.size == len(named) * len(labels) and len(labels) > 1
    unit_group, unit_block = held // len(labels), held % len(labels)
    return Units(means, unit_group, unit_block, repeats, named, labels, paired, log, n_is)


def as_table(units: Units) -> NDArray[np.float64]:
    """A paired design as a table (experiment, group)."""
    if not units.paired:
        raise StudyError("Expected every group in every experiment for a paired analysis; some are missing.")
    return units.values.reshape(len(units.groups), len(units.experiments)).T


def _refuse_unusable(
    flat: NDArray[np.float64], groups: Sequence[str], experiments: Sequence[str] | None, log: bool
) -> None:
    if len(groups) != flat.size or (experiments is not None and len(experiments) != flat.size):
        raise StudyError(f"Expected one group and one experiment for each of the {flat.size} values.")
    if not np.isfinite(flat).all():
        row = int(np.argmin(np.isfinite(flat)))
        raise StudyError(
            f"Expected finite values to compare, found {flat[row]} in group '{groups[row]}'. "
            "Censored or missing values cannot be averaged; exclude them with a reason."
        )
    if log and (flat <= 0).any():
        row = int(np.argmax(flat <= 0))
        raise StudyError(
            f"Expected positive values on a log scale, found {flat[row]:.4g} in group '{groups[row]}'. "
            "Compare on the linear scale."
        )
