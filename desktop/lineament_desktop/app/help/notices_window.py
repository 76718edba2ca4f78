"""The licences of everything that Lineament contains, and the list of it for machines."""

from functools import partial
from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from lineament.errors import StorageError
from lineament.parts import Listed, list_for_machines, parts_here
from lineament.parts.here import is_package
from lineament.progress import CancelToken, EventSink
from lineament.storage import write_atomically
from lineament_desktop.jobs.background import BackgroundJob, Done
from lineament_desktop.jobs.runner import JobRunner

TITLE = "Licences of the parts"
SIZE = (920, 620)
LEFT = 300
SBOM_NAME = "lineament.sbom.cdx.json"
SBOM_FILTER = "CycloneDX (*.json)"
PACKAGED = "These parts were collected when this package was made; each stands here with its licence."
INSTALLED = (
    "This is not a package: the parts below are what is installed for Lineament here, each under its own licence."
)
READING = "The licences are being read."
FRAME = "{ border: 1px solid palette(mid); border-radius: 4px; outline: none; }"
ROWS = "QListWidget::item { padding: 4px 6px; }"
PART = Qt.ItemDataRole.UserRole


class NoticesWindow(QDialog):
    """Parts at the left, the licence of the chosen one at the right; both are read in the background."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(TITLE)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._runner = JobRunner(self)
        self._parts: tuple[Listed, ...] = ()
        self.field = QLineEdit()
        self.field.setPlaceholderText("Search parts and licences")
        self.field.setAccessibleName("Search parts and licences")
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(self._fill)
        self.list = QListWidget()
        self.list.setAccessibleName("Parts of Lineament")
        self.list.setStyleSheet(f"QListWidget {FRAME} {ROWS}")
        self.list.currentItemChanged.connect(self._show)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setStyleSheet(f"QPlainTextEdit {FRAME}")
        self.text.setAccessibleName("Licence")
        self.said = QLabel(READING)
        self.said.setWordWrap(True)
        self.said.setObjectName("muted")
        self.said.setAccessibleName("State of the list")
        self.save_button = QPushButton("&Save the list of parts…")
        self.save_button.setToolTip("As CycloneDX (SBOM), for programs that look for known weaknesses")
        self.save_button.setAutoDefault(False)
        self.save_button.clicked.connect(self.ask_where)
        self.close_button = QPushButton("Close")
        self.close_button.setAutoDefault(False)
        self.close_button.clicked.connect(self.reject)
        self._lay_out()
        self.resize(*SIZE)
        self._runner.start(BackgroundJob("reading licences", _read), lambda event: None, self._on_read)

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        parts = QSplitter()
        parts.addWidget(left)
        parts.addWidget(self.text)
        parts.setSizes([LEFT, SIZE[0] - LEFT])
        parts.setStretchFactor(1, 1)
        parts.setChildrenCollapsible(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.save_button)
        buttons.addWidget(self.close_button)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 12, 12, 12)
        outer.setSpacing(8)
        outer.addWidget(self.said)
        outer.addWidget(parts, 1)
        outer.addLayout(buttons)

    # What is shown

    def _on_read(self, done: Done) -> None:
        if done.failure is not None:
            self.said.setText(done.failure)
            return
        self._parts = cast(tuple[Listed, ...], done.result)
        self.said.setText(f"{len(self._parts)} parts. {PACKAGED if is_package() else INSTALLED}")
        self._fill("")

    def _fill(self, words: str) -> None:
        """Parts whose name or licence has the words."""
        wanted = words.casefold().split()
        self.list.clear()
        for part in self._parts:
            said = f"{part.name} {part.version} {part.licence}".casefold()
            if all(word in said for word in wanted):
                item = QListWidgetItem(f"{part.name} {part.version}")
                item.setData(PART, part)
                item.setToolTip(part.licence)
                self.list.addItem(item)
        if self.list.count():
            self.list.setCurrentRow(0)
        else:
            self.text.setPlainText("")

    def _show(self, item: QListWidgetItem | None) -> None:
        part = item.data(PART) if item is not None else None
        if isinstance(part, Listed):
            text = part.text or "This part brings no file with its licence's text."
            self.text.setPlainText(f"{part.name} {part.version}\nLicence: {part.licence}\n\n{text}")

    # The list for machines

    def ask_where(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save the list of parts", SBOM_NAME, SBOM_FILTER)
        if name:
            self.save(Path(name))

    def save(self, target: Path) -> None:
        """Write the list in the background."""

        def write(cancel: CancelToken, sink: EventSink) -> None:
            write_atomically(target, list_for_machines().encode())

        self._runner.start(
            BackgroundJob("writing the list of parts", write), lambda event: None, partial(self._on_saved, target)
        )

    def _on_saved(self, target: Path, done: Done) -> None:
        self.said.setText(done.failure or f"The list of parts is in {target}.")

    def done(self, code: int) -> None:
        self._runner.stop_all(1.0)
        super().done(code)


def _read(cancel: CancelToken, sink: EventSink) -> tuple[Listed, ...]:
    try:
        return parts_here()
    except OSError as error:
        raise StorageError(f"a licence cannot be read ({error})", remedy="Install Lineament again.") from error
