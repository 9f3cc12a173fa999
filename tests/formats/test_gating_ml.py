"""GatingML 2.0 written here by hand: every kind of gate and scale, and files that are refused by name."""

from pathlib import Path

import numpy as np
import pytest

from selenolab.core.errors import FormatRefusal, SelenolabError
from selenolab.core.gate import (
    Combined,
    Dimension,
    Ellipsoid,
    GateTree,
    Polygon,
    Quadrant,
    Rectangle,
    Transform,
)
from selenolab.formats.recognise import read_file

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<gating:Gating-ML'
    ' xmlns:gating="http://www.isac-net.org/std/Gating-ML/v2.0/gating"'
    ' xmlns:transforms="http://www.isac-net.org/std/Gating-ML/v2.0/transformations"'
    ' xmlns:data-type="http://www.isac-net.org/std/Gating-ML/v2.0/datatypes">'
)


def axis(channel: str, how: str = "", compensation: str = "uncompensated", tag: str = "dimension") -> str:
    return (
        f'<gating:{tag} gating:compensation-ref="{compensation}" {how}>'
        f'<data-type:fcs-dimension data-type:name="{channel}"/></gating:{tag}>'
    )


def points(tag: str, *rows: tuple[float, ...], inner: str = "coordinate") -> str:
    return "".join(
        f"<gating:{tag}>"
        + "".join(f'<gating:{inner} data-type:value="{v}"/>' for v in row)
        + f"</gating:{tag}>"
        for row in rows
    )


def scale(name: str, inner: str, bounds: str = "") -> str:
    return f'<transforms:transformation transforms:id="{name}" {bounds}>{inner}</transforms:transformation>'


def gate(kind: str, name: str, inner: str, parent: str = "") -> str:
    above = f' gating:parent_id="{parent}"' if parent else ""
    return f'<gating:{kind} gating:id="{name}"{above}>{inner}</gating:{kind}>'


RANGE = gate("RectangleGate", "range", axis("A", 'gating:min="1"'))
TRIANGLE = points("vertex", (0, 0), (4, 0), (4, 4))


def read(tmp_path: Path, body: str, head: str = HEAD) -> GateTree:
    path = tmp_path / "gates.xml"
    path.write_text(f"{head}{body}</gating:Gating-ML>", encoding="utf-8")
    parsed, _ = read_file(path)
    assert parsed.kind == "document"
    assert isinstance(parsed.document, GateTree)
    assert list(parsed.records["gate"]) == [one.name for one in parsed.document.gates]
    return parsed.document


def test_ranges_may_be_open(tmp_path: Path) -> None:
    (found,) = read(tmp_path, RANGE).gates
    assert found.region == Rectangle((Dimension("A", low=1.0, high=None),))
    assert (found.parent, found.sample, found.made_by) == ("", "", "GatingML file")


@pytest.mark.parametrize(
    ("inner", "wanted"),
    [
        ('<transforms:flin transforms:T="1000" transforms:A="100"/>',
         Transform("linear", {"T": 1000, "A": 100})),
        ('<transforms:flog transforms:T="10000" transforms:M="5"/>', Transform("log", {"T": 10000, "M": 5})),
        ('<transforms:fasinh transforms:T="1000" transforms:M="4" transforms:A="1"/>',
         Transform("asinh", {"T": 1000, "M": 4, "A": 1})),
        ('<transforms:logicle transforms:T="1000" transforms:W="1" transforms:M="4" transforms:A="0"/>',
         Transform("logicle", {"T": 1000, "W": 1, "M": 4, "A": 0})),
        ('<transforms:hyperlog transforms:T="1000" transforms:W="1" transforms:M="4" transforms:A="0"/>',
         Transform("hyperlog", {"T": 1000, "W": 1, "M": 4, "A": 0})),
    ],
    ids=lambda value: value.kind if isinstance(value, Transform) else "",
)  # fmt: skip
def test_every_transform_with_its_letters(tmp_path: Path, inner: str, wanted: Transform) -> None:
    body = scale("t", inner, 'transforms:boundMin="0" transforms:boundMax="1.5"')
    tree = read(
        tmp_path, body + gate("RectangleGate", "g", axis("A", 'gating:max="1" gating:transformation-ref="t"'))
    )
    region = tree.gates[0].region
    assert region == Rectangle((Dimension("A", wanted, high=1.0, floor=0.0, ceiling=1.5),))


def test_a_ratio_is_a_new_dimension(tmp_path: Path) -> None:
    inner = (
        '<transforms:fratio transforms:A="1" transforms:B="2" transforms:C="-3">'
        '<data-type:fcs-dimension data-type:name="A"/><data-type:fcs-dimension data-type:name="B"/>'
        "</transforms:fratio>"
    )
    new = (
        '<gating:dimension gating:compensation-ref="FCS" gating:min="1" gating:transformation-ref="t">'
        '<data-type:new-dimension data-type:transformation-ref="r"/></gating:dimension>'
    )
    log = scale("t", '<transforms:flog transforms:T="10" transforms:M="1"/>')
    (dimension,) = (
        read(tmp_path, scale("r", inner) + log + gate("RectangleGate", "g", new)).gates[0].region.dimensions
    )  # type: ignore[union-attr]
    assert (dimension.channel, dimension.second, dimension.compensation) == ("A", "B", "FCS")
    assert dimension.transform == Transform("ratio", {"A": 1, "B": 2, "C": -3})
    assert dimension.outer == Transform("log", {"T": 10, "M": 1})


def spectrum(detectors: str, rows: list[list[float]], more: str = "") -> str:
    def names(tag: str, channels: str) -> str:
        inner = "".join(f'<data-type:fcs-dimension data-type:name="{one}"/>' for one in channels.split())
        return f"<transforms:{tag}>{inner}</transforms:{tag}>"

    body = "".join(
        "<transforms:spectrum>"
        + "".join(f'<transforms:coefficient transforms:value="{v}"/>' for v in row)
        + "</transforms:spectrum>"
        for row in rows
    )
    return (
        f'<transforms:spectrumMatrix transforms:id="M" {more}>{names("fluorochromes", "FITC PE")}'
        f"{names('detectors', detectors)}{body}</transforms:spectrumMatrix>"
    )


@pytest.mark.parametrize("inverted", [False, True])
def test_a_matrix_turns_fluorochromes_into_detectors(tmp_path: Path, inverted: bool) -> None:
    matrix = np.array([[1.0, 0.25], [0.5, 1.0]])
    written = np.linalg.inv(matrix) if inverted else matrix
    body = spectrum(
        "B1 B2", written.tolist(), f'transforms:matrix-inverted-already="{str(inverted).lower()}"'
    )
    tree = read(tmp_path, body + gate("RectangleGate", "g", axis("PE", 'gating:min="3"', "M")))
    assert tree.gates[0].region == Rectangle((Dimension("B2", compensation="M", low=3.0),))
    assert tree.spillovers["M"].channels == ("B1", "B2")
    np.testing.assert_allclose(tree.spillovers["M"].matrix, matrix, atol=1e-15)


def test_polygons_say_when_they_cross_themselves(tmp_path: Path) -> None:
    bow = points("vertex", (0, 0), (2, 2), (2, 0), (0, 2), (0, 0))
    two = axis("A") + axis("B")
    tree = read(
        tmp_path, gate("PolygonGate", "bow", two + bow) + gate("PolygonGate", "plain", two + TRIANGLE)
    )
    crossed, plain = tree.gates
    assert isinstance(crossed.region, Polygon)
    assert crossed.region.vertices.tolist() == [[0, 0], [2, 2], [2, 0], [0, 2]]
    assert "even-odd" in crossed.notes[0]
    assert "gate 'bow'" in tree.notes[0]
    assert plain.notes == ()


def test_an_ellipsoid(tmp_path: Path) -> None:
    inner = (
        axis("A") + axis("B") + points("mean", (1, 2)) + "<gating:covarianceMatrix>"
        + points("row", (4, 1), (1, 9), inner="entry") + '</gating:covarianceMatrix>'
        '<gating:distanceSquare data-type:value="2"/>'
    )  # fmt: skip
    region = read(tmp_path, gate("EllipsoidGate", "e", inner)).gates[0].region
    assert isinstance(region, Ellipsoid)
    assert (region.mean.tolist(), region.covariance.tolist(), region.distance_square) == (
        [1, 2],
        [[4, 1], [1, 9]],
        2,
    )


def test_a_covariance_that_draws_no_ellipse_is_refused(tmp_path: Path) -> None:
    inner = (
        axis("A") + axis("B") + points("mean", (1, 2)) + "<gating:covarianceMatrix>"
        + points("row", (-4, 0), (0, 9), inner="entry") + '</gating:covarianceMatrix>'
        '<gating:distanceSquare data-type:value="2"/>'
    )  # fmt: skip
    with pytest.raises(FormatRefusal, match="not positive definite"):
        read(tmp_path, gate("EllipsoidGate", "e", inner))


def test_quadrants_are_boxes_between_dividers(tmp_path: Path) -> None:
    def divider(name: str, channel: str, *values: float) -> str:
        cuts = "".join(f"<gating:value>{value}</gating:value>" for value in values)
        return (
            f'<gating:divider gating:id="{name}" gating:compensation-ref="uncompensated">'
            f'<data-type:fcs-dimension data-type:name="{channel}"/>{cuts}</gating:divider>'
        )

    def quadrant(name: str, **places: float) -> str:
        inner = "".join(
            f'<gating:position gating:divider_ref="{one}" gating:location="{at}"/>'
            for one, at in places.items()
        )
        return f'<gating:Quadrant gating:id="{name}">{inner}</gating:Quadrant>'

    inner = (
        divider("x", "A", 10, 5) + divider("y", "B", 3) + quadrant("q1", x=4, y=7) + quadrant("q2", x=5, y=1)
    )
    tree = read(tmp_path, RANGE + gate("QuadrantGate", "Q", inner + quadrant("q3", x=11), parent="range"))
    boxes = {
        one.name: (one.parent, one.region.boxes) for one in tree.gates if isinstance(one.region, Quadrant)
    }
    assert boxes == {
        "q1": ("range", ((None, 5.0), (3.0, None))),
        "q2": ("range", ((5.0, 10.0), (None, 3.0))),
        "q3": ("range", ((10.0, None),)),
    }


def boolean(name: str, operator: str, *references: str, parent: str = "") -> str:
    inner = "".join(
        f'<gating:gateReference gating:ref="{one.removeprefix("!")}"'
        f"{' gating:use-as-complement=' + chr(34) + 'true' + chr(34) if one.startswith('!') else ''}/>"
        for one in references
    )
    return gate("BooleanGate", name, f"<gating:{operator}>{inner}</gating:{operator}>", parent)


def test_booleans_may_stand_before_what_they_rest_on(tmp_path: Path) -> None:
    tree = read(
        tmp_path, boolean("b", "and", "!range", "c") + boolean("c", "not", "range", parent="range") + RANGE
    )
    assert [one.name for one in tree.gates] == ["range", "c", "b"]
    assert tree.gates[2].region == Combined("and", ("!range", "c"))
    assert tree.gates[1].parent == "range"


TWO = axis("A") + axis("B")
BAD = [
    (gate("PolygonGate", "bad", axis("A") + TRIANGLE), "exactly two dimensions"),
    (gate("PolygonGate", "bad", TWO + points("vertex", (0, 0), (1, 1))), "3 to 10000 vertices"),
    (gate("PolygonGate", "bad", TWO + points("vertex", (0, 0), (1,), (2, 2))), "two coordinates"),
    (gate("PolygonGate", "bad", TWO + points("vertex", (0, 0), (1, float("nan")), (2, 2))), "finite number"),
    (gate("RectangleGate", "bad", axis("A", 'gating:min="5" gating:max="1"')), "above its maximum"),
    (gate("RectangleGate", "bad", axis("A", 'gating:min="wide"')), "found 'wide'"),
    (gate("RectangleGate", "bad", axis("A", 'gating:transformation-ref="t"')), "a transform 't'"),
    (gate("RectangleGate", "bad", axis("A", "", "M")), "a compensation 'M'"),
    (gate("RectangleGate", "bad", axis("A", "", "")), "does not say its compensation"),
    (gate("RectangleGate", "bad", ""), "no dimension"),
    (gate("SpiderGate", "bad", TWO), "SpiderGate are not offered"),
    (gate("EllipsoidGate", "bad", TWO), "expected a mean"),
    (boolean("bad", "and", "range"), "'and' is given 1"),
    (boolean("bad", "not", "nowhere"), "'nowhere', which the file does not hold"),
    (boolean("bad", "or", "bad", "range"), "rests on 'bad'"),
    (gate("RectangleGate", "bad", axis("A"), parent="nowhere"), "nowhere"),
    (scale("t", "<transforms:fspline/>")
     + gate("RectangleGate", "bad", axis("A", 'gating:transformation-ref="t"')), "unknown kind"),
    (spectrum("B1 B2 B3", [[1, 0, 0], [0, 1, 0]])
     + gate("RectangleGate", "bad", axis("PE", "", "M")), "unmixes 2"),
    (spectrum("B1 B2", [[1, 0], [0, 1]]) + gate("RectangleGate", "bad", axis("X", "", "M")), "holds no 'X'"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "said"), BAD, ids=[said for _, said in BAD])
def test_a_gate_that_cannot_be_taken_over_is_listed_never_dropped(
    tmp_path: Path, body: str, said: str
) -> None:
    tree = read(tmp_path, RANGE + body + gate("RectangleGate", "below", axis("B"), parent="bad"))
    assert [one.name for one in tree.gates] == ["range"]
    lost = {one.name: one.reason for one in tree.refused}
    assert said in lost["bad"]
    assert "'bad'" in lost["below"]
    with pytest.raises(FormatRefusal, match="none of its gates can be applied"):
        read(tmp_path, body)


@pytest.mark.parametrize(
    ("body", "head", "said"),
    [
        (RANGE + RANGE, HEAD, "'range' is used twice"),
        ("", HEAD, "holds no gate"),
        (RANGE, HEAD.replace("v2.0", "v1.5"), "another version"),
        (RANGE + "<gating:Rect", HEAD, "no well-formed XML"),
        ("<a>" * 300 + "</a>" * 300, HEAD, "no well-formed XML"),
        (RANGE, HEAD.replace("<gating:G", '<!DOCTYPE x [<!ENTITY a "b">]><gating:G', 1), "document type"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, body: str, head: str, said: str) -> None:
    with pytest.raises(FormatRefusal, match=said):
        read(tmp_path, body, head)


def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    whole = f"{HEAD}{RANGE}</gating:Gating-ML>".encode()
    for end in range(1, len(whole) - 1, 23):
        path = tmp_path / "cut.xml"
        path.write_bytes(whole[:end])
        with pytest.raises(SelenolabError):
            read_file(path)
