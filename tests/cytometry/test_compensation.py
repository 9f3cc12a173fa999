"""Compensation gives back what was mixed, finds channels by name, and refuses matrices that cannot tell."""

import numpy as np
import pytest

from selenolab.core.errors import DataError
from selenolab.core.gate import Spillover
from selenolab.cytometry.compensation import compensate, matched
from selenolab.cytometry.events import Events

RNG = np.random.default_rng(5)
TRUE = RNG.lognormal(5, 2, (40_000, 3))
MATRIX = np.array([[1.0, 0.2, 0.03], [0.05, 1.0, 0.3], [0.0, 0.02, 1.0]])
SEEN = TRUE @ MATRIX


def events(**renamed: str) -> Events:
    found = {name: SEEN[:, index].copy() for index, name in enumerate(("FITC-A", "PE-A", "APC/Cy7-A"))}
    return {"FSC-A": np.arange(40_000, dtype=np.float32)} | {renamed.get(k, k): v for k, v in found.items()}


def spillover(*names: str, matrix: np.ndarray = MATRIX) -> Spillover:
    return Spillover(names or ("FITC-A", "PE-A", "APC/Cy7-A"), matrix, "test")


def test_what_was_mixed_comes_back() -> None:
    seen = events()
    found = compensate(seen, spillover())
    assert list(found) == list(seen)
    assert found["FSC-A"] is seen["FSC-A"]
    for index, name in enumerate(("FITC-A", "PE-A", "APC/Cy7-A")):
        np.testing.assert_allclose(found[name], TRUE[:, index], rtol=1e-9, atol=1e-7)
        assert seen[name] is not found[name]


@pytest.mark.parametrize(
    "names",
    [("Comp-FITC-A", "Comp-PE-A", "Comp-APC/Cy7-A"), ("FJComp-FITC-A", "PE-A", "APC_Cy7-A"),
     ("<FITC-A>", "PE-A", "APC/Cy7-A")],
)  # fmt: skip
def test_names_that_programs_dress_up_are_the_same(names: tuple[str, ...]) -> None:
    assert matched(spillover(*names), events()) == ("FITC-A", "PE-A", "APC/Cy7-A")


def test_the_order_of_the_matrix_does_not_matter() -> None:
    turn = [2, 0, 1]
    turned = Spillover(("APC/Cy7-A", "FITC-A", "PE-A"), MATRIX[np.ix_(turn, turn)], "test")
    for name, values in compensate(events(), spillover()).items():
        np.testing.assert_allclose(compensate(events(), turned)[name], values, rtol=1e-9, atol=1e-9)


def test_negative_and_zero_events_are_kept() -> None:
    seen = {"a": np.array([0.0, -5.0, 1.0], np.float32), "b": np.array([0.0, 2.0, 100.0], np.float32)}
    found = compensate(seen, Spillover(("a", "b"), np.array([[1.0, 0.0], [0.5, 1.0]]), "test"))
    np.testing.assert_allclose(found["a"], [0.0, -6.0, -49.0])
    np.testing.assert_allclose(found["b"], [0.0, 2.0, 100.0])


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (spillover("FITC-A", "PE-A", "BV421-A"), "names BV421-A, and the events have only FSC-A, FITC-A"),
        (spillover("FITC-A", "Comp-FITC-A", "PE-A"), "names a channel twice"),
        (spillover(matrix=np.ones((3, 3))), "cannot be inverted safely"),
        (spillover(matrix=np.array([[1, 0.99999, 0], [1, 1, 0], [0, 0, 1.0]])), "FITC-A and PE-A look alike"),
        (spillover(matrix=np.diag([1.0, np.nan, 1.0])), "not numbers"),
        (spillover(matrix=np.eye(2)), "(2, 2) for 3 channels"),
    ],
)
def test_a_matrix_that_does_not_fit_is_refused_by_name(given: Spillover, word: str) -> None:
    with pytest.raises(DataError) as told:
        compensate(events(), given)
    assert word in str(told.value)
    assert "\n" not in str(told.value)
