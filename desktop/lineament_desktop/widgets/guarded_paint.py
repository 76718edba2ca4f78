"""Painting that fails half way is told as any fault is, and the widget goes on.

It must not leave its method: where a paint was asked for from Python, PySide keeps the exception until Qt is done with
it, and a painter that is still open by then takes the whole program down.
"""

import sys
import traceback
from collections.abc import Callable
from functools import wraps
from types import TracebackType
from typing import Any, TypeVar, cast

from PySide6.QtGui import QPainter
from shiboken6 import Shiboken

Paint = TypeVar("Paint", bound=Callable[..., None])


def guarded(paint: Paint) -> Paint:
    """For a `paintEvent`, and for a delegate's `paint`."""

    @wraps(paint)
    def painted(*args: Any) -> None:
        try:
            paint(*args)
        except Exception as error:  # noqa: BLE001 - the hook logs it and says so
            end_painters(error.__traceback__)
            sys.excepthook(type(error), error, error.__traceback__)

    return cast(Paint, painted)


def end_painters(trace: TracebackType | None) -> None:
    """End every painter that the failed frames opened; those that Qt lent to them go on to be Qt's."""
    for frame in reversed([frame for frame, _ in traceback.walk_tb(trace)]):
        for value in list(frame.f_locals.values()):
            if isinstance(value, QPainter) and Shiboken.isValid(value) and Shiboken.ownedByPython(value):
                _end(value)


def _end(painter: QPainter) -> None:
    if painter.isActive():
        painter.end()
