"""From a video to a recording: resumable, watched, and the same however often it was interrupted."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from threadpoolctl import threadpool_limits

from lineament.analysis import lock
from lineament.analysis.events import AnalysisWarning, RecordingFinished, RecordingStarted
from lineament.analysis.finishing import facts_so_far, tallies, write_whole
from lineament.analysis.live import LiveRecording
from lineament.analysis.lock import only_one
from lineament.analysis.measuring import Deriver
from lineament.analysis.partial import Partial
from lineament.analysis.place import Place, choose_place, find_finished
from lineament.analysis.segments import Segment, SegmentBuilder, finished_segments
from lineament.analysis.settings import AnalysisSettings
from lineament.analysis.stages import SegmentEnd, SegmentStart, count_segments, tracked_frames
from lineament.analysis.watching import FrameWatcher
from lineament.errors import FaceError, StorageError
from lineament.face import FaceTally, FaceTracker, IdentityTracker, TrackerKind, create_tracker
from lineament.progress import CancelToken, EventSink, ProgressMeter, ignore_events
from lineament.provenance import Provenance
from lineament.recording import MeshScale, Recording, RecordingFacts, VideoSource
from lineament.recording.parquet import RecordingFile
from lineament.storage import make_folder
from lineament.version import __version__
from lineament.video import VideoReader

MEASURING = "Measuring the face"
FINISHING = "Finishing the recording"


def analyze(
    video: Path,
    out: Path | None = None,
    settings: AnalysisSettings | None = None,
    *,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
    watcher: FrameWatcher | None = None,
) -> Recording:
    """Measure the faces of a video and save them as `<stem>.lineament.parquet` in `out`.

    out: None for the user's own data folder, where the recording is kept by the video's content ($LINEAMENT_DATA_DIR
    moves it). A finished recording of the same content and settings in that folder, under whatever name, is returned
    at once unless `settings.fresh`. An analysis that was stopped or killed goes on at the first segment that is not
    saved, in `<stem>.lineament.partial`, and ends equal to one that was never stopped. Recordings of other videos
    are never touched: where one has this name, a part of the content's hash joins the name.

    sink: called from this thread with `Progress` and the events of `lineament.analysis.events`. watcher: shown every
    frame that is measured, with its faces; the recording is the same with one or without.

    Raises `VideoError` where the video cannot be read; `FaceError` where no face was found in it (the recording, all
    lost, is saved first and `RecordingFinished` was sent); `StorageError` where the folder may not be written to,
    the disk is full or another analysis works there (what is saved stays); `ModelError` where a tracker's model is
    missing; `Cancelled`.
    """
    settings = settings or AnalysisSettings()
    cancel = cancel or CancelToken()
    with VideoReader(video) as reader:
        place = choose_place(video, reader.info.content_hash, out)
        found = None if settings.fresh else find_finished(place, reader.info.content_hash, settings)
        if found is None:
            found = _Analysis(reader, place, settings, cancel, sink, watcher).run()
        else:
            _tidy(place)
    return _conclude(found, video, sink)


def _conclude(file: RecordingFile, video: Path, sink: EventSink) -> Recording:
    recording = Recording.from_file(file)
    for text in recording.meta.warnings:
        sink(AnalysisWarning(text))
    sink(RecordingFinished(recording, file.path))
    if not recording.meta.faces:
        raise FaceError(
            f"no face was found in {recording.n_rows} frames",
            path=video,
            remedy="Check that the participant is in view, large enough and lit.",
        )
    return recording


def _tidy(place: Place) -> None:
    """Remove what a kill between the last two steps left behind, unless an analysis works there."""
    if not place.partial.is_dir():
        return
    partial = Partial(place.partial)
    try:
        with only_one(place.partial, patience_s=0.0):
            partial.clear()
    except StorageError:
        return
    partial.remove()


@dataclass
class _Analysis:
    """One run of an analysis that is not finished."""

    reader: VideoReader
    place: Place
    settings: AnalysisSettings
    cancel: CancelToken
    sink: EventSink
    watcher: FrameWatcher | None = None

    def run(self) -> RecordingFile:
        partial = Partial(self.place.partial)
        make_folder(self.place.folder)
        make_folder(partial.folder)
        # The matrices here are small: more threads in the linear algebra only wait for each other.
        with only_one(partial.folder, lock.PATIENCE_S), threadpool_limits(1, user_api="blas"):
            if self.settings.fresh:
                partial.clear()
            partial.open(self._manifest())
            file = self._measure_and_finish(partial)
        partial.remove()
        return file

    def _measure_and_finish(self, partial: Partial) -> RecordingFile:
        info = self.reader.info
        self._deriver = Deriver(MeshScale.for_picture(info.width, info.height), (info.width, info.height))
        count = count_segments(len(self.reader.index), self.settings)
        segments = finished_segments(partial, count)
        with create_tracker(
            cast(TrackerKind, self.settings.tracker),  # checked by the settings
            max_faces=self.settings.max_faces,
            model_path=self.settings.tracker_model,
        ) as tracker:
            self._provenance = self._origin(tracker)
            meta = self._facts(tallies(segments)).meta()
            with LiveRecording(meta, self._deriver, self.sink) as live:
                live.restore(segments, meta)
                self.sink(RecordingStarted(live.growing))
                self._measure(partial, segments, tracker, live)
        file = self._finish(segments)
        live.growing.finish(Recording.from_file(file))
        return file

    def _measure(self, partial: Partial, segments: list[Segment], tracker: FaceTracker, live: LiveRecording) -> None:
        done = sum(segment.n_frames for segment in segments)
        meter = ProgressMeter(MEASURING, len(self.reader.index), "frames", self.sink, skipped=done)
        identities = IdentityTracker.from_json(segments[-1].identities) if segments else IdentityTracker()
        builder: SegmentBuilder | None = None
        with tracked_frames(self.reader, tracker, len(segments), self.settings) as items:
            for item in items:
                self.cancel.raise_if_cancelled()
                if isinstance(item, SegmentStart):
                    builder = SegmentBuilder(self._deriver.scale, tracker.has_blendshapes, identities, self.watcher)
                    if self.watcher is not None:
                        self.watcher.begin(item.segment)
                elif builder is None:
                    raise RuntimeError("a frame came before its segment began")
                elif isinstance(item, SegmentEnd):
                    batch = builder.flush()
                    if batch:
                        live.add(batch)
                    if self.watcher is not None:
                        self.watcher.end(item.segment)
                    facts = self._facts(identities.tallies())
                    builder.save(partial.path(item.segment), facts, item.segment)
                    segments.append(Segment(partial.path(item.segment)))
                    live.segment_saved(segments[-1], facts.meta())
                else:
                    batch = builder.add(item.frame, item.faces)
                    if batch:
                        live.add(batch)
                    meter.advance()
        meter.finish()

    def _finish(self, segments: Sequence[Segment]) -> RecordingFile:
        faces = tallies(segments)
        rows = sum(segment.n_frames for segment in segments)
        meter = ProgressMeter(FINISHING, rows, "frames", self.sink)
        facts = self._facts(faces, complete=True)
        write_whole(self.place.recording, segments, facts, self._deriver, self.cancel, meter)
        meter.finish()
        return RecordingFile(self.place.recording)

    def _facts(self, faces: Sequence[FaceTally], complete: bool = False) -> RecordingFacts:
        info = self.reader.info
        source = VideoSource(
            info.path.name,
            info.width,
            info.height,
            info.frame_count,
            info.duration_s,
            info.fps,
            info.content_hash,
        )
        return facts_so_far(faces, self._provenance, source, complete)

    def _origin(self, tracker: FaceTracker) -> Provenance:
        return Provenance(
            extractor=f"lineament/{tracker.kind}",
            extractor_version=tracker.version,
            data_hash=self.reader.info.content_hash,
            settings=dict(self.settings.fingerprint()),
        )

    def _manifest(self) -> dict[str, Any]:
        info = self.reader.info
        return {
            "content_hash": info.content_hash,
            "frames": len(self.reader.index),
            "settings": dict(self.settings.fingerprint()),
            "app_version": __version__,
        }
