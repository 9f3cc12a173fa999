"""FlowJo 10 workspaces written here by hand: axes, matrices, every gate, groups, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from selenolab.core.errors import FormatRefusal
from selenolab.core.format import Parsed
from selenolab.core.gate import Combined, Dimension, Ellipsoid, Gate, GateTree, Polygon, Rectangle, Transform
from selenolab.formats.recognise import read_file

SPACES = (
    'xmlns:gating="http://www.isac-net.org/std/Gating-ML/v2.0/gating" '
    'xmlns:transforms="http://www.isac-net.org/std/Gating-ML/v2.0/transformations" '
    'xmlns:data-type="http://www.isac-net.org/std/Gating-ML/v2.0/datatypes"'
)
AXES = {
    "A": '<transforms:linear transforms:minRange="0" transforms:maxRange="1024" transforms:gain="1"',
    "B": '<transforms:log transforms:offset="10" transforms:decades="4"',
    "C": '<transforms:biex transforms:length="256" transforms:maxRange="262144" transforms:neg="0" '
    'transforms:width="-100" transforms:pos="4.5"',
    "D": '<transforms:fasinh transforms:length="256" transforms:maxRange="262144" transforms:T="262144" '
    'transforms:A="0" transforms:M="4" transforms:W="-10"',
    "E": '<transforms:logicle transforms:length="256" transforms:T="262144" transforms:W="0.5" '
    'transforms:M="4.5" transforms:A="0"',
    "X": '<transforms:miltenyi transforms:length="256"',
}  # fmt: skip


def transformations(channels: str) -> str:
    return "".join(
        f'{AXES[name.removeprefix("Comp-")]}><data-type:parameter data-type:name="{name}"/>'
        f"</{AXES[name.removeprefix('Comp-')].split()[0][1:]}>"
        for name in channels.split()
    )


def matrix(name: str, *rows: tuple[float, ...], channels: str = "C D") -> str:
    names = channels.split()
    inner = "".join(f'<data-type:parameter data-type:name="{one}"/>' for one in names)
    body = "".join(
        f'<transforms:spillover data-type:parameter="{one}">'
        + "".join(
            f'<transforms:coefficient data-type:parameter="{to}" transforms:value="{v}"/>'
            for to, v in zip(names, row, strict=False)
        )
        + "</transforms:spillover>"
        for one, row in zip(names, rows, strict=True)
    )
    return (
        f'<transforms:spilloverMatrix prefix="Comp-" suffix="" name="{name}">'
        f"<data-type:parameters>{inner}</data-type:parameters>{body}</transforms:spilloverMatrix>"
    )


def dim(name: str, bounds: str = "") -> str:
    return f'<gating:dimension {bounds}><data-type:fcs-dimension data-type:name="{name}"/></gating:dimension>'


def vertices(*rows: tuple[float, float]) -> str:
    return "".join(
        "<gating:vertex>"
        + "".join(f'<gating:coordinate data-type:value="{v}"/>' for v in row)
        + "</gating:vertex>"
        for row in rows
    )


def shape(kind: str, inner: str, how: str = 'eventsInside="1"') -> str:
    return f'<Gate gating:id="ID1"><gating:{kind} {how}>{inner}</gating:{kind}></Gate>'


def population(name: str, inner: str, below: str = "", count: str = "5") -> str:
    subs = f"<Subpopulations>{below}</Subpopulations>" if below else ""
    return f'<Population name="{name}" count="{count}">{inner}{subs}</Population>'


def boolean(tag: str, name: str, *paths: str) -> str:
    inner = "".join(f'<Dependent name="{path}"/>' for path in paths)
    return f'<{tag} name="{name}" count="3"><Dependents>{inner}</Dependents></{tag}>'


def sample(
    populations: str, number: int = 1, title: str = "tube.fcs", head: str = "", file: str = "", fil: str = ""
) -> str:
    return (
        f'<Sample><DataSet uri="file:/C:/runs/{file or title}" sampleID="{number}"/>{head}'
        f"<Transformations>{transformations('A B C D E Comp-C Comp-D')}</Transformations>"
        f'<Keywords><Keyword name="$FIL" value="{fil}"/><Keyword name="$TIMESTEP" value="0.01"/></Keywords>'
        f'<SampleNode name="{title}" count="9" sampleID="{number}">'
        f"<Subpopulations>{populations}</Subpopulations></SampleNode></Sample>"
    )


def parsed(tmp_path: Path, samples: str, groups: str = "", version: str = "10.8.1") -> Parsed:
    path = tmp_path / "w.wsp"
    text = (
        f'<?xml version="1.0"?>\n<Workspace version="20.0" flowJoVersion="{version}" {SPACES}>'
        f"<Groups>{groups}</Groups><SampleList>{samples}</SampleList></Workspace>"
    )
    path.write_text(text, encoding="utf-8")
    return read_file(path)[0]


def tree(tmp_path: Path, samples: str, groups: str = "") -> GateTree:
    document = parsed(tmp_path, samples, groups).document
    assert isinstance(document, GateTree)
    return document


def gate(found: GateTree, name: str) -> Gate:
    return next(one for one in found.gates if one.name == name)


BOX = shape("RectangleGate", dim("A", 'gating:min="1" gating:max="5"'))


@pytest.mark.parametrize(
    ("channel", "wanted", "floor"),
    [
        ("A", None, None),
        ("B", Transform("log", {"T": 100_000.0, "M": 4.0}), 0.0),
        (
            "C",
            Transform("biex", {"width": -100, "pos": 4.5, "neg": 0, "max": 262144, "channels": 4096}),
            None,
        ),
        ("D", Transform("asinh", {"T": 262144, "M": 4, "A": 0}), None),
        ("E", Transform("logicle", {"T": 262144, "W": 0.5, "M": 4.5, "A": 0}), None),
    ],
)
def test_axes_are_kept_and_bounds_stay_in_data_units(
    tmp_path: Path, channel: str, wanted: Transform | None, floor: float | None
) -> None:
    found = tree(tmp_path, sample(population("g", shape("RectangleGate", dim(channel, 'gating:min="70"')))))
    axis = Dimension(channel, wanted, low=70.0, in_data_units=True, floor=floor)
    assert found.gates[0].region == Rectangle((axis,))
    assert found.gates[0].made_by == "FlowJo workspace"


def test_a_prefix_says_that_a_channel_is_compensated(tmp_path: Path) -> None:
    two = dim("Comp-C") + dim("D")
    body = population("g", shape("PolygonGate", two + vertices((0, 0), (9, 0), (9, 9))))
    one = sample(body, head=matrix("M", (1, 0.1), (0.2, 1)))
    other = sample(body, 2, "b.fcs", head=matrix("M", (1, 0.3), (0.2, 1)))
    same = sample(body, 3, "c.fcs", head=matrix("M", (1, 0.1), (0.2, 1)))
    found = tree(tmp_path, one + other + same)
    assert set(found.spillovers) == {"M", "M (b.fcs, 1)"}
    assert found.spillovers["M"].matrix.tolist() == [[1, 0.1], [0.2, 1]]
    used = [one.region.dimensions for one in found.gates if isinstance(one.region, Polygon)]
    assert [(x.channel, x.compensation, y.channel, y.compensation) for x, y in used] == [
        ("C", "M", "D", ""), ("C", "M (b.fcs, 1)", "D", ""), ("C", "M", "D", "")]  # fmt: skip


def test_paths_counts_and_the_outside_of_a_gate(tmp_path: Path) -> None:
    outside = shape("RectangleGate", dim("A", 'gating:min="2"'), 'eventsInside="0"')
    found = tree(tmp_path, sample(population("cells", BOX, population("out", outside, count="12"))))
    assert [(one.name, one.parent, one.outside) for one in found.gates] == [
        ("cells", "", False), ("cells/out", "cells", True)]  # fmt: skip
    assert found.counts == {("tube.fcs", "cells"): 5, ("tube.fcs", "cells/out"): 12}
    assert found.whole == {"tube.fcs"}


def test_boolean_populations_find_their_operands_by_path(tmp_path: Path) -> None:
    below = population("p", BOX) + population("q", BOX) + boolean("AndNode", "both", "cells/p", "q")
    found = tree(
        tmp_path,
        sample(
            population("cells", BOX, below)
            + boolean("NotNode", "no", "cells/p")
            + boolean("OrNode", "or", "p", "q")
        ),
    )
    assert gate(found, "cells/both").region == Combined("and", ("cells/p", "cells/q"))
    assert gate(found, "cells/both").parent == "cells"
    assert gate(found, "no").region == Combined("not", ("cells/p",))
    assert gate(found, "or").region == Combined("or", ("cells/p", "cells/q"))


def ellipse(x: str, y: str) -> str:
    foci, edge = (
        vertices((120, 96), (136, 108)),
        vertices((108, 87), (148, 117), (119.4, 113.5), (136.6, 90.5)),
    )
    return shape(
        "EllipsoidGate", f"{dim(x)}{dim(y)}<gating:foci>{foci}</gating:foci><gating:edge>{edge}</gating:edge>"
    )


def test_an_ellipse_of_the_plot_lies_on_the_axes(tmp_path: Path) -> None:
    found = tree(tmp_path, sample(population("e", ellipse("A", "D")) + population("f", ellipse("C", "D"))))
    bins = np.random.default_rng(3).uniform(90, 160, (400, 2))
    away = np.linalg.norm(bins - [120, 96], axis=1) + np.linalg.norm(bins - [136, 108], axis=1)
    for name, unit in (("e", [1024 / 256, 1 / 256]), ("f", [4096 / 256, 1 / 256])):
        region = gate(found, name).region
        assert isinstance(region, Ellipsoid)
        shown = bins * unit - region.mean
        inside = (
            np.einsum("ni,ij,nj->n", shown, np.linalg.inv(region.covariance), shown) <= region.distance_square
        )
        assert np.array_equal(inside, away <= 50)  # the long axis is 50 bins
        assert 20 < inside.sum() < 380
    assert "bins of its plot" in found.notes[0]


def test_time_is_drawn_in_seconds_and_kept_in_steps(tmp_path: Path) -> None:
    found = tree(tmp_path, sample(population("t", shape("RectangleGate", dim("Time", 'gating:max="30"')))))
    assert found.gates[0].region == Rectangle((Dimension("Time", high=3000.0, in_data_units=True),))
    assert "$TIMESTEP" in found.notes[0]


def group(name: str, populations: str, *numbers: int) -> str:
    references = "".join(f'<SampleRef sampleID="{one}"/>' for one in numbers)
    return (
        f'<GroupNode name="{name}"><Subpopulations>{populations}</Subpopulations>'
        f"<Group><SampleRefs>{references}</SampleRefs></Group></GroupNode>"
    )


def test_the_gates_of_one_group_are_a_template(tmp_path: Path) -> None:
    samples = sample(population("g", BOX)) + sample("", 2, "empty.fcs")
    found = tree(tmp_path, samples, group("All", population("g", BOX, count=""), 1, 2))
    assert [(one.name, one.sample) for one in found.gates] == [("g", ""), ("g", "tube.fcs")]
    assert found.whole == {"tube.fcs", "empty.fcs"}
    two = tree(tmp_path, samples, group("All", population("g", BOX), 1) + group("B", population("g", BOX), 2))
    assert [one.sample for one in two.gates] == ["tube.fcs"]
    assert "groups 'All', 'B' have gates of their own" in two.notes[0]


def test_a_sample_is_known_by_title_file_and_fil_unless_two_share_it(tmp_path: Path) -> None:
    one = sample(population("g", BOX), 1, "first", file="run%201.fcs", fil="A01.fcs")
    other = sample(population("g", BOX), 2, "second", file="run2.fcs", fil="A01.fcs")
    found = tree(tmp_path, one + other)
    assert found.samples == {"first": "first", "run 1.fcs": "first", "second": "second", "run2.fcs": "second"}
    assert "the name 'A01.fcs' is that of 2 samples" in found.notes[0]
    twins = tree(tmp_path, sample(population("g", BOX)) + sample(population("g", BOX), 2))
    assert twins.whole == {"tube.fcs (sample 1)", "tube.fcs (sample 2)"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (population("bad", shape("CurlyQuad", dim("A") + dim("B"))), "CurlyQuad is not published"),
        (population("bad", shape("SpiderGate", "")), "SpiderGate are not offered"),
        (population("bad", ""), "expected exactly one gate"),
        (population("bad", BOX) + population("bad", BOX), "two populations of one parent"),
        (population("bad", shape("RectangleGate", dim("X"))), "'miltenyi' is not offered"),
        (population("bad", ellipse("A", "Z")), "no axis for Z"),
        (boolean("AndNode", "bad", "good", "nowhere"), "rests on 'nowhere', which no gate is"),
        (boolean("NotNode", "bad"), "'not' is given 0"),
    ],
)
def test_a_population_that_cannot_be_taken_over_is_listed_never_dropped(
    tmp_path: Path, body: str, said: str
) -> None:
    head = sample(population("good", BOX) + body + boolean("NotNode", "below", "bad"))
    head = head.replace("<Transformations>", f"<Transformations>{transformations('X')}")
    found = parsed(tmp_path, head)
    assert isinstance(found.document, GateTree)
    assert [one.name for one in found.document.gates] == ["good"]
    lost = {one.name: one for one in found.document.refused}
    assert said in lost["bad"].reason
    assert lost["bad"].sample == "tube.fcs"
    assert "below" in lost
    assert any("gate 'bad' is refused" in note for note in found.notes)


def test_gates_on_a_matrix_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    body = population("raw", BOX) + population("bad", shape("RectangleGate", dim("Comp-C", 'gating:min="1"')))
    found = tree(tmp_path, sample(body, head=matrix("M", (1,), (0.2, 1))))
    assert [one.name for one in found.gates] == ["raw"]
    assert "one coefficient for each channel" in found.refused[0].reason


@pytest.mark.parametrize(
    ("samples", "version", "said"),
    [
        (sample(population("g", BOX)), "9.9", "version '9.9'"),
        ("", "10.1", "holds no sample"),
        (sample(""), "10.1", "holds no gate"),
        (sample(population("g", shape("CurlyQuad", ""))), "10.1", "none of its gates can be applied: 'g'"),
        (sample(population("g", "<Gate>")), "10.1", "no well-formed XML"),
    ],
)
def test_workspaces_that_are_refused(tmp_path: Path, samples: str, version: str, said: str) -> None:
    with pytest.raises(FormatRefusal, match=said):
        parsed(tmp_path, samples, version=version)


def test_a_workspace_without_a_version_is_not_sent_to_excel(tmp_path: Path) -> None:
    path = tmp_path / "old.wsp"
    path.write_text('<?xml version="1.0"?><Workspace version="1.4"></Workspace>', encoding="utf-8")
    with pytest.raises(FormatRefusal, match=r"Refused as FlowJo workspace.*export its gates") as error:
        read_file(path)
    assert "Excel" not in str(error.value)
