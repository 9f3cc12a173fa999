"""Readings that are not of the reaction: beyond the detector, bubbles, jumps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]
JUMP = 8.0  # robust standard deviations of a step that count as a jump
_MOST_BUBBLE = 0.2  # share of the readings that a bubble may last
_UNDONE = 0.35  # share of a jump's height that may be left of a bubble
_AROUND = 3  # steps on either side that say what a step is


@dataclass(frozen=True, slots=True)
class Cut:
    """Why every reading (n,) is cut, "" for sound ones, and what to tell of it."""

    why: tuple[str, ...]
    notes: tuple[str, ...]


def cut_readings(signal: Vector, direction: int, limit: float | None) -> Cut:
    """Which of the readings (n,) in time order are of the reaction.

    From the first reading beyond the detector's limit on nothing counts where the signal rises; where it
    falls, readings beyond the limit are those before it comes into range. A jump that is undone within a
    fifth of the readings is a bubble; one that is not parts the trace, and the longest part counts.
    """
    why = np.array([""] * signal.size, dtype=object)
    why[~np.isfinite(signal)] = "no number"
    notes: list[str] = []
    beyond = ~np.isfinite(signal) if limit is None else ~np.isfinite(signal) | (signal >= limit)
    if limit is not None and (beyond & np.isfinite(signal)).any():
        hit = np.flatnonzero(beyond & np.isfinite(signal))
        lost = np.arange(signal.size) >= hit[0] if direction > 0 else np.arange(signal.size) <= hit[-1]
        why[lost & (why == "")] = "at or behind the detector's limit"
        notes.append(f"{int(lost.sum())} readings at or behind the detector's limit ({limit:g}) are cut.")
    sound = np.flatnonzero(why == "")
    if sound.size >= 8:
        marks = _jumps(signal[sound])
        bubbles, kept = _parted(marks, sound.size)
        why[sound[bubbles]] = "bubble"
        why[sound[~kept & ~bubbles]] = "behind or before a jump"
        if bubbles.any():
            notes.append(f"{int(bubbles.sum())} readings of a bubble or spike are cut.")
        if (~kept & ~bubbles).any():
            notes.append("The signal jumps and does not come back: the longest unbroken part is used.")
    return Cut(tuple(str(text) for text in why), tuple(notes))


def _jumps(signal: Vector) -> list[tuple[int, float]]:
    """Places and heights of steps that are no noise: place k is between readings k and k + 1."""
    steps = np.diff(signal)
    usual = np.array([_usual(steps, k) for k in range(steps.size)])
    off = steps - usual
    spread = 1.4826 * float(np.median(np.abs(off - np.median(off))))
    floor = 1e-6 * float(np.ptp(signal)) if np.ptp(signal) > 0 else 0.0
    bar = JUMP * max(spread, floor)
    return [(int(k), float(off[k])) for k in np.flatnonzero(np.abs(off) > bar)] if bar > 0 else []


def _usual(steps: Vector, k: int) -> float:
    """The median of the steps around step k, itself left out."""
    near = np.r_[steps[max(0, k - 2 * _AROUND) : k], steps[k + 1 : k + 1 + 2 * _AROUND]]
    return float(np.median(near))


def _parted(jumps: list[tuple[int, float]], n: int) -> tuple[Mask, Mask]:
    """Readings (n,) of bubbles, and those of the longest part between jumps that are not undone."""
    bubbles = np.zeros(n, dtype=bool)
    ends: list[int] = []
    k = 0
    most = max(3, int(_MOST_BUBBLE * n))
    while k < len(jumps):
        place, height = jumps[k]
        levels = height + np.cumsum([jump[1] for jump in jumps[k + 1 :] if jump[0] - place <= most])
        back = k
        if levels.size and np.abs(levels).min() < _UNDONE * abs(height):
            back = k + 1 + int(np.argmin(np.abs(levels)))
        if back > k:
            bubbles[place + 1 : jumps[back][0] + 1] = True
            k = back + 1
        else:
            ends.append(place + 1)
            k += 1
    parts = np.split(np.arange(n), ends)
    kept = np.zeros(n, dtype=bool)
    kept[max(parts, key=lambda part: int((~bubbles[part]).sum()))] = True
    return bubbles, kept & ~bubbles
