"""What of the person's movement the model took for habit, and how unlike earlier visits this one is, over time."""

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLayout, QPushButton, QVBoxLayout

from lineament.models.prediction import HabitAndChange, Prediction
from lineament_desktop.review.panes.attention_pane import steps, window_edges
from lineament_desktop.review.panes.attention_scale import up_to
from lineament_desktop.review.panes.channels import Channel
from lineament_desktop.review.panes.envelope import Times, Values
from lineament_desktop.review.panes.lanes import Lane, Line, Picture
from lineament_desktop.review.panes.measured_panes import lost_spans
from lineament_desktop.review.panes.pane_state import PaneState, estimated_state
from lineament_desktop.review.panes.signal_pane import SignalPane
from lineament_desktop.review.panes.time_axis import TimeAxis
from lineament_desktop.state import ReviewState
from lineament_desktop.state.model_facts import Given
from lineament_desktop.theme import tokens
from lineament_desktop.widgets.elided_label import ElidedLabel

OF_MEAN = " the mean of what was seen"
SEEN = Channel("", "as seen", "strength of what was seen", "×", "moment", decimals=2, out_of=OF_MEAN)
LEFT = Channel("", "less habit", "strength of what is left less habit", "×", "estimate", decimals=2, out_of=OF_MEAN)
STRENGTH_STEPS = (1.5, 2.0, 3.0, 5.0)  # times the mean of what was seen
CHANGE_STEPS = (2.0, 3.0, 4.0, 6.0, 8.0)  # times as unlike as earlier visits among themselves
ALIKE = 1.0
UNIT = "Change 1×: as unlike the earlier visits as those are among themselves."
HOW_TO = "Choose this person's earlier visits to see what changed since."


class HabitPane(SignalPane):
    """A lane for what was seen and what is left of it less habit, and with earlier visits one for each attribute's
    change."""

    key = "habit"
    title = "Habit and change"
    what = "person's habit, and what changed since earlier visits,"
    shortcut = "Ctrl+5"
    least_height = 124
    given: Given | None = "habit"

    earlier_asked = Signal()

    def __init__(self, state: ReviewState, axis: TimeAxis) -> None:
        self.headline = ElidedLabel()
        self.headline.setAccessibleName("Habit and change, in words")
        self.earlier_button = QPushButton("Earlier visits…")
        self.earlier_button.setStyleSheet("padding: 0px 12px;")
        super().__init__(state, axis)
        self.earlier_button.clicked.connect(self.earlier_asked)
        state.earlier_changed.connect(lambda _: self.refresh())

    def _beside(self) -> QLayout:
        row = QHBoxLayout()
        row.setContentsMargins(8, 3, 8, 1)
        row.addWidget(self.headline, 1)
        row.addWidget(self.earlier_button)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.chart, 1)
        return column

    def pane_state(self) -> PaneState:
        return estimated_state(self.state, self.what)

    def refresh(self) -> None:
        super().refresh()
        if self.isHidden() and self.parent() is not None:
            return
        names = tuple(path.name for path in self.state.earlier)
        prediction = self.state.prediction
        scored = prediction is not None and prediction.abstained is None
        habit = prediction.habit if prediction is not None and scored else None
        self.headline.setText(account_words(prediction, habit, len(names)) if prediction and habit else _waiting(names))
        listed = "\n".join(names)
        told = f"{self.headline.text()}\n\nEarlier visits:\n{listed}\n\n{UNIT}"
        self.headline.setToolTip(told if names else HOW_TO)
        key = self.state.key("file.earlier", "Ctrl+E")
        in_brackets = f" ({key})" if key else ""
        self.earlier_button.setToolTip(f"Choose the recordings of this person's earlier visits{in_brackets}")
        self.earlier_button.setEnabled(self.state.recording is not None)
        self.setAccessibleDescription(self.headline.text())

    def picture(self) -> Picture:
        prediction = self.state.prediction
        if prediction is None or prediction.habit is None or not len(prediction.window_times):
            return Picture()
        edges = window_edges(prediction)
        lanes = [_habit_lane(prediction.habit, edges)]
        if prediction.habit.change is not None:
            lanes.append(_change_lane(prediction, prediction.habit.change, edges))
        lost = lost_spans(self.state.recording) if self.state.recording is not None else ()
        return Picture(tuple(lanes), lost, source=f"model {prediction.provenance.model_id}")

    def note_text(self) -> str:
        prediction = self.state.prediction
        if prediction is None or prediction.habit is None or prediction.habit.change is None:
            return HOW_TO
        return ""  # the six names need the room; what 1× means is said on hover


def account_words(prediction: Prediction, habit: HabitAndChange, chosen: int) -> str:
    """How much was habit, what that did to the score, and what it was told from."""
    parts = [f"{habit.habit_share * 100:.0f} % of what was seen was habit and taken away"]
    if prediction.score is not None:
        parts.append(f"score {prediction.score:.1f}, with habit left in {habit.score_with_habit:.1f}")
    if habit.earlier_visits == 0:
        parts.append("no earlier visit known: habit judged from this recording alone")
    else:
        of = f" of {chosen}" if chosen > habit.earlier_visits else ""
        visits = "visit" if habit.earlier_visits == 1 and not of else "visits"
        parts.append(f"against {habit.earlier_visits}{of} earlier {visits}")
    return "  ·  ".join(parts)


def _waiting(names: tuple[str, ...]) -> str:
    if not names:
        return HOW_TO
    return f"{len(names)} earlier {'visit' if len(names) == 1 else 'visits'} chosen: {', '.join(names)}"


def _habit_lane(habit: HabitAndChange, edges: Times) -> Lane:
    """Length of each window's representation before and after habit was taken away, as multiples of the mean before."""
    mean = float(habit.before.mean()) or 1.0
    colours, lines = tokens().lines, []
    for channel, lengths in ((SEEN, habit.before), (LEFT, habit.after)):
        times, values = steps(edges, lengths / np.float32(mean))
        lines.append(Line(channel, times, values, colours[channel.kind], width=2.0))
    top = up_to(np.concatenate([habit.before, habit.after]) / np.float32(mean), STRENGTH_STEPS)
    return Lane("habit", 0.0, top, tuple(lines), ends=("0", f"{top:g}×"), weight=1.0)


def _change_lane(prediction: Prediction, change: Values, edges: Times) -> Lane:
    top, colours = up_to(change, CHANGE_STEPS), tokens().lines
    lines = []
    for number, name in enumerate(prediction.attribute_names):
        channel = Channel(
            "", name, f"change of {name}", "×", name, decimals=1, out_of=" earlier visits' own differences"
        )
        times, values = steps(edges, change[:, number])
        lines.append(Line(channel, times, values, colours[name], width=2.0))
    return Lane("change", 0.0, top, tuple(lines), zero=ALIKE, ends=("0", f"{top:g}×"), weight=1.8)
