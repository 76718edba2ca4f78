"""What the panes show of a recording: names for people, units, and the columns they come from."""

from dataclasses import dataclass

import numpy as np

from lineament.recording import RecordingView
from lineament_desktop.review.panes.envelope import Values

DEGREES = float(np.degrees(1.0))


@dataclass(frozen=True)
class Channel:
    """One column as shown: `values` of it are in `unit`. kind: the data colour it wears."""

    column: str
    label: str  # in legends
    name: str  # in full
    unit: str
    kind: str
    factor: float = 1.0
    decimals: int = 1
    out_of: str = ""  # said after the figure where the scale is not plain from the unit

    def values(self, recording: RecordingView) -> Values:
        """One value a row, NaN where nothing was measured; raises `KeyError` without the column."""
        column = recording.column(self.column).astype(np.float32, copy=False)
        return column if self.factor == 1.0 else column * np.float32(self.factor)

    def text(self, value: float) -> str:
        """The value as written beside the name: a figure and its unit, or a dash."""
        if not np.isfinite(value):
            return "–"
        unit = self.unit if self.unit in ("°", "×", "") else f" {self.unit}"
        return f"{value:.{self.decimals}f}".replace("-", "−") + unit

    def full_text(self, value: float) -> str:
        """Name, figure, unit and scale, for hover texts and screen readers."""
        return f"{self.name} {self.text(value)}{self.out_of if np.isfinite(value) else ''}"


AU_MEANINGS = {
    "AU01": "inner brow raiser",
    "AU02": "outer brow raiser",
    "AU04": "brow lowerer",
    "AU05": "upper lid raiser",
    "AU06": "cheek raiser",
    "AU07": "lid tightener",
    "AU09": "nose wrinkler",
    "AU10": "upper lip raiser",
    "AU12": "lip corner puller",
    "AU14": "dimpler",
    "AU15": "lip corner depressor",
    "AU17": "chin raiser",
    "AU20": "lip stretcher",
    "AU23": "lip tightener",
    "AU25": "lips part",
    "AU26": "jaw drop",
    "AU45": "blink",
}
"""The 17 action units of OpenFace, in its order, with the names FACS gives them."""

ACTION_UNITS = tuple(
    Channel(f"{au}_r", au, f"{au} {meaning}", "", "action units", out_of=" of 5") for au, meaning in AU_MEANINGS.items()
)

HEAD_POSE = (
    Channel("pose_Ry", "yaw", "head yaw", "°", "head pose", DEGREES),
    Channel("pose_Rx", "pitch", "head pitch", "°", "head pose", DEGREES),
    Channel("pose_Rz", "roll", "head roll", "°", "head pose", DEGREES),
)

GAZE = (
    Channel("gaze_angle_x", "across", "gaze, across", "°", "gaze", DEGREES),
    Channel("gaze_angle_y", "up-down", "gaze, up and down", "°", "gaze", DEGREES),
)

QUALITY = (
    Channel("confidence", "confidence", "tracking confidence", "", "moment", decimals=2),
    Channel("face_size", "face size", "distance between the eyes", "px", "moment", decimals=0),
    Channel("sharpness", "sharpness", "sharpness of the eyes, grey levels", "", "moment", decimals=1),
)


def source_of(recording: RecordingView) -> str:
    """What measured a recording, for hover texts and captions."""
    return recording.meta.provenance.extractor
