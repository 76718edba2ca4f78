"""The OpenFace 2.x CSV: which columns, in which order, with how many decimals.

Order and units are those of the 714 columns of FeatureExtraction (OpenFace wiki, "Output format"); decimals are
those that OpenFace 2.x writes: time 3, confidence 2, gaze vectors 6, angles 3, landmarks and millimetres 1,
intensities 2, presence 1.
"""

from dataclasses import dataclass

from lineament.recording.schema import INTENSITY_UNITS, N_POINTS, PRESENCE_UNITS

N_EYE_POINTS = 56
N_SHAPE_PARAMETERS = 34


@dataclass(frozen=True)
class CsvColumn:
    name: str
    decimals: int


def _layout() -> list[CsvColumn]:
    def columns(decimals: int, *names: str) -> list[CsvColumn]:
        return [CsvColumn(name, decimals) for name in names]

    gaze = [f"gaze_{eye}_{axis}" for eye in (0, 1) for axis in "xyz"]
    eyes = [f"eye_lmk_{axis}_{i}" for axis in "xyXYZ" for i in range(N_EYE_POINTS)]
    points = [f"{axis}_{i}" for axis in "xyXYZ" for i in range(N_POINTS)]
    shape = ["p_scale", "p_rx", "p_ry", "p_rz", "p_tx", "p_ty", *(f"p_{i}" for i in range(N_SHAPE_PARAMETERS))]
    return [
        *columns(0, "frame", "face_id"),
        *columns(3, "timestamp"),
        *columns(2, "confidence"),
        *columns(0, "success"),
        *columns(6, *gaze),
        *columns(3, "gaze_angle_x", "gaze_angle_y"),
        *columns(1, *eyes, "pose_Tx", "pose_Ty", "pose_Tz"),
        *columns(3, "pose_Rx", "pose_Ry", "pose_Rz"),
        *columns(1, *points),
        *columns(3, *shape),
        *columns(2, *(f"{unit}_r" for unit in INTENSITY_UNITS)),
        *columns(1, *(f"{unit}_c" for unit in PRESENCE_UNITS)),
    ]


OPENFACE_COLUMNS = tuple(_layout())
"""All 714 columns of OpenFace 2.x."""

POINTS_2D = tuple(f"{axis}_{i}" for axis in "xy" for i in range(N_POINTS))
POINTS_3D = tuple(f"{axis}_{i}" for axis in "XYZ" for i in range(N_POINTS))
"""68 landmarks, all x first; pixels and millimetres."""
