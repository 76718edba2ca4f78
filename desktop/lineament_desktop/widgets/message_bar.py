"""Messages that wait at the top of the window and never stand in the way."""

from collections import deque

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton

from lineament_desktop.state import Message
from lineament_desktop.state.preferences import NOTE_SECONDS
from lineament_desktop.theme import set_icon, theme, tokens
from lineament_desktop.theme.icon import icon

READING_MS = round(NOTE_SECONDS.default * 1000)
KEPT = 20
KINDS = {"information": "Note", "warning": "Warning", "error": "Error"}


class MessageBar(QFrame):
    """Shows one message at a time, the newest first; notes leave by themselves, others stay until closed.

    changed: another message is shown, or none; whoever places the bar asks `heightForWidth`. log_asked: the user wants
    to see what the log says of it.
    """

    changed = Signal()
    log_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("messageBar")
        self._waiting: deque[Message] = deque(maxlen=KEPT)
        self._shown: Message | None = None
        self._timer = QTimer(self, singleShot=True, interval=READING_MS)
        self._timer.timeout.connect(self.dismiss)
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._more = QLabel()
        self._more.setObjectName("muted")
        self.log_button = QPushButton("Show the &log")
        self.log_button.setToolTip("See what happened, and open the folder of the log")
        self.log_button.clicked.connect(self.log_asked)
        self.log_button.hide()
        self.close_button = QToolButton()
        set_icon(self.close_button, "close")
        self.close_button.setToolTip("Dismiss (Esc)")
        self.close_button.setAccessibleName("Dismiss the message")
        self.close_button.setStyleSheet("padding: 2px;")
        self.close_button.clicked.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 1, 2, 1)
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._more)
        row.addWidget(self.log_button)
        row.addWidget(self.close_button)
        self.hide()
        theme.changed.connect(self._dress)

    @property
    def message(self) -> Message | None:
        return self._shown

    def show_message(self, message: Message) -> None:
        """A message that is already there is not repeated; an error is never covered by a note."""
        known = [*self._waiting] if self._shown is None else [self._shown, *self._waiting]
        if message in known or (message.in_log and any(message.text in one.text for one in known)):
            return
        if self._shown is not None and self._shown.severity == "error" and message.severity != "error":
            self._waiting.append(message)
            self._count()
            return
        if self._shown is not None and self._shown.severity != "information":
            self._waiting.appendleft(self._shown)
        self._show(message)

    def set_reading_time(self, seconds: float) -> None:
        """How long a note stays."""
        self._timer.setInterval(round(seconds * 1000))

    def dismiss(self) -> None:
        """Close the message; the one before it comes back if it has not been closed."""
        self._timer.stop()
        self._shown = None
        if self._waiting:
            self._show(self._waiting.popleft())
        else:
            self.hide()
            self.changed.emit()

    def _show(self, message: Message) -> None:
        self._shown = message
        self._text.setText(message.text)
        self.log_button.setVisible(message.in_log)
        self.setProperty("severity", message.severity)
        self.style().unpolish(self)
        self.style().polish(self)
        self._dress()
        self._count()
        if message.severity == "information":
            self._timer.start()
        else:
            self._timer.stop()
        self.setAccessibleName(f"{KINDS[message.severity]}: {message.text}")
        self.show()
        self.changed.emit()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _count(self) -> None:
        self._more.setText(f"{len(self._waiting)} more" if self._waiting else "")
        self._more.setVisible(bool(self._waiting))

    def _dress(self) -> None:
        if self._shown is not None:
            self._icon.setPixmap(icon(self._shown.severity).pixmap(20))
            self._icon.setToolTip(KINDS[self._shown.severity])
            self._more.setStyleSheet(f"color: {tokens().muted}")
