"""Automatic gates on scatter whose every event is known: debris out, shrunken cells in, pairs out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.core.gate import Gate, GateTree, Polygon
from selenolab.core.polygon_check import crossing
from selenolab.cytometry.automatic import debris_gate, doublet_channel, singlet_gate
from selenolab.cytometry.automatic_density import peaks
from selenolab.cytometry.automatic_events import pooled
from selenolab.cytometry.events import Events, chosen
from selenolab.cytometry.gating import apply_gates
from selenolab.cytometry.off_scale import at_top, highest_value, off_scale

TOP = 262_143.0


def scatter(
    seed: int,
    n: int = 10_000,
    debris: float = 0.1,
    pairs: float = 0.05,
    shrunken: float = 0.1,
    at: float = 0.04,
) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.str_]]:
    """Channels FSC-A, FSC-H, FSC-W, SSC-A, and the kind of each event; debris lies at `at` of the cells."""
    rng = np.random.default_rng(seed)
    counts = [int(n * debris), int(n * pairs)]
    counts = [*counts, int((n - sum(counts)) * shrunken)]
    live = n - sum(counts)

    def cells(number: int, size: float, grain: float) -> NDArray[np.float64]:
        both = rng.multivariate_normal([0, 0], [[0.03, 0.02], [0.02, 0.06]], number).T
        return np.exp(both) * [[60_000 * size], [30_000 * grain]]

    small = np.exp(rng.normal(0, [[0.6], [0.7]], (2, counts[0]))) * [[60_000 * at], [60_000 * at]]
    one, other = cells(counts[1], 1, 1), cells(counts[1], 1, 1)
    area, side = np.concatenate([cells(live, 1, 1), cells(counts[2], 0.55, 1.8), small, one + other], axis=1)
    height = np.concatenate([area[: n - counts[1]], np.maximum(one[0], other[0]) * 1.05])
    height *= np.exp(rng.normal(0, 0.03, n))
    channels = {"FSC-A": area, "FSC-H": height, "FSC-W": 65_536 * area / height, "SSC-A": side}
    kinds = np.repeat(["live", "shrunken", "debris", "pair"], [live, counts[2], counts[0], counts[1]])
    order = rng.permutation(n)
    return {name: np.minimum(v, TOP)[order].astype(np.float32) for name, v in channels.items()}, kinds[order]


def inside(gate: Gate, events: Events) -> NDArray[np.bool_]:
    return apply_gates(GateTree((gate,)), events, None)[gate.name]


def share(mask: NDArray[np.bool_], kinds: NDArray[np.str_], kind: str) -> float:
    return float(100 * mask[kinds == kind].mean()) if np.any(kinds == kind) else 0.0


TOPS = {"FSC-A": TOP, "SSC-A": TOP, "FSC-H": TOP}


@pytest.mark.parametrize("debris", [0.02, 0.1, 0.3])
@pytest.mark.parametrize("shrunken", [0.05, 0.5])
def test_debris_is_out_and_shrunken_cells_stay_in(debris: float, shrunken: float) -> None:
    for seed in range(4):
        events, kinds = scatter(seed, debris=debris, shrunken=shrunken, at=0.06)
        gate = debris_gate(events, "FSC-A", "SSC-A", TOPS)
        mask = inside(gate, events)
        assert share(mask, kinds, "debris") <= 2.0
        assert share(mask, kinds, "live") >= 99.9
        assert share(mask, kinds, "shrunken") >= 98.5
        assert debris < 0.1 or "valley between debris and cells" in gate.notes[0]


def test_without_debris_hardly_a_cell_is_lost_and_the_note_says_so() -> None:
    events, kinds = scatter(1, debris=0.0, shrunken=0.2)
    gate = debris_gate(events, "FSC-A", "SSC-A", TOPS)
    mask = inside(gate, events)
    assert min(share(mask, kinds, "live"), share(mask, kinds, "shrunken")) >= 99.5
    assert "no debris was seen" in gate.notes[0]


@pytest.mark.parametrize("other", ["FSC-H", "FSC-W"])
@pytest.mark.parametrize("pairs", [0.0, 0.03, 0.15])
def test_pairs_are_out_and_single_cells_stay_in(other: str, pairs: float) -> None:
    for seed in range(3):
        events, kinds = scatter(seed, pairs=pairs)
        cells = inside(debris_gate(events, "FSC-A", "SSC-A", TOPS), events)
        gate = singlet_gate(chosen(events, cells), "FSC-A", other, TOPS, parent="cells")
        assert gate.parent == "cells"
        mask = inside(Gate(gate.name, gate.region), events)[cells]
        assert share(mask, kinds[cells], "pair") <= 1.0
        assert share(mask, kinds[cells], "live") >= 99.5
        seen = "valley between single cells and doublets" in gate.notes[0]
        assert seen is (pairs > 0)


def test_g2_is_not_taken_for_a_pair_of_g1() -> None:
    rng = np.random.default_rng(2)
    dna = np.repeat([50_000.0, 100_000.0, 100_000.0], [6000, 3000, 300])
    ratio = np.repeat([1.0, 1.12, 2.0], [6000, 3000, 300]) * rng.normal(
        1, 0.015, dna.size
    )  # a larger nucleus
    area = dna * rng.normal(1, 0.03, dna.size)
    events = {"PE-A": area, "PE-H": area / ratio}
    mask = inside(singlet_gate(events, "PE-A", "PE-H"), events)
    assert mask[:9000].mean() >= 0.995
    assert mask[9000:].mean() <= 0.01


def test_the_template_of_several_tubes_weighs_them_alike() -> None:
    tubes = [scatter(seed, n)[0] for seed, n in ((1, 4000), (2, 9000), (3, 20_000))]
    pool = pooled(tubes, ["FSC-A", "SSC-A"])
    assert len(pool["FSC-A"]) == 3 * 4000
    assert len(pooled(tubes, ["FSC-A"], 3000)["FSC-A"]) == 3000
    gate = debris_gate(pool, "FSC-A", "SSC-A", TOPS)
    assert (gate.sample, gate.made_by) == ("", "automatic: debris by scatter")
    for seed in (1, 5):
        events, kinds = scatter(seed)
        assert share(inside(gate, events), kinds, "debris") <= 2.0
    with pytest.raises(DataError, match="no tube was given"):
        pooled([], ["FSC-A"])


def test_a_converter_s_steps_are_no_populations() -> None:
    events, kinds = scatter(4)
    stepped = {name: np.floor(values / 256).astype(np.float32) for name, values in events.items()}
    mask = inside(debris_gate(stepped, "FSC-A", "SSC-A", {"FSC-A": 1023.0, "SSC-A": 1023.0}), stepped)
    assert share(mask, kinds, "debris") <= 3.0
    assert share(mask, kinds, "live") >= 99.9


def test_events_at_the_top_stay_in_and_are_counted() -> None:
    events, kinds = scatter(6)
    bright = {**events, "SSC-A": np.minimum(events["SSC-A"] * 8, np.float32(TOP))}
    gate = debris_gate(bright, "FSC-A", "SSC-A", TOPS)
    full = (bright["SSC-A"] >= TOP) & (kinds == "live")
    assert full.sum() > 100
    assert inside(gate, bright)[full].all()
    number = int(np.count_nonzero((bright["SSC-A"] >= TOP) | (bright["FSC-A"] >= TOP)))
    assert gate.notes[1] == f"{number} of 10000 events at the top of FSC-A or SSC-A are kept"


def test_neither_height_nor_width_means_that_doublets_stay() -> None:
    events, _ = scatter(1)
    assert doublet_channel(["FSC-A", "FSC-W", "FSC-H"], "FSC-A") == "FSC-H"
    assert doublet_channel(["FSC-A", "SSC-H"], "FSC-A") == ""
    with pytest.raises(DataError, match="Doublets cannot be excluded: no height or width was recorded"):
        singlet_gate(events, "FSC-A", doublet_channel(["FSC-A"], "FSC-A"))


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ({"FSC-A": np.ones(9), "SSC-A": np.ones(9)}, "9 of 9 events are on scale"),
        ({"FSC-A": np.ones(0), "SSC-A": np.ones(0)}, "0 of 0 events are on scale"),
        ({"FSC-A": -np.ones(900), "SSC-A": np.ones(900)}, "0 of 900 events are on scale"),
        (
            {"FSC-A": np.arange(1.0, 301), "SSC-A": np.ones(300)},
            "expected at least 200|same value in 'SSC-A'",
        ),
        ({"FSC-A": np.ones(900)}, "Channel 'SSC-A' is not in the file; it has FSC-A"),
    ],
)
def test_what_no_gate_can_be_placed_on_is_refused(events: Events, said: str) -> None:
    with pytest.raises(DataError, match=said):
        debris_gate(events, "FSC-A", "SSC-A")


@settings(max_examples=15)
@given(st.integers(0, 1000), st.floats(0.2, 4.0), st.sampled_from([0.0, 0.1, 0.4]))
def test_the_gate_is_a_simple_polygon_and_scales_with_the_gain(seed: int, gain: float, debris: float) -> None:
    events, _ = scatter(seed, 3000, debris)
    scaled = {name: values.astype(float) * gain for name, values in events.items()}
    masks = []
    for tube, tops in ((events, TOPS), (scaled, {name: top * gain for name, top in TOPS.items()})):
        gate = debris_gate(tube, "FSC-A", "SSC-A", tops)
        assert isinstance(gate.region, Polygon)
        assert crossing(gate.region.vertices) is None
        masks.append(inside(gate, tube))
    assert np.mean(masks[0] != masks[1]) < 0.01


def test_peaks_that_counting_noise_explains_are_none() -> None:
    rng = np.random.default_rng(8)
    lone = [len(peaks(rng.normal(0, 1, 2000))) for _ in range(60)]
    assert lone.count(1) >= 58
    two = peaks(np.concatenate([rng.normal(0, 1, 3000), rng.normal(6, 1, 1000)]))
    assert [round(one.place) for one in two] == [0, 6]
    assert two[0].share == pytest.approx(0.75, abs=0.01)
    assert peaks(np.full(50, 3.0))[0].place == 3.0


def test_off_scale_events_are_counted_by_channel() -> None:
    values = np.concatenate([np.linspace(-10, 90, 101), np.full(30, 100.0)])
    piled, told = (off_scale({"A": values}, tops)[0] for tops in (None, {"A": 100.0}))
    assert (piled.at_top, piled.not_positive, piled.events, piled.top) == (30, 11, 131, 100.0)
    assert told.at_top == 30
    assert not at_top(values, 1000.0).any()
    assert at_top(values, 101.0).sum() == 30  # the last step below a stated top
    assert not at_top(values[:101], None).any()
    assert at_top(values[:0], None).shape == (0,)
    assert highest_value(1024, gain=8) == 127.875


@pytest.mark.slow
@pytest.mark.parametrize("debris", [0.0, 0.1, 0.2])
def test_the_share_of_shrunken_single_cells_over_fifty_seeds(debris: float) -> None:
    for seed in range(50):
        events, kinds = scatter(seed, debris=debris, pairs=0.1, shrunken=0.3, at=0.1)
        cells = inside(debris_gate(events, "FSC-A", "SSC-A", TOPS), events)
        single = inside(singlet_gate(chosen(events, cells), "FSC-A", "FSC-H", TOPS), events) & cells
        truth = np.mean(kinds[np.isin(kinds, ["live", "shrunken"])] == "shrunken")
        assert 100 * abs(np.mean(kinds[single] == "shrunken") - truth) <= 0.3
