"""Where a key is pressed to be given to an action."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QKeySequenceEdit, QLineEdit

from lineament_desktop.app.actions import PORTABLE

PROMPT = "Press a key"


class KeyCatcher(QKeySequenceEdit):
    """Takes the next key with its modifiers. caught: in portable spelling. left: Esc, or the focus has gone."""

    caught = Signal(str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setMaximumSequenceLength(1)
        self.setClearButtonEnabled(False)
        line = self.findChild(QLineEdit)
        assert line is not None
        self._line = line
        line.setAccessibleName("The new key")
        self.setAccessibleName("The new key")
        self.editingFinished.connect(self._finish)

    def begin(self) -> None:
        self.clear()
        self._line.setPlaceholderText(PROMPT)  # clearing puts Qt's own words there
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.key() == Qt.Key.Key_Escape and plain:
            event.accept()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _finish(self) -> None:
        sequence = self.keySequence()
        if not sequence.isEmpty():
            self.clear()
            self.caught.emit(sequence.toString(PORTABLE))
