"""The picture with its overlay: one `FrameState` painted whole, so that both always show the same frame."""

from collections import deque
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QFont,
    QImage,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from lineament.video import Frame
from lineament_desktop.review.player.frame_state import FrameState, Measured
from lineament_desktop.review.player.layers import OverlayLayer
from lineament_desktop.review.player.view_transform import ViewTransform
from lineament_desktop.theme import theme, tokens
from lineament_desktop.widgets.guarded_paint import guarded

EMPTY = "Drop a video here"
_ON_VIDEO = QColor("#E7EAEE")  # the ground behind the picture is dark in both themes
_REST_MS = 250
_FINE_BELOW = 0.75  # of a picture pixel's size; nearer to 1 nothing is gained
_PLATE = QColor(0, 0, 0, 170)
_HINTS = {"not measured": "not measured yet", "no face": "no face in this frame"}


@dataclass(frozen=True)
class PaintRecord:
    """One paint: the picture's PTS, that of the overlay drawn on it (None without), and how long it took."""

    frame: int
    picture_pts: int
    overlay_pts: int | None
    seconds: float


class VideoView(QWidget):
    """Paints the frame it was last given. Frames come from `show_state`; it asks for none itself."""

    painted = Signal(int)
    """A frame's rank, after its paint; comes again when the same frame is painted again."""
    file_dropped = Signal(Path)

    def __init__(self, layers: tuple[OverlayLayer, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers = layers
        self.paint_log: deque[PaintRecord] = deque(maxlen=4096)
        self._opacity = 1.0
        self._state: FrameState | None = None
        self._measured: Measured | None = None  # of the frame before
        self._image: QImage | None = None
        self._fine: QImage | None = None  # the picture at rest, scaled with all its pixels
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._refine)
        self._notice = empty_words("Ctrl+O")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setAcceptDrops(True)
        self.setObjectName("videoView")
        self.setAccessibleName("Video")
        self.setAccessibleDescription(self._notice)
        theme.changed.connect(self.update)

    # What is shown

    @property
    def state(self) -> FrameState | None:
        return self._state

    def show_state(self, state: FrameState) -> None:
        """Show this picture with this overlay, at the next paint."""
        before, self._measured = self._measured, state.measured
        if self._state is None or state.frame is not self._state.frame:
            self._image, self._fine = shallow_image(state.frame), None
            self._rest.start()
        self._state, self._notice = state, ""
        if before != state.measured:
            self.describe()
        self.update()

    def show_notice(self, text: str) -> None:
        """Words in place of a picture: nothing open, or a video that is being opened."""
        self._state, self._image, self._fine, self._notice, self._measured = None, None, None, text, None
        self.setAccessibleDescription(text)
        self.update()

    def describe(self) -> None:
        """For those who do not see it: what was measured in the frame, and which layers are drawn on it."""
        if self._state is None:
            return
        drawn = ", ".join(layer.title.lower() for layer in self.layers if layer.visible) or "nothing"
        found = f"a face, drawn on it: {drawn}"
        measured = self._state.measured
        self.setAccessibleDescription(found if measured == "face" else _HINTS.get(measured, _HINTS["not measured"]))

    @property
    def is_empty(self) -> bool:
        """Nothing is open, and nothing is being opened."""
        return self._notice.startswith(EMPTY)

    def set_drawing(self, *, line_width: float | None = None, opacity: float | None = None) -> None:
        """How everything over the picture is drawn. line_width: logical pixels. opacity: 0..1, beside a layer's own."""
        for layer in self.layers:
            layer.line_width = line_width if line_width is not None else layer.line_width
        self._opacity = opacity if opacity is not None else self._opacity
        self.update()

    def layer(self, name: str) -> OverlayLayer:
        """Raises `KeyError` where there is no such layer."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise KeyError(f"no overlay layer {name}; there are {', '.join(layer.name for layer in self.layers)}")

    def view_transform(self) -> ViewTransform | None:
        """From picture to widget pixels; None while no picture is shown."""
        if self._image is None:
            return None
        picture = (self._image.width(), self._image.height())
        return ViewTransform.letterbox(picture, (self.width(), self.height()), self.devicePixelRatioF())

    def sizeHint(self) -> QSize:
        return QSize(960, 540)

    # Painting

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        started = perf_counter()
        painter = QPainter(self)
        transform = self.view_transform()
        if self._state is None or self._image is None or transform is None:
            self._paint_notice(painter)
            painter.end()
            return
        overlay_pts = self._paint_state(painter, self._state, self._image, transform)
        painter.end()
        frame = self._state.frame
        self.paint_log.append(PaintRecord(frame.index, frame.pts, overlay_pts, perf_counter() - started))
        self.painted.emit(frame.index)

    def _paint_state(self, painter: QPainter, state: FrameState, image: QImage, transform: ViewTransform) -> int | None:
        """Draw one moment; returns the PTS of the measurements drawn, None where there were none to draw."""
        target = QRectF(transform.left, transform.top, transform.width, transform.height)
        self._paint_letterbox(painter, target)
        if self._fine is not None:
            painter.drawImage(target.topLeft(), self._fine)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(target, image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state.measured == "face":
            self._paint_layers(painter, state, transform)
        elif state.measured in _HINTS:
            self._paint_hint(painter, target, _HINTS[state.measured])
        if self.hasFocus():
            self._paint_focus(painter)
        return state.overlay_pts

    def _refine(self) -> None:
        """A picture that rests is scaled down with all its pixels: painting at speed leaves most of them out."""
        transform, ratio = self.view_transform(), self.devicePixelRatioF()
        if self._image is None or transform is None or transform.scale_x * ratio > _FINE_BELOW:
            return
        size = QSize(round(transform.width * ratio), round(transform.height * ratio))
        smooth = Qt.TransformationMode.SmoothTransformation
        self._fine = self._image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
        self._fine.setDevicePixelRatio(ratio)
        self.update()

    def _paint_letterbox(self, painter: QPainter, target: QRectF) -> None:
        ground = QColor(tokens().video)
        width, height = float(self.width()), float(self.height())
        for bar in (
            QRectF(0, 0, width, target.top()),
            QRectF(0, target.bottom(), width, height - target.bottom()),
            QRectF(0, target.top(), target.left(), target.height()),
            QRectF(target.right(), target.top(), width - target.right(), target.height()),
        ):
            if not bar.isEmpty():
                painter.fillRect(bar, ground)

    def _paint_layers(self, painter: QPainter, state: FrameState, transform: ViewTransform) -> None:
        painter.setClipRect(QRectF(transform.left, transform.top, transform.width, transform.height))
        for layer in sorted(self.layers, key=lambda layer: layer.z):
            if layer.visible:
                painter.setOpacity(layer.opacity * self._opacity)
                layer.paint(painter, state, transform)
        painter.setOpacity(1.0)
        painter.setClipping(False)

    def _paint_hint(self, painter: QPainter, target: QRectF, words: str) -> None:
        size = painter.fontMetrics().boundingRect(words).size()
        plate = QRectF(target.left() + 8, target.top() + 8, size.width() + 16, size.height() + 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_PLATE)
        painter.drawRoundedRect(plate, 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_ON_VIDEO)
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_notice(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), QColor(tokens().video))
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.2)
        painter.setFont(font)
        painter.setPen(_ON_VIDEO)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(QRectF(self.rect()).adjusted(16, 16, -16, -16), int(flags), self._notice)
        if self.hasFocus():
            self._paint_focus(painter)

    def _paint_focus(self, painter: QPainter) -> None:
        painter.setPen(QColor(tokens().accent))
        painter.drawRect(QRectF(0.5, 0.5, self.width() - 1.0, self.height() - 1.0))

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fine = None
        self._rest.start()
        self.update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.acceptProposedAction()
            self.file_dropped.emit(files[0])


def empty_words(key: str) -> str:
    """What stands where nothing is open. key: what to press to open something, "" for nothing."""
    return f"{EMPTY}, or press {key}" if key else EMPTY


def shallow_image(frame: Frame) -> QImage:
    """The frame's BGRA pixels as a QImage, not copied: the frame must live as long as the image.

    Alpha is ignored (`Format_RGB32`), so the painter blends nothing. Raises `ValueError` for other pixel layouts.
    """
    pixels = frame.image
    if pixels.ndim != 3 or pixels.shape[2] != 4 or not pixels.flags.c_contiguous:
        raise ValueError(f"frame {frame.index} has shape {pixels.shape}; the view needs contiguous BGRA")
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_RGB32)
