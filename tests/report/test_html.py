"""The page: well formed, closed to the outside, readable by all, in the right order."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise

import pytest

from selenolab.report.html import report_html

VOID = {"meta", "br", "img", "link", "hr", "input"}


class Page(HTMLParser):
    """Collects elements; fails on a tag that is not closed in its place."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[tuple[int, str]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open, f"</{tag}> closes nothing."
        assert self._open.pop() == tag, f"</{tag}> closes something else."

    def handle_data(self, data):
        if "style" not in self._open:
            self.words.append(data)
        if self._open and re.fullmatch("h[1-6]", self._open[-1]):
            level, text = self.headings[-1]
            self.headings[-1] = (level, text + data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture(scope="module")
def source(written) -> str:
    return (written / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(source) -> Page:
    return Page(source)


def test_ids_are_unique_and_every_pointer_leads_somewhere(source, page):
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    pointers = set(re.findall(r'(?:href|xlink:href)="#([^"]+)"|url\(#([^)]+)\)', source))
    assert {a or b for a, b in pointers} <= set(ids)
    labelled = " ".join(a["aria-labelledby"] or "" for _, a in page.elements if "aria-labelledby" in a)
    assert set(labelled.split()) <= set(ids)


def test_nothing_is_loaded_from_anywhere(source, page):
    for tag in ("script", "link", "iframe", "img", "object", "embed", "base", "form"):
        assert page.all(tag) == [], tag
    assert "default-src 'none'" in source
    assert "@import" not in source
    for name, attributes in page.elements:
        for attribute, value in attributes.items():
            assert not attribute.startswith("on"), f"{name} {attribute}"
            if attribute in {"src", "srcset", "xlink:href"} or (name == "image" and attribute == "href"):
                assert str(value).startswith(("#", "data:image/png;base64,"))
    assert not re.findall(r"url\((?!#)", source)


def test_links_lead_into_the_folder_or_to_works(page):
    for attributes in page.all("a"):
        href = attributes["href"]
        assert href.startswith(("#", "https://doi.org/", "https://pubmed.")) or not re.match(
            r"[a-z]+:|//|/", href
        )


def test_hostile_names_are_shown_and_do_nothing(source, page):
    assert "<script" not in source
    assert page.text().count("<script>alert('x')</script>") > 5


def test_headings_go_down_by_one_level(page):
    levels = [level for level, _ in page.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper <= before + 1 for before, deeper in pairwise(levels))
    assert all(text.strip() for _, text in page.headings)


def test_landmarks_and_language(page):
    assert page.all("html")[0]["lang"] == "en"
    for tag in ("header", "nav", "main", "footer"):
        assert len(page.all(tag)) == 1, tag
    first = page.all("a")[0]
    assert first["href"] == "#main"
    assert page.all("main")[0]["id"] == "main"


def test_every_picture_has_a_title_and_a_description(page):
    for number, (name, attributes) in enumerate(page.elements):
        if name == "svg":
            assert attributes["role"] == "img"
            assert len(attributes["aria-labelledby"].split()) == 2
            assert {tag for tag, _ in page.elements[number + 1 : number + 3]} == {"title", "desc"}


def test_every_table_has_a_caption_and_scopes(page):
    names = [name for name, _ in page.elements]
    assert names.count("table") == names.count("caption") > 8
    assert all(attributes.get("scope") in {"col", "row", "rowgroup"} for attributes in page.all("th"))


def test_order_answer_first(page):
    said = page.text()
    marks = [
        "Question and answer",
        "At what dose is viability halved?",
        "Selenocystine halves viability at 11.8 µM",
        "Main endpoints",
        "What cannot be concluded",
        "effect size with its interval first",
        "Dose response on HepG2",
        "Quality checks",
        "Warnings",
        "Assumed while reading",
        "Left out of every number",
        "Viability was measured with MTT",
        "Mosmann T. Rapid",
        "Date and time of the computation",
        "Research use only.",
    ]
    places = [said.find(mark, said.find("</style>") + 1) for mark in marks]
    assert -1 not in places, marks[places.index(-1)]
    after_nav = [said.rfind(marks[0]), *places[1:]]
    assert after_nav == sorted(after_nav)


def test_what_cannot_be_concluded_is_all_there(page):
    said = page.text()
    for words in (
        "cannot conclude whether SeNP reduce MTT themselves because the control drug_blank is missing",
        "Add cell-free wells with every dose of SeNP.",
        "absolute IC50 (compound SeNP, cell line HepG2) not given: The curve does not reach 50 %",
        "this run was stopped. plate3.txt: row 12",
        "Fewer than two experiments in arm NAC.",
        "HaCaT against HepG2 not given",
    ):
        assert words in said, words


def test_numbers_outside_the_data_are_bounds(page):
    said = page.text()
    assert "> 64 µM" in said
    assert "from 10.1, not bounded above by these data" in said
    assert "= 23.6 µM Se" in said


def test_checks_are_signs_and_words(source):
    for sign, word in (("✓", "passed"), ("✗", "failed"), ("?", "undecidable")):
        assert re.search(rf'<span aria-hidden="true">{re.escape(sign)}</span> (1 )?{word}', source)


def test_figures_are_numbered_in_the_order_of_the_page(page):
    numbers = [int(n) for n in re.findall(r"Figure (\d+)\.", page.text())]
    assert numbers == list(range(1, 15))


def test_flagged_values_stay_visible(page):
    said = page.text()
    assert "(excluded: bubble" in said
    assert ">range" in said


def test_simulated_runs_are_marked_everywhere(page):
    said = page.text()
    assert "hepg2-virtual is computed from a model and not measured" in said
    assert (
        said.count("SIMULATED: these values come from the model dose_viability") == 3
    )  # the run, two figures
    assert "data of hepg2-virtual (simulated)" in said


def test_readers_that_rest_on_a_specification_are_experimental(page):
    assert page.text().count("experimental reader") == 1


def test_long_tables_fold_and_point_to_the_files(page):
    said = page.text()
    assert "All values: tables/hepg2/data.csv" in re.sub(r"\s+", " ", said)
    assert len(page.all("details")) >= 4


def _colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", css))


def _luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_text_contrast_is_at_least_aa():
    css = files("selenolab.report").joinpath("templates/report.css").read_text(encoding="utf-8")
    colours = _colours(css)
    papers = [colours[name] for name in ("paper", "tint", "warm")]
    for name in ("ink", "soft", "accent", "link", "good", "bad", "open"):
        for paper in papers:
            assert _contrast(colours[name], paper) >= 4.5, name
    # Every colour of a text is one of those named above.
    used = set(re.findall(r"(?<![-\w])color: ([^;}]+)", css))
    assert used <= {f"var(--{n})" for n in ("ink", "soft", "accent", "link", "good", "bad", "open")} | {
        "inherit"
    }


@pytest.mark.parametrize(("words", "folded"), [(3, False), (4, True)])
def test_many_words_of_a_group_share_a_column(outcome, tmp_path, words, folded):
    group = {f"word_{number}": f"v{number}" for number in range(words)}
    first = outcome.results[0]
    ends = tuple(replace(end, group=group) for end in first.analysis.endpoints)
    changed = replace(first, analysis=replace(first.analysis, endpoints=ends, drawings=()))
    alone = replace(outcome, results=(changed,), compared=())
    text = Page(report_html(tmp_path, alone, (), "0")).text()
    table = text[text.index(f"Endpoints of {changed.run.name}") :]
    assert ("Word 0" in table) is not folded
    assert ("word 0 v0, word 1 v1" in table) is folded
