import re

from selenolab.core.reference import Reference
from selenolab.report.citations import bibtex, cited, link, reference_line
from selenolab.report.methods import methods_markdown, methods_parts


def test_measured_and_simulated_runs_stand_apart_and_are_cited_in_order(outcome):
    text = methods_markdown(outcome)
    assert text.count("Viability was measured with MTT at 490 nm [1].") == 2
    assert "Plates were judged by Z' [1, 3]." in text
    assert text.index("## hepg2 (viability)") < text.index("## hepg2-virtual (viability)")
    assert "Groups were compared by Welch's t [2]." in text


def test_every_number_has_its_reference_and_the_other_way_round(outcome):
    text = methods_markdown(outcome)
    body, _, listed = text.partition("## References")
    cites = {int(n) for group in re.findall(r"\[([\d, ]+)\]", body) for n in group.split(",")}
    numbers = {int(n) for n in re.findall(r"^(\d+)\. ", listed, re.MULTILINE)}
    assert cites == numbers == set(range(1, len(cited(outcome)) + 1))
    assert "<https://doi.org/10.1016/0022-1759(83)90303-4>" in listed


def test_simulated_values_and_software_are_said(outcome):
    text = methods_markdown(outcome)
    assert (
        "simulated with the model dose\\_viability" in text
        or "simulated with the model dose_viability" in text
    )
    assert "k_kill = 0.1" in text
    assert "Computed with selenolab 0.1.0, numpy 2.4.6" in text
    assert "random seeds 1, 2" in text


def test_bibtex_has_one_entry_a_work(outcome):
    text = bibtex(cited(outcome))
    assert re.findall(r"@article\{(\w+),", text) == ["mosmann1983", "ritz2015", "zhang1999"]
    assert "author = {Ritz, C. and Baty, F. and Streibig, J. C. and Gerhard, D.}" in text
    assert text.count("{") == text.count("}")


def test_bibtex_of_hard_cases():
    same = [
        Reference(f"doi:10.1/{k}", "Hill AV et al.", "A & B_{x} 50%", "J. Physiol.", 1910) for k in range(2)
    ]
    other = Reference("url:https://example.org/a_b", "The Group of {X}", "Page", "Site", 2020)
    text = bibtex([*same, other])
    assert "@article{hill1910," in text
    assert "@article{hill1910b," in text
    assert "author = {Hill, A. V. and others}" in text
    assert r"A \& B\_\{x\} 50\%" in text
    assert "@misc{the2020," in text
    assert "url = {https://example.org/a_b}" in text


def test_only_web_addresses_become_links():
    bad = Reference("url:javascript:alert(1)", "A B", "T", "W", 2000)
    assert link(bad) == ""
    assert link(Reference("pmid:123", "A B", "T", "W", 2000)) == "https://pubmed.ncbi.nlm.nih.gov/123/"
    assert reference_line(bad) == "A B. T. W (2000)."


def test_of_a_simulated_run_the_reader_knows_so_before_its_analysis(outcome):
    virtual = [
        part
        for part in methods_parts(outcome)
        if any("simulated with the model" in text for text, *_ in part.sentences)
    ]
    assert virtual
    for part in virtual:
        assert "none of them was measured" in part.sentences[0][0]
