"""Several drawings as one figure, and a graph: nothing twice, nothing outside, nothing unsaid."""

import numpy as np
import pandas as pd
import pytest

from selenolab.core.drawing import Axis, Caption, Density, Histogram, Network, Panels, Series
from selenolab.report.caption import alt_text
from selenolab.report.draw.network import draw_network
from selenolab.report.draw.panels import draw_panels
from selenolab.report.draw.style import NARROW, WIDE, figure_style

CAPTION = Caption("Text", "3 tubes")


def histogram(name: str, bins: int = 200) -> Histogram:
    edges = np.linspace(0, 10, bins + 1)
    frame = pd.DataFrame({"left": edges[:-1], "right": edges[1:], "count": np.arange(bins)})
    line = pd.DataFrame({"x": edges, "y": edges})
    series = tuple(Series(word, "line", line, k) for k, word in enumerate(("G1", "S")))
    return Histogram(name, name, CAPTION, Axis("DNA"), Axis("events"), frame, series)


def density(*outlines: Series) -> Density:
    edges = np.linspace(0, 1, 11)
    axis = Axis("FSC-A", low=0, high=1, ticks=((0.0, "0"), (0.5, "10³"), (2.0, "beyond")))
    return Density("d", "all events", CAPTION, axis, Axis("SSC-A"), edges, edges, np.ones((10, 10)), outlines)


@pytest.mark.parametrize(("width", "columns"), [(NARROW, 2), (WIDE, 3)])
def test_panels_stand_in_rows(width: int, columns: int) -> None:
    with figure_style(width):
        figure, _ = draw_panels(Panels("p", "P", CAPTION, tuple(histogram(str(k)) for k in range(4))), width)
    lefts = {round(ax.get_subplotspec().get_position(figure).x0, 3) for ax in figure.axes}
    assert [ax.get_title() for ax in figure.axes] == ["0", "1", "2", "3"]
    assert lefts
    assert len(figure.subfigs) == columns * -(-4 // columns)


def test_one_legend_serves_panels_that_say_the_same() -> None:
    with figure_style(WIDE):
        figure, _ = draw_panels(Panels("p", "P", CAPTION, (histogram("a"), histogram("b"))), WIDE)
    assert [len(place.legends) for place in figure.subfigs] == [1, 0]


def test_many_bins_are_one_staircase_and_few_are_bars() -> None:
    with figure_style(WIDE):
        many, _ = draw_panels(Panels("p", "P", CAPTION, (histogram("a", 256),)), WIDE)
        few, _ = draw_panels(Panels("p", "P", CAPTION, (histogram("a", 20),)), WIDE)
    assert len(many.axes[0].patches) == 2
    assert len(few.axes[0].patches) == 40


def test_the_name_of_a_gate_stands_inside_the_axes() -> None:
    corner = Series("singlets 95.7 %", "line", pd.DataFrame({"x": [0.9, 3.0, 3.0], "y": [0.5, 0.5, 9.0]}))
    with figure_style(WIDE):
        figure, _ = draw_panels(Panels("p", "P", CAPTION, (density(corner),)), WIDE)
    (label,) = [text for text in figure.axes[0].texts if "singlets" in text.get_text()]
    assert 0 <= label.xy[0] <= 1  # type: ignore[attr-defined]
    assert 0 <= label.xy[1] <= 1  # type: ignore[attr-defined]
    assert [tick.get_text() for tick in figure.axes[0].get_xticklabels()] == ["0", "10³"]


def graph(value: float) -> Network:
    nodes = pd.DataFrame(
        {"id": ["a", "b"], "label": ["ROS", "p-Akt"], "x": [0, 1], "y": [0, 0], "value": [value, np.nan],
         "note": ["3-fold", ""]}
    )  # fmt: skip
    edges = pd.DataFrame({"source": ["a"], "target": ["b"], "sign": ["-"]})
    return Network("n", "N", CAPTION, nodes, edges, Axis("change", high=3.0))


def test_a_node_without_a_value_has_a_broken_rim_and_is_named() -> None:
    with figure_style(WIDE):
        figure, notes = draw_network(graph(1.5), WIDE)
    boxes = [patch for patch in figure.axes[0].patches if type(patch).__name__ == "FancyBboxPatch"]
    assert [box.get_linestyle() != "solid" and box.get_linestyle() != "-" for box in boxes] == [False, True]
    assert notes == ("Boxes with a broken rim were not measured.",)
    assert (
        alt_text(graph(1.5), False) == "Graph coloured by change. Measured: ROS 3-fold. Not measured: p-Akt."
    )


def test_a_value_beyond_the_scale_keeps_its_colour_at_the_end() -> None:
    with figure_style(WIDE):
        faces = [
            draw_network(graph(value), WIDE)[0].axes[0].patches[-2].get_facecolor() for value in (3.0, 30.0)
        ]
    assert faces[0] == faces[1]
