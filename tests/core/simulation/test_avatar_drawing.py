"""The parts that draw the avatar: subdivision, rasteriser, person, renderer and its truth."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from lineament.face.displacement import AU_NAMES
from lineament.face.rotation import matrix_from_angles
from lineament.face.template import LANDMARKS_68, load_template
from lineament.simulation.avatar import AvatarPerson, AvatarRenderer, AvatarState
from lineament.simulation.avatar.raster import interpolate, visible_triangles
from lineament.simulation.avatar.subdivision import subdivide

WIDTH, HEIGHT = 640, 360


@pytest.fixture(scope="module")
def renderer() -> AvatarRenderer:
    return AvatarRenderer(WIDTH, HEIGHT)


def with_units(**intensities: float) -> AvatarState:
    au = np.zeros(len(AU_NAMES))
    for name, value in intensities.items():
        au[AU_NAMES.index(name)] = value
    return AvatarState(au=au)


def eye_patch(renderer: AvatarRenderer, state: AvatarState) -> np.ndarray:
    """Pixels inside the neutral lid rims of the right eye."""
    ring = renderer.truth(AvatarState()).landmarks[load_template().contours["right_eye"], :2]
    (x0, y0), (x1, y1) = ring.min(axis=0).astype(int), np.ceil(ring.max(axis=0)).astype(int)
    return renderer.render(state)[y0:y1, x0:x1].astype(float)


def test_fine_surface_passes_through_the_coarse_vertices() -> None:
    face = load_template()
    fine = subdivide(face.triangles, 468, 2)
    assert fine.triangles.shape == (852 * 16, 3)
    assert np.allclose(fine.matrix[:468], np.eye(468), atol=1e-5)
    assert np.allclose(fine.matrix.sum(axis=1), 1.0, atol=1e-4), "moving the face moves the surface"
    smooth = fine.matrix @ face.vertices[:468].astype(np.float32)
    sides = smooth[fine.triangles] - smooth[np.roll(fine.triangles, 1, axis=1)]
    assert np.linalg.norm(sides, axis=2).max() < 9.0, "no spikes: fine edges are about a quarter of coarse ones"


def test_rasteriser_covers_exact_pixels_and_keeps_the_nearest() -> None:
    points = np.array([[2, 2], [2, 12], [12, 2], [2, 2], [2, 7], [7, 2]], np.float32)
    depth = np.array([5, 5, 5, 1, 1, 1], np.float32)
    triangles = np.array([[0, 1, 2], [3, 4, 5]])
    seen = visible_triangles(points, depth, triangles, 20, 20)
    picture = np.full((20, 20), -1)
    picture.reshape(-1)[seen.flat] = seen.triangle
    assert (picture >= 0).sum() == pytest.approx(50, abs=6), "half of a 10 x 10 square"
    assert picture[3, 3] == 1, "the nearer triangle wins"
    assert picture[3, 9] == 0
    assert picture[1, 3] == -1
    assert picture[11, 11] == -1
    flipped = visible_triangles(points, depth, triangles[:, ::-1], 20, 20)
    assert len(flipped.flat) == 0, "triangles that face away are not drawn"


def test_rasteriser_leaves_no_seam_between_neighbours() -> None:
    points = np.array([[1.3, 1.7], [2.1, 15.2], [16.4, 3.3], [15.1, 14.9]], np.float32)
    seen = visible_triangles(points, np.ones(4, np.float32), np.array([[0, 1, 2], [2, 1, 3]]), 20, 20)
    assert len(np.unique(seen.flat)) == len(seen.flat)
    grid = np.zeros((20, 20), bool)
    grid.reshape(-1)[seen.flat] = True
    assert grid[4:13, 4:13].all()


def test_attributes_are_interpolated_linearly() -> None:
    points = np.array([[0, 0], [0, 18], [18, 0]], np.float32)
    triangles = np.array([[0, 1, 2]])
    seen = visible_triangles(points, np.ones(3, np.float32), triangles, 20, 20)
    values = np.column_stack([2 * points[:, 0] + 1, 3 - points[:, 1]]).astype(np.float32)
    first, second = interpolate(seen, points, triangles, values)
    assert np.allclose(first, 2 * seen.x + 1, atol=1e-3)
    assert np.allclose(second, 3 - seen.y, atol=1e-3)


def test_persons_are_reproducible_and_differ() -> None:
    assert AvatarPerson.random(4) == AvatarPerson.random(4)
    assert len({AvatarPerson.random(seed) for seed in range(12)}) == 12
    styles = {AvatarPerson.random(seed).hair_style for seed in range(12)}
    assert styles == {"short", "swept", "long"}
    wide = replace(AvatarPerson(), width=0.1)
    assert np.ptp(wide.neutral()[:, 0]) == pytest.approx(1.1 * np.ptp(AvatarPerson().neutral()[:, 0]), rel=1e-3)


def test_same_state_same_picture(renderer: AvatarRenderer) -> None:
    state = with_units(AU12=3.0, AU06=2.0)
    first = renderer.render(state)
    assert first.shape == (HEIGHT, WIDTH, 3)
    assert first.dtype == np.uint8
    for again in (renderer.render(state), AvatarRenderer(WIDTH, HEIGHT).render(state)):
        # Matrix products may differ in the last bit with where arrays lie, so one pixel in ten thousand may round off.
        assert (first != again).mean() < 1e-4


@pytest.mark.parametrize("name", AU_NAMES)
def test_every_unit_changes_the_picture(renderer: AvatarRenderer, name: str) -> None:
    neutral = renderer.render(AvatarState()).astype(int)
    changed = np.abs(renderer.render(with_units(**{name: 3.0})).astype(int) - neutral).max(axis=2) > 12
    assert changed.sum() > 40


def test_a_head_outside_the_picture_is_not_an_error(renderer: AvatarRenderer) -> None:
    empty = renderer.render(AvatarState(translation=(5000.0, 0.0, 490.0)))
    assert empty.shape == (HEIGHT, WIDTH, 3)
    half = AvatarState(translation=(345.0, 0.0, 490.0), rotation=(0.5, 0.9, 0.6))
    assert renderer.render(half).std() > 5
    assert (renderer.truth(half).landmarks[:, 0] > WIDTH).any(), "truth goes on beyond the edge"


def test_openface_signs_of_the_head(renderer: AvatarRenderer) -> None:
    nose = renderer.truth(AvatarState()).landmarks[1]
    down = renderer.truth(AvatarState(rotation=(0.2, 0.0, 0.0))).landmarks[1]
    left = renderer.truth(AvatarState(rotation=(0.0, 0.2, 0.0))).landmarks[1]
    tilted = renderer.truth(AvatarState(rotation=(0.0, 0.0, 0.2))).landmarks
    assert down[1] > nose[1] + 3, "rx > 0 bends the head down"
    assert left[0] < nose[0] - 3, "ry > 0 turns to the image's left"
    assert tilted[263, 1] > tilted[33, 1] + 3, "rz > 0 tilts clockwise in the image"


def test_pose_truth_is_the_pose_of_the_landmarks(renderer: AvatarRenderer) -> None:
    state = AvatarState(rotation=(0.1, -0.3, 0.08), translation=(25.0, -20.0, 560.0))
    truth = renderer.truth(state)
    camera = renderer.camera
    matrix = np.array([[camera.focal, 0, camera.centre_x], [0, camera.focal, camera.centre_y], [0, 0, 1]])
    face = renderer.person.neutral()[:468] * (1, -1, -1)
    lids = np.unique(np.concatenate([load_template().contours[f"{side}_eye"] for side in ("right", "left")]))
    still = np.setdiff1d(np.arange(468), lids)
    points = truth.landmarks[still, :2].astype(np.float64)
    _, turn, shift = cv2.solvePnP(face[still], points, matrix, None)
    expected = matrix_from_angles(np.array([state.rotation]))[0]
    assert np.abs(cv2.Rodrigues(turn)[0] - expected).max() < 0.01
    assert np.abs(shift.ravel() - state.translation).max() < 2.0
    assert (truth.landmarks68 == truth.landmarks[LANDMARKS_68, :2]).all()


def test_gaze_signs_and_place_of_the_drawn_iris(renderer: AvatarRenderer) -> None:
    ahead = renderer.truth(AvatarState()).landmarks[468]
    right = renderer.truth(AvatarState(gaze=(0.3, 0.0))).landmarks[468]
    down = renderer.truth(AvatarState(gaze=(0.0, 0.3))).landmarks[468]
    assert right[0] > ahead[0] + 1
    assert abs(right[1] - ahead[1]) < 0.5
    assert down[1] > ahead[1] + 1
    large = AvatarRenderer(1280, 720)
    for gaze in ((0.0, 0.0), (0.3, 0.0), (-0.3, 0.05)):
        state = AvatarState(gaze=gaze)
        x, y = large.truth(state).landmarks[468, :2]
        image = large.render(state).astype(float).mean(axis=2)
        around = image[round(y) - 8 : round(y) + 8, round(x) - 22 : round(x) + 22]
        rows, columns = np.nonzero(around < 60.0)
        assert abs(columns.mean() - 21.5) < 4.0, "the pupil is drawn where the truth says"
        assert len(rows) > 10


def test_eyes_look_the_same_way_whatever_the_head_does(renderer: AvatarRenderer) -> None:
    turned = renderer.mesh(AvatarState(rotation=(0.0, 0.4, 0.0)))
    straight = renderer.mesh(AvatarState())
    assert turned[468, 0] > straight[468, 0] + 2, "eyes turn back towards the camera"


def test_blink_hides_the_eyeball(renderer: AvatarRenderer) -> None:
    opened, shut = eye_patch(renderer, AvatarState()), eye_patch(renderer, with_units(AU45=5.0))
    assert renderer.truth(with_units(AU45=5.0)).eye_closure > 0.95
    assert renderer.truth(AvatarState()).eye_closure < 0.05
    whites = [((p.min(axis=2) > 140) & (np.ptp(p, axis=2) < 30)).sum() for p in (opened, shut)]
    assert whites[0] > 3 * max(whites[1], 1)


def test_speech_opens_the_mouth(renderer: AvatarRenderer) -> None:
    truth = renderer.truth(AvatarState(mouth_open=1.0))
    assert truth.mouth_gap > 8.0
    assert truth.au[AU_NAMES.index("AU25")] > 2
    assert truth.au[AU_NAMES.index("AU26")] > 1


def test_a_tracker_sees_what_is_drawn() -> None:
    """Mean landmark error within 3 % of the inter-ocular distance for persons, poses and actions."""
    from lineament.face.trackers import create_tracker

    states = [
        AvatarState(),
        with_units(AU12=3.0, AU06=2.0, AU25=2.0),
        with_units(AU04=3.0, AU15=3.0),
        AvatarState(rotation=(0.0, 0.35, 0.05)),
        AvatarState(rotation=(0.25, -0.2, 0.0), mouth_open=0.7),
    ]
    errors = []
    for seed in (0, 1, 5):
        drawn = AvatarRenderer(person=AvatarPerson.random(seed))
        with create_tracker("facemesh", max_faces=1) as tracker:
            now = 0.0
            for state in states:
                picture, truth = drawn.render(state), drawn.truth(state).landmarks[:, :2]
                for _ in range(3):
                    now += 33.0
                    faces = tracker.track(picture, now)
                assert faces, f"person {seed} is not found"
                eyes = np.linalg.norm(truth[33] - truth[263])
                errors.append(np.linalg.norm(faces[0].landmarks[:, :2] - truth, axis=1).mean() / eyes)
    assert np.mean(errors) < 0.03
    assert np.max(errors) < 0.05
