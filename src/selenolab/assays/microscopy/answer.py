"""The answer for the head of the report, one line a group."""

from collections.abc import Sequence
from math import ceil, floor, isfinite, log10

from selenolab.assays.microscopy.endpoints import D10, D90, MEAN, MEDIAN, GroupResult
from selenolab.core.estimate import Absent, Estimate, Outcome

_MOST = 6


def answer(results: Sequence[GroupResult]) -> str:
    """Mean, median and range of every group; at most six groups."""
    parts = [_line(result) for result in results[:_MOST]]
    if len(results) > _MOST:
        parts.append(f"{len(results) - _MOST} more groups stand in the table of endpoints.")
    return "\n".join(parts)


def _line(result: GroupResult) -> str:
    name = result.group.title
    name = f"{name[0].upper()}{name[1:]}" if "sample" not in result.group.words else name
    mean = result.outcome(MEAN)
    if isinstance(mean, Absent):
        return f"{name}: no size ({mean.why})."
    counted, images = len(result.sizes), result.group.counted["image"].nunique()
    low, middle, high = (_plain(result.outcome(word)) for word in (D10, MEDIAN, D90))
    return (
        f"{name}: mean diameter {written(mean)}; D10 / D50 / D90 {low} / {middle} / {high} "
        f"{result.group.unit}; {counted} particle{'s' * (counted != 1)} in {images} "
        f"image{'s' * (images != 1)}."
    )


def _plain(outcome: Outcome) -> str:
    return three_digits(outcome.value) if isinstance(outcome, Estimate) else "-"


def three_digits(value: float) -> str:
    """A number to three digits, without a power of ten.

    Examples
    --------
    >>> three_digits(2432.1), three_digits(0.123456), three_digits(20.0)
    ('2430', '0.123', '20')
    """
    return f"{float(f'{value:.3g}'):g}"


def written(outcome: Outcome) -> str:
    """An outcome as a reader would say it, to two digits of the interval's width.

    Examples
    --------
    >>> written(Estimate(21.234, 19.87, 22.68, "nm", "t", 5, "images"))
    '21.2 nm (19.9 to 22.7, n = 5 images)'
    >>> written(Estimate(21.234, float("-inf"), float("inf"), "px", "none", 1, "image"))
    '21.2 px (no interval, n = 1 image)'
    """
    if not isinstance(outcome, Estimate):
        return outcome.why
    count = f"n = {outcome.n} {outcome.n_is}"
    width = outcome.high - outcome.low
    if not isfinite(width):
        return f"{three_digits(outcome.value)} {outcome.unit} (no interval, {count})"
    digits = max(0, 1 - floor(log10(width))) if width > 0 else 2
    digits = min(digits, max(0, 3 - ceil(log10(abs(outcome.value) or 1))) + 1)
    return (
        f"{outcome.value:.{digits}f} {outcome.unit} ({outcome.low:.{digits}f} to {outcome.high:.{digits}f}, "
        f"{count})"
    )
