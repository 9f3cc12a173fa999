"""Skeletons and throw-away probes: awkward data pass through the contract before it is called frozen."""

import importlib.util
import sys
import time
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from selenolab.core.assay import NOTHING_TAKEN, Assay
from selenolab.core.dataset import Dataset, Table, unit_of
from selenolab.core.estimate import Absent, Endpoint, Estimate
from selenolab.core.format import InputFile, Parsed
from selenolab.core.quantity import vocabulary
from selenolab.core.schema import Column, OpenColumn, TableSchema
from selenolab.stats.noise import observe

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "data"
WORDS = vocabulary()
absent = pytest.mark.skipif(not SHARED.is_dir(), reason="shared data are not beside the checkout")


def skeleton(name) -> Assay:
    spec = importlib.util.spec_from_file_location(f"skeleton_{name}", HERE / "skeletons" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.assay


def given(name, parsed):
    return InputFile(Path(name), name, "sample", sha256(name.encode()).hexdigest(), parsed)


def virtual(assay, states, seed=1):
    settings = assay.settings()
    expected = assay.virtual.expect(states, assay.virtual.design(settings), settings)
    return observe(expected, assay.virtual.noise(expected, settings), seed)


# --- two skeletons ---


def test_release_enters_by_the_bench():
    assay = skeleton("release")
    times = np.array([1.0, 2.0, 4.0])
    rows = [
        pd.DataFrame({"vessel": v, "medium": "PBS", "time": times, "concentration": times * f})
        for v, f in [("a", 1), ("b", 1.1)]
    ]
    parsed = Parsed(
        "long_table", "table", pd.DataFrame({"record": ["1"]}), pd.concat(rows, ignore_index=True)
    )
    assert assay.bench.suits(parsed) == ""
    reading = assay.bench.read([given("r.csv", parsed)], None, assay.settings())
    found = assay.analyse(reading.dataset, assay.settings(), 0, NOTHING_TAKEN)
    first = found.tables["released"].frame.query("vessel == 'a'")["released"].to_numpy()
    np.testing.assert_allclose(first, 100 * np.array([50.0, 101.0, 203.0]) / 1000, rtol=1e-12)


def test_release_takes_an_endpoint_of_another_run():
    assay = skeleton("release")
    states = pd.DataFrame({"condition": "PBS", "time": [1.0, 2.0], "free_drug": [1.0, 2.0]})
    data = virtual(assay, states)
    slope = Endpoint("slope", {}, Estimate(2.0, 1.9, 2.1, "AU mL/µg", "least squares", 6, "standards"))
    plain, scaled = (assay.analyse(data, assay.settings(), 0, taken) for taken in ({}, {"slope": slope}))
    assert scaled.endpoints[0].outcome.value == pytest.approx(plain.endpoints[0].outcome.value / 2)


def test_microscopy_keeps_images_by_reference():
    assay = skeleton("microscopy")
    files = []
    for name, width in [("a.tif", 8), ("b.tif", 10), ("edge.tif", 16)]:
        image = np.zeros((16, 16), np.uint16)
        image[16 - width : 15, 16 - width : 15] = 1000
        records = pd.DataFrame({"record": ["1"], "pixel_size": [2.0]})
        parsed = Parsed("tiff", "image", records, pd.DataFrame(), arrays={"pixels": image})
        files.append(given(name, parsed))
    data = assay.bench.read(files, None, assay.settings()).dataset
    assert data.arrays["a.tif"].shape == (16, 16)
    found = assay.analyse(data, assay.settings(), 0, NOTHING_TAKEN).endpoints[0].outcome
    sizes = [2 * np.sqrt(49 / np.pi) * 2, 2 * np.sqrt(81 / np.pi) * 2]
    assert found.n == 2
    assert found.value == pytest.approx(np.mean(sizes))


def test_a_population_passes_the_virtual_door():
    assay = skeleton("microscopy")
    sizes = np.random.default_rng(0).normal(100, 10, 400)
    states = pd.DataFrame({"condition": "batch", "time": 0.0, "diameter": sizes})
    data = virtual(assay, states)
    particles = data.tables["particles"].frame
    assert particles.groupby("image").size().tolist() == [50, 50]
    assert particles["diameter"].mean() == pytest.approx(100, abs=4)


def test_no_nanometre_without_a_pixel_size():
    assay = skeleton("microscopy")
    states = pd.DataFrame({"condition": "batch", "time": 0.0, "diameter": [90.0, 100.0, 110.0]})
    data = virtual(assay, states)
    records = data.tables["records"]
    blind = Table(records.schema, records.frame.assign(pixel_size=np.nan))
    found = assay.analyse(
        Dataset({**data.tables, "records": blind}, data.arrays), assay.settings(), 0, NOTHING_TAKEN
    )
    assert isinstance(found.endpoints[0].outcome, Absent)


# --- four probes ---


def test_flow_a_million_events_in_place():
    """Interleaved float32 as an FCS file holds it: every channel stays a view of the one buffer."""
    events = np.random.default_rng(1).normal(1000, 50, (10**6, 16)).astype(np.float32)
    names = [f"{dye}-A" for dye in map(chr, range(65, 81))]
    frame = pd.DataFrame({name: events[:, i] for i, name in enumerate(names)}, copy=False)
    records = Table(TableSchema("records", (Column(WORDS["record"]),)), pd.DataFrame({"record": ["tube 1"]}))
    start = time.perf_counter()
    schema = TableSchema("events tube 1", (), open=True)
    data = Table(schema, frame, open={name: OpenColumn("number", "1", "detector") for name in names})
    dataset = Dataset({"records": records, "events tube 1": data})
    spent = time.perf_counter() - start
    assert all(
        np.shares_memory(dataset.tables["events tube 1"].frame[name].to_numpy(), events) for name in names
    )
    assert spent < 0.5, f"The check took {spent:.2f} s."


@absent
def test_dls_two_records_keep_their_own_angle():
    files = sorted((SHARED / "dls" / "alv_cgs3").glob("*.ASC"))[:2]
    records, data = zip(*(_alv(path) for path in files), strict=True)
    words = ("record", "angle", "temperature", "viscosity", "wavelength")
    record_schema = TableSchema("records", tuple(Column(WORDS[word]) for word in words), key=("record",))
    data_schema = TableSchema(
        "data",
        (Column(WORDS["record"]), Column(WORDS["lag_time"]), Column(WORDS["correlation"], flags=True)),
        key=("record", "lag_time"),
        links={"record": "records.record"},
    )
    dataset = Dataset(
        {"records": Table(record_schema, pd.DataFrame(records)), "data": Table(data_schema, pd.concat(data))}
    )
    angles = dataset.tables["records"].frame["angle"]
    assert angles.nunique() == 2
    assert dataset.tables["data"].frame.groupby("record").size().min() > 100


def _alv(path):
    lines = path.read_text(encoding="latin-1").splitlines()
    card = dict(line.split(":", 1) for line in lines if " :" in line or ":\t" in line)
    number = {key.split("[")[0].strip(): value for key, value in card.items()}
    start = next(i for i, line in enumerate(lines) if line.startswith('"Correlation"')) + 1
    rows = []
    for line in lines[start:]:
        cells = line.split()
        if len(cells) < 2 or cells[0].startswith('"'):
            break
        rows.append((float(cells[0]) * 1000, float(cells[1])))
    record = {
        "record": path.stem,
        "angle": float(number["Angle"]),
        "temperature": float(number["Temperature"]) - 273.15,
        "viscosity": float(number["Viscosity"]),
        "wavelength": float(number["Wavelength"]),
    }
    frame = pd.DataFrame(rows, columns=["lag_time", "correlation"]).assign(record=path.stem)
    return record, frame.drop_duplicates("lag_time")


@absent
def test_a_jcamp_file_of_five_blocks_is_five_records():
    text = (SHARED / "uv_vis" / "kinetics_five_blocks.jdx").read_text(encoding="latin-1")
    blocks = [block for block in text.split("##TITLE=")[2:] if "##XYDATA=" in block]
    frames = [_jcamp(f"block {i + 1}", block) for i, block in enumerate(blocks)]
    records = pd.DataFrame({"record": [frame["record"].iloc[0] for frame in frames]})
    schema = TableSchema(
        "data",
        (Column(WORDS["record"]), Column(WORDS["wavelength"]), Column(WORDS["absorbance"], flags=True)),
        key=("record", "wavelength"),
        links={"record": "records.record"},
    )
    dataset = Dataset(
        {
            "records": Table(TableSchema("records", (Column(WORDS["record"]),)), records),
            "data": Table(schema, pd.concat(frames, ignore_index=True)),
        }
    )
    frame = dataset.tables["data"].frame
    assert frame.groupby("record").size().tolist() == [176] * 5
    assert (frame["wavelength"].iloc[0], frame["wavelength"].iloc[175]) == (700, 350)  # as it ran, downwards


def _jcamp(name, block):
    body = block.split("(X++(Y..Y))")[1].split("##")[0]
    factor = float(block.split("##YFACTOR=")[1].split()[0])
    y = [float(cell) for line in body.strip().splitlines() for cell in line.split()[1:]]
    return pd.DataFrame(
        {"record": name, "wavelength": np.linspace(700, 350, len(y)), "absorbance": np.array(y) * factor}
    )


@absent
def test_a_chromatogram_states_the_unit_of_its_detector():
    trace = pd.read_csv(SHARED / "quantification" / "lactose_1mM.csv")
    frame = trace.rename(columns={"time": "retention_time", "signal": "detector_response"}).assign(
        record="1 mM"
    )
    columns = (
        Column(WORDS["record"]),
        Column(WORDS["retention_time"]),
        Column(WORDS["detector_response"], flags=True),
    )
    table = Table(TableSchema("data", columns), frame, units={"detector_response": "nRIU"})
    assert unit_of(table, "detector_response") == "nRIU"
    assert unit_of(table, "retention_time") == "min"
