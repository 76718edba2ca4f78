"""What a tracker reports about one face in one frame, and what a tracker is."""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

LandmarkArray = npt.NDArray[np.float32]
ImageArray = npt.NDArray[np.uint8]

N_LANDMARKS = 478


@dataclass(frozen=True, eq=False)
class FaceObservation:
    """One face in one frame.

    landmarks: float32[478, 3], pixels of the picture as given; z in pixels too, nearer to the camera = smaller, zero
        near the head's middle (the tracker's own estimate under weak perspective).
    confidence: 0..1, how sure the tracker is that the landmarks lie on a face; its making is each tracker's own.
    blendshapes: float32[52] in the order of `BLENDSHAPE_NAMES`, or None where the tracker has none.
    """

    landmarks: LandmarkArray
    confidence: float
    blendshapes: npt.NDArray[np.float32] | None = None

    @property
    def centre(self) -> npt.NDArray[np.float32]:
        """Middle of the landmarks' box, float32[2] pixels."""
        points = self.landmarks[:, :2]
        return np.asarray((points.min(axis=0) + points.max(axis=0)) / 2, dtype=np.float32)

    @property
    def size(self) -> float:
        """Distance of the outer eye corners in three dimensions, in pixels: steady when the head turns."""
        return float(np.linalg.norm(self.landmarks[33] - self.landmarks[263]))


class FaceTracker(Protocol):
    """Finds faces in the frames of one video, in order; made anew for each video, used by one thread.

    The same frames after a `reset` (or in a new tracker) give the same landmarks.
    """

    @property
    def kind(self) -> str:
        """ "facemesh" or "face-landmarker"."""
        ...

    @property
    def version(self) -> str:
        """Version of the program and, where the user supplied one, of the model file."""
        ...

    @property
    def has_blendshapes(self) -> bool: ...

    def track(self, image_rgb: ImageArray, time_ms: float) -> list[FaceObservation]:
        """Faces of the next frame, uint8[H, W, 3] RGB, largest first; `time_ms` must be later than the last one's.

        Raises `ValueError` when time does not increase or the picture is not RGB.
        """
        ...

    def reset(self) -> None:
        """Forget the faces of earlier frames, so that the next frame is searched afresh and time may start over."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...
