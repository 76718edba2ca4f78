"""An architecture that a search found, as a drawing and as text."""

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QFontDatabase, QResizeEvent
from PySide6.QtSvgWidgets import QSvgWidget
from PySide6.QtWidgets import QPlainTextEdit, QScrollArea

from lineament.models.architecture.drawing import to_svg
from lineament.models.architecture.space import Genotype
from lineament_desktop.theme import theme, tokens

LEAST_SCALE = 0.75  # of the drawing: below it its smallest words could not be read


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
