import os

from selenolab.study.cache import cache_folder, keep, look_up, sweep
from selenolab.study.freeze import freeze

KEY = "ab" + "0" * 62


def test_what_is_kept_is_found(tmp_path):
    assert look_up(tmp_path, KEY).thing is None
    assert keep(tmp_path, KEY, freeze({"a": 1})) == ""
    assert look_up(tmp_path, KEY).thing == {"a": 1}
    assert [path.name for path in (tmp_path / "ab").iterdir()] == [f"{KEY}.frozen"]


def test_a_damaged_entry_is_ignored_with_a_word(tmp_path):
    keep(tmp_path, KEY, freeze({"a": 1}))
    path = tmp_path / "ab" / f"{KEY}.frozen"
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:20], b"", whole.replace(b'["a",1]', b'["a",2]')):
        path.write_bytes(damaged)
        found = look_up(tmp_path, KEY)
        assert found.thing is None
        assert "damaged" in found.word


def test_an_entry_of_another_version_is_ignored_with_a_word(tmp_path):
    keep(tmp_path, KEY, freeze([1]).replace(b"frozen 1", b"frozen 0"))
    found = look_up(tmp_path, KEY)
    assert found.thing is None
    assert "unreadable" in found.word


def test_a_place_that_cannot_be_written_is_said_and_does_not_stop(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert "cannot be written" in keep(blocked, KEY, freeze(1))
    assert "cannot be read" in look_up(blocked, KEY).word


def test_the_place_can_be_chosen(tmp_path, monkeypatch):
    monkeypatch.setenv("SELENOLAB_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("SELENOLAB_CACHE")
    assert cache_folder().name in {"selenolab", "Cache"}


def test_what_was_not_used_for_longest_goes_first(tmp_path):
    keys = [f"a{i}" + "0" * 62 for i in range(4)]
    for number, key in enumerate(keys):
        keep(tmp_path, key, freeze("x" * 1000))
        os.utime(tmp_path / key[:2] / f"{key}.frozen", (number, number))
    assert look_up(tmp_path, keys[0]).thing  # used now
    assert sweep(tmp_path, most=2500) == 2
    assert [bool(look_up(tmp_path, key).thing) for key in keys] == [True, False, False, True]
