"""The card of the model in use: what it is, how well it does beside others, and its architecture as a drawing."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QTabWidget, QVBoxLayout, QWidget

from lineament.models import Description
from lineament_desktop.app.dialogs import close_button
from lineament_desktop.app.notices import SIMULATED
from lineament_desktop.widgets.architecture_view import ArchitectureView, genotype_text
from lineament_desktop.widgets.markdown_browser import MarkdownBrowser

SIZE = QSize(1240, 800)
SCREEN_SHARE = 0.94


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
        self.tabs.setAccessibleName("Parts of the card")
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
