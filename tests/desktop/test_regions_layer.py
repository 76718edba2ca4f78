"""The heat map of regions: where it lies on a moving head, which crop's map it is, its scale and its switch."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot
from tests.support.player_window import Window
from tests.support.published_predictions import HMHN, fake_regions
from tests.support.qt import write_video

from lineament.crops.alignment import align
from lineament.crops.cutting import cut
from lineament.face import LANDMARKS_68, load_template
from lineament.models.prediction import RegionAttention
from lineament_desktop.review.player.layers.regions import RegionsLayer, legend_words, map_image, ramp
from lineament_desktop.review.player.regions import NEAR_S, RegionMaps, RegionsNow, laid_on
from lineament_desktop.review.player.view_transform import ViewTransform
from lineament_desktop.theme.colour import hexadecimal, luminance

SIZE = (640, 360)


def face(angle: float, scale: float, centre: tuple[float, float], yaw: float = 0.0) -> np.ndarray:
    """float32[478, 3]: the template's face, rolled, scaled and put somewhere in the picture."""
    x, y, z = load_template().vertices.T
    flat = np.stack([x * np.cos(yaw) + z * np.sin(yaw), -y], axis=1) * scale
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    placed = flat @ turn.T + centre
    return np.column_stack([placed, -z * scale]).astype(np.float32)


def painted(points: np.ndarray, cell: tuple[int, int], transform: ViewTransform) -> np.ndarray:
    """Opacity uint8[h, w] of the heat alone on a clear picture."""
    maps = RegionMaps(fake_regions(2.0, cell=cell).region_attention)
    now = maps.at(0.0, points)
    assert now.to_picture is not None
    image = QImage(round(transform.width), round(transform.height), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    RegionsLayer().paint_map(painter, now, transform)
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return pixels[..., 3].copy()


@pytest.mark.parametrize("cell", [(1, 3), (5, 3), (3, 1)])
@pytest.mark.parametrize(
    ("angle", "scale", "centre"), [(0.0, 1.2, (320, 180)), (0.4, 0.8, (200, 150)), (-0.6, 1.5, (400, 200))]
)
def test_the_heat_comes_back_to_its_cell_when_the_crop_is_cut_from_the_painted_picture(
    cell, angle, scale, centre
) -> None:
    points = face(angle, scale, centre)
    opacity = painted(points, cell, ViewTransform(1, 1, 0, 0, *SIZE))
    transforms, _ = align(points[None, LANDMARKS_68, :2], 112)
    crop = cut(np.repeat(opacity[..., None], 3, axis=2), transforms[0], 112)[..., 0].astype(float)
    rows, columns = np.mgrid[0:112, 0:112] + 0.5
    middle = np.array([(rows * crop).sum(), (columns * crop).sum()]) / crop.sum()
    np.testing.assert_allclose(middle, (np.array(cell) + 0.5) * 16, atol=3)


def test_it_is_scaled_with_the_picture() -> None:
    points = face(0.2, 1.0, (320, 180))
    whole = painted(points, (5, 3), ViewTransform(1, 1, 0, 0, *SIZE)).astype(float)
    half = painted(points, (5, 3), ViewTransform(0.5, 0.5, 0, 0, SIZE[0] / 2, SIZE[1] / 2)).astype(float)

    def middle(image: np.ndarray) -> np.ndarray:
        rows, columns = np.mgrid[0 : image.shape[0], 0 : image.shape[1]] + 0.5
        return np.array([(rows * image).sum(), (columns * image).sum()]) / image.sum()

    np.testing.assert_allclose(middle(half) * 2, middle(whole), atol=1)


def regions_at(times: list[float]) -> RegionMaps:
    maps = np.full((len(times), 2, 2), 0.25, np.float32)
    maps[:, 0, 0] += np.linspace(0, 0.1, len(times), dtype=np.float32)
    return RegionMaps(RegionAttention(np.array(times), maps))


def test_a_frame_shows_the_map_of_the_nearest_crop_and_none_from_far_away() -> None:
    maps = regions_at([1.0, 2.0, 8.0])
    for time_s, expected in ((0.0, 1.0), (1.4, 1.0), (1.6, 2.0), (2.0 + NEAR_S, 2.0), (8.3, 8.0)):
        found = maps.nearest(time_s)
        assert found is not None
        assert found.time_s == expected
    assert maps.nearest(2.01 + NEAR_S) is None
    assert maps.nearest(8.01 + NEAR_S) is None
    assert regions_at([]).nearest(1.0) is None
    assert legend_words(maps.at(5.0, face(0, 1, (300, 180)))) == "no crop scored within 1 s"
    assert legend_words(maps.at(1.1, face(0, 1, (300, 180)))) == "crop at 00:01.000"


def test_no_map_is_laid_on_a_face_that_is_turned_away_or_lost() -> None:
    maps = regions_at([0.0])
    assert maps.at(0.0, face(0, 1, (300, 180), yaw=0.3)).to_picture is not None
    away = maps.at(0.0, face(0, 1, (300, 180), yaw=1.3))
    assert away.to_picture is None
    assert legend_words(away) == "face turned too far away"
    assert maps.at(0.0, None).to_picture is None
    lost = face(0, 1, (300, 180))
    lost[:] = np.nan
    assert laid_on(lost) is None


def test_68_points_lay_a_map_where_478_do() -> None:
    points = face(0.3, 1.1, (310, 190))
    np.testing.assert_allclose(laid_on(points), laid_on(points[LANDMARKS_68, :2]))


@pytest.mark.parametrize(("strongest", "top"), [(1.0, 2.0), (2.1, 3.0), (7.9, 8.0), (40.0, 64.0)])
def test_the_scale_ends_at_a_step(strongest: float, top: float) -> None:
    cells = np.ones((1, 10, 10), np.float32) / 100
    cells[0, 0, 0] = strongest / 100
    assert RegionMaps(RegionAttention(np.zeros(1), cells)).top == top


def test_one_odd_map_does_not_pale_all_others() -> None:
    """Of forty maps one is far stronger."""
    cells = np.full((40, 2, 2), 0.25, np.float32)
    cells[0] = [[0.97, 0.01], [0.01, 0.01]]
    assert RegionMaps(RegionAttention(np.arange(40.0), cells)).top == 2.0


def test_colours_rise_in_lightness_and_opacity_and_begin_clear() -> None:
    found = ramp().astype(float)
    assert found[0, 3] == 0
    assert (np.diff(found[:, 3]) >= 0).all()
    assert 100 < found[-1, 3] < 200
    seen = found[found[:, 3] > 40]
    shades = [luminance(hexadecimal(*(c / a for c in (r, g, b)))) for b, g, r, a in seen]
    assert (np.diff(shades) > -0.01).all()
    assert shades[-1] - shades[0] > 0.4
    assert (found[:, :3] <= found[:, 3:] + 1).all(), "premultiplied colours are no stronger than their opacity"


def test_the_border_of_a_map_is_soft() -> None:
    image = map_image(np.full((7, 7), 9.0, np.float32), 8.0)
    opacity = [image.pixelColor(x, 32).alpha() for x in range(64)]
    assert opacity[0] < 40 < opacity[32]
    assert opacity[:20] == sorted(opacity[:20])


def test_the_layer_is_switched_with_its_key_and_only_where_the_model_looks_at_regions(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window = Window(qtbot)
    window.open(write_video(tmp_path / "a.mp4", 1.0, SIZE))
    window.record()
    action, button = window.player.actions.layer("regions"), window.transport._layer_buttons["regions"]
    assert not action.isEnabled()
    assert not button.isVisible()
    window.state.set_model(HMHN)
    window.state.set_prediction(fake_regions(1.0, cell=(4, 3)))
    assert action.isEnabled()
    assert button.isVisible()
    for layer in window.view.layers:
        window.state.set_layer(layer.name, layer.name == "regions")
    state = window.view.state
    assert state is not None
    assert state.regions is not None
    assert state.regions.to_picture is not None
    with_heat = window.view.grab().toImage()
    qtbot.keyClick(window.widget, Qt.Key.Key_7)
    assert not window.view.layer("regions").visible
    without = window.view.grab().toImage()
    assert with_heat != without
    window.state.set_prediction(None)
    assert window.view.state is not None
    assert window.view.state.regions is None
    window.player.close()


def test_regions_without_a_scored_crop_draw_only_their_legend() -> None:
    image = QImage(640, 360, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    state = type("State", (), {"regions": RegionsNow(None, 4.0, None)})()
    RegionsLayer().paint(painter, state, ViewTransform(1, 1, 0, 0, *SIZE))
    painter.end()
    assert image.pixelColor(20, 340).alpha() > 0
    assert image.pixelColor(320, 180).alpha() == 0
