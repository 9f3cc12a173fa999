"""Published dissolution data through the whole assay: f2 of three products, and a reading of wide files."""

from pathlib import Path

import pandas as pd
import pytest

from selenolab.core.format import InputFile
from selenolab.formats.recognise import read_file
from selenolab.shelf import assays

ASSAY = assays["release"]
SHARED = Path(__file__).parents[3] / "shared" / "data" / "release" / "dissolution_ref_and_tests.csv"
F2 = {"test1": (60.0299, 5e-5), "test2": (51.0820, 5e-5), "test3": (51.194, 5e-4)}

pytestmark = pytest.mark.skipif(not SHARED.is_file(), reason="shared data are not beside the checkout")


@pytest.fixture(scope="module")
def analysed(tmp_path_factory):
    """One wide file a product, minutes and percent in the headers, the product as the medium."""
    folder = tmp_path_factory.mktemp("products")
    files = []
    for name, part in pd.read_csv(SHARED).groupby("product"):
        units = part.filter(like="unit")
        wide = units.rename(columns={word: f"{word} [%]" for word in units}).copy()
        wide.insert(0, "time [min]", part["time"])
        path = folder / f"{name}.csv"
        wide.to_csv(path, index=False)
        parsed, digest = read_file(path)
        files.append(InputFile(path, path.name, "sample", digest, parsed, {"medium": str(name)}))
    settings = ASSAY.settings(
        correction="already corrected", reference_medium="ref", f2_points="all", report_times_h=[1.5]
    )
    reading = ASSAY.bench.read(files, None, settings)
    return ASSAY.analyse(reading.dataset, settings, 0, {})


def of(analysis, name, **group):
    found = [e for e in analysis.endpoints if e.name == name]
    (one,) = [e for e in found if all(e.group.get(w) == t for w, t in group.items())]
    return one


@pytest.mark.parametrize(("product", "known"), F2.items())
def test_f2_is_the_published_one(analysed, product, known):
    value, rounding = known
    found = of(analysed, "similarity factor f2", medium=product)
    assert found.outcome.value == pytest.approx(value, abs=rounding)
    assert found.outcome.n == 12
    assert found.outcome.low < value < found.outcome.high
    assert not any("Descriptive" in text for text in found.warnings)


def test_weibull_describes_the_reference_best(analysed):
    """The known fit of its mean: Weibull with b 1.1458, t^b in minutes."""
    table = analysed.tables["fits"].frame
    own = table[(table["medium"] == "ref") & (table["model"] == "weibull") & (table["parameter"] == "b")]
    each = own[own["how"].str.startswith("each")].iloc[0]
    assert each["low"] < 1.145804 < each["high"]


def test_twelve_units_have_their_mean_and_interval(analysed):
    found = of(analysed, "released", medium="ref", time="1.5 h").outcome
    table = pd.read_csv(SHARED)
    units = table[(table["product"] == "ref") & (table["time"] == 90)].filter(like="unit").to_numpy(float)[0]
    assert (found.value, found.n) == (pytest.approx(units.mean()), 12)
    half = 2.200985 * units.std(ddof=1) / 12**0.5
    assert found.high - found.value == pytest.approx(half, rel=1e-6)
