"""Truth tests of the annotation mask: what is drawn is marked, particles are not."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from selenolab.imaging.annotation import annotation_mask
from selenolab.imaging.scale_bar import ScaleBar, find_scale_bar

SHARED = Path(__file__).parents[3] / "shared" / "data" / "microscopy"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="shared microscopy data are not beside this checkout"
)


def _micrograph(ground: int = 100, disc: int = 200) -> tuple[Image.Image, np.ndarray]:
    """A noisy image of discs, and where the discs are."""
    y, x = np.mgrid[:400, :500]
    particles = np.zeros((400, 500), dtype=bool)
    for cy, cx, r in ((120, 100, 30), (200, 300, 45), (90, 400, 25), (230, 60, 15)):
        particles |= (y - cy) ** 2 + (x - cx) ** 2 < r**2
    image = np.where(particles, disc, ground) + np.random.default_rng(2).normal(0, 4, particles.shape)
    return Image.fromarray(image.clip(0, 255).astype(np.uint8)), particles


def test_bar_and_its_writing_are_marked_and_discs_are_not():
    picture, particles = _micrograph()
    draw = ImageDraw.Draw(picture)
    draw.rectangle((330, 370, 449, 376), fill=255)
    draw.text((350, 335), "100 nm", fill=255, font=ImageFont.load_default(24))
    mask = annotation_mask(np.asarray(picture))
    ink = np.asarray(picture) > 250
    ink &= ~particles
    assert mask[370:377, 330:450].all()
    assert (mask & ink).sum() > 0.98 * ink.sum()
    assert not (mask & particles).any()
    assert mask.mean() < 0.03


def test_data_strip_is_marked():
    picture, particles = _micrograph()
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 350, 500, 400), fill=0)
    draw.text((10, 360), "HV 20 kV   WD 10 mm", fill=255, font=ImageFont.load_default(18))
    mask = annotation_mask(np.asarray(picture))
    assert mask[351:].all()
    assert not mask[:345].any()
    assert not (mask & particles).any()


def test_letter_in_a_box_and_letter_on_the_image_are_marked():
    picture, particles = _micrograph()
    draw = ImageDraw.Draw(picture)
    draw.rectangle((10, 10, 50, 50), fill=255)
    draw.text((20, 12), "b", fill=0, font=ImageFont.load_default(30))
    draw.text((440, 10), "A", fill=0, font=ImageFont.load_default(34))
    mask = annotation_mask(np.asarray(picture))
    letter = (np.asarray(picture) < 20) & (np.arange(500) > 420)
    assert mask[11:50, 11:50].all()
    assert (mask & letter).sum() > 0.95 * letter.sum()
    assert not (mask & particles).any()


@pytest.mark.parametrize(("ground", "disc"), [(100, 255), (255, 0), (0, 255), (200, 60)])
def test_particles_without_annotation_leave_an_empty_mask(ground, disc):
    assert not annotation_mask(np.asarray(_micrograph(ground, disc)[0])).any()


@pytest.mark.parametrize(
    "image", [np.zeros((1, 1), np.uint8), np.zeros((64, 64), np.uint16), np.full((8, 5, 3), 7, np.uint8)]
)
def test_even_images_have_no_annotation(image):
    mask = annotation_mask(image)
    assert mask.shape == image.shape[:2]
    assert not mask.any()


def test_answer_of_the_bar_may_be_passed_on():
    picture, _ = _micrograph()
    draw = ImageDraw.Draw(picture)
    draw.rectangle((330, 370, 449, 376), fill=255)
    draw.text((350, 335), "100 nm", fill=255, font=ImageFont.load_default(24))
    image = np.asarray(picture)
    bar = find_scale_bar(image)
    assert isinstance(bar, ScaleBar)
    np.testing.assert_array_equal(annotation_mask(image, bar), annotation_mask(image))


@needs_shared
@pytest.mark.slow
def test_development_images_lose_hardly_a_pixel_of_a_particle():
    names = [p.name for p in (SHARED / "emps" / "images").glob("*.png")]
    names.sort(key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    lost = total = 0
    for name in names[:20]:
        mask = annotation_mask(np.asarray(Image.open(SHARED / "emps" / "images" / name).convert("RGB")))
        particles = np.asarray(Image.open(SHARED / "emps" / "segmaps" / name)) > 0
        lost += int((mask & particles).sum())
        total += int(particles.sum())
    assert lost < 0.001 * total
