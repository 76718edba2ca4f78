"""Pose and gaze: exact on the projected template, and MediaPipe's own golden geometry."""

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from lineament.face import Camera, correct_turn, derive_geometry, estimate_gaze, load_template, solve_head_pose
from lineament.face.columns import GEOMETRY_COLUMNS
from lineament.face.gaze import IRIS_DEPTH_MM
from lineament.face.plausibility import shape_plausibility
from lineament.face.rotation import angles_from_matrix, line_of_sight, matrix_from_angles

Array = npt.NDArray[np.float64]
SIZE = (1280, 720)
FLIP = np.array([1.0, -1.0, -1.0])
ANGLES = np.radians([(0, 0, 0), (15, 0, 0), (-20, 5, 3), (0, 30, 0), (8, -25, -10), (3, 2, 40)])
PLACES = np.array([(0, 0, 600), (-150, 80, 700), (200, -60, 500), (0, 40, 400), (-90, 0, 900), (30, 30, 650)], float)


def project(mesh: Array, angles: Array, places: Array, camera: Camera, sight: bool = True) -> npt.NDArray[np.float32]:
    """Landmarks as a tracker gives them: pixels, depth along the line of sight (or the camera's axis)."""
    space = (mesh * FLIP) @ matrix_from_angles(angles).transpose(0, 2, 1) + places[:, None]
    middle = space[:, :468].mean(axis=1, keepdims=True)
    pixels = camera.focal * space[:, :, :2] / space[:, :, 2:] + (camera.centre_x, camera.centre_y)
    depth = space[:, :, 2] - middle[:, :, 2]
    if sight:
        depth = depth + ((space - middle)[:, :, :2] * (middle[:, :, :2] / middle[:, :, 2:])).sum(axis=2)
    scale = camera.focal / middle[:, :, 2]
    return np.concatenate([pixels, (scale * depth)[:, :, None]], axis=2).astype(np.float32)


def between(a: Array, b: Array) -> Array:
    """Angles in degrees between pairs of rotations."""
    trace = np.einsum("nij,nij->n", a, b)
    return np.degrees(np.arccos(np.clip((trace - 1) / 2, -1, 1)))


def test_projected_template_gives_its_pose_back() -> None:
    camera = Camera.assumed(*SIZE)
    pose = solve_head_pose(project(load_template().vertices, ANGLES, PLACES, camera), SIZE)
    assert between(pose.matrix.astype(float), matrix_from_angles(ANGLES)).max() < 1.0
    assert np.abs(pose.translation / PLACES[:, 2:] - PLACES / PLACES[:, 2:]).max() < 0.02
    assert np.abs(pose.aligned - load_template().vertices)[:, :468].mean() < 1.5


def test_depth_along_the_cameras_axis_is_an_option() -> None:
    camera = Camera.assumed(*SIZE)
    landmarks = project(load_template().vertices, ANGLES, PLACES, camera, sight=False)
    pose = solve_head_pose(landmarks, SIZE, depth_along="camera axis")
    assert between(pose.matrix.astype(float), matrix_from_angles(ANGLES)).max() < 1.0


def test_signs_are_openfaces() -> None:
    """Nose down in the picture: rx > 0. Nose to the picture's left: ry > 0. Clockwise: rz > 0."""
    template, camera = load_template().vertices, Camera.assumed(*SIZE)
    for axis, (dx, dy) in enumerate([(0, 1), (-1, 0)]):
        angles = np.zeros((1, 3))
        angles[0, axis] = 0.3
        points = project(template, angles, np.array([[0.0, 0.0, 600.0]]), camera)[0]
        nose = points[4, :2] - points[[234, 454], :2].mean(axis=0)
        still = project(template, 0 * angles, np.array([[0.0, 0.0, 600.0]]), camera)[0]
        moved = nose - (still[4, :2] - still[[234, 454], :2].mean(axis=0))
        assert np.dot(moved, (dx, dy)) > 20
        assert solve_head_pose(points[None], SIZE).rotation[0, axis] == pytest.approx(0.3, abs=0.02)
    points = project(template, np.array([[0, 0, 0.3]]), np.array([[0.0, 0.0, 600.0]]), camera)[0]
    assert points[263, 1] > points[33, 1]


def test_rotation_helpers_agree() -> None:
    assert np.allclose(angles_from_matrix(matrix_from_angles(ANGLES)), ANGLES)
    looking = line_of_sight(PLACES)
    nose = looking @ np.array([0.0, 0.0, -1.0])
    assert np.allclose(nose, -PLACES / np.linalg.norm(PLACES, axis=1, keepdims=True), atol=0.01)


def test_lost_faces_stay_lost_and_a_batch_changes_nothing() -> None:
    landmarks = project(load_template().vertices, ANGLES, PLACES, Camera.assumed(*SIZE))
    landmarks[2] = np.nan
    whole = derive_geometry(landmarks, SIZE)
    assert set(whole.columns) == set(GEOMETRY_COLUMNS)
    assert all(np.isnan(column[2]) for column in whole.columns.values())
    many = derive_geometry(np.tile(landmarks[:2], (200, 1, 1)), SIZE)
    assert np.array_equal(many.aligned[398], whole.aligned[0])
    assert np.array_equal(many.columns["gaze_0_y"][399], whole.columns["gaze_0_y"][1])
    for row in (0, 1, 3, 5):
        alone = derive_geometry(landmarks[row : row + 1], SIZE)
        assert all(np.array_equal(alone.columns[name][0], whole.columns[name][row]) for name in GEOMETRY_COLUMNS)
        assert np.array_equal(alone.aligned[0], whole.aligned[row])
    assert len(derive_geometry(landmarks[:0], SIZE).columns["pose_Rx"]) == 0


def test_correction_turns_further_from_the_line_of_sight_and_leaves_the_points() -> None:
    camera = Camera.assumed(*SIZE)
    angles = np.radians([(0, 20, 0), (0, -20, 0)])
    pose = solve_head_pose(project(load_template().vertices, angles, PLACES[[0, 0]], camera), SIZE)
    corrected = correct_turn(pose)
    assert np.array_equal(corrected.aligned, pose.aligned)
    assert np.abs(corrected.rotation[:, 1]).min() > np.radians(20.2)
    assert np.abs(corrected.rotation[:, 1]).max() < np.radians(24)


def gazing(eye_angles: Array, angles: Array, places: Array, camera: Camera) -> npt.NDArray[np.float32]:
    """The template with its irises turned by (horizontal, vertical) angles in the head."""
    template = load_template()
    meshes = np.repeat(template.vertices[None], len(angles), axis=0)
    direction = np.column_stack([np.tan(eye_angles), -np.ones(len(eye_angles))])
    direction = direction / np.linalg.norm(direction, axis=1, keepdims=True) * FLIP
    for eye, iris in enumerate((468, 473)):
        meshes[:, iris] = template.eye_centres[eye] + IRIS_DEPTH_MM * direction
    return project(meshes, angles, places, camera)


def test_gaze_follows_the_irises_with_openfaces_signs() -> None:
    camera = Camera.assumed(*SIZE)
    eyes = np.radians([(0, 0), (10, 0), (-10, 0), (0, 8), (0, -8)])
    still, place = np.zeros((5, 3)), np.tile([0.0, 0.0, 600.0], (5, 1))
    landmarks = gazing(eyes, still, place, camera)
    gaze = estimate_gaze(landmarks, solve_head_pose(landmarks, SIZE), camera)
    assert np.allclose(np.linalg.norm(gaze.vectors, axis=2), 1, atol=1e-5)
    assert (gaze.vectors[:, :, 2] < 0).all()
    assert np.abs(gaze.angles[0]).max() < np.radians(2)
    assert gaze.angles[1, 0] > np.radians(8)  # to the picture's right: positive
    assert gaze.angles[2, 0] < -np.radians(8)
    assert gaze.angles[3, 1] > np.radians(8)  # down: positive
    assert gaze.angles[4, 1] < -np.radians(8)
    assert np.abs(gaze.angles[3:, 0]).max() < np.radians(1.5)


def test_gaze_turns_with_the_head() -> None:
    camera = Camera.assumed(*SIZE)
    angles = np.radians([(0, 20, 0), (10, 0, 0)])
    landmarks = gazing(np.zeros((2, 2)), angles, np.tile([0.0, 0.0, 600.0], (2, 1)), camera)
    gaze = estimate_gaze(landmarks, solve_head_pose(landmarks, SIZE), camera).angles
    assert gaze[0, 0] == pytest.approx(-np.radians(20), abs=np.radians(3))
    assert gaze[1, 1] == pytest.approx(np.radians(10), abs=np.radians(3))


def test_plausibility_of_faces_and_of_scattered_points() -> None:
    camera = Camera.assumed(*SIZE)
    faces = project(load_template().vertices, ANGLES, PLACES, camera)
    rng = np.random.default_rng(1)
    scattered = (faces[:1] + rng.normal(0, 40, faces[:1].shape)).astype(np.float32)
    assert shape_plausibility(faces).min() > 0.8
    assert shape_plausibility(scattered).max() < 0.1


@pytest.mark.parametrize("name", ["portrait_expected_face_geometry.pbtxt", "face_geometry_expected_out.pbtxt"])
def test_mediapipes_golden_geometry(testdata: Path, name: str) -> None:
    """Its mesh, moved by its matrix and seen by its 63 degree camera, must give its rotation back within 2 degrees."""
    text = (testdata / "mediapipe/expected" / name).read_text(encoding="utf-8")
    mesh = np.array(re.findall(r"vertex_buffer: (\S+)", text), dtype=float).reshape(-1, 5)[:, :3]
    matrix = np.array(re.findall(r"packed_data: (\S+)", text), dtype=float).reshape(4, 4).T
    camera = Camera.from_vertical_view(820, 1024, 63.0)
    rotation = np.diag(FLIP) @ matrix[:3, :3] @ np.diag(FLIP)
    padded = np.vstack([mesh, np.repeat(mesh[:1], 10, axis=0)])
    place = (matrix[:3, 3] * FLIP)[None]
    landmarks = project(padded, angles_from_matrix(rotation[None]), place, camera, sight=False)
    golden = (testdata / "mediapipe/expected/portrait_expected_face_landmarks.pbtxt").read_text(encoding="utf-8")
    pixels = np.array(re.findall(r"x: (\S+)\s+y: (\S+)", golden), dtype=float)[:468] * (820, 1024)
    assert np.abs(landmarks[0, :468, :2] - pixels).mean() < 2.0, "the projection is not the golden picture"
    solved = solve_head_pose(landmarks, (820, 1024), camera, depth_along="camera axis")
    assert between(solved.matrix.astype(float), rotation[None])[0] < 2.0
