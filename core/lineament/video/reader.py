"""Reading a video by frame or by time, exactly."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import av.container
import av.video.frame
import av.video.stream
import numpy as np

from lineament.video.content_hash import content_hash
from lineament.video.index_cache import IndexCache
from lineament.video.indexing import SeekTable, build_seek_table
from lineament.video.opening import damaged_frame, open_video, read_error
from lineament.video.pictures import Geometry, PictureConverter, PixelFormat, square_pixels
from lineament.video.seeking import FrameCursor
from lineament.video.types import Frame, FrameIndex, VideoInfo


class VideoReader:
    """One video file, its facts, its index and its frames. A context manager; for one thread.

    Raises VideoError, in one sentence with a remedy, where the file is missing, unreadable, empty, not a video,
    without picture, or damaged so that nothing decodes. A file that breaks off plays up to there.
    interrupt: asked before every decoded picture; where it says True, reading raises `Interrupted` and may be resumed.
    """

    def __init__(
        self,
        path: Path | str,
        pixel_format: PixelFormat = "rgb24",
        interrupt: Callable[[], bool] | None = None,
    ) -> None:
        self._path = Path(path)
        container, stream = open_video(self._path)
        with container:
            self._hash = _hash(self._path)
            table = _seek_table(self._path, self._hash)
            context = stream.codec_context
            width, height = square_pixels(context.width, context.height, stream.sample_aspect_ratio)
            geometry = Geometry(width, height, table.orientation)
            self._info = _describe(self._path, container, stream, table, geometry, self._hash)
        self._index = table.index
        self._times = self._index.times_s
        self._convert = PictureConverter(pixel_format, geometry).convert
        self._cursor = FrameCursor(self._path, table, interrupt)

    @property
    def info(self) -> VideoInfo:
        return self._info

    @property
    def index(self) -> FrameIndex:
        return self._index

    def frame(self, index: int) -> Frame:
        """The frame of that rank. Raises IndexError outside the video, VideoError where the file is damaged there."""
        self._check(index)
        raw = self._cursor.exactly(index)
        if raw is None:
            raise damaged_frame(self._path, index, float(self._times[index]))
        return self._make(index, raw)

    def frame_at(self, time_s: float) -> Frame:
        """The frame on screen at `time_s`: the last whose time is not after it."""
        return self.frame(self._index.at_time(time_s))

    def frames(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Frames `start` .. `stop` - 1 in order; those in which the file is damaged are left out."""
        end = len(self._index) if stop is None else min(stop, len(self._index))
        rank = max(start, 0)
        while rank < end:
            found = self._cursor.at_or_after(rank)
            if found is None or found[0] >= end:
                return
            rank = found[0] + 1
            yield self._make(*found)

    def close(self) -> None:
        self._cursor.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check(self, index: int) -> None:
        if not 0 <= index < len(self._index):
            raise IndexError(f"frame {index} is outside 0 .. {len(self._index) - 1}")

    def _make(self, index: int, raw: av.video.frame.VideoFrame) -> Frame:
        return Frame(index, int(self._index.pts[index]), float(self._times[index]), self._convert(raw))


def _hash(path: Path) -> str:
    try:
        return content_hash(path)
    except OSError as error:
        raise read_error(path, error) from error


def _seek_table(path: Path, digest: str) -> SeekTable:
    cache = IndexCache()
    table = cache.load(digest)
    if table is None:
        table = build_seek_table(path)
        cache.save(digest, table)
    return table


def _describe(
    path: Path,
    container: av.container.InputContainer,
    stream: av.video.stream.VideoStream,
    table: SeekTable,
    geometry: Geometry,
    digest: str,
) -> VideoInfo:
    width, height = geometry.shown_size
    pts = table.index.pts
    duration = float((int(pts[-1] - pts[0]) + table.last_duration) * table.index.time_base)
    return VideoInfo(
        path=path,
        width=width,
        height=height,
        rotation=table.orientation.clockwise,
        frame_count=len(pts),
        duration_s=duration,
        fps=len(pts) / duration if duration > 0 else 0.0,
        variable_rate=_variable_rate(table.index),
        has_audio=bool(container.streams.audio),
        container=container.format.name,
        codec=stream.codec_context.name,
        content_hash=digest,
        start_s=max(float(int(pts[0]) * table.index.time_base) - (container.start_time or 0) / av.time_base, 0.0),
    )


def _variable_rate(index: FrameIndex) -> bool:
    """Whether distances between frames differ by more than rounding to the time base explains."""
    gaps = np.diff(index.pts)
    if len(gaps) == 0:
        return False
    usual = float(np.median(gaps))
    return bool(np.max(np.abs(gaps - usual)) > max(1.0, 0.05 * usual))
