import re
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from itertools import pairwise
from math import inf
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from selenolab.core.dataset import ArrayRef
from selenolab.core.drawing import Axis, Caption, CurvePlot, DotPlot, Drawing, HeatMap, Mark, Overlay, Series
from selenolab.core.errors import DataError
from selenolab.report.caption import alt_text, caption_words
from selenolab.report.draw.dots import beside, bracket_rows, draw_dots
from selenolab.report.draw.fields import draw_heat_map
from selenolab.report.draw.picture import KINDS, paint
from selenolab.report.draw.scale import place, reach, scale_for
from selenolab.report.draw.style import NARROW, WIDE, figure_style
from selenolab.report.figures import figure_folders, safe_name

CAPTION = Caption("Text", "3 independent experiments")


def pixels(png: bytes) -> np.ndarray:
    with Image.open(BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"))


def svg_text(svg: bytes) -> str:
    return " ".join(
        "".join(e.itertext()) for e in ElementTree.fromstring(svg).iter() if e.tag.endswith("}text")
    )


def test_every_kind_of_drawing_is_drawn(outcome):
    drawn = {type(d) for r in outcome.results[:2] for d in r.analysis.drawings}
    assert drawn == set(KINDS) == set(Drawing.__args__)


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_size_and_ink(outcome, width):
    drawings = outcome.results[0].analysis.drawings
    for drawing in drawings if width == NARROW else drawings[::3]:
        picture = paint(drawing, width, False, drawing.title, "")
        with Image.open(BytesIO(picture.png)) as image:
            assert image.width == pytest.approx(width / 25.4 * 300, abs=1)
            assert image.info["dpi"][0] == pytest.approx(300, abs=0.1)
        seen = pixels(picture.png)
        colours = (seen[::5, ::5].astype(np.int64) * [65536, 256, 1]).sum(axis=2)
        assert len(np.unique(colours)) > 5, drawing.name
        share = float((seen.min(axis=2) < 250).mean())
        assert share > 0.01, f"{drawing.name} is nearly blank: {share:.3f} of its pixels are ink."
        assert "<text" in picture.svg.decode() or drawing.name == "image_bare"


def test_text_is_at_least_seven_points_at_one_column(outcome):
    for drawing in outcome.results[0].analysis.drawings[:4]:
        root = ElementTree.fromstring(paint(drawing, NARROW, False, "t", "").svg)
        sizes = [
            float(part.split("size:")[1].removesuffix("px"))
            for e in root.iter("{http://www.w3.org/2000/svg}text")
            for part in e.get("style", "").split(";")
            if "font-size" in part
        ]
        assert sizes
        assert min(sizes) >= (5.0 if drawing.name == "plate_map" else 6.9)


def test_a_simulated_figure_says_so_across_its_face(outcome):
    for drawing in outcome.results[1].analysis.drawings:
        plain, marked = (paint(drawing, WIDE, simulated, "t", "") for simulated in (False, True))
        assert "SIMULATED: from a model" in svg_text(marked.svg)
        assert svg_text(marked.svg).count("SIMULATED") >= 2
        assert "SIMULATED" not in svg_text(plain.svg)
        assert sha256(plain.png).digest() != sha256(marked.png).digest()
        assert caption_words(drawing.caption, (), "a model").startswith("SIMULATED")
        assert alt_text(drawing, True).startswith("Simulated.")


def test_bytes_repeat_and_the_users_settings_do_not_matter(outcome):
    import matplotlib as mpl

    drawing = outcome.results[0].analysis.drawings[0]
    first = paint(drawing, NARROW, False, "t", "c")
    with mpl.rc_context({"lines.linewidth": 9, "font.size": 20, "svg.hashsalt": None}):
        second = paint(drawing, NARROW, False, "t", "c")
    assert first == second


def test_zero_dose_stands_beside_a_logarithmic_axis():
    scale = scale_for(Axis("Dose", "µM", log=True), [0, 0.5, 64])
    at = place(scale, [0, 0.5, 64, -1, np.nan])
    assert scale.low < at[0] < at[1] < at[2] < scale.high
    assert np.isnan(at[3:]).all()
    assert np.isnan(place(scale_for(Axis("Dose", log=True), [0.5, 64]), [0.0]))[0]


def test_an_open_side_reaches_the_edge_and_an_unknown_one_nothing():
    scale = scale_for(Axis("y"), [10, 20])
    assert reach(scale, [inf, -inf]).tolist() == [scale.high, scale.low]
    assert np.isnan(reach(scale, [np.nan]))[0]


def test_points_without_a_place_are_told():
    frame = pd.DataFrame({"x": [1.0, 10, -5], "y": [1.0, 2, 3]})
    drawing = CurvePlot("n", "t", CAPTION, Axis("x", log=True), Axis("y"), (Series("A", "points", frame),))
    notes = paint(drawing, NARROW, False, "t", "").notes
    assert any("1 point of A" in note for note in notes)


def test_excluded_points_are_hollow_and_told():
    frame = pd.DataFrame({"x": [1.0, 2], "y": [1.0, 2], "excluded": [False, True]})
    drawing = CurvePlot("n", "t", CAPTION, Axis("x"), Axis("y"), (Series("A", "points", frame),))
    hollow = paint(drawing, NARROW, False, "t", "")
    solid = paint(
        replace(drawing, series=(Series("A", "points", frame.drop(columns="excluded")),)),
        NARROW,
        False,
        "t",
        "",
    )
    assert any("Hollow" in note for note in hollow.notes)
    assert (pixels(hollow.png) < 250).sum() < (pixels(solid.png) < 250).sum()


def test_a_bound_is_an_arrow():
    dots = pd.DataFrame({"category": ["a"], "value": [64.0]})
    bars = pd.DataFrame({"category": ["a"], "value": [64.0], "low": [64.0], "high": [inf], "censored": [">"]})
    drawing = DotPlot("n", "t", CAPTION, Axis("y", "µM", log=True), dots, bars)
    picture = paint(drawing, NARROW, False, "t", "")
    assert any("bound" in note for note in picture.notes)
    assert "> 64" in alt_text(drawing, False)


def test_brackets_do_not_cross():
    brackets = pd.DataFrame({"left": ["a", "a", "c"], "right": ["b", "c", "d"], "label": ["1", "2", "3"]})
    rows = bracket_rows(brackets, ["a", "b", "c", "d"])
    assert rows[0] != rows[1]
    assert rows[1] != rows[2]


def test_too_many_brackets_are_left_to_the_table():
    names = [f"group {k}" for k in range(7)]
    pairs = [(a, b) for k, a in enumerate(names) for b in names[k + 1 :]]
    brackets = pd.DataFrame(
        {"left": [a for a, _ in pairs], "right": [b for _, b in pairs], "label": ["p"] * 21}
    )
    dots = pd.DataFrame({"category": names, "value": range(7)})
    drawing = DotPlot("n", "t", CAPTION, Axis("y"), dots, pd.DataFrame(), brackets)
    picture = paint(drawing, NARROW, False, "t", "")
    assert any("too many for brackets" in note for note in picture.notes)


def test_no_scale_bar_without_a_pixel_size():
    image = np.arange(120.0).reshape(10, 12)
    drawing = Overlay("n", "t", CAPTION, image)
    bare = paint(drawing, NARROW, False, "t", "")
    scaled = paint(replace(drawing, pixel_size=2.0), NARROW, False, "t", "")
    assert svg_text(bare.svg).strip() == ""
    assert svg_text(scaled.svg).strip() == "2 nm"
    assert any("no scale" in note for note in bare.notes)


def test_an_image_that_changed_is_refused(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.ones((4, 4)))
    reference = ArrayRef(path, "0" * 64, (4, 4), "float64")
    drawing = Overlay("n", "t", CAPTION, reference)
    with pytest.raises(DataError, match="changed after it was analysed"):
        paint(drawing, NARROW, False, "t", "")
    with pytest.raises(DataError, match="Unable to find the image"):
        paint(replace(drawing, image=replace(reference, path=tmp_path / "b.npy")), NARROW, False, "t", "")
    good = replace(reference, sha256=sha256(path.read_bytes()).hexdigest())
    assert paint(replace(drawing, image=good), NARROW, False, "t", "").png


@pytest.mark.parametrize("name", ["$x_$ and \\frac", "硒代胱氨酸", "<b>&amp;", ""])
def test_any_name_can_be_drawn(name):
    frame = pd.DataFrame({"x": [1.0, 2], "y": [1.0, 2]})
    series = (Series(name, "points", frame), Series("other", "line", frame, 1))
    drawing = CurvePlot("n", name, CAPTION, Axis(name or "x"), Axis("y"), series)
    assert name in svg_text(paint(drawing, NARROW, False, name, name).svg)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"x": [], "y": []}, dtype=float),
        pd.DataFrame({"x": [0.0], "y": [0.0]}),
        pd.DataFrame({"x": [np.nan, 0.0], "y": [np.inf, np.nan]}),
        pd.DataFrame({"x": [-3.0, -2.0], "y": [1e-12, 1e12]}),
    ],
)
@pytest.mark.parametrize("log", [False, True])
def test_odd_numbers_do_not_stop_a_figure(frame, log):
    series = tuple(
        Series(kind, kind, frame.assign(low=frame["y"], high=frame["y"]))
        for kind in ("points", "line", "band")
    )
    drawing = CurvePlot("n", "t", CAPTION, Axis("x", log=log), Axis("y", log=log), series)
    text = svg_text(paint(drawing, NARROW, False, "t", "").svg).lower()
    assert "nan" not in text
    assert "inf" not in text


@pytest.mark.parametrize("values", [np.full((2, 3), np.nan), np.zeros((2, 3)), np.ones((32, 48))])
@pytest.mark.parametrize("diverging", [False, True])
def test_odd_plates_do_not_stop_a_figure(values, diverging):
    rows, columns = values.shape
    drawing = HeatMap(
        "n",
        "t",
        CAPTION,
        values,
        tuple(map(str, range(rows))),
        tuple(map(str, range(columns))),
        Axis("v"),
        diverging=diverging,
    )
    assert paint(drawing, NARROW, False, "t", "").png
    assert "nan" not in alt_text(drawing, False)


def test_names_are_safe_on_every_system():
    assert safe_name("../../etc/passwd") == "etc-passwd"
    assert safe_name("///") == "unnamed"


def test_a_dot_plot_without_bars_or_without_dots():
    dots = pd.DataFrame({"category": ["a", "a", "b"], "value": [1.0, 1.0, 2.0]})
    bars = pd.DataFrame({"category": ["a"], "value": [1.0], "low": [0.5], "high": [np.nan]})
    for drawing in (
        DotPlot("n", "t", CAPTION, Axis("y"), dots, pd.DataFrame()),
        DotPlot("n", "t", CAPTION, Axis("y"), pd.DataFrame(), bars, style="bar"),
        DotPlot("n", "t", CAPTION, Axis("y", log=True), dots.assign(value=[0.0, 1, 10]), pd.DataFrame()),
    ):
        assert paint(drawing, NARROW, False, "t", "").png
        assert alt_text(drawing, False)


def test_equal_dots_stand_side_by_side():
    scale = scale_for(Axis("y"), [0, 10])
    shifts = beside(np.zeros(5), np.full(5, 3.0), scale)
    assert len(np.unique(shifts)) == 5


def test_only_excluded_or_few_points_are_labelled():
    frame = pd.DataFrame({"x": range(1, 31), "y": range(30), "label": [f"well {k}" for k in range(30)]})
    frame["excluded"] = frame["x"] == 7
    every = frame.assign(excluded=False).head(3)

    def labels(series: Series) -> str:
        drawing = CurvePlot("n", "t", CAPTION, Axis("x"), Axis("y"), (series,))
        return svg_text(paint(drawing, NARROW, False, "t", "").svg)

    assert re.findall(r"well \d+", labels(Series("A", "points", frame, faint=True))) == ["well 6"]
    assert re.findall(r"well \d+", labels(Series("A", "points", every))) == ["well 0", "well 1", "well 2"]
    assert re.findall(r"well \d+", labels(Series("A", "points", every, faint=True))) == []


def test_a_caption_says_nothing_twice():
    caption = Caption("A on B. small points: wells; hollow ones are out.", "3 experiments", "SD")
    notes = ("Small pale points are single values.", "Hollow points were excluded and enter no number.")
    assert caption_words(caption, (*notes, "Zero is left."), "", "A on B") == (
        "Small points: wells; hollow ones are out. n: 3 experiments. Error bars: SD. Zero is left."
    )


@pytest.mark.parametrize(
    ("title", "text", "said"),
    [
        ("IC50 by line", "IC50 by line; every dot is one.", "Every dot is one."),
        ("Plain: A on B", "A on B. Means of wells.", "Means of wells."),
        ("A", "Apples", "Apples"),
        ("Control wells", "Control wells of every plate", "Control wells of every plate"),
        ("Title", "other text", "other text"),
        ("A on B", "A on B", ""),
    ],
)
def test_the_title_is_not_repeated(title, text, said):
    found = caption_words(Caption(text, "3 lysates"), (), "", title)
    assert found.removesuffix("n: 3 lysates. No error bars.").strip().removesuffix(".") == said.removesuffix(
        "."
    )


def test_a_percentage_starts_at_zero():
    assert scale_for(Axis("Viability", "%"), [80, 110]).low < 0.001
    assert scale_for(Axis("Temperature", "K"), [280, 310]).low > 270


def test_too_many_names_are_left_to_the_tables():
    frame = pd.DataFrame({"x": [1.0, 2], "y": [1.0, 2]})
    series = tuple(Series(f"compound {k}", "line", frame * (1 + k), k) for k in range(40))
    marks = tuple(Mark(1 + k, f"IC50 {k}") for k in range(12))
    drawing = CurvePlot("n", "t", CAPTION, Axis("x"), Axis("y"), series, marks)
    picture = paint(drawing, NARROW, False, "t", "")
    assert any("40 groups" in note for note in picture.notes)
    assert any("first 8" in note for note in picture.notes)
    assert "compound 1" not in svg_text(picture.svg)


def test_a_run_called_comparisons_keeps_its_own_folder(outcome):
    first = outcome.results[0]
    results = tuple(
        replace(first, run=replace(first.run, name=name)) for name in ("comparisons", "a b", "a-b", "A-B")
    )
    folders = figure_folders(replace(outcome, results=results))
    assert len({folder.lower() for folder in folders.values()} | {"comparisons"}) == 5


def test_an_excluded_point_far_off_stands_at_the_edge_with_its_value_and_does_not_flatten_the_curve():
    frame = pd.DataFrame(
        {"x": [1.0, 2.0, 4.0], "y": [100.0, 80.0, 60.0], "excluded": False, "label": ["a", "b", "c"]}
    )
    far = pd.DataFrame({"x": [2.0], "y": [900.0], "excluded": [True], "label": ["experiment 1, B5"]})
    axes = (Axis("Dose", "µM", log=True), Axis("Viability", "%", low=0.0))
    series = (Series("wells", "points", frame), Series("wells", "points", far, faint=True))
    picture = paint(CurvePlot("c", "c", CAPTION, *axes, series), WIDE, False, "c", "")
    words = svg_text(picture.svg)
    assert "experiment 1, B5: 900" in words
    assert "500" not in words.split()
    assert any("beyond the axis" in note for note in picture.notes)


def lapping(figure, axis):
    """Pairs of neighbouring names of the axis that lie upon each other, rotated ones left out."""
    figure.draw_without_rendering()
    boxes = [
        one.get_window_extent() for one in axis.get_ticklabels() if one.get_text() and not one.get_rotation()
    ]
    return [k for k, (one, other) in enumerate(pairwise(boxes)) if one.overlaps(other)]


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("names", [
    ("0 µM", "L-selenocystine, 8 µM", "L-selenocystine, 16 µM"),
    ("8 µM, 24 h, HepG2-like", "16 µM, 24 h, HepG2-like"),
    ("untreated, 24 h on HepG2-like", "L-selenocystine, 8 µM, 24 h on HepG2-like"),
])  # fmt: skip
def test_names_of_categories_do_not_lie_upon_each_other(names, width):
    frame = pd.DataFrame({"category": names, "value": np.arange(len(names)) + 1.0})
    with figure_style(width):
        figure = draw_dots(
            DotPlot("n", "t", CAPTION, Axis("y"), frame, frame.assign(low=0.5, high=4)), width
        )[0]
        assert lapping(figure, figure.axes[0].xaxis) == []


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("shape", [(7, 2), (3, 5), (8, 12), (30, 9)])
def test_names_of_columns_do_not_lie_upon_each_other(shape, width):
    rows, columns = ("R",) * shape[0], tuple(f"{2**k} µM, 24 h" for k in range(shape[1]))
    drawing = HeatMap("n", "t", CAPTION, np.ones(shape), rows, columns, Axis("fold"))
    with figure_style(width):
        figure = draw_heat_map(drawing, width)[0]
        assert lapping(figure, figure.axes[0].xaxis) == []
