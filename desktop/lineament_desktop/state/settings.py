"""What the window remembers between runs: one JSON file, written whole, never able to stop the application."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar, cast

from psygnal import Signal

from lineament.errors import StorageError
from lineament.storage import make_folder, write_atomically
from lineament_desktop.state.places import config_folder
from lineament_desktop.state.preference import Preference
from lineament_desktop.state.preferences import PREFERENCES, RECENT_FILES, RESTART
from lineament_desktop.state.remembered import Values, read_values

FILE = "settings.json"
MODEL_LIMIT = 8
EARLIER_LIMIT = 200
USED_LIMIT = 12
T = TypeVar("T")


class Settings:
    """The settings of one user.

    `complaint` is one sentence for the message bar when the file could not be used; `complained` comes with it when
    that happens while the window is open, and not again for the same reason.
    """

    recent_changed = Signal()
    preference_changed = Signal(object)  # Preference: it has another value now
    complained = Signal(str)

    def __init__(self, folder: Path | None = None) -> None:
        self._file = (folder or config_folder()) / FILE
        self.complaint: str | None = None
        self.values = self._read()
        self._at_start = dict(self.values.preferences)

    # Settings that the user makes

    def get(self, one: Preference[T]) -> T:
        return cast(T, self.values.preferences.get(one.name, one.default))

    def set(self, one: Preference[T], value: object) -> None:
        """Save it and tell everyone; raises `SettingError`, and nothing changes, where the setting refuses it."""
        checked = one.check(value)
        if checked == self.get(one):
            return
        self.values.preferences[one.name] = checked
        if checked == one.default:
            del self.values.preferences[one.name]
        self.values.recent = self.values.recent[: self.get(RECENT_FILES)]
        self.save()
        self.preference_changed.emit(one)

    def is_default(self, one: Preference[Any]) -> bool:
        return bool(self.get(one) == one.default)

    def waiting(self) -> list[Preference[Any]]:
        """Those that were changed and take effect after a restart."""
        wait = [one for one in PREFERENCES if one.later == RESTART]
        return [one for one in wait if self.get(one) != self._at_start.get(one.name, one.default)]

    def reset(self, some: Sequence[Preference[Any]] = PREFERENCES) -> None:
        """Back to the defaults."""
        for one in some:
            self.set(one, one.default)

    # Keys and commands

    def remember_keys(self, changed: Mapping[str, Sequence[str]]) -> None:
        """Keys of those actions that no longer have their own, by the action's id."""
        self.values.keys = {action: list(keys) for action, keys in changed.items()}
        self.save()

    def remember_used(self, action: str) -> None:
        """Of the command palette, newest first."""
        self.values.used = [action, *(one for one in self.values.used if one != action)][:USED_LIMIT]
        self.save()

    # Recent files

    def recent(self) -> list[Path]:
        """Newest first; files that are gone are kept, they may be on a drive that is not connected."""
        return [Path(text) for text in self.values.recent[: self.get(RECENT_FILES)]]  # a file edited by hand has more

    def add_recent(self, path: Path) -> None:
        text = str(path.resolve())
        others = [known for known in self.values.recent if known != text]
        self.values.recent = [text, *others][: self.get(RECENT_FILES)]
        self.recent_changed.emit()
        self.save()

    def forget_recent(self) -> None:
        self.values.recent = []
        self.recent_changed.emit()
        self.save()

    # Models

    def model(self) -> Path | None:
        """Folder of the model last chosen, None for the shipped default."""
        return Path(self.values.model) if self.values.model else None

    def own_models(self) -> list[Path]:
        """Folders of models that did not ship, newest first."""
        return [Path(text) for text in self.values.models]

    def remember_model(self, folder: Path | None, *, own: bool = False) -> None:
        """From now on this model is in use; None for the shipped default. own: list it among the user's models."""
        text = str(folder.resolve()) if folder is not None else ""
        self.values.model = text
        if own:
            others = [known for known in self.values.models if known != text]
            self.values.models = [text, *others][:MODEL_LIMIT]
        self.save()

    # Earlier visits

    def earlier(self, content: str) -> tuple[Path, ...]:
        """Recordings of the earlier visits of the person in the recording with this content hash."""
        return tuple(Path(text) for text in self.values.earlier.get(content, ()))

    def remember_earlier(self, content: str, recordings: tuple[Path, ...]) -> None:
        """Nothing is kept for a recording whose content is not known ("")."""
        others = {known: paths for known, paths in self.values.earlier.items() if known != content}
        mine = {content: [str(path) for path in recordings]} if content and recordings else {}
        self.values.earlier = dict(list((mine | others).items())[:EARLIER_LIMIT])
        self.save()

    # The file

    def save(self) -> None:
        """Write atomically: whoever reads finds the old file or the whole new one. Complains where it cannot."""
        try:
            make_folder(self._file.parent)
            write_atomically(self._file, json.dumps(asdict(self.values), indent=1).encode())
        except StorageError as error:
            sentence = f"The settings could not be saved: {error.what}. They hold until you quit."
            if sentence != self.complaint:
                self.complaint = sentence
                self.complained.emit(sentence)

    def _read(self) -> Values:
        try:
            text = self._file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return Values()
        except (OSError, UnicodeDecodeError) as error:
            return self._start_afresh(str(error))
        try:
            values, sentences = read_values(json.loads(text))
        except (ValueError, TypeError) as error:
            return self._start_afresh(str(error))
        if sentences:
            taken = "Its default is" if len(sentences) == 1 else "Their defaults are"
            self.complaint = f"{self._file.name}: {' '.join(sentences)} {taken} in use; everything else was kept."
        return values

    def _start_afresh(self, reason: str) -> Values:
        aside = self._file.with_name(self._file.name + ".damaged")
        try:
            os.replace(self._file, aside)
            kept = f"It was kept as {aside.name}."
        except OSError:
            kept = "It could not be moved aside and will be written over."
        self.complaint = f"{self._file.name}: the settings could not be read ({reason}). {kept} Defaults are in use."
        return Values()
