"""Gates drawn in a study file: taken over, or refused with what is wrong."""

import numpy as np
import pytest

from selenolab.core.errors import StudyError
from selenolab.core.gate import GateTree, Polygon, Transform
from selenolab.cytometry.gating import apply_gates, exceptions
from selenolab.cytometry.gating_settings import for_tube, gate_from_settings

CHANNELS = ["FSC-A", "SSC-A"]
SQUARE = [[10, 10], [100, 10], [100, 100], [10, 100]]


def test_vertices_are_data_values_whatever_the_axes() -> None:
    x = np.array([9.9, 10.0, 50.0, 100.0, 100.1])
    events = {"FSC-A": x, "SSC-A": np.full(5, 50.0)}
    log = Transform("log", {"T": 1000.0, "M": 3.0})
    for transform in (None, log, (log, None)):
        gate = gate_from_settings("cells", CHANNELS, SQUARE, transform=transform)
        mask = apply_gates(GateTree((gate,)), events, None)["cells"]
        assert mask.tolist() == [False, True, True, True, False]


def test_a_closed_ring_is_opened() -> None:
    gate = gate_from_settings("cells", CHANNELS, [*SQUARE, SQUARE[0]])
    assert isinstance(gate.region, Polygon)
    assert gate.region.vertices.shape == (4, 2)
    assert gate.made_by == "study file"


def test_an_exception_for_a_tube_is_listed() -> None:
    gate = gate_from_settings("cells", CHANNELS, SQUARE)
    moved = for_tube(gate_from_settings("cells", CHANNELS, [[0, 0], [5, 0], [5, 5]]), "a.fcs")
    tree = GateTree((gate, moved, for_tube(gate, "b.fcs")))
    assert [one.sample for one in exceptions(tree)] == ["a.fcs"]


@pytest.mark.parametrize(
    ("channels", "vertices", "said"),
    [
        (CHANNELS, SQUARE[:2], "expected 3 to 1000 vertices"),
        (CHANNELS, [[0, 0], [1, 1], [1, 0], [0, 1]], "crosses itself"),
        (CHANNELS, [[0, 0], [1, float("nan")], [1, 0]], "vertex 2"),
        (CHANNELS, [[0, 0], [1, float("inf")], [1, 0]], "two finite numbers"),
        (CHANNELS, [[0, 0], [1], [1, 0]], "vertex 2"),
        (CHANNELS, [[0, 0], [True, 0], [1, 0]], "vertex 2"),
        (["FSC-A"], SQUARE, "exactly two different channels"),
        (["FSC-A", "FSC-A"], SQUARE, "exactly two different channels"),
    ],
)
def test_what_is_no_polygon_is_refused(channels: list[str], vertices: list[list[float]], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        gate_from_settings("cells", channels, vertices)


def test_a_gate_is_not_its_own_parent() -> None:
    with pytest.raises(StudyError, match="a name of its own"):
        gate_from_settings("cells", CHANNELS, SQUARE, parent="cells")
