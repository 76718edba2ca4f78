"""The settings of the application, page by page; every change takes effect as it is made."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QMessageBox,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
)

from lineament_desktop.app.dialogs import close_button
from lineament_desktop.app.settings.keys_page import KeysPage
from lineament_desktop.app.settings.opening import KEYS
from lineament_desktop.app.settings.page import PreferencesPage
from lineament_desktop.app.settings.row import PreferenceRow
from lineament_desktop.jobs.background import BackgroundJob, Done
from lineament_desktop.jobs.devices import list_devices
from lineament_desktop.jobs.runner import JobRunner
from lineament_desktop.state.preference import Preference
from lineament_desktop.state.preferences import BY_NAME, DEVICE, PAGES
from lineament_desktop.widgets.device_choice import show_devices
from lineament_desktop.widgets.setting_fields import ChoiceField

if TYPE_CHECKING:
    from lineament_desktop.app.main_window import MainWindow

SIZE = (880, 640)
LIST_WIDTH = 176
RESET_ALL = "Reset all settings?"
RESET_WORDS = "All settings and keys go back to how they came. Recent files, models and the layout are kept."
LIST_STYLE = """
QListWidget { background: transparent; border: none; outline: none; }
QListWidget::item { padding: 6px 12px; border-radius: 4px; }
QListWidget::item:selected { background: palette(highlight); color: palette(highlighted-text); }
"""


class SettingsDialog(QDialog):
    """Pages at the left, the settings of one at the right."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._settings, self._keymap = window.settings, window.keymap
        self._runner = JobRunner(self)
        self.setWindowTitle("Settings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.pages = {page.title: PreferencesPage(window.settings, page) for page in PAGES}
        self.keys = KeysPage(window.registry, window.keymap)
        self.list = QListWidget()
        self.stack = QStackedWidget()
        self.heading = QLabel()
        self.restart = QLabel()
        self.reset_all = QPushButton("Reset &all…")
        self._lay_out()
        self._connect()
        self._say_what_waits()
        self._look_for_devices()
        room = window.size()
        self.resize(min(SIZE[0], room.width() - 16), min(SIZE[1], room.height() - 16))

    # Assembly

    def _lay_out(self) -> None:
        self.list.setStyleSheet(LIST_STYLE)
        self.list.setFixedWidth(LIST_WIDTH)
        self.list.setAccessibleName("Pages of settings")
        for title, page in (*self.pages.items(), (KEYS, self.keys)):
            self.list.addItem(title)
            self.stack.addWidget(page)
        large = self.heading.font()
        large.setPointSizeF(large.pointSizeF() * 1.35)
        large.setBold(True)
        self.heading.setFont(large)
        self.heading.setContentsMargins(4, 0, 0, 4)
        self.restart.setObjectName("muted")
        self.restart.setWordWrap(True)
        self.close_box = close_button(self)
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addWidget(self.heading)
        right.addWidget(self.stack, 1)
        upper = QHBoxLayout()
        upper.setSpacing(16)
        upper.addWidget(self.list)
        upper.addLayout(right, 1)
        lower = QHBoxLayout()
        lower.setSpacing(16)
        lower.addWidget(self.reset_all)
        lower.addWidget(self.restart, 1)
        lower.addWidget(self.close_box)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(12)
        column.addLayout(upper, 1)
        column.addLayout(lower)

    def _connect(self) -> None:
        self.list.currentRowChanged.connect(self._on_page)
        self.reset_all.clicked.connect(self.ask_to_reset)
        self._settings.preference_changed.connect(self._on_changed)
        self.finished.connect(self._end)
        self.list.setCurrentRow(0)

    def _on_page(self, row: int) -> None:
        self.stack.setCurrentIndex(row)
        self.heading.setText(self.list.item(row).text())

    @property
    def page(self) -> str:
        """Title of the page that is shown."""
        return self.list.item(self.list.currentRow()).text()

    def show_place(self, place: str) -> None:
        """A page by its title, or a setting by its name, which gets the focus; else the first page."""
        titles = [*self.pages, KEYS]
        if place in BY_NAME:
            row = self.row(BY_NAME[place])
            self.list.setCurrentRow(next(n for n, page in enumerate(self.pages.values()) if row in page.rows))
            row.field.editor.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.list.setCurrentRow(titles.index(place) if place in titles else 0)
        (self.keys.search if place == KEYS else self.list).setFocus(Qt.FocusReason.OtherFocusReason)

    def row(self, one: Preference[Any]) -> PreferenceRow:
        """Raises `StopIteration` for a setting that stands on no page."""
        return next(row for page in self.pages.values() for row in page.rows if row.preference is one)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return ends a field or chooses in a list; it presses a button only where one has the focus."""
        returned = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if returned and not isinstance(self.focusWidget(), QPushButton):
            event.accept()
        else:
            super().keyPressEvent(event)

    # Following and changing

    def _on_changed(self, _: object) -> None:
        self._say_what_waits()

    def _say_what_waits(self) -> None:
        waiting = [f"“{one.title}”" for one in self._settings.waiting()]
        self.restart.setText(f"Restart Lineament for {' and '.join(waiting)} to take effect." if waiting else "")

    def ask_to_reset(self) -> None:
        yes, no = QMessageBox.StandardButton.Reset, QMessageBox.StandardButton.Cancel
        if QMessageBox.question(self, RESET_ALL, RESET_WORDS, yes | no, no) == yes:
            self._settings.reset()
            self._keymap.reset_all()

    def _look_for_devices(self) -> None:
        def look(cancel: object, sink: object) -> object:
            return list_devices()

        def show(done: Done) -> None:
            field = self.row(DEVICE).field
            if isinstance(done.result, list) and isinstance(field, ChoiceField):
                show_devices(field.combo, done.result)

        job = BackgroundJob("looking for devices", look)
        self._runner.start(job, lambda event: None, show)

    def _end(self) -> None:
        self._settings.preference_changed.disconnect(self._on_changed)
        self._runner.stop_all(1.0)
