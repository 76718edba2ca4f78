"""Panes that draw columns of the recording: action units, gaze and head pose, quality."""

from collections.abc import Iterable

import numpy as np
from PySide6.QtGui import QAction, QActionGroup

from lineament.recording import RecordingView
from lineament_desktop.review.panes.channels import ACTION_UNITS, GAZE, HEAD_POSE, QUALITY, Channel, source_of
from lineament_desktop.review.panes.envelope import Values, spans_where
from lineament_desktop.review.panes.lanes import Lane, Line, Picture
from lineament_desktop.review.panes.signal_pane import SignalPane
from lineament_desktop.review.panes.time_axis import TimeAxis
from lineament_desktop.state import ReviewState
from lineament_desktop.theme import tokens
from lineament_desktop.theme.colour import mix

FIRST_ACTION_UNITS = ("AU01", "AU04", "AU06", "AU12", "AU15", "AU25", "AU45")
LEAST_ANGLE = 15.0  # degrees each way that an angle's lane shows at least


def lost_spans(recording: RecordingView) -> tuple[tuple[float, float], ...]:
    """Stretches of seconds in which no face was found."""
    if not recording.has("success"):
        return ()
    found, times = recording.column("success").astype(bool), recording.time_s
    rows = min(len(found), len(times))
    return tuple(spans_where(times[:rows], ~found[:rows]))


def _lines(recording: RecordingView, channels: Iterable[Channel], colours: Iterable[str]) -> tuple[Line, ...]:
    """A line for each channel there is; a growing recording may get rows between two columns, so the shorter counts."""
    made = []
    for channel, colour in zip(channels, colours, strict=False):
        if recording.has(channel.column):
            times, values = recording.time_s, channel.values(recording)
            rows = min(len(times), len(values))
            made.append(Line(channel, times[:rows], values[:rows], colour))
    return tuple(made)


class MeasuredPane(SignalPane):
    """A pane of recorded columns; lanes are drawn only for columns the recording has."""

    def picture(self) -> Picture:
        recording = self.state.recording
        if recording is None or recording.n_rows == 0:
            return Picture()
        lanes = self.lanes(recording)
        if not lanes:
            return Picture()
        ticks, name = self.ticks(recording)
        return Picture(lanes, lost_spans(recording), ticks, name, self.source(recording))

    def lanes(self, recording: RecordingView) -> tuple[Lane, ...]:
        raise NotImplementedError

    def ticks(self, recording: RecordingView) -> tuple[tuple[float, ...], str]:
        return (), ""

    def source(self, recording: RecordingView) -> str:
        return source_of(recording)


class ActionUnitsPane(MeasuredPane):
    """Intensities of the chosen action units, a lane each or one over the other; blinks as ticks."""

    key = "action units"
    title = "Action units"
    what = "action units"
    shortcut = "Ctrl+2"
    least_height = 92

    def __init__(self, state: ReviewState, axis: TimeAxis) -> None:
        self.chosen: tuple[str, ...] = FIRST_ACTION_UNITS
        self.overlaid = False
        super().__init__(state, axis)

    def choose(self, names: Iterable[str]) -> None:
        """Draw these action units, in OpenFace's order."""
        wanted = set(names)
        self.chosen = tuple(c.label for c in ACTION_UNITS if c.label in wanted)
        self.refresh()

    def set_overlaid(self, overlaid: bool) -> None:
        self.overlaid = overlaid
        self.refresh()

    def lanes(self, recording: RecordingView) -> tuple[Lane, ...]:
        channels = [c for c in ACTION_UNITS if c.label in self.chosen and recording.has(c.column)]
        if not channels:
            return ()
        if self.overlaid:
            colours = tokens().series
            shades = [colours[i % len(colours)] for i in range(len(channels))]
            return (Lane("0 to 5", 0, 5, _lines(recording, channels, shades), ends=("0", "5")),)
        line = tokens().lines["action units"]
        return tuple(Lane(c.label, 0, 5, _lines(recording, [c], [line])) for c in channels)

    def ticks(self, recording: RecordingView) -> tuple[tuple[float, ...], str]:
        return tuple(blink.closed_s for blink in recording.meta.blinks), "blink"

    def source(self, recording: RecordingView) -> str:
        source = source_of(recording)
        return source if source == "openface" else f"geometric estimate, {source}"

    def note_text(self) -> str:
        recording = self.state.recording
        geometric = recording is not None and source_of(recording) != "openface"
        return f"{'geometric estimates' if geometric else 'from OpenFace'}, 0 to 5; ticks: blinks"

    def missing_text(self) -> str:
        return (
            "No action unit is chosen. Choose some in this pane's options."
            if not self.chosen
            else super().missing_text()
        )

    def own_actions(self) -> list[QAction]:
        actions = [*self._layout_actions(), self._separator(), *self._choice_actions()]
        every = QAction("All action units", self.menu)
        every.triggered.connect(lambda: self.choose(c.label for c in ACTION_UNITS))
        return [*actions, self._separator(), every]

    def _layout_actions(self) -> list[QAction]:
        group = QActionGroup(self.menu)
        made = []
        for text, overlaid in (("A lane each", False), ("One over the other", True)):
            action = QAction(text, group, checkable=True, checked=self.overlaid is overlaid)
            action.triggered.connect(lambda _=False, value=overlaid: self.set_overlaid(value))
            made.append(action)
        return made

    def _choice_actions(self) -> list[QAction]:
        made = []
        for channel in ACTION_UNITS:
            action = QAction(channel.name, self.menu, checkable=True, checked=channel.label in self.chosen)
            action.toggled.connect(lambda on, name=channel.label: self._toggle(name, on))
            made.append(action)
        return made

    def _toggle(self, name: str, shown: bool) -> None:
        self.choose({*self.chosen, name} if shown else set(self.chosen) - {name})

    def _separator(self) -> QAction:
        separator = QAction(self.menu)
        separator.setSeparator(True)
        return separator


class AnglesPane(MeasuredPane):
    """Head pose above gaze, in degrees, each with its zero line."""

    key = "angles"
    title = "Head pose and gaze"
    what = "head pose and gaze"
    shortcut = "Ctrl+3"
    least_height = 90

    def lanes(self, recording: RecordingView) -> tuple[Lane, ...]:
        t = tokens()
        made = []
        for label, channels in (("head pose", HEAD_POSE), ("gaze", GAZE)):
            base = t.lines[label]
            shades = (base, mix(base, t.text, 0.5), mix(base, t.muted, 0.65))
            lines = _lines(recording, channels, shades)
            if lines:
                reach = _reach(lines)
                ends = (f"−{reach:.0f}°", f"{reach:.0f}°")
                name = label if len(lines) > 1 else lines[0].channel.label
                made.append(Lane(name, -reach, reach, lines, zero=0.0, ends=ends))
        return tuple(made)


def _reach(lines: Iterable[Line]) -> float:
    """Degrees each way that hold nearly all values, in steps of 15 so that the scale seldom changes while it grows."""
    widest = max((_high(np.abs(line.values)) for line in lines), default=0.0)
    return float(max(np.ceil(widest / LEAST_ANGLE), 1) * LEAST_ANGLE)


def _high(values: Values) -> float:
    """99.5th percentile of what was measured: a single wild frame does not flatten the rest."""
    known = values[np.isfinite(values)]
    return float(np.percentile(known, 99.5)) if len(known) else 0.0


class QualityPane(MeasuredPane):
    """How far the measurements can be trusted: tracking confidence, size and sharpness of the face."""

    key = "quality"
    title = "Quality"
    what = "quality"
    shortcut = "Ctrl+4"
    least_height = 48

    def lanes(self, recording: RecordingView) -> tuple[Lane, ...]:
        colour = tokens().lines["moment"]
        made = []
        for channel in QUALITY:
            lines = _lines(recording, [channel], [colour])
            if lines:
                top = 1.0 if channel.column == "confidence" else _round_up(_high(lines[0].values))
                made.append(Lane(channel.label, 0.0, top, lines, ends=("0", f"{top:g}")))
        return tuple(made)


def _round_up(value: float) -> float:
    """The next 1, 2 or 5 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= value))
