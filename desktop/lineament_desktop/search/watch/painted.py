"""What every drawing of a run shares: it is painted once into a picture, and tells the values under mouse and keys.

Moving the mouse or the keyboard's mark costs one copy of the picture. A drawing is made again only when what it shows,
its size or the theme changes, and not before it is seen.
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from lineament_desktop.theme import small_font, theme, tokens
from lineament_desktop.widgets.guarded_paint import guarded

MESSAGE_MARGIN = 16
_STEPS = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: 10,
    Qt.Key.Key_PageUp: -10,
}


@dataclass(frozen=True)
class Spot:
    """A place in a drawing that has something to say: value, unit and source."""

    box: QRectF
    say: Callable[[], str]


class Painted(QWidget):
    """A drawing. Subclasses fill it in `draw` and may leave spots there by `mark`.

    Arrow keys go from spot to spot where the drawing has the focus.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._drawn: QPixmap | None = None
        self._spots: list[Spot] = []
        self._at = -1
        self._message = ""
        theme.changed.connect(self.renew)

    # For subclasses

    def draw(self, painter: QPainter) -> None:
        """Paint everything; called with antialiasing on and the small font set."""
        raise NotImplementedError

    def mark(self, box: QRectF, say: Callable[[], str]) -> None:
        """The place `box` says so; later marks lie over earlier ones."""
        self._spots.append(Spot(box, say))

    def renew(self) -> None:
        """What is shown has changed."""
        self._drawn = None
        self.update()

    # What it says

    @property
    def message(self) -> str:
        """What stands in the middle where there is nothing to draw."""
        return self._message

    def show_message(self, message: str) -> None:
        if message != self._message:
            self._message = message
            self.renew()

    @property
    def spots(self) -> list[Spot]:
        """Of the drawing as it is; it is made for this if need be."""
        self._picture()
        return self._spots

    def text_at(self, position: QPoint) -> str:
        """What the value there is, "" where there is none."""
        number = self._spot_at(QPointF(position))
        return self._spots[number].say() if number >= 0 else ""

    def _spot_at(self, position: QPointF) -> int:
        self._picture()
        for number in range(len(self._spots) - 1, -1, -1):
            if self._spots[number].box.contains(position):
                return number
        return -1

    # Painting

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        picture = self._picture()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, picture)
        if 0 <= self._at < len(self._spots):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(tokens().text), 1))
            painter.drawRoundedRect(self._spots[self._at].box.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        elif self.hasFocus():
            painter.setPen(QPen(QColor(tokens().accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _picture(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        if self._drawn is None or self._drawn.devicePixelRatio() != ratio:
            self._drawn = self._made(ratio)
        return self._drawn

    def _made(self, ratio: float) -> QPixmap:
        self._spots = []
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small_font(self.font()))
        if self._message:
            painter.setPen(QColor(tokens().muted))
            area = QRectF(self.rect()).adjusted(MESSAGE_MARGIN, 0, -MESSAGE_MARGIN, 0)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._message)
        else:
            self.draw(painter)
        painter.end()
        if self._at >= len(self._spots):
            self._at = -1
        return pixmap

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._drawn = None

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.renew()

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 48)

    # Mouse and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go_to(self._spot_at(event.position()), event.globalPosition().toPoint())

    def leaveEvent(self, event: QEvent) -> None:
        self._go_to(-1, None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or not self.spots:
            super().keyPressEvent(event)
            return
        last = len(self._spots) - 1
        number = min(max(self._at + step, 0), last) if self._at >= 0 else (0 if step > 0 else last)
        self._go_to(number, self.mapToGlobal(self._spots[number].box.center().toPoint()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._go_to(-1, None)
        self.update()

    def _go_to(self, number: int, where: QPoint | None) -> None:
        if number != self._at:
            self._at = number
            self.update()
            if 0 <= number < len(self._spots):
                self.setAccessibleDescription(self._spots[number].say())
                QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        if number >= 0 and where is not None:
            QToolTip.showText(where, self._spots[number].say(), self)
        elif number < 0:
            QToolTip.hideText()
