"""Where in the face the model looked, as a heat map that lies on the face, with its scale."""

from functools import cache, lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QLinearGradient, QPainter, QTransform

from lineament_desktop.review.player.frame_state import FrameState
from lineament_desktop.review.player.layers.base import OverlayLayer
from lineament_desktop.review.player.regions import NEAR_S, Floats, RegionsNow, ScoredMap
from lineament_desktop.review.player.timecode import format_time
from lineament_desktop.review.player.view_transform import ViewTransform
from lineament_desktop.theme import small_font

Pixels = npt.NDArray[np.uint8]

_SIDE = 64  # of the drawn map; between its pixels the painter interpolates
_FADE = 0.08  # of the crop's side: its border is no edge of anything in the face
_FROM = 0.2  # of the scale: what is looked at less stays clear
_STRONGEST = 0.66  # opacity at the scale's end
_STOPS = (
    (0.0, (49, 54, 120)),
    (0.35, (38, 110, 142)),
    (0.65, (53, 171, 140)),
    (0.85, (150, 205, 92)),
    (1.0, (247, 228, 90)),
)
"""Rising in lightness from end to end, so that it reads without colour too."""

_PLATE = QColor(0, 0, 0, 170)
_WORDS = QColor("#FFFFFF")
_GROUND = QColor("#8F857E")
_BAR = 108
_PAD = 8


class RegionsLayer(OverlayLayer):
    name = "regions"
    title = "Region attention"
    key = "7"
    icon = "layer-regions"
    attribute = "estimate"
    z = 5
    on_at_start = True
    given = "regions"

    def __init__(self) -> None:
        super().__init__()
        self._drawn: tuple[ScoredMap, float, QImage] | None = None

    def paint(self, painter: QPainter, state: FrameState, transform: ViewTransform) -> None:
        regions = state.regions
        if regions is None:
            return
        self.paint_map(painter, regions, transform)
        paint_legend(painter, regions, transform)

    def paint_map(self, painter: QPainter, regions: RegionsNow, transform: ViewTransform) -> None:
        """The map on the face, where there is one."""
        if regions.scored is None or regions.to_picture is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setTransform(placed(regions.to_picture, transform), combine=True)
        painter.drawImage(QRectF(0, 0, 1, 1), self._image(regions.scored, regions.top))
        painter.restore()

    def _image(self, scored: ScoredMap, top: float) -> QImage:
        """A map is coloured once, for all frames that show it."""
        if self._drawn is None or self._drawn[0] is not scored or self._drawn[1] != top:
            self._drawn = (scored, top, map_image(scored.cells, top))
        return self._drawn[2]


def placed(to_picture: npt.NDArray[np.float64], transform: ViewTransform) -> QTransform:
    """From the unit square of a map to widget pixels."""
    scale = np.array([transform.scale_x, transform.scale_y])
    (xx, xy), (yx, yy) = (to_picture[:, :2] * scale[:, None]).tolist()
    x, y = (to_picture[:, 2] * scale + [transform.left, transform.top]).tolist()
    return QTransform(xx, yx, xy, yy, x, y)


def map_image(cells: Floats, top: float) -> QImage:
    """A map in colours, clear where the model hardly looked, with a soft border."""
    fine = cv2.resize(cells, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC)
    steps = np.clip(fine / top * 255, 0, 255).astype(np.uint8)
    pixels: Pixels = (ramp()[steps] * fade()[:, :, None]).astype(np.uint8)
    return QImage(pixels.data, _SIDE, _SIDE, 4 * _SIDE, QImage.Format.Format_ARGB32_Premultiplied).copy()


@cache
def ramp() -> Pixels:
    """uint8[256, 4], blue, green, red and opacity, premultiplied."""
    at = np.linspace(0, 1, 256)
    places, stops = [place for place, _ in _STOPS], np.array([colour for _, colour in _STOPS], dtype=np.float64)
    red, green, blue = (np.interp(at, places, stops[:, i]) for i in range(3))
    rise = np.clip((at - _FROM) / (1 - _FROM), 0, 1)
    opacity = _STRONGEST * np.sqrt(rise)
    colours: Pixels = np.stack([blue * opacity, green * opacity, red * opacity, 255 * opacity], 1).astype(np.uint8)
    return colours


@cache
def fade() -> Floats:
    """float32[side, side]: 1 inside, falling to 0 at the border."""
    at = (np.arange(_SIDE, dtype=np.float32) + 0.5) / _SIDE
    edge = np.clip(np.minimum(at, 1 - at) / _FADE, 0, 1).astype(np.float32)
    faded: Floats = np.minimum(edge[:, None], edge[None, :])
    return faded


def legend_words(regions: RegionsNow) -> str:
    """Which crop the map is of, or why there is none."""
    if regions.scored is None:
        return f"no crop scored within {NEAR_S:g} s"
    if regions.to_picture is None:
        return "face turned too far away"
    return f"crop at {format_time(regions.scored.time_s)}"


def paint_legend(painter: QPainter, regions: RegionsNow, transform: ViewTransform) -> None:
    """In the picture's lower left corner: what the colours mean, in multiples of looking everywhere alike."""
    font = small_font(painter.font())
    legend = legend_image(legend_words(regions), regions.top, font.toString(), painter.device().devicePixelRatioF())
    place = QPointF(transform.left + 8, transform.top + transform.height - 8 - legend.deviceIndependentSize().height())
    painter.drawImage(place, legend)


@lru_cache(maxsize=8)
def legend_image(words: str, top: float, font: str, ratio: float) -> QImage:
    """Drawn once for all frames that show the same crop's map."""
    style = QFont()
    style.fromString(font)
    metrics = QFontMetrics(style)
    line, end = metrics.height(), f"{top:g}× even or more"
    zero = metrics.horizontalAdvance("0") + 6
    width = max(metrics.horizontalAdvance(words), zero + _BAR + 6 + metrics.horizontalAdvance(end))
    plate = QRectF(0, 0, width + 2 * _PAD, 3 * line + _PAD)
    image = QImage((plate.size() * ratio).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(style)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_PLATE)
    painter.drawRoundedRect(plate, 4, 4)
    painter.setPen(_WORDS)
    row = QRectF(_PAD, _PAD / 2, width, line)
    bar = QRectF(row.left() + zero, row.top() + line + 3, _BAR, line - 6)
    for text in ("region attention", "0", words):
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft, text)
        row.translate(0, line)
    painter.fillRect(bar, _GROUND)
    painter.fillRect(bar, _gradient(bar))
    painter.drawText(QPointF(bar.right() + 6, _PAD / 2 + line + metrics.ascent()), end)
    painter.end()
    return image


def _gradient(bar: QRectF) -> QLinearGradient:
    gradient = QLinearGradient(bar.topLeft(), bar.topRight())
    for step in range(0, 256, 15):
        blue, green, red, opacity = ramp()[step].tolist()
        whole = 255 / max(opacity, 1)
        red, green, blue = (min(round(colour * whole), 255) for colour in (red, green, blue))
        gradient.setColorAt(step / 255, QColor(red, green, blue, opacity))
    return gradient
