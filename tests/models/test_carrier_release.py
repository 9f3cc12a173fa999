"""The carrier model against its assumed targets, its balances, its limits and closed answers."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from selenolab.shelf import models
from selenolab.simulate.reference import simulate

ROOT = Path(__file__).parents[2]
TIMES = (0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 24.0, 48.0)
DAY = TIMES.index(24.0)
DOSE, MEDIUM, ALIQUOT, BAG = 150.0, 50.0, 1.0, 1.0
MODEL = models["carrier_release"]
SHELLS = [f"shell{j}" for j in range(1, 21)]
INSIDE = ["bag", "medium", "taken", "SS", "SG", "SH", "SO", "GSH", "GSSG", "H2O2"]


def tool():
    spec = importlib.util.spec_from_file_location("carrier_shells", ROOT / "tools" / "carrier_shells.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(condition="a", times=TIMES, dose=DOSE, action="sample", **inputs):
    told = {"ph": 7.4, "gsh": 0.0, "h2o2": 0.0, **inputs}
    return pd.DataFrame({"condition": condition, "dose": dose, "time": times, "action": action, **told})


def run(*designs, model=MODEL, **overrides):
    found = simulate(model, pd.concat(designs), overrides, "µg")
    return [part for _, part in found.groupby("condition", sort=False)]


def corrected(part, aliquot=ALIQUOT):
    """CR(t_n) % = 100 (V C_n + v (C_1 + ... + C_(n-1))) / dose, term by term."""
    seen = part["free_drug"].tolist()
    return np.array([100 * (MEDIUM * now + aliquot * sum(seen[:n])) / DOSE for n, now in enumerate(seen)])


def with_states(equations=None):
    """The model, seen from inside."""
    shown = {"free_drug": "free_drug", "links": "links", **{name: name for name in [*SHELLS, *INSIDE]}}
    return replace(MODEL, observables=shown, equations=equations or MODEL.equations)


MEDIA = {
    # The first and fifth are targets that were assumed and that constants were set to meet: no measurements.
    "buffer": ({}, 10.0, 0.3),
    "2 µM GSH": ({"gsh": 0.002}, 10.0, 0.3),
    "20 µM GSH": ({"gsh": 0.02}, 10.1, 0.3),
    "2 mM GSH": ({"gsh": 2.0}, 30.5, 0.5),
    "10 mM GSH": ({"gsh": 10.0}, 84.5, 0.5),
    "10 mM GSH, pH 5.5": ({"gsh": 10.0, "ph": 5.5}, 10.8, 0.5),
    "0.1 mM H2O2": ({"h2o2": 0.1}, 10.2, 0.3),
    "33 mM H2O2": ({"h2o2": 33.0}, 87.8, 0.5),
    "10 mM GSH, 0.1 mM H2O2": ({"gsh": 10.0, "h2o2": 0.1}, 84.6, 0.5),
}


@pytest.fixture(scope="module")
def media():
    parts = run(*(rows(name, **told) for name, (told, _, _) in MEDIA.items()))
    return dict(zip(MEDIA, parts, strict=True))


@pytest.mark.parametrize("medium", MEDIA)
def test_release_of_a_day_in_each_medium(media, medium):
    _, expected, within = MEDIA[medium]
    assert corrected(media[medium])[DAY] == pytest.approx(expected, abs=within)


def test_glutathione_of_plasma_is_like_buffer(media):
    buffer = corrected(media["buffer"])[DAY]
    for medium in ("2 µM GSH", "20 µM GSH"):
        assert corrected(media[medium])[DAY] == pytest.approx(buffer, abs=0.3)


@pytest.mark.parametrize(
    ("medium", "shape"),
    [
        ("buffer", [0.4, 0.9, 2.0, 3.5, 5.5, 6.9, 10.0, 14.2]),
        ("10 mM GSH", [0.4, 1.2, 3.2, 9.2, 27.6, 47.9, 84.5, 97.0]),
    ],
)
def test_the_whole_curve_is_that_of_the_prototype(media, medium, shape):
    np.testing.assert_allclose(corrected(media[medium]), shape, atol=0.15)


def test_cross_links_left_after_a_day(media):
    left = {name: 100 * part["crosslinks_left"].iloc[DAY] for name, part in media.items()}
    assert left["buffer"] == 100.0
    assert left["2 mM GSH"] == pytest.approx(41, abs=0.6)
    assert left["10 mM GSH"] == pytest.approx(2, abs=0.6)
    assert left["10 mM GSH, pH 5.5"] == pytest.approx(95, abs=0.6)


def test_drug_and_selenium_are_kept():
    for told, _, _ in MEDIA.values():
        (part,) = run(rows(**told), model=with_states())
        drug = part[[*SHELLS, "bag", "medium", "taken"]].sum(axis=1)
        np.testing.assert_allclose(drug, 1.0, rtol=1e-9)
        np.testing.assert_allclose(2 * part["SS"] + part[["SG", "SH", "SO"]].sum(axis=1), 2.0, rtol=1e-9)


def test_what_the_aliquots_took_is_what_they_held():
    (part,) = run(rows(gsh=10.0), model=with_states())
    held = ALIQUOT * np.concatenate([[0.0], part["free_drug"].cumsum()[:-1]]) / DOSE
    np.testing.assert_allclose(part["taken"], held, rtol=1e-9)
    released = part[["medium", "taken"]].sum(axis=1)
    np.testing.assert_allclose(100 * released, corrected(part), rtol=1e-9)


def test_glutathione_is_kept_where_none_is_taken():
    (part,) = run(rows(gsh=10.0, h2o2=1.0, action=""), model=with_states(), kox=1e-4)
    kept = part["GSH"] + 2 * part["GSSG"] + part["links"] * part["SG"]
    np.testing.assert_allclose(kept, 10.0, rtol=1e-9)
    assert part["GSSG"].iloc[-1] > 1


def test_aliquots_thin_and_renew_the_medium():
    still = {"kauto": 0.0, "kGH": 0.0, "kox": 0.0}  # nothing else may change GSSG
    (part,) = run(rows(gsh=10.0, times=(1.0, 1.0 + 1e-6), sample_volume=5.0), model=with_states(), **still)
    before, after = part.iloc[0], part.iloc[1]
    assert after["medium"] == pytest.approx(0.9 * before["medium"], rel=1e-5)
    assert after["GSSG"] == pytest.approx(0.9 * before["GSSG"], rel=1e-5)
    assert after["GSH"] == pytest.approx(10 - 0.9 * (10 - before["GSH"]), rel=1e-9)
    assert after["bag"] == pytest.approx(before["bag"], rel=1e-4)
    assert after["SS"] == pytest.approx(before["SS"], rel=1e-6)


def crank(times, diffusion, radius):
    """Share that left a sphere of constant D into a perfect sink (Crank, The Mathematics of Diffusion)."""
    n = np.arange(1, 2001)[:, None]
    decay = np.exp(-diffusion * n**2 * np.pi**2 * np.asarray(times) * 3600 / radius**2)
    return 1 - 6 / np.pi**2 * (decay / n**2).sum(axis=0)


@pytest.mark.parametrize("diffusion", [3e-5, 2e-4, 1e-3])
def test_constant_diffusion_is_that_of_a_sphere(diffusion):
    (part,) = run(rows(action=""), D0=diffusion, kmem=1e5, Kp74=1e-6, Kp55=1e-6)
    hold_up = MEDIUM / (MEDIUM + BAG)  # what stays in the bag at equal concentrations
    found = 100 * MEDIUM * part["free_drug"] / DOSE
    np.testing.assert_allclose(found, 100 * hold_up * crank(TIMES, diffusion, 50.0), atol=0.2)


def test_more_shells_change_little(media):
    fine = replace(MODEL, equations=tool().equations(40))
    for part, (medium, _) in zip(
        run(*(rows(name, **told) for name, (told, _, _) in MEDIA.items()), model=fine),
        MEDIA.items(),
        strict=True,
    ):
        np.testing.assert_allclose(corrected(part), corrected(media[medium]), atol=0.3)


def test_the_equations_are_those_of_the_generator():
    assert tool().equations(20) == MODEL.equations, "Run tools/carrier_shells.py again."


def test_without_glutathione_and_peroxide_the_cross_links_hold(media):
    assert (media["buffer"]["crosslinks_left"] == 1.0).all()


def test_a_fast_membrane_is_a_sink():
    slow, fast, faster = (
        run(rows(gsh=10.0, action=""), model=with_states(), kmem=kmem)[0] for kmem in (0.3, 1e3, 1e5)
    )
    assert (slow["free_drug"] < fast["free_drug"]).all()
    np.testing.assert_allclose(fast["free_drug"], faster["free_drug"], rtol=2e-3)
    np.testing.assert_allclose(faster["bag"] / BAG, faster["medium"] / MEDIUM, rtol=1e-3)


def test_a_sample_of_nothing_is_no_sample():
    nothing, none = run(
        rows("a", gsh=10.0, sample_volume=0.0), rows("b", gsh=10.0, sample_volume=0.0, action="")
    )
    np.testing.assert_allclose(nothing["free_drug"], none["free_drug"], rtol=1e-8)
    plain = 100 * MEDIUM * nothing["free_drug"] / DOSE
    np.testing.assert_allclose(corrected(nothing, 0.0), plain, rtol=1e-12)


def test_a_closed_system_ends_at_its_partition():
    (part,) = run(rows(times=(1e4,), action=""), D0=0.1, Kp74=1000.0)
    core = DOSE / 1000 / 0.1 / 1000 / 1.2
    plateau = MEDIUM / (MEDIUM + BAG + 1000 * core)
    assert MEDIUM * part["free_drug"].iloc[0] / DOSE == pytest.approx(plateau, rel=1e-6)


def test_release_rises_with_glutathione():
    steps = [0.0, 0.002, 0.02, 0.2, 1.0, 2.0, 5.0, 10.0, 20.0]
    found = [corrected(part) for part in run(*(rows(f"{gsh}", gsh=gsh) for gsh in steps))]
    assert (np.diff(found, axis=0) > 0).all()
    assert (np.diff(found, axis=1) > 0).all()


def test_free_drug_leaves_the_bag_at_the_membrane_s_rate():
    (part,) = run(rows(free_fraction=1.0, gsh=10.0, action=""), kmem=0.5)
    share = 1 - np.exp(-0.5 * (1 + BAG / MEDIUM) * np.array(TIMES))
    np.testing.assert_allclose(part["free_drug"], DOSE / (MEDIUM + BAG) * share, rtol=1e-7)


def test_a_carrier_that_cannot_be_cleaved_does_not_see_glutathione(media):
    control, half = run(
        rows("a", gsh=10.0, cleavable_fraction=0.0), rows("b", gsh=10.0, cleavable_fraction=0.5)
    )
    np.testing.assert_allclose(control["free_drug"], media["buffer"]["free_drug"], rtol=1e-7)
    assert (control["crosslinks_left"] == 1.0).all()
    assert half["crosslinks_left"].iloc[-1] == pytest.approx(0.5, abs=0.02)
    assert 12 < corrected(half)[DAY] < 84


def test_a_dose_of_nothing_is_no_drug():
    for part in run(rows("a", dose=0.0, gsh=10.0, free_fraction=0.0), rows("b", dose=0.0, free_fraction=1.0)):
        assert (part["free_drug"] == 0.0).all()
        assert np.isfinite(part["crosslinks_left"]).all()


def test_release_follows_the_dose_in_proportion_where_links_are_few():
    small, large = run(rows("a", dose=0.01, gsh=10.0), rows("b", dose=1.0, gsh=10.0))
    np.testing.assert_allclose(100 * small["free_drug"].to_numpy(), large["free_drug"], rtol=1e-3)


def test_no_more_is_released_than_was_loaded():
    rng = np.random.default_rng(3)
    set_here = {*MODEL.inputs.values(), MODEL.doses}
    for draw in range(25):
        chosen = {
            own.name: float(rng.uniform(own.low, own.high))
            for own in MODEL.parameters
            if own.name not in set_here
        }
        (part,) = run(rows(gsh=20 * rng.random(), h2o2=50 * rng.random(), ph=5 + 3 * rng.random()), **chosen)
        released = corrected(part)
        assert (np.diff(released) >= -1e-7).all(), (draw, chosen)
        assert 0 < released[-1] <= 100 + 1e-7, (draw, chosen)


def test_the_size_is_shown_and_the_release_does_not_use_its_spread():
    narrow, wide = (run(rows(gsh=10.0), diameter_cv=cv)[0] for cv in (0.05, 0.4))
    assert set(narrow["mean_diameter"]) == {100.0}
    assert narrow["diameter_sd"].tolist() == pytest.approx([5.0] * 8)
    assert wide["diameter_sd"].tolist() == pytest.approx([40.0] * 8)
    np.testing.assert_array_equal(narrow["free_drug"], wide["free_drug"])


def test_the_readme_says_what_the_model_gives(media):
    text = (models.folder("carrier_release") / "README.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.endswith(" % |")]
    assert len(rows) == 8
    for medium, released, left in rows:
        part = media[{"buffer, pH 7.4": "buffer"}.get(medium, medium)]
        assert released == f"{corrected(part)[DAY]:.1f} %", medium
        assert left == f"{100 * part['crosslinks_left'].iloc[DAY]:.0f} %", medium
