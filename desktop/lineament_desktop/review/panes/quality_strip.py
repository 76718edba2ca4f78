"""Quality of the frame shown, in words: "face found . sharp . well lit . yaw ok"."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy

from lineament.recording import RecordingView
from lineament_desktop.review.panes.channels import DEGREES
from lineament_desktop.state import ReviewState
from lineament_desktop.theme import theme, tokens

# Our choices, for words only; what a model needs is decided by the model.
LEAST_FACE_PX = 40.0
LEAST_SHARPNESS = 4.0
LIT = (50.0, 215.0)
WIDEST_YAW = 35.0
WIDEST_PITCH = 30.0
LEAST_VISIBLE = 0.9
USUAL = "face found · sharp · well lit · ▲ turned away"


@dataclass(frozen=True)
class Verdict:
    """One property of a frame: what to say of it, and whether it is good enough."""

    text: str
    good: bool


def frame_verdicts(recording: RecordingView, row: int) -> tuple[Verdict, ...]:
    """Verdicts of one row for the columns the recording has; the first says whether there is a face at all.

    Size, pitch and a face at the picture's edge are spoken of only when they are not good enough.
    """
    found = bool(recording.column("success")[row]) if recording.has("success") else True
    if not found:
        return (Verdict("no face", False),)
    verdicts = [Verdict("face found", True)]

    def value(name: str) -> float:
        return float(recording.column(name)[row]) if recording.has(name) else float("nan")

    def judge(measured: float, good: bool, yes: str, no: str) -> None:
        if np.isfinite(measured) and (yes or not good):
            verdicts.append(Verdict(yes if good else no, good))

    sharpness, light, yaw = value("sharpness"), value("brightness"), value("pose_Ry") * DEGREES
    size, pitch, visible = value("face_size"), value("pose_Rx") * DEGREES, value("visible")
    judge(sharpness, sharpness >= LEAST_SHARPNESS, "sharp", "blurred")
    judge(light, LIT[0] <= light <= LIT[1], "well lit", "too dark" if light < LIT[0] else "too bright")
    judge(yaw, abs(yaw) <= WIDEST_YAW, "yaw ok", "turned away")
    judge(size, size >= LEAST_FACE_PX, "", "face too small")
    judge(pitch, abs(pitch) <= WIDEST_PITCH, "", "head tilted up or down")
    judge(visible, visible >= LEAST_VISIBLE, "", "cut off by the picture's edge")
    return tuple(verdicts)


class QualityStrip(QLabel):
    """The verdicts of the frame at the playhead; what is not good enough stands in the alarm colour with a mark."""

    def __init__(self, state: ReviewState) -> None:
        super().__init__()
        self._state = state
        self.setObjectName("qualityStrip")
        self.setAccessibleName("Quality of the frame shown")
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        for signal in (state.playhead_changed, state.recording_changed, state.video_changed):
            signal.connect(self._on_change)
        state.recording_grew.connect(self._on_change)
        theme.changed.connect(self.refresh)
        self.refresh()

    def sizeHint(self) -> QSize:
        """Always the same, so that nothing moves with the words: room for the usual ones."""
        return QSize(self.fontMetrics().horizontalAdvance(USUAL) + 8, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _on_change(self, *_: object) -> None:
        self.refresh()

    def refresh(self) -> None:
        recording, row = self._state.recording, self._state.row_at_playhead()
        if recording is None or row < 0:
            text = "frame not measured yet" if self._state.video is not None else ""
            self.setText(f'<span style="color:{tokens().muted}">{text}</span>')
            return
        verdicts = frame_verdicts(recording, row)
        self.setText(" · ".join(_marked(verdict) for verdict in verdicts))
        words = ", ".join(verdict.text for verdict in verdicts)
        self.setToolTip(f"This frame: {words}")
        self.setAccessibleDescription(words)


def _marked(verdict: Verdict) -> str:
    if verdict.good:
        return f'<span style="color:{tokens().muted}">{verdict.text}</span>'
    return f'<b style="color:{tokens().words["alarm"]}">▲ {verdict.text}</b>'
