"""The top row of the window: the workspaces, and what must always be in sight; messages float in its free room."""

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from lineament_desktop.app.notices import RESEARCH, SIMULATED
from lineament_desktop.widgets.message_bar import MessageBar

GAP = 16
EDGE = 8


class ModeBar(QWidget):
    """Names of the workspaces at the left, the permanent notices at the right."""

    asked = Signal(str)
    """A workspace's name, when it is to come to the front."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        super().__init__()
        self.setObjectName("modeBar")
        self.buttons = {name: self._button(name, title) for name, title in titles.items()}
        self.simulated = QLabel(SIMULATED)
        self.simulated.setObjectName("simulated")
        self.simulated.setToolTip("The model in use has never seen a person; its figures say nothing about people")
        self.notice = QLabel(RESEARCH)
        self.notice.setObjectName("notice")
        row = QHBoxLayout(self)
        row.setContentsMargins(EDGE, 4, 12, 0)
        row.setSpacing(GAP)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in self.buttons.values():
            buttons.addWidget(button)
        row.addLayout(buttons)
        row.addStretch(1)
        row.addWidget(self.simulated)
        row.addWidget(self.notice)

    def _button(self, name: str, title: str) -> QToolButton:
        button = QToolButton()
        button.setText(title)
        button.setCheckable(True)
        button.setAutoExclusive(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self.asked.emit(name))
        return button

    def show_current(self, name: str) -> None:
        self.buttons[name].setChecked(True)

    def free_room(self) -> QRect:
        """Between the workspaces and the notices, in this widget's coordinates."""
        first_notice = self.notice if self.simulated.isHidden() else self.simulated
        last = list(self.buttons.values())[-1]
        left = last.geometry().right() + 1 + GAP
        return QRect(left, 0, max(first_notice.geometry().left() - GAP - left, 0), self.height())


class Ground(QWidget):
    """Mode bar above the workspace. A message lies over them, so that nothing moves when one comes or goes.

    picture: a part of the workspace whose upper edge may be covered while a long message is read.
    """

    def __init__(self, mode_bar: ModeBar, messages: MessageBar, workspace: QWidget, picture: QWidget) -> None:
        super().__init__()
        self._mode_bar, self._messages = mode_bar, messages
        self._workspace, self._picture = workspace, picture
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(mode_bar)
        column.addWidget(workspace, 1)
        messages.setParent(self)
        messages.changed.connect(self.place_message)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.place_message()

    def place_message(self) -> None:
        """In the free room of the mode bar where its words fit there, else over the top of the picture."""
        room = self._mode_bar.free_room().translated(self._mode_bar.pos())
        height = self._messages.heightForWidth(room.width())
        if room.width() < self._messages.minimumSizeHint().width() or height > room.height():
            covered = self._picture if self._picture.isVisible() else self._workspace
            room = QRect(covered.mapTo(self, QPoint(0, 0)), covered.size())
            height = self._messages.heightForWidth(room.width())
        else:
            room.setTop(room.bottom() + 1 - height)
        self._messages.setGeometry(room.left(), room.top(), room.width(), height)
        self._messages.raise_()
