"""The outlines of eyes, brows, irises, nose, lips and face."""

from functools import cache

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from lineament.face.template import IndexArray, load_template
from lineament_desktop.review.player.frame_state import FrameState, OverlayRow
from lineament_desktop.review.player.layers.base import OverlayLayer, Points, chain
from lineament_desktop.review.player.view_transform import ViewTransform

# Open chains of the 68-point scheme (first, last) and its rings.
_CHAINS_68 = ((0, 16), (17, 21), (22, 26), (27, 30), (31, 35))
_RINGS_68 = ((36, 41), (42, 47), (48, 59), (60, 67))
_RINGS_478 = ("eye", "lips", "oval")


@cache
def mesh_contours() -> tuple[IndexArray, ...]:
    """Chains of mesh vertices, rings closed."""
    return tuple(
        np.append(vertices, vertices[0]) if any(part in name for part in _RINGS_478) else vertices
        for name, vertices in load_template().contours.items()
        if "iris" not in name
    )


@cache
def irises() -> tuple[IndexArray, ...]:
    """The four vertices on each iris' rim."""
    return tuple(vertices for name, vertices in load_template().contours.items() if "iris" in name)


@cache
def sparse_contours() -> tuple[IndexArray, ...]:
    """The same of the 68 points, for tables of other programs."""
    chains = [np.arange(first, last + 1) for first, last in _CHAINS_68]
    rings = [np.append(np.arange(first, last + 1), first) for first, last in _RINGS_68]
    return tuple(chains + rings)


def contours_of(overlay: OverlayRow) -> tuple[IndexArray, ...]:
    return mesh_contours() if overlay.mesh is not None else sparse_contours()


class ContoursLayer(OverlayLayer):
    name = "contours"
    title = "Contours"
    key = "1"
    icon = "layer-contours"
    attribute = "landmarks"
    z = 20
    on_at_start = True

    def paint(self, painter: QPainter, state: FrameState, transform: ViewTransform) -> None:
        overlay = state.overlay
        if overlay is None or overlay.points is None:
            return
        points = transform.map(overlay.points)
        lines = [line for vertices in contours_of(overlay) for line in chain(points[vertices])]
        rims = [_rim(points[rim]) for rim in irises()] if overlay.mesh is not None else []
        for pen in self.strokes():
            painter.setPen(pen)
            painter.drawLines(lines)
            for rim in rims:
                painter.drawEllipse(rim)


def _rim(points: Points) -> QRectF:
    """Box of the iris: its rim is given by its outermost points alone."""
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return QRectF(left, top, right - left, bottom - top)
