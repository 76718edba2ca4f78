"""Which channels each attribute has, and how they come out of a recording's columns.

Stored channels are read from the rows. Input channels are what a network sees: some as they are, some relative to the
person's own rest (the median of the first usable seconds), some combined.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineament.errors import RecordingError
from lineament.face.displacement import AU_NAMES
from lineament.features.landmarks import MEASURE_NAMES, landmark_measures
from lineament.recording.view import RecordingView

Float32Array = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

MIN_CONFIDENCE = 0.8

GAZE = ("gaze_angle_x", "gaze_angle_y")
ROTATION = ("pose_Rx", "pose_Ry", "pose_Rz")
PLACE = ("pose_Tx", "pose_Ty", "pose_Tz")
STORED: tuple[str, ...] = (*(f"{name}_r" for name in AU_NAMES), *GAZE, *ROTATION, *PLACE, *MEASURE_NAMES)
"""Stored channels: intensities 0-5, gaze and rotation in degrees, place in mm, landmark distances in mm."""
N_STORED = len(STORED)
_AT = {name: i for i, name in enumerate(STORED)}


@dataclass(frozen=True)
class Attribute:
    """A group of input channels that one extractor sees."""

    name: str
    channels: tuple[str, ...]


ATTRIBUTE_CHANNELS: tuple[Attribute, ...] = (
    Attribute("action units", AU_NAMES),
    Attribute("gaze", ("right", "down", "down in camera", "right in head", "down in head")),
    Attribute("head pose", ("pitch in camera", "pitch", "yaw", "roll", "speed", "x", "y", "z")),
    Attribute("landmarks", (*MEASURE_NAMES, "eye opening in mm")),
)
CHANNELS: tuple[str, ...] = tuple(f"{a.name}: {c}" for a in ATTRIBUTE_CHANNELS for c in a.channels)
N_CHANNELS = len(CHANNELS)


def attribute_slices() -> dict[str, slice]:
    """Where each attribute's channels lie among `CHANNELS`."""
    slices, start = {}, 0
    for attribute in ATTRIBUTE_CHANNELS:
        slices[attribute.name] = slice(start, start + len(attribute.channels))
        start += len(attribute.channels)
    return slices


def read_rows(view: RecordingView, start: int, stop: int) -> tuple[Float32Array, BoolArray]:
    """Stored channels float32[n, N_STORED] of rows start..stop and which rows are usable: face found, confidence at
    least .8, every channel finite.

    Raises `RecordingError` when the recording lacks a column or its landmarks.
    """
    needed = [*(f"{name}_r" for name in AU_NAMES), *GAZE, *ROTATION, *PLACE]
    missing = [name for name in needed if not view.has(name)]
    points = view.landmarks68(start, stop)
    if missing or points is None:
        what = ", ".join(missing[:4]) + (" and more" if len(missing) > 4 else "") if missing else "its landmarks"
        raise RecordingError(
            f"the recording lacks {what}, which the model reads",
            remedy="Analyse the video with Lineament's own tracker.",
        )
    values = np.empty((stop - start, N_STORED), dtype=np.float32)
    for i, name in enumerate(needed):
        values[:, i] = view.column(name)[start:stop]
    rotation = values[:, [_AT[name] for name in ROTATION]].copy()
    values[:, [_AT[name] for name in (*GAZE, *ROTATION)]] *= np.float32(180 / np.pi)
    place = values[:, [_AT[name] for name in PLACE]]
    values[:, len(needed) :] = landmark_measures(points, rotation, place)
    usable = np.isfinite(values).all(axis=1)
    if view.has("success"):
        usable &= np.asarray(view.column("success")[start:stop], dtype=bool)
    if view.has("confidence"):
        usable &= np.asarray(view.column("confidence")[start:stop], dtype=np.float32) >= MIN_CONFIDENCE
    return values, usable


def input_channels(stored: Float32Array, rest: Float32Array, rate: float) -> Float32Array:
    """Input channels float32[n, N_CHANNELS] of filled stored channels [n, N_STORED] on a grid of `rate` Hz.

    rest: float32[N_STORED], the person's own rest. Speed is the size of the head's rotation vector per second, deg/s.
    """
    own = stored - rest
    gaze_x, gaze_y = own[:, _AT[GAZE[0]]], own[:, _AT[GAZE[1]]]
    pitch, yaw, roll = (own[:, _AT[name]] for name in ROTATION)
    turning = np.gradient(own[:, [_AT[name] for name in ROTATION]], axis=0) * rate
    speed = np.sqrt((turning**2).sum(axis=1))
    opening = stored[:, _AT["eye opening"]]
    # ry > 0 turns to the image's left, gaze_angle_x > 0 looks to its right: their sum is the eye in the head.
    columns = [
        *stored[:, : len(AU_NAMES)].T,
        *(gaze_x, gaze_y, stored[:, _AT[GAZE[1]]], gaze_x + yaw, gaze_y - pitch),
        *(stored[:, _AT["pose_Rx"]], pitch, yaw, roll, speed),
        *(own[:, _AT[name]] for name in PLACE),
        *own[:, -len(MEASURE_NAMES) :].T,
        opening,
    ]
    return np.asarray(np.stack(columns, axis=1), dtype=np.float32)
