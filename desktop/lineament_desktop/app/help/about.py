"""What this is, of which version, and what it stands on; to be copied into a report."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from lineament_desktop.app.help.about_facts import LICENCE, PURPOSE, RESEARCH, AboutFacts

WIDTH = 600
BETWEEN_GROUPS = 12
TITLE = "About Lineament"
COPIED = "Copied."
LOCAL = "Everything is computed on this computer; nothing is sent anywhere."
TITLE_SIZE = 1.5


class AboutDialog(QDialog):
    """Every line can be chosen with mouse and keys. notices: opened from here too."""

    def __init__(self, facts: AboutFacts, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(TITLE)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.facts = facts
        self.copy_button = QPushButton("&Copy for a report")
        self.copy_button.setToolTip("Copy versions and model as text")
        self.copy_button.setAutoDefault(False)
        self.copy_button.clicked.connect(self.copy)
        self.notices_button = QPushButton("&Licences of the parts…")
        self.notices_button.setAutoDefault(False)
        self.close_button = QPushButton("Close")
        self.close_button.setDefault(True)
        self.close_button.clicked.connect(self.reject)
        self.said = QLabel()
        self.said.setObjectName("muted")
        self.said.setAccessibleName("State of copying")
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        self._say_what_it_is(column)
        column.addLayout(self._table())
        column.addWidget(_words(LOCAL, muted=True))
        column.addStretch(1)
        column.addLayout(self._buttons())
        self.setMinimumWidth(WIDTH)

    def _say_what_it_is(self, column: QVBoxLayout) -> None:
        heading = _words(f"Lineament {self.facts.version}")
        font = heading.font()
        font.setPointSizeF(font.pointSizeF() * TITLE_SIZE)
        font.setBold(True)
        heading.setFont(font)
        column.addWidget(heading)
        column.addWidget(_words(PURPOSE))
        notice = _words(RESEARCH)
        notice.setObjectName("notice")
        column.addWidget(notice)

    def _table(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        facts = self.facts
        rows = [
            ("Model in use", facts.model),
            ("Trained on", facts.provenance),
            ("Licence", LICENCE),
            ("Commit", facts.commit or "not recorded in this installation"),
            ("", ""),
            *facts.parts.items(),
        ]
        for row, (name, value) in enumerate(rows):
            if not name:
                grid.setRowMinimumHeight(row, BETWEEN_GROUPS)
                continue
            head = QLabel(name)
            head.setObjectName("muted")
            grid.addWidget(head, row, 0, Qt.AlignmentFlag.AlignTop)
            words = _words(value)
            words.setAccessibleName(f"{name}: {value}")
            if name == "Trained on" and facts.simulated:
                words.setObjectName("simulated")
            grid.addWidget(words, row, 1)
        return grid

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.copy_button)
        row.addWidget(self.notices_button)
        row.addWidget(self.said, 1)
        row.addWidget(self.close_button)
        return row

    def showEvent(self, event: QShowEvent) -> None:
        """As high as its words are when they wrap."""
        super().showEvent(event)
        layout = self.layout()
        assert layout is not None
        self.setMinimumHeight(layout.totalHeightForWidth(self.width()))

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self.facts.for_report())
        self.said.setText(COPIED)


def _words(text: str, *, muted: bool = False) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    if muted:
        label.setObjectName("muted")
    return label
