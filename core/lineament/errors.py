"""Errors a user may see. Each is one clear sentence about one file, and what to do about it."""

from pathlib import Path


class LineamentError(Exception):
    """Something the user can understand and act on; shown as it stands, without a traceback.

    `str(error)` is the whole message, for example
    "no_face.mp4: no face was found in 95 frames. Check that the participant is in view."
    """

    def __init__(self, what: str, *, path: Path | str | None = None, remedy: str) -> None:
        self.what = what
        self.path = Path(path) if path is not None else None
        self.remedy = remedy
        where = f"{self.path.name}: " if self.path is not None else ""
        super().__init__(f"{where}{what.rstrip('.')}. {remedy}")


class VideoError(LineamentError):
    """A video cannot be opened, read or written."""


class FaceError(LineamentError):
    """No face, or no usable face, where one is needed."""


class RecordingError(LineamentError):
    """A recording, or a file of another program that should become one, cannot be read or written."""


class StorageError(LineamentError):
    """The disk is full or a folder may not be written."""


class ModelError(LineamentError):
    """A model file is damaged, of another version, or made for another kind of recording."""


class DatasetError(LineamentError):
    """A cohort's folder, labels or splits cannot be used."""
