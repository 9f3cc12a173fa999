"""Synthetic tubes on their way through the bench door, as the tests of the flow assay need them."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from selenolab.assays.flow.assay import analyse
from selenolab.assays.flow.reading import read
from selenolab.assays.flow.settings import FlowSettings
from selenolab.core.analysis import Analysis
from selenolab.core.assay import Reading, Sheet
from selenolab.core.format import InputFile
from selenolab.formats.plate_map import read_plate_map
from selenolab.formats.recognise import read_file

sys.path.append(str(Path(__file__).parents[1]))
from generators import flow_truth as truth

SHARED = Path(__file__).parents[3] / "shared" / "data" / "flow"


def opened(path: Path, role: str = "sample", **facts: str) -> InputFile:
    """A file as a run takes it."""
    parsed, sha256 = read_file(path)
    return InputFile(path, path.name, role, sha256, parsed, facts)


def reading(tubes: Sequence[truth.Tube], place: Path, **settings: Any) -> Reading:
    """The tubes as files with their sheet, read."""
    sheet = truth.write(list(tubes), place)
    told = read_plate_map(sheet)
    files = [opened(place / tube.name) for tube in tubes]
    return read(files, Sheet(sheet.name, told.data, told.units), FlowSettings(**settings))


def analysed(tubes: Sequence[truth.Tube], place: Path, **settings: Any) -> Analysis:
    """The tubes as files, read and analysed."""
    return analyse(reading(tubes, place, **settings).dataset, FlowSettings(**settings), 0, {})


def of_files(paths: Sequence[Path], **settings: Any) -> Analysis:
    """Files of anyone, read and analysed."""
    chosen = FlowSettings(**settings)
    return analyse(read([opened(path) for path in paths], None, chosen).dataset, chosen, 0, {})


def value(analysis: Analysis, name: str, **group: str) -> Any:
    """The outcome of one endpoint."""
    found = [
        end.outcome
        for end in analysis.endpoints
        if end.name == name and all(end.group.get(word) == text for word, text in group.items())
    ]
    assert len(found) == 1, (name, group, len(found))
    return found[0]


def numbers(analysis: Analysis) -> Any:
    """The panel's numbers, a row a tube."""
    return analysis.tables["tube_values"].frame.set_index("tube")
