"""Which channels each attribute has, and how they come out of a recording's columns.

Stored channels are read from the rows. Input channels are what a network sees: some as they are, some relative to the
person's own rest (the median of the first usable seconds), some combined.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineament.errors import RecordingError
from lineament.face.displacement import AU_NAMES
from lineament.features.landmarks import MEASURE_NAMES, face_displacements, measures_of
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
N_POINTS = 68
N_COORDINATES = 2 * N_POINTS
"""Stored beside them: the displacement of each of the 68 points in mm, all x before all y."""
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


UNIT_CHANNELS = tuple(f"action units: {name}" for name in AU_NAMES)
GAZE_CHANNELS = tuple(f"gaze: {name}" for name in ATTRIBUTE_CHANNELS[1].channels)
PLACE_CHANNELS = tuple(f"head pose: {axis}" for axis in "xyz")
LANDMARK_CHANNELS = tuple(f"landmarks: {name}" for name in ATTRIBUTE_CHANNELS[3].channels)
MIN_UNITS = (len(AU_NAMES) + 1) // 2
_FAR = np.array([0.0, 0.0, 1e7], dtype=np.float32)
"""A place from which landmarks are seen without perspective, where a recording has no place of the head."""
_REMEDY = "Analyse the video with Lineament's own tracker."


@dataclass(frozen=True, eq=False)
class RowBlock:
    """Rows of a recording: stored channels float32[n, N_STORED], displacements float32[n, N_COORDINATES] mm, which rows
    show a face with confidence of at least .8, and which of these are usable: every channel a number."""

    values: Float32Array
    displacements: Float32Array
    found: BoolArray
    usable: BoolArray


def absent_channels(view: RecordingView) -> tuple[str, ...]:
    """Those of `CHANNELS` that the recording's columns cannot give (OpenFace of 2016 has no AU07, AU23 and AU45, D-Vlog
    has landmarks and what follows from them).

    Raises `RecordingError` when the head's rotation is missing, or landmarks and also gaze, the head's place or more
    than half of the action units.
    """
    lost_units = tuple(
        channel for channel, name in zip(UNIT_CHANNELS, AU_NAMES, strict=True) if not view.has(f"{name}_r")
    )
    has_points = view.landmarks68(0, min(view.n_rows, 1)) is not None
    lost = {names: not all(view.has(name) for name in names) for names in (GAZE, ROTATION, PLACE)}
    needed = ROTATION if has_points else (*GAZE, *ROTATION, *PLACE)
    missing = [name for name in needed if not view.has(name)]
    if not has_points and len(AU_NAMES) - len(lost_units) < MIN_UNITS:
        missing += [f"{name}_r" for name in AU_NAMES if not view.has(f"{name}_r")]
    if missing:
        raise _lacking(_named(missing))
    gaze, place = GAZE_CHANNELS if lost[GAZE] else (), PLACE_CHANNELS if lost[PLACE] else ()
    return (*lost_units, *gaze, *place, *(() if has_points else LANDMARK_CHANNELS))


def sources(absent: Collection[str]) -> tuple[str, ...]:
    """Columns that are read where these input channels are absent."""
    units = (f"{name}_r" for name, channel in zip(AU_NAMES, UNIT_CHANNELS, strict=True) if channel not in absent)
    gaze = () if GAZE_CHANNELS[0] in absent else GAZE
    place = () if PLACE_CHANNELS[0] in absent else PLACE
    return (*units, *gaze, *ROTATION, *place)


def read_rows(view: RecordingView, start: int, stop: int, absent: Collection[str] = ()) -> RowBlock:
    """Rows start..stop of a recording. absent: input channels that are not read, whose stored channels are zero.

    Raises `RecordingError` when the recording lacks a column, or its landmarks, that other channels need.
    """
    needed = sources(absent)
    missing = [name for name in needed if not view.has(name)]
    reads_points = LANDMARK_CHANNELS[0] not in absent
    points = view.landmarks68(start, stop) if reads_points else None
    if missing or (reads_points and points is None):
        raise _lacking(_named(missing) if missing else "its landmarks")
    values = np.zeros((stop - start, N_STORED), dtype=np.float32)
    displacements = np.zeros((stop - start, N_COORDINATES), dtype=np.float32)
    for name in needed:
        values[:, _AT[name]] = view.column(name)[start:stop]
    rotation = values[:, [_AT[name] for name in ROTATION]].copy()
    values[:, [_AT[name] for name in (*GAZE, *ROTATION)]] *= np.float32(180 / np.pi)
    place = values[:, [_AT[name] for name in PLACE]] if PLACE[0] in needed else np.tile(_FAR, (stop - start, 1))
    if points is not None:
        x, y = face_displacements(points, rotation, place)
        values[:, -len(MEASURE_NAMES) :] = measures_of(x, y)
        displacements[:, :N_POINTS], displacements[:, N_POINTS:] = x, y
    found = np.ones(stop - start, dtype=bool)
    if view.has("success"):
        found &= np.asarray(view.column("success")[start:stop], dtype=bool)
    if view.has("confidence"):
        found &= np.asarray(view.column("confidence")[start:stop], dtype=np.float32) >= MIN_CONFIDENCE
    return RowBlock(values, displacements, found, found & np.isfinite(values).all(axis=1))


def _named(missing: list[str]) -> str:
    return ", ".join(missing[:4]) + (" and more" if len(missing) > 4 else "")


def _lacking(what: str) -> RecordingError:
    return RecordingError(f"the recording lacks {what}, which the model reads", remedy=_REMEDY)


def input_channels(stored: Float32Array, rest: Float32Array, rate: float, absent: Collection[str] = ()) -> Float32Array:
    """Input channels float32[n, N_CHANNELS] of filled stored channels [n, N_STORED] on a grid of `rate` Hz.

    rest: float32[N_STORED], the person's own rest. absent: channels that are zero whatever others would make of them
    (gaze in the head without gaze is the head's turn). Speed is the size of the head's rotation vector per second, in
    degrees.
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
    channels = np.asarray(np.stack(columns, axis=1), dtype=np.float32)
    channels[:, [i for i, name in enumerate(CHANNELS) if name in absent]] = 0.0
    return channels
