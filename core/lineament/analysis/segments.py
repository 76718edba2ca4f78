"""One segment's rows: gathered frame by frame, measured in batches, saved as one file, read back by face."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from lineament.analysis.measuring import EVERY_FRAME, MEASURED, Batch, FoundFace, face_rows, frame_rows, select
from lineament.analysis.partial import Partial
from lineament.analysis.watching import FrameWatcher
from lineament.errors import RecordingError
from lineament.face import FaceObservation, IdentityTracker, frame_quality
from lineament.recording import MeshScale, RecordingFacts, Rows
from lineament.recording.parquet import RecordingFile, recording_file
from lineament.recording.rows import BLENDSHAPES, Layout, join
from lineament.video import Frame

BATCH_FRAMES = 64
"""Frames measured together: large enough for arrays to pay, small enough for a window to follow (our choice)."""


class SegmentBuilder:
    """The segment that is being measured. `identities` goes on from segment to segment."""

    def __init__(
        self,
        scale: MeshScale,
        with_blendshapes: bool,
        identities: IdentityTracker,
        watcher: FrameWatcher | None = None,
    ) -> None:
        self._scale = scale
        self._with_blendshapes = with_blendshapes
        self._identities = identities
        self._watcher = watcher
        self._frames: list[Frame] = []
        self._found: list[FoundFace] = []
        self._batches: list[Batch] = []

    def add(self, frame: Frame, faces: Sequence[FaceObservation]) -> Batch | None:
        """Add a frame; the batch that it completes."""
        numbers = self._identities.assign(faces, frame.time_s)
        if self._watcher is not None:
            self._watcher.see(frame, numbers, faces)
        light = Frame(frame.index, frame.pts, frame.time_s, frame.image[:0])
        self._frames.append(light)
        for number, seen in zip(numbers, faces, strict=True):
            quality = frame_quality(frame.image, seen.landmarks)
            self._found.append(FoundFace(light, number, seen, quality))
        return self.flush() if len(self._frames) >= BATCH_FRAMES else None

    def flush(self) -> Batch | None:
        """Complete the batch that waits; None when nothing does."""
        if not self._frames:
            return None
        batch = Batch(frame_rows(self._frames))
        if self._found:
            batch = Batch(batch.frames, face_rows(self._found, self._scale, self._with_blendshapes))
        self._batches.append(batch)
        self._frames, self._found = [], []
        return batch

    def save(self, path: Path, facts: RecordingFacts, segment: int) -> None:
        """Write the segment's file; raises `StorageError`."""
        layout = Layout(MEASURED, self._scale, (BLENDSHAPES,) if self._with_blendshapes else ())
        with recording_file(path, layout) as writer:
            if self._batches:
                writer.write(_with_arrays(join([batch.frames for batch in self._batches]), layout))
            found = [batch.faces for batch in self._batches if batch.faces is not None]
            if found:
                faces = join(found)
                for face in np.unique(faces.columns["face_id"]):
                    writer.write(select(faces, faces.columns["face_id"] == face))
            writer.finish(facts.with_extra(segment=segment, identities=self._identities.to_json()))


def _with_arrays(rows: Rows, layout: Layout) -> Rows:
    lost = {name: np.full((len(rows), 52), np.nan, dtype=np.float32) for name in layout.arrays}
    return Rows(rows.columns, rows.mesh, lost)


class Segment:
    """A finished segment on disk. Its file is open only while rows are read: an hour has more segments than some
    systems let a process open files.

    Raises `RecordingError` where the file is missing or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with closing(RecordingFile(path)) as file:
            self._extra = file.facts.extra
            self._rows_of = {face: sum(map(file.group_rows, file.groups(face))) for face in file.faces}
            self.has_blendshapes = BLENDSHAPES in file.arrays

    @property
    def identities(self) -> Mapping[str, Any]:
        """State of the faces' numbers at the segment's end."""
        state: Mapping[str, Any] = self._extra["identities"]
        return state

    @property
    def n_frames(self) -> int:
        return self.count(EVERY_FRAME)

    def count(self, face_id: int) -> int:
        """Frames of the segment in which a face was seen."""
        return self._rows_of.get(face_id, 0)

    def frames(self) -> Rows:
        """A row for every frame of the segment."""
        rows = self.face(EVERY_FRAME)
        return frame_rows([]) if rows is None else rows

    def face(self, face_id: int) -> Rows | None:
        """The rows of one face where it was seen; None when it was not."""
        if not self.count(face_id):
            return None
        with closing(RecordingFile(self.path)) as file:
            return join([file.rows(group) for group in file.groups(face_id)])


def finished_segments(partial: Partial, count: int) -> list[Segment]:
    """The segments from the first on that are there and whole; a damaged one ends them."""
    segments: list[Segment] = []
    while len(segments) < count:
        try:
            segments.append(Segment(partial.path(len(segments))))
        except RecordingError:
            break
    return segments
