"""Fold changes within 5 % and every saturated band flagged, on many blots of known volumes."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def benchmark():
    place = importlib.util.spec_from_file_location("blot_truth_run", ROOT / "benchmarks" / "blot_truth.py")
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_a_hundred_blots() -> None:
    table = benchmark().run(range(100))
    sound, full = table[~table["saturated"]], table[table["saturated"]]
    assert len(full) > 50
    assert full["flagged"].all()
    assert table["found"].notna().all()
    assert sound["off"].abs().max() < 0.05
    assert sound["off"].abs().quantile(0.95) < 0.015
    assert not sound["flagged"].any()
    assert table.groupby("seed")["extra"].first().sum() <= 1


def test_two_blots() -> None:
    table = benchmark().run((3, 7))
    assert table["off"].abs().max() < 0.03
    assert table["saturated"].sum() >= 2
    assert (table["flagged"] == table["saturated"]).all()
