"""Blots that may not be measured, and blots that may; splices."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from selenolab.imaging.blot_jpeg import blockiness
from selenolab.imaging.blot_quality import look, not_quantitative
from selenolab.imaging.blot_signal import as_signal
from selenolab.imaging.blot_splices import find_splices

sys.path.insert(0, str(Path(__file__).parents[1] / "generators"))
from blot_truth import Scene, draw, random_blot

WESTERN = Path(__file__).parents[3] / "shared" / "data" / "western"


@pytest.fixture(scope="module")
def blot() -> NDArray[np.uint16]:
    """16 bits, bands light, not saturated."""
    scene = Scene(shape=(280, 400), lanes=5, slope=(150, -100), streak=80, tilt=1, offset=900)
    return draw(scene, np.full((5, 2), 4000.0), 1).image


def words(image: NDArray[np.generic], **facts: str) -> set[str]:
    return {finding.word for finding in look(image, facts)}


def eight_bit(image: NDArray[np.uint16]) -> NDArray[np.uint8]:
    low, high = float(image.min()), float(image.max())
    return ((image - low) / (high - low) * 255).astype(np.uint8)


def through_jpeg(image: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    kept = io.BytesIO()
    Image.fromarray(image).save(kept, "JPEG", quality=quality)
    return np.asarray(Image.open(kept))


@pytest.mark.parametrize("seed", [1, 7])
def test_a_camera_image_may_be_measured(seed: int) -> None:
    image = random_blot(seed).image
    assert not_quantitative(look(image)) == ""
    assert not_quantitative(look(65535 - image)) == ""
    assert find_splices(as_signal(image)) == ()


def test_twelve_bits_kept_in_the_upper_bits_are_no_comb(blot) -> None:
    assert "comb" not in words(blot // 16 * 16)


def test_eight_bits_are_not_quantitative_in_any_container(blot) -> None:
    small = eight_bit(blot)
    assert "8-bit" in words(small)
    assert "few levels" in words(small.astype(np.uint16) * 257)
    assert not_quantitative(look(small)).startswith("not quantitative: 8-bit")


def test_a_jpeg_is_known_by_its_file(blot) -> None:
    assert "jpeg" in words(blot, container="JPEG")
    assert "jpeg" in words(blot, notes="Unpacked from compression JPEG")


@pytest.mark.parametrize("quality", [60, 95])
@pytest.mark.parametrize("seed", [1, 7])
def test_a_jpeg_is_known_by_its_blocks_though_cropped_and_saved_as_tif(quality: int, seed: int) -> None:
    was = through_jpeg(eight_bit(random_blot(seed).image), quality)[3:, 5:]
    assert "jpeg blocks" in words(was.astype(np.uint16) * 257)
    assert blockiness(was.astype(float))[1] == (3, 5)


def test_no_blocks_where_none_were() -> None:
    scores = [blockiness(random_blot(seed).image.astype(float))[0] for seed in (1, 5, 7)]
    assert max(scores) < 4


def test_a_stretched_contrast_leaves_a_comb(blot) -> None:
    stretched = np.clip((eight_bit(blot).astype(float) - 20) * 1.6, 0, 255).astype(np.uint8)
    assert {"comb", "clipped black"} <= words(stretched)
    low, high = np.quantile(blot, [0.02, 0.999])
    deep = (np.clip((blot - low) / (high - low), 0, 1) * 65535).astype(np.uint16)
    assert {"comb", "clipped black"} <= words(deep)


def test_ends_that_are_cut_off_are_told_apart() -> None:
    image = np.random.default_rng(3).normal(3000, 300, (200, 300)).clip(2700, 3400).astype(np.uint16)
    assert {"clipped black", "clipped white"} <= words(image)
    assert not {"clipped black", "clipped white"} & words(image + np.arange(300, dtype=np.uint16) * 9)


def test_saturation_at_either_end_is_told_and_does_not_refuse_the_image(blot) -> None:
    full = blot.copy()
    full[100:104, 100:140] = 65535
    told = [finding for finding in look(full) if finding.word == "saturated"]
    assert len(told) == 1
    assert told[0].quantitative
    assert "160 pixels at the highest value 65535" in told[0].why


def test_a_display_tag_is_told(blot) -> None:
    assert "inverted" in words(blot, photometric="WhiteIsZero")
    assert "inverted" not in words(blot)


def test_a_step_of_the_ground_is_a_splice(blot) -> None:
    joined = blot.copy()
    joined[:, 187:] += 120
    (splice,) = find_splices(as_signal(joined))
    assert (splice.axis, splice.position, splice.kind) == ("vertical", 187, "step")
    assert splice.step == pytest.approx(120, abs=15)
    turned = as_signal(np.ascontiguousarray(joined.T), bands="light")
    assert [(one.axis, one.position) for one in find_splices(turned)] == [("horizontal", 187)]


def test_a_border_and_a_change_of_noise_are_splices(blot) -> None:
    ruled = blot.copy()
    ruled[150:152] = 0
    assert [(one.position, one.kind) for one in find_splices(as_signal(ruled))] == [(150, "line")]
    noisy = blot.astype(float)
    noisy[:, 200:] += np.random.default_rng(5).normal(0, 80, noisy[:, 200:].shape)
    told = [(one.position, one.kind) for one in find_splices(as_signal(noisy.clip(0).astype(np.uint16)))]
    assert told == [(200, "noise")]


@pytest.mark.skipif(not WESTERN.exists(), reason="no shared data")
def test_the_given_images() -> None:
    actin = tifffile.imread(WESTERN / "anti_actin_16bit.tif")
    assert look(actin) == ()
    gel = np.asarray(Image.open(WESTERN / "gel_example.png"))
    assert {"8-bit", "colour"} <= words(gel)
    assert "8-bit" in not_quantitative(look(gel))
