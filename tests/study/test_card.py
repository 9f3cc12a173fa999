import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selenolab.core.errors import SelenolabError, StudyError
from selenolab.study.card import read_card
from selenolab.study.document import line_of, read_document


def written(folder, text):
    path = folder / "study.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def mistakes(folder, text):
    return [told for _, told in sorted(read_card(written(folder, text)).mistakes.found)]


def test_all_mistakes_are_found_with_their_lines(tmp_path):
    told = mistakes(
        tmp_path,
        "titel: T\n"
        "runs:\n"
        "  a:\n"
        "    flies: [x.csv]\n"
        "    assay: viability\n"
        "    seed: two\n"
        "  b:\n"
        "    files: [{role: blank}]\n"
        "exclusions:\n"
        "  - {run: a}\n",
    )
    assert told == [
        "study.yaml:1: titel: Unknown key 'titel'. Did you mean title?",
        "study.yaml:1: title: Unable to find 'title'. Add it.",
        "study.yaml:4: runs.a.flies: Unknown key 'flies'. Did you mean files?",
        "study.yaml:6: runs.a.seed: Input should be a valid integer, unable to parse string as an integer, "
        "found 'two'.",
        "study.yaml:7: runs.b.assay: Unable to find 'assay'. Add it.",
        "study.yaml:8: runs.b.files.0.file: Unable to find 'file'. Add it.",
        "study.yaml:10: exclusions.0.reason: Unable to find 'reason'. Add it.",
    ]


def test_mistakes_are_raised_in_the_order_of_the_file(tmp_path):
    card = read_card(written(tmp_path, "runs:\n  a: {assay: x, flies: 1}\nfoo: 1\n"))
    with pytest.raises(SelenolabError) as caught:
        card.mistakes.tell()
    lines = [int(line.split(":")[1]) for line in str(caught.value).splitlines()]
    assert lines == sorted(lines)
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title: !!python/object:os.system x\n", "study.yaml:1: Tag"),
        ("title: a\ntitle: b\n", "study.yaml:2: Unable to read the YAML: found duplicate key"),
        ("a: [1\n", "study.yaml:2: Unable to read the YAML"),
        ("\ta: 1\n", "study.yaml:1: Unable to read the YAML"),
        ("a: *nothing\n", "leads nowhere or into itself"),
        ("a: &a [*a]\n", "leads nowhere or into itself"),
        ("a: " + "[" * 40 + "]" * 40, "more than 20 levels"),
        ("[" + "1," * 30_000 + "]", "more than 10000 values"),
        ("x" * 1_100_000, "too large for a study file"),
        ("a: 1\n---\nb: 2\n", "Expected one document"),
        (b"title: \xff\xfe\n", "is not UTF-8"),
        ("a: \x00", "Unable to read the YAML"),
    ],
)
def test_what_is_no_study_is_refused_in_one_line(tmp_path, text, says):
    with pytest.raises(StudyError) as caught:
        read_document(written(tmp_path, text))
    assert says in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_aliases_that_multiply_are_refused_before_they_are_expanded(tmp_path):
    bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{new}: &{new} [{','.join(['*' + old] * 10)}]\n"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(StudyError, match="more than 10000 values"):
        read_document(written(tmp_path, bomb))


def test_an_honest_alias_and_a_merge_are_understood(tmp_path):
    text = (
        "title: T\nruns:\n  a: &a\n    assay: viability\n    files: [x.csv]\n    settings: {k: 1}\n"
        "  b:\n    <<: *a\n    seed: 4\n"
    )
    card = read_card(written(tmp_path, text))
    assert card.mistakes.found == []
    assert card.runs["b"].assay == "viability"
    assert card.runs["b"].seed == 4


def test_a_folder_or_nothing_is_no_study(tmp_path):
    with pytest.raises(StudyError, match="a folder"):
        read_document(tmp_path)
    with pytest.raises(StudyError, match="no file"):
        read_document(tmp_path / "study.yaml")


def test_the_line_of_a_missing_key_is_its_parents(tmp_path):
    document = read_document(written(tmp_path, "title: T\nruns:\n  a:\n    assay: x\n"))
    assert line_of(document, ("runs", "a", "files")) == 3
    assert line_of(document, ("runs", "a", "assay")) == 4


def test_dates_numbers_and_words_come_as_plain_python(tmp_path):
    plain = read_document(written(tmp_path, "a: 2024-01-02\nb: yes\nc: 1e3\n3: .nan\nt: true\n")).plain
    assert plain["a"] == "2024-01-02"
    assert (plain["b"], plain["c"], plain["t"]) == ("yes", 1000.0, True)
    assert "3" in plain
    assert [type(plain[key]) for key in "abct"] == [str, str, float, bool]


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_a_card_or_one_of_our_errors(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "study.yaml"
    path.write_text(text, encoding="utf-8", errors="ignore")
    try:
        told = [line for _, line in read_card(path).mistakes.found]
    except SelenolabError as error:
        told = str(error).splitlines()
    assert told  # no text of this kind has a title and runs
    assert all("study.yaml" in line for line in told)


@pytest.mark.parametrize("name", ["a.b", "../a", "", "a b", "x" * 65, "a\\n"])
def test_a_run_name_is_also_a_folder_name(tmp_path, name):
    told = mistakes(tmp_path, f'title: T\nruns:\n  "{name}": {{assay: x, files: [a]}}\n')
    assert any("Expected a name of letters" in line for line in told)


def test_two_names_that_differ_in_case_only_are_refused(tmp_path):
    told = mistakes(tmp_path, "title: T\nruns:\n  A: {assay: x}\n  a: {assay: x}\n")
    assert any("differ in case only" in line for line in told)
