"""Where the model looked: each attribute's share of attention over time, and how much each moment counts."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtGui import QAction

from lineament.models.prediction import Prediction
from lineament_desktop.review.panes.attention_scale import moment_weights, share_reach, weight_reach
from lineament_desktop.review.panes.channels import Channel
from lineament_desktop.review.panes.envelope import Times, Values
from lineament_desktop.review.panes.lanes import Bands, Lane, Line, Picture
from lineament_desktop.review.panes.legend import Entry
from lineament_desktop.review.panes.measured_panes import lost_spans
from lineament_desktop.review.panes.pane_state import PaneState, estimated_state
from lineament_desktop.review.panes.signal_pane import SignalPane
from lineament_desktop.review.panes.time_axis import TimeAxis
from lineament_desktop.state import ReviewState
from lineament_desktop.state.model_facts import Given
from lineament_desktop.theme import tokens

MOMENT = Channel("", "moment", "moment weight", "×", "moment", decimals=2, out_of=" the mean")


def window_edges(prediction: Prediction) -> Times:
    """Where one window's say ends and the next one's begins: half way between the centres, float64[W + 1] seconds."""
    starts, stops = prediction.window_times[:, 0], prediction.window_times[:, 1]
    centres = (starts + stops) / 2
    return np.concatenate((starts[:1], (centres[:-1] + centres[1:]) / 2, stops[-1:]))


def window_at(prediction: Prediction, time_s: float) -> int:
    """Window that speaks for the second, -1 where none does."""
    edges = window_edges(prediction) if len(prediction.window_times) else np.zeros(0)
    window = int(np.searchsorted(edges, time_s, side="right")) - 1
    return window if 0 <= window < len(prediction.window_times) else -1


def attribute_colour(colours: Mapping[str, str], name: str) -> str:
    """Of an attribute; the grey of moments for a whole face, which an estimate may be of that another model made."""
    return colours.get(name, colours["moment"])


class AttentionPane(SignalPane):
    """A lane for the moments, and one for the attributes' shares: as lines round an even share, or stacked."""

    key = "attention"
    title = "Attention over time"
    what = "attention of the model over time"
    shortcut = "Ctrl+1"
    least_height = 96
    given: Given | None = "attributes"

    def __init__(self, state: ReviewState, axis: TimeAxis) -> None:
        self.stacked = False
        super().__init__(state, axis)

    def set_stacked(self, stacked: bool) -> None:
        """Shares stacked from 0 to 1 instead of lines round an even share."""
        self.stacked = stacked
        self.refresh()

    def pane_state(self) -> PaneState:
        return estimated_state(self.state, self.what)

    def own_actions(self) -> list[QAction]:
        action = QAction("Shares stacked from 0 to 1", self.menu)
        action.setCheckable(True)
        action.setChecked(self.stacked)
        action.triggered.connect(self.set_stacked)
        return [action]

    def picture(self) -> Picture:
        prediction = self.state.prediction
        if prediction is None or not len(prediction.window_times):
            return Picture()
        edges = window_edges(prediction)
        share_lane = self._stacked_lane if self.stacked else self._share_lane
        lanes = (self._moment_lane(prediction, edges), share_lane(prediction, edges))
        lost = lost_spans(self.state.recording) if self.state.recording is not None else ()
        return Picture(lanes, lost, source=f"model {prediction.provenance.model_id}")

    def _moment_lane(self, prediction: Prediction, edges: Times) -> Lane:
        reach = weight_reach(prediction)
        times, values = steps(edges, moment_weights(prediction))
        line = Line(MOMENT, times, values, tokens().fills["moment"], base=reach.even)
        return Lane("moment", reach.low, reach.high, (line,), zero=reach.even, weight=1.0)

    def _share_lane(self, prediction: Prediction, edges: Times) -> Lane:
        reach, colours = share_reach(prediction), tokens().lines
        lines = []
        for number, name in enumerate(prediction.attribute_names):
            times, values = steps(edges, prediction.attribute_attention[:, number])
            lines.append(Line(_share_of(name, reach.even), times, values, attribute_colour(colours, name), width=2.0))
        ends = (f"{reach.low:.2f}", f"{reach.high:.2f}")
        return Lane("share", reach.low, reach.high, tuple(lines), zero=reach.even, ends=ends, weight=2.4)

    def _stacked_lane(self, prediction: Prediction, edges: Times) -> Lane:
        names, fills = prediction.attribute_names, tokens().fills
        bands = Bands(edges, prediction.attribute_attention, names, tuple(attribute_colour(fills, n) for n in names))
        return Lane("share", 0, 1, bands=bands, ends=("0", "1"), weight=2.4)

    def note_text(self) -> str:
        """What the lane of the moments reaches from and to."""
        prediction = self.state.prediction
        if prediction is None:
            return ""
        reach = weight_reach(prediction)
        return f"moment {reach.low:g}× to {reach.high:g}×"

    def entries(self, time_s: float | None) -> tuple[Entry, ...]:
        prediction = self.state.prediction
        if prediction is None or not len(prediction.window_times):
            return ()
        window = window_at(prediction, time_s) if time_s is not None else -1
        colours = tokens().fills if self.stacked else tokens().lines

        def share(number: int) -> str:
            return f"{prediction.attribute_attention[window, number]:.2f}" if window >= 0 else "–"

        names = enumerate(prediction.attribute_names)
        return tuple(
            Entry(name, attribute_colour(colours, name), share(number), area=self.stacked) for number, name in names
        )


def _share_of(name: str, even: float) -> Channel:
    return Channel("", name, f"attention to {name}", "", name, decimals=2, out_of=f" (even {even:.2f})")


def steps(edges: Times, values: Values) -> tuple[Times, Values]:
    """One value a window as a line with upright steps between windows."""
    return np.repeat(edges, 2)[1:-1], np.repeat(values, 2).astype(np.float32)
