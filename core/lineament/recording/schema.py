"""The typed column table: every column a recording may have, its type, its unit and what it belongs to.

Names are OpenFace's wherever OpenFace has one (OpenFace wiki, "Output format"); the rest are ours and say so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineament.face import AU_NAMES

SCHEMA_VERSION = 1
"""Version of the Parquet file's layout; raised whenever an older Lineament could misread a newer file."""

INTENSITY_UNITS = AU_NAMES
"""The 17 action units with an intensity, in OpenFace's order."""

PRESENCE_UNITS = tuple(sorted([*INTENSITY_UNITS, "AU28"]))
"""OpenFace reports AU28 (lip suck) as presence only; Lineament's own measurement has no AU28 column."""

N_MESH = 478
N_POINTS = 68

AnyArray = npt.NDArray[np.generic]


@dataclass(frozen=True)
class Column:
    """One scalar column. Float columns hold NaN where there is no face; others hold 0 or False there."""

    name: str
    dtype: np.dtype[np.generic]
    unit: str
    group: str
    meaning: str

    def lost(self, rows: int) -> AnyArray:
        """What stands in `rows` rows in which the face was not found."""
        fill = np.nan if self.dtype.kind == "f" else 0
        return np.full(rows, fill, dtype=self.dtype)


def _columns() -> Iterable[Column]:
    def column(name: str, dtype: type[np.generic], unit: str, group: str, meaning: str) -> Column:
        return Column(name, np.dtype(dtype), unit, group, meaning)

    yield column("frame", np.int32, "", "time", "rank of the frame's presentation time stamp, from 0")
    yield column("pts", np.int64, "time base", "time", "presentation time stamp")
    yield column("timestamp", np.float64, "s", "time", "seconds after the first frame")
    yield column("face_id", np.int16, "", "face", "whose row this is; steady over the whole video")
    yield column("confidence", np.float32, "0..1", "face", "the tracker's own confidence")
    yield column("success", np.bool_, "", "face", "the face was found in this frame")
    for eye, side in ((0, "left in the picture"), (1, "right in the picture")):
        for axis in "xyz":
            meaning = f"gaze of the eye on the {side}, camera frame"
            yield column(f"gaze_{eye}_{axis}", np.float32, "unit vector", "gaze", meaning)
    yield column("gaze_angle_x", np.float32, "rad", "gaze", "both eyes, left to right")
    yield column("gaze_angle_y", np.float32, "rad", "gaze", "both eyes, up to down")
    for eye in (0, 1):
        for axis in "xyz":
            yield column(
                f"gaze_h{eye}_{axis}", np.float32, "unit vector", "gaze_head", "gaze in the head's frame (CLNF)"
            )
    for axis in "xyz":
        yield column(f"pose_T{axis}", np.float32, "mm", "pose", "place of the head, camera frame, z away from it")
    for axis, turn in zip("xyz", ("pitch", "yaw", "roll"), strict=True):
        yield column(f"pose_R{axis}", np.float32, "rad", "pose", f"{turn}, OpenFace's signs")
    for unit in INTENSITY_UNITS:
        yield column(f"{unit}_r", np.float32, "0..5", "au_intensity", "intensity")
    for unit in PRESENCE_UNITS:
        yield column(f"{unit}_c", np.bool_, "", "au_presence", "present or not")
    yield column("eye_openness", np.float32, "0..1", "eyes", "both eyes, 1 is the person's own open eye")
    yield column("face_size", np.float32, "px", "quality", "distance of the outer eye corners")
    yield column(
        "sharpness", np.float32, "", "quality", "standard deviation of the Laplacian of the eye region at 128 x 48"
    )
    yield column("brightness", np.float32, "0..255", "quality", "mean green level of the face")
    yield column("visible", np.float32, "0..1", "quality", "share of the face inside the picture")
    yield column("occlusion", np.float32, "0..1", "quality", "hint that something covers the face")


COLUMNS: Mapping[str, Column] = {column.name: column for column in _columns()}
"""Every known scalar column by name, in the order of the file."""

REQUIRED = ("frame", "timestamp", "face_id", "confidence", "success")
"""Columns without which there is no recording."""

AU_COLUMNS = tuple(name for name, column in COLUMNS.items() if column.group in ("au_intensity", "au_presence"))


def group(name: str) -> tuple[str, ...]:
    """Names of a group's columns: time, face, gaze, gaze_head, pose, au_intensity, au_presence, eyes, quality."""
    return tuple(column.name for column in COLUMNS.values() if column.group == name)


def in_order(names: Iterable[str]) -> list[str]:
    """Known names in the file's order; raises `KeyError` naming the first that is unknown."""
    wanted = set(names)
    for name in wanted:
        if name not in COLUMNS:
            raise KeyError(f"{name} is not a column of a recording")
    return [name for name in COLUMNS if name in wanted]
