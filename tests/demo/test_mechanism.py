"""The mechanism chapter of the embedded study: its intervals hold the truth that its files were made from."""

import json
from pathlib import Path

import pytest

from selenolab.core.estimate import Estimate
from selenolab.demo import generate
from selenolab.evidence.agreement import direction
from selenolab.study.compare import compare_all
from selenolab.study.pathways import pathway_pages
from selenolab.study.plan import load_study
from selenolab.study.run import analyse_run

FOLDER = Path(generate.__file__).parent
RUNS = ("annexin", "cycle", "comets", "blots", "glutathione", "reductase")
TRUTH = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))["mechanism"]


@pytest.fixture(scope="module")
def study():
    return load_study(FOLDER / "study.yaml")


@pytest.fixture(scope="module")
def results(study):
    return {run.name: analyse_run(run) for run in study.runs if run.name in RUNS}


def held(results, run, name, true, **group):
    """Whether the interval of an endpoint holds `true`."""
    found = [
        end.outcome
        for end in results[run].analysis.endpoints
        if end.name == name
        and group.items() <= end.group.items()
        and ("arm" in group or not end.group.get("arm"))
    ]
    assert len(found) == 1, (run, name, group, found)
    assert isinstance(found[0], Estimate)
    return found[0].low <= true <= found[0].high


def test_most_intervals_hold_the_truth(results):
    """40 intervals of 95 %, of which 38 hold on average: at least 35 have to. Nothing is drawn anew."""
    told = []
    untreated = TRUTH["0 µM"]
    for dose in ("0 µM", "8 µM", "16 µM"):
        one = TRUTH[dose]
        told += [held(results, "annexin", "early apoptotic", one["early apoptotic"], dose=dose)]
        told += [held(results, "annexin", "late apoptotic", one["late apoptotic"], dose=dose)]
        told += [
            held(results, "cycle", phase, one[phase], dose=dose) for phase in ("G1", "S", "G2/M", "sub-G1")
        ]
        told += [held(results, "comets", "tail DNA", one["tail DNA"], dose=dose)]
        told += [held(results, "glutathione", "reduced GSH per protein", one["GSH"], dose=dose)]
        told += [held(results, "glutathione", "GSSG per protein", one["GSSG"], dose=dose)]
        if dose == "0 µM":
            continue
        told += [held(results, "reductase", "activity, % of control", 100 * one["TrxR activity"], dose=dose)]
        for protein, level in one["proteins"].items():
            fold = level / untreated["proteins"][protein]
            told += [held(results, "blots", "fold of control", fold, dose=dose, protein=protein)]
        ratio = (one["GSH"] / one["GSSG"]) / (untreated["GSH"] / untreated["GSSG"])
        told += [held(results, "glutathione", "GSH/GSSG, fold of control", ratio, dose=dose)]
    with_nac = TRUTH["with NAC"]["16 µM"]
    told += [held(results, "annexin", "early apoptotic", with_nac["early"], dose="16 µM", arm="NAC")]
    assert len(told) == 40
    assert sum(told) >= 35, told


def test_the_pathway_agrees_where_it_was_made_to(study, results):
    (page,) = pathway_pages(study, list(results.values()))
    verdicts = {row.event.word: row.agreement for row in page.rows}
    made = ("s_phase", "annexin", "dna_damage", "p53_ps15", "p21", "caspase_3", "p_akt", "trxr_activity")
    assert {verdicts[word] for word in made} == {"agrees"}
    assert verdicts["gsh"] == "not stated"
    assert verdicts["cdk4"] == "not measured"
    down = [row for row in page.rows if row.event.word in ("gsh", "gsh_gssg")]
    assert all(row.shown is not None and direction(row.shown) == "down" for row in down)


def test_what_nac_blocks_is_needed_for_part_of_it(study, results):
    (nac,) = [one for one in compare_all(study, list(results.values())) if one.comparison.name == "nac"]
    assert nac.conclusions[0].startswith("16 µM, NAC: The effect is weaker with NAC")
    (contrast,) = nac.contrasts
    assert isinstance(contrast.effect, Estimate)
    truth = (7.0 + 5.0) - (24.0 + 17.0)  # untreated cells are alike with and without NAC
    assert contrast.effect.low <= truth <= contrast.effect.high
