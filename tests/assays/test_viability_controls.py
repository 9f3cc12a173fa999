"""Blanks, vehicles and plate quality: what is subtracted from what, and what is said when it is missing."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from selenolab.assays.viability.controls import correct
from selenolab.assays.viability.endpoints import bound_words
from selenolab.assays.viability.missing import SUSPENSION, missing_controls, reduces_dye
from selenolab.assays.viability.plate_effects import plate_effects
from selenolab.assays.viability.quality import plate_checks, plates, rank_correlation, rising_blanks, z_prime
from selenolab.assays.viability.schema import WELLS
from selenolab.core.dataset import Dataset, Table
from selenolab.core.errors import DataError
from selenolab.core.estimate import at_least, at_most
from selenolab.formats.wells import well_name
from selenolab.shelf import assays

ASSAY = assays["viability"]
DOSES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)


def rows(role, values, dose=np.nan, compound="", line="", arm="", plate="P1", experiment="1"):
    return [
        {
            "plate": plate, "experiment": experiment, "role": role, "compound": compound, "cell_line": line,
            "arm": arm, "dose": dose, "basis": "molecule", "absorbance": value,
        }
        for value in values
    ]  # fmt: skip


def dataset(parts, unit="µM"):
    frame = pd.DataFrame([row for part in parts for row in part])
    if "well" not in frame:
        frame["well"] = [well_name(i % 8 + 1, i // 8 + 1) for i in range(len(frame))]
    return Dataset({"wells": Table(WELLS, frame, {"dose": unit})})


def small(compound="selenocystine", extra=0.10, drug_blank=True, arm="", blank_arm="", line="HepG2"):
    """A control of 0.80 above a blank of 0.05; the treated cells are truly at 20 %."""
    parts = [
        rows("blank", [0.05, 0.05], arm=blank_arm),
        rows("vehicle", [0.85, 0.85], 0.0, line=line, arm=arm),
        rows("sample", [0.05 + 0.16 + extra] * 2, 8.0, compound, line, arm),
    ]
    if drug_blank:
        parts.append(rows("drug_blank", [0.05 + extra] * 2, 8.0, compound, arm=arm))
    return dataset(parts)


def sample_of(data, **settings):
    wells = correct(data, ASSAY.settings(**settings)).wells
    return wells[wells["role"] == "sample"].iloc[0]


def analysed(data, **settings):
    return ASSAY.analyse(data, ASSAY.settings(compare_families=False, robust=False, **settings), 0, {})


def test_the_drug_blank_of_the_dose_is_subtracted():
    assert sample_of(small())["viability"] == pytest.approx(20.0)
    assert sample_of(small())["correction"] == "drug blank"


def test_without_it_a_true_20_percent_reads_33():
    found = sample_of(small(drug_blank=False))
    assert found["viability"] == pytest.approx(32.5)
    assert found["correction"] == "medium blank"
    assert sample_of(small(), drug_blank="ignore")["viability"] == pytest.approx(32.5)


def test_the_plain_ratio_of_optical_densities_stands_beside_it():
    assert sample_of(small())["od_ratio"] == pytest.approx(100 * 0.31 / 0.85)


def test_a_drug_blank_of_another_dose_does_not_serve():
    data = dataset([
        rows("blank", [0.05]), rows("vehicle", [0.85], 0.0, line="x"),
        rows("sample", [0.31], 8.0, "selenocystine", "x"), rows("drug_blank", [0.15], 4.0, "selenocystine"),
    ])  # fmt: skip
    assert sample_of(data)["correction"] == "medium blank"
    assert "at every dose" in analysed(data).missing_controls[0].control


def test_an_arm_with_its_own_blank_uses_it():
    data = dataset([
        rows("blank", [0.05]), rows("blank", [0.12], arm="NAC"), rows("vehicle", [0.85], 0.0, line="x"),
        rows("vehicle", [0.92], 0.0, line="x", arm="NAC"), rows("sample", [0.52], 8.0, "drug", "x", "NAC"),
    ])  # fmt: skip
    found = sample_of(data)
    assert found["blank"] == pytest.approx(0.12)
    assert found["viability"] == pytest.approx(50.0)


def test_a_vehicle_of_another_line_does_not_serve():
    data = dataset([rows("vehicle", [0.85], 0.0, line="a"), rows("sample", [0.5, 0.4], 8.0, "drug", "b")])
    assert np.isnan(sample_of(data)["viability"])
    with pytest.raises(DataError, match="Expected vehicle wells"):
        analysed(data)


def test_dose_zero_serves_where_no_vehicle_is_named():
    data = dataset([rows("sample", [0.8], 0.0, "drug", "b"), rows("sample", [0.4], 8.0, "drug", "b")])
    wells = correct(data, ASSAY.settings()).wells
    assert wells["viability"].tolist() == pytest.approx([100.0, 50.0])


@pytest.mark.parametrize(
    "compound", ["selenocystine", "sodium selenite", "SeNPs", "NAC", "ascorbic acid", "GSH"]
)
def test_a_reducing_compound_without_its_blank_cannot_be_concluded_from(compound):
    found = analysed(small(compound, drug_blank=False)).missing_controls
    assert [control.conclusion for control in found] == ["true viability"]
    assert "a true 20 % read 33 %" in found[0].remedy


def test_a_compound_of_which_nothing_is_known_is_undecided_and_not_accused():
    analysis = analysed(small("compound 7", drug_blank=False))
    check = next(check for check in analysis.checks if check.name == "drug blank")
    assert analysis.missing_controls == ()
    assert check.passed is None
    assert reduces_dye("compound 7", ASSAY.settings(reducing_compounds=("Compound 7",)))


def test_a_thiol_arm_without_its_own_blank_is_told():
    found = analysed(small("drug", arm="5 mM NAC", drug_blank=False)).missing_controls
    assert any("medium blank with 5 mM NAC" in control.control for control in found)
    own = analysed(small("drug", arm="5 mM NAC", blank_arm="5 mM NAC", drug_blank=False)).missing_controls
    assert own == ()


def test_a_missing_medium_blank_is_told():
    data = dataset([rows("vehicle", [0.8] * 2, 0.0, line="x"), rows("sample", [0.4] * 2, 8.0, "drug", "x")])
    assert any(control.control == "medium blank" for control in analysed(data).missing_controls)


@pytest.mark.parametrize("line", ["HL60", "hl-60", "THP-1", "K562 (ATCC)"])
def test_suspension_cells_under_aspiration_are_warned_of(line):
    check = next(check for check in analysed(small(line=line)).checks if check.name == "aspiration")
    assert check.passed is False
    kept = next(c for c in analysed(small(line=line), aspirated=False).checks if c.name == "aspiration")
    assert kept.passed is True


def test_adherent_cells_are_not():
    assert not any(check.name == "aspiration" for check in analysed(small(line="HepG2")).checks)
    assert len(set(SUSPENSION)) == len(SUSPENSION)


def test_z_prime_is_that_of_its_definition():
    high, low = np.array([1.0, 1.1, 0.9]), np.array([0.1, 0.1, 0.13])
    expected = 1 - 3 * (high.std(ddof=1) + low.std(ddof=1)) / (high.mean() - low.mean())
    assert z_prime(high, low) == pytest.approx(expected)
    assert z_prime(high[:1], low) is None


def full_plate(edge=1.0, seed=0, extra=0.0):
    """96 wells: columns of doses whose replicates lie in outer and inner rows."""
    rng = np.random.default_rng(seed)
    found = []
    for column in range(12):
        for row in range(8):
            outer = row in (0, 7) or column in (0, 11)
            role, dose = ("vehicle", 0.0) if column in (0, 5, 11) else ("sample", DOSES[column % 7])
            share = 1.0 if dose == 0 else 1 / (1 + (dose / 40) ** 2)
            value = (0.05 + 0.8 * share) * np.exp(0.02 * rng.standard_normal()) * (edge if outer else 1)
            found += [
                {
                    **rows(role, [value], dose, "drug" if dose else "", "x")[0],
                    "well": well_name(row + 1, column + 1),
                }
            ]
    for index, dose in enumerate(DOSES):
        for value in (0.05 + extra * dose / 64 + 0.001 * rng.standard_normal() for _ in range(3)):
            found.append({**rows("drug_blank", [value], dose, "drug", plate="P1")[0], "well": ""})
        del index
    found += [{**row, "well": ""} for row in rows("blank", [0.049, 0.051, 0.05])]
    return dataset([found])


def test_an_edge_effect_is_found_with_its_size_and_p():
    wells = correct(full_plate(edge=1.15), ASSAY.settings()).wells
    effect = next(effect for effect in plate_effects(wells) if effect.name == "edge")
    assert effect.size == pytest.approx(15, abs=3)
    assert effect.p < 1e-6


def test_no_edge_effect_is_found_where_there_is_none():
    found = [
        next(
            e
            for e in plate_effects(correct(full_plate(seed=seed), ASSAY.settings()).wells)
            if e.name == "edge"
        )
        for seed in range(20)
    ]
    assert sum(effect.p < 0.05 for effect in found) <= 4
    assert max(abs(effect.size) for effect in found) < 3


def test_edge_wells_can_be_left_out_and_stay_visible():
    corrected = correct(full_plate(), ASSAY.settings(edge_wells="exclude"))
    edge = corrected.wells[corrected.wells["flag"] == "excluded: edge well"]
    assert len(edge) == 36
    assert np.isfinite(edge["viability"]).all()
    assert not edge["ok"].any()


def test_a_blank_that_rises_with_the_dose_is_flagged():
    for extra, passed in ((0.2, False), (0.0, True)):
        checks = plate_checks(correct(full_plate(extra=extra), ASSAY.settings()), ASSAY.settings())
        check = next(check for check in checks if check.name == "drug blank over the doses")
        assert check.passed is passed
        assert check.margin == pytest.approx(0.05 - extra * 63 / 64, abs=0.01)


def test_control_checks_carry_value_limit_and_margin():
    corrected = correct(full_plate(), ASSAY.settings())
    for check in plate_checks(corrected, ASSAY.settings()):
        if check.name in ("Z'", "signal over background", "control CV"):
            assert check.passed is True
            assert check.margin == pytest.approx(abs(check.value - check.limit))
    assert [plate.vehicle.size for plate in plates(corrected)] == [24]


def test_an_excluded_well_enters_no_mean():
    data = small()
    frame = data.tables["wells"].frame.copy()
    frame["absorbance_flag"] = ""
    frame.loc[frame.index[frame["role"] == "vehicle"][0], ["absorbance", "absorbance_flag"]] = [
        5.0,
        "excluded: bubble",
    ]
    flagged = Dataset({"wells": Table(WELLS, frame, {"dose": "µM"})})
    assert sample_of(flagged)["viability"] == pytest.approx(20.0)


def test_a_reference_wavelength_is_subtracted_well_by_well():
    frame = small().tables["wells"].frame.copy()
    frame["reference_absorbance"] = 0.03
    frame["absorbance"] += 0.03
    assert sample_of(Dataset({"wells": Table(WELLS, frame, {"dose": "µM"})}))["viability"] == pytest.approx(
        20.0
    )


@pytest.mark.parametrize(
    "y", [[3.0, 1.0, 4.0, 1.0, 5.0, 9.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2.0, 2.0, 2.0, 1.0, 1.0, 2.0]]
)
def test_the_rank_correlation_is_that_of_scipy(y):
    dose = np.array([0.0, 1.0, 1.0, 2.0, 4.0, 8.0])
    found = rank_correlation(dose, np.array(y))
    assert found == pytest.approx(tuple(stats.spearmanr(dose, y)), rel=1e-9)


def test_a_drug_blank_without_a_medium_blank_is_not_subtracted_from_one_side_only():
    data = dataset(
        [
            rows("vehicle", [0.85, 0.85], 0.0, line="HepG2"),
            rows("sample", [0.85, 0.85], 8.0, "selenocystine", "HepG2"),  # no effect at all
            rows("drug_blank", [0.05, 0.05], 8.0, "selenocystine"),
        ]
    )
    found = sample_of(data)
    assert (found["viability"], found["correction"]) == (pytest.approx(100.0), "none")
    controls = missing_controls(correct(data, ASSAY.settings()), ASSAY.settings())
    assert [one.control for one in controls] == ["medium blank"]


@pytest.mark.parametrize(
    ("choice", "said"), [("subtract", "was subtracted"), ("ignore", "was not subtracted")]
)
def test_a_rising_blank_says_what_became_of_it(choice, said):
    settings = ASSAY.settings(drug_blank=choice)
    (check,) = rising_blanks(correct(series(), settings), settings)
    assert check.passed is False
    assert said in check.why


def test_a_rise_in_counts_is_not_judged_by_a_limit_in_absorbance():
    data = series()
    frame = data.tables["wells"].frame.rename(columns={"absorbance": "intensity"})
    counts = Dataset({"wells": Table(WELLS, frame, {"dose": "µM"})})
    (check,) = rising_blanks(correct(counts, ASSAY.settings()), ASSAY.settings())
    assert check.passed is None
    assert "absorbance" in check.why


def series():
    """Treated cells of no effect, with a drug blank that climbs by 0.1 over the doses."""
    parts = [rows("blank", [0.05, 0.06]), rows("vehicle", [0.85, 0.85], 0.0, line="HepG2")]
    for dose in DOSES:
        extra = 0.1 * dose / DOSES[-1]
        parts.append(rows("sample", [0.85 + extra] * 2, dose, "selenocystine", "HepG2"))
        parts.append(rows("drug_blank", [0.05 + extra] * 2, dose, "selenocystine"))
    return dataset(parts)


def test_a_bound_that_is_not_the_edge_of_the_doses_says_why():
    tested = [SimpleNamespace(tested=(1.0, 64.0))]
    low = at_least(34.65, "µM", "t", 3, "independent experiments")
    assert "above the highest dose tested (64 µM)" in next(bound_words(low, tested))
    high = at_most(2.0, "µM", "t", 3, "independent experiments")
    assert "below the lowest dose tested (1 µM)" in next(bound_words(high, tested))
    assert not list(bound_words(at_least(64.0, "µM", "t", 3, "independent experiments"), tested))


def test_one_excluded_well_is_one_well():
    data = series()
    frame = data.tables["wells"].frame.assign(absorbance_flag="")
    frame.loc[4, "absorbance_flag"] = "excluded: bubble"
    flagged = Dataset({"wells": Table(WELLS, frame, {"dose": "µM"})})
    assert any(text.startswith("1 well is flagged") for text in analysed(flagged).warnings)
