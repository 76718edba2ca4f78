"""Opening a file as video, and saying in one sentence why that is impossible."""

from pathlib import Path

import av
import av.container
import av.video.stream
from av.stream import Disposition

from lineament.errors import VideoError

_CHOOSE = "Choose a video file, for example mp4, mov, mkv, webm, avi, mpg or gif."
_DAMAGED = "Play it in another program to check it, or record or export it again."
_NOT_FILM = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
_TEXT_FORMATS = {"tty", "bin", "xbin", "adf", "idf"}
"""FFmpeg draws any text file as if it were a terminal; that is no video."""


def open_video(path: Path) -> tuple[av.container.InputContainer, av.video.stream.VideoStream]:
    """The open container and its moving picture. Raises VideoError naming the file and the remedy."""
    _check_readable(path)
    try:
        # An absolute path is never taken for a protocol, whatever colons the name holds.
        container = av.open(str(path.absolute()), mode="r", metadata_errors="ignore")
    except (av.error.FFmpegError, OSError) as error:
        raise _not_a_video(path, error) from error
    try:
        return container, _moving_picture(container, path)
    except VideoError:
        container.close()
        raise


def read_error(path: Path, error: Exception) -> VideoError:
    """The error for a file that could be seen but not read."""
    if isinstance(error, PermissionError):
        return VideoError(
            "the file may not be read",
            path=path,
            remedy="Ask for permission to read it, or copy it to a folder of your own.",
        )
    reason = getattr(error, "strerror", None) or str(error)
    return VideoError(
        f"the file cannot be read ({reason})",
        path=path,
        remedy="Check that the disk or network folder it lies on is connected.",
    )


def _check_readable(path: Path) -> None:
    try:
        if path.is_dir():
            raise VideoError("this is a folder, not a video", path=path, remedy=_CHOOSE)
        with path.open("rb") as file:
            first = file.read(1)
    except FileNotFoundError as error:
        raise VideoError(
            f"there is no such file in {path.absolute().parent}",
            path=path,
            remedy="Check the name, or whether the file was moved.",
        ) from error
    except OSError as error:
        raise read_error(path, error) from error
    if not first:
        raise VideoError(
            "the file is empty (0 bytes)",
            path=path,
            remedy="Copy or record it again; the copy may have been interrupted.",
        )


def _not_a_video(path: Path, error: Exception) -> VideoError:
    if isinstance(error, PermissionError):
        return read_error(path, error)
    with path.open("rb") as file:
        start = file.read(12)
    if start[4:8] == b"ftyp":
        return VideoError(
            "the recording is incomplete: its table of frames is missing, as when a camera or a copy stops half-way",
            path=path,
            remedy="Copy it again from the camera, or repair it with the camera's own program.",
        )
    return VideoError("this is not a video, or it is damaged", path=path, remedy=_CHOOSE)


def _moving_picture(container: av.container.InputContainer, path: Path) -> av.video.stream.VideoStream:
    if container.format.name in _TEXT_FORMATS:
        raise VideoError("this is not a video but text", path=path, remedy=_CHOOSE)
    films = [s for s in container.streams.video if not s.disposition & _NOT_FILM]
    if not films and container.streams.audio:
        raise VideoError(
            "the file has sound but no picture", path=path, remedy="Choose the recording that holds the video."
        )
    if not films:
        raise VideoError("the file holds no video", path=path, remedy=_CHOOSE)
    stream = next((s for s in films if s.disposition & Disposition.default), films[0])
    if stream.codec_context is None:
        raise VideoError(
            "its video is in a format that cannot be decoded here",
            path=path,
            remedy="Convert it to H.264 in an mp4 file.",
        )
    return stream


def nothing_decodes(path: Path) -> VideoError:
    """The error for a file that claims to be video but yields no picture."""
    return VideoError("not one picture can be decoded; the file is damaged", path=path, remedy=_DAMAGED)


def damaged_frame(path: Path, index: int, time_s: float) -> VideoError:
    """The error for one frame that is in the file but does not decode."""
    return VideoError(
        f"frame {index} (at {time_s:.2f} s) cannot be decoded; the file is damaged there",
        path=path,
        remedy="The rest can still be used; copy or export the video again to get this part.",
    )
