"""Overlay layers, one small file each, and the registry that lists them in the order of their keys."""

from collections.abc import Callable

from lineament_desktop.review.player.layers.base import OverlayLayer
from lineament_desktop.review.player.layers.box import BoxLayer
from lineament_desktop.review.player.layers.contours import ContoursLayer
from lineament_desktop.review.player.layers.gaze import GazeLayer
from lineament_desktop.review.player.layers.mesh import MeshLayer
from lineament_desktop.review.player.layers.points import PointsLayer
from lineament_desktop.review.player.layers.pose import PoseLayer
from lineament_desktop.review.player.layers.regions import RegionsLayer

LAYERS: tuple[Callable[[], OverlayLayer], ...] = (
    ContoursLayer,
    PointsLayer,
    MeshLayer,
    PoseLayer,
    GazeLayer,
    BoxLayer,
    RegionsLayer,
)
"""A new layer is one class in one file and one line here."""


def create_layers() -> tuple[OverlayLayer, ...]:
    return tuple(make() for make in LAYERS)


__all__ = ["LAYERS", "OverlayLayer", "create_layers"]
