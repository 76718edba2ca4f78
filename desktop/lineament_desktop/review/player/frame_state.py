"""One painted moment: a picture and the measurements of that very picture."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from lineament.recording import RecordingView
from lineament.video import Frame, FrameIndex
from lineament_desktop.review.player.regions import RegionMaps, RegionsNow

Landmarks = npt.NDArray[np.float32]

Measured = Literal["no recording", "not measured", "no face", "face"]


@dataclass(frozen=True, eq=False)
class OverlayRow:
    """What was measured in one frame; every number comes from the same row of the recording.

    pts: of the measured frame. mesh: float32[478, 3] pixels or None. landmarks68: float32[68, 2] pixels or None.
    rotation: (Rx, Ry, Rz) rad, OpenFace signs. gaze: float64[2, 3], unit vectors of the eye on the image's left and
    on its right, camera coordinates. Both are None where the recording has none.
    """

    row: int
    pts: int
    success: bool
    confidence: float
    face_id: int
    mesh: Landmarks | None
    landmarks68: Landmarks | None
    rotation: tuple[float, float, float] | None
    gaze: npt.NDArray[np.float64] | None

    @property
    def points(self) -> Landmarks | None:
        """The best landmarks there are, [n, 2 or 3] pixels."""
        return self.mesh if self.mesh is not None else self.landmarks68


@dataclass(frozen=True, eq=False)
class FrameState:
    """A picture and, where its frame is measured, the overlay of the same presentation time stamp.

    regions: None unless the model looks at regions of the face; its map may be of a crop a little earlier or later.
    """

    frame: Frame
    overlay: OverlayRow | None
    measured: Measured
    regions: RegionsNow | None = None

    @property
    def overlay_pts(self) -> int | None:
        return self.overlay.pts if self.overlay is not None else None


def frame_state(
    frame: Frame, recording: RecordingView | None, index: FrameIndex | None, maps: RegionMaps | None = None
) -> FrameState:
    """Join a picture with its row.

    A row whose PTS is not the picture's belongs to another video: it is treated as not measured, never painted.
    """
    if recording is None:
        return FrameState(frame, None, "no recording")
    row = recording.row_of_frame(frame.index)
    if row < 0:
        return FrameState(frame, None, "not measured")
    overlay = _overlay_row(recording, row, index)
    if overlay.pts != frame.pts:
        return FrameState(frame, None, "not measured")
    regions = maps.at(frame.time_s, overlay.points) if maps is not None else None
    return FrameState(frame, overlay, "face" if overlay.success else "no face", regions)


def _overlay_row(recording: RecordingView, row: int, index: FrameIndex | None) -> OverlayRow:
    success = bool(recording.column("success")[row])
    mesh = recording.mesh(row, row + 1) if success else None
    sparse = recording.landmarks68(row, row + 1) if success and mesh is None else None
    return OverlayRow(
        row=row,
        pts=_pts_of_row(recording, row, index),
        success=success,
        confidence=_value(recording, "confidence", row),
        face_id=int(recording.column("face_id")[row]) if recording.has("face_id") else 0,
        mesh=_finite(mesh),
        landmarks68=_finite(sparse),
        rotation=_rotation(recording, row),
        gaze=_gaze(recording, row),
    )


def _pts_of_row(recording: RecordingView, row: int, index: FrameIndex | None) -> int:
    """The row's PTS; a table of another program has frame numbers alone, and the video's index knows their PTS."""
    if recording.has("pts"):
        return int(recording.column("pts")[row])
    frame = int(recording.column("frame")[row])
    return int(index.pts[frame]) if index is not None and 0 <= frame < len(index) else -1


def _value(recording: RecordingView, name: str, row: int) -> float:
    return float(recording.column(name)[row]) if recording.has(name) else float("nan")


def _finite(landmarks: Landmarks | None) -> Landmarks | None:
    if landmarks is None or not np.isfinite(landmarks[0, :, :2]).all():
        return None
    only: Landmarks = landmarks[0]
    return only


def _rotation(recording: RecordingView, row: int) -> tuple[float, float, float] | None:
    x, y, z = (_value(recording, f"pose_R{axis}", row) for axis in "xyz")
    return (x, y, z) if np.isfinite([x, y, z]).all() else None


def _gaze(recording: RecordingView, row: int) -> npt.NDArray[np.float64] | None:
    vectors = np.array([[_value(recording, f"gaze_{eye}_{axis}", row) for axis in "xyz"] for eye in (0, 1)])
    return vectors if np.isfinite(vectors).all() else None
