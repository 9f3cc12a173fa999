"""DNA histograms of single tubes with the fitted parts."""

from collections.abc import Mapping

import pandas as pd

from selenolab.assays.flow.cycles import Cycle
from selenolab.core.drawing import Axis, Caption, Histogram, Panels, Series


def cycle_figure(cycles: Mapping[str, Cycle], most: int) -> Panels | None:
    """DNA histograms with the chosen fit, control and highest dose of the first experiments."""
    names = sorted(cycles, key=lambda name: (cycles[name].tube.experiment, cycles[name].tube.dose, name))[
        :most
    ]
    if not names:
        return None
    text = "DNA content of single cells (bars) with the fitted parts and their sum (lines)."
    caption = Caption(text, f"{len(names)} tubes, each shown by itself")
    panels = tuple(_cycle_panel(name, cycles[name]) for name in names)
    return Panels("cell-cycle", "DNA content and cell-cycle fit", caption, panels, across=2)


def _cycle_panel(name: str, one: Cycle) -> Histogram:
    curve = one.chosen.curve
    dna = curve["dna"].to_numpy(float)
    half = float(dna[1] - dna[0]) / 2
    bins = pd.DataFrame({"left": dna - half, "right": dna + half, "count": curve["counts"].to_numpy(float)})
    parts = (
        ("sum", "total"), ("G1", "g1"), ("S", "s"), ("G2/M", "g2m"), ("sub-G1", "sub_g1"),
        ("debris", "debris"),
    )  # fmt: skip
    lines = tuple(
        Series(label, "line", pd.DataFrame({"x": dna, "y": curve[column].to_numpy(float)}), number)
        for number, (label, column) in enumerate(parts)
    )
    title = f"{name}: S {one.chosen.s:.1f} %, CV {one.chosen.g1_cv:.1f} %"
    caption = Caption("DNA content.", f"{one.chosen.events} events")
    return Histogram(f"cycle-{name}", title, caption, Axis("DNA area"), Axis("events"), bins, lines)
