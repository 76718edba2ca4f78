"""DAIC-WOZ folders: `300_P/300_CLNF_AUs.txt` and its companions, written by an OpenFace of 2016.

The files are tables with blanks before their names: AUs (14 intensities, 6 presences), gaze (two eyes in the
camera's and in the head's frame), pose (mm, rad), features (68 points, px) and features3D (68 points, mm). 30 frames
a second.
"""

import re
from collections.abc import Mapping, Sequence
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
from lineament.recording.recording import Recording
from lineament.recording.schema import N_POINTS
from lineament.storage import atomic_file, make_folder

Numbers = Mapping[str, npt.NDArray[np.float64]]

CLNF_INTENSITIES = tuple(f"AU{n:02d}_r" for n in (1, 2, 4, 5, 6, 9, 10, 12, 14, 15, 17, 20, 25, 26))
CLNF_PRESENCES = tuple(f"AU{n:02d}_c" for n in (4, 12, 15, 23, 28, 45))

_GAZE = {f"{axis}_{eye}": f"gaze_{eye}_{axis}" for eye in (0, 1) for axis in "xyz"} | {
    f"{axis}_h{eye}": f"gaze_h{eye}_{axis}" for eye in (0, 1) for axis in "xyz"
}
_POSE = {f"T{axis}": f"pose_T{axis}" for axis in "xyz"} | {f"R{axis}": f"pose_R{axis}" for axis in "xyz"}
_AUS = {name: name for name in (*CLNF_INTENSITIES, *CLNF_PRESENCES)}
_POINTS = {f"{axis}{i}": f"{axis}{i}" for axis in "xy" for i in range(N_POINTS)}
_POINTS_3D = {f"{axis}{i}": f"{axis}{i}" for axis in "XYZ" for i in range(N_POINTS)}
_FILES: Mapping[str, Mapping[str, str]] = {
    "AUs": _AUS,
    "gaze": _GAZE,
    "pose": _POSE,
    "features": _POINTS,
    "features3D": _POINTS_3D,
}
_SPELLINGS = {"detection_success": "success", "timestamp(seconds)": "timestamp", "X": "Tx", "Y": "Ty", "Z": "Tz"}
_DECIMALS = {"AUs": 5, "gaze": 6, "pose": 6, "features": 3, "features3D": 3}


def read_clnf(path: Path, *, fps: float | None = None) -> Recording:
    """A recording from a DAIC-WOZ folder (`300_P`) or any one of its `300_CLNF_*.txt` files.

    At least one of AUs, gaze and pose must be there; features and features3D are read when they are. extractor is
    "openface-clnf". The gaze angles are derived (`GAZE_ANGLE_FORMULA`). All files must have the same frames.
    Raises `RecordingError` naming the file and what is missing.
    """
    folder, person = _find(path)
    kinds = [kind for kind in _FILES if _file(folder, person, kind).is_file()]
    if not {"AUs", "gaze", "pose"} & set(kinds):
        raise RecordingError(
            f"{person}_CLNF_AUs.txt, _gaze.txt and _pose.txt are all missing",
            path=folder,
            remedy="Unpack the whole folder of this session.",
        )
    tables = {kind: _read_table(_file(folder, person, kind), kind) for kind in kinds}
    first_kind = kinds[0]
    base = tables[first_kind]
    for kind, table in tables.items():
        if not np.array_equal(table["frame"], base["frame"]):
            raise RecordingError(
                f"its frames are not those of {person}_CLNF_{first_kind}.txt",
                path=_file(folder, person, kind),
                remedy="Unpack the folder of this session again: one of the files is cut short.",
            )
    return _assemble(_file(folder, person, first_kind), person, tables, base, fps)


def _assemble(path: Path, person: str, tables: Mapping[str, Numbers], base: Numbers, fps: float | None) -> Recording:
    frames = zero_based(path, base["frame"])
    if (np.diff(frames) <= 0).any():
        raise RecordingError("the frame numbers do not rise", path=path, remedy="Unpack the session again.")
    seconds, clock, warnings = usable_clock(path, frames, base["timestamp"], fps)
    measured = {"confidence": base["confidence"]}
    for kind in ("AUs", "gaze", "pose"):
        measured |= {
            ours: tables[kind][theirs] for theirs, ours in _FILES[kind].items() if theirs in tables.get(kind, {})
        }
    columns = typed_columns(measured, base["success"] > 0.5)
    columns["frame"] = frames.astype(np.int32)
    columns["timestamp"] = seconds
    columns["face_id"] = np.zeros(len(frames), dtype=np.int16)
    settings: dict[str, object] = {"session": person, "files": sorted(tables), "clock": clock}
    if derive_gaze_angles(columns):
        settings["gaze_angle"] = GAZE_ANGLE_FORMULA
    points = _points(tables["features"], "xy") if "features" in tables else None
    points3d = _points(tables["features3D"], "XYZ") if "features3D" in tables else None
    summary = face_summary(columns, points)
    provenance = Provenance("openface-clnf", "1.x (2016)", settings=settings)
    return imported_recording(columns, provenance, warnings, points, points3d, (summary,) if summary else ())


def _points(table: Numbers, axes: str) -> npt.NDArray[np.float32]:
    by_axis = [np.stack([table[f"{axis}{i}"] for i in range(N_POINTS)], axis=1) for axis in axes]
    return np.stack(by_axis, axis=2).astype(np.float32)


def _read_table(path: Path, kind: str) -> dict[str, npt.NDArray[np.float64]]:
    header = [_SPELLINGS.get(name, name) for name in read_header(path)]
    if kind in ("features", "features3D"):
        header = [re.sub(r"^([xyXYZ])_(\d+)$", r"\1\2", name) for name in header]
    needed = ["frame", "timestamp", "confidence", "success"]
    wanted = [name for name in _FILES[kind] if name in header] if kind == "AUs" else list(_FILES[kind])
    if kind == "gaze":
        wanted = [name for name in wanted if "h" not in name or name in header]
    require(path, header, [*needed, *wanted] if wanted else [*needed, *CLNF_INTENSITIES])
    return read_numbers(path, header, [*needed, *wanted])


def _find(path: Path) -> tuple[Path, str]:
    """The folder and the number of the session."""
    files = [path] if path.is_file() else sorted(path.glob("*_CLNF_*.txt"))
    matches = [re.match(r"(.+)_CLNF_(AUs|gaze|pose|features|features3D)\.txt$", file.name) for file in files]
    persons = sorted({match[1] for match in matches if match})
    if len(persons) != 1:
        what = (
            "no CLNF files are there" if not persons else f"files of several sessions are there ({', '.join(persons)})"
        )
        raise RecordingError(what, path=path, remedy="Open one session's folder of DAIC-WOZ, such as 300_P.")
    return (path.parent if path.is_file() else path), persons[0]


def _file(folder: Path, person: str, kind: str) -> Path:
    return folder / f"{person}_CLNF_{kind}.txt"


def write_clnf(recording: Recording, folder: Path, person: str) -> Path:
    """Write `folder/<person>_P/<person>_CLNF_*.txt` in the form of DAIC-WOZ; returns the session's folder.

    Files whose columns the recording lacks are left out; gaze in the head's frame is written only where it is known.
    Rows without a face hold zeros and success 0. Raises `StorageError`.
    """
    session = folder / f"{person}_P"
    make_folder(session)
    for kind, names in _FILES.items():
        table = _columns_of(recording, kind, names)
        if table:
            _write_table(_file(session, person, kind), recording, kind, table)
    return session


def _columns_of(recording: Recording, kind: str, names: Mapping[str, str]) -> dict[str, npt.NDArray[np.float64]]:
    if kind in ("features", "features3D"):
        read = recording.landmarks68 if kind == "features" else recording.landmarks3d
        points = read(0, recording.n_rows)
        if points is None:
            return {}
        axes = "xy" if kind == "features" else "XYZ"
        return {
            f"{axis}{i}": points[:, i, a].astype(np.float64) for a, axis in enumerate(axes) for i in range(N_POINTS)
        }
    return {theirs: recording.column(ours).astype(np.float64) for theirs, ours in names.items() if recording.has(ours)}


def _write_table(path: Path, recording: Recording, kind: str, table: Numbers) -> None:
    heads = ["frame", "timestamp", "confidence", "success"]
    formats = ["%d", "%.4f", "%.3f", "%d", *_formats(kind, list(table))]
    numbers = [
        recording.column("frame").astype(np.float64) + 1,
        recording.time_s,
        recording.column("confidence").astype(np.float64),
        recording.column("success").astype(np.float64),
        *table.values(),
    ]
    rows = np.nan_to_num(np.stack(numbers, axis=1))
    line = ", ".join(formats) + "\n"
    with atomic_file(path) as stream:
        stream.write((", ".join([*heads, *table]) + "\n").encode())
        for row in rows:
            stream.write((line % tuple(row)).encode())


def _formats(kind: str, names: Sequence[str]) -> list[str]:
    return ["%d" if name.endswith("_c") else f"%.{_DECIMALS[kind]}f" for name in names]
