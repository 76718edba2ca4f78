"""The recording that grows while the analysis runs: the likely participant, with the best neutral so far."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from copy import deepcopy
from functools import partial
from typing import Self

import numpy as np
import numpy.typing as npt

from lineament.analysis.events import RecordingGrew, RecordingRevised
from lineament.analysis.measuring import DERIVED, WHOLE, Batch, Deriver, in_every_frame
from lineament.analysis.segments import Segment
from lineament.face import Neutral, NeutralEstimator
from lineament.progress import EventSink
from lineament.recording import GrowingRecording, RecordingMeta, Rows
from lineament.recording.schema import AnyArray

_FIRST_NEUTRAL = 90
_NEXT_NEUTRAL = 4
"""The neutral is estimated from the first 3 s with a face, then whenever the frames have grown fourfold (our choice:
it takes about a second of work each time)."""


class LiveRecording:
    """Feeds a `GrowingRecording` with one face's rows and keeps what depends on its neutral up to date.

    The neutral is estimated in a thread of its own while frames go on arriving; `close` waits for it.
    """

    def __init__(self, meta: RecordingMeta, deriver: Deriver, sink: EventSink) -> None:
        self.growing = GrowingRecording(WHOLE, meta, deriver.scale)
        self._deriver = deriver
        self._sink = sink
        self._segments: list[Segment] = []
        self._unsaved: list[tuple[Rows, Rows | None]] = []
        self._settled = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lineament-neutral")
        self._forget(None)

    def _forget(self, face: int | None) -> None:
        self._face = face
        self._estimator = NeutralEstimator()
        self._neutral: Neutral | None = None
        self._estimating: Future[Neutral] | None = None
        self._next_neutral = _FIRST_NEUTRAL

    def add(self, batch: Batch) -> None:
        """Add a batch of frames and all faces in them."""
        if self._face is None and batch.faces is not None:
            self._face = int(batch.faces.columns["face_id"][0])
        mine = None if self._face is None else batch.of_face(self._face)
        self._unsaved.append((batch.frames, mine))
        self.growing.append(self._row_a_frame(batch.frames, mine, learn=True))
        self._sink(RecordingGrew(self.growing.n_rows))
        self._keep_neutral_fresh()

    def segment_saved(self, segment: Segment, meta: RecordingMeta) -> None:
        """The segment is on disk: read its mesh from there; show another face if that is now the likely participant."""
        self._segments.append(segment)
        self._unsaved = []
        if meta.faces and meta.participant != self._face:
            self._show(meta)
            self._sink(RecordingRevised())
            return
        self.growing.set_meta(meta)
        if segment.n_frames:
            self.growing.settle(self._settled, [(segment.n_frames, self._mesh_loader(segment))])
        self._settled = self.growing.n_rows

    def restore(self, segments: Sequence[Segment], meta: RecordingMeta) -> None:
        """Show what an interrupted analysis had saved."""
        self._segments = list(segments)
        if self._segments:
            self._show(meta)

    def close(self) -> None:
        self._thread.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _show(self, meta: RecordingMeta) -> None:
        """Show the participant from the first frame on."""
        self._forget(meta.participant if meta.faces else None)
        parts = []
        for frames, mine in self._so_far():
            parts.append(self._row_a_frame(frames, mine, learn=True).columns)
        columns = {name: np.concatenate([part[name] for part in parts]) for name in WHOLE}
        blocks = [(s.n_frames, self._mesh_loader(s)) for s in self._segments if s.n_frames]
        self.growing.restart(Rows(columns), blocks, meta)
        self._settled = self.growing.n_rows
        self._keep_neutral_fresh()

    def _so_far(self) -> Iterator[tuple[Rows, Rows | None]]:
        """All frames so far with the shown face's rows: from the segments' files, then what is not yet saved."""
        for segment in self._segments:
            yield segment.frames(), None if self._face is None else segment.face(self._face)
        yield from self._unsaved

    def _row_a_frame(self, frames: Rows, mine: Rows | None, *, learn: bool) -> Rows:
        """A row for each frame by the present neutral, whose estimator may learn from them."""
        if mine is not None:
            mine = self._deriver.derive(mine, self._neutral, self._estimator if learn else None)
        return in_every_frame(frames, mine, self._face or 0)

    def _mesh_loader(self, segment: Segment) -> "partial[npt.NDArray[np.int16]]":
        return partial(_mesh_in_every_frame, segment, self._face)

    def _keep_neutral_fresh(self) -> None:
        """Use a neutral that is ready; begin to estimate the next when it is due."""
        if self._estimating is not None and self._estimating.done():
            self._neutral, self._estimating = self._estimating.result(), None
            self._revise()
        if self._estimating is None and self._estimator.frames >= self._next_neutral:
            self._next_neutral = self._estimator.frames * _NEXT_NEUTRAL
            self._estimating = self._thread.submit(deepcopy(self._estimator).neutral)

    def _revise(self) -> None:
        parts: list[dict[str, AnyArray]] = []
        for frames, mine in self._so_far():
            whole = self._row_a_frame(frames, mine, learn=False).columns
            parts.append({name: whole[name] for name in DERIVED})
        self.growing.revise({name: np.concatenate([part[name] for part in parts]) for name in DERIVED})
        self._sink(RecordingRevised())


def _mesh_in_every_frame(segment: Segment, face: int | None) -> npt.NDArray[np.int16]:
    mesh = in_every_frame(segment.frames(), None if face is None else segment.face(face), face or 0).mesh
    if mesh is None:
        raise ValueError("a segment's rows have a mesh")
    return mesh
