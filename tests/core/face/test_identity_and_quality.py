"""Faces keep their numbers; the participant is chosen; quality falls where it should."""

import json
import time

import numpy as np
import numpy.typing as npt
import pytest

from lineament.face import (
    Camera,
    FaceObservation,
    FaceTally,
    IdentityTracker,
    choose_participant,
    frame_quality,
    load_template,
)
from lineament.face.rotation import matrix_from_angles

Landmarks = npt.NDArray[np.float32]


def face(
    person: int, x: float, y: float = 360.0, scale: float = 2.0, yaw: float = 0.0, seed: int = 0
) -> FaceObservation:
    rng = np.random.default_rng([person, 11])
    shape = load_template().vertices * (1 + rng.normal(0, 0.07, 3)) + rng.normal(0, 1.5, (478, 3))
    turned = (shape * (1, -1, -1)) @ matrix_from_angles(np.array([[0.0, yaw, 0.0]]))[0].T
    noise = np.random.default_rng([person, seed, 5]).normal(0, 0.5, (478, 3))
    return FaceObservation((scale * turned + noise + (x, y, 0)).astype(np.float32), 1.0)


def test_numbers_stay_with_people_who_move_and_swap_order() -> None:
    tracker = IdentityTracker()
    for i in range(120):
        left, right = face(1, 300 + i, seed=i, yaw=0.3 * np.sin(i / 20)), face(2, 900 - i, 340, seed=i)
        pair = [left, right] if i % 2 else [right, left]
        numbers = tracker.assign(pair, i / 30)
        assert numbers == ([0, 1] if i % 2 == 0 else [1, 0])
    tallies = tracker.tallies()
    assert [tally.frames for tally in tallies] == [120, 120]
    assert tallies[0].first_s == 0.0
    assert tallies[0].last_s == pytest.approx(119 / 30)


def test_a_face_that_was_away_comes_back_as_itself() -> None:
    tracker = IdentityTracker()
    for i in range(60):
        tracker.assign([face(1, 400, seed=i), face(2, 900, seed=i)], i / 30)
    for i in range(60, 200):
        assert tracker.assign([face(1, 400, seed=i)], i / 30) == [0]
    assert tracker.assign([face(1, 400), face(2, 820, 400)], 8.0) == [0, 1]


def test_somebody_else_elsewhere_gets_a_new_number() -> None:
    tracker = IdentityTracker()
    for i in range(60):
        tracker.assign([face(1, 300, seed=i)], i / 30)
    assert tracker.assign([face(1, 300), face(5, 1000, scale=1.0)], 2.0) == [0, 1]


def test_state_survives_json() -> None:
    tracker = IdentityTracker()
    for i in range(20):
        tracker.assign([face(1, 300, seed=i), face(2, 800, seed=i)], i / 30)
    again = IdentityTracker.from_json(json.loads(json.dumps(tracker.to_json())))
    for i in range(20, 40):
        pair = [face(2, 800 - i, seed=i), face(1, 300 + i, seed=i)]
        assert again.assign(pair, i / 30) == tracker.assign(pair, i / 30) == [1, 0]
    assert again.tallies() == tracker.tallies()


def test_participant_is_largest_and_longest() -> None:
    tallies = [FaceTally(0, 900, 0, 30, 40.0), FaceTally(1, 700, 0, 30, 120.0), FaceTally(2, 20, 3, 4, 300.0)]
    assert choose_participant(tallies) == 1
    with pytest.raises(ValueError, match="no face"):
        choose_participant([])


@pytest.fixture
def scene() -> tuple[npt.NDArray[np.uint8], Landmarks]:
    """A textured picture with a face's landmarks in its middle."""
    rng = np.random.default_rng(4)
    picture = np.kron(rng.integers(60, 190, (180, 320, 3)), np.ones((4, 4, 1))).astype(np.uint8)
    return picture, face(1, Camera.assumed(1280, 720).centre_x).landmarks


def test_blur_darkness_and_borders_lower_the_right_measure(scene: tuple[npt.NDArray[np.uint8], Landmarks]) -> None:
    import cv2

    picture, landmarks = scene
    usual = frame_quality(picture, landmarks)
    assert usual.visible == 1.0
    assert 100 < usual.brightness < 150
    assert usual.face_size == pytest.approx(np.linalg.norm(landmarks[33] - landmarks[263]))
    assert frame_quality(cv2.GaussianBlur(picture, (0, 0), 8), landmarks).sharpness < 0.3 * usual.sharpness
    assert frame_quality(picture // 4, landmarks).brightness < 40
    outside = frame_quality(picture, landmarks + np.float32([560, 0, 0]))
    assert 0.3 < outside.visible < 0.95
    gone = frame_quality(picture, landmarks + np.float32([5000, 0, 0]))
    assert gone.visible == 0.0
    assert gone.occlusion == 1.0
    assert frame_quality(picture, np.zeros((478, 3), dtype=np.float32)).sharpness == 0.0


def test_a_hand_before_one_cheek_is_hinted_at() -> None:
    picture = np.full((720, 1280, 3), 150, dtype=np.uint8)
    landmarks = face(1, 640.0).landmarks
    assert frame_quality(picture, landmarks).occlusion == 0.0
    x, y = landmarks[205, :2].astype(int)
    picture[y - 60 : y + 120, x - 70 : x + 40] = 40
    assert 0.0 < frame_quality(picture, landmarks).occlusion < 0.7


def test_quality_costs_next_to_nothing(scene: tuple[npt.NDArray[np.uint8], Landmarks]) -> None:
    picture, landmarks = scene
    frame_quality(picture, landmarks)
    took = []
    for _ in range(30):
        start = time.perf_counter()
        frame_quality(picture, landmarks)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.0005
