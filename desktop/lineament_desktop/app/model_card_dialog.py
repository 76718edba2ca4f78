"""The card of the model in use: what it is, how well it does beside others, and its architecture as a drawing."""

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QFontDatabase, QResizeEvent
from PySide6.QtSvgWidgets import QSvgWidget
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from lineament.models import Description
from lineament.models.architecture.drawing import to_svg
from lineament.models.architecture.space import Genotype
from lineament_desktop.app.dialogs import close_button
from lineament_desktop.app.notices import SIMULATED
from lineament_desktop.theme import theme, tokens
from lineament_desktop.widgets.markdown_browser import MarkdownBrowser

SIZE = QSize(1240, 800)
SCREEN_SHARE = 0.94
LEAST_SCALE = 0.75  # of the drawing: below it its smallest words could not be read


class ModelCardDialog(QDialog):
    """Read with the keyboard, closed with Esc. Models that no search found have no architecture tab."""

    def __init__(self, description: Description, parent: QWidget) -> None:
        super().__init__(parent)
        card = description.card
        self.setWindowTitle(f"Model card of {card.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        found = "Architecture chosen by search" if description.genotype is not None else "Architecture designed by hand"
        self.origin = QLabel(f"{found} · {card.parameters:,} parameters · {card.scale.name}")
        self.simulated = QLabel(SIMULATED)
        self.simulated.setObjectName("simulated")
        self.simulated.setVisible(card.trained_on_simulated)
        heading = QHBoxLayout()
        heading.addWidget(self.origin, 1)
        heading.addWidget(self.simulated)
        self.browser = MarkdownBrowser(self.windowTitle(), card.markdown())
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.browser, "&Card")
        self.architecture: ArchitectureView | None = None
        if description.genotype is not None:
            self.architecture = ArchitectureView(description.genotype)
            self.tabs.addTab(self.architecture, "&Architecture")
            self.tabs.addTab(genotype_text(description.genotype), "&Genotype")
        self.tabs.tabBar().setVisible(self.tabs.count() > 1)
        column = QVBoxLayout(self)
        column.addLayout(heading)
        column.addWidget(self.tabs, 1)
        column.addWidget(close_button(self))
        self.resize(SIZE.boundedTo(self.screen().availableSize() * SCREEN_SHARE))


class ArchitectureView(QScrollArea):
    """The drawing as large as the view allows; where its words would be too small it is scrolled."""

    def __init__(self, genotype: Genotype) -> None:
        super().__init__()
        self._genotype = genotype
        self.drawing = QSvgWidget()
        self.drawing.setAccessibleName("Drawing of the architecture")
        self.drawing.setAccessibleDescription(str(genotype))
        self.setAccessibleName("Architecture")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWidget(self.drawing)
        theme.changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        self.drawing.load(QByteArray(to_svg(self._genotype, tokens().name).encode()))
        self._fit()

    def _fit(self) -> None:
        drawn = self.drawing.renderer().defaultSize()
        possible = drawn.scaled(self.maximumViewportSize(), Qt.AspectRatioMode.KeepAspectRatio)
        self.drawing.setFixedSize((drawn * LEAST_SCALE).expandedTo(possible))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def genotype_text(genotype: Genotype) -> QPlainTextEdit:
    """What the search chose on every edge, a line each, to read and copy."""
    text = QPlainTextEdit("\n".join(f"{edge} = {operation}" for edge, operation in genotype.choices))
    text.setReadOnly(True)
    text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    text.setAccessibleName("Genotype: what the search chose on every edge")
    return text
