"""A scroll area whose ground is that of what it lies on."""

from PySide6.QtWidgets import QScrollArea, QWidget


class Scrolled(QScrollArea):
    """Shows `content`, as wide as there is room."""

    def __init__(self, content: QWidget | None = None) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(self.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        if content is not None:
            self.show_content(content)

    def show_content(self, content: QWidget) -> None:
        """In place of what was shown, which is thrown away."""
        self.setWidget(content)
        content.setAutoFillBackground(False)
        self.setAccessibleName(self.accessibleName() or content.accessibleName())
