"""Ctrl+C in the terminal closes the window as its own close button would."""

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier
from PySide6.QtWidgets import QWidget


class Interrupts(QObject):
    """Python runs a signal's handler only when Qt hands control back: a socket written at the signal wakes it up."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._reading, self._writing = socket.socketpair()
        for end in (self._reading, self._writing):
            end.setblocking(False)
        signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)
        self._notifier = QSocketNotifier(self._reading.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._wake)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._window.close()

    def _wake(self) -> None:
        """Coming here is enough: the handler has run by now."""
        self._reading.recv(64)

    def release(self) -> None:
        """Give the signals back, before the window is gone."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self._reading.close()
        self._writing.close()
