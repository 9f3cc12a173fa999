"""Transforms against FlowUtils and FlowKit, back and forth, and with events that have no logarithm."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selenolab.core.errors import DataError
from selenolab.core.gate import Transform
from selenolab.cytometry.transforms import default_logicle, inverse, transform

X = np.array([-5000.0, -10.0, 0.0, 1.0, 100.0, 5000.0, 262144.0])
# what FlowUtils 1.2.2 (biex: FlowKit 1.3.2) gives for X
# fmt: off
REFERENCE: list[tuple[Any, dict[str, float], list[float]]] = [
    ("logicle", {"T": 262144.0, "W": 0.5, "M": 4.5, "A": 0.0},
     [-0.39380121421896, 0.099917946544774, 0.11111111111111, 0.11223153214918,
      0.2131810875302, 0.61602343644118, 1.0]),
    ("logicle", {"T": 1000.0, "W": 1.0, "M": 4.0, "A": 0.5},
     [-0.48964285419207, 0.17117706549536, 0.33333333333333, 0.3522207859382,
      0.76848680084304, 1.1563095208587, 1.5387000968133]),
    ("logicle", {"T": 1024.0, "W": 2.0, "M": 4.5, "A": -0.5},
     [-0.43534760306504, 0.34502740805174, 0.375, 0.37800058533515,
      0.63473696553196, 1.185347603065, 1.6191956508181]),
    ("hyperlog", {"T": 262144.0, "W": 0.5, "M": 4.5, "A": 0.0},
     [-0.38896375124319, 0.10139614363057, 0.11111111111111, 0.11209476510358,
      0.19596407657396, 0.61118597346542, 1.0]),
    ("hyperlog", {"T": 1000.0, "W": 1.0, "M": 4.0, "A": 0.5},
     [-0.49073973836549, 0.18538138471553, 0.33333333333333, 0.35157617867806,
      0.76166638801021, 1.1574064050322, 1.5401932134697]),
    ("asinh", {"T": 262144.0, "W": 0.0, "M": 4.5, "A": 1.0},
     [-0.3237147774045, 0.13668868609829, 0.18181818181818, 0.18657798208072,
      0.37898440447044, 0.68735114104086, 1.0]),
    ("asinh", {"T": 1000.0, "W": 0.0, "M": 4.0, "A": 0.0},
     [-1.1747425000417, -0.50001085464829, 0.0, 0.25106980177441,
      0.75000010748772, 1.1747425000417, 1.6046349794022]),
    ("biex", {"width": -10.0, "neg": 0.0, "pos": 4.41854, "max": 262144.000029},
     [0.0, 423.90141804419, 463.0, 466.91253932173,
      828.65603440811, 2494.9797114131, 4096.0]),
    ("biex", {"width": -100.0, "neg": 0.5, "pos": 4.41854, "max": 262144.000029},
     [0.0, 1241.9917879323, 1249.0, 1249.7008303727,
      1318.9757454917, 2591.0015278052, 4095.100609611]),
]
# fmt: on
ALL = [
    Transform("linear", {"T": 1000.0, "A": 100.0}),
    Transform("log", {"T": 10_000.0, "M": 4.5}),
    Transform("asinh", {"T": 10_000.0, "M": 4.0, "A": 0.5}),
    Transform("logicle", {"T": 262_144.0, "W": 0.5, "M": 4.5, "A": 0.0}),
    Transform("logicle", {"T": 262_144.0, "W": 0.0, "M": 4.5, "A": 0.0}),
    Transform("hyperlog", {"T": 262_144.0, "W": 0.5, "M": 4.5, "A": 0.0}),
]  # fmt: skip


@pytest.mark.parametrize("row", REFERENCE, ids=lambda row: f"{row[0]} {row[1]}")
def test_values_are_those_of_flowutils(row: tuple[Any, dict[str, float], list[float]]) -> None:
    kind, parameters, expected = row
    np.testing.assert_allclose(transform(Transform(kind, parameters), X), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", ["logicle", "hyperlog"])
@pytest.mark.parametrize(
    "parameters", [(262_144, 0.5, 4.5, 0), (1000, 1, 4, 0.5), (1e6, 2, 5, -1), (1, 0.1, 7, 1)]
)
def test_many_values_are_those_of_flowutils(kind: str, parameters: tuple[float, ...]) -> None:
    theirs = pytest.importorskip("flowutils.transforms", reason="FlowUtils is not installed")
    top, width, decades, negative = parameters
    values = np.concatenate([np.linspace(-top, 9 * top, 20_001), np.geomspace(1e-6, top, 1000)])
    expected = getattr(theirs, kind)(values, None, top, decades, width, negative)
    spec = Transform(kind, dict(zip("TWMA", parameters, strict=True)))
    np.testing.assert_allclose(transform(spec, values), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("spec", ALL, ids=lambda spec: f"{spec.kind} {spec.parameters.get('W', '')}")
def test_the_top_is_one_and_the_inverse_comes_back(spec: Transform) -> None:
    top = spec.parameters["T"]
    assert transform(spec, np.array([top]))[0] == pytest.approx(1.0, abs=1e-12)
    values = np.geomspace(1e-3, 10 * top, 500)
    if spec.kind != "log":
        values = np.concatenate([-values[::-1], [0.0], values])
    np.testing.assert_allclose(inverse(spec, transform(spec, values)), values, rtol=1e-10, atol=1e-10 * top)


@pytest.mark.parametrize("spec", [*ALL, Transform("biex")], ids=lambda spec: spec.kind)
def test_every_event_survives_in_its_order(spec: Transform) -> None:
    values = np.array([-1e6, -300.0, -1.0, -1e-30, 0.0, 1e-30, 1.0, 300.0, 1e6])
    shown = transform(spec, values)
    assert np.isfinite(shown).all()
    assert (np.diff(shown) >= -1e-15).all()
    float32 = transform(spec, values.astype(np.float32))
    assert float32.dtype == np.float64
    np.testing.assert_allclose(float32, transform(spec, values.astype(np.float32).astype(float)), rtol=1e-14)


@settings(max_examples=60, deadline=None)
@given(
    top=st.floats(1e-2, 1e8), decades=st.floats(1, 8), width=st.floats(0, 1), negative=st.floats(0, 1),
    x=st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=20), hyper=st.booleans(),
)  # fmt: skip
def test_any_logicle_and_hyperlog_is_monotone_and_inverts(
    top: float, decades: float, width: float, negative: float, x: list[float], hyper: bool
) -> None:
    share = width * decades / 2
    extra = -share + negative * (decades - share)
    if hyper:
        share = max(share, 1e-3)
        extra = max(extra, -share)
    extra = min(extra, decades - 2 * share)
    spec = Transform("hyperlog" if hyper else "logicle", {"T": top, "W": share, "M": decades, "A": extra})
    values = np.sort(np.array(x))
    shown = transform(spec, values)
    assert (np.diff(shown) >= -1e-12).all()
    back = transform(spec, inverse(spec, shown))
    np.testing.assert_allclose(back, shown, rtol=0, atol=1e-10)


def test_biex_stops_at_its_ends_and_comes_back_between_them() -> None:
    spec = Transform("biex", {"width": -30.0, "neg": 0.5, "pos": 4.5, "max": 262_144.0, "channels": 256.0})
    places = np.arange(257.0)
    values = inverse(spec, places)
    assert (np.diff(values) > 0).all()
    np.testing.assert_allclose(transform(spec, values), places, atol=1e-9)
    np.testing.assert_array_equal(transform(spec, np.array([-1e9, 1e9])), [0, 256])


def test_a_ratio_is_of_two_channels() -> None:
    spec = Transform("ratio", {"A": 2.0, "B": 1.0, "C": -1.0})
    np.testing.assert_allclose(transform(spec, np.array([[3.0, 5.0], [1.0, 3.0]])), [2.0, 2.0])
    with pytest.raises(DataError, match="two channels"):
        transform(spec, np.ones(3))
    with pytest.raises(DataError, match="no inverse"):
        inverse(spec, np.ones(3))


@pytest.mark.parametrize(
    ("spec", "word"),
    [
        (Transform("logicle", {"T": 1000.0, "W": 0.5}), "needs a finite M"),
        (Transform("logicle", {"T": 1000.0, "W": 3.0, "M": 4.0}), "does not exist"),
        (Transform("logicle", {"T": -1.0, "W": 0.5, "M": 4.0}), "does not exist"),
        (Transform("hyperlog", {"T": 1000.0, "W": 0.0, "M": 4.0}), "W above 0"),
        (Transform("log", {"T": 0.0, "M": 4.0}), "T 0"),
        (Transform("log", {"T": 10.0, "M": 0.0}), "M 0"),
        (Transform("asinh", {"T": 10.0, "M": 4.0, "A": -4.0}), "M + A 0"),
        (Transform("linear", {"T": 10.0, "A": -10.0}), "T + A 0"),
        (Transform("linear", {"T": math.nan}), "needs a finite T"),
        (Transform("biex", {"width": -1.0}), "width below -1"),
    ],
)
def test_parameters_that_make_no_transform_are_named(spec: Transform, word: str) -> None:
    for verb in (transform, inverse):
        with pytest.raises(DataError) as told:
            verb(spec, X)
        assert word in str(told.value)


def test_the_usual_logicle_holds_the_negative_events_in_its_linear_part() -> None:
    rng = np.random.default_rng(3)
    values = np.concatenate([rng.normal(0, 200, 5000), rng.lognormal(8, 1, 5000)])
    spec = default_logicle(values, 262_144.0)
    reference = np.percentile(values[values < 0], 5)
    assert spec.parameters["W"] == pytest.approx((4.5 - math.log10(262_144 / abs(reference))) / 2)
    assert 0.02 < transform(spec, np.array([reference]))[0] < transform(spec, np.zeros(1))[0]
    assert default_logicle(np.array([1.0, 2.0]), 1024).parameters["W"] == 0.5
    assert default_logicle(np.array([-1e9]), 1024).parameters["W"] == 2.25
    with pytest.raises(DataError, match="range of the channel"):
        default_logicle(values, 0.0)
