"""A vlog's array as a recording.

136 numbers a row are 68 landmarks (`landmarks.order_of`). 171 are LMVD's, as its public code puts them together from
OpenFace: 17 action units, 136 landmark coordinates (all x, then all y; px), 12 of gaze (two vectors and six zeros) and
6 of pose. The units are presences in the order of DAIC-WOZ's files, without AU07; frames without a face hold the last
one's numbers, and short vlogs end in rows of zeros, which are cut off here.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lineament.datasets.checks import check_recording
from lineament.datasets.vlogs.landmarks import ORDERS, head_rotation, order_of, points_of
from lineament.datasets.vlogs.layout import POINTS_ONLY, open_array
from lineament.errors import RecordingError
from lineament.provenance import Provenance
from lineament.recording import GAZE_ANGLE_FORMULA, Recording, group
from lineament.recording.importing import derive_gaze_angles, face_summary, imported_recording
from lineament.recording.schema import AnyArray

FloatArray = npt.NDArray[np.float64]

RATES = {136: 1.0, 171: 5.0}
"""Rows a second: one, or every sixth frame of thirty."""

UNITS_171 = tuple(f"AU{n:02d}_c" for n in (1, 2, 4, 5, 6, 9, 10, 12, 14, 15, 17, 20, 25, 26, 23, 28, 45))
GAZE_171 = group("gaze")[:6]
POINTS_171, GAZE_AT, POSE_AT = slice(17, 153), slice(153, 159), slice(165, 171)
ROTATION_FORMULA = "pose_R: scaled orthography, the template's still points on the 68 landmarks"
_REMEDY = "Copy the file again from where the corpus came."


@dataclass(frozen=True)
class Vlogs:
    """Reads the i-th file; a class and no closure, so that worker processes can be given it.

    rows: how many of each file's rows count. extractor: what to call the files' origin.
    """

    files: tuple[Path, ...]
    rows: tuple[int, ...]
    extractor: str
    simulated: bool

    def __call__(self, i: int) -> Recording:
        path = self.files[i]
        array = np.array(open_array(path)[: self.rows[i]], dtype=np.float64)
        recording = _recording(path, array, self.extractor, self.simulated)
        check_recording(recording, lambda _: path)
        return recording


def _recording(path: Path, array: FloatArray, extractor: str, simulated: bool) -> Recording:
    """Raises `RecordingError` when the array has no rows or is not what it should be."""
    columns: dict[str, AnyArray]
    if array.shape[1] == POINTS_ONLY:
        columns, points, settings = _points_only(path, array)
    else:
        array = array[: int(np.flatnonzero(array.any(axis=1)).max(initial=-1)) + 1]
        columns, points, settings = _with_units(path, array)
    n, rate = len(array), RATES[array.shape[1]]
    if n == 0:
        raise RecordingError("the vlog has no rows", path=path, remedy="Leave this session out of the labels.")
    found = np.asarray(columns["success"], dtype=np.bool_)
    columns |= {
        "frame": np.arange(n, dtype=np.int32),
        "timestamp": np.arange(n) / rate,
        "face_id": np.zeros(n, dtype=np.int16),
        "confidence": found.astype(np.float32),
    }
    for name, values in columns.items():
        if values.dtype == np.float32 and name != "confidence":
            values[~found] = np.nan
    said = {"file": path.name, "clock": f"{rate:g} rows a second, the corpus's", **settings}
    summary = face_summary(columns, points)
    provenance = Provenance(extractor, "", simulated=simulated, settings=said)
    return imported_recording(columns, provenance, (), points, None, (summary,) if summary else ())


def _points_only(
    path: Path, array: FloatArray
) -> tuple[dict[str, AnyArray], npt.NDArray[np.float32], dict[str, object]]:
    """Landmarks and the rotation that follows from them; rows of one number have no face."""
    found = np.isfinite(array).all(axis=1) & (np.ptp(array, axis=1) > 0)
    order = order_of(array[found]) if found.any() else ORDERS[0]
    if order is None:
        raise RecordingError("the 136 numbers of a row are not 68 landmarks of a face", path=path, remedy=_REMEDY)
    points = points_of(array, order)
    points[~found] = np.nan
    rotation = head_rotation(points)
    columns: dict[str, AnyArray] = {f"pose_R{axis}": rotation[:, k].copy() for k, axis in enumerate("xyz")}
    return {**columns, "success": found}, points, {"landmarks": order, "rotation": ROTATION_FORMULA}


def _with_units(
    path: Path, array: FloatArray
) -> tuple[dict[str, AnyArray], npt.NDArray[np.float32], dict[str, object]]:
    found = np.isfinite(array).all(axis=1) & array.any(axis=1)
    units = array[found, : len(UNITS_171)]
    if not np.isin(units, (0.0, 1.0)).all():
        raise RecordingError(
            "the first 17 numbers of a row are not all 0 or 1, as LMVD's action units are", path=path, remedy=_REMEDY
        )
    columns: dict[str, AnyArray] = {name: (array[:, k] > 0.5) & found for k, name in enumerate(UNITS_171)}
    for names, at in ((GAZE_171, GAZE_AT), (group("pose"), POSE_AT)):
        columns |= {name: array[:, at][:, k].astype(np.float32) for k, name in enumerate(names)}
    derive_gaze_angles(columns)
    points = points_of(array[:, POINTS_171], ORDERS[0])
    return {**columns, "success": found}, points, {"gaze_angle": GAZE_ANGLE_FORMULA, "landmarks": ORDERS[0]}
