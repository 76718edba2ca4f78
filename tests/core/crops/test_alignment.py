"""The transform into a crop against known similarities, and what is left out."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from lineament.crops.alignment import (
    CROP_MM,
    CROP_TOP_MM,
    align,
    apply,
    canonical_points,
    five_points,
    inverse,
    is_good,
    to_crop,
)
from lineament.crops.cutting import cut
from lineament.face import LANDMARKS_68, load_template

FloatArray = npt.NDArray[np.float64]


def frontal(size: int = 112) -> FloatArray:
    """The template's own landmarks where a crop wants them, float64[68, 2]."""
    return to_crop(load_template().vertices[LANDMARKS_68], size)


def turned(points: FloatArray, degrees: float, scale: float, shift: tuple[float, float]) -> FloatArray:
    angle = np.radians(degrees)
    matrix = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return points @ matrix.T + np.array(shift)


def test_the_canonical_place_follows_from_the_template() -> None:
    vertices = load_template().vertices
    points = canonical_points(224)
    assert points[3, 0] - points[0, 0] == pytest.approx(224 / CROP_MM * (vertices[263, 0] - vertices[33, 0]))
    assert points[0, 1] == pytest.approx(224 / CROP_MM * (CROP_TOP_MM - vertices[33, 1]))
    assert points[[0, 3], 0].mean() == pytest.approx(112, abs=0.01)
    np.testing.assert_allclose(canonical_points(112), points / 2)
    oval = to_crop(vertices[:468], 224)
    assert oval.min() > 4
    assert oval.max() < 220


@pytest.mark.parametrize(("degrees", "scale", "shift"), [(0, 1, (0, 0)), (33, 2.5, (400, -20)), (-170, 0.4, (3, 900))])
def test_a_known_similarity_is_undone(degrees: float, scale: float, shift: tuple[float, float]) -> None:
    seen = turned(frontal(), degrees, scale, shift)
    transforms, misfits = align(seen[None], 112)
    np.testing.assert_allclose(apply(transforms, seen[None])[0], frontal(), atol=2e-3)
    angle = np.radians(-degrees)
    np.testing.assert_allclose(
        transforms[0, :, :2],
        [[np.cos(angle) / scale, -np.sin(angle) / scale], [np.sin(angle) / scale, np.cos(angle) / scale]],
        atol=1e-6,
    )
    assert misfits[0] < 1e-9


def test_least_squares_agrees_with_umeyama_by_singular_values() -> None:
    rng = np.random.default_rng(3)
    seen = turned(frontal(), 20, 3, (50, 80)) + rng.normal(0, 4, (68, 2))
    source, target = five_points(seen[None])[0], canonical_points(112)
    a, b = source - source.mean(axis=0), target - target.mean(axis=0)
    u, s, vt = np.linalg.svd(b.T @ a / 5)
    sign = np.diag([1, np.sign(np.linalg.det(u @ vt))])
    linear = (s @ np.diag(sign)) / (a**2).sum(axis=1).mean() * (u @ sign @ vt)
    expected = np.column_stack([linear, target.mean(axis=0) - linear @ source.mean(axis=0)])
    np.testing.assert_allclose(align(seen[None], 112)[0][0], expected, rtol=2e-6)


def test_a_mirrored_face_is_not_reflected_but_misfits() -> None:
    mirrored = frontal() * (-1, 1)
    transforms, misfits = align(mirrored[None], 112)
    assert np.linalg.det(transforms[0, :, :2].astype(np.float64)) > 0
    assert misfits[0] > 0.3


def test_one_by_one_is_the_same_as_all_at_once() -> None:
    rng = np.random.default_rng(0)
    seen = np.stack([turned(frontal(), 5 * k, 1 + k / 10, (k, -k)) for k in range(9)]) + rng.normal(0, 1, (9, 68, 2))
    together = align(seen.astype(np.float32), 224)
    for k in range(9):
        alone = align(seen[k : k + 1].astype(np.float32), 224)
        np.testing.assert_array_equal(alone[0][0], together[0][k])
        assert alone[1][0] == together[1][k]


def test_the_inverse_leads_back() -> None:
    transforms, _ = align(turned(frontal(), 12, 4, (700, 300))[None], 112)
    points = np.random.default_rng(1).uniform(0, 112, (1, 20, 2))
    back = inverse(transforms)
    np.testing.assert_allclose(apply(transforms, apply(back, points)), points, atol=1e-9)
    whole = np.vstack([transforms[0].astype(np.float64), [0, 0, 1]]) @ np.vstack([back[0], [0, 0, 1]])
    np.testing.assert_allclose(whole, np.eye(3), atol=1e-12)


def test_lost_faces_get_no_transform() -> None:
    seen = np.stack([frontal(), frontal(), np.ones((68, 2))])
    seen[1, 36, 0] = np.nan
    transforms, misfits = align(seen, 112)
    assert np.isfinite(transforms[0]).all()
    assert np.isnan(transforms[1:]).all()
    assert np.isinf(misfits[1:]).all()
    assert align(np.zeros((0, 68, 2)), 112)[0].shape == (0, 2, 3)


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"float\[n, 68, 2\], not \[68, 2\]"):
        align(np.zeros((68, 2)), 112)


def test_what_a_good_face_is() -> None:
    good = turned(frontal(), 0, 2, (300, 200))
    outside = good - (400, 0)
    tiny = turned(frontal(), 0, 0.2, (300, 200))
    profile = (good - good.mean(axis=0)) * (0.45, 1) + good.mean(axis=0)
    seen = np.stack([good, good, outside, tiny, profile])
    transforms, misfits = align(seen, 112)
    sure = np.array([0.8, 0.79, 1, 1, 1], dtype=np.float32)
    assert is_good(transforms, misfits, seen, sure, (640, 480)).tolist() == [True, False, False, False, False]


def test_turned_and_scaled_pictures_give_the_same_crop() -> None:
    rng = np.random.default_rng(5)
    picture = cv2.GaussianBlur(rng.integers(0, 255, (600, 800, 3), dtype=np.uint8), (0, 0), 9)
    picture = np.asarray(cv2.normalize(picture, None, 0, 255, cv2.NORM_MINMAX), dtype=np.uint8)
    seen = turned(frontal(), 0, 2, (280, 200))
    first = cut(picture, align(seen[None], 112)[0][0], 112).astype(float)
    for degrees, scale in ((25, 1.0), (-40, 1.5), (10, 2.2)):
        spin = cv2.getRotationMatrix2D((399.5, 299.5), -degrees, scale)
        moved = cv2.warpAffine(picture, spin, (800, 600), borderMode=cv2.BORDER_REPLICATE)
        landmarks = turned(seen - (400, 300), degrees, scale, (400, 300))
        again = cut(moved, align(landmarks[None], 112)[0][0], 112).astype(float)
        inside = np.s_[20:92, 20:92]
        assert np.abs(first - again)[inside].mean() < 1.0
        assert np.abs(first - again)[inside].max() < 12.0
    assert first.std() > 20


def test_a_pixel_lands_where_the_transform_says() -> None:
    """Crop coordinates start at the corner of the first pixel, and no half pixel gets lost on the way."""
    picture = np.zeros((300, 300, 3), dtype=np.uint8)
    picture[100:110, 200:210] = 255
    for scale in (0.3, 0.5, 1.0, 2.0):
        transform = np.array([[scale, 0, 56 - scale * 205], [0, scale, 40 - scale * 105]])
        crop = cut(picture, transform, 112).astype(float)[..., 0]
        middle = (crop.sum(axis=0) @ (np.arange(112) + 0.5), crop.sum(axis=1) @ (np.arange(112) + 0.5))
        np.testing.assert_allclose(np.array(middle) / crop.sum(), (56, 40), atol=0.05)


def test_fine_texture_is_averaged_and_not_picked() -> None:
    board = np.indices((900, 900)).sum(axis=0) % 2 * 255
    picture = np.repeat(board[..., None], 3, axis=2).astype(np.uint8)
    crop = cut(picture, np.array([[0.125, 0, 0], [0, 0.125, 0]]), 112)
    assert crop.astype(float).std() < 6
    assert crop.mean() == pytest.approx(127.5, abs=2)
