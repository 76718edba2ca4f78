"""A row of widgets that goes on in the next row when the window is narrow or the letters are large."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Places items from left to right, each at its size hint, centred in its row; what expands fills the row's rest."""

    def __init__(self, parent: QWidget | None = None, *, gap: int = 8, row_gap: int = 4) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap, self._row_gap = gap, row_gap

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        """All in one row."""
        sizes = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(size.width() for size in sizes) + self._gap * max(len(sizes) - 1, 0)
        return self._with_margins(QSize(width, max((size.height() for size in sizes), default=0)))

    def minimumSize(self) -> QSize:
        """The widest item: less would cut it."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return self._with_margins(size)

    def _with_margins(self, size: QSize) -> QSize:
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _place(self, rect: QRect, *, move: bool) -> int:
        """Set positions, or only measure; returns the height it takes."""
        margins = self.contentsMargins()
        inner = rect.marginsRemoved(margins)
        y = inner.top()
        for row in self._rows(inner.width()):
            height = max(item.sizeHint().height() for item in row)
            if move:
                self._place_row(row, QPoint(inner.left(), y), inner.right() + 1, height)
            y += height + self._row_gap
        return y - self._row_gap - rect.top() + margins.bottom() if self._items else 0

    def _place_row(self, row: list[QLayoutItem], start: QPoint, right: int, height: int) -> None:
        x = start.x()
        for item in row:
            size = item.sizeHint()
            if item is row[-1] and item.expandingDirections() & Qt.Orientation.Horizontal:
                size.setWidth(max(right - x, size.width()))
            item.setGeometry(QRect(QPoint(x, start.y() + (height - size.height()) // 2), size))
            x += size.width() + self._gap

    def _rows(self, width: int) -> list[list[QLayoutItem]]:
        rows: list[list[QLayoutItem]] = []
        used = 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint().width()
            if rows and used + self._gap + size <= width:
                rows[-1].append(item)
                used += self._gap + size
            else:
                rows.append([item])
                used = size
        return rows
