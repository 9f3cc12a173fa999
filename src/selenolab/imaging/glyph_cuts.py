"""Where a line of writing may be cut into characters, and how well each piece fits each character."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.imaging.glyph_templates import ABOVE, BELOW, Templates, glyph_vectors

_NARROWEST, _WIDEST = 0.06, 1.6  # of a glyph, in digit heights
_BROKEN, _BROKEN_SHADOW = 0.13, 0.3  # a gap inside one glyph, in digit heights
_ASPECT_COST = 0.2  # what a glyph loses for being e times wider than the template
_TAIL_COST = 0.12  # what a glyph loses for having a tail the template has not
_SPECK = 0.004  # ink of a speck, in squared digit heights: less than any full stop


@dataclass(frozen=True, slots=True)
class Piece:
    """Columns ``start`` to ``end`` of a line, and how well they look like each letter.

    Attributes
    ----------
    start, end : columns, end exclusive.
    scores : (letters,) -1 to 1.
    """

    start: int
    end: int
    scores: NDArray[np.float64]


def ink_runs(ink: NDArray[np.float32], height: int) -> list[tuple[int, int]]:
    """Column ranges that hold ink, specks left out.

    Parameters
    ----------
    ink : (h, w) float32 window of the line, 1 where there is ink.
    height : of a digit, px.
    """
    solid = ink > 0.5
    filled = np.concatenate([[False], solid.any(axis=0), [False]])
    edges = np.flatnonzero(filled[1:] != filled[:-1])
    runs = [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return [(a, b) for a, b in runs if solid[:, a:b].sum() > _SPECK * height**2]


def pieces(
    ink: NDArray[np.float32], runs: list[tuple[int, int]], height: int, known: Templates, shadow: bool = False
) -> list[Piece]:
    """Every piece between two places where the line may be cut.

    Parameters
    ----------
    ink : (h, w) float32, rows from ABOVE over the digits to BELOW under their foot.
    runs : column ranges that hold ink.
    height : of a digit, px.
    """
    spans = _spans(ink, runs, height, _BROKEN_SHADOW if shadow else _BROKEN)
    if not spans:
        return []
    vectors, tails = glyph_vectors([ink[:, a:b] for a, b in spans])
    aspects = np.array([(b - a) / height for a, b in spans])
    # not by BLAS: on a busy machine its threads cost ten times the sum, and its last digit depends on them
    fits = np.einsum("ij,kj->ik", vectors, known.vectors)
    fits = fits - _ASPECT_COST * np.abs(np.log(aspects[:, None] / known.aspects[None]))
    fits -= _TAIL_COST * np.abs(tails[:, None] - known.tails[None])
    scores = np.maximum.reduceat(fits, known.firsts, axis=1).astype(np.float64)
    return [Piece(a, b, row) for (a, b), row in zip(spans, scores, strict=True)]


def line_window(ink: NDArray[np.float32], top: int, foot: int) -> NDArray[np.float32]:
    """Rows of a line that the templates show: ABOVE over ``top`` to BELOW under ``foot``, padded."""
    height = foot - top
    first, last = round(top - ABOVE * height), round(foot + BELOW * height)
    padded = np.pad(ink, ((max(0, -first), max(0, last - ink.shape[0])), (0, 0)))
    return padded[max(first, 0) : max(first, 0) + last - first]


def _spans(
    ink: NDArray[np.float32], runs: list[tuple[int, int]], height: int, broken: float
) -> list[tuple[int, int]]:
    """Column ranges that could be one glyph: whole runs, parts of runs, and runs a thin gap apart."""
    marks = [[a, *_weak_columns(ink, a, b, height), b] for a, b in runs]
    spans: set[tuple[int, int]] = set()
    for k, own in enumerate(marks):
        ends = list(own[1:])
        last = own[-1]
        for following in marks[k + 1 :]:
            if following[0] - last > broken * height:
                break
            ends += following[1:]
            last = following[-1]
        spans |= {(a, b) for a in own[:-1] for b in ends if _NARROWEST * height <= b - a <= _WIDEST * height}
    return sorted(spans)


def _weak_columns(ink: NDArray[np.float32], start: int, end: int, height: int) -> list[int]:
    """Columns inside a run where touching glyphs may part: the local minima of the ink."""
    if end - start < 0.35 * height:
        return []
    amount = ink[:, start:end].sum(axis=0)
    amount = np.convolve(np.pad(amount, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")
    inner = amount[1:-1]
    low = (inner <= amount[:-2]) & (inner < amount[2:]) & (inner < 0.62 * height)
    found = np.flatnonzero(low) + 1
    if found.size > 14:
        found = np.sort(found[np.argsort(amount[found], kind="stable")[:14]])
    return [start + int(c) for c in found]
