"""Every drawing of a study as SVG and PNG files at two widths, with its words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from selenolab.core.drawing import Drawing, HeatMap, Overlay
from selenolab.core.study import Compared, Result, StudyResult, Virtual
from selenolab.report.caption import alt_text, caption_words
from selenolab.report.draw.picture import Picture, paint
from selenolab.report.draw.style import NARROW, WIDE
from selenolab.report.svg import tidy_svg

COMPARISONS, PATHWAYS = "comparisons", "pathways"


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure as written. `owner` is the run's name, or "comparisons"; `files` are relative paths."""

    owner: str
    name: str
    title: str
    caption: str
    alt: str
    simulated: bool
    compact: bool  # a map or image: two stand side by side
    wide: bytes  # the SVG of 174 mm
    narrow: bytes  # the SVG of 85 mm
    files: tuple[str, ...]


def write_figures(folder: Path, outcome: StudyResult) -> tuple[Shown, ...]:
    """Write ``figures/<run>/<name>-<width>mm.svg`` and ``.png`` for every run and comparison."""
    shown: list[Shown] = []
    folders = figure_folders(outcome)
    for result in outcome.results:
        if isinstance(result, Result):
            why = simulated_words(result)
            shown += _write_all(folder, folders[result.run.name], result.analysis.drawings, why)
    for compared in outcome.compared:
        if compared.drawing is not None:
            why = _simulated_comparison(compared, outcome)
            shown += _write_all(
                folder, COMPARISONS, [compared.drawing], why, prefix=safe_name(compared.comparison.name)
            )
    for number, page in enumerate(outcome.pathways, 1):
        why = "these values come from a model, not from an experiment" if page.virtual else ""
        for drawing in (page.network, page.table):
            shown += _write_all(folder, PATHWAYS, [drawing], why, prefix=f"{number}-{drawing.name}")
    return tuple(shown)


def figure_folders(outcome: StudyResult) -> dict[str, str]:
    """The folder of each run's figures: its name, made safe, and no two alike."""
    taken, folders = {COMPARISONS, PATHWAYS}, {}
    for result in outcome.results:
        name = safe_name(result.run.name)
        while name.lower() in taken:
            name += "-run"
        taken.add(name.lower())
        folders[result.run.name] = name
    return folders


def simulated_words(result: Result) -> str:
    """Why a run's figures are marked, "" for the bench door."""
    if result.provenance.door != "virtual":
        return ""
    model = result.run.door.model if isinstance(result.run.door, Virtual) else "a model"
    return f"these values come from the model {model}, not from an experiment"


def _simulated_comparison(compared: Compared, outcome: StudyResult) -> str:
    virtual = [
        one.run.name
        for one in outcome.results
        if isinstance(one, Result)
        and one.provenance.door == "virtual"
        and one.run.name in compared.comparison.runs
    ]
    return f"values of {', '.join(virtual)} come from a model, not from an experiment" if virtual else ""


def _write_all(
    folder: Path, owner: str, drawings: Iterable[Drawing], simulated: str, prefix: str = ""
) -> list[Shown]:
    shown: list[Shown] = []
    for drawing in drawings:
        name = prefix or safe_name(drawing.name)
        taken = {one.name for one in shown}
        while name in taken:
            name += "-2"
        shown.append(_write_one(folder, owner, name, drawing, simulated))
    return shown


def _write_one(folder: Path, owner: str, name: str, drawing: Drawing, simulated: str) -> Shown:
    alt = alt_text(drawing, bool(simulated))
    plain = caption_words(drawing.caption, (), simulated)
    place = folder / "figures" / owner
    place.mkdir(parents=True, exist_ok=True)
    pictures: dict[int, Picture] = {}
    files: list[str] = []
    for width in (NARROW, WIDE):
        picture = paint(drawing, width, bool(simulated), drawing.title, plain)
        picture = Picture(tidy_svg(picture.svg, alt), picture.png, picture.notes)
        for ending, content in (("svg", picture.svg), ("png", picture.png)):
            path = place / f"{name}-{width}mm.{ending}"
            path.write_bytes(content)
            files.append(path.relative_to(folder).as_posix())
        pictures[width] = picture
    caption = caption_words(drawing.caption, pictures[WIDE].notes, simulated, drawing.title)
    compact = isinstance(drawing, HeatMap | Overlay) and owner != PATHWAYS
    wide, narrow = pictures[WIDE].svg, pictures[NARROW].svg
    return Shown(
        owner, name, drawing.title, caption, alt, bool(simulated), compact, wide, narrow, tuple(files)
    )


def safe_name(name: str) -> str:
    """`name` as a file or folder name on every system.

    Examples
    --------
    >>> safe_name("../IC50: µM <b>")
    'IC50-µM-b'
    """
    return re.sub(r"[^\w.]+", "-", name).strip("-._")[:80] or "unnamed"
