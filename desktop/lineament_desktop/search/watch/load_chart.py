"""How busy the machine is: processor and memory over the last minutes, and a GPU's memory where one is in use."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from lineament.search.monitor import LoadSample
from lineament_desktop.search.watch.painted import Painted
from lineament_desktop.search.watch.words import clock, size
from lineament_desktop.theme import tokens

NAMES, FIGURES = 70.0, 128.0
NOTHING = "Processor and memory are shown while a search runs."
SPAN_S = 180.0
VCENTER = Qt.AlignmentFlag.AlignVCenter


class LoadChart(Painted):
    """A lane each for processor, memory and, where there is one, the GPU's memory, 0 to 100 %."""

    def __init__(self) -> None:
        super().__init__("Load of this machine")
        self._samples: tuple[LoadSample, ...] = ()
        self.show_message(NOTHING)

    def show_samples(self, samples: tuple[LoadSample, ...]) -> None:
        if samples == self._samples:
            return
        self._samples = samples
        if samples:
            self.setAccessibleDescription(sample_words(samples[-1]))
        self.show_message("" if samples else NOTHING)
        self.renew()

    def sizeHint(self) -> QSize:
        return QSize(420, 64)

    def draw(self, painter: QPainter) -> None:
        lanes = _lanes(self._samples)
        height = self.height() / max(len(lanes), 1)
        area = QRectF(NAMES, 0, self.width() - NAMES - FIGURES, height)
        for number, (name, shares, figure) in enumerate(lanes):
            lane = area.translated(0, number * height).adjusted(0, 2, 0, -2)
            self._lane(painter, lane, name, shares, figure)
        end = self._samples[-1].time
        for before, sample in zip(self._samples, self._samples[1:], strict=False):
            left, right = self._x(area, before.time, end), self._x(area, sample.time, end)
            if right > area.left():
                box = QRectF(max(left, area.left()), 0, right - max(left, area.left()), self.height())
                self.mark(box, partial(sample_words, sample))

    def _x(self, area: QRectF, time: float, end: float) -> float:
        return area.right() - (end - time) / SPAN_S * area.width()

    def _lane(self, painter: QPainter, box: QRectF, name: str, shares: Sequence[float], figure: str) -> None:
        t = tokens()
        painter.setPen(QColor(t.text))
        painter.drawText(QRectF(0, box.top(), NAMES, box.height()), VCENTER, name)
        painter.setPen(QColor(t.muted))
        painter.drawText(QRectF(box.right() + 8, box.top(), FIGURES - 8, box.height()), VCENTER, figure)
        painter.fillRect(box, QColor(t.raised))
        end = self._samples[-1].time
        points = [
            QPointF(self._x(box, sample.time, end), box.bottom() - min(share, 1.0) * box.height())
            for sample, share in zip(self._samples, shares, strict=True)
            if end - sample.time <= SPAN_S
        ]
        if len(points) < 2:
            return
        shade = QColor(t.lines["moment"])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(shade.red(), shade.green(), shade.blue(), 70))
        ground = [QPointF(points[-1].x(), box.bottom()), QPointF(points[0].x(), box.bottom())]
        painter.drawPolygon(QPolygonF([*points, *ground]))
        painter.setPen(QPen(shade, 1.2))
        painter.drawPolyline(QPolygonF(points))


def _lanes(samples: Sequence[LoadSample]) -> list[tuple[str, list[float], str]]:
    """(name, shares, the last one in words)."""
    last = samples[-1]
    own = f", search {100 * last.run_processor:.0f} %" if last.run_processor is not None else ""
    lanes = [("processor", [s.processor for s in samples], f"{100 * last.processor:.0f} %{own}")]
    total = max(last.memory_total, 1)
    lanes.append(("memory", [s.memory / total for s in samples], f"{size(last.memory)} of {size(total)}"))
    if last.gpu_total:
        shares = [(s.gpu_memory or 0) / last.gpu_total for s in samples]
        lanes.append(("GPU", shares, f"{size(last.gpu_memory or 0)} of {size(last.gpu_total)}"))
    return lanes


def sample_words(sample: LoadSample) -> str:
    """For hover: everything that was measured then."""
    parts = [clock(sample.time), f"processor {100 * sample.processor:.0f} %"]
    if sample.run_processor is not None:
        parts.append(f"of it the search {100 * sample.run_processor:.0f} %")
    parts.append(f"memory {size(sample.memory)} of {size(sample.memory_total)}")
    if sample.run_memory is not None:
        parts.append(f"of it the search {size(sample.run_memory)}")
    if sample.gpu_total and sample.gpu_memory is not None:
        parts.append(f"GPU memory {size(sample.gpu_memory)} of {size(sample.gpu_total)}")
    return "  ·  ".join([*parts, "measured on this machine"])
