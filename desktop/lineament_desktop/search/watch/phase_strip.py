"""The phases in their order, each with how far it is and how long it still takes."""

from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from lineament.search.monitor import Stage
from lineament_desktop.search.watch.painted import Painted
from lineament_desktop.search.watch.words import duration, left_words, sentence
from lineament_desktop.theme import tokens
from lineament_desktop.theme.colour import mix

GAP = 4.0
BAR = 6.0
STATES = {"waiting": "not begun", "running": "running", "halted": "begun, nobody works in it", "finished": "finished"}
VCENTER = Qt.AlignmentFlag.AlignVCenter


class PhaseStrip(Painted):
    """One field a stage; the stages of the warm-up stand under one bracket."""

    def __init__(self) -> None:
        super().__init__("Phases of the search")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._stages: tuple[Stage, ...] = ()

    @property
    def stages(self) -> tuple[Stage, ...]:
        return self._stages

    def show_stages(self, stages: tuple[Stage, ...]) -> None:
        if stages != self._stages:
            self._stages = stages
            self.setAccessibleDescription("; ".join(stage_words(stage) for stage in stages))
            self.renew()

    def sizeHint(self) -> QSize:
        return QSize(640, round(3 * self.fontMetrics().height() + BAR + 8))

    def minimumSizeHint(self) -> QSize:
        return QSize(320, self.sizeHint().height())

    def draw(self, painter: QPainter) -> None:
        if not self._stages:
            return
        width = (self.width() + GAP) / len(self._stages) - GAP
        line = painter.fontMetrics().height()
        self._bracket(painter, width, line)
        for number, stage in enumerate(self._stages):
            box = QRectF(number * (width + GAP), line + 1, width, self.height() - line - 1)
            self._field(painter, box, stage, line)
            self.mark(box, partial(stage_words, stage))

    def _bracket(self, painter: QPainter, width: float, line: float) -> None:
        """Over the attributes of the warm-up."""
        count = sum(bool(stage.attribute) for stage in self._stages)
        if not count:
            return
        right, t = count * (width + GAP) - GAP, tokens()
        painter.setPen(QColor(t.muted))
        painter.drawText(QRectF(0, 0, right, line), VCENTER, "warm-up")
        start = painter.fontMetrics().horizontalAdvance("warm-up") + 8
        painter.setPen(QPen(QColor(t.line), 1))
        painter.drawLine(round(start), round(line / 2), round(right), round(line / 2))

    def _field(self, painter: QPainter, box: QRectF, stage: Stage, line: float) -> None:
        t = tokens()
        running, waiting = stage.state == "running", stage.state == "waiting"
        font = painter.font()
        font.setBold(running)
        painter.setFont(font)
        painter.setPen(QColor(t.muted if waiting else t.text))
        title = painter.fontMetrics().elidedText(stage.title, Qt.TextElideMode.ElideRight, int(box.width()))
        painter.drawText(QRectF(box.left(), box.top(), box.width(), line), VCENTER, title)
        font.setBold(False)
        painter.setFont(font)
        bar = QRectF(box.left(), box.top() + line + 1, box.width(), BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.raised))
        painter.drawRoundedRect(bar, 3, 3)
        if stage.share > 0:
            done = QRectF(bar)
            done.setWidth(max(bar.width() * stage.share, BAR))
            shade = t.accent if running else mix(t.surface, t.accent, 0.55)
            painter.setBrush(QColor(shade))
            painter.drawRoundedRect(done, 3, 3)
        painter.setPen(QColor(t.muted))
        below = QRectF(box.left(), bar.bottom() + 1, box.width(), line)
        painter.drawText(below, VCENTER | Qt.TextFlag.TextDontClip, self._figure(painter, stage, box.width()))

    def _figure(self, painter: QPainter, stage: Stage, width: float) -> str:
        """How far, and how long still where there is room; what was taken once it is over."""
        if stage.state == "waiting":
            return ""
        if stage.state == "finished":
            return duration(stage.work_s) if stage.work_s else "done"
        share = f"{100 * stage.share:.0f} %"
        if stage.left_s is None:
            return share
        whole = f"{share}, {duration(stage.left_s)} left"
        return whole if painter.fontMetrics().horizontalAdvance(whole) <= width else share


def stage_words(stage: Stage) -> str:
    """For hover and for those who do not see the strip."""
    name = f"{stage.phase} of {stage.attribute}" if stage.attribute else stage.phase
    parts = [f"{sentence(name)}: {STATES[stage.state]}"]
    if stage.state in ("running", "halted"):
        parts.append(f"{100 * stage.share:.0f} %")
    if stage.state != "waiting":
        parts.append(f"{stage.spent:,.0f} of {stage.cost:,.0f} steps of budget, {stage.pieces} pieces of work")
        parts.append(f"{duration(stage.work_s)} of work")
    if stage.left_s is not None and stage.state == "running":
        parts.append(left_words(stage.left_s))
    return ", ".join(parts)
