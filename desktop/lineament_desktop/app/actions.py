"""Everything the window can do, in one registry: it feeds the menus, the shortcuts and the list under `?`."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from lineament_desktop.theme import set_icon


@dataclass(frozen=True)
class Listed:
    """One action as people read it: its group, its title without the ampersand, its keys in the system's spelling."""

    id: str
    group: str
    title: str
    keys: tuple[str, ...]


class ActionRegistry(QObject):
    """Actions by id, in the order they were added."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._actions: dict[str, tuple[str, QAction]] = {}

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id][1]

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
        taken = {key: known for known, (_, other) in self._actions.items() for key in _keys(other)}
        for key in _keys(action):
            if key in taken:
                raise ValueError(f"{action_id} and {taken[key]} both want the key {key}")
        if action_id in self._actions:
            raise ValueError(f"there are two actions {action_id}")
        self._actions[action_id] = (group, action)
        self._window.addAction(action)

    def group(self, name: str) -> list[QAction]:
        return [action for group, action in self._actions.values() if group == name]

    def listed(self) -> list[Listed]:
        """All of them, for the overview."""
        return [
            Listed(action_id, group, action.text().replace("&", ""), _keys(action))
            for action_id, (group, action) in self._actions.items()
        ]


def _keys(action: QAction) -> tuple[str, ...]:
    native = QKeySequence.SequenceFormat.NativeText
    return tuple(key.toString(native) for key in action.shortcuts() if not key.isEmpty())
