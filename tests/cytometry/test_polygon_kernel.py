"""Points in polygons and ellipsoids: the edge belongs, crossings follow even-odd, no number lies nowhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selenolab.cytometry.polygon_kernel import inside_ellipsoid, inside_polygon

SQUARE = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]])
HOOK = np.array(
    [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [2.0, 4.0], [2.0, 1.0], [1.0, 1.0], [1.0, 3.0], [0.0, 3.0]]
)
GRID = np.array(np.meshgrid(np.arange(-1, 5.5, 0.5), np.arange(-1, 5.5, 0.5))).reshape(2, -1)


def at(x: float, y: float, vertices: np.ndarray) -> bool:
    return bool(inside_polygon(np.array([x]), np.array([y]), vertices)[0])


@pytest.mark.parametrize(
    ("x", "y", "inside"),
    [(1, 1, True), (0, 0, True), (2, 2, True), (1, 2, True), (2, 1, True), (0, 1, True), (1, 0, True),
     (2.001, 1, False), (-0.001, 1, False), (1, -0.001, False), (1, 2.001, False), (3, 0, False),
     (-1, 2, False)],
)  # fmt: skip
def test_the_edge_of_a_polygon_belongs_to_it(x: float, y: float, inside: bool) -> None:
    assert at(x, y, SQUARE) is inside


def test_a_pentagram_has_a_hole_by_the_even_odd_rule() -> None:
    angle = np.pi / 2 + 4 * np.pi / 5 * np.arange(5)
    star = np.column_stack([np.cos(angle), np.sin(angle)])
    assert not at(0, 0, star)
    assert at(0, 0.8, star)


def test_what_is_no_number_lies_nowhere() -> None:
    values = np.array([np.nan, np.inf, -np.inf, 1.0])
    assert inside_polygon(values, np.ones(4), SQUARE).tolist() == [False, False, False, True]
    assert inside_polygon(np.ones(4), values, SQUARE).tolist() == [False, False, False, True]


def test_a_concave_polygon_is_the_union_of_its_boxes() -> None:
    x, y = GRID
    boxes = [(0, 1, 0, 3), (0, 4, 0, 1), (2, 4, 0, 4)]
    wanted = np.any([(a <= x) & (x <= b) & (c <= y) & (y <= d) for a, b, c, d in boxes], axis=0)
    assert np.array_equal(inside_polygon(x, y, HOOK), wanted)


@given(st.integers(0, 7), st.booleans(), st.integers(0, 2**32 - 1))
def test_neither_the_first_vertex_nor_the_direction_matters(turn: int, back: bool, seed: int) -> None:
    x, y = np.concatenate([GRID, np.random.default_rng(seed).uniform(-1, 5, (2, 50))], axis=1)
    other = np.roll(HOOK[::-1] if back else HOOK, turn, axis=0)
    assert np.array_equal(inside_polygon(x, y, np.ascontiguousarray(other)), inside_polygon(x, y, HOOK))


@given(
    st.lists(st.floats(0.0, 6.2), min_size=3, max_size=9, unique_by=lambda a: round(a, 1)),
    st.integers(0, 999),
)
def test_a_convex_polygon_is_where_all_its_half_planes_meet(angles: list[float], seed: int) -> None:
    ordered = np.sort(np.round(angles, 1))
    vertices = np.column_stack([np.cos(ordered), np.sin(ordered)])
    x, y = np.random.default_rng(seed).uniform(-1.2, 1.2, (2, 200))
    ends = np.roll(vertices, -1, axis=0)
    left = [
        (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]) >= 0
        for a, b in zip(vertices, ends, strict=True)
    ]
    assert np.array_equal(inside_polygon(x, y, vertices), np.all(left, axis=0))


def test_float32_events_are_not_rounded_against_the_edge() -> None:
    x = np.array([0.1], np.float32)  # a little above 0.1
    box = np.array([[0.0, 0.0], [0.1, 0.0], [0.1, 1.0], [0.0, 1.0]])
    assert not inside_polygon(x, np.array([0.5], np.float32), box)[0]


def test_an_ellipsoid_holds_its_surface() -> None:
    points = np.array([[3.0, 3.001, 0.0, 0.0, np.nan], [0.0, 0.0, 2.0, 2.001, 0.0]])
    inverse = np.linalg.inv(np.diag([9.0, 4.0]))
    assert inside_ellipsoid(points, np.zeros(2), inverse, 1.0).tolist() == [True, False, True, False, False]
