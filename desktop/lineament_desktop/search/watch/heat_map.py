"""The weights of one edge's operations over steps: a row an operation, stronger for heavier, the last weight beside."""

from functools import partial

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QSizePolicy

from lineament.models.architecture.drawing.words import label, sentence
from lineament.search.report.charts import edge_title
from lineament.search.report.history import EdgeWeights
from lineament_desktop.search.watch.painted import Painted
from lineament_desktop.search.watch.words import sentence as capital
from lineament_desktop.theme import small_font, tokens
from lineament_desktop.theme.colour import channels

NAMES, VALUE = 92.0, 34.0
ROW = 16.0
VCENTER, RIGHT = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignRight


class HeatMap(Painted):
    """One edge. colour: of which attribute, or "estimate" for the fusion cell."""

    def __init__(self) -> None:
        super().__init__("Operation weights over steps")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._edge: EdgeWeights | None = None
        self._colour = "estimate"

    @property
    def edge(self) -> EdgeWeights | None:
        return self._edge

    def show_edge(self, edge: EdgeWeights | None, colour: str) -> None:
        """Nothing is painted again where it is the one shown already."""
        if edge is self._edge and colour == self._colour:
            return
        changed = edge is None or self._edge is None or len(edge.operations) != len(self._edge.operations)
        self._edge, self._colour = edge, colour
        if edge is not None:
            self.setAccessibleName(f"Operation weights of {edge_title(edge.edge)}")
            self.setAccessibleDescription(_summary(edge))
        if changed:
            self.updateGeometry()
        self.renew()

    def sizeHint(self) -> QSize:
        rows = len(self._edge.operations) if self._edge is not None else 4
        return QSize(300, round(2 * self.fontMetrics().height() + rows * ROW + 4))

    def minimumSizeHint(self) -> QSize:
        return QSize(220, self.sizeHint().height())

    def draw(self, painter: QPainter) -> None:
        edge = self._edge
        if edge is None:
            return
        line = painter.fontMetrics().height()
        area = QRectF(NAMES, line + 2, self.width() - NAMES - VALUE, ROW * len(edge.operations))
        self._heading(painter, edge, line)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(area, shades(edge.weights, tokens().surface, tokens().lines[self._colour]))
        self._rows(painter, edge, area)
        self._foot(painter, edge, area, line)

    def _heading(self, painter: QPainter, edge: EdgeWeights, line: float) -> None:
        t = tokens()
        painter.setPen(QColor(t.text))
        painter.drawText(QRectF(0, 0, self.width() * 0.7, line), VCENTER, capital(edge_title(edge.edge)))
        last = edge.entropies[-1] if edge.entropies else float("nan")
        if last == last:
            painter.setPen(QColor(t.muted))
            painter.drawText(QRectF(0, 0, self.width(), line), VCENTER | RIGHT, f"entropy {last:.2f}")

    def _rows(self, painter: QPainter, edge: EdgeWeights, area: QRectF) -> None:
        t, last = tokens(), edge.weights[-1]
        width = area.width() / max(len(edge.steps), 1)
        for i, name in enumerate(edge.operations):
            top = area.top() + i * ROW
            leads = bool(last[i] == last.max())
            font = small_font(self.font())
            font.setBold(leads)
            painter.setFont(font)
            painter.setPen(QColor(t.text if leads else t.muted))
            words = painter.fontMetrics().elidedText(_short(name), Qt.TextElideMode.ElideRight, int(NAMES - 8))
            painter.drawText(QRectF(0, top, NAMES - 8, ROW), VCENTER | RIGHT, words)
            painter.drawText(QRectF(area.right() + 4, top, VALUE, ROW), VCENTER, f"{last[i]:.2f}".lstrip("0"))
            painter.fillRect(QRectF(area.left(), top + ROW - 1, area.width(), 1), QColor(t.surface))
            for j, step in enumerate(edge.steps):
                box = QRectF(area.left() + j * width, top, width, ROW - 1)
                self.mark(box, partial(_said, edge, i, j, name, step))

    def _foot(self, painter: QPainter, edge: EdgeWeights, area: QRectF, line: float) -> None:
        painter.setFont(small_font(self.font()))
        painter.setPen(QColor(tokens().muted))
        foot = QRectF(area.left(), area.bottom(), area.width(), line)
        painter.drawText(foot, VCENTER, f"step {edge.steps[0]}")
        painter.drawText(foot, VCENTER | RIGHT, f"{edge.steps[-1]}")


def shades(weights: npt.NDArray[np.float64], ground: str, full: str) -> QImage:
    """A pixel for every step and operation, from `ground` (no weight) to `full` (the heaviest of this edge)."""
    shares = np.nan_to_num(weights.T / max(float(np.nanmax(weights)), 1e-9))[..., None]
    low, high = (np.array(channels(colour)) * 255 for colour in (ground, full))
    pixels = np.full((*shares.shape[:2], 4), 255, dtype=np.uint8)
    pixels[..., :3] = np.round(low + (high - low) * shares)
    rows, columns = shares.shape[:2]
    return QImage(pixels.tobytes(), columns, rows, 4 * columns, QImage.Format.Format_RGBA8888).copy()


def _short(name: str) -> str:
    return label(name).removesuffix(" graph").removesuffix(" spectrum").removesuffix(" of channels")


def _said(edge: EdgeWeights, row: int, column: int, name: str, step: int) -> str:
    weight = float(edge.weights[column, row])
    what = sentence(name) if sentence(name) != name else label(name)
    return f"Step {step}  ·  {label(name)} {weight:.3f} of 1  ·  {what}  ·  mean over folds and seeds, {edge.phase}"


def _summary(edge: EdgeWeights) -> str:
    last = edge.weights[-1]
    order = np.argsort(-last)[:3]
    best = ", ".join(f"{label(edge.operations[i])} {last[i]:.2f}" for i in order)
    return f"At step {edge.steps[-1]}: {best}"
