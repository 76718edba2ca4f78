"""F1: the place of the guide about what one is at."""

from collections.abc import Callable

from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QWidget

from lineament_desktop.app.guide.pages import place_of
from lineament_desktop.app.guide.topics import topic_of
from lineament_desktop.app.guide.window import FIRST, GuideWindow, Keys


class GuideOpener:
    """Makes the guide's window when it is first asked for. workspace: the name of the one in front, and of its page."""

    def __init__(self, parent: QWidget, keys: Keys, workspace: Callable[[], str]) -> None:
        self._parent, self._keys, self._workspace = parent, keys, workspace
        self.window: GuideWindow | None = None

    def open_here(self) -> None:
        """At what has the focus; where that says nothing, at what the mouse is over; else at the workspace's page."""
        over = QApplication.widgetAt(QCursor.pos())
        if over is not None and over.window() is not self._parent:
            over = None
        self.open(topic_of(QApplication.focusWidget()) or topic_of(over) or self._workspace())

    def open(self, place: str = FIRST) -> None:
        """place: "review" or "review#panes". Raises `KeyError` for a page there is not."""
        if self.window is None:
            self.window = GuideWindow(self._parent, self._keys)
        self.window.show_place(*place_of(place, FIRST))

    def close(self) -> None:
        """For the main window's end."""
        if self.window is not None:
            self.window.close()
