"""The log in a window of its own: filtered, followed, copied. Nothing of it leaves this computer by itself."""

from collections.abc import Callable

from PySide6.QtCore import QItemSelectionModel, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QFontDatabase, QGuiApplication, QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from lineament.faults import LogReader
from lineament_desktop.app.faults.log_model import LogModel
from lineament_desktop.state.places import log_file

TITLE = "Log"
SIZE = (960, 640)
POLL_MS = 500
LEVELS = ("Everything", "Warnings and worse", "Errors and faults")
EMPTY = "The log is empty: nothing unexpected has happened yet."
NONE_MATCH = "No entry has these words at this level."
FRAME = "{ border: 1px solid palette(mid); border-radius: 4px; }"
ROWS = "QTreeView::item { padding: 4px 6px; }"  # as much room at the left as the heads of the columns have
LOCAL = "Names of files, folders and people are left out; nothing is sent anywhere."


class LogWindow(QDialog):
    """The newest entry is in sight as long as it is followed; the whole text of the chosen one is below."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(TITLE)
        self._reader = LogReader(log_file())
        self.model = LogModel()
        self._make_filter()
        self._make_view()
        self._make_buttons()
        self._lay_out()
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self.poll)
        self.resize(*SIZE)
        self.poll()
        self._timer.start()

    # Assembly

    def _make_filter(self) -> None:
        self.level = QComboBox()
        self.level.addItems(LEVELS)
        self.level.setAccessibleName("Level of the entries shown")
        self.level.currentIndexChanged.connect(self._filter)
        self.field = QLineEdit()
        self.field.setPlaceholderText("Search the log")
        self.field.setAccessibleName("Search the log")
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(self._filter)
        self.follow = QCheckBox("&Follow")
        self.follow.setChecked(True)
        self.follow.setToolTip("Keep the newest entry in sight")
        self.follow.setAccessibleName("Follow the newest entry")
        self.follow.toggled.connect(self._show_newest)

    def _make_view(self) -> None:
        self.view = QTreeView()
        self.view.setModel(self.model)
        self.view.setAccessibleName("Entries of the log")
        self.view.setRootIsDecorated(False)
        self.view.setStyleSheet(ROWS)
        self.view.setUniformRowHeights(True)
        self.view.setAllColumnsShowFocus(True)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setTextElideMode(Qt.TextElideMode.ElideRight)
        header = self.view.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        metrics = self.view.fontMetrics()
        for column, widest in ((0, "2026-12-28 00:00:00.000"), (1, "Warning"), (3, "lineament_desktop.jobs")):
            self.view.setColumnWidth(column, metrics.horizontalAdvance(widest) + 24)
        self.view.selectionModel().selectionChanged.connect(self._show_details)
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setStyleSheet(f"QPlainTextEdit {FRAME}")
        self.details.setAccessibleName("The whole entry")
        self.details.setPlaceholderText("Choose an entry to read all of it.")
        self.details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.view, self.copy).setContext(
            Qt.ShortcutContext.WidgetShortcut
        )

    def _make_buttons(self) -> None:
        self.said = QLabel()
        self.said.setObjectName("muted")
        self.said.setAccessibleName("State of the log")
        self.copy_button = self._button("&Copy", "Copy the chosen entries, or all that are shown", self.copy)
        self.folder_button = self._button("&Open the folder", "Where the log lies", self.open_folder)
        self.close_button = self._button("Close", "", self.close)

    def _button(self, words: str, tip: str, slot: Callable[[], object]) -> QPushButton:
        button = QPushButton(words)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: slot())
        return button

    def _lay_out(self) -> None:
        above = QHBoxLayout()
        above.setSpacing(8)
        above.addWidget(self.level)
        above.addWidget(self.field, 1)
        above.addWidget(self.follow)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.addWidget(self.view)
        parts.addWidget(self.details)
        parts.setSizes([360, 200])
        parts.setChildrenCollapsible(False)
        local = QLabel(LOCAL)
        local.setObjectName("muted")
        local.setWordWrap(True)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.said, 1)
        for button in (self.copy_button, self.folder_button, self.close_button):
            below.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addLayout(above)
        column.addWidget(parts, 1)
        column.addWidget(local)
        column.addLayout(below)

    # What is shown

    def poll(self) -> None:
        """Show what has come since."""
        new = self._reader.poll()
        if new is None:
            self.model.clear()
            new = self._reader.poll() or []
        if new:
            self.model.add(new)
            self._show_newest(self.follow.isChecked())
        self._say()

    def _filter(self, *_: object) -> None:
        self.model.filter(self.level.currentIndex(), self.field.text())
        self._show_newest(True)
        self._say()

    def _show_newest(self, wanted: bool) -> None:
        rows = self.model.rowCount()
        if wanted and rows:
            last = self.model.index(rows - 1, 0)
            choose = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.view.selectionModel().setCurrentIndex(last, choose)
            self.view.scrollTo(last)
        self._show_details()

    def _chosen(self) -> list[int]:
        return sorted(index.row() for index in self.view.selectionModel().selectedRows())

    def _show_details(self, *_: object) -> None:
        entries = [self.model.entries[row] for row in self._chosen()]
        text = "\n\n".join(entry.whole() for entry in entries)
        if text != self.details.toPlainText():
            self.details.setPlainText(text)

    def _say(self) -> None:
        shown, total = self.model.rowCount(), self.model.total
        if not total:
            words = EMPTY
        elif not shown:
            words = NONE_MATCH
        else:
            words = f"{shown} of {_count(total)}" if shown != total else _count(total)
        self.said.setText(words)
        self.copy_button.setEnabled(bool(shown))

    # What can be done with it

    def copy(self) -> None:
        """The chosen entries, or all that are shown where none is."""
        rows = self._chosen() or list(range(self.model.rowCount()))
        QGuiApplication.clipboard().setText("\n\n".join(self.model.entries[row].whole() for row in rows))
        self.said.setText(f"Copied {_count(len(rows))}.")

    def open_folder(self) -> None:
        folder = log_file().parent
        folder.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def show_again(self) -> None:
        """To the front, with what has come since it was closed."""
        self.poll()
        self._timer.start()
        self.show()
        self.raise_()
        self.activateWindow()


def _count(entries: int) -> str:
    return "1 entry" if entries == 1 else f"{entries} entries"
