"""Spillover from single stains: flowCore's beads, a known truth, and mixed-up tubes."""

from pathlib import Path

import numpy as np
import pytest

from selenolab.core.errors import DataError
from selenolab.cytometry.compensation import compensate
from selenolab.cytometry.events import Events, events_of
from selenolab.cytometry.single_stains import spillover_from_single_stains
from selenolab.formats.fcs import read

BEADS = Path(__file__).parents[3] / "shared" / "data" / "flow" / "compensation"
CHANNELS = ("FL1-H", "FL2-H", "FL3-H", "FL4-H")
MATRIX = np.array([[1.0, 0.2, 0.03], [0.05, 1.0, 0.3], [0.0, 0.02, 1.0]])


def tube(dye: int | None, seed: int, events: int = 4000) -> Events:
    """A tube of three detectors, stained with one dye or none."""
    rng = np.random.default_rng(seed)
    true = np.zeros((events, 3))
    if dye is not None:
        true[:, dye] = rng.lognormal(9, 0.1, events)
    seen = true @ MATRIX + rng.normal(100, 5, (events, 3))
    return {name: seen[:, index].astype(np.float32) for index, name in enumerate("abc")}


@pytest.mark.skipif(not BEADS.exists(), reason="the shared flow data are not here")
def test_the_beads_of_flowcore() -> None:
    unstained, first, second = (events_of(read(BEADS / f"060909.00{tube}").data) for tube in (1, 2, 3))
    found = spillover_from_single_stains({"FL1-H": first, "FL2-H": second}, unstained, CHANNELS)
    lines = (BEADS / "expected_spillover_rows.txt").read_text().splitlines()[1:]
    expected = np.array([line.split()[1:] for line in lines], dtype=float)
    np.testing.assert_allclose(found.matrix[:2], expected, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(found.matrix[2:], np.eye(4)[2:])
    assert found.origin == "medians of 2 single stains; no stain for FL3-H, FL4-H"


def test_a_known_matrix_is_found_and_undoes_the_spill() -> None:
    stained = {name: tube(index, index + 1) for index, name in enumerate("abc")}
    found = spillover_from_single_stains(stained, tube(None, 9), "abc")
    np.testing.assert_allclose(found.matrix, MATRIX, atol=2e-3)
    flat = compensate(stained["a"], found)
    assert abs(np.median(flat["b"]) - np.median(compensate(tube(None, 9), found)["b"])) < 20


@pytest.mark.parametrize(
    ("stained", "unstained", "word"),
    [
        ({"a": tube(1, 1)}, tube(None, 2), "brighter in b than in a"),
        ({"a": tube(None, 1)}, tube(0, 2), "not brighter in a than the unstained tube"),
        ({"d": tube(0, 1)}, tube(None, 2), "Stains for d among the channels a, b, c"),
        ({}, tube(None, 2), "No single stain"),
        ({"a": tube(0, 1, events=20)}, tube(None, 2), "The tube a has 20 events"),
        ({"a": {"a": np.ones(99)}}, tube(None, 2), "no channel b, c"),
        ({"a": tube(0, 1) | {"b": np.full(4000, np.nan)}}, tube(None, 2), "not numbers"),
    ],
)
def test_tubes_that_cannot_be_right_are_named(
    stained: dict[str, Events], unstained: Events, word: str
) -> None:
    with pytest.raises(DataError) as told:
        spillover_from_single_stains(stained, unstained, "abc")
    assert word in str(told.value)
