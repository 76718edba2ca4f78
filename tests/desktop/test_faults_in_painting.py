"""A fault in the middle of painting: nothing crashes, nothing floods, and the next paint is as it always was."""

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QAbstractScrollArea, QApplication, QWidget
from tests.desktop.fault_fixtures import bench, film
from tests.support.fault_bench import Bench, Injected, broken
from tests.support.tracked import TrackedRecording
from tests.support.whole_window import Whole, rest

from lineament_desktop.theme import theme
from lineament_desktop.widgets.guarded_paint import guarded

__all__ = ["bench", "film"]
QtLog = Any
"""What Qt has said, as pytest-qt keeps it."""
DESKTOP = Path(__file__).parents[2] / "desktop" / "lineament_desktop"
STROKES = (
    *("drawText", "drawPixmap", "drawImage", "drawLine", "drawLines", "drawRect", "drawRoundedRect", "drawEllipse"),
    *("drawPath", "drawPolyline", "drawPolygon", "fillRect", "setPen", "setBrush", "setFont", "setOpacity"),
)
PAINTING = {"paintEvent", "paint", "draw"}
FAULTS_EACH = 3


class Fuse:
    """Lets strokes through until `after` of them were made for `target`, then every further one fails."""

    def __init__(self) -> None:
        self.target: object = None
        self.after, self.made, self.blown = 0, 0, 0

    def arm(self, target: object, after: int) -> None:
        self.target, self.after, self.made, self.blown = target, after, 0, 0

    def stroke(self) -> None:
        if self.target is None or not _paints(self.target, sys._getframe(2)):
            return
        self.made += 1
        if self.made > self.after:
            self.blown += 1
            raise Injected


def _paints(target: object, frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_name in PAINTING and frame.f_locals.get("self") is target:
            return True
        frame = frame.f_back
    return False


@pytest.fixture
def fuse(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fuse]:
    """In every stroke of every painter."""
    made = Fuse()
    for name in STROKES:
        original = getattr(QPainter, name)

        def stroke(painter: QPainter, *args: object, _original: Callable[..., object] = original) -> object:
            made.stroke()
            return _original(painter, *args)

        monkeypatch.setattr(QPainter, name, stroke)
    yield made
    made.target = None


def painted_here(kind: type) -> bool:
    """Its painting is written in Python, by us."""
    methods = (getattr(kind, name, None) for name in ("paintEvent", "draw"))
    return any(inspect.isfunction(one) and one.__module__.startswith("lineament_desktop") for one in methods)


def targets(top: QWidget) -> Iterator[tuple[QWidget, object]]:
    """Widgets in sight that paint themselves, and delegates that paint the rows of a list; with who paints."""
    for widget in [top, *top.findChildren(QWidget)]:
        if not widget.isVisible() or surface_of(widget).visibleRegion().isEmpty():
            continue
        if painted_here(type(widget)):
            yield widget, widget
        elif isinstance(widget, QAbstractItemView) and type(widget.itemDelegate()).__module__.startswith("lineament_d"):
            yield widget, widget.itemDelegate()


def paint_anew(widget: QWidget) -> None:
    """Also what keeps a picture of itself."""
    theme.changed.emit()
    surface_of(widget).repaint()


def surface_of(widget: QWidget) -> QWidget:
    return widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget


def picture(widget: QWidget) -> QImage:
    paint_anew(widget)
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def custom_painted() -> set[str]:
    """Every class of the window that has a paintEvent, or draws for one, or paints the rows of a list."""
    found = set()
    for path in DESKTOP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ClassDef):
                continue
            bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
            methods = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
            if "paintEvent" in methods or ("draw" in methods and "Painted" in bases):
                found.add(node.name)
            if "paint" in methods and any("Delegate" in base for base in bases):
                found.add(node.name)
    return found - {"Painted"}


def test_every_painting_is_guarded() -> None:
    """Whoever adds one guards it."""
    bare = []
    for path in DESKTOP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                delegate = any("Delegate" in ast.unparse(base) for base in node.bases)
                wanted = {"paintEvent", "paint"} if delegate else {"paintEvent"}
                methods = [one for one in node.body if isinstance(one, ast.FunctionDef) and one.name in wanted]
                marks = [[ast.unparse(mark) for mark in one.decorator_list] for one in methods]
                bare += [f"{path.name}: {node.name}" for mark in marks if "guarded" not in mark]
    assert bare == []


def break_one(fuse: Fuse, widget: QWidget, painter: object) -> bool:
    """Break it at its first strokes and in the middle; then it paints as before.

    False where it has nothing to paint.
    """
    before = picture(widget)
    for after in (0, 1, 6):
        fuse.arm(painter, after)
        for _ in range(FAULTS_EACH):
            paint_anew(widget)
        if not fuse.made:
            return False
    fuse.arm(None, 0)
    assert picture(widget) == before, f"{type(painter).__name__} does not paint as before"
    return True


@pytest.mark.slow
def test_every_widget_that_paints_itself_survives_a_fault(
    bench: Bench, fuse: Fuse, qtlog: QtLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_ones: set[str] = set()
    for _, top in Whole(bench.window, bench.folder).scenes():
        rest(0.15)
        for widget, painter in targets(top):
            kind = type(painter)
            if kind.__name__ not in broken_ones and break_one(fuse, widget, painter):
                broken_ones.update(base.__name__ for base in kind.__mro__ if base.__module__.startswith("lineament_d"))
    assert custom_painted() - broken_ones == set(), "of these no scene shows one"
    assert len(custom_painted()) > 15
    assert all("while drawing" in message.text for message in bench.faults())
    assert not [record.message for record in qtlog.records if "active painter" in record.message]
    assert not [record.message for record in qtlog.records if "being painted" in record.message]
    bench.assert_told("while drawing")


@pytest.mark.parametrize("name", ["seek_bar", "workspace.estimate", "workspace.stack"])
def test_a_part_of_review_survives_a_fault(bench: Bench, fuse: Fuse, qtlog: QtLog, name: str) -> None:
    """The quick ones of those above."""
    bench.open_film()
    part: QWidget = bench.window
    for step in name.split("."):
        part = getattr(part, step)
    assert sum(break_one(fuse, widget, painter) for widget, painter in list(targets(part))[:3])
    assert not [record.message for record in qtlog.records if "active painter" in record.message]
    bench.assert_told("while drawing")


def test_a_layer_over_the_picture(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.open_film()
    view, state = bench.window.player.view, bench.window.state
    assert state.video is not None
    assert state.index is not None
    state.set_recording(TrackedRecording(state.video, state.index))
    bench.until(lambda: view.state is not None and view.state.measured == "face")
    for number, layer in enumerate(view.layers):
        layer.visible = True
        with monkeypatch.context() as patch:
            patch.setattr(type(layer), "paint", broken)
            for _ in range(FAULTS_EACH):
                view.repaint()
        assert number or bench.entries(), "it was not painted"
    assert view.view_transform() is not None
    count = len(view.paint_log)
    view.repaint()
    assert len(view.paint_log) == count + 1, "it paints again"
    bench.assert_told("while drawing")


# By itself


class Careless(QWidget):
    """Fails while `wrong`, with painters open on itself and on a picture; as the window's own are, it is guarded."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Careless drawing")
        self.wrong = True
        self.painted = 0

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.save()
        self._stroke(QPixmap(8, 8))
        painter.fillRect(self.rect(), QColor("#0072B2"))
        painter.restore()
        painter.end()

    def _stroke(self, pixmap: QPixmap) -> None:
        inner = QPainter(pixmap)
        if self.wrong:
            self.painted += 1
            raise Injected
        inner.end()


@contextmanager
def careless(bench: Bench) -> Iterator[Careless]:
    made = Careless()
    made.setParent(bench.window)
    made.setGeometry(QRect(QPoint(200, 200), QPoint(300, 260)))
    made.show()
    yield made
    made.hide()
    made.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_a_fault_in_every_paint_does_not_flood(bench: Bench, qtlog: QtLog) -> None:
    with careless(bench) as drawing:
        for _ in range(300):
            drawing.repaint()
        assert drawing.painted >= 300
        bench.assert_told("while drawing Careless drawing")
        assert len(bench.entries()) == 1
        assert len(bench.faults()) == 1
        bench.window.messages.dismiss()
        drawing.repaint()
        assert bench.window.messages.message is None, "it was said, and is not said again"
        drawing.wrong = False
        drawing.repaint()
        assert drawing.grab().toImage().pixelColor(5, 5) == QColor("#0072B2")
    messages = [record.message for record in qtlog.records]
    assert not [text for text in messages if "active painter" in text or "being painted" in text]


def test_a_fault_keeps_nothing_alive(bench: Bench) -> None:
    """Python would keep the failed frames, and with them pictures and widgets."""
    with careless(bench) as drawing:
        drawing.repaint()
        assert not hasattr(sys, "last_traceback")
        assert not hasattr(sys, "last_value")
