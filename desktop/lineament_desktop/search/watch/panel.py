"""A part of the page that is brought up to date only while it is seen."""

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from lineament.search.monitor import RunView


class Panel(QWidget):
    """Subclasses draw a run in `refresh`."""

    def __init__(self) -> None:
        super().__init__()
        self.view: RunView | None = None
        self._stale = False

    def show_view(self, view: RunView | None) -> None:
        """The run as it is now; None without a run."""
        self.view = view
        self._stale = not self.isVisible()
        if not self._stale:
            self.refresh()

    def refresh(self) -> None:
        """Bring every drawing up to date with `view`."""
        raise NotImplementedError

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._stale = False
            self.refresh()
