"""What Qt complains of goes into the log too: a program without a terminal has nowhere else for it."""

import logging
import sys

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

log = logging.getLogger("qt")
_LEVELS = {
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def log_qt_messages() -> None:
    """From now on; they still go to the terminal where there is one."""
    qInstallMessageHandler(_take)


def release_qt_messages() -> None:
    """Before Python ends, because Qt speaks longer than Python listens."""
    qInstallMessageHandler(None)


def _take(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    if sys.stderr is not None:  # a window that was frozen without a console has none
        print(text, file=sys.stderr)  # noqa: T201 - what Qt itself would do
    level = _LEVELS.get(kind)
    if level is not None:
        log.log(level, "%s", text)
