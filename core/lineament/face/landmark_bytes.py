"""Landmarks straight from a serialised protocol buffer, without 478 Python objects a face.

Wire format (protobuf encoding guide): a NormalizedLandmarkList repeats field 1, each an embedded message of x, y and z
as fixed 32-bit floats. Written by one program those messages all have one length, so the list is a table of bytes.
"""

from typing import Any

import numpy as np

from lineament.face.observation import LandmarkArray

_MESSAGE = 0x0A  # field 1, length-delimited
_FLOAT_TAGS = np.array([0x0D, 0x15, 0x1D], dtype=np.uint8)  # fields 1 to 3, 32 bits each


def decode_landmarks(serialised: bytes, width: int, height: int) -> LandmarkArray:
    """float32[n, 3] pixels from one NormalizedLandmarkList; z is scaled like x, as the tracker's model defines it."""
    table = _as_table(serialised)
    points = _parse_slowly(serialised) if table is None else table
    return np.asarray(points * np.array([width, height, width], dtype=np.float32), dtype=np.float32)


def _as_table(serialised: bytes) -> LandmarkArray | None:
    """The points when every message is alike and starts with x, y, z; None otherwise."""
    raw = np.frombuffer(serialised, dtype=np.uint8)
    if len(raw) < 2 or raw[0] != _MESSAGE:
        return None
    stride = int(raw[1]) + 2
    if stride < 17 or stride > 127 or len(raw) % stride:
        return None
    table = raw.reshape(-1, stride)
    alike = (table[:, :2] == table[0, :2]).all() and (table[:, [2, 7, 12]] == _FLOAT_TAGS).all()
    if not alike:
        return None
    xyz = np.ascontiguousarray(table[:, [3, 4, 5, 6, 8, 9, 10, 11, 13, 14, 15, 16]])
    return xyz.view("<f4")


def _parse_slowly(serialised: bytes) -> LandmarkArray:
    """Any valid list, through protobuf's own parser."""
    from mediapipe.framework.formats import landmark_pb2

    message: Any = landmark_pb2.NormalizedLandmarkList()
    message.ParseFromString(serialised)
    return np.array([(p.x, p.y, p.z) for p in message.landmark], dtype=np.float32).reshape(-1, 3)
