"""Crops of a video as far as its recording has come: cut where no file of them is wanted, also while it is measured."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from lineament.crops.cutting import Image
from lineament.crops.facts import CropRequest
from lineament.crops.sampling import sampled_frames
from lineament.crops.taking import cut_if_good
from lineament.errors import RecordingError
from lineament.progress import CancelToken
from lineament.recording import RecordingView
from lineament.video import Frame, VideoReader


class CropStream:
    """Gives the crops of a recording's face once each, in order of time: those that a file of crops would hold, before
    their JPEG. For one thread; the video is opened when crops are first asked for, and closed by `close`."""

    def __init__(self, video: Path, request: CropRequest) -> None:
        self.request = request
        self._video = video
        self._reader: VideoReader | None = None
        self._wanted: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._next = 0

    def update(
        self, recording: RecordingView, at_most: int, cancel: CancelToken | None = None
    ) -> tuple[npt.NDArray[np.float64], Image]:
        """Seconds float64[n] and crops uint8[n, size, size, 3] RGB of the next `at_most` sampled frames that are
        measured, less those without a good face; `behind` says whether there are more.

        Raises `RecordingError` where the recording has no landmarks or is of another video, `VideoError`, `Cancelled`.
        """
        reader = self._opened(recording)
        end = min(self._measured(reader, recording), self._next + at_most)
        times, crops = [], []
        for frame, _, crop in cut_frames(
            reader, recording, self._wanted[self._next : end], self.request.size, cancel or CancelToken()
        ):
            times.append(frame.time_s)
            crops.append(crop)
        self._next = max(end, self._next)
        if not crops:
            return np.zeros(0), np.zeros((0, self.request.size, self.request.size, 3), dtype=np.uint8)
        return np.array(times), np.stack(crops)

    def behind(self, recording: RecordingView) -> int:
        """Sampled frames that are measured and that `update` has not come to."""
        return max(self._measured(self._opened(recording), recording) - self._next, 0)

    def seen_s(self, recording: RecordingView) -> float:
        """Up to which second of the video frames were looked at."""
        reader = self._opened(recording)
        if not self.behind(recording) and recording.n_rows:
            return float(recording.time_s[-1])
        return float(reader.index.times_s[self._wanted[self._next - 1]]) if self._next else 0.0

    def restart(self) -> None:
        """From the beginning again, for instance because another face was chosen."""
        self._next = 0

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _opened(self, recording: RecordingView) -> VideoReader:
        if self._reader is None:
            reader = VideoReader(self._video)
            try:
                check_recording(recording, reader, self._video)
            except RecordingError:
                reader.close()
                raise
            self._wanted = sampled_frames(reader.index.times_s, self.request.rate)
            self._reader = reader
        return self._reader

    def _measured(self, reader: VideoReader, recording: RecordingView) -> int:
        """How many of the sampled frames lie in the rows there are."""
        if recording.meta.complete:
            return len(self._wanted)
        times = recording.time_s
        last = times[-1] if len(times) else -np.inf
        return int(np.searchsorted(reader.index.times_s[self._wanted], last, side="right"))


def cut_frames(
    reader: VideoReader, recording: RecordingView, frames: npt.NDArray[np.int64], size: int, cancel: CancelToken
) -> Iterator[tuple[Frame, npt.NDArray[np.float32], Image]]:
    """Frame, transform and crop of each of the frames (ranks, rising) in which the recording has a good face."""
    confidence = recording.column("confidence")
    for rank in frames.tolist():
        cancel.raise_if_cancelled()
        row = recording.row_of_frame(rank)
        points = None if not 0 <= row < len(confidence) else recording.landmarks68(row, row + 1)
        if points is None or not np.isfinite(points).all():
            continue
        frame = reader.frame(rank)
        found = cut_if_good(frame.image, points, float(confidence[row]), size)
        if found is not None:
            yield frame, *found


def check_recording(recording: RecordingView, reader: VideoReader, path: Path) -> None:
    """Raises `RecordingError`, naming `path`, where crops cannot be cut out of this video by this recording."""
    source, info = recording.meta.video, reader.info
    if source is not None and source.content_hash and source.content_hash != info.content_hash:
        raise RecordingError(
            f"this is not the recording of {info.path.name}",
            path=path,
            remedy="Give the video that was analysed, or analyse this one.",
        )
    if recording.n_rows and recording.landmarks68(0, 1) is None:
        raise RecordingError("the recording holds no landmarks", path=path, remedy="Analyse the video again.")
