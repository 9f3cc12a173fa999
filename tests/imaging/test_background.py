"""Truth: known shading, known ranges; particles do not pull the surface."""

import numpy as np
import pytest

from selenolab.imaging.background import frame, gaussian_weights, grey_range, level_ground, shading

NOTHING = np.zeros((240, 300), np.bool_)


def slope(rise: float, bend: float) -> np.ndarray:
    y, x = np.mgrid[-1:1:240j, -1:1:300j]
    return (100 + rise * x - 0.5 * rise * y + bend * (x**2 + y**2)).astype(np.float32)


def test_the_surface_is_found_under_particles(draw, lattice) -> None:
    truth = slope(20, 15)
    seen = (truth + draw(lattice(12, 50, (240, 300)), (240, 300), noise=3) - 150).astype(np.float32)
    left = seen - shading(seen, NOTHING) - (seen - truth)
    assert np.ptp(left) < 0.1 * np.ptp(truth)


def test_small_images_have_no_surface() -> None:
    assert not shading(slope(20, 15)[:60, :60], NOTHING[:60, :60]).any()


def test_one_hot_pixel_does_not_set_the_range_but_a_small_particle_does() -> None:
    image = np.full((240, 300), 10.0, np.float32)
    image[50, 50] = 60000
    image[100:105, 100:105] = 70
    assert grey_range(image, NOTHING) == (10.0, 70.0)


def test_ignored_pixels_do_not_set_the_range() -> None:
    image = np.full((240, 300), 10.0, np.float32)
    image[:20] = 255
    image[100:110, 100:110] = 40
    ignore = NOTHING.copy()
    ignore[:20] = True
    assert grey_range(image, ignore) == (10.0, 40.0)


def test_one_grey_value_levels_to_zero() -> None:
    ground = level_ground(np.full((240, 300), 17, np.float32), NOTHING, 1.2)
    assert not ground.grey.any()


def test_a_weak_particle_on_strong_shading_keeps_many_levels(draw) -> None:
    seen = draw([(150, 120, 30)], (240, 300), depth=-20, noise=1) + 50 * slope(20, 15)
    ground = level_ground(seen.astype(np.float32), NOTHING, 1.2)
    assert ground.grey[200:, 220:].mean() - ground.grey[110:130, 140:160].mean() > 30


def test_a_frame_is_found_and_edge_particles_are_none(draw, lattice) -> None:
    discs = lattice(12, 50, (240, 300), seed=2)
    image = draw(discs, (240, 300)).astype(np.float32)
    assert not frame(image).any()
    image[:2], image[:, -1] = 30, 20
    expected = NOTHING.copy()
    expected[:2], expected[:, -1] = True, True
    assert np.array_equal(frame(image), expected)


@pytest.mark.parametrize("sigma", [0.8, 1.2, 2.5])
def test_blur_weights_sum_to_one(sigma: float) -> None:
    weights = gaussian_weights(sigma)
    assert 2 * weights.sum() - weights[0] == pytest.approx(1)
