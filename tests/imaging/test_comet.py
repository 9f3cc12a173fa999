"""Comets found and measured: known truth, turned images, the shared fields, and images without any."""

import sys
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from selenolab.imaging.comet import CometOptions, measure_comets
from selenolab.imaging.comet_saturation import saturation_level

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "generators"))

from comet_truth import Recipe, draw_field

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "comet"
SMALL = Recipe(shape=(420, 420), comets=4, radius=(8, 12))
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared comet images are not here")


def nearest(rows, comet):
    away = np.hypot(rows["x"] - comet.x, rows["y"] - comet.y)
    return rows.loc[away.idxmin()], float(away.min())


def shared_image(name):
    from tifffile import TiffFile

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with TiffFile(SHARED / name) as file:
            return np.asarray(file.pages[0].asarray())


def test_tail_dna_is_that_drawn_at_any_rotation():
    away = []
    for seed, bits in enumerate((16, 8, 16)):
        field = draw_field(seed, replace(SMALL, shape=(700, 700), comets=7, radius=(9, 18), bits=bits))
        rows = measure_comets(field.image).comets
        for comet in field.comets:
            row, apart = nearest(rows, comet)
            assert apart < 8
            away.append(row["tail_percent"] - comet.tail_percent)
    assert np.abs(away).mean() < 2.5  # of 21 comets; fifty seeds below have 2.0


def test_a_turned_image_gives_the_same_tails():
    image = draw_field(5, SMALL).image
    plain = np.sort(measure_comets(image).comets["tail_percent"])
    for turns in (1, 2):
        turned = np.sort(measure_comets(np.rot90(image, turns)).comets["tail_percent"])
        np.testing.assert_allclose(turned, plain, atol=0.5)


def test_direction_is_that_of_the_field_or_the_one_given():
    field = draw_field(3, replace(SMALL, angle=135, tail_percent=(30, 60)))
    found = measure_comets(field.image)
    assert found.direction == pytest.approx(135, abs=5)
    assert found.agree > 0.9
    told = measure_comets(field.image, CometOptions(direction=130.0))
    assert told.direction == pytest.approx(130)
    assert told.agree is None


def test_edge_saturated_and_overlapping_comets_say_so():
    field = draw_field(1, Recipe(comets=2, edge=1, saturated=1, overlaps=1, radius=(14, 18)))
    rows = measure_comets(field.image).comets
    kinds = {comet.kind: nearest(rows, comet)[0] for comet in field.comets}
    assert kinds["edge"]["edge"]
    assert kinds["saturated"]["saturated"] > 0
    assert kinds["overlap"]["overlap"]
    assert not kinds["plain"]["edge"]
    assert not kinds["plain"]["overlap"]
    assert kinds["plain"]["saturated"] == 0


def test_dust_is_counted_and_not_measured():
    field = draw_field(2, replace(SMALL, dust=5))
    found = measure_comets(field.image)
    assert len(found.comets) == len(field.comets)
    assert found.dust >= 3


@pytest.mark.parametrize("level", [0, 255])
def test_an_image_of_one_value_has_no_comet(level):
    found = measure_comets(np.full((80, 90), level, dtype=np.uint8))
    assert len(found.comets) == 0
    assert found.outlines.shape == (0, 4)


def test_noise_alone_has_no_comet():
    noise = np.random.default_rng(1).normal(2000, 60, (300, 300)).astype(np.uint16)
    assert len(measure_comets(noise).comets) == 0


def test_a_drawn_box_takes_the_place_of_what_was_found():
    image = draw_field(4, SMALL).image
    first = measure_comets(image).comets.iloc[0]
    box = (first["left"] - 4, first["top"] - 4, first["right"] + 4, first["bottom"] + 4)
    again = measure_comets(image, CometOptions(boxes=(tuple(float(side) for side in box),))).comets
    assert again["drawn"].sum() == 1
    drawn = again[again["drawn"]].iloc[0]
    assert drawn["tail_percent"] == pytest.approx(first["tail_percent"], abs=2.0)


def test_a_plateau_below_the_top_of_the_scale_is_saturation():
    image = draw_field(6, SMALL).image.copy()
    assert saturation_level(image) is None
    top = float(int(np.quantile(image, 0.998)))
    assert saturation_level(np.minimum(image, np.uint16(top))) == top
    assert saturation_level(np.array([[0, 4095], [7, 9]], dtype=np.uint16)) == 4095


def test_lengths_and_moments_follow_their_formulas():
    rows = measure_comets(draw_field(7, SMALL).image).comets
    np.testing.assert_allclose(rows["extent_moment"], rows["tail_length"] * rows["tail_percent"] / 100)
    assert (rows["olive_moment"] <= rows["comet_length"] * rows["tail_percent"] / 100 + 1e-9).all()
    assert ((rows["tail_percent"] >= 0) & (rows["tail_percent"] <= 100)).all()


@needs_shared
def test_the_three_given_comets():
    for name, x, y, tail, body in (
        ("pos000_001.ome.tif", 1021, 930, 0.34, 49),
        ("pos000_002.ome.tif", 1127, 940, 25.98, None),
        ("pos000_003.ome.tif", 625, 755, 41.21, None),
    ):
        rows = measure_comets(shared_image(name)).comets
        row = rows.loc[np.hypot(rows["x"] - x, rows["y"] - y).idxmin()]
        assert row["tail_percent"] == pytest.approx(tail, abs=5.0)
        if body:
            assert row["comet_length"] == pytest.approx(body, abs=6)


@needs_shared
def test_undamaged_nuclei_have_no_tails():
    rows = measure_comets(shared_image("no_tails.tif")).comets
    counted = rows[~rows["edge"] & ~rows["overlap"]]
    assert len(counted) >= 3
    assert counted["tail_percent"].median() < 5


@pytest.mark.slow
@pytest.mark.parametrize(
    "recipe", [Recipe(), Recipe(bits=8, tail_percent=(0, 90))], ids=["16 bits", "8 bits"]
)
def test_fifty_seeds_of_known_truth(recipe):
    away = []
    for seed in range(100, 150):
        field = draw_field(seed, recipe)
        rows = measure_comets(field.image).comets
        for comet in field.comets:
            row, apart = nearest(rows, comet)
            if apart < 20 and not (row["overlap"] or row["edge"] or row["saturated"]):
                away.append(row["tail_percent"] - comet.tail_percent)
    assert len(away) > 400
    assert np.abs(away).mean() <= 2.0
