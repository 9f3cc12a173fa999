"""Thresholds on tubes whose every cell is known, with all controls and with some missing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.core.gate import GateTree
from selenolab.cytometry.events import Events
from selenolab.cytometry.gating import apply_gates
from selenolab.cytometry.quadrants import (
    ARBITRARY,
    Threshold,
    positive,
    quadrant_calls,
    quadrant_gates,
    thresholds,
)

SIDES = ((False, False), (True, False), (True, True), (False, True))
NAMES = dict(zip(SIDES, ("live", "early", "late", "necrotic"), strict=True))


def tube(
    seed: int,
    shares: tuple[float, ...],
    stains: str = "AP",
    n: int = 8000,
    bright: float = 1.0,
    residue: float = 0.0,
) -> tuple[Events, NDArray[np.int64]]:
    """Compensated annexin (A) and PI (P) of cells of four kinds; `residue` is the spread that is left."""
    rng = np.random.default_rng(seed)
    kinds = rng.choice(4, n, p=shares)
    own = np.exp(rng.normal(np.log([[200], [120]]), 0.3, (2, n))) + rng.normal(0, 60, (2, n))
    for row, (stain, level, carriers) in enumerate((("A", 3500 * bright, (1, 2)), ("P", 20_000, (2, 3)))):
        if stain in stains:
            lit = np.exp(rng.normal(np.log(level), 0.45, n))
            own[row] += np.where(np.isin(kinds, carriers), lit, np.exp(rng.normal(np.log(80), 0.4, n)))
    a, p = own + residue * rng.normal(0, 1, (2, n)) * np.sqrt(np.maximum(own[::-1], 0))
    return {"A": a.astype(np.float32), "P": p.astype(np.float32)}, kinds


def controls(seed: int, which: str, **how: float) -> dict[str, object]:
    """The control tubes that `which` names: u(nstained), a(nnexin alone), p(I alone)."""
    single = {
        "A": tube(seed, (0.5, 0.3, 0.15, 0.05), "A", **how),
        "P": tube(seed + 1, (0.5, 0.2, 0.2, 0.1), "P", **how),
    }  # type: ignore[arg-type]
    return {
        "unstained": tube(seed + 2, (0.95, 0.03, 0.01, 0.01), "", **how)[0] if "u" in which else None,  # type: ignore[arg-type]
        "stained": {name: one[0] for name, one in single.items() if name.lower() in which},
    }


@pytest.mark.parametrize("how", [{}, {"residue": 1.5}, {"bright": 0.5}], ids=["plain", "residue", "dim"])
@pytest.mark.parametrize("which", ["uap", "ap", "u", ""])
def test_quadrants_are_within_one_percentage_point(which: str, how: dict[str, float]) -> None:
    for seed in range(4):
        sample, kinds = tube(seed, (0.6, 0.2, 0.15, 0.05), **how)  # type: ignore[arg-type]
        found = thresholds(["A", "P"], samples=sample, **controls(seed + 50, which, **how))  # type: ignore[arg-type]
        calls = quadrant_calls(sample, found["A"], found["P"])
        for kind, side in enumerate(SIDES):
            assert 100 * abs(calls[side].mean() - (kinds == kind).mean()) <= 1.0
        assert found["A"].arbitrary is (which == "")
        assert (ARBITRARY in found["A"].reason) is (which == "")


def test_a_threshold_names_the_controls_that_placed_it() -> None:
    found = thresholds(["A", "P"], **controls(1, "uap"))["A"]  # type: ignore[arg-type]
    assert set(found.controls) == {"unstained", "single stain of A", "single stain of P"}
    alone = thresholds(["A"], tube(3, (1, 0, 0, 0), "")[0])["A"]
    assert alone.controls == ("unstained",)
    assert "99.5 % of the unstained cells lie below" in alone.reason
    assert "no single stain of A" in alone.notes[0]


def test_what_compensation_leaves_raises_the_threshold() -> None:
    dim = {"bright": 0.2}
    clean, spread = (thresholds(["A", "P"], **controls(4, "up", residue=r, **dim))["A"] for r in (0.0, 4.0))  # type: ignore[arg-type]
    assert spread.value > 1.5 * clean.value
    assert any("what compensation leaves" in note for note in spread.notes)
    assert not any("what compensation leaves" in note for note in clean.notes)


def test_a_single_stain_without_positives_says_so() -> None:
    stained = {"A": tube(5, (1, 0, 0, 0), "A")[0]}
    found = thresholds(["A"], tube(6, (1, 0, 0, 0), "")[0], stained)["A"]
    assert found.controls == ("unstained",)
    assert "no positive population apart" in found.notes[0]


def test_a_positive_is_at_the_threshold_or_above() -> None:
    one = Threshold("A", 10.0, (), "", True)
    assert positive(np.array([9.99, 10.0, 10.01]), one).tolist() == [False, True, True]
    assert positive(np.array([10.0], np.float32), Threshold("A", 10.0 + 1e-9, (), "", True)).tolist() == [
        False
    ]


def test_negatives_that_pile_up_on_one_value_are_not_positive() -> None:
    piled = np.concatenate([np.ones(480), np.linspace(0.5, 0.9, 20)]).astype(np.float32)
    for how in ({"unstained": {"A": piled}}, {"stained": {"A": {"A": piled}}}, {"samples": {"A": piled}}):
        assert not positive(piled, thresholds(["A"], **how)["A"]).any()  # type: ignore[arg-type]


@settings(max_examples=20)
@given(st.floats(-500, 5000), st.floats(-500, 5000))
def test_every_event_is_in_just_one_quadrant_and_gates_agree(x: float, y: float) -> None:
    sample, _ = tube(9, (0.6, 0.2, 0.15, 0.05), n=500)
    across, up = Threshold("A", x, (), "a", True), Threshold("P", y, (), "p", False)
    calls = quadrant_calls(sample, across, up)
    assert np.array_equal(sum(mask.astype(int) for mask in calls.values()), np.ones(500))
    gates = quadrant_gates(across, up, NAMES, "")
    masks = apply_gates(GateTree(gates), sample, None)
    assert all(np.array_equal(masks[NAMES[side]], calls[side]) for side in SIDES)
    assert gates[0].made_by == f"automatic: {ARBITRARY}"


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({}, "there is no control and no sample"),
        ({"stained": {"B": {"A": np.ones(500)}}}, "Single stain of 'B', which is none of"),
        ({"unstained": {"A": np.ones(50)}}, "'unstained' has 50 events; expected at least 200"),
        ({"unstained": {"P": np.ones(500)}}, "Channel 'A' is not in the file; it has P"),
        ({"unstained": {"A": np.full(500, np.nan)}}, "values that are no numbers"),
    ],
)
def test_what_places_no_threshold_is_refused(how: dict[str, object], said: str) -> None:
    with pytest.raises(DataError, match=said):
        thresholds(["A"], **how)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("which", ["uap", "ap", "u"])
def test_quadrants_over_fifty_seeds(which: str) -> None:
    for seed in range(50):
        sample, kinds = tube(seed, (0.6, 0.2, 0.15, 0.05), residue=1.5)
        found = thresholds(["A", "P"], samples=sample, **controls(seed + 500, which, residue=1.5))  # type: ignore[arg-type]
        calls = quadrant_calls(sample, found["A"], found["P"])
        assert (
            max(100 * abs(calls[side].mean() - (kinds == kind).mean()) for kind, side in enumerate(SIDES))
            <= 1.0
        )
