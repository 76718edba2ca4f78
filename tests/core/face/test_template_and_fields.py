"""The neutral template and the displacement fields of the action units."""

import numpy as np
import pytest

from lineament.face.displacement import (
    AU_NAMES,
    deform,
    displacement_fields,
    jaw_weights,
    lid_pairs,
    lip_pairs,
)
from lineament.face.muscles import PULLS
from lineament.face.template import LANDMARKS_68, load_template


def unit(name: str) -> int:
    return AU_NAMES.index(name)


def alone(name: str, intensity: float) -> np.ndarray:
    intensities = np.zeros(len(AU_NAMES))
    intensities[unit(name)] = intensity
    return intensities


def test_template_is_metric_symmetric_and_faces_the_camera() -> None:
    face = load_template()
    assert face.vertices.shape == (478, 3)
    assert np.linalg.norm(face.vertices[468] - face.vertices[473]) == pytest.approx(63.0, abs=0.01)
    assert face.eye_centres.mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-3)
    assert (face.mirror[face.mirror] == np.arange(478)).all()
    assert np.abs(face.vertices * (-1, 1, 1) - face.vertices[face.mirror]).max() < 0.05
    assert face.vertices[1, 2] == pytest.approx(face.vertices[:468, 2].max(), abs=3.0), "the nose is in front"
    assert face.vertices[10, 1] > 40 > -100 > face.vertices[152, 1], "forehead above, chin below"
    assert face.vertices[33, 0] < 0 < face.vertices[263, 0], "the person's right eye is on the image's left"
    iris = np.linalg.norm(face.vertices[469] - face.vertices[471])
    assert iris == pytest.approx(11.7, abs=0.5), "human irises measure 11.7 mm, so depth and scale hold together"


def test_triangles_cover_the_skin_once_with_holes_for_eyes_and_mouth() -> None:
    face = load_template()
    assert face.triangles.shape == (852, 3)
    assert len(np.unique(face.triangles)) == 468
    sides = np.stack([face.triangles, np.roll(face.triangles, -1, axis=1)], axis=2).reshape(-1, 2)
    assert len(np.unique(sides, axis=0)) == len(sides), "neighbours run along a shared edge in opposite directions"
    _, uses = np.unique(np.sort(sides, axis=1), axis=0, return_counts=True)
    assert len(uses) == len(face.edges)
    assert (uses == 1).sum() == 36 + 16 + 16 + 20, "rims: oval, two eyes, inner lips"


def test_regions_share_out_the_skin() -> None:
    regions = load_template().regions
    everything = np.concatenate(list(regions.values()))
    assert sorted(everything) == list(range(468))
    assert {"forehead", "brows", "eyes", "nose", "mouth", "cheeks", "chin"} == set(regions)


def test_68_points_follow_the_usual_order() -> None:
    face = load_template()
    points = face.vertices[LANDMARKS_68]
    assert len(np.unique(LANDMARKS_68)) == 68
    assert (np.diff(points[:17, 0]) > 0).all(), "jaw runs from the image's left to its right"
    assert points[8, 1] == points[:17, 1].min(), "its middle is the chin"
    assert (np.diff(points[17:27, 0]) > 0).all()
    assert (np.diff(points[27:31, 1]) < 0).all(), "the bridge runs down"
    assert points[36, 0] < points[39, 0] < points[42, 0] < points[45, 0], "eye corners"
    assert points[37, 1] > points[41, 1], "upper lid before lower lid"
    assert points[48, 0] < points[54, 0]
    assert points[51, 1] > points[57, 1]
    mirrored = points * (-1, 1, 1)
    distance = np.linalg.norm(mirrored[:, None] - points[None], axis=2).min(axis=1)
    assert distance.max() < 0.1, "the 68 points are themselves symmetric"


def test_arrays_cannot_be_changed_by_accident() -> None:
    with pytest.raises(ValueError, match="read-only"):
        load_template().vertices[0, 0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        displacement_fields()[0, 0, 0] = 1.0


def test_every_unit_has_a_smooth_symmetric_field() -> None:
    face, fields = load_template(), displacement_fields()
    assert fields.shape == (17, 478, 3)
    assert set(PULLS) | {"AU26", "AU45"} == set(AU_NAMES)
    assert (fields[:, 468:] == 0).all(), "irises are moved by gaze alone"
    assert np.abs(fields * (-1, 1, 1) - fields[:, face.mirror]).max() < 1e-9
    size = np.linalg.norm(fields, axis=2)
    assert (size.max(axis=1) > 2.0).all()
    assert (size.max(axis=1) < 25.0).all()
    assert (size[:, [10, 127, 356]] < 0.5).all(), "hairline and ears stay where they are"


@pytest.mark.parametrize(
    ("name", "vertex", "direction"),
    [
        ("AU01", 107, (0, 1, 0)),
        ("AU02", 63, (0, 1, 0)),
        ("AU04", 107, (1, -1, 0)),
        ("AU05", 159, (0, 1, 0)),
        ("AU06", 118, (0, 1, 0)),
        ("AU07", 145, (0, 1, 0)),
        ("AU09", 48, (0, 1, 0)),
        ("AU10", 37, (0, 1, 0)),
        ("AU12", 61, (-1, 1, 0)),
        ("AU14", 61, (-1, 0, -1)),
        ("AU15", 61, (0, -1, 0)),
        ("AU17", 200, (0, 1, 0)),
        ("AU20", 61, (-1, 0, 0)),
        ("AU23", 61, (1, 0, 0)),
        ("AU25", 17, (0, -1, 0)),
        ("AU26", 152, (0, -1, 0)),
        ("AU45", 159, (0, -1, 0)),
    ],
)
def test_muscles_pull_where_anatomy_says(name: str, vertex: int, direction: tuple[int, int, int]) -> None:
    """Directions are seen on the person's right side, where lateral is -x."""
    move = displacement_fields()[unit(name), vertex]
    wanted = np.array(direction) / np.linalg.norm(direction)
    assert move @ wanted > 0.7 * np.linalg.norm(move[np.abs(wanted) > 0]) > 1.0


def test_fields_are_distinct_in_the_picture() -> None:
    flat = displacement_fields()[:, :, :2].reshape(17, -1)
    flat = flat / np.linalg.norm(flat, axis=1, keepdims=True)
    cosine = flat @ flat.T - np.eye(17)
    assert cosine.max() < 0.8, "no two units look alike"
    assert np.linalg.matrix_rank(flat) == 17


def test_small_deformation_is_the_linear_field() -> None:
    face, fields = load_template(), displacement_fields()
    for name in AU_NAMES:
        moved = deform(face.vertices, alone(name, 0.1)) - face.vertices
        assert np.abs(moved - 0.02 * fields[unit(name)])[:468, :2].max() < 0.1, name


def test_a_blink_shuts_the_eyes_over_the_eyeball() -> None:
    face = load_template()
    upper, lower = lid_pairs().T
    shut = deform(face.vertices, alone("AU45", 5.0))
    assert np.abs(shut[upper, 1] - shut[lower, 1]).max() < 0.4
    half = deform(face.vertices, alone("AU45", 2.5))
    gap = (face.vertices[upper, 1] - face.vertices[lower, 1]).mean()
    assert (half[upper, 1] - half[lower, 1]).mean() == pytest.approx(gap / 2, rel=0.15)
    before = np.hypot(face.vertices[159, 1], face.vertices[159, 2])
    assert np.hypot(shut[159, 1], shut[159, 2]) == pytest.approx(before, abs=0.05), "the lid slides on a sphere"


def test_lids_and_lips_never_pass_each_other() -> None:
    rng = np.random.default_rng(5)
    face = load_template()
    for _ in range(40):
        moved = deform(face.vertices, rng.uniform(0, 5, 17))
        for pairs in (lid_pairs(), lip_pairs()):
            upper, lower = pairs.T
            assert (moved[upper, 1] - moved[lower, 1]).min() > -1e-9


def test_the_jaw_turns_down_and_carries_the_lower_lip() -> None:
    face = load_template()
    opened = deform(face.vertices, alone("AU26", 5.0)) - face.vertices
    assert -26 < opened[152, 1] < -14
    assert opened[14, 1] == pytest.approx(opened[17, 1], abs=2.5)
    assert np.abs(opened[[0, 13, 4, 159, 107]]).max() < 1.0
    weights = jaw_weights()
    assert weights.min() >= 0
    assert weights.max() <= 1
