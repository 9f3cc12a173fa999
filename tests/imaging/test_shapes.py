"""Truth: shapes of regions whose shape is known. Contract: columns, order, refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selenolab.core.errors import DataError
from selenolab.imaging.shapes import COLUMNS, measure, outlines

ROOM = 2 * 160 + 20


def disc(radius: float, cx: float, cy: float) -> np.ndarray:
    y, x = np.mgrid[:ROOM, :ROOM]
    return (np.hypot(x - cx, y - cy) <= radius).astype(np.int32)


def of_discs(radius: float, count: int = 12) -> pd.DataFrame:
    """Measures of discs at seeded places within a pixel."""
    places = ROOM / 2 + np.random.default_rng(3).random((count, 2))
    return pd.concat([measure(disc(radius, *place)) for place in places], ignore_index=True)


@pytest.mark.parametrize("radius", [3, 5, 10, 40, 160])
def test_a_disc_is_measured_without_bias(radius: float) -> None:
    found = of_discs(radius, 12 if radius < 100 else 3)
    assert found.diameter.mean() == pytest.approx(2 * radius, rel=0.02)
    assert found.circularity.mean() == pytest.approx(1, abs=0.02)
    assert found.feret_max.mean() == pytest.approx(2 * radius, abs=1.0)
    assert found.feret_min.mean() == pytest.approx(2 * radius, abs=0.5)
    assert found.aspect_ratio.mean() == pytest.approx(1, abs=0.08)
    assert found.solidity.mean() > 0.97


@pytest.mark.parametrize("angle", [0.0, 0.4, 1.1])
def test_an_ellipse_keeps_its_axes_when_turned(angle: float) -> None:
    y, x = np.mgrid[:201, :201] - 100.3
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    found = measure(((along / 60) ** 2 + (across / 20) ** 2 <= 1).astype(np.int32)).iloc[0]
    assert found.aspect_ratio == pytest.approx(3, rel=0.02)
    assert found.feret_max == pytest.approx(120, abs=1.5)
    assert found.feret_min == pytest.approx(40, abs=1.5)
    assert found.diameter == pytest.approx(2 * np.sqrt(60 * 20), rel=0.01)
    # 4 pi area / perimeter² of an ellipse 3 : 1, perimeter by Ramanujan's second formula
    assert found.circularity == pytest.approx(4 * np.pi * np.pi * 1200 / 267.3**2, rel=0.03)


def test_a_rectangle_and_an_l_have_the_solidity_of_geometry() -> None:
    labels = np.zeros((80, 120), np.int32)
    labels[10:50, 10:30] = 1
    labels[10:50, 60:70] = 2
    labels[40:50, 60:100] = 2
    found = measure(labels).set_index("label")
    assert found.solidity[1] == pytest.approx(1.0)
    assert found.feret_min[1] == pytest.approx(20)
    # the L fills 700 of the pentagon's 1600 - 30 x 30 / 2 px²
    assert found.solidity[2] == pytest.approx(700 / 1150, rel=0.03)


def test_centre_edge_and_intensity() -> None:
    labels = np.zeros((20, 30), np.int32)
    labels[0:4, 5:11] = 7
    labels[10:14, 12:14] = 3
    image = np.arange(600, dtype=np.uint16).reshape(20, 30)
    found = measure(labels, image)
    assert tuple(found.columns) == COLUMNS
    assert found.label.tolist() == [3, 7]
    assert found.touches_edge.tolist() == [False, True]
    assert found.centre_x.tolist() == [12.5, 7.5]
    assert found.centre_y.tolist() == [11.5, 1.5]
    assert found.intensity.tolist() == [image[labels == 3].mean(), image[labels == 7].mean()]


@pytest.mark.parametrize(("gap", "together"), [(0, True), (2, True), (3, False)])
def test_near_regions_form_an_aggregate(gap: int, together: bool) -> None:
    labels = np.zeros((20, 60), np.int32)
    labels[5:15, 5:15] = 1
    labels[5:15, 15 + gap : 25 + gap] = 2
    labels[5:15, 45:55] = 3
    found = measure(labels)
    assert (found["aggregate"][0] == found["aggregate"][1]) == together
    assert found.aggregate_size.tolist() == ([2, 2, 1] if together else [1, 1, 1])


def test_outlines_enclose_exactly_the_area() -> None:
    labels = disc(12, 30, 40) + 2 * disc(7, 80.5, 60.2)
    labels[100:103, 100:140] = 9
    for label, path in outlines(labels).groupby("label"):
        x, y = path.x.to_numpy(), path.y.to_numpy()
        enclosed = 0.5 * abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))
        # the polygon through mid-points of pixel sides cuts off an eighth of a pixel at each corner
        assert enclosed == pytest.approx((labels == label).sum(), rel=0.04)
        assert np.hypot(np.diff(x), np.diff(y)).max() <= 1.0 + 1e-9
        assert np.hypot(x[0] - x[-1], y[0] - y[-1]) <= 1.0 + 1e-9


def test_no_region_gives_empty_tables() -> None:
    empty = np.zeros((5, 5), np.int32)
    assert len(measure(empty)) == 0
    assert tuple(measure(empty).columns) == COLUMNS
    assert len(outlines(empty)) == 0


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (np.zeros((3, 3)), "integers"),
        (np.zeros((3, 3, 3), np.int32), "matrix"),
        (np.full((3, 3), -1), "from 0"),
    ],
)
def test_what_is_no_label_image_is_refused(labels: np.ndarray, words: str) -> None:
    with pytest.raises(DataError, match=words):
        measure(labels)


def test_an_image_of_another_shape_is_refused() -> None:
    with pytest.raises(DataError, match=r"\(3, 4\).*\(4, 3\)"):
        measure(np.ones((3, 4), np.int32), np.ones((4, 3)))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 12))
def test_measures_turn_with_the_image(seed: int, height: int, width: int) -> None:
    labels = np.random.default_rng(seed).integers(0, 4, (height, width)).astype(np.int32)
    here, turned = measure(labels), measure(np.rot90(labels))
    for column in (
        "area",
        "feret_max",
        "feret_min",
        "circularity",
        "aspect_ratio",
        "solidity",
        "aggregate_size",
    ):
        assert np.allclose(here[column], turned[column]), column
    assert np.allclose(here.centre_x, labels.shape[1] - 1 - turned.centre_y)
