"""Where the model looked: shares of the attributes over time as stacked bands, and how much each moment counts."""

import numpy as np

from lineament.models.prediction import Prediction
from lineament_desktop.review.panes.channels import Channel
from lineament_desktop.review.panes.envelope import Times
from lineament_desktop.review.panes.lanes import Bands, Lane, Line, Picture
from lineament_desktop.review.panes.legend import Entry
from lineament_desktop.review.panes.measured_panes import lost_spans
from lineament_desktop.review.panes.pane_state import PaneState, estimated_state
from lineament_desktop.review.panes.signal_pane import SignalPane
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


class AttentionPane(SignalPane):
    key = "attention"
    title = "Attention over time"
    what = "attention of the model over time"
    least_height = 78

    def pane_state(self) -> PaneState:
        return estimated_state(self.state, self.what)

    def picture(self) -> Picture:
        prediction = self.state.prediction
        if prediction is None or not len(prediction.window_times):
            return Picture()
        edges = window_edges(prediction)
        colours = tuple(tokens().fills[name] for name in prediction.attribute_names)
        bands = Bands(edges, prediction.attribute_attention, prediction.attribute_names, colours)
        lanes = (
            self._moment_lane(prediction, edges),
            Lane("share", 0, 1, bands=bands, ends=("0", "1"), weight=2.2),
        )
        lost = lost_spans(self.state.recording) if self.state.recording is not None else ()
        return Picture(lanes, lost, source=f"model {prediction.provenance.model_id}")

    def _moment_lane(self, prediction: Prediction, edges: Times) -> Lane:
        weights = prediction.moment_attention * len(prediction.moment_attention)
        times = np.repeat(edges, 2)[1:-1]
        values = np.repeat(weights, 2).astype(np.float32)
        top = max(float(weights.max()) * 1.05, 2.0)
        line = Line(MOMENT, times, values, tokens().text)
        return Lane("moment", 0, top, (line,), zero=1.0, ends=("", f"{top:.1f}×"), weight=1.0)

    def entries(self, time_s: float | None) -> tuple[Entry, ...]:
        prediction = self.state.prediction
        if prediction is None or not len(prediction.window_times):
            return ()
        window = window_at(prediction, time_s) if time_s is not None else -1
        fills = tokens().fills

        def share(number: int) -> str:
            return f"{prediction.attribute_attention[window, number]:.2f}" if window >= 0 else "–"

        names = enumerate(prediction.attribute_names)
        return tuple(Entry(name, fills[name], share(number), area=True) for number, name in names)
