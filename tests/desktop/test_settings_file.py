"""Every setting is described whole, kept in the file, and refused or taken entry by entry when the file is read."""

import json
import os
from pathlib import Path
from typing import Any, get_args

import pytest

from lineament.face import TRACKER_KINDS
from lineament.search.config import DEVICES
from lineament.settings import SettingError
from lineament_desktop.state import places
from lineament_desktop.state.places import config_folder, data_folder, given_from_outside, use_folders
from lineament_desktop.state.preference import Preference
from lineament_desktop.state.preferences import (
    CACHE_FOLDER,
    DATA_FOLDER,
    DEVICE,
    LONG_SKIP,
    PREFERENCES,
    RECENT_FILES,
    SCALE,
    SKIP,
    THEME,
    TRACKER,
)
from lineament_desktop.state.settings import Settings
from lineament_desktop.theme import ThemeChoice

EACH = pytest.mark.parametrize("one", PREFERENCES, ids=lambda one: one.name)


def another(one: Preference[Any]) -> Any:
    """A value that is allowed and not the default."""
    if one.variable:
        return os.path.abspath(os.sep + "elsewhere")
    if one.choices:
        return next(choice for choice in one.choices if choice != one.default)
    if isinstance(one.default, bool):
        return not one.default
    return one.low if one.default != one.low else one.high


def refused(one: Preference[Any]) -> Any:
    if one.variable:
        return "not/from/the/root"
    if one.choices:
        return "no such choice"
    return "yes" if isinstance(one.default, bool) else one.high + 1


def write(data: object) -> Path:
    file = config_folder() / "settings.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(data))
    return file


@EACH
def test_each_is_described_in_words(one: Preference[Any]) -> None:
    assert one.check(one.default) == one.default
    assert one.title[:1].isupper()
    assert not one.title.endswith(".")
    assert one.help[:1].islower()
    assert not one.help.endswith(".")
    assert one.words(one.default)
    assert isinstance(one.default, bool) or one.choices or one.variable or (one.low is not None and one.unit)


def test_names_and_titles_are_told_apart() -> None:
    assert len({one.name for one in PREFERENCES}) == len(PREFERENCES)
    assert len({one.title for one in PREFERENCES}) == len(PREFERENCES)


def test_choices_are_those_that_the_code_has() -> None:
    assert tuple(THEME.choices) == get_args(ThemeChoice)
    assert tuple(TRACKER.choices) == TRACKER_KINDS
    assert set(DEVICE.choices) == set(DEVICES)


@EACH
def test_each_is_kept_from_one_run_to_the_next(one: Preference[Any]) -> None:
    settings, heard = Settings(), []
    settings.preference_changed.connect(heard.append)
    settings.set(one, another(one))
    assert heard == [one]
    settings.set(one, another(one))
    assert heard == [one], "the same value is no change"
    again = Settings()
    assert again.get(one) == another(one)
    assert not again.is_default(one)
    again.reset([one])
    assert Settings().values.preferences == {}


@EACH
def test_each_refuses_what_it_cannot_be_and_nothing_changes(one: Preference[Any]) -> None:
    settings = Settings()
    settings.set(one, another(one))
    with pytest.raises(SettingError, match=one.name):
        settings.set(one, refused(one))
    assert settings.get(one) == another(one)
    assert Settings().get(one) == another(one)


@EACH
def test_a_bad_entry_falls_back_alone_and_is_said(one: Preference[Any]) -> None:
    others = {other.name: another(other) for other in PREFERENCES if other is not one}
    write({"preferences": {**others, one.name: refused(one)}, "recent": ["/films/a.mp4"]})
    settings = Settings()
    assert settings.get(one) == one.default
    assert all(settings.get(other) == another(other) for other in PREFERENCES if other is not one)
    assert settings.values.recent == ["/films/a.mp4"]
    assert settings.complaint is not None
    assert settings.complaint.startswith(f"settings.json: The setting {one.name} cannot be ")
    assert settings.complaint.endswith("Its default is in use; everything else was kept.")


def test_several_bad_entries_are_all_said_and_the_good_ones_kept() -> None:
    names = {SKIP.name: -1, LONG_SKIP.name: "long", SCALE.name: 150}
    write({"preferences": names, "recent": "a.mp4", "layers": {"mesh": True}, "keys": {"file.open": [3]}})
    settings = Settings()
    assert settings.get(SCALE) == 150
    assert settings.values.layers == {"mesh": True}
    assert settings.values.recent == []
    assert settings.values.keys == {}
    assert settings.complaint is not None
    for name in (SKIP.name, LONG_SKIP.name, '"recent"', '"keys"'):
        assert name in settings.complaint
    assert SCALE.name not in settings.complaint


def test_settings_of_a_later_version_stay_in_the_file() -> None:
    file = write({"preferences": {"general.later": [1, 2], SKIP.name: 3}})
    settings = Settings()
    assert settings.complaint is None
    settings.set(SKIP, 4)
    assert json.loads(file.read_text())["preferences"] == {"general.later": [1, 2], SKIP.name: 4.0}


def test_a_file_without_names_for_its_settings_keeps_its_theme() -> None:
    write({"theme": "dark", "recent": ["/films/a.mp4"]})
    settings = Settings()
    assert settings.get(THEME) == "dark"
    assert settings.complaint is None


def test_fewer_recent_files_are_forgotten_at_once(tmp_path: Path) -> None:
    settings = Settings()
    for number in range(12):
        settings.add_recent(tmp_path / f"{number}.mp4")
    assert len(settings.recent()) == RECENT_FILES.default
    settings.set(RECENT_FILES, 2)
    assert [path.name for path in settings.recent()] == ["11.mp4", "10.mp4"]
    assert len(Settings().values.recent) == 2
    settings.set(RECENT_FILES, 0)
    settings.add_recent(tmp_path / "private.mp4")
    assert Settings().values.recent == []


def test_what_waits_for_a_restart_is_known() -> None:
    settings = Settings()
    assert settings.waiting() == []
    settings.set(SCALE, 150)
    settings.set(SKIP, 2.0)
    assert settings.waiting() == [SCALE]
    settings.reset([SCALE])
    assert settings.waiting() == []
    settings.set(SCALE, 150)
    assert Settings().waiting() == []


# Folders


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has set the variables; what a test sets is forgotten."""
    monkeypatch.setattr(places, "_ours", set())
    for one in (DATA_FOLDER, CACHE_FOLDER):
        monkeypatch.setenv(one.variable, "")


def test_folders_are_used_by_this_process_and_those_it_starts(free: None, tmp_path: Path) -> None:
    work = tmp_path / "work" / "inside"
    assert use_folders({DATA_FOLDER.variable: str(work), CACHE_FOLDER.variable: ""}) == []
    assert data_folder() == work
    assert work.is_dir()
    assert list(work.iterdir()) == []
    assert os.environ[DATA_FOLDER.variable] == str(work)
    assert not given_from_outside(DATA_FOLDER.variable)


def test_a_variable_from_outside_goes_before_the_setting(
    free: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATA_FOLDER.variable, str(tmp_path / "theirs"))
    assert use_folders({DATA_FOLDER.variable: str(tmp_path / "mine")}) == []
    assert data_folder() == tmp_path / "theirs"
    assert given_from_outside(DATA_FOLDER.variable)


def test_a_folder_that_cannot_be_used_is_said_and_the_usual_one_taken(free: None, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    usual = data_folder()
    (sentence,) = use_folders({DATA_FOLDER.variable: str(tmp_path / "file" / "below")})
    assert sentence.startswith(f"{tmp_path / 'file' / 'below'} cannot be written to")
    assert data_folder() == usual


def test_a_folder_must_be_whole_and_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(SettingError, match="whole path"):
        DATA_FOLDER.check("relative/folder")
    with pytest.raises(SettingError, match="file of that name"):
        DATA_FOLDER.check(str(tmp_path / "file"))
    assert DATA_FOLDER.check(str(tmp_path / "not there yet")) == str(tmp_path / "not there yet")
    assert DATA_FOLDER.check("") == ""
