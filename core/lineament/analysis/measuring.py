"""From tracked faces to rows of columns: what must be kept at once, and what is derived from it in batches."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineament.face import (
    EXPRESSION_COLUMNS,
    GEOMETRY_COLUMNS,
    FaceObservation,
    FrameQuality,
    Neutral,
    NeutralEstimator,
    derive_expression,
    derive_geometry,
)
from lineament.recording import COLUMNS, MeshScale, Rows, group
from lineament.recording.rows import BLENDSHAPES
from lineament.recording.schema import N_MESH, AnyArray, in_order
from lineament.video import Frame

EVERY_FRAME = -1
"""face_id of the rows in a segment's file that stand for its frames, whoever is in them."""

MEASURED = tuple(in_order([*group("time"), *group("face"), *group("quality")]))
"""Columns that are kept of a segment beside the mesh."""

DERIVED = (*GEOMETRY_COLUMNS, *EXPRESSION_COLUMNS)
"""Columns made from the mesh and the person's neutral face, which only the whole recording shows."""

WHOLE = tuple(in_order([*MEASURED, *DERIVED]))

Size = tuple[int, int]


@dataclass(frozen=True)
class FoundFace:
    """One face of one frame, not yet measured."""

    frame: Frame
    face_id: int
    seen: FaceObservation
    quality: FrameQuality


@dataclass(frozen=True)
class Batch:
    """Some frames of a segment, in order: a row for each, and rows of all faces in them."""

    frames: Rows
    faces: Rows | None = None

    def of_face(self, face_id: int) -> Rows | None:
        """The rows of one face; None when it was not seen."""
        if self.faces is None:
            return None
        which = self.faces.columns["face_id"] == face_id
        return select(self.faces, which) if which.any() else None


def frame_rows(frames: Sequence[Frame]) -> Rows:
    """A row for each frame under the number `EVERY_FRAME`, as if no face was there."""
    n = len(frames)
    columns = {name: COLUMNS[name].lost(n) for name in MEASURED}
    columns["frame"] = np.array([frame.index for frame in frames], dtype=np.int32)
    columns["pts"] = np.array([frame.pts for frame in frames], dtype=np.int64)
    columns["timestamp"] = np.array([frame.time_s for frame in frames], dtype=np.float64)
    columns["face_id"] = np.full(n, EVERY_FRAME, dtype=np.int16)
    return Rows(columns, np.zeros((n, N_MESH, 3), dtype=np.int16))


def face_rows(faces: Sequence[FoundFace], scale: MeshScale, with_blendshapes: bool) -> Rows:
    """A row for each face, the columns of `MEASURED`, its mesh in the steps in which it is stored."""
    columns = dict(frame_rows([face.frame for face in faces]).columns)
    columns["face_id"] = np.array([face.face_id for face in faces], dtype=np.int16)
    columns["confidence"] = np.array([face.seen.confidence for face in faces], dtype=np.float32)
    columns["success"] = np.ones(len(faces), dtype=np.bool_)
    for name in group("quality"):
        columns[name] = np.array([getattr(face.quality, name) for face in faces], dtype=np.float32)
    arrays = {BLENDSHAPES: np.stack([_blendshapes(face.seen) for face in faces])} if with_blendshapes else {}
    return Rows(columns, scale.to_steps(np.stack([face.seen.landmarks for face in faces])), arrays)


@dataclass(frozen=True)
class Deriver:
    """Derives columns from stored meshes of one video, so that every number can be derived again from the file."""

    scale: MeshScale
    size: Size

    def derive(self, rows: Rows, neutral: Neutral | None, learner: NeutralEstimator | None = None) -> Rows:
        """Rows with a face, with the columns of `DERIVED`; expressions as if lost while no neutral is known.

        learner: an estimator of the neutral that is to learn from these rows.
        """
        pixels = self._pixels(rows)
        geometry = derive_geometry(pixels, self.size, neutral=neutral)
        blendshapes = rows.arrays.get(BLENDSHAPES)
        if learner is not None:
            learner.add(geometry.aligned, geometry.rotation, blendshapes)
        expression: dict[str, AnyArray] = {name: COLUMNS[name].lost(len(rows)) for name in EXPRESSION_COLUMNS}
        if neutral is not None:
            expression |= derive_expression(geometry.aligned, neutral, blendshapes)
        return rows.with_columns({**geometry.columns, **expression})

    def learn(self, rows: Rows, learner: NeutralEstimator) -> None:
        """Let the estimator of a neutral learn from rows with a face."""
        geometry = derive_geometry(self._pixels(rows), self.size)
        learner.add(geometry.aligned, geometry.rotation, rows.arrays.get(BLENDSHAPES))

    def _pixels(self, rows: Rows) -> npt.NDArray[np.float32]:
        if rows.mesh is None:
            raise ValueError("nothing can be derived from rows without a mesh")
        return self.scale.to_pixels(rows.mesh, np.ones(len(rows), dtype=np.bool_))


def in_every_frame(frames: Rows, face: Rows | None, face_id: int) -> Rows:
    """A row for each frame, with the face's values where it was seen; all columns of `WHOLE`."""
    n = len(frames)
    columns = {name: COLUMNS[name].lost(n) for name in WHOLE}
    mesh = np.zeros((n, N_MESH, 3), dtype=np.int16)
    arrays = {name: np.full((n, *values.shape[1:]), np.nan, dtype=np.float32) for name, values in frames.arrays.items()}
    if face is not None and face.mesh is not None:
        places = np.searchsorted(frames.columns["frame"].astype(np.int64), face.columns["frame"].astype(np.int64))
        for name, values in face.columns.items():
            columns[name][places] = values
        for name in arrays:
            arrays[name][places] = face.arrays[name]
        mesh[places] = face.mesh
    columns |= {name: frames.columns[name] for name in group("time")}
    columns["face_id"] = np.full(n, face_id, dtype=np.int16)
    return Rows(columns, mesh, arrays)


def select(rows: Rows, which: npt.NDArray[np.bool_]) -> Rows:
    return Rows(
        {name: values[which] for name, values in rows.columns.items()},
        None if rows.mesh is None else rows.mesh[which],
        {name: values[which] for name, values in rows.arrays.items()},
    )


def _blendshapes(seen: FaceObservation) -> npt.NDArray[np.float32]:
    return np.full(52, np.nan, dtype=np.float32) if seen.blendshapes is None else seen.blendshapes
