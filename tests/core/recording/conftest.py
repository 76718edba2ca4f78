"""A small made-up recording: two blocks of frames with a face, some without."""

from collections.abc import Callable

import numpy as np
import pytest

from lineament.provenance import Provenance
from lineament.recording import COLUMNS, Blink, FaceSummary, Recording, RecordingMeta, VideoSource
from lineament.recording.schema import SCHEMA_VERSION

MakeRecording = Callable[..., Recording]


def made_up_columns(n: int, seed: int, lost: np.ndarray) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    columns: dict[str, np.ndarray] = {}
    for name, column in COLUMNS.items():
        if column.group == "gaze_head" or name == "AU28_c":
            continue
        if column.dtype.kind == "b":
            values = rng.random(n) > 0.5
        elif column.group.startswith("au_"):
            values = rng.uniform(0, 5, n)
        else:
            values = rng.uniform(-1, 1, n)
        columns[name] = np.where(lost, COLUMNS[name].lost(n), values).astype(column.dtype)
    columns["frame"] = np.arange(n, dtype=np.int32)
    columns["pts"] = np.arange(n, dtype=np.int64) * 512
    columns["timestamp"] = np.arange(n) / 30.0
    columns["face_id"] = np.zeros(n, dtype=np.int16)
    columns["success"] = ~lost
    columns["confidence"] = np.where(lost, 0.0, 0.95).astype(np.float32)
    return columns


@pytest.fixture
def make_recording() -> MakeRecording:
    def make(n: int = 700, *, seed: int = 1, with_mesh: bool = True) -> Recording:
        rng = np.random.default_rng(seed)
        lost = np.zeros(n, dtype=bool)
        lost[: min(3, n)] = True
        lost[n // 2 : n // 2 + n // 10] = True
        columns = made_up_columns(n, seed, lost)
        walk = np.cumsum(rng.normal(0, 0.4, (n, 1, 3)), axis=0)
        mesh = (rng.uniform(200, 500, (1, 478, 3)) + walk + rng.normal(0, 0.1, (n, 478, 3))).astype(np.float32)
        mesh[lost] = np.nan
        face = FaceSummary(0, int((~lost).sum()), 0.1, (n - 1) / 30, 60.0)
        video = VideoSource("made up.mp4", 1280, 720, n, n / 30, 30.0, "ab" * 32)
        provenance = Provenance("lineament/facemesh", "mediapipe 0.10.21", "ab" * 32, settings={"max_faces": 4})
        blinks = (Blink(1.0, 1.1, 1.25),)
        meta = RecordingMeta(SCHEMA_VERSION, provenance, video, (face,), 0, blinks, 250, True)
        if with_mesh:
            return Recording.from_columns(columns, meta, mesh=mesh)
        points = rng.uniform(100, 600, (n, 68, 2)).astype(np.float32)
        points3d = rng.normal(0, 50, (n, 68, 3)).astype(np.float32)
        points[lost], points3d[lost] = np.nan, np.nan
        return Recording.from_columns(columns, meta, landmarks68=points, landmarks3d=points3d)

    return make
