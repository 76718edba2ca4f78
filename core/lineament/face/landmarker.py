"""The optional second tracker: Google's Face Landmarker, which adds 52 blendshapes to the 478 landmarks.

Its model bundle is not shipped. A user installs the file once; it is checked against one known SHA-256 and copied to
the user's data folder.
"""

import contextlib
import hashlib
import os
import shutil
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from lineament.errors import ModelError, StorageError
from lineament.face.clock import TrackerClock
from lineament.face.landmark_bytes import decode_landmarks
from lineament.face.native_logs import quiet_native_logs
from lineament.face.observation import FaceObservation, ImageArray
from lineament.face.plausibility import shape_plausibility

FACE_LANDMARKER_SHA256 = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"
"""The float16/1 bundle; the only one whose landmarks and blendshapes were checked."""

_LEAST_CONFIDENCE = 0.3
_REMEDY = "Use the face_landmarker.task bundle, version float16/1, published by Google for MediaPipe."

BLENDSHAPE_NAMES: tuple[str, ...] = (
    "_neutral",
    "browDownLeft",
    "browDownRight",
    "browInnerUp",
    "browOuterUpLeft",
    "browOuterUpRight",
    "cheekPuff",
    "cheekSquintLeft",
    "cheekSquintRight",
    "eyeBlinkLeft",
    "eyeBlinkRight",
    "eyeLookDownLeft",
    "eyeLookDownRight",
    "eyeLookInLeft",
    "eyeLookInRight",
    "eyeLookOutLeft",
    "eyeLookOutRight",
    "eyeLookUpLeft",
    "eyeLookUpRight",
    "eyeSquintLeft",
    "eyeSquintRight",
    "eyeWideLeft",
    "eyeWideRight",
    "jawForward",
    "jawLeft",
    "jawOpen",
    "jawRight",
    "mouthClose",
    "mouthDimpleLeft",
    "mouthDimpleRight",
    "mouthFrownLeft",
    "mouthFrownRight",
    "mouthFunnel",
    "mouthLeft",
    "mouthLowerDownLeft",
    "mouthLowerDownRight",
    "mouthPressLeft",
    "mouthPressRight",
    "mouthPucker",
    "mouthRight",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthStretchLeft",
    "mouthStretchRight",
    "mouthUpperUpLeft",
    "mouthUpperUpRight",
    "noseSneerLeft",
    "noseSneerRight",
)


def install_face_landmarker(file: Path) -> Path:
    """Check the bundle and copy it to the user's data folder; returns the copy's path.

    Raises `ModelError` when the file is missing or is not the known bundle, `StorageError` when it cannot be copied.
    """
    _verify(file)
    target = _installed_path()
    scratch = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, scratch)
        scratch.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            scratch.unlink()
        raise StorageError(
            f"the model could not be copied to {target.parent} ({error.strerror})",
            path=file,
            remedy="Free some space there or make the folder writable, then add the model again.",
        ) from error
    return target


def face_landmarker_path() -> Path | None:
    """Path of the installed bundle, None when none is installed."""
    path = _installed_path()
    return path if path.is_file() else None


def _installed_path() -> Path:
    from platformdirs import user_data_path

    return user_data_path("lineament", appauthor=False) / "models" / "face_landmarker.task"


def _verify(file: Path) -> None:
    try:
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"the model file cannot be read ({error.strerror})", path=file, remedy=_REMEDY) from error
    if digest != FACE_LANDMARKER_SHA256:
        raise ModelError("this is not the Face Landmarker bundle Lineament knows", path=file, remedy=_REMEDY)


class FaceLandmarkerTracker:
    """478 landmarks and 52 blendshapes a face.

    The task keeps the network's face flag to itself (it drops faces below .5), so confidence is
    `shape_plausibility`: how well the landmarks agree with a rigidly moved human face. What is below .3 is no face.
    """

    kind = "face-landmarker"
    has_blendshapes = True

    def __init__(self, model_path: Path, max_faces: int = 4) -> None:
        if max_faces < 1:
            raise ValueError(f"max_faces must be at least 1, not {max_faces}")
        _verify(model_path)
        self._model_path = model_path
        self._max_faces = max_faces
        self._clock = TrackerClock(ticks_per_ms=1)
        self._warm: bool
        self._task: Any = self._start_task()

    @property
    def version(self) -> str:
        from importlib.metadata import version

        return f"mediapipe {version('mediapipe')}, model {FACE_LANDMARKER_SHA256[:12]}"

    def track(self, image_rgb: ImageArray, time_ms: float) -> list[FaceObservation]:
        """See `FaceTracker.track`."""
        if image_rgb.ndim != 3 or image_rgb.shape[2] != 3 or image_rgb.dtype != np.uint8:
            raise ValueError(f"expected uint8[H, W, 3], got {image_rgb.dtype}{list(image_rgb.shape)}")
        packets = self._run(image_rgb, self._clock.tick(time_ms))
        if packets["norm_landmarks"].is_empty():
            return []
        height, width = image_rgb.shape[:2]
        return sorted(_observations(packets, width, height), key=lambda face: -face.size)

    def reset(self) -> None:
        """See `FaceTracker.reset`. The task offers no way to forget, so it is started anew."""
        self._task.close()
        self._clock = TrackerClock(ticks_per_ms=1)
        self._task = self._start_task()

    def close(self) -> None:
        """Give the task's memory and threads back; a second call does nothing."""
        task, self._task = self._task, None
        if task is not None:
            task.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _run(self, image_rgb: ImageArray, tick: int) -> Any:
        """One frame through the task; its own `detect_for_video` would build 478 Python objects a face."""
        from mediapipe.python import packet_creator
        from mediapipe.python._framework_bindings import image, image_frame

        microseconds = tick * 1000
        picture = image.Image(image_format=image_frame.ImageFormat.SRGB, data=np.ascontiguousarray(image_rgb))
        whole = packet_creator.create_proto(self._whole_picture)
        packets = {
            "image_in": packet_creator.create_image(picture).at(microseconds),
            "norm_rect_in": whole.at(microseconds),
        }
        if self._warm:
            return self._task._process_video_data(packets)
        self._warm = True
        with quiet_native_logs():
            return self._task._process_video_data(packets)

    def _start_task(self) -> Any:
        from mediapipe.framework.formats import rect_pb2
        from mediapipe.tasks.python.core.base_options import BaseOptions
        from mediapipe.tasks.python.vision import face_landmarker
        from mediapipe.tasks.python.vision.core.vision_task_running_mode import VisionTaskRunningMode

        self._warm = False
        self._whole_picture: Any = rect_pb2.NormalizedRect(x_center=0.5, y_center=0.5, width=1.0, height=1.0)
        options = face_landmarker.FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_buffer=self._model_path.read_bytes()),
            running_mode=VisionTaskRunningMode.VIDEO,
            num_faces=self._max_faces,
            output_face_blendshapes=True,
        )
        with quiet_native_logs():
            return face_landmarker.FaceLandmarker.create_from_options(options)


def _observations(packets: Any, width: int, height: int) -> list[FaceObservation]:
    from mediapipe.python._framework_bindings import _packet_getter

    landmarks = [
        decode_landmarks(serialised, width, height)
        for serialised in _packet_getter._get_serialized_proto_list(packets["norm_landmarks"])
    ]
    shapes = [
        _blendshapes(serialised) for serialised in _packet_getter._get_serialized_proto_list(packets["blendshapes"])
    ]
    confidences = shape_plausibility(np.stack(landmarks))
    return [
        FaceObservation(points, float(confidence), scores)
        for points, confidence, scores in zip(landmarks, confidences, shapes, strict=True)
        if confidence >= _LEAST_CONFIDENCE
    ]


def _blendshapes(serialised: bytes) -> npt.NDArray[np.float32]:
    from mediapipe.framework.formats import classification_pb2

    message: Any = classification_pb2.ClassificationList()
    message.ParseFromString(serialised)
    scores = np.zeros(len(BLENDSHAPE_NAMES), dtype=np.float32)
    for entry in message.classification:
        scores[entry.index] = entry.score
    return scores
