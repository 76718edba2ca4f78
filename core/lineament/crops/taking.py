"""Crops cut while the video is analysed: the picture and its landmarks are at hand, so nothing is decoded twice."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lineament.crops.alignment import align, is_good
from lineament.crops.cutting import Image, cut
from lineament.crops.facts import CropFacts, CropRequest
from lineament.crops.file import crop_file
from lineament.crops.pieces import ALL_FACES, Pieces, manifest_of, piece_origin
from lineament.crops.sampling import sampled_frames
from lineament.face import LANDMARKS_68, FaceObservation
from lineament.recording import MeshScale
from lineament.video import Frame, FrameIndex, VideoInfo


class CropTaker:
    """A `FrameWatcher` that writes a piece of crops of every face for each segment.

    Landmarks are rounded to the steps in which the recording will keep them: the crops are then the very ones that
    would be cut from the finished recording.
    """

    def __init__(
        self, request: CropRequest, pieces: Pieces, info: VideoInfo, index: FrameIndex, settings: dict[str, object]
    ) -> None:
        self.pieces = pieces
        self._request = request
        self._info = info
        self._wanted = frozenset(sampled_frames(index.times_s, request.rate).tolist())
        self._scale = MeshScale.for_picture(info.width, info.height)
        self._extractor = f"lineament/{settings['tracker']}"
        self._manifest = manifest_of(request, info.content_hash, len(index), self._extractor, settings)
        self._opened = False
        self._cut: list[tuple[float, int, npt.NDArray[np.float32], Image, int]] = []

    def begin(self, segment: int) -> None:
        if not self._opened:
            self.pieces.open(self._manifest)
            self._opened = True
        self._cut = []

    def see(self, frame: Frame, numbers: Sequence[int], faces: Sequence[FaceObservation]) -> None:
        if frame.index not in self._wanted:
            return
        for number, face in zip(numbers, faces, strict=True):
            steps = self._scale.to_steps(face.landmarks[None])
            points = self._scale.to_pixels(steps, np.ones(1, dtype=np.bool_))[:, LANDMARKS_68, :2]
            found = cut_if_good(frame.image, points, face.confidence, self._request.size)
            if found is not None:
                self._cut.append((frame.time_s, frame.index, *found, int(number)))

    def end(self, segment: int) -> None:
        facts = CropFacts(
            self._request,
            piece_origin(self._info.content_hash, self._extractor),
            (self._info.width, self._info.height),
            ALL_FACES,
        )
        with crop_file(self.pieces.path(segment), facts) as writer:
            for time_s, frame, transform, crop, face in self._cut:
                writer.add(time_s, frame, transform, crop, face)
        self._cut = []


def cut_if_good(
    image: Image, points: npt.NDArray[np.float32], confidence: float, size: int
) -> tuple[npt.NDArray[np.float32], Image] | None:
    """Transform and crop of the face with landmarks float32[1, 68, 2] in uint8[H, W, 3]; None where it is not good."""
    transforms, misfits = align(points, size)
    sure = np.array([confidence], dtype=np.float32)
    if not is_good(transforms, misfits, points, sure, (image.shape[1], image.shape[0]))[0]:
        return None
    return transforms[0], cut(image, transforms[0], size)


class CropTakers:
    """Several requests, served in one go."""

    def __init__(self, takers: Sequence[CropTaker]) -> None:
        self.takers = tuple(takers)

    def begin(self, segment: int) -> None:
        for taker in self.takers:
            taker.begin(segment)

    def see(self, frame: Frame, numbers: Sequence[int], faces: Sequence[FaceObservation]) -> None:
        for taker in self.takers:
            taker.see(frame, numbers, faces)

    def end(self, segment: int) -> None:
        for taker in self.takers:
            taker.end(segment)
