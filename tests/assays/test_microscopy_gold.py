"""Gold particles of known size, by the scale bars in their own images (shared data, not in here)."""

from pathlib import Path

import pytest

from selenolab.assays.microscopy.endpoints import MEAN
from selenolab.assays.microscopy.scale import BAR
from selenolab.core.estimate import Estimate
from selenolab.study.run import analyse_files

GOLD = Path(__file__).parents[3] / "shared" / "data" / "microscopy" / "gold"
BARS = {"au20nm_002.jpg": 200, "au20nm_004.jpg": 100, "au50nm_003.jpg": 200, "au50nm_004.jpg": 20}

pytestmark = pytest.mark.skipif(not GOLD.is_dir(), reason="the shared gold images are not here")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "author"),
    [(("au20nm_002.jpg", "au20nm_004.jpg"), 19.6), (("au50nm_003.jpg", "au50nm_004.jpg"), 51.2)],
)
def test_gold_is_as_large_as_its_authors_found_it(names, author):
    analysis = analyse_files("microscopy", [GOLD / name for name in names]).analysis
    mean = next(e.outcome for e in analysis.endpoints if e.name == MEAN)
    assert isinstance(mean, Estimate)
    print(analysis.answer)  # noqa: T201 - the figures of the record
    assert mean.unit == "nm"
    assert mean.value == pytest.approx(author, rel=0.1)
    assert mean.low < author < mean.high
    assert set(analysis.tables["images"].frame["scale_source"]) == {BAR}
    note = analysis.tables["images"].frame["scale_note"]
    assert note.str.contains("pitch of a camera").all()
