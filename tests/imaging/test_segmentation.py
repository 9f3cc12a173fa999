"""Truth: made-up micrographs. Hostile: what is no micrograph. Reference: a floor on real ones."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from selenolab.core.errors import DataError
from selenolab.imaging.segmentation import ParticleOptions, find_particles
from selenolab.imaging.shapes import measure

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "microscopy"
EMPS, GOLD = SHARED / "emps", SHARED / "gold"


def median_diameter(labels: np.ndarray) -> float:
    return float(measure(labels).diameter.median())


# under 12 px across, blur and the pull towards larger regions make particles up to an eighth too wide
@pytest.mark.parametrize(("radius", "off"), [(5, 0.13), (7, 0.05), (9, 0.05), (16, 0.02), (30, 0.02)])
@pytest.mark.parametrize("slope", [0.0, 80.0])
def test_sizes_are_right_on_even_and_uneven_ground(
    draw, lattice, radius: int, off: float, slope: float
) -> None:
    discs = lattice(radius, 3.4 * radius + 8, (300, 300))
    found = find_particles(draw(discs, (300, 300), slope=slope))
    assert found.labels.max() == len(discs)
    assert median_diameter(found.labels) == pytest.approx(2 * np.median([r for *_, r in discs]), rel=off)


def test_weak_and_strong_particles_are_found_together(draw) -> None:
    strong = draw([(60, 60, 20), (180, 60, 20)])
    weak = draw([(60, 180, 20), (180, 180, 20)], depth=-30, noise=0) - 150
    assert find_particles(strong + weak).labels.max() == 4


@pytest.mark.parametrize("overlap", [0.0, 3.0])
def test_touching_pairs_part(draw, overlap: float) -> None:
    pairs = [(x, y, 12.0) for y in range(40, 256, 60) for x in (40, 64 - overlap, 160, 184 - overlap)]
    found = find_particles(draw(pairs))
    assert found.labels.max() == len(pairs)
    assert median_diameter(found.labels) == pytest.approx(24, rel=0.05)
    table = measure(found.labels)
    assert (table.aggregate_size == 2).all()


def test_split_zero_leaves_pairs_together(draw) -> None:
    pairs = [(x, y, 12.0) for y in (60, 180) for x in (60, 80)]
    image = draw(pairs)
    whole = find_particles(image, options=ParticleOptions(split=0))
    assert (whole.labels.max(), find_particles(image).labels.max()) == (2, 4)


def test_rods_and_rings_are_one_particle_each(draw) -> None:
    image = draw([])
    image[40:56, 30:110] -= 60
    y, x = np.mgrid[:256, :256]
    image[np.abs(np.hypot(x - 170, y - 160) - 34) < 6] -= 60
    found = measure(find_particles(image).labels).sort_values("aspect_ratio")
    assert len(found) == 2
    assert found.diameter.iloc[0] == pytest.approx(80, rel=0.05)
    assert found.aspect_ratio.iloc[1] == pytest.approx(5, rel=0.1)


def test_edge_particles_stay_and_are_whole_in_the_labels(draw) -> None:
    table = measure(find_particles(draw([(0, 128, 20), (128, 255, 20), (128, 100, 20)])).labels)
    assert table.touches_edge.tolist().count(True) == 2
    assert len(table) == 3


def test_ignored_pixels_are_no_particle(draw, lattice) -> None:
    discs = lattice(10, 50)
    image = draw(discs)
    image[200:230, 20:240] = 0
    ignore = np.zeros(image.shape, np.bool_)
    ignore[195:235, 15:245] = True
    labels = find_particles(image, ignore).labels
    assert not labels[ignore].any()
    kept = [y < 180 for _, y, _ in discs]
    assert labels[:180].max() == labels[:195].max() >= sum(kept) > 0


@pytest.mark.parametrize("seed", range(4))
def test_noise_alone_holds_no_particle(seed: int) -> None:
    image = np.random.default_rng(seed).normal(120, 12, (256, 256))
    found = find_particles(image)
    assert found.labels.max() == 0
    assert "No particle" in found.noted[0]


@pytest.mark.parametrize("value", [0, 7, 65535])
def test_one_grey_value_holds_no_particle(value: int) -> None:
    assert find_particles(np.full((100, 100), value, np.uint16)).labels.max() == 0


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (1, 500), (5, 5), (7, 9)])
def test_tiny_images_are_not_searched_or_empty(shape: tuple[int, int]) -> None:
    found = find_particles(np.random.default_rng(0).integers(0, 255, shape).astype(np.uint8))
    assert found.labels.shape == shape
    assert found.labels.max() == 0
    assert found.noted


def test_saturated_particles_on_a_saturated_ground(lattice) -> None:
    y, x = np.mgrid[:256, :256]
    discs = lattice(14, 60)
    cover = np.any([np.hypot(x - cx, y - cy) <= r for cx, cy, r in discs], axis=0)
    found = find_particles(np.where(cover, 255, 0).astype(np.uint8))
    assert (found.polarity, int(found.labels.max())) == ("bright", len(discs))
    assert np.mean((found.labels > 0) == cover) > 0.99


def test_sixteen_bit_with_hot_pixels_keeps_weak_particles(draw, lattice) -> None:
    discs = lattice(10, 50)
    image = (draw(discs) * 4).astype(np.uint16)
    rows, columns = np.random.default_rng(1).integers(0, 256, (2, 30))
    image[rows, columns] = 65535
    found = find_particles(image)
    assert found.polarity == "dark"
    assert found.labels.max() >= 0.9 * len(discs)
    assert median_diameter(found.labels) == pytest.approx(20, rel=0.08)


@pytest.mark.slow
def test_large_images_keep_their_sizes_on_the_coarser_grid(draw, lattice) -> None:
    discs = lattice(14, 120, (1600, 1600))
    labels = find_particles(draw(discs, (1600, 1600), slope=40)).labels
    assert labels.shape == (1600, 1600)
    assert labels.max() == len(discs)
    assert median_diameter(labels) == pytest.approx(2 * np.median([r for *_, r in discs]), rel=0.03)


def test_limits_of_diameter_hold(draw, lattice) -> None:
    discs = [*lattice(6, 64)[::2], *[(x, y, 3 * r) for x, y, r in lattice(6, 64)[1::2]]]
    image = draw(discs)
    large = find_particles(image, options=ParticleOptions(min_diameter=20)).labels
    small = find_particles(image, options=ParticleOptions(max_diameter=20)).labels
    assert (large.max(), small.max()) == (8, 8)
    assert measure(large).diameter.min() > 20 > measure(small).diameter.max()


def test_specks_are_left_out_and_said_unless_a_limit_is_set(draw) -> None:
    image = draw([(60, 60, 40), (190, 190, 40), (200, 40, 4), (40, 200, 4)], noise=2)
    found = find_particles(image)
    assert found.labels.max() == 2
    assert found.noted[0].startswith("2 specks below 12 px, 15%")
    assert find_particles(image, options=ParticleOptions(min_diameter=5)).labels.max() == 4


def test_a_coarser_grid_is_said_and_a_limit_asks_for_a_finer_one(draw) -> None:
    discs = [(x, y, 60.0) for x in range(100, 1600, 200) for y in range(100, 1600, 200)]
    image = draw([*discs, (200, 200, 3)], (1600, 1600), noise=2)
    found = find_particles(image)
    assert found.labels.max() == 64
    assert any("cells of 3 x 3 px" in words for words in found.noted)
    fine = find_particles(image, options=ParticleOptions(min_diameter=5))
    assert (fine.labels.max(), fine.noted) == (65, ())


def test_the_same_image_gives_the_same_labels(draw, lattice) -> None:
    image = draw(lattice(9, 40))
    assert np.array_equal(find_particles(image).labels, find_particles(image.copy()).labels)


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (np.zeros((4, 4, 3)), "one grey value"),
        (np.full((8, 8), np.nan), "64 pixels"),
        (np.full((8, 8), np.inf), "no finite number"),
        (np.zeros((0, 4)), "shape"),
        (np.zeros((8, 8), np.complex128), "complex"),
    ],
)
def test_what_is_no_grey_image_is_refused(image: np.ndarray, words: str) -> None:
    with pytest.raises(DataError, match=words):
        find_particles(image)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (ParticleOptions(min_diameter=3), "min_diameter 3"),
        (ParticleOptions(min_diameter=30, max_diameter=20), "max_diameter 20"),
        (ParticleOptions(split=-1), "split -1"),
        (ParticleOptions(polarity="grey"), "grey"),  # type: ignore[arg-type]
    ],
)
def test_options_out_of_range_are_refused(options: ParticleOptions, words: str) -> None:
    with pytest.raises(DataError, match=words):
        find_particles(np.zeros((50, 50)), options=options)


def test_a_mask_of_another_shape_is_refused() -> None:
    with pytest.raises(DataError, match="shape"):
        find_particles(np.zeros((50, 50)), np.zeros((50, 40), np.bool_))


# development images (the first twenty by the SHA-256 of their names): particles that must be found
FLOORS = {"66a6ddb34e.png": 12, "ed3547f3da.png": 8, "97e645b56e.png": 35, "2c6c108b4d.png": 45}


@pytest.mark.skipif(not EMPS.is_dir(), reason="the micrographs of ../shared/data are absent")
@pytest.mark.parametrize(("name", "least"), FLOORS.items())
def test_real_particles_are_found(name: str, least: int) -> None:
    ordered = sorted(
        (EMPS / "images").iterdir(), key=lambda path: hashlib.sha256(path.name.encode()).hexdigest()
    )
    assert name in [path.name for path in ordered[:20]]
    image = np.asarray(Image.open(EMPS / "images" / name).convert("L"))
    truth = np.asarray(Image.open(EMPS / "segmaps" / name))
    labels = find_particles(image).labels
    hits = 0
    for label in np.unique(truth[truth > 0]):
        mask = truth == label
        touched = np.unique(labels[mask])
        best = max(
            ((labels == k) & mask).sum() / ((labels == k) | mask).sum()
            for k in touched
            if k or len(touched) == 1
        )
        hits += best >= 0.5
    assert hits >= least


@pytest.mark.skipif(not GOLD.is_dir(), reason="the micrographs of ../shared/data are absent")
@pytest.mark.parametrize(
    ("name", "nm_per_px", "truth"), [("au20nm_004.jpg", 0.20367, 19.6), ("au50nm_003.jpg", 0.40729, 51.2)]
)
def test_gold_has_the_size_its_maker_gives(name: str, nm_per_px: float, truth: float) -> None:
    image = np.asarray(Image.open(GOLD / name).convert("L"))
    ignore = np.zeros(image.shape, np.bool_)
    ignore[1920:] = True  # bar and its number
    table = measure(find_particles(image, ignore).labels)
    assert table.diameter[~table.touches_edge].mean() * nm_per_px == pytest.approx(truth, rel=0.1)
