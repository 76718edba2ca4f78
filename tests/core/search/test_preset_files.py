"""Settings in files: what is written is read, and whatever else lies there is refused in one sentence."""

import json
from pathlib import Path

import pytest

from lineament.search.config import SearchConfig
from lineament.search.errors import SearchError
from lineament.search.preset_files import SettingsFile, read_settings, saved_settings, settings_path, write_settings
from lineament.search.recipe import Recipe

CONFIG = SearchConfig(budget=1234, attributes=("gaze",), recipe=Recipe(rate=1e-4))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = settings_path(tmp_path / "mine", "Half an hour: gaze")
    write_settings(found, SettingsFile("Half an hour: gaze", CONFIG, "simulated:strong:40:1"))
    return found


def test_what_is_saved_is_read_again(path: Path) -> None:
    assert read_settings(path) == SettingsFile("Half an hour: gaze", CONFIG, "simulated:strong:40:1")
    assert path.name == "Half an hour- gaze.search.json"
    assert saved_settings(path.parent) == [path]


def test_settings_that_are_not_in_the_file_keep_their_defaults(path: Path) -> None:
    content = json.loads(path.read_text())
    content["settings"] = {"budget": 9_999, "recipe": {"steps": 50}}
    path.write_text(json.dumps(content))
    assert read_settings(path).config == SearchConfig(budget=9_999, recipe=Recipe(steps=50))


def broken(change: dict[str, object]) -> str:
    content = {"kind": "lineament search settings", "schema_version": 1, "name": "x", "settings": {}}
    return json.dumps({**content, **change})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"kind": "lineament', "the file is damaged in line 1. Save the settings anew."),
        ("[1, 2]", "the file holds no settings of a search"),
        ('{"kind": "something else"}', "the file holds no settings of a search"),
        (broken({"schema_version": 99}), "schema version 99, this version works with 1"),
        (broken({"settings": {"bugdet": 5}}), "has no setting called bugdet"),
        (broken({"settings": {"budget": -3}}), "the setting budget cannot be -3. Use at least 1"),
        (broken({"settings": {"attributes": ["ears"]}}), "the setting attributes cannot be 'ears'"),
        (broken({"settings": {"recipe": {"rate": "fast"}}}), "the setting rate cannot be 'fast'. Give a number"),
        (broken({"name": 7}), "the name and the cohort are no text"),
    ],
)
def test_other_files_are_refused_in_one_sentence_with_the_files_name(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "mine.search.json"
    path.write_text(text)
    with pytest.raises(SearchError) as raised:
        read_settings(path)
    assert str(raised.value).startswith("mine.search.json: ")
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)


def test_bytes_that_are_no_text_and_files_that_are_not_there(tmp_path: Path) -> None:
    path = tmp_path / "mine.search.json"
    with pytest.raises(SearchError, match="there is no such file"):
        read_settings(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SearchError, match="the file is damaged"):
        read_settings(path)
    with pytest.raises(SearchError, match="cannot be read"):
        read_settings(tmp_path)


@pytest.mark.parametrize("name", ["", "   ", "...", "/"])
def test_a_name_without_letters_is_refused_or_made_one(tmp_path: Path, name: str) -> None:
    if name == "/":
        assert settings_path(tmp_path, name).parent == tmp_path
        return
    with pytest.raises(SearchError, match="have no name"):
        settings_path(tmp_path, name)
