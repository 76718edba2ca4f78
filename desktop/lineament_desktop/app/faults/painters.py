"""Whose painting it was that failed."""

import traceback
from types import TracebackType

from PySide6.QtWidgets import QWidget
from shiboken6 import Shiboken

DRAWING = frozenset({"paintEvent", "paint"})
"""Methods that Qt calls to have something painted."""


def drawn_by(trace: TracebackType | None) -> str:
    """The name of the widget whose painting failed, as a reader of the screen has it; "" where nothing was painted."""
    for frame, _ in traceback.walk_tb(trace):
        if frame.f_code.co_name in DRAWING:
            owner = frame.f_locals.get("self")
            name = owner.accessibleName() if isinstance(owner, QWidget) and Shiboken.isValid(owner) else ""
            return name or "a part of the window"
    return ""
