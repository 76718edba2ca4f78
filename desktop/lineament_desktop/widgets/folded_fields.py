"""Settings that few people change: folded away under a button, those of one group under its name."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget

from lineament.settings import Setting
from lineament_desktop.theme import set_icon
from lineament_desktop.widgets.setting_fields import Field

MORE = "More settings"


class FoldedFields(QWidget):
    """The body below `button`, which unfolds it; both are laid out by whoever makes them. add: makes a field."""

    def __init__(self, settings: Sequence[Setting], add: Callable[[Setting], Field]) -> None:
        super().__init__()
        self.button = QToolButton()
        self.button.setText(MORE)
        self.button.setObjectName("moreSettings")
        self.button.setCheckable(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        set_icon(self.button, "down")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        group = ""
        for one in settings:
            own = one.name.rpartition(".")[0]
            if own != group:
                group = own
                head = QLabel(f"{own[:1].upper()}{own[1:]}".replace(".", ", "))
                head.setObjectName("title")
                column.addWidget(head)
            column.addWidget(add(one))
        self.hide()
        self.button.toggled.connect(self._fold)

    def _fold(self, shown: bool) -> None:
        self.setVisible(shown)
        set_icon(self.button, "up" if shown else "down")
