"""--set words: read, checked in one line each, laid over a study."""

from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from selenolab.core.assay import AssaySettings
from selenolab.core.errors import SeveralErrors, StudyError
from selenolab.core.study import Run, Study, Virtual
from selenolab.faces.settings_words import check_settings, merged, override, read_words


class Quality(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    z_prime: float = Field(default=0.5, le=1)


class Settings(AssaySettings):
    level: float = Field(default=0.95, gt=0, lt=1)
    family: Literal["LL.4", "W1.4"] = "LL.4"
    note: str = ""
    quality: Quality = Quality()


def study(*names: str) -> Study:
    from pathlib import Path

    runs = tuple(Run(name, "toy", Virtual("model"), Settings()) for name in names)
    return Study(Path("study.yaml"), "t", "q", {}, {}, runs)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["a=1"], {"a": 1}),
        (["a=true"], {"a": True}),
        (["a="], {"a": ""}),
        (["a=null"], {"a": None}),
        (["a=[1, 2.5]"], {"a": [1, 2.5]}),
        (["a=x=y"], {"a": "x=y"}),
        (["a.b=1", "a.c=2"], {"a": {"b": 1, "c": 2}}),
        (["a=*b"], {"a": "*b"}),
    ],
)
def test_words_are_yaml_values(words, found):
    assert read_words(words) == found


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["level"], "Expected key=value"),
        (["=3"], "Expected key=value"),
        (["a..b=3"], "Expected key=value"),
        (["a=1", "a=2"], "'a' is stated twice"),
        (["a=1", "a.b=2"], "'a' already has a value"),
        (["a=[1"], "Unable to read '\\[1'"),
    ],
)
def test_a_word_that_is_no_setting_is_said(words, told):
    with pytest.raises(StudyError, match=told):
        read_words(words)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ({"levl": 1}, "--set levl: Unknown setting 'levl' of toy. Did you mean level?"),
        (
            {"quality": {"z_prim": 1}},
            "--set quality.z_prim: Unknown setting 'z_prim' of toy. Did you mean z_prime?",
        ),
        ({"level": "abc"}, "--set level: Input should be a valid number.*, found 'abc'"),
        ({"level": float("nan")}, "--set level: Input should be a finite number, found nan"),
        ({"family": "LL.9"}, "--set family: Input should be 'LL.4' or 'W1.4', found 'LL.9'"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(words, line):
    with pytest.raises(SeveralErrors, match=line) as error:
        check_settings("toy", Settings, words)
    assert len(str(error.value).splitlines()) == 1


def test_all_wrong_settings_are_told_together():
    with pytest.raises(SeveralErrors) as error:
        check_settings("toy", Settings, {"levl": 1, "family": 3})
    assert len(error.value.errors) == 2


def test_a_word_replaces_a_setting_of_its_run_only():
    changed = override(study("one", "two"), ["one.level=0.9", "one.quality.z_prime=0.3"])
    assert [run.settings.level for run in changed.runs] == [0.9, 0.95]
    assert changed.runs[0].settings.quality.z_prime == 0.3
    assert override(study("one"), []) == study("one")


def test_an_unknown_run_or_setting_is_met_with_the_nearest():
    with pytest.raises(SeveralErrors, match=r"Unknown run 'on'\. Did you mean one\?"):
        override(study("one"), ["on.level=0.9"])
    with pytest.raises(SeveralErrors, match=r"--set one\.levl: Unknown setting 'levl'"):
        override(study("one"), ["one.levl=0.9"])


def test_nested_settings_keep_what_is_not_named():
    assert merged({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}) == {"a": {"b": 3, "c": 2}}
