"""One estimate of one finished recording, by a model of any kind."""

from collections.abc import Sequence
from pathlib import Path

from lineament.crops import CropFile, CropRequest, crop_path, make_crops
from lineament.errors import ModelError, RecordingError
from lineament.inference.scorer import Scorer
from lineament.models import Model, Prediction
from lineament.models.pixels import PixelModel
from lineament.progress import CancelToken, EventSink, ignore_events
from lineament.recording import Recording


def estimate(
    model: Model | PixelModel,
    recording: Recording,
    *,
    earlier: Sequence[Recording] = (),
    video: Path | None = None,
    force: bool = False,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> Prediction:
    """What the model says of a whole recording; it abstains where too little is usable.

    earlier: recordings of the same person's earlier visits, for MPDRM. video: what was recorded, for models of face
    crops; looked for beside the recording where it is not given, and its crops are then kept there. force: score a
    recording of another extractor than the model was trained on; the prediction is marked.

    Raises `ModelError` for an extractor or earlier visits that the model does not take, `RecordingError`, `VideoError`
    and `FaceError` where crops cannot be had, `StorageError`, `Cancelled`.
    """
    if not isinstance(model, PixelModel):
        return Scorer(model, force, earlier=earlier).score(recording)
    if earlier:
        raise ModelError(
            f"the model {model.model_id} takes no account of earlier visits",
            remedy="Leave them out, or choose a model of kind MPDRM.",
        )
    crops = _crops(recording, video, model.crop_request, cancel, sink)
    seen_s = float(recording.time_s[-1]) if recording.n_rows else None
    return model.predict_crops(crops, recording.meta.provenance, seen_s=seen_s, force=force, cancel=cancel, sink=sink)


def _crops(
    recording: Recording, video: Path | None, request: CropRequest, cancel: CancelToken | None, sink: EventSink
) -> CropFile:
    """Those that lie beside the recording, or cut from its video now."""
    there = _kept(recording, request)
    if there is not None and video is None:
        return there
    return make_crops(video or _video_of(recording), recording, [request], cancel=cancel, sink=sink)[0]


def _kept(recording: Recording, request: CropRequest) -> CropFile | None:
    """The file of crops beside the recording, if it is this recording's."""
    if recording.path is None:
        return None
    try:
        there = CropFile(crop_path(recording.path, request))
    except RecordingError:
        return None
    mine = recording.meta
    same = there.facts.provenance.data_hash == mine.provenance.data_hash and there.facts.face == mine.participant
    return there if same else None


def _video_of(recording: Recording) -> Path:
    source = recording.meta.video
    if source is None or recording.path is None:
        raise RecordingError(
            "the recording does not say which video it was measured from, and this model looks at the video",
            path=recording.path,
            remedy="Analyse the video here, or choose a model that reads recordings.",
        )
    beside = recording.path.with_name(source.name)
    if not beside.is_file():
        raise RecordingError(
            f"the video {source.name} is not beside its recording, and this model looks at it",
            path=recording.path,
            remedy="Name the video with --video.",
        )
    return beside
