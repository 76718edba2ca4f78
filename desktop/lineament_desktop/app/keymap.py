"""Which keys belong to which action: as they came, or as the user has made them. One key is one action's."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenuBar

from lineament_desktop.app.actions import NATIVE, PORTABLE, ActionRegistry, in_words, keys_of, plain_title
from lineament_desktop.state.settings import Settings

Keys = tuple[str, ...]
_MOVES_FOCUS = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MOVES = "moves between fields or presses the button that has the focus"


class Keymap(QObject):
    """The keys of a registry's actions. What differs from the usual is kept in the settings."""

    changed = Signal()

    def __init__(self, registry: ActionRegistry, settings: Settings, menu_bar: QMenuBar) -> None:
        super().__init__(registry)
        self._registry, self._settings, self._menu_bar = registry, settings, menu_bar

    # Asking

    def keys(self, action: str) -> Keys:
        """In portable spelling, the one that menus show first."""
        return keys_of(self._registry[action])

    def usual(self, action: str) -> Keys:
        """Those it came with."""
        return self._registry.usual_keys[action]

    def is_usual(self, action: str) -> bool:
        return self.keys(action) == self._registry.usual_keys[action]

    def all_usual(self) -> bool:
        return all(self.is_usual(action) for action in self._registry.usual_keys)

    def holder(self, key: str, besides: str = "") -> str | None:
        """Id of the action that has the key."""
        for action in self._registry.usual_keys:
            if action != besides and key in self.keys(action):
                return action
        return None

    def taken(self, action: str, keys: Iterable[str]) -> dict[str, str]:
        """Those of the keys that other actions have, with the ids of these."""
        holders = {key: self.holder(key, action) for key in keys}
        return {key: holder for key, holder in holders.items() if holder is not None}

    def refusal(self, key: str) -> str:
        """Why no action can have the key, "" where one can."""
        sequence = QKeySequence(key, PORTABLE)
        pressed = sequence[0]  # type: ignore[index]
        name = sequence.toString(NATIVE)
        plain = pressed.keyboardModifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        if plain and pressed.key() in _MOVES_FOCUS:
            return f"{name} {_MOVES}. Press another key."
        for menu in self._menu_bar.actions():
            if sequence == QKeySequence.mnemonic(menu.text()):
                return f"{name} opens the menu {plain_title(menu)}. Press another key."
        return ""

    # Changing

    def assign(self, action: str, keys: Iterable[str]) -> None:
        """Give an action these keys and no others; whoever had one of them loses it."""
        wanted = tuple(dict.fromkeys(keys))
        for key, holder in self.taken(action, wanted).items():
            self._put(holder, tuple(other for other in self.keys(holder) if other != key))
        self._put(action, wanted)
        self._save()

    def reset_all(self) -> None:
        for action, keys in self._registry.usual_keys.items():
            self._put(action, keys)
        self._save()

    def _put(self, action: str, keys: Keys) -> None:
        self._registry[action].setShortcuts([QKeySequence(key, PORTABLE) for key in keys])

    def _save(self) -> None:
        """What a later version has for actions that there are not is kept."""
        unknown = {name: keys for name, keys in self._settings.values.keys.items() if name not in self._registry}
        mine = {action: self.keys(action) for action in self._registry.usual_keys if not self.is_usual(action)}
        self._settings.remember_keys({**unknown, **mine})
        self.changed.emit()

    # The settings' file

    def restore(self) -> list[str]:
        """Take the keys from the settings; a sentence for each that cannot be taken.

        A key that the user gave away is no longer its first owner's. Of two actions that claim one the first has it.
        """
        asked = {name: keys for name, keys in self._settings.values.keys.items() if name in self._registry}
        usual = {name: keys for name, keys in self._registry.usual_keys.items() if name not in asked}
        owner: dict[str, str] = {}
        sentences = []
        for action, keys in {**asked, **usual}.items():
            mine = []
            for key in keys:
                problem = self._problem(key, action, owner)
                if problem:
                    sentences.append(problem)
                else:
                    owner[_normal(key)] = action
                    mine.append(_normal(key))
            self._put(action, tuple(mine))
        self.changed.emit()
        return sentences

    def _problem(self, key: str, action: str, owner: Mapping[str, str]) -> str:
        title = self._registry.title_of(action)
        normal = _normal(key)
        if not normal:
            return f'The settings give "{title}" the key "{key}", which there is not; it was left out.'
        if normal in owner:
            other, name = self._registry.title_of(owner[normal]), in_words([normal])[0]
            return f'The settings give the key {name} to "{other}", so "{title}" does without it.'
        refusal = self.refusal(normal)
        return f'The settings give "{title}" a key it cannot have: {refusal.partition(".")[0]}.' if refusal else ""


def _normal(key: str) -> str:
    """One spelling a key; "" for what is none."""
    sequence = QKeySequence(key, PORTABLE)
    known = sequence.count() == 1 and sequence[0].key() != Qt.Key.Key_unknown  # type: ignore[index]
    return sequence.toString(PORTABLE) if known else ""
