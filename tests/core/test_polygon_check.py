"""Polygons that cross themselves are found, whichever vertex they begin with."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selenolab.core.polygon_check import crossing

SQUARE = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]])
BOW = np.array([[0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [0.0, 2.0]])
HOOK = np.array(
    [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [2.0, 4.0], [2.0, 1.0], [1.0, 1.0], [1.0, 3.0], [0.0, 3.0]]
)


@pytest.mark.parametrize("vertices", [SQUARE, SQUARE[:3], HOOK, HOOK[::-1]])
def test_a_simple_polygon_crosses_nowhere(vertices: np.ndarray) -> None:
    assert crossing(vertices) is None


def test_a_bow_tie_names_its_two_edges() -> None:
    assert crossing(BOW) == (0, 2)


@pytest.mark.parametrize(
    "vertices",
    [
        [[0, 0], [2, 0], [1, 0], [1, 2]],  # runs back over its first edge
        [[0, 0], [4, 0], [4, 2], [2, 0], [0, 2]],  # a vertex on another edge
        [[0, 0], [2, 0], [2, 2], [0, 0], [0, 2]],  # a vertex twice
    ],
)
def test_touching_counts_as_crossing(vertices: list[list[float]]) -> None:
    assert crossing(np.array(vertices, float)) is not None


@given(
    st.lists(st.floats(0, 6.2), min_size=3, max_size=12, unique_by=lambda a: round(a, 2)), st.integers(0, 11)
)
def test_points_round_a_circle_never_cross_in_order(angles: list[float], turn: int) -> None:
    ordered = np.sort([round(angle, 2) for angle in angles])
    vertices = np.roll(np.column_stack([np.cos(ordered), np.sin(ordered)]), turn, axis=0)
    assert crossing(vertices) is None
    if len(vertices) >= 4:
        swapped = vertices.copy()
        swapped[[1, 2]] = swapped[[2, 1]]
        assert crossing(swapped) is not None
