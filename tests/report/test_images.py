"""Micrographs in a report: as the assay read them, stretched so that no depth comes out white or black."""

from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from PIL import Image

from selenolab.core.dataset import ArrayRef
from selenolab.core.errors import DataError
from selenolab.report.draw.images import load_image, stretched


@pytest.mark.parametrize("scale", [1, 15, 16_000])
def test_deep_images_are_neither_white_nor_black(scale):
    grey = (np.arange(64 * 64, dtype=np.uint32).reshape(64, 64) % 250 * scale + scale).astype(np.uint32)
    for pixels in (grey, np.stack([grey, grey // 2, grey], axis=-1), grey / 1e9):
        shown, notes = stretched(pixels)
        assert 0.3 < float(shown.mean()) < 0.7
        assert shown.max() <= 1
        assert any("stretched" in note for note in notes)


def test_few_bright_particles_on_an_even_ground_are_seen():
    image = np.full((100, 100), 1e-6)
    image[:2, :2] = 2e-6
    shown, _ = stretched(image)
    assert (shown[0, 0], shown[50, 50]) == (1, 0)
    assert float(stretched(np.zeros((9, 9), np.uint16))[0].max()) == 0


@pytest.mark.parametrize("name", ["a.tif", "a.png"])
def test_an_image_of_a_file_is_read_as_the_assay_read_it(name, tmp_path):
    pages = [Image.fromarray(np.full((8, 9), grey, np.uint16)) for grey in (100, 3000)]
    path = tmp_path / name
    pages[0].save(path, **({"save_all": True, "append_images": pages[1:]} if name == "a.tif" else {}))
    page = 1 if name == "a.tif" else 0
    reference = ArrayRef(path, sha256(path.read_bytes()).hexdigest(), (8, 9), "uint16", page)
    assert np.unique(load_image(reference)).tolist() == [3000 if page else 100]
    with pytest.raises(DataError, match="Unable to find image 8 of"):
        load_image(replace(reference, page=7))
