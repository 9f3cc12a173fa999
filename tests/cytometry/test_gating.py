"""Gate trees on events: the truths of GatingML and FlowJo, then every rule by itself."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.core.gate import (
    Combined,
    Dimension,
    Ellipsoid,
    Gate,
    GateTree,
    Polygon,
    Quadrant,
    Rectangle,
    RefusedGate,
    Spillover,
    Transform,
)
from selenolab.cytometry.events import Events, events_of
from selenolab.cytometry.gating import apply_gates, exceptions, gates_for, gates_uncompensated
from selenolab.formats.recognise import read_file

FLOW = Path(__file__).parents[3] / "shared" / "data" / "flow"
needs_data = pytest.mark.skipif(not FLOW.is_dir(), reason="shared flow data are absent")
RNG = np.random.default_rng(5)
EVENTS: Events = {name: RNG.lognormal(5, 1, 500).astype(np.float32) for name in ("A", "B", "C")}
SPILL = Spillover(("A", "B"), np.array([[1.0, 0.2], [0.1, 1.0]]), "test", "M")
LOG = Transform("log", {"T": 10_000.0, "M": 4.0})


def tree_of(document: object) -> GateTree:
    assert isinstance(document, GateTree)
    return document


def box(name: str, low: float | None, high: float | None, channel: str = "A", **how: str) -> Gate:
    return Gate(name, Rectangle((Dimension(channel, low=low, high=high),)), **how)


@needs_data
@pytest.mark.parametrize("file", sorted(FLOW.glob("gates/*.xml")), ids=lambda path: path.stem)
def test_gatingml_truths_are_met_event_by_event(file: Path) -> None:
    events = events_of(read_file(FLOW / "gates" / "data1.fcs")[0].data)
    masks = apply_gates(tree_of(read_file(file)[0].document), events, None)
    assert masks
    for name, mask in masks.items():
        truth = np.loadtxt(FLOW / "gates" / f"truth_{name}.txt").astype(bool)
        assert np.array_equal(mask, truth)


@needs_data
@pytest.mark.parametrize(("file", "count"), [("asinh_rect.wsp", 50_559), ("asinh_rect2.wsp", 50_699)])
def test_flowjo_counts_are_met(file: str, count: int) -> None:
    sample = "test_data_diamond_01.fcs"
    events = events_of(read_file(FLOW / "diamond" / sample)[0].data)
    tree = tree_of(read_file(FLOW / "diamond" / file)[0].document)
    masks = apply_gates(tree, events, None, f"somewhere/else/{sample}")
    assert masks["upper_right"].sum() == count == tree.counts[sample, "upper_right"]
    assert [gate.sample for gate in exceptions(tree)] == [sample]  # moved from the group's


def test_a_minimum_belongs_to_a_range_and_a_maximum_does_not() -> None:
    events = {"A": np.array([1.0, 2.0, 3.0, 4.0])}
    tree = GateTree((box("both", 2, 4), box("open", None, 3), box("up", 3, None), box("all", None, None)))
    masks = apply_gates(tree, events, None)
    assert masks["both"].tolist() == [False, True, True, False]
    assert masks["open"].tolist() == [True, True, False, False]
    assert masks["up"].tolist() == [False, False, True, True]
    assert masks["all"].all()


def test_quadrants_share_out_every_event() -> None:
    axes = (Dimension("A"), Dimension("B", LOG))
    sides = [(None, 150.0), (150.0, None)], [(None, 0.55), (0.55, None)]
    gates = tuple(
        Gate(f"{i}{j}", Quadrant(axes, (x, y)))
        for i, x in enumerate(sides[0])
        for j, y in enumerate(sides[1])
    )
    masks = apply_gates(GateTree(gates), EVENTS, None)
    assert np.array_equal(sum(mask.astype(int) for mask in masks.values()), np.ones(500))


def test_compensation_comes_before_the_transform() -> None:
    seen = Rectangle((Dimension("A", LOG, "M", low=0.5, high=0.7),))
    mask = apply_gates(GateTree((Gate("g", seen),), {"M": SPILL}), EVENTS, None)["g"]
    raw = np.column_stack([EVENTS["A"], EVENTS["B"]]).astype(float)
    true = raw @ np.linalg.inv(SPILL.matrix)
    place = np.log10(np.maximum(true[:, 0], 1e-300) / 10_000) / 4 + 1
    assert np.array_equal(mask, (place >= 0.5) & (place < 0.7))
    assert not np.array_equal(
        mask,
        apply_gates(
            GateTree((Gate("g", Rectangle((Dimension("A", LOG, low=0.5, high=0.7),))),)), EVENTS, None
        )["g"],
    )


def test_data_units_go_through_the_transform_with_the_events() -> None:
    corners = np.array([[50.0, 50.0], [500.0, 60.0], [400.0, 400.0]])
    asinh = Transform("asinh", {"T": 1000.0, "M": 3.0, "A": 0.0})
    plain = Gate(
        "g", Polygon((Dimension("A", asinh, in_data_units=True), Dimension("B", in_data_units=True)), corners)
    )
    shown = np.arcsinh(corners[:, 0] * np.sinh(3 * np.log(10)) / 1000) / (3 * np.log(10))
    same = Gate(
        "g", Polygon((Dimension("A", asinh), Dimension("B")), np.column_stack([shown, corners[:, 1]]))
    )
    masks = [apply_gates(GateTree((gate,)), EVENTS, None)["g"] for gate in (plain, same)]
    assert np.array_equal(*masks)
    assert 0 < masks[0].sum() < 500


def test_values_below_an_axis_lie_on_its_floor() -> None:
    events = {"A": np.array([-5.0, 0.0, 0.5, 1.0, 50.0])}
    axis = Dimension(
        "A", Transform("log", {"T": 100.0, "M": 2.0}), low=1.0, high=10.0, in_data_units=True, floor=0.0
    )
    assert apply_gates(GateTree((Gate("g", Rectangle((axis,))),)), events, None)["g"].tolist() == [
        True
    ] * 4 + [False]


def test_a_ratio_of_two_channels_and_its_logarithm() -> None:
    ratio = Transform("ratio", {"A": 2.0, "B": 1.0, "C": 3.0})
    plain = Dimension("A", ratio, second="B", low=1.0, high=4.0)
    outer = Dimension(
        "A", ratio, second="B", outer=Transform("log", {"T": 10.0, "M": 1.0}), low=0.0, high=np.log10(4)
    )
    masks = apply_gates(
        GateTree((Gate("r", Rectangle((plain,))), Gate("l", Rectangle((outer,))))), EVENTS, None
    )
    wanted = 2 * (EVENTS["A"].astype(float) - 1) / (EVENTS["B"].astype(float) - 3)
    assert np.array_equal(masks["r"], (wanted >= 1) & (wanted < 4))
    assert np.array_equal(masks["l"], masks["r"])


def test_an_ellipsoid_by_mahalanobis_distance() -> None:
    axes = (Dimension("A"), Dimension("B"), Dimension("C"))
    mean, covariance = np.array([150.0, 150.0, 150.0]), np.diag([1e4, 2e4, 3e4]) + 3e3
    mask = apply_gates(GateTree((Gate("e", Ellipsoid(axes, mean, covariance, 2.0)),)), EVENTS, None)["e"]
    away = np.column_stack([EVENTS[name] for name in "ABC"]) - mean
    assert np.array_equal(mask, np.einsum("ni,ij,nj->n", away, np.linalg.inv(covariance), away) <= 2.0)
    singular = Gate("e", Ellipsoid(axes[:2], mean[:2], np.ones((2, 2)), 1.0))
    with pytest.raises(DataError, match="no inverse"):
        apply_gates(GateTree((singular,)), EVENTS, None)


bounds = st.floats(0, 800)


@given(bounds, bounds, bounds, st.booleans())
def test_complement_parent_and_boolean_laws(low: float, high: float, other: float, outside: bool) -> None:
    gates = (
        Gate("b", Combined("and", ("p", "!q")), parent="p"),
        replace(box("p", low, low + high), outside=outside),
        box("q", None, other, "B", parent="p"),
        Gate("n", Combined("not", ("q",))),
        Gate("o", Combined("or", ("n", "q"))),
    )
    masks = apply_gates(GateTree(gates), EVENTS, None)
    inside = (EVENTS["A"] >= low) & (EVENTS["A"] < low + high)
    assert np.array_equal(masks["p"], inside != outside)
    assert not np.any(masks["q"] & ~masks["p"])
    assert np.array_equal(masks["n"], ~masks["q"])
    assert masks["o"].all()
    assert np.array_equal(masks["b"] | masks["q"], masks["p"])


def test_a_file_s_own_gate_takes_the_place_of_the_template_of_its_name() -> None:
    tree = GateTree(
        (box("g", 100, None), box("g", 200, None, sample="a.fcs"), box("h", None, None, parent="g"))
    )
    counts = {s: apply_gates(tree, EVENTS, None, s)["h"].sum() for s in ("", "a.fcs", "b.fcs")}
    assert counts[""] == counts["b.fcs"] == (EVENTS["A"] >= 100).sum()
    assert counts["a.fcs"] == (EVENTS["A"] >= 200).sum()
    whole = replace(tree, whole=frozenset({"a.fcs"}), samples={"A01": "a.fcs"})
    assert set(gates_for(whole, "A01")) == {"g"}


def test_only_what_is_asked_for_is_applied() -> None:
    tree = GateTree((box("g", 100, None), box("x", 1, 2, "absent"), box("h", 200, None, "B", parent="g")))
    assert set(apply_gates(tree, EVENTS, None, only=("h",))) == {"g", "h"}
    with pytest.raises(UnknownNameError, match="Unknown gate 'hh'"):
        apply_gates(tree, EVENTS, None, only=("hh",))


def test_an_absent_channel_names_gate_channel_and_what_there_is() -> None:
    with pytest.raises(DataError, match="Gate 'g' needs channel 'D'; the file has A, B, C"):
        apply_gates(GateTree((box("g", 1, 2, "D"),)), EVENTS, None)
    with pytest.raises(DataError, match="is not applied to the raw 'A'"):
        apply_gates(GateTree((box("g", 1, 2, "Comp-A"),)), EVENTS, None)


def test_a_gate_on_a_compensated_channel_is_never_applied_to_the_raw_one() -> None:
    for compensation, said in (("M", "holds only A, B"), ("N", "not in the gate file")):
        gate = Gate("g", Rectangle((Dimension("C", compensation=compensation, low=1.0),)))
        with pytest.raises(DataError, match=said):
            apply_gates(GateTree((gate,), {"M": SPILL}), EVENTS, None)


def test_the_file_s_own_matrix_is_used_where_there_is_one() -> None:
    gate = Gate("g", Rectangle((Dimension("A", compensation="FCS", low=100.0),)))
    scatter = Gate("s", Rectangle((Dimension("C", compensation="FCS", low=100.0),)))
    tree = GateTree((gate, scatter))
    raw, own = (apply_gates(tree, EVENTS, matrix) for matrix in (None, SPILL))
    true = np.column_stack([EVENTS["A"], EVENTS["B"]]).astype(float) @ np.linalg.inv(SPILL.matrix)
    assert np.array_equal(raw["g"], EVENTS["A"] >= 100)
    assert np.array_equal(own["g"], true[:, 0] >= 100)
    assert np.array_equal(own["s"], raw["s"])
    assert gates_uncompensated(tree, None) == ("g", "s")
    assert gates_uncompensated(tree, SPILL) == ()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_events_that_are_no_numbers_are_refused(bad: float) -> None:
    events = {**EVENTS, "A": np.where(np.arange(500) == 7, bad, EVENTS["A"])}
    with pytest.raises(DataError, match="Gate 'g': 1 of 500 events have no finite number in channel 'A'"):
        apply_gates(GateTree((box("g", 1, 2),)), events, None)


@pytest.mark.parametrize(
    ("gates", "error", "said"),
    [
        ((box("a", 1, 2, parent="b"), box("b", 1, 2, parent="a")), DataError, "rests on itself"),
        ((Gate("a", Combined("not", ("a",))),), DataError, "rests on itself"),
        ((box("a", 1, 2, parent="nowhere"),), UnknownNameError, "nowhere"),
        ((box("a", 1, 2, sample="x.fcs"),), UnknownNameError, "sample of the gate file"),
    ],
)
def test_trees_that_hang_wrong_are_refused(
    gates: tuple[Gate, ...], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        apply_gates(GateTree(gates), EVENTS, None, "y.fcs")


def test_a_gate_that_could_not_be_read_is_refused_with_its_reason_unless_not_wanted() -> None:
    tree = GateTree((box("g", 1, None),), refused=(RefusedGate("curly", "", "its curve is not published"),))
    with pytest.raises(DataError, match="Gate 'curly' cannot be applied: its curve is not published"):
        apply_gates(tree, EVENTS, None)
    assert apply_gates(tree, EVENTS, None, only=("g",))["g"].all()


def test_no_events_give_empty_masks() -> None:
    empty = {name: values[:0] for name, values in EVENTS.items()}
    assert apply_gates(GateTree((box("g", 1, 2),)), empty, None)["g"].shape == (0,)
