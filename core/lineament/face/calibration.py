"""What the tracker makes of known movements, measured on the avatar by `tools/calibrate_action_units.py`."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from lineament.face.displacement import AU_NAMES
from lineament.resources import resource_path

FloatArray = npt.NDArray[np.float64]

SCHEMA_VERSION = 1
CALIBRATION_FILE = "face_template/au_calibration.npz"
POSE_SHARE = 0.5
"""How far head turns are corrected towards what the avatar says: half, as the avatar is not a person (our choice)."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """response: float64[17, 468, 3], mm that FaceMesh's aligned mesh moves for one unit of each action unit, mean over
    invented persons and head poses, made symmetric.

    gain: float64[17], that movement's share along the anatomical field.
    turn: float64[2, 2], slope and offset (rad) from solved to true pitch and yaw relative to the line of sight.
    eye_turn: float64[2], from the horizontal and vertical angle of the irises in the head to the eyes' true angle.
    """

    response: FloatArray
    gain: FloatArray
    turn: FloatArray
    eye_turn: FloatArray


@lru_cache(maxsize=1)
def load_calibration() -> Calibration:
    """The shipped calibration.

    Raises `FileNotFoundError` or `ValueError` when the installation is broken.
    """
    with np.load(resource_path(CALIBRATION_FILE), allow_pickle=False) as stored:
        if int(stored["schema_version"]) != SCHEMA_VERSION or tuple(stored["au_names"]) != AU_NAMES:
            raise ValueError(f"{CALIBRATION_FILE} is not of schema {SCHEMA_VERSION}")
        names = ("response", "gain", "turn", "eye_turn")
        return Calibration(*(stored[name].astype(np.float64) for name in names))
