"""DAIC-WOZ folders: `300_P/300_CLNF_AUs.txt` and its companions, written by an OpenFace of 2016.

The files are tables with blanks before their names: AUs (14 intensities, 6 presences), gaze (two eyes in the
camera's and in the head's frame), pose (mm, rad), features (68 points, px) and features3D (68 points, mm). 30 frames
a second.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

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
from lineament.recording.view import RecordingView
from lineament.storage import atomic_file, make_folder

Numbers = Mapping[str, npt.NDArray[np.float64]]

CLNF_EXTRACTOR = "openface-clnf"
"""The extractor of every file of this form; all known ones come with DAIC-WOZ."""

ORIGIN = "lineament_origin.json"
"""Name of the file beside sessions written by Lineament that says whose they are, and whether they are simulated."""

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
_ROWS_AT_ONCE = 200
_DECIMALS = {"AUs": 5, "gaze": 6, "pose": 6, "features": 3, "features3D": 3}


def read_clnf(path: Path, *, fps: float | None = None, landmarks3d: bool = True) -> Recording:
    """A recording from a DAIC-WOZ folder (`300_P`) or any one of its `300_CLNF_*.txt` files.

    At least one of AUs, gaze and pose must be there; features and, unless `landmarks3d` is False, features3D are read
    when they are. extractor is `CLNF_EXTRACTOR`, behind "simulated/" where an `ORIGIN` file beside the sessions says
    so. The gaze angles are derived (`GAZE_ANGLE_FORMULA`). All files must have the same frames. Where frames with a
    face lack numbers, a warning names file and columns.
    Raises `RecordingError` naming the file and what is missing.
    """
    folder, person = _find(path)
    wanted = [kind for kind in _FILES if landmarks3d or kind != "features3D"]
    kinds = [kind for kind in wanted if clnf_file(folder, person, kind).is_file()]
    if not {"AUs", "gaze", "pose"} & set(kinds):
        raise RecordingError(
            f"{person}_CLNF_AUs.txt, _gaze.txt and _pose.txt are all missing",
            path=folder,
            remedy="Unpack the whole folder of this session.",
        )
    tables = {kind: _read_table(clnf_file(folder, person, kind), kind) for kind in kinds}
    first_kind = kinds[0]
    base = tables[first_kind]
    for kind, table in tables.items():
        if not np.array_equal(table["frame"], base["frame"]):
            raise RecordingError(
                f"its frames are not those of {person}_CLNF_{first_kind}.txt",
                path=clnf_file(folder, person, kind),
                remedy="Unpack the folder of this session again: one of the files is cut short.",
            )
    return _assemble(clnf_file(folder, person, first_kind), person, tables, base, fps)


def is_simulated(folder: Path) -> bool:
    """Whether an `ORIGIN` file in this folder or the one around it says that no filmed persons are behind its files.

    Raises `RecordingError` when there is one that cannot be read: simulated behaviour must never pass for real.
    """
    for place in (folder, folder.parent):
        path = place / ORIGIN
        if path.is_file():
            return bool(read_origin(path)["simulated"])
    return False


def read_origin(path: Path) -> dict[str, Any]:
    """What an `ORIGIN` file says, "simulated" at least; raises `RecordingError` when it is not one."""
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(facts, dict) and isinstance(facts.get("simulated"), bool):
            return facts
        reason = "it does not say whether its sessions are simulated"
    except (OSError, ValueError) as error:
        reason = str(error)
    raise RecordingError(
        f"the file that says where these sessions come from cannot be read ({reason})",
        path=path,
        remedy="Write the folder again, or delete this file if it holds recordings of filmed persons.",
    )


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
    success = base["success"] > 0.5
    warnings += _holes(path.parent, person, tables, success)
    columns = typed_columns(measured, success)
    columns["frame"] = frames.astype(np.int32)
    columns["timestamp"] = seconds
    columns["face_id"] = np.zeros(len(frames), dtype=np.int16)
    settings: dict[str, object] = {"session": person, "files": sorted(tables), "clock": clock}
    if derive_gaze_angles(columns):
        settings["gaze_angle"] = GAZE_ANGLE_FORMULA
    points = _points(tables["features"], "xy") if "features" in tables else None
    points3d = _points(tables["features3D"], "XYZ") if "features3D" in tables else None
    summary = face_summary(columns, points)
    simulated = is_simulated(path.parent)
    extractor = f"simulated/{CLNF_EXTRACTOR}" if simulated else CLNF_EXTRACTOR
    provenance = Provenance(extractor, "1.x (2016)", simulated=simulated, settings=settings)
    return imported_recording(columns, provenance, warnings, points, points3d, (summary,) if summary else ())


def _holes(folder: Path, person: str, tables: Mapping[str, Numbers], success: npt.NDArray[np.bool_]) -> tuple[str, ...]:
    """A warning for each file with frames that have a face but not every number ("-1.#IND" in old OpenFace)."""
    warnings = []
    for kind, table in tables.items():
        rows, names = np.zeros(len(success), dtype=np.bool_), []
        for name in (name for name in _FILES[kind] if name in table):
            hole = success & ~np.isfinite(table[name])
            if hole.any():
                names.append(name)
                rows |= hole
        if names:
            shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more columns" if len(names) > 4 else "")
            path = clnf_file(folder, person, kind)
            warnings.append(f"{path.name}: {rows.sum():,} frames that show a face hold no number in {shown}.")
    return tuple(warnings)


def _points(table: Numbers, axes: str) -> npt.NDArray[np.float32]:
    points = np.empty((len(table["frame"]), N_POINTS, len(axes)), dtype=np.float32)
    for a, axis in enumerate(axes):
        for i in range(N_POINTS):
            points[:, i, a] = table[f"{axis}{i}"]
    return points


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


def clnf_file(folder: Path, person: str, kind: str) -> Path:
    """Where a session's file of a kind lies: AUs, gaze, pose, features, features3D."""
    return folder / f"{person}_CLNF_{kind}.txt"


def write_clnf(recording: RecordingView, folder: Path, person: str) -> Path:
    """Write `folder/<person>_P/<person>_CLNF_*.txt` in the form of DAIC-WOZ; returns the session's folder.

    Files whose columns the recording lacks are left out; gaze in the head's frame is written only where it is known.
    Rows without a face hold zeros and success 0. Raises `StorageError`.
    """
    session = folder / f"{person}_P"
    make_folder(session)
    for kind, names in _FILES.items():
        layout = [theirs for theirs, ours in names.items() if _has(recording, kind, ours)]
        if layout:
            _write_table(clnf_file(session, person, kind), recording, kind, layout)
    return session


def _has(recording: RecordingView, kind: str, ours: str) -> bool:
    if kind in ("features", "features3D"):
        return _landmarks(recording, kind, 0, 1) is not None
    return recording.has(ours)


def _landmarks(recording: RecordingView, kind: str, start: int, stop: int) -> npt.NDArray[np.float32] | None:
    """float32[n, 68, 2] px or float32[n, 68, 3] mm."""
    if kind == "features":
        return recording.landmarks68(start, stop)
    return recording.landmarks3d(start, stop) if isinstance(recording, Recording) else None


def _write_table(path: Path, recording: RecordingView, kind: str, layout: Sequence[str]) -> None:
    heads = ["frame", "timestamp", "confidence", "success"]
    formats = ["%d", "%.4f", "%.3f", "%d", *_formats(kind, layout)]
    line = ", ".join(formats) + "\n"
    with atomic_file(path) as stream:
        stream.write((", ".join([*heads, *layout]) + "\n").encode())
        for start in range(0, recording.n_rows, _ROWS_AT_ONCE):
            rows = _numbers(recording, kind, layout, start, min(start + _ROWS_AT_ONCE, recording.n_rows))
            stream.write((line * len(rows) % tuple(rows.ravel().tolist())).encode())


def _numbers(
    recording: RecordingView, kind: str, layout: Sequence[str], start: int, stop: int
) -> npt.NDArray[np.float64]:
    """float64[rows, 4 + layout]: frame from 1, seconds, confidence, success and the columns; zeros where lost."""
    head = [
        recording.column("frame")[start:stop].astype(np.float64) + 1,
        recording.time_s[start:stop],
        *(recording.column(name)[start:stop].astype(np.float64) for name in ("confidence", "success")),
    ]
    points = _landmarks(recording, kind, start, stop) if kind in ("features", "features3D") else None
    if points is None:
        body = [recording.column(_FILES[kind][name])[start:stop].astype(np.float64) for name in layout]
    else:  # all x first, then all y
        body = list(points.astype(np.float64).transpose(2, 1, 0).reshape(-1, len(points)))
    numbers: npt.NDArray[np.float64] = np.nan_to_num(np.stack([*head, *body], axis=1))
    return numbers


def _formats(kind: str, names: Sequence[str]) -> list[str]:
    return ["%d" if name.endswith("_c") else f"%.{_DECIMALS[kind]}f" for name in names]
