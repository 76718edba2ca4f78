"""The settings dialog, made when it is asked for."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineament_desktop.app.main_window import MainWindow
    from lineament_desktop.app.settings.dialog import SettingsDialog

KEYS = "Keys"


class SettingsOpener:
    """One dialog at a time; it opens at the page where it was left."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self._page = ""
        self.dialog: SettingsDialog | None = None

    def open(self, place: str = "") -> None:
        """place: `KEYS`, or the name of a setting; "" for where it was left."""
        from lineament_desktop.app.settings.dialog import SettingsDialog

        if self.dialog is None:
            self.dialog = SettingsDialog(self._window)
            self.dialog.finished.connect(self._on_finished)
        self.dialog.show_place(place or self._page)
        self.dialog.open()

    def _on_finished(self) -> None:
        if self.dialog is not None:
            self._page = self.dialog.page
        self.dialog = None
