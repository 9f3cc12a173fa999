"""From image files to images and outlines: where the scale comes from, what is stated, what is refused."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from selenolab.assays.microscopy.assay import assay
from selenolab.assays.microscopy.frame import frame_of
from selenolab.assays.microscopy.scale import BAR, METADATA, STATED_BAR, STATED_SIZE, UNKNOWN
from selenolab.assays.microscopy.stated import length, region_of
from selenolab.core.assay import Sheet
from selenolab.core.errors import DataError, FormatRefusal, SelenolabError, StudyError
from selenolab.core.estimate import Absent
from selenolab.core.format import Parsed
from selenolab.formats.recognise import read_input

SPEC = importlib.util.spec_from_file_location("micrographs", Path(__file__).with_name("micrographs.py"))
micrographs = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(micrographs)

SMALL = {"shape": (260, 320), "count": 18, "seed": 5}


def saved(folder, name="a.png", pixels=None, dpm=None, **options):
    """An image file; `dpm` pixels a metre are written into its metadata."""
    path = folder / name
    if pixels is None:
        pixels, _ = micrographs.micrograph(**{**SMALL, **options})
    extra = {"dpi": (dpm * 0.0254, dpm * 0.0254)} if dpm else {}
    Image.fromarray(pixels).save(path, **extra)
    return path


def read(path, sheet=None, settings=None, facts=None, **words):
    chosen = settings or assay.settings(**words)
    return assay.bench.read([read_input(path, path.name, facts=facts)], sheet, chosen)


def record(reading, word):
    return reading.dataset.tables["records"].frame[word].iloc[0]


@pytest.fixture(scope="module")
def with_bar(tmp_path_factory):
    return saved(tmp_path_factory.mktemp("images"))


@pytest.fixture(scope="module")
def without_bar(tmp_path_factory):
    return saved(tmp_path_factory.mktemp("images"), "bare.png", bar_nm=0)


def test_the_bar_in_the_image_gives_the_scale(with_bar):
    reading = read(with_bar)
    assert record(reading, "scale_source") == BAR
    assert record(reading, "pixel_size") == pytest.approx(0.5, rel=0.01)


def test_the_word_of_the_user_goes_first_and_the_bar_is_kept_to_compare(with_bar):
    reading = read(with_bar, pixel_size="0.6 nm")
    assert record(reading, "scale_source") == STATED_SIZE
    assert record(reading, "pixel_size") == 0.6
    assert record(reading, "pixel_size_bar") == pytest.approx(0.5, rel=0.01)
    checks = assay.analyse(reading.dataset, assay.settings(), 0, {}).checks
    bar = next(check for check in checks if check.name == "bar against metadata")
    assert bar.passed is False
    assert bar.value == pytest.approx(100 * (1 - 0.5 / 0.6), rel=0.02)


def test_a_fact_of_a_file_goes_before_the_settings(with_bar):
    reading = read(with_bar, facts={"pixel_size": "2 Å"}, pixel_size="0.6 nm")
    assert record(reading, "pixel_size") == pytest.approx(0.2)


def test_a_stated_bar_is_found_in_the_image_or_measured_by_the_user(with_bar, without_bar):
    found = read(with_bar, facts={"scale_bar": "100 nm"})
    assert record(found, "scale_source") == STATED_BAR
    assert record(found, "pixel_size") == pytest.approx(1.0, rel=0.01)
    measured = read(without_bar, facts={"scale_bar": "0.1 µm", "scale_bar_px": "50"})
    assert record(measured, "pixel_size") == pytest.approx(2.0)
    with pytest.raises(StudyError, match="was not found in the image"):
        read(without_bar, facts={"scale_bar": "100 nm"})


def test_metadata_give_the_scale_where_such_a_pixel_can_be_true(without_bar):
    file = read_input(without_bar, "bare.png")
    records = file.parsed.records.assign(pixel_size=0.4, pixel_size_flag="")
    parsed = Parsed(**{**{k: getattr(file.parsed, k) for k in file.parsed.__slots__}, "records": records})
    reading = assay.bench.read(
        [type(file)(file.path, file.name, "sample", file.sha256, parsed)], None, assay.settings()
    )
    assert record(reading, "scale_source") == METADATA
    assert record(reading, "pixel_size") == 0.4


def test_the_pitch_of_a_camera_is_not_used_and_said(tmp_path):
    reading = read(saved(tmp_path, "a.jpg", dpm=81964, bar_nm=0))
    assert record(reading, "scale_source") == UNKNOWN
    assert "pixel_size" not in reading.dataset.tables["records"].frame
    assert "not used" in record(reading, "scale_note") or "state no pixel size" in record(
        reading, "scale_note"
    )


def test_without_a_scale_sizes_stay_in_pixels(without_bar):
    analysis = assay.analyse(read(without_bar).dataset, assay.settings(), 0, {})
    lengths = [e.outcome for e in analysis.endpoints if "diameter" in e.name and "CV" not in e.name]
    assert {outcome.unit for outcome in lengths} == {"px"}
    assert any("no scale is known" in warning for warning in analysis.warnings)
    assert "diameter" not in analysis.tables["particles"].frame


@pytest.mark.parametrize("text", ["0.5", "nm", "0.5 s", "0 nm", "-1 nm", "1.2.3 nm", "1/nm"])
def test_a_length_needs_a_number_and_a_unit_of_length(text):
    with pytest.raises(StudyError, match="Expected a length with its unit"):
        length(text, "pixel_size")


def test_facts_are_known_words_and_say_the_unit_of_replication(with_bar):
    reading = read(with_bar, facts={"sample": "batch 7", "grid": "2"})
    assert record(reading, "sample") == "batch 7"
    assert record(reading, "experiment") == "grid 2"
    with pytest.raises(StudyError, match="Did you mean pixel_size"):
        read(with_bar, facts={"pixelsize": "1 nm"})
    with pytest.raises(StudyError, match="both stated"):
        read(with_bar, facts={"grid": "1", "experiment": "2"})
    with pytest.raises(StudyError, match="found both"):
        read(with_bar, facts={"pixel_size": "1 nm", "scale_bar": "100 nm"})


def test_grids_are_stated_for_all_images_of_a_sample_or_for_none(with_bar, tmp_path):
    files = [read_input(with_bar, "a.png", facts={"grid": "1"}), read_input(saved(tmp_path, seed=6), "b.png")]
    with pytest.raises(StudyError, match=r"b\.png: It names no experiment or grid, a\.png of the same"):
        assay.bench.read(files, None, assay.settings())


def test_a_sheet_says_it_file_by_file(with_bar):
    frame = pd.DataFrame({"file": ["a.png"], "sample": ["x"], "pixel_size": [0.7]})
    reading = read(with_bar, Sheet("sheet.csv", frame, {"pixel_size": "nm"}))
    assert (record(reading, "sample"), record(reading, "pixel_size")) == ("x", 0.7)
    with pytest.raises(StudyError, match="not among the files"):
        read(with_bar, Sheet("sheet.csv", frame.assign(file="b.png")))
    with pytest.raises(DataError, match="Unknown column 'smaple'"):
        read(with_bar, Sheet("sheet.csv", frame.rename(columns={"sample": "smaple"})))
    with pytest.raises(DataError, match="two rows"):
        read(with_bar, Sheet("sheet.csv", pd.concat([frame, frame]), {"pixel_size": "nm"}))
    with pytest.raises(StudyError, match="with its unit"):
        read(with_bar, Sheet("sheet.csv", frame))


def test_a_region_bounds_the_count(with_bar):
    whole, part = read(with_bar), read(with_bar, facts={"region": "0 0 160 200"})
    assert record(part, "frame_width") == 160
    inside = part.dataset.tables["outlined"].frame
    assert len(inside) < len(whole.dataset.tables["outlined"].frame)
    assert inside["centre_x"].max() < 160
    cut = inside[inside["diameter_px_flag"] != ""]
    assert cut["diameter_px_flag"].str.startswith("excluded: touches").all()
    for region in ("0 0 400 200", "9 9 5 50"):
        with pytest.raises(StudyError, match="does not lie in the image"):
            read(with_bar, facts={"region": region})
    with pytest.raises(StudyError, match="left, top, right, bottom"):
        region_of("1 2 3", "a.png")


def test_the_strip_of_the_bar_is_no_part_of_the_frame_and_no_particle(with_bar):
    reading = read(with_bar)
    assert 260 - 40 <= record(reading, "frame_height") <= 260 - 33
    assert reading.dataset.tables["outlined"].frame["centre_y"].max() < 260 - 33


def test_rows_under_annotation_at_an_end_are_cut_and_a_box_inside_is_not():
    annotation = np.zeros((100, 100), bool)
    annotation[90:] = True
    annotation[40:50, 40:60] = True
    frame = frame_of("a", annotation, None)
    assert (frame.left, frame.top, frame.right, frame.bottom) == (0, 0, 100, 90)
    assert frame_of("a", np.ones((50, 50), bool), None).bottom == 50


def test_particles_are_where_they_were_drawn(with_bar):
    reading = read(with_bar)
    _, truth = micrographs.micrograph(**SMALL)
    found = reading.dataset.tables["outlined"].frame
    whole = found[found["diameter_px_flag"] == ""]
    ratios = []
    for row in whole.to_dict("records"):
        away = np.hypot(truth.particles[:, 0] - row["centre_x"], truth.particles[:, 1] - row["centre_y"])
        nearest = truth.particles[away.argmin()]
        ratios.append(row["diameter_px"] / nearest[2])
        assert away.min() < 1.5
        assert row["diameter_px"] == pytest.approx(nearest[2], abs=2)
    assert np.median(ratios) == pytest.approx(1, abs=0.03)


# --- what no analysis can do anything with ---


@pytest.mark.parametrize("pixels", [np.zeros((1, 1), np.uint8), np.zeros((1, 400), np.uint8)])
def test_an_image_of_a_pixel_is_refused(tmp_path, pixels):
    with pytest.raises(FormatRefusal, match="holds no particle"):
        read_input(saved(tmp_path, pixels=pixels), "a.png")


def test_an_image_of_a_few_pixels_is_refused(tmp_path):
    pixels = np.arange(100, dtype=np.uint8).reshape(10, 10)
    with pytest.raises(DataError, match="at least 16 x 16"):
        read(saved(tmp_path, pixels=pixels))


def test_an_image_of_zeros_gives_no_number_and_says_so(tmp_path):
    reading = read(saved(tmp_path, "a.png", np.zeros((64, 64), np.uint16)))
    analysis = assay.analyse(reading.dataset, assay.settings(), 0, {})
    assert all(isinstance(endpoint.outcome, Absent) for endpoint in analysis.endpoints)
    contrast = next(check for check in analysis.checks if check.name == "contrast")
    assert contrast.passed is False
    assert "one value, 0: it holds nothing to see" in contrast.why
    assert analysis.units == ()
    assert "no particle was found" in analysis.answer


def test_a_photo_of_a_screen_is_flagged(tmp_path):
    rng = np.random.default_rng(1)
    photo = rng.integers(0, 255, (80, 90, 3)).astype(np.uint8)
    photo[..., 2] //= 3
    analysis = assay.analyse(read(saved(tmp_path, "a.png", photo)).dataset, assay.settings(), 0, {})
    check = next(check for check in analysis.checks if check.name == "not a micrograph?")
    assert check.passed is False
    assert "photo of a screen" in check.why


def test_a_bar_without_a_number_gives_no_scale(tmp_path):
    pixels, _ = micrographs.micrograph(**{**SMALL, "bar_nm": 0})
    pixels = pixels.copy()
    pixels[240:246, 20:120] = 0
    reading = read(saved(tmp_path, pixels=pixels))
    assert record(reading, "scale_source") == UNKNOWN
    assert "no scale bar was read" in record(reading, "scale_note")


def test_a_plate_is_refused_and_no_file_too(tmp_path):
    path = tmp_path / "plate.csv"
    path.write_text("well,dose [µM],absorbance\nA1,1,0.5\nA2,2,0.4\n", encoding="utf-8")
    file = read_input(path, "plate.csv")
    assert "no image" in assay.bench.suits(file.parsed)
    with pytest.raises(SelenolabError, match=r"plate\.csv.*no image"):
        assay.bench.read([file], None, assay.settings())


def test_settings_that_contradict_one_another_are_refused():
    with pytest.raises(ValueError, match="needs scale_bar"):
        assay.settings(scale_bar_px=100)
    with pytest.raises(ValueError, match="found both"):
        assay.settings(scale_bar="100 nm", pixel_size="1 nm")
