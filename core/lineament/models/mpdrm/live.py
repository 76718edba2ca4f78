"""MPDRM's estimate while a recording grows: a window that was coded once is never coded again."""

import numpy as np
import numpy.typing as npt

from lineament.features.grid import EvenGrid
from lineament.models.base import EncodedWindows
from lineament.models.mpdrm.account import EarlierVisits
from lineament.models.mpdrm.model import MpdrmModel
from lineament.models.mpdrm.movement import MovementStream
from lineament.models.predicting import check_extractor
from lineament.models.prediction import Prediction
from lineament.recording.view import RecordingView

_WATCHED = ("AU04_r", "AU12_r", "AU25_r", "pose_Rx")


class LiveMpdrm:
    """Holds one model, what is known of the person, and what it has seen of the recording it last scored.

    `score` may be called again and again with the same growing recording; each call costs only the new rows. Rows that
    were revised (the person's neutral was estimated anew) are noticed and the recording starts over. Not for several
    threads at once.
    """

    def __init__(self, model: MpdrmModel, earlier: EarlierVisits | None = None, *, force: bool = False) -> None:
        self.model = model
        self.earlier = earlier
        self.force = force
        self._seen: _Seen | None = None

    def score(self, recording: RecordingView) -> Prediction:
        """The estimate for what there is so far; abstains when too little is usable.

        Raises `ModelError` when the recording's extractor is not the one the model was trained on (unless forced), and
        `RecordingError` when a column is missing.
        """
        forced = check_extractor(self.model, recording.meta.provenance, force=self.force)
        if self._seen is None or not self._seen.goes_on(recording):
            self._seen = _Seen(self.model, recording)
        seen = self._seen
        seen.advance(self.model, recording)
        return self.model.prediction(
            seen.encoded, seen.firsts, seen.stream, recording.meta.provenance, self.earlier, forced=forced
        )

    def reset(self) -> None:
        """Forget the recording last scored; what is known of the person stays."""
        self._seen = None


class _Seen:
    """Windows and codes of one recording so far."""

    def __init__(self, model: MpdrmModel, recording: RecordingView) -> None:
        self.stream = MovementStream(EvenGrid(model.absent))
        self.firsts: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self.encoded: EncodedWindows | None = None
        self._data_hash = recording.meta.provenance.data_hash
        self._neutral_frames = recording.meta.neutral_frames
        self._rows, self._complete, self._values = 0, False, b""

    def goes_on(self, recording: RecordingView) -> bool:
        """Whether these are the rows already seen, unrevised, and perhaps more."""
        meta = recording.meta
        if meta.provenance.data_hash != self._data_hash or meta.neutral_frames != self._neutral_frames:
            return False
        if recording.n_rows < self._rows or (self._complete and recording.n_rows > self._rows):
            return False
        return _sampled(recording, self._rows) == self._values

    def advance(self, model: MpdrmModel, recording: RecordingView) -> None:
        complete = recording.meta.complete
        windows = self.stream.update(recording)
        if len(windows):
            new = model.encode(windows)
            self.encoded = EncodedWindows.joined([self.encoded, new]) if self.encoded is not None else new
            self.firsts = np.concatenate([self.firsts, windows.firsts])
        self._rows, self._complete = recording.n_rows, complete
        self._values = _sampled(recording, self._rows)


def _sampled(recording: RecordingView, rows: int) -> bytes:
    """Some values spread over the first rows; a revision of a column changes them."""
    at = np.unique(np.linspace(0, max(rows - 1, 0), 200).astype(np.int64))[: rows or 0]
    columns = [name for name in _WATCHED if recording.has(name)]
    return b"".join(np.asarray(recording.column(name)[at], dtype=np.float32).tobytes() for name in columns)
