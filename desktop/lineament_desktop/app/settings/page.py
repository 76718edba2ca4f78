"""A page of the settings dialog: its settings below each other."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from lineament_desktop.app.settings.row import PreferenceRow
from lineament_desktop.state.preferences import Page
from lineament_desktop.state.settings import Settings

GAP = 20


class PreferencesPage(QScrollArea):
    """Scrolled where the window is low."""

    def __init__(self, settings: Settings, page: Page) -> None:
        super().__init__()
        self.rows = [PreferenceRow(settings, one) for one in page.preferences]
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(4, 4, 12, 4)
        column.setSpacing(GAP)
        for row in self.rows:
            column.addWidget(row)
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(page.title)
        self.setWidget(inside)
