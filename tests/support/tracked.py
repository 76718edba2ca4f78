"""A recording that fits a given video frame by frame: an invented face whose place tells which frame it belongs to."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.face.template import load_template
from lineament.provenance import Provenance
from lineament.recording import Blink, FaceSummary, RecordingMeta, VideoSource
from lineament.video import FrameIndex, VideoInfo


class TrackedRecording:
    """A `RecordingView` with mesh, pose and gaze for the first `measured` frames of a video.

    The face turns to and fro and wanders over the picture. lost: ranks of frames without a face. pts_shift is added to
    every PTS: not 0 makes it the recording of another video.
    """

    def __init__(
        self,
        info: VideoInfo,
        index: FrameIndex,
        *,
        measured: int | None = None,
        lost: tuple[int, ...] = (),
        pts_shift: int = 0,
    ) -> None:
        self._info, self._index = info, index
        total = len(index)
        self._rows = total if measured is None else measured
        success = np.ones(total, dtype=bool)
        success[list(lost)] = False
        phase = np.linspace(0, 4 * np.pi, total)
        self._columns: dict[str, npt.NDArray[Any]] = {
            "frame": np.arange(total, dtype=np.int32),
            "pts": index.pts + pts_shift,
            "timestamp": index.times_s,
            "face_id": np.zeros(total, dtype=np.int16),
            "success": success,
        }
        yaw, pitch = 0.4 * np.sin(phase), 0.15 * np.cos(phase)
        zero = np.zeros(total)
        gaze = np.stack([np.sin(0.5 * yaw), 0.1 * np.cos(phase), -np.cos(0.5 * yaw)])
        floats = {"confidence": zero + 0.97, "pose_Rx": pitch, "pose_Ry": yaw, "pose_Rz": zero}
        floats |= {f"gaze_{eye}_{axis}": gaze[i] for eye in (0, 1) for i, axis in enumerate("xyz")}
        for name, values in floats.items():
            self._columns[name] = np.where(success, values, np.nan).astype(np.float32)
        blinks = tuple(Blink(t, t + 0.1, t + 0.2) for t in np.arange(1.0, info.duration_s - 0.5, 2.7).tolist())
        self.meta = RecordingMeta(
            schema_version=1,
            provenance=Provenance("lineament/facemesh", "0.1.0", info.content_hash, simulated=True),
            video=VideoSource(
                *(info.path.name, info.width, info.height, total, info.duration_s, info.fps, info.content_hash)
            ),
            faces=(FaceSummary(0, total, 0.0, info.duration_s, 80.0),),
            participant=0,
            blinks=blinks,
            neutral_frames=100,
            complete=self._rows == total,
        )

    def grow(self, rows: int) -> None:
        self._rows = rows
        self.meta = replace(self.meta, complete=rows == len(self._index))

    @property
    def n_rows(self) -> int:
        return self._rows

    @property
    def time_s(self) -> npt.NDArray[np.float64]:
        return self._columns["timestamp"][: self._rows]

    def has(self, name: str) -> bool:
        return name in self._columns

    def column(self, name: str) -> npt.NDArray[Any]:
        return self._columns[name][: self._rows]

    def mesh(self, start: int, stop: int) -> npt.NDArray[np.float32]:
        return np.stack([self._mesh(row) for row in range(start, stop)])

    def landmarks68(self, start: int, stop: int) -> None:
        return None

    def row_of_frame(self, frame: int) -> int:
        return frame if 0 <= frame < self._rows else -1

    def _mesh(self, row: int) -> npt.NDArray[np.float32]:
        vertices = load_template().vertices
        yaw = float(np.nan_to_num(self._columns["pose_Ry"][row]))
        turned = vertices[:, 0] * np.cos(yaw) - vertices[:, 2] * np.sin(yaw)
        scale = self._info.height / 260
        centre_x = self._info.width * (0.4 + 0.2 * row / max(len(self._index) - 1, 1))
        depth = -vertices[:, 2] * scale
        shown = [centre_x + turned * scale, 0.45 * self._info.height - vertices[:, 1] * scale, depth]
        return np.stack(shown, axis=1).astype(np.float32)
