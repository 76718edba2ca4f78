"""Score recordings, also while they grow: a window that was coded once is never coded again."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lineament.errors import ModelError
from lineament.features.grid import EvenGrid
from lineament.features.windows import WindowStream, window_times
from lineament.models import EncodedWindows, Model, Prediction
from lineament.models.base import KnowsPerson, LiveScores
from lineament.models.predicting import check_extractor, make_prediction
from lineament.recording.view import RecordingView


class Scorer:
    """Holds one model and what it has already seen of the recording it last scored.

    `score` may be called again and again with the same growing recording; each call costs only the new rows, and a
    revision of earlier rows (the person's neutral was re-estimated) is noticed and starts over. Models of face crops
    have `CropScorer`. Not for several threads at once.
    """

    def __init__(self, model: Model, force: bool = False, *, earlier: Sequence[RecordingView] = ()) -> None:
        """earlier: recordings of the same person's earlier visits, in any order, for a model that knows what to do with
        them (MPDRM); they are read when something is first scored.

        Raises `ModelError` when there are any and the model is of another kind.
        """
        if earlier and not isinstance(model, KnowsPerson):
            raise ModelError(
                f"the model {model.model_id} takes no account of earlier visits",
                remedy="Leave them out, or choose a model of kind MPDRM.",
            )
        self.model = model
        self.force = force
        self.earlier = tuple(earlier)
        self._progress: _Progress | None = None
        self._knowing: LiveScores | None = None

    def score(self, recording: RecordingView) -> Prediction:
        """The estimate for what there is so far; abstains when too little is usable.

        Raises `ModelError` when the extractor of the recording or of an earlier one is not the one the model was
        trained on (unless forced), and `RecordingError` when a column is missing.
        """
        if isinstance(self.model, KnowsPerson):
            if self._knowing is None:
                self._knowing = self.model.live(self.earlier, force=self.force)
            return self._knowing.score(recording)
        forced = check_extractor(self.model, recording.meta.provenance, force=self.force)
        if self._progress is None or not self._progress.continues(recording):
            self._progress = _Progress(self.model, recording)
        self._progress.advance(self.model, recording)
        return make_prediction(
            self.model,
            self._progress.encoded,
            window_times(self._progress.firsts),
            self._progress.stream.usable_s,
            self._progress.stream.seen_s,
            recording.meta.provenance,
            forced=forced,
        )

    def reset(self) -> None:
        """Forget the recording last scored; what is known of earlier visits stays."""
        self._progress = None
        if self._knowing is not None:
            self._knowing.reset()


class _Progress:
    """Windows and codes of one recording so far."""

    def __init__(self, model: Model, recording: RecordingView) -> None:
        self.stream = WindowStream(EvenGrid(model.absent))
        self.firsts: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self.encoded: EncodedWindows | None = None
        self._data_hash = recording.meta.provenance.data_hash
        self._neutral_frames = recording.meta.neutral_frames
        self._rows = 0
        self._complete = False
        self._print = b""

    def continues(self, recording: RecordingView) -> bool:
        """Whether these are the rows already seen, and perhaps more."""
        meta = recording.meta
        if meta.provenance.data_hash != self._data_hash or recording.n_rows < self._rows:
            return False
        if self._complete and recording.n_rows > self._rows:
            return False
        return meta.neutral_frames == self._neutral_frames and _fingerprint(recording, self._rows) == self._print

    def advance(self, model: Model, recording: RecordingView) -> None:
        windows = self.stream.update(recording)
        if len(windows):
            new = model.encode(windows)
            self.encoded = EncodedWindows.joined([self.encoded, new]) if self.encoded is not None else new
            self.firsts = np.concatenate([self.firsts, windows.firsts])
        self._rows, self._complete = recording.n_rows, recording.meta.complete
        self._print = _fingerprint(recording, self._rows)


def _fingerprint(recording: RecordingView, rows: int) -> bytes:
    """A few hundred values spread over the rows already seen; any revision of an action unit's column changes it."""
    if rows == 0:
        return b""
    at = np.unique(np.linspace(0, rows - 1, 200).astype(np.int64))
    at = at[at < recording.n_rows]
    names = [name for name in ("AU04_r", "AU12_r", "AU25_r", "pose_Rx") if recording.has(name)]
    return b"".join(np.asarray(recording.column(name)[at], dtype=np.float32).tobytes() for name in names)
