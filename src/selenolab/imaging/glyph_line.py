"""Reads one line of writing as a number and a unit: "100 nm", "0.5 µm", "1um", "200.0nm".

The line is cut in every way it can be cut; of all cuts that read as a number and a unit, the one that fits
the templates best is told, with how well its weakest character fits and how far the next best character is.
Whether that is good enough is decided by who asks.
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from selenolab.imaging.glyph_cuts import Piece, ink_runs, line_window, pieces
from selenolab.imaging.glyph_templates import DIGITS, OTHERS, POINTS, Templates, templates

_HEIGHT = 36  # of a digit, px: what a line is scaled to
_START, _WHOLE, _POINT, _FRACTION, _PREFIX, _END = range(6)
_STEPS: dict[int, tuple[tuple[str, int], ...]] = {
    _START: ((DIGITS, _WHOLE),),
    _WHOLE: ((DIGITS, _WHOLE), (POINTS, _POINT), ("nmµup", _PREFIX), ("Å", _END)),
    _POINT: ((DIGITS, _FRACTION),),
    _FRACTION: ((DIGITS, _FRACTION), ("nmµup", _PREFIX), ("Å", _END)),
    _PREFIX: (("m", _END),),
}
_GAPS = {
    _WHOLE: 0.45,
    _POINT: 0.6,
    _FRACTION: 0.6,
    _PREFIX: 1.6,
    _END: 0.5,
}  # before a glyph, in digit heights
_SAME = ("µu", ".,")
_RARE = {"p": 0.03}  # hardly any bar is drawn in picometres, and p is µ but for its bowl
_LONGEST = 12
_CLEAR = 0.86  # no other guess of the digits' rows is tried


@dataclass(frozen=True, slots=True)
class LineReading:
    """What one line says.

    Attributes
    ----------
    text : as read, the unit written nm, µm, pm, mm or Å.
    mean : fit of the characters, weighted by width, at most 1.
    weakest : fit of the character that fits worst.
    margin : how much better the characters fit than the next best in their place, the smallest of all.
    foreign : the same against letters no scale bar is made of.
    faint : darkest ink between the digits that was not read, 0 to 1: a full stop may be lost there.
    """

    text: str
    mean: float
    weakest: float
    margin: float
    foreign: float
    faint: float


@dataclass(frozen=True, slots=True)
class _Step:
    total: float
    width: float
    piece: Piece | None
    letter: str
    before: "_Step | None"
    state: int


def read_line(ink: NDArray[np.float32], shadow: bool = False) -> LineReading | None:
    """Read a number with a unit.

    Parameters
    ----------
    ink : (h, w) float32 picture of one line, 1 where there is ink and 0 where there is none.
    shadow : the ink is the shadow the letters cast to their lower right, not the letters.

    Returns
    -------
    The best reading, or None when no cut of the line reads as a number with a unit.
    """
    best: LineReading | None = None
    for top, foot in _shadow_rows(ink) if shadow else _digit_rows(_boxes(ink)):
        reading = _read_at(ink, top, foot, shadow)
        if reading and (best is None or reading.mean > best.mean):
            best = reading
        if best and best.mean > _CLEAR:
            break
    return best


def _read_at(ink: NDArray[np.float32], top: float, foot: float, shadow: bool) -> LineReading | None:
    """Read a line whose digits stand between two rows."""
    scale = _HEIGHT / (foot - top)
    rows, columns = ink.shape
    if not 1 <= columns * scale <= 60 * _HEIGHT:
        return None
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    large = np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BICUBIC), dtype=np.float32)
    sharp = np.clip((large - 0.5) * min(2.5, max(1.0, 2.5 / scale)) + 0.5, 0, 1)
    window = line_window(sharp, round(top * scale), round(top * scale) + _HEIGHT)
    runs = ink_runs(window, _HEIGHT)
    if not 1 <= len(runs) <= _LONGEST:
        return None
    return _best_path(window, runs, shadow)


def _boxes(ink: NDArray[np.float32]) -> list[tuple[int, int, int]]:
    """(left, top, foot) of the parts of a line, from left to right, specks left out."""
    labels, _ = ndimage.label(ink > 0.5, structure=np.ones((3, 3)))
    found = [(s[1].start, s[0].start, s[0].stop) for s in ndimage.find_objects(labels)]
    tallest = max((foot - top for _, top, foot in found), default=0)
    return sorted(b for b in found if b[2] - b[1] >= max(0.4 * tallest, 3))


def _digit_rows(boxes: list[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """Between which rows the digits may stand: those of the first part, and the usual ones of all."""
    if not boxes:
        return []
    first = boxes[0][1:]
    tops, feet = np.array([b[1] for b in boxes]), np.array([b[2] for b in boxes])
    usual = (int(tops.min()), int(np.median(feet)))
    return [rows for rows in dict.fromkeys((first, usual)) if rows[1] - rows[0] >= 4]


def _shadow_rows(ink: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Between which rows digits may stand of which only the shadow is seen: it begins under their top."""
    solid = ink > 0.5
    columns = np.flatnonzero(solid.any(axis=0))
    if columns.size == 0:
        return []
    digits = solid[:, columns[0] : columns[0] + max(4, round(0.4 * np.ptp(columns)))]
    rows = np.flatnonzero(digits.any(axis=1))
    top, foot = int(rows[0]), int(rows[-1]) + 1
    tops = dict.fromkeys(round(top - lift * (foot - top)) for lift in (0.0, 0.06, 0.12, 0.2))
    return [(t, foot) for t in tops if foot - t >= 8]


def _best_path(window: NDArray[np.float32], runs: list[tuple[int, int]], shadow: bool) -> LineReading | None:
    """The best way through all ink that reads as a number and a unit."""
    known = templates(shadow)
    found = pieces(window, runs, _HEIGHT, known, shadow)
    after = {end: start for (_, end), (start, _) in pairwise(runs)}  # what follows a gap
    places: dict[int, dict[int, _Step]] = {runs[0][0]: {_START: _Step(0.0, 0.0, None, "", None, _START)}}
    for piece in found:  # sorted by where they start
        for step in places.get(piece.start, {}).values():
            gap = piece.start - (step.piece.end if step.piece else piece.start)
            for ahead in _ahead(step, piece, gap / _HEIGHT, known):
                there = places.setdefault(after.get(piece.end, piece.end), {})
                rival = there.get(ahead.state)
                if rival is None or ahead.total / ahead.width > rival.total / rival.width:
                    there[ahead.state] = ahead
    end = places.get(runs[-1][1], {}).get(_END)
    return _told(end, known, window) if end else None


def _ahead(step: _Step, piece: Piece, gap: float, known: Templates) -> list[_Step]:
    """The steps the grammar allows from one place over one piece."""
    width = max(piece.end - piece.start, 0.3 * _HEIGHT)
    steps = []
    for letters, state in _STEPS.get(step.state, ()):
        if gap <= _GAPS[state]:
            places, handicaps = _places(letters, known.letters)
            scores = piece.scores[places] - handicaps
            best = int(scores.argmax())
            total = step.total + width * float(scores[best])
            steps.append(_Step(total, step.width + width, piece, letters[best], step, state))
    return steps


@cache
def _places(letters: str, known: str) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Where letters stand among the classes, and what each is set back."""
    return np.array([known.index(c) for c in letters]), np.array([_RARE.get(c, 0.0) for c in letters])


def _told(end: _Step, known: Templates, window: NDArray[np.float32]) -> LineReading:
    """Put a path into words."""
    path = []
    step: _Step | None = end
    while step is not None and step.piece is not None:
        path.append(step)
        step = step.before
    path.reverse()
    letters = "".join(s.letter for s in path)
    fits = [_fit(s, s.letter, known) for s in path]
    return LineReading(
        text=_spelled(letters),
        mean=end.total / end.width,
        weakest=min(fits),
        margin=min(_fit(s, s.letter, known) - _rival(s, known) for s in path),
        foreign=min(_fit(s, s.letter, known) - max(_fit(s, c, known) for c in OTHERS) for s in path),
        faint=_faint(path, window),
    )


def _faint(path: list[_Step], window: NDArray[np.float32]) -> float:
    """The most ink between two digits, at their foot, where a full stop would be."""
    foot = window[round(0.8 * _HEIGHT) : round(1.15 * _HEIGHT)]
    digits = [(a, b) for a, b in pairwise(path) if {a.letter, b.letter} <= set(DIGITS)]
    gaps = [foot[:, a.piece.end + 1 : b.piece.start - 1] for a, b in digits if a.piece and b.piece]
    return float(max((g.max() for g in gaps if g.size), default=0.0))


def _fit(step: _Step, letter: str, known: Templates) -> float:
    return _score(step.piece, letter, known) if step.piece else 0.0


def _score(piece: Piece, letter: str, known: Templates) -> float:
    return float(piece.scores[known.letters.index(letter)]) - _RARE.get(letter, 0.0)


def _rival(step: _Step, known: Templates) -> float:
    """Fit of the best other character that could stand in the place of one."""
    same = next((s for s in _SAME if step.letter in s), step.letter)
    group = {_WHOLE: DIGITS, _FRACTION: DIGITS, _POINT: DIGITS, _PREFIX: "nmµup", _END: "nmup"}[step.state]
    return max(_fit(step, c, known) for c in group if c not in same)


def _spelled(letters: str) -> str:
    """The number and the unit as they are written."""
    length = 1 if letters.endswith("Å") else 2
    number, unit = letters[:-length], letters[-length:]
    return f"{number.replace(',', '.')} {unit.replace('u', 'µ')}"
