"""Score a video with a model of face crops, also while it is still measured: crops are cut as the recording grows."""

from collections.abc import Iterator
from pathlib import Path

from lineament.crops import CropStream
from lineament.inference.crop_scorer import CropScorer
from lineament.models import Prediction
from lineament.models.pixels import PixelModel
from lineament.progress import CancelToken
from lineament.recording.view import RecordingView

AT_ONCE = 64
"""Sampled frames between two estimates: eight seconds of a model that reads eight crops a second."""


class VideoScorer:
    """Holds one model, one video, and what it has made of the video's crops so far.

    `score` and `scores` may be called again and again with the same growing recording; each costs only what is new.
    Nothing is written. The face, or the file measured, changing starts it over. Not for several threads at once.
    """

    def __init__(self, model: PixelModel, video: Path, force: bool = False) -> None:
        self.model = model
        self.force = force
        self._crops = CropStream(video, model.crop_request)
        self._scorer: CropScorer | None = None
        self._participant = 0

    def scores(self, recording: RecordingView, cancel: CancelToken | None = None) -> Iterator[Prediction]:
        """An estimate after every `AT_ONCE` sampled frames that are new, and one where none is; the last is of all.

        Raises `ModelError` for a recording of another extractor than the model was trained on (unless forced),
        `RecordingError` where it has no landmarks or is of another video, `VideoError`, `Cancelled`.
        """
        scorer = self._scorer_of(recording)
        while True:
            scorer.add(*self._crops.update(recording, AT_ONCE, cancel))
            yield scorer.score(self._crops.seen_s(recording))
            if not self._crops.behind(recording):
                return

    def score(self, recording: RecordingView, cancel: CancelToken | None = None) -> Prediction:
        """The estimate for what there is so far; raises as `scores`."""
        *_, last = self.scores(recording, cancel)
        return last

    def reset(self) -> None:
        """Begin again with the first crop."""
        self._scorer = None

    def close(self) -> None:
        """Close the video."""
        self._crops.close()

    def _scorer_of(self, recording: RecordingView) -> CropScorer:
        meta, known = recording.meta, self._scorer
        if (
            known is None
            or known.provenance.data_hash != meta.provenance.data_hash
            or self._participant != meta.participant
        ):
            known = self._scorer = CropScorer(self.model, meta.provenance, self.force)
            self._participant = meta.participant
            self._crops.restart()
        return known
