"""Truth: particles are found on the side where they are, also where the border's mean points elsewhere."""

import numpy as np
import pytest

from selenolab.imaging.segmentation import ParticleOptions, find_particles


@pytest.mark.parametrize(("depth", "side"), [(-60.0, "dark"), (60.0, "bright")])
@pytest.mark.parametrize("radius", [6, 20])
def test_both_sides_are_told_apart(draw, lattice, depth: float, side: str, radius: int) -> None:
    discs = lattice(radius, 3.2 * radius + 8)
    found = find_particles(draw(discs, depth=depth))
    assert found.polarity == side
    assert found.labels.max() == len(discs)


@pytest.mark.parametrize("depth", [-60.0, 60.0])
def test_particles_that_cover_most_of_the_image(draw, depth: float) -> None:
    discs = [(x, y, 30.0) for x in range(32, 256, 64) for y in range(32, 256, 64)]
    found = find_particles(draw(discs, depth=depth))
    assert found.polarity == ("dark" if depth < 0 else "bright")
    assert found.labels.max() == len(discs)


@pytest.mark.parametrize("depth", [-60.0, 60.0])
def test_large_images_are_decided_alike(draw, lattice, depth: float) -> None:
    discs = lattice(16, 128, (1000, 1000))
    found = find_particles(draw(discs, (1000, 1000), depth=depth))
    assert found.polarity == ("dark" if depth < 0 else "bright")
    assert found.labels.max() == len(discs)


def test_the_negative_gives_the_same_particles(draw, lattice) -> None:
    image = draw(lattice(12, 48)).round()
    here, there = find_particles(image), find_particles(300 - image)
    assert (here.polarity, there.polarity) == ("dark", "bright")
    assert np.mean((here.labels > 0) != (there.labels > 0)) < 0.002


def test_a_wish_is_followed(draw, lattice) -> None:
    image = draw([*lattice(10, 64)[::2]]) + draw([*lattice(10, 64)[1::2]], depth=60, noise=0) - 150
    for side in ("dark", "bright"):
        found = find_particles(image, options=ParticleOptions(polarity=side))
        assert found.polarity == side
        assert found.labels.max() == 8
