"""What the window remembers between runs: one JSON file, written whole, never able to stop the application."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from psygnal import Signal

from lineament.errors import StorageError
from lineament.storage import make_folder, write_atomically
from lineament_desktop.state.places import config_folder

FILE = "settings.json"
RECENT_LIMIT = 10
MODEL_LIMIT = 8
EARLIER_LIMIT = 200
ThemeChoice = Literal["system", "light", "dark"]
THEME_CHOICES: tuple[ThemeChoice, ...] = ("system", "light", "dark")


@dataclass
class Values:
    """Everything remembered, with its defaults; `layout` and `geometry` are for the window to read."""

    theme: ThemeChoice = "system"
    recent: list[str] = field(default_factory=list)
    layers: dict[str, bool] = field(default_factory=dict)
    layout: dict[str, Any] = field(default_factory=dict)
    geometry: str = ""
    model: str = ""  # folder of the model in use, "" for the shipped default
    models: list[str] = field(default_factory=list)  # folders of models opened by the user, newest first
    earlier: dict[str, list[str]] = field(default_factory=dict)  # recordings of earlier visits, by a recording's hash


class Settings:
    """The settings of one user.

    `complaint` is one sentence for the message bar when the file could not be used; `complained` comes with it when
    that happens while the window is open, and not again for the same reason.
    """

    recent_changed = Signal()
    complained = Signal(str)

    def __init__(self, folder: Path | None = None) -> None:
        self._file = (folder or config_folder()) / FILE
        self.complaint: str | None = None
        self.values = self._read()

    # Recent files

    def recent(self) -> list[Path]:
        """Newest first; files that are gone are kept, they may be on a drive that is not connected."""
        return [Path(text) for text in self.values.recent]

    def add_recent(self, path: Path) -> None:
        text = str(path.resolve())
        others = [known for known in self.values.recent if known != text]
        self.values.recent = [text, *others][:RECENT_LIMIT]
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
            return _values(json.loads(text))
        except (ValueError, TypeError) as error:
            return self._start_afresh(str(error))

    def _start_afresh(self, reason: str) -> Values:
        aside = self._file.with_name(self._file.name + ".damaged")
        try:
            os.replace(self._file, aside)
            kept = f"It was kept as {aside.name}."
        except OSError:
            kept = "It could not be moved aside and will be written over."
        self.complaint = f"{self._file.name}: the settings could not be read ({reason}). {kept} Defaults are in use."
        return Values()


def _values(data: object) -> Values:
    """Raises `TypeError` for what is not a settings file of ours; unknown keys of a later version are dropped."""
    if not isinstance(data, Mapping):
        raise TypeError("not an object")
    defaults = asdict(Values())
    known = {name: data[name] for name in defaults if name in data}
    for name, value in known.items():
        if not isinstance(value, type(defaults[name])):
            raise TypeError(f"{name} is a {type(value).__name__}")
    values = Values(**known)
    paths = (*values.recent, *values.models)
    if values.theme not in THEME_CHOICES or not all(isinstance(text, str) for text in paths):
        raise TypeError("theme, recent files or models are of another kind")
    values.earlier = {key: paths for key, paths in values.earlier.items() if _is_texts(paths)}
    values.layers = {name: shown for name, shown in values.layers.items() if isinstance(shown, bool)}
    return values


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)
