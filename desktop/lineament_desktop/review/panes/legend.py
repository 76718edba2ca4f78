"""The names of what a chart shows, with the value of each at the playhead."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from lineament_desktop.theme import small_font, theme, tokens
from lineament_desktop.widgets.guarded_paint import guarded

SWATCH = 12
GAP = 6
TIGHTEST = 0.85  # rows may be this share of a line of text before a second column begins


@dataclass(frozen=True)
class Entry:
    """One series: its colour, drawn as a line or as an area, its name, and the value at the playhead."""

    name: str
    colour: str
    value: str
    area: bool = False


class Legend(QWidget):
    """Rows of swatch, name and value; as many columns as the height makes necessary."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[Entry, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self._entries

    def show_entries(self, entries: tuple[Entry, ...]) -> None:
        if entries != self._entries:
            self._entries = entries
            self.setAccessibleDescription("; ".join(f"{entry.name} {entry.value}" for entry in entries))
            self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 16)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._entries:
            return
        painter = QPainter(self)
        painter.setFont(small_font(self.font()))
        line_height = painter.fontMetrics().height()
        fitting = max(int(self.height() / (TIGHTEST * line_height)), 1)
        columns = -(-len(self._entries) // fitting)
        rows = -(-len(self._entries) // columns)
        row_height = min(self.height() / rows, line_height + 1)
        width = self.width() / columns
        for number, entry in enumerate(self._entries):
            column, row = divmod(number, rows)
            box = QRectF(column * width, row * row_height, width - (GAP if columns > 1 else 0), row_height)
            _paint_entry(painter, box, entry)
        painter.end()


def _paint_entry(painter: QPainter, box: QRectF, entry: Entry) -> None:
    middle = box.center().y()
    if entry.area:
        painter.fillRect(QRectF(box.left(), middle - 4, SWATCH, 8), QColor(entry.colour))
    else:
        painter.setPen(QPen(QColor(entry.colour), 2))
        painter.drawLine(QPointF(box.left(), middle), QPointF(box.left() + SWATCH, middle))
    metrics = painter.fontMetrics()
    names = box.adjusted(SWATCH + GAP, 0, -metrics.horizontalAdvance(entry.value) - 2, 0)
    painter.setPen(QColor(tokens().muted))
    elided = metrics.elidedText(entry.name, Qt.TextElideMode.ElideRight, int(names.width()))
    painter.drawText(names, Qt.AlignmentFlag.AlignVCenter, elided)
    painter.setPen(QColor(tokens().text))
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, entry.value)
