"""Writing H.264 video with exact times: whole or not at all."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import av.video.stream
import numpy as np
import numpy.typing as npt
from av.video.reformatter import Colorspace, VideoReformatter

from lineament.errors import StorageError, VideoError
from lineament.video.pictures import untagged_colour_matrix

_CONTAINERS = {".mp4": "mp4", ".mov": "mov", ".mkv": "matroska"}
_FREE_TIME_BASE = Fraction(1, 90_000)
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_AVCOL_SPC = {Colorspace.ITU709: 1, Colorspace.ITU601: 6}
_AVCOL_RANGE_MPEG = 1


class VideoWriter:
    """Writes upright RGB pictures, and sound, to an mp4, mov or mkv file. A context manager; for one thread.

    path: where the finished video appears, replacing what was there; until `close` only a hidden file beside it grows,
        and an exception inside the `with` block leaves nothing behind.
    width, height: of the pictures as shown, in pixels; both even, as H.264 in yuv420p needs.
    fps: the constant frame rate; without it every `add` states its time (variable rate, 1/90000 s steps).
    audio_rate: samples per second of the mono sound; None for a silent film.
    gop: frames from one keyframe to the next, exactly. crf: quality (18 very good .. 28 small), or bit_rate in bit/s.
    b_frames: how many bidirectional frames in a row at most.
    rotation: 0, 90, 180 or 270: pictures are stored turned, and the file asks to be shown turned back by so many
        degrees clockwise, as phones do. They are shown as they were added.

    Raises VideoError for a size or a file name that cannot be written, StorageError where the disk is full or the
    folder may not be written.
    """

    def __init__(
        self,
        path: Path | str,
        width: int,
        height: int,
        *,
        fps: float | Fraction | None = None,
        audio_rate: int | None = None,
        gop: int = 30,
        crf: int = 20,
        bit_rate: int | None = None,
        b_frames: int = 2,
        preset: str = "veryfast",
        rotation: int = 0,
    ) -> None:
        self._path = Path(path)
        _check(self._path, width, height, rotation)
        self._shape = (height, width, 3)
        self._turns = rotation // 90
        self._rate = None if fps is None else Fraction(fps).limit_denominator(100_000)
        self._time_base = _FREE_TIME_BASE if self._rate is None else 1 / self._rate
        self._colours = untagged_colour_matrix(height)
        self._last_pts = -1
        self._frames = 0
        self._samples = 0
        self._reformatter = VideoReformatter()
        self._partial = self._path.with_name(f".{self._path.stem}.{os.getpid()}.partial")
        try:
            self._file = _DurableFile(self._partial)
        except OSError as error:
            raise _storage_error(self._path, error) from error
        self._container = av.open(self._file, "w", format=_CONTAINERS[self._path.suffix.lower()])
        self._open = True
        with self._storing():
            self._video = self._add_video(width, height, gop, crf, bit_rate, b_frames, preset)
            self._audio = None
            if audio_rate is not None:
                self._audio = self._container.add_stream("aac", rate=audio_rate, layout="mono")

    def add(self, image: npt.NDArray[np.uint8], time_s: float | None = None) -> None:
        """The next picture, uint8[height, width, 3] RGB; `time_s` in seconds where the writer has no fps.

        Raises ValueError for another shape, a missing or superfluous time, or one that is not after the last.
        """
        if image.shape != self._shape or image.dtype != np.uint8:
            raise ValueError(f"expected uint8{list(self._shape)}, got {image.dtype}{list(image.shape)}")
        pts = self._next_pts(time_s)
        stored = np.ascontiguousarray(np.rot90(image, self._turns))
        raw = self._reformatter.reformat(
            av.VideoFrame.from_ndarray(stored, format="rgb24"),
            format="yuv420p",
            dst_colorspace=self._colours,
            dst_color_range=_AVCOL_RANGE_MPEG,
        )
        raw.pts, raw.time_base = pts, self._time_base
        with self._storing():
            self._container.mux(self._video.encode(raw))
        self._last_pts = pts
        self._frames += 1

    def add_audio(self, samples: npt.NDArray[np.float32]) -> None:
        """The next samples, float32[n] in -1 .. 1, at `audio_rate`."""
        if self._audio is None:
            raise ValueError("this writer was made without audio_rate")
        if samples.ndim != 1:
            raise ValueError(f"expected one channel, got an array of shape {samples.shape}")
        if not len(samples):
            return
        rate = self._audio.rate
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples[np.newaxis], np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = rate, self._samples, Fraction(1, rate)
        with self._storing():
            self._container.mux(self._audio.encode(frame))
        self._samples += len(samples)

    def close(self) -> None:
        """Finish the file and give it its name. Does nothing the second time."""
        if not self._open:
            return
        if not self._frames:
            self.abort()
            raise ValueError("a video needs at least one picture")
        with self._storing():
            self._container.mux(self._video.encode(None))
            if self._audio is not None:
                self._container.mux(self._audio.encode(None))
            self._container.close()
            self._file.finish()
            self._partial.replace(self._path)
        self._open = False

    def abort(self) -> None:
        """Give up: nothing is left of this video, and what the path held before stays."""
        if not self._open:
            return
        self._open = False
        # The disk may be full, so that even ending the file fails; it is thrown away in any case.
        with suppress(av.error.FFmpegError, OSError):
            self._container.close()
        with suppress(OSError):
            self._file.close()
        self._partial.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self.abort()

    def _add_video(
        self, width: int, height: int, gop: int, crf: int, bit_rate: int | None, b_frames: int, preset: str
    ) -> av.video.stream.VideoStream:
        options = {"preset": preset, "g": str(gop), "keyint_min": str(gop), "sc_threshold": "0", "bf": str(b_frames)}
        if bit_rate is None:
            options["crf"] = str(crf)
        stream = self._container.add_stream("libx264", rate=self._rate, options=options)
        stream.width, stream.height = (height, width) if self._turns % 2 else (width, height)
        stream.pix_fmt = "yuv420p"
        if bit_rate is not None:
            stream.bit_rate = bit_rate
        stream.time_base = stream.codec_context.time_base = self._time_base
        stream.colorspace, stream.color_range = _AVCOL_SPC[self._colours], _AVCOL_RANGE_MPEG
        if self._turns:
            stream.set_display_rotation(-90 * self._turns)  # FFmpeg counts anticlockwise.
        return stream

    def _next_pts(self, time_s: float | None) -> int:
        if (time_s is None) != (self._rate is not None):
            raise ValueError("give every picture a time where the writer has no fps, and none where it has")
        if time_s is None:
            return self._frames
        pts = round(time_s / self._time_base)
        if pts <= self._last_pts:
            raise ValueError(f"{time_s} s is not after the picture before it")
        return pts

    @contextmanager
    def _storing(self) -> Iterator[None]:
        """Turns what the disk says into an error for the user, and leaves nothing half-written."""
        try:
            yield
        except OSError as error:
            self.abort()
            raise _storage_error(self._path, error) from error
        except av.error.FFmpegError as error:
            self.abort()
            raise VideoError(
                f"the video cannot be written ({error.strerror})",
                path=self._path,
                remedy="Choose another size or rate.",
            ) from error


class _DurableFile:
    """The file FFmpeg writes through, so that the disk's own error comes back instead of a general one."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def write(self, data: bytes) -> int:
        return self._file.write(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def finish(self) -> None:
        """On the disk, not only in memory, before the file gets its name."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def close(self) -> None:
        self._file.close()


def _check(path: Path, width: int, height: int, rotation: int) -> None:
    if path.suffix.lower() not in _CONTAINERS:
        raise VideoError(
            f"videos are written as {', '.join(_CONTAINERS)}, not as {path.suffix or 'a file without ending'}",
            path=path,
            remedy="Choose a name that ends in .mp4.",
        )
    if width < 2 or height < 2 or width % 2 or height % 2:
        raise VideoError(
            f"a picture of {width} x {height} pixels cannot be written as H.264",
            path=path,
            remedy="Use an even width and height.",
        )
    if rotation not in (0, 90, 180, 270):
        raise ValueError(f"rotation is 0, 90, 180 or 270, not {rotation}")


def _storage_error(path: Path, error: OSError) -> StorageError:
    if error.errno in _DISK_FULL:
        return StorageError(
            "the disk is full, so the video was not written", path=path, remedy="Free some space and try again."
        )
    if isinstance(error, FileNotFoundError):
        return StorageError(
            f"the folder {path.absolute().parent} does not exist", path=path, remedy="Create it or choose another."
        )
    return StorageError(
        f"the video cannot be written to {path.absolute().parent} ({error.strerror or error})",
        path=path,
        remedy="Choose a folder you may write to.",
    )
