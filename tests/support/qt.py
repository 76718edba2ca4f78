"""Mouse and text for tests that drive the window as a person would."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from lineament.video import VideoWriter
from lineament_desktop.review.panes.chart import LABEL_WIDTH, RIGHT_MARGIN, Chart


def chart_point(chart: Chart, share: float, height: float = 0.5) -> QPoint:
    """Viewport point at a share (0..1) of the stretch shown, `height` (0..1) measured upwards."""
    size = chart.viewport().size()
    width = size.width() - LABEL_WIDTH - RIGHT_MARGIN
    return QPoint(round(LABEL_WIDTH + share * width), round((1 - height) * size.height()))


def click(chart: Chart, share: float) -> None:
    QTest.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=chart_point(chart, share))


def drag(chart: Chart, start: float, stop: float) -> None:
    """Press at `start`, move in ten steps, release at `stop`."""
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(chart.viewport(), left, pos=chart_point(chart, start))
    for step in range(1, 11):
        QTest.mouseMove(chart.viewport(), chart_point(chart, start + (stop - start) * step / 10))
    QTest.mouseRelease(chart.viewport(), left, pos=chart_point(chart, stop))


def wheel(chart: Chart, share: float, notches: int) -> None:
    """Turn the wheel over a chart; positive is away from the user, which zooms in."""
    position = QPointF(chart_point(chart, share))
    where = chart.viewport().mapToGlobal(position)
    none, button = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.NoButton
    phase = Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(position, where, QPoint(), QPoint(0, 120 * notches), button, none, phase, False)
    QApplication.sendEvent(chart.viewport(), event)


def hover(chart: Chart, share: float, height: float) -> str:
    """Rest the mouse there; what the chart says."""
    QTest.mouseMove(chart.viewport(), chart_point(chart, share, height))
    QApplication.processEvents()
    return chart.hover_label()


def write_video(path: Path, seconds: float = 2.0, size: tuple[int, int] = (320, 180)) -> Path:
    """A short video of a moving square, 30 frames a second."""
    width, height = size
    with VideoWriter(path, width, height, fps=30) as writer:
        for number in range(round(seconds * 30)):
            image = np.full((height, width, 3), 40, dtype=np.uint8)
            left = (number * 4) % (width - 40)
            image[60:100, left : left + 40] = (200, 160, 120)
            writer.add(image)
    return path
