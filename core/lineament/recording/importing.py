"""What all imports from other programs share: clocks that cannot be trusted, lost rows, gaze angles, summaries."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lineament.errors import RecordingError
from lineament.provenance import Provenance
from lineament.recording.facts import RecordingFacts
from lineament.recording.recording import Recording
from lineament.recording.schema import COLUMNS, AnyArray
from lineament.recording.view import FaceSummary

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

ASSUMED_FPS = 30.0
"""The rate of DAIC-WOZ and of most web cameras; used, and said, where a file's clock cannot be (our choice)."""

FASTEST_FPS = 300.0
"""Above it a clock is taken to be broken: old OpenFace wrote 1 ms steps when it did not know the rate (our choice)."""

GAZE_ANGLE_FORMULA = "gaze_angle_x = atan2(vx, -vz), gaze_angle_y = atan2(vy, -vz), v = mean of both gaze vectors"
"""OpenFace's own definition of the angles (camera's frame, z away from the camera), in radians."""


def usable_clock(
    path: Path, frames: npt.NDArray[np.int64], seconds: FloatArray, fps: float | None
) -> tuple[FloatArray, str, tuple[str, ...]]:
    """Seconds of each row after the first frame, what they rest on, and warnings.

    With `fps` the clock is made from the frame numbers. Without, the file's own is used unless it does not rise, or
    rises faster than any camera; then 30 frames a second are assumed and a warning says so.
    """
    from_frames = (frames - frames[0]).astype(np.float64)
    if fps is not None:
        return from_frames / fps, f"{fps:g} frames a second, given by the user", ()
    if len(frames) < 2:
        return np.zeros(len(frames)), "the file", ()
    per_frame = np.diff(seconds) / np.diff(frames)
    if np.isfinite(seconds).all() and (per_frame > 0).all() and np.median(per_frame) >= 1 / FASTEST_FPS:
        return seconds - seconds[0], "the file", ()
    rate = f"{1000 * float(np.nanmedian(per_frame)):g} ms a frame" if np.isfinite(per_frame).any() else "no times"
    warning = (
        f"{path.name}: the clock of this file cannot be right ({rate}), so {ASSUMED_FPS:g} frames a second are "
        "assumed; durations and rates hold only if that is so."
    )
    return from_frames / ASSUMED_FPS, f"assumed {ASSUMED_FPS:g} frames a second", (warning,)


def zero_based(path: Path, numbers: FloatArray) -> npt.NDArray[np.int64]:
    """Ranks from the file's frame numbers, which count from 1 (a file that starts at 0 counts from 0)."""
    if not np.isfinite(numbers).all():
        raise RecordingError("some rows have no frame number", path=path, remedy="Export the file again.")
    frames = numbers.astype(np.int64)
    return frames if frames.min() == 0 else frames - 1


def typed_columns(values: Mapping[str, FloatArray], success: BoolArray) -> dict[str, AnyArray]:
    """Known scalar columns in their own types; what was measured counts as lost where `success` is False."""
    columns: dict[str, AnyArray] = {}
    for name, numbers in values.items():
        column = COLUMNS[name]
        if column.dtype.kind == "f" and name not in ("timestamp", "confidence"):
            columns[name] = np.where(success, numbers, np.nan).astype(column.dtype)
        elif column.dtype.kind == "b":
            columns[name] = (np.nan_to_num(numbers) > 0.5) & success
        else:
            columns[name] = np.nan_to_num(numbers).astype(column.dtype)
    columns["success"] = success
    return columns


def derive_gaze_angles(columns: dict[str, AnyArray]) -> bool:
    """Add `gaze_angle_x` and `_y` where a file has the vectors but not the angles; True when it did."""
    vectors = [f"gaze_{eye}_{axis}" for eye in (0, 1) for axis in "xyz"]
    if "gaze_angle_x" in columns or any(name not in columns for name in vectors):
        return False
    x, y, z = (
        (columns[f"gaze_0_{axis}"].astype(np.float64) + columns[f"gaze_1_{axis}"].astype(np.float64)) / 2
        for axis in "xyz"
    )
    columns["gaze_angle_x"] = np.arctan2(x, -z).astype(np.float32)
    columns["gaze_angle_y"] = np.arctan2(y, -z).astype(np.float32)
    return True


def imported_recording(
    columns: dict[str, AnyArray],
    provenance: Provenance,
    warnings: tuple[str, ...],
    points: npt.NDArray[np.float32] | None,
    points3d: npt.NDArray[np.float32] | None,
    faces: tuple[FaceSummary, ...],
) -> Recording:
    """A recording of one face of another program's file; `faces` says which others there are."""
    lost = ~columns["success"].astype(np.bool_)
    for array in (points, points3d):
        if array is not None:
            array[lost] = np.nan
    face = int(columns["face_id"][0])
    facts = RecordingFacts(provenance, faces=faces, participant=face, warnings=warnings)
    return Recording.from_columns(columns, facts.meta(), landmarks68=points, landmarks3d=points3d)


def face_summary(columns: Mapping[str, AnyArray], points: npt.NDArray[np.float32] | None) -> FaceSummary | None:
    """Summary of one face; mean_size from the outer eye corners (points 36 and 45), NaN without landmarks."""
    success = columns["success"].astype(np.bool_)
    if not success.any():
        return None
    times = columns["timestamp"][success].astype(np.float64)
    size = float("nan")
    if points is not None:
        size = float(np.linalg.norm(points[success, 36] - points[success, 45], axis=1).mean())
    return FaceSummary(int(columns["face_id"][0]), int(success.sum()), float(times[0]), float(times[-1]), size)
