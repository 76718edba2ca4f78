"""OpenFace CSV files: reading any 1.x or 2.x, writing 2.x."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lineament.errors import RecordingError
from lineament.provenance import Provenance
from lineament.recording.csv_table import read_header, read_numbers, require
from lineament.recording.importing import (
    GAZE_ANGLE_FORMULA,
    derive_gaze_angles,
    face_summary,
    imported_recording,
    typed_columns,
    usable_clock,
    zero_based,
)
from lineament.recording.openface_layout import OPENFACE_COLUMNS, POINTS_2D, POINTS_3D
from lineament.recording.recording import Recording
from lineament.recording.schema import COLUMNS, N_POINTS, AnyArray, group
from lineament.recording.view import FaceSummary, RecordingView
from lineament.storage import atomic_file

FloatArray = npt.NDArray[np.float32]
Numbers = dict[str, npt.NDArray[np.float64]]

_NEEDED = ("frame", "timestamp", "confidence", "success")
_ROWS_AT_ONCE = 2000


def read_openface_csv(path: Path, face: int | None = None, *, fps: float | None = None) -> Recording:
    """One face of an OpenFace CSV, 2.x or 1.x: the one with most rows unless another is named.

    Columns are taken by name, blanks in names forgiven. What OpenFace wrote in rows without a face (zeros) becomes NaN.
    Where the file has gaze vectors but no angles these are derived (`GAZE_ANGLE_FORMULA`); where its clock cannot be
    right, 30 frames a second are assumed and `meta.warnings` says so, unless `fps` is given. Eye landmarks and shape
    parameters (eye_lmk_*, p_*) are not kept. extractor is "openface"; extractor_version says what the file shows:
    "2.x" or "1.x".

    Raises `RecordingError` when the file is not such a table, columns are missing or the face is not in it.
    """
    header = read_header(path)
    require(path, header, _NEEDED)
    measured = [name for name in header if name in COLUMNS and COLUMNS[name].group not in ("time", "face", "quality")]
    if not measured:
        require(path, header, [*group("pose"), *group("gaze")[:6], "AU01_r"])
    points = [names for names in (POINTS_2D, POINTS_3D) if set(names) <= set(header)]
    face_ids = ["face_id"] if "face_id" in header else []
    wanted = [*_NEEDED, *face_ids, *measured, *(name for names in points for name in names)]
    numbers = read_numbers(path, header, list(dict.fromkeys(wanted)))
    return _one_face(path, numbers, measured, face, fps, version="2.x" if face_ids else "1.x")


def _one_face(
    path: Path, numbers: Numbers, measured: Sequence[str], face: int | None, fps: float | None, version: str
) -> Recording:
    frames = zero_based(path, numbers["frame"])
    success = numbers["success"] > 0.5
    ids = (
        np.nan_to_num(numbers["face_id"]).astype(np.int64)
        if "face_id" in numbers
        else np.zeros(len(frames), dtype=np.int64)
    )
    chosen = _choose(path, ids, success, face)
    every_frame, first_rows = np.unique(frames, return_index=True)
    seconds, clock, warnings = usable_clock(path, every_frame, numbers["timestamp"][first_rows], fps)
    summaries = []
    for one in np.unique(ids):
        columns, points, points3d = _face_columns(
            numbers, measured, ids == one, frames, success, every_frame, seconds, int(one)
        )
        summary = face_summary(columns, points)
        summaries += [summary] if summary else []
        if one == chosen:
            kept = columns, points, points3d
    if len(summaries) > 1:
        warnings += (_several(path, summaries, chosen),)
    columns, points, points3d = kept
    settings: dict[str, object] = {"file": path.name, "clock": clock}
    if derive_gaze_angles(columns):
        settings["gaze_angle"] = GAZE_ANGLE_FORMULA
    provenance = Provenance("openface", version, settings=settings)
    return imported_recording(columns, provenance, warnings, points, points3d, tuple(summaries))


def _face_columns(
    numbers: Numbers,
    measured: Sequence[str],
    of_face: npt.NDArray[np.bool_],
    frames: npt.NDArray[np.int64],
    success: npt.NDArray[np.bool_],
    every_frame: npt.NDArray[np.int64],
    seconds: npt.NDArray[np.float64],
    face: int,
) -> tuple[dict[str, AnyArray], FloatArray | None, FloatArray | None]:
    """Columns and landmarks of one face with a row for every frame of the file, lost where it has none."""
    rows = np.flatnonzero(of_face)
    _, first = np.unique(frames[rows], return_index=True)  # face_id may repeat within a frame: the first row counts
    rows = rows[first]
    places = np.searchsorted(every_frame, frames[rows])
    n = len(every_frame)

    def spread(name: str) -> npt.NDArray[np.float64]:
        values = np.full(n, np.nan)
        values[places] = numbers[name][rows]
        return values

    found = np.zeros(n, dtype=np.bool_)
    found[places] = success[rows]
    columns = typed_columns({name: spread(name) for name in ("confidence", *measured)}, found)
    columns["frame"] = every_frame.astype(np.int32)
    columns["timestamp"] = seconds
    columns["face_id"] = np.full(n, face, dtype=np.int16)
    points = _points([spread(name) for name in POINTS_2D]) if POINTS_2D[0] in numbers else None
    points3d = _points([spread(name) for name in POINTS_3D]) if POINTS_3D[0] in numbers else None
    for array in (points, points3d):
        if array is not None:
            array[~found] = np.nan
    return columns, points, points3d


def _points(by_axis: list[npt.NDArray[np.float64]]) -> FloatArray:
    """float32[n, 68, axes] from columns that name all x first."""
    stacked = np.stack(by_axis, axis=1).astype(np.float32)
    return np.ascontiguousarray(stacked.reshape(len(stacked), -1, N_POINTS).transpose(0, 2, 1))


def _choose(path: Path, ids: npt.NDArray[np.int64], success: npt.NDArray[np.bool_], face: int | None) -> int:
    there, counts = np.unique(ids[success] if success.any() else ids, return_counts=True)
    if face is None:
        return int(there[np.argmax(counts)])
    if face not in np.unique(ids):
        known = ", ".join(str(one) for one in np.unique(ids))
        raise RecordingError(f"face {face} is not in this file", path=path, remedy=f"Choose one of its faces: {known}.")
    return face


def _several(path: Path, faces: Sequence[FaceSummary], chosen: int) -> str:
    return (
        f"{path.name}: the file has {len(faces)} faces and OpenFace does not keep their numbers steady; "
        f"face {chosen} is shown, and may be more than one person."
    )


def write_openface_csv(recording: RecordingView, path: Path) -> Path:
    """Write one face as an OpenFace 2.x CSV: its order, units, decimals and frames from 1; returns the path.

    Columns we cannot fill (eye_lmk_*, p_*, AU28_c, and X Y Z where there are none) are left out. Rows without a face
    hold zeros and success 0, as OpenFace writes them. Raises `StorageError`.
    """
    has_points = recording.landmarks68(0, 1) is not None
    has_3d = isinstance(recording, Recording) and recording.landmarks3d(0, 1) is not None
    filled = {*POINTS_2D} if has_points else set()
    filled |= {*POINTS_3D} if has_3d else set()
    layout = [column for column in OPENFACE_COLUMNS if column.name in filled or recording.has(column.name)]
    names = [column.name for column in layout]
    row_format = ",".join(f"%.{column.decimals}f" for column in layout)
    with atomic_file(path) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
        csv.writer(text, lineterminator="\n").writerow(names)
        for start in range(0, recording.n_rows, _ROWS_AT_ONCE):
            table = _numbers(recording, start, min(start + _ROWS_AT_ONCE, recording.n_rows), names)
            text.write("".join(row_format % tuple(row) + "\n" for row in table))
        text.flush()
        text.detach()
    return path


def _numbers(recording: RecordingView, start: int, stop: int, names: Sequence[str]) -> npt.NDArray[np.float64]:
    """float64[rows, names] as OpenFace writes them."""
    values: dict[str, npt.NDArray[np.float64]] = {
        name: recording.column(name)[start:stop].astype(np.float64) for name in names if recording.has(name)
    }
    values["frame"] = values["frame"] + 1
    points = recording.landmarks68(start, stop)
    if points is not None:
        values |= {
            f"{axis}_{i}": points[:, i, a].astype(np.float64) for a, axis in enumerate("xy") for i in range(N_POINTS)
        }
    points3d = recording.landmarks3d(start, stop) if isinstance(recording, Recording) else None
    if points3d is not None:
        values |= {
            f"{axis}_{i}": points3d[:, i, a].astype(np.float64) for a, axis in enumerate("XYZ") for i in range(N_POINTS)
        }
    return np.nan_to_num(np.stack([values[name] for name in names], axis=1))
