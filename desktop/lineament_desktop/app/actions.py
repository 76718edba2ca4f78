"""Everything the window can do, in one registry: it feeds the menus, the keys, the list under `?` and the palette."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from lineament_desktop.theme import set_icon

PORTABLE = QKeySequence.SequenceFormat.PortableText
NATIVE = QKeySequence.SequenceFormat.NativeText


@dataclass(frozen=True)
class Listed:
    """One action as people read it: its group, its title without the ampersand, its keys in the system's spelling."""

    id: str
    group: str
    title: str
    keys: tuple[str, ...]


class ActionRegistry(QObject):
    """Actions by id, in the order they were added, with the keys they came with."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._actions: dict[str, tuple[str, QAction]] = {}
        self._usual: dict[str, tuple[str, ...]] = {}

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id][1]

    def __contains__(self, action_id: str) -> bool:
        return action_id in self._actions

    def add(
        self,
        action_id: str,
        group: str,
        title: str,
        callback: Callable[[], object],
        *keys: str | QKeySequence.StandardKey,
        icon: str = "",
        checked: bool | None = None,
    ) -> QAction:
        """A new action; `checked` makes it a switch. Raises `ValueError` when a key is taken already."""
        action = QAction(title, self._window)
        action.setObjectName(action_id)
        action.setShortcuts([QKeySequence(key) for key in keys])
        if checked is not None:
            action.setCheckable(True)
            action.setChecked(checked)
        action.triggered.connect(lambda _=False: callback())
        if icon:
            set_icon(action, icon)
        self._register(action_id, group, action)
        return action

    def adopt(self, action: QAction, group: str) -> None:
        """An action made elsewhere, known by its object name."""
        self._register(action.objectName(), group, action)

    def _register(self, action_id: str, group: str, action: QAction) -> None:
        taken = {key: known for known, keys in self._usual.items() for key in keys}
        keys = keys_of(action)
        for key in keys:
            if key in taken:
                raise ValueError(f"{action_id} and {taken[key]} both want the key {key}")
        if action_id in self._actions:
            raise ValueError(f"there are two actions {action_id}")
        self._actions[action_id] = (group, action)
        self._usual[action_id] = keys
        self._window.addAction(action)

    def group(self, name: str) -> list[QAction]:
        return [action for group, action in self._actions.values() if group == name]

    def group_of(self, action_id: str) -> str:
        return self._actions[action_id][0]

    def title_of(self, action_id: str) -> str:
        return plain_title(self[action_id])

    def key_of(self, action_id: str) -> str:
        """The keys an action has now, "Space or K" in the system's spelling, "" for none.

        Raises `KeyError` for an action there is not.
        """
        return " or ".join(in_words(keys_of(self[action_id])))

    @property
    def usual_keys(self) -> Mapping[str, tuple[str, ...]]:
        """The keys with which each action was added, in portable spelling."""
        return MappingProxyType(self._usual)

    def listed(self) -> list[Listed]:
        """All of them, for the overview."""
        return [
            Listed(action_id, group, plain_title(action), in_words(keys_of(action)))
            for action_id, (group, action) in self._actions.items()
        ]


def plain_title(action: QAction) -> str:
    """Without the ampersand of its letter in the menu."""
    return action.text().replace("&&", "\0").replace("&", "").replace("\0", "&")


def keys_of(action: QAction) -> tuple[str, ...]:
    """In portable spelling, as settings keep them."""
    return tuple(key.toString(PORTABLE) for key in action.shortcuts() if not key.isEmpty())


def in_words(keys: Iterable[str]) -> tuple[str, ...]:
    """Portable spelling as the system writes its keys."""
    return tuple(QKeySequence(key, PORTABLE).toString(NATIVE) for key in keys)
