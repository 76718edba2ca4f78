"""Crops of a video: during its analysis, or afterwards from its recording; the same either way, to the last byte."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lineament.analysis import AnalysisSettings, analyze
from lineament.analysis.lock import PATIENCE_S, only_one
from lineament.analysis.place import choose_place
from lineament.analysis.settings import SEGMENT_FRAMES
from lineament.analysis.stages import count_segments
from lineament.crops.facts import CropFacts, CropRequest
from lineament.crops.file import SUFFIX, CropFile, crop_file
from lineament.crops.pieces import Pieces, manifest_of, piece_origin
from lineament.crops.sampling import sampled_frames
from lineament.crops.stream import check_recording, cut_frames
from lineament.crops.taking import CropTaker, CropTakers
from lineament.errors import FaceError, RecordingError
from lineament.progress import CancelToken, EventSink, ProgressMeter, ignore_events
from lineament.recording import SUFFIX as RECORDING_SUFFIX
from lineament.recording import Recording
from lineament.storage import make_folder
from lineament.video import VideoReader

CUTTING = "Cutting crops"


def analyze_with_crops(
    video: Path,
    out: Path | None,
    settings: AnalysisSettings | None,
    requests: Sequence[CropRequest],
    *,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> tuple[Recording, tuple[CropFile, ...]]:
    """`analyze`, and crops of the participant beside the recording, a file for each request.

    Pieces of crops are saved with the analysis's segments, so that an interrupted run goes on with both; whatever is
    missing, because the analysis was begun or finished without crops, is cut from the video afterwards. The recording
    is the one that `analyze` gives. Raises what `analyze` and `make_crops` raise.
    """
    if not requests:
        return analyze(video, out, settings, cancel=cancel, sink=sink), ()
    settings = settings or AnalysisSettings()
    with VideoReader(video) as reader:
        info, index = reader.info, reader.index
    place = choose_place(video, info.content_hash, out)
    takers = [
        CropTaker(r, Pieces.beside(place.folder, place.stem, r), info, index, dict(settings.fingerprint()))
        for r in requests
    ]
    if settings.fresh:
        for taker in takers:
            taker.pieces.clear()
    try:
        recording = analyze(video, out, settings, cancel=cancel, sink=sink, watcher=CropTakers(takers))
    except FaceError:
        for taker in takers:
            taker.pieces.remove()
        raise
    made = tuple(
        _make(video, recording, request, fresh=settings.fresh, cancel=cancel or CancelToken(), sink=sink)
        for request in requests
    )
    return recording, made


def make_crops(
    video: Path,
    recording: Recording,
    requests: Sequence[CropRequest],
    *,
    fresh: bool = False,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> tuple[CropFile, ...]:
    """Crops of a recording's face, cut from its video into files beside the recording (see `crop_path`).

    Files that are there and made alike are opened and left as they are, unless `fresh`. A stopped run goes on with the
    segments it had cut. Frames without a good face (see `alignment.is_good`) are left out.

    Raises `RecordingError` where the recording was never saved, is of another video or has no landmarks; `FaceError`
    where no frame has a good face; `VideoError`, `StorageError`, `Cancelled`.
    """
    token = cancel or CancelToken()
    return tuple(_make(video, recording, request, fresh=fresh, cancel=token, sink=sink) for request in requests)


def crop_path(recording: Path, request: CropRequest, face: int | None = None) -> Path:
    """Where the crops of a recording lie: `<stem>.lineament.112px-8fps.crops`; of another face than the participant,
    its number joins the name."""
    name = recording.name
    stem = name.removesuffix(RECORDING_SUFFIX) if name.endswith(RECORDING_SUFFIX) else recording.stem
    other = "" if face is None else f".face{face}"
    return recording.with_name(f"{stem}.lineament.{request.label}{other}{SUFFIX}")


def _make(
    video: Path, recording: Recording, request: CropRequest, *, fresh: bool, cancel: CancelToken, sink: EventSink
) -> CropFile:
    if recording.path is None:
        raise RecordingError(
            "crops lie beside a recording and this one was never saved",
            path=video,
            remedy="Save the recording first.",
        )
    with VideoReader(video) as reader:
        job = _Job(reader, recording, recording.path, request)
        finished = None if fresh else job.finished()
        return finished or job.run(cancel, sink)


class _Job:
    """One file of crops."""

    def __init__(self, reader: VideoReader, recording: Recording, path: Path, request: CropRequest) -> None:
        self._reader = reader
        self._recording = recording
        self._request = request
        self._face = recording.meta.participant
        check_recording(recording, reader, path)
        self._path = crop_path(path, request, self._other_face())
        stem = self._path.name.split(".lineament.")[0]
        self._pieces = Pieces.beside(path.parent, stem, request)
        origin = recording.meta.provenance
        self._facts = CropFacts(request, origin, (reader.info.width, reader.info.height), self._face)
        said = origin.settings.get("segment_frames", SEGMENT_FRAMES)
        self._segment_frames = said if isinstance(said, int) and said > 0 else SEGMENT_FRAMES

    def _other_face(self) -> int | None:
        """The face's number where it is not the one that the file's owner would get without asking."""
        faces = self._recording.meta.faces
        if len(faces) < 2:
            return None
        usual = max(faces, key=lambda face: (face.frames * face.mean_size, -face.face_id)).face_id
        return None if usual == self._face else self._face

    def finished(self) -> CropFile | None:
        try:
            there = CropFile(self._path)
        except RecordingError:
            return None
        return there if there.facts.made_alike(self._facts) else None

    def run(self, cancel: CancelToken, sink: EventSink) -> CropFile:
        index, info = self._reader.index, self._reader.info
        origin = self._facts.provenance
        sampled = sampled_frames(index.times_s, self._request.rate)
        meter = ProgressMeter(f"{CUTTING} {self._request}", len(sampled), "frames", sink)
        make_folder(self._pieces.folder)
        settings = AnalysisSettings(segment_frames=self._segment_frames)
        with only_one(self._pieces.folder, PATIENCE_S):
            self._pieces.open(
                manifest_of(self._request, info.content_hash, len(index), origin.extractor, origin.settings)
            )
            pieces = []
            for segment in range(count_segments(len(index), settings)):
                cancel.raise_if_cancelled()
                low, high = np.searchsorted(sampled, np.array([segment, segment + 1]) * self._segment_frames)
                pieces.append(self._piece(segment, sampled[low:high], cancel))
                meter.advance(int(high - low))
            self._join(pieces)
        meter.finish()
        self._pieces.remove()
        return CropFile(self._path)

    def _piece(self, segment: int, frames: npt.NDArray[np.int64], cancel: CancelToken) -> CropFile:
        """The piece of a segment, cut now where it is not there."""
        there = self._pieces.whole(segment, self._face)
        if there is not None:
            return there
        origin = piece_origin(self._reader.info.content_hash, self._facts.provenance.extractor)
        facts = CropFacts(self._request, origin, self._facts.video_size, self._face)
        cut = cut_frames(self._reader, self._recording, frames, self._request.size, cancel)
        with crop_file(self._pieces.path(segment), facts) as writer:
            for frame, transform, crop in cut:
                writer.add(frame.time_s, frame.index, transform, crop, self._face)
        return CropFile(self._pieces.path(segment))

    def _join(self, pieces: Sequence[CropFile]) -> None:
        rows = [(piece, row) for piece in pieces for row in np.flatnonzero(piece.faces == self._face).tolist()]
        if not rows:
            raise FaceError(
                "no frame shows the face well enough for a crop",
                path=self._reader.info.path,
                remedy="Check that it is turned to the camera, large enough and lit.",
            )
        with crop_file(self._path, self._facts) as writer:
            for piece, row in rows:
                writer.copy(piece, row)
