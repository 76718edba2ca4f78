"""A drawing that fails half way leaves its painters open; Qt aborts the program at the next one that paints there."""

import traceback
from collections.abc import Iterator
from types import FrameType, TracebackType

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget
from shiboken6 import Shiboken

DRAWING = frozenset({"paintEvent", "paint", "drawBackground", "drawForeground", "paintCell"})
"""Methods that Qt calls to have something painted."""


def end_painters(trace: TracebackType | None) -> None:
    """End every painter that the failed frames opened; those that Qt lent to them go on to be Qt's."""
    for frame in _innermost_first(trace):
        for value in list(frame.f_locals.values()):
            if isinstance(value, QPainter) and Shiboken.isValid(value) and Shiboken.ownedByPython(value):
                _end(value)


def _end(painter: QPainter) -> None:
    if painter.isActive():
        painter.end()


def drawn_by(trace: TracebackType | None) -> str:
    """The name of the widget whose painting failed, as a reader of the screen has it; "" where nothing was painted."""
    for frame in reversed(list(_innermost_first(trace))):
        if frame.f_code.co_name in DRAWING:
            owner = frame.f_locals.get("self")
            name = owner.accessibleName() if isinstance(owner, QWidget) and Shiboken.isValid(owner) else ""
            return name or "a part of the window"
    return ""


def _innermost_first(trace: TracebackType | None) -> Iterator[FrameType]:
    yield from reversed([frame for frame, _ in traceback.walk_tb(trace)])
