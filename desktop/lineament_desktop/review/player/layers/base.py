"""What an overlay layer is: a name, a key, and a way to draw one frame's measurements over its picture."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from lineament_desktop.review.player.frame_state import FrameState
from lineament_desktop.review.player.view_transform import ViewTransform
from lineament_desktop.state.model_facts import Given
from lineament_desktop.state.preferences import LINE_WIDTH
from lineament_desktop.theme import tokens

Points = npt.NDArray[np.float64]


class OverlayLayer(ABC):
    """One thing drawn over the picture. Subclasses draw; the view decides when, in the order of `z`.

    name: its key in `ReviewState.layers` and in settings. key: the shortcut that toggles it. attribute: the data
    colour it wears. given: what a model must give for it to have anything to draw. A layer keeps no measurement between
    two frames: all it draws comes from the `FrameState`.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    key: ClassVar[str]
    icon: ClassVar[str]
    attribute: ClassVar[str]
    z: ClassVar[int]
    on_at_start: ClassVar[bool] = False
    given: ClassVar[Given | None] = None

    def __init__(self) -> None:
        self.visible = self.on_at_start
        self.opacity = 1.0
        self.line_width = LINE_WIDTH.default

    @abstractmethod
    def paint(self, painter: QPainter, state: FrameState, transform: ViewTransform) -> None:
        """Draw in logical widget pixels; `state.overlay` is there and has a face."""

    def colour(self) -> QColor:
        return QColor(tokens().fills[self.attribute])

    def strokes(self, weight: float = 1.0) -> tuple[QPen, QPen]:
        """Pens to draw everything with, one after the other: a dark, wider one and the colour on top.

        On skin, hair and white walls alike the mark stays visible. weight: times the width of all layers' lines.
        """
        width = weight * self.line_width
        return _pen(self.colour().darker(DARKER), width + 1.5), _pen(self.colour(), width)


DARKER = 280
"""How much darker than the colour its outline is, in percent as `QColor.darker` counts."""


def _pen(colour: QColor, width: float) -> QPen:
    """Opaque lines with square caps are what Qt's painter draws fastest: several times faster than round ones."""
    pen = QPen(colour, width)
    pen.setCapStyle(Qt.PenCapStyle.SquareCap)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    return pen


def chain(points: Points) -> list[QLineF]:
    """Lines from each of [n, 2] points to the next."""
    return [QLineF(*ends) for ends in np.concatenate([points[:-1], points[1:]], axis=1).tolist()]


def arrow(start: Points, end: Points, head: float) -> list[QLineF]:
    """A line between two points [2] with a two-stroke head of `head` pixels; a short one gets a shorter head."""
    along = end - start
    length = float(np.hypot(*along))
    lines = [QLineF(*start.tolist(), *end.tolist())]
    if length >= 2.0:
        back = along * (-min(head, length / 2) / length)
        side = np.array([-back[1], back[0]]) * 0.55
        lines += [QLineF(*end.tolist(), *(end + back + turn * side).tolist()) for turn in (1, -1)]
    return lines
